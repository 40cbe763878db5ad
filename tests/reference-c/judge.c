/* Whether a record is accepted, in the one order of errors (ERR-1, and "The order of errors within a record"). */
#include "reference.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#define TRANSFER .fd = true, .addr = true, .len = true, .offset = true
#define READ_FLAGS (AIO2_RWF_HIPRI | AIO2_RWF_NOWAIT)
#define WRITE_FLAGS (READ_FLAGS | AIO2_RWF_DSYNC | AIO2_RWF_SYNC | AIO2_RWF_APPEND)
#define FIELD(name) offsetof(struct iocb2, name)

const struct op ops[] = {
	{ .number = AIO2_OP_NOP, .name = "NOP" },
	{ .number = AIO2_OP_PREAD, .name = "PREAD", TRANSFER, .reads = true, .rw_flags = READ_FLAGS },
	{ .number = AIO2_OP_PWRITE, .name = "PWRITE", TRANSFER, .writes = true, .rw_flags = WRITE_FLAGS },
	{ .number = AIO2_OP_PREADV, .name = "PREADV", TRANSFER, .reads = true, .rw_flags = READ_FLAGS },
	{ .number = AIO2_OP_PWRITEV, .name = "PWRITEV", TRANSFER, .writes = true, .rw_flags = WRITE_FLAGS },
	{ .number = AIO2_OP_FSYNC, .name = "FSYNC", .fd = true },
	{ .number = AIO2_OP_FDSYNC, .name = "FDSYNC", .fd = true },
	{ .number = AIO2_OP_POLL, .name = "POLL", .fd = true, .len = true, .iocb_flags = AIO2_IOCB_MULTI | AIO2_IOCB_LEVEL },
	{ .number = AIO2_OP_SYSCALL, .name = "SYSCALL", .addr = true },
};
const unsigned nops = sizeof ops / sizeof ops[0];

struct refusal refuse(int error, uint32_t reason, uint64_t field)
{
	return (struct refusal){ .error = -error, .reason = reason, .field = field };
}

static const struct op *op_of(uint16_t number)
{
	for (unsigned i = 0; i < nops; i++)
		if (ops[i].number == number)
			return &ops[i];
	return NULL;
}

static struct refusal judge_head(const struct iocb2 *io, const struct op *op)
{
	if (!op)
		return refuse(EINVAL, AIO2_REASON_OPCODE_UNKNOWN, FIELD(opcode));
	if (io->flags & ~(AIO2_IOCB_MULTI | AIO2_IOCB_LEVEL))
		return refuse(EINVAL, AIO2_REASON_FLAGS_UNKNOWN, FIELD(flags));
	if (io->flags & ~op->iocb_flags || io->flags == (AIO2_IOCB_MULTI | AIO2_IOCB_LEVEL))
		return refuse(EINVAL, AIO2_REASON_FLAGS_INAPPLICABLE, FIELD(flags));
	if (io->rw_flags & ~op->rw_flags)
		return refuse(EOPNOTSUPP, AIO2_REASON_RW_FLAGS_UNKNOWN, FIELD(rw_flags));
	if (!op->fd && io->fd)
		return refuse(EINVAL, AIO2_REASON_FIELD_NOT_ZERO, FIELD(fd));
	if (!op->addr && io->addr)
		return refuse(EINVAL, AIO2_REASON_FIELD_NOT_ZERO, FIELD(addr));
	if (!op->len && io->len)
		return refuse(EINVAL, AIO2_REASON_FIELD_NOT_ZERO, FIELD(len));
	if (!op->offset && io->offset)
		return refuse(EINVAL, AIO2_REASON_FIELD_NOT_ZERO, FIELD(offset));
	return refuse(0, AIO2_REASON_NONE, 0);
}

static bool is_vector(const struct iocb2 *io)
{
	return io->opcode == AIO2_OP_PREADV || io->opcode == AIO2_OP_PWRITEV;
}

static bool beyond(int64_t offset, uint64_t bytes)
{
	return bytes > INT64_MAX || (offset > 0 && bytes > (uint64_t)(INT64_MAX - offset));
}

static struct refusal judge_ranges(const struct iocb2 *io, const struct op *op)
{
	if (op->offset && io->offset < -1)
		return refuse(EINVAL, AIO2_REASON_OFFSET_NEGATIVE, FIELD(offset));
	if (is_vector(io) && io->len > AIO2_VEC_MAX)
		return refuse(EINVAL, AIO2_REASON_VEC_COUNT, FIELD(len));
	if (op->offset && !is_vector(io) && beyond(io->offset, io->len))
		return refuse(EINVAL, AIO2_REASON_LEN_RANGE, FIELD(len));
	if (io->opcode == AIO2_OP_POLL && io->len > UINT16_MAX)
		return refuse(EINVAL, AIO2_REASON_LEN_RANGE, FIELD(len));
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* The request's own reference to its file; where the process has no more descriptors, the result will say so. */
static void hold(struct request *request)
{
	request->fd = fcntl(request->io.fd, F_DUPFD_CLOEXEC, 0);
	if (request->fd < 0 && errno != EBADF)
		request->hold_error = -errno;
}

/* A stream is what pread and pwrite refuse; a transfer of no segments moves nothing. */
static bool is_stream(int fd, bool read)
{
	return (read ? preadv(fd, NULL, 0, 0) : pwritev(fd, NULL, 0, 0)) < 0 && errno == ESPIPE;
}

struct refusal judge_descriptor(struct request *request)
{
	const struct op *op = op_of(request->io.opcode);
	const struct attribute *prio = find_attribute(request, AIO2_ATTR_TYPE_IOPRIO);
	struct stat st;
	int fd = -1;

	if (op->fd) {
		hold(request);
		fd = request->fd >= 0 ? request->fd : request->io.fd;
		request->file_flags = fcntl(fd, F_GETFL);
		if (request->file_flags < 0 || request->file_flags & O_PATH || fstat(fd, &st) != 0)
			return refuse(EBADF, AIO2_REASON_FD_BAD, FIELD(fd));
		if ((op->reads && (request->file_flags & O_ACCMODE) == O_WRONLY) ||
		    (op->writes && (request->file_flags & O_ACCMODE) == O_RDONLY))
			return refuse(EBADF, AIO2_REASON_FD_MODE, FIELD(fd));
		request->file = S_ISREG(st.st_mode) || S_ISBLK(st.st_mode) || S_ISDIR(st.st_mode);
	}
	if (prio && !ioprio_permitted(prio))
		return refuse(EPERM, AIO2_REASON_NOT_PERMITTED, prio->in_offset);
	if (op->offset && request->io.offset != -1 && is_stream(fd, op->reads))
		return refuse(ESPIPE, AIO2_REASON_OFFSET_STREAM, FIELD(offset));
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* Segments, copied once (SUBMIT-2); a plain transfer has one. */
static struct refusal judge_memory(struct request *request)
{
	const struct iocb2 *io = &request->io;
	struct aio2_vec *vec;

	if (!is_transfer(request))
		return refuse(0, AIO2_REASON_NONE, 0);
	request->niov = is_vector(io) ? (unsigned)io->len : 1;
	request->iov = calloc(request->niov + 1, sizeof *request->iov);
	request->rest = calloc(request->niov + 1, sizeof *request->rest);
	vec = calloc(request->niov + 1, sizeof *vec);
	if (!request->iov || !request->rest || !vec) {
		free(vec);
		return refuse(ENOMEM, AIO2_REASON_NO_MEMORY, 0);
	}
	vec[0] = (struct aio2_vec){ .base = io->addr, .len = io->len };
	if (is_vector(io) && !copy_in(vec, (const void *)(uintptr_t)io->addr, request->niov * sizeof *vec)) {
		free(vec);
		return refuse(EFAULT, AIO2_REASON_MEMORY_FAULT, FIELD(addr));
	}
	for (unsigned i = 0; i < request->niov; i++) {
		request->iov[i].iov_base = (void *)(uintptr_t)vec[i].base;
		request->iov[i].iov_len = (size_t)vec[i].len;
		if (vec[i].len > INT64_MAX - request->total || beyond(io->offset, request->total + vec[i].len)) {
			free(vec);
			return refuse(EINVAL, AIO2_REASON_VEC_RANGE, FIELD(addr));
		}
		request->total += vec[i].len;
	}
	free(vec);
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* One slot holds memory for two events: that with MORE, and the final one (SUBMIT-8). */
static struct refusal make_more(struct request *request)
{
	struct iocb2 nothing = { .bytes = sizeof nothing };

	if (!(request->io.flags & AIO2_IOCB_MULTI))
		return refuse(0, AIO2_REASON_NONE, 0);
	request->more = request_new(&nothing, sizeof nothing);
	if (!request->more || !(request->more->event = calloc(1, request->more->event_bytes)))
		return refuse(ENOMEM, AIO2_REASON_NO_MEMORY, 0);
	request->more->owner = request;
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* All but framing and slot. The request holds its file, its segments and its event's memory where it is accepted. */
struct refusal judge(struct request *request, uint32_t max_event)
{
	const struct op *op = op_of(request->io.opcode);
	struct refusal r = judge_head(&request->io, op);

	if (!r.error)
		r = judge_ranges(&request->io, op);
	if (!r.error)
		r = judge_attributes(request);
	if (!r.error && request->event_bytes > max_event)
		r = refuse(EMSGSIZE, AIO2_REASON_EVENT_TOO_LARGE, FIELD(bytes));
	if (!r.error)
		r = judge_descriptor(request);
	if (!r.error)
		r = judge_call(request);
	if (!r.error)
		r = judge_memory(request);
	if (!r.error) {
		request->event = calloc(1, request->event_bytes);
		if (!request->event)
			return refuse(ENOMEM, AIO2_REASON_NO_MEMORY, 0);
		make_returns(request);
		return make_more(request);
	}
	return r;
}

struct request *request_new(const void *iocb, uint32_t bytes)
{
	struct request *request = calloc(1, sizeof *request);

	if (!request)
		return NULL;
	request->fd = request->watched = request->edges = request->second_fd = -1;
	request->deadline = NEVER;
	request->iocb = malloc(bytes);
	request->attrs = calloc(ATTRS_MAX, sizeof *request->attrs);
	if (!request->iocb || !request->attrs) {
		request_free(request);
		return NULL;
	}
	memcpy(request->iocb, iocb, bytes);
	memcpy(&request->io, iocb, sizeof request->io);
	request->event_bytes = sizeof(struct io_event2);
	return request;
}

void let_go(struct request *request)
{
	int *held[] = { &request->edges, &request->fd, &request->second_fd };

	for (unsigned i = 0; i < sizeof held / sizeof held[0]; i++) {
		if (*held[i] >= 0)
			close(*held[i]);
		*held[i] = -1;
	}
}

void request_free(struct request *request)
{
	if (request->more)
		request_free(request->more);
	let_go(request);
	free(request->iocb);
	free(request->event);
	free(request->attrs);
	free(request->iov);
	free(request->rest);
	free(request);
}
