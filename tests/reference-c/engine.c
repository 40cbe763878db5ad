/*
 * Who runs requests: a few threads take files from a queue, one more polls all that waits and keeps the deadlines. They
 * start with the first request that needs them (DESTROY-2).
 */
#include "reference.h"

#include <sys/eventfd.h>
#include <stdlib.h>

#define WORKERS 4
#define STACK_BYTES (256 * 1024)

static struct request *queue, *queue_end;
static struct request *waiting, *waiting_end;
static pthread_cond_t queued = PTHREAD_COND_INITIALIZER;
static bool started;
static int wake_fd = -1;
static struct request **watched;
static struct pollfd *polled;
static unsigned nwaiting, nwatched, room;

bool cancellable(const struct request *request)
{
	return request->place == PLACE_QUEUE || request->place == PLACE_WAIT;
}

static void append(struct request **first, struct request **last, struct request *request)
{
	request->line = NULL;
	if (*first)
		(*last)->line = request;
	else
		*first = request;
	*last = request;
}

static void take_out(struct request **first, struct request **last, struct request *request)
{
	struct request **link = first, *before = NULL;

	for (; *link != request; link = &(*link)->line)
		before = *link;
	*link = request->line;
	if (*last == request)
		*last = before;
}

void engine_wake(void)
{
	if (wake_fd >= 0)
		eventfd_write_one(wake_fd);
}

/* The request is taken from where it waits; it has not begun, or not moved a byte (CANCEL-1). */
bool engine_stop(struct request *request)
{
	if (!cancellable(request))
		return false;
	if (request->place == PLACE_QUEUE) {
		take_out(&queue, &queue_end, request);
	} else {
		take_out(&waiting, &waiting_end, request);
		nwaiting--;
		if (request->watched >= 0)
			watched[request->watched] = NULL;
		engine_wake();
	}
	request->place = PLACE_NOWHERE;
	return true;
}

/* The result is decided: the file is let go, returns are filled, and the event takes its place. */
void finish(struct request *request, int64_t res)
{
	request->res = res;
	request->completed = now_ns();
	if (!request->begun)
		request->issued = request->completed;
	let_go(request);
	fill_returns(request);
	if (request->ctx)
		post(request);
	pthread_cond_broadcast(&changed);
}

/* Requests that a walk stops are finished behind it: a finished one may free what the walk would come to next. */
void stop_into(struct request **stopped, struct request *request)
{
	while (*stopped)
		stopped = &(*stopped)->line;
	*stopped = request;
	request->line = NULL;
}

void finish_all(struct request *stopped, int64_t res)
{
	while (stopped) {
		struct request *request = stopped;

		stopped = request->line;
		finish(request, res);
	}
}

static void end(struct request *request, int64_t res)
{
	struct context *ctx = request->ctx;

	finish(request, res);
	end_pass(ctx);
}

static void *worker(void *nothing)
{
	struct request *request;
	int64_t res;

	lock();
	for (;;) {
		while (!queue)
			pthread_cond_wait(&queued, &big_lock);
		request = queue;
		take_out(&queue, &queue_end, request);
		request->place = PLACE_RUN;
		unlock();
		res = run_file(request);
		lock();
		end(request, res);
	}
	return nothing;
}

static bool passed(const struct request *request, uint64_t now)
{
	return now >= request->deadline;
}

/* Past its deadline a request is cancelled, if it can be; the nearest of the others is returned. */
static uint64_t keep_deadlines(void)
{
	uint64_t now = now_ns(), nearest = NEVER;

	for (struct context *ctx = contexts; ctx; ctx = ctx->next) {
		struct request *late = NULL;

		for (struct request *r = ctx->first; r; r = r->next) {
			if (r->deadline == NEVER || !cancellable(r))
				continue;
			if (passed(r, now)) {
				engine_stop(r);
				r->timed_out = true;
				stop_into(&late, r);
			} else if (r->deadline < nearest) {
				nearest = r->deadline;
			}
		}
		finish_all(late, -ETIME);
		end_pass(ctx);
	}
	return nearest;
}

static bool poll_set_fits(void)
{
	unsigned want = nwaiting + 1;
	void *grown;

	if (want <= room)
		return true;
	grown = realloc(polled, 2 * want * sizeof *polled);
	if (!grown)
		return false;
	polled = grown;
	grown = realloc(watched, 2 * want * sizeof *watched);
	if (!grown)
		return false;
	watched = grown;
	room = 2 * want;
	return true;
}

static void fill_poll_set(void)
{
	polled[0] = (struct pollfd){ .fd = wake_fd, .events = POLLIN };
	watched[0] = NULL;
	nwatched = 1;
	for (struct request *r = waiting; r; r = r->line) {
		r->watched = (int)nwatched;
		watched[nwatched] = r;
		polled[nwatched++] = is_source(r) ? (struct pollfd){ .fd = r->edges, .events = POLLIN }
						  : (struct pollfd){ .fd = r->fd, .events = poll_events(r) };
	}
}

/* Something happened on the request's file. */
static void ready(struct request *request, short events)
{
	int64_t res = events;

	if (is_source(request)) {
		look_at_source(request);
		end_pass(request->ctx);
		return;
	}
	if (request->io.opcode != AIO2_OP_POLL && !try_stream(request, &res))
		return;
	engine_stop(request);
	end(request, res);
}

static void look(void)
{
	uint64_t count;

	if (polled[0].revents && read(wake_fd, &count, sizeof count) < 0)
		return;
	for (unsigned i = 1; i < nwatched; i++)
		if (watched[i] && polled[i].revents)
			ready(watched[i], polled[i].revents);
}

/* What need not wait is tried at once, in this thread: a SIGPIPE is then nobody's. */
static void try_at_once(void)
{
	for (struct request *r = waiting, *next; r; r = next) {
		next = r->line;
		if (r->io.opcode != AIO2_OP_POLL && !r->begun && !waits(r))
			ready(r, 0);
	}
}

static void *waiter_thread(void *nothing)
{
	struct timespec ts;
	uint64_t nearest, now;

	lock();
	for (;;) {
		try_at_once();
		nearest = keep_deadlines();
		if (!poll_set_fits()) {
			unlock();
			usleep(1000);
			lock();
			continue;
		}
		fill_poll_set();
		now = now_ns();
		now = nearest > now ? nearest - now : 0;
		ts = (struct timespec){ .tv_sec = (time_t)(now / 1000000000u), .tv_nsec = (long)(now % 1000000000u) };
		unlock();
		ppoll(polled, nwatched, nearest == NEVER ? NULL : &ts, NULL);
		lock();
		look();
		for (struct request *r = waiting; r; r = r->line)
			r->watched = -1;
		nwatched = 0;
	}
	return nothing;
}

static bool start_thread(void *(*run)(void *))
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, &attr, run, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return !failed;
}

bool engine_ready(void)
{
	static int threads;

	if (!started)
		threads = 0;
	started = true;
	if (wake_fd < 0)
		wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return false;
	while (threads <= WORKERS && start_thread(threads == 0 ? waiter_thread : worker))
		threads++;
	return threads > 1;
}

/* After fork no thread is left. */
void engine_forget(void)
{
	queue = waiting = NULL;
	nwaiting = nwatched = room = 0;
	watched = NULL;
	polled = NULL;
	started = false;
	if (wake_fd >= 0)
		close(wake_fd);
	wake_fd = -1;
	pthread_cond_init(&queued, NULL);
}

static void start_waiting(struct request *request)
{
	request->place = PLACE_WAIT;
	append(&waiting, &waiting_end, request);
	nwaiting++;
	engine_wake();
}

/* An accepted request begins, or waits for its turn. */
void engine_start(struct request *request)
{
	short events;

	if (passed(request, request->submitted)) {
		request->timed_out = true;
		finish(request, -ETIME);
	} else if (request->hold_error) {
		finish(request, request->hold_error);
	} else if (request->io.opcode == AIO2_OP_NOP) {
		finish(request, run_file(request));
	} else if (is_source(request)) {
		begin_attributes(request);
		if (arm_source(request))
			start_waiting(request);
		else
			finish(request, -ENOMEM);
	} else if (request->io.opcode == AIO2_OP_POLL) {
		begin_attributes(request);
		events = poll_now(request);
		if (events)
			finish(request, events);
		else
			start_waiting(request);
	} else if (begins_at_once(request) && waits(request)) {
		int64_t res;

		if (try_stream(request, &res))
			finish(request, res);
		else
			start_waiting(request);
	} else if (is_polled(request)) {
		start_waiting(request);
	} else {
		request->place = PLACE_QUEUE;
		append(&queue, &queue_end, request);
		pthread_cond_signal(&queued);
		if (request->deadline != NEVER)
			engine_wake();
	}
}
