#include "experiments/skip-trigram/analysis.h"

#include "circuits/qk_ov.h"

#include <stdio.h>
#include <stdlib.h>

int
tc_skip_snapshot (const struct tc_skip_analysis *a, int step)
{
  int best = -1;
  for (size_t i = 0; i < a->n_snapshots; i++)
    if (best < 0 || abs (a->snapshot[i] - step) < abs (best - step))
      best = a->snapshot[i];
  return best;
}

void
tc_skip_column_each (struct tc_csv_columns *columns, const char *name, int n,
                     const char *meaning)
{
  tc_csv_columns_add_each (columns, name, n, meaning, "trigram");
}

enum tc_status
tc_skip_csv (const struct tc_skip_analysis *a, struct tc_csv *csv, const char *name,
             const char *title, const struct tc_csv_columns *columns, struct tc_error *err)
{
  return tc_session_csv (a->session, csv, name, title, columns->n, columns->column, err);
}

const double *
tc_skip_log_column (const struct tc_skip_analysis *a, const char *prefix, int k)
{
  char name[96];
  if (k < 0)
    snprintf (name, sizeof name, "%s", prefix);
  else
    snprintf (name, sizeof name, "%s_%d", prefix, k);
  int column = tc_table_column (&a->log, name);
  return column < 0 ? NULL : a->log.value + column;
}

enum tc_status
tc_skip_frequencies (const struct tc_skip_analysis *a, double *frequency, struct tc_error *err)
{
  struct tc_batch batch;
  enum tc_status status = TC_OK;
  for (int k = 0; k < a->n; k++)
    frequency[k] = a->is_finite ? 0 : 1.0 / a->n;
  if (!a->is_finite)
    return TC_OK;
  status = a->session->task.next (a->session->task.self, &batch, err);
  for (size_t i = 0; status == TC_OK && i < batch.n_targets; i++)
    frequency[batch.target[i]] += 1.0 / (double) batch.n_targets;
  return status;
}

double
tc_skip_score_from_last (const struct tc_skip_analysis *a, const struct tc_dense *qk,
                         size_t input)
{
  const struct tc_config *config = &a->session->model.config;
  size_t last = (size_t) a->task->seq_len + 1;
  double score = tc_dense_get (qk, tc_circuit_token (config, 1), input);
  if (config->positions != TC_POS_NONE)
    score += tc_dense_get (qk, tc_circuit_position (config, last), input);
  if (config->attn_bias)
    score += tc_dense_get (qk, qk->rows - 1, input);
  return score;
}
