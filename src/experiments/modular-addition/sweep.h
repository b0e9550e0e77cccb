#ifndef TC_MODULAR_ADDITION_SWEEP_H
#define TC_MODULAR_ADDITION_SWEEP_H

#include "experiments/modular-addition/analysis.h"
#include "transformer/model.h"

/* Runs the session's model over the grid one `a` at a time, p pairs together, in a
   small TC_ROWS_ALL run that can hold hooks: for edits and gradients.  */
struct tc_modular_sweep
{
  struct tc_modular_analysis *a;
  struct tc_run *run;           /* add hooks to it */
  struct tc_batch batch;        /* pairs (row, 0 ... p-1) */
  size_t row;                   /* the present a */
  int32_t *seq, *pos;           /* private */
};

enum tc_status tc_modular_sweep_alloc (struct tc_modular_sweep *sweep,
                                       struct tc_modular_analysis *a, struct tc_error *err)
  TC_MUST_USE;
void tc_modular_sweep_free (struct tc_modular_sweep *sweep);

/* Runs the pairs (row, b).  */
enum tc_status tc_modular_sweep_forward (struct tc_modular_sweep *sweep, size_t row,
                                         struct tc_error *err) TC_MUST_USE;

/* All of them: logits of the numbers [n, p], allocated.  */
enum tc_status tc_modular_sweep_logits (struct tc_modular_sweep *sweep,
                                        struct tc_dense *logits, struct tc_error *err)
  TC_MUST_USE;

#endif
