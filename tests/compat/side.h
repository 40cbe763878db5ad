/* SPDX-License-Identifier: MIT */
/*
 * The two sides of the comparison: the kernel's AIO by raw system calls, and libaio2-compat.so. Each has contexts, files,
 * buffers, iocbs and eventfds of its own, made alike; a step names them by index.
 */
#ifndef SIDE_H
#define SIDE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/uio.h>
#include <time.h>

#include <linux/aio_abi.h>

#define CONTEXTS 3
#define IOCBS 64
#define BATCH 8
#define BUFFER_BYTES 16384
#define FILE_BYTES (512 * 1024)
#define EVENTFDS 2
#define LOG_BYTES 16384

/* The last three are what polls wait for: nothing is read from them by a request. */
enum file {
	F_BUFFERED, F_READ_ONLY, F_WRITE_ONLY, F_DIRECT, F_APPEND, F_TMPFS, F_PIPE_FULL, F_PIPE_WRITE, F_NULL, F_ZERO,
	F_DIRECTORY, F_EPOLL, F_PATH, F_CLOSED, F_PIPE_READ, F_EVENTFD, F_SOCKET, FILES
};

#define ODD_FILES F_PIPE_READ
/* Those before it keep what is written to them. */
#define KEPT_FILES F_PIPE_FULL

extern const char *const file_names[FILES];

/* Where a pointer of a step points to. */
enum place { P_GOOD, P_NULL, P_UNMAPPED, P_READ_ONLY, P_KERNEL, P_STRADDLE, PLACES };

struct side {
	const char *name;
	long (*setup)(unsigned nr, unsigned long *ctx);
	long (*destroy)(unsigned long ctx);
	long (*submit)(unsigned long ctx, long nr, struct iocb **iocbs);
	long (*getevents)(unsigned long ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout);
	long (*cancel)(unsigned long ctx, struct iocb *iocb, struct io_event *result);
	unsigned long contexts[CONTEXTS];
	int files[FILES];
	int other[FILES];		/* the far end of a stream */
	int eventfds[EVENTFDS];
	unsigned char (*buffers)[BUFFER_BYTES];
	struct iovec segments[BATCH][4];
	struct iocb *iocbs;
	unsigned char *pages;		/* read-write, read-only, nothing */
	char log[LOG_BYTES];
	size_t logged;
};

/* folder: on a file system with direct I/O; shm: on tmpfs. */
void side_open(struct side *side, const char *folder, const char *shm);
void side_close(struct side *side);
void side_use_kernel(struct side *side);
void side_use_compat(struct side *side, const char *library);

/* A pointer of the kind; good is what P_GOOD and, moved to the end of its page, P_STRADDLE mean. */
void *side_pointer(struct side *side, enum place place, void *good, size_t straddle);

void say(struct side *side, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* All that the buffers hold, and all that a file holds, as a number. */
uint64_t side_buffers(const struct side *side);
uint64_t side_content(const struct side *side, enum file file);

#define DIE_UNLESS(holds) do { \
	if (!(holds)) { \
		perror(__FILE__ ": " #holds); \
		_exit(2); \
	} \
} while (0)

#endif
