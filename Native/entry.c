/* SPDX-License-Identifier: MIT */
/*
 * The nine calls, as programs see them: what must be decided before managed code runs is decided here.
 *
 *   owner == NULL              nothing has started the runtime in this process or in one that it was forked from
 *   owner != NULL, STARTING    a thread of this process is starting it
 *   owner != NULL, READY       it has been started
 *   owner != NULL, FORKED      in a parent, and the fork wiped the page: a collection in this child would wait for ever
 *                              for threads that fork did not copy, so it never enters (CTX-1)
 *
 * errno is the program's: no call changes it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <aio2_calls.h>

#define CALL __attribute__((visibility("default")))

enum { FORKED = 0, STARTING = 1, READY = 2 };

/* Exports.cs */
void aio2_managed_start(const char *trace);
void aio2_managed_stop(void);
long aio2_managed_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size);
long aio2_managed_destroy2(aio2_context_t ctx);
long aio2_managed_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext);
long aio2_managed_getevents2(aio2_context_t ctx, void *events, size_t bytes, size_t min_bytes,
			     const struct aio2_wait *wait, __u32 flags);
long aio2_managed_cancel2(aio2_context_t ctx, __u64 user_data, __u32 flags);
long aio2_managed_issue2(const void *iocb, size_t iocb_bytes, void *event, size_t event_bytes, __u32 flags);
long aio2_managed_list2(aio2_context_t ctx, __u64 *cursor, void *buf, size_t bytes);
long aio2_managed_probe2(__u32 what, void *buf, size_t bytes);
long aio2_managed_ring_ctl2(aio2_context_t ctx, __u32 op, __u64 arg);

static __u32 *owner;

/* A page that fork wipes, with its word set; NULL with -errno in *error. */
static __u32 *make_word(long *error)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *word = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (word == MAP_FAILED) {
		*error = -ENOMEM;
		return NULL;
	}
	if (madvise(word, page, MADV_WIPEONFORK) != 0) {
		munmap(word, page);
		*error = -ENOSYS;
		return NULL;
	}
	*(__u32 *)word = STARTING;
	return (__u32 *)word;
}

/* Whether a context can exist in this process. */
static inline int has_started(void)
{
	/* Acquire, twice: the page, then what start_first did before it said READY. */
	const __u32 *word = __atomic_load_n(&owner, __ATOMIC_ACQUIRE);

	return __builtin_expect(word && __atomic_load_n(word, __ATOMIC_ACQUIRE) == READY, 1);
}

/* valgrind maps no more stack than it has seen used; the self-test of the fault handler needs more at once. */
static __attribute__((noinline)) void grow_stack(void)
{
	volatile char deep[64 * 1024];
	size_t at;

	for (at = sizeof(deep); at >= 4096; at -= 4096)
		deep[at - 1] = 0;
}

/* Whether AIO2_TRACE was set when the runtime started. */
static int is_recording;

/* The runtime makes SIGPIPE ignored, for the whole process, when it starts. That is the program's to decide. */
static void start_runtime(void)
{
	const char *trace = secure_getenv("AIO2_TRACE");
	struct sigaction before;

	grow_stack();
	sigaction(SIGPIPE, NULL, &before);
	aio2_managed_start(trace && *trace ? trace : NULL);
	sigaction(SIGPIPE, &before, NULL);
	is_recording = trace && *trace;
}

/*
 * Starts the runtime for this process: 0, or -errno. From the exchange on a child is one of a process that had started it,
 * even if the fork comes before the first managed instruction.
 */
static __attribute__((noinline)) long start_first(void)
{
	__u32 *word = __atomic_load_n(&owner, __ATOMIC_ACQUIRE);
	__u32 *none = NULL;
	long error = 0;
	__u32 state;

	if (!word) {
		word = make_word(&error);
		if (!word)
			return error;
		/* Release: the word comes before. */
		if (__atomic_compare_exchange_n(&owner, &none, word, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
			start_runtime();
			__atomic_store_n(word, READY, __ATOMIC_RELEASE);
			return 0;
		}
		/* Two first calls at once: the loser's page goes. */
		munmap(word, (size_t)sysconf(_SC_PAGESIZE));
		word = none;
	}
	/* The other one takes about a millisecond. */
	while ((state = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == STARTING)
		sched_yield();
	return state == READY ? 0 : -ENOSYS;
}

/* A recorded process that exits writes what it still has to tell. A child of one has nothing to tell. */
__attribute__((destructor)) static void stop(void)
{
	if (is_recording && has_started())
		aio2_managed_stop();
}

static inline long start(void)
{
	int saved;
	long result;

	if (has_started())
		return 0;
	saved = errno;
	result = start_first();
	errno = saved;
	return result;
}

/* Where the thread's errno is, once it has asked. */
static __thread int *errno_place;

/* Runs a managed call and gives the program its errno back. */
#define ENTER(call) ENTER_WITH(&errno, call)
#define ENTER_WITH(where, call) ({		\
	int *place = (where);			\
	int saved = *place;			\
	long answer = (call);			\
						\
	*place = saved;				\
	answer;					\
})

CALL long io_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size)
{
	long result = start();

	return result ? result : ENTER(aio2_managed_setup2(version, flags, params, size));
}

CALL long io_destroy2(aio2_context_t ctx)
{
	return has_started() ? ENTER(aio2_managed_destroy2(ctx)) : -ENXIO;
}

/* The thread's first: apart, so that the others have nothing to keep over a call. */
static __attribute__((noinline)) long submit_first(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext)
{
	errno_place = &errno;
	return ENTER(aio2_managed_submit2(ctx, iocbs, bytes, ext));
}

CALL long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext)
{
	if (!has_started())
		return -ENXIO;
	if (__builtin_expect(!errno_place, 0))
		return submit_first(ctx, iocbs, bytes, ext);
	return ENTER_WITH(errno_place, aio2_managed_submit2(ctx, iocbs, bytes, ext));
}

CALL long io_getevents2(aio2_context_t ctx, void *events, size_t bytes, size_t min_bytes,
			const struct aio2_wait *wait, __u32 flags)
{
	return has_started() ? ENTER(aio2_managed_getevents2(ctx, events, bytes, min_bytes, wait, flags)) : -ENXIO;
}

CALL long io_cancel2(aio2_context_t ctx, __u64 user_data, __u32 flags)
{
	return has_started() ? ENTER(aio2_managed_cancel2(ctx, user_data, flags)) : -ENXIO;
}

CALL long io_issue2(const void *iocb, size_t iocb_bytes, void *event, size_t event_bytes, __u32 flags)
{
	long result = start();

	return result == -ENOSYS ? -ENXIO : result ? result
		: ENTER(aio2_managed_issue2(iocb, iocb_bytes, event, event_bytes, flags));
}

CALL long io_list2(aio2_context_t ctx, __u64 *cursor, void *buf, size_t bytes)
{
	return has_started() ? ENTER(aio2_managed_list2(ctx, cursor, buf, bytes)) : -ENXIO;
}

CALL long io_probe2(__u32 what, void *buf, size_t bytes)
{
	long result = start();

	return result == -ENOSYS ? -ENXIO : result ? result : ENTER(aio2_managed_probe2(what, buf, bytes));
}

CALL long io_ring_ctl2(aio2_context_t ctx, __u32 op, __u64 arg)
{
	return has_started() ? ENTER(aio2_managed_ring_ctl2(ctx, op, arg)) : -ENXIO;
}
