/* CRC-32C and CRC-64/NVME, bit by bit: both reflected, both inverted before and after. */
#include "reference.h"

#define CRC32C_REFLECTED 0x82f63b78u
#define CRC64NVME_REFLECTED 0x9a6c9329ac4bc9b5ull

uint32_t crc32c(uint32_t sum, const void *data, size_t bytes)
{
	const unsigned char *at = data;

	for (sum = ~sum; bytes > 0; bytes--) {
		sum ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ CRC32C_REFLECTED : sum >> 1;
	}
	return ~sum;
}

uint64_t crc64nvme(uint64_t sum, const void *data, size_t bytes)
{
	const unsigned char *at = data;

	for (sum = ~sum; bytes > 0; bytes--) {
		sum ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			sum = sum & 1 ? sum >> 1 ^ CRC64NVME_REFLECTED : sum >> 1;
	}
	return ~sum;
}
