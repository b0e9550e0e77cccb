#ifndef TC_CIRCUITS_ORDER_H
#define TC_CIRCUITS_ORDER_H

#include "circuits/dense.h"

#include <stddef.h>

/* Does a head look for the next greater token?  score is at least n x n: row =
   token that asks, column = token asked about; tokens 0 ... n - 1 are numbers.
   Shares are over all cases, a tie counting one half; NaN where there is none.  */
struct tc_order
{
  double nearer;        /* S(q,k1) > S(q,k2), over q < k1 < k2 */
  double above;         /* S(q,k) > S(q,k'), over k' <= q < k */
  double next_first;    /* S(q,q+1) the greatest of S(q,k > q), over q < n - 1 */
  double next_of_all;   /* S(q,q+1) the greatest of all n, over q < n - 1 */
};

struct tc_order tc_order_statistics (const struct tc_dense *score, size_t n);

#endif
