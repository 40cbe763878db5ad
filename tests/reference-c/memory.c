/* User memory is touched by system calls only: what cannot be read or written is an answer, not a signal (ERR-1). */
#include "reference.h"

#include <sys/mman.h>

/* Bytes go by way of a memfd: the kernel's own copy between it and the caller tells what is bad. */
static pthread_mutex_t bounce_lock = PTHREAD_MUTEX_INITIALIZER;
static int bounce = -1;

static int bounce_file(void)
{
	if (bounce < 0)
		bounce = memfd_create("aio2-reference-bounce", MFD_CLOEXEC);
	return bounce;
}

/* A child of fork gets a file of its own: two processes must not meet in one. */
static void bounce_forget(void)
{
	pthread_mutex_init(&bounce_lock, NULL);
	if (bounce >= 0)
		close(bounce);
	bounce = -1;
}

__attribute__((constructor)) static void bounce_at_fork(void)
{
	pthread_atfork(NULL, NULL, bounce_forget);
}

bool copy_in(void *to, const void *user, size_t bytes)
{
	bool good = false;

	if (bytes == 0)
		return true;
	pthread_mutex_lock(&bounce_lock);
	if (bounce_file() >= 0)
		good = pwrite(bounce, user, bytes, 0) == (ssize_t)bytes && pread(bounce, to, bytes, 0) == (ssize_t)bytes;
	pthread_mutex_unlock(&bounce_lock);
	return good;
}

bool copy_out(void *user, const void *from, size_t bytes)
{
	bool good = false;

	if (bytes == 0)
		return true;
	pthread_mutex_lock(&bounce_lock);
	if (bounce_file() >= 0)
		good = pwrite(bounce, from, bytes, 0) == (ssize_t)bytes && pread(bounce, user, bytes, 0) == (ssize_t)bytes;
	pthread_mutex_unlock(&bounce_lock);
	return good;
}

bool can_write(void *user, size_t bytes)
{
	unsigned char hold[AIO2_STRUCT_MAX];

	return bytes <= sizeof hold && copy_in(hold, user, bytes) && copy_out(user, hold, bytes);
}

/* Of an extensible struct, 0 if all behind the known part is zero (SETUP-3). */
long excess(const void *user, size_t known, size_t size)
{
	unsigned char hold[AIO2_STRUCT_MAX];

	if (size <= known)
		return 0;
	if (!copy_in(hold, (const char *)user + known, size - known))
		return -EFAULT;
	for (size_t i = 0; i < size - known; i++)
		if (hold[i])
			return -E2BIG;
	return 0;
}
