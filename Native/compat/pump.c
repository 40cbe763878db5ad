/* SPDX-License-Identifier: MIT */
/*
 * The pump: a thread of a context that has seen IOCB_FLAG_RESFD. v2 signals one eventfd per context and once per pass; v1 one
 * per request and once per request, whether anybody asks for events or not, and programs count on the count. So somebody
 * must wait where the events are, and it is this thread: it puts them into the v1 ring, then signals.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"

/* One call that waits in pump_reap; on its stack. */
struct pump_waiter {
	struct pump_waiter *next;
	long need;
	int fd;
};

void leave_direct(struct context *context)
{
	__atomic_sub_fetch(&context->direct_waiters, 1, __ATOMIC_SEQ_CST);
	if (unlikely(is_pumped(context)))
		syscall(SYS_futex, &context->direct_waiters, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

long wake_direct(struct context *context, int count)
{
	struct iocb2 nops[WAKERS];
	/* As many as are allowed lie there already: then nobody sleeps, for nobody waits for more. */
	const int before = __atomic_fetch_add(&context->nops, count, __ATOMIC_RELAXED);
	const int excess = before + count > WAKERS ? before + count - WAKERS : 0;
	int i;

	if (excess)
		__atomic_fetch_sub(&context->nops, excess, __ATOMIC_RELAXED);
	count -= excess;
	memset(nops, 0, sizeof(nops));
	for (i = 0; i < count; i++)
		nops[i].bytes = sizeof(nops[i]);
	return count > 0 ? io_submit2(context->v2, nops, (size_t)count * sizeof(nops[0]), NULL) : 0;
}

/* Those who waited in io_getevents2 before are woken until they are gone. */
static void send_waiters_home(struct context *context)
{
	unsigned left;

	while ((left = __atomic_load_n(&context->direct_waiters, __ATOMIC_SEQ_CST)) != 0) {
		if (wake_direct(context, WAKERS) == -ENXIO)
			return;
		syscall(SYS_futex, &context->direct_waiters, FUTEX_WAIT_PRIVATE, left, NULL, NULL, 0);
	}
}

static void *pump(void *arg)
{
	struct context *context = arg;
	struct io_event2 narrow[REAP_CHUNK];
	struct io_event events[REAP_CHUNK];
	struct target *targets[REAP_CHUNK];
	long bytes, i;

	/* pump_start holds the lock until is_pumped is set. */
	pthread_mutex_lock(&context->lock);
	pthread_mutex_unlock(&context->lock);
	send_waiters_home(context);
	while ((bytes = io_getevents2(context->v2, narrow, sizeof(narrow), sizeof(narrow[0]), NULL, 0)) > 0) {
		const long found = bytes / (long)sizeof(narrow[0]);
		long count = 0;

		pthread_mutex_lock(&context->lock);
		for (i = 0; i < found; i++)
			count += take_event(context, &narrow[i], &events[count], &targets[count]);
		__atomic_fetch_sub(&context->nops, (int)(found - count), __ATOMIC_RELAXED);
		/* First the events, then the signals; io_getevents, which needs the lock, sees both or neither. */
		ring_put(context, events, count);
		targets_signal(targets, count);
		pump_wake(context);
		pthread_mutex_unlock(&context->lock);
	}
	return NULL;
}

int pump_start(struct context *context)
{
	sigset_t all, before;
	int error;

	if (context->is_pumped)
		return 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&context->pump, NULL, pump, context);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return -EAGAIN;
	__atomic_store_n(&context->is_pumped, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void pump_end(struct context *context)
{
	if (context->is_pumped)
		pthread_join(context->pump, NULL);
}

void pump_wake(struct context *context)
{
	const __u32 count = ring_count(context);
	const struct pump_waiter *waiter;

	for (waiter = context->waiters; waiter; waiter = waiter->next)
		if (count >= waiter->need || context->state != LIVE)
			eventfd_write(waiter->fd, 1);
}

static void enqueue(struct context *context, struct pump_waiter *waiter, long need)
{
	waiter->need = need;
	waiter->next = context->waiters;
	context->waiters = waiter;
}

static void dequeue(struct context *context, const struct pump_waiter *waiter)
{
	struct pump_waiter **link = &context->waiters;

	while (*link != waiter)
		link = &(*link)->next;
	*link = waiter->next;
}

/* Sleeps until the pump has something: 0, -ETIME or -EINTR. */
static long nap(int fd, __s64 deadline, const sigset_t *mask)
{
	struct pollfd bell = { .fd = fd, .events = POLLIN };
	const __s64 left = deadline == NEVER ? 0 : deadline - now();
	const struct timespec time = { left > 0 ? left / 1000000000 : 0, left > 0 ? left % 1000000000 : 0 };
	eventfd_t count;
	int ready = ppoll(&bell, 1, deadline == NEVER ? NULL : &time, mask);

	if (ready < 0)
		return -EINTR;
	if (ready == 0)
		return -ETIME;
	eventfd_read(fd, &count);
	return 0;
}

long pump_reap(struct context *context, long min_nr, long nr, struct io_event *events, long got, __s64 deadline,
	       const sigset_t *mask)
{
	struct pump_waiter waiter = { .fd = -1 };
	long result = 0;

	for (;;) {
		long more = 0;

		pthread_mutex_lock(&context->lock);
		if (context->state == LIVE)
			more = ring_take(context, events + got, nr - got);
		else
			result = -EINVAL;
		got += more > 0 ? more : 0;
		if (more < 0)
			result = more;
		if (got < min_nr && !result && deadline != 0 && waiter.fd >= 0)
			enqueue(context, &waiter, min_nr - got);
		pthread_mutex_unlock(&context->lock);
		if (got >= min_nr || result || deadline == 0)
			break;
		if (waiter.fd < 0) {
			/* Then once more, with the waiter in the queue. */
			waiter.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
			if (waiter.fd < 0)
				result = -EAGAIN;
			if (result)
				break;
			continue;
		}
		result = nap(waiter.fd, deadline, mask);
		pthread_mutex_lock(&context->lock);
		dequeue(context, &waiter);
		if (result)
			more = ring_take(context, events + got, nr - got);
		pthread_mutex_unlock(&context->lock);
		if (result) {
			got += more > 0 ? more : 0;
			break;
		}
	}
	if (waiter.fd >= 0)
		close(waiter.fd);
	return got ? got : result == -ETIME ? 0 : result;
}
