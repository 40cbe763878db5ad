/* SPDX-License-Identifier: MIT */
/* io_cancel: of v1's requests a poll can be cancelled, once, and says so in the ring: with 0, not with an errno. */
#include <errno.h>

#include "compat.h"

/* The oldest poll of this iocb that nobody has cancelled yet, as v2 names it; 0 if there is none. */
static __u64 oldest(struct context *context, const struct iocb *iocb)
{
	__u64 name = 0;
	__u32 i, age = 0;

	pthread_mutex_lock(&context->lock);
	for (i = 0; i < context->capacity; i++) {
		const struct slot *slot = &context->slots[i];

		if (slot->state != SLOT_BUSY || slot->opcode != IOCB_CMD_POLL || slot->obj != (__u64)(uintptr_t)iocb)
			continue;
		if (!name || context->generation - slot->generation > age) {
			age = context->generation - slot->generation;
			name = slot_name(context, i);
		}
	}
	if (name)
		slot_find(context, name)->state = SLOT_CANCELLED;
	pthread_mutex_unlock(&context->lock);
	return name;
}

static long cancel_inside(struct context *context, const struct iocb *iocb)
{
	__u64 name;
	__u32 key;

	if (user_read(&key, &iocb->aio_key, sizeof(key)))
		return -EFAULT;
	if (key != 0)
		return -EINVAL;
	/* One that has ended meanwhile is passed over. */
	while ((name = oldest(context, iocb)))
		if (io_cancel2(context->v2, name, 0) > 0)
			return -EINPROGRESS;
	return -EINVAL;
}

long cancel(v1_context handle, struct iocb *iocb, struct io_event *result)
{
	struct context *context = context_enter(handle);
	long answer;

	if (!context)
		return kernel_cancel(handle, iocb, result);
	answer = cancel_inside(context, iocb);
	context_exit(context);
	return answer;
}
