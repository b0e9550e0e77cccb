#ifndef TC_MODULAR_ADDITION_ATTENTION_H
#define TC_MODULAR_ADDITION_ATTENTION_H

#include "experiments/modular-addition/grid.h"

#include <stddef.h>

/* A head's attention from `=` to a, fitted as
     1/2 + alpha (cos (w a) - cos (w b)) + beta (sin (w a) - sin (w b)),
   w = 2 pi k / p, with the k that explains most of its variance over pairs.  */
struct tc_modular_head
{
  size_t k;
  double alpha, beta;
  double explained;             /* share of the variance over pairs */

  /* The same with the terms of all key frequencies at once.  */
  double key_alpha[TC_MODULAR_MOST_KEYS], key_beta[TC_MODULAR_MOST_KEYS];
  double key_explained;

  double mean[TC_MODULAR_CONTEXT];      /* attention to a, b, `=` */
  double most_to_equals;        /* the greatest attention to `=` */
};
enum tc_status tc_modular_fit_head (const struct tc_modular_grid *grid, size_t index,
                                    struct tc_modular_head *head, struct tc_error *err)
  TC_MUST_USE;

/* The fitted attention to a: of the head's own frequency, or of all keys.  */
double tc_modular_linear_attention (const struct tc_modular_grid *grid,
                                    const struct tc_modular_head *head, size_t a, size_t b);
double tc_modular_key_attention (const struct tc_modular_grid *grid,
                                 const struct tc_modular_head *head, size_t a, size_t b);

#endif
