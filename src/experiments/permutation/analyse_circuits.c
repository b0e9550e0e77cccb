/* The two circuits of the head: QK over positions, OV over characters.  */

#include "circuits/copying.h"
#include "circuits/first_layer.h"
#include "circuits/fold.h"
#include "circuits/position_scores.h"
#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"
#include "experiments/permutation/figures.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The OV circuit is shown over all tokens that the head can copy: the space, then the
   characters.  */
enum { ALL = 1 + TC_PERMUTATION_ELEMENTS, DIGITS = 4 };

static int32_t
token_of (size_t i)
{
  return i == 0 ? TC_PERMUTATION_SPACE : (int32_t) (TC_PERMUTATION_SPECIAL + i - 1);
}

/* ---- Position-position QK ---- */

/* Which tokens can stand where, [n_pos, vocabulary], malloc'ed: in a sequence of this
   kind one punctuation mark, or any character.  */
static enum tc_status
list_tokens (const struct tc_permutation_analysis *a, bool **stands, struct tc_error *err)
{
  *stands = calloc (a->n_pos * TC_PERMUTATION_VOCABULARY, sizeof **stands);
  if (*stands == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu positions", a->n_pos);
  for (size_t p = 0; p < a->n_pos; p++)
    {
      bool *here = *stands + p * TC_PERMUTATION_VOCABULARY;
      if (tc_permutation_element (a, p) >= 0)
        for (size_t t = TC_PERMUTATION_SPECIAL; t < TC_PERMUTATION_VOCABULARY; t++)
          here[t] = true;
      else
        here[p == 0 ? TC_PERMUTATION_BEGIN : p + 1 == a->n_pos ? TC_PERMUTATION_PERIOD
             : TC_PERMUTATION_SPACE] = true;
    }
  return TC_OK;
}

enum tc_status
tc_permutation_position_scores (const struct tc_permutation_analysis *a,
                                struct tc_dense *scores, struct tc_error *err)
{
  struct tc_first_layer table = { 0 };
  bool *stands = NULL;
  *scores = (struct tc_dense) { 0 };
  enum tc_status status = list_tokens (a, &stands, err);
  if (status == TC_OK)
    status = tc_first_layer_alloc (&table, &a->session->model, 0, err);
  if (status == TC_OK)
    status = tc_position_scores (&table, stands, scores, err);
  tc_first_layer_free (&table);
  free (stands);
  return status;
}

enum tc_status
tc_permutation_relation (const struct tc_permutation_analysis *a, int8_t **relation,
                         struct tc_error *err)
{
  const size_t n_pos = a->n_pos;
  *relation = malloc (n_pos * n_pos);
  if (*relation == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu positions", n_pos);
  for (size_t p = 0; p < n_pos; p++)
    for (size_t r = 0; r < n_pos; r++)
      {
        int wanted = p + 1 < n_pos && p > (size_t) a->task->n
                     ? tc_permutation_element (a, p + 1) : -1;
        (*relation)[p * n_pos + r]
          = wanted < 0 || r > p ? -1 : tc_permutation_element (a, r) == wanted;
      }
  return TC_OK;
}

/* qk.csv: rows centred over the positions that they see.  */
static enum tc_status
write_qk (const struct tc_permutation_analysis *a, const struct tc_dense *scores,
          struct tc_error *err)
{
  struct tc_csv csv;
  struct tc_csv_columns columns;
  char label[24];
  const size_t n = a->n_pos - 1;
  enum tc_status status = tc_csv_columns_alloc (&columns, n + 1, err);
  if (status != TC_OK)
    return status;
  tc_csv_columns_add (&columns, "query", "position that attends");
  for (size_t r = 0; r < n; r++)
    {
      snprintf (label, sizeof label, "%zu", r);
      tc_csv_columns_add (&columns, label, "score of this key position; empty: masked");
    }
  status = tc_session_csv (a->session, &csv, "qk", "Attention scores by position alone: means "
                           "over the tokens that can stand there, each row less its mean",
                           columns.n, columns.column, err);
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t p = 0; status == TC_OK && p < n; p++)
    {
      double mean = 0;
      for (size_t r = 0; r <= p; r++)
        mean += tc_dense_get (scores, p, r) / (double) (p + 1);
      tc_csv_int (&csv, (long long) p);
      for (size_t r = 0; r < n; r++)
        tc_csv_real (&csv, r <= p ? tc_rounded (tc_dense_get (scores, p, r) - mean, DIGITS)
                                  : NAN);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_qk (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_dense scores;
  int8_t *relation = NULL;
  enum tc_status status = tc_permutation_position_scores (a, &scores, err);
  if (status == TC_OK)
    status = tc_permutation_relation (a, &relation, err);
  if (status == TC_OK)
    {
      struct tc_relation_fit fit = tc_relation_fit (&scores, relation);
      tc_macros_int (a->macros, "QKRows", (long long) fit.n_rows);
      tc_macros_real (a->macros, "QKSlope", fit.slope, 3);
      tc_macros_real (a->macros, "QKExplained", 100 * fit.explained, 3);
      tc_macros_real (a->macros, "QKOrdered", 100 * fit.ordered, 4);
      tc_macros_real (a->macros, "QKFirst", 100 * fit.first, 4);
      tc_macros_real (a->macros, "QKLeastGap", fit.least_gap, 2);
      if (tc_permutation_is_lender (a))
        status = write_qk (a, &scores, err);
    }
  tc_dense_free (&scores);
  free (relation);
  return status;
}

/* ---- OV ---- */

/* outputs [ALL, d_model]: what attending to a token writes, averaged over the positions
   where it can stand, of a character by the attention that they receive; what all tokens
   have in common is left in, the softmax does not see it.  */
static void
average_output (const struct tc_permutation_analysis *a, const struct tc_first_layer *table,
                const double *received, size_t i, double *output)
{
  const size_t width = table->output.cols;
  double total = 0;
  for (size_t p = 1; p + 1 < a->n_pos; p++)
    if ((tc_permutation_element (a, p) < 0) == (i == 0))
      {
        const double *row
          = tc_dense_row (&table->output, tc_first_layer_row (table, (size_t) token_of (i), p));
        double weight = i == 0 ? 1 : received[p];
        total += weight;
        for (size_t m = 0; m < width; m++)
          output[m] += weight * row[m];
      }
  for (size_t m = 0; m < width; m++)
    output[m] /= total;
}

static enum tc_status
average_outputs (const struct tc_permutation_analysis *a, struct tc_dense *outputs,
                 struct tc_error *err)
{
  struct tc_first_layer table = { 0 };
  double *received = calloc (a->n_pos, sizeof *received);
  enum tc_status status = TC_OK;
  if (received == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu places", a->n_pos);
  if (status == TC_OK)
    status = tc_permutation_received (a, received, err);
  if (status == TC_OK)
    status = tc_dense_alloc (outputs, ALL, (size_t) a->config->d_model, err);
  if (status == TC_OK)
    status = tc_first_layer_alloc (&table, &a->session->model, 0, err);
  for (size_t i = 0; status == TC_OK && i < ALL; i++)
    average_output (a, &table, received, i, tc_dense_row (outputs, i));
  tc_first_layer_free (&table);
  free (received);
  return status;
}

enum tc_status
tc_permutation_ov (const struct tc_permutation_analysis *a, struct tc_dense *ov,
                   struct tc_error *err)
{
  struct tc_dense outputs = { 0 }, unembed = { 0 }, logits = { 0 };
  struct tc_model folded = { 0 };
  enum tc_status status = average_outputs (a, &outputs, err);
  if (status == TC_OK)
    status = tc_fold_norm (&a->session->model, &folded, err);
  if (status == TC_OK)
    status = tc_dense_from_real (&unembed, outputs.cols, TC_PERMUTATION_VOCABULARY,
                                 tc_params_data (&folded.params, "unembed.W_U"), err);
  if (status == TC_OK)
    status = tc_dense_product (&logits, &outputs, &unembed, err);
  if (status == TC_OK)
    status = tc_dense_alloc (ov, ALL, ALL, err);
  for (size_t i = 0; status == TC_OK && i < ALL; i++)
    for (size_t j = 0; j < ALL; j++)
      tc_dense_row (ov, i)[j] = tc_dense_get (&logits, i, (size_t) token_of (j));
  tc_model_free (&folded);
  tc_dense_free (&outputs);
  tc_dense_free (&unembed);
  tc_dense_free (&logits);
  return status;
}

static const char *
name_of (size_t i, char name[2])
{
  name[0] = i == 0 ? '_' : tc_permutation_characters[token_of (i)];
  name[1] = '\0';
  return name;
}

static enum tc_status
write_ov (const struct tc_permutation_analysis *a, const struct tc_dense *ov,
          struct tc_error *err)
{
  char name[2];
  struct tc_csv csv;
  struct tc_csv_columns columns;
  enum tc_status status = tc_csv_columns_alloc (&columns, ALL + 1, err);
  if (status != TC_OK)
    return status;
  tc_csv_columns_add (&columns, "source", "character attended to; a space is written _");
  for (size_t j = 0; j < ALL; j++)
    tc_csv_columns_add (&columns, name_of (j, name), "logit that this adds to this character");
  status = tc_session_csv (a->session, &csv, "ov", "OV circuit over characters and the space, "
                           "before the last LayerNorm's division, averaged over the places that are read", columns.n,
                           columns.column, err);
  tc_csv_columns_free (&columns);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < ALL; i++)
    {
      tc_csv_text (&csv, name_of (i, name));
      for (size_t j = 0; j < ALL; j++)
        tc_csv_real (&csv, tc_rounded (tc_dense_get (ov, i, j), DIGITS));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
describe_ov (const struct tc_permutation_analysis *a, const struct tc_dense *ov,
             struct tc_error *err)
{
  double diagonal = 0, others = 0, margin = INFINITY, score;
  enum tc_status status = tc_copying_score (ov, ALL, &score, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 1; i < ALL; i++)
    {
      double own = tc_dense_get (ov, i, i);
      diagonal += own / (ALL - 1);
      for (size_t j = 0; j < ALL; j++)
        if (j != i)
          {
            others += tc_dense_get (ov, i, j) / ((ALL - 1) * (ALL - 1.0));
            margin = fmin (margin, own - tc_dense_get (ov, i, j));
          }
    }
  tc_macros_real (a->macros, "OVCopying", tc_rounded (score, 6), 3);
  tc_macros_real (a->macros, "OVDiagonalRate", 100 * tc_diagonal_rate (ov, ALL), 3);
  tc_macros_real (a->macros, "OVDiagonal", diagonal, 3);
  tc_macros_real (a->macros, "OVOthers", others, 2);
  tc_macros_real (a->macros, "OVSpace", tc_dense_get (ov, 0, 0), 3);
  tc_macros_real (a->macros, "OVLeastMargin", margin, 3);
  return TC_OK;
}

enum tc_status
tc_permutation_report_circuits (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct tc_dense ov = { 0 };
  enum tc_status status = report_qk (a, err);
  if (status == TC_OK)
    status = tc_permutation_ov (a, &ov, err);
  if (status == TC_OK && tc_permutation_is_shown (a))
    status = write_ov (a, &ov, err);
  if (status == TC_OK)
    status = describe_ov (a, &ov, err);
  tc_dense_free (&ov);
  if (status == TC_OK && tc_permutation_is_lender (a))
    status = tc_permutation_figure_qk (a, err);
  return status == TC_OK && tc_permutation_is_shown (a) ? tc_permutation_figure_ov (a, err)
                                                        : status;
}
