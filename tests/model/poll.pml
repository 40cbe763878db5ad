/* io_getevents2 with min_bytes 0 and a shared ring: when may it answer 0? It looks under the lock, and reapers need none.
   Completers put into the ring or on the list; the call drains, loads head once, and takes like anyone where the ring is not
   empty. Where it answers 0 nothing is on the list, and nothing was unreaped when head was loaded. With min_bytes above 0 the
   same look decides whether it goes to sleep.
   AGAIN: where it finds the ring empty and the list not, it drains again. That makes the list shorter, so it ends. */
#ifndef CAP
#define CAP 1
#endif
#ifndef NE
#define NE 2
#endif
#ifndef NC
#define NC 2
#endif
#ifndef NP
#define NP 2
#endif
byte head,tail;                      /* shared */
byte list,taken; bit lock;           /* the kernel's; taken: ghost */
#define ACQ atomic { lock==0 -> lock=1 }
#define REL lock=0
inline drain() {
  do :: list>0 -> h=head;
        if :: (tail-h)<CAP -> tail++; list-- :: else -> break fi
     :: else -> break
  od }
inline cas(to) { atomic { if :: head==h -> taken=taken+to-head; head=to; got=1 :: else fi } }
proctype Completer() {
  byte n=0,h;
  do :: n<NE -> ACQ; drain(); h=head;
        if :: list==0 && (tail-h)<CAP -> tail++ :: else -> list++ fi;
        REL; n++
     :: else -> break
  od }
proctype Call() {
  byte n=0,h,was,unreaped; bit got;
  do :: n<NP -> ACQ; drain(); got=0;
        do :: got -> break
           :: !got -> atomic { h=head; unreaped=tail-head+list };
              if :: h!=tail -> REL; cas(h+1); ACQ; if :: !got -> drain() :: else fi   /* copied and taken without the lock */
#ifdef AGAIN
                 :: h==tail && list>0 -> was=list; drain(); assert(list<was)
                 :: h==tail && list==0 ->
#else
                 :: h==tail ->
#endif
                    assert(list==0); assert(unreaped==0); break
              fi
        od;
        REL; n++
     :: else -> break
  od }
proctype One() { byte h,t; bit got;
 end: do :: head!=tail -> h=head; t=tail; if :: h!=t -> cas(h+1) :: else fi od }
proctype All() { byte h,t; bit got;
 end: do :: head!=tail -> h=head; t=tail; if :: h!=t -> cas(t) :: else fi od }
init { atomic {
  byte i=0; do :: i<NC -> run Completer(); i++ :: else -> break od;
  run Call(); run One(); run All() }
  timeout; assert(taken+(tail-head)+list==NC*NE); assert(head==tail) }
