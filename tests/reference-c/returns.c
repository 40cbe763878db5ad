/* What each attribute does and answers (ATTR-7, "What each attribute does"). */
#include "reference.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/syscall.h>

static struct aio2_probe_account accounts[AIO2_ACCOUNT_TAGS_MAX];
static unsigned naccounts;

void account_forget(void)
{
	naccounts = 0;
}

unsigned account_list(struct aio2_probe_account *to, unsigned room)
{
	for (unsigned i = 0; i < naccounts && i < room; i++)
		to[i] = accounts[i];
	return naccounts;
}

/* The tag's totals, or NULL where the process has used all its tags. */
static struct aio2_probe_account *account(uint64_t tag)
{
	for (unsigned i = 0; i < naccounts; i++)
		if (accounts[i].tag == tag)
			return &accounts[i];
	if (naccounts == AIO2_ACCOUNT_TAGS_MAX)
		return NULL;
	accounts[naccounts] = (struct aio2_probe_account){ .size = sizeof accounts[0], .tag = tag };
	return &accounts[naccounts++];
}

static void set_priority(struct request *request, const struct attribute *a)
{
	struct aio2_attr_ioprio prio;

	memcpy(&prio, a->payload, sizeof prio);
	if (!request->file)
		request->prio_status = -EOPNOTSUPP;
	else if (syscall(SYS_ioprio_set, 1, 0, (int)prio.ioprio) != 0)
		request->prio_status = -errno;
	else
		request->prio_status = 0;
}

static void set_hint(struct request *request, const struct attribute *a)
{
	uint64_t hint;

	memcpy(&hint, a->payload, sizeof hint);
	if (fcntl(request->fd, F_SET_RW_HINT, &hint) != 0 || fcntl(request->fd, F_GET_RW_HINT, &hint) != 0) {
		request->hint_status = -errno;
	} else {
		request->hint_status = 0;
		request->hint = hint;
	}
}

/* The request begins: what attributes ask for before its first byte. */
void begin_attributes(struct request *request)
{
	const struct attribute *a;

	if (request->begun)
		return;
	request->begun = true;
	request->issued = now_ns();
	if ((a = find_attribute(request, AIO2_ATTR_TYPE_IOPRIO)))
		set_priority(request, a);
	if ((a = find_attribute(request, AIO2_ATTR_TYPE_WRITE_HINT)))
		set_hint(request, a);
}

static int sum_segments(struct request *request, struct aio2_ret_checksum *out)
{
	uint64_t left = (uint64_t)request->res;
	static unsigned char piece[65536];	/* under the one lock */

	for (unsigned i = 0; i < request->niov && left > 0; i++) {
		const char *at = request->iov[i].iov_base;
		uint64_t here = request->iov[i].iov_len < left ? request->iov[i].iov_len : left;

		for (left -= here; here > 0;) {
			size_t now = here < sizeof piece ? (size_t)here : sizeof piece;

			if (!copy_in(piece, at, now))
				return -EFAULT;
			out->checksum = out->algorithm == AIO2_CHECKSUM_CRC32C
				? crc32c((uint32_t)out->checksum, piece, now) : crc64nvme(out->checksum, piece, now);
			at += now;
			here -= now;
		}
	}
	return 0;
}

static int checksum(struct request *request, const struct attribute *a, struct aio2_ret_checksum *out)
{
	struct aio2_attr_checksum in;
	int status;

	memcpy(&in, a->payload, sizeof in);
	*out = (struct aio2_ret_checksum){ .algorithm = in.algorithm };
	if (request->res < 0)
		return (int)request->res;
	out->bytes = (uint64_t)request->res;
	status = sum_segments(request, out);
	if (status)
		out->bytes = out->checksum = 0;
	return status;
}

/* Before the event is visible; a failed request moved nothing. */
static int charge(const struct request *request, const struct attribute *a)
{
	struct aio2_probe_account *to;
	uint64_t tag;

	memcpy(&tag, a->payload, sizeof tag);
	to = account(tag);
	if (!to)
		return -ENOSPC;
	to->requests++;
	if (request->res > 0 && (request->io.opcode == AIO2_OP_PREAD || request->io.opcode == AIO2_OP_PREADV))
		to->bytes_read += (uint64_t)request->res;
	if (request->res > 0 && (request->io.opcode == AIO2_OP_PWRITE || request->io.opcode == AIO2_OP_PWRITEV))
		to->bytes_written += (uint64_t)request->res;
	return 0;
}

static int cache(const struct request *request, struct aio2_ret_cache *out)
{
	if (!request->file)
		return -EOPNOTSUPP;
	if (request->cache_status || request->res < 0)
		return request->cache_status ? request->cache_status : (int)request->res;
	out->bytes = request->cached_bytes < (uint64_t)request->res ? request->cached_bytes : (uint64_t)request->res;
	out->state = (int64_t)out->bytes == request->res ? AIO2_CACHE_HIT : out->bytes ? AIO2_CACHE_PARTIAL : AIO2_CACHE_MISS;
	return 0;
}

/* The status, and what the return carries behind its head. */
static int answer(struct request *request, const struct attribute *a, void *out)
{
	struct aio2_ret_timing timing = { request->submitted, request->issued, request->completed };
	struct aio2_ret_retry retry = { request->continued, request->retried };

	switch (a->type) {
	case AIO2_ATTR_TYPE_TIMING:
		memcpy(out, &timing, sizeof timing);
		return 0;
	case AIO2_ATTR_TYPE_CACHE:
		return cache(request, out);
	case AIO2_ATTR_TYPE_DEADLINE:
		return request->timed_out || request->completed > request->deadline ? -ETIME : 0;
	case AIO2_ATTR_TYPE_IOPRIO:
		return request->file ? request->prio_status : -EOPNOTSUPP;
	case AIO2_ATTR_TYPE_WRITE_HINT:
		if (!request->begun)
			return -ECANCELED;
		memcpy(out, &request->hint, sizeof request->hint);
		return request->hint_status;
	case AIO2_ATTR_TYPE_CHECKSUM:
		return checksum(request, a, out);
	case AIO2_ATTR_TYPE_ACCOUNT:
		return charge(request, a);
	case AIO2_ATTR_TYPE_TRACE_ID:
		memcpy(out, a->payload, sizeof(struct aio2_ret_trace_id));
		return 0;
	case AIO2_ATTR_TYPE_RETRY:
		memcpy(out, &retry, sizeof retry);
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* The event, whole: the fixed part, and one return for each attribute that wants one, in the order of submission. */
void fill_returns(struct request *request)
{
	struct io_event2 e = { .bytes = request->event_bytes, .user_data = request->io.user_data, .res = request->res };

	memcpy(request->event, &e, sizeof e);
	for (unsigned i = 0; i < request->nattrs; i++) {
		const struct attribute *a = &request->attrs[i];
		uint64_t out[4] = { 0 };
		int32_t status;

		if (!a->fits)
			continue;
		status = answer(request, a, out);
		if (!a->ret_offset)
			continue;
		memcpy(request->event + a->ret_offset + offsetof(struct aio2_attr_ret, status), &status, sizeof status);
		memcpy(request->event + a->ret_offset + sizeof(struct aio2_attr_ret), out, kind_of(a->type)->out_size);
	}
}
