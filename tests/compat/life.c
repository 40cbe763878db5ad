/* SPDX-License-Identifier: MIT */
/* Laws of a context's life: fork, threads, destroy, and the first eventfd. Run like calls.c. */
#define _GNU_SOURCE
#include "law.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 2000
#define SECTOR 4096

struct wait {
	io_context_t ctx;
	long min_nr, result;
	struct io_event events[8];
};

static void *wait_for_events(void *arg)
{
	struct wait *wait = arg;

	wait->result = io_getevents(wait->ctx, wait->min_nr, 8, wait->events, NULL);
	return NULL;
}

/* With data on the device, which O_DIRECT must fetch. */
static int open_full_file(int flags)
{
	char name[] = "compat-XXXXXX", *bytes = aligned_alloc(SECTOR, 100 * SECTOR);
	int fd = mkostemp(name, O_CLOEXEC | flags);

	CHECK(fd >= 0);
	unlink(name);
	memset(bytes, 7, 100 * SECTOR);
	EQUAL(100 * SECTOR, pwrite(fd, bytes, 100 * SECTOR, 0));
	EQUAL(0, fsync(fd));
	free(bytes);
	return fd;
}

static void *until_it_sleeps(pthread_t *thread, struct wait *wait)
{
	struct timespec time = { 0, 50000000 };

	EQUAL(0, pthread_create(thread, NULL, wait_for_events, wait));
	nanosleep(&time, NULL);
	return NULL;
}

/* Threads that wait already when the first eventfd is named get their events all the same. */
static void those_who_wait_are_not_forgotten_when_the_pump_starts(void)
{
	struct wait waits[2] = { { .min_nr = 3 }, { .min_nr = 1 } };
	char bytes[4][512];
	struct iocb iocbs[4], *pointers[4];
	io_context_t ctx = NULL;
	pthread_t threads[2];
	int fd = open_file(), bell = eventfd(0, 0), i;

	EQUAL(0, io_setup(8, &ctx));
	for (i = 0; i < 2; i++) {
		waits[i].ctx = ctx;
		until_it_sleeps(&threads[i], &waits[i]);
	}
	for (i = 0; i < 4; i++) {
		io_prep_pread(&iocbs[i], fd, bytes[i], sizeof(bytes[i]), 0);
		io_set_eventfd(&iocbs[i], bell);
		pointers[i] = &iocbs[i];
	}
	/* One may take more than it waits for: as many as both need. */
	while (!__atomic_load_n(&waits[0].result, __ATOMIC_RELAXED) || !__atomic_load_n(&waits[1].result, __ATOMIC_RELAXED)) {
		struct timespec time = { 0, 10000000 };
		int got = io_submit(ctx, 4, pointers);

		CHECK(got == 4 || got == -EAGAIN);
		nanosleep(&time, NULL);
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	CHECK(waits[0].result >= 3);
	CHECK(waits[1].result >= 1);
	EQUAL(0, io_destroy(ctx));
	close(fd);
	close(bell);
}

/* Destroy waits for what is on its way, and sends away who waits. */
static void destroy_ends_requests_and_waits(void)
{
	struct wait wait = { .min_nr = 1 };
	struct iocb iocb, *pointer = &iocb;
	io_context_t ctx = NULL;
	pthread_t thread;
	int bell = eventfd(0, 0);

	EQUAL(0, io_setup(8, &ctx));
	io_prep_poll(&iocb, bell, POLLIN);
	EQUAL(1, io_submit(ctx, 1, &pointer));
	wait.ctx = ctx;
	until_it_sleeps(&thread, &wait);
	EQUAL(0, io_destroy(ctx));
	pthread_join(thread, NULL);
	/* The kernel's waiter may find the event of the cancelled poll before it finds that the context is gone. */
	CHECK(wait.result == -EINVAL || wait.result == 1);
	EQUAL(-EINVAL, io_submit(ctx, 1, &pointer));
	close(bell);
}

struct sharer {
	pthread_t thread;
	io_context_t ctx;
	int fd;
	char *bytes;
};

static void *submit_and_reap(void *arg)
{
	struct sharer *self = arg;
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		io_prep_pread(&iocb, self->fd, self->bytes, SECTOR, SECTOR * (i % 100));
		while (io_submit(self->ctx, 1, &pointer) != 1)
			;
		/* Whoever's it is: each event reaches one thread. */
		EQUAL(1, io_getevents(self->ctx, 1, 1, &event, NULL));
		EQUAL(SECTOR, event.res);
	}
	return NULL;
}

/* As many events as requests: nobody gets one twice, and nobody sleeps beside one, be it made in io_submit or while others look. */
static void threads_share_a_context(int flags)
{
	struct sharer sharers[THREADS];
	io_context_t ctx = NULL;
	int i, fd = open_full_file(flags);

	EQUAL(0, io_setup(THREADS, &ctx));
	for (i = 0; i < THREADS; i++) {
		/* Freed when all have ended: a thread may leave before its own read has. */
		sharers[i] = (struct sharer){ .ctx = ctx, .fd = fd, .bytes = aligned_alloc(SECTOR, SECTOR) };
		EQUAL(0, pthread_create(&sharers[i].thread, NULL, submit_and_reap, &sharers[i]));
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(sharers[i].thread, NULL);
	EQUAL(0, io_destroy(ctx));
	for (i = 0; i < THREADS; i++)
		free(sharers[i].bytes);
	close(fd);
}

static void must_end_well(pid_t child)
{
	int status;

	EQUAL(child, waitpid(child, &status, 0));
	EQUAL(0, status);
}

/* A child does not have its parent's contexts, makes its own, and does not disturb the parent's. */
static void a_child_has_contexts_of_its_own(void)
{
	char bytes[512];
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	/* With no time at all libaio looks at the ring, which the child has still, and asks nobody. */
	struct timespec soon = { 0, 1 };
	io_context_t ctx = NULL;
	int fd = open_file();
	pid_t child;

	EQUAL(0, io_setup(8, &ctx));
	child = fork();
	if (child == 0) {
		alarm(BOUND_SECONDS);
		io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
		EQUAL(-EINVAL, io_submit(ctx, 1, &pointer));
		EQUAL(-EINVAL, io_getevents(ctx, 1, 1, &event, &soon));
		EQUAL(-EINVAL, io_destroy(ctx));
		one_read();
		child = fork();
		if (child == 0) {
			one_read();
			_exit(0);
		}
		must_end_well(child);
		_exit(0);
	}
	must_end_well(child);
	io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
	EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(1, io_getevents(ctx, 1, 1, &event, NULL));
	EQUAL(0, io_destroy(ctx));
	close(fd);
}

/* Before the parent's first call: a child of such a one starts the library for itself; with SIGBUS blocked, too, as in qemu. */
static void children_of_a_fresh_parent_work(void)
{
	pid_t children[2];
	sigset_t bus;
	int i;

	sigemptyset(&bus);
	sigaddset(&bus, SIGBUS);
	for (i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			alarm(BOUND_SECONDS);
			if (i == 1)
				sigprocmask(SIG_BLOCK, &bus, NULL);
			one_read();
			_exit(0);
		}
	}
	for (i = 0; i < 2; i++)
		must_end_well(children[i]);
}

int main(void)
{
	alarm(BOUND_SECONDS);
	children_of_a_fresh_parent_work();
	those_who_wait_are_not_forgotten_when_the_pump_starts();
	destroy_ends_requests_and_waits();
	threads_share_a_context(0);
	threads_share_a_context(O_DIRECT);
	a_child_has_contexts_of_its_own();
	puts("life: every law holds");
	return 0;
}
