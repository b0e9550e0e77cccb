#include "experiments/skip-trigram/analysis.h"

#include "circuits/qk_ov.h"
#include "experiments/skip-trigram/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Full QK and OV circuits, before and after training.  */
struct circuits
{
  struct tc_dense qk, ov;
};

static void
circuits_free (struct circuits *circuits)
{
  tc_dense_free (&circuits->qk);
  tc_dense_free (&circuits->ov);
}

static enum tc_status
read_circuits (struct tc_skip_analysis *a, int step, struct circuits *out,
               struct tc_error *err)
{
  *out = (struct circuits) { { 0, 0, NULL }, { 0, 0, NULL } };
  enum tc_status status = tc_session_load (a->session, step, err);
  if (status == TC_OK)
    status = tc_full_qk (&a->session->model, 0, 0, &out->qk, err);
  if (status == TC_OK)
    status = tc_full_ov (&a->session->model, 0, 0, &out->ov, err);
  return status;
}

/* "t12" for token 12, "p7" for position 7, "bias".  */
static const char *
input_label (const struct tc_config *config, size_t input, char *label, size_t size)
{
  size_t tokens = (size_t) config->d_vocab, positions = (size_t) config->n_ctx;
  if (input < tokens)
    snprintf (label, size, "t%zu", input);
  else if (config->positions != TC_POS_NONE && input < tokens + positions)
    snprintf (label, size, "p%zu", input - tokens);
  else
    snprintf (label, size, "bias");
  return label;
}

/* A labelled matrix: gnuplot reads it with `matrix rowheaders columnheaders`.  */
static enum tc_status
write_matrix (const struct tc_skip_analysis *a, const char *name, const char *title,
              const struct tc_dense *m, bool is_qk, struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  struct tc_csv_columns columns;
  struct tc_csv csv;
  char label[24];
  enum tc_status status = tc_csv_columns_alloc (&columns, m->cols + 1, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "input", is_qk
                      ? "row: what the destination holds; t token, p position"
                      : "row: what is attended to; t token, p position");
      for (size_t j = 0; j < m->cols; j++)
        {
          if (is_qk)
            input_label (config, j, label, sizeof label);
          else
            snprintf (label, sizeof label, "c%zu", j);
          tc_csv_columns_add (&columns, label, is_qk ? "part of the attention score from it"
                                                 : "what it adds to that class's logit");
        }
      status = tc_skip_csv (a, &csv, name, title, &columns, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < m->rows; i++)
    {
      tc_csv_text (&csv, input_label (config, i, label, sizeof label));
      for (size_t j = 0; j < m->cols; j++)
        tc_csv_float (&csv, (float) tc_dense_get (m, i, j));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_scores (const struct tc_skip_analysis *a, const struct circuits *initial,
              const struct circuits *final, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "input", "source: t token, p position" },
    { "index", "its token or position" },
    { "kind", "0 first token, 1 last token, 2 filler, 3 trigger, 4 position" },
    { "initial", "part of the score of the last token for it before training" },
    { "final", "the same after training" }
  };
  const struct tc_config *config = &a->session->model.config;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "scores",
                                          "What the last token attends to", 5, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < initial->qk.cols; i++)
    {
      char label[24];
      size_t tokens = (size_t) config->d_vocab;
      size_t first_trigger = (size_t) tc_skip_trigram_trigger (a->task, 0);
      tc_csv_text (&csv, input_label (config, i, label, sizeof label));
      tc_csv_int (&csv, (long long) (i < tokens ? i : i - tokens));
      tc_csv_int (&csv, i >= tokens ? 4 : i >= first_trigger ? 3 : i >= 2 ? 2 : (long long) i);
      tc_csv_float (&csv, (float) tc_skip_score_from_last (a, &initial->qk, i));
      tc_csv_float (&csv, (float) tc_skip_score_from_last (a, &final->qk, i));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static double
largest (const struct tc_dense *m)
{
  double most = 0;
  for (size_t i = 0; i < m->rows * m->cols; i++)
    most = fmax (most, fabs (m->data[i]));
  return most;
}

/* Means over kinds of token, and the spread over positions.  */
static void
describe_scores (const struct tc_skip_analysis *a, const struct circuits *final)
{
  const struct tc_config *config = &a->session->model.config;
  double filler = 0, trigger = 0, lowest = INFINITY, highest = -INFINITY;
  double own = INFINITY, other = -INFINITY;
  for (int k = 0; k < a->n; k++)
    {
      size_t token = (size_t) tc_skip_trigram_trigger (a->task, k);
      trigger += tc_skip_score_from_last (a, &final->qk, token) / a->n;
      filler += tc_skip_score_from_last (a, &final->qk, (size_t) k + 2) / a->n;
      for (int c = 0; c < a->n; c++)
        {
          double logit = tc_dense_get (&final->ov, token, (size_t) c);
          if (c == k)
            own = fmin (own, logit);
          else
            other = fmax (other, logit);
        }
    }
  tc_macros_real (a->macros, "TriggerScore", trigger, 3);
  tc_macros_real (a->macros, "FillerScore", filler, 3);
  tc_macros_real (a->macros, "LowestOwnLogit", own, 3);
  tc_macros_real (a->macros, "HighestOtherLogit", other, 3);
  if (config->positions == TC_POS_NONE)
    return;
  for (int r = 1; r <= a->task->seq_len; r++)
    {
      double score = tc_skip_score_from_last (a, &final->qk, tc_circuit_position (config, (size_t) r));
      lowest = fmin (lowest, score);
      highest = fmax (highest, score);
    }
  tc_macros_real (a->macros, "PositionScoreRange", highest - lowest, 2);
}

enum tc_status
tc_skip_report_circuits (struct tc_skip_analysis *a, struct tc_error *err)
{
  struct circuits initial = { { 0, 0, NULL }, { 0, 0, NULL } }, final = initial;
  enum tc_status status = read_circuits (a, 0, &initial, err);
  if (status == TC_OK)
    status = read_circuits (a, -1, &final, err);
  if (status == TC_OK)
    status = write_matrix (a, "qk_initial", "Full QK circuit before training", &initial.qk,
                           true, err);
  if (status == TC_OK)
    status = write_matrix (a, "qk_final", "Full QK circuit after training", &final.qk, true,
                           err);
  if (status == TC_OK)
    status = write_matrix (a, "ov_initial", "Full OV circuit before training", &initial.ov,
                           false, err);
  if (status == TC_OK)
    status = write_matrix (a, "ov_final", "Full OV circuit after training", &final.ov, false,
                           err);
  if (status == TC_OK)
    status = write_scores (a, &initial, &final, err);
  if (status == TC_OK)
    status = tc_skip_figure_qk (a, largest (&final.qk), err);
  if (status == TC_OK)
    status = tc_skip_figure_ov (a, largest (&final.ov), err);
  if (status == TC_OK)
    status = tc_skip_figure_scores (a, err);
  if (status == TC_OK)
    describe_scores (a, &final);
  circuits_free (&initial);
  circuits_free (&final);
  return status;
}
