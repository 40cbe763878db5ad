/* SPDX-License-Identifier: MIT */
/* The first call and all others from several threads at once; one ring reaped by all of them (GET-5, RING-6). */
#include "check.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <libaio2.h>

enum { THREADS = 4, EACH = 5000, BATCH = 10, ALL = THREADS * EACH };

static pthread_barrier_t start;
static struct aio2_params params;
static struct aio2_ring_view ring;
static unsigned char seen[ALL];
static unsigned reaped;

static long reap(void)
{
	AIO2_BUFFER(events, 1024);
	const struct io_event2 *event;
	struct aio2_wait wait;
	long result;

	aio2_wait_init(&wait, 1000000);
	result = aio2_reap(params.ctx, &ring, events, sizeof(events), sizeof(*event), &wait);
	CHECK(result >= 0);
	aio2_for_each_event(event, events, (size_t)result) {
		EQUAL(0, event->res);
		CHECK(event->user_data < ALL);
		EQUAL(0, __atomic_fetch_add(&seen[event->user_data], 1, __ATOMIC_RELAXED));
		__atomic_fetch_add(&reaped, 1, __ATOMIC_RELAXED);
	}
	return result;
}

/* Each thread's errno is its own, in its first submit and in the next (ERR-1): fcntl says EBADF inside. */
static void a_refused_submit_leaves_errno_alone(int before)
{
	AIO2_BUFFER(iocb, sizeof(struct iocb2));
	struct aio2_batch batch;
	int i;

	aio2_batch_init(&batch, iocb, sizeof(iocb));
	CHECK(aio2_batch_pread(&batch, -1, seen, 1, 0, 0));
	for (i = 0; i < 2; i++) {
		errno = before;
		EQUAL(-EBADF, io_submit2(params.ctx, iocb, batch.used, NULL));
		EQUAL(before, errno);
	}
}

static void *work(void *number)
{
	unsigned first = (unsigned)(uintptr_t)number * EACH, sent = 0;
	struct aio2_params own;
	AIO2_BUFFER(iocbs, BATCH * sizeof(struct iocb2));
	struct aio2_batch batch;

	pthread_barrier_wait(&start);
	/* The runtime starts under one of these; the others wait for it. */
	memset(&own, 0, sizeof(own));
	EQUAL(0, io_setup2(AIO2_VERSION, 0, &own, sizeof(own)));
	EQUAL(0, io_destroy2(own.ctx));
	if (first == 0) {
		params.ring_bytes = AIO2_RING_BYTES_MIN;
		params.nr_reqs = 64;
		EQUAL(0, io_setup2(AIO2_VERSION, AIO2_SETUP_USER_REAP, &params, sizeof(params)));
		EQUAL(0, aio2_ring_open(&ring, &params, AIO2_SETUP_USER_REAP));
	}
	pthread_barrier_wait(&start);
	a_refused_submit_leaves_errno_alone(1000 + (int)first);

	aio2_batch_init(&batch, iocbs, sizeof(iocbs));
	while (sent < EACH || batch.used) {
		long result;

		while (sent < EACH && aio2_batch_nop(&batch, first + sent))
			sent++;
		result = aio2_batch_submit(params.ctx, &batch, NULL);
		if (result == -EAGAIN)
			reap();
		else
			CHECK(result > 0);
	}
	while (__atomic_load_n(&reaped, __ATOMIC_RELAXED) < ALL)
		reap();
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	AIO2_BUFFER(rest, 4096);
	uintptr_t i;

	alarm(BOUND_SECONDS);
	pthread_barrier_init(&start, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		EQUAL(0, pthread_create(&threads[i], NULL, work, (void *)i));
	for (i = 0; i < THREADS; i++)
		EQUAL(0, pthread_join(threads[i], NULL));
	EQUAL(ALL, reaped);
	EQUAL(0, io_getevents2(params.ctx, rest, sizeof(rest), 0, NULL, 0));
	EQUAL(0, io_destroy2(params.ctx));
	EQUAL(-EAGAIN, aio2_ring_reap(&ring, rest, sizeof(rest)));
	EQUAL(0, aio2_ring_close(&ring));
	return 0;
}
