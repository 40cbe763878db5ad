/* SPDX-License-Identifier: MIT */
/* The headers alone, without the library: batches, hostile events, and a ring that this program keeps itself. */
#include "check.h"

#include <string.h>

#include <libaio2.h>

static void batches_refuse_what_does_not_fit(void)
{
	AIO2_BUFFER(buffer, 112);
	struct aio2_batch batch;
	__u64 tag = 5;
	struct aio2_attr *attr = (void *)(buffer + 48);

	aio2_batch_init(&batch, buffer, sizeof(buffer));
	EQUAL(-EINVAL, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0));
	CHECK(aio2_batch_pread(&batch, 3, buffer, 9, -1, 77));
	EQUAL(0, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_ACCOUNT, AIO2_ATTR_REQUIRED, &tag, 5));
	EQUAL(13, attr->bytes);
	EQUAL(64, batch.last->bytes);
	CHECK(buffer[61] == 0 && buffer[62] == 0 && buffer[63] == 0);
	CHECK(aio2_batch_nop(&batch, 1));
	CHECK(!aio2_batch_nop(&batch, 2));
	EQUAL(-ENOSPC, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0));
	EQUAL(-ENOSPC, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0xfffffff0));
	EQUAL(112, batch.used);
}

/* Every value of every byte of two records: the walk stays inside (ASan watches) and ends. */
static void walks_stay_inside(void)
{
	enum { BYTES = 24 + 40 + 24 };
	struct io_event2 first = { .bytes = 64 }, second = { .bytes = 24, .user_data = 2 };
	struct aio2_attr_ret ret = { .bytes = 40, .type = AIO2_ATTR_TYPE_TIMING };
	int at, value;

	for (at = 0; at < BYTES; at++)
		for (value = 0; value < 256; value++) {
			unsigned char *events = malloc(BYTES);
			const struct io_event2 *event;
			const struct aio2_attr_ret *found;
			int count = 0;

			CHECK(events);
			memcpy(events, &first, 24);
			memcpy(events + 24, &ret, 16);
			memset(events + 40, 1, 24);
			memcpy(events + 64, &second, 24);
			events[at] = (unsigned char)value;
			aio2_for_each_event(event, events, (size_t)BYTES) {
				CHECK(++count <= 3);
				aio2_for_each_ret(found, event) {
					const struct aio2_ret_timing *timing = aio2_ret_payload(found, sizeof(*timing));

					CHECK(!timing || timing->complete == 0x0101010101010101 || at >= 40);
				}
			}
			free(events);
		}
}

/* Lays a ring out as a kernel would, in ordinary memory. */
enum { RING = 4096, USER = 256, DATA = 512 };
static unsigned char map[DATA + RING] __attribute__((aligned(64)));
static struct aio2_ring *header = (void *)map;
static struct aio2_ring_user *user = (void *)(map + USER);

static void lay_out(__u64 position)
{
	struct aio2_ring fresh = { .magic = AIO2_RING_MAGIC, .version = AIO2_RING_VERSION, .header_bytes = sizeof(fresh),
		.ring_bytes = RING, .user_offset = USER, .data_offset = DATA, .map_bytes = sizeof(map),
		.max_event_bytes = RING / 4, .start = position, .tail = position };

	memset(map, 0, sizeof(map));
	*header = fresh;
	user->head = position;
}

static void put(__u32 bytes, __u16 flags, __u64 user_data)
{
	struct io_event2 event = { .bytes = bytes, .flags = flags, .user_data = user_data };

	memcpy(map + DATA + (header->tail & (RING - 1)), &event, flags & AIO2_EVENT_PAD ? 8 : sizeof(event));
	header->tail += bytes;
}

static void rings_are_judged_before_they_are_used(void)
{
	struct aio2_ring_view view;

	lay_out(0);
	EQUAL(0, aio2_ring_view_at(&view, map, sizeof(map), 0));
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map) - 1, 0));
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, 8, 0));
	header->incompat = 1;
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map), 0));
	lay_out(0);
	header->version++;
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map), 0));
	lay_out(0);
	header->ring_bytes = 12288;
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map), 0));
	lay_out(0);
	header->user_offset = 0xfffffff8;
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map), 0));
	lay_out(0);
	header->magic = 0;
	EQUAL(-EPROTO, aio2_ring_view_at(&view, map, sizeof(map), 0));
}

static void reaping(int single, __u64 start)
{
	AIO2_BUFFER(events, 4096);
	const struct io_event2 *event = (const void *)events;
	struct aio2_ring_view view;
	__u32 flag;

	/* A pad up to the end, then an event at the start of the ring. */
	lay_out(start + RING - 32);
	EQUAL(0, aio2_ring_view_at(&view, map, sizeof(map), single));
	EQUAL(0, aio2_ring_reap(&view, events, sizeof(events)));
	put(24, 0, 1);
	EQUAL(-EMSGSIZE, aio2_ring_reap(&view, events, 23));
	put(8, AIO2_EVENT_PAD, 0);
	put(40, 0, 2);
	EQUAL(24, aio2_ring_reap(&view, events, 63));
	EQUAL(1, event->user_data);
	EQUAL(40, aio2_ring_reap(&view, events, sizeof(events)));
	EQUAL(2, event->user_data);
	EQUAL(header->tail, user->head);

	/* Empty, but not to be believed. */
	for (flag = 1; flag <= 16; flag <<= 1) {
		header->flags = flag;
		EQUAL(-EAGAIN, aio2_ring_reap(&view, events, sizeof(events)));
	}
	header->flags = AIO2_RING_OVERFLOW;
	put(24, 0, 3);
	EQUAL(24, aio2_ring_reap(&view, events, sizeof(events)));

	/* Sizes that lie are not followed, and head stays. */
	header->flags = 0;
	put(24, 0, 4);
	for (flag = 0; flag < 64; flag += flag == 23 ? 2 : 1) {
		memcpy(map + DATA + (user->head & (RING - 1)), &flag, 4);
		EQUAL(flag == 24 ? 24 : -EAGAIN, flag == 24 ? 24 : aio2_ring_reap(&view, events, sizeof(events)));
	}
	EQUAL(header->tail - 24, user->head);

	/* A head that is not within the ring. */
	user->head = header->tail + 8;
	EQUAL(-EAGAIN, aio2_ring_reap(&view, events, sizeof(events)));
	user->head = header->tail - RING - 8;
	EQUAL(-EAGAIN, aio2_ring_reap(&view, events, sizeof(events)));

	aio2_ring_eventfd_off(&view);
	EQUAL(AIO2_USER_EVENTFD_OFF, user->user_flags);
	aio2_ring_eventfd_on(&view);
	EQUAL(0, user->user_flags);
}

int main(void)
{
	struct aio2_wait wait;

	alarm(BOUND_SECONDS);
	batches_refuse_what_does_not_fit();
	walks_stay_inside();
	rings_are_judged_before_they_are_used();
	reaping(0, 0);
	reaping(1, 0);
	reaping(0, (__u64)0 - 4 * RING);	/* positions wrap at 2^64 */
	aio2_wait_init(&wait, 1500000000);
	CHECK(wait.sec == 1 && wait.nsec == 500000000 && wait.size == 40);
	CHECK(strcmp(aio2_reason_str(AIO2_REASON_ATTR_TWICE), "the same attribute type twice") == 0);
	return 0;
}
