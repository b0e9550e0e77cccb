#include "experiments/sort/score.h"

#include "circuits/generate.h"
#include "training/loss.h"

#include <stdlib.h>

/* What many batches add up to.  */
struct tally
{
  double nll;
  size_t lists, tokens, right_lists, right_tokens;
};

/* Runs the model; *rows is [n_targets], the caller's to free.  */
static enum tc_status
forward (struct tc_sort_analysis *a, const struct tc_batch *batch, const tc_real ***rows,
         struct tc_error *err)
{
  const struct tc_learner *learner = &a->session->learner;
  *rows = calloc (batch->n_targets + 1, sizeof **rows);
  if (*rows == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu predictions", batch->n_targets);
  return learner->forward (learner->self, batch, *rows, err);
}

static enum tc_status
add_batch (struct tc_sort_analysis *a, const struct tc_batch *batch, struct tally *tally,
           struct tc_error *err)
{
  const tc_real **rows;
  double *nll = calloc (batch->n_targets + 1, sizeof *nll), per_token, per_list;
  size_t n_out = a->session->learner.d_vocab_out;
  enum tc_status status = forward (a, batch, &rows, err);
  if (status == TC_OK && nll == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu losses", batch->n_targets);
  if (status == TC_OK)
    {
      tc_cross_entropy (a->session->compute, batch->n_targets, n_out, rows, batch->target, 1.0,
                        nll, NULL);
      tc_accuracy (batch, n_out, (const tc_real *const *) rows, &per_token, &per_list);
      tally->nll += tc_sum (batch->n_targets, nll);
      tally->lists += batch->n_seq;
      tally->tokens += batch->n_targets;
      /* Both are counts over counts.  */
      tally->right_lists += (size_t) (per_list * (double) batch->n_seq + 0.5);
      tally->right_tokens += (size_t) (per_token * (double) batch->n_targets + 0.5);
    }
  free (rows);
  free (nll);
  return status;
}

enum tc_status
tc_sort_score_lists (struct tc_sort_analysis *a, uint64_t seed, size_t lists, int length,
                     struct tc_sort_score *score, struct tc_error *err)
{
  size_t at_once = (size_t) a->task->test_size;
  struct tc_sort_stream stream;
  struct tc_sort_set set;
  struct tally tally = { 0 };
  tc_sort_stream_start (&stream, a->task, seed);
  enum tc_status status = tc_sort_set_alloc (&set, a->task, at_once, err);
  while (status == TC_OK && tally.lists < lists)
    {
      struct tc_batch batch;
      size_t n = lists - tally.lists < at_once ? lists - tally.lists : at_once;
      status = tc_sort_set_draw (&set, &stream, n, length, err);
      if (status == TC_OK)
        {
          tc_sort_set_batch (&set, &batch);
          status = add_batch (a, &batch, &tally, err);
        }
    }
  tc_sort_set_free (&set);
  if (status == TC_OK)
    *score = (struct tc_sort_score) {
      .lists = tally.lists, .loss = tally.nll / (double) tally.tokens,
      .accuracy = (double) tally.right_lists / (double) tally.lists,
      .token_accuracy = (double) tally.right_tokens / (double) tally.tokens
    };
  return status;
}

enum tc_status
tc_sort_predict (struct tc_sort_analysis *a, const struct tc_batch *batch, int32_t *predicted,
                 struct tc_error *err)
{
  const tc_real **rows;
  enum tc_status status = forward (a, batch, &rows, err);
  for (size_t i = 0; status == TC_OK && i < batch->n_targets; i++)
    predicted[i] = tc_greatest_logit (a->session->learner.d_vocab_out, rows[i]);
  free (rows);
  return status;
}
