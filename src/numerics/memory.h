#ifndef TC_NUMERICS_MEMORY_H
#define TC_NUMERICS_MEMORY_H

#include "numerics/real.h"

#include <stddef.h>

/* Memory for `count` numbers, at least one, which begins at a cache line; a
   large one lies in huge pages where the system has them, so that long walks
   neither miss the TLB nor fight for cache sets.  Pages cost nothing before
   they are touched.  tc_reals_zeroed sets them to 0, tc_reals_alloc leaves them
   undefined.  NULL when out of memory.  Free with free ().  */
tc_real *tc_reals_alloc (size_t count);
tc_real *tc_reals_zeroed (size_t count);

#endif
