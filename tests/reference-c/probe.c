/* io_probe2: what this library is and can (PROBE-1). */
#include "reference.h"

#include <stdlib.h>

static long give(void *buf, size_t room, const void *answer, size_t bytes)
{
	if (bytes > room)
		return -EMSGSIZE;
	return copy_out(buf, answer, bytes) ? (long)bytes : -EFAULT;
}

static long probe_kernel(void *buf, size_t room)
{
	struct aio2_probe_kernel k = { .size = sizeof k, .version_min = AIO2_VERSION, .version_max = AIO2_VERSION,
		.setup_flags = SETUP_FLAGS, .features = FEATURES, .ring_bytes_min = AIO2_RING_BYTES_MIN,
		.ring_bytes_max = AIO2_RING_BYTES_MAX, .event_max = AIO2_EVENT_MAX, .iocb_max = AIO2_IOCB_MAX,
		.submit_max = AIO2_SUBMIT_MAX, .user_memory = AIO2_USER_MEMORY_BOUNCE, .reqs_ceiling = REQS_CEILING,
		.engine = "threads" };

	lock();
	k.reqs_used = reqs_used;
	unlock();
	return give(buf, room, &k, sizeof k);
}

static long probe_ops(void *buf, size_t room)
{
	struct aio2_probe_op answer[16] = { { 0 } };

	for (unsigned i = 0; i < nops; i++) {
		answer[i] = (struct aio2_probe_op){ .size = sizeof answer[i], .opcode = ops[i].number,
						    .iocb_flags = ops[i].iocb_flags, .rw_flags = ops[i].rw_flags };
		strncpy((char *)answer[i].name, ops[i].name, sizeof answer[i].name - 1);
	}
	return give(buf, room, answer, nops * sizeof answer[0]);
}

static long probe_attributes(void *buf, size_t room)
{
	struct aio2_probe_attr answer[16] = { { 0 } };

	for (unsigned i = 0; i < nkinds; i++) {
		const struct attribute_kind *k = &kinds[i];

		answer[i] = (struct aio2_probe_attr){ .size = sizeof answer[i], .type = k->type, .in_min = k->in_min,
			.in_size = k->in_size, .out_size = k->out_size, .opcodes = k->fits,
			.direction = (k->in_size ? AIO2_DIR_IN : 0) | (k->out_size ? AIO2_DIR_OUT : 0) };
		strncpy((char *)answer[i].name, k->name, sizeof answer[i].name - 1);
	}
	return give(buf, room, answer, nkinds * sizeof answer[0]);
}

static long probe_calls(void *buf, size_t room)
{
	struct aio2_probe_syscall answer[32];
	unsigned n = list_calls(answer);

	return give(buf, room, answer, n * sizeof answer[0]);
}

static long probe_accounts(void *buf, size_t room)
{
	struct aio2_probe_account *answer = calloc(AIO2_ACCOUNT_TAGS_MAX, sizeof *answer);
	unsigned n;
	long done;

	if (!answer)
		return -ENOMEM;
	lock();
	n = account_list(answer, AIO2_ACCOUNT_TAGS_MAX);
	unlock();
	done = give(buf, room, answer, n * sizeof *answer);
	free(answer);
	return done;
}

static long probe_engines(void *buf, size_t room)
{
	struct aio2_probe_engine e = { .size = sizeof e, .usable = 1, .chosen = 1, .name = "threads",
				       .why = "threads and poll: the only one" };

	return give(buf, room, &e, sizeof e);
}

long io_probe2(__u32 what, void *buf, size_t bytes)
{
	switch (what) {
	case AIO2_PROBE_KERNEL:
		return probe_kernel(buf, bytes);
	case AIO2_PROBE_OPS:
		return probe_ops(buf, bytes);
	case AIO2_PROBE_ATTRS:
		return probe_attributes(buf, bytes);
	case AIO2_PROBE_SYSCALLS:
		return probe_calls(buf, bytes);
	case AIO2_PROBE_ACCOUNTS:
		return probe_accounts(buf, bytes);
	case AIO2_PROBE_ENGINES:
		return probe_engines(buf, bytes);
	default:
		return -EINVAL;
	}
}
