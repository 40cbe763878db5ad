/* SPDX-License-Identifier: MIT */
/*
 * An I/O engine for fio that speaks AIO v2: iocbs packed into one buffer, submitted by one call for a batch, and events reaped
 * from a ring that the kernel shares. io_getevents2 is entered only to sleep.
 *
 *	bench/setup.sh                  # fetches fio's source, builds artifacts/bench-peers/fio-aio2.so
 *	fio --name=hot --ioengine=external:artifacts/bench-peers/fio-aio2.so --attributes --rw=randread --size=64m --iodepth=32
 *
 * --attributes puts TIMING and CACHE on each iocb. When a job ends, one line on stderr tells how many of its reads came from
 * the page cache, and how long requests took between issue and completion, in the cache and at the device.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fio.h"
#include "optgroup.h"

#include <libaio2.h>

/* The first field is no option: fio takes an offset of 0 for none. */
struct engine_options {
	void *unused;
	unsigned int attributes;
};

static struct fio_option options[] = {
	{
		.name = "attributes",
		.lname = "AIO v2 attributes",
		.type = FIO_OPT_STR_SET,
		.off1 = offsetof(struct engine_options, attributes),
		.help = "TIMING and CACHE on each request: tells cache hits and device time when the job ends",
		.category = FIO_OPT_C_ENGINE,
		.group = FIO_OPT_G_INVALID,
	},
	{
		.name = NULL,
	},
};

/* Requests and the time from their issue to their completion. */
struct spent {
	uint64_t requests;
	uint64_t ns;
};

/*
 * reads: buffered reads whose CACHE was answered. cache: reads that came from the page cache as a whole, and writes that ended
 * there; device: all others. untold: requests without TIMING's answer, which a kernel that knows it never gives.
 */
struct totals {
	uint64_t reads, hits, partial;
	uint64_t bytes, cached;
	struct spent cache, device;
	uint64_t untold;
};

/*
 * queued: io_us of the iocbs in the batch, in their order. done: io_us that were reaped; the first `given` of them were handed
 * out by the last getevents.
 */
struct engine {
	aio2_context_t ctx;
	struct aio2_ring_view ring;
	struct aio2_batch batch;
	unsigned int depth, record_bytes;
	bool attributes;
	struct io_u **queued, **done;
	unsigned int nr_queued, nr_done, given;
	size_t event_room;
	void *events;
	struct totals totals;
};

static double microseconds(const struct spent *spent)
{
	return spent->requests ? (double)spent->ns / (double)spent->requests / 1e3 : 0;
}

static void report(const char *job, const struct totals *t)
{
	log_err("aio2: job %s: %" PRIu64 " I/Os; buffered reads: %" PRIu64 ", %" PRIu64 " from the cache, %" PRIu64
		" in part, %.1f %% of the bytes; in the cache: %" PRIu64 " I/Os, mean issue to complete %.2f us; "
		"at the device: %" PRIu64 " I/Os, mean %.2f us, together %.3f ms\n",
		job, t->cache.requests + t->device.requests + t->untold, t->reads, t->hits, t->partial,
		t->bytes ? 100.0 * (double)t->cached / (double)t->bytes : 0, t->cache.requests, microseconds(&t->cache),
		t->device.requests, microseconds(&t->device), (double)t->device.ns / 1e6);
	if (t->untold)
		log_err("aio2: job %s: %" PRIu64 " I/Os were not timed\n", job, t->untold);
}

/* cached: a write that ends in the page cache. */
static void count(struct totals *t, const struct io_event2 *event, bool cached)
{
	const struct aio2_attr_ret *head = aio2_ret_find(event, AIO2_ATTR_TYPE_CACHE);
	const struct aio2_ret_cache *cache = (const struct aio2_ret_cache *)aio2_ret_payload(head, sizeof(*cache));
	const struct aio2_ret_timing *timing;
	struct spent *spent;

	if (cache && head->status == 0 && event->res > 0) {
		t->reads++;
		t->hits += cache->state == AIO2_CACHE_HIT;
		t->partial += cache->state == AIO2_CACHE_PARTIAL;
		t->bytes += (uint64_t)event->res;
		t->cached += cache->bytes;
		cached = cache->state == AIO2_CACHE_HIT;
	}
	head = aio2_ret_find(event, AIO2_ATTR_TYPE_TIMING);
	timing = (const struct aio2_ret_timing *)aio2_ret_payload(head, sizeof(*timing));
	if (!timing || head->status != 0) {
		t->untold++;
		return;
	}
	spent = cached ? &t->cache : &t->device;
	spent->requests++;
	spent->ns += timing->complete - timing->issue;
}

static struct iocb2 *pack(struct engine *e, struct io_u *io_u)
{
	const __u64 user_data = (__u64)(uintptr_t)io_u;
	const int fd = io_u->file->fd;

	switch (io_u->ddir) {
	case DDIR_READ:
		return aio2_batch_pread(&e->batch, fd, io_u->xfer_buf, io_u->xfer_buflen, (__s64)io_u->offset, user_data);
	case DDIR_WRITE:
		return aio2_batch_pwrite(&e->batch, fd, io_u->xfer_buf, io_u->xfer_buflen, (__s64)io_u->offset, user_data);
	case DDIR_SYNC:
		return aio2_batch_fsync(&e->batch, fd, user_data);
	default:
		return aio2_batch_fdsync(&e->batch, fd, user_data);
	}
}

/* What v2 has no operation for is done here and now, when nothing waits in front of it. */
static enum fio_q_status at_once(struct thread_data *td, struct engine *e, struct io_u *io_u)
{
	if (e->nr_queued)
		return FIO_Q_BUSY;
	if (io_u->ddir == DDIR_TRIM)
		do_io_u_trim(td, io_u);
	else
		do_io_u_sync(td, io_u);
	return FIO_Q_COMPLETED;
}

static enum fio_q_status engine_queue(struct thread_data *td, struct io_u *io_u)
{
	struct engine *e = td->io_ops_data;

	fio_ro_check(td, io_u);
	if (io_u->ddir == DDIR_TRIM || io_u->ddir == DDIR_SYNC_FILE_RANGE)
		return at_once(td, e, io_u);
	/* A full batch: fio commits, and comes again. */
	if (e->nr_queued == e->depth || e->batch.room - e->batch.used < e->record_bytes)
		return FIO_Q_BUSY;
	pack(e, io_u);
	if (e->attributes) {
		aio2_batch_attr(&e->batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0);
		aio2_batch_attr(&e->batch, AIO2_ATTR_TYPE_CACHE, 0, NULL, 0);
	}
	e->queued[e->nr_queued++] = io_u;
	return FIO_Q_QUEUED;
}

/* fio's own clocks of the first n queued requests, which are the kernel's from now on. */
static void submitted(struct thread_data *td, struct engine *e, unsigned int n)
{
	struct timespec now;
	unsigned int i;

	if (fio_fill_issue_time(td)) {
		fio_gettime(&now, NULL);
		for (i = 0; i < n; i++) {
			memcpy(&e->queued[i]->issue_time, &now, sizeof(now));
			io_u_queued(td, e->queued[i]);
		}
		if (td->o.read_iolog_file)
			memcpy(&td->last_issue, &now, sizeof(now));
	}
	io_u_mark_submit(td, n);
	e->nr_queued -= n;
	memmove(e->queued, e->queued + n, e->nr_queued * sizeof(*e->queued));
}

static int engine_commit(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;
	struct aio2_extack ext = { .size = sizeof(ext) };

	while (e->nr_queued) {
		long result = aio2_batch_submit(e->ctx, &e->batch, &ext);

		if (result > 0) {
			submitted(td, e, (unsigned int)result / e->record_bytes);
			continue;
		}
		/* No slot or no memory while requests are in flight: fio reaps, and commits again. */
		if ((result == -EAGAIN || result == -ENOMEM) && td->cur_depth > e->nr_queued)
			return 0;
		log_err("aio2: io_submit2: %s (%s)\n", strerror((int)-result), aio2_reason_str(ext.reason));
		return (int)result;
	}
	return 0;
}

/* The results of reaped events; how many there were. */
static unsigned int take(const struct thread_data *td, struct engine *e, size_t bytes)
{
	const bool buffered = !td->o.odirect && !td->o.sync_io;
	const struct io_event2 *event;
	unsigned int taken = 0;

	aio2_for_each_event(event, e->events, bytes) {
		struct io_u *io_u = (struct io_u *)(uintptr_t)event->user_data;

		if (event->res < 0)
			io_u->error = (unsigned int)-event->res;
		else if (io_u->ddir == DDIR_READ || io_u->ddir == DDIR_WRITE)
			io_u->resid = io_u->xfer_buflen - (unsigned long long)event->res;
		if (e->attributes)
			count(&e->totals, event, buffered && io_u->ddir == DDIR_WRITE);
		e->done[e->nr_done++] = io_u;
		taken++;
	}
	return taken;
}

static int engine_getevents(struct thread_data *td, unsigned int min, unsigned int max, const struct timespec *t)
{
	struct engine *e = td->io_ops_data;
	struct aio2_wait wait;
	struct aio2_wait *limit = NULL;

	if (t) {
		aio2_wait_init(&wait, (__u64)t->tv_sec * 1000000000U + (__u64)t->tv_nsec);
		limit = &wait;
	}
	e->nr_done -= e->given;
	memmove(e->done, e->done + e->given, e->nr_done * sizeof(*e->done));
	e->given = 0;
	do {
		/* As many bytes as the missing events take at least: no sleep while enough of them are there. */
		size_t wanted = e->nr_done < min ? (min - e->nr_done) * sizeof(struct io_event2) : 0;
		long result = aio2_reap(e->ctx, &e->ring, e->events, e->event_room, wanted, limit);

		if (result == -EINTR)
			continue;
		if (result < 0)
			return (int)result;
		if (take(td, e, (size_t)result) == 0 && limit)
			break;
	} while (e->nr_done < min);
	e->given = e->nr_done < max ? e->nr_done : max;
	return (int)e->given;
}

static struct io_u *engine_event(struct thread_data *td, int event)
{
	struct engine *e = td->io_ops_data;

	return e->done[event];
}

static void release(struct engine *e)
{
	free(e->batch.buffer);
	free(e->queued);
	free(e->done);
	free(e->events);
	free(e);
}

static void engine_cleanup(struct thread_data *td)
{
	struct engine *e = td->io_ops_data;

	if (!e)
		return;
	io_destroy2(e->ctx);
	aio2_ring_close(&e->ring);
	if (e->attributes)
		report(td->o.name, &e->totals);
	release(e);
	td->io_ops_data = NULL;
}

/* A ring that holds an event of each request, so that none goes by the overflow list. */
static int open_context(struct engine *e, size_t event_bytes)
{
	const __u32 flags = AIO2_SETUP_USER_REAP | AIO2_SETUP_SINGLE_REAPER;
	struct aio2_params params;
	long result;

	memset(&params, 0, sizeof(params));
	params.nr_reqs = e->depth;
	params.ring_bytes = AIO2_RING_BYTES_DEFAULT;
	/* Twice, for the pads at the ring's end and what is reaped while more is submitted. */
	while (params.ring_bytes < 2 * e->depth * event_bytes && params.ring_bytes < AIO2_RING_BYTES_MAX)
		params.ring_bytes *= 2;
	result = io_setup2(AIO2_VERSION, flags, &params, sizeof(params));
	if (result < 0) {
		log_err("aio2: io_setup2: %s\n", strerror((int)-result));
		return (int)-result;
	}
	e->ctx = params.ctx;
	result = aio2_ring_open(&e->ring, &params, flags);
	if (result < 0) {
		log_err("aio2: the ring is of a kind that this engine does not know\n");
		io_destroy2(e->ctx);
	}
	return (int)-result;
}

static int engine_init(struct thread_data *td)
{
	const struct engine_options *o = td->eo;
	struct engine *e = calloc(1, sizeof(*e));
	size_t event_bytes = sizeof(struct io_event2), batch_bytes;
	int error = ENOMEM;

	if (!e)
		return ENOMEM;
	e->depth = td->o.iodepth;
	e->attributes = o->attributes != 0;
	e->record_bytes = sizeof(struct iocb2);
	if (e->attributes) {
		e->record_bytes += 2 * sizeof(struct aio2_attr);
		event_bytes += 2 * sizeof(struct aio2_attr_ret) + sizeof(struct aio2_ret_timing) + sizeof(struct aio2_ret_cache);
	}
	batch_bytes = (size_t)e->depth * e->record_bytes;
	if (batch_bytes > AIO2_SUBMIT_MAX)
		batch_bytes = AIO2_SUBMIT_MAX;
	/* And one event more that a kernel with longer returns may give: it fits by itself. */
	e->event_room = (size_t)e->depth * event_bytes + AIO2_EVENT_MAX;
	aio2_batch_init(&e->batch, malloc(batch_bytes), batch_bytes);
	e->queued = calloc(e->depth, sizeof(*e->queued));
	e->done = calloc(e->depth, sizeof(*e->done));
	e->events = malloc(e->event_room);
	if (e->batch.buffer && e->queued && e->done && e->events)
		error = open_context(e, event_bytes);
	if (error) {
		release(e);
		return error;
	}
	td->io_ops_data = e;
	return 0;
}

/* fio finds the engine by this name. */
struct ioengine_ops ioengine = {
	.name = "aio2",
	.version = FIO_IOOPS_VERSION,
	.flags = FIO_ASYNCIO_SYNC_TRIM | FIO_ASYNCIO_SETS_ISSUE_TIME,
	.init = engine_init,
	.queue = engine_queue,
	.commit = engine_commit,
	.getevents = engine_getevents,
	.event = engine_event,
	.cleanup = engine_cleanup,
	.open_file = generic_open_file,
	.close_file = generic_close_file,
	.get_file_size = generic_get_file_size,
	.options = options,
	.option_struct_size = sizeof(struct engine_options),
};
