/* SPDX-License-Identifier: MIT */
/* Steps of a sequence: drawn once from the seed, then made on each side. */
#ifndef STEPS_H
#define STEPS_H

#include "side.h"

struct random {
	uint64_t state;
};

uint64_t draw(struct random *random);
static inline unsigned below(struct random *random, unsigned end)
{
	return (unsigned)(draw(random) % end);
}
static inline int one_in(struct random *random, unsigned n)
{
	return below(random, n) == 0;
}

/* An iocb as both sides get it. */
struct plan {
	unsigned iocb;			/* which of the side's */
	enum file file;
	enum place buffer, iovec, self;
	unsigned opcode, flags, rw_flags, nsegs;
	int16_t reqprio;
	int resfd;			/* an eventfd's index, or below 0: a descriptor that is none */
	uint64_t data, offset, bytes, reserved2, mask;
	int is_poll;
};

enum kind {
	STEP_SUBMIT, STEP_ODD, STEP_POLL, STEP_READY, STEP_CANCEL, STEP_GET, STEP_BAD_GET, STEP_BAD_SUBMIT, STEP_SETUP,
	STEP_DESTROY, STEP_KINDS
};

struct step {
	enum kind kind;
	unsigned context;		/* CONTEXTS: none that exists */
	unsigned count;
	struct plan plans[BATCH];
	enum place array, events, timeout;
	long min_nr, nr;
	struct timespec time;
	unsigned setup_nr;
	enum file ready;
	unsigned cancelled;		/* which iocb */
	unsigned long key;
};

/* What the sequence knows of itself, so that it waits for what must come and never for more. */
struct state {
	uint64_t next_data;
	unsigned next_iocb;
	int exists[CONTEXTS];
	struct {
		int is_there;
		unsigned context;
		enum file file;
		uint64_t mask;
	} polls[IOCBS];
	int is_ready[FILES];
};

void step_draw(struct random *random, struct state *state, struct step *step);
/* Makes the step on a side and writes what it answered into the side's log. */
void step_run(struct side *side, const struct state *state, const struct step *step);
/* After both sides have made it. */
void state_follow(struct state *state, const struct step *step);
void step_print(FILE *to, const struct step *step);

/* The events that polls on a file report now. */
static inline int must_fire(const struct state *state, unsigned iocb)
{
	return state->polls[iocb].is_there && state->is_ready[state->polls[iocb].file] && (state->polls[iocb].mask & 1);
}

/* A difference that is meant. */
struct allowed {
	const char *what, *why;
	int (*is_it)(const struct step *step, const char *kernel, const char *compat);
};

extern const struct allowed allowed[];
extern const size_t allowed_count;

#endif
