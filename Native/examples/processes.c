/* SPDX-License-Identifier: MIT */
/*
 * Two processes, each with a context of its own: the parent writes into a pipe what the child reads. The child is forked
 * before either makes its first call (CTX-1).
 *
 *	cc processes.c -o processes $(pkg-config --cflags --libs libaio2) && ./processes
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libaio2.h>

enum { BYTES = 1 << 20 };

static char data[BYTES];

/* Moves all bytes through one end of the pipe; 0, or -errno. */
static long transfer(int fd, int writing)
{
	AIO2_BUFFER(iocb, 64);
	AIO2_BUFFER(events, 64);
	const struct io_event2 *event = (const void *)events;
	struct aio2_params params;
	struct aio2_batch batch;
	long done = 0, result;

	memset(&params, 0, sizeof(params));
	result = io_setup2(AIO2_VERSION, 0, &params, sizeof(params));
	while (result >= 0 && done < BYTES) {
		aio2_batch_init(&batch, iocb, sizeof(iocb));
		if (writing)
			aio2_batch_pwrite(&batch, fd, data + done, (__u64)(BYTES - done), -1, 0);
		else
			aio2_batch_pread(&batch, fd, data + done, (__u64)(BYTES - done), -1, 0);
		result = aio2_batch_submit(params.ctx, &batch, NULL);
		if (result > 0)
			result = aio2_reap(params.ctx, NULL, events, sizeof(events), sizeof(*event), NULL);
		if (result > 0)
			result = event->res > 0 ? (long)event->res : event->res == 0 ? -EPIPE : (long)event->res;
		if (result > 0)
			done += result;
	}
	if (params.ctx)
		io_destroy2(params.ctx);
	return result < 0 ? result : 0;
}

int main(void)
{
	int ends[2], i, status;
	long result;
	pid_t child;

	if (pipe(ends) != 0) {
		perror("pipe");
		return 1;
	}
	child = fork();
	if (child < 0) {
		perror("fork");
		return 1;
	}
	if (child == 0) {
		close(ends[1]);
		result = transfer(ends[0], 0);
		for (i = 0; result == 0 && i < BYTES; i++)
			if (data[i] != (char)(i * 7))
				result = -EILSEQ;
		if (result < 0)
			fprintf(stderr, "processes: child: %s\n", strerror((int)-result));
		return result < 0;
	}
	close(ends[0]);
	for (i = 0; i < BYTES; i++)
		data[i] = (char)(i * 7);
	result = transfer(ends[1], 1);
	close(ends[1]);
	if (result < 0)
		fprintf(stderr, "processes: parent: %s\n", strerror((int)-result));
	if (waitpid(child, &status, 0) != child || status != 0 || result < 0)
		return 1;
	printf("%d bytes went from one context to the other\n", BYTES);
	return 0;
}
