/*
 * Writes a ring with two events, and an iocb with attributes, as this machine has
 * them: argv[1] gets the ring's mapping (header, user line, data), argv[2] the
 * iocb. Tests read both with the C# readers (ABI-1, ABI-2).
 */
#include <stdio.h>
#include <string.h>

#include <linux/aio2_abi.h>

#define PAGE 4096
#define DATA 4096

static union {
	__u64 aligned;
	unsigned char bytes[PAGE + PAGE + DATA];
} map;

struct event_with_timing {
	struct io_event2 event;
	struct aio2_attr_ret head;
	struct aio2_ret_timing timing;
	struct aio2_attr_ret unsupported;
};

struct iocb_with_attributes {
	struct iocb2 iocb;
	struct aio2_attr timing;
	struct aio2_attr trace;
	struct aio2_attr_trace_id trace_id;
	struct aio2_attr prio;
	struct aio2_attr_ioprio ioprio;
};

static void fill_header(struct aio2_ring *ring, __u64 tail)
{
	ring->magic = AIO2_RING_MAGIC;
	ring->version = AIO2_RING_VERSION;
	ring->header_bytes = sizeof(*ring);
	ring->ring_bytes = DATA;
	ring->user_offset = PAGE;
	ring->data_offset = PAGE + PAGE;
	ring->map_bytes = sizeof(map.bytes);
	ring->max_event_bytes = DATA / 4;
	ring->ctx = 0x01020304;
	ring->tail = tail;
}

static __u64 fill_events(unsigned char *data)
{
	struct io_event2 plain;
	struct event_with_timing timed;

	memset(&plain, 0, sizeof(plain));
	plain.bytes = sizeof(plain);
	plain.flags = AIO2_EVENT_MORE;
	plain.user_data = 0x1122334455667788ULL;
	plain.res = -125;
	memcpy(data, &plain, sizeof(plain));

	memset(&timed, 0, sizeof(timed));
	timed.event.bytes = sizeof(timed);
	timed.event.user_data = 42;
	timed.event.res = 0x123456789LL;
	timed.head.bytes = sizeof(timed.head) + sizeof(timed.timing);
	timed.head.type = AIO2_ATTR_TYPE_TIMING;
	timed.timing.submit = 1000000000001ULL;
	timed.timing.issue = 1000000000002ULL;
	timed.timing.complete = 1000000000003ULL;
	timed.unsupported.bytes = sizeof(timed.unsupported);
	timed.unsupported.type = AIO2_ATTR_TYPE_DRIVER_BASE;
	timed.unsupported.status = -95;
	memcpy(data + sizeof(plain), &timed, sizeof(timed));
	return sizeof(plain) + sizeof(timed);
}

static void fill_iocb(struct iocb_with_attributes *out)
{
	memset(out, 0, sizeof(*out));
	out->iocb.bytes = sizeof(*out);
	out->iocb.opcode = AIO2_OP_PWRITE;
	out->iocb.user_data = 0xfedcba9876543210ULL;
	out->iocb.fd = -2;
	out->iocb.rw_flags = AIO2_RWF_DSYNC | AIO2_RWF_NOWAIT;
	out->iocb.addr = 0x7fff12345678ULL;
	out->iocb.len = 0x100000001ULL;
	out->iocb.offset = -1;
	out->timing.bytes = sizeof(out->timing);
	out->timing.type = AIO2_ATTR_TYPE_TIMING;
	out->timing.flags = AIO2_ATTR_REQUIRED;
	out->trace.bytes = sizeof(out->trace) + sizeof(out->trace_id);
	out->trace.type = AIO2_ATTR_TYPE_TRACE_ID;
	out->trace.flags = AIO2_ATTR_NORETURN;
	out->trace_id.high = 0x0102030405060708ULL;
	out->trace_id.low = 0x090a0b0c0d0e0f10ULL;
	out->prio.bytes = sizeof(out->prio) + sizeof(out->ioprio);
	out->prio.type = AIO2_ATTR_TYPE_IOPRIO;
	out->ioprio.ioprio = 0x4007;
}

static int save(const char *path, const void *bytes, size_t count)
{
	FILE *file = fopen(path, "wb");
	size_t done;

	if (!file)
		return 1;
	done = fwrite(bytes, 1, count, file);
	return fclose(file) || done != count;
}

int main(int argc, char **argv)
{
	struct iocb_with_attributes iocb;
	struct aio2_ring *ring = (struct aio2_ring *)map.bytes;

	if (argc != 3)
		return 2;
	fill_header(ring, fill_events(map.bytes + PAGE + PAGE));
	fill_iocb(&iocb);
	return save(argv[1], map.bytes, sizeof(map.bytes)) || save(argv[2], &iocb, sizeof(iocb));
}
