#ifndef TC_BENCH_PEAK_H
#define TC_BENCH_PEAK_H

#include <stdbool.h>

/* Multiply-adds per second (counted as two operations) of so many cores at once,
   which may share units or heat, on the named instruction set, from a loop that
   touches registers only; 0 where the set has no fma instruction.  Runs for about
   `seconds`.  One thread is timed by its own clock, several by the wall's.  */
double tc_bench_peak (const char *isa, int threads, double seconds);

/* Bytes per second between memory and so many cores: a[i] = b[i] + s c[i] on
   arrays that no cache holds, three numbers a term as STREAM counts them (a
   cache that fetches a's lines before they are written moves a fourth).  0 when
   out of memory.  */
double tc_bench_bandwidth (int threads, double seconds);

/* Seconds on a clock that only runs forward: that of the wall, or with alone
   set that of this thread, which stands while others have the core.  */
double tc_bench_now (bool alone);

#endif
