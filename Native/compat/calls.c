/* SPDX-License-Identifier: MIT */
/*
 * What programs see: libaio's calls under libaio's versions. They answer -errno and leave errno alone.
 * AIO2_COMPAT_TRACE=1 writes one line for each to the standard error stream.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"

#define CALL __attribute__((visibility("default")))

/* The name that a program asks for, as it is called here. */
#define VERSION(function, name) __asm__(".symver " #function ", " name)

int is_tracing;

__attribute__((constructor)) static void look_at_environment(void)
{
	const char *wish = secure_getenv("AIO2_COMPAT_TRACE");

	is_tracing = wish && strcmp(wish, "1") == 0;
}

/* One write, so that lines of several processes do not mix. */
void trace(long result, const char *format, ...)
{
	char line[256];
	const char *name = result < 0 ? strerrorname_np((int)-result) : NULL;
	va_list args;
	size_t bytes;
	int part;

	part = snprintf(line, sizeof(line), "aio2-compat[%d]: ", (int)getpid());
	bytes = (size_t)part;
	va_start(args, format);
	part = vsnprintf(line + bytes, sizeof(line) - bytes, format, args);
	va_end(args);
	bytes += (size_t)part;
	if (bytes < sizeof(line)) {
		if (name)
			part = snprintf(line + bytes, sizeof(line) - bytes, " = -%s\n", name);
		else
			part = snprintf(line + bytes, sizeof(line) - bytes, " = %ld\n", result);
		bytes += (size_t)part;
	}
	if (bytes >= sizeof(line))
		bytes = sizeof(line) - 1;
	if (write(STDERR_FILENO, line, bytes) < 0)
		return;
}

/* Ends a call, with errno as it was. */
#define ANSWER(call, ...) do {			\
	const int saved = errno;		\
	const long result = TRACED(call, __VA_ARGS__);	\
						\
	errno = saved;				\
	return (int)result;			\
} while (0)

CALL int compat_setup(int nr, v1_context *ctxp);
CALL int compat_setup(int nr, v1_context *ctxp)
{
	ANSWER(context_setup((unsigned)nr, ctxp), "io_setup(%d, %p)", nr, (void *)ctxp);
}
VERSION(compat_setup, "io_setup@@LIBAIO_0.4");

CALL int compat_destroy(v1_context ctx);
CALL int compat_destroy(v1_context ctx)
{
	ANSWER(context_destroy(ctx), "io_destroy(%#lx)", ctx);
}
VERSION(compat_destroy, "io_destroy@@LIBAIO_0.4");

CALL int compat_submit(v1_context ctx, long nr, struct iocb **iocbs);
CALL int compat_submit(v1_context ctx, long nr, struct iocb **iocbs)
{
	ANSWER(submit(ctx, nr, iocbs), "io_submit(%#lx, %ld, %p)", ctx, nr, (void *)iocbs);
}
VERSION(compat_submit, "io_submit@@LIBAIO_0.1");

CALL int compat_getevents(v1_context ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout);
CALL int compat_getevents(v1_context ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout)
{
	ANSWER(reap(ctx, min_nr, nr, events, timeout, NULL), "io_getevents(%#lx, %ld, %ld, %p, %p)", ctx, min_nr, nr,
	       (void *)events, (void *)timeout);
}
VERSION(compat_getevents, "io_getevents@@LIBAIO_0.4");

/* The first version had no min_nr: it waited for one. */
CALL int compat_getevents_0_1(v1_context ctx, long nr, struct io_event *events, const struct timespec *timeout);
CALL int compat_getevents_0_1(v1_context ctx, long nr, struct io_event *events, const struct timespec *timeout)
{
	ANSWER(reap(ctx, 1, nr, events, timeout, NULL), "io_getevents@LIBAIO_0.1(%#lx, %ld, %p, %p)", ctx, nr,
	       (void *)events, (const void *)timeout);
}
VERSION(compat_getevents_0_1, "io_getevents@LIBAIO_0.1");

CALL int compat_pgetevents(v1_context ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout,
			   sigset_t *mask);
CALL int compat_pgetevents(v1_context ctx, long min_nr, long nr, struct io_event *events, struct timespec *timeout,
			   sigset_t *mask)
{
	ANSWER(reap(ctx, min_nr, nr, events, timeout, mask), "io_pgetevents(%#lx, %ld, %ld, %p, %p, %p)", ctx, min_nr, nr,
	       (void *)events, (void *)timeout, (void *)mask);
}
VERSION(compat_pgetevents, "io_pgetevents@@LIBAIO_0.5");

CALL int compat_cancel(v1_context ctx, struct iocb *iocb, struct io_event *event);
CALL int compat_cancel(v1_context ctx, struct iocb *iocb, struct io_event *event)
{
	ANSWER(cancel(ctx, iocb, event), "io_cancel(%#lx, %p, %p)", ctx, (void *)iocb, (void *)event);
}
VERSION(compat_cancel, "io_cancel@@LIBAIO_0.4");

/* The first version had no place for a result, and none is ever written to it. */
CALL int compat_cancel_0_1(v1_context ctx, struct iocb *iocb);
CALL int compat_cancel_0_1(v1_context ctx, struct iocb *iocb)
{
	struct io_event unused;

	ANSWER(cancel(ctx, iocb, &unused), "io_cancel@LIBAIO_0.1(%#lx, %p)", ctx, (void *)iocb);
}
VERSION(compat_cancel_0_1, "io_cancel@LIBAIO_0.1");

CALL int compat_queue_init(int nr, v1_context *ctxp);
CALL int compat_queue_init(int nr, v1_context *ctxp)
{
	if (nr > 0)
		*ctxp = 0;
	ANSWER(nr > 0 ? context_setup((unsigned)nr, ctxp) : -EINVAL, "io_queue_init(%d, %p)", nr, (void *)ctxp);
}
VERSION(compat_queue_init, "io_queue_init@@LIBAIO_0.1");

CALL int compat_queue_release(v1_context ctx);
CALL int compat_queue_release(v1_context ctx)
{
	ANSWER(context_destroy(ctx), "io_queue_release(%#lx)", ctx);
}
VERSION(compat_queue_release, "io_queue_release@@LIBAIO_0.1");

/* Events whose data is a function, which is called; until there is none, or an error. */
static long run_callbacks(v1_context ctx)
{
	static const struct timespec at_once;
	struct io_event event;
	long result;

	while ((result = reap(ctx, 0, 1, &event, &at_once, NULL)) == 1) {
		void (*callback)(v1_context, struct iocb *, long, long);

		callback = (void (*)(v1_context, struct iocb *, long, long))(uintptr_t)event.data;
		callback(ctx, (struct iocb *)(uintptr_t)event.obj, (long)event.res, (long)event.res2);
	}
	return result;
}

CALL int compat_queue_run(v1_context ctx);
CALL int compat_queue_run(v1_context ctx)
{
	ANSWER(run_callbacks(ctx), "io_queue_run(%#lx)", ctx);
}
VERSION(compat_queue_run, "io_queue_run@@LIBAIO_0.1");

/* libaio's waits for nothing, in both versions: it asks for no event. */
CALL int compat_queue_wait(v1_context ctx, struct timespec *timeout);
CALL int compat_queue_wait(v1_context ctx, struct timespec *timeout)
{
	ANSWER(reap(ctx, 0, 0, NULL, timeout, NULL), "io_queue_wait(%#lx, %p)", ctx, (void *)timeout);
}
VERSION(compat_queue_wait, "io_queue_wait@@LIBAIO_0.4");

CALL int compat_queue_wait_0_1(v1_context ctx, const struct timespec *timeout);
CALL int compat_queue_wait_0_1(v1_context ctx, const struct timespec *timeout)
{
	ANSWER(reap(ctx, 0, 0, NULL, timeout, NULL), "io_queue_wait@LIBAIO_0.1(%#lx, %p)", ctx, (const void *)timeout);
}
VERSION(compat_queue_wait_0_1, "io_queue_wait@LIBAIO_0.1");
