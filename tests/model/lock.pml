/* The context's lock, given up by a plain store. Lost wake-up = invalid end state; two inside = assertion.
   One-entry TSO store buffers: who gives up stores the word (buffered), then loads sleepers. FENCE: who is about to sleep
   makes every thread pass a full fence before it looks again. COUNTLATE: counts itself only behind that fence. */
#ifndef NT
#define NT 3
#endif
#ifndef NR
#define NR 2
#endif
bit word, buf[NT], asleep[NT]; byte sleepers, inside;
inline cas() { atomic { buf[me]==0 && word==0 -> word=1 } }
inline fence() {
#ifdef FENCE
  i=0; do :: i<NT -> (buf[i]==0); i++ :: else -> break od
#else
  skip
#endif
}
inline count() { atomic { buf[me]==0 -> sleepers++ } }
proctype Thread(byte me) {
  byte n=0,i,seen; bit slept;
  do :: n<NR ->
     slept=0;
     if :: cas()
        :: atomic { buf[me]==0 && word==1 -> slept=1 };
#ifdef COUNTLATE
           fence(); count();
#else
           count(); fence();
#endif
           do :: cas() -> break
              :: atomic { buf[me]==0 && word==1 -> asleep[me]=1 }; (asleep[me]==0)  /* the system compares and queues as one */
           od;
           atomic { sleepers-- }
     fi;
     inside++; assert(inside==1); inside--;
     buf[me]=1;                      /* the store of the word, not yet visible */
     seen=sleepers;
     if :: seen>0 -> (buf[me]==0);   /* a system call */
           if :: asleep[0] -> asleep[0]=0 :: asleep[1] -> asleep[1]=0
#if NT>2
              :: asleep[2] -> asleep[2]=0
              :: !asleep[0] && !asleep[1] && !asleep[2] -> skip
#else
              :: !asleep[0] && !asleep[1] -> skip
#endif
           fi
        :: else fi;
     n++
  :: else -> break od
}
proctype Flusher() { byte i; end: do
  :: atomic { buf[0] -> word=0; buf[0]=0 }
  :: atomic { buf[1] -> word=0; buf[1]=0 }
#if NT>2
  :: atomic { buf[2] -> word=0; buf[2]=0 }
#endif
  od }
init { atomic { run Thread(0); run Thread(1);
#if NT>2
 run Thread(2);
#endif
 run Flusher() } }
