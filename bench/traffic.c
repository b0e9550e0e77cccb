#include "traffic.h"

#include "numerics/real.h"

#include <stdlib.h>

/* Uses of a number by a pass that is only measured, and by a whole step.  */
static const double uses_of_parameter[] = { 1, 10 }, uses_of_activation[] = { 2, 5 };

/* Rows of the residual stream, and pairs of a row and a position it sees.  */
struct rows
{
  double inputs;                /* different (token, position) */
  double seen, seen_pairs;      /* all up to each sequence's last target */
  double targets, target_pairs;
};

static enum tc_status
count_rows (const struct tc_config *c, const struct tc_batch *batch, struct rows *rows,
            struct tc_error *err)
{
  const size_t d_vocab = (size_t) c->d_vocab;
  size_t *needed = calloc (batch->n_seq + 1, sizeof *needed);
  bool *occurs = calloc (batch->n_pos * d_vocab + 1, sizeof *occurs);
  enum tc_status status = needed == NULL || occurs == NULL
    ? tc_fail (err, TC_ENOMEM, "out of memory") : TC_OK;
  *rows = (struct rows) { .targets = (double) batch->n_targets };
  for (size_t i = 0; i < batch->n_targets && status == TC_OK; i++)
    {
      needed[batch->target_seq[i]] = (size_t) batch->target_pos[i] + 1;
      rows->target_pairs += batch->target_pos[i] + 1;
    }
  for (size_t s = 0; s < batch->n_seq && status == TC_OK; s++)
    for (size_t p = 0; p < needed[s]; p++)
      {
        bool *input = &occurs[p * d_vocab + (size_t) batch->tokens[s * batch->n_pos + p]];
        rows->inputs += !*input;
        rows->seen += 1;
        rows->seen_pairs += (double) p + 1;
        *input = true;
      }
  free (needed);
  free (occurs);
  return status;
}

static double
layer_activations (const struct tc_config *c, const struct rows *rows, int layer)
{
  const bool is_last = layer == c->n_layers - 1, has_norm = c->normalization != TC_NORM_NONE;
  const double width = (double) c->n_heads * c->d_head, d_model = c->d_model;
  const double in = layer == 0 ? rows->inputs : rows->seen;
  const double out = is_last ? rows->targets : rows->seen;
  const double pairs = is_last ? rows->target_pairs : rows->seen_pairs;
  const double queries = in < out ? in : out;
  double numbers = in * d_model * (1 + has_norm) + (queries + 2 * in) * width
                   + pairs * c->n_heads + out * (width + d_model);
  if (c->d_mlp > 0)
    numbers += out * (d_model * (1 + has_norm) + 2 * c->d_mlp);
  return numbers;
}

enum tc_status
tc_bench_traffic (const struct tc_config *c, size_t n_params, const struct tc_batch *batch,
                  bool is_trained, double *bytes, struct tc_error *err)
{
  struct rows rows;
  enum tc_status status = count_rows (c, batch, &rows, err);
  if (status != TC_OK)
    return status;
  double numbers = rows.targets * c->d_vocab_out;
  if (c->normalization != TC_NORM_NONE)
    numbers += rows.targets * c->d_model;
  for (int layer = 0; layer < c->n_layers; layer++)
    numbers += layer_activations (c, &rows, layer);
  *bytes = sizeof (tc_real) * (uses_of_parameter[is_trained] * (double) n_params
                               + uses_of_activation[is_trained] * numbers);
  return TC_OK;
}
