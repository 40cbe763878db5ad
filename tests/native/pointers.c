/* SPDX-License-Identifier: MIT */
/* Every pointer argument bad in every way: -EFAULT, nothing changed, and errno left alone (ERR-1). */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include <libaio2.h>

#define ERRNO_BEFORE 12345

static void *bad[6];

static void make_bad(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int empty = memfd_create("empty", 0);

	CHECK(p != MAP_FAILED && empty >= 0);
	/* What begins well has a size that would do, for the structs that begin with theirs. */
	*(__u32 *)(void *)(p + page - 4) = sizeof(struct aio2_wait);
	CHECK(mprotect(p + page, 2 * page, PROT_NONE) == 0);
	bad[0] = p + page;
	bad[1] = p + page - 4;				/* begins well */
	bad[2] = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, empty, 0);	/* beyond its file: SIGBUS */
	bad[3] = (void *)8;
	bad[4] = (void *)(uintptr_t)0xffff800000000000;	/* the kernel's half */
	bad[5] = (void *)UINTPTR_MAX;
}

int main(void)
{
	struct aio2_params params, copy;
	struct aio2_extack ext = { .size = sizeof(ext) };
	struct aio2_wait poll;
	struct sigaction before, after;
	AIO2_BUFFER(iocb, 128);
	AIO2_BUFFER(events, 256);
	struct aio2_batch batch;
	__u64 cursor = 0;
	size_t i;
	const struct io_event2 *event = (const void *)events;

	alarm(BOUND_SECONDS);
	make_bad();
	errno = ERRNO_BEFORE;
	EQUAL(-ENXIO, io_submit2(1, NULL, 0, NULL));
	sigaction(SIGPIPE, NULL, &before);
	for (i = 0; i < 6; i++)
		EQUAL(-EFAULT, io_setup2(AIO2_VERSION, 0, bad[i], sizeof(params)));
	EQUAL(-EFAULT, io_setup2(AIO2_VERSION, 0, NULL, sizeof(params)));
	sigaction(SIGPIPE, NULL, &after);
	CHECK(before.sa_handler == SIG_DFL && after.sa_handler == SIG_DFL);

	memset(&params, 0, sizeof(params));
	memset(&copy, 0, sizeof(copy));
	params.nr_reqs = 4;
	EQUAL(0, io_setup2(AIO2_VERSION, 0, &params, sizeof(params)));
	aio2_wait_init(&poll, 0);
	aio2_batch_init(&batch, iocb, sizeof(iocb));
	CHECK(aio2_batch_nop(&batch, 7));
	for (i = 0; i < 6; i++) {
		EQUAL(-EFAULT, io_submit2(params.ctx, bad[i], sizeof(struct iocb2), NULL));
		EQUAL(-EFAULT, io_submit2(params.ctx, iocb, batch.used, bad[i]));
		EQUAL(-EFAULT, io_probe2(AIO2_PROBE_KERNEL, bad[i], 4096));
		EQUAL(-EFAULT, io_getevents2(params.ctx, events, sizeof(events), 24, bad[i], 0));
		EQUAL(-EFAULT, io_issue2(bad[i], sizeof(struct iocb2), events, sizeof(events), 0));
		EQUAL(-EFAULT, io_issue2(iocb, batch.used, bad[i], sizeof(events), 0));
	}
	/* Nothing was accepted: all slots are free, and nothing comes. */
	EQUAL(0, io_getevents2(params.ctx, events, sizeof(events), 24, &poll, 0));
	EQUAL(batch.used, io_submit2(params.ctx, iocb, batch.used, &ext));
	aio2_wait_init(&poll, 1000000000);
	for (i = 0; i < 6; i++)
		EQUAL(-EFAULT, io_getevents2(params.ctx, bad[i], 4096, 24, &poll, 0));
	EQUAL(sizeof(*event), io_getevents2(params.ctx, events, sizeof(events), 24, &poll, 0));
	EQUAL(7, event->user_data);

	/* Data buffers and segment arrays of a request. */
	for (i = 0; i < 6; i++) {
		int zero = open("/dev/zero", O_RDONLY);
		long result;

		aio2_batch_init(&batch, iocb, sizeof(iocb));
		CHECK(aio2_batch_pread(&batch, zero, bad[i], 64, 0, i));
		result = aio2_batch_submit(params.ctx, &batch, NULL);
		if (result > 0) {
			EQUAL(sizeof(*event), io_getevents2(params.ctx, events, sizeof(events), 24, NULL, 0));
			result = (long)event->res;
		}
		/* bad[1] begins well: four bytes may have been moved. */
		CHECK(result == -EFAULT || (i == 1 && result == 4));
		aio2_batch_init(&batch, iocb, sizeof(iocb));
		CHECK(aio2_batch_preadv(&batch, zero, bad[i], 2, 0, i));
		EQUAL(-EFAULT, aio2_batch_submit(params.ctx, &batch, &ext));
		EQUAL(AIO2_REASON_MEMORY_FAULT, ext.reason);
		close(zero);
	}
	for (i = 0; i < 6; i++) {
		EQUAL(-EFAULT, io_list2(params.ctx, bad[i], events, sizeof(events)));
	}
	EQUAL(0, io_list2(params.ctx, &cursor, events, sizeof(events)));
	EQUAL(0, io_destroy2(params.ctx));
	EQUAL(-ENXIO, io_destroy2(params.ctx));
	errno = ERRNO_BEFORE;
	EQUAL(-EFAULT, io_setup2(AIO2_VERSION, 0, bad[0], sizeof(params)));
	EQUAL(-ENXIO, io_submit2(params.ctx, bad[0], 48, NULL));
	EQUAL(ERRNO_BEFORE, errno);
	return 0;
}
