/* Where an event goes when its request has completed: ring or overflow list, and who is told (RING-6 to RING-10). */
#include "reference.h"

#include <linux/aio_abi.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* What user_flags said before the event was visible, where that is what is broken. */
static bool wanted_early;

static void list_append(struct context *ctx, struct request *request)
{
	request->line = NULL;
	if (ctx->list)
		ctx->list_end->line = request;
	else
		ctx->list = request;
	ctx->list_end = request;
}

struct request *list_pop(struct context *ctx)
{
	struct request *request = ctx->list;

	ctx->list = request->line;
	if (!ctx->list)
		ctx->list_end = NULL;
	return request;
}

/* OVERFLOW stands while events wait on the list, and in a new ring until the old one was seen empty (RING-7, RING-11). */
void update_overflow(struct context *ctx)
{
	uint32_t flags = ctx->ring->flags;

	if (ctx->list || (ctx->moving && !BROKEN(MOVE_SILENT)))
		flags |= AIO2_RING_OVERFLOW;
	else
		flags &= ~(uint32_t)AIO2_RING_OVERFLOW;
	/* The OVERFLOW that a new ring starts with is no episode (RING-11). */
	if (flags & ~ctx->ring->flags & AIO2_RING_OVERFLOW && !ctx->moving)
		ring_count_overflow(ctx->ring, 0, 1);
	if (flags != ctx->ring->flags)
		ring_set_flags(ctx->ring, flags);
}

/* The request's slot is free again (RING-9), and nothing of it is left. */
void delivered(struct request *request)
{
	struct context *ctx = request->ctx;

	if (request->owner) {
		request->owner->more_listed = false;
		return;
	}
	if (request->before)
		request->before->next = request->next;
	else
		ctx->first = request->next;
	if (request->next)
		request->next->before = request->before;
	else
		ctx->last = request->before;
	ctx->used--;
	request_free(request);
}

static bool ring_open(struct context *ctx)
{
	if (!ctx->ring || ring_corrupt(ctx->ring))
		return false;
	if (ctx->moving && !ring_empty(ctx->old) && !BROKEN(MOVE_AT_ONCE))
		return false;
	ctx->moving = false;
	return true;
}

/* Record, tail, off the list; and only with the list empty clear OVERFLOW (RING-8). Drains are not signalled (RING-10). */
void drain(struct context *ctx)
{
	const struct request *first = ctx->list;

	if (!ctx->ring)
		return;
	if (ctx->moving && ring_empty(ctx->old))
		ctx->moving = false;
	if (BROKEN(OVERFLOW_BEFORE_RECORD) && ctx->list && ring_open(ctx)) {
		ring_set_flags(ctx->ring, ctx->ring->flags & ~(uint32_t)AIO2_RING_OVERFLOW);
		half_done();
	}
	while (ctx->list && ring_open(ctx) && ring_put(ctx->ring, ctx->list->event, ctx->list->event_bytes))
		delivered(list_pop(ctx));
	if (BROKEN(OVERFLOW_EARLY) && ctx->list && ctx->list != first)
		ring_set_flags(ctx->ring, ctx->ring->flags & ~(uint32_t)AIO2_RING_OVERFLOW);
	else
		update_overflow(ctx);
}

/* An event takes its place, ring before list, behind all that are older (RING-6). */
void put(struct request *request)
{
	struct context *ctx = request->ctx;

	ctx->to_signal = true;
	if (BROKEN(SIGNAL_FIRST) && ctx->eventfd >= 0) {
		end_pass(ctx);
		half_done();
	}
	if (BROKEN(USER_FLAGS_FIRST) && ctx->ring && ctx->eventfd >= 0) {
		wanted_early = ring_wants_signal(ctx->ring);
		usleep(20 * HALF_DONE_US);
	}
	if (BROKEN(OVERTAKES) && ring_open(ctx) && ring_put(ctx->ring, request->event, request->event_bytes)) {
		delivered(request);
		wake_waiters(ctx);
		return;
	}
	if (BROKEN(MOVED_FIRST) && ctx->moving && ring_put(ctx->old, request->event, request->event_bytes)) {
		delivered(request);
		wake_waiters(ctx);
		return;
	}
	if (!BROKEN(NO_DRAIN))
		drain(ctx);
	if (!ctx->list && ring_open(ctx) && ring_put(ctx->ring, request->event, request->event_bytes)) {
		delivered(request);
	} else {
		list_append(ctx, request);
		if (ctx->ring) {
			ring_count_overflow(ctx->ring, 1, 0);
			if (!BROKEN(OVERFLOW_LATE))
				update_overflow(ctx);
		}
		if (BROKEN(LIST_SILENT) && ctx->ring)
			ctx->to_signal = false;
	}
	wake_waiters(ctx);
	if (BROKEN(SIGNAL_AFTER_FIRST) && ctx->eventfd >= 0) {
		bool told = ctx->told;

		ctx->to_signal = !told;
		end_pass(ctx);
		ctx->told = true;
		half_done();
	}
}

/* The request has completed. */
void post(struct request *request)
{
	request->place = PLACE_DONE;
	request->ctx->running--;
	put(request);
}

void wake_waiters(struct context *ctx)
{
	if (BROKEN(DESTROY_WAKES_NOBODY) && ctx->dying)
		return;
	for (struct waiter *w = ctx->waiters; w; w = BROKEN(ONE_WAITER) && !ctx->dying ? NULL : w->next)
		eventfd_write_one(w->wake);
}

static bool wants_signal(struct context *ctx)
{
	return BROKEN(USER_FLAGS_FIRST) ? wanted_early : ring_wants_signal(ctx->ring);
}

/* After the last event of a pass is visible, once (RING-10). */
void end_pass(struct context *ctx)
{
	if (ctx->to_signal && ctx->eventfd >= 0 && (!ctx->ring || wants_signal(ctx)))
		signal_eventfd(ctx->eventfd);
	ctx->to_signal = false;
	ctx->told = false;
}

int eventfd_write_one(int fd)
{
	uint64_t one = 1;

	return write(fd, &one, sizeof one) == sizeof one ? 0 : -errno;
}

/* A system's first AIO of this process, and an empty file to read from. */
static bool aio_ready(aio_context_t *aio, int *empty)
{
	static aio_context_t made;
	static int file;
	static pid_t owner;

	if (owner != getpid()) {
		owner = getpid();
		file = memfd_create("aio2-reference-nothing", MFD_CLOEXEC);
		made = 0;
		if (syscall(SYS_io_setup, 16, &made) != 0)
			made = 0;
	}
	*aio = made;
	*empty = file;
	return made && file >= 0;
}

/*
 * A write would block once the user has filled the counter. The completion of a request of the system's first AIO never
 * does: it signals as an interrupt would. Its request is a read of no bytes. Without AIO: a poll, then the write.
 */
void signal_eventfd(int fd)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	struct io_event done;
	struct iocb one = { .aio_lio_opcode = IOCB_CMD_PREAD, .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = (uint32_t)fd };
	struct iocb *run = &one;
	aio_context_t aio;
	int empty;

	if (aio_ready(&aio, &empty)) {
		one.aio_fildes = (uint32_t)empty;
		one.aio_buf = (uintptr_t)&done;
		if (syscall(SYS_io_submit, aio, 1, &run) == 1) {
			syscall(SYS_io_getevents, aio, 1, 1, &done, NULL);
			return;
		}
	}
	if (poll(&room, 1, 0) == 1 && room.revents & POLLOUT)
		eventfd_write_one(fd);
}
