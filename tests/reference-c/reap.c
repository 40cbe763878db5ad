/* io_getevents2 (GET-1 to GET-6). */
#include "reference.h"

#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

/* What there is to take, as far as a call with this buffer has to know. */
struct supply {
	uint64_t bytes;		/* of the events that fit, in order */
	bool first_too_large;
	bool fills;		/* the next does not fit, or less than a fixed part would remain */
};

static bool count_one(struct supply *s, uint64_t room, uint32_t bytes)
{
	if (bytes > room - s->bytes) {
		s->first_too_large = s->bytes == 0;
		s->fills = true;
		return false;
	}
	s->bytes += bytes;
	s->fills = room - s->bytes < sizeof(struct io_event2);
	return !s->fills;
}

static bool count_ring(struct ring *ring, struct supply *s, uint64_t room)
{
	uint64_t head, at;
	uint32_t bytes;

	if (!ring || !ring_read_head(ring, &head))
		return true;
	for (; ring_next(ring, &head, &bytes, &at) == TAKE_ONE; head = at + bytes)
		if (!count_one(s, room, bytes))
			return false;
	return true;
}

static struct supply count(struct context *ctx, uint64_t room)
{
	struct supply s = { 0 };

	if (!count_ring(ctx->old, &s, room) || !count_ring(ctx->ring, &s, room))
		return s;
	for (struct request *r = ctx->list; r; r = r->line)
		if (!count_one(&s, room, r->event_bytes))
			return s;
	s.bytes += count_readings(ctx, (room - s.bytes) / sizeof(struct io_event2)) * sizeof(struct io_event2);
	s.fills = s.bytes > 0 && room - s.bytes < sizeof(struct io_event2);
	return s;
}

/* The next event of a ring, as any reaper takes it: copy, then compare-and-swap (GET-5). */
static enum take take_from_ring(struct ring *ring, char *to, uint64_t room, uint32_t *bytes)
{
	uint64_t head, at;

	do {
		if (!ring_read_head(ring, &head) || ring_next(ring, &head, bytes, &at) == TAKE_NONE)
			return TAKE_NONE;
		if (*bytes > room)
			return TAKE_ROOM;
		if (!copy_out(to, ring->data + (at & (ring->bytes - 1)), *bytes)) {
			if (BROKEN(FAULT_LOSES))
				ring_take(ring, head, at, *bytes);
			return TAKE_FAULT;
		}
	} while (!ring_take(ring, head, at, *bytes));
	return TAKE_ONE;
}

/* Without a ring, or around a CORRUPT one: an event leaves the list after it was copied. */
static enum take take_from_list(struct context *ctx, char *to, uint64_t room, uint32_t *bytes)
{
	if (!ctx->list)
		return TAKE_NONE;
	*bytes = ctx->list->event_bytes;
	if (*bytes > room)
		return TAKE_ROOM;
	if (!copy_out(to, ctx->list->event, *bytes))
		return TAKE_FAULT;
	delivered(list_pop(ctx));
	if (ctx->ring)
		update_overflow(ctx);
	return TAKE_ONE;
}

/*
 * From the ring, behind the list. Ring reapers need no lock: what they took since the drain made room, so that a ring that
 * is found empty while events are on the list is filled again (GET-1). No more turns than the list has events: the head that
 * showed an empty ring is the only valid one until something is put there, so each drain takes one off the list at least.
 */
static enum take take_new(struct context *ctx, char *to, uint64_t room, uint32_t *bytes)
{
	enum take t;

	do {
		drain(ctx);
		if (BROKEN(LOOKS_ONCE) && ctx->list)
			half_done();
		t = take_from_ring(ctx->ring, to, room, bytes);
	} while (t == TAKE_NONE && ctx->list && !ring_corrupt(ctx->ring) && !BROKEN(LOOKS_ONCE));
	return t;
}

static enum take take_one(struct context *ctx, char *to, uint64_t room, uint32_t *bytes)
{
	enum take t = ctx->old ? take_from_ring(ctx->old, to, room, bytes) : TAKE_NONE;

	if (t != TAKE_NONE)
		return t;
	if (!ctx->ring)
		return take_from_list(ctx, to, room, bytes);
	t = take_new(ctx, to, room, bytes);
	return t == TAKE_NONE && ring_corrupt(ctx->ring) ? take_from_list(ctx, to, room, bytes) : t;
}

/* Whole records until one does not fit. A fault after some were taken: their bytes (GET-4). */
static long take_all(struct context *ctx, char *to, uint64_t room)
{
	uint64_t done = 0;
	uint32_t bytes;
	enum take t;
	bool fault;

	while ((t = take_one(ctx, to + done, room - done, &bytes)) == TAKE_ONE)
		done += bytes;
	drain(ctx);
	if (t == TAKE_NONE) {
		done += take_readings(ctx, to + done, room - done, &fault);
		if (fault && done == 0)
			return -EFAULT;
	}
	if (BROKEN(FAULT_FORGETS) && t == TAKE_FAULT)
		return -EFAULT;
	if (done > 0 || t == TAKE_NONE)
		return (long)done;
	return t == TAKE_FAULT ? -EFAULT : -EMSGSIZE;
}

struct how_long {
	uint64_t until;		/* CLOCK_MONOTONIC, ns; NEVER: for ever */
	bool masked;
	sigset_t mask;
};

static uint64_t sum_or_never(uint64_t a, uint64_t b)
{
	return a > NEVER - 1 - b ? NEVER : a + b;
}

/* A negative or unnormalised time is refused, never a wait for ever (GET-2). */
static long read_wait(const struct aio2_wait *user, struct how_long *w)
{
	struct aio2_wait in;
	uint32_t size;
	uint64_t ns;
	long error;

	*w = (struct how_long){ .until = NEVER };
	if (!user)
		return 0;
	if (!copy_in(&size, user, sizeof size))
		return -EFAULT;
	if (size < sizeof in)
		return -EINVAL;
	if (size > AIO2_STRUCT_MAX)
		return -E2BIG;
	if (!copy_in(&in, user, sizeof in))
		return -EFAULT;
	error = excess(user, sizeof in, size);
	if (error)
		return error;
	if (in.flags & ~AIO2_WAIT_ABSTIME || in.reserved || in.sec < 0 || in.nsec < 0 || in.nsec > 999999999)
		return -EINVAL;
	if (in.sigset_bytes != (in.sigmask ? 8u : 0u))
		return -EINVAL;
	if (in.sigmask && !copy_in(&w->mask, (const void *)(uintptr_t)in.sigmask, 8))
		return -EFAULT;
	w->masked = in.sigmask != 0;
	ns = (uint64_t)in.sec > NEVER / 1000000000u - 1 ? NEVER : (uint64_t)in.sec * 1000000000u + (uint64_t)in.nsec;
	w->until = in.flags & AIO2_WAIT_ABSTIME ? ns : sum_or_never(ns, now_ns());
	return 0;
}

/* Sleeps without the lock until something was posted, the time is over (-ETIME) or a signal handler ran (-EINTR). */
static long sleep_on(struct context *ctx, struct waiter *me, const struct how_long *w)
{
	struct pollfd one = { .fd = me->wake, .events = POLLIN };
	uint64_t now = now_ns(), left = w->until > now ? w->until - now : 0, count;
	struct timespec ts = { .tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u) };
	int woken, error;

	if (left == 0)
		return -ETIME;
	ctx->calls++;
	if (BROKEN(SLEEPS_BLINDLY)) {
		unlock();
		usleep(10 * HALF_DONE_US);
		lock();
		if (ctx->dying) {
			ctx->calls--;
			pthread_cond_broadcast(&changed);
			return -ENXIO;
		}
	}
	me->next = ctx->waiters;
	ctx->waiters = me;
	unlock();
	woken = (int)syscall(SYS_ppoll, &one, 1, w->until == NEVER ? NULL : &ts, w->masked ? &w->mask : NULL, (size_t)8);
	error = errno;
	if (woken == 1 && read(me->wake, &count, sizeof count) < 0)
		woken = 0;
	lock();
	for (struct waiter **link = &ctx->waiters; *link; link = &(*link)->next)
		if (*link == me) {
			*link = me->next;
			break;
		}
	ctx->calls--;
	pthread_cond_broadcast(&changed);
	if (ctx->dying)
		return -ENXIO;
	return woken < 0 && error == EINTR ? -EINTR : 0;
}

static bool enough(const struct supply *s, uint64_t min_bytes)
{
	return s->bytes >= min_bytes || s->fills;
}

/* Takes nothing before there is enough; what others took meanwhile is waited for again (GET-1). */
static long wait_and_take(struct context *ctx, char *to, uint64_t room, uint64_t min, const struct how_long *w)
{
	struct waiter me = { .wake = -1 };
	long done, slept = 0;

	for (;;) {
		struct supply s;

		drain(ctx);
		s = count(ctx, room);
		done = 0;
		if (s.first_too_large || enough(&s, min) || slept == -ETIME)
			done = take_all(ctx, to, room);
		if (done != 0 || min == 0 || slept == -ETIME)
			break;
		if ((done = slept) == -EINTR)
			break;
		if (me.wake < 0 && (me.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) {
			done = -ENOMEM;
			break;
		}
		slept = sleep_on(ctx, &me, w);
		if (slept == -ENXIO) {
			done = -ENXIO;
			break;
		}
	}
	if (me.wake >= 0)
		close(me.wake);
	return done;
}

long io_getevents2(aio2_context_t id, void *events, size_t bytes, size_t min_bytes, const struct aio2_wait *wait, __u32 flags)
{
	struct context *ctx;
	struct how_long w;
	long done;

	lock();
	ctx = find(id);
	if (!ctx)
		done = -ENXIO;
	else if (flags || min_bytes > bytes)
		done = -EINVAL;
	else if ((done = read_wait(wait, &w)) == 0) {
		if (bytes == 0)
			drain(ctx);
		else
			done = wait_and_take(ctx, events, bytes, min_bytes, &w);
	}
	unlock();
	return done;
}
