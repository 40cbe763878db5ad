/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/* Generated from Spec/aio2.yaml by `dotnet run --project Spec`; do not edit. */
#ifndef _UAPI_LINUX_AIO2_ABI_H
#define _UAPI_LINUX_AIO2_ABI_H

#include <linux/types.h>

/* Kernel headers before 6.12 lack it */
#ifndef __aligned_s64
#define __aligned_s64 __s64 __attribute__((aligned(8)))
#endif

/* A context's id: narrower than any register, never an address */
typedef __u32 aio2_context_t;

/* The version that io_setup2 takes (SETUP-1) */
#define AIO2_VERSION			2U
/*
 * First word of a ring header: the bytes A I O 2 on a little-endian machine
 * (RING-1)
 */
#define AIO2_RING_MAGIC			0x324f4941U
/* Version of the ring header's layout (RING-1) */
#define AIO2_RING_VERSION		1U
/* Smallest data area of a ring, bytes (SETUP-5) */
#define AIO2_RING_BYTES_MIN		4096U
/* Largest data area of a ring, bytes (SETUP-5) */
#define AIO2_RING_BYTES_MAX		1073741824U
/* Data area of a ring when ring_bytes is 0, bytes (SETUP-5) */
#define AIO2_RING_BYTES_DEFAULT		65536U
/* Slots of a context when nr_reqs is 0 (SETUP-6) */
#define AIO2_NR_REQS_DEFAULT		256U
/* Largest iocb with its attributes, bytes (SUBMIT-3) */
#define AIO2_IOCB_MAX			4096U
/* Largest event with its returns, bytes (ATTR-6) */
#define AIO2_EVENT_MAX			4096U
/* Most bytes that one io_submit2 takes (SUBMIT-2) */
#define AIO2_SUBMIT_MAX			1048576U
/* Largest extensible struct that a call takes, bytes (SETUP-3) */
#define AIO2_STRUCT_MAX			4096U
/* Most segments of one PREADV or PWRITEV (SUBMIT-2) */
#define AIO2_VEC_MAX			1024U
/* Accounting tags that one process may use (ATTR-7) */
#define AIO2_ACCOUNT_TAGS_MAX		1024U
/* Alignment of every record and attribute, bytes (RING-3) */
#define AIO2_ALIGN			8U

/* ---- Flags of io_setup2; unknown: -EINVAL (SETUP-2) */
/* The ring is shared: user space may reap from it (SETUP-7) */
#define AIO2_SETUP_USER_REAP		(1U << 0)
/*
 * The caller promises one reaper at a time, calls included; needs USER_REAP
 * (RING-4)
 */
#define AIO2_SETUP_SINGLE_REAPER	(1U << 1)
/*
 * The ring's memory is the sealed memfd ring_fd at ring_offset; needs USER_REAP
 * (SETUP-8)
 */
#define AIO2_SETUP_RING_FD		(1U << 2)
/*
 * The ring's memory is the shared mapping at ring_addr; needs USER_REAP
 * (SETUP-8)
 */
#define AIO2_SETUP_RING_ADDR		(1U << 3)
/* eventfd is to be signalled (SETUP-9) */
#define AIO2_SETUP_EVENTFD		(1U << 4)
/* Validate, fill the outputs, create nothing (SETUP-11) */
#define AIO2_SETUP_PROBE		(1U << 5)
/*
 * Completions run only inside the caller's own calls; not with USER_REAP or
 * EVENTFD (SETUP-12)
 */
#define AIO2_SETUP_DEFER		(1U << 6)
/*
 * A well-framed iocb that fails validation completes with an event and the run
 * goes on (SUBMIT-1)
 */
#define AIO2_SETUP_SUBMIT_ALL		(1U << 7)
/* ctx is the id wanted (SETUP-2) */
#define AIO2_SETUP_AT			(1U << 8)

/*
 * ---- Features: in, what the caller cannot live without; out, all that are
 * supported; unknown: -EOPNOTSUPP (SETUP-4)
 */
/* Rings shared with user space (SETUP-7) */
#define AIO2_FEAT_USER_REAP		((__u64)1 << 0)
/* Rings in a memfd of the caller (SETUP-8) */
#define AIO2_FEAT_RING_FD		((__u64)1 << 1)
/* Rings in shared memory of the caller (SETUP-8) */
#define AIO2_FEAT_RING_ADDR		((__u64)1 << 2)
/* RESIZE, GET_RING and RELEASE (RING-11) */
#define AIO2_FEAT_RESIZE		((__u64)1 << 3)
/* Deferred completion (SETUP-12) */
#define AIO2_FEAT_DEFER			((__u64)1 << 4)
/* POLL with MULTI (SUBMIT-8) */
#define AIO2_FEAT_POLL_MULTI		((__u64)1 << 5)
/* POLL with LEVEL (SUBMIT-8) */
#define AIO2_FEAT_POLL_LEVEL		((__u64)1 << 6)
/* SYSCALL and its allow-list (SUBMIT-7) */
#define AIO2_FEAT_SYSCALL		((__u64)1 << 7)
/* Protection information (ATTR-8) */
#define AIO2_FEAT_PI			((__u64)1 << 8)
/* A context at a chosen id (SETUP-2) */
#define AIO2_FEAT_SETUP_AT		((__u64)1 << 9)

/*
 * ---- flags of the kernel line; unknown: the reaper leaves head alone and uses
 * the call (RING-1)
 */
/* Events wait on the overflow list (RING-7) */
#define AIO2_RING_OVERFLOW		(1U << 0)
/*
 * A RESIZE has made a new ring: ask GET_RING once this one is empty (RING-11)
 */
#define AIO2_RING_MOVED			(1U << 1)
/* An invalid head was seen: events go by the list and io_getevents2 (RING-5) */
#define AIO2_RING_CORRUPT		(1U << 2)
/* The context is destroyed (DESTROY-1) */
#define AIO2_RING_DEAD			(1U << 3)

/* ---- user_flags of the user line; unknown: ignored (a hint) */
/* Do not signal the eventfd (RING-10) */
#define AIO2_USER_EVENTFD_OFF		(1U << 0)

/* ---- flags of an iocb; unknown: -EINVAL (SUBMIT-3) */
/* POLL: an event with MORE for each edge (SUBMIT-8) */
#define AIO2_IOCB_MULTI			(1U << 0)
/* POLL: readings given by io_getevents2 while the source is ready (SUBMIT-8) */
#define AIO2_IOCB_LEVEL			(1U << 1)

/* ---- flags of an event; unknown: never set */
/* Not the request's last event (RING-6) */
#define AIO2_EVENT_MORE			(1U << 0)
/* Not an event: the rest of the ring up to its end (RING-3) */
#define AIO2_EVENT_PAD			(1U << 1)
/* A reading of a level source, not an event (SUBMIT-8) */
#define AIO2_EVENT_LEVEL		(1U << 2)

/* ---- flags of an attribute; unknown: -EINVAL (ATTR-1) */
/* Refuse the iocb rather than ignore this attribute (ATTR-3) */
#define AIO2_ATTR_REQUIRED		(1U << 0)
/* No return is wanted (ATTR-2) */
#define AIO2_ATTR_NORETURN		(1U << 1)

/* ---- flags of aio2_wait; unknown: -EINVAL (GET-2) */
/* sec and nsec are a CLOCK_MONOTONIC deadline (GET-2) */
#define AIO2_WAIT_ABSTIME		(1U << 0)

/* ---- flags of io_cancel2; unknown: -EINVAL (ERR-1) */
/* Every match, not only the oldest (CANCEL-1) */
#define AIO2_CANCEL_ALL			(1U << 0)
/* user_data is the descriptor number used at submit (CANCEL-1) */
#define AIO2_CANCEL_FD			(1U << 1)

/* ---- op of io_ring_ctl2; unknown: -EINVAL (ERR-1) */
/* arg: struct aio2_ring_info; makes a new ring (RING-11) */
#define AIO2_CTL_RESIZE			1U
/* arg: struct aio2_ring_info; tells where the newest ring is (RING-11) */
#define AIO2_CTL_GET_RING		2U
/* arg: 0; frees the old ring (RING-11) */
#define AIO2_CTL_RELEASE		3U
/* arg: the descriptor number; replaces the eventfd (RING-10) */
#define AIO2_CTL_EVENTFD_ATTACH		4U
/* arg: 0; drops the eventfd (RING-10) */
#define AIO2_CTL_EVENTFD_DETACH		5U

/* ---- what of io_probe2; unknown: -EINVAL (PROBE-1) */
/* One struct aio2_probe_kernel: versions, features, limits, engine (PROBE-1) */
#define AIO2_PROBE_KERNEL		1U
/* struct aio2_probe_op for each supported operation (PROBE-1) */
#define AIO2_PROBE_OPS			2U
/* struct aio2_probe_attr for each supported attribute (PROBE-1) */
#define AIO2_PROBE_ATTRS		3U
/* struct aio2_probe_syscall for each call of the allow-list (PROBE-1) */
#define AIO2_PROBE_SYSCALLS		4U
/* struct aio2_probe_account for each accounting tag in use (PROBE-1) */
#define AIO2_PROBE_ACCOUNTS		5U
/*
 * struct aio2_probe_engine for each engine, with why it is or is not used
 * (PROBE-1)
 */
#define AIO2_PROBE_ENGINES		6U

/* ---- state of an aio2_request; unknown: never given */
/* Accepted, not yet issued (LIST-1) */
#define AIO2_REQUEST_QUEUED		1U
/* Issued to the engine (LIST-1) */
#define AIO2_REQUEST_RUNNING		2U
/* Its event is on the list; res is its result (LIST-1) */
#define AIO2_REQUEST_DONE		3U

/* ---- flags of an aio2_request; unknown: never given */
/* io_cancel2 can stop it now (CANCEL-2) */
#define AIO2_REQUEST_F_CANCELLABLE	(1U << 0)

/* ---- state of aio2_ret_cache; unknown: never given */
/* All bytes came from the page cache (ATTR-7) */
#define AIO2_CACHE_HIT			1U
/* No byte did (ATTR-7) */
#define AIO2_CACHE_MISS			2U
/* A prefix did (ATTR-7) */
#define AIO2_CACHE_PARTIAL		3U

/* ---- algorithm of aio2_attr_checksum; unknown: -EINVAL (ATTR-7) */
/* CRC-32C (Castagnoli), check value 0xe3069283 (ATTR-7) */
#define AIO2_CHECKSUM_CRC32C		1U
/* CRC-64/NVME, check value 0xae8b14860a799888 (ATTR-7) */
#define AIO2_CHECKSUM_CRC64NVME		2U

/*
 * ---- flags of aio2_attr_pi: which checks are made; unknown: -EINVAL (ATTR-8)
 */
/* Check the guard against the data (ATTR-8) */
#define AIO2_PI_CHECK_GUARD		(1U << 0)
/* Check the reference tag (ATTR-8) */
#define AIO2_PI_CHECK_REFTAG		(1U << 1)
/* Check the application tag (ATTR-8) */
#define AIO2_PI_CHECK_APPTAG		(1U << 2)

/* ---- check of aio2_ret_pi: the one that failed; unknown: never given */
/* No check failed (ATTR-8) */
#define AIO2_PI_FAILED_NONE		0U
/* The guard (ATTR-8) */
#define AIO2_PI_FAILED_GUARD		1U
/* The reference tag (ATTR-8) */
#define AIO2_PI_FAILED_REFTAG		2U
/* The application tag (ATTR-8) */
#define AIO2_PI_FAILED_APPTAG		3U
/* The device's own check of the metadata that it stored (ATTR-8) */
#define AIO2_PI_FAILED_SEAL		4U

/* ---- direction of an attribute, as PROBE tells it; unknown: never given */
/* The attribute carries a payload (PROBE-1) */
#define AIO2_DIR_IN			(1U << 0)
/* The return carries a payload (PROBE-1) */
#define AIO2_DIR_OUT			(1U << 1)

/*
 * ---- How the kernel touches user memory, as PROBE tells it; unknown: never
 * given
 */
/* Plain copies: the caller owns what it passes (PROBE-1) */
#define AIO2_USER_MEMORY_DIRECT		1U
/* Copies whose faults a signal handler turns into -EFAULT (PROBE-1) */
#define AIO2_USER_MEMORY_FIXUP		2U
/* Copies through a memfd (PROBE-1) */
#define AIO2_USER_MEMORY_BOUNCE		3U
/* A real kernel's own exception table (PROBE-1) */
#define AIO2_USER_MEMORY_KERNEL		4U

/* ---- Calls that SYSCALL may run */
/* openat */
#define AIO2_SYS_OPENAT			1U
/* close */
#define AIO2_SYS_CLOSE			2U
/* statx */
#define AIO2_SYS_STATX			3U
/* fstat */
#define AIO2_SYS_FSTAT			4U
/* fallocate */
#define AIO2_SYS_FALLOCATE		5U
/* ftruncate */
#define AIO2_SYS_FTRUNCATE		6U
/* renameat2 */
#define AIO2_SYS_RENAMEAT2		7U
/* unlinkat */
#define AIO2_SYS_UNLINKAT		8U
/* linkat */
#define AIO2_SYS_LINKAT			9U
/* symlinkat */
#define AIO2_SYS_SYMLINKAT		10U
/* mkdirat */
#define AIO2_SYS_MKDIRAT		11U
/* readlinkat */
#define AIO2_SYS_READLINKAT		12U
/* getdents64 */
#define AIO2_SYS_GETDENTS64		13U
/* copy_file_range */
#define AIO2_SYS_COPY_FILE_RANGE	14U
/* sync_file_range */
#define AIO2_SYS_SYNC_FILE_RANGE	15U
/* fadvise64 */
#define AIO2_SYS_FADVISE64		16U
/* sendto, polled first */
#define AIO2_SYS_SENDTO			17U
/* recvfrom, polled first */
#define AIO2_SYS_RECVFROM		18U
/* accept4, polled first */
#define AIO2_SYS_ACCEPT4		19U
/* connect, non-blocking and polled */
#define AIO2_SYS_CONNECT		20U

/*
 * ---- rw_flags: the values are Linux's RWF_*; unknown: -EOPNOTSUPP (SUBMIT-7)
 */
/* High priority, polled where the device can */
#define AIO2_RWF_HIPRI			(1U << 0)
/* As O_DSYNC for this write */
#define AIO2_RWF_DSYNC			(1U << 1)
/* As O_SYNC for this write */
#define AIO2_RWF_SYNC			(1U << 2)
/* -EAGAIN as the result instead of waiting */
#define AIO2_RWF_NOWAIT			(1U << 3)
/* As O_APPEND for this write */
#define AIO2_RWF_APPEND			(1U << 4)

/* ---- opcode of an iocb (SUBMIT-7) */
/* Does nothing; its result is 0 */
#define AIO2_OP_NOP			0U
/* Reads len bytes into addr */
#define AIO2_OP_PREAD			1U
/* Writes len bytes from addr */
#define AIO2_OP_PWRITE			2U
/* Reads into len segments at addr */
#define AIO2_OP_PREADV			3U
/* Writes from len segments at addr */
#define AIO2_OP_PWRITEV			4U
/* fsync */
#define AIO2_OP_FSYNC			5U
/* fdatasync */
#define AIO2_OP_FDSYNC			6U
/* Waits for the poll(2) events in len */
#define AIO2_OP_POLL			7U
/* Runs the struct aio2_syscall at addr */
#define AIO2_OP_SYSCALL			8U

/* ---- type of an attribute (ATTR-7) */
/* T10 protection information */
#define AIO2_ATTR_TYPE_PI		1U
/* When the request was submitted, issued and completed */
#define AIO2_ATTR_TYPE_TIMING		2U
/* What the page cache held */
#define AIO2_ATTR_TYPE_CACHE		3U
/* Cancels with -ETIME past a moment */
#define AIO2_ATTR_TYPE_DEADLINE		4U
/* I/O priority */
#define AIO2_ATTR_TYPE_IOPRIO		5U
/* Expected life time of the data */
#define AIO2_ATTR_TYPE_WRITE_HINT	6U
/* Checksum of the data transferred */
#define AIO2_ATTR_TYPE_CHECKSUM		7U
/* Accounting tag */
#define AIO2_ATTR_TYPE_ACCOUNT		8U
/* Trace id, echoed */
#define AIO2_ATTR_TYPE_TRACE_ID		9U
/* Short transfers continued and retries made */
#define AIO2_ATTR_TYPE_RETRY		10U

/* ---- reason of aio2_extack (SUBMIT-5) */
/* nothing was refused */
#define AIO2_REASON_NONE		0U
/* bytes is below the fixed part of an iocb */
#define AIO2_REASON_RECORD_TOO_SHORT	1U
/* bytes is not a multiple of 8 */
#define AIO2_REASON_RECORD_UNALIGNED	2U
/* bytes goes beyond what was submitted */
#define AIO2_REASON_RECORD_TRUNCATED	3U
/* bytes is above AIO2_IOCB_MAX */
#define AIO2_REASON_RECORD_TOO_LONG	4U
/* unknown opcode */
#define AIO2_REASON_OPCODE_UNKNOWN	5U
/* unknown iocb flag */
#define AIO2_REASON_FLAGS_UNKNOWN	6U
/* this opcode does not take that iocb flag */
#define AIO2_REASON_FLAGS_INAPPLICABLE	7U
/* this opcode does not take that rw_flags bit */
#define AIO2_REASON_RW_FLAGS_UNKNOWN	8U
/* a field that this opcode does not use is not zero */
#define AIO2_REASON_FIELD_NOT_ZERO	9U
/* offset is negative and not -1 */
#define AIO2_REASON_OFFSET_NEGATIVE	10U
/* len, or offset plus len, is out of range */
#define AIO2_REASON_LEN_RANGE		11U
/* an attribute's bytes is below its head, or no head fits in what is left */
#define AIO2_REASON_ATTR_TOO_SHORT	12U
/* an attribute goes beyond its record */
#define AIO2_REASON_ATTR_TRUNCATED	13U
/* the padding behind an attribute is not zero */
#define AIO2_REASON_ATTR_PADDING	14U
/* unknown attribute flag */
#define AIO2_REASON_ATTR_FLAGS_UNKNOWN	15U
/* attribute type 0 */
#define AIO2_REASON_ATTR_TYPE_ZERO	16U
/* the same attribute type twice */
#define AIO2_REASON_ATTR_TWICE		17U
/* a required attribute is not known here */
#define AIO2_REASON_ATTR_UNKNOWN	18U
/* a required attribute does not fit this opcode */
#define AIO2_REASON_ATTR_INAPPLICABLE	19U
/* a payload is shorter than its first published size */
#define AIO2_REASON_PAYLOAD_TOO_SHORT	20U
/* a payload is longer than known here and the excess is not zero */
#define AIO2_REASON_PAYLOAD_TOO_LONG	21U
/* a value in a payload is out of range or a reserved field is not zero */
#define AIO2_REASON_PAYLOAD_VALUE	22U
/* the event would be larger than max_event_bytes */
#define AIO2_REASON_EVENT_TOO_LARGE	23U
/* fd is not an open file */
#define AIO2_REASON_FD_BAD		24U
/* fd is not open for this direction */
#define AIO2_REASON_FD_MODE		25U
/* fd is of a kind that this operation does not take */
#define AIO2_REASON_FD_KIND		26U
/* an offset on a stream: only -1 fits */
#define AIO2_REASON_OFFSET_STREAM	27U
/* not permitted */
#define AIO2_REASON_NOT_PERMITTED	28U
/* the call is not on the allow-list */
#define AIO2_REASON_SYSCALL_UNKNOWN	29U
/* more segments than AIO2_VEC_MAX */
#define AIO2_REASON_VEC_COUNT		30U
/* the segments' lengths add up to more than fits */
#define AIO2_REASON_VEC_RANGE		31U
/* memory that the iocb points to cannot be read or written */
#define AIO2_REASON_MEMORY_FAULT	32U
/* no free slot: reap, then submit again */
#define AIO2_REASON_NO_SLOT		33U
/* the kernel has no memory for the request */
#define AIO2_REASON_NO_MEMORY		34U
/* offset or length is not a multiple of the protection interval */
#define AIO2_REASON_PI_UNALIGNED	35U
/* the tuples' length does not fit the transfer */
#define AIO2_REASON_PI_TUPLES		36U
/* the file has no protection information of a known format */
#define AIO2_REASON_PI_FORMAT		37U

/* Attribute types from here up are the drivers' own (ATTR-5) */
#define AIO2_ATTR_TYPE_DRIVER_BASE	0x8000U

/**
 * struct iocb2 - Fixed part of a submission record; attributes follow it
 * @bytes: The whole record with its attributes, a multiple of 8
 * @flags: AIO2_IOCB_*
 * @opcode: AIO2_OP_*
 * @user_data: Returned in every event of this request
 * @fd: Descriptor
 * @rw_flags: AIO2_RWF_*
 * @addr: Buffer, array of struct aio2_vec, or struct aio2_syscall
 * @len: Bytes, segments, or POLL's event mask
 * @offset: File offset; -1 is the file position
 *
 * 48 bytes on every architecture; never grows. SUBMIT-3 of io_setup2.md.
 */
struct iocb2 {
	__u32 bytes;
	__u16 flags;
	__u16 opcode;
	__aligned_u64 user_data;
	__s32 fd;
	__u32 rw_flags;
	__aligned_u64 addr;
	__aligned_u64 len;
	__aligned_s64 offset;
};

/**
 * struct io_event2 - Fixed part of a completion record; attribute returns
 *   follow it
 * @bytes: The whole record with its returns, a multiple of 8
 * @flags: AIO2_EVENT_*
 * @reserved: Zero
 * @user_data: The iocb's
 * @res: Result, or -errno
 *
 * 24 bytes on every architecture; never grows. RING-3 of io_setup2.md.
 */
struct io_event2 {
	__u32 bytes;
	__u16 flags;
	__u16 reserved;
	__aligned_u64 user_data;
	__aligned_s64 res;
};

/**
 * struct aio2_attr - Head of an attribute; its payload follows
 * @bytes: Head and payload, without the padding that follows to a multiple of 8
 * @type: AIO2_ATTR_TYPE_*
 * @flags: AIO2_ATTR_REQUIRED, AIO2_ATTR_NORETURN
 *
 * 8 bytes on every architecture; never grows. ATTR-1 of io_setup2.md.
 */
struct aio2_attr {
	__u32 bytes;
	__u16 type;
	__u16 flags;
};

/**
 * struct aio2_attr_ret - Head of an attribute return; its payload follows
 * @bytes: Head and payload, without the padding that follows to a multiple of 8
 * @type: The attribute's
 * @flags: Zero
 * @status: 0 handled, -EOPNOTSUPP not supported here, else why it failed
 * @reserved: Zero
 *
 * 16 bytes on every architecture; never grows. ATTR-2 of io_setup2.md.
 */
struct aio2_attr_ret {
	__u32 bytes;
	__u16 type;
	__u16 flags;
	__s32 status;
	__u32 reserved;
};

/**
 * struct aio2_params - What io_setup2 is asked for and answers; all zeroes asks
 *   for the defaults
 * @version_min: Lowest version known (SETUP-1)
 * @version_max: Highest version known (SETUP-1)
 * @features: AIO2_FEAT_* (SETUP-4)
 * @ctx: The context's id (SETUP-2)
 * @nr_reqs: Slots (SETUP-6)
 * @ring_bytes: Data area of the ring, bytes (SETUP-5)
 * @max_event_bytes: Largest event accepted, bytes (ATTR-6)
 * @eventfd: With AIO2_SETUP_EVENTFD (SETUP-9)
 * @ring_fd: With AIO2_SETUP_RING_FD (SETUP-8)
 * @user_offset: The user line's place in the mapping, bytes (RING-1)
 * @data_offset: The data area's place in the mapping, bytes (RING-1)
 * @ring_addr: Where the ring is mapped (SETUP-7)
 * @ring_offset: The ring's place in ring_fd, bytes (SETUP-8)
 * @ring_map_bytes: The whole mapping, bytes (SETUP-7)
 * @reserved: Zero (SETUP-2)
 *
 * 96 bytes on every architecture; may grow behind its last field; first
 * published with 96. SETUP-3 of io_setup2.md.
 */
struct aio2_params {
	__u32 version_min;
	__u32 version_max;
	__aligned_u64 features;
	__u32 ctx;
	__u32 nr_reqs;
	__u32 ring_bytes;
	__u32 max_event_bytes;
	__s32 eventfd;
	__s32 ring_fd;
	__u32 user_offset;
	__u32 data_offset;
	__aligned_u64 ring_addr;
	__aligned_u64 ring_offset;
	__aligned_u64 ring_map_bytes;
	__aligned_u64 reserved[3];
};

/**
 * struct aio2_wait - How long io_getevents2 waits, and with which signal mask
 * @size: sizeof(struct aio2_wait)
 * @flags: AIO2_WAIT_*
 * @sec: Seconds, not negative
 * @nsec: Nanoseconds, 0 to 999999999
 * @sigmask: Pointer to the signal mask while waiting, or 0 (CTX-2)
 * @sigset_bytes: Bytes at sigmask: 8, or 0 without one (CTX-2)
 * @reserved: Zero
 *
 * 40 bytes on every architecture; may grow behind its last field; first
 * published with 40. GET-2 of io_setup2.md.
 */
struct aio2_wait {
	__u32 size;
	__u32 flags;
	__aligned_s64 sec;
	__aligned_s64 nsec;
	__aligned_u64 sigmask;
	__u32 sigset_bytes;
	__u32 reserved;
};

/**
 * struct aio2_extack - What was wrong with a submission, and where
 * @size: sizeof(struct aio2_extack)
 * @reason: AIO2_REASON_*
 * @error: -errno of the first offending record, or 0
 * @reserved: Zero
 * @record_offset: Bytes from iocbs to the offending record
 * @field_offset: Bytes from iocbs to the offending attribute or field
 *
 * 32 bytes on every architecture; may grow behind its last field; first
 * published with 32. SUBMIT-5 of io_setup2.md.
 */
struct aio2_extack {
	__u32 size;
	__u32 reason;
	__s32 error;
	__u32 reserved;
	__aligned_u64 record_offset;
	__aligned_u64 field_offset;
};

/**
 * struct aio2_request - One outstanding request, as io_list2 tells it; the iocb
 *   follows byte for byte
 * @bytes: This head and the iocb, a multiple of 8
 * @flags: AIO2_REQUEST_F_*
 * @state: AIO2_REQUEST_*
 * @id: Number of the request in this context, in the order of submission
 * @res: Result of a request that is DONE, else 0
 *
 * 24 bytes on every architecture; never grows. LIST-1 of io_setup2.md.
 */
struct aio2_request {
	__u32 bytes;
	__u16 flags;
	__u16 state;
	__aligned_u64 id;
	__aligned_s64 res;
};

/**
 * struct aio2_vec - One segment of PREADV and PWRITEV, the same for every word
 *   size
 * @base: Address
 * @len: Bytes
 *
 * 16 bytes on every architecture; never grows. SUBMIT-2 of io_setup2.md.
 */
struct aio2_vec {
	__aligned_u64 base;
	__aligned_u64 len;
};

/**
 * struct aio2_syscall - What SYSCALL runs
 * @nr: AIO2_SYS_*
 * @args: Arguments
 *
 * 56 bytes on every architecture; never grows. SUBMIT-7 of io_setup2.md.
 */
struct aio2_syscall {
	__aligned_u64 nr;
	__aligned_u64 args[6];
};

/**
 * struct aio2_ring_info - A ring, as RESIZE is asked for it and GET_RING tells
 *   it
 * @size: sizeof(struct aio2_ring_info)
 * @flags: RESIZE: AIO2_SETUP_RING_FD or AIO2_SETUP_RING_ADDR, or 0
 * @ring_bytes: Data area, bytes
 * @max_event_bytes: Largest event accepted, bytes
 * @ring_fd: With AIO2_SETUP_RING_FD
 * @generation: 0 for the ring of setup, one more for each RESIZE
 * @user_offset: The user line's place in the mapping, bytes
 * @data_offset: The data area's place in the mapping, bytes
 * @ring_addr: Where the ring is mapped
 * @ring_offset: The ring's place in ring_fd, bytes
 * @ring_map_bytes: The whole mapping, bytes
 * @reserved: Zero
 *
 * 64 bytes on every architecture; may grow behind its last field; first
 * published with 64. RING-11 of io_setup2.md.
 */
struct aio2_ring_info {
	__u32 size;
	__u32 flags;
	__u32 ring_bytes;
	__u32 max_event_bytes;
	__s32 ring_fd;
	__u32 generation;
	__u32 user_offset;
	__u32 data_offset;
	__aligned_u64 ring_addr;
	__aligned_u64 ring_offset;
	__aligned_u64 ring_map_bytes;
	__aligned_u64 reserved;
};

/**
 * struct aio2_ring - Header of a ring: the constants and the kernel line,
 *   read-only for user space
 * @magic: AIO2_RING_MAGIC
 * @version: AIO2_RING_VERSION
 * @compat: Bits that a reaper may ignore
 * @incompat: Bits that a reaper must know, or leave head alone and use the call
 * @header_bytes: sizeof(struct aio2_ring)
 * @ring_bytes: Data area, bytes, a power of two
 * @user_offset: The user line's place in the mapping, bytes
 * @data_offset: The data area's place in the mapping, bytes
 * @map_bytes: The whole mapping, bytes
 * @max_event_bytes: Largest event, bytes
 * @ctx: The context's id, or 0 where there is none
 * @generation: 0, one more for each RESIZE
 * @reserved0: Zero
 * @start: Position of the first byte: tail of the old ring after RESIZE, else 0
 *   (RING-11)
 * @reserved1: Zero
 * @tail: End of the newest event, a free-running count of bytes (RING-2)
 * @flags: AIO2_RING_* (RING-7)
 * @reserved2: Zero
 * @overflow_events: Events that have gone by the overflow list (RING-7)
 * @overflow_episodes: Times that OVERFLOW was set (RING-7)
 * @reserved3: Zero
 *
 * 256 bytes on every architecture; may grow behind its last field. RING-1 of
 * io_setup2.md.
 */
struct aio2_ring {
	__u32 magic;
	__u32 version;
	__aligned_u64 compat;
	__aligned_u64 incompat;
	__u32 header_bytes;
	__u32 ring_bytes;
	__u32 user_offset;
	__u32 data_offset;
	__aligned_u64 map_bytes;
	__u32 max_event_bytes;
	__u32 ctx;
	__u32 generation;
	__u32 reserved0;
	__aligned_u64 start;
	__aligned_u64 reserved1[7];
	__aligned_u64 tail;
	__u32 flags;
	__u32 reserved2;
	__aligned_u64 overflow_events;
	__aligned_u64 overflow_episodes;
	__aligned_u64 reserved3[12];
};

/**
 * struct aio2_ring_user - The user line of a ring, alone on its page
 * @head: Start of the oldest unreaped event, a free-running count of bytes
 *   (RING-2)
 * @user_flags: AIO2_USER_* (RING-10)
 * @reserved0: Zero
 * @reserved1: Zero
 *
 * 128 bytes on every architecture; may grow behind its last field. RING-1 of
 * io_setup2.md.
 */
struct aio2_ring_user {
	__aligned_u64 head;
	__u32 user_flags;
	__u32 reserved0;
	__aligned_u64 reserved1[14];
};

/**
 * struct aio2_probe_kernel - The implementation, as io_probe2 tells it
 * @size: sizeof(struct aio2_probe_kernel)
 * @version_min: Lowest version known
 * @version_max: Highest version known
 * @setup_flags: AIO2_SETUP_* that are accepted
 * @features: AIO2_FEAT_* that are offered
 * @ring_bytes_min: Smallest ring_bytes
 * @ring_bytes_max: Largest ring_bytes
 * @event_max: AIO2_EVENT_MAX
 * @iocb_max: AIO2_IOCB_MAX
 * @submit_max: AIO2_SUBMIT_MAX
 * @user_memory: AIO2_USER_MEMORY_*
 * @reqs_ceiling: Slots that all contexts may have together
 * @reqs_used: Slots that they have now
 * @engine: Name of the engine, NUL-terminated
 * @spec_hash: SHA-256 of the spec that the implementation was built from
 * @reserved: Zero
 *
 * 128 bytes on every architecture; may grow behind its last field; first
 * published with 128. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_kernel {
	__u32 size;
	__u32 version_min;
	__u32 version_max;
	__u32 setup_flags;
	__aligned_u64 features;
	__u32 ring_bytes_min;
	__u32 ring_bytes_max;
	__u32 event_max;
	__u32 iocb_max;
	__u32 submit_max;
	__u32 user_memory;
	__aligned_u64 reqs_ceiling;
	__aligned_u64 reqs_used;
	__u8 engine[16];
	__u8 spec_hash[32];
	__aligned_u64 reserved[2];
};

/**
 * struct aio2_probe_op - A supported operation
 * @size: sizeof(struct aio2_probe_op)
 * @opcode: AIO2_OP_*
 * @iocb_flags: AIO2_IOCB_* that it takes
 * @rw_flags: AIO2_RWF_* that it takes
 * @reserved: Zero
 * @name: Name, NUL-terminated
 *
 * 32 bytes on every architecture; may grow behind its last field; first
 * published with 32. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_op {
	__u32 size;
	__u16 opcode;
	__u16 iocb_flags;
	__u32 rw_flags;
	__u32 reserved;
	__u8 name[16];
};

/**
 * struct aio2_probe_attr - A supported attribute
 * @size: sizeof(struct aio2_probe_attr)
 * @type: AIO2_ATTR_TYPE_*
 * @reserved0: Zero
 * @direction: AIO2_DIR_*
 * @in_min: First published size of the payload, bytes
 * @in_size: Known size of the payload, bytes
 * @out_size: Size of the return's payload, bytes
 * @opcodes: Bit n: fits the operation with number n
 * @name: Name, NUL-terminated
 *
 * 48 bytes on every architecture; may grow behind its last field; first
 * published with 48. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_attr {
	__u32 size;
	__u16 type;
	__u16 reserved0;
	__u32 direction;
	__u32 in_min;
	__u32 in_size;
	__u32 out_size;
	__aligned_u64 opcodes;
	__u8 name[16];
};

/**
 * struct aio2_probe_syscall - A call that SYSCALL may run
 * @size: sizeof(struct aio2_probe_syscall)
 * @nr: AIO2_SYS_*
 * @name: Name, NUL-terminated
 *
 * 32 bytes on every architecture; may grow behind its last field; first
 * published with 32. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_syscall {
	__u32 size;
	__u32 nr;
	__u8 name[24];
};

/**
 * struct aio2_probe_account - Totals of an accounting tag
 * @size: sizeof(struct aio2_probe_account)
 * @reserved: Zero
 * @tag: The tag
 * @requests: Requests completed
 * @bytes_read: Bytes read
 * @bytes_written: Bytes written
 *
 * 40 bytes on every architecture; may grow behind its last field; first
 * published with 40. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_account {
	__u32 size;
	__u32 reserved;
	__aligned_u64 tag;
	__aligned_u64 requests;
	__aligned_u64 bytes_read;
	__aligned_u64 bytes_written;
};

/**
 * struct aio2_probe_engine - An engine, and why it is or is not used
 * @size: sizeof(struct aio2_probe_engine)
 * @usable: 1 if it can be used here
 * @chosen: 1 if new contexts use it
 * @name: Name, NUL-terminated
 * @why: One line, NUL-terminated
 *
 * 88 bytes on every architecture; may grow behind its last field; first
 * published with 88. PROBE-1 of io_setup2.md.
 */
struct aio2_probe_engine {
	__u32 size;
	__u16 usable;
	__u16 chosen;
	__u8 name[16];
	__u8 why[64];
};

/**
 * struct aio2_attr_pi - PI: the field set of io_uring_attr_pi
 * @flags: AIO2_PI_*: the checks to make
 * @app_tag: Application tag to write or to expect
 * @len: Bytes at addr
 * @addr: Tuples, one for each interval
 * @seed: Reference tag of the first interval
 * @reserved: Zero
 *
 * 32 bytes on every architecture; may grow behind its last field; first
 * published with 32. ATTR-8 of io_setup2.md.
 */
struct aio2_attr_pi {
	__u16 flags;
	__u16 app_tag;
	__u32 len;
	__aligned_u64 addr;
	__aligned_u64 seed;
	__aligned_u64 reserved;
};

/**
 * struct aio2_ret_pi - PI: the first bad interval
 * @interval: Number of the interval in this transfer, from 0
 * @check: AIO2_PI_FAILED_*
 * @reserved: Zero
 * @expected: What was expected
 * @found: What was found
 *
 * 32 bytes on every architecture; may grow behind its last field. ATTR-8 of
 * io_setup2.md.
 */
struct aio2_ret_pi {
	__aligned_u64 interval;
	__u32 check;
	__u32 reserved;
	__aligned_u64 expected;
	__aligned_u64 found;
};

/**
 * struct aio2_ret_timing - TIMING: CLOCK_MONOTONIC, ns
 * @submit: When io_submit2 accepted the iocb
 * @issue: When the engine began it
 * @complete: When its result was decided
 *
 * 24 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_timing {
	__aligned_u64 submit;
	__aligned_u64 issue;
	__aligned_u64 complete;
};

/**
 * struct aio2_ret_cache - CACHE: what the page cache held
 * @state: AIO2_CACHE_*
 * @reserved: Zero
 * @bytes: Bytes that a first non-blocking attempt returned
 *
 * 16 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_cache {
	__u32 state;
	__u32 reserved;
	__aligned_u64 bytes;
};

/**
 * struct aio2_attr_deadline - DEADLINE: when to give up
 * @ns: CLOCK_MONOTONIC, ns, absolute
 *
 * 8 bytes on every architecture; may grow behind its last field; first
 * published with 8. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_deadline {
	__aligned_u64 ns;
};

/**
 * struct aio2_attr_ioprio - IOPRIO: the request's I/O priority
 * @ioprio: As ioprio_set(2) has it: class << 13 | level
 * @reserved0: Zero
 * @reserved1: Zero
 *
 * 8 bytes on every architecture; may grow behind its last field; first
 * published with 8. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_ioprio {
	__u16 ioprio;
	__u16 reserved0;
	__u32 reserved1;
};

/**
 * struct aio2_attr_write_hint - WRITE_HINT: the expected life time of the data
 * @hint: RWH_WRITE_LIFE_*, 0 to 5
 *
 * 8 bytes on every architecture; may grow behind its last field; first
 * published with 8. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_write_hint {
	__aligned_u64 hint;
};

/**
 * struct aio2_ret_write_hint - WRITE_HINT: the hint that the inode has now
 * @hint: RWH_WRITE_LIFE_*
 *
 * 8 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_write_hint {
	__aligned_u64 hint;
};

/**
 * struct aio2_attr_checksum - CHECKSUM: which one
 * @algorithm: AIO2_CHECKSUM_*
 * @reserved: Zero
 *
 * 8 bytes on every architecture; may grow behind its last field; first
 * published with 8. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_checksum {
	__u32 algorithm;
	__u32 reserved;
};

/**
 * struct aio2_ret_checksum - CHECKSUM: of the data transferred
 * @algorithm: AIO2_CHECKSUM_*
 * @reserved: Zero
 * @bytes: Bytes covered
 * @checksum: The checksum, zero-extended
 *
 * 24 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_checksum {
	__u32 algorithm;
	__u32 reserved;
	__aligned_u64 bytes;
	__aligned_u64 checksum;
};

/**
 * struct aio2_attr_account - ACCOUNT: whom to charge
 * @tag: Accounting tag
 *
 * 8 bytes on every architecture; may grow behind its last field; first
 * published with 8. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_account {
	__aligned_u64 tag;
};

/**
 * struct aio2_attr_trace_id - TRACE_ID: a trace context's id
 * @high: High half
 * @low: Low half
 *
 * 16 bytes on every architecture; may grow behind its last field; first
 * published with 16. ATTR-7 of io_setup2.md.
 */
struct aio2_attr_trace_id {
	__aligned_u64 high;
	__aligned_u64 low;
};

/**
 * struct aio2_ret_trace_id - TRACE_ID: echoed
 * @high: High half
 * @low: Low half
 *
 * 16 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_trace_id {
	__aligned_u64 high;
	__aligned_u64 low;
};

/**
 * struct aio2_ret_retry - RETRY: what it took
 * @continued: Short transfers continued
 * @retried: Attempts repeated after EINTR or EAGAIN
 *
 * 8 bytes on every architecture; may grow behind its last field. ATTR-7 of
 * io_setup2.md.
 */
struct aio2_ret_retry {
	__u32 continued;
	__u32 retried;
};

#endif /* _UAPI_LINUX_AIO2_ABI_H */
