/* SPDX-License-Identifier: MIT */
/*
 * libaio2.h - AIO v2 for C and C++ programs: batches of iocbs, reaping, attribute returns.
 *
 * Everything here is static inline (C99, GNU builtins) and needs no library, except the functions that make one of the nine
 * calls themselves: aio2_batch_submit, aio2_reap and aio2_ring_follow.
 *
 *	struct aio2_batch batch;
 *	aio2_batch_init(&batch, buffer, sizeof(buffer));
 *	aio2_batch_pread(&batch, fd, data, 4096, 0, 1);
 *	aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0);
 *	long accepted = aio2_batch_submit(ctx, &batch, NULL);
 */
#ifndef _LIBAIO2_H
#define _LIBAIO2_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <aio2_calls.h>
#include <aio2_ring.h>

/* Declares an 8-byte aligned buffer, as records want it. */
#define AIO2_BUFFER(name, bytes) unsigned char name[bytes] __attribute__((__aligned__(8)))

/**
 * aio2_reason_str - One line that says what a reason code means (SUBMIT-5)
 * @reason: AIO2_REASON_* of struct aio2_extack
 */
static __inline__ const char *aio2_reason_str(__u32 reason)
{
	return aio2_reason_text(reason);
}

/* Bytes that a record or attribute takes with its padding; n is at most 2^32 - 8. */
static __inline__ __u32 aio2_padded(__u32 n)
{
	return (n + (AIO2_ALIGN - 1U)) & ~(AIO2_ALIGN - 1U);
}

/* ---- batches ----------------------------------------------------------------------------------------------------- */

/**
 * struct aio2_batch - A packed run of iocbs in a buffer of the caller
 * @buffer: 8-byte aligned
 * @room: Bytes there
 * @used: Bytes filled: what io_submit2 takes
 * @last: The newest iocb, to which aio2_batch_attr adds; NULL in an empty batch
 */
struct aio2_batch {
	void *buffer;
	size_t room;
	size_t used;
	struct iocb2 *last;
};

static __inline__ void aio2_batch_init(struct aio2_batch *batch, void *buffer, size_t room)
{
	batch->buffer = buffer;
	batch->room = room;
	batch->used = 0;
	batch->last = NULL;
}

/**
 * aio2_batch_add - Adds an iocb, all zero but for what is given here
 *
 * Return: the iocb, whose other fields the caller may set; or NULL if the batch is full
 */
static __inline__ struct iocb2 *aio2_batch_add(struct aio2_batch *batch, __u32 opcode, int fd, __u64 user_data)
{
	struct iocb2 *iocb;

	if (batch->room - batch->used < sizeof(*iocb))
		return NULL;
	iocb = (struct iocb2 *)(void *)((char *)batch->buffer + batch->used);
	memset(iocb, 0, sizeof(*iocb));
	iocb->bytes = (__u32)sizeof(*iocb);
	iocb->opcode = (__u16)opcode;
	iocb->fd = fd;
	iocb->user_data = user_data;
	batch->used += sizeof(*iocb);
	batch->last = iocb;
	return iocb;
}

static __inline__ struct iocb2 *aio2_batch_transfer(struct aio2_batch *batch, __u32 opcode, int fd, const void *addr,
						    __u64 len, __s64 offset, __u64 user_data)
{
	struct iocb2 *iocb = aio2_batch_add(batch, opcode, fd, user_data);

	if (iocb) {
		iocb->addr = (__u64)(uintptr_t)addr;
		iocb->len = len;
		iocb->offset = offset;
	}
	return iocb;
}

/* An offset of -1 is the file position; streams need it. */
static __inline__ struct iocb2 *aio2_batch_pread(struct aio2_batch *batch, int fd, void *addr, __u64 len, __s64 offset,
						 __u64 user_data)
{
	return aio2_batch_transfer(batch, AIO2_OP_PREAD, fd, addr, len, offset, user_data);
}

static __inline__ struct iocb2 *aio2_batch_pwrite(struct aio2_batch *batch, int fd, const void *addr, __u64 len,
						  __s64 offset, __u64 user_data)
{
	return aio2_batch_transfer(batch, AIO2_OP_PWRITE, fd, addr, len, offset, user_data);
}

/* The array may be reused once it is submitted; what it points to may not, until the event (SUBMIT-2). */
static __inline__ struct iocb2 *aio2_batch_preadv(struct aio2_batch *batch, int fd, const struct aio2_vec *vec, __u32 count,
						  __s64 offset, __u64 user_data)
{
	return aio2_batch_transfer(batch, AIO2_OP_PREADV, fd, vec, count, offset, user_data);
}

static __inline__ struct iocb2 *aio2_batch_pwritev(struct aio2_batch *batch, int fd, const struct aio2_vec *vec, __u32 count,
						   __s64 offset, __u64 user_data)
{
	return aio2_batch_transfer(batch, AIO2_OP_PWRITEV, fd, vec, count, offset, user_data);
}

static __inline__ struct iocb2 *aio2_batch_fsync(struct aio2_batch *batch, int fd, __u64 user_data)
{
	return aio2_batch_add(batch, AIO2_OP_FSYNC, fd, user_data);
}

static __inline__ struct iocb2 *aio2_batch_fdsync(struct aio2_batch *batch, int fd, __u64 user_data)
{
	return aio2_batch_add(batch, AIO2_OP_FDSYNC, fd, user_data);
}

static __inline__ struct iocb2 *aio2_batch_nop(struct aio2_batch *batch, __u64 user_data)
{
	return aio2_batch_add(batch, AIO2_OP_NOP, 0, user_data);
}

/* events: as poll(2) has them; flags: 0, AIO2_IOCB_MULTI or AIO2_IOCB_LEVEL. */
static __inline__ struct iocb2 *aio2_batch_poll(struct aio2_batch *batch, int fd, __u16 events, __u32 flags, __u64 user_data)
{
	struct iocb2 *iocb = aio2_batch_add(batch, AIO2_OP_POLL, fd, user_data);

	if (iocb) {
		iocb->len = events;
		iocb->flags = (__u16)flags;
	}
	return iocb;
}

/**
 * aio2_batch_attr - Adds an attribute to the newest iocb (ATTR-1)
 * @type: AIO2_ATTR_TYPE_*
 * @flags: AIO2_ATTR_REQUIRED, AIO2_ATTR_NORETURN
 * @payload: What it carries, or NULL with @bytes 0
 *
 * Return: 0; -ENOSPC if it does not fit the batch or AIO2_IOCB_MAX; -EINVAL in an empty batch
 */
static __inline__ int aio2_batch_attr(struct aio2_batch *batch, __u32 type, __u32 flags, const void *payload, __u32 bytes)
{
	struct aio2_attr *attr;
	__u32 whole;

	if (!batch->last)
		return -EINVAL;
	if (bytes > AIO2_IOCB_MAX)
		return -ENOSPC;
	whole = aio2_padded((__u32)sizeof(*attr) + bytes);
	if (whole > AIO2_IOCB_MAX - batch->last->bytes || whole > batch->room - batch->used)
		return -ENOSPC;
	attr = (struct aio2_attr *)(void *)((char *)batch->buffer + batch->used);
	memset(attr, 0, whole);
	attr->bytes = (__u32)sizeof(*attr) + bytes;
	attr->type = (__u16)type;
	attr->flags = (__u16)flags;
	if (bytes)
		memcpy(attr + 1, payload, bytes);
	batch->last->bytes += whole;
	batch->used += whole;
	return 0;
}

/**
 * aio2_batch_submit - Submits what is there; what was not accepted moves to the start of the buffer
 *
 * Return: as io_submit2. After an error nothing has moved, and @ext says what was wrong.
 */
static __inline__ long aio2_batch_submit(aio2_context_t ctx, struct aio2_batch *batch, struct aio2_extack *ext)
{
	long result = io_submit2(ctx, batch->buffer, batch->used, ext);

	if (result > 0) {
		batch->used -= (size_t)result;
		if (batch->used)
			memmove(batch->buffer, (char *)batch->buffer + result, batch->used);
		/* Which record is the newest is not looked for: attributes go to iocbs before they are submitted. */
		batch->last = NULL;
	}
	return result;
}

/* ---- events and their returns ------------------------------------------------------------------------------------ */

/* The record at a place, or NULL if no whole one lies in the bytes from there to the end. */
static __inline__ const struct io_event2 *aio2_event_at(const void *place, size_t bytes)
{
	const struct io_event2 *event = (const struct io_event2 *)place;

	if (bytes < sizeof(*event) || event->bytes < sizeof(*event) || event->bytes % AIO2_ALIGN || event->bytes > bytes)
		return NULL;
	return event;
}

/* The record behind one, or NULL. */
static __inline__ const struct io_event2 *aio2_event_next(const void *events, size_t bytes, const struct io_event2 *event)
{
	const char *place = (const char *)event + event->bytes;

	return aio2_event_at(place, bytes - (size_t)(place - (const char *)events));
}

/* Walks what io_getevents2 or a reap has filled: never beyond @bytes, whatever the records say. */
#define aio2_for_each_event(event, events, bytes) \
	for ((event) = aio2_event_at((events), (bytes)); (event); (event) = aio2_event_next((events), (bytes), (event)))

static __inline__ const struct aio2_attr_ret *aio2_ret_at(const struct io_event2 *event, size_t offset)
{
	const struct aio2_attr_ret *ret = (const struct aio2_attr_ret *)(const void *)((const char *)event + offset);

	if (offset > event->bytes || event->bytes - offset < sizeof(*ret) || ret->bytes < sizeof(*ret) ||
	    ret->bytes > event->bytes - offset)
		return NULL;
	return ret;
}

static __inline__ const struct aio2_attr_ret *aio2_ret_next(const struct io_event2 *event, const struct aio2_attr_ret *ret)
{
	return aio2_ret_at(event, (size_t)((const char *)ret - (const char *)event) + aio2_padded(ret->bytes));
}

/* Walks the attribute returns of an event: never beyond its bytes. */
#define aio2_for_each_ret(ret, event) \
	for ((ret) = aio2_ret_at((event), sizeof(struct io_event2)); (ret); (ret) = aio2_ret_next((event), (ret)))

/* The return of a type, or NULL. */
static __inline__ const struct aio2_attr_ret *aio2_ret_find(const struct io_event2 *event, __u32 type)
{
	const struct aio2_attr_ret *ret;

	aio2_for_each_ret(ret, event)
		if (ret->type == type)
			return ret;
	return NULL;
}

/* The payload, or NULL if the return has fewer than @bytes of it (a head alone: nobody handled the attribute). */
static __inline__ const void *aio2_ret_payload(const struct aio2_attr_ret *ret, size_t bytes)
{
	return ret && ret->bytes - sizeof(*ret) >= bytes ? (const void *)(ret + 1) : NULL;
}

/* ---- waiting and reaping ----------------------------------------------------------------------------------------- */

/* Relative time, ns; for an absolute CLOCK_MONOTONIC one set AIO2_WAIT_ABSTIME in flags. */
static __inline__ void aio2_wait_init(struct aio2_wait *wait, __u64 ns)
{
	memset(wait, 0, sizeof(*wait));
	wait->size = (__u32)sizeof(*wait);
	wait->sec = (__s64)(ns / 1000000000U);
	wait->nsec = (__s64)(ns % 1000000000U);
}

/* The signal mask while waiting, as in ppoll(2): @mask is a sigset_t, and stays the caller's (CTX-2). */
static __inline__ void aio2_wait_mask(struct aio2_wait *wait, const void *mask)
{
	wait->sigmask = (__u64)(uintptr_t)mask;
	wait->sigset_bytes = mask ? 8 : 0;
}

/**
 * aio2_reap - Takes events: from the ring if it has any, without a call, else by io_getevents2
 * @ring: The context's ring, or NULL where it is private
 * @min_bytes: 0 does not wait
 * @wait: How long, or NULL for ever
 *
 * Return: as io_getevents2. What the ring gives at once is returned even if it is less than @min_bytes.
 */
static __inline__ long aio2_reap(aio2_context_t ctx, struct aio2_ring_view *ring, void *events, size_t bytes,
				 size_t min_bytes, const struct aio2_wait *wait)
{
	long result = ring ? aio2_ring_reap(ring, events, bytes) : -EAGAIN;

	if (result > 0 || result == -EMSGSIZE || (result == 0 && min_bytes == 0))
		return result;
	return io_getevents2(ctx, events, bytes, min_bytes, wait, 0);
}

/**
 * aio2_ring_follow - After a RESIZE, once the old ring is empty: goes to the new one and gives the old one up (RING-11)
 *
 * The caller lets no other thread use @ring meanwhile.
 *
 * Return: 0; or as io_ring_ctl2; or -EPROTO if the new ring is of a kind that this header does not know
 */
static __inline__ int aio2_ring_follow(aio2_context_t ctx, struct aio2_ring_view *ring)
{
	struct aio2_ring_info info;
	struct aio2_ring_view next;
	long result;

	memset(&info, 0, sizeof(info));
	info.size = (__u32)sizeof(info);
	result = io_ring_ctl2(ctx, AIO2_CTL_GET_RING, (__u64)(uintptr_t)&info);
	if (result < 0)
		return (int)result;
	result = aio2_ring_view_at(&next, (void *)(uintptr_t)info.ring_addr, (size_t)info.ring_map_bytes, ring->single);
	if (result < 0)
		return (int)result;
	result = io_ring_ctl2(ctx, AIO2_CTL_RELEASE, 0);
	if (result < 0)
		return (int)result;
	*ring = next;
	return 0;
}

#endif /* _LIBAIO2_H */
