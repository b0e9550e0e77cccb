#ifndef TC_BENCH_SCALING_H
#define TC_BENCH_SCALING_H

#include "numerics/error.h"

/* Prints tokens per second of the addition run's model, heads of a quarter and MLP of
   four times its width, as CSV: against d_model at the notebook's batch, then against
   the batch at two widths, each with 1 to max_threads threads, `repeats` stretches of
   about `seconds`.  */
enum tc_status tc_bench_scaling (int max_threads, int repeats, double seconds,
                                 struct tc_error *err) TC_MUST_USE;

/* Prints fma peak and memory bandwidth of 1 to max_threads threads as CSV, and what
   compiled this.  */
enum tc_status tc_bench_machine (int max_threads, double seconds, struct tc_error *err)
  TC_MUST_USE;

#endif
