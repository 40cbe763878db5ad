/* io_cancel2 and io_list2: calls that walk what is outstanding (CANCEL-1, CANCEL-2, LIST-1). */
#include "reference.h"

static bool names_descriptor(const struct request *request)
{
	return request->io.opcode != AIO2_OP_NOP && request->io.opcode != AIO2_OP_SYSCALL;
}

static bool matches(const struct request *request, uint64_t what, uint32_t flags)
{
	if (request->place == PLACE_DONE)
		return false;
	if (flags & AIO2_CANCEL_FD)
		return names_descriptor(request) && what <= INT_MAX && request->io.fd == (int32_t)what;
	return request->io.user_data == what;
}

/* Matches that run and cannot be stopped are passed over. */
static long cancel(struct context *ctx, uint64_t what, uint32_t flags)
{
	long told = 0;
	bool running = false;
	struct request *stopped = NULL;

	for (struct request *r = ctx->first; r; r = r->next) {
		if (!matches(r, what, flags))
			continue;
		if (!engine_stop(r)) {
			running = true;
			continue;
		}
		stop_into(&stopped, r);
		told++;
		if (!(flags & AIO2_CANCEL_ALL))
			break;
	}
	finish_all(stopped, -ECANCELED);
	end_pass(ctx);
	return told ? told : running ? -EALREADY : -ENOENT;
}

long io_cancel2(aio2_context_t id, __u64 user_data, __u32 flags)
{
	struct context *ctx;
	long told;

	lock();
	ctx = find(id);
	if (!ctx)
		told = -ENXIO;
	else if (flags & ~(AIO2_CANCEL_ALL | AIO2_CANCEL_FD))
		told = -EINVAL;
	else
		told = cancel(ctx, user_data, flags);
	unlock();
	return told;
}

static uint16_t state_of(const struct request *request)
{
	switch (request->place) {
	case PLACE_DONE:
		return AIO2_REQUEST_DONE;
	case PLACE_QUEUE:
		return AIO2_REQUEST_QUEUED;
	default:
		return AIO2_REQUEST_RUNNING;
	}
}

/* The head and the iocb byte for byte. */
static long tell(const struct request *request, char *to, size_t room)
{
	struct aio2_request head = { .bytes = (uint32_t)sizeof head + request->io.bytes, .id = request->id };

	head.flags = cancellable(request) ? AIO2_REQUEST_F_CANCELLABLE : 0;
	head.state = state_of(request);
	head.res = request->place == PLACE_DONE ? request->res : 0;
	if (head.bytes > room)
		return -EMSGSIZE;
	if (!copy_out(to, &head, sizeof head) || !copy_out(to + sizeof head, request->iocb, request->io.bytes))
		return -EFAULT;
	return head.bytes;
}

/* The cursor is one more than the number of the last request told. */
static long list(struct context *ctx, uint64_t *cursor, char *to, size_t room)
{
	size_t done = 0;
	struct request *r = ctx->first;

	for (; r; r = r->next) {
		long told;

		if (r->id < *cursor)
			continue;
		told = tell(r, to + done, room - done);
		if (told == -EMSGSIZE && done > 0)
			break;
		if (told < 0)
			return told;
		done += (size_t)told;
		*cursor = r->id + 1;
	}
	if (!r)
		*cursor = 0;
	return (long)done;
}

long io_list2(aio2_context_t id, __u64 *cursor, void *buf, size_t bytes)
{
	struct context *ctx;
	uint64_t place;
	long done;

	lock();
	ctx = find(id);
	if (!ctx)
		done = -ENXIO;
	else if (!copy_in(&place, cursor, sizeof place) || !copy_out(cursor, &place, sizeof place))
		done = -EFAULT;
	else {
		done = list(ctx, &place, buf, bytes);
		if (done >= 0 && !copy_out(cursor, &place, sizeof place))
			done = -EFAULT;
	}
	unlock();
	return done;
}
