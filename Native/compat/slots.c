/* SPDX-License-Identifier: MIT */
/*
 * Slots: what v1 says in an event and v2 does not carry, the iocb's data and its address. An event names its slot by
 * user_data: the index, and a generation, so that a stale name finds nothing. Generations are the order of submission.
 */
#include "compat.h"

__u32 slots_room(const struct context *context)
{
	/* What the ring holds has no slot any more, but its place is taken. */
	const __u32 held = ring_count(context);

	return held < context->free_count ? context->free_count - held : 0;
}

__u32 slot_pop(struct context *context)
{
	const __u32 index = context->free_first;
	struct slot *slot = &context->slots[index];

	context->free_first = slot->next;
	context->free_count--;
	slot->state = SLOT_BUSY;
	slot->generation = context->generation++;
	slot->target = NULL;
	return index;
}

void slot_push(struct context *context, __u32 index)
{
	struct slot *slot = &context->slots[index];

	slot->state = SLOT_FREE;
	slot->next = context->free_first;
	context->free_first = index;
	context->free_count++;
}

struct slot *slot_find(struct context *context, __u64 name)
{
	const __u32 index = (__u32)name - 1;
	struct slot *slot;

	if (index >= context->capacity)
		return NULL;
	slot = &context->slots[index];
	return slot->state != SLOT_FREE && slot->generation == name >> 32 ? slot : NULL;
}
