/* io_ring_ctl2: a ring that moves (RING-11), an eventfd that comes and goes. */
#include "reference.h"

static long read_info(void *user, struct aio2_ring_info *info)
{
	uint32_t size;

	if (!copy_in(&size, user, sizeof size))
		return -EFAULT;
	if (size < sizeof *info)
		return -EINVAL;
	if (size > AIO2_STRUCT_MAX)
		return -E2BIG;
	if (!copy_in(info, user, sizeof *info) || !can_write(user, sizeof *info))
		return -EFAULT;
	return excess(user, sizeof *info, size);
}

static void describe(const struct ring *ring, struct aio2_ring_info *info)
{
	*info = (struct aio2_ring_info){ .size = info->size, .ring_bytes = (uint32_t)ring->bytes,
		.max_event_bytes = ring->max_event, .generation = ring->generation, .user_offset = ring->user_offset,
		.data_offset = ring->data_offset, .ring_addr = (uintptr_t)ring->view, .ring_map_bytes = ring->map_bytes };
}

/* An accepted event would not fit the new ring's maximum. */
static bool exceeds(const struct context *ctx, uint32_t max_event)
{
	for (const struct request *r = ctx->first; r; r = r->next)
		if (r->event_bytes > max_event)
			return true;
	return false;
}

/* The old ring is closed and the new one says ask, until the old was seen empty and the list is (RING-11). */
static void move(struct context *ctx, struct ring *ring)
{
	while (BROKEN(MOVE_DROPS) && ctx->list)
		delivered(list_pop(ctx));
	if (BROKEN(MOVE_DOUBLES) && !ring_empty(ctx->ring)) {
		uint64_t head = ctx->ring->seen, at;
		uint32_t bytes;

		if (ring_next(ctx->ring, &head, &bytes, &at) == TAKE_ONE)
			ring_put(ring, ctx->ring->data + (at & (ctx->ring->bytes - 1)), bytes);
	}
	ctx->old = ctx->ring;
	ctx->ring = ring;
	ctx->max_event = ring->max_event;
	ctx->moving = true;
	update_overflow(ctx);
	ring_set_flags(ctx->old, ctx->old->flags | AIO2_RING_MOVED);
	drain(ctx);
}

static long resize(struct context *ctx, void *user)
{
	struct aio2_ring_info info;
	struct ring_place place;
	struct ring *ring;
	uint64_t map_bytes;
	long error = read_info(user, &info);

	if (error)
		return error;
	if (info.flags & ~RING_PLACES || info.flags == RING_PLACES || info.reserved ||
	    (!(info.flags & AIO2_SETUP_RING_FD) && (info.ring_fd || info.ring_offset)) ||
	    (!(info.flags & AIO2_SETUP_RING_ADDR) && info.ring_addr))
		return -EINVAL;
	if (!info.ring_bytes)
		info.ring_bytes = AIO2_RING_BYTES_DEFAULT;
	if (info.ring_bytes & (info.ring_bytes - 1) || info.ring_bytes < AIO2_RING_BYTES_MIN ||
	    info.ring_bytes > AIO2_RING_BYTES_MAX)
		return -EINVAL;
	place = (struct ring_place){ .flags = info.flags, .fd = info.ring_fd, .offset = info.ring_offset, .addr = info.ring_addr };
	error = judge_place(&place, info.ring_bytes, &map_bytes);
	if (error)
		return error;
	drain(ctx);
	if (ctx->old || exceeds(ctx, (uint32_t)max_event_bytes(info.ring_bytes)))
		return -EBUSY;
	error = ring_make(&place, info.ring_bytes, ctx->id, ctx->ring, &ring);
	if (error)
		return error;
	describe(ring, &info);
	if (!copy_out(user, &info, sizeof info)) {
		ring_unview(ring);
		ring_free(ring);
		return -EFAULT;
	}
	move(ctx, ring);
	return 0;
}

static long get_ring(struct context *ctx, void *user)
{
	struct aio2_ring_info info;
	long error = read_info(user, &info);

	if (error)
		return error;
	if (info.flags || info.ring_fd || info.ring_offset || info.reserved)
		return -EINVAL;
	describe(ctx->ring, &info);
	return copy_out(user, &info, sizeof info) ? 0 : -EFAULT;
}

static long release(struct context *ctx)
{
	if (!ctx->old)
		return -EINVAL;
	if (!ring_empty(ctx->old))
		return -EBUSY;
	drain(ctx);
	ring_free(ctx->old);
	ctx->old = NULL;
	return 0;
}

static long attach(struct context *ctx, uint64_t arg)
{
	int held = arg > INT_MAX ? -EBADF : hold_eventfd((int)arg);

	if (held < 0)
		return held;
	if (ctx->eventfd >= 0)
		close(ctx->eventfd);
	ctx->eventfd = held;
	return 0;
}

static long detach(struct context *ctx)
{
	if (ctx->eventfd < 0)
		return -EINVAL;
	close(ctx->eventfd);
	ctx->eventfd = -1;
	return 0;
}

static long control(struct context *ctx, uint32_t op, uint64_t arg)
{
	void *user = (void *)(uintptr_t)arg;

	if (op < AIO2_CTL_RESIZE || op > AIO2_CTL_EVENTFD_DETACH)
		return -EINVAL;
	if ((op == AIO2_CTL_RELEASE || op == AIO2_CTL_EVENTFD_DETACH) && arg)
		return -EINVAL;
	if (op <= AIO2_CTL_RELEASE ? !ctx->ring : op == AIO2_CTL_EVENTFD_ATTACH && ctx->flags & AIO2_SETUP_DEFER)
		return -EINVAL;
	switch (op) {
	case AIO2_CTL_RESIZE:
		return resize(ctx, user);
	case AIO2_CTL_GET_RING:
		return get_ring(ctx, user);
	case AIO2_CTL_RELEASE:
		return release(ctx);
	case AIO2_CTL_EVENTFD_ATTACH:
		return attach(ctx, arg);
	default:
		return detach(ctx);
	}
}

long io_ring_ctl2(aio2_context_t id, __u32 op, __u64 arg)
{
	struct context *ctx;
	long done;

	lock();
	ctx = find(id);
	done = ctx ? control(ctx, op, arg) : -ENXIO;
	unlock();
	return done;
}
