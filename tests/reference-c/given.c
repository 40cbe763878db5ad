/* A ring in memory of the caller's: a sealed memfd, or a shared mapping (SETUP-8, "Memory of the caller's"). */
#include "reference.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

static uint64_t page(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Memory that cannot be cut short, and can be written. */
static bool sealed(int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);

	return seals >= 0 && seals & F_SEAL_SHRINK && !(seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE));
}

static uint64_t page_of(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == HUGETLBFS_MAGIC ? (uint64_t)fs.f_bsize : page();
}

static uint64_t round_up(uint64_t bytes, uint64_t to)
{
	return (bytes + to - 1) / to * to;
}

/* The file: open, a sealed memfd, and large enough from the offset on. */
static long judge_file(const struct ring_place *place, uint64_t least, uint64_t *map_bytes)
{
	int flags = fcntl(place->fd, F_GETFL);
	struct stat st;

	if (flags < 0 || fstat(place->fd, &st) != 0)
		return -EBADF;
	if ((flags & O_ACCMODE) != O_RDWR || flags & O_PATH || !sealed(place->fd))
		return -EINVAL;
	*map_bytes = round_up(least, page_of(place->fd));
	if (place->offset % page_of(place->fd) || place->offset > (uint64_t)st.st_size ||
	    (uint64_t)st.st_size - place->offset < *map_bytes)
		return -EINVAL;
	return 0;
}

struct piece {
	uint64_t from, to, offset, inode;
	unsigned major, minor;
	char rights[8], name[256];
};

static bool next_piece(FILE *maps, struct piece *p)
{
	char line[512];

	if (!fgets(line, sizeof line, maps))
		return false;
	p->name[0] = 0;
	return sscanf(line, "%lx-%lx %7s %lx %x:%x %lu %255[^\n]", (unsigned long *)&p->from, (unsigned long *)&p->to, p->rights,
		      (unsigned long *)&p->offset, &p->major, &p->minor, (unsigned long *)&p->inode, p->name) >= 7;
}

static bool continues(const struct piece *p, const struct piece *first, uint64_t at)
{
	return p->from <= at && p->rights[3] == 's' && p->inode == first->inode && p->major == first->major &&
	       p->minor == first->minor && p->offset - p->from == first->offset - first->from;
}

/* The mapping's own file, where the process may look at it; else one of its descriptors that is the same file. */
static int file_of(const struct piece *p)
{
	char path[96];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)p->from, (unsigned long)p->to);
	fd = open(path, O_RDWR | O_CLOEXEC);
	for (int i = 0; fd < 0 && i < (int)sysconf(_SC_OPEN_MAX); i++)
		if (fstat(i, &st) == 0 && st.st_ino == p->inode)
			fd = fcntl(i, F_DUPFD_CLOEXEC, 0);
	return fd;
}

/* Anonymous shared memory, or of a sealed memfd; named files and System V segments can be cut short or go. */
static bool good_file(const struct piece *p, uint64_t *file_page)
{
	bool good;
	int fd;

	if (strncmp(p->name, "/memfd:", 7) != 0 && strncmp(p->name, "/anon_hugepage", 14) != 0) {
		*file_page = page();
		return strcmp(p->name, "/dev/zero (deleted)") == 0;
	}
	fd = file_of(p);
	if (fd < 0)
		return false;
	*file_page = page_of(fd);
	good = strncmp(p->name, "/anon_hugepage", 14) == 0 || sealed(fd);
	close(fd);
	return good;
}

/* All of the range must be shared mappings of one file in one piece. */
static long judge_address(const struct ring_place *place, uint64_t least, uint64_t *map_bytes)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	struct piece p, first = { 0 };
	uint64_t at = place->addr, file_page = page();
	bool good = maps && at % page() == 0 && at != 0;

	*map_bytes = least;
	while (good && at - place->addr < *map_bytes && (good = next_piece(maps, &p))) {
		if (p.to <= at)
			continue;
		if (at == place->addr) {
			first = p;
			good = good_file(&first, &file_page) && at % file_page == 0;
			*map_bytes = round_up(least, file_page);
		}
		good = good && continues(&p, &first, at);
		at = p.to;
	}
	if (maps)
		fclose(maps);
	return good ? 0 : -EINVAL;
}

/* 0 and the mapping's bytes; or why the memory will not do. */
long judge_place(const struct ring_place *place, uint32_t ring_bytes, uint64_t *map_bytes)
{
	*map_bytes = ring_map_bytes(ring_bytes);
	if (place->flags & AIO2_SETUP_RING_FD)
		return judge_file(place, *map_bytes, map_bytes);
	if (place->flags & AIO2_SETUP_RING_ADDR)
		return judge_address(place, *map_bytes, map_bytes);
	return 0;
}

/* A second mapping of what stands at an address: each piece of it once more, and writable. */
static char *map_again(uint64_t addr, uint64_t bytes)
{
	char *to = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	FILE *maps = to == MAP_FAILED ? NULL : fopen("/proc/self/maps", "re");
	uint64_t at = addr;
	struct piece p;
	bool good = maps != NULL;

	while (good && at < addr + bytes && (good = next_piece(maps, &p))) {
		uint64_t end = p.to < addr + bytes ? p.to : addr + bytes;

		if (p.to <= at)
			continue;
		good = p.from <= at && mremap((void *)(uintptr_t)at, 0, end - at, MREMAP_MAYMOVE | MREMAP_FIXED,
					      to + (at - addr)) != MAP_FAILED;
		at = end;
	}
	if (maps)
		fclose(maps);
	if (good && mprotect(to, bytes, PROT_READ | PROT_WRITE) == 0)
		return to;
	if (to != MAP_FAILED)
		munmap(to, bytes);
	return NULL;
}

/* The kernel's own mapping, all its pages there now: never -ENOMEM later. */
static long map_for_kernel(const struct ring_place *place, struct ring *ring)
{
	char *at = place->flags & AIO2_SETUP_RING_ADDR ? map_again(place->addr, ring->map_bytes)
		: mmap(NULL, ring->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, place->fd, (off_t)place->offset);

	if (!at || at == MAP_FAILED)
		return place->flags & AIO2_SETUP_RING_ADDR ? -EINVAL : -ENOMEM;
	if (madvise(at, ring->map_bytes, MADV_POPULATE_WRITE) != 0) {
		munmap(at, ring->map_bytes);
		return -ENOMEM;
	}
	ring->header = (struct aio2_ring *)at;
	ring->user = (struct aio2_ring_user *)(at + ring->user_offset);
	ring->data = at + ring->data_offset;
	memset(ring->header, 0, sizeof *ring->header);
	memset(ring->user, 0, sizeof *ring->user);
	return 0;
}

/* By address the caller's mapping is the view; by descriptor one is made for it, readable and writable. */
long map_given(const struct ring_place *place, struct ring *ring)
{
	long error = map_for_kernel(place, ring);

	if (error)
		return error;
	if (place->flags & AIO2_SETUP_RING_ADDR) {
		ring->view = (char *)(uintptr_t)place->addr;
		ring->given = true;
		return 0;
	}
	ring->view = mmap(NULL, ring->map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, place->fd, (off_t)place->offset);
	if (ring->view != MAP_FAILED)
		return 0;
	munmap(ring->header, ring->map_bytes);
	return -ENOMEM;
}
