/* Attributes: framing, what fits what, payloads, returns (ATTR-1 to ATTR-7). */
#include "reference.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>

#define TRANSFERS (1u << AIO2_OP_PREAD | 1u << AIO2_OP_PWRITE | 1u << AIO2_OP_PREADV | 1u << AIO2_OP_PWRITEV)
#define SYNCS (1u << AIO2_OP_FSYNC | 1u << AIO2_OP_FDSYNC)
#define ALL (TRANSFERS | SYNCS | 1u << AIO2_OP_NOP | 1u << AIO2_OP_POLL | 1u << AIO2_OP_SYSCALL)

/* The first published payload is the known one, for all of them. */
#define IN(type) .in_min = sizeof(struct type), .in_size = sizeof(struct type)
#define OUT(type) .out_size = sizeof(struct type)

const struct attribute_kind kinds[] = {
	{ "TIMING", AIO2_ATTR_TYPE_TIMING, OUT(aio2_ret_timing), .fits = ALL },
	{ "CACHE", AIO2_ATTR_TYPE_CACHE, OUT(aio2_ret_cache), .fits = 1u << AIO2_OP_PREAD | 1u << AIO2_OP_PREADV },
	{ "DEADLINE", AIO2_ATTR_TYPE_DEADLINE, IN(aio2_attr_deadline), .fits = ALL },
	{ "IOPRIO", AIO2_ATTR_TYPE_IOPRIO, IN(aio2_attr_ioprio), .fits = TRANSFERS | SYNCS },
	{ "WRITE_HINT", AIO2_ATTR_TYPE_WRITE_HINT, IN(aio2_attr_write_hint), OUT(aio2_ret_write_hint),
	  .fits = 1u << AIO2_OP_PWRITE | 1u << AIO2_OP_PWRITEV },
	{ "CHECKSUM", AIO2_ATTR_TYPE_CHECKSUM, IN(aio2_attr_checksum), OUT(aio2_ret_checksum), .fits = TRANSFERS },
	{ "ACCOUNT", AIO2_ATTR_TYPE_ACCOUNT, IN(aio2_attr_account), .fits = ALL },
	{ "TRACE_ID", AIO2_ATTR_TYPE_TRACE_ID, IN(aio2_attr_trace_id), OUT(aio2_ret_trace_id), .fits = ALL },
	{ "RETRY", AIO2_ATTR_TYPE_RETRY, OUT(aio2_ret_retry), .fits = TRANSFERS },
};
const unsigned nkinds = sizeof kinds / sizeof kinds[0];

const struct attribute_kind *kind_of(uint16_t type)
{
	for (unsigned i = 0; i < nkinds; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

struct attribute *find_attribute(struct request *request, uint16_t type)
{
	for (unsigned i = 0; i < request->nattrs; i++)
		if (request->attrs[i].type == type && request->attrs[i].fits)
			return &request->attrs[i];
	return NULL;
}

static uint32_t padded(uint32_t bytes)
{
	return (bytes + AIO2_ALIGN - 1) & ~(uint32_t)(AIO2_ALIGN - 1);
}

static bool zero(const unsigned char *at, uint32_t bytes)
{
	while (bytes > 0)
		if (at[--bytes])
			return false;
	return true;
}

/* One pass over all of them before any payload is read (ATTR-1). */
static struct refusal frame(struct request *request)
{
	uint32_t at = sizeof(struct iocb2), end = request->io.bytes;

	while (at < end) {
		struct attribute *a = &request->attrs[request->nattrs];
		const struct attribute_kind *kind;
		struct aio2_attr head;

		memcpy(&head, request->iocb + at, sizeof head);
		if (head.bytes < sizeof head)
			return refuse(EINVAL, AIO2_REASON_ATTR_TOO_SHORT, at);
		if (head.bytes > end - at)
			return refuse(EINVAL, AIO2_REASON_ATTR_TRUNCATED, at);
		if (!zero(request->iocb + at + head.bytes, padded(head.bytes) - head.bytes))
			return refuse(EINVAL, AIO2_REASON_ATTR_PADDING, at);
		if (head.flags & ~(AIO2_ATTR_REQUIRED | AIO2_ATTR_NORETURN))
			return refuse(EINVAL, AIO2_REASON_ATTR_FLAGS_UNKNOWN, at);
		if (head.type == 0)
			return refuse(EINVAL, AIO2_REASON_ATTR_TYPE_ZERO, at);
		kind = kind_of(head.type);
		*a = (struct attribute){ .type = head.type, .flags = head.flags, .in_offset = at,
					 .in_bytes = head.bytes - (uint32_t)sizeof head, .known = kind != NULL,
					 .fits = kind && kind->fits >> request->io.opcode & 1 };
		request->nattrs++;
		at += padded(head.bytes);
	}
	return refuse(0, AIO2_REASON_NONE, 0);
}

static struct refusal judge_twice(const struct request *request)
{
	for (unsigned i = 0; i < request->nattrs; i++)
		for (unsigned j = 0; j < i; j++)
			if (request->attrs[i].type == request->attrs[j].type)
				return refuse(EINVAL, AIO2_REASON_ATTR_TWICE, request->attrs[i].in_offset);
	return refuse(0, AIO2_REASON_NONE, 0);
}

static struct refusal judge_required(const struct request *request)
{
	for (unsigned i = 0; i < request->nattrs; i++) {
		const struct attribute *a = &request->attrs[i];

		if (a->flags & AIO2_ATTR_REQUIRED && !a->known)
			return refuse(EOPNOTSUPP, AIO2_REASON_ATTR_UNKNOWN, a->in_offset);
		if (a->flags & AIO2_ATTR_REQUIRED && !a->fits)
			return refuse(EOPNOTSUPP, AIO2_REASON_ATTR_INAPPLICABLE, a->in_offset);
	}
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* A payload is an extensible struct (ATTR-4). */
static struct refusal read_payload(struct request *request, struct attribute *a)
{
	const struct attribute_kind *kind = kind_of(a->type);
	const unsigned char *in = request->iocb + a->in_offset + sizeof(struct aio2_attr);

	if (a->in_bytes < kind->in_min)
		return refuse(EINVAL, AIO2_REASON_PAYLOAD_TOO_SHORT, a->in_offset);
	if (a->in_bytes > kind->in_size && !zero(in + kind->in_size, a->in_bytes - kind->in_size))
		return refuse(E2BIG, AIO2_REASON_PAYLOAD_TOO_LONG, a->in_offset);
	memcpy(a->payload, in, a->in_bytes < kind->in_size ? a->in_bytes : kind->in_size);
	return judge_payload(request, a);
}

struct refusal judge_attributes(struct request *request)
{
	struct refusal r = frame(request);

	if (!r.error)
		r = judge_twice(request);
	if (!r.error)
		r = judge_required(request);
	for (unsigned i = 0; i < request->nattrs && !r.error; i++) {
		struct attribute *a = &request->attrs[i];

		if (a->fits)
			r = read_payload(request, a);
		if (!(a->flags & AIO2_ATTR_NORETURN)) {
			a->ret_offset = request->event_bytes;
			request->event_bytes += padded((uint32_t)sizeof(struct aio2_attr_ret) +
						       (a->fits ? kind_of(a->type)->out_size : 0));
		}
	}
	return r;
}

struct refusal judge_payload(const struct request *request, const struct attribute *a)
{
	struct refusal bad = refuse(EINVAL, AIO2_REASON_PAYLOAD_VALUE, a->in_offset);
	struct aio2_attr_ioprio prio;
	struct aio2_attr_write_hint hint;
	struct aio2_attr_checksum sum;
	unsigned class, level;

	(void)request;
	switch (a->type) {
	case AIO2_ATTR_TYPE_IOPRIO:
		memcpy(&prio, a->payload, sizeof prio);
		class = prio.ioprio >> 13, level = prio.ioprio & 0x1fff;
		if (prio.reserved0 || prio.reserved1 || class > 3 || level > 7 || (class == 0 && level != 0))
			return bad;
		break;
	case AIO2_ATTR_TYPE_WRITE_HINT:
		memcpy(&hint, a->payload, sizeof hint);
		if (hint.hint > 5)
			return bad;
		break;
	case AIO2_ATTR_TYPE_CHECKSUM:
		memcpy(&sum, a->payload, sizeof sum);
		if (sum.reserved || (sum.algorithm != AIO2_CHECKSUM_CRC32C && sum.algorithm != AIO2_CHECKSUM_CRC64NVME))
			return bad;
		break;
	}
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* Real time takes a capability of the thread that submits, as with ioprio_set. */
bool ioprio_permitted(const struct attribute *a)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	struct aio2_attr_ioprio prio;

	memcpy(&prio, a->payload, sizeof prio);
	if (prio.ioprio >> 13 != 1)
		return true;
	return syscall(SYS_capget, &head, data) == 0 &&
	       data[0].effective & (1u << CAP_SYS_NICE | 1u << CAP_SYS_ADMIN);
}

/* Made at submit, filled with -EOPNOTSUPP: what nobody handles says so by itself (ATTR-2). */
void make_returns(struct request *request)
{
	for (unsigned i = 0; i < request->nattrs; i++) {
		const struct attribute *a = &request->attrs[i];
		struct aio2_attr_ret ret = { .type = a->type, .status = -EOPNOTSUPP };

		if (!a->ret_offset)
			continue;
		ret.bytes = (uint32_t)sizeof ret + (a->fits ? kind_of(a->type)->out_size : 0);
		memcpy(request->event + a->ret_offset, &ret, sizeof ret);
	}
}
