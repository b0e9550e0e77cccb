#ifndef TC_EXPERIMENTS_MEASURE_H
#define TC_EXPERIMENTS_MEASURE_H

#include <stddef.h>

/* When something happened, and what goes with it.  A series is `n` numbers at
   distance `stride` (a column of a table); NaN entries, steps without such an
   example, are passed over.  */

/* Mean of the entries within window / 2 of the i-th; at the ends, of those that
   exist.  NaN if there is none.  */
double tc_smoothed (const double *series, size_t n, size_t stride, size_t i, int window);

/* First index whose smoothed value is below threshold, or -1.  */
long tc_first_below (const double *series, size_t n, size_t stride, int window,
                     double threshold);

/* Linear (Pearson) and rank (Spearman) correlation over the pairs that are both
   numbers; NaN with fewer than three.  */
struct tc_correlation { size_t n; double pearson, spearman; };
struct tc_correlation tc_correlate (size_t n, const double *x, const double *y);

/* x rounded to `digits` significant decimal digits: what an adaptive GSL routine
   computes is published this way, so that another build of GSL gives the same
   bytes.  */
double tc_rounded (double x, int digits);

#endif
