/*
 * The line protocol of a peer, and what every peer needs.
 *
 * A peer is one long-lived process, so that two sides can be measured in turn without paying for
 * a start each time. It says "ready", then answers each line
 *
 *	run NAME OPS [key=value]...
 *
 * with "ok NANOSECONDS OPS [bucket:count]..." (set-up and tear-down lie outside of the time), or
 * with "no REASON". It ends when its input does, and leaves SIGINT to the process that asks.
 */
#ifndef AIO2_PEER_H
#define AIO2_PEER_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BUCKETS (64 * 16)

struct work {
	long ops;
	char *args[32];
	int nr_args;
	char reason[160];
	/* answers */
	uint64_t ns;
	uint64_t latency[BUCKETS];
};

/* 0, or -1 with a reason */
typedef int (*run_fn)(struct work *);

struct peer {
	const char *name;
	run_fn run;
};

extern const struct peer peers[];

static inline uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Sixteen buckets to an octave: at most 6.25 % too coarse. The other side counts in the same way. */
static inline void count_latency(struct work *w, uint64_t ns)
{
	unsigned int octave, bucket;

	if (ns < 16) {
		bucket = (unsigned int)ns;
	} else {
		octave = 63 - (unsigned int)__builtin_clzll(ns);
		bucket = (octave - 3) * 16 + (unsigned int)((ns >> (octave - 4)) & 15);
	}
	w->latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static inline const char *arg(struct work *w, const char *key, const char *otherwise)
{
	size_t len = strlen(key);

	for (int i = 0; i < w->nr_args; i++)
		if (!strncmp(w->args[i], key, len) && w->args[i][len] == '=')
			return w->args[i] + len + 1;
	return otherwise;
}

static inline long arg_long(struct work *w, const char *key, long otherwise)
{
	const char *text = arg(w, key, NULL);

	return text ? atol(text) : otherwise;
}

static inline int fail(struct work *w, const char *what, int err)
{
	snprintf(w->reason, sizeof(w->reason), "%s: %s", what, strerror(err < 0 ? -err : err));
	return -1;
}

/*
 * Blocks in an order that looks random, meets each once, and is the same on both sides: a full-period
 * linear congruence modulo the number of blocks, which is a power of two.
 */
struct blocks {
	uint64_t x, mask;
	unsigned int size;
};

static inline uint64_t next_offset(struct blocks *b)
{
	b->x = (b->x * 1664525u + 1013904223u) & b->mask;
	return b->x * b->size;
}

/* Every tenth step of this pattern decides between read and write: 7 of 10 are reads. */
static inline int is_write(uint64_t op)
{
	return (0x248u >> (op % 10)) & 1; /* steps 3, 6 and 9 */
}

struct file {
	int fd;
	struct blocks blocks;
	long depth, size;
	int mixed, latency;
};

static inline int open_file(struct work *w, struct file *f)
{
	const char *path = arg(w, "path", NULL);
	long bytes = arg_long(w, "bytes", 0);
	int flags;

	f->depth = arg_long(w, "depth", 1);
	f->size = arg_long(w, "size", 4096);
	f->mixed = (int)arg_long(w, "mixed", 0);
	f->latency = (int)arg_long(w, "latency", 0);
	flags = (f->mixed ? O_RDWR : O_RDONLY) | (arg_long(w, "direct", 0) ? O_DIRECT : 0);
	f->blocks = (struct blocks){ .mask = (uint64_t)(bytes / f->size - 1), .size = (unsigned int)f->size };
	f->fd = path ? open(path, flags | O_CLOEXEC) : -1;
	if (f->fd < 0)
		return fail(w, path ? path : "no path", errno);
	if (arg_long(w, "cold", 0)) {
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_RANDOM);
		posix_fadvise(f->fd, 0, 0, POSIX_FADV_DONTNEED);
	}
	return 0;
}

static inline void *buffers(struct file *f)
{
	void *p = NULL;

	if (posix_memalign(&p, 4096, (size_t)(f->depth * f->size)))
		return NULL;
	memset(p, 0x5a, (size_t)(f->depth * f->size));
	return p;
}

static int answer(struct work *w)
{
	printf("ok %llu %ld", (unsigned long long)w->ns, w->ops);
	for (int i = 0; i < BUCKETS; i++)
		if (w->latency[i])
			printf(" %d:%llu", i, (unsigned long long)w->latency[i]);
	return putchar('\n');
}

static int serve(char *line)
{
	static struct work w;
	const struct peer *p;
	char *save, *name, *word;

	memset(&w, 0, sizeof(w));
	word = strtok_r(line, " \n", &save);
	name = strtok_r(NULL, " \n", &save);
	if (!word || strcmp(word, "run") || !name)
		return puts("no such request");
	word = strtok_r(NULL, " \n", &save);
	w.ops = word ? atol(word) : 0;
	while (w.nr_args < 32 && (word = strtok_r(NULL, " \n", &save)))
		w.args[w.nr_args++] = word;
	for (p = peers; p->name && strcmp(p->name, name); p++)
		;
	if (!p->name)
		return printf("no peer %s here\n", name);
	if (w.ops <= 0)
		return puts("no operations asked for");
	return p->run(&w) ? printf("no %s\n", w.reason) : answer(&w);
}

int main(void)
{
	char line[8192];

	signal(SIGINT, SIG_IGN);
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		serve(line);
		fflush(stdout);
	}
	return 0;
}

#endif
