/* SPDX-License-Identifier: MIT */
/*
 * One epoll loop for sockets, timers and AIO: the context's eventfd says when to reap. Here a reader and a writer of a pipe
 * wait for each other through it.
 *
 *	cc epoll.c -o epoll $(pkg-config --cflags --libs libaio2) && ./epoll
 */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <libaio2.h>

enum { READ = 1, WRITE = 2, ROUNDS = 1000 };

static int check(const char *what, long result)
{
	if (result >= 0)
		return (int)result;
	fprintf(stderr, "epoll: %s: %s\n", what, strerror((int)-result));
	_exit(1);
}

int main(void)
{
	AIO2_BUFFER(iocbs, 512);
	AIO2_BUFFER(events, AIO2_EVENT_MAX);
	const __u32 flags = AIO2_SETUP_USER_REAP | AIO2_SETUP_SINGLE_REAPER | AIO2_SETUP_EVENTFD;
	struct aio2_params params;
	struct aio2_ring_view ring;
	struct aio2_batch batch;
	struct epoll_event ready = { .events = EPOLLIN };
	int ends[2], poll = epoll_create1(EPOLL_CLOEXEC), reads = 0, writes = 0;
	char sent = 0, received = 0;

	memset(&params, 0, sizeof(params));
	params.eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (poll < 0 || params.eventfd < 0 || pipe(ends) != 0) {
		perror("epoll");
		return 1;
	}
	check("io_setup2", io_setup2(AIO2_VERSION, flags, &params, sizeof(params)));
	check("ring", aio2_ring_open(&ring, &params, flags));
	ready.data.fd = params.eventfd;
	epoll_ctl(poll, EPOLL_CTL_ADD, params.eventfd, &ready);

	aio2_batch_init(&batch, iocbs, sizeof(iocbs));
	aio2_batch_pread(&batch, ends[0], &received, 1, -1, READ);
	aio2_batch_pwrite(&batch, ends[1], &sent, 1, -1, WRITE);
	while (reads < ROUNDS || writes < ROUNDS) {
		const struct io_event2 *event;
		unsigned long long count;
		long result;

		while (batch.used)
			check("io_submit2", aio2_batch_submit(params.ctx, &batch, NULL));
		if (epoll_wait(poll, &ready, 1, -1) < 0 && errno != EINTR) {
			perror("epoll_wait");
			return 1;
		}
		/* First the counter, then the ring until it is empty: no event is slept through (RING-10). */
		if (read(params.eventfd, &count, sizeof(count)) < 0 && errno != EAGAIN) {
			perror("eventfd");
			return 1;
		}
		while ((result = aio2_reap(params.ctx, &ring, events, sizeof(events), 0, NULL)) > 0)
			aio2_for_each_event(event, events, (size_t)result) {
				check("transfer", (long)event->res);
				if (event->user_data == READ && received != (char)reads++) {
					fprintf(stderr, "epoll: byte %d is wrong\n", reads - 1);
					return 1;
				} else if (event->user_data == WRITE) {
					sent = (char)++writes;
				}
				if (event->user_data == READ && reads < ROUNDS)
					aio2_batch_pread(&batch, ends[0], &received, 1, -1, READ);
				if (event->user_data == WRITE && writes < ROUNDS)
					aio2_batch_pwrite(&batch, ends[1], &sent, 1, -1, WRITE);
			}
		check("reap", result);
	}
	io_destroy2(params.ctx);
	aio2_ring_close(&ring);
	printf("%d bytes went through the pipe\n", reads);
	return 0;
}
