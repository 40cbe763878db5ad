/*
 * What a kernel in user space does for reads that the page cache holds, and nothing else, in C: iocbs are packed, fetched once and
 * judged, each submit asks what the file is that it reads, each read is made by preadv2 with RWF_NOWAIT (a submit may not wait), its
 * event is written where it stands in the ring, tail is published once a batch, and the events are taken from there. attributes=1: each
 * iocb carries TIMING, CACHE and TRACE_ID, its event their returns; the time is read once for each, since one read begins when the one
 * before it has ended.
 *
 * No contexts, no slots, no lock, no overflow list, no engine, no second thread that could want any of them: what ours needs beyond
 * this is our own. A thread sleeps beside the loop: a process that has an engine has several, and each call then takes a reference
 * to its file.
 */
#include "peer.h"
#include "../../Spec/include/linux/aio2_abi.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define MOST 128u /* bytes of an iocb, or of an event, here */

#define EVENT_WITH_THREE \
	(sizeof(struct io_event2) + 3 * sizeof(struct aio2_attr_ret) + sizeof(struct aio2_ret_timing) + sizeof(struct aio2_ret_cache) + \
	 sizeof(struct aio2_ret_trace_id))

struct loop {
	struct file file;
	int attributes;
	char *data, *user, *copy, *ring;
	long *free_slots, nr_free;
	uint32_t ring_bytes;
	_Alignas(128) _Atomic uint64_t tail;
	_Alignas(128) _Atomic uint64_t head;
};

static char *put_attr(char *at, uint16_t type, uint32_t payload)
{
	*(struct aio2_attr *)(void *)at = (struct aio2_attr){ .bytes = (uint32_t)sizeof(struct aio2_attr) + payload, .type = type };
	return at + sizeof(struct aio2_attr) + payload;
}

static char *pack(struct loop *l, char *at, long slot)
{
	struct iocb2 *iocb = (struct iocb2 *)(void *)at;

	*iocb = (struct iocb2){
		.opcode = AIO2_OP_PREAD, .user_data = (uint64_t)slot, .fd = l->file.fd,
		.addr = (uintptr_t)(l->data + slot * l->file.size), .len = (uint64_t)l->file.size,
		.offset = (int64_t)next_offset(&l->file.blocks),
	};
	at += sizeof(*iocb);
	if (l->attributes) {
		at = put_attr(at, AIO2_ATTR_TYPE_TIMING, 0);
		at = put_attr(at, AIO2_ATTR_TYPE_CACHE, 0);
		at = put_attr(at, AIO2_ATTR_TYPE_TRACE_ID, 16);
		((struct aio2_attr_trace_id *)(void *)at)[-1] = (struct aio2_attr_trace_id){ 1, 2 };
	}
	iocb->bytes = (uint32_t)(at - (char *)iocb);
	return at;
}

/* 0, or what is wrong with the record. Returns the bytes of its event. */
static int judge(const struct iocb2 *iocb, uint32_t *event_bytes)
{
	uint32_t at = sizeof(*iocb), bytes = sizeof(struct io_event2);

	if (iocb->bytes < sizeof(*iocb) || iocb->bytes > MOST || iocb->opcode != AIO2_OP_PREAD || iocb->flags || iocb->rw_flags ||
	    iocb->len > 1 << 18 || iocb->offset < 0)
		return -EINVAL;
	while (at < iocb->bytes) {
		const struct aio2_attr *attr = (const void *)((const char *)iocb + at);
		uint32_t payload = attr->bytes - (uint32_t)sizeof(*attr);

		if (iocb->bytes - at < sizeof(*attr) || attr->bytes < sizeof(*attr) || attr->bytes > iocb->bytes - at || attr->flags)
			return -EINVAL;
		bytes += sizeof(struct aio2_attr_ret);
		switch (attr->type) {
		case AIO2_ATTR_TYPE_TIMING:
			bytes += sizeof(struct aio2_ret_timing);
			break;
		case AIO2_ATTR_TYPE_CACHE:
			bytes += sizeof(struct aio2_ret_cache);
			break;
		case AIO2_ATTR_TYPE_TRACE_ID:
			if (payload != sizeof(struct aio2_attr_trace_id))
				return -EINVAL;
			bytes += sizeof(struct aio2_ret_trace_id);
			break;
		default:
			return -EINVAL;
		}
		at += (attr->bytes + 7) & ~7u;
	}
	*event_bytes = bytes;
	return 0;
}

static void *put_ret(char **at, uint16_t type, size_t payload)
{
	struct aio2_attr_ret *ret = (struct aio2_attr_ret *)(void *)*at;

	*ret = (struct aio2_attr_ret){ .bytes = (uint32_t)(sizeof(*ret) + payload), .type = type };
	*at += sizeof(*ret) + payload;
	return ret + 1;
}

static uint64_t put_event(char *at, const struct iocb2 *iocb, uint32_t bytes, int64_t res, uint64_t before)
{
	const char *attr = (const char *)(iocb + 1);

	*(struct io_event2 *)(void *)at = (struct io_event2){ .bytes = bytes, .user_data = iocb->user_data, .res = res };
	at += sizeof(struct io_event2);
	while (attr < (const char *)iocb + iocb->bytes) {
		const struct aio2_attr *a = (const void *)attr;

		if (a->type == AIO2_ATTR_TYPE_TIMING) {
			uint64_t now = now_ns();

			*(struct aio2_ret_timing *)put_ret(&at, a->type, sizeof(struct aio2_ret_timing)) =
				(struct aio2_ret_timing){ before, before, now };
			before = now;
		} else if (a->type == AIO2_ATTR_TYPE_CACHE) {
			*(struct aio2_ret_cache *)put_ret(&at, a->type, sizeof(struct aio2_ret_cache)) =
				(struct aio2_ret_cache){ .state = AIO2_CACHE_HIT, .bytes = (uint64_t)res };
		} else {
			*(struct aio2_ret_trace_id *)put_ret(&at, a->type, sizeof(struct aio2_ret_trace_id)) =
				*(const struct aio2_ret_trace_id *)(const void *)(a + 1);
		}
		attr += (a->bytes + 7) & ~7u;
	}
	return before;
}

/* Room for a record that does not wrap: what is left at the end becomes a pad. */
static char *reserve(struct loop *l, uint64_t *tail, uint32_t bytes)
{
	uint32_t left = l->ring_bytes - (uint32_t)(*tail & (l->ring_bytes - 1));

	if (left < bytes) {
		*(uint32_t *)(void *)(l->ring + (*tail & (l->ring_bytes - 1))) = left;
		*(uint32_t *)(void *)(l->ring + (*tail & (l->ring_bytes - 1)) + 4) = AIO2_EVENT_PAD;
		*tail += left;
	}
	if (*tail + bytes - atomic_load_explicit(&l->head, memory_order_acquire) > l->ring_bytes)
		return NULL;
	*tail += bytes;
	return l->ring + ((*tail - bytes) & (l->ring_bytes - 1));
}

/* RWF_NOWAIT would wait with O_DIRECT; and CACHE answers only who owns the file or may write it (ATTR-7). A number may mean another
 * file in the next submit. */
static int ask(const struct loop *l, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat s;

	if (flags < 0 || flags & (O_DIRECT | O_NONBLOCK | O_PATH) || (flags & O_ACCMODE) == O_WRONLY)
		return -EINVAL;
	if (!l->attributes)
		return 0;
	if (fstat(fd, &s) || !S_ISREG(s.st_mode))
		return -EINVAL;
	return (flags & O_ACCMODE) == O_RDONLY && s.st_uid != geteuid() ? -EPERM : 0;
}

static int submit(struct loop *l, size_t bytes)
{
	uint64_t tail = atomic_load_explicit(&l->tail, memory_order_relaxed), before = 0;
	uint32_t event_bytes;
	char *end, *event;
	struct iovec v;
	ssize_t got;

	memcpy(l->copy, l->user, bytes);
	end = l->copy + bytes;
	if (ask(l, ((struct iocb2 *)(void *)l->copy)->fd))
		return -EINVAL;
	if (l->attributes)
		before = now_ns();
	for (char *at = l->copy; at < end; at += ((struct iocb2 *)(void *)at)->bytes) {
		const struct iocb2 *iocb = (const void *)at;

		if (judge(iocb, &event_bytes))
			return -EINVAL;
		v = (struct iovec){ (void *)(uintptr_t)iocb->addr, iocb->len };
		got = preadv2(iocb->fd, &v, 1, (off_t)iocb->offset, RWF_NOWAIT);
		if (got < 0 && errno == EAGAIN) /* a page has left the cache: nobody else is there to wait for it */
			got = preadv2(iocb->fd, &v, 1, (off_t)iocb->offset, 0);
		if (got < 0)
			return -errno;
		event = reserve(l, &tail, event_bytes);
		if (!event)
			return -EAGAIN;
		before = put_event(event, iocb, event_bytes, got, before);
	}
	atomic_store_explicit(&l->tail, tail, memory_order_release);
	return 0;
}

static long reap(struct loop *l)
{
	uint64_t head = atomic_load_explicit(&l->head, memory_order_relaxed);
	const uint64_t tail = atomic_load_explicit(&l->tail, memory_order_acquire);
	long nr = 0;

	while (head != tail) {
		const struct io_event2 *e = (const void *)(l->ring + (head & (l->ring_bytes - 1)));

		if (!(e->flags & AIO2_EVENT_PAD)) {
			if (e->res != l->file.size)
				return -EIO;
			l->free_slots[l->nr_free++] = (long)e->user_data;
			nr++;
		}
		head += e->bytes;
	}
	atomic_store_explicit(&l->head, head, memory_order_release);
	return nr;
}

static int drive(struct loop *l, long ops)
{
	for (long submitted = 0, done = 0; done < ops;) {
		char *at = l->user;
		long got;
		int err;

		for (; l->nr_free && submitted < ops; submitted++)
			at = pack(l, at, l->free_slots[--l->nr_free]);
		err = submit(l, (size_t)(at - l->user));
		if (err)
			return err;
		got = reap(l);
		if (got < 0)
			return (int)got;
		done += got;
	}
	return 0;
}

static void *sleeper(void *stop)
{
	pthread_mutex_lock(stop);
	pthread_mutex_unlock(stop);
	return NULL;
}

static int reads(struct work *w)
{
	pthread_mutex_t stop = PTHREAD_MUTEX_INITIALIZER;
	struct loop *l = aligned_alloc(128, sizeof(*l));
	pthread_t second;
	uint64_t start;
	int err;

	memset(l, 0, sizeof(*l));
	l->attributes = (int)arg_long(w, "attributes", 0);
	if (open_file(w, &l->file)) {
		free(l);
		return -1;
	}
	l->data = buffers(&l->file);
	l->user = calloc((size_t)l->file.depth, MOST);
	l->copy = calloc((size_t)l->file.depth, MOST);
	/* The smallest that holds a batch of events. */
	for (l->ring_bytes = 4096; l->ring_bytes < (uint32_t)(l->file.depth + 1) * (l->attributes ? EVENT_WITH_THREE : sizeof(struct io_event2));)
		l->ring_bytes *= 2;
	l->ring = aligned_alloc(4096, l->ring_bytes);
	memset(l->ring, 0, l->ring_bytes);
	l->free_slots = calloc((size_t)l->file.depth, sizeof(*l->free_slots));
	while (l->nr_free < l->file.depth) {
		l->free_slots[l->nr_free] = l->nr_free;
		l->nr_free++;
	}
	pthread_mutex_lock(&stop);
	pthread_create(&second, NULL, sleeper, &stop);
	start = now_ns();
	err = drive(l, w->ops);
	w->ns = now_ns() - start;
	pthread_mutex_unlock(&stop);
	pthread_join(second, NULL);
	close(l->file.fd);
	free(l->data);
	free(l->user);
	free(l->copy);
	free(l->ring);
	free(l->free_slots);
	free(l);
	return err ? fail(w, "a read", err) : 0;
}

const struct peer peers[] = {
	{ "reads", reads },
	{ NULL, NULL },
};
