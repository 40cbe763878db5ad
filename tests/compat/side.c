/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "side.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096

const char *const file_names[FILES] = {
	"buffered", "read_only", "write_only", "direct", "append", "tmpfs", "pipe_full", "pipe_write", "null", "zero", "directory", "epoll",
	"path", "closed", "pipe_read", "eventfd", "socket",
};

static long answer(long result)
{
	return result < 0 ? -(long)errno : result;
}

static long kernel_setup(unsigned nr, unsigned long *ctx)
{
	return answer(syscall(SYS_io_setup, nr, ctx));
}

static long kernel_destroy(unsigned long ctx)
{
	return answer(syscall(SYS_io_destroy, ctx));
}

static long kernel_submit(unsigned long ctx, long nr, struct iocb **iocbs)
{
	return answer(syscall(SYS_io_submit, ctx, nr, iocbs));
}

static long kernel_getevents(unsigned long ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout)
{
	return answer(syscall(SYS_io_getevents, ctx, min_nr, nr, events, timeout));
}

static long kernel_cancel(unsigned long ctx, struct iocb *iocb, struct io_event *result)
{
	return answer(syscall(SYS_io_cancel, ctx, iocb, result));
}

void side_use_kernel(struct side *side)
{
	side->name = "kernel";
	side->setup = kernel_setup;
	side->destroy = kernel_destroy;
	side->submit = kernel_submit;
	side->getevents = kernel_getevents;
	side->cancel = kernel_cancel;
}

/* The library's calls answer an int, under libaio's versions. */
static int (*compat_setup)(unsigned nr, unsigned long *ctx);
static int (*compat_destroy)(unsigned long ctx);
static int (*compat_submit)(unsigned long ctx, long nr, struct iocb **iocbs);
static int (*compat_getevents)(unsigned long ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout);
static int (*compat_cancel)(unsigned long ctx, struct iocb *iocb, struct io_event *result);

static long call_setup(unsigned nr, unsigned long *ctx)
{
	return compat_setup(nr, ctx);
}

static long call_destroy(unsigned long ctx)
{
	return compat_destroy(ctx);
}

static long call_submit(unsigned long ctx, long nr, struct iocb **iocbs)
{
	return compat_submit(ctx, nr, iocbs);
}

static long call_getevents(unsigned long ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout)
{
	return compat_getevents(ctx, min_nr, nr, events, timeout);
}

static long call_cancel(unsigned long ctx, struct iocb *iocb, struct io_event *result)
{
	return compat_cancel(ctx, iocb, result);
}

static void find(void *library, void *function, const char *name, const char *version)
{
	void *found = dlvsym(library, name, version);

	if (!found) {
		fprintf(stderr, "%s@%s: %s\n", name, version, dlerror());
		_exit(2);
	}
	memcpy(function, &found, sizeof(found));
}

void side_use_compat(struct side *side, const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (!library) {
		fprintf(stderr, "%s\n", dlerror());
		_exit(2);
	}
	find(library, &compat_setup, "io_setup", "LIBAIO_0.4");
	find(library, &compat_destroy, "io_destroy", "LIBAIO_0.4");
	find(library, &compat_submit, "io_submit", "LIBAIO_0.1");
	find(library, &compat_getevents, "io_getevents", "LIBAIO_0.4");
	find(library, &compat_cancel, "io_cancel", "LIBAIO_0.4");
	side->name = "compat";
	side->setup = call_setup;
	side->destroy = call_destroy;
	side->submit = call_submit;
	side->getevents = call_getevents;
	side->cancel = call_cancel;
}

static void *map(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	DIE_UNLESS(memory != MAP_FAILED);
	return memory;
}

/* The same content on both sides, in the page cache and on the disk. */
static void make_file(const char *path)
{
	static unsigned char content[FILE_BYTES];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t i;

	DIE_UNLESS(fd >= 0);
	for (i = 0; i < FILE_BYTES; i++)
		content[i] = (unsigned char)(i * 2654435761u >> 13);
	DIE_UNLESS(write(fd, content, FILE_BYTES) == FILE_BYTES);
	DIE_UNLESS(fsync(fd) == 0);
	close(fd);
}

static int open_at(const struct side *side, const char *folder, const char *name, int flags)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s-%s", folder, side->name, name);
	make_file(path);
	fd = open(path, flags | O_CLOEXEC);
	DIE_UNLESS(fd >= 0);
	return fd;
}

static void open_streams(struct side *side)
{
	int ends[2];

	DIE_UNLESS(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	side->files[F_PIPE_READ] = ends[0];
	side->other[F_PIPE_READ] = ends[1];
	DIE_UNLESS(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	side->files[F_PIPE_FULL] = ends[0];
	side->other[F_PIPE_FULL] = ends[1];
	DIE_UNLESS(write(ends[1], side->iocbs, IOCBS * sizeof(*side->iocbs)) > 0);
	DIE_UNLESS(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	side->files[F_PIPE_WRITE] = ends[1];
	side->other[F_PIPE_WRITE] = ends[0];
	DIE_UNLESS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	side->files[F_SOCKET] = ends[0];
	side->other[F_SOCKET] = ends[1];
	side->files[F_EVENTFD] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	side->files[F_EPOLL] = epoll_create1(EPOLL_CLOEXEC);
	DIE_UNLESS(side->files[F_EVENTFD] >= 0 && side->files[F_EPOLL] >= 0);
}

void side_open(struct side *side, const char *folder, const char *shm)
{
	int i;

	side->buffers = map(BATCH * sizeof(*side->buffers));
	side->iocbs = map(IOCBS * sizeof(*side->iocbs));
	side->pages = map(3 * PAGE);
	DIE_UNLESS(mprotect(side->pages + PAGE, PAGE, PROT_READ) == 0);
	DIE_UNLESS(mprotect(side->pages + 2 * PAGE, PAGE, PROT_NONE) == 0);
	memset(side->contexts, 0, sizeof(side->contexts));
	memset(side->other, -1, sizeof(side->other));
	side->files[F_BUFFERED] = open_at(side, folder, "buffered", O_RDWR);
	side->files[F_READ_ONLY] = open_at(side, folder, "read_only", O_RDONLY);
	side->files[F_WRITE_ONLY] = open_at(side, folder, "write_only", O_WRONLY);
	side->files[F_DIRECT] = open_at(side, folder, "direct", O_RDWR | O_DIRECT);
	side->files[F_APPEND] = open_at(side, folder, "append", O_RDWR | O_APPEND);
	side->files[F_TMPFS] = open_at(side, shm, "tmpfs", O_RDWR);
	side->files[F_NULL] = open("/dev/null", O_RDWR | O_CLOEXEC);
	side->files[F_ZERO] = open("/dev/zero", O_RDWR | O_CLOEXEC);
	side->files[F_DIRECTORY] = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	side->files[F_PATH] = open(folder, O_PATH | O_CLOEXEC);
	side->files[F_CLOSED] = 900;
	open_streams(side);
	for (i = 0; i < EVENTFDS; i++) {
		side->eventfds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		DIE_UNLESS(side->eventfds[i] >= 0);
	}
	side->logged = 0;
}

void side_close(struct side *side)
{
	int i;

	for (i = 0; i < CONTEXTS; i++)
		if (side->contexts[i])
			side->destroy(side->contexts[i]);
	for (i = 0; i < FILES; i++) {
		if (i != F_CLOSED)
			close(side->files[i]);
		if (side->other[i] >= 0)
			close(side->other[i]);
	}
	for (i = 0; i < EVENTFDS; i++)
		close(side->eventfds[i]);
	munmap(side->buffers, BATCH * sizeof(*side->buffers));
	munmap(side->iocbs, IOCBS * sizeof(*side->iocbs));
	munmap(side->pages, 3 * PAGE);
}

void *side_pointer(struct side *side, enum place place, void *good, size_t straddle)
{
	switch (place) {
	case P_NULL:
		return NULL;
	case P_UNMAPPED:
		return side->pages + 2 * PAGE + 64;
	case P_READ_ONLY:
		return side->pages + PAGE + 64;
	case P_KERNEL:
		return (void *)0xffff800000001000UL;
	case P_STRADDLE:
		return side->pages + 2 * PAGE - straddle;
	default:
		return good;
	}
}

void say(struct side *side, const char *format, ...)
{
	va_list args;
	int bytes;

	va_start(args, format);
	bytes = vsnprintf(side->log + side->logged, LOG_BYTES - side->logged, format, args);
	va_end(args);
	side->logged += (size_t)bytes;
	DIE_UNLESS(side->logged < LOG_BYTES);
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t count)
{
	const unsigned char *at = bytes;

	while (count--)
		hash = (hash ^ *at++) * 0x100000001b3;
	return hash;
}

uint64_t side_buffers(const struct side *side)
{
	return mix(0xcbf29ce484222325, side->buffers, BATCH * sizeof(*side->buffers));
}

uint64_t side_content(const struct side *side, enum file file)
{
	static unsigned char bytes[65536];
	uint64_t hash = 0xcbf29ce484222325;
	char path[64];
	ssize_t got;
	int fd;

	/* Opened anew: some cannot be read where they are open. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", side->files[file]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	DIE_UNLESS(fd >= 0);
	while ((got = read(fd, bytes, sizeof(bytes))) > 0)
		hash = mix(hash, bytes, (size_t)got);
	close(fd);
	return hash;
}
