/* Lets the README's program run inside a test: its main is example_main, the test supplies the calls, and what it prints is kept. */
#include <stdarg.h>
#include <stdio.h>
#include <aio2_calls.h>

long (*test_setup2)(__u32, __u32, struct aio2_params *, size_t);
long (*test_destroy2)(aio2_context_t);
long (*test_submit2)(aio2_context_t, const void *, size_t, struct aio2_extack *);
long (*test_getevents2)(aio2_context_t, void *, size_t, size_t, const struct aio2_wait *, __u32);
char example_output[256];

long io_setup2(__u32 version, __u32 flags, struct aio2_params *params, size_t size)
{
	return test_setup2(version, flags, params, size);
}

long io_destroy2(aio2_context_t ctx)
{
	return test_destroy2(ctx);
}

long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes, struct aio2_extack *ext)
{
	return test_submit2(ctx, iocbs, bytes, ext);
}

long io_getevents2(aio2_context_t ctx, void *events, size_t bytes, size_t min_bytes, const struct aio2_wait *wait, __u32 flags)
{
	return test_getevents2(ctx, events, bytes, min_bytes, wait, flags);
}

int example_printf(const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(example_output, sizeof(example_output), format, arguments);
	va_end(arguments);
	return length;
}
