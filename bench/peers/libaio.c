/* The AIO of Linux as it is: io_submit and io_getevents through libaio. */
#include "peer.h"
#include <libaio.h>

static void prepare(struct iocb *cb, struct file *f, char *base, long slot, uint64_t op)
{
	char *buf = base + slot * f->size;
	long long offset = (long long)next_offset(&f->blocks);

	if (f->mixed && is_write(op))
		io_prep_pwrite(cb, f->fd, buf, (size_t)f->size, offset);
	else
		io_prep_pread(cb, f->fd, buf, (size_t)f->size, offset);
	cb->data = (void *)slot;
}

static int submit_all(struct work *w, io_context_t ctx, struct iocb **run, long n)
{
	for (long at = 0; at < n; ) {
		int took = io_submit(ctx, n - at, run + at);

		if (took <= 0)
			return fail(w, "io_submit", took);
		at += took;
	}
	return 0;
}

static int loop(struct work *w, io_context_t ctx, struct file *f, char *base)
{
	struct iocb *cbs = calloc((size_t)f->depth, sizeof(*cbs)), **run = calloc((size_t)f->depth, sizeof(*run));
	struct io_event *events = calloc((size_t)f->depth, sizeof(*events));
	uint64_t *starts = calloc((size_t)f->depth, sizeof(*starts)), start, at;
	long *free_slots = calloc((size_t)f->depth, sizeof(*free_slots)), nr_free, submitted = 0, done = 0;
	int err = 0;

	for (nr_free = 0; nr_free < f->depth; nr_free++)
		free_slots[nr_free] = nr_free;
	start = now_ns();
	while (!err && done < w->ops) {
		long n = 0;
		int got;

		at = f->latency ? now_ns() : 0;
		while (nr_free && submitted < w->ops) {
			long slot = free_slots[--nr_free];

			starts[slot] = at;
			prepare(&cbs[slot], f, base, slot, (uint64_t)submitted++);
			run[n++] = &cbs[slot];
		}
		err = submit_all(w, ctx, run, n);
		got = err ? 0 : io_getevents(ctx, 1, f->depth, events, NULL);
		at = f->latency ? now_ns() : 0;
		for (int i = 0; i < got; i++) {
			long slot = (long)events[i].data;

			if ((long)events[i].res != f->size)
				err = fail(w, "transfer", EIO);
			if (f->latency)
				count_latency(w, at - starts[slot]);
			free_slots[nr_free++] = slot;
		}
		done += got;
	}
	w->ns = now_ns() - start;
	free(cbs);
	free(run);
	free(events);
	free(starts);
	free(free_slots);
	return err;
}

static int transfers(struct work *w)
{
	io_context_t ctx = NULL;
	struct file f;
	char *base;
	int err;

	if (open_file(w, &f))
		return -1;
	base = buffers(&f);
	err = io_setup((int)f.depth, &ctx);
	if (err) {
		fail(w, "io_setup", err);
	} else {
		err = loop(w, ctx, &f, base);
		io_destroy(ctx);
	}
	free(base);
	close(f.fd);
	return err ? -1 : 0;
}

static int init_exit(struct work *w)
{
	uint64_t start = now_ns();

	for (long i = 0; i < w->ops; i++) {
		io_context_t ctx = NULL;
		int err = io_setup((int)arg_long(w, "entries", 256), &ctx);

		if (err)
			return fail(w, "io_setup", err);
		io_destroy(ctx);
	}
	w->ns = now_ns() - start;
	return 0;
}

const struct peer peers[] = {
	{ "transfers", transfers },
	{ "init-exit", init_exit },
	{ NULL, NULL },
};
