#ifndef TC_CIRCUITS_PRODUCT64_H
#define TC_CIRCUITS_PRODUCT64_H

#include <stddef.h>

/* out [m, n] = A B in float64, where A [m, k] has element (i, l) at
   a[i a_row + l a_col], so that a transpose costs nothing, and B [k, n] is
   row-major.  Each element is a sum in ascending l of separately rounded
   products: no fma, which is slow in software where it is not in hardware, and
   the same bits everywhere.  out must not overlap A or B.  */
void tc_product64 (size_t m, size_t k, size_t n, const double *a, size_t a_row,
                   size_t a_col, const double *b, double *out);

#endif
