/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own AIO: for addresses that are no contexts of ours, and for a child whose parent had started libaio2, where
 * its runtime cannot live (CTX-1). The program goes on with what it has always had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>

#include "compat.h"

static long answer(long result)
{
	return result < 0 ? -(long)errno : result;
}

long kernel_setup(unsigned nr, v1_context *ctxp)
{
	return answer(system_call(SYS_io_setup, nr, (long)ctxp, 0, 0, 0, 0));
}

long kernel_destroy(v1_context handle)
{
	return answer(system_call(SYS_io_destroy, (long)handle, 0, 0, 0, 0, 0));
}

long kernel_submit(v1_context handle, long nr, struct iocb **iocbs)
{
	return answer(system_call(SYS_io_submit, (long)handle, nr, (long)iocbs, 0, 0, 0));
}

long kernel_cancel(v1_context handle, struct iocb *iocb, struct io_event *result)
{
	return answer(system_call(SYS_io_cancel, (long)handle, (long)iocb, (long)result, 0, 0, 0));
}

long kernel_pgetevents(v1_context handle, long min_nr, long nr, struct io_event *events, const struct timespec *timeout,
		       const sigset_t *mask)
{
	const struct {
		const sigset_t *mask;
		size_t bytes;
	} pair = { mask, 8 };

	return answer(system_call(mask ? SYS_io_pgetevents : SYS_io_getevents, (long)handle, min_nr, nr, (long)events,
				  (long)timeout, (long)&pair));
}
