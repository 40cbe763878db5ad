/* The CRCs of ISA-L; one operation is one buffer. */
#include "peer.h"
#include <isa-l/crc.h>

static int over_buffer(struct work *w, int t10)
{
	int size = (int)arg_long(w, "size", 512);
	uint64_t sum = 0, start;
	unsigned char *buf;

	buf = aligned_alloc(4096, 65536);
	for (int i = 0; i < size; i++)
		buf[i] = (unsigned char)(i * 7 + 3);
	start = now_ns();
	for (long i = 0; i < w->ops; i++) {
		__asm__ volatile("" : "+r"(buf) :: "memory");
		sum += t10 ? crc16_t10dif(0, buf, (uint64_t)size) : crc32_iscsi(buf, size, 0xffffffffu);
	}
	w->ns = now_ns() - start;
	__asm__ volatile("" :: "r"(sum));
	free(buf);
	return 0;
}

static int t10dif(struct work *w)
{
	return over_buffer(w, 1);
}

static int crc32c(struct work *w)
{
	return over_buffer(w, 0);
}

const struct peer peers[] = {
	{ "t10dif", t10dif },
	{ "crc32c", crc32c },
	{ NULL, NULL },
};
