/* The I/O itself ("Transfers, the same on every engine"). */
#include "reference.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static bool is_read(const struct request *request)
{
	return request->io.opcode == AIO2_OP_PREAD || request->io.opcode == AIO2_OP_PREADV;
}

bool is_transfer(const struct request *request)
{
	return request->io.opcode >= AIO2_OP_PREAD && request->io.opcode <= AIO2_OP_PWRITEV;
}

short poll_events(const struct request *request)
{
	if (request->io.opcode == AIO2_OP_POLL)
		return (short)request->io.len;
	if (request->io.opcode == AIO2_OP_SYSCALL)
		return call_events(request);
	return is_read(request) ? POLLIN : POLLOUT;
}

/* One call, from where the transfer stands; what a signal interrupts is made again and counted (RETRY). */
static int64_t attempt(struct request *request, uint64_t done, int flags)
{
	const struct iocb2 *io = &request->io;
	off_t offset = io->offset == -1 ? -1 : (off_t)(io->offset + (int64_t)done);
	unsigned n = 0;
	ssize_t moved;

	for (unsigned i = 0; i < request->niov; i++) {
		struct iovec v = request->iov[i];
		uint64_t skip = done < v.iov_len ? done : v.iov_len;

		done -= skip;
		v.iov_base = (char *)v.iov_base + skip;
		v.iov_len -= skip;
		if (v.iov_len || skip == 0)
			request->rest[n++] = v;
	}
	flags |= (int)io->rw_flags;
	while ((moved = is_read(request) ? preadv2(request->fd, request->rest, (int)n, offset, flags)
					  : pwritev2(request->fd, request->rest, (int)n, offset, flags)) < 0 && errno == EINTR)
		request->retried++;
	return moved < 0 ? -errno : moved;
}

/* The rule of mincore: who owns the file or may write it may know what of it is cached. */
static bool may_know_cache(int fd)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return (fstat(fd, &st) == 0 && st.st_uid == geteuid()) || faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
}

/* Its files are in the page cache or nowhere, and take no flag for one attempt. */
static bool all_cached(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

/* A first attempt that does not wait tells what is cached. Returns its bytes. */
static int64_t ask_cache(struct request *request)
{
	int64_t got;

	request->cache_status = 0;
	if (request->file_flags & O_DIRECT)
		request->cache_status = -EOPNOTSUPP;
	else if (!may_know_cache(request->fd))
		request->cache_status = -EPERM;
	if (request->cache_status)
		return 0;
	if (all_cached(request->fd)) {
		request->cached_bytes = UINT64_MAX;
		return 0;
	}
	got = attempt(request, 0, RWF_NOWAIT);
	if (got == -EOPNOTSUPP)
		request->cache_status = -EOPNOTSUPP;
	request->cached_bytes = got > 0 ? (uint64_t)got : 0;
	return got > 0 ? got : 0;
}

/* Until all is moved, the end of the file, or an error; an error behind the first byte ends it with the bytes moved. */
static int64_t transfer(struct request *request)
{
	uint64_t done = 0;
	int64_t moved;

	if (find_attribute(request, AIO2_ATTR_TYPE_CACHE))
		done = (uint64_t)ask_cache(request);
	if (done > 0 && (done == request->total || request->io.rw_flags & AIO2_RWF_NOWAIT))
		return (int64_t)done;
	for (;;) {
		if (done > 0)
			request->continued++;
		moved = attempt(request, done, 0);
		if (moved <= 0)
			return done > 0 ? (int64_t)done : moved;
		done += (uint64_t)moved;
		if (done == request->total || request->io.rw_flags & AIO2_RWF_NOWAIT)
			return (int64_t)done;
	}
}

static int64_t sync_file(const struct request *request)
{
	int failed;

	while ((failed = request->io.opcode == AIO2_OP_FSYNC ? fsync(request->fd) : fdatasync(request->fd)) && errno == EINTR)
		;
	return failed ? -errno : 0;
}

/* What ends unaided; the caller's thread waits for it. */
int64_t run_file(struct request *request)
{
	begin_attributes(request);
	if (request->io.opcode == AIO2_OP_NOP)
		return 0;
	if (request->io.opcode == AIO2_OP_SYSCALL)
		return run_call(request);
	return is_transfer(request) ? transfer(request) : sync_file(request);
}

/* What is not a file, or a call on a socket, waits in the poll set. */
bool is_polled(const struct request *request)
{
	return (is_transfer(request) && !request->file) || is_socket_call(request);
}

/* A transfer on a stream that may have to wait is polled first; so it can be cancelled until it begins. */
bool waits(const struct request *request)
{
	if (request->io.opcode == AIO2_OP_SYSCALL)
		return call_waits(request);
	return !(request->file_flags & O_NONBLOCK) && !(request->io.rw_flags & AIO2_RWF_NOWAIT) && request->total > 0;
}

/* Some files take no flag for one attempt; their description is made non-blocking for the length of one call. */
static int64_t attempt_nonblocking(struct request *request)
{
	int flags = fcntl(request->fd, F_GETFL);
	int64_t moved;

	fcntl(request->fd, F_SETFL, flags | O_NONBLOCK);
	moved = attempt(request, 0, 0);
	fcntl(request->fd, F_SETFL, flags);
	return moved;
}

/* One attempt on what is not a file, which does not wait. False: it would have to, and may. */
bool try_stream(struct request *request, int64_t *res)
{
	if (request->io.opcode == AIO2_OP_SYSCALL)
		return try_call(request, res);
	begin_attributes(request);
	*res = attempt(request, 0, RWF_NOWAIT);
	if (*res == -EOPNOTSUPP && !(request->io.rw_flags & AIO2_RWF_NOWAIT))
		*res = attempt_nonblocking(request);
	if (*res != -EAGAIN || !waits(request))
		return true;
	request->retried++;
	return false;
}
