#ifndef TC_BENCH_TRAFFIC_H
#define TC_BENCH_TRAFFIC_H

#include "numerics/error.h"
#include "transformer/batch.h"
#include "transformer/config.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a training step on this batch moves, by a model that knows shapes
   only: every number that the step must keep crosses memory once for each use.

     a parameter     10 times: read going forward and backward, its gradient
                     written; AdamW reads gradient, value and two moments and
                     writes the latter three
     an activation    5 times: written and read going forward; read, and its
                     gradient written and read, going backward

   Activations are those of the rows that targets depend on, equal inputs counted
   once: residual streams (before and after attention and MLP), what a norm made
   of them, queries, keys, values, patterns up to the diagonal, z, both sides of
   the MLP's activation, logits.  A pass that is only measured, not trained on,
   takes the uses going forward, 1 and 2.  Caches make the true number smaller,
   tiles that are read again greater.  */
enum tc_status tc_bench_traffic (const struct tc_config *config, size_t n_params,
                                 const struct tc_batch *batch, bool is_trained,
                                 double *bytes, struct tc_error *err) TC_MUST_USE;

#endif
