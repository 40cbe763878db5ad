/* SPDX-License-Identifier: MIT */
/* The differences that are meant: the only list of them. docs/compat.md carries it as `differential --differences` prints it. */
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

/* A pair of answers, line by line. */
struct pair {
	const char *kernel, *compat;
};

static int next(struct pair *pair, char *kernel, char *compat, size_t room)
{
	const size_t one = strcspn(pair->kernel, "\n"), other = strcspn(pair->compat, "\n");

	if (!*pair->kernel || !*pair->compat || one >= room || other >= room)
		return 0;
	memcpy(kernel, pair->kernel, one);
	memcpy(compat, pair->compat, other);
	kernel[one] = compat[other] = 0;
	pair->kernel += one + 1;
	pair->compat += other + 1;
	return 1;
}

/* The kernel refuses; compat takes the request, and its event is a failure. */
static int is_refused_later(const char *kernel, const char *compat, long refusal, long result)
{
	const char *event = strstr(compat, " res ");
	char want[64];

	snprintf(want, sizeof(want), "submit %ld\n", refusal);
	if (strcmp(kernel, want) != 0 || strncmp(compat, "submit 1\n", 9) != 0 || !event)
		return 0;
	snprintf(want, sizeof(want), " res %ld ", result);
	return strncmp(event, want, strlen(want)) == 0;
}

struct event {
	unsigned long long data;
	long iocb, res, res2;
};

static int read_event(const char *line, struct event *event)
{
	return sscanf(line, "  event data %llu iocb %ld res %ld res2 %ld", &event->data, &event->iocb, &event->res, &event->res2) == 4;
}

/* Whether the answers are the same but for results of events that a test finds right. */
static int differ_in_results(const struct step *step, const char *kernel, const char *compat,
			     int (*is_right)(const struct step *step, const struct event *kernel, const struct event *compat))
{
	struct pair pair = { kernel, compat };
	char one[200], other[200];
	struct event events[2];

	while (next(&pair, one, other, sizeof(one))) {
		if (strcmp(one, other) == 0)
			continue;
		if (!read_event(one, &events[0]) || !read_event(other, &events[1]) || events[0].data != events[1].data ||
		    events[0].iocb != events[1].iocb || events[0].res2 != events[1].res2 ||
		    !is_right(step, &events[0], &events[1]))
			return 0;
	}
	return !*pair.kernel && !*pair.compat;
}

static const struct plan *plan_of(const struct step *step, const struct event *event)
{
	unsigned i;

	for (i = 0; i < step->count; i++)
		if (step->plans[i].data == event->data)
			return &step->plans[i];
	return NULL;
}

static int has_fewer_bits(const struct step *step, const struct event *kernel, const struct event *compat)
{
	return step->kind == STEP_READY && compat->res > 0 && (kernel->res & compat->res) == compat->res;
}

static int is_poll_of_fewer_bits(const struct step *step, const char *kernel, const char *compat)
{
	return differ_in_results(step, kernel, compat, has_fewer_bits);
}

static int is_cut(const struct step *step, const struct event *kernel, const struct event *compat)
{
	const struct plan *plan = plan_of(step, compat);

	return plan && plan->file == F_ZERO && compat->res > 0 && compat->res < kernel->res;
}

static int is_cut_device(const struct step *step, const char *kernel, const char *compat)
{
	return differ_in_results(step, kernel, compat, is_cut);
}

static int would_wait(const struct step *step, const struct event *kernel, const struct event *compat)
{
	const struct plan *plan = plan_of(step, compat);

	return plan && plan->rw_flags == RWF_NOWAIT && kernel->res == -EOPNOTSUPP &&
		(compat->res == -EAGAIN || (compat->res == 0 && plan->bytes == 0));
}

static int is_nowait(const struct step *step, const char *kernel, const char *compat)
{
	return differ_in_results(step, kernel, compat, would_wait) ||
		(step->kind == STEP_ODD && step->plans[0].rw_flags == RWF_NOWAIT &&
		 (is_refused_later(kernel, compat, -EOPNOTSUPP, -EOPNOTSUPP) ||
		  is_refused_later(kernel, compat, -EOPNOTSUPP, -EAGAIN)));
}

static int is_of(const struct step *step, enum file file)
{
	return step->kind == STEP_ODD && step->plans[0].file == file;
}

static int is_directory(const struct step *step, const char *kernel, const char *compat)
{
	return is_of(step, F_DIRECTORY) && is_refused_later(kernel, compat, -EINVAL, 0);
}

static int is_new_flag(const struct step *step, const char *kernel, const char *compat)
{
	return step->kind == STEP_ODD && step->plans[0].rw_flags > RWF_APPEND && strncmp(kernel, "submit ", 7) == 0 &&
		strcmp(compat, "submit -95\n") == 0;
}

const struct allowed allowed[] = {
	{
		"read of no bytes from a directory | `io_submit`: `-EINVAL` | event: 0",
		"v2 asks no file what it is before the transfer does",
		is_directory,
	},
	{
		"`RWF_*` flags after `RWF_APPEND` | as the kernel and the file have them | `io_submit`: `-EOPNOTSUPP`",
		"v2 has no such flags; this is what a kernel before them answers",
		is_new_flag,
	},
	{
		"event of a poll that had to wait | every bit of the wake-up, asked for or not | those asked for",
		"the kernel passes on what woke it; a program tests the bits that it asked for, and those are the same",
		is_poll_of_fewer_bits,
	},
	{
		"`RWF_NOWAIT` on a file that knows nothing of it | `io_submit` or event: `-EOPNOTSUPP` | event: that, or `-EAGAIN`; 0 for no bytes",
		"io_uring answers so; a program does the same with both, it goes another way",
		is_nowait,
	},
	{
		"long read of a character device, such as `/dev/zero` | whole | may be short",
		"such devices stop early when a completion interrupts the thread, as they do for a signal; files do not",
		is_cut_device,
	},
};

const size_t allowed_count = sizeof(allowed) / sizeof(allowed[0]);
