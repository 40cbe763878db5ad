/* SPDX-License-Identifier: MIT */
/*
 * Copies a file with several requests in flight, each told when it was submitted, issued and completed.
 *
 *	cc copy.c -o copy $(pkg-config --cflags --libs libaio2) && ./copy FROM TO
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libaio2.h>

enum { SLOTS = 8, BLOCK = 64 * 1024 };

struct slot {
	char *data;
	long long offset, length, done;
	int writing;
};

static void fail(const char *what, long error)
{
	fprintf(stderr, "copy: %s: %s\n", what, strerror((int)-error));
	exit(1);
}

/* The next piece of a slot's work: a read of what is left, or a write of what was read. */
static void add(struct aio2_batch *batch, struct slot *slot, int index, int from, int to)
{
	char *data = slot->data + slot->done;
	__u64 length = (__u64)(slot->length - slot->done);
	__s64 offset = slot->offset + slot->done;

	if (slot->writing)
		aio2_batch_pwrite(batch, to, data, length, offset, (__u64)index);
	else
		aio2_batch_pread(batch, from, data, length, offset, (__u64)index);
	aio2_batch_attr(batch, AIO2_ATTR_TYPE_TIMING, 0, NULL, 0);
}

int main(int argc, char **argv)
{
	static struct slot slots[SLOTS];
	AIO2_BUFFER(iocbs, 4096);
	AIO2_BUFFER(events, 4096);
	const __u32 flags = AIO2_SETUP_USER_REAP;
	struct aio2_params params;
	struct aio2_batch batch;
	struct aio2_ring_view ring;
	struct aio2_extack ext;
	struct stat stat;
	long long next = 0;
	unsigned long long nanoseconds = 0;
	int in_flight = 0, requests = 0, i, from, to;
	long result;

	if (argc != 3) {
		fprintf(stderr, "usage: copy FROM TO\n");
		return 2;
	}
	from = open(argv[1], O_RDONLY);
	to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (from < 0 || to < 0 || fstat(from, &stat) != 0) {
		perror("copy");
		return 1;
	}
	memset(&params, 0, sizeof(params));
	memset(&ext, 0, sizeof(ext));
	ext.size = sizeof(ext);
	result = io_setup2(AIO2_VERSION, flags, &params, sizeof(params));
	if (result < 0)
		fail("io_setup2", result);
	result = aio2_ring_open(&ring, &params, flags);
	if (result < 0)
		fail("ring", result);

	aio2_batch_init(&batch, iocbs, sizeof(iocbs));
	for (i = 0; i < SLOTS && next < stat.st_size; i++, next += BLOCK) {
		slots[i].data = malloc(BLOCK);
		if (!slots[i].data)
			fail("malloc", -ENOMEM);
		slots[i].offset = next;
		slots[i].length = stat.st_size - next < BLOCK ? stat.st_size - next : BLOCK;
		add(&batch, &slots[i], i, from, to);
	}
	while (batch.used || in_flight) {
		const struct io_event2 *event;

		while (batch.used) {
			size_t before = batch.used;

			result = aio2_batch_submit(params.ctx, &batch, &ext);
			if (result < 0) {
				fprintf(stderr, "copy: byte %llu: %s\n", (unsigned long long)ext.record_offset, aio2_reason_str(ext.reason));
				fail("io_submit2", result);
			}
			in_flight += (int)((before - batch.used) / (sizeof(struct iocb2) + sizeof(struct aio2_attr)));
		}
		result = aio2_reap(params.ctx, &ring, events, sizeof(events), sizeof(*event), NULL);
		if (result < 0)
			fail("io_getevents2", result);
		aio2_for_each_event(event, events, (size_t)result) {
			const struct aio2_ret_timing *timing =
				aio2_ret_payload(aio2_ret_find(event, AIO2_ATTR_TYPE_TIMING), sizeof(*timing));
			struct slot *slot = &slots[event->user_data];

			in_flight--;
			requests++;
			if (timing)
				nanoseconds += timing->complete - timing->submit;
			if (event->res < 0)
				fail(slot->writing ? argv[2] : argv[1], (long)event->res);
			if (event->res == 0)
				fail("the file has become shorter", -EIO);
			slot->done += event->res;
			if (slot->done == slot->length) {
				slot->done = 0;
				if (slot->writing) {
					slot->offset = next;
					slot->length = stat.st_size - next < BLOCK ? stat.st_size - next : BLOCK;
					next += BLOCK;
				}
				slot->writing = !slot->writing;
			}
			if (slot->length > 0)
				add(&batch, slot, (int)event->user_data, from, to);
		}
	}
	io_destroy2(params.ctx);
	aio2_ring_close(&ring);
	for (i = 0; i < SLOTS; i++)
		free(slots[i].data);
	if (close(to) != 0) {
		perror(argv[2]);
		return 1;
	}
	close(from);
	printf("%lld bytes, %d requests, %llu ns on average\n", (long long)stat.st_size, requests,
	       requests ? nanoseconds / (unsigned)requests : 0);
	return 0;
}
