/* io_issue2: one iocb, in the caller's thread (ISSUE-1). */
#include "reference.h"

#include <stdlib.h>

/* Waits for the request's file, at most until its deadline. Returns what poll(2) says; 0: the deadline. */
static short wait_for(struct request *request)
{
	struct pollfd one = { .fd = request->fd, .events = poll_events(request) };

	for (;;) {
		uint64_t now = now_ns(), left = request->deadline > now ? request->deadline - now : 0;
		struct timespec ts = { .tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u) };

		if (ppoll(&one, 1, request->deadline == NEVER ? NULL : &ts, NULL) == 1)
			return one.revents;
		if (request->deadline != NEVER && now_ns() >= request->deadline)
			return 0;
	}
}

static int64_t run_waiting(struct request *request)
{
	int64_t res;
	short events = 0;

	if (request->io.opcode == AIO2_OP_POLL)
		begin_attributes(request);
	if (begins_at_once(request) && try_stream(request, &res))
		return res;
	for (;;) {
		if (request->io.opcode == AIO2_OP_POLL || waits(request)) {
			events = wait_for(request);
			if (!events) {
				request->timed_out = true;
				return -ETIME;
			}
		}
		if (request->io.opcode == AIO2_OP_POLL)
			return events;
		if (try_stream(request, &res))
			return res;
	}
}

static int64_t run_here(struct request *request)
{
	const struct attribute *deadline = find_attribute(request, AIO2_ATTR_TYPE_DEADLINE);

	request->submitted = now_ns();
	if (deadline)
		memcpy(&request->deadline, deadline->payload, sizeof request->deadline);
	if (request->deadline > INT64_MAX)
		request->deadline = NEVER;
	if (request->submitted >= request->deadline) {
		request->timed_out = true;
		return -ETIME;
	}
	if (request->hold_error)
		return request->hold_error;
	if (request->io.opcode == AIO2_OP_POLL || is_polled(request))
		return run_waiting(request);
	return run_file(request);
}

static long issue(struct request *request, void *event, size_t event_bytes)
{
	struct refusal r = judge(request, AIO2_EVENT_MAX);
	int64_t res;

	if (r.error)
		return r.error;
	if (is_source(request))
		return -EINVAL;
	if (request->event_bytes > event_bytes)
		return -EMSGSIZE;
	if (!can_write(event, request->event_bytes))
		return -EFAULT;
	res = run_here(request);
	lock();
	finish(request, res);
	unlock();
	return copy_out(event, request->event, request->event_bytes) ? (long)request->event_bytes : -EFAULT;
}

long io_issue2(const void *iocb, size_t iocb_bytes, void *event, size_t event_bytes, __u32 flags)
{
	unsigned char copy[AIO2_IOCB_MAX];
	struct request *request;
	uint32_t bytes;
	long done;

	if (flags)
		return -EINVAL;
	if (iocb_bytes < sizeof(struct iocb2) || iocb_bytes > sizeof copy)
		return -EINVAL;
	if (!copy_in(copy, iocb, iocb_bytes))
		return -EFAULT;
	/* A pointer like the other: as far as any event goes. The whole of it is tested behind the record. */
	if (!can_write(event, event_bytes < sizeof(struct io_event2) ? event_bytes : sizeof(struct io_event2)))
		return -EFAULT;
	memcpy(&bytes, copy, sizeof bytes);
	if (bytes != iocb_bytes || bytes % AIO2_ALIGN)
		return -EINVAL;
	request = request_new(copy, bytes);
	if (!request)
		return -ENOMEM;
	done = issue(request, event, event_bytes);
	request_free(request);
	return done;
}
