#ifndef TC_BENCH_PEAK_H
#define TC_BENCH_PEAK_H

#include <stdbool.h>

/* Multiply-adds per second (counted as two operations) of one core on the
   named instruction set, from a loop that touches registers only; 0 where the
   set has no fma instruction.  Runs for about `seconds`.  */
double tc_bench_peak (const char *isa, double seconds);

/* Seconds on a clock that only runs forward: that of the wall, or with alone
   set that of this thread, which stands while others have the core.  */
double tc_bench_now (bool alone);

#endif
