/*
 * No asynchronous interface at all: preadv in a loop, and on a pool of threads. nowait=1 makes the loop's reads as a submit must,
 * which may not wait: with RWF_NOWAIT.
 */
#include "peer.h"
#include <pthread.h>
#include <sys/uio.h>

static long transfer(struct file *f, char *buf, uint64_t offset, int write, int flags)
{
	struct iovec v = { buf, (size_t)f->size };
	long got = write ? pwritev(f->fd, &v, 1, (off_t)offset) : preadv2(f->fd, &v, 1, (off_t)offset, flags);

	/* a page has left the cache */
	return got < 0 && errno == EAGAIN && flags ? preadv2(f->fd, &v, 1, (off_t)offset, 0) : got;
}

static int in_loop(struct work *w)
{
	const int flags = arg_long(w, "nowait", 0) ? RWF_NOWAIT : 0;
	struct file f;
	uint64_t start, at;
	char *base;
	int err = 0;

	if (open_file(w, &f))
		return -1;
	base = buffers(&f);
	start = now_ns();
	for (long i = 0; !err && i < w->ops; i++) {
		at = f.latency ? now_ns() : 0;
		if (transfer(&f, base + (i % f.depth) * f.size, next_offset(&f.blocks), f.mixed && is_write((uint64_t)i), flags) != f.size)
			err = fail(w, "transfer", errno);
		if (f.latency)
			count_latency(w, now_ns() - at);
	}
	w->ns = now_ns() - start;
	free(base);
	close(f.fd);
	return err;
}

/* One lock for both queues, as a simple pool has: slots wait in todo, come back in done. */
struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work, finished;
	struct file *file;
	char *base;
	uint64_t *offsets;
	char *writes;
	long *todo, *done, nr_todo, nr_done;
	int stop, bad;
};

static void *worker(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		long slot, got;

		while (!p->nr_todo && !p->stop)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->stop)
			break;
		slot = p->todo[--p->nr_todo];
		pthread_mutex_unlock(&p->lock);
		got = transfer(p->file, p->base + slot * p->file->size, p->offsets[slot], p->writes[slot], 0);
		pthread_mutex_lock(&p->lock);
		p->bad |= got != p->file->size;
		p->done[p->nr_done++] = slot;
		pthread_cond_signal(&p->finished);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void drive(struct work *w, struct pool *p, long *free_slots)
{
	struct file *f = p->file;
	long nr_free = f->depth, submitted = 0, done = 0;

	pthread_mutex_lock(&p->lock);
	while (done < w->ops) {
		while (nr_free && submitted < w->ops) {
			long slot = free_slots[--nr_free];

			p->offsets[slot] = next_offset(&f->blocks);
			p->writes[slot] = (char)(f->mixed && is_write((uint64_t)submitted));
			p->todo[p->nr_todo++] = slot;
			submitted++;
			pthread_cond_signal(&p->work);
		}
		while (!p->nr_done)
			pthread_cond_wait(&p->finished, &p->lock);
		done += p->nr_done;
		while (p->nr_done)
			free_slots[nr_free++] = p->done[--p->nr_done];
	}
	p->stop = 1;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
}

static int on_pool(struct work *w)
{
	struct pool p = { .lock = PTHREAD_MUTEX_INITIALIZER, .work = PTHREAD_COND_INITIALIZER, .finished = PTHREAD_COND_INITIALIZER };
	pthread_t threads[16];
	long nr, *free_slots;
	struct file f;
	uint64_t start;

	if (open_file(w, &f))
		return -1;
	p.file = &f;
	p.base = buffers(&f);
	p.offsets = calloc((size_t)f.depth, sizeof(*p.offsets));
	p.writes = calloc((size_t)f.depth, 1);
	p.todo = calloc((size_t)f.depth, sizeof(*p.todo));
	p.done = calloc((size_t)f.depth, sizeof(*p.done));
	free_slots = calloc((size_t)f.depth, sizeof(*free_slots));
	for (long i = 0; i < f.depth; i++)
		free_slots[i] = i;
	for (nr = 0; nr < f.depth && nr < 16; nr++)
		pthread_create(&threads[nr], NULL, worker, &p);
	start = now_ns();
	drive(w, &p, free_slots);
	w->ns = now_ns() - start;
	for (long i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
	free(p.base);
	free(p.offsets);
	free(p.writes);
	free(p.todo);
	free(p.done);
	free(free_slots);
	close(f.fd);
	return p.bad ? fail(w, "transfer", EIO) : 0;
}

const struct peer peers[] = {
	{ "loop", in_loop },
	{ "pool", on_pool },
	{ NULL, NULL },
};
