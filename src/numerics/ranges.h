#ifndef TC_NUMERICS_RANGES_H
#define TC_NUMERICS_RANGES_H

#include "numerics/compute.h"

#include <stddef.h>

/* Private to the numerics room: how passes are spread over threads.  */

struct tc_vector_kernels;

/* Works on outputs begin ... end - 1 of a pass; args are the pass's own.  */
typedef void tc_range_function (const struct tc_vector_kernels *kernels, const void *args,
                                size_t begin, size_t end);

/* Calls f on ranges that together cover 0 ... n - 1, cut at multiples of unit,
   one for each thread; one range in all where the work, in elementary steps,
   is too little to share.  */
void tc_for_ranges (struct tc_compute *compute, size_t n, size_t unit, double steps,
                    tc_range_function *f, const void *args);

#endif
