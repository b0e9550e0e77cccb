#include "experiments/addition/probe.h"

enum tc_status
tc_addition_probe_alloc (struct tc_addition_probe *probe, struct tc_compute *compute,
                         const struct tc_model *model, int num_digits, size_t n,
                         enum tc_rows rows, struct tc_error *err)
{
  size_t answers = (size_t) tc_addition_answers (num_digits);
  *probe = (struct tc_addition_probe) { .compute = compute, .model = model };
  enum tc_status status = tc_addition_set_alloc (&probe->set, num_digits, n, err);
  if (status == TC_OK)
    status = tc_run_alloc (&probe->run, &model->config, rows, n,
                           (size_t) tc_addition_context (num_digits), n * answers, err);
  return status;
}

void
tc_addition_probe_free (struct tc_addition_probe *probe)
{
  tc_addition_set_free (&probe->set);
  if (probe->run != NULL)
    tc_run_free (probe->run);
  *probe = (struct tc_addition_probe) { 0 };
}

enum tc_status
tc_addition_probe_run (struct tc_addition_probe *probe, struct tc_error *err)
{
  struct tc_batch batch;
  tc_addition_batch (&probe->set, &batch);
  return tc_forward (probe->compute, probe->model, &batch, probe->run, err);
}

static size_t
target_of (const struct tc_addition_probe *probe, size_t i, size_t k)
{
  return i * (size_t) tc_addition_answers (probe->set.num_digits) + k;
}

const tc_real *
tc_addition_probe_logits (const struct tc_addition_probe *probe, size_t i, size_t k)
{
  return tc_run_logits (probe->run, target_of (probe, i, k));
}

int
tc_addition_probe_guess (const struct tc_addition_probe *probe, size_t i, size_t k)
{
  const tc_real *logits = tc_addition_probe_logits (probe, i, k);
  int best = 0;
  for (int c = 1; c < TC_ADDITION_CLASSES; c++)
    if (logits[c] > logits[best])
      best = c;
  return best;
}

int
tc_addition_probe_truth (const struct tc_addition_probe *probe, size_t i, size_t k)
{
  return probe->set.target[target_of (probe, i, k)];
}

const tc_real *
tc_addition_probe_row (const struct tc_addition_probe *probe,
                       const struct tc_activation *activation, size_t i, size_t k)
{
  size_t position = (size_t) probe->set.target_pos[target_of (probe, i, k)];
  return activation->data + (i * activation->shape[1] + position) * activation->shape[2];
}

void
tc_addition_centre (const tc_real *logits, double *centred)
{
  double mean = 0;
  for (int c = 0; c < TC_ADDITION_CLASSES; c++)
    mean += (double) logits[c] / TC_ADDITION_CLASSES;
  for (int c = 0; c < TC_ADDITION_CLASSES; c++)
    centred[c] = logits[c] - mean;
}

/* Where the digit of the column of 10^column of sum i lies in x and y.  */
static size_t
digit_at (const struct tc_addition_set *set, size_t i, int column)
{
  return (i + 1) * (size_t) set->num_digits - 1 - (size_t) column;
}

struct tc_addition_pair
tc_addition_get_pair (const struct tc_addition_set *set, size_t i, int column)
{
  size_t at = digit_at (set, i, column);
  return (struct tc_addition_pair) { set->x[at], set->y[at] };
}

void
tc_addition_set_pair (struct tc_addition_set *set, size_t i, int column,
                      struct tc_addition_pair pair)
{
  size_t at = digit_at (set, i, column);
  set->x[at] = pair.x;
  set->y[at] = pair.y;
}
