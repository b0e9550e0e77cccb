#ifndef TC_MODULAR_ADDITION_AMPLITUDE_H
#define TC_MODULAR_ADDITION_AMPLITUDE_H

#include "experiments/modular-addition/grid.h"

#include <stddef.h>

/* amplitude [p]: the coefficient of cos (w_k (answer - c)) over the classes c of a
   pair's logits [n, p], mean over the p pairs with k (a-b) = index modulo p; for
   subtraction with k (a+b).  k is prime to p.  */
void tc_modular_amplitudes (const struct tc_modular_grid *grid, const struct tc_dense *logits,
                            size_t k, double *amplitude);

/* Their standard deviation, as a share of their mean: 0 for a clock, 0.48 for
   |cos|.  */
double tc_modular_variation (size_t p, const double *amplitude);

/* The amplitude where a and b are opposite (index p/2), as a share of the mean: 1
   for a clock, 0 for |cos|.  */
double tc_modular_opposite (size_t p, const double *amplitude);

#endif
