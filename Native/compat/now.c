/* SPDX-License-Identifier: MIT */
/*
 * Transfers that v1 makes inside io_submit: all but those with O_DIRECT. Programs rely on it, sysbench uses its one buffer again
 * as soon as io_submit returns. v2's io_submit2 does not wait (SUBMIT-6), so these go by io_issue2, which is the same request
 * without a context; their events are in the v1 ring when io_submit returns. AIO2_COMPAT_BUFFERED=async lets them go by
 * io_submit2 instead, for programs that leave a buffer alone until its event.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"

static int is_async;

__attribute__((constructor)) static void look_at_environment(void)
{
	const char *wish = secure_getenv("AIO2_COMPAT_BUFFERED");

	is_async = wish && strcmp(wish, "async") == 0;
}

/*
 * A number that stood for a file without O_DIRECT is believed to do so for as many submits as this: to ask costs a tenth of a cached
 * read. Where it has come to stand for one with O_DIRECT meanwhile, these wait for the device; the other way round would give a
 * program its buffer too early, so that one with O_DIRECT is always asked.
 */
#define BELIEVED 31

/* Relaxed, and no single step: who loses a count asks a little later. */
static int is_believed(struct context *context, int fd)
{
	const __u64 file = __atomic_load_n(&context->without_direct, __ATOMIC_RELAXED);

	if (file >> 32 != (__u32)fd || !(__u32)file)
		return 0;
	__atomic_store_n(&context->without_direct, file - 1, __ATOMIC_RELAXED);
	return 1;
}

static int is_direct(struct context *context, int fd)
{
	int flags;

	if (likely(is_believed(context, fd)))
		return 0;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || flags & O_DIRECT)
		return 1;
	__atomic_store_n(&context->without_direct, (__u64)(__u32)fd << 32 | BELIEVED, __ATOMIC_RELAXED);
	return 0;
}

int is_made_now(struct context *context, const struct iocb2 *record, struct last_file *last)
{
	if (record->opcode < AIO2_OP_PREAD || record->opcode > AIO2_OP_PWRITEV || is_async)
		return 0;
	if (record->fd != last->fd) {
		last->fd = record->fd;
		last->is_direct = is_direct(context, record->fd);
	}
	return !last->is_direct;
}

long make_now(struct iocb2 *record, __s64 *res)
{
	struct io_event2 event;
	long result = io_issue2(record, record->bytes, &event, sizeof(event), 0);

	if (unlikely(result == -ESPIPE)) {
		/* v1 ignores the offset on a stream. */
		record->offset = -1;
		result = io_issue2(record, record->bytes, &event, sizeof(event), 0);
	}
	if (result < 0)
		return result;
	*res = event.res;
	/* v1 asks whether the file can be read before it reads. */
	return event.res == -EISDIR ? -EINVAL : 0;
}

void post(struct context *context, const struct made *made, long count)
{
	struct io_event events[SUBMIT_CHUNK];
	struct target *targets[SUBMIT_CHUNK];
	long i;

	pthread_mutex_lock(&context->lock);
	for (i = 0; i < count; i++) {
		const struct io_event2 event = { .user_data = made[i].name, .res = made[i].res };

		take_event(context, &event, &events[i], &targets[i]);
	}
	ring_put(context, events, count);
	if (unlikely(is_pumped(context))) {
		targets_signal(targets, count);
		pump_wake(context);
	}
	pthread_mutex_unlock(&context->lock);
	/* A NOP for each new event. Full fences on both sides: here the ring's tail, then direct_waiters; wait_direct has it the other way round. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (unlikely(__atomic_load_n(&context->direct_waiters, __ATOMIC_SEQ_CST) != 0))
		wake_direct(context, (int)count);
}
