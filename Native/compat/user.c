/* SPDX-License-Identifier: MIT */
/*
 * The program's memory, where a bad address is -EFAULT as it is from the kernel: by the copy routine of libaio2
 * (Kernel/Memory/native/fixup.c), built into this library as well, since libaio2 exports the nine calls only.
 *
 * Its handlers are installed before libaio2 starts, so that libaio2's come after and chain to them: in the other order
 * libaio2 would take them for a program's own and copy the slow way. Where they cannot be, a system call does the copy.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include "compat.h"

/* fixup.c */
size_t aio2_user_copy(void *dst, const void *src, size_t n);
int aio2_user_touch(void *byte);
int aio2_fixup_install(void);

static int is_slow;

static void install(void)
{
	is_slow = aio2_fixup_install() != 0;
}

void user_prepare(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
}

int user_read(void *to, const void *from, size_t bytes)
{
	struct iovec mine = { to, bytes }, theirs = { (void *)(uintptr_t)from, bytes };

	if (likely(!is_slow))
		return aio2_user_copy(to, from, bytes) ? -EFAULT : 0;
	return process_vm_readv(getpid(), &mine, 1, &theirs, 1, 0) == (ssize_t)bytes ? 0 : -EFAULT;
}

int user_write(void *to, const void *from, size_t bytes)
{
	struct iovec mine = { (void *)(uintptr_t)from, bytes }, theirs = { to, bytes };

	if (likely(!is_slow))
		return aio2_user_copy(to, from, bytes) ? -EFAULT : 0;
	return process_vm_writev(getpid(), &mine, 1, &theirs, 1, 0) == (ssize_t)bytes ? 0 : -EFAULT;
}

int user_can_write(void *byte)
{
	char content;

	if (likely(!is_slow))
		return aio2_user_touch(byte) == 0;
	return !user_read(&content, byte, 1) && !user_write(byte, &content, 1);
}
