/* Full QK and OV circuits over tokens and positions, and what they say of sorting.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures_circuits.h"

#include "circuits/copying.h"
#include "circuits/first_layer.h"
#include "circuits/fold.h"
#include "circuits/order.h"
#include "circuits/qk_ov.h"
#include "experiments/measure.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- labelled matrices --- */

/* "tok 7", "START", "MID", "pos START", "pos in 0", "pos MID", "pos out 0", "bias". */
static const char *
input_label (const struct tc_sort_options *task, const struct tc_config *config, size_t input,
             char label[32])
{
  char token[TC_TOKEN_NAME];
  size_t vocabulary = (size_t) config->d_vocab, length = (size_t) task->list_length;
  size_t position = input - vocabulary;
  if (input < vocabulary)
    {
      const char *name = tc_sort_label (task, (int32_t) input, token);
      snprintf (label, 32, input < (size_t) task->n_values ? "tok %s" : "%s", name);
    }
  else if (config->positions == TC_POS_NONE || position >= (size_t) config->n_ctx)
    snprintf (label, 32, "bias");
  else if (position == 0 || position == length + 1)
    snprintf (label, 32, "pos %s", position == 0 ? "START" : "MID");
  else if (position <= length)
    snprintf (label, 32, "pos in %zu", position - 1);
  else
    snprintf (label, 32, "pos out %zu", position - length - 2);
  return label;
}

/* m, rows and columns inputs, or the transpose of m: rows classes, columns inputs. */
static enum tc_status
write_matrix (const struct tc_sort_analysis *a, const char *name, const char *title,
              const struct tc_dense *m, bool is_qk, struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  struct tc_csv_columns columns = { 0 };
  struct tc_csv csv;
  char label[32];
  size_t rows = is_qk ? m->rows : m->cols;
  enum tc_status status = tc_csv_columns_alloc (&columns, m->rows + 1, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, is_qk ? "query" : "class", is_qk
                          ? "what the position that attends holds" : "class");
      for (size_t i = 0; i < m->rows; i++)
        tc_csv_columns_add (&columns, input_label (a->task, config, i, label), is_qk
                            ? "part of the attention score for it, to three digits"
                            : "what attending to it adds to the logit, less the mean over "
                              "classes, to three digits");
      status = tc_session_csv (a->session, &csv, name, title, columns.n, columns.column, err);
    }
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < rows; i++)
    {
      tc_csv_text (&csv, input_label (a->task, config, i, label));
      for (size_t j = 0; j < m->rows; j++)
        tc_csv_float (&csv, tc_sort_for_picture (is_qk ? tc_dense_get (m, i, j)
                                                 : tc_dense_get (m, j, i)));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
centre_rows (struct tc_dense *m)
{
  for (size_t i = 0; i < m->rows; i++)
    {
      double mean = 0, *row = tc_dense_row (m, i);
      for (size_t j = 0; j < m->cols; j++)
        mean += row[j] / (double) m->cols;
      for (size_t j = 0; j < m->cols; j++)
        row[j] -= mean;
    }
}

/* The greatest modulus in the first n rows.  */
static double
greatest (const struct tc_dense *m, size_t n)
{
  double most = 0;
  for (size_t i = 0; i < n * m->cols; i++)
    most = fmax (most, fabs (m->data[i]));
  return most;
}

/* --- measures --- */

struct measures
{
  struct tc_order tokens;       /* of the full QK circuit between tokens */
  struct tc_order places;       /* of the exact scores, mean over places */
  double mid_tokens, mid_places;        /* rank correlation of MID's row with the value */
  double diagonal, rank;        /* OV between tokens */
  double centred_diagonal;      /* with each class's mean over tokens taken off */
  double positivity;
};

/* Scores between values with positions: mean over output slots and places of the list.
   The last row is MID's, at its place.  */
static void
place_scores (const struct tc_sort_options *task, const struct tc_first_layer *head,
              struct tc_dense *scores)
{
  size_t length = (size_t) task->list_length, values = (size_t) task->n_values;
  for (size_t q = 0; q <= values; q++)
    for (size_t k = 0; k < values; k++)
      {
        double sum = 0, n = 0;
        for (size_t j = q == values ? 0 : 1; j < (q == values ? 1 : length); j++)
          for (size_t p = 1; p <= length; p++, n++)
            sum += tc_first_layer_score (head, q == values ? (size_t) tc_sort_mid_token (task)
                                         : q, length + 1 + j, k, p);
        tc_dense_row (scores, q)[k] = n > 0 ? sum / n : 0;
      }
}

static double
rank_correlation (const double *row, size_t n, struct tc_error *err)
{
  double *values = calloc (n, sizeof *values);
  (void) err;
  if (values == NULL)
    return NAN;
  for (size_t i = 0; i < n; i++)
    values[i] = (double) i;
  double rho = tc_correlate (n, values, row).spearman;
  free (values);
  return tc_rounded (rho, 6);
}

/* Takes each class's mean over the first n tokens off.  */
static void
centre_classes (struct tc_dense *m, size_t n)
{
  for (size_t j = 0; j < m->cols; j++)
    {
      double mean = 0;
      for (size_t i = 0; i < n; i++)
        mean += tc_dense_get (m, i, j) / (double) n;
      for (size_t i = 0; i < n; i++)
        tc_dense_row (m, i)[j] -= mean;
    }
}

static enum tc_status
measure (const struct tc_sort_analysis *a, const struct tc_model *model,
         const struct tc_model *folded, int head, struct measures *out, struct tc_error *err)
{
  size_t n = (size_t) a->task->n_values;
  struct tc_dense qk = { 0 }, ov = { 0 }, places = { 0 };
  struct tc_first_layer table = { 0 };
  enum tc_status status = tc_full_qk (folded, 0, head, &qk, err);
  if (status == TC_OK)
    status = tc_full_ov (folded, 0, head, &ov, err);
  if (status == TC_OK)
    status = tc_first_layer_alloc (&table, model, head, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&places, n + 1, n, err);
  if (status == TC_OK)
    status = tc_copying_score (&ov, n, &out->positivity, err);
  if (status == TC_OK)
    {
      place_scores (a->task, &table, &places);
      out->tokens = tc_order_statistics (&qk, n);
      out->places = tc_order_statistics (&places, n);
      out->mid_tokens = rank_correlation (tc_dense_row (&qk, (size_t) tc_sort_mid_token (a->task)),
                                          n, err);
      out->mid_places = rank_correlation (tc_dense_row (&places, n), n, err);
      out->diagonal = tc_diagonal_rate (&ov, n);
      out->rank = tc_diagonal_rank (&ov, n);
      out->positivity = tc_rounded (out->positivity, 6);
      centre_classes (&ov, n);
      out->centred_diagonal = tc_diagonal_rate (&ov, n);
    }
  tc_dense_free (&qk);
  tc_dense_free (&ov);
  tc_dense_free (&places);
  tc_first_layer_free (&table);
  return status;
}

static enum tc_status
write_measures (struct tc_csv *csv, const char *model, int head, const struct measures *m,
                struct tc_error *err)
{
  const struct { const char *name; double value; } rows[] = {
    { "qk-nearer", m->tokens.nearer }, { "qk-above", m->tokens.above },
    { "qk-next-first", m->tokens.next_first }, { "qk-next-of-all", m->tokens.next_of_all },
    { "qk-mid-rank", m->mid_tokens },
    { "scores-nearer", m->places.nearer }, { "scores-above", m->places.above },
    { "scores-next-first", m->places.next_first },
    { "scores-next-of-all", m->places.next_of_all }, { "scores-mid-rank", m->mid_places },
    { "ov-diagonal", m->diagonal }, { "ov-rank", m->rank },
    { "ov-centred-diagonal", m->centred_diagonal }, { "ov-positivity", m->positivity }
  };
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < sizeof rows / sizeof *rows; i++)
    {
      tc_csv_text (csv, model);
      tc_csv_int (csv, head);
      tc_csv_text (csv, rows[i].name);
      tc_csv_real (csv, rows[i].value);
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

static void
write_macros (const struct tc_sort_analysis *a, const struct measures *m)
{
  struct tc_macros *macros = a->macros;
  tc_macros_real (macros, "QkNearer", m->tokens.nearer, 3);
  tc_macros_real (macros, "QkAbove", m->tokens.above, 3);
  tc_macros_real (macros, "QkMidRank", m->mid_tokens, 3);
  tc_macros_real (macros, "ScoresNearer", m->places.nearer, 3);
  tc_macros_real (macros, "ScoresAbove", m->places.above, 3);
  tc_macros_real (macros, "ScoresNextFirst", m->places.next_first, 3);
  tc_macros_real (macros, "ScoresMidRank", m->mid_places, 3);
  tc_macros_real (macros, "OvDiagonalPercent", 100 * m->diagonal, 3);
  tc_macros_real (macros, "OvRank", m->rank, 3);
  tc_macros_real (macros, "OvCentredDiagonalPercent", 100 * m->centred_diagonal, 3);
  tc_macros_real (macros, "OvPositivity", m->positivity, 2);
}

/* The same measures of a model with random parameters of the same kind.  */
static enum tc_status
measure_control (const struct tc_sort_analysis *a, struct tc_csv *csv, struct tc_error *err)
{
  enum { CONTROL_SEED = 9 };
  struct tc_model model = { 0 }, folded = { 0 };
  struct tc_torch_rng rng;
  struct measures m;
  tc_torch_seed (&rng, CONTROL_SEED);
  enum tc_status status = tc_model_alloc (&model, &a->session->model.config, err);
  if (status == TC_OK)
    status = tc_params_init (&model.params, &model.config, &rng, err);
  if (status == TC_OK)
    status = tc_fold_norm (&model, &folded, err);
  if (status == TC_OK)
    status = measure (a, &model, &folded, 0, &m, err);
  if (status == TC_OK)
    status = write_measures (csv, "untrained", 0, &m, err);
  if (status == TC_OK)
    {
      tc_macros_real (a->macros, "ControlScoresNearer", m.places.nearer, 2);
      tc_macros_real (a->macros, "ControlScoresAbove", m.places.above, 2);
      tc_macros_real (a->macros, "ControlOvDiagonalPercent", 100 * m.diagonal, 2);
      tc_macros_real (a->macros, "ControlOvPositivity", m.positivity, 2);
    }
  tc_model_free (&model);
  tc_model_free (&folded);
  return status;
}

static enum tc_status
report_measures (struct tc_sort_analysis *a, const struct tc_model *folded,
                 struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "model", "trained, or untrained (parameters drawn anew)" },
    { "head", "attention head" },
    { "measure", "qk-: of the full QK circuit between tokens; scores-: of attention scores "
                 "with positions, mean over places; ov-: of the full OV circuit.  nearer: "
                 "P(S(q,k) > S(q,l)), q < k < l; above: P(S(q,k) > S(q,l)), l <= q < k; "
                 "next-first, next-of-all: S(q,q+1) is the greatest above q, of all; "
                 "mid-rank: rank correlation of MID's scores with the value; diagonal: share "
                 "of values whose greatest class is themselves; rank: classes above that; "
                 "centred: means over values taken off; positivity: sum of eigenvalues over "
                 "sum of moduli" },
    { "value", "" }
  };
  struct tc_csv csv;
  struct measures m;
  enum tc_status status = tc_session_csv (a->session, &csv, "circuits",
                                          "What the circuits say of sorting", 4, columns, err);
  if (status != TC_OK)
    return status;
  for (int head = 0; status == TC_OK && head < a->session->model.config.n_heads; head++)
    {
      status = measure (a, &a->session->model, folded, head, &m, err);
      if (status == TC_OK)
        status = write_measures (&csv, "trained", head, &m, err);
      if (status == TC_OK && head == 0)
        write_macros (a, &m);
    }
  if (status == TC_OK)
    status = measure_control (a, &csv, err);
  return tc_csv_finish (&csv, status, err);
}

/* --- pictures --- */

static enum tc_status
report_pictures (struct tc_sort_analysis *a, const struct tc_model *folded,
                 struct tc_error *err)
{
  struct tc_dense qk = { 0 }, ov = { 0 };
  size_t n = (size_t) tc_sort_vocabulary (a->task);
  size_t n_drawn = n + (size_t) a->session->model.config.n_ctx;
  enum tc_status status = tc_full_qk (folded, 0, 0, &qk, err);
  if (status == TC_OK)
    status = tc_full_ov (folded, 0, 0, &ov, err);
  if (status == TC_OK)
    {
      centre_rows (&ov);
      tc_macros_real (a->macros, "OvGreatest", greatest (&ov, n), 2);
      status = write_matrix (a, "qk", "Full QK circuit of head 0", &qk, true, err);
    }
  if (status == TC_OK)
    status = write_matrix (a, "ov", "Full OV circuit of head 0", &ov, false, err);
  if (status == TC_OK)
    status = tc_sort_figure_qk (a, "qk", false, greatest (&qk, n_drawn), err);
  if (status == TC_OK)
    status = tc_sort_figure_qk (a, "qk-unscaled", true, greatest (&qk, n_drawn), err);
  if (status == TC_OK)
    status = tc_sort_figure_ov (a, greatest (&ov, n_drawn), err);
  tc_dense_free (&qk);
  tc_dense_free (&ov);
  return status;
}

enum tc_status
tc_sort_report_circuits (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_model folded = { 0 };
  if (!a->session->is_decoder || a->session->model.config.n_layers != 1)
    return TC_OK;
  enum tc_status status = tc_fold_norm (&a->session->model, &folded, err);
  if (status == TC_OK)
    status = report_measures (a, &folded, err);
  if (status == TC_OK && tc_sort_is_pictured (a))
    status = report_pictures (a, &folded, err);
  tc_model_free (&folded);
  return status;
}
