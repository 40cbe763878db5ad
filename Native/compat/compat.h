/* SPDX-License-Identifier: MIT */
/*
 * libaio2-compat.so: libaio's ABI on top of the nine calls.
 *
 *   program ── io_submit ──► slots ── io_submit2 ──► a deferred context of libaio2.so.2
 *           ◄─ io_getevents ◄──────── io_getevents2 ◄┘
 *
 * From the first iocb with IOCB_FLAG_RESFD on, a thread of the context's own (the pump) takes the events instead, puts them
 * into the v1 ring at the context's id, and signals the eventfds:
 *
 *   io_getevents, or the program's own eyes ◄── v1 ring ◄── pump ◄── io_getevents2
 *
 * An address that is no context of ours is given to the kernel's own system calls; so is everything in a child whose
 * parent had started libaio2 (CTX-1).
 */
#ifndef AIO2_COMPAT_H
#define AIO2_COMPAT_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <linux/aio_abi.h>

#include <aio2_calls.h>

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* What libaio calls io_context_t, as a number: the address of the ring. */
typedef unsigned long v1_context;

/* Events that one call of io_getevents2 is asked for. */
#define REAP_CHUNK 128
/* iocbs that one call of io_submit2 is given: what the kernel's side takes without allocating. */
#define SUBMIT_CHUNK 32
/* Slots of the v2 context beyond the program's: for the NOPs that wake who waits there when the pump starts. */
#define WAKERS 64
/* The kernel's MAX_RW_COUNT: a longer transfer is cut to it. */
#define TRANSFER_MAX 0x7ffff000UL

/*
 * The v1 ring: 32 bytes, then nr events. Where the kernel has 0xa10a10a1 as magic there is 0, which tells those who look at
 * it to make the call instead; the rest is true for those who do not look (qemu).
 *
 *  0    4    8      12     16      20       24         28              32          bytes
 *  +----+----+------+------+-------+--------+----------+---------------+-----------~
 *  | id | nr | head | tail | 0     | compat | incompat | header_length | io_event …
 *  +----+----+------+------+-------+--------+----------+---------------+-----------~
 */
struct v1_ring {
	__u32 id, nr, head, tail;
	__u32 magic, compat, incompat, header_length;
	struct io_event events[];
};

/* An eventfd that requests are to signal; one reference for each of them, and one while it is the context's last. */
struct target {
	int fd;
	unsigned refs;
};

/* A request of the program's, from io_submit until its event is in the program's hands or in the v1 ring. */
struct slot {
	__u64 data, obj;
	struct target *target;
	__u32 generation;
	__u32 next;
	__u16 opcode;
	__u16 state;
};

enum { SLOT_FREE, SLOT_BUSY, SLOT_CANCELLED };

#define NO_SLOT UINT32_MAX

enum { UNUSED, LIVE, DYING };

struct pump_waiter;

/* Never unmapped, only used again: whoever has found one may touch its lock. */
struct context {
	pthread_mutex_t lock;
	pthread_cond_t quiet;	/* users has fallen to 0 in a context that is dying */
	v1_context handle;	/* what follows: under the lock, but where an atomic access says otherwise */
	struct v1_ring *ring;
	size_t map_bytes;
	struct slot *slots;
	unsigned state;
	unsigned users;		/* atomic: calls that are inside */
	aio2_context_t v2;
	__u32 index;
	__u32 asked;		/* what io_setup was asked for: what counts against aio-max-nr */
	__u32 ring_nr;		/* the trusted copy of ring->nr */
	__u32 capacity;		/* slots */
	__u32 free_count;
	__u32 free_first;
	__u32 generation;
	__u32 tail;		/* the trusted copy of ring->tail */
	unsigned is_pumped;	/* atomic: events come by the ring */
	unsigned direct_waiters;	/* atomic: calls that wait in io_getevents2 */
	__u64 without_direct;	/* atomic: the file of the newest transfer made at once, and how many submits need not ask (now.c) */
	int nops;		/* atomic: events there that are none, and only wake them; at most WAKERS */
	struct target *target;	/* of the newest iocb with an eventfd */
	struct pump_waiter *waiters;
	pthread_t pump;
	struct context *next_unused;
};

/* contexts.c */
long context_setup(unsigned nr, v1_context *ctxp);
long context_destroy(v1_context handle);
/* The context, with one more user; or NULL: not one of ours. */
struct context *context_enter(v1_context handle);
void context_exit(struct context *context);

/* slots.c; all under the lock */
/* How many can be popped. */
__u32 slots_room(const struct context *context);
/* Takes one: its index. */
__u32 slot_pop(struct context *context);
void slot_push(struct context *context, __u32 index);
/* The slot that an event names, or NULL: a NOP's, or a stale name. */
struct slot *slot_find(struct context *context, __u64 name);
static inline __u64 slot_name(const struct context *context, __u32 index)
{
	return (__u64)context->slots[index].generation << 32 | (index + 1);
}

/* submit.c, judge.c, cancel.c */
long submit(v1_context handle, long nr, struct iocb **iocbs);
int judge_quickly(const struct iocb *iocb);
long judge(const struct iocb *iocb, long otherwise);
long judge_target(const struct iocb *iocb, long otherwise);
long cancel(v1_context handle, struct iocb *iocb, struct io_event *result);

/* now.c */
struct last_file {
	int fd, is_direct;
};
/* Whether v1 would make the transfer inside io_submit. */
int is_made_now(struct context *context, const struct iocb2 *record, struct last_file *last);
/* Makes it: 0, or -errno if it was refused. */
long make_now(struct iocb2 *record, __s64 *res);
/* A request that has ended in io_submit. */
struct made {
	__u64 name;
	__s64 res;
};
/* Gives their events to whoever reaps; at most SUBMIT_CHUNK. */
void post(struct context *context, const struct made *made, long count);

/* reap.c */
long reap(v1_context handle, long min_nr, long nr, struct io_event *events, const struct timespec *timeout,
	  const sigset_t *mask);

/*
 * One v2 event as a v1 event: frees its slot, and hands over its target with the reference. 0: it was a NOP. Under the lock.
 */
int take_event(struct context *context, const struct io_event2 *from, struct io_event *to, struct target **target);

/* targets.c */
/* The target of an iocb's eventfd, with a reference: 0 or -errno. Under the lock. */
int target_get(struct context *context, int fd, struct target **target);
void target_put(struct target *target);
/* Adds to each target as often as it stands there, and gives the references up. Does not block. Under the lock. */
void targets_signal(struct target **targets, long count);

/* ring.c; all under the lock, but for ring_count */
__u32 ring_count(const struct context *context);
void ring_put(struct context *context, const struct io_event *events, long count);
/* Events taken, or -EFAULT: then none was. */
long ring_take(struct context *context, struct io_event *events, long nr);

/* pump.c */
/* Under the lock: from now on events come by the ring. 0 or -EAGAIN. */
int pump_start(struct context *context);
static inline unsigned is_pumped(const struct context *context)
{
	return __atomic_load_n(&context->is_pumped, __ATOMIC_SEQ_CST);
}
/* io_getevents where there is a pump; got: what the program has already. */
long pump_reap(struct context *context, long min_nr, long nr, struct io_event *events, long got, __s64 deadline,
	       const sigset_t *mask);
/* Wakes those in pump_reap that have enough now; all of them, where the context is dying. Under the lock. */
void pump_wake(struct context *context);
/* After io_destroy2. */
void pump_end(struct context *context);
/* Wakes who waits in io_getevents2, with NOPs: each counts as one event for what it waits for. -ENXIO: there is nobody. */
long wake_direct(struct context *context, int count);
/* For reap.c: who has left io_getevents2 tells a pump that waits for it. */
void leave_direct(struct context *context);

/* user.c: the program's memory; 0 or -EFAULT. */
void user_prepare(void);
int user_read(void *to, const void *from, size_t bytes);
int user_write(void *to, const void *from, size_t bytes);
int user_can_write(void *byte);

/* clock.c */
#define NEVER INT64_MAX
/* When a v1 timeout ends, CLOCK_MONOTONIC ns; 0: at once. */
int deadline_of(const struct timespec *timeout, __s64 *deadline);
__s64 now(void);

/* calls.c: AIO2_COMPAT_TRACE */
extern int is_tracing;
void trace(long result, const char *format, ...) __attribute__((noinline, format(printf, 2, 3)));

/* The answer of a call, which is written down if that is wanted. */
#define TRACED(call, ...) ({			\
	const long answer = (call);		\
						\
	if (unlikely(is_tracing))		\
		trace(answer, __VA_ARGS__);	\
	answer;					\
})

/* syscalls.c: a call of the kernel's: -1 and errno. */
long system_call(long nr, long a, long b, long c, long d, long e, long f);

/* kernel.c: the kernel's own AIO; -errno. */
long kernel_setup(unsigned nr, v1_context *ctxp);
long kernel_destroy(v1_context handle);
long kernel_submit(v1_context handle, long nr, struct iocb **iocbs);
long kernel_cancel(v1_context handle, struct iocb *iocb, struct io_event *result);
long kernel_pgetevents(v1_context handle, long min_nr, long nr, struct io_event *events, const struct timespec *timeout,
		       const sigset_t *mask);

#endif
