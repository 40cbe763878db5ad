/* RING-8: when is an empty ring truly empty?
 *
 * One completing kernel (NE events, up to BATCH in a pass), DRAINER calls of io_getevents2 that drain, NR reapers with
 * compare-and-swap, one checker that applies the rule. Mirrors Abi/Ring: see README.md.
 *
 * ORDER of the checker's loads:  1 head, flags, tail (the rule)
 *                                0 head, tail, flags   2 flags, head, tail   3 tail, head, flags (all wrong)
 * CLEARFIRST: the kernel clears OVERFLOW before the tail that covers the drained records is stored (wrong).
 */
#ifndef CAP
#define CAP 1
#endif
#ifndef NE
#define NE 3
#endif
#ifndef NR
#define NR 2
#endif
#ifndef BATCH
#define BATCH 1
#endif
#ifndef ORDER
#define ORDER 1
#endif

byte head, tail;        /* shared */
bit  flag;              /* shared: OVERFLOW */
byte list, lock;        /* the kernel's, under the context's lock */
byte staged, fresh;     /* records reserved and not published; of them, those that did not come from the list */
byte unreaped;          /* ghost: completed and not reaped */
bit  seen_empty;        /* ghost: unreaped was 0 at some moment of the check */

#define ACQ atomic { lock == 0 -> lock = 1 }
#define REL lock = 0

/* RingProducer.Publish: one store of tail. A record staged at completion counts as completed here. */
inline publish() {
  if
  :: staged > 0 -> atomic { tail = tail + staged; unreaped = unreaped + fresh; staged = 0; fresh = 0 }
  :: else
  fi
}

/* RingProducer.Observe: publish, then load head once. */
inline observe(h) { publish(); h = head }

/* RingProducer.TryReserve: by the head last seen, then by a new one. */
inline reserve(h, ok) {
  if
  :: (tail + staged - h) < CAP -> ok = 1
  :: else -> observe(h);
     if
     :: (tail - h) < CAP -> ok = 1
     :: else -> ok = 0
     fi
  fi;
  if
  :: ok -> staged++
  :: else
  fi
}

/* OverflowRing.Begin and DrainObserved. */
inline drain(h, ok, n) {
  observe(h);
  n = 0;
  do
  :: list > n -> reserve(h, ok);
     if
     :: ok -> n++
     :: else -> break
     fi
  :: else -> break
  od;
#ifdef CLEARFIRST
  if
  :: n > 0 && list == n -> flag = 0
  :: else
  fi;
#endif
  publish();
  list = list - n;
  if
  :: n > 0 && list == 0 -> flag = 0
  :: else
  fi
}

proctype Completer() {
  byte done = 0, h, n, b; bit ok;
  do
  :: done < NE ->
     ACQ;
     drain(h, ok, n);
     b = 0;
     do
     :: b < BATCH && done < NE ->
        ok = 0;
        if
        :: list == 0 -> reserve(h, ok)
        :: else
        fi;
        if
        :: ok -> fresh++
        :: else ->
           list++;
           publish();
           atomic { flag = 1; unreaped++ }     /* RaiseOverflow: the event counts as completed at this store */
        fi;
        b++; done++
     :: else -> break
     od;
     publish();                                 /* OverflowRing.End */
     h = 0; n = 0; b = 0; ok = 0;               /* dead locals make no states */
     REL
  :: else -> break
  od
}

#ifdef DRAINER
proctype Drainer() {
  byte i = 0, h, n; bit ok;
  do
  :: i < DRAINER -> ACQ; drain(h, ok, n); h = 0; n = 0; ok = 0; REL; i++
  :: else -> break
  od
}
#endif

/* RingReaper.TryRead: what was copied counts only if head has not moved. */
proctype Reaper() {
  byte h, t, seen = 0;
  do
  :: h = head;
     if
     :: seen > h -> t = seen                    /* the cached tail */
     :: else -> t = tail; seen = t
     fi;
     if
     :: h != t ->
        atomic {
          if
          :: head == h -> head = h + 1; unreaped--;
             if
             :: unreaped == 0 -> seen_empty = 1
             :: else
             fi
          :: else
          fi
        }
     :: else
     fi;
     h = 0; t = 0
  :: break
  od
}

/* RingReaper.Look and LookAgain. */
proctype Checker() {
  byte h, t; bit f, none_then;
  do
  :: atomic { seen_empty = (unreaped == 0) };
     none_then = 1;
#if ORDER == 0
     h = head; t = tail; f = flag;
#elif ORDER == 1
     h = head;
     do
     :: atomic { f = flag; none_then = (unreaped == 0) };
        t = tail;
        if
        :: t - h > CAP -> h = head              /* others have gone round: head again, then flags, then tail */
        :: else -> break
        fi
     od;
#elif ORDER == 2
     f = flag; h = head; t = tail;
#else
     t = tail; h = head; f = flag;
#endif
     if
     :: h == t && f == 0 -> assert(seen_empty && none_then)
     :: else
     fi;
     h = 0; t = 0; f = 0; none_then = 1; seen_empty = 0
  :: break
  od
}

init {
  atomic {
    run Completer();
#ifdef DRAINER
    run Drainer();
#endif
#if NR > 0
    run Reaper();
#endif
#if NR > 1
    run Reaper();
#endif
    run Checker()
  }
}
