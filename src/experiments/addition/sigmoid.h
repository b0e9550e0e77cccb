#ifndef TC_ADDITION_SIGMOID_H
#define TC_ADDITION_SIGMOID_H

#include "numerics/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A curve that falls in one or two steps:

     low + sum over steps of drop / (1 + exp ((t - location) / width)).

   73 % to 27 % of a step lie within two widths.  */
enum { TC_SIGMOID_STEPS = 2 };

struct tc_sigmoid
{
  int n_steps;                  /* 1 or 2 */
  double low;
  double drop[TC_SIGMOID_STEPS], location[TC_SIGMOID_STEPS], width[TC_SIGMOID_STEPS];
  double residual;              /* root mean square */
  bool converged;
};

double tc_sigmoid_at (const struct tc_sigmoid *sigmoid, double t);

/* Least squares over n points (GSL's Levenberg-Marquardt) from the values in
   *sigmoid; consecutive t and y are `stride` apart.  TC_ENOMEM.  Without convergence
   sigmoid->converged is false and the values are where it stopped.  */
enum tc_status tc_sigmoid_fit (struct tc_sigmoid *sigmoid, size_t n, const double *t,
                               const double *y, size_t stride, struct tc_error *err)
  TC_MUST_USE;

#endif
