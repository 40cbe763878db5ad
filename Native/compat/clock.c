/* SPDX-License-Identifier: MIT */
/* Timeouts as v1 reads them: a timespec that is not normalised counts as the sum, and a negative one never ends. */
#include <errno.h>

#include "compat.h"

#define SECOND 1000000000LL

__s64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (__s64)time.tv_sec * SECOND + time.tv_nsec;
}

int deadline_of(const struct timespec *timeout, __s64 *deadline)
{
	struct timespec time;
	__s64 ns;

	*deadline = NEVER;
	if (!timeout)
		return 0;
	if (user_read(&time, timeout, sizeof(time)))
		return -EFAULT;
	if (__builtin_mul_overflow((__s64)time.tv_sec, SECOND, &ns) || __builtin_add_overflow(ns, time.tv_nsec, &ns))
		return 0;
	if (ns == 0)
		*deadline = 0;
	else if (ns > 0 && __builtin_add_overflow(ns, now(), deadline))
		*deadline = NEVER;
	return 0;
}
