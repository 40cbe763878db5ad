/* SPDX-License-Identifier: MIT */
/*
 * The v1 ring: who reaps moves head, the program or ring_take, and nobody but ring_put writes events and tail. The program
 * can write all of it: tail and size are kept apart from what it sees, and head is reduced to the size.
 */
#include <errno.h>

#include "compat.h"

static __u32 ring_head(const struct context *context)
{
	/* Acquire: what a reaper has read of the events it took comes before ring_put overwrites them. */
	return __atomic_load_n(&context->ring->head, __ATOMIC_ACQUIRE) % context->ring_nr;
}

__u32 ring_count(const struct context *context)
{
	return (context->tail + context->ring_nr - ring_head(context)) % context->ring_nr;
}

void ring_put(struct context *context, const struct io_event *events, long count)
{
	__u32 tail = context->tail;
	long i;

	for (i = 0; i < count; i++) {
		context->ring->events[tail] = events[i];
		tail = tail + 1 == context->ring_nr ? 0 : tail + 1;
	}
	context->tail = tail;
	/* Release: events before the tail that covers them. */
	__atomic_store_n(&context->ring->tail, tail, __ATOMIC_RELEASE);
}

long ring_take(struct context *context, struct io_event *events, long nr)
{
	__u32 head = ring_head(context), left = ring_count(context);
	long taken = 0;

	if (left > nr)
		left = (__u32)nr;
	while (left) {
		__u32 run = context->ring_nr - head < left ? context->ring_nr - head : left;

		if (user_write(events + taken, &context->ring->events[head], run * sizeof(*events)))
			return -EFAULT;
		head = (head + run) % context->ring_nr;
		taken += run;
		left -= run;
	}
	if (taken)
		__atomic_store_n(&context->ring->head, head, __ATOMIC_RELEASE);
	return taken;
}
