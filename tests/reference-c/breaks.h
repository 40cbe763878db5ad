/*
 * The steps that -DBREAK=n makes wrong, one at a time: what each breaks, what sort of mistake it is, and what it does.
 * `aio2 conform --prove` reads these lines, and the suite must catch every one by a check that cites what is broken.
 */
#ifndef AIO2_REFERENCE_BREAKS_H
#define AIO2_REFERENCE_BREAKS_H

#define BREAK_TAIL_BEFORE_RECORD 1 /* RING-4; order; publishes tail, then writes the record */
#define BREAK_TAIL_BEFORE_LENGTH 2 /* RING-4; order; publishes tail, then writes the record's length */
#define BREAK_TAIL_BEFORE_RETURNS 3 /* RING-4; order; publishes tail, then writes the returns */
#define BREAK_TAIL_BEFORE_PAD 4 /* RING-3, RING-4; order; publishes tail, then writes the pad */
#define BREAK_PAD_ALONE 5 /* RING-3, RING-4; order; publishes the pad before its record */
#define BREAK_OVERFLOW_BEFORE_RECORD 6 /* RING-8, RING-7; order; clears OVERFLOW, then publishes what was on the list */
#define BREAK_OVERFLOW_LATE 7 /* RING-7, RING-8; order; sets OVERFLOW at the pass after the one that filled the list */
#define BREAK_SIGNAL_FIRST 8 /* RING-10; order; signals the eventfd, then publishes */
#define BREAK_SIGNAL_AFTER_FIRST 9 /* RING-10; order; signals after the first event of a pass instead of the last */
#define BREAK_USER_FLAGS_FIRST 10 /* RING-10; order; loads user_flags, then publishes */
#define BREAK_DEAD_FIRST 11 /* DESTROY-1; order; sets DEAD, then gives the events of what it cancels */
#define BREAK_MOVED_FIRST 12 /* RING-11; order; sets MOVED, then goes on in the old ring while it has room */
#define BREAK_HEAD_TWICE 13 /* RING-5; concurrency; reads head twice: to validate it, and to use it */
#define BREAK_TAKES_BY_STORE 14 /* GET-5; concurrency; moves head by a store where another reaper may have moved it */
#define BREAK_LIST_SILENT 15 /* RING-10; concurrency; signals no event that goes on the list */
#define BREAK_ONE_WAITER 16 /* GET-1; concurrency; wakes the youngest waiter only */
#define BREAK_SLEEPS_BLINDLY 17 /* GET-1; concurrency; looks, then makes itself known to those who wake, and does not look again */
#define BREAK_DESTROY_WAKES_NOBODY 18 /* GET-6, DESTROY-1; concurrency; destroys a context without waking its waiters */
#define BREAK_IOCB_TWICE 19 /* SUBMIT-2; concurrency; judges one copy of the iocb and runs another */
#define BREAK_WRAPS 20 /* RING-3; answer; wraps a record at the ring's end */
#define BREAK_PAD_WITHOUT_RECORD 21 /* RING-3, RING-2; answer; pads where there is no room for the record */
#define BREAK_EXACTLY_FULL 22 /* RING-2, RING-6; answer; loses an event that makes the ring exactly full */
#define BREAK_FULL_ONE_LESS 23 /* RING-2; answer; keeps the last bytes of the ring free */
#define BREAK_HEAD_BACK 24 /* RING-5; answer; trusts a head that moved back */
#define BREAK_TRUSTS_HEAD 25 /* RING-5; answer; trusts any head */
#define BREAK_OVERFLOW_EARLY 26 /* RING-8, RING-7; answer; clears OVERFLOW when the first event leaves the list */
#define BREAK_OVERTAKES 27 /* RING-7; answer; lets a later event overtake the list */
#define BREAK_NO_DRAIN 28 /* RING-7; answer; drains the list at calls only */
#define BREAK_SLOT_NO_DRAIN 29 /* RING-9; answer; refuses for want of a slot without draining the list */
#define BREAK_SLOT_UNTIL_REAPED 30 /* RING-9; answer; keeps a slot until head is past its event */
#define BREAK_GIVES_PAD 31 /* GET-1, RING-3; answer; gives a pad to the caller */
#define BREAK_FAULT_LOSES 32 /* GET-4; answer; takes an event out of the ring, then finds the buffer bad */
#define BREAK_FAULT_FORGETS 33 /* GET-4; answer; says -EFAULT though events were copied before it */
#define BREAK_NEVER_DEAD 34 /* DESTROY-1; answer; never sets DEAD */
#define BREAK_MOVE_SILENT 35 /* RING-11; answer; starts a new ring without OVERFLOW */
#define BREAK_MOVE_AT_ONCE 36 /* RING-11; answer; puts events in the new ring before the old one is empty */
#define BREAK_MOVE_DROPS 37 /* RING-11; answer; drops the list when the ring moves */
#define BREAK_MOVE_DOUBLES 38 /* RING-11; answer; takes the oldest event of the old ring along, and leaves it there */
#define BREAK_MOVE_RESTARTS 39 /* RING-11; answer; starts a new ring's positions at 0 */
#define BREAK_LOOKS_ONCE 40 /* GET-1; concurrency; looks in the ring once, though reapers have made room there for the list since the drain */

#define BROKEN(step) (BREAK == BREAK_##step)

/* Time for another thread to see what stands half done. */
#define HALF_DONE_US 300

#endif
