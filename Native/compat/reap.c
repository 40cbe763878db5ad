/* SPDX-License-Identifier: MIT */
/*
 * io_getevents: v2 events are written into the program's own array and widened there, from the last to the first, so that
 * nothing is copied twice and no byte behind the last v1 event is touched.
 *
 *   | 24 | 24 | 24 |  ...              io_getevents2
 *   |    32   |    32   |    32   |    io_getevents
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "compat.h"

#define PAGE_LEAST 4096

/* Events that are fetched at once for a program that asks for fewer; the others wait in the ring. */
#define FETCH_CHUNK 32

int take_event(struct context *context, const struct io_event2 *from, struct io_event *to, struct target **target)
{
	const __s64 res = from->res;
	struct slot *slot = slot_find(context, from->user_data);

	*target = NULL;
	if (!slot)
		return 0;
	to->data = slot->data;
	to->obj = slot->obj;
	to->res = unlikely(res == -ECANCELED) && slot->opcode == IOCB_CMD_POLL ? 0 : res;
	to->res2 = 0;
	*target = slot->target;
	slot_push(context, (__u32)(slot - context->slots));
	return 1;
}

/* The NOPs that have woken somebody, taken out: what is left. */
static long without_nops(struct context *context, struct io_event2 *events, long count)
{
	long from, to = 0;

	for (from = 0; from < count; from++)
		if (events[from].user_data)
			events[to++] = events[from];
	if (unlikely(to < count))
		__atomic_fetch_sub(&context->nops, (int)(count - to), __ATOMIC_RELAXED);
	return to;
}

/*
 * How many of count v1 events the array has room for in pages that can be written: io_getevents2 has tried the first three
 * quarters of it. What does not fit waits in the ring.
 */
static long fitting(struct context *context, struct io_event *events, struct io_event2 *narrow, long count,
		    struct target **targets)
{
	const uintptr_t end = (uintptr_t)(events + count) - 1;
	struct io_event rest;
	long fit = count, i;

	if (likely((uintptr_t)(narrow + count - 1) / PAGE_LEAST == end / PAGE_LEAST) || user_can_write((void *)end))
		return count;
	while (fit > 0 && (uintptr_t)(events + fit) - 1 >= end / PAGE_LEAST * PAGE_LEAST)
		fit--;
	for (i = fit; i < count; i++)
		if (take_event(context, &narrow[i], &rest, &targets[i]))
			ring_put(context, &rest, 1);
	return fit;
}

/* Widens what io_getevents2 has written: v1 events. *is_cut: there was no place for all of them. */
static long widen(struct context *context, struct io_event *events, long bytes, int *is_cut)
{
	struct io_event2 *narrow = (struct io_event2 *)(void *)events;
	const long count = without_nops(context, narrow, bytes / (long)sizeof(*narrow));
	struct target *targets[REAP_CHUNK];
	long fit, i;

	if (count == 0)
		return 0;
	pthread_mutex_lock(&context->lock);
	fit = fitting(context, events, narrow, count, targets);
	*is_cut |= fit < count;
	for (i = fit - 1; i >= 0; i--) {
		const struct io_event2 event = narrow[i];

		if (unlikely(!take_event(context, &event, &events[i], &targets[i])))
			memset(&events[i], 0, sizeof(events[i]));
	}
	/* Nobody had one before there was a pump. */
	if (unlikely(is_pumped(context))) {
		targets_signal(targets, count);
		pump_wake(context);
	}
	pthread_mutex_unlock(&context->lock);
	return fit ? fit : -EFAULT;
}

static long v1_error(long result)
{
	return result == -ENXIO ? -EINVAL : result;
}

/*
 * Puts what is there now into the ring, for those who ask for few: the next calls find it there, without entering libaio2.
 * Events put there: fewer than FETCH_CHUNK, and there were no more; or -errno.
 */
static long fetch(struct context *context)
{
	struct io_event2 narrow[FETCH_CHUNK];
	struct io_event events[FETCH_CHUNK];
	struct target *targets[FETCH_CHUNK];
	const long bytes = io_getevents2(context->v2, narrow, sizeof(narrow), 0, NULL, 0);
	long found, i, count = 0;

	if (bytes <= 0)
		return v1_error(bytes);
	found = without_nops(context, narrow, bytes / (long)sizeof(narrow[0]));
	pthread_mutex_lock(&context->lock);
	for (i = 0; i < found; i++)
		count += take_event(context, &narrow[i], &events[count], &targets[count]);
	ring_put(context, events, count);
	if (unlikely(is_pumped(context))) {
		targets_signal(targets, count);
		pump_wake(context);
	}
	pthread_mutex_unlock(&context->lock);
	return count;
}

/*
 * Whoever sleeps in io_getevents2 is told of what a fetch has left in the ring, as post tells them; or once more, where the NOP
 * that was to tell them may have been among what was taken.
 */
static void tell_sleepers(struct context *context)
{
	__u32 waiting;

	/* Full fences on both sides: here the ring's tail, then direct_waiters; wait_direct has it the other way round. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (likely(__atomic_load_n(&context->direct_waiters, __ATOMIC_SEQ_CST) == 0))
		return;
	waiting = ring_count(context);
	if (waiting)
		wake_direct(context, waiting < WAKERS ? (int)waiting : WAKERS);
}

/* What is there now: events, or -errno where the first cannot be had. */
static long poll_direct(struct context *context, struct io_event *events, long nr, int *is_cut)
{
	long got = 0;

	while (got < nr) {
		const long room = nr - got < REAP_CHUNK ? nr - got : REAP_CHUNK;
		const long bytes = io_getevents2(context->v2, events + got, (size_t)room * sizeof(struct io_event2), 0, NULL, 0);
		const long more = bytes > 0 ? widen(context, events + got, bytes, is_cut) : v1_error(bytes);

		if (more < 0)
			return got ? got : more;
		got += more;
		if (*is_cut || bytes < room * (long)sizeof(struct io_event2))
			break;
	}
	return got;
}

/* Waits for up to min_nr and takes what came; -ETIME after the deadline, 0 where the ring has something or will have. */
static long wait_direct(struct context *context, struct io_event *events, long nr, long min_nr, __s64 deadline,
			const sigset_t *mask, int *is_cut)
{
	const long room = nr < REAP_CHUNK ? nr : REAP_CHUNK;
	const long least = min_nr < WAKERS ? min_nr : WAKERS;
	struct aio2_wait wait;
	sigset_t now_blocked;
	long bytes, got;

	if (!mask) {
		/* With a mask, even the present one, io_getevents2 is interrupted by handlers as io_getevents is (CTX-2). */
		pthread_sigmask(SIG_BLOCK, NULL, &now_blocked);
		mask = &now_blocked;
	}
	memset(&wait, 0, sizeof(wait));
	wait.size = sizeof(wait);
	wait.flags = AIO2_WAIT_ABSTIME;
	wait.sec = deadline / 1000000000;
	wait.nsec = deadline % 1000000000;
	wait.sigmask = (__u64)(uintptr_t)mask;
	wait.sigset_bytes = 8;
	/*
	 * Full fences on all sides: this one counts itself, then looks at the ring and whether there is a pump. Who puts
	 * something into the ring, or starts a pump, does that first and then wakes those who are counted.
	 */
	__atomic_add_fetch(&context->direct_waiters, 1, __ATOMIC_SEQ_CST);
	if (!is_pumped(context) && ring_count(context) == 0)
		bytes = io_getevents2(context->v2, events, (size_t)room * sizeof(struct io_event2),
				      (size_t)least * sizeof(struct io_event2), &wait, 0);
	else
		bytes = -EAGAIN;
	got = bytes > 0 ? widen(context, events, bytes, is_cut) : bytes == 0 ? -ETIME : bytes == -EAGAIN ? 0 : v1_error(bytes);
	/* Behind widen, which counts the NOPs out: a pump that is told now may have to send as many to others. */
	leave_direct(context);
	/* A NOP that came beside events was perhaps another's; and what the array had no room for is in the ring. */
	if (bytes > 0)
		tell_sleepers(context);
	return got;
}

static long take_from_ring(struct context *context, struct io_event *events, long nr)
{
	long got;

	pthread_mutex_lock(&context->lock);
	got = ring_take(context, events, nr);
	pthread_mutex_unlock(&context->lock);
	return got;
}

/* What is there now, by the ring and by v2. */
static long take_all(struct context *context, struct io_event *events, long nr, int *is_cut)
{
	long got = 0, more;

	if (ring_count(context)) {
		got = take_from_ring(context, events, nr);
		if (got < 0 || got == nr)
			return got;
	}
	if (nr - got < FETCH_CHUNK) {
		more = fetch(context);
		if (more > 0)
			more = take_from_ring(context, events + got, nr - got);
	} else {
		more = poll_direct(context, events + got, nr - got, is_cut);
	}
	tell_sleepers(context);
	return more >= 0 ? got + more : got ? got : more;
}

static long reap_inside(struct context *context, long min_nr, long nr, struct io_event *events, __s64 deadline,
			const sigset_t *mask)
{
	long got = 0, more;
	int is_cut = 0;

	while (!is_pumped(context)) {
		more = take_all(context, events + got, nr - got, &is_cut);
		if (more < 0)
			return got ? got : more;
		got += more;
		if (got >= min_nr || deadline == 0 || is_cut)
			return got;
		more = wait_direct(context, events + got, nr - got, min_nr - got, deadline, mask, &is_cut);
		if (more == -EINTR) {
			/* Fewer than were waited for, but what is there. */
			more = take_all(context, events + got, nr - got, &is_cut);
			got += more > 0 ? more : 0;
			return got ? got : -EINTR;
		}
		if (more < 0)
			return got ? got : more == -ETIME ? 0 : more;
		got += more;
		if (got >= min_nr || is_cut)
			return got;
	}
	return pump_reap(context, min_nr, nr, events, got, deadline, mask);
}

long reap(v1_context handle, long min_nr, long nr, struct io_event *events, const struct timespec *timeout,
	  const sigset_t *mask)
{
	struct context *context = context_enter(handle);
	sigset_t copy;
	__s64 deadline;
	long result;

	if (!context)
		return kernel_pgetevents(handle, min_nr, nr, events, timeout, mask);
	result = deadline_of(timeout, &deadline);
	if (!result && mask) {
		memset(&copy, 0, sizeof(copy));
		result = user_read(&copy, mask, 8);
	}
	if (!result && (min_nr < 0 || min_nr > nr))
		result = -EINVAL;
	if (!result && nr > 0)
		result = reap_inside(context, min_nr, nr, events, deadline, mask ? &copy : NULL);
	context_exit(context);
	return result;
}
