/* SYSCALL and its allow-list (SUBMIT-7, "Calls of the allow-list"). */
#include "reference.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

enum kind { PLAIN, SEND, RECEIVE, ACCEPT, CONNECT };

/* Which arguments are descriptors: works are what the call works on, starts only start a path. */
struct call {
	const char *name;
	uint32_t nr;
	long native;
	unsigned works, starts;
	enum kind kind;
};

static const struct call calls[] = {
	{ "openat", AIO2_SYS_OPENAT, SYS_openat, 0, 1, PLAIN },
	{ "close", AIO2_SYS_CLOSE, SYS_close, 0, 0, PLAIN },
	{ "statx", AIO2_SYS_STATX, SYS_statx, 0, 1, PLAIN },
	{ "fstat", AIO2_SYS_FSTAT, SYS_fstat, 1, 0, PLAIN },
	{ "fallocate", AIO2_SYS_FALLOCATE, SYS_fallocate, 1, 0, PLAIN },
	{ "ftruncate", AIO2_SYS_FTRUNCATE, SYS_ftruncate, 1, 0, PLAIN },
	{ "renameat2", AIO2_SYS_RENAMEAT2, SYS_renameat2, 0, 1 | 4, PLAIN },
	{ "unlinkat", AIO2_SYS_UNLINKAT, SYS_unlinkat, 0, 1, PLAIN },
	{ "linkat", AIO2_SYS_LINKAT, SYS_linkat, 0, 1 | 4, PLAIN },
	{ "symlinkat", AIO2_SYS_SYMLINKAT, SYS_symlinkat, 0, 2, PLAIN },
	{ "mkdirat", AIO2_SYS_MKDIRAT, SYS_mkdirat, 0, 1, PLAIN },
	{ "readlinkat", AIO2_SYS_READLINKAT, SYS_readlinkat, 0, 1, PLAIN },
	{ "getdents64", AIO2_SYS_GETDENTS64, SYS_getdents64, 1, 0, PLAIN },
	{ "copy_file_range", AIO2_SYS_COPY_FILE_RANGE, SYS_copy_file_range, 1 | 4, 0, PLAIN },
	{ "sync_file_range", AIO2_SYS_SYNC_FILE_RANGE, SYS_sync_file_range, 1, 0, PLAIN },
	{ "fadvise64", AIO2_SYS_FADVISE64, SYS_fadvise64, 1, 0, PLAIN },
	{ "sendto", AIO2_SYS_SENDTO, SYS_sendto, 1, 0, SEND },
	{ "recvfrom", AIO2_SYS_RECVFROM, SYS_recvfrom, 1, 0, RECEIVE },
	{ "accept4", AIO2_SYS_ACCEPT4, SYS_accept4, 1, 0, ACCEPT },
	{ "connect", AIO2_SYS_CONNECT, SYS_connect, 1, 0, CONNECT },
};

static const struct call *call_of(const struct request *request)
{
	for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
		if (request->io.opcode == AIO2_OP_SYSCALL && calls[i].nr == request->call.nr)
			return &calls[i];
	return NULL;
}

unsigned list_calls(struct aio2_probe_syscall *to)
{
	unsigned n = sizeof calls / sizeof calls[0];

	for (unsigned i = 0; i < n; i++) {
		to[i] = (struct aio2_probe_syscall){ .size = sizeof to[i], .nr = calls[i].nr };
		strncpy((char *)to[i].name, calls[i].name, sizeof to[i].name - 1);
	}
	return n;
}

/* The request's own reference stands in the call's place; a bad one that only starts a path is the call's own affair. */
static struct refusal hold_argument(struct request *request, unsigned i, bool works)
{
	int number = (int)request->call.args[i], held = fcntl(number, F_DUPFD_CLOEXEC, 0);

	if (held < 0 && errno == EBADF && works)
		return refuse(EBADF, AIO2_REASON_FD_BAD, offsetof(struct iocb2, addr));
	if (held < 0 && errno != EBADF && errno != EINVAL)
		request->hold_error = -errno;
	if (held >= 0)
		request->call.args[i] = (uint64_t)held;
	if (i == 0)
		request->fd = held;
	else
		request->second_fd = held;
	return refuse(0, AIO2_REASON_NONE, 0);
}

struct refusal judge_call(struct request *request)
{
	const void *user = (const void *)(uintptr_t)request->io.addr;
	const struct call *call;
	struct refusal r = { 0 };

	if (request->io.opcode != AIO2_OP_SYSCALL)
		return r;
	if (!copy_in(&request->call, user, sizeof request->call))
		return refuse(EFAULT, AIO2_REASON_MEMORY_FAULT, offsetof(struct iocb2, addr));
	call = call_of(request);
	if (!call)
		return refuse(EPERM, AIO2_REASON_SYSCALL_UNKNOWN, offsetof(struct iocb2, addr));
	for (unsigned i = 0; i < 3 && !r.error; i++)
		if ((call->works | call->starts) >> i & 1)
			r = hold_argument(request, i, call->works >> i & 1);
	if (r.error)
		return r;
	request->file = call->kind == PLAIN;
	if (!request->file)
		request->file_flags = fcntl(request->fd >= 0 ? request->fd : (int)request->call.args[0], F_GETFL);
	return r;
}

/* sendto, recvfrom, accept4 and connect wait by polling. */
bool is_socket_call(const struct request *request)
{
	const struct call *call = call_of(request);

	return call && call->kind != PLAIN;
}

bool call_waits(const struct request *request)
{
	enum kind kind = call_of(request)->kind;
	bool once = (kind == SEND || kind == RECEIVE) && request->call.args[3] & MSG_DONTWAIT;

	return !once && !(request->file_flags & O_NONBLOCK);
}

short call_events(const struct request *request)
{
	enum kind kind = call_of(request)->kind;

	return kind == RECEIVE || kind == ACCEPT ? POLLIN : POLLOUT;
}

static int64_t run_native(const struct call *call, const __u64 *a)
{
	long got;

	while ((got = syscall(call->native, a[0], a[1], a[2], a[3], a[4], a[5])) < 0 && errno == EINTR && call->nr != AIO2_SYS_CLOSE)
		;
	return got < 0 ? -errno : got;
}

/* Never waits for the other end of a FIFO; the file itself is as non-blocking as was asked for. */
static int64_t run_openat(const struct call *call, const __u64 *args)
{
	__u64 a[6];
	int64_t fd;

	memcpy(a, args, sizeof a);
	a[2] |= O_NONBLOCK;
	fd = run_native(call, a);
	if (fd >= 0 && !(args[2] & (O_NONBLOCK | O_PATH)))
		fcntl((int)fd, F_SETFL, fcntl((int)fd, F_GETFL) & ~O_NONBLOCK);
	return fd;
}

int64_t run_call(struct request *request)
{
	const struct call *call = call_of(request);

	return call->nr == AIO2_SYS_OPENAT ? run_openat(call, request->call.args) : run_native(call, request->call.args);
}

/* There is no flag for it: the description is made non-blocking for the length of one call. */
static int64_t run_nonblocking(const struct request *request, const struct call *call)
{
	int64_t res;

	if (!(request->file_flags & O_NONBLOCK))
		fcntl(request->fd, F_SETFL, request->file_flags | O_NONBLOCK);
	res = run_native(call, request->call.args);
	if (!(request->file_flags & O_NONBLOCK))
		fcntl(request->fd, F_SETFL, request->file_flags);
	return res;
}

static int64_t connected(const struct request *request)
{
	int error = 0;
	socklen_t bytes = sizeof error;

	return getsockopt(request->fd, SOL_SOCKET, SO_ERROR, &error, &bytes) < 0 ? -errno : -error;
}

/* One attempt that does not wait. False: it would have to, and may. */
bool try_call(struct request *request, int64_t *res)
{
	const struct call *call = call_of(request);
	__u64 a[6];

	if (call->kind == CONNECT && request->begun) {
		*res = connected(request);
		return true;
	}
	begin_attributes(request);
	if (call->kind == SEND || call->kind == RECEIVE) {
		memcpy(a, request->call.args, sizeof a);
		a[3] |= MSG_DONTWAIT;
		*res = run_native(call, a);
	} else {
		*res = run_nonblocking(request, call);
	}
	return !call_waits(request) || *res != (call->kind == CONNECT ? -EINPROGRESS : -EAGAIN);
}

/* A connect begins before there is anything to poll for. */
bool begins_at_once(const struct request *request)
{
	return is_socket_call(request) && call_of(request)->kind == CONNECT;
}
