/* SPDX-License-Identifier: MIT */
/*
 * The C library's syscall(): programs take a context from libaio and then call the system themselves with it (MariaDB, to see
 * the EINTR that libaio once hid). The six calls of v1 come here, all others go on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/syscall.h>

#include "compat.h"

typedef long (*call_of_six)(long nr, long a, long b, long c, long d, long e, long f);

static call_of_six next;

static call_of_six find_next(void)
{
	call_of_six found = __atomic_load_n(&next, __ATOMIC_ACQUIRE);

	if (unlikely(!found)) {
		*(void **)&found = dlsym(RTLD_NEXT, "syscall");
		__atomic_store_n(&next, found, __ATOMIC_RELEASE);
	}
	return found;
}

/* Straight to the kernel: -1 and errno. */
long system_call(long nr, long a, long b, long c, long d, long e, long f)
{
	return find_next()(nr, a, b, c, d, e, f);
}

static int is_of_v1(long nr)
{
	return nr == SYS_io_setup || nr == SYS_io_destroy || nr == SYS_io_submit || nr == SYS_io_getevents ||
		nr == SYS_io_cancel || nr == SYS_io_pgetevents;
}

/* The mask of io_pgetevents comes with its size. */
static long reap_with_mask(long ctx, long min_nr, long nr, long events, long timeout, long pair)
{
	struct {
		const sigset_t *mask;
		size_t bytes;
	} given = { NULL, 8 };

	if (pair && user_read(&given, (const void *)pair, sizeof(given)))
		return -EFAULT;
	if (given.mask && given.bytes != 8)
		return -EINVAL;
	return reap((v1_context)ctx, min_nr, nr, (struct io_event *)events, (const struct timespec *)timeout, given.mask);
}

static long call_v1(long nr, long a, long b, long c, long d, long e, long f)
{
	switch (nr) {
	case SYS_io_setup:
		return TRACED(context_setup((unsigned)a, (v1_context *)b), "syscall io_setup(%u, %#lx)", (unsigned)a, b);
	case SYS_io_destroy:
		return TRACED(context_destroy((v1_context)a), "syscall io_destroy(%#lx)", a);
	case SYS_io_submit:
		return TRACED(submit((v1_context)a, b, (struct iocb **)c), "syscall io_submit(%#lx, %ld, %#lx)", a, b, c);
	case SYS_io_cancel:
		return TRACED(cancel((v1_context)a, (struct iocb *)b, (struct io_event *)c), "syscall io_cancel(%#lx, %#lx, %#lx)",
			      a, b, c);
	case SYS_io_getevents:
		return TRACED(reap((v1_context)a, b, c, (struct io_event *)d, (const struct timespec *)e, NULL),
			      "syscall io_getevents(%#lx, %ld, %ld, %#lx, %#lx)", a, b, c, d, e);
	default:
		return TRACED(reap_with_mask(a, b, c, d, e, f), "syscall io_pgetevents(%#lx, %ld, %ld, %#lx, %#lx, %#lx)",
			      a, b, c, d, e, f);
	}
}

/* A variadic function's arguments lie where those of this one do. */
__attribute__((visibility("default"))) long compat_syscall(long nr, long a, long b, long c, long d, long e, long f);
long compat_syscall(long nr, long a, long b, long c, long d, long e, long f)
{
	long result;
	int saved;

	if (likely(!is_of_v1(nr)))
		return system_call(nr, a, b, c, d, e, f);
	saved = errno;
	result = call_v1(nr, a, b, c, d, e, f);
	errno = result < 0 ? (int)-result : saved;
	return result < 0 ? -1 : result;
}
/* Under the version that the C library has it by: build.sh looks. */
__asm__(".symver compat_syscall, syscall@@" SYSCALL_VERSION);
