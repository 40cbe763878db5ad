/* A library whose one context belongs to the process that made it; with FORK_BLIND it does not look. */
#include <errno.h>
#include <unistd.h>
#include <linux/aio2_abi.h>

static pid_t owner;

static int is_owner(void)
{
#ifdef FORK_BLIND
	return 1;
#else
	return getpid() == owner;
#endif
}

long io_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size)
{
	(void)version; (void)flags; (void)size;
	owner = getpid();
	params->ctx = 1;
	return 0;
}

long io_destroy2(aio2_context_t ctx) { (void)ctx; return is_owner() ? 0 : -ENXIO; }
long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext)
{
	(void)ctx; (void)iocbs; (void)ext;
	return is_owner() ? (long)bytes : -ENXIO;
}
long io_getevents2(aio2_context_t ctx, void *events, size_t bytes, size_t min_bytes, const struct aio2_wait *wait, __u32 flags)
{
	(void)ctx; (void)events; (void)bytes; (void)min_bytes; (void)wait; (void)flags;
	return is_owner() ? 24 : -ENXIO;
}
long io_cancel2(aio2_context_t ctx, __u64 user_data, __u32 flags) { (void)ctx; (void)user_data; (void)flags; return is_owner() ? -ENOENT : -ENXIO; }
long io_list2(aio2_context_t ctx, __u64 *cursor, void *buf, size_t bytes) { (void)ctx; (void)cursor; (void)buf; (void)bytes; return is_owner() ? 0 : -ENXIO; }
long io_ring_ctl2(aio2_context_t ctx, __u32 op, __u64 arg) { (void)ctx; (void)op; (void)arg; return is_owner() ? -EINVAL : -ENXIO; }
