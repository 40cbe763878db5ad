/* A call enters a context by a mark of its thread, a plain store; destroy closes the context and waits until no mark is left.
   A call on freed memory = assertion; a destroy that is never woken = invalid end state.
   One-entry TSO store buffers for the marks. FENCE: destroy makes every thread pass a full fence when it has closed. */
#ifndef NT
#define NT 2
#endif
#ifndef NC
#define NC 2
#endif
bit mark[NT], has[NT], val[NT], closed, freed; byte quiet;
inline store(v) { atomic { has[me]==0 -> val[me]=v; has[me]=1 } }   /* at most one waits in the buffer */
proctype Caller(byte me) {
  byte n=0; bit shut;
  do :: n<NC ->
     store(1); shut=closed;
     if :: !shut -> assert(!freed); assert(!freed) :: else fi;
     store(0); shut=closed;
     if :: shut -> (has[me]==0); quiet++ :: else fi;   /* announced: a locked instruction, then a system call */
     n++
  :: else -> break od
}
proctype Destroyer() {
  byte i,seen; bit some;
  closed=1;
#ifdef FENCE
  i=0; do :: i<NT -> (has[i]==0); i++ :: else -> break od;
#endif
 look:
  seen=quiet; some=0; i=0;
  do :: i<NT -> some = some || mark[i]; i++ :: else -> break od;
  if :: some -> (quiet!=seen); goto look
     :: else -> freed=1 fi
}
proctype Flusher() { end: do
  :: atomic { has[0] -> mark[0]=val[0]; has[0]=0 }
  :: atomic { has[1] -> mark[1]=val[1]; has[1]=0 }
  od }
init { atomic { run Caller(0); run Caller(1); run Destroyer(); run Flusher() } }
