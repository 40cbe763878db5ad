/* SPDX-License-Identifier: MIT */
/* CTX-2 from C, and whose signals are whose. */
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <libaio2.h>

static volatile sig_atomic_t handled;
static pthread_t handler_thread;

static void handle(int sig)
{
	(void)sig;
	handled++;
	handler_thread = pthread_self();
}

static int is_pending(int sig)
{
	sigset_t pending;

	sigpending(&pending);
	return sigismember(&pending, sig);
}

int main(void)
{
	struct sigaction action;
	struct aio2_params params;
	struct aio2_wait wait;
	struct aio2_batch batch;
	AIO2_BUFFER(iocb, 64);
	AIO2_BUFFER(events, 64);
	sigset_t blocked, none;
	const struct io_event2 *event = (const void *)events;
	char byte = 'x';
	int ends[2];

	alarm(BOUND_SECONDS);
	memset(&action, 0, sizeof(action));
	action.sa_handler = handle;
	sigaction(SIGUSR1, &action, NULL);
	memset(&params, 0, sizeof(params));
	EQUAL(0, io_setup2(AIO2_VERSION, 0, &params, sizeof(params)));
	EQUAL(0, pipe(ends));

	/* Work that makes the library start its threads. */
	aio2_batch_init(&batch, iocb, sizeof(iocb));
	aio2_batch_pread(&batch, ends[0], &byte, 1, -1, 1);
	EQUAL(sizeof(struct iocb2), aio2_batch_submit(params.ctx, &batch, NULL));

	/* Blocked in the only thread of the program: it stays pending, for no thread of the library takes it. */
	sigemptyset(&none);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	kill(getpid(), SIGUSR1);
	CHECK(is_pending(SIGUSR1) && !handled);

	/* A wait with that mask leaves it pending, one with an empty mask lets it in. */
	aio2_wait_init(&wait, 1000000);
	aio2_wait_mask(&wait, &blocked);
	EQUAL(0, io_getevents2(params.ctx, events, sizeof(events), 24, &wait, 0));
	CHECK(is_pending(SIGUSR1) && !handled);
	aio2_wait_init(&wait, 60000000000);
	aio2_wait_mask(&wait, &none);
	EQUAL(-EINTR, io_getevents2(params.ctx, events, sizeof(events), 24, &wait, 0));
	EQUAL(1, handled);
	CHECK(pthread_equal(handler_thread, pthread_self()));
	CHECK(!is_pending(SIGUSR1));

	/* The mask is the old one again. */
	kill(getpid(), SIGUSR1);
	CHECK(is_pending(SIGUSR1));
	EQUAL(1, handled);

	/* An event that is there is given, and the signal has to wait. */
	EQUAL(1, write(ends[1], "y", 1));
	aio2_wait_init(&wait, 60000000000);
	EQUAL(sizeof(*event), io_getevents2(params.ctx, events, sizeof(events), 24, &wait, 0));
	CHECK(byte == 'y' && event->res == 1);

	/* Masks that are wrong. */
	aio2_wait_mask(&wait, (void *)8);
	EQUAL(-EFAULT, io_getevents2(params.ctx, events, sizeof(events), 24, &wait, 0));
	aio2_wait_mask(&wait, &none);
	wait.sigset_bytes = 4;
	EQUAL(-EINVAL, io_getevents2(params.ctx, events, sizeof(events), 24, &wait, 0));

	/* A pipe without a reader: the event says so, the program is not killed. */
	close(ends[0]);
	aio2_batch_init(&batch, iocb, sizeof(iocb));
	aio2_batch_pwrite(&batch, ends[1], &byte, 1, -1, 2);
	EQUAL(sizeof(struct iocb2), aio2_batch_submit(params.ctx, &batch, NULL));
	EQUAL(sizeof(*event), io_getevents2(params.ctx, events, sizeof(events), 24, NULL, 0));
	EQUAL(-EPIPE, event->res);
	CHECK(!is_pending(SIGPIPE));
	EQUAL(0, io_destroy2(params.ctx));
	return 0;
}
