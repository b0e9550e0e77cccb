#include "experiments/addition/gaze.h"

#include "experiments/addition/probe.h"

/* Adds the patterns of the probe's last run to the sums in gaze.  */
static enum tc_status
add_patterns (struct tc_addition_probe *probe, struct tc_addition_gaze *gaze,
              struct tc_error *err)
{
  struct tc_activation pattern;
  enum tc_status status = tc_run_activation (probe->run, probe->model,
                                             "blocks.0.attn.hook_pattern", &pattern, err);
  if (status != TC_OK)
    return status;
  size_t n_pos = gaze->mean.cols, heads = gaze->n_heads;
  for (size_t i = 0; i < probe->set.n; i++)
    for (size_t h = 0; h < heads; h++)
      for (size_t k = 0; k < gaze->answers; k++)
        {
          size_t query = (size_t) probe->set.target_pos[i * gaze->answers + k];
          const tc_real *row = pattern.data + ((i * heads + h) * n_pos + query) * n_pos;
          double *sum = tc_dense_row (&gaze->mean, h * gaze->answers + k);
          for (size_t p = 0; p <= query; p++)
            sum[p] += row[p];
        }
  return TC_OK;
}

static enum tc_status
measure (const struct tc_addition_analysis *a, struct tc_addition_probe *probe,
         struct tc_addition_gaze *gaze, struct tc_error *err)
{
  struct tc_torch_rng rng;
  enum tc_status status = TC_OK;
  tc_addition_stream (a, TC_ADDITION_STREAM_ATTENTION, &rng);
  for (int i = 0; status == TC_OK && i < TC_ADDITION_GAZE_BATCHES; i++)
    {
      tc_addition_draw (&probe->set, 0, probe->set.n, &rng);
      status = tc_addition_probe_run (probe, err);
      if (status == TC_OK)
        status = add_patterns (probe, gaze, err);
    }
  for (size_t i = 0; i < gaze->mean.rows * gaze->mean.cols; i++)
    gaze->mean.data[i] /= TC_ADDITION_GAZE_BATCH * TC_ADDITION_GAZE_BATCHES;
  return status;
}

enum tc_status
tc_addition_gaze_measure (const struct tc_addition_analysis *a, const struct tc_model *model,
                          struct tc_addition_gaze *gaze, struct tc_error *err)
{
  struct tc_addition_probe probe;
  *gaze = (struct tc_addition_gaze) {
    .num_digits = a->num_digits, .n_heads = (size_t) model->config.n_heads,
    .answers = a->n_answers
  };
  enum tc_status status = tc_dense_alloc (&gaze->mean, gaze->n_heads * gaze->answers,
                                          (size_t) tc_addition_context (a->num_digits), err);
  if (status != TC_OK)
    return status;
  status = tc_addition_probe_alloc (&probe, a->session->compute, model, a->num_digits,
                                    TC_ADDITION_GAZE_BATCH, TC_ROWS_ALL, err);
  if (status == TC_OK)
    status = measure (a, &probe, gaze, err);
  tc_addition_probe_free (&probe);
  if (status != TC_OK)
    tc_addition_gaze_free (gaze);
  return status;
}

void
tc_addition_gaze_free (struct tc_addition_gaze *gaze)
{
  tc_dense_free (&gaze->mean);
}

double
tc_addition_gaze_at (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                     size_t position)
{
  return tc_dense_get (&gaze->mean, head * gaze->answers + k, position);
}

/* Attention to the digit at a distance whose number ends at position `units`.  */
static double
at_distance (const struct tc_addition_gaze *gaze, size_t head, size_t k, int distance,
             int units)
{
  int column = tc_addition_column_at (gaze->num_digits, (int) k, distance);
  return column < 0 ? 0 : tc_addition_gaze_at (gaze, head, k, (size_t) (units - column));
}

double
tc_addition_gaze_x (const struct tc_addition_gaze *gaze, size_t head, size_t k, int distance)
{
  return at_distance (gaze, head, k, distance, gaze->num_digits - 1);
}

double
tc_addition_gaze_y (const struct tc_addition_gaze *gaze, size_t head, size_t k, int distance)
{
  return at_distance (gaze, head, k, distance, 2 * gaze->num_digits);
}

double
tc_addition_gaze_pair (const struct tc_addition_gaze *gaze, size_t head, size_t k,
                       int distance)
{
  return tc_addition_gaze_x (gaze, head, k, distance)
         + tc_addition_gaze_y (gaze, head, k, distance);
}

double
tc_addition_gaze_mean (const struct tc_addition_gaze *gaze, size_t head,
                       double (*what) (const struct tc_addition_gaze *, size_t head,
                                       size_t k, int distance),
                       int distance)
{
  double sum = 0;
  for (int k = 1; k < gaze->num_digits; k++)
    sum += what (gaze, head, (size_t) k, distance);
  return sum / (gaze->num_digits - 1);
}

int
tc_addition_gaze_target (const struct tc_addition_gaze *gaze, size_t head, size_t k)
{
  for (int d = -gaze->num_digits; d <= gaze->num_digits; d++)
    if (tc_addition_gaze_pair (gaze, head, k, d) > 0.5)
      return d;
  return TC_ADDITION_MIXED;
}

int
tc_addition_gaze_role (const struct tc_addition_gaze *gaze, size_t head)
{
  for (int d = -gaze->num_digits; d <= gaze->num_digits; d++)
    if (tc_addition_gaze_mean (gaze, head, tc_addition_gaze_pair, d) > 0.5)
      return d;
  return TC_ADDITION_MIXED;
}
