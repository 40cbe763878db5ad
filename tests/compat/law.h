/* SPDX-License-Identifier: MIT */
/* What the programs of the laws share. */
#ifndef LAW_H
#define LAW_H

#include "../native/check.h"

#include <errno.h>
#include <fcntl.h>
#include <libaio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 4096

static inline int open_file(void)
{
	char name[] = "compat-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);

	CHECK(fd >= 0);
	unlink(name);
	EQUAL(0, ftruncate(fd, 1 << 20));
	return fd;
}

/* With data on the device, which O_DIRECT must fetch. */
static inline int open_full_file(int flags)
{
	char name[] = "compat-XXXXXX", *bytes = aligned_alloc(SECTOR, 100 * SECTOR);
	int fd = mkostemp(name, O_CLOEXEC | flags);

	CHECK(fd >= 0);
	unlink(name);
	memset(bytes, 7, 100 * SECTOR);
	EQUAL(100 * SECTOR, pwrite(fd, bytes, 100 * SECTOR, 0));
	EQUAL(0, fsync(fd));
	free(bytes);
	return fd;
}

static inline void one_read(void)
{
	char bytes[512];
	struct iocb iocb, *pointer = &iocb;
	struct io_event event;
	io_context_t ctx = NULL;
	int fd = open_file();

	EQUAL(0, io_setup(8, &ctx));
	io_prep_pread(&iocb, fd, bytes, sizeof(bytes), 0);
	EQUAL(1, io_submit(ctx, 1, &pointer));
	EQUAL(1, io_getevents(ctx, 1, 1, &event, NULL));
	EQUAL(512, event.res);
	EQUAL(0, io_destroy(ctx));
	close(fd);
}

#endif
