/* A library that exports the nine calls and misbehaves as its build says: what aio2 conform must tell clearly. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <errno.h>
#include <linux/aio2_abi.h>

long io_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size)
{
	(void)version; (void)flags; (void)params; (void)size;
#if defined(EXITS)
	exit(5);
#elif defined(CRASHES)
	*(volatile int *)8 = 1;
#elif defined(FORKS)
	fork();
#elif defined(HANGS)
	for (;;)
		pause();
#endif
	return -ENOMEM;
}

#ifndef LACKS_SYMBOL
long io_destroy2(aio2_context_t ctx) { (void)ctx; return -ENXIO; }
#endif
long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext) { (void)ctx; (void)iocbs; (void)bytes; (void)ext; return -ENXIO; }
long io_getevents2(aio2_context_t ctx, void *events, size_t bytes, size_t min_bytes, const struct aio2_wait *wait, __u32 flags)
{
	(void)ctx; (void)events; (void)bytes; (void)min_bytes; (void)wait; (void)flags;
	return -ENXIO;
}
long io_cancel2(aio2_context_t ctx, __u64 user_data, __u32 flags) { (void)ctx; (void)user_data; (void)flags; return -ENXIO; }
long io_issue2(const void *iocb, size_t iocb_bytes, void *event, size_t event_bytes, __u32 flags)
{
	(void)iocb; (void)iocb_bytes; (void)event; (void)event_bytes; (void)flags;
	return -ENOSYS;
}
long io_list2(aio2_context_t ctx, __u64 *cursor, void *buf, size_t bytes) { (void)ctx; (void)cursor; (void)buf; (void)bytes; return -ENXIO; }
long io_ring_ctl2(aio2_context_t ctx, __u32 op, __u64 arg) { (void)ctx; (void)op; (void)arg; return -ENXIO; }

long io_probe2(__u32 what, void *buf, size_t bytes)
{
	struct aio2_probe_kernel *kernel = buf;

#ifdef PRINTS
	puts("hello from the library");
	fflush(stdout);
#endif
	if (what != AIO2_PROBE_KERNEL)
		return 0;
	if (bytes < sizeof(*kernel))
		return -EMSGSIZE;
	*kernel = (struct aio2_probe_kernel){ .size = sizeof(*kernel), .version_min = 2, .version_max = 2 };
	return sizeof(*kernel);
}
