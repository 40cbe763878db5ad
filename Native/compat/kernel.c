/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own AIO: for addresses that are no contexts of ours, and for a child whose parent had started libaio2, where
 * its runtime cannot live (CTX-1). The program goes on with what it has always had.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"

static long answer(long result)
{
	return result < 0 ? -(long)errno : result;
}

long kernel_setup(unsigned nr, v1_context *ctxp)
{
	return answer(syscall(SYS_io_setup, nr, ctxp));
}

long kernel_destroy(v1_context handle)
{
	return answer(syscall(SYS_io_destroy, handle));
}

long kernel_submit(v1_context handle, long nr, struct iocb **iocbs)
{
	return answer(syscall(SYS_io_submit, handle, nr, iocbs));
}

long kernel_cancel(v1_context handle, struct iocb *iocb, struct io_event *result)
{
	return answer(syscall(SYS_io_cancel, handle, iocb, result));
}

long kernel_pgetevents(v1_context handle, long min_nr, long nr, struct io_event *events, const struct timespec *timeout,
		       const sigset_t *mask)
{
	const struct {
		const sigset_t *mask;
		size_t bytes;
	} pair = { mask, 8 };

	return mask ? answer(syscall(SYS_io_pgetevents, handle, min_nr, nr, events, timeout, &pair))
		: answer(syscall(SYS_io_getevents, handle, min_nr, nr, events, timeout));
}
