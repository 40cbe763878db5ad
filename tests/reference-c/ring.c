/*
 * The ring's protocol, one step a function (RING-2 to RING-5, RING-8):
 *
 *   put:   read head -> room? -> pad -> record -> tail (release)
 *   take:  head (acquire) -> record's bytes, bounded -> copy -> compare-and-swap of head
 */
#include "reference.h"

/* The index of a position; positions themselves run free (RING-2). */
static uint64_t ring_index(const struct ring *ring, uint64_t position)
{
	return position & (ring->bytes - 1);
}

/* Bytes that a record needs: its own, and those of a pad up to the end if it would straddle it (RING-3). */
static uint64_t ring_need(const struct ring *ring, uint32_t bytes)
{
	uint64_t left = ring->bytes - ring_index(ring, ring->tail);

	if (BROKEN(WRAPS))
		return bytes;
	return bytes <= left ? bytes : left + bytes;
}

static bool ring_has_room(const struct ring *ring, uint64_t head, uint64_t need)
{
	if (BROKEN(FULL_ONE_LESS))
		return ring->bytes - (ring->tail - head) > need;
	return ring->bytes - (ring->tail - head) >= need;
}

static void ring_put_pad(struct ring *ring, uint64_t position, uint64_t bytes)
{
	struct io_event2 *pad = (struct io_event2 *)(ring->data + ring_index(ring, position));

	pad->bytes = (uint32_t)bytes;
	pad->flags = AIO2_EVENT_PAD;
	pad->reserved = 0;
}

static void ring_put_record(struct ring *ring, uint64_t position, const void *event, uint32_t bytes)
{
	uint64_t left = ring->bytes - ring_index(ring, position);

	if (BROKEN(WRAPS) && bytes > left) {
		memcpy(ring->data + ring_index(ring, position), event, left);
		memcpy(ring->data, (const char *)event + left, bytes - left);
		return;
	}
	memcpy(ring->data + ring_index(ring, position), event, bytes);
}

/* Publish. The record must be visible before the tail that covers it; pairs with the reaper's acquire of tail (RING-4). */
static void ring_publish_tail(struct ring *ring, uint64_t tail)
{
	ring->tail = tail;
	__atomic_store_n(&ring->header->tail, tail, __ATOMIC_RELEASE);
}

/* A clear of OVERFLOW pairs with the reaper's acquire of flags: the drained records' tail is there before it (RING-8). */
void ring_set_flags(struct ring *ring, uint32_t flags)
{
	ring->flags = flags;
	__atomic_store_n(&ring->header->flags, flags, __ATOMIC_RELEASE);
}

/* The steps of ring_put, two of them in the wrong order. False: this is not what is broken, or it shows no difference. */
static bool ring_put_disordered(struct ring *ring, const char *event, uint32_t bytes, uint64_t need)
{
	const uint32_t fixed = sizeof(struct io_event2), length = sizeof(uint32_t);
	uint64_t start = ring->tail, at = start + need - bytes;
	uint32_t late = BROKEN(TAIL_BEFORE_RECORD) ? bytes : BROKEN(TAIL_BEFORE_RETURNS) && bytes > fixed ? bytes - fixed : 0;
	bool pads = need > bytes;

	if ((BROKEN(TAIL_BEFORE_PAD) || BROKEN(PAD_ALONE)) && pads) {
		if (BROKEN(PAD_ALONE)) {
			ring_put_pad(ring, start, need - bytes);
			ring_publish_tail(ring, at);
		} else {
			ring_put_record(ring, at, event, bytes);
			ring_publish_tail(ring, start + need);
		}
		/* Pads are rare: longer than any other step. */
		usleep(30 * HALF_DONE_US);
		if (BROKEN(PAD_ALONE)) {
			ring_put_record(ring, at, event, bytes);
			ring_publish_tail(ring, start + need);
		} else {
			ring_put_pad(ring, start, need - bytes);
		}
		return true;
	}
	if (!late && !BROKEN(TAIL_BEFORE_LENGTH))
		return false;
	if (pads)
		ring_put_pad(ring, start, need - bytes);
	if (late)
		ring_put_record(ring, at, event, bytes - late);
	else
		ring_put_record(ring, at + length, event + length, bytes - length);
	ring_publish_tail(ring, start + need);
	half_done();
	if (late)
		ring_put_record(ring, at + bytes - late, event + bytes - late, late);
	else
		ring_put_record(ring, at, event, length);
	return true;
}

bool ring_corrupt(const struct ring *ring)
{
	return ring->flags & AIO2_RING_CORRUPT;
}

static bool ring_head_valid(const struct ring *ring, uint64_t head)
{
	if (BROKEN(TRUSTS_HEAD))
		return true;
	return head % AIO2_ALIGN == 0 && head - ring->seen <= ring->tail - ring->seen;
}

/* One acquire load of head for each decision; pairs with the reaper's release. False: the ring is CORRUPT (RING-5). */
bool ring_read_head(struct ring *ring, uint64_t *head)
{
	if (ring_corrupt(ring))
		return false;
	*head = __atomic_load_n(&ring->user->head, __ATOMIC_ACQUIRE);
	if (!ring_head_valid(ring, *head)) {
		ring_set_flags(ring, ring->flags | AIO2_RING_CORRUPT);
		return false;
	}
	if (!BROKEN(HEAD_BACK))
		ring->seen = *head;
	if (BROKEN(HEAD_TWICE)) {
		half_done();
		*head = __atomic_load_n(&ring->user->head, __ATOMIC_ACQUIRE);
	}
	return true;
}

/* True too where the ring is CORRUPT: what it held counts as delivered. */
bool ring_empty(struct ring *ring)
{
	uint64_t head;

	return !ring_read_head(ring, &head) || head == ring->tail;
}

/* Pad and record need room together and are published by one store of tail (RING-3). */
bool ring_put(struct ring *ring, const void *event, uint32_t bytes)
{
	uint64_t head, need = ring_need(ring, bytes);

	if (!ring_read_head(ring, &head) || !ring_has_room(ring, head, BROKEN(PAD_WITHOUT_RECORD) && need > bytes ? need - bytes : need))
		return false;
	if (BROKEN(EXACTLY_FULL) && ring->tail - head + need == ring->bytes)
		return true;
	if (ring_put_disordered(ring, event, bytes, need))
		return true;
	if (need > bytes)
		ring_put_pad(ring, ring->tail, need - bytes);
	ring_put_record(ring, ring->tail + need - bytes, event, bytes);
	ring_publish_tail(ring, ring->tail + need);
	return true;
}

void ring_count_overflow(struct ring *ring, unsigned events, unsigned episodes)
{
	struct aio2_ring *h = ring->header;

	__atomic_store_n(&h->overflow_events, h->overflow_events + events, __ATOMIC_RELAXED);
	__atomic_store_n(&h->overflow_episodes, h->overflow_episodes + episodes, __ATOMIC_RELAXED);
}

/*
 * The record at *head. Of the shared memory only bytes and the PAD flag are read, once, and bounded by tail and the
 * ring's end. *bytes is the record's, *at where it starts, a pad skipped. Memory that says nonsense makes the ring
 * CORRUPT, like a head that points to it.
 */
enum take ring_next(struct ring *ring, uint64_t *head, uint32_t *bytes, uint64_t *at)
{
	const struct io_event2 *e = (const struct io_event2 *)(ring->data + ring_index(ring, *head));

	if (*head == ring->tail)
		return TAKE_NONE;
	*at = *head;
	if (BROKEN(GIVES_PAD) && e->flags & AIO2_EVENT_PAD) {
		*bytes = e->bytes;
		return TAKE_ONE;
	}
	if (__atomic_load_n(&e->flags, __ATOMIC_RELAXED) & AIO2_EVENT_PAD) {
		*at += ring->bytes - ring_index(ring, *head);
		e = (const struct io_event2 *)ring->data;
	}
	*bytes = __atomic_load_n(&e->bytes, __ATOMIC_RELAXED);
	if (*at - *head >= ring->tail - *head || *bytes < sizeof *e || *bytes % AIO2_ALIGN ||
	    *bytes > ring->tail - *at || *bytes > ring->bytes - ring_index(ring, *at)) {
		ring_set_flags(ring, ring->flags | AIO2_RING_CORRUPT);
		return TAKE_NONE;
	}
	return TAKE_ONE;
}

/* Move head over what was copied, like any reaper; false if another one was first (GET-5). */
bool ring_take(struct ring *ring, uint64_t head, uint64_t at, uint32_t bytes)
{
	if (BROKEN(TAKES_BY_STORE)) {
		half_done();
		__atomic_store_n(&ring->user->head, at + bytes, __ATOMIC_RELEASE);
		return true;
	}
	return __atomic_compare_exchange_n(&ring->user->head, &head, at + bytes, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Published, full fence, then user_flags: pairs with clear, full fence, RING-8 on the user's side (RING-10). */
bool ring_wants_signal(struct ring *ring)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return !(__atomic_load_n(&ring->user->user_flags, __ATOMIC_RELAXED) & AIO2_USER_EVENTFD_OFF);
}
