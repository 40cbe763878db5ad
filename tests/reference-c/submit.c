/* io_submit2 (SUBMIT-1 to SUBMIT-6). */
#include "reference.h"

#include <stdlib.h>

/* Of the record at `at`: its place in the run, and nothing else (SUBMIT-3). */
static struct refusal judge_frame(const unsigned char *at, size_t left, uint32_t *bytes)
{
	if (left < sizeof *bytes)
		return refuse(EINVAL, AIO2_REASON_RECORD_TRUNCATED, 0);
	memcpy(bytes, at, sizeof *bytes);
	if (*bytes < sizeof(struct iocb2))
		return refuse(EINVAL, AIO2_REASON_RECORD_TOO_SHORT, 0);
	if (*bytes % AIO2_ALIGN)
		return refuse(EINVAL, AIO2_REASON_RECORD_UNALIGNED, 0);
	if (*bytes > left)
		return refuse(EINVAL, AIO2_REASON_RECORD_TRUNCATED, 0);
	if (*bytes > AIO2_IOCB_MAX)
		return refuse(EINVAL, AIO2_REASON_RECORD_TOO_LONG, 0);
	return refuse(0, AIO2_REASON_NONE, 0);
}

/* Where the caller's iocbs stand and where their copy does: for a library that reads them again. */
static const unsigned char *users, *copied;

static bool slot_free(struct context *ctx)
{
	if (ctx->used == ctx->nr_reqs && !BROKEN(SLOT_NO_DRAIN))
		drain(ctx);
	if (BROKEN(SLOT_UNTIL_REAPED) && ctx->ring && ctx->ring->tail - ctx->ring->user->head <= ctx->ring->bytes)
		return ctx->used + (ctx->ring->tail - ctx->ring->user->head) / sizeof(struct io_event2) < ctx->nr_reqs;
	return ctx->used < ctx->nr_reqs;
}

/* From here on the request holds a slot and gives one final event (RING-6). */
static void accept(struct context *ctx, struct request *request)
{
	const struct attribute *deadline = find_attribute(request, AIO2_ATTR_TYPE_DEADLINE);

	request->ctx = ctx;
	request->id = ++ctx->next_id;
	request->submitted = now_ns();
	if (deadline)
		memcpy(&request->deadline, deadline->payload, sizeof request->deadline);
	if (request->deadline > INT64_MAX)
		request->deadline = NEVER;
	request->before = ctx->last;
	if (ctx->last)
		ctx->last->next = request;
	else
		ctx->first = request;
	ctx->last = request;
	ctx->used++;
	ctx->running++;
}

/* With SUBMIT_ALL a well-framed record that fails gives an event of the fixed part (SUBMIT-1). */
static bool becomes_event(const struct context *ctx, const struct refusal *r)
{
	return ctx->flags & AIO2_SETUP_SUBMIT_ALL && r->error != -EFAULT && r->error != -ENOMEM;
}

static bool refused_event(struct request *request)
{
	free(request->event);
	request->event_bytes = sizeof(struct io_event2);
	request->nattrs = 0;
	request->event = calloc(1, request->event_bytes);
	return request->event != NULL;
}

/* Sets *taken if the record was accepted, be it with a refusal as its event. */
static struct refusal submit_one(struct context *ctx, const unsigned char *at, uint32_t bytes, bool *taken)
{
	struct request *request = request_new(at, bytes);
	struct refusal r;

	if (!request)
		return refuse(ENOMEM, AIO2_REASON_NO_MEMORY, 0);
	r = judge(request, ctx->max_event);
	if (BROKEN(IOCB_TWICE) && !r.error) {
		half_done();
		copy_in(&request->io, users + (at - copied), sizeof request->io);
	}
	*taken = false;
	if (r.error && (!becomes_event(ctx, &r) || !refused_event(request))) {
		request_free(request);
		return r;
	}
	if (!slot_free(ctx)) {
		request_free(request);
		return refuse(EAGAIN, AIO2_REASON_NO_SLOT, 0);
	}
	if (!r.error && request->io.opcode != AIO2_OP_NOP && !engine_ready()) {
		request_free(request);
		return refuse(ENOMEM, AIO2_REASON_NO_MEMORY, 0);
	}
	*taken = true;
	accept(ctx, request);
	if (r.error)
		finish(request, r.error);
	else
		engine_start(request);
	return r;
}

/* The run, record by record, until one is refused. ext tells the first offence, accepted with an event or not. */
static long run(struct context *ctx, const unsigned char *iocbs, size_t bytes, bool cut, struct aio2_extack *ext)
{
	size_t done = 0;
	bool taken = true;

	while (done < bytes && taken) {
		uint32_t record = 0;
		struct refusal r = judge_frame(iocbs + done, bytes - done, &record);

		taken = false;
		if (r.reason == AIO2_REASON_RECORD_TRUNCATED && cut && done > 0)
			break;
		if (!r.error)
			r = submit_one(ctx, iocbs + done, record, &taken);
		if (r.error && !ext->error) {
			ext->error = r.error;
			ext->reason = r.reason;
			ext->record_offset = done;
			ext->field_offset = done + r.field;
		}
		if (!taken && done == 0)
			return r.error;
		if (taken)
			done += record;
	}
	end_pass(ctx);
	return (long)done;
}

static long read_ext(struct aio2_extack *user, struct aio2_extack *ext)
{
	uint32_t size;

	*ext = (struct aio2_extack){ .size = sizeof *ext };
	if (!user)
		return 0;
	if (!copy_in(&size, user, sizeof size))
		return -EFAULT;
	if (size < sizeof *ext)
		return -EINVAL;
	if (size > AIO2_STRUCT_MAX)
		return -E2BIG;
	ext->size = size;
	return can_write(user, sizeof *ext) && copy_out(user, ext, sizeof *ext) ? 0 : -EFAULT;
}

long io_submit2(aio2_context_t id, const void *iocbs, size_t bytes, struct aio2_extack *user)
{
	bool cut = bytes > AIO2_SUBMIT_MAX;
	size_t room = cut ? AIO2_SUBMIT_MAX : bytes;
	unsigned char *copy = malloc(room + 1);
	struct context *ctx;
	struct aio2_extack ext;
	long done;

	lock();
	ctx = find(id);
	if (!ctx)
		done = -ENXIO;
	else if (!copy)
		done = -ENOMEM;
	else if (!copy_in(copy, iocbs, room))
		done = -EFAULT;
	else if ((done = read_ext(user, &ext)) == 0) {
		users = iocbs;
		copied = copy;
		done = run(ctx, copy, room, cut, &ext);
		if (user && ext.error)
			copy_out(user, &ext, sizeof ext);
	}
	unlock();
	free(copy);
	return done;
}
