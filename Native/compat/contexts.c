/* SPDX-License-Identifier: MIT */
/*
 * Contexts, from io_setup to io_destroy. A context is found as the kernel finds it: by the id in its ring, in a table, which
 * must agree on the address. Table and rings are wiped by fork, so that a child finds none of its parent's (v1: -EINVAL).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compat.h"

/* As many as the default of fs.aio-max-nr allows with one request each; a place costs 8 bytes. */
#define PLACES 65536
/* The kernel's bound on the bytes of a ring's events. */
#define RING_EVENTS_MAX (0x10000000UL / sizeof(struct io_event))
#define AIO_MAX_NR_DEFAULT 65536

static struct registry {
	pthread_mutex_t lock;		/* all zeroes is a free one, in a child too */
	__u32 last;
	__u64 asked;
	struct context *unused;
	struct context *table[PLACES];	/* atomic; 0 is never used */
} *registry;

static void *map_wiped(size_t bytes)
{
	void *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		return NULL;
	if (madvise(map, bytes, MADV_WIPEONFORK)) {
		munmap(map, bytes);
		return NULL;
	}
	return map;
}

static struct registry *get_registry(void)
{
	struct registry *made, *there = __atomic_load_n(&registry, __ATOMIC_ACQUIRE);

	if (there)
		return there;
	made = map_wiped(sizeof(*made));
	if (!made)
		return NULL;
	if (__atomic_compare_exchange_n(&registry, &there, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return made;
	munmap(made, sizeof(*made));
	return there;
}

struct context *context_enter(v1_context handle)
{
	struct registry *all = __atomic_load_n(&registry, __ATOMIC_ACQUIRE);
	struct context *context;
	int is_there;
	__u32 id;

	if (!all || user_read(&id, (const void *)handle, sizeof(id)) || id >= PLACES)
		return NULL;
	context = __atomic_load_n(&all->table[id], __ATOMIC_ACQUIRE);
	if (!context)
		return NULL;
	/*
	 * Counted first, then looked at: who ends a context sets its state first, then looks at the count. It may be another one by
	 * now, or none; it is memory in any case.
	 */
	__atomic_fetch_add(&context->users, 1, __ATOMIC_SEQ_CST);
	is_there = __atomic_load_n(&context->state, __ATOMIC_SEQ_CST) == LIVE &&
		__atomic_load_n(&context->handle, __ATOMIC_RELAXED) == handle;
	if (unlikely(!is_there))
		context_exit(context);
	return is_there ? context : NULL;
}

void context_exit(struct context *context)
{
	/* Full fences on both sides: this one decrements, then looks at state; who ends it sets state, then looks at users. */
	if (__atomic_sub_fetch(&context->users, 1, __ATOMIC_SEQ_CST) != 0 ||
	    likely(__atomic_load_n(&context->state, __ATOMIC_SEQ_CST) != DYING))
		return;
	pthread_mutex_lock(&context->lock);
	pthread_cond_broadcast(&context->quiet);
	pthread_mutex_unlock(&context->lock);
}

/* The sysctl, read anew: the administrator may have changed it. The sum over other processes is not known here. */
static __u64 aio_max_nr(void)
{
	char text[32];
	ssize_t bytes = -1;
	int fd = open("/proc/sys/fs/aio-max-nr", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		bytes = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (bytes <= 0)
		return AIO_MAX_NR_DEFAULT;
	text[bytes] = 0;
	return strtoull(text, NULL, 10);
}

/* Places of the ring for nr requests, as the kernel rounds them: 0 or -errno. */
static int ring_size(unsigned nr, __u64 max, __u32 *ring_nr, size_t *bytes)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const unsigned least = (unsigned)sysconf(_SC_NPROCESSORS_CONF) * 4;
	unsigned places = (nr > least ? nr : least) * 2;

	if (places > RING_EVENTS_MAX)
		return -EINVAL;
	if (!places || nr > max)
		return -EAGAIN;
	*bytes = sizeof(struct v1_ring) + (places + 2) * sizeof(struct io_event);
	*bytes = (*bytes + page - 1) / page * page;
	*ring_nr = (__u32)((*bytes - sizeof(struct v1_ring)) / sizeof(struct io_event));
	return 0;
}

/* A context object with a place in the table that is nobody else's yet; NULL where there is none. */
static struct context *reserve(struct registry *all, unsigned nr, __u64 max)
{
	struct context *context = NULL;
	__u32 tries;

	pthread_mutex_lock(&all->lock);
	for (tries = 0; tries < PLACES && all->asked + nr <= max; tries++) {
		all->last = all->last % (PLACES - 1) + 1;
		if (!all->table[all->last])
			break;
	}
	if (tries < PLACES && all->asked + nr <= max) {
		context = all->unused;
		if (context)
			all->unused = context->next_unused;
		else if ((context = calloc(1, sizeof(*context)))) {
			pthread_mutex_init(&context->lock, NULL);
			pthread_cond_init(&context->quiet, NULL);
		}
		if (context) {
			context->index = all->last;
			context->asked = nr;
			all->asked += nr;
			/* Found by nobody before it is LIVE. */
			__atomic_store_n(&all->table[all->last], context, __ATOMIC_RELEASE);
		}
	}
	pthread_mutex_unlock(&all->lock);
	return context;
}

static void release(struct registry *all, struct context *context)
{
	if (context->ring)
		munmap(context->ring, context->map_bytes);
	if (context->slots)
		munmap(context->slots, context->capacity * sizeof(struct slot));
	pthread_mutex_lock(&context->lock);
	context->ring = NULL;
	context->slots = NULL;
	__atomic_store_n(&context->handle, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&context->state, UNUSED, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&context->lock);
	pthread_mutex_lock(&all->lock);
	__atomic_store_n(&all->table[context->index], NULL, __ATOMIC_RELEASE);
	all->asked -= context->asked;
	context->next_unused = all->unused;
	all->unused = context;
	pthread_mutex_unlock(&all->lock);
}

/* Ring and slots: 0 or -ENOMEM. */
static int furnish(struct context *context, __u32 ring_nr, size_t bytes)
{
	__u32 i;
	void *slots;

	context->capacity = ring_nr - 1;
	context->map_bytes = bytes;
	context->ring = map_wiped(bytes);
	slots = mmap(NULL, context->capacity * sizeof(struct slot), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	context->slots = slots == MAP_FAILED ? NULL : slots;
	if (!context->ring || !context->slots)
		return -ENOMEM;
	for (i = 0; i < context->capacity; i++)
		context->slots[i].next = i + 1;
	context->free_first = 0;
	context->free_count = context->capacity;
	context->generation = 0;
	context->ring_nr = ring_nr;
	context->tail = 0;
	context->is_pumped = 0;
	context->nops = 0;
	context->without_direct = 0;
	context->target = NULL;
	context->waiters = NULL;
	context->ring->id = context->index;
	context->ring->nr = ring_nr;
	context->ring->compat = 1;
	context->ring->header_length = sizeof(struct v1_ring);
	return 0;
}

static void go_live(struct context *context)
{
	pthread_mutex_lock(&context->lock);
	__atomic_store_n(&context->handle, (v1_context)context->ring, __ATOMIC_RELAXED);
	__atomic_store_n(&context->state, LIVE, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&context->lock);
}

long context_setup(unsigned nr, v1_context *ctxp)
{
	const __u64 max = aio_max_nr();
	struct registry *all = get_registry();
	struct aio2_params params;
	struct context *context;
	v1_context handle;
	__u32 ring_nr;
	size_t bytes;
	long result;

	user_prepare();
	if (user_read(&handle, ctxp, sizeof(handle)))
		return -EFAULT;
	if (handle != 0 || nr == 0)
		return -EINVAL;
	result = ring_size(nr, max, &ring_nr, &bytes);
	if (result)
		return result;
	if (!all)
		return -ENOMEM;
	context = reserve(all, nr, max);
	if (!context)
		return -EAGAIN;
	result = furnish(context, ring_nr, bytes);
	if (!result) {
		memset(&params, 0, sizeof(params));
		params.nr_reqs = context->capacity + WAKERS;
		/* Deferred: the program's own calls run the completions, with no thread between. */
		result = io_setup2(AIO2_VERSION, AIO2_SETUP_DEFER, &params, sizeof(params));
		context->v2 = params.ctx;
	}
	if (result) {
		release(all, context);
		/* A child whose parent had started libaio2 has the kernel's own AIO instead. */
		return result == -ENOSYS ? kernel_setup(nr, ctxp) : result;
	}
	go_live(context);
	handle = context->handle;
	if (user_write(ctxp, &handle, sizeof(handle))) {
		context_destroy(handle);
		return -EFAULT;
	}
	return 0;
}

/* The requests whose events nobody sees any more have ended, too: their eventfds say so. Under the lock. */
static void signal_the_rest(struct context *context)
{
	__u32 i;

	for (i = 0; i < context->capacity; i++) {
		struct slot *slot = &context->slots[i];

		if (slot->state != SLOT_FREE && slot->target)
			targets_signal(&slot->target, 1);
	}
}

long context_destroy(v1_context handle)
{
	struct context *context = context_enter(handle);
	int is_first;

	if (!context)
		return kernel_destroy(handle);
	pthread_mutex_lock(&context->lock);
	is_first = context->state == LIVE;
	__atomic_store_n(&context->state, DYING, __ATOMIC_SEQ_CST);
	pump_wake(context);
	pthread_mutex_unlock(&context->lock);
	context_exit(context);
	if (!is_first)
		return -EINVAL;
	/* Cancels what can be and waits for the rest; who waits for events is sent away. */
	io_destroy2(context->v2);
	pthread_mutex_lock(&context->lock);
	while (__atomic_load_n(&context->users, __ATOMIC_SEQ_CST) != 0)
		pthread_cond_wait(&context->quiet, &context->lock);
	pthread_mutex_unlock(&context->lock);
	/* Not before: a submit that was inside may have started it. */
	pump_end(context);
	pthread_mutex_lock(&context->lock);
	signal_the_rest(context);
	if (context->target)
		target_put(context->target);
	pthread_mutex_unlock(&context->lock);
	release(registry, context);
	return 0;
}
