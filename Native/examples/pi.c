/* SPDX-License-Identifier: MIT */
/*
 * Protection information: writes blocks with their tuples to a protected file, reads them back verified, then shows how a
 * wrong tuple is told. The file is one of type 1 with CRC-16 guards and intervals of 512 bytes:
 *
 *	aio2 pi format disk.img --size 64K --type 1 --interval 512 --guard crc16
 *	cc pi.c -o pi $(pkg-config --cflags --libs libaio2) && ./pi disk.img
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libaio2.h>

enum { INTERVAL = 512, BLOCKS = 16, APP_TAG = 7 };

/* T10: guard, application tag, reference tag, all big-endian. */
struct tuple {
	unsigned char guard[2], app[2], ref[4];
};

static unsigned char data[BLOCKS * INTERVAL], again[sizeof(data)];
static struct tuple tuples[BLOCKS], told[BLOCKS];

static unsigned crc16_t10dif(const unsigned char *bytes, size_t count)
{
	unsigned crc = 0;
	size_t i;
	int bit;

	for (i = 0; i < count; i++)
		for (crc ^= (unsigned)bytes[i] << 8, bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? (crc << 1 ^ 0x8bb7) & 0xffff : crc << 1;
	return crc;
}

static void generate(unsigned first)
{
	unsigned i;

	for (i = 0; i < BLOCKS; i++) {
		unsigned guard = crc16_t10dif(data + i * INTERVAL, INTERVAL), ref = first + i;

		tuples[i] = (struct tuple){ { (unsigned char)(guard >> 8), (unsigned char)guard }, { 0, APP_TAG },
			{ (unsigned char)(ref >> 24), (unsigned char)(ref >> 16), (unsigned char)(ref >> 8), (unsigned char)ref } };
	}
}

/* One transfer with its tuples; the event stays in *event. */
static void transfer(aio2_context_t ctx, int fd, __u32 opcode, void *buffer, struct tuple *with, void *event)
{
	AIO2_BUFFER(iocb, 128);
	struct aio2_attr_pi pi = { .flags = AIO2_PI_CHECK_GUARD | AIO2_PI_CHECK_REFTAG | AIO2_PI_CHECK_APPTAG, .app_tag = APP_TAG,
		.len = BLOCKS * sizeof(*with), .addr = (__u64)(uintptr_t)with };
	struct aio2_extack ext = { .size = sizeof(ext) };
	struct aio2_batch batch;
	long result;

	aio2_batch_init(&batch, iocb, sizeof(iocb));
	aio2_batch_transfer(&batch, opcode, fd, buffer, sizeof(data), 0, 0);
	aio2_batch_attr(&batch, AIO2_ATTR_TYPE_PI, AIO2_ATTR_REQUIRED, &pi, sizeof(pi));
	result = aio2_batch_submit(ctx, &batch, &ext);
	if (result > 0)
		result = io_getevents2(ctx, event, AIO2_EVENT_MAX, sizeof(struct io_event2), NULL, 0);
	if (result < 0) {
		fprintf(stderr, "pi: %s: %s\n", strerror((int)-result), aio2_reason_str(ext.reason));
		exit(1);
	}
}

static void expect(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "pi: %s\n", what);
	exit(1);
}

int main(int argc, char **argv)
{
	AIO2_BUFFER(place, AIO2_EVENT_MAX);
	const struct io_event2 *event = (const void *)place;
	const struct aio2_ret_pi *answer;
	struct aio2_params params = { .features = AIO2_FEAT_PI };
	unsigned i;
	long result;
	int fd;

	if (argc != 2 || (fd = open(argv[1], O_RDWR)) < 0) {
		fprintf(stderr, "usage: pi PROTECTED-FILE\n");
		return 2;
	}
	result = io_setup2(AIO2_VERSION, 0, &params, sizeof(params));
	if (result == -EOPNOTSUPP)
		fprintf(stderr, "pi: this implementation has no protection information\n");
	expect(result == 0, "io_setup2 failed");
	for (i = 0; i < sizeof(data); i++)
		data[i] = (unsigned char)(i * 31 + i / 256);
	generate(0);

	transfer(params.ctx, fd, AIO2_OP_PWRITE, data, tuples, place);
	expect(event->res == sizeof(data), "the write with good tuples failed");
	transfer(params.ctx, fd, AIO2_OP_PREAD, again, told, place);
	expect(event->res == sizeof(data) && memcmp(data, again, sizeof(data)) == 0, "the read failed");
	expect(memcmp(tuples, told, sizeof(tuples)) == 0, "the tuples that came back are others");

	tuples[5].guard[1] ^= 1;
	transfer(params.ctx, fd, AIO2_OP_PWRITE, data, tuples, place);
	answer = aio2_ret_payload(aio2_ret_find(event, AIO2_ATTR_TYPE_PI), sizeof(*answer));
	expect(event->res == -EILSEQ && answer, "a wrong guard was not found");
	expect(answer->interval == 5 && answer->check == AIO2_PI_FAILED_GUARD, "a wrong guard was found in the wrong place");
	printf("interval %llu: guard %#llx expected, %#llx found; nothing was written\n", (unsigned long long)answer->interval,
	       (unsigned long long)answer->expected, (unsigned long long)answer->found);
	io_destroy2(params.ctx);
	close(fd);
	return 0;
}
