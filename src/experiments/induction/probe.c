#include "experiments/induction/probe.h"

#include "circuits/composition.h"
#include "circuits/generate.h"
#include "circuits/head_scores.h"
#include "experiments/measure.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Memory ---- */

static bool
occurred (const int32_t *tokens, size_t query)
{
  for (size_t earlier = 0; earlier < query; earlier++)
    if (tokens[earlier] == tokens[query])
      return true;
  return false;
}

static enum tc_status
list_seen (struct tc_induction_probe *probe, struct tc_error *err)
{
  const size_t n_pos = (size_t) probe->set.shape.seq_len, n = probe->set.n * n_pos;
  probe->seen_seq = calloc (n, sizeof *probe->seen_seq);
  probe->seen_pos = calloc (n, sizeof *probe->seen_pos);
  if (probe->seen_seq == NULL || probe->seen_pos == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu queries", n);
  for (size_t i = 0; i < n; i++)
    if (occurred (probe->set.tokens + i / n_pos * n_pos, i % n_pos))
      {
        probe->seen_seq[probe->n_seen] = (int32_t) (i / n_pos);
        probe->seen_pos[probe->n_seen++] = (int32_t) (i % n_pos);
      }
  return TC_OK;
}

enum tc_status
tc_induction_probe_open (struct tc_induction_probe *probe,
                         const struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_mt19937 numpy;
  *probe = (struct tc_induction_probe) { .run = NULL };
  enum tc_status status = tc_induction_evaluation (a, &probe->set, TC_INDUCTION_PROBED,
                                                   &numpy, err);
  if (status != TC_OK)
    return status;
  tc_induction_batch (&probe->set, &probe->batch);
  status = tc_run_alloc (&probe->run, &a->session->model.config, TC_ROWS_ALL,
                         TC_INDUCTION_PROBED, probe->batch.n_pos, probe->batch.n_targets, err);
  if (status == TC_OK)
    status = list_seen (probe, err);
  if (status != TC_OK)
    tc_induction_probe_close (probe);
  return status;
}

void
tc_induction_probe_close (struct tc_induction_probe *probe)
{
  tc_run_free (probe->run);
  tc_induction_set_free (&probe->set);
  free (probe->seen_seq);
  free (probe->seen_pos);
  *probe = (struct tc_induction_probe) { .run = NULL };
}

/* ---- Forward ---- */

enum tc_status
tc_induction_probe_forward (struct tc_induction_probe *probe,
                            const struct tc_induction_analysis *a, struct tc_error *err)
{
  return tc_forward (a->session->compute, &a->session->model, &probe->batch, probe->run, err);
}

double
tc_induction_probe_loss (const struct tc_induction_probe *probe,
                         const struct tc_induction_analysis *a, double *accuracy)
{
  const size_t n = probe->batch.n_targets, classes = (size_t) a->shape->vocab_size;
  double sum = 0;
  size_t right = 0;
  for (size_t k = 0; k < n; k++)
    {
      const tc_real *logits = tc_run_logits (probe->run, k);
      sum += tc_surprisal (classes, logits, (size_t) probe->batch.target[k]);
      right += tc_greatest_logit (classes, logits) == probe->batch.target[k];
    }
  if (accuracy != NULL)
    *accuracy = (double) right / (double) n;
  return sum / (double) n;
}

enum tc_status
tc_induction_probe_ablated (struct tc_induction_probe *probe,
                            const struct tc_induction_analysis *a, size_t n,
                            const struct tc_ablation *ablations, double *loss,
                            struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    status = tc_run_add_hook (probe->run, tc_ablation_hook (&ablations[i]), err);
  if (status == TC_OK)
    status = tc_induction_probe_forward (probe, a, err);
  if (status == TC_OK)
    *loss = tc_induction_probe_loss (probe, a, NULL);
  tc_run_clear_hooks (probe->run);
  return status;
}

enum tc_status
tc_induction_probe_activation (struct tc_induction_probe *probe,
                               const struct tc_induction_analysis *a, size_t layer,
                               const char *leaf, struct tc_activation *out,
                               struct tc_error *err)
{
  char name[TC_NAME_MAX];
  snprintf (name, sizeof name, "blocks.%zu.%s", layer, leaf);
  return tc_run_activation (probe->run, &a->session->model, name, out, err);
}

/* ---- Scores ---- */

enum tc_status
tc_induction_copying (const struct tc_induction_analysis *a, size_t layer, size_t head,
                      double *score, struct tc_error *err)
{
  struct tc_dense left, right;
  const size_t r = (size_t) a->session->model.config.d_head;
  double *values = calloc (2 * r, sizeof *values);
  if (values == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu eigenvalues", r);
  enum tc_status status = tc_token_ov (&a->session->model, (int) layer, (int) head, &left,
                                       &right, err);
  if (status == TC_OK)
    status = tc_product_eigenvalues (&left, &right, values, values + r, err);
  if (status == TC_OK)
    *score = tc_rounded (tc_positivity (r, values, values + r), 6);
  tc_dense_free (&left);
  tc_dense_free (&right);
  free (values);
  return status;
}

enum tc_status
tc_induction_probe_scores (struct tc_induction_probe *probe,
                           const struct tc_induction_analysis *a, size_t layer,
                           struct tc_induction_scores *scores, struct tc_error *err)
{
  enum { KINDS = 6 };
  const size_t heads = (size_t) a->session->model.config.n_heads;
  const size_t slot = (size_t) tc_induction_slot (a->shape), last = probe->batch.n_pos - 1;
  const struct tc_batch *b = &probe->batch;
  double kind[KINDS][TC_INDUCTION_MAX_HEADS];
  struct tc_activation pattern;
  if (heads > TC_INDUCTION_MAX_HEADS)
    return tc_fail (err, TC_EINVAL, "%zu heads; expected at most %d", heads,
                    (int) TC_INDUCTION_MAX_HEADS);
  enum tc_status status = tc_induction_probe_activation (probe, a, layer,
                                                         "attn.hook_pattern", &pattern, err);
  if (status != TC_OK)
    return status;
  tc_previous_token_scores (&pattern, 1, last, kind[0]);
  tc_previous_token_scores (&pattern, 2, slot, kind[1]);
  tc_previous_token_scores (&pattern, slot + 1, last, kind[2]);
  tc_prefix_matching_scores (&pattern, b->tokens, b->n_targets, b->target_seq,
                             b->target_pos, kind[3]);
  tc_prefix_matching_scores (&pattern, b->tokens, probe->n_seen, probe->seen_seq,
                             probe->seen_pos, kind[4]);
  tc_duplicate_token_scores (&pattern, b->tokens, b->n_targets, b->target_seq,
                             b->target_pos, kind[5]);
  for (size_t h = 0; status == TC_OK && h < heads; h++)
    {
      scores[h] = (struct tc_induction_scores) {
        kind[0][h], kind[1][h], kind[2][h], kind[3][h], kind[4][h], kind[5][h], 0
      };
      status = tc_induction_copying (a, layer, h, &scores[h].copying, err);
    }
  return status;
}
