#include "experiments/modular-addition/sweep.h"

#include <stdlib.h>

enum tc_status
tc_modular_sweep_alloc (struct tc_modular_sweep *sweep, struct tc_modular_analysis *a,
                        struct tc_error *err)
{
  size_t p = a->p;
  *sweep = (struct tc_modular_sweep) { .a = a };
  sweep->seq = malloc (2 * p * sizeof *sweep->seq);
  if (sweep->seq == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to run %zu pairs", p);
  sweep->pos = sweep->seq + p;
  for (size_t b = 0; b < p; b++)
    {
      sweep->seq[b] = (int32_t) b;
      sweep->pos[b] = TC_MODULAR_CONTEXT - 1;
    }
  return tc_run_alloc (&sweep->run, &a->session->model.config, TC_ROWS_ALL, p,
                       TC_MODULAR_CONTEXT, p, err);
}

void
tc_modular_sweep_free (struct tc_modular_sweep *sweep)
{
  if (sweep->run != NULL)
    tc_run_free (sweep->run);
  free (sweep->seq);
  *sweep = (struct tc_modular_sweep) { 0 };
}

enum tc_status
tc_modular_sweep_forward (struct tc_modular_sweep *sweep, size_t row, struct tc_error *err)
{
  const struct tc_modular_analysis *a = sweep->a;
  struct tc_batch grid;
  tc_modular_grid_batch (a->task, &grid);
  sweep->row = row;
  sweep->batch = (struct tc_batch) {
    .n_seq = a->p, .n_pos = TC_MODULAR_CONTEXT,
    .tokens = grid.tokens + row * a->p * TC_MODULAR_CONTEXT, .n_targets = a->p,
    .target_seq = sweep->seq, .target_pos = sweep->pos, .target = grid.target + row * a->p,
    .loss_scale = 1
  };
  return tc_forward (a->session->compute, &a->session->model, &sweep->batch, sweep->run, err);
}

enum tc_status
tc_modular_sweep_logits (struct tc_modular_sweep *sweep, struct tc_dense *logits,
                         struct tc_error *err)
{
  size_t p = sweep->a->p;
  enum tc_status status = tc_dense_alloc (logits, p * p, p, err);
  for (size_t row = 0; status == TC_OK && row < p; row++)
    {
      status = tc_modular_sweep_forward (sweep, row, err);
      for (size_t b = 0; status == TC_OK && b < p; b++)
        for (size_t c = 0; c < p; c++)
          logits->data[(row * p + b) * p + c] = (double) tc_run_logits (sweep->run, b)[c];
    }
  return status;
}
