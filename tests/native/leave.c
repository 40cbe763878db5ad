/* SPDX-License-Identifier: MIT */
/*
 * A process leaves with requests in flight: by return from main, exit, _exit, a signal, and exec (io_setup2.md, "Requests
 * across exec"). It ends at once; who comes after it in the same process inherits nothing; its ring, which another process has
 * mapped, makes sense to the end; and of each write its file has a beginning, of those that gave an event the whole.
 */
#include "check.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <libaio2.h>

enum { ROUNDS = 12, WRITES = 48, READS = 24, BLOCK = 8192, RING_BYTES = 4096, MAP_BYTES = 1 << 20, AFTER_EXEC = 42 };
enum way { RETURN, EXIT, EXIT_NOW, KILLED, KILLED_BY_PARENT, EXEC, WAYS };

struct world {
	int pipe[2];
	int file;
	int ring_fd;
	char *ring;
};

static char buffer[BLOCK], sink[READS + 8];

/* The program that exec starts: it finds the three standard descriptors and one thread, and nothing that was the library's. */
static int after_exec(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	int tasks = 0;

	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL) {
		char target[256] = "";
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd <= 2 || fd == dirfd(dir))
			continue;
		CHECK(readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1) > 0);
		fprintf(stderr, "descriptor %d came through exec: %s\n", fd, target);
		return 1;
	}
	closedir(dir);
	dir = opendir("/proc/self/task");
	CHECK(dir != NULL);
	while ((entry = readdir(dir)) != NULL)
		tasks += entry->d_name[0] != '.';
	closedir(dir);
	EQUAL(1, tasks);
	return AFTER_EXEC;
}

static void submit(aio2_context_t ctx, struct aio2_batch *batch)
{
	size_t used = batch->used;

	EQUAL((long)used, aio2_batch_submit(ctx, batch, NULL));
}

/* Blocks that are written, reads that nobody feeds, polls that never fire, and a call that waits. */
static aio2_context_t begin(const struct world *world)
{
	static unsigned char space[64 * 64] __attribute__((__aligned__(8)));
	struct aio2_params params;
	struct aio2_batch batch;
	int i;

	memset(&params, 0, sizeof(params));
	params.ring_bytes = RING_BYTES;
	params.nr_reqs = 256;
	params.ring_fd = world->ring_fd;
	EQUAL(0, io_setup2(AIO2_VERSION, AIO2_SETUP_USER_REAP | AIO2_SETUP_RING_FD, &params, sizeof(params)));
	CHECK(params.ring_map_bytes <= MAP_BYTES);
	memset(buffer, 'n', sizeof(buffer));

	aio2_batch_init(&batch, space, sizeof(space));
	for (i = 0; i < READS; i++)
		aio2_batch_pread(&batch, world->pipe[0], sink + i, 1, -1, 1000);
	for (i = 0; i < 4; i++)
		aio2_batch_poll(&batch, world->pipe[0], POLLIN, 0, 1000);
	submit(params.ctx, &batch);
	aio2_batch_init(&batch, space, sizeof(space));
	for (i = 0; i < WRITES; i++)
		aio2_batch_pwrite(&batch, world->file, buffer, BLOCK, (__s64)i * BLOCK, (__u64)i + 1);
	submit(params.ctx, &batch);
	return params.ctx;
}

static void leave(const struct world *world, enum way way, unsigned round)
{
	static char *const after[] = { "leave", "after", NULL };
	unsigned spin;

	alarm(BOUND_SECONDS);
	begin(world);
	/* Anywhere between the submit and the last event. */
	for (spin = 0; spin < round * round * 4000; spin++)
		__asm__ volatile("" ::: "memory");
	switch (way) {
	case EXIT:
		exit(0);
	case EXIT_NOW:
		_exit(0);
	case KILLED:
		kill(getpid(), SIGKILL);
		break;
	case KILLED_BY_PARENT:
		pause();
		break;
	case EXEC:
		execv("/proc/self/exe", after);
		break;
	default:
		return;
	}
	_exit(9);
}

/* Every record between head and tail is one of ours, whole, and told once. */
static void check_ring(const struct world *world, int ended[WRITES + 1])
{
	const struct aio2_ring *ring = (const void *)world->ring;
	const struct aio2_ring_user *user;
	__u64 at;

	/* Left before the ring was made: the memory is as it was. */
	if (ring->magic == 0)
		return;
	EQUAL(AIO2_RING_MAGIC, ring->magic);
	EQUAL(RING_BYTES, ring->ring_bytes);
	user = (const void *)(world->ring + ring->user_offset);
	EQUAL(0, user->head % 8);
	CHECK(user->head <= ring->tail && ring->tail - user->head <= RING_BYTES);
	for (at = user->head; at < ring->tail;) {
		__u64 index = at & (RING_BYTES - 1);
		const struct io_event2 *event = (const void *)(world->ring + ring->data_offset + index);

		if (event->flags & AIO2_EVENT_PAD) {
			at += RING_BYTES - index;
			continue;
		}
		EQUAL(sizeof(*event), event->bytes);
		CHECK(event->user_data >= 1 && event->user_data <= WRITES);
		EQUAL(BLOCK, event->res);
		EQUAL(0, ended[event->user_data]++);
		at += event->bytes;
	}
	EQUAL(ring->tail, at);
}

static void check_file(const struct world *world, const int ended[WRITES + 1])
{
	static char block[BLOCK];
	int i, at;

	for (i = 0; i < WRITES; i++) {
		EQUAL(BLOCK, pread(world->file, block, BLOCK, (off_t)i * BLOCK));
		for (at = 0; at < BLOCK && block[at] == 'n'; at++)
			;
		CHECK(at == BLOCK || !ended[i + 1]);
		for (; at < BLOCK; at++)
			EQUAL('o', block[at]);
	}
}

/* What is written to the pipe now has no other reader: none of those that were left in flight takes a byte. */
static void check_pipe(const struct world *world)
{
	char bytes[READS];

	memset(bytes, 'p', sizeof(bytes));
	EQUAL(sizeof(bytes), write(world->pipe[1], bytes, sizeof(bytes)));
	EQUAL(sizeof(bytes), read(world->pipe[0], bytes, sizeof(bytes)));
}

static void one_round(enum way way, unsigned round)
{
	int ended[WRITES + 1] = { 0 }, status;
	struct world world;
	FILE *file = tmpfile();
	pid_t child;
	int i;

	CHECK(file != NULL);
	world.file = fcntl(fileno(file), F_DUPFD_CLOEXEC, 3);
	fclose(file);
	memset(buffer, 'o', sizeof(buffer));
	for (i = 0; i < WRITES; i++)
		EQUAL(BLOCK, write(world.file, buffer, BLOCK));
	EQUAL(0, pipe2(world.pipe, O_CLOEXEC));
	world.ring_fd = memfd_create("ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	EQUAL(0, ftruncate(world.ring_fd, MAP_BYTES));
	EQUAL(0, fcntl(world.ring_fd, F_ADD_SEALS, F_SEAL_SHRINK));
	world.ring = mmap(NULL, MAP_BYTES, PROT_READ, MAP_SHARED, world.ring_fd, 0);
	CHECK(world.ring != MAP_FAILED);

	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		leave(&world, way, round);
		exit(0);
	}
	if (way == KILLED_BY_PARENT) {
		/* In the midst of its set-up, of its submits, or of its writes. */
		usleep(round * 3000);
		kill(child, SIGKILL);
	}
	/* alarm() bounds this wait: a process that cannot leave is a failure. */
	EQUAL(child, waitpid(child, &status, 0));
	if (way == KILLED || way == KILLED_BY_PARENT) {
		CHECK(WIFSIGNALED(status));
		EQUAL(SIGKILL, WTERMSIG(status));
	} else {
		CHECK(WIFEXITED(status));
		EQUAL(way == EXEC ? AFTER_EXEC : 0, WEXITSTATUS(status));
	}
	check_ring(&world, ended);
	check_file(&world, ended);
	check_pipe(&world);
	munmap(world.ring, MAP_BYTES);
	close(world.ring_fd);
	close(world.file);
	close(world.pipe[0]);
	close(world.pipe[1]);
}

int main(int argc, char **argv)
{
	unsigned round;
	int way;

	if (argc == 2 && strcmp(argv[1], "after") == 0)
		return after_exec();
	alarm(BOUND_SECONDS);
	/* What whoever started this has left open is no finding. */
	EQUAL(0, close_range(3, ~0U, 0));
	for (round = 0; round < ROUNDS; round++)
		for (way = 0; way < WAYS; way++)
			one_round((enum way)way, round);
	return 0;
}
