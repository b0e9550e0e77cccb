#include "experiments/modular-addition/analysis.h"

#include "numerics/elementary.h"

#include <stdlib.h>

enum tc_status
tc_modular_analysis_open (struct tc_modular_analysis *a, struct tc_session *session,
                          struct tc_error *err)
{
  *a = (struct tc_modular_analysis) {
    .session = session, .settings = session->setup.settings, .task = session->task.self
  };
  a->p = a->settings->task.p;
  a->n = a->task->n;
  a->d_out = (size_t) session->setup.config.d_vocab_out;
  enum tc_status status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  if (status == TC_OK)
    status = tc_run_alloc (&a->run, &session->model.config, TC_ROWS_ALL, a->n,
                           TC_MODULAR_CONTEXT, a->n, err);
  if (status == TC_OK)
    status = tc_session_macros (session, &a->macros_file, err);
  if (status == TC_OK)
    a->macros = &a->macros_file;
  return status;
}

enum tc_status
tc_modular_analysis_close (struct tc_modular_analysis *a, enum tc_status status,
                           struct tc_error *err)
{
  if (a->macros != NULL && status == TC_OK)
    status = tc_macros_close (a->macros, err);
  else if (a->macros != NULL)
    tc_macros_abandon (a->macros);
  if (a->run != NULL)
    tc_run_free (a->run);
  tc_table_free (&a->log);
  free (a->snapshot);
  return status;
}

enum tc_status
tc_modular_forward_grid (struct tc_modular_analysis *a, double **logits, struct tc_error *err)
{
  struct tc_batch batch;
  if (logits != NULL)
    *logits = NULL;
  tc_modular_grid_batch (a->task, &batch);
  enum tc_status status
    = tc_forward (a->session->compute, &a->session->model, &batch, a->run, err);
  if (status != TC_OK || logits == NULL)
    return status;
  *logits = malloc (a->n * a->d_out * sizeof **logits);
  if (*logits == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the logits of %zu pairs", a->n);
  for (size_t i = 0; i < a->n; i++)
    {
      const tc_real *row = tc_run_logits (a->run, i);
      for (size_t c = 0; c < a->d_out; c++)
        (*logits)[i * a->d_out + c] = (double) row[c];
    }
  return TC_OK;
}

/* ---- Measures ---- */

static bool
is_among (const struct tc_modular_analysis *a, size_t i, enum tc_modular_pairs pairs)
{
  return pairs == TC_MODULAR_ALL || a->task->is_train[i] == (pairs == TC_MODULAR_TRAIN);
}

/* -log softmax (logits)[target] */
static double
nll (const double *logits, size_t n, size_t target)
{
  double max = logits[0], sum = 0;
  for (size_t c = 1; c < n; c++)
    if (logits[c] > max)
      max = logits[c];
  for (size_t c = 0; c < n; c++)
    sum += tc_exp64 (logits[c] - max);
  return tc_log64 (sum) - (logits[target] - max);
}

double
tc_modular_cross_entropy (const struct tc_modular_analysis *a, const double *logits,
                          enum tc_modular_pairs pairs)
{
  double sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < a->n; i++)
    if (is_among (a, i, pairs))
      {
        sum += nll (logits + i * a->d_out, a->d_out, (size_t) a->task->answer[i]);
        count++;
      }
  return sum / (double) count;
}

double
tc_modular_accuracy (const struct tc_modular_analysis *a, const double *logits,
                     enum tc_modular_pairs pairs)
{
  size_t right = 0, count = 0;
  for (size_t i = 0; i < a->n; i++)
    if (is_among (a, i, pairs))
      {
        const double *row = logits + i * a->d_out;
        size_t best = 0;
        for (size_t c = 1; c < a->d_out; c++)
          if (row[c] > row[best])
            best = c;
        right += best == (size_t) a->task->answer[i];
        count++;
      }
  return (double) right / (double) count;
}
