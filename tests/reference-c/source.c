/* POLL with MULTI and LEVEL: sources that live until somebody cancels them (SUBMIT-8). */
#include "reference.h"

#include <sys/epoll.h>

#define EPOLL_BITS (POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLRDBAND | POLLWRNORM | POLLWRBAND | POLLRDHUP)

bool is_source(const struct request *request)
{
	return request->io.opcode == AIO2_OP_POLL && request->io.flags & (AIO2_IOCB_MULTI | AIO2_IOCB_LEVEL);
}

static bool is_level(const struct request *request)
{
	return request->io.opcode == AIO2_OP_POLL && request->io.flags & AIO2_IOCB_LEVEL;
}

short poll_now(const struct request *request)
{
	struct pollfd one = { .fd = request->fd, .events = poll_events(request) };

	return poll(&one, 1, 0) == 1 ? one.revents : 0;
}

/* An event with MORE has no returns; one that waits on the list takes the edge in (N edges give 1 to N events). */
static void give_more(struct request *request, uint32_t mask)
{
	struct request *more = request->more;
	struct io_event2 e = { .bytes = sizeof e, .flags = AIO2_EVENT_MORE, .user_data = request->io.user_data };

	if (request->more_listed)
		memcpy(&e, more->event, sizeof e);
	e.res |= mask;
	memcpy(more->event, &e, sizeof e);
	if (request->more_listed)
		return;
	more->ctx = request->ctx;
	request->more_listed = true;
	put(more);
}

static void edge(struct request *request, uint32_t mask)
{
	struct context *ctx = request->ctx;

	if (is_level(request)) {
		ctx->to_signal = true;
		wake_waiters(ctx);
	} else {
		give_more(request, mask);
	}
}

/* The edges since the last look: an epoll set of the request's own keeps them. */
void look_at_source(struct request *request)
{
	struct epoll_event e;

	if (request->edges >= 0 && epoll_wait(request->edges, &e, 1, 0) == 1)
		edge(request, e.events);
}

/* Armed when io_submit2 returns; what is ready then is the first edge. What has no poll method has no other. */
bool arm_source(struct request *request)
{
	struct epoll_event e = { .events = ((uint32_t)request->io.len & EPOLL_BITS) | EPOLLET };
	short mask;

	request->edges = epoll_create1(EPOLL_CLOEXEC);
	if (request->edges < 0)
		return false;
	if (epoll_ctl(request->edges, EPOLL_CTL_ADD, request->fd, &e) == 0) {
		look_at_source(request);
		return true;
	}
	close(request->edges);
	request->edges = -1;
	mask = poll_now(request);
	if (mask)
		edge(request, (uint32_t)mask);
	return true;
}

/* The source whose turn it is: the first behind the last served that is ready, each at most once in a call. */
static struct request *next_ready(struct context *ctx, uint64_t *turn, uint64_t last, bool *round, short *mask)
{
	for (;;) {
		struct request *r = ctx->first;

		while (r && !(is_level(r) && r->place == PLACE_WAIT && r->id > *turn))
			r = r->next;
		if (!r && !*round) {
			*round = true;
			*turn = 0;
			continue;
		}
		if (!r || (*round && r->id > last))
			return NULL;
		*turn = r->id;
		*mask = poll_now(r);
		if (*mask)
			return r;
	}
}

/* How many readings of 24 bytes there are, at most so many. */
uint64_t count_readings(struct context *ctx, uint64_t most)
{
	uint64_t turn = ctx->served, n = 0;
	bool round = false;
	short mask;

	while (n < most && next_ready(ctx, &turn, ctx->served, &round, &mask))
		n++;
	return n;
}

/* Readings behind the events, as far as they fit. Bytes of them; *fault: the buffer ends before. */
uint64_t take_readings(struct context *ctx, char *to, uint64_t room, bool *fault)
{
	uint64_t turn = ctx->served, last = ctx->served, done = 0;
	bool round = false;
	struct request *r;
	short mask;

	*fault = false;
	while (room - done >= sizeof(struct io_event2) && (r = next_ready(ctx, &turn, last, &round, &mask))) {
		struct io_event2 e = { .bytes = sizeof e, .flags = AIO2_EVENT_LEVEL, .user_data = r->io.user_data, .res = mask };

		*fault = !copy_out(to + done, &e, sizeof e);
		if (*fault)
			break;
		done += sizeof e;
		ctx->served = r->id;
	}
	return done;
}
