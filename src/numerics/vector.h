#ifndef TC_NUMERICS_VECTOR_H
#define TC_NUMERICS_VECTOR_H

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stddef.h>

/* Elementwise passes and row-wise reductions, compiled per instruction set.
   A reduction over a row of n elements uses TC_LANES virtual lanes: element i
   is accumulated into lane i mod TC_LANES in ascending order, then the lanes
   are combined in index order.  So its bits depend on n only, never on the
   vector width.  Rows are spread over threads.  */

enum { TC_LANES = 16 };

#endif
