/* SPDX-License-Identifier: MIT */
/* A recorded program that is killed: what it had told is whole on disk. Without AIO2_TRACE it ends at once. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <libaio2.h>

static long size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (long)status.st_size : -1;
}

int main(void)
{
	const char *path = getenv("AIO2_TRACE");
	struct aio2_params params = { 0 };
	struct iocb2 nop = { .bytes = sizeof(nop), .opcode = AIO2_OP_NOP, .user_data = 4711 };
	struct timespec moment = { .tv_nsec = 10000000 };
	long before;
	int tries;

	if (!path)
		return 0;
	if (io_probe2(0, NULL, 0) >= 0 || (before = size_of(path)) < 0)
		return 1;
	if (io_setup2(AIO2_VERSION, 0, &params, sizeof(params)) < 0 ||
	    io_submit2(params.ctx, &nop, sizeof(nop), NULL) != sizeof(nop))
		return 2;
	for (tries = 0; size_of(path) == before && tries < 2000; tries++)
		nanosleep(&moment, NULL);
	raise(SIGKILL);
	return 3;
}
