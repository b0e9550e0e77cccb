#include "experiments/skip-trigram/reduce.h"

#include "circuits/qk_ov.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST = 0, LAST = 1, FILLER = 2 };  /* tokens; filler starts there */

static enum tc_status
allocate (struct tc_reduced *out, int n_classes, struct tc_error *err)
{
  size_t n = (size_t) n_classes;
  out->n_classes = n_classes;
  out->n_other = n + 2;
  out->score = calloc (n, sizeof *out->score);
  out->margin = calloc (n, sizeof *out->margin);
  out->other = calloc (n + 2, sizeof *out->other);
  out->count = calloc (n + 2, sizeof *out->count);
  if (out->score == NULL || out->margin == NULL || out->other == NULL || out->count == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d trigrams", n_classes);
  return TC_OK;
}

void
tc_reduced_free (struct tc_reduced *reduced)
{
  free (reduced->score);
  free (reduced->margin);
  free (reduced->other);
  free (reduced->count);
  *reduced = (struct tc_reduced) { 0 };
}

/* The entry for class k over the mean of the others.  */
static double
margin_of (const double *row, int n_classes, int k)
{
  double others = 0;
  for (int c = 0; c < n_classes; c++)
    if (c != k)
      others += row[c];
  return row[k] - others / (n_classes - 1);
}

static void
count_tokens (struct tc_reduced *out, const struct tc_skip_trigram_options *task)
{
  out->filler = 0;
  for (size_t x = 0; x < out->n_other; x++)
    {
      out->count[x] = x < FILLER ? 1 : (double) (task->seq_len - 1) / task->rand_size;
      out->filler = fma (out->count[x], tc_exp64 (out->other[x]), out->filler);
    }
}

static enum tc_status
reduce_minimal (const struct tc_params *params, const struct tc_skip_trigram_options *task,
                struct tc_reduced *out, struct tc_error *err)
{
  const tc_real *qk = tc_params_data (params, "QK"), *ov = tc_params_data (params, "OV");
  int n = out->n_classes;
  double *row = malloc ((size_t) n * sizeof *row);
  if (row == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %d classes", n);
  for (int k = 0; k < n; k++)
    {
      int32_t token = tc_skip_trigram_trigger (task, k);
      for (int c = 0; c < n; c++)
        row[c] = ov[token * n + c];
      out->score[k] = qk[token];
      out->margin[k] = margin_of (row, n, k);
    }
  for (size_t x = 0; x < out->n_other; x++)
    out->other[x] = qk[x];
  free (row);
  return TC_OK;
}

/* Mean over the inner positions of the score of a token from the last place, or
   the logarithm of the mean of its exponential.  */
static double
score_over_places (const struct tc_config *config, const struct tc_dense *qk, int seq_len,
                   size_t token, int of_exponential)
{
  size_t last = (size_t) seq_len + 1;
  double sum = 0;
  for (size_t r = 1; r <= (size_t) seq_len; r++)
    {
      double score = tc_qk_score (config, qk, LAST, last, token, r);
      sum += of_exponential ? tc_exp64 (score) : score;
    }
  return of_exponential ? tc_log64 (sum / seq_len) : sum / seq_len;
}

static enum tc_status
reduce_decoder (const struct tc_model *model, const struct tc_skip_trigram_options *task,
                struct tc_reduced *out, struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  struct tc_dense qk = { 0, 0, NULL }, ov = { 0, 0, NULL };
  if (config->n_layers != 1 || config->n_heads != 1)
    return tc_fail (err, TC_EINVAL,
                    "the skip-trigram theory reads one layer of one head, not %d of %d",
                    config->n_layers, config->n_heads);
  enum tc_status status = tc_full_qk (model, 0, 0, &qk, err);
  if (status == TC_OK)
    status = tc_full_ov (model, 0, 0, &ov, err);
  if (status == TC_OK)
    {
      size_t last = (size_t) task->seq_len + 1;
      for (int k = 0; k < out->n_classes; k++)
        {
          size_t token = (size_t) tc_skip_trigram_trigger (task, k);
          out->score[k] = score_over_places (config, &qk, task->seq_len, token, 0);
          out->margin[k] = margin_of (tc_dense_row (&ov, token), out->n_classes, k);
        }
      out->other[FIRST] = tc_qk_score (config, &qk, LAST, last, FIRST, 0);
      out->other[LAST] = tc_qk_score (config, &qk, LAST, last, LAST, last);
      for (size_t x = FILLER; x < out->n_other; x++)
        out->other[x] = score_over_places (config, &qk, task->seq_len, x, 1);
    }
  tc_dense_free (&qk);
  tc_dense_free (&ov);
  return status;
}

enum tc_status
tc_reduce (const struct tc_session *session, const struct tc_skip_trigram_options *task,
           struct tc_reduced *out, struct tc_error *err)
{
  *out = (struct tc_reduced) { 0 };
  enum tc_status status = allocate (out, task->rand_size, err);
  if (status == TC_OK)
    status = session->is_decoder ? reduce_decoder (&session->model, task, out, err)
                                 : reduce_minimal (session->learner.params, task, out, err);
  if (status == TC_OK)
    count_tokens (out, task);
  else
    tc_reduced_free (out);
  return status;
}
