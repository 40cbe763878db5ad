/* SPDX-License-Identifier: MIT */
/* Makes a step on one side, reaps what it has brought about, and writes all answers down. */
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define EVENTS 64
/* An address where no context is; the kernel looks there, and so must the library. */
#define NO_CONTEXT 0x10000UL

static unsigned long context_of(const struct side *side, const struct step *step)
{
	return step->context < CONTEXTS ? side->contexts[step->context] : NO_CONTEXT;
}

static int by_data(const void *one, const void *other)
{
	const struct io_event *a = one, *b = other;

	return a->data < b->data ? -1 : a->data > b->data;
}

/* Which of the side's iocbs an event names; -1: none. */
static long index_of(const struct side *side, uint64_t obj)
{
	const uint64_t from = obj - (uint64_t)(uintptr_t)side->iocbs;

	return from % sizeof(struct iocb) == 0 && from / sizeof(struct iocb) < IOCBS ? (long)(from / sizeof(struct iocb)) : -1;
}

static void say_events(struct side *side, struct io_event *events, long count)
{
	long i;

	qsort(events, (size_t)count, sizeof(*events), by_data);
	for (i = 0; i < count; i++)
		say(side, "  event data %llu iocb %ld res %lld res2 %lld\n", (unsigned long long)events[i].data,
		    index_of(side, events[i].obj), (long long)events[i].res, (long long)events[i].res2);
}

/* Takes exactly so many events, which must come; the bound makes a lost one a difference, not a hang. */
static void take(struct side *side, unsigned long context, long count)
{
	struct io_event events[EVENTS];
	struct timespec bound = { 10, 0 };
	long got = 0;

	while (got < count) {
		const long more = side->getevents(context, count - got, EVENTS - got, events + got, &bound);

		if (more <= 0) {
			say(side, "  %ld events of %ld, then %ld\n", got, count, more);
			break;
		}
		got += more;
	}
	say_events(side, events, got);
}

static void say_eventfds(struct side *side)
{
	uint64_t count;
	int i;

	for (i = 0; i < EVENTFDS; i++)
		if (read(side->eventfds[i], &count, sizeof(count)) == sizeof(count))
			say(side, "  eventfd %d: %llu\n", i, (unsigned long long)count);
}

/* The segments stand beside the buffers, which are compared: these hold addresses. */
static uint64_t lay_segments(struct side *side, const struct plan *plan, unsigned place, unsigned char *buffer)
{
	struct iovec *vec = side_pointer(side, plan->iovec, side->segments[place], sizeof(*vec) / 2);
	const size_t part = plan->bytes / plan->nsegs;
	unsigned i;

	if (plan->iovec != P_GOOD)
		return (uint64_t)(uintptr_t)vec;
	for (i = 0; i < plan->nsegs; i++) {
		vec[i].iov_base = buffer + i * part;
		vec[i].iov_len = part;
	}
	return (uint64_t)(uintptr_t)vec;
}

static void fill(struct side *side, const struct plan *plan, unsigned place)
{
	unsigned char *buffer = side_pointer(side, plan->buffer, side->buffers[place], 100);
	struct iocb *iocb = &side->iocbs[plan->iocb];

	memset(iocb, 0, sizeof(*iocb));
	iocb->aio_key = 77;
	iocb->aio_data = plan->data;
	iocb->aio_lio_opcode = (__u16)plan->opcode;
	iocb->aio_fildes = (__u32)side->files[plan->file];
	iocb->aio_offset = (__s64)plan->offset;
	iocb->aio_flags = plan->flags;
	iocb->aio_rw_flags = (__kernel_rwf_t)plan->rw_flags;
	iocb->aio_reqprio = plan->reqprio;
	iocb->aio_reserved2 = plan->reserved2;
	if (plan->flags & IOCB_FLAG_RESFD)
		iocb->aio_resfd = (__u32)(plan->resfd >= 0 ? side->eventfds[plan->resfd]
					  : plan->resfd == -1 ? side->files[F_BUFFERED] : side->files[F_CLOSED]);
	if (plan->is_poll) {
		iocb->aio_buf = plan->mask;
	} else if (plan->nsegs) {
		iocb->aio_buf = lay_segments(side, plan, place, buffer);
		iocb->aio_nbytes = plan->nsegs;
	} else if (plan->opcode != IOCB_CMD_FSYNC && plan->opcode != IOCB_CMD_FDSYNC) {
		iocb->aio_buf = (uint64_t)(uintptr_t)buffer;
		iocb->aio_nbytes = plan->bytes;
	}
}

static int has_fired(const struct state *state, const struct plan *plan)
{
	return state->is_ready[plan->file] && (plan->mask & 1);
}

static void run_submit(struct side *side, const struct state *state, const struct step *step)
{
	struct iocb *pointers[BATCH], **array;
	long result, i, due = 0;

	for (i = 0; i < step->count; i++) {
		fill(side, &step->plans[i], (unsigned)i);
		pointers[i] = side_pointer(side, step->plans[i].self, &side->iocbs[step->plans[i].iocb], 32);
	}
	array = side_pointer(side, step->array, pointers, 8);
	result = side->submit(context_of(side, step), step->nr, array);
	say(side, "submit %ld\n", result);
	for (i = 0; i < result && i < step->count; i++) {
		struct iocb *iocb = &side->iocbs[step->plans[i].iocb];

		due += !step->plans[i].is_poll || has_fired(state, &step->plans[i]);
		say(side, "  key %u\n", iocb->aio_key);
		/* It has been read: nothing that happens to it now matters, but for the key. */
		memset(iocb, 0xaa, sizeof(*iocb));
		iocb->aio_key = 0;
	}
	if (result > 0)
		take(side, context_of(side, step), due);
	say_eventfds(side);
}

static void write_one(const struct side *side, enum file file)
{
	static const uint64_t one = 1;
	const int fd = side->other[file] >= 0 ? side->other[file] : side->files[file];

	DIE_UNLESS(write(fd, &one, sizeof(one)) == sizeof(one));
}

static void empty(const struct side *side, enum file file)
{
	char bytes[64];

	while (read(side->files[file], bytes, sizeof(bytes)) > 0)
		;
}

/* Turns a file ready, which fires the polls on it; or not ready again. */
static void run_ready(struct side *side, const struct state *state, const struct step *step)
{
	unsigned context, i;

	if (state->is_ready[step->ready]) {
		empty(side, step->ready);
		return;
	}
	write_one(side, step->ready);
	for (context = 0; context < CONTEXTS; context++) {
		long due = 0;

		for (i = 0; i < IOCBS; i++)
			due += state->polls[i].is_there && state->polls[i].context == context &&
				state->polls[i].file == step->ready;
		if (due)
			take(side, side->contexts[context], due);
	}
	say_eventfds(side);
}

static void run_cancel(struct side *side, const struct state *state, const struct step *step)
{
	struct iocb *iocb = &side->iocbs[step->cancelled];
	struct io_event result;
	long told;

	memset(&result, 0x55, sizeof(result));
	iocb->aio_key = (__u32)step->key;
	told = side->cancel(context_of(side, step), side_pointer(side, step->array, iocb, 4), &result);
	iocb->aio_key = 0;
	say(side, "cancel %ld, result %s\n", told, result.res == 0x5555555555555555 ? "untouched" : "written");
	if (told == -EINPROGRESS)
		take(side, context_of(side, step), 1);
	(void)state;
	say_eventfds(side);
}

static void run_get(struct side *side, const struct step *step)
{
	struct io_event events[EVENTS];
	struct timespec time = step->time;
	const long got = side->getevents(context_of(side, step), step->min_nr, step->nr, events,
					 side_pointer(side, step->timeout, &time, 8));

	say(side, "getevents %ld\n", got);
	if (got > 0)
		say_events(side, events, got);
}

/* The contexts of the two sides have different addresses: what is compared is whether there is one. */
static void run_setup(struct side *side, const struct step *step)
{
	unsigned long *there = side_pointer(side, step->array, &side->contexts[step->context], 4);
	const long result = side->setup(step->setup_nr, there);

	say(side, "setup %ld, context %s\n", result, side->contexts[step->context] ? "yes" : "no");
}

static void run_destroy(struct side *side, const struct step *step)
{
	unsigned long *context = &side->contexts[step->context];

	say(side, "destroy %ld", side->destroy(*context));
	say(side, ", again %ld\n", side->destroy(*context));
	*context = 0;
	say_eventfds(side);
}

void step_run(struct side *side, const struct state *state, const struct step *step)
{
	side->logged = 0;
	side->log[0] = 0;
	switch (step->kind) {
	case STEP_SUBMIT:
	case STEP_ODD:
	case STEP_POLL:
	case STEP_BAD_SUBMIT:
		run_submit(side, state, step);
		break;
	case STEP_READY:
		run_ready(side, state, step);
		break;
	case STEP_CANCEL:
		run_cancel(side, state, step);
		break;
	case STEP_GET:
	case STEP_BAD_GET:
		run_get(side, step);
		break;
	case STEP_SETUP:
		run_setup(side, step);
		break;
	default:
		run_destroy(side, step);
		break;
	}
}
