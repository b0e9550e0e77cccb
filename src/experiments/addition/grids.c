#include "experiments/addition/grids.h"

#include "circuits/fourier2d.h"
#include "experiments/addition/probe.h"

#include <math.h>
#include <string.h>

/* ---- Means over other digits ---- */

/* Other digits for all pairs: drawn until those to the right carry as asked.  */
static void
draw_context (struct tc_addition_set *set, int column, int carry, struct tc_torch_rng *rng)
{
  size_t digits = (size_t) set->num_digits;
  do
    tc_addition_draw (set, 0, 1, rng);
  while (set->carries[column] != carry);
  for (size_t i = 1; i < TC_ADDITION_PAIRS; i++)
    {
      memcpy (set->x + i * digits, set->x, digits * sizeof *set->x);
      memcpy (set->y + i * digits, set->y, digits * sizeof *set->y);
    }
  for (size_t i = 0; i < TC_ADDITION_PAIRS; i++)
    {
      struct tc_addition_pair pair = { (int32_t) (i / 10), (int32_t) (i % 10) };
      tc_addition_set_pair (set, i, column, pair);
      tc_addition_write (set, i);
    }
}

static void
add_row (const tc_real *from, struct tc_dense *mean, size_t i)
{
  double *row = tc_dense_row (mean, i);
  for (size_t c = 0; c < mean->cols; c++)
    row[c] += (double) from[c] / TC_ADDITION_CONTEXTS;
}

/* The digit that the next answer has without a carry; 0 for tok 0.  */
static size_t
plain_answer (const struct tc_addition_set *set, size_t i, int column)
{
  if (column == set->num_digits)
    return 0;
  struct tc_addition_pair pair = tc_addition_get_pair (set, i, column);
  return (size_t) (pair.x + pair.y) % TC_ADDITION_CLASSES;
}

static void
add_logits (const struct tc_addition_probe *probe, size_t i, size_t k, size_t shift,
            struct tc_dense *mean)
{
  double centred[TC_ADDITION_CLASSES];
  double *row = tc_dense_row (mean, i);
  tc_addition_centre (tc_addition_probe_logits (probe, i, k), centred);
  for (size_t c = 0; c < TC_ADDITION_CLASSES; c++)
    row[c] += centred[(c + shift) % TC_ADDITION_CLASSES] / TC_ADDITION_CONTEXTS;
}

static enum tc_status
add_context (const struct tc_addition_probe *probe, int column, struct tc_addition_grid *grid,
             struct tc_error *err)
{
  struct tc_activation pre, post;
  enum tc_status status = tc_run_activation (probe->run, probe->model,
                                             "blocks.0.mlp.hook_pre", &pre, err);
  if (status == TC_OK)
    status = tc_run_activation (probe->run, probe->model, "blocks.0.mlp.hook_post", &post,
                                err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < TC_ADDITION_PAIRS; i++)
    for (int r = 0; r < TC_ADDITION_READINGS; r++)
      {
        size_t k = (size_t) (probe->set.num_digits - column - r);
        size_t shift = r == TC_ADDITION_NEXT ? plain_answer (&probe->set, i, column + 1) : 0;
        add_row (tc_addition_probe_row (probe, &pre, i, k), &grid->mean[r][TC_ADDITION_PRE], i);
        add_row (tc_addition_probe_row (probe, &post, i, k), &grid->mean[r][TC_ADDITION_POST],
                 i);
        add_logits (probe, i, k, shift, &grid->mean[r][TC_ADDITION_LOGITS]);
      }
  return TC_OK;
}

static enum tc_status
grid_alloc (struct tc_addition_grid *grid, const struct tc_model *model, struct tc_error *err)
{
  size_t neurons = (size_t) model->config.d_mlp;
  const size_t cols[TC_ADDITION_QUANTITIES] = { neurons, neurons, TC_ADDITION_CLASSES };
  enum tc_status status = TC_OK;
  *grid = (struct tc_addition_grid) { 0 };
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    for (int q = 0; status == TC_OK && q < TC_ADDITION_QUANTITIES; q++)
      status = tc_dense_alloc (&grid->mean[r][q], TC_ADDITION_PAIRS, cols[q], err);
  return status;
}

enum tc_status
tc_addition_grid_measure (const struct tc_addition_analysis *a, const struct tc_model *model,
                          int column, int carry, struct tc_addition_grid *grid,
                          struct tc_error *err)
{
  struct tc_addition_probe probe = { 0 };
  struct tc_torch_rng rng;
  tc_addition_stream (a, TC_ADDITION_STREAM_PAIRS, &rng);
  enum tc_status status = grid_alloc (grid, model, err);
  if (status == TC_OK)
    status = tc_addition_probe_alloc (&probe, a->session->compute, model, a->num_digits,
                                      TC_ADDITION_PAIRS, TC_ROWS_ALL, err);
  for (int i = 0; status == TC_OK && i < TC_ADDITION_CONTEXTS; i++)
    {
      draw_context (&probe.set, column, carry, &rng);
      status = tc_addition_probe_run (&probe, err);
      if (status == TC_OK)
        status = add_context (&probe, column, grid, err);
    }
  tc_addition_probe_free (&probe);
  return status;
}

void
tc_addition_grid_free (struct tc_addition_grid *grid)
{
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    for (int q = 0; q < TC_ADDITION_QUANTITIES; q++)
      tc_dense_free (&grid->mean[r][q]);
}

enum tc_status
tc_addition_grid_truth (enum tc_addition_reading reading, int carry, struct tc_dense *truth,
                        struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (truth, TC_ADDITION_PAIRS, TC_ADDITION_CLASSES, err);
  for (int i = 0; status == TC_OK && i < TC_ADDITION_PAIRS; i++)
    {
      int sum = i / 10 + i % 10 + carry;
      int answer = reading == TC_ADDITION_OWN ? sum % 10 : sum / 10;
      truth->data[i * TC_ADDITION_CLASSES + answer] = 1;
    }
  return status;
}

/* ---- Splitting the variance ---- */

static enum tc_status
additive_functions (const struct tc_fourier *fourier, struct tc_dense *out,
                    struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (out, 2 * TC_ADDITION_WAVES, TC_ADDITION_PAIRS, err);
  for (size_t i = 0; status == TC_OK && i < TC_ADDITION_WAVES; i++)
    {
      tc_fourier2d_term (fourier, i + 1, 0, tc_dense_row (out, 2 * i));
      tc_fourier2d_term (fourier, 0, i + 1, tc_dense_row (out, 2 * i + 1));
    }
  return status;
}

/* Indicators of each value of D + D', scaled to norm 1.  */
static enum tc_status
sum_functions (struct tc_dense *out, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (out, 19, TC_ADDITION_PAIRS, err);
  for (size_t i = 0; status == TC_OK && i < TC_ADDITION_PAIRS; i++)
    {
      size_t sum = i / 10 + i % 10, ways = sum < 10 ? sum + 1 : 19 - sum;
      out->data[sum * TC_ADDITION_PAIRS + i] = 1 / sqrt ((double) ways);
    }
  return status;
}

enum tc_status
tc_addition_space_alloc (const struct tc_addition_analysis *a,
                         struct tc_addition_space *space, struct tc_error *err)
{
  struct tc_fourier fourier = { 0 };
  struct tc_torch_rng rng;
  *space = (struct tc_addition_space) { 0 };
  tc_addition_stream (a, TC_ADDITION_STREAM_BASES, &rng);
  enum tc_status status = tc_fourier_alloc (&fourier, 10, err);
  if (status == TC_OK)
    status = additive_functions (&fourier, &space->additive, err);
  if (status == TC_OK)
    status = tc_addition_sum_waves (&fourier, &space->waves, err);
  if (status == TC_OK)
    status = sum_functions (&space->sums, err);
  if (status == TC_OK)
    status = tc_addition_bases_alloc (&space->turned, TC_ADDITION_BASES, TC_ADDITION_WAVES,
                                      false, &rng, err);
  if (status == TC_OK)
    status = tc_addition_bases_alloc (&space->random, TC_ADDITION_BASES, TC_ADDITION_PAIRS,
                                      true, &rng, err);
  tc_fourier_free (&fourier);
  return status;
}

void
tc_addition_space_free (struct tc_addition_space *space)
{
  tc_dense_free (&space->additive);
  tc_dense_free (&space->waves);
  tc_dense_free (&space->sums);
  tc_addition_bases_free (&space->turned);
  tc_addition_bases_free (&space->random);
}

/* gram = F F^T of the centred functions.  */
static enum tc_status
centred_gram (const struct tc_dense *grid, struct tc_dense *gram, struct tc_error *err)
{
  struct tc_dense centred;
  enum tc_status status = tc_dense_alloc (&centred, grid->rows, grid->cols, err);
  if (status != TC_OK)
    return status;
  memcpy (centred.data, grid->data, grid->rows * grid->cols * sizeof *grid->data);
  tc_centre_rows (&centred, NULL);
  status = tc_dense_product_nt (gram, &centred, &centred, err);
  tc_dense_free (&centred);
  return status;
}

enum tc_status
tc_addition_split_grid (const struct tc_addition_space *space, const struct tc_dense *grid,
                        struct tc_addition_split *split, struct tc_error *err)
{
  struct tc_dense gram = { 0 };
  double total = 0;
  *split = (struct tc_addition_split) { 0 };
  enum tc_status status = centred_gram (grid, &gram, err);
  for (size_t i = 0; status == TC_OK && i < gram.rows; i++)
    total += tc_dense_get (&gram, i, i);
  if (status == TC_OK && total > 0)
    {
      split->variance = total / TC_ADDITION_PAIRS;
      split->additive = tc_addition_energy (&space->additive, &gram) / total;
      split->sum = tc_addition_energy (&space->sums, &gram) / total;
      status = tc_addition_shares (&space->waves, &gram, total, &space->turned, &split->waves,
                                   err);
    }
  if (status == TC_OK && total > 0)
    status = tc_addition_random_energy (&space->random, &gram, total, &split->random, err);
  tc_dense_free (&gram);
  return status;
}
