/*
 * A process that reaps what another one submits: it has the ring and nothing else of the context (RING-1, RING-4, RING-8).
 *
 *	ring_reaper SOCKET
 *
 * The ring's file and a journal come over the Unix socket (SCM_RIGHTS). Written after io_setup2.md and with the header alone.
 * It may be killed between any two instructions: before it takes an event it says so in the journal, afterwards it counts it.
 * It is gone, by itself too, when its parent is.
 */
#include <linux/aio2_abi.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* count events were taken; their user_data is in log[0 .. count). intent_next != 0: log[count] may have been, too. */
struct journal {
	__u64 count;
	__u64 intent_next;
	__u64 error;
	__u64 reserved[5];
	__u64 log[];
};

static int receive(const char *path, int fds[2])
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
	int from = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (from < 0 || connect(from, (struct sockaddr *)&address, sizeof(address)) != 0 || recvmsg(from, &message, 0) != 1 ||
	    control.head.cmsg_type != SCM_RIGHTS || control.head.cmsg_len != CMSG_LEN(2 * sizeof(int)))
		return -1;
	memcpy(fds, CMSG_DATA(&control.head), 2 * sizeof(int));
	return 0;
}

static void *map(int fd)
{
	struct stat info;

	return fstat(fd, &info) != 0 ? MAP_FAILED : mmap(NULL, info.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

/* Takes at most one event. Returns 0 if there was none, 1 if one was taken, -1 if the ring makes no sense. */
static int take(struct aio2_ring *ring, struct aio2_ring_user *user, const unsigned char *data, struct journal *journal)
{
	/* In this order, each with acquire: every other order is wrong (RING-8). */
	__u64 head = __atomic_load_n(&user->head, __ATOMIC_ACQUIRE);
	__u32 flags = __atomic_load_n(&ring->flags, __ATOMIC_ACQUIRE);
	__u64 tail = __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	__u64 at = head;
	struct io_event2 event;
	__u32 index;

	(void)flags;
	if (head == tail)
		return 0;

	/* Others reap too: the head loaded may be old, and what it points to somebody else's by now. The swap tells. */
	if (tail - head > ring->ring_bytes)
		return __atomic_load_n(&user->head, __ATOMIC_ACQUIRE) == head ? -1 : 0;

	index = at & (ring->ring_bytes - 1);
	memcpy(&event, data + index, 8);
	if (event.flags & AIO2_EVENT_PAD) {
		at += ring->ring_bytes - index;
		index = 0;
	}
	if (tail - at < sizeof(event) || tail - at > ring->ring_bytes)
		return __atomic_load_n(&user->head, __ATOMIC_ACQUIRE) == head ? -1 : 0;
	memcpy(&event, data + index, sizeof(event));
	if (event.bytes < sizeof(event) || event.bytes % 8 != 0 || event.bytes > tail - at)
		return __atomic_load_n(&user->head, __ATOMIC_ACQUIRE) == head ? -1 : 0;

	/* Who reads the journal after our death sees the intent before the swap, and the count after it. */
	journal->log[journal->count] = event.user_data;
	__atomic_store_n(&journal->intent_next, at + event.bytes, __ATOMIC_SEQ_CST);
	if (!__atomic_compare_exchange_n(&user->head, &head, at + event.bytes, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		__atomic_store_n(&journal->intent_next, 0, __ATOMIC_SEQ_CST);
		return 0;
	}
	__atomic_store_n(&journal->count, journal->count + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&journal->intent_next, 0, __ATOMIC_SEQ_CST);
	return 1;
}

int main(int argc, char **argv)
{
	struct aio2_ring_user *user;
	struct journal *journal;
	struct aio2_ring *ring;
	int fds[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 2 || receive(argv[1], fds) != 0)
		return 2;
	ring = map(fds[0]);
	journal = map(fds[1]);
	if (ring == MAP_FAILED || journal == MAP_FAILED)
		return 2;
	if (ring->magic != AIO2_RING_MAGIC || ring->version != AIO2_RING_VERSION || ring->incompat != 0)
		return 3;
	user = (struct aio2_ring_user *)((char *)ring + ring->user_offset);
	for (;;) {
		int taken = take(ring, user, (unsigned char *)ring + ring->data_offset, journal);

		if (taken < 0) {
			__atomic_store_n(&journal->error, 1, __ATOMIC_SEQ_CST);
			return 4;
		}
		if (taken == 0) {
			if (__atomic_load_n(&ring->flags, __ATOMIC_ACQUIRE) & AIO2_RING_DEAD)
				return 0;
			sched_yield();
		}
	}
}
