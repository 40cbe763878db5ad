/* SPDX-License-Identifier: MIT */
/* Leads the selftest's system calls to libaio2.so, as the kernel would answer them: -1 and errno. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <aio2_calls.h>

static long answered(long ret)
{
	if (ret >= 0)
		return ret;
	errno = (int)-ret;
	return -1;
}

static long led(long number, const uintptr_t *a)
{
	switch (number) {
	case __NR_io_setup2:
		return answered(io_setup2((__u32)a[0], (__u32)a[1], (void *)a[2], a[3]));
	case __NR_io_destroy2:
		return answered(io_destroy2((__u32)a[0]));
	case __NR_io_submit2:
		return answered(io_submit2((__u32)a[0], (void *)a[1], a[2], (void *)a[3]));
	case __NR_io_getevents2:
		return answered(io_getevents2((__u32)a[0], (void *)a[1], a[2], a[3], (void *)a[4], (__u32)a[5]));
	default:
		errno = ENOSYS;
		return -1;
	}
}

#define syscall(number, ...) led(number, (const uintptr_t[6]){ LED_ARGS(__VA_ARGS__, 0, 0, 0, 0, 0, 0) })
#define LED_ARGS(a, b, c, d, e, f, ...) \
	(uintptr_t)(a), (uintptr_t)(b), (uintptr_t)(c), (uintptr_t)(d), (uintptr_t)(e), (uintptr_t)(f)
