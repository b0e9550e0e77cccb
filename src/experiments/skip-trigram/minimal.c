#include "experiments/skip-trigram/minimal.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* fma and sqrt by name only: the compiler inlines both.  */
#ifdef TC_REAL_DOUBLE
# define REAL_FMA fma
#else
# define REAL_FMA fmaf
#endif

struct tc_minimal
{
  struct tc_compute *compute;
  struct tc_params params;
  size_t d_vocab, d_vocab_out;
  struct tc_batch batch;        /* of the last forward */
  tc_real *pattern;             /* [targets, positions] */
  tc_real *logits;              /* [targets, d_vocab_out] */
};

static tc_real *
qk_of (const struct tc_minimal *self)
{
  return self->params.data + self->params.tensors[0].offset;
}

static tc_real *
ov_of (const struct tc_minimal *self)
{
  return self->params.data + self->params.tensors[1].offset;
}

static const int32_t *
sequence_of (const struct tc_batch *batch, size_t target)
{
  return batch->tokens + (size_t) batch->target_seq[target] * batch->n_pos;
}

/* --- forward --- */

static enum tc_status
check_tokens (const struct tc_minimal *self, const struct tc_batch *batch,
              struct tc_error *err)
{
  for (size_t i = 0; i < batch->n_seq * batch->n_pos; i++)
    if (batch->tokens[i] < 0 || (size_t) batch->tokens[i] >= self->d_vocab)
      return tc_fail (err, TC_EINVAL, "token %d is outside the vocabulary of %zu",
                      (int) batch->tokens[i], self->d_vocab);
  return TC_OK;
}

/* exp (score - highest score of its sequence), one row per target.  */
static void
exponentiate (struct tc_minimal *self, const struct tc_batch *batch)
{
  const tc_real *qk = qk_of (self);
  for (size_t i = 0; i < batch->n_targets; i++)
    {
      const int32_t *tokens = sequence_of (batch, i);
      tc_real *row = self->pattern + i * batch->n_pos;
      tc_real highest = qk[tokens[0]];
      for (size_t p = 1; p < batch->n_pos; p++)
        if (qk[tokens[p]] > highest)
          highest = qk[tokens[p]];
      for (size_t p = 0; p < batch->n_pos; p++)
        row[p] = qk[tokens[p]] - highest;
    }
  tc_exp_array (self->compute, batch->n_targets * batch->n_pos, self->pattern, self->pattern);
}

static void
normalise (tc_real *row, size_t n_pos)
{
  tc_real sum = 0;
  for (size_t p = 0; p < n_pos; p++)
    sum += row[p];
  for (size_t p = 0; p < n_pos; p++)
    row[p] /= sum;
}

static void
mix_values (const struct tc_minimal *self, const int32_t *tokens, const tc_real *pattern,
            size_t n_pos, tc_real *logits)
{
  const tc_real *ov = ov_of (self);
  memset (logits, 0, self->d_vocab_out * sizeof *logits);
  for (size_t p = 0; p < n_pos; p++)
    for (size_t c = 0; c < self->d_vocab_out; c++)
      logits[c] = REAL_FMA (pattern[p], ov[(size_t) tokens[p] * self->d_vocab_out + c],
                            logits[c]);
}

static enum tc_status
forward (void *self_pointer, const struct tc_batch *batch, const tc_real **rows,
         struct tc_error *err)
{
  struct tc_minimal *self = self_pointer;
  enum tc_status status = check_tokens (self, batch, err);
  if (status != TC_OK)
    return status;
  self->batch = *batch;
  exponentiate (self, batch);
  for (size_t i = 0; i < batch->n_targets; i++)
    {
      tc_real *pattern = self->pattern + i * batch->n_pos;
      tc_real *logits = self->logits + i * self->d_vocab_out;
      normalise (pattern, batch->n_pos);
      mix_values (self, sequence_of (batch, i), pattern, batch->n_pos, logits);
      rows[i] = logits;
    }
  return TC_OK;
}

/* --- backward --- */

static tc_real
dot (const tc_real *a, const tc_real *b, size_t n)
{
  tc_real sum = 0;
  for (size_t i = 0; i < n; i++)
    sum = REAL_FMA (a[i], b[i], sum);
  return sum;
}

/* Adds one target's gradient.  With g_p = d loss / d pattern[p], the softmax
   gives d loss / d score[p] = pattern[p] (g_p - sum of pattern g).  */
static void
backward_one (const struct tc_minimal *self, const int32_t *tokens, const tc_real *pattern,
              size_t n_pos, const tc_real *dlogits, tc_real *d_qk, tc_real *d_ov)
{
  size_t d_out = self->d_vocab_out;
  const tc_real *ov = ov_of (self);
  tc_real mean = 0;
  for (size_t p = 0; p < n_pos; p++)
    mean = REAL_FMA (pattern[p], dot (dlogits, ov + (size_t) tokens[p] * d_out, d_out), mean);
  for (size_t p = 0; p < n_pos; p++)
    {
      size_t token = (size_t) tokens[p];
      tc_real g = dot (dlogits, ov + token * d_out, d_out);
      d_qk[token] = REAL_FMA (pattern[p], g - mean, d_qk[token]);
      for (size_t c = 0; c < d_out; c++)
        d_ov[token * d_out + c] = REAL_FMA (pattern[p], dlogits[c], d_ov[token * d_out + c]);
    }
}

/* Targets in order: a fixed chain, whatever the number of threads.  */
static void
backward (void *self_pointer, const tc_real *dlogits, tc_real *grads)
{
  struct tc_minimal *self = self_pointer;
  const struct tc_batch *batch = &self->batch;
  memset (grads, 0, self->params.count * sizeof *grads);
  for (size_t i = 0; i < batch->n_targets; i++)
    backward_one (self, sequence_of (batch, i), self->pattern + i * batch->n_pos,
                  batch->n_pos, dlogits + i * self->d_vocab_out,
                  grads + self->params.tensors[0].offset,
                  grads + self->params.tensors[1].offset);
}

/* --- life --- */

enum tc_status
tc_minimal_alloc (struct tc_minimal **out, struct tc_compute *compute, size_t d_vocab,
                  size_t d_vocab_out, const struct tc_task *task,
                  struct tc_learner *learner, struct tc_error *err)
{
  const struct tc_tensor tensors[2] = {
    { .name = "QK", .n_dims = 1, .shape = { d_vocab }, .trainable = true },
    { .name = "OV", .n_dims = 2, .shape = { d_vocab, d_vocab_out }, .trainable = true }
  };
  *out = NULL;
  struct tc_minimal *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the minimal model");
  self->compute = compute;
  self->d_vocab = d_vocab;
  self->d_vocab_out = d_vocab_out;
  self->pattern = calloc (task->max_targets * task->max_pos, sizeof *self->pattern);
  self->logits = calloc (task->max_targets * d_vocab_out, sizeof *self->logits);

  enum tc_status status = tc_params_alloc_list (&self->params, 2, tensors, err);
  if (status == TC_OK && (self->pattern == NULL || self->logits == NULL))
    status = tc_fail (err, TC_ENOMEM, "no memory for the minimal model's batches");
  if (status != TC_OK)
    {
      tc_minimal_free (self);
      return status;
    }
  *learner = (struct tc_learner) {
    .self = self, .params = &self->params, .d_vocab_out = d_vocab_out,
    .forward = forward, .backward = backward
  };
  *out = self;
  return TC_OK;
}

void
tc_minimal_free (struct tc_minimal *self)
{
  if (self == NULL)
    return;
  tc_params_free (&self->params);
  free (self->pattern);
  free (self->logits);
  free (self);
}

void
tc_minimal_init (struct tc_minimal *self, struct tc_torch_rng *rng)
{
  /* PyTorch divides a float32 tensor by the scalar rounded to float32.  */
  float root = (float) sqrt ((double) self->d_vocab);
  for (size_t t = 0; t < 2; t++)
    {
      const struct tc_tensor *tensor = &self->params.tensors[t];
      tc_real *data = self->params.data + tensor->offset;
#ifdef TC_REAL_DOUBLE
      for (size_t i = 0; i < tensor->count; i++)
        data[i] = 0;
      (void) rng;
      (void) root;
#else
      tc_torch_randn (rng, tensor->count, data);
      for (size_t i = 0; i < tensor->count; i++)
        data[i] /= root;
#endif
    }
}
