/* SPDX-License-Identifier: MIT */
/* Draws steps. Transfers of one batch touch different bytes, so that the order in which they are made cannot be seen. */
#include "steps.h"

#include <errno.h>
#include <string.h>

#define REGION 16384

uint64_t draw(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned new_iocb(struct state *state)
{
	/* One that no poll in flight is known by. */
	do
		state->next_iocb = (state->next_iocb + 1) % IOCBS;
	while (state->polls[state->next_iocb].is_there);
	return state->next_iocb;
}

static void draw_signal(struct random *random, struct plan *plan)
{
	if (one_in(random, 4)) {
		plan->flags |= IOCB_FLAG_RESFD;
		plan->resfd = (int)below(random, EVENTFDS);
	}
	if (one_in(random, 6)) {
		plan->flags |= IOCB_FLAG_IOPRIO;
		plan->reqprio = (int16_t)(2 << 13 | (int)below(random, 8));
	}
	/* Bits that v1 has no meaning for are taken. */
	if (one_in(random, 12))
		plan->flags |= 0x80;
}

/* A transfer that both sides accept, or an fsync. */
static void draw_transfer(struct random *random, struct state *state, struct plan *plan, unsigned place, int is_read)
{
	static const enum file readable[] = { F_BUFFERED, F_READ_ONLY, F_DIRECT, F_TMPFS, F_ZERO, F_NULL };
	static const enum file writable[] = { F_BUFFERED, F_WRITE_ONLY, F_DIRECT, F_TMPFS, F_NULL };

	memset(plan, 0, sizeof(*plan));
	plan->iocb = new_iocb(state);
	plan->data = ++state->next_data;
	plan->file = is_read ? readable[below(random, 6)] : writable[below(random, 5)];
	draw_signal(random, plan);
	if (one_in(random, 10)) {
		plan->opcode = one_in(random, 2) ? IOCB_CMD_FSYNC : IOCB_CMD_FDSYNC;
		plan->file = one_in(random, 2) ? F_BUFFERED : F_TMPFS;
		return;
	}
	plan->offset = (uint64_t)(below(random, FILE_BYTES / REGION / BATCH) * BATCH + place) * REGION;
	plan->bytes = 1 + below(random, 8192);
	if (plan->file == F_DIRECT && !one_in(random, 6))
		plan->bytes = 512 * (1 + below(random, 16));
	else if (plan->file != F_DIRECT)
		plan->offset += below(random, 4096);
	if (is_read && one_in(random, 10))
		plan->offset += FILE_BYTES - 4 * REGION;
	if (one_in(random, 12))
		plan->bytes = 0;
	if (one_in(random, 12))
		plan->buffer = 1 + below(random, P_STRADDLE);
	/* A transfer that fails in the middle has moved as much as the way it was made: only whole failures compare. */
	if (plan->buffer == P_STRADDLE || plan->buffer == P_KERNEL)
		plan->buffer = P_UNMAPPED;
	plan->nsegs = one_in(random, 3) ? 1 + below(random, 4) : 0;
	plan->opcode = is_read ? (plan->nsegs ? IOCB_CMD_PREADV : IOCB_CMD_PREAD) : (plan->nsegs ? IOCB_CMD_PWRITEV : IOCB_CMD_PWRITE);
	if (one_in(random, 6))
		plan->rw_flags = 1u << below(random, 3);
}

/* One that a test of v1's would refuse, or of a kind that the others do not have; alone in its batch. */
static void draw_odd(struct random *random, struct state *state, struct plan *plan)
{
	draw_transfer(random, state, plan, 0, (int)below(random, 2));
	plan->file = below(random, ODD_FILES);
	if (plan->opcode == IOCB_CMD_FSYNC || plan->opcode == IOCB_CMD_FDSYNC) {
		if (one_in(random, 4))
			plan->offset = 8;
		return;
	}
	switch (below(random, 9)) {
	case 0:
		plan->opcode = below(random, 12);
		/* Else the addresses in the segments might be what is written. */
		plan->nsegs = 0;
		/* A poll might be a good one, and never end. */
		plan->opcode += plan->opcode == IOCB_CMD_POLL;
		break;
	case 1:
		plan->reserved2 = 1;
		break;
	case 2:
		plan->bytes = draw(random) | 1ull << (62 + below(random, 2));
		plan->nsegs = 0;
		plan->opcode = IOCB_CMD_PWRITE;
		plan->buffer = P_UNMAPPED;
		plan->file = F_BUFFERED;
		break;
	case 3:
		plan->offset = 0 - draw(random) % 3 - 1;
		break;
	case 4:
		/* One that is not known to both must not write. */
		plan->rw_flags = 1u << below(random, 32);
		if (plan->rw_flags > 0x10)
			plan->opcode = plan->nsegs ? IOCB_CMD_PREADV : IOCB_CMD_PREAD;
		plan->file = below(random, F_TMPFS + 1);
		break;
	case 5:
		plan->flags |= IOCB_FLAG_IOPRIO;
		plan->reqprio = (int16_t)draw(random);
		break;
	case 6:
		plan->flags |= IOCB_FLAG_RESFD;
		plan->resfd = -1 - (int)below(random, 2);
		break;
	case 7:
		plan->buffer = below(random, P_STRADDLE);
		plan->iovec = below(random, PLACES);
		break;
	default:
		break;
	}
}

static void draw_poll(struct random *random, struct state *state, struct plan *plan)
{
	static const enum file polled[] = { F_PIPE_READ, F_EVENTFD, F_SOCKET };

	memset(plan, 0, sizeof(*plan));
	plan->iocb = new_iocb(state);
	plan->data = ++state->next_data;
	plan->opcode = IOCB_CMD_POLL;
	plan->file = polled[below(random, 3)];
	plan->mask = 1 | (one_in(random, 3) ? 0x40 : 0);
	plan->is_poll = 1;
	draw_signal(random, plan);
}

static void draw_get(struct random *random, struct step *step)
{
	static const struct timespec times[] = { { 0, 0 }, { 0, 1000 }, { 0, 300000 } };

	/* Nothing is there: it ends by its time, or does not wait. */
	step->nr = below(random, 10);
	step->min_nr = below(random, (unsigned)step->nr + 1);
	step->time = times[below(random, 3)];
	step->timeout = step->min_nr == 0 && one_in(random, 3) ? P_NULL : P_GOOD;
}

static void draw_bad_get(struct random *random, struct step *step)
{
	draw_get(random, step);
	switch (below(random, 4)) {
	case 0:
		step->min_nr = step->nr + 1;
		break;
	case 1:
		step->min_nr = -1;
		break;
	case 2:
		step->timeout = one_in(random, 2) ? P_UNMAPPED : P_KERNEL;
		break;
	default:
		step->context = CONTEXTS;
		break;
	}
}

static void draw_setup(struct random *random, struct state *state, struct step *step)
{
	static const unsigned sizes[] = { 0, 1, 7, 128, 1000, 65537, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	step->setup_nr = sizes[below(random, sizeof(sizes) / sizeof(sizes[0]))];
	step->array = one_in(random, 4) ? 1 + below(random, P_STRADDLE - 1) : P_GOOD;
}

static void draw_batch(struct random *random, struct state *state, struct step *step)
{
	const int is_read = (int)below(random, 2);
	unsigned i;

	step->count = 1 + below(random, BATCH);
	for (i = 0; i < step->count; i++)
		draw_transfer(random, state, &step->plans[i], i, is_read);
}

static void draw_bad_submit(struct random *random, struct state *state, struct step *step)
{
	draw_batch(random, state, step);
	switch (below(random, 5)) {
	case 0:
		step->context = CONTEXTS;
		break;
	case 1:
		step->nr = -1;
		return;
	case 2:
		step->nr = 0;
		step->array = below(random, P_STRADDLE);
		return;
	case 3:
		step->array = 1 + below(random, P_STRADDLE);
		break;
	default:
		step->plans[below(random, step->count)].self = 1 + below(random, P_STRADDLE);
		break;
	}
	step->nr = step->count;
}

void step_draw(struct random *random, struct state *state, struct step *step)
{
	static const unsigned weights[STEP_KINDS] = { 30, 24, 12, 10, 8, 6, 6, 8, 4, 2 };
	unsigned at = below(random, 110), i;

	memset(step, 0, sizeof(*step));
	for (step->kind = 0; at >= weights[step->kind]; step->kind++)
		at -= weights[step->kind];
	step->context = below(random, CONTEXTS);
	if (!state->exists[step->context] && step->kind != STEP_DESTROY && !one_in(random, 16)) {
		step->kind = STEP_SETUP;
		draw_setup(random, state, step);
		return;
	}
	switch (step->kind) {
	case STEP_SUBMIT:
		draw_batch(random, state, step);
		step->nr = step->count;
		break;
	case STEP_ODD:
		step->count = 1;
		step->nr = 1;
		draw_odd(random, state, &step->plans[0]);
		break;
	case STEP_POLL:
		step->count = 1 + below(random, 3);
		step->nr = step->count;
		for (i = 0; i < step->count; i++)
			draw_poll(random, state, &step->plans[i]);
		break;
	case STEP_READY:
		step->ready = one_in(random, 2) ? F_EVENTFD : one_in(random, 2) ? F_PIPE_READ : F_SOCKET;
		break;
	case STEP_CANCEL:
		step->cancelled = below(random, IOCBS);
		step->key = one_in(random, 6);
		step->array = one_in(random, 6) ? 1 + below(random, P_STRADDLE) : P_GOOD;
		break;
	case STEP_GET:
		draw_get(random, step);
		break;
	case STEP_BAD_GET:
		draw_bad_get(random, step);
		break;
	case STEP_BAD_SUBMIT:
		draw_bad_submit(random, state, step);
		break;
	case STEP_SETUP:
		draw_setup(random, state, step);
		break;
	default:
		break;
	}
}
