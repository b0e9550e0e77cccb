#ifndef TC_MODULAR_ADDITION_PHASES_H
#define TC_MODULAR_ADDITION_PHASES_H

#include "numerics/error.h"

#include <stddef.h>

/* The cleanup: the time around the steepest fall of the logarithm of the test loss
   at which it falls at more than a tenth of that rate.  The slope is a difference
   over TC_MODULAR_SLOPE rows to each side; the steepest is sought between the peak of
   the loss and where it is first below TC_MODULAR_GROKKED, so that what follows a
   later spike does not count.  All NaN where the loss never gets there.  */
#define TC_MODULAR_GROKKED 0.01
enum { TC_MODULAR_SLOPE = 5 };

struct tc_modular_cleanup
{
  double from, steepest, to;    /* epochs */
  double slope;                 /* d ln (loss) / d epoch at the steepest */
};

/* step [n] ascends; loss [n] is positive.  */
enum tc_status tc_modular_find_cleanup (size_t n, const double *step, const double *loss,
                                        struct tc_modular_cleanup *cleanup,
                                        struct tc_error *err) TC_MUST_USE;

#endif
