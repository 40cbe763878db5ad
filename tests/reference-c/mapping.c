/*
 * The memory of a ring (SETUP-8, RING-1). Two files: one for header and data, which the caller sees through a descriptor
 * that can only read, and one for the user page, so that nothing else of the view can ever be made writable.
 */
#include "reference.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static uint32_t page(void)
{
	return (uint32_t)sysconf(_SC_PAGESIZE);
}

uint64_t ring_map_bytes(uint32_t ring_bytes)
{
	uint64_t bytes = 2ull * page() + ring_bytes;

	return (bytes + page() - 1) / page() * page();
}

/* A file with all its memory there at once (-ENOMEM at setup, never later), whose size stays. */
static int ring_file(uint64_t bytes)
{
	int fd = memfd_create("aio2-reference-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)bytes) == 0 && posix_fallocate(fd, 0, (off_t)bytes) == 0 &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
		return fd;
	close(fd);
	return -1;
}

static int read_only(int fd)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* The caller's view: header and data from the descriptor that only reads, the user page between them. */
static char *ring_view(int shared, int user, uint64_t bytes)
{
	int reader = read_only(shared);
	char *at = MAP_FAILED;

	if (reader >= 0)
		at = mmap(NULL, bytes, PROT_READ, MAP_SHARED, reader, 0);
	if (reader >= 0)
		close(reader);
	if (at == MAP_FAILED)
		return NULL;
	if (mmap(at + page(), page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, user, 0) == MAP_FAILED) {
		munmap(at, bytes);
		return NULL;
	}
	return at;
}

static bool ring_map(struct ring *ring)
{
	int shared = ring_file(ring->map_bytes), user = ring_file(page());
	char *at = MAP_FAILED;

	if (shared >= 0 && user >= 0) {
		at = mmap(NULL, ring->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
		if (at != MAP_FAILED &&
		    mmap(at + page(), page(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, user, 0) == MAP_FAILED) {
			munmap(at, ring->map_bytes);
			at = MAP_FAILED;
		}
	}
	if (at != MAP_FAILED) {
		ring->header = (struct aio2_ring *)at;
		ring->user = (struct aio2_ring_user *)(at + ring->user_offset);
		ring->data = at + ring->data_offset;
		ring->view = ring_view(shared, user, ring->map_bytes);
		if (!ring->view)
			munmap(at, ring->map_bytes);
	}
	if (shared >= 0)
		close(shared);
	if (user >= 0)
		close(user);
	return ring->view != NULL;
}

/* Positions and overflow counters go on from the ring before it (RING-11). */
static void ring_write_header(struct ring *ring, uint32_t ctx, const struct ring *before)
{
	struct aio2_ring *h = ring->header;

	h->magic = AIO2_RING_MAGIC;
	h->version = AIO2_RING_VERSION;
	h->header_bytes = sizeof *h;
	h->ring_bytes = (uint32_t)ring->bytes;
	h->user_offset = ring->user_offset;
	h->data_offset = ring->data_offset;
	h->map_bytes = ring->map_bytes;
	h->max_event_bytes = ring->max_event;
	h->ctx = ctx;
	h->generation = ring->generation;
	h->start = h->tail = ring->user->head = ring->tail = ring->seen = before && !BROKEN(MOVE_RESTARTS) ? before->tail : 0;
	if (before) {
		h->overflow_events = before->header->overflow_events;
		h->overflow_episodes = before->header->overflow_episodes;
	}
}

/* A ring where the caller wants it, or of the kernel's making; or why not. */
long ring_make(const struct ring_place *place, uint32_t ring_bytes, uint32_t ctx, const struct ring *before,
	       struct ring **made)
{
	struct ring *ring = calloc(1, sizeof *ring);
	long error;

	if (!ring)
		return -ENOMEM;
	ring->bytes = ring_bytes;
	ring->max_event = (uint32_t)max_event_bytes(ring_bytes);
	ring->generation = before ? before->generation + 1 : 0;
	ring->user_offset = page();
	ring->data_offset = 2 * page();
	error = judge_place(place, ring_bytes, &ring->map_bytes);
	if (!error)
		error = place->flags ? map_given(place, ring) : ring_map(ring) ? 0 : -ENOMEM;
	if (error) {
		free(ring);
		return error;
	}
	ring_write_header(ring, ctx, before);
	*made = ring;
	return 0;
}

/* A view that nobody was told of. */
void ring_unview(struct ring *ring)
{
	if (!ring->given)
		munmap(ring->view, ring->map_bytes);
}

/* The kernel's mapping only: the view is the caller's to unmap (DESTROY-1, RING-11). */
void ring_free(struct ring *ring)
{
	munmap(ring->header, ring->map_bytes);
	free(ring);
}
