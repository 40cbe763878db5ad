/* SPDX-License-Identifier: MIT */
/*
 * aio2_ring.h - Reaping from a ring that is shared with the kernel, without a call (RING-1 to RING-8, RING-10).
 *
 *	map             user_offset        data_offset                    ring_map_bytes
 *	+---------------+------------------+------------------------------+
 *	| constants     | head             |   ... | event | event | PAD  |
 *	| tail, flags   | user_flags       |                              |
 *	+---------------+------------------+------------------------------+
 *	 kernel writes    user writes        kernel writes
 *
 * Static inline, C99 or C++, GNU __atomic builtins; needs no library. Positions are free-running counts of bytes.
 */
#ifndef _AIO2_RING_H
#define _AIO2_RING_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <linux/aio2_abi.h>

/**
 * struct aio2_ring_view - A ring as this process sees it
 * @header: Constants and kernel line, read-only
 * @user: head and user_flags
 * @data: Data area
 * @ring_bytes: Bytes there, a power of two
 * @single: Non-zero: the promise of AIO2_SETUP_SINGLE_REAPER was given
 *
 * Nothing in it changes after it is made: any number of threads may share one, or have one each.
 */
struct aio2_ring_view {
	const struct aio2_ring *header;
	struct aio2_ring_user *user;
	const unsigned char *data;
	size_t map_bytes;
	__u32 ring_bytes;
	int single;
};

/**
 * aio2_ring_view_at - Judges the header of a ring and makes a view of it
 * @map_bytes: Bytes of the mapping, as known from elsewhere than the header
 *
 * Return: 0; or -EPROTO: not to be understood, so leave it alone and use io_getevents2 (RING-1)
 */
static __inline__ int aio2_ring_view_at(struct aio2_ring_view *view, void *map, size_t map_bytes, int single)
{
	const struct aio2_ring *header = (const struct aio2_ring *)map;
	__u32 ring_bytes, user_offset, data_offset;

	if (map_bytes < sizeof(*header))
		return -EPROTO;
	/* Acquire: the other constants come after. Pairs with the kernel's release of magic, its last store to them. */
	if (__atomic_load_n(&header->magic, __ATOMIC_ACQUIRE) != AIO2_RING_MAGIC || header->version != AIO2_RING_VERSION ||
	    header->incompat != 0)
		return -EPROTO;
	ring_bytes = header->ring_bytes;
	user_offset = header->user_offset;
	data_offset = header->data_offset;
	if (ring_bytes < AIO2_RING_BYTES_MIN || ring_bytes > AIO2_RING_BYTES_MAX || (ring_bytes & (ring_bytes - 1)) != 0 ||
	    user_offset < sizeof(*header) || user_offset % AIO2_ALIGN || data_offset % AIO2_ALIGN ||
	    user_offset > map_bytes || map_bytes - user_offset < sizeof(struct aio2_ring_user) ||
	    data_offset < user_offset + sizeof(struct aio2_ring_user) || data_offset > map_bytes ||
	    map_bytes - data_offset < ring_bytes)
		return -EPROTO;
	view->header = header;
	view->user = (struct aio2_ring_user *)(void *)((char *)map + user_offset);
	view->data = (const unsigned char *)map + data_offset;
	view->map_bytes = map_bytes;
	view->ring_bytes = ring_bytes;
	view->single = single;
	return 0;
}

/* The ring of a context that was made with these flags: 0, or -EPROTO as above, also where the ring is private. */
static __inline__ int aio2_ring_open(struct aio2_ring_view *view, const struct aio2_params *params, __u32 setup_flags)
{
	if (!(setup_flags & AIO2_SETUP_USER_REAP))
		return -EPROTO;
	return aio2_ring_view_at(view, (void *)(uintptr_t)params->ring_addr, (size_t)params->ring_map_bytes,
				 (setup_flags & AIO2_SETUP_SINGLE_REAPER) != 0);
}

/* Unmaps a kernel-made ring; after io_destroy2, when no thread reaps any longer (DESTROY-1). */
static __inline__ int aio2_ring_close(struct aio2_ring_view *view)
{
	return munmap((void *)(uintptr_t)view->header, view->map_bytes) == 0 ? 0 : -errno;
}

/**
 * aio2_ring_look - RING-8: where events stand
 *
 * Return: 1 and *head, *tail: there are events; 0: there was none at the moment that flags was loaded; -EAGAIN: only
 * io_getevents2 can tell (overflow, moved, corrupt, dead, or a flag of a newer kernel)
 */
static __inline__ int aio2_ring_look(const struct aio2_ring_view *view, __u64 *head, __u64 *tail)
{
	/* Acquire, first: pairs with the moves of head by other reapers and by the call. */
	__u64 first = __atomic_load_n(&view->user->head, __ATOMIC_ACQUIRE);

	for (;;) {
		/* Acquire, between head and tail: any other order is wrong. Pairs with the kernel's stores of flags. */
		__u32 flags = __atomic_load_n(&view->header->flags, __ATOMIC_ACQUIRE);
		/* Acquire, last: the records below it. Pairs with the kernel's release of tail. */
		__u64 last = __atomic_load_n(&view->header->tail, __ATOMIC_ACQUIRE);
		__u64 again;

		if (flags & ~(AIO2_RING_OVERFLOW | AIO2_RING_MOVED | AIO2_RING_CORRUPT | AIO2_RING_DEAD))
			return -EAGAIN;
		if (last - first - 1 < view->ring_bytes) {
			*head = first;
			*tail = last;
			return 1;
		}
		if (last == first)
			return flags ? -EAGAIN : 0;
		/* Reapers and kernel may have gone round since head was loaded; if not, somebody has spoilt it. */
		again = __atomic_load_n(&view->user->head, __ATOMIC_ACQUIRE);
		if (again == first)
			return -EAGAIN;
		first = again;
	}
}

/* A word of a record, whatever its type: so that no compiler takes it for unrelated to the fields read from it. */
typedef __u64 __attribute__((__may_alias__)) aio2_ring_word;

/* Copies whole words that another party may be writing: what they mean is known once head has moved. */
static __inline__ void aio2_ring_copy(void *to, const unsigned char *from, size_t bytes)
{
	aio2_ring_word *words = (aio2_ring_word *)to;
	const aio2_ring_word *source = (const aio2_ring_word *)(const void *)from;
	size_t i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		words[i] = __atomic_load_n(&source[i], __ATOMIC_RELAXED);
}

/* Moves head over what was copied: non-zero if nobody else has moved it since. */
static __inline__ int aio2_ring_take(struct aio2_ring_view *view, __u64 head, __u64 next)
{
	if (view->single) {
		/* Release: the copy comes before. Pairs with the kernel's acquire of head. */
		__atomic_store_n(&view->user->head, next, __ATOMIC_RELEASE);
		return 1;
	}
	/* Acquire and release: the copy comes before, and means something only if this succeeds. */
	return __atomic_compare_exchange_n(&view->user->head, &head, next, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* Copies whole records from [head, tail) as they fit; the bytes copied, and in *next what then is head. */
static __inline__ long aio2_ring_collect(const struct aio2_ring_view *view, __u64 head, __u64 tail, void *events,
					 size_t bytes, __u64 *next)
{
	size_t filled = 0;

	*next = head;
	while (head != tail) {
		__u32 index = (__u32)(head & (view->ring_bytes - 1));
		__u32 limit = view->ring_bytes - index;
		__u64 word;
		__u32 size;
		__u16 flags;

		if (tail - head < limit)
			limit = (__u32)(tail - head);
		if (limit < 8 || limit % AIO2_ALIGN)
			return -EPROTO;
		/* The first 8 bytes, once: bytes and flags. A pad has no others. */
		word = __atomic_load_n((const aio2_ring_word *)(const void *)(view->data + index), __ATOMIC_RELAXED);
		__builtin_memcpy(&size, &word, sizeof(size));
		__builtin_memcpy(&flags, (const char *)&word + offsetof(struct io_event2, flags), sizeof(flags));
		if (size % AIO2_ALIGN || size > limit || size < sizeof(word))
			return -EPROTO;
		head += size;
		if (flags & AIO2_EVENT_PAD)
			continue;
		if (size < sizeof(struct io_event2))
			return -EPROTO;
		if (size > bytes - filled)
			return filled ? (long)filled : -EMSGSIZE;
		aio2_ring_copy((char *)events + filled, view->data + index, size);
		filled += size;
		*next = head;
	}
	/* A pad without its event is never published (RING-3). */
	return filled ? (long)filled : -EPROTO;
}

/**
 * aio2_ring_reap - Takes as many whole events as there are and fit
 * @events: 8-byte aligned
 *
 * Return: bytes taken; 0: none was there (RING-8); -EAGAIN: ask io_getevents2; -EMSGSIZE: the first one does not fit, and
 * stays
 */
static __inline__ long aio2_ring_reap(struct aio2_ring_view *view, void *events, size_t bytes)
{
	for (;;) {
		__u64 head, tail, next;
		long result = aio2_ring_look(view, &head, &tail);

		if (result <= 0)
			return result;
		result = aio2_ring_collect(view, head, tail, events, bytes, &next);
		if (result > 0) {
			if (aio2_ring_take(view, head, next))
				return result;
			continue;
		}
		/* What was read counts only if head has stood still: the loads come before this one. */
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&view->user->head, __ATOMIC_RELAXED) == head)
			return result == -EPROTO ? -EAGAIN : result;
	}
}

/* The eventfd need not be signalled: a hint, for while the program reaps anyway (RING-10). */
static __inline__ void aio2_ring_eventfd_off(struct aio2_ring_view *view)
{
	__atomic_fetch_or(&view->user->user_flags, AIO2_USER_EVENTFD_OFF, __ATOMIC_RELAXED);
}

/* Signals are wanted again. Afterwards reap until 0 comes, then sleep: in this order no event is slept through. */
static __inline__ void aio2_ring_eventfd_on(struct aio2_ring_view *view)
{
	__atomic_fetch_and(&view->user->user_flags, ~AIO2_USER_EVENTFD_OFF, __ATOMIC_RELAXED);
	/* Full fence: the clear before the test of RING-8. Pairs with the kernel's, between tail and user_flags. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#endif /* _AIO2_RING_H */
