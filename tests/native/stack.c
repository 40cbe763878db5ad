/* SPDX-License-Identifier: MIT */
/* SUBMIT-1 on the smallest stack that a thread of the C library may have. */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>

#include <libaio2.h>

#define SMALLEST 16384
#define MOST 100
#define BYTES 512

static struct aio2_params params;
static struct aio2_batch batch;
static unsigned char run[MOST * 128] __attribute__((aligned(8))), data[BYTES];

static void *submit(void *unused)
{
	const size_t bytes = batch.used;

	(void)unused;
	EQUAL(bytes, aio2_batch_submit(params.ctx, &batch, NULL));
	return NULL;
}

static void fill(int count, int fd, int is_write, int is_asking)
{
	static const struct aio2_attr_trace_id id;

	aio2_batch_init(&batch, run, sizeof(run));
	while (count-- > 0) {
		CHECK(is_write ? aio2_batch_pwrite(&batch, fd, data, BYTES, 0, 0) : aio2_batch_pread(&batch, fd, data, BYTES, 0, 0));
		if (is_asking) {
			EQUAL(0, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0));
			EQUAL(0, aio2_batch_attr(&batch, AIO2_ATTR_TYPE_TRACE_ID, 0, &id, sizeof(id)));
		}
	}
}

static void reap(int left)
{
	static unsigned char events[4096] __attribute__((aligned(8)));
	const struct io_event2 *event;

	while (left > 0) {
		const ssize_t got = io_getevents2(params.ctx, events, sizeof(events), sizeof(struct io_event2), NULL, 0);

		CHECK(got > 0);
		aio2_for_each_event(event, events, (size_t)got) {
			EQUAL(BYTES, event->res);
			left--;
		}
	}
}

int main(void)
{
	char name[] = "stack-XXXXXX";
	int fd = mkstemp(name);
	pthread_attr_t attr;

	alarm(BOUND_SECONDS);
	unlink(name);
	EQUAL(BYTES, write(fd, data, BYTES));
	params.nr_reqs = MOST;
	EQUAL(0, io_setup2(AIO2_VERSION, 0, &params, sizeof(params)));
	pthread_attr_init(&attr);
	EQUAL(0, pthread_attr_setstacksize(&attr, SMALLEST));
	for (int way = 0; way < 4; way++) {
		for (int count = 1; count <= MOST; count += count < 30 ? 29 : 1 + count / 3) {
			pthread_t thread;

			fill(count, fd, way / 2, way % 2);
			EQUAL(0, pthread_create(&thread, &attr, submit, NULL));
			pthread_join(thread, NULL);
			reap(count);
		}
	}
	EQUAL(0, io_destroy2(params.ctx));
	puts("stack: the smallest does");
	return 0;
}
