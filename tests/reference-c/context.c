/* Contexts: io_setup2, io_destroy2 (SETUP, DESTROY-1, CTX-1). */
#include "reference.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

pthread_mutex_t big_lock = PTHREAD_MUTEX_INITIALIZER;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
struct context *contexts;
uint64_t reqs_used;
static uint32_t last_id;

/* A child of fork has a kernel of its own, with no contexts (CTX-1). The parent's memory is left to it. */
static void forget(void)
{
	pthread_mutex_init(&big_lock, NULL);
	pthread_cond_init(&changed, NULL);
	contexts = NULL;
	reqs_used = 0;
	engine_forget();
	account_forget();
}

__attribute__((constructor)) static void at_fork(void)
{
	pthread_atfork(lock, unlock, forget);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t max_event_bytes(uint32_t ring_bytes)
{
	return ring_bytes / 4 < AIO2_EVENT_MAX ? ring_bytes / 4 : AIO2_EVENT_MAX;
}

static struct context *find_any(uint32_t id)
{
	struct context *ctx = contexts;

	while (ctx && ctx->id != id)
		ctx = ctx->next;
	return ctx;
}

struct context *find(uint32_t id)
{
	struct context *ctx = find_any(id);

	return ctx && !ctx->dying ? ctx : NULL;
}

/* The context's own reference: the number may be closed (SETUP-9). */
int hold_eventfd(int fd)
{
	char path[64], kind[64];
	ssize_t n;
	int held = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (held < 0)
		return errno == EBADF || errno == EINVAL ? -EBADF : -ENOMEM;
	snprintf(path, sizeof path, "/proc/self/fd/%d", held);
	n = readlink(path, kind, sizeof kind - 1);
	kind[n > 0 ? n : 0] = 0;
	if (strcmp(kind, "anon_inode:[eventfd]") == 0)
		return held;
	close(held);
	return -EINVAL;
}

static bool excluded(uint32_t flags)
{
	return flags & ~SETUP_FLAGS || (flags & RING_PLACES) == RING_PLACES ||
	       (flags & AIO2_SETUP_DEFER && flags & (AIO2_SETUP_USER_REAP | AIO2_SETUP_EVENTFD)) ||
	       (flags & (AIO2_SETUP_SINGLE_REAPER | RING_PLACES) && !(flags & AIO2_SETUP_USER_REAP));
}

static long judge_params(uint32_t flags, const struct aio2_params *p)
{
	uint32_t bytes = p->ring_bytes;

	if (excluded(flags))
		return -EINVAL;
	if (p->reserved[0] || p->reserved[1] || p->reserved[2])
		return -EINVAL;
	if ((!(flags & AIO2_SETUP_RING_FD) && (p->ring_fd || p->ring_offset)) || (!(flags & AIO2_SETUP_RING_ADDR) && p->ring_addr))
		return -EINVAL;
	if ((p->ctx != 0) != !!(flags & AIO2_SETUP_AT) || (p->eventfd && !(flags & AIO2_SETUP_EVENTFD)))
		return -EINVAL;
	if (p->features & ~FEATURES)
		return -EOPNOTSUPP;
	if (bytes && (bytes & (bytes - 1) || bytes < AIO2_RING_BYTES_MIN || bytes > AIO2_RING_BYTES_MAX))
		return -EINVAL;
	return 0;
}

static void answer(uint32_t flags, struct aio2_params *p)
{
	p->version_min = p->version_max = AIO2_VERSION;
	p->features = FEATURES;
	p->nr_reqs = p->nr_reqs ? p->nr_reqs : AIO2_NR_REQS_DEFAULT;
	p->ring_bytes = p->ring_bytes ? p->ring_bytes : AIO2_RING_BYTES_DEFAULT;
	p->max_event_bytes = (uint32_t)max_event_bytes(p->ring_bytes);
	p->user_offset = flags & AIO2_SETUP_USER_REAP ? (uint32_t)sysconf(_SC_PAGESIZE) : 0;
	p->data_offset = 2 * p->user_offset;
	p->ring_map_bytes = 0;
}

static uint32_t new_id(void)
{
	do
		last_id++;
	while (last_id == 0 || find_any(last_id));
	return last_id;
}

static void context_free(struct context *ctx)
{
	if (ctx->old)
		ring_free(ctx->old);
	if (ctx->ring)
		ring_free(ctx->ring);
	if (ctx->eventfd >= 0)
		close(ctx->eventfd);
	free(ctx);
}

/* What cannot be seen in params alone: the id, the ring's memory, the ceiling, in this order. */
static long judge_means(uint32_t flags, const struct ring_place *place, struct aio2_params *p)
{
	uint64_t map_bytes = 0;
	long error;

	if (flags & AIO2_SETUP_AT && find_any(p->ctx))
		return -EEXIST;
	if (flags & AIO2_SETUP_USER_REAP && (error = judge_place(place, p->ring_bytes, &map_bytes)) != 0)
		return error;
	p->ring_map_bytes = map_bytes;
	return p->nr_reqs <= REQS_CEILING - reqs_used ? 0 : -EAGAIN;
}

static long make_context(uint32_t flags, const struct ring_place *place, struct aio2_params *p, struct context **made)
{
	struct context *ctx = calloc(1, sizeof *ctx);
	long error = 0;

	if (!ctx)
		return -ENOMEM;
	ctx->eventfd = -1;
	ctx->id = flags & AIO2_SETUP_AT ? p->ctx : new_id();
	ctx->flags = flags;
	ctx->nr_reqs = p->nr_reqs;
	ctx->ring_bytes = p->ring_bytes;
	ctx->max_event = p->max_event_bytes;
	if (flags & AIO2_SETUP_USER_REAP)
		error = ring_make(place, p->ring_bytes, ctx->id, NULL, &ctx->ring);
	if (error)
		context_free(ctx);
	else
		*made = ctx;
	return error;
}

/* Descriptors and what judge_means says; on failure nothing is left (SETUP-10). */
static long create(uint32_t flags, struct aio2_params *p)
{
	struct ring_place place = { .flags = flags & RING_PLACES, .fd = p->ring_fd, .offset = p->ring_offset, .addr = p->ring_addr };
	struct context *ctx = NULL;
	int eventfd = -1;
	long error;

	if (flags & AIO2_SETUP_EVENTFD && (eventfd = hold_eventfd(p->eventfd)) < 0)
		return eventfd;
	error = judge_means(flags, &place, p);
	if (!error && !(flags & AIO2_SETUP_PROBE))
		error = make_context(flags, &place, p, &ctx);
	if (!ctx) {
		if (eventfd >= 0)
			close(eventfd);
		return error;
	}
	ctx->eventfd = eventfd;
	p->ctx = ctx->id;
	p->ring_addr = ctx->ring ? (uintptr_t)ctx->ring->view : 0;
	reqs_used += ctx->nr_reqs;
	ctx->next = contexts;
	contexts = ctx;
	return 0;
}

long io_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size)
{
	struct aio2_params p;
	uint32_t versions[2] = { AIO2_VERSION, AIO2_VERSION };
	long error;

	if (size < sizeof p)
		return -EINVAL;
	if (version != AIO2_VERSION) {
		copy_out(params, versions, sizeof versions);
		return -EINVAL;
	}
	if (size > AIO2_STRUCT_MAX)
		return -E2BIG;
	if (!copy_in(&p, params, sizeof p) || !can_write(params, sizeof p))
		return -EFAULT;
	error = excess(params, sizeof p, size);
	if (!error)
		error = judge_params(flags, &p);
	if (error)
		return error;
	answer(flags, &p);
	lock();
	error = create(flags, &p);
	unlock();
	if (!error && !copy_out(params, &p, sizeof p)) {
		if (!(flags & AIO2_SETUP_PROBE))
			io_destroy2(p.ctx);
		return -EFAULT;
	}
	return error;
}

static void cancel_all(struct context *ctx)
{
	struct request *stopped = NULL;

	for (struct request *r = ctx->first; r; r = r->next)
		if (engine_stop(r))
			stop_into(&stopped, r);
	finish_all(stopped, -ECANCELED);
	end_pass(ctx);
}

/* Who looks at a ring reads there that its context is no more (DESTROY-1). */
static void set_dead(struct context *ctx)
{
	if (ctx->old)
		ring_set_flags(ctx->old, ctx->old->flags | AIO2_RING_DEAD);
	if (ctx->ring)
		ring_set_flags(ctx->ring, ctx->ring->flags | AIO2_RING_DEAD);
}

static void unlink_context(struct context *ctx)
{
	struct context **link = &contexts;

	while (*link != ctx)
		link = &(*link)->next;
	*link = ctx->next;
	reqs_used -= ctx->nr_reqs;
}

long io_destroy2(aio2_context_t id)
{
	struct context *ctx;

	lock();
	ctx = find(id);
	if (!ctx) {
		unlock();
		return -ENXIO;
	}
	ctx->dying = true;
	if (BROKEN(DEAD_FIRST)) {
		set_dead(ctx);
		usleep(10 * HALF_DONE_US);
	}
	wake_waiters(ctx);
	cancel_all(ctx);
	while (ctx->running || ctx->calls)
		pthread_cond_wait(&changed, &big_lock);
	while (ctx->list)
		delivered(list_pop(ctx));
	if (!BROKEN(NEVER_DEAD))
		set_dead(ctx);
	unlink_context(ctx);
	context_free(ctx);
	unlock();
	return 0;
}
