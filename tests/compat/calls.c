/* SPDX-License-Identifier: MIT */
/*
 * Laws of libaio's calls that the random comparison does not reach: versions, header, signals, eventfds, slots, files. Links against
 * nothing of ours: run it with LD_PRELOAD; without, the same laws hold of the kernel's AIO, but for those that --compat tells.
 */
#define _GNU_SOURCE
#include "law.h"

#include <dlfcn.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>

static int is_compat;

/* A context's id points to a v1 ring header that can be read; ours has 0 where the kernel has its magic. */
static void the_context_is_a_header(void)
{
	const unsigned *header;
	io_context_t ctx = NULL;

	EQUAL(0, io_setup(8, &ctx));
	header = (const unsigned *)(const void *)ctx;
	CHECK(header[1] > 8);
	EQUAL(0, header[2]);
	EQUAL(0, header[3]);
	EQUAL(is_compat ? 0 : 0xa10a10a1, header[4]);
	EQUAL(1, header[5]);
	EQUAL(0, header[6]);
	EQUAL(32, header[7]);
	EQUAL(-EINVAL, io_setup(8, &ctx));
	EQUAL(0, io_destroy(ctx));
	EQUAL(-EINVAL, io_destroy(ctx));
}

static void *find(const char *name, const char *version)
{
	void *found = dlvsym(RTLD_DEFAULT, name, version);

	CHECK(found);
	return found;
}

/* The versions of 2002: io_getevents without min_nr, io_cancel without a result. */
static void the_first_versions_work(void)
{
	int (*old_getevents)(io_context_t, long, struct io_event *, const struct timespec *);
	int (*old_cancel)(io_context_t, struct iocb *);
	int (*queue_wait)(io_context_t, struct timespec *);
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	io_context_t ctx = NULL;
	int bell = eventfd(0, 0);

	*(void **)&old_getevents = find("io_getevents", "LIBAIO_0.1");
	*(void **)&old_cancel = find("io_cancel", "LIBAIO_0.1");
	*(void **)&queue_wait = find("io_queue_wait", "LIBAIO_0.4");
	EQUAL(0, io_queue_init(4, &ctx));
	io_prep_poll(&iocb, bell, POLLIN);
	EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(-EINPROGRESS, old_cancel(ctx, &iocb));
	EQUAL(1, old_getevents(ctx, 1, &event, NULL));
	CHECK(event.obj == &iocb);
	EQUAL(0, event.res);
	EQUAL(-EINVAL, old_cancel(ctx, &iocb));
	EQUAL(0, queue_wait(ctx, NULL));
	EQUAL(0, io_queue_release(ctx));
	EQUAL(-EINVAL, io_queue_init(0, &ctx));
	close(bell);
}

static int called;

static void on_event(io_context_t ctx, struct iocb *iocb, long res, long res2)
{
	(void)ctx;
	(void)iocb;
	EQUAL(512, res);
	EQUAL(0, res2);
	called++;
}

static void io_queue_run_calls_back(void)
{
	char bytes[2][512];
	struct iocb iocbs[2], *pointers[2] = { &iocbs[0], &iocbs[1] };
	io_context_t ctx = NULL;
	int fd = open_file(), i;

	EQUAL(0, io_queue_init(4, &ctx));
	for (i = 0; i < 2; i++) {
		io_prep_pread(&iocbs[i], fd, bytes[i], sizeof(bytes[i]), 512 * i);
		io_set_callback(&iocbs[i], on_event);
	}
	EQUAL(2, io_submit(ctx, 2, pointers));
	while (called < 2)
		EQUAL(0, io_queue_run(ctx));
	EQUAL(0, io_queue_release(ctx));
	close(fd);
}

/* Who has a context may make the system calls with it, by way of the C library. They answer -1 and errno. */
static void a_system_call_takes_the_context(void)
{
	char bytes[512];
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	struct timespec none = { 0, 0 };
	io_context_t ctx = NULL;
	int fd = open_file();

	EQUAL(0, io_setup(4, &ctx));
	io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
	EQUAL(1, syscall(SYS_io_submit, ctx, 1L, &pointer));
	EQUAL(1, syscall(SYS_io_getevents, ctx, 1L, 1L, &event, NULL));
	EQUAL(512, event.res);
	CHECK(event.obj == &iocb);
	EQUAL(0, syscall(SYS_io_pgetevents, ctx, 0L, 1L, &event, &none, NULL));
	errno = 0;
	EQUAL(-1, syscall(SYS_io_cancel, ctx, &iocb, &event));
	EQUAL(EINVAL, errno);
	EQUAL(0, syscall(SYS_io_destroy, ctx));
	EQUAL(-1, syscall(SYS_io_destroy, ctx));
	EQUAL(getpid(), syscall(SYS_getpid));
	ctx = NULL;
	EQUAL(0, syscall(SYS_io_setup, 4, &ctx));
	EQUAL(0, io_destroy(ctx));
	close(fd);
}

static volatile sig_atomic_t handled;

static void handle(int sig)
{
	(void)sig;
	handled++;
}

/* A handler ends a wait in which nothing was taken, SA_RESTART or not; a mask keeps it away. */
static void a_signal_interrupts_a_wait(void)
{
	const struct itimerval soon = { .it_value = { 0, 20000 } };
	struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };
	struct timespec time = { 0, 100000000 };
	struct io_event event;
	io_context_t ctx = NULL;
	sigset_t blocked;
	int before;

	sigaction(SIGVTALRM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	EQUAL(0, io_setup(4, &ctx));
	signal(SIGALRM, handle);
	setitimer(ITIMER_REAL, &soon, NULL);
	EQUAL(-EINTR, io_getevents(ctx, 1, 1, &event, NULL));
	alarm(BOUND_SECONDS);
	before = handled;
	CHECK(before > 0);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	kill(getpid(), SIGUSR1);
	EQUAL(0, io_pgetevents(ctx, 1, 1, &event, &time, &blocked));
	EQUAL(before, handled);
	sigemptyset(&blocked);
	EQUAL(-EINTR, io_pgetevents(ctx, 1, 1, &event, NULL, &blocked));
	EQUAL(before + 1, handled);
	signal(SIGALRM, SIG_DFL);
	alarm(BOUND_SECONDS);
	EQUAL(0, io_destroy(ctx));
}

/* An eventfd counts requests, not passes, and one whose number was closed still counts. */
static void an_eventfd_counts_each_request(void)
{
	char bytes[8][512];
	struct iocb iocbs[8], *pointers[8];
	struct io_event events[8];
	io_context_t ctx = NULL;
	uint64_t count = 0, part;
	int fd = open_file(), bell = eventfd(0, 0), other, i;

	EQUAL(0, io_setup(8, &ctx));
	for (i = 0; i < 8; i++) {
		io_prep_pread(&iocbs[i], fd, bytes[i], sizeof(bytes[i]), 512 * i);
		io_set_eventfd(&iocbs[i], bell);
		pointers[i] = &iocbs[i];
	}
	EQUAL(8, io_submit(ctx, 8, pointers));
	while (count < 8) {
		EQUAL(sizeof(part), read(bell, &part, sizeof(part)));
		count += part;
	}
	EQUAL(8, count);
	EQUAL(8, io_getevents(ctx, 8, 8, events, NULL));
	other = dup(bell);
	EQUAL(1, io_submit(ctx, 1, pointers));
	close(bell);
	EQUAL(sizeof(part), read(other, &part, sizeof(part)));
	EQUAL(1, part);
	EQUAL(1, io_getevents(ctx, 1, 8, events, NULL));
	EQUAL(-EBADF, io_submit(ctx, 1, pointers));
	EQUAL(0, io_destroy(ctx));
	close(other);
	close(fd);
}

/* What qemu does: it looks at the ring, whatever its magic, and moves head itself. Slots come back by that. */
static void a_ring_with_an_eventfd_can_be_reaped_without_a_call(void)
{
	struct ring {
		unsigned id, nr, head, tail, magic, compat, incompat, length;
		struct io_event events[];
	} *ring;
	char bytes[512];
	struct iocb iocb, *pointer = &iocb;
	io_context_t ctx = NULL;
	uint64_t count;
	int fd = open_file(), bell = eventfd(0, 0), i;

	EQUAL(0, io_setup(1, &ctx));
	ring = (struct ring *)(void *)ctx;
	io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
	io_set_eventfd(&iocb, bell);
	for (i = 0; i < 1000; i++) {
		unsigned head = ring->head;

		iocb.data = (void *)(uintptr_t)i;
		EQUAL(1, io_submit(ctx, 1, &pointer));
		EQUAL(sizeof(count), read(bell, &count, sizeof(count)));
		CHECK(__atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) != head);
		EQUAL(i, (uintptr_t)ring->events[head].data);
		EQUAL(512, ring->events[head].res);
		CHECK(ring->events[head].obj == &iocb);
		__atomic_store_n(&ring->head, (head + 1) % ring->nr, __ATOMIC_RELEASE);
	}
	EQUAL(0, io_destroy(ctx));
	close(fd);
	close(bell);
}

/* As many as were asked for, at the least, then -EAGAIN until something is reaped. */
static void slots_end_and_come_back(void)
{
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	io_context_t ctx = NULL;
	int bell = eventfd(0, 0), taken = 0;
	uint64_t one = 1;
	long got;

	EQUAL(0, io_setup(40, &ctx));
	io_prep_poll(&iocb, bell, POLLIN);
	while ((got = io_submit(ctx, 1, &pointer)) == 1)
		taken++;
	EQUAL(-EAGAIN, got);
	CHECK(taken >= 40);
	EQUAL(sizeof(one), write(bell, &one, sizeof(one)));
	while (taken > 0) {
		EQUAL(1, io_getevents(ctx, 1, 1, &event, NULL));
		CHECK(event.res & POLLIN);
		taken--;
	}
	EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(0, io_destroy(ctx));
	close(bell);
}

/* Nothing is lost to a bad place for events; what fits before it is given. */
static void a_bad_place_for_events_loses_none(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	char bytes[512], *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iocb iocb, *pointer = &iocb;
	struct io_event events[8], *edge = (struct io_event *)(void *)(pages + page - 2 * sizeof(*edge) - 24);
	struct timespec none = { 0, 0 };
	io_context_t ctx = NULL;
	int fd = open_file(), i;
	long got = 0, more;

	CHECK(pages != MAP_FAILED);
	EQUAL(0, mprotect(pages + page, page, PROT_NONE));
	EQUAL(0, io_setup(8, &ctx));
	io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
	for (i = 0; i < 3; i++)
		EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(-EFAULT, io_getevents(ctx, 1, 8, (struct io_event *)(void *)(pages + page), &none));
	more = io_getevents(ctx, 3, 8, edge, NULL);
	CHECK(more == 2 || more == -EFAULT);
	got = more > 0 ? more : 0;
	EQUAL(3 - got, io_getevents(ctx, 3 - got, 8, events, NULL));
	EQUAL(0, io_getevents(ctx, 0, 8, events, &none));
	EQUAL(0, io_destroy(ctx));
	munmap(pages, 2 * page);
	close(fd);
}

/* A buffer is read as soon as io_submit returns, whatever the number stood for before, and each read has its event. */
static void a_number_may_get_a_file_with_o_direct_and_lose_it(void)
{
	const int files[] = { open_full_file(0), open_full_file(O_DIRECT) }, number = dup(files[0]);
	char *bytes = aligned_alloc(SECTOR, SECTOR);
	io_context_t ctx = NULL;
	int i;

	EQUAL(0, io_setup(1, &ctx));
	for (i = 0; i < 400; i++) {
		const int is_direct = i % 100 >= 3 && i % 100 < 80;
		struct iocb iocb, *pointer = &iocb;
		struct io_event event;

		EQUAL(number, dup2(files[is_direct], number));
		/* What the page cache holds would be there at once in any case. */
		EQUAL(0, posix_fadvise(files[0], 0, 0, POSIX_FADV_DONTNEED));
		memset(bytes, 0, SECTOR);
		io_prep_pread(&iocb, number, bytes, SECTOR, 0);
		EQUAL(1, io_submit(ctx, 1, &pointer));
		if (!is_direct)
			EQUAL(7, bytes[SECTOR - 1]);
		EQUAL(1, io_getevents(ctx, 1, 1, &event, NULL));
		EQUAL(SECTOR, (long)event.res);
		EQUAL(7, bytes[SECTOR - 1]);
	}
	EQUAL(0, io_destroy(ctx));
	close(number);
	close(files[0]);
	close(files[1]);
	free(bytes);
}

int main(int argc, char **argv)
{
	is_compat = argc > 1 && strcmp(argv[1], "--compat") == 0;
	alarm(BOUND_SECONDS);
	the_context_is_a_header();
	the_first_versions_work();
	io_queue_run_calls_back();
	a_system_call_takes_the_context();
	a_signal_interrupts_a_wait();
	an_eventfd_counts_each_request();
	a_ring_with_an_eventfd_can_be_reaped_without_a_call();
	slots_end_and_come_back();
	a_bad_place_for_events_loses_none();
	a_number_may_get_a_file_with_o_direct_and_lose_it();
	puts("calls: every law holds");
	return 0;
}
