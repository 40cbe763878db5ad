/* SPDX-License-Identifier: MIT */
/* A program that puts a function of its own before the library's is called once for each of its calls: the library does not call its own
 * by the name that others see. */
#include "check.h"

#include <dlfcn.h>

#include <libaio2.h>

static int calls;

long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext)
{
	long (*next)(aio2_context_t, const void *, size_t, struct aio2_extack *);

	*(void **)&next = dlsym(RTLD_NEXT, "io_submit2");
	CHECK(next);
	calls++;
	return next(ctx, iocbs, bytes, ext);
}

int main(void)
{
	struct aio2_params params = { .nr_reqs = 1 };
	int i;

	alarm(BOUND_SECONDS);
	EQUAL(0, io_setup2(AIO2_VERSION, 0, &params, sizeof(params)));
	for (i = 1; i <= 3; i++) {
		EQUAL(0, io_submit2(params.ctx, NULL, 0, NULL));
		EQUAL(i, calls);
	}
	EQUAL(0, io_destroy2(params.ctx));
	return 0;
}
