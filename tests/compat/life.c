/* SPDX-License-Identifier: MIT */
/* Laws of a context's life: fork, threads, destroy, and the first eventfd. Run like calls.c. */
#define _GNU_SOURCE
#include "law.h"

#include <dlfcn.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define THREADS 4
#define ROUNDS 2000

struct wait {
	io_context_t ctx;
	long min_nr, nr, result;
	struct io_event *at, events[8];
};

static void *wait_for_events(void *arg)
{
	struct wait *wait = arg;

	wait->result = io_getevents(wait->ctx, wait->min_nr, wait->nr ? wait->nr : 8, wait->at ? wait->at : wait->events, NULL);
	return NULL;
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

/* Polls of a counter that is 0. */
static void poll_each(io_context_t ctx, struct iocb *iocbs, int from, int to, int counter)
{
	for (; from < to; from++) {
		struct iocb *pointer = &iocbs[from];

		io_prep_poll(pointer, counter, POLLIN);
		EQUAL(1, io_submit(ctx, 1, &pointer));
	}
}

/*
 * One event is made in io_submit, and says so to who sleeps; two more come at once, and with them the first sleeper has what it
 * waits for, and that word besides. The second sleeper hears of the event all the same. (Of the kernel's sleepers each takes what
 * comes, so that with these numbers either may be the first.)
 */
static void nobody_sleeps_on_beside_an_event_that_another_was_told_of(void)
{
	struct wait first = { .min_nr = 2, .nr = 3 }, second = { .min_nr = 2, .nr = 2 };
	int both = eventfd(0, 0), others[2] = { eventfd(0, 0), eventfd(0, 0) }, fd = open_file(), i;
	struct iocb iocbs[5], *pointer = &iocbs[4];
	io_context_t ctx = NULL;
	pthread_t threads[2];
	char bytes[512];

	EQUAL(0, io_setup(8, &ctx));
	poll_each(ctx, iocbs, 0, 2, both);
	poll_each(ctx, iocbs, 2, 3, others[0]);
	poll_each(ctx, iocbs, 3, 4, others[1]);
	first.ctx = second.ctx = ctx;
	until_it_sleeps(&threads[0], &first);
	until_it_sleeps(&threads[1], &second);
	io_prep_pread(pointer, fd, bytes, sizeof(bytes), 0);
	EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(0, eventfd_write(both, 1));
	pthread_join(threads[0], NULL);
	CHECK(first.result == 2 || first.result == 3);
	/* Now the second's two are made up. */
	for (i = 0; i < first.result - 1; i++)
		EQUAL(0, eventfd_write(others[i], 1));
	pthread_join(threads[1], NULL);
	EQUAL(2, second.result);
	EQUAL(0, io_destroy(ctx));
	close(both);
	close(others[0]);
	close(others[1]);
	close(fd);
}

/* An array ends in the midst of the third event, which stays; who sleeps is told of it. */
static void what_an_array_has_no_room_for_is_there_for_who_sleeps(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct wait first = { .min_nr = 3, .nr = 3, .at = (void *)(map + page - 80) }, second = { .min_nr = 4, .nr = 4 };
	int counters[2] = { eventfd(0, 0), eventfd(0, 0) };
	struct iocb iocbs[6];
	io_context_t ctx = NULL;
	pthread_t threads[2];

	EQUAL(0, mprotect(map + page, page, PROT_NONE));
	EQUAL(0, io_setup(8, &ctx));
	poll_each(ctx, iocbs, 0, 3, counters[0]);
	poll_each(ctx, iocbs, 3, 6, counters[1]);
	first.ctx = second.ctx = ctx;
	until_it_sleeps(&threads[0], &first);
	until_it_sleeps(&threads[1], &second);
	EQUAL(0, eventfd_write(counters[0], 1));
	pthread_join(threads[0], NULL);
	EQUAL(2, first.result);
	EQUAL(0, eventfd_write(counters[1], 1));
	pthread_join(threads[1], NULL);
	EQUAL(4, second.result);
	EQUAL(0, io_destroy(ctx));
	munmap(map, 2 * page);
	close(counters[0]);
	close(counters[1]);
}

static int started, joined;

static int is_of_the_library(const void *start)
{
	Dl_info where;

	return dladdr(start, &where) && strstr(where.dli_fname, "libaio2-compat");
}

/* In the place of the C library's, for the pump: counted. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *arg)
{
	int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = dlsym(RTLD_NEXT, "pthread_create");
	void *start;

	memcpy(&start, &run, sizeof(start));
	__atomic_add_fetch(&started, is_of_the_library(start), __ATOMIC_SEQ_CST);
	return create(thread, attributes, run, arg);
}

int pthread_join(pthread_t thread, void **result)
{
	int (*join)(pthread_t, void **) = dlsym(RTLD_NEXT, "pthread_join");

	__atomic_add_fetch(&joined, is_of_the_library(__builtin_return_address(0)), __ATOMIC_SEQ_CST);
	return join(thread, result);
}

struct submit {
	io_context_t ctx;
	struct iocb **pointers;
};

static void *submit_one(void *arg)
{
	const struct submit *submit = arg;

	io_submit(submit->ctx, 1, submit->pointers);
	return NULL;
}

static void *destroy_it(void *ctx)
{
	EQUAL(0, io_destroy(ctx));
	return NULL;
}

/* A page that is missing until it is given: who reads it waits. */
static int withhold(void *page, size_t bytes)
{
	struct uffdio_register range = { .range = { (uintptr_t)page, bytes }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	const int fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	CHECK(fault >= 0);
	EQUAL(0, ioctl(fault, UFFDIO_API, &api));
	EQUAL(0, ioctl(fault, UFFDIO_REGISTER, &range));
	return fault;
}

/* A submit that was inside before destroy began starts the pump only when destroy waits for it: no thread is left behind. */
static void destroy_leaves_no_thread_behind(void)
{
	const size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
	struct iocb iocb, **content = calloc(1, bytes);
	struct submit submit = { .pointers = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) };
	struct uffdio_copy copy = { .dst = (uintptr_t)submit.pointers, .src = (uintptr_t)content, .len = bytes };
	const int fault = withhold(submit.pointers, bytes), bell = eventfd(0, 0);
	struct pollfd touched = { .fd = fault, .events = POLLIN };
	struct timespec time = { 0, 50000000 };
	pthread_t submitter, destroyer;

	io_prep_poll(&iocb, bell, POLLIN);
	io_set_eventfd(&iocb, bell);
	content[0] = &iocb;
	EQUAL(0, io_setup(8, &submit.ctx));
	EQUAL(0, pthread_create(&submitter, NULL, submit_one, &submit));
	EQUAL(1, poll(&touched, 1, BOUND_SECONDS * 1000));
	EQUAL(POLLIN, touched.revents);
	EQUAL(0, pthread_create(&destroyer, NULL, destroy_it, submit.ctx));
	nanosleep(&time, NULL);
	EQUAL(0, ioctl(fault, UFFDIO_COPY, &copy));
	pthread_join(submitter, NULL);
	pthread_join(destroyer, NULL);
	EQUAL(started, joined);
	munmap(submit.pointers, bytes);
	free(content);
	close(fault);
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

int main(int argc, char **argv)
{
	const int is_compat = argc == 2 && strcmp(argv[1], "--compat") == 0;

	alarm(BOUND_SECONDS);
	children_of_a_fresh_parent_work();
	those_who_wait_are_not_forgotten_when_the_pump_starts();
	if (is_compat) {
		nobody_sleeps_on_beside_an_event_that_another_was_told_of();
		what_an_array_has_no_room_for_is_there_for_who_sleeps();
	}
	destroy_ends_requests_and_waits();
	destroy_leaves_no_thread_behind();
	threads_share_a_context(0);
	threads_share_a_context(O_DIRECT);
	a_child_has_contexts_of_its_own();
	puts("life: every law holds");
	return 0;
}
