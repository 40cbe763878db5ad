/* SPDX-License-Identifier: MIT */
/*
 * What io_submit refuses, in v1's order of tests: first the words of the iocb, then the file, then what the operation makes
 * of the rest. Only the answer for the first iocb of a call is ever seen, so the whole order is gone through only for it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "compat.h"

/* End of the addresses that the kernel takes from a program. */
#if defined(__x86_64__)
#define USER_END 0x7ffffffff000UL
#else
#define USER_END (1UL << 48)
#endif

static int is_transfer(const struct iocb *iocb)
{
	switch (iocb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		return 1;
	default:
		return 0;
	}
}

static int is_vectored(const struct iocb *iocb)
{
	return iocb->aio_lio_opcode == IOCB_CMD_PREADV || iocb->aio_lio_opcode == IOCB_CMD_PWRITEV;
}

/* pipes, sockets and most devices cannot be synchronised: v1 says so at once. */
static int can_sync(int fd)
{
	struct stat about;

	return fstat(fd, &about) == 0 && (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode) || S_ISBLK(about.st_mode));
}

/* Addresses beyond the program's half are refused at once, those that are only not mapped are found by the transfer. */
static int is_beyond(__u64 address, __u64 bytes)
{
	bytes = bytes < TRANSFER_MAX ? bytes : TRANSFER_MAX;
	return address > USER_END || bytes > USER_END - address;
}

static int judge_segments(const struct iocb *iocb)
{
	const struct iovec *there = (const struct iovec *)(uintptr_t)iocb->aio_buf;
	struct iovec some[16];
	int error = 0;
	__u64 at, i;

	if (iocb->aio_nbytes > AIO2_VEC_MAX)
		return -EINVAL;
	for (at = 0; at < iocb->aio_nbytes; at += i) {
		const __u64 left = iocb->aio_nbytes - at, count = left < 16 ? left : 16;

		if (user_read(some, there + at, count * sizeof(some[0])))
			return -EFAULT;
		for (i = 0; i < count; i++) {
			if ((ssize_t)some[i].iov_len < 0)
				return -EINVAL;
			if (is_beyond((uintptr_t)some[i].iov_base, some[i].iov_len))
				error = -EFAULT;
		}
	}
	return error;
}

static int judge_memory(const struct iocb *iocb)
{
	return unlikely(is_vectored(iocb)) ? judge_segments(iocb) : is_beyond(iocb->aio_buf, iocb->aio_nbytes) ? -EFAULT : 0;
}

/* 0, or -errno: one that v2 would not refuse, or not by itself. */
int judge_quickly(const struct iocb *iocb)
{
	if (iocb->aio_reserved2 || (__s64)iocb->aio_nbytes < 0)
		return -EINVAL;
	switch (iocb->aio_lio_opcode) {
	case IOCB_CMD_PREAD:
	case IOCB_CMD_PWRITE:
	case IOCB_CMD_PREADV:
	case IOCB_CMD_PWRITEV:
		return iocb->aio_offset < 0 ? -EINVAL : judge_memory(iocb);
	case IOCB_CMD_FSYNC:
	case IOCB_CMD_FDSYNC:
		if (iocb->aio_buf || iocb->aio_offset || iocb->aio_nbytes || iocb->aio_rw_flags)
			return -EINVAL;
		return can_sync((int)iocb->aio_fildes) ? 0 : -EINVAL;
	case IOCB_CMD_POLL:
		return iocb->aio_buf > UINT16_MAX || iocb->aio_offset || iocb->aio_nbytes || iocb->aio_rw_flags ? -EINVAL : 0;
	default:
		return -EINVAL;
	}
}

/* As the kernel judges a priority, but for the privilege: v2 finds that. The low three bits are the level. */
static int is_priority(unsigned ioprio)
{
	const unsigned class = ioprio >> 13, level = ioprio & 7;

	return class <= 3 && (class != 0 || level == 0);
}

/* Whether the file has the operation at all: one of nothing is refused only where it has not. */
static int has_operation(int fd, int is_read)
{
	struct stat about;

	if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode))
		return 0;
	return (is_read ? preadv2(fd, NULL, 0, -1, 0) : pwritev2(fd, NULL, 0, -1, 0)) == 0 || errno != EINVAL;
}

static long judge_transfer(const struct iocb *iocb, int open_flags, long otherwise)
{
	const int is_read = iocb->aio_lio_opcode == IOCB_CMD_PREAD || iocb->aio_lio_opcode == IOCB_CMD_PREADV;
	long error;

	if (iocb->aio_flags & IOCB_FLAG_IOPRIO && !is_priority((__u16)iocb->aio_reqprio))
		return -EINVAL;
	if (otherwise == -EPERM || otherwise == -EOPNOTSUPP)
		return otherwise;
	if ((open_flags & O_ACCMODE) == (is_read ? O_WRONLY : O_RDONLY))
		return -EBADF;
	if (!has_operation((int)iocb->aio_fildes, is_read))
		return -EINVAL;
	error = judge_memory(iocb);
	return error ? error : otherwise;
}

/* The errno for an iocb that was refused with "otherwise". */
long judge(const struct iocb *iocb, long otherwise)
{
	int open_flags;

	if (iocb->aio_reserved2 || (__s64)iocb->aio_nbytes < 0)
		return -EINVAL;
	if (otherwise == -EAGAIN)
		return otherwise;
	open_flags = fcntl((int)iocb->aio_fildes, F_GETFL);
	if (open_flags < 0 || open_flags & O_PATH)
		return -EBADF;
	return is_transfer(iocb) ? judge_transfer(iocb, open_flags, otherwise) : otherwise;
}

/* The same for one whose eventfd was refused: only its file comes before. */
long judge_target(const struct iocb *iocb, long otherwise)
{
	const int open_flags = fcntl((int)iocb->aio_fildes, F_GETFL);

	return open_flags < 0 || open_flags & O_PATH ? -EBADF : otherwise;
}
