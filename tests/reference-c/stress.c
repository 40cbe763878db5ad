/*
 * Several submitters, reapers through the ring and through the call, cancels, listing, resizes and a destroy at once. Every
 * accepted request must give one final event, none may come twice, and its res must be one that its operation can have.
 * Run under the thread, address and undefined-behaviour sanitizers by stress.sh. Usage: stress SECONDS SEED
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "aio2_calls.h"

#define SUBMITTERS 3
#define REAPERS 2
#define CALLERS 2
#define NR_REQS 500
#define PER_THREAD (1u << 20)

static struct aio2_params params;
static int eventfd_number, file, ends[2];
static _Atomic unsigned char *seen;	/* events of each request, by user_data */
static _Atomic uint64_t accepted, finals, ring_events, call_events, cancelled, moves, overflowed, edges;
static atomic_bool submitting = true, running = true;
static pthread_rwlock_t ring_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct aio2_ring_info ring;	/* where the reapers look; under ring_lock */
static uint64_t seed;

static void fail(const char *what, long value)
{
	fprintf(stderr, "stress: %s: %ld\n", what, value);
	abort();
}

static uint64_t dice(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

/* One event's record: a final one must be the first of its request. */
static void judge(const char *at)
{
	struct io_event2 e;
	bool good;

	memcpy(&e, at, sizeof e);
	good = e.res >= 0 || e.res == -ECANCELED || e.res == -ETIME;
	if (e.flags == AIO2_EVENT_MORE && e.bytes == sizeof e && e.res > 0) {
		atomic_fetch_add(&edges, 1);
		return;
	}
	if (e.flags || e.bytes < sizeof e || !good)
		fail("an event that no request can have", (long)e.res);
	if (atomic_fetch_add(&seen[e.user_data], 1) != 0)
		fail("two events of one request", (long)e.user_data);
	atomic_fetch_add(&finals, 1);
}

static void judge_all(const char *at, long bytes, _Atomic uint64_t *count)
{
	struct io_event2 e;

	for (long done = 0; done < bytes; done += e.bytes) {
		memcpy(&e, at + done, sizeof e);
		judge(at + done);
		atomic_fetch_add(count, 1);
	}
}

/* The loop of io_setup2.md, "The reaper's loop". Bytes of one event, 0: none, -1: ask the kernel. */
static long reap(void *to)
{
	char *base = (char *)(uintptr_t)ring.ring_addr;
	struct aio2_ring *k = (struct aio2_ring *)base;
	struct aio2_ring_user *u = (struct aio2_ring_user *)(base + ring.user_offset);
	const char *data = base + ring.data_offset;

	for (;;) {
		uint64_t head = __atomic_load_n(&u->head, __ATOMIC_ACQUIRE);
		uint32_t flags = __atomic_load_n(&k->flags, __ATOMIC_ACQUIRE);
		uint64_t tail = __atomic_load_n(&k->tail, __ATOMIC_ACQUIRE);
		uint64_t skip = 0, at = head & (ring.ring_bytes - 1), left = ring.ring_bytes - at;
		struct io_event2 e;

		if (head == tail)
			return flags ? -1 : 0;
		memcpy(&e, data + at, 8);
		if (e.flags & AIO2_EVENT_PAD)
			skip = left, at = 0, left = ring.ring_bytes, memcpy(&e, data, 8);
		if (e.bytes < sizeof e || e.bytes % 8 || e.bytes > left || skip + e.bytes > tail - head || e.bytes > AIO2_EVENT_MAX)
			continue;
		memcpy(to, data + at, e.bytes);
		if (__atomic_compare_exchange_n(&u->head, &head, head + skip + e.bytes, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return e.bytes;
	}
}

static void *reaper(void *nothing)
{
	_Alignas(8) char event[AIO2_EVENT_MAX];
	struct aio2_wait none = { .size = sizeof none };
	uint64_t count;

	while (running) {
		struct pollfd wake = { .fd = eventfd_number, .events = POLLIN };
		long got;

		pthread_rwlock_rdlock(&ring_lock);
		got = reap(event);
		pthread_rwlock_unlock(&ring_lock);
		if (got > 0)
			judge_all(event, got, &ring_events);
		else if (got < 0) {
			got = io_getevents2(params.ctx, event, sizeof event, 0, &none, 0);
			if (got > 0)
				judge_all(event, got, &call_events);
			else if (got < 0 && got != -ENXIO)
				fail("io_getevents2", got);
		} else if (poll(&wake, 1, 5) == 1 && read(eventfd_number, &count, sizeof count) < 0 && errno != EAGAIN)
			fail("eventfd", errno);
	}
	return nothing;
}

static void *caller(void *nothing)
{
	_Alignas(8) char events[3 * AIO2_EVENT_MAX];
	struct aio2_wait brief = { .size = sizeof brief, .nsec = 3000000 };

	while (running) {
		long got = io_getevents2(params.ctx, events, sizeof events, 200, &brief, 0);

		if (got == -ENXIO)
			break;
		if (got < 0 && got != -EINTR)
			fail("io_getevents2 with a wait", got);
		if (got > 0)
			judge_all(events, got, &call_events);
	}
	return nothing;
}

struct record {
	struct iocb2 io;
	struct aio2_attr head[2];
	struct aio2_attr timing;
	struct aio2_attr_deadline unused;
};

static uint32_t make(struct record *r, uint64_t *state, uint64_t user_data, char *buffer)
{
	uint64_t way = dice(state) % 7;

	memset(r, 0, sizeof *r);
	r->io = (struct iocb2){ .bytes = sizeof r->io, .user_data = user_data };
	if (way == 1 || way == 2)
		r->io = (struct iocb2){ .bytes = sizeof r->io, .user_data = user_data, .fd = file, .len = 64, .offset = 0,
					.opcode = way == 1 ? AIO2_OP_PREAD : AIO2_OP_PWRITE, .addr = (uintptr_t)buffer };
	else if (way == 3)
		r->io = (struct iocb2){ .bytes = sizeof r->io, .user_data = user_data, .opcode = AIO2_OP_PREAD, .fd = ends[0],
					.addr = (uintptr_t)buffer, .len = 64, .offset = -1 };
	else if (way == 4)
		r->io = (struct iocb2){ .bytes = sizeof r->io, .user_data = user_data, .opcode = AIO2_OP_POLL, .fd = ends[0],
					.len = POLLIN };
	else if (way == 5)
		r->io = (struct iocb2){ .bytes = sizeof r->io, .user_data = user_data, .opcode = AIO2_OP_POLL, .fd = ends[0],
					.flags = AIO2_IOCB_MULTI, .len = POLLIN };
	for (uint64_t i = dice(state) % 3; i > 0; i--) {
		struct aio2_attr a = { .bytes = sizeof a, .type = (uint16_t)(i == 1 ? AIO2_ATTR_TYPE_TIMING : 0x7000) };

		memcpy((char *)r + r->io.bytes, &a, sizeof a);
		r->io.bytes += (uint32_t)sizeof a;
	}
	return r->io.bytes;
}

/* All that wait for the pipe, or one request that may be anywhere. */
static void cancel(bool all, uint64_t user_data)
{
	long told = all ? io_cancel2(params.ctx, (uint64_t)ends[0], AIO2_CANCEL_ALL | AIO2_CANCEL_FD)
			: io_cancel2(params.ctx, user_data, 0);

	if (told > 0)
		atomic_fetch_add(&cancelled, (uint64_t)told);
	else if (told != -ENOENT && told != -EALREADY)
		fail("io_cancel2", told);
}

static void *submitter(void *number)
{
	uint64_t base = (uintptr_t)number * PER_THREAD, state = seed * 7919 + base + 1, next = 0;
	static __thread char buffer[64];

	while (submitting && next + 8 < PER_THREAD) {
		_Alignas(8) char run[8 * sizeof(struct record)];
		size_t bytes = 0;
		uint64_t first = next, n = 1 + dice(&state) % 6, lengths[8];
		long done;

		for (uint64_t i = 0; i < n; i++) {
			lengths[i] = make((struct record *)(run + bytes), &state, base + next++, buffer);
			bytes += lengths[i];
		}
		done = io_submit2(params.ctx, run, bytes, NULL);
		next = first;
		if (done == -EAGAIN) {
			cancel(dice(&state) % 2, base + next);
			usleep(50);
			continue;
		}
		if (done < 0)
			fail("io_submit2", done);
		for (uint64_t i = 0; done > 0; done -= (long)lengths[i++]) {
			next++;
			atomic_fetch_add(&accepted, 1);
		}
		if (dice(&state) % 4 == 0 && write(ends[1], buffer, 32) < 0 && errno != EAGAIN)
			fail("pipe", errno);
		if (dice(&state) % 3 == 0)
			cancel(false, base + next - 1 - dice(&state) % 8);
	}
	return NULL;
}

/* Walks and moves: the new ring is told to the reapers when the old one has been released. */
static void *mover(void *nothing)
{
	_Alignas(8) char records[8192];
	uint64_t state = seed + 99;

	while (submitting) {
		struct aio2_ring_info to = { .size = sizeof to, .ring_bytes = AIO2_RING_BYTES_MIN << dice(&state) % 3 };
		__u64 cursor = 0;
		long done;

		do {
			done = io_list2(params.ctx, &cursor, records, sizeof records);
			if (done < 0)
				fail("io_list2", done);
		} while (cursor);
		done = io_ring_ctl2(params.ctx, AIO2_CTL_RESIZE, (uintptr_t)&to);
		if (done == 0) {
			while ((done = io_ring_ctl2(params.ctx, AIO2_CTL_RELEASE, 0)) == -EBUSY)
				usleep(100);
			pthread_rwlock_wrlock(&ring_lock);
			overflowed = ((struct aio2_ring *)(uintptr_t)ring.ring_addr)->overflow_events;
			munmap((void *)(uintptr_t)ring.ring_addr, ring.ring_map_bytes);
			ring = to;
			pthread_rwlock_unlock(&ring_lock);
			atomic_fetch_add(&moves, 1);
		}
		if (done != 0)
			fail("io_ring_ctl2", done);
		usleep(2000);
	}
	return nothing;
}

static void set_up(void)
{
	char zeroes[4096] = { 0 };

	file = memfd_create("stress", MFD_CLOEXEC);
	eventfd_number = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pipe2(ends, 0) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0 || file < 0 || eventfd_number < 0 || write(file, zeroes, sizeof zeroes) < 0)
		fail("set-up", errno);
	params.nr_reqs = NR_REQS;
	params.ring_bytes = AIO2_RING_BYTES_MIN;
	params.eventfd = eventfd_number;
	if (io_setup2(AIO2_VERSION, AIO2_SETUP_USER_REAP | AIO2_SETUP_EVENTFD, &params, sizeof params) != 0)
		fail("io_setup2", 0);
	ring = (struct aio2_ring_info){ .size = sizeof ring, .ring_addr = params.ring_addr, .ring_bytes = params.ring_bytes,
		.user_offset = params.user_offset, .data_offset = params.data_offset, .ring_map_bytes = params.ring_map_bytes };
	seen = calloc(SUBMITTERS, PER_THREAD);
	if (!seen)
		fail("memory", 0);
}

/* What still waits for data is cancelled; then every request has had its event. */
static void settle(void)
{
	struct timespec limit;

	clock_gettime(CLOCK_MONOTONIC, &limit);
	for (time_t end = limit.tv_sec + 30; finals < accepted; usleep(1000)) {
		cancel(true, 0);
		clock_gettime(CLOCK_MONOTONIC, &limit);
		if (limit.tv_sec > end)
			fail("requests without an event", (long)(accepted - finals));
	}
}

int main(int argc, char **argv)
{
	pthread_t threads[SUBMITTERS + REAPERS + CALLERS + 1];
	unsigned n = 0;

	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	set_up();
	for (uintptr_t i = 0; i < SUBMITTERS; i++)
		pthread_create(&threads[n++], NULL, submitter, (void *)i);
	pthread_create(&threads[n++], NULL, mover, NULL);
	for (unsigned i = 0; i < REAPERS; i++)
		pthread_create(&threads[n++], NULL, reaper, NULL);
	for (unsigned i = 0; i < CALLERS; i++)
		pthread_create(&threads[n++], NULL, caller, NULL);
	sleep(argc > 1 ? (unsigned)atoi(argv[1]) : 5);
	submitting = false;
	for (unsigned i = 0; i <= SUBMITTERS; i++)
		pthread_join(threads[i], NULL);
	settle();
	if (io_destroy2(params.ctx) != 0)
		fail("io_destroy2", 0);
	running = false;
	for (unsigned i = SUBMITTERS + 1; i < n; i++)
		pthread_join(threads[i], NULL);
	if (finals != accepted || accepted == 0 || moves == 0 || overflowed == 0 || edges == 0)
		fail("events that do not add up", (long)(accepted - finals));
	printf("%lu requests, each with its one event: %lu by the ring, %lu by the call, %lu cancelled, "
	       "%lu by the overflow list, %lu edges before them, %lu moves of the ring\n",
	       (unsigned long)accepted, (unsigned long)ring_events, (unsigned long)call_events, (unsigned long)cancelled,
	       (unsigned long)overflowed, (unsigned long)edges, (unsigned long)moves);
	return 0;
}
