/*
 * A second implementation of the asynchronous I/O ABI, version 2, written from io_setup2.md alone: small and slow, so
 * that it can be read beside the document. One lock guards all there is; a request waits in one of two places, in the
 * queue of the file threads or in the poll set of the waiting thread.
 */
#ifndef AIO2_REFERENCE_H
#define AIO2_REFERENCE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aio2_calls.h"

/* With -DBREAK=n one protocol step is wrong: the proof that the conformance suite finds it. 0 is the sound library. */
#ifndef BREAK
#define BREAK 0
#endif
#include "breaks.h"

#define FEATURES (AIO2_FEAT_USER_REAP | AIO2_FEAT_RING_FD | AIO2_FEAT_RING_ADDR | AIO2_FEAT_RESIZE | \
		  AIO2_FEAT_DEFER | AIO2_FEAT_POLL_MULTI | AIO2_FEAT_POLL_LEVEL | AIO2_FEAT_SYSCALL | \
		  AIO2_FEAT_SETUP_AT)
#define RING_PLACES (AIO2_SETUP_RING_FD | AIO2_SETUP_RING_ADDR)
#define SETUP_FLAGS (AIO2_SETUP_USER_REAP | AIO2_SETUP_SINGLE_REAPER | AIO2_SETUP_EVENTFD | AIO2_SETUP_PROBE | \
		     AIO2_SETUP_SUBMIT_ALL | AIO2_SETUP_AT | AIO2_SETUP_DEFER | RING_PLACES)
#define REQS_CEILING 65536u
#define ATTRS_MAX 512		/* heads of 8 bytes that an iocb can hold */
#define NEVER UINT64_MAX

/* ---- user memory: every access to it is a system call, so that a fault is an answer (ERR-1) */
bool copy_in(void *to, const void *user, size_t bytes);
bool copy_out(void *user, const void *from, size_t bytes);
bool can_write(void *user, size_t bytes);
long excess(const void *user, size_t known, size_t size);

/* ---- one ring (RING-1 to RING-5) */
struct ring {
	struct aio2_ring *header;	/* the kernel's own mapping: constants and kernel line */
	struct aio2_ring_user *user;	/* the kernel's own mapping of the user page */
	char *data;
	uint64_t bytes;			/* of the data area; these four are never read back (RING-5) */
	uint64_t tail;
	uint32_t flags;
	uint64_t seen;			/* the largest valid head */
	uint32_t max_event;
	uint32_t generation;
	uint32_t user_offset, data_offset;
	uint64_t map_bytes;
	char *view;			/* the caller's mapping */
	bool given;			/* the view was there before the ring */
};

/* Where the caller wants a ring: RING_FD, RING_ADDR, or neither. */
struct ring_place {
	uint32_t flags;
	int fd;
	uint64_t offset, addr;
};

enum take { TAKE_NONE, TAKE_ONE, TAKE_ROOM, TAKE_FAULT };

long judge_place(const struct ring_place *place, uint32_t ring_bytes, uint64_t *map_bytes);
long map_given(const struct ring_place *place, struct ring *ring);
long ring_make(const struct ring_place *place, uint32_t ring_bytes, uint32_t ctx, const struct ring *before,
	       struct ring **made);
void ring_unview(struct ring *ring);
void ring_free(struct ring *ring);
uint64_t ring_map_bytes(uint32_t ring_bytes);
void ring_set_flags(struct ring *ring, uint32_t flags);
bool ring_corrupt(const struct ring *ring);
bool ring_read_head(struct ring *ring, uint64_t *head);
bool ring_empty(struct ring *ring);
bool ring_put(struct ring *ring, const void *event, uint32_t bytes);
void ring_count_overflow(struct ring *ring, unsigned events, unsigned episodes);
enum take ring_next(struct ring *ring, uint64_t *head, uint32_t *bytes, uint64_t *at);
bool ring_take(struct ring *ring, uint64_t head, uint64_t at, uint32_t bytes);
bool ring_wants_signal(struct ring *ring);

/* ---- requests */
struct attribute {
	uint16_t type, flags;
	uint32_t in_offset;		/* of its head in the iocb */
	uint32_t in_bytes;		/* of its payload as submitted */
	uint32_t ret_offset;		/* of its return in the event, 0 if none is wanted */
	bool known, fits;
	unsigned char payload[32];	/* zero-extended (ATTR-4) */
};

struct refusal {
	int error;			/* -errno, 0 if none */
	uint32_t reason;
	uint64_t field;			/* from the record's start */
};

enum place { PLACE_NOWHERE, PLACE_QUEUE, PLACE_WAIT, PLACE_RUN, PLACE_DONE };

struct request {
	struct request *next, *before;	/* all of the context, in the order of submission */
	struct request *line;		/* the next in the queue, the poll set or the overflow list */
	struct context *ctx;		/* NULL: io_issue2 */
	uint64_t id;
	struct iocb2 io;
	unsigned char *iocb;		/* byte for byte as submitted */
	unsigned char *event;
	uint32_t event_bytes;
	struct attribute *attrs;
	unsigned nattrs;
	enum place place;
	int fd;				/* the request's own reference, or -1 */
	int file_flags;
	bool file;			/* a regular file, a block device or a directory: it never has to be polled */
	int hold_error;
	struct iovec *iov, *rest;
	unsigned niov;
	uint64_t total;
	int watched;			/* place in the waiting thread's poll set, or -1 */
	bool begun;
	bool timed_out;
	uint64_t submitted, issued, completed, deadline;
	uint32_t continued, retried;
	int cache_status, hint_status, prio_status;
	uint64_t cached_bytes, hint;
	int64_t res;
	int edges;			/* MULTI, LEVEL: an epoll set with the one file, or -1 */
	struct request *more;		/* MULTI: stands for its event with MORE on the overflow list */
	bool more_listed;
	struct aio2_syscall call;	/* SYSCALL: with the request's own descriptors in their places */
	int second_fd;
	struct request *owner;		/* of a request that is such an event */
};

struct waiter {
	struct waiter *next;
	int wake;			/* an eventfd that the sleeping call polls */
};

struct context {
	struct context *next;
	uint32_t id, flags, nr_reqs, ring_bytes, max_event;
	uint32_t used;			/* slots */
	uint32_t running;		/* accepted and not completed */
	uint32_t calls;			/* inside io_getevents2 without the lock */
	bool dying;
	uint64_t next_id;
	struct request *first, *last;
	struct request *list, *list_end;	/* the overflow list; of a private context, all its events */
	struct ring *ring, *old;
	bool moving;			/* the old ring has not been seen empty */
	int eventfd;
	bool to_signal;
	bool told;			/* in a library whose pass signals too early */
	struct waiter *waiters;
	uint64_t served;		/* number of the LEVEL source that was read last */
};

extern pthread_mutex_t big_lock;
extern pthread_cond_t changed;
extern struct context *contexts;
extern uint64_t reqs_used;

static inline void half_done(void) { usleep(HALF_DONE_US); }
static inline void lock(void) { pthread_mutex_lock(&big_lock); }
static inline void unlock(void) { pthread_mutex_unlock(&big_lock); }
uint64_t now_ns(void);
struct context *find(uint32_t id);
uint64_t max_event_bytes(uint32_t ring_bytes);
int hold_eventfd(int fd);

/* ---- judging (ERR-1, SUBMIT-3, ATTR-1 to ATTR-6) */
struct op {
	const char *name;
	uint16_t number;
	bool fd, addr, len, offset, reads, writes;
	uint32_t rw_flags;
	uint16_t iocb_flags;
};
extern const struct op ops[];
extern const unsigned nops;
struct refusal judge(struct request *request, uint32_t max_event);
struct refusal judge_attributes(struct request *request);
struct refusal judge_descriptor(struct request *request);
struct refusal refuse(int error, uint32_t reason, uint64_t field);
struct request *request_new(const void *iocb, uint32_t bytes);
void let_go(struct request *request);
void request_free(struct request *request);

/* ---- attributes */
struct attribute_kind {
	const char *name;
	uint16_t type;
	uint32_t in_min, in_size, out_size;
	uint64_t fits;
};
extern const struct attribute_kind kinds[];
extern const unsigned nkinds;
const struct attribute_kind *kind_of(uint16_t type);
struct attribute *find_attribute(struct request *request, uint16_t type);
void make_returns(struct request *request);
void fill_returns(struct request *request);
struct refusal judge_payload(const struct request *request, const struct attribute *a);
bool ioprio_permitted(const struct attribute *a);
void begin_attributes(struct request *request);
unsigned account_list(struct aio2_probe_account *to, unsigned room);
void account_forget(void);
uint32_t crc32c(uint32_t sum, const void *data, size_t bytes);
uint64_t crc64nvme(uint64_t sum, const void *data, size_t bytes);

/* ---- running */
bool is_transfer(const struct request *request);
int64_t run_file(struct request *request);
bool try_stream(struct request *request, int64_t *res);
bool is_source(const struct request *request);
bool arm_source(struct request *request);
void look_at_source(struct request *request);
uint64_t count_readings(struct context *ctx, uint64_t most);
uint64_t take_readings(struct context *ctx, char *to, uint64_t room, bool *fault);
short poll_now(const struct request *request);
struct refusal judge_call(struct request *request);
bool is_socket_call(const struct request *request);
bool begins_at_once(const struct request *request);
bool call_waits(const struct request *request);
short call_events(const struct request *request);
int64_t run_call(struct request *request);
bool try_call(struct request *request, int64_t *res);
unsigned list_calls(struct aio2_probe_syscall *to);
bool is_polled(const struct request *request);
bool waits(const struct request *request);
short poll_events(const struct request *request);
void engine_start(struct request *request);
bool engine_stop(struct request *request);
bool engine_ready(void);
void engine_wake(void);
void engine_forget(void);
void finish(struct request *request, int64_t res);
void stop_into(struct request **stopped, struct request *request);
void finish_all(struct request *stopped, int64_t res);
bool cancellable(const struct request *request);

/* ---- events (RING-6 to RING-9) */
void post(struct request *request);
void put(struct request *request);
void drain(struct context *ctx);
void end_pass(struct context *ctx);
void wake_waiters(struct context *ctx);
void delivered(struct request *request);
struct request *list_pop(struct context *ctx);
void update_overflow(struct context *ctx);
int eventfd_write_one(int fd);
void signal_eventfd(int fd);

#endif
