/* SPDX-License-Identifier: MIT */
/*
 * IOCB_FLAG_RESFD: each completion adds one to an eventfd of the request's. The request holds it, so that its number may be
 * closed or used again. A program names the same one again and again: kcmp says that it still is, for less than a dup.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "compat.h"

static int is_eventfd(int fd)
{
	static const char kind[] = "anon_inode:[eventfd]";
	char path[32], name[sizeof(kind)];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, name, sizeof(name)) == sizeof(kind) - 1 && memcmp(name, kind, sizeof(kind) - 1) == 0;
}

int target_get(struct context *context, int fd, struct target **target)
{
	struct target *last = context->target, *made;
	int mine;

	if (last && syscall(SYS_kcmp, getpid(), getpid(), KCMP_FILE, fd, last->fd) == 0) {
		last->refs++;
		*target = last;
		return 0;
	}
	mine = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (mine < 0)
		return errno == EBADF ? -EBADF : -EAGAIN;
	made = is_eventfd(mine) ? malloc(sizeof(*made)) : NULL;
	if (!made) {
		int error = is_eventfd(mine) ? -EAGAIN : -EINVAL;

		close(mine);
		return error;
	}
	made->fd = mine;
	made->refs = 2;
	if (last)
		target_put(last);
	context->target = made;
	*target = made;
	return 0;
}

void target_put(struct target *target)
{
	if (--target->refs == 0) {
		close(target->fd);
		free(target);
	}
}

/* A full counter is readable already: nothing is lost, and nobody waits until it is read. */
static void add(int fd, __u64 count)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	ssize_t written;

	if (poll(&ready, 1, 0) == 1 && ready.revents & POLLOUT) {
		written = write(fd, &count, sizeof(count));
		(void)written;
	}
}

void targets_signal(struct target **targets, long count)
{
	long at, end;

	for (at = 0; at < count; at = end) {
		for (end = at + 1; end < count && targets[end] == targets[at]; end++)
			;
		if (targets[at])
			add(targets[at]->fd, (__u64)(end - at));
	}
	for (at = 0; at < count; at++)
		if (targets[at])
			target_put(targets[at]);
}
