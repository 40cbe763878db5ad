/* SPDX-License-Identifier: MIT */
/* What the programs of the laws share. */
#ifndef LAW_H
#define LAW_H

#include "../native/check.h"

#include <errno.h>
#include <fcntl.h>
#include <libaio.h>

static inline int open_file(void)
{
	char name[] = "compat-XXXXXX";
	int fd = mkostemp(name, O_CLOEXEC);

	CHECK(fd >= 0);
	unlink(name);
	EQUAL(0, ftruncate(fd, 1 << 20));
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
