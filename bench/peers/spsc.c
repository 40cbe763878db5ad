/* A ring between one producer and one consumer: records of 32 bytes in a ring of bytes, cached positions. */
#include "peer.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define RECORD 32u

struct ring {
	_Alignas(128) _Atomic uint64_t tail;
	uint64_t head_seen;
	_Alignas(128) _Atomic uint64_t head;
	uint64_t tail_seen;
	_Alignas(128) uint64_t bytes;
	char *data;
	long ops;
};

static inline int push(struct ring *r, uint64_t value)
{
	uint64_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed), *at;

	if (tail + RECORD - r->head_seen > r->bytes) {
		r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
		if (tail + RECORD - r->head_seen > r->bytes)
			return 0;
	}
	at = (uint64_t *)(r->data + (tail & (r->bytes - 1)));
	at[0] = RECORD;
	at[1] = value;
	at[2] = value + 1;
	at[3] = value + 2;
	atomic_store_explicit(&r->tail, tail + RECORD, memory_order_release);
	return 1;
}

static inline int pop(struct ring *r, uint64_t *sum)
{
	uint64_t head = atomic_load_explicit(&r->head, memory_order_relaxed), *at, bytes;

	if (head == r->tail_seen) {
		r->tail_seen = atomic_load_explicit(&r->tail, memory_order_acquire);
		if (head == r->tail_seen)
			return 0;
	}
	at = (uint64_t *)(r->data + (head & (r->bytes - 1)));
	bytes = at[0];
	*sum += at[1] + at[2] + at[3];
	atomic_store_explicit(&r->head, head + bytes, memory_order_release);
	return 1;
}

/* All that was there when the consumer looked. */
static inline int has_taken_all(struct ring *r)
{
	return atomic_load_explicit(&r->head, memory_order_relaxed) == r->tail_seen;
}

/* About a microsecond: looked at more often, the positions' lines go to and fro for a few records. */
static inline void relax(unsigned int *spins)
{
	for (int i = 0; i < 24; i++)
		__asm__ volatile(
#if defined(__x86_64__)
			"pause"
#else
			""
#endif
			::: "memory");
	if (++*spins % 64 == 0)
		sched_yield();
}

static struct ring *make(struct work *w)
{
	struct ring *r = aligned_alloc(128, sizeof(*r));

	memset(r, 0, sizeof(*r));
	r->bytes = (uint64_t)arg_long(w, "ring", 65536);
	r->data = aligned_alloc(4096, r->bytes);
	memset(r->data, 0, r->bytes);
	r->ops = w->ops;
	return r;
}

static int one_thread(struct work *w)
{
	struct ring *r = make(w);
	uint64_t sum = 0, start = now_ns();

	for (long i = 0; i < w->ops; i++) {
		push(r, (uint64_t)i);
		pop(r, &sum);
	}
	w->ns = now_ns() - start;
	__asm__ volatile("" :: "r"(sum));
	free(r->data);
	free(r);
	return 0;
}

static void *producer(void *arg)
{
	struct ring *r = arg;
	unsigned int spins = 0;

	for (long i = 0; i < r->ops; i++)
		while (!push(r, (uint64_t)i))
			relax(&spins);
	return NULL;
}

static int two_threads(struct work *w)
{
	struct ring *r = make(w);
	unsigned int spins = 0;
	uint64_t sum = 0, start;
	pthread_t t;

	start = now_ns();
	if (pthread_create(&t, NULL, producer, r))
		return fail(w, "pthread_create", EAGAIN);
	for (long i = 0; i < w->ops; relax(&spins))
		while (pop(r, &sum) && ++i < w->ops && !has_taken_all(r))
			;
	pthread_join(t, NULL);
	w->ns = now_ns() - start;
	__asm__ volatile("" :: "r"(sum));
	free(r->data);
	free(r);
	return 0;
}

const struct peer peers[] = {
	{ "one", one_thread },
	{ "two", two_threads },
	{ NULL, NULL },
};
