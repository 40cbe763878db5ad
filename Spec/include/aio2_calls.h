/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR MIT) */
/* Generated from Spec/aio2.yaml by `dotnet run --project Spec`; do not edit. */
#ifndef _AIO2_CALLS_H
#define _AIO2_CALLS_H

#include <stddef.h>

#include <linux/aio2_abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * io_setup2 - Makes a context
 * @version: AIO2_VERSION
 * @flags: AIO2_SETUP_*
 * @params: Wishes in, answers out
 * @size: sizeof(struct aio2_params)
 *
 * Return: 0; or -errno, in the order of the tests:
 *   -ENOSYS: The process is a child of one that had started the runtime (CTX-1)
 *   -EINVAL: size is below the first published size (SETUP-3)
 *   -EINVAL: version is not AIO2_VERSION; version_min and version_max are
 *     filled (SETUP-1)
 *   -E2BIG: size is above 4096, or the excess is not zero (SETUP-3)
 *   -EFAULT: params cannot be read and written (ERR-1)
 *   -EINVAL: Unknown flag, or flags that exclude each other (SETUP-2)
 *   -EINVAL: A reserved field is not zero (SETUP-2)
 *   -EOPNOTSUPP: A wanted feature is not offered (SETUP-4)
 *   -EINVAL: ring_bytes is not a power of two from 4096 to 2^30 (SETUP-5)
 *   -EBADF: eventfd or ring_fd is not open (SETUP-9)
 *   -EINVAL: eventfd is not an eventfd, ring_fd not a sealed memfd (SETUP-9)
 *   -EEXIST: AIO2_SETUP_AT and ctx is taken (SETUP-2)
 *   -ENOMEM: The ring's memory cannot be had (SETUP-8)
 *   -EMFILE: The process has no more descriptors (ENFILE: the system), which
 *     mapping a ring takes for a moment (SETUP-8)
 *   -EAGAIN: The ceiling of slots is reached (SETUP-6)
 */
long io_setup2(__u32 version, __u32 flags, struct aio2_params *params,
	       size_t size);

/**
 * io_destroy2 - Ends a context: cancels what can be, waits for the rest
 * @ctx: Context
 *
 * Return: 0; or -errno, in the order of the tests:
 *   -ENXIO: No such context in this process, or its destroy has begun
 *     (DESTROY-1)
 */
long io_destroy2(aio2_context_t ctx);

/**
 * io_submit2 - Submits a packed run of iocbs
 * @ctx: Context
 * @iocbs: Packed iocb records
 * @bytes: Bytes of them
 * @ext: What was wrong and where, or NULL
 *
 * Return: bytes accepted, whole records; or -errno, in the order of the tests:
 *   -ENXIO: No such context (ERR-1)
 *   -EFAULT: iocbs cannot be read, or ext not read and written (SUBMIT-5)
 *   -EINVAL: ext->size is below the first published size (SUBMIT-5)
 *   -E2BIG: ext->size is above 4096 (SUBMIT-5)
 *   -EINVAL: The first record: framing, opcode, flags, reserved fields,
 *     attributes (SUBMIT-3)
 *   -EOPNOTSUPP: The first record: rw_flags, or a REQUIRED attribute (ATTR-3)
 *   -E2BIG: The first record: a payload longer than known (ATTR-4)
 *   -EMSGSIZE: The first record: its event is above max_event_bytes (ATTR-6)
 *   -EBADF: The first record: descriptor or access mode (SUBMIT-4)
 *   -EPERM: The first record: a call that is not on the allow-list, or an I/O
 *     priority that the caller may not have (SUBMIT-7)
 *   -ESPIPE: The first record: an offset on a stream (SUBMIT-4)
 *   -EFAULT: The first record: its iovec array or its call's block cannot be
 *     read (SUBMIT-2)
 *   -EINVAL: The first record: not as a protected file needs it (ATTR-8)
 *   -EAGAIN: No slot is free (RING-9)
 *   -ENOMEM: The kernel is out of memory; nothing was accepted (ERR-1)
 */
long io_submit2(aio2_context_t ctx, const void *iocbs, size_t bytes,
		struct aio2_extack *ext);

/**
 * io_getevents2 - Waits for events and takes them
 * @ctx: Context
 * @events: Where whole event records go
 * @bytes: Room there; 0 only drains the overflow list
 * @min_bytes: Bytes of events to wait for; 0 does not wait
 * @wait: How long, or NULL for ever
 * @flags: 0
 *
 * Return: bytes of events taken, whole records; or -errno, in the order of the
 *   tests:
 *   -ENXIO: No such context, or it is destroyed meanwhile (GET-6)
 *   -EINVAL: flags is not 0 (ERR-1)
 *   -EINVAL: min_bytes is above bytes (GET-1)
 *   -EFAULT: wait cannot be read, or events not written; nothing is lost
 *     (GET-4)
 *   -EINVAL: wait is negative or not normalised, an unknown flag, a reserved
 *     field (GET-2)
 *   -E2BIG: wait->size is above 4096, or the excess is not zero (GET-2)
 *   -EMSGSIZE: The first event does not fit; it stays (GET-3)
 *   -EINTR: A signal handler ran and nothing was taken (CTX-2)
 */
long io_getevents2(aio2_context_t ctx, void *events, size_t bytes,
		   size_t min_bytes, const struct aio2_wait *wait, __u32 flags);

/**
 * io_cancel2 - Cancels requests; each still gives its final event
 * @ctx: Context
 * @user_data: The iocb's user_data, or with AIO2_CANCEL_FD its descriptor
 *   number
 * @flags: AIO2_CANCEL_*
 *
 * Return: how many were told to cancel; or -errno, in the order of the tests:
 *   -ENXIO: No such context (ERR-1)
 *   -EINVAL: Unknown flag (ERR-1)
 *   -ENOENT: Nothing matches (CANCEL-1)
 *   -EALREADY: What matches is running and cannot be stopped (CANCEL-1)
 */
long io_cancel2(aio2_context_t ctx, __u64 user_data, __u32 flags);

/**
 * io_issue2 - Runs one iocb synchronously, without a context
 * @iocb: One iocb record
 * @iocb_bytes: Its bytes
 * @event: Where the event goes
 * @event_bytes: Room there
 * @flags: 0
 *
 * Return: bytes of the event; or -errno, in the order of the tests:
 *   -EINVAL: flags is not 0 (ERR-1)
 *   -EFAULT: iocb cannot be read, or event not written; nothing ran (ISSUE-1)
 *   -EINVAL: An invalid iocb, MULTI or LEVEL: as io_submit2 (ISSUE-1)
 *   -EOPNOTSUPP: rw_flags, or a REQUIRED attribute, as io_submit2 (ATTR-3)
 *   -E2BIG: A payload longer than known (ATTR-4)
 *   -EBADF: Descriptor or access mode (SUBMIT-4)
 *   -EPERM: A call that is not on the allow-list, or an I/O priority that the
 *     caller may not have (SUBMIT-7)
 *   -ESPIPE: An offset on a stream (SUBMIT-4)
 *   -EMSGSIZE: event_bytes is too small; nothing ran (ISSUE-1)
 *   -ENOMEM: The kernel is out of memory; nothing ran (ERR-1)
 */
long io_issue2(const void *iocb, size_t iocb_bytes, void *event,
	       size_t event_bytes, __u32 flags);

/**
 * io_list2 - Walks the outstanding requests
 * @ctx: Context
 * @cursor: 0 at the start and at the end
 * @buf: Where struct aio2_request records go
 * @bytes: Room there
 *
 * Return: bytes of records; or -errno, in the order of the tests:
 *   -ENXIO: No such context (ERR-1)
 *   -EFAULT: cursor or buf (ERR-1)
 *   -EMSGSIZE: The next record does not fit (LIST-1)
 */
long io_list2(aio2_context_t ctx, __u64 *cursor, void *buf, size_t bytes);

/**
 * io_probe2 - Describes the implementation
 * @what: AIO2_PROBE_*
 * @buf: Where the answer goes
 * @bytes: Room there
 *
 * Return: bytes of the answer; or -errno, in the order of the tests:
 *   -EINVAL: Unknown what (PROBE-1)
 *   -EMSGSIZE: The answer does not fit (PROBE-1)
 *   -EFAULT: buf cannot be written (ERR-1)
 */
long io_probe2(__u32 what, void *buf, size_t bytes);

/**
 * io_ring_ctl2 - RESIZE, GET_RING, RELEASE, eventfd
 * @ctx: Context
 * @op: AIO2_CTL_*
 * @arg: Depends on op
 *
 * Return: 0; or -errno, in the order of the tests:
 *   -ENXIO: No such context (ERR-1)
 *   -EINVAL: Unknown op, or arg out of range (ERR-1)
 *   -EOPNOTSUPP: op is known and not offered (SETUP-4)
 *   -EINVAL: RESIZE, GET_RING, RELEASE: the ring is private; EVENTFD_ATTACH:
 *     the context is deferred (SETUP-7)
 *   -EFAULT: arg points to memory that cannot be read and written (ERR-1)
 *   -E2BIG: The struct's size is above 4096, or the excess is not zero
 *     (SETUP-3)
 *   -EINVAL: A field of the struct is out of range, or the memory will not do
 *     (SETUP-8)
 *   -EBADF: The descriptor is not open (SETUP-9)
 *   -EINVAL: RELEASE, EVENTFD_DETACH: there is nothing to free or to drop
 *     (ERR-1)
 *   -EBUSY: RESIZE: the old ring is not released, or an accepted event exceeds
 *     the new maximum; RELEASE: the old ring holds events (RING-11)
 *   -ENOMEM: The ring's memory cannot be had (SETUP-8)
 *   -EMFILE: The process has no more descriptors (ENFILE: the system), which
 *     mapping a ring takes for a moment (SETUP-8)
 */
long io_ring_ctl2(aio2_context_t ctx, __u32 op, __u64 arg);

#ifdef __cplusplus
}
#endif

/**
 * aio2_reason_text - One line that says what a reason code means (SUBMIT-5)
 * @reason: AIO2_REASON_* of struct aio2_extack
 *
 * Return: the text, never NULL
 */
static __inline__ const char *aio2_reason_text(__u32 reason)
{
	switch (reason) {
	case AIO2_REASON_NONE:
		return "nothing was refused";
	case AIO2_REASON_RECORD_TOO_SHORT:
		return "bytes is below the fixed part of an iocb";
	case AIO2_REASON_RECORD_UNALIGNED:
		return "bytes is not a multiple of 8";
	case AIO2_REASON_RECORD_TRUNCATED:
		return "bytes goes beyond what was submitted";
	case AIO2_REASON_RECORD_TOO_LONG:
		return "bytes is above AIO2_IOCB_MAX";
	case AIO2_REASON_OPCODE_UNKNOWN:
		return "unknown opcode";
	case AIO2_REASON_FLAGS_UNKNOWN:
		return "unknown iocb flag";
	case AIO2_REASON_FLAGS_INAPPLICABLE:
		return "this opcode does not take that iocb flag";
	case AIO2_REASON_RW_FLAGS_UNKNOWN:
		return "this opcode does not take that rw_flags bit";
	case AIO2_REASON_FIELD_NOT_ZERO:
		return "a field that this opcode does not use is not zero";
	case AIO2_REASON_OFFSET_NEGATIVE:
		return "offset is negative and not -1";
	case AIO2_REASON_LEN_RANGE:
		return "len, or offset plus len, is out of range";
	case AIO2_REASON_ATTR_TOO_SHORT:
		return "an attribute's bytes is below its head, or no head fits in what is left";
	case AIO2_REASON_ATTR_TRUNCATED:
		return "an attribute goes beyond its record";
	case AIO2_REASON_ATTR_PADDING:
		return "the padding behind an attribute is not zero";
	case AIO2_REASON_ATTR_FLAGS_UNKNOWN:
		return "unknown attribute flag";
	case AIO2_REASON_ATTR_TYPE_ZERO:
		return "attribute type 0";
	case AIO2_REASON_ATTR_TWICE:
		return "the same attribute type twice";
	case AIO2_REASON_ATTR_UNKNOWN:
		return "a required attribute is not known here";
	case AIO2_REASON_ATTR_INAPPLICABLE:
		return "a required attribute does not fit this opcode";
	case AIO2_REASON_PAYLOAD_TOO_SHORT:
		return "a payload is shorter than its first published size";
	case AIO2_REASON_PAYLOAD_TOO_LONG:
		return "a payload is longer than known here and the excess is not zero";
	case AIO2_REASON_PAYLOAD_VALUE:
		return "a value in a payload is out of range or a reserved field is not zero";
	case AIO2_REASON_EVENT_TOO_LARGE:
		return "the event would be larger than max_event_bytes";
	case AIO2_REASON_FD_BAD:
		return "fd is not an open file";
	case AIO2_REASON_FD_MODE:
		return "fd is not open for this direction";
	case AIO2_REASON_FD_KIND:
		return "fd is of a kind that this operation does not take";
	case AIO2_REASON_OFFSET_STREAM:
		return "an offset on a stream: only -1 fits";
	case AIO2_REASON_NOT_PERMITTED:
		return "not permitted";
	case AIO2_REASON_SYSCALL_UNKNOWN:
		return "the call is not on the allow-list";
	case AIO2_REASON_VEC_COUNT:
		return "more segments than AIO2_VEC_MAX";
	case AIO2_REASON_VEC_RANGE:
		return "the segments' lengths add up to more than fits";
	case AIO2_REASON_MEMORY_FAULT:
		return "memory that the iocb points to cannot be read or written";
	case AIO2_REASON_NO_SLOT:
		return "no free slot: reap, then submit again";
	case AIO2_REASON_NO_MEMORY:
		return "the kernel has no memory for the request";
	case AIO2_REASON_PI_UNALIGNED:
		return "offset or length is not a multiple of the protection interval";
	case AIO2_REASON_PI_TUPLES:
		return "the tuples' length does not fit the transfer";
	case AIO2_REASON_PI_FORMAT:
		return "the file has no protection information of a known format";
	default:
		return "unknown reason";
	}
}

#endif /* _AIO2_CALLS_H */
