/* Raw io_uring through liburing: NOP, reads, set-up and tear-down, reaping, an eventfd loop. */
#include "peer.h"
#include <liburing.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* defer=1: the fastest way that io_uring knows, one thread that runs completions in its own calls. */
static int init(struct work *w, struct io_uring *ring, unsigned int entries)
{
	struct io_uring_params p = { 0 };
	int err;

	if (arg_long(w, "defer", 0))
		p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	err = io_uring_queue_init_params(entries, ring, &p);
	return err ? fail(w, "io_uring_queue_init", err) : 0;
}

static unsigned int reap(struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	io_uring_for_each_cqe(ring, head, cqe)
		n++;
	io_uring_cq_advance(ring, n);
	return n;
}

static int nop(struct work *w)
{
	unsigned int depth = (unsigned int)arg_long(w, "depth", 1);
	struct io_uring ring;
	uint64_t start;
	long done = 0;

	if (init(w, &ring, depth))
		return -1;
	start = now_ns();
	while (done < w->ops) {
		for (unsigned int i = 0; i < depth; i++)
			io_uring_prep_nop(io_uring_get_sqe(&ring));
		io_uring_submit_and_wait(&ring, depth);
		done += reap(&ring);
	}
	w->ns = now_ns() - start;
	w->ops = done;
	io_uring_queue_exit(&ring);
	return 0;
}

/* Only the reaping is in the time: what one event costs the user's side. */
static int reaping(struct work *w)
{
	const unsigned int depth = 1024;
	struct io_uring ring;
	long done = 0;

	if (init(w, &ring, depth))
		return -1;
	while (done < w->ops) {
		struct io_uring_cqe *cqe;
		unsigned int head, n = 0;
		uint64_t start, sum = 0;

		for (unsigned int i = 0; i < depth; i++) {
			struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);

			io_uring_prep_nop(sqe);
			sqe->user_data = i;
		}
		io_uring_submit_and_wait(&ring, depth);
		start = now_ns();
		io_uring_for_each_cqe(&ring, head, cqe) {
			sum += cqe->user_data + (uint64_t)(int64_t)cqe->res;
			n++;
		}
		io_uring_cq_advance(&ring, n);
		w->ns += now_ns() - start;
		__asm__ volatile("" :: "r"(sum));
		done += n;
	}
	w->ops = done;
	io_uring_queue_exit(&ring);
	return 0;
}

static int init_exit(struct work *w)
{
	uint64_t start = now_ns();

	for (long i = 0; i < w->ops; i++) {
		struct io_uring ring;

		if (init(w, &ring, (unsigned int)arg_long(w, "entries", 256)))
			return -1;
		io_uring_queue_exit(&ring);
	}
	w->ns = now_ns() - start;
	return 0;
}

static int eventfd_loop(struct work *w)
{
	unsigned int depth = (unsigned int)arg_long(w, "depth", 1);
	struct epoll_event ev = { .events = EPOLLIN }, got;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), ep = epoll_create1(EPOLL_CLOEXEC), err = 0;
	struct io_uring ring;
	uint64_t start, count;
	long done = 0;

	if (init(w, &ring, depth))
		return -1;
	if (io_uring_register_eventfd(&ring, fd) || epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev))
		err = fail(w, "eventfd", errno);
	start = now_ns();
	while (!err && done < w->ops) {
		for (unsigned int i = 0; i < depth; i++)
			io_uring_prep_nop(io_uring_get_sqe(&ring));
		io_uring_submit(&ring);
		for (unsigned int n = 0; n < depth; ) {
			epoll_wait(ep, &got, 1, -1);
			if (read(fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
				err = fail(w, "read", errno);
			n += reap(&ring);
		}
		done += depth;
	}
	w->ns = now_ns() - start;
	w->ops = done;
	io_uring_queue_exit(&ring);
	close(fd);
	close(ep);
	return err;
}

struct slot {
	uint64_t start;
};

static void prepare(struct io_uring *ring, struct file *f, char *base, long slot, uint64_t op, int registered)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	int fd = registered ? 0 : f->fd, write = f->mixed && is_write(op);
	char *buf = base + slot * f->size;
	uint64_t offset = next_offset(&f->blocks);

	if (registered && write)
		io_uring_prep_write_fixed(sqe, fd, buf, (unsigned int)f->size, offset, (int)slot);
	else if (registered)
		io_uring_prep_read_fixed(sqe, fd, buf, (unsigned int)f->size, offset, (int)slot);
	else if (write)
		io_uring_prep_write(sqe, fd, buf, (unsigned int)f->size, offset);
	else
		io_uring_prep_read(sqe, fd, buf, (unsigned int)f->size, offset);
	if (registered)
		sqe->flags |= IOSQE_FIXED_FILE;
	sqe->user_data = (uint64_t)slot;
}

static int register_all(struct work *w, struct io_uring *ring, struct file *f, char *base)
{
	struct iovec *iov = calloc((size_t)f->depth, sizeof(*iov));
	int err;

	for (long i = 0; i < f->depth; i++)
		iov[i] = (struct iovec){ base + i * f->size, (size_t)f->size };
	err = io_uring_register_buffers(ring, iov, (unsigned int)f->depth);
	if (!err)
		err = io_uring_register_files(ring, &f->fd, 1);
	free(iov);
	return err ? fail(w, "registering", err) : 0;
}

static int loop(struct work *w, struct io_uring *ring, struct file *f, char *base, long *free_slots, struct slot *slots)
{
	int registered = (int)arg_long(w, "registered", 0);
	long nr_free = f->depth, submitted = 0, done = 0;
	uint64_t start = now_ns();

	while (done < w->ops) {
		struct io_uring_cqe *cqe;
		unsigned int head, n = 0;
		uint64_t at = f->latency ? now_ns() : 0;

		while (nr_free && submitted < w->ops) {
			long slot = free_slots[--nr_free];

			slots[slot].start = at;
			prepare(ring, f, base, slot, (uint64_t)submitted++, registered);
		}
		io_uring_submit_and_wait(ring, 1);
		at = f->latency ? now_ns() : 0;
		io_uring_for_each_cqe(ring, head, cqe) {
			if (cqe->res != f->size)
				return fail(w, "transfer", cqe->res < 0 ? cqe->res : EIO);
			if (f->latency)
				count_latency(w, at - slots[cqe->user_data].start);
			free_slots[nr_free++] = (long)cqe->user_data;
			n++;
		}
		io_uring_cq_advance(ring, n);
		done += n;
	}
	w->ns = now_ns() - start;
	return 0;
}

static int transfers(struct work *w)
{
	struct io_uring ring;
	struct file f;
	char *base;
	int err;

	if (open_file(w, &f))
		return -1;
	base = buffers(&f);
	err = init(w, &ring, (unsigned int)f.depth);
	if (!err) {
		long *free_slots = calloc((size_t)f.depth, sizeof(*free_slots));
		struct slot *slots = calloc((size_t)f.depth, sizeof(*slots));

		for (long i = 0; i < f.depth; i++)
			free_slots[i] = i;
		if (arg_long(w, "registered", 0))
			err = register_all(w, &ring, &f, base);
		if (!err)
			err = loop(w, &ring, &f, base, free_slots, slots);
		io_uring_queue_exit(&ring);
		free(free_slots);
		free(slots);
	}
	free(base);
	close(f.fd);
	return err;
}

const struct peer peers[] = {
	{ "nop", nop },
	{ "reap", reaping },
	{ "init-exit", init_exit },
	{ "eventfd", eventfd_loop },
	{ "transfers", transfers },
	{ NULL, NULL },
};
