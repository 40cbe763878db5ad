/* SPDX-License-Identifier: MIT */
/* CTX-1: what a child may do depends on whether its parent had started the library. */
#include "check.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>

#include <libaio2.h>

static long do_one(void)
{
	AIO2_BUFFER(iocb, 64);
	AIO2_BUFFER(event, 64);
	struct aio2_params params;
	struct aio2_batch batch;
	long result;

	memset(&params, 0, sizeof(params));
	result = io_setup2(AIO2_VERSION, 0, &params, sizeof(params));
	if (result < 0)
		return result;
	aio2_batch_init(&batch, iocb, sizeof(iocb));
	aio2_batch_nop(&batch, 1);
	EQUAL(sizeof(struct iocb2), aio2_batch_submit(params.ctx, &batch, NULL));
	EQUAL(sizeof(struct io_event2), io_getevents2(params.ctx, event, sizeof(event), 24, NULL, 0));
	return io_destroy2(params.ctx);
}

static void expect_success_of(pid_t child)
{
	int status;

	CHECK(child > 0);
	EQUAL(child, waitpid(child, &status, 0));
	CHECK(WIFEXITED(status));
	EQUAL(0, WEXITSTATUS(status));
}

static void use_it_where_it_must_not_be_used(aio2_context_t ctx)
{
	AIO2_BUFFER(space, 4096);
	struct aio2_params params;
	__u64 cursor = 0;

	alarm(BOUND_SECONDS);
	memset(&params, 0, sizeof(params));
	memset(space, 0, sizeof(space));
	errno = 77;
	EQUAL(-ENOSYS, io_setup2(AIO2_VERSION, 0, &params, sizeof(params)));
	EQUAL(-ENXIO, io_submit2(ctx, space, 48, NULL));
	EQUAL(-ENXIO, io_getevents2(ctx, space, sizeof(space), 24, NULL, 0));
	EQUAL(-ENXIO, io_cancel2(ctx, 1, 0));
	EQUAL(-ENXIO, io_issue2(space, 48, space, sizeof(space), 0));
	EQUAL(-ENXIO, io_list2(ctx, &cursor, space, sizeof(space)));
	EQUAL(-ENXIO, io_probe2(AIO2_PROBE_KERNEL, space, sizeof(space)));
	EQUAL(-ENXIO, io_ring_ctl2(ctx, AIO2_CTL_GET_RING, 0));
	EQUAL(-ENXIO, io_destroy2(ctx));
	EQUAL(77, errno);
}

static void *work(void *unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 300; i++)
		EQUAL(0, do_one());
	return NULL;
}

int main(void)
{
	struct aio2_params params;
	pthread_t busy;
	pid_t child, grandchild;
	int i;

	alarm(BOUND_SECONDS);
	/* Before the first call a child has a kernel of its own, and the parent still has its. */
	child = fork();
	if (child == 0)
		_exit(do_one() != 0);
	expect_success_of(child);

	/* A call that needs no runtime starts none. */
	EQUAL(-ENXIO, io_destroy2(1));
	child = fork();
	if (child == 0)
		_exit(do_one() != 0);
	expect_success_of(child);

	EQUAL(0, do_one());
	memset(&params, 0, sizeof(params));
	EQUAL(0, io_setup2(AIO2_VERSION, AIO2_SETUP_USER_REAP, &params, sizeof(params)));
	child = fork();
	if (child == 0) {
		use_it_where_it_must_not_be_used(params.ctx);
		grandchild = fork();
		if (grandchild == 0) {
			use_it_where_it_must_not_be_used(params.ctx);
			_exit(0);
		}
		expect_success_of(grandchild);
		_exit(0);
	}
	expect_success_of(child);

	/* From several threads' midst, over and over; the parent's work goes on. */
	EQUAL(0, pthread_create(&busy, NULL, work, NULL));
	for (i = 0; i < 50; i++) {
		child = fork();
		if (child == 0) {
			use_it_where_it_must_not_be_used(params.ctx);
			_exit(0);
		}
		expect_success_of(child);
	}
	EQUAL(0, pthread_join(busy, NULL));
	EQUAL(0, io_destroy2(params.ctx));
	return 0;
}
