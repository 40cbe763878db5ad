/* SPDX-License-Identifier: MIT */
/*
 * io_submit: v1 iocbs, each copied once, as v2 records. What v1 refuses and v2 would not is refused here; of an error only the
 * first iocb's is told, and judge.c finds which of several it is.
 */
#include <errno.h>
#include <string.h>

#include "compat.h"

/* A record with the one attribute that v1 has a word for. */
struct record {
	struct iocb2 iocb;
	struct aio2_attr attr;
	struct aio2_attr_ioprio ioprio;
};

/* A chunk on its way. */
struct run {
	struct iocb iocbs[SUBMIT_CHUNK];
	__u64 addresses[SUBMIT_CHUNK];
	__u32 slots[SUBMIT_CHUNK];
	__u32 offsets[SUBMIT_CHUNK + 1];
	unsigned char records[SUBMIT_CHUNK * sizeof(struct record)] __attribute__((aligned(8)));
};

static const __u16 opcodes[] = {
	[IOCB_CMD_PREAD] = AIO2_OP_PREAD,
	[IOCB_CMD_PWRITE] = AIO2_OP_PWRITE,
	[IOCB_CMD_FSYNC] = AIO2_OP_FSYNC,
	[IOCB_CMD_FDSYNC] = AIO2_OP_FDSYNC,
	[IOCB_CMD_POLL] = AIO2_OP_POLL,
	[IOCB_CMD_PREADV] = AIO2_OP_PREADV,
	[IOCB_CMD_PWRITEV] = AIO2_OP_PWRITEV,
};

static int is_read(const struct iocb *iocb)
{
	return iocb->aio_lio_opcode == IOCB_CMD_PREAD || iocb->aio_lio_opcode == IOCB_CMD_PREADV;
}

/* HIPRI: nobody polls for a v1 request; v1 takes it and forgets it. Of a read, DSYNC, SYNC and APPEND likewise. */
static __u32 rw_flags_of(const struct iocb *iocb)
{
	const __u32 idle = is_read(iocb) ? AIO2_RWF_HIPRI | AIO2_RWF_DSYNC | AIO2_RWF_SYNC | AIO2_RWF_APPEND : AIO2_RWF_HIPRI;

	return (__u32)iocb->aio_rw_flags & ~idle;
}

/* Writes the record for an iocb that judge_quickly found nothing in; returns its bytes. */
static __u32 translate(const struct iocb *from, struct record *to, __u64 name)
{
	const int is_poll = from->aio_lio_opcode == IOCB_CMD_POLL;
	struct iocb2 *iocb = &to->iocb;

	iocb->bytes = sizeof(*iocb);
	iocb->flags = 0;
	iocb->opcode = opcodes[from->aio_lio_opcode];
	iocb->user_data = name;
	iocb->fd = (__s32)from->aio_fildes;
	iocb->rw_flags = rw_flags_of(from);
	iocb->addr = is_poll ? 0 : from->aio_buf;
	iocb->len = is_poll ? from->aio_buf : from->aio_nbytes < TRANSFER_MAX ? from->aio_nbytes : TRANSFER_MAX;
	iocb->offset = from->aio_offset;
	if (likely(!(from->aio_flags & IOCB_FLAG_IOPRIO)) || is_poll || iocb->opcode == AIO2_OP_FSYNC ||
	    iocb->opcode == AIO2_OP_FDSYNC)
		return iocb->bytes;
	iocb->bytes = sizeof(*to);
	to->attr.bytes = sizeof(to->attr) + sizeof(to->ioprio);
	to->attr.type = AIO2_ATTR_TYPE_IOPRIO;
	to->attr.flags = AIO2_ATTR_NORETURN;
	memset(&to->ioprio, 0, sizeof(to->ioprio));
	/* Class and level: v2 has no word for the hints between them, and an idle request has no level. */
	to->ioprio.ioprio = (__u16)from->aio_reqprio & ((__u16)from->aio_reqprio >> 13 == 3 ? 0xe000 : 0xe007);
	return iocb->bytes;
}

/* Copies iocbs in until one cannot be taken: how many, and why no more in *error. */
static long collect(struct iocb **iocbs, long nr, struct run *run, long *error)
{
	const __u32 key = 0;
	long count;

	*error = 0;
	if (user_read(run->addresses, iocbs, (size_t)nr * sizeof(run->addresses[0])))
		nr = 0;
	for (count = 0; count < nr; count++) {
		struct iocb *there = (struct iocb *)(uintptr_t)run->addresses[count];

		if (user_read(&run->iocbs[count], there, sizeof(*there))) {
			*error = -EFAULT;
			break;
		}
		*error = judge_quickly(&run->iocbs[count]);
		if (!*error && user_write(&there->aio_key, &key, sizeof(key)))
			*error = -EFAULT;
		if (*error) {
			*error = judge(&run->iocbs[count], *error);
			break;
		}
	}
	return count;
}

/* One at a time, where not even the array can be read as a whole. */
static long collect_slowly(struct iocb **iocbs, long nr, struct run *run, long *error)
{
	long count = collect(iocbs, nr, run, error);

	if (count || *error || !nr)
		return count;
	count = collect(iocbs, 1, run, error);
	if (!count && !*error)
		*error = -EFAULT;
	return count;
}

/* Gives each iocb a slot and writes its record, in order: how many. Fewer than count: *error says why. */
static long take_slots(struct context *context, struct run *run, long count, long *error)
{
	__u32 room;
	long i;

	pthread_mutex_lock(&context->lock);
	room = slots_room(context);
	for (i = 0; i < count; i++) {
		const struct iocb *iocb = &run->iocbs[i];
		struct slot *slot;
		__u32 index;

		if (i == room) {
			*error = -EAGAIN;
			break;
		}
		index = slot_pop(context);
		slot = &context->slots[index];
		slot->data = iocb->aio_data;
		slot->obj = run->addresses[i];
		slot->opcode = iocb->aio_lio_opcode;
		if (unlikely(iocb->aio_flags & IOCB_FLAG_RESFD)) {
			long refused = target_get(context, (int)iocb->aio_resfd, &slot->target);

			refused = refused ? refused : pump_start(context);
			if (refused) {
				*error = judge_target(iocb, refused);
				if (slot->target)
					target_put(slot->target);
				slot_push(context, index);
				break;
			}
		}
		run->slots[i] = index;
		run->offsets[i + 1] = run->offsets[i] +
			translate(iocb, (struct record *)(void *)(run->records + run->offsets[i]), slot_name(context, index));
	}
	pthread_mutex_unlock(&context->lock);
	return i;
}

static void give_back(struct context *context, const struct run *run, long from, long count)
{
	pthread_mutex_lock(&context->lock);
	for (; from < count; from++) {
		struct slot *slot = &context->slots[run->slots[from]];

		if (slot->target)
			target_put(slot->target);
		slot_push(context, run->slots[from]);
	}
	pthread_mutex_unlock(&context->lock);
}

static struct iocb2 *record_at(struct run *run, long at)
{
	return (struct iocb2 *)(void *)(run->records + run->offsets[at]);
}

/* v1 ignores the offset on a stream, v2 wants to be told that there is none: for this record, and those on the same file. */
static void forget_offsets(struct run *run, long at, long end)
{
	const __s32 fd = record_at(run, at)->fd;

	for (; at < end; at++) {
		struct iocb2 *iocb = record_at(run, at);

		if (iocb->fd == fd && iocb->opcode >= AIO2_OP_PREAD && iocb->opcode <= AIO2_OP_PWRITEV)
			iocb->offset = -1;
	}
}

static long refusal(const struct run *run, long at, long result)
{
	return result == -ENXIO ? -EINVAL : result == -ENOMEM ? -EAGAIN : judge(&run->iocbs[at], result);
}

/* Hands neighbours over: where the first stands that was not accepted; *error says why. */
static long hand_over(struct context *context, struct run *run, long at, long end, long *error)
{
	while (at < end) {
		const __u32 from = run->offsets[at];
		const long taken = io_submit2(context->v2, run->records + from, run->offsets[end] - from, NULL);

		if (taken > 0) {
			while (at < end && run->offsets[at] < from + taken)
				at++;
			continue;
		}
		if (taken != -ESPIPE) {
			*error = refusal(run, at, taken);
			break;
		}
		forget_offsets(run, at, end);
	}
	return at;
}

/* Takes the run in order, as v1 does: transfers to be made now are made, what stands between them is handed over. */
static long go_through(struct context *context, struct run *run, long count, long *error)
{
	struct last_file last = { .fd = -1, .is_direct = 1 };
	struct made made[SUBMIT_CHUNK];
	long at = 0, ended = 0, end, refused = 0;

	while (at < count && !refused) {
		for (end = at; end < count && !is_made_now(context, record_at(run, end), &last); end++)
			;
		if (end > at) {
			at = hand_over(context, run, at, end, error);
			if (at < end)
				break;
			continue;
		}
		refused = make_now(record_at(run, at), &made[ended].res);
		if (refused) {
			*error = refusal(run, at, refused);
		} else {
			made[ended].name = record_at(run, at)->user_data;
			ended++;
			at++;
		}
	}
	if (ended)
		post(context, made, ended);
	return at;
}

static long submit_chunk(struct context *context, struct iocb **iocbs, long nr, long *error)
{
	struct run run;
	long count = collect_slowly(iocbs, nr, &run, error), accepted;

	run.offsets[0] = 0;
	if (count == 0)
		return 0;
	count = take_slots(context, &run, count, error);
	accepted = go_through(context, &run, count, error);
	if (unlikely(accepted < count))
		give_back(context, &run, accepted, count);
	return accepted;
}

static long submit_inside(struct context *context, long nr, struct iocb **iocbs)
{
	long done = 0, error = 0;

	if (nr < 0)
		return -EINVAL;
	if (nr > context->ring_nr)
		nr = context->ring_nr;
	while (done < nr && !error)
		done += submit_chunk(context, iocbs + done, nr - done < SUBMIT_CHUNK ? nr - done : SUBMIT_CHUNK, &error);
	return done ? done : error;
}

long submit(v1_context handle, long nr, struct iocb **iocbs)
{
	struct context *context = context_enter(handle);
	long result;

	if (!context)
		return kernel_submit(handle, nr, iocbs);
	result = submit_inside(context, nr, iocbs);
	context_exit(context);
	return result;
}
