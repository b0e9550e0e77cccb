#include "experiments/permutation/score.h"

#include "circuits/generate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- First terms ---- */

static void
alter (enum tc_permutation_kind kind, int n, struct tc_mt19937 *stream, int32_t *first)
{
  if (kind == TC_PERMUTATION_ASCENDING)
    return;
  tc_python_shuffle (stream, (size_t) n, sizeof *first, first);
  if (kind == TC_PERMUTATION_REPEATED)
    first[n - 1] = first[0];
  if (kind == TC_PERMUTATION_UNMET)
    first[0] = TC_PERMUTATION_BEGIN;
}

enum tc_status
tc_permutation_starts_alloc (struct tc_permutation_starts *starts,
                             const struct tc_permutation_list *list, size_t count,
                             enum tc_permutation_kind kind, uint64_t seed,
                             struct tc_error *err)
{
  const size_t n = (size_t) list->n, total = list->n_train + list->n_test;
  struct tc_mt19937 stream;
  *starts = (struct tc_permutation_starts) {
    .n = list->n, .count = count < total ? count : total,
    .first = malloc (count * n * sizeof (int32_t))
  };
  if (starts->first == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu first terms", count);
  tc_python_seed (&stream, seed);
  for (size_t i = 0; i < starts->count; i++)
    {
      tc_permutation_get (list, total - starts->count + i, starts->first + i * n);
      alter (kind, list->n, &stream, starts->first + i * n);
    }
  return TC_OK;
}

void
tc_permutation_starts_free (struct tc_permutation_starts *starts)
{
  free (starts->first);
  *starts = (struct tc_permutation_starts) { .n = 0 };
}

/* ---- Teacher-forced ---- */

/* Sums that become the score.  */
struct sums
{
  double loss, squares, slot[TC_PERMUTATION_MAX], rest;
  size_t right[2], n[2];        /* after the first term: characters, punctuation */
  size_t exact;
};

/* The targets of one sequence, from number k of the batch.  */
static void
add_sequence (const struct tc_run *run, const struct tc_permutation_set *set, size_t k,
              struct sums *sums)
{
  const size_t n_targets = set->n_pos - 1;
  double loss = 0;
  bool is_exact = true;
  for (size_t i = k; i < k + n_targets; i++)
    {
      const tc_real *logits = tc_run_logits (run, i);
      const int32_t target = set->target[i], slot = set->target_group[i];
      double surprisal = tc_surprisal (TC_PERMUTATION_VOCABULARY, logits, (size_t) target);
      loss += surprisal;
      if (slot < set->n)
        sums->slot[slot] += surprisal;
      else
        sums->rest += surprisal;
      if (set->target_pos[i] <= set->n)
        continue;
      bool is_right = tc_greatest_logit (TC_PERMUTATION_VOCABULARY, logits) == target;
      bool is_punctuation = (set->target_pos[i] - 1) % (set->n + 1) == set->n;
      sums->n[is_punctuation]++;
      sums->right[is_punctuation] += is_right;
      is_exact = is_exact && is_right;
    }
  loss /= (double) n_targets;
  sums->loss += loss;
  sums->squares += loss * loss;
  sums->exact += is_exact;
}

static void
conclude (const struct sums *sums, size_t count, size_t n_rest, int n,
          struct tc_permutation_score *score)
{
  const double total = (double) count;
  *score = (struct tc_permutation_score) {
    .n_sequences = count, .loss = sums->loss / total,
    .rest = sums->rest / total / (double) n_rest,
    .characters = (double) sums->right[0] / (double) sums->n[0],
    .punctuation = (double) sums->right[1] / (double) sums->n[1],
    .tokens = (double) (sums->right[0] + sums->right[1]) / (double) (sums->n[0] + sums->n[1]),
    .exact = (double) sums->exact / total
  };
  score->spread = sqrt (fmax (0, sums->squares / total - score->loss * score->loss));
  for (int slot = 0; slot < n; slot++)
    score->slot[slot] = sums->slot[slot] / total;
}

/* Sequences that go through the model together.  */
static size_t
chunk_of (size_t n_pos)
{
  return n_pos > 200 ? 16 : 64;
}

enum tc_status
tc_permutation_measure (struct tc_compute *compute, const struct tc_model *model,
                        const struct tc_permutation_starts *starts,
                        const struct tc_hook *hook, struct tc_permutation_score *score,
                        struct tc_error *err)
{
  struct tc_permutation_set set = { 0 };
  struct tc_run *run = NULL;
  struct sums sums = { 0 };
  const size_t n_pos = tc_permutation_length (starts->n), chunk = chunk_of (n_pos);
  enum tc_status status = tc_permutation_set_alloc (&set, starts->n, chunk, err);
  if (status == TC_OK)
    status = tc_run_alloc (&run, &model->config, hook != NULL ? TC_ROWS_ALL : TC_ROWS_NEEDED,
                           chunk, n_pos, chunk * (n_pos - 1), err);
  if (status == TC_OK && hook != NULL)
    status = tc_run_add_hook (run, *hook, err);
  for (size_t done = 0; status == TC_OK && done < starts->count; done += chunk)
    {
      size_t n_seq = starts->count - done < chunk ? starts->count - done : chunk;
      struct tc_batch batch;
      for (size_t i = 0; i < n_seq; i++)
        tc_permutation_set_sequence (&set, i, starts->first + (done + i) * (size_t) set.n);
      tc_permutation_batch (&set, n_seq, &batch);
      status = tc_forward (compute, model, &batch, run, err);
      for (size_t i = 0; status == TC_OK && i < n_seq; i++)
        add_sequence (run, &set, i * (n_pos - 1), &sums);
    }
  if (status == TC_OK)
    conclude (&sums, starts->count, n_pos - 1 - (size_t) set.n, set.n, score);
  tc_run_free (run);
  tc_permutation_set_free (&set);
  return status;
}

/* ---- Free-running ---- */

/* The start as a prompt: '>', a space, the first term.  */
static void
write_prompts (const struct tc_permutation_starts *starts, size_t count, size_t n_pos,
               int32_t *tokens)
{
  for (size_t i = 0; i < count; i++)
    {
      tokens[i * n_pos] = TC_PERMUTATION_BEGIN;
      tokens[i * n_pos + 1] = TC_PERMUTATION_SPACE;
      memcpy (tokens + i * n_pos + 2, starts->first + i * (size_t) starts->n,
              (size_t) starts->n * sizeof *tokens);
    }
}

enum tc_status
tc_permutation_continue (struct tc_compute *compute, const struct tc_model *model,
                         const struct tc_permutation_starts *starts, size_t count,
                         double *exact, struct tc_error *err)
{
  const size_t n = (size_t) starts->n, n_pos = tc_permutation_length (starts->n);
  const struct tc_sampling greedy = { .temperature = 0 };
  struct tc_permutation_set set = { 0 };
  size_t right = 0;
  count = count < starts->count ? count : starts->count;
  int32_t *tokens = calloc (count * n_pos, sizeof *tokens);
  enum tc_status status = TC_OK;
  if (tokens == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu prompts", count);
  if (status == TC_OK)
    status = tc_permutation_set_alloc (&set, starts->n, 1, err);
  if (status == TC_OK)
    {
      write_prompts (starts, count, n_pos, tokens);
      status = tc_generate (compute, model, count, 2 + n, n_pos - 2 - n, &greedy, tokens,
                            NULL, err);
    }
  for (size_t i = 0; status == TC_OK && i < count; i++)
    {
      tc_permutation_set_sequence (&set, 0, starts->first + i * n);
      right += memcmp (set.tokens, tokens + i * n_pos, n_pos * sizeof *tokens) == 0;
    }
  *exact = (double) right / (double) count;
  tc_permutation_set_free (&set);
  free (tokens);
  return status;
}
