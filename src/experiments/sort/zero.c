#include "experiments/sort/zero.h"

#include "numerics/matmul.h"
#include "numerics/vector.h"

#include <stdlib.h>
#include <string.h>

enum { W_E, W_POS, W_U, B_U, N_TENSORS };

struct tc_zero_layer
{
  struct tc_compute *compute;
  struct tc_params params;
  size_t d_model, d_vocab, d_vocab_out, n_ctx;
  size_t n;                     /* targets of the last forward */
  int32_t *token, *position;    /* [max_targets] */
  tc_real *resid, *d_resid;     /* [max_targets, d_model] */
  tc_real *logits;              /* [max_targets, d_vocab_out] */
};

static tc_real *
tensor_of (const struct tc_zero_layer *self, int tensor, tc_real *base)
{
  return base + self->params.tensors[tensor].offset;
}

static struct tc_mat
matrix (const tc_real *data, size_t rows, size_t cols)
{
  return (struct tc_mat) { data, rows, cols, cols };
}

static enum tc_status
find_rows (struct tc_zero_layer *self, const struct tc_batch *batch, struct tc_error *err)
{
  if (batch->n_pos > self->n_ctx)
    return tc_fail (err, TC_EINVAL, "sequences of %zu positions: the model has n_ctx %zu",
                    batch->n_pos, self->n_ctx);
  self->n = batch->n_targets;
  for (size_t i = 0; i < self->n; i++)
    {
      size_t seq = (size_t) batch->target_seq[i], pos = (size_t) batch->target_pos[i];
      int32_t token = batch->tokens[seq * batch->n_pos + pos];
      if (token < 0 || (size_t) token >= self->d_vocab)
        return tc_fail (err, TC_EINVAL, "token %d is outside the vocabulary of %zu",
                        (int) token, self->d_vocab);
      self->token[i] = token;
      self->position[i] = (int32_t) pos;
    }
  return TC_OK;
}

static enum tc_status
forward (void *self_pointer, const struct tc_batch *batch, const tc_real **rows,
         struct tc_error *err)
{
  struct tc_zero_layer *self = self_pointer;
  tc_real *data = self->params.data;
  enum tc_status status = find_rows (self, batch, err);
  if (status != TC_OK)
    return status;
  tc_add_rows (self->compute, self->n, self->d_model, tensor_of (self, W_E, data), self->token,
               tensor_of (self, W_POS, data), self->position, self->resid);
  tc_matmul (self->compute, TC_NORMAL, matrix (self->resid, self->n, self->d_model), TC_NORMAL,
             matrix (tensor_of (self, W_U, data), self->d_model, self->d_vocab_out),
             TC_FROM_BIAS, tensor_of (self, B_U, data), self->logits, self->d_vocab_out);
  for (size_t i = 0; i < self->n; i++)
    rows[i] = self->logits + i * self->d_vocab_out;
  return TC_OK;
}

static void
backward (void *self_pointer, const tc_real *dlogits, tc_real *grads)
{
  struct tc_zero_layer *self = self_pointer;
  struct tc_mat d_logits = matrix (dlogits, self->n, self->d_vocab_out);
  struct tc_mat w_u = matrix (tensor_of (self, W_U, self->params.data), self->d_model,
                              self->d_vocab_out);
  memset (grads, 0, self->params.count * sizeof *grads);
  tc_matmul (self->compute, TC_TRANSPOSED, matrix (self->resid, self->n, self->d_model),
             TC_NORMAL, d_logits, TC_FROM_ZERO, NULL, tensor_of (self, W_U, grads),
             self->d_vocab_out);
  tc_column_sums (self->compute, self->n, self->d_vocab_out, dlogits,
                  tensor_of (self, B_U, grads));
  tc_matmul (self->compute, TC_NORMAL, d_logits, TC_TRANSPOSED, w_u, TC_FROM_ZERO, NULL,
             self->d_resid, self->d_model);
  tc_scatter_add_rows (self->compute, self->n, self->d_model, self->d_resid, self->token,
                       tensor_of (self, W_E, grads));
  tc_scatter_add_rows (self->compute, self->n, self->d_model, self->d_resid, self->position,
                       tensor_of (self, W_POS, grads));
}

/* ---- Life ---- */

static void
draw (struct tc_zero_layer *self, const struct tc_config *config, struct tc_torch_rng *rng)
{
  double range = config->initializer_range > 0 ? config->initializer_range
                 : 0.8 / __builtin_sqrt (config->d_model);
  for (int t = W_E; t <= W_U; t++)
    tc_torch_normal (rng, self->params.tensors[t].count, 0.0, range,
                     tensor_of (self, t, self->params.data));
}

static enum tc_status
alloc_parameters (struct tc_zero_layer *self, struct tc_error *err)
{
  const struct tc_tensor tensors[N_TENSORS] = {
    { .name = "embed.W_E", .n_dims = 2, .shape = { self->d_vocab, self->d_model },
      .trainable = true },
    { .name = "pos_embed.W_pos", .n_dims = 2, .shape = { self->n_ctx, self->d_model },
      .trainable = true },
    { .name = "unembed.W_U", .n_dims = 2, .shape = { self->d_model, self->d_vocab_out },
      .trainable = true },
    { .name = "unembed.b_U", .n_dims = 1, .shape = { self->d_vocab_out }, .trainable = true }
  };
  return tc_params_alloc_list (&self->params, N_TENSORS, tensors, err);
}

enum tc_status
tc_zero_layer_alloc (struct tc_zero_layer **out, struct tc_compute *compute,
                     const struct tc_config *config, const struct tc_task *task,
                     struct tc_torch_rng *rng, struct tc_learner *learner,
                     struct tc_error *err)
{
  *out = NULL;
  struct tc_zero_layer *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the model without layers");
  size_t n = task->max_targets + 1;
  self->compute = compute;
  self->d_model = (size_t) config->d_model;
  self->d_vocab = (size_t) config->d_vocab;
  self->d_vocab_out = (size_t) config->d_vocab_out;
  self->n_ctx = (size_t) config->n_ctx;
  self->token = calloc (n, sizeof *self->token);
  self->position = calloc (n, sizeof *self->position);
  self->resid = calloc (n * self->d_model, sizeof *self->resid);
  self->d_resid = calloc (n * self->d_model, sizeof *self->d_resid);
  self->logits = calloc (n * self->d_vocab_out, sizeof *self->logits);
  enum tc_status status = alloc_parameters (self, err);
  if (status == TC_OK && (self->token == NULL || self->position == NULL || self->resid == NULL
                          || self->d_resid == NULL || self->logits == NULL))
    status = tc_fail (err, TC_ENOMEM, "no memory for batches of %zu predictions", n);
  if (status != TC_OK)
    {
      tc_zero_layer_free (self);
      return status;
    }
  draw (self, config, rng);
  *learner = (struct tc_learner) {
    .self = self, .params = &self->params, .d_vocab_out = self->d_vocab_out,
    .forward = forward, .backward = backward
  };
  *out = self;
  return TC_OK;
}

void
tc_zero_layer_free (struct tc_zero_layer *self)
{
  if (self == NULL)
    return;
  tc_params_free (&self->params);
  free (self->token);
  free (self->position);
  free (self->resid);
  free (self->d_resid);
  free (self->logits);
  free (self);
}
