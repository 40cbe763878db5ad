/* SPDX-License-Identifier: MIT */
/* Drives the same random v1 calls through the kernel's AIO and through libaio2-compat.so and compares what they answer. */
#define _GNU_SOURCE
#include "steps.h"

#include <getopt.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEPS 60
/* A sequence that hangs is killed by SIGALRM: the run fails. */
#define SEQUENCE_SECONDS 60

static const char usage[] =
"differential - the same random v1 calls through the kernel's AIO and through libaio2-compat.so\n"
"\n"
"  --library FILE     the library (default artifacts/native/libaio2-compat.so)\n"
"  --folder DIR       for files; its file system must have O_DIRECT (default .)\n"
"  --shm DIR          for files on tmpfs (default /dev/shm)\n"
"  --seed N           first sequence (default 1)\n"
"  --sequences N      how many (default 200)\n"
"  --verbose          every step and what was answered\n"
"  --differences      print the differences that are meant, as a Markdown table, and stop\n"
"\n"
"Exit code 0: no difference but those; 1: one was found, and is shown; 2: the test could not be made.\n"
"\n"
"  differential --seed 7 --sequences 1 --verbose      look at one sequence\n";

static struct side kernel, compat;
static size_t used[64];
static int verbose;

void state_follow(struct state *state, const struct step *step)
{
	unsigned i;

	switch (step->kind) {
	case STEP_POLL:
		for (i = 0; i < step->count && state->exists[step->context]; i++) {
			const struct plan *plan = &step->plans[i];

			if (state->is_ready[plan->file])
				continue;
			state->polls[plan->iocb].is_there = 1;
			state->polls[plan->iocb].context = step->context;
			state->polls[plan->iocb].file = plan->file;
		}
		break;
	case STEP_READY:
		state->is_ready[step->ready] ^= 1;
		for (i = 0; i < IOCBS; i++)
			if (state->is_ready[step->ready] && state->polls[i].file == step->ready)
				state->polls[i].is_there = 0;
		break;
	case STEP_CANCEL:
		if (state->polls[step->cancelled].context == step->context && !step->key && step->array == P_GOOD)
			state->polls[step->cancelled].is_there = 0;
		break;
	case STEP_SETUP:
		state->exists[step->context] = kernel.contexts[step->context] != 0;
		break;
	case STEP_DESTROY:
		state->exists[step->context] = 0;
		for (i = 0; i < IOCBS; i++)
			if (state->polls[i].context == step->context)
				state->polls[i].is_there = 0;
		break;
	default:
		break;
	}
}

static void print_plan(FILE *to, const struct plan *plan)
{
	fprintf(to, "    { opcode %u, file %s, data %llu, iocb %u at %d, buffer %d, bytes %#llx, offset %lld, segments %u at %d,\n"
		"      rw_flags %#x, flags %#x, ioprio %#x, resfd %d, reserved2 %llu, mask %#llx }\n",
		plan->opcode, file_names[plan->file], (unsigned long long)plan->data, plan->iocb, (int)plan->self,
		(int)plan->buffer, (unsigned long long)plan->bytes, (long long)plan->offset, plan->nsegs, (int)plan->iovec,
		plan->rw_flags, plan->flags, (unsigned)(uint16_t)plan->reqprio, plan->resfd,
		(unsigned long long)plan->reserved2, (unsigned long long)plan->mask);
}

void step_print(FILE *to, const struct step *step)
{
	unsigned i;

	switch (step->kind) {
	case STEP_SETUP:
		fprintf(to, "io_setup(%u, &context[%u] at %d)\n", step->setup_nr, step->context, (int)step->array);
		break;
	case STEP_DESTROY:
		fprintf(to, "io_destroy(context[%u]), twice\n", step->context);
		break;
	case STEP_GET:
	case STEP_BAD_GET:
		fprintf(to, "io_getevents(context[%u], %ld, %ld, events, { %lld, %ld } at %d)\n", step->context, step->min_nr,
			step->nr, (long long)step->time.tv_sec, step->time.tv_nsec, (int)step->timeout);
		break;
	case STEP_CANCEL:
		fprintf(to, "io_cancel(context[%u], iocb %u with key %lu at %d)\n", step->context, step->cancelled, step->key,
			(int)step->array);
		break;
	case STEP_READY:
		fprintf(to, "%s: ready, or not ready again\n", file_names[step->ready]);
		break;
	default:
		fprintf(to, "io_submit(context[%u], %ld, %u iocbs at %d)\n", step->context, step->nr, step->count,
			(int)step->array);
		for (i = 0; i < step->count; i++)
			print_plan(to, &step->plans[i]);
		break;
	}
}

/* Whether the answers are the same, or differ in a way that is meant. */
static int is_fine(const struct step *step)
{
	size_t i;

	if (strcmp(kernel.log, compat.log) == 0 && side_buffers(&kernel) == side_buffers(&compat))
		return 1;
	for (i = 0; i < allowed_count; i++)
		if (allowed[i].is_it(step, kernel.log, compat.log)) {
			used[i]++;
			/* What only the kernel has read must not be found again in the next step. */
			memcpy(compat.buffers, kernel.buffers, BATCH * sizeof(*kernel.buffers));
			return 1;
		}
	return 0;
}

static void show(const struct step *step)
{
	step_print(stdout, step);
	if (strcmp(kernel.log, compat.log) == 0)
		printf("  both:\n%s", kernel.log);
	else
		printf("  kernel:\n%s  compat:\n%s", kernel.log, compat.log);
}

/*
 * The library's calls are made by a thread of its own: what io_uring completes for a thread interrupts the calls of that thread,
 * the kernel's io_getevents among them.
 */
static struct {
	sem_t asked, answered;
	const struct state *state;
	const struct step *step;
} worker;

static void *work(void *unused)
{
	for (;;) {
		sem_wait(&worker.asked);
		step_run(&compat, worker.state, worker.step);
		sem_post(&worker.answered);
	}
	return unused;
}

static void run_compat(const struct state *state, const struct step *step)
{
	worker.state = state;
	worker.step = step;
	sem_post(&worker.asked);
	while (sem_wait(&worker.answered) != 0)
		;
}

static void start_worker(void)
{
	pthread_t thread;

	sem_init(&worker.asked, 0, 0);
	sem_init(&worker.answered, 0, 0);
	DIE_UNLESS(pthread_create(&thread, NULL, work, NULL) == 0);
}

static int run_sequence(uint64_t seed, const char *folder, const char *shm)
{
	struct random random = { seed };
	struct state state;
	struct step step;
	int i, ok = 1;

	memset(&state, 0, sizeof(state));
	alarm(SEQUENCE_SECONDS);
	side_open(&kernel, folder, shm);
	side_open(&compat, folder, shm);
	for (i = 0; i < STEPS && ok; i++) {
		step_draw(&random, &state, &step);
		step_run(&kernel, &state, &step);
		run_compat(&state, &step);
		ok = is_fine(&step);
		if (!ok)
			printf("seed %llu, step %d: a difference%s\n", (unsigned long long)seed, i,
			       strcmp(kernel.log, compat.log) ? "" : " in what the buffers hold");
		if (!ok || verbose)
			show(&step);
		state_follow(&state, &step);
	}
	for (i = 0; i < KEPT_FILES && ok; i++) {
		ok = side_content(&kernel, i) == side_content(&compat, i);
		if (!ok)
			printf("seed %llu: %s differs at the end\n", (unsigned long long)seed, file_names[i]);
	}
	side_close(&compat);
	side_close(&kernel);
	return ok;
}

static void print_differences(void)
{
	size_t i;

	printf("| what | on the kernel | on the library | why |\n|---|---|---|---|\n");
	for (i = 0; i < allowed_count; i++)
		printf("| %s | %s |\n", allowed[i].what, allowed[i].why);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "library", 1, NULL, 'l' }, { "folder", 1, NULL, 'f' }, { "shm", 1, NULL, 'm' }, { "seed", 1, NULL, 's' },
		{ "sequences", 1, NULL, 'n' }, { "verbose", 0, NULL, 'v' }, { "differences", 0, NULL, 'd' },
		{ "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	const char *library = "artifacts/native/libaio2-compat.so", *folder = ".", *shm = "/dev/shm";
	uint64_t seed = 1, count = 200, done, bad = 0;
	int option;
	size_t i;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case 'l': library = optarg; break;
		case 'f': folder = optarg; break;
		case 'm': shm = optarg; break;
		case 's': seed = strtoull(optarg, NULL, 0); break;
		case 'n': count = strtoull(optarg, NULL, 0); break;
		case 'v': verbose = 1; break;
		case 'd': print_differences(); return 0;
		case 'h': fputs(usage, stdout); return 0;
		default: fputs(usage, stderr); return 2;
		}
	}
	signal(SIGPIPE, SIG_IGN);
	side_use_kernel(&kernel);
	side_use_compat(&compat, library);
	start_worker();
	for (done = 0; done < count && bad < 5; done++)
		bad += !run_sequence(seed + done, folder, shm);
	printf("%llu sequences of %d steps from seed %llu: %llu with a difference that is not meant\n", (unsigned long long)done,
	       STEPS, (unsigned long long)seed, (unsigned long long)bad);
	for (i = 0; i < allowed_count; i++)
		printf("  meant, seen %zu times: %s\n", used[i], allowed[i].what);
	return bad != 0;
}
