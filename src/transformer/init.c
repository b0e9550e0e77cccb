/* How PyTorch draws a model's weights: tc_params_init.  */

#include "transformer/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Draws go to a float buffer first: PyTorch's layout may not be ours.  */
struct drawer
{
  struct tc_params *params;
  const struct tc_config *config;
  struct tc_torch_rng *rng;
  float *buffer;                /* as large as the largest tensor */
};

static tc_real *
tensor_data (const struct drawer *drawer, int layer, const char *name,
             const struct tc_tensor **tensor)
{
  char full[TC_NAME_MAX];
  if (layer < 0)
    snprintf (full, sizeof full, "%s", name);
  else
    snprintf (full, sizeof full, "blocks.%d.%s", layer, name);
  *tensor = tc_params_find (drawer->params, full);
  return drawer->params->data + (*tensor)->offset;
}

/* randn (n_matrices, columns, rows) / sqrt (fan), each matrix transposed into
   ours of [rows, columns].  */
static void
draw_transposed (struct drawer *drawer, int layer, const char *name, size_t n_matrices,
                 size_t rows, size_t columns, int fan)
{
  const struct tc_tensor *tensor;
  tc_real *data = tensor_data (drawer, layer, name, &tensor);
  const float divisor = (float) __builtin_sqrt (fan);
  tc_torch_randn (drawer->rng, tensor->count, drawer->buffer);
  for (size_t i = 0; i < n_matrices; i++)
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c++)
        data[(i * rows + r) * columns + c]
          = drawer->buffer[(i * columns + c) * rows + r] / divisor;
}

/* randn / sqrt (fan) in our own layout.  */
static void
draw (struct drawer *drawer, const char *name, int fan)
{
  const struct tc_tensor *tensor;
  tc_real *data = tensor_data (drawer, -1, name, &tensor);
  const float divisor = (float) __builtin_sqrt (fan);
  tc_torch_randn (drawer->rng, tensor->count, drawer->buffer);
  for (size_t i = 0; i < tensor->count; i++)
    data[i] = drawer->buffer[i] / divisor;
}

/* Notebook 004: W_E as [d_model, d_vocab], W_K, W_Q, W_V as [heads, d_head,
   d_model], W_O as [heads, d_model, d_head] (in its induction section as
   [d_model, heads * d_head]), W_in as [d_mlp, d_model], W_out as [d_model,
   d_mlp]; biases zero.  */
static void
init_notebook (struct drawer *drawer)
{
  const struct tc_config *c = drawer->config;
  const bool induction = c->init == TC_INIT_NOTEBOOK_INDUCTION;
  const int fan = induction ? c->d_head : c->d_model;
  draw_transposed (drawer, -1, "embed.W_E", 1, c->d_vocab, c->d_model, c->d_model);
  if (c->positions == TC_POS_LEARNED)
    draw (drawer, "pos_embed.W_pos", c->d_model);
  for (int l = 0; l < c->n_layers; l++)
    {
      draw_transposed (drawer, l, "attn.W_K", c->n_heads, c->d_model, c->d_head, fan);
      draw_transposed (drawer, l, "attn.W_Q", c->n_heads, c->d_model, c->d_head, fan);
      draw_transposed (drawer, l, "attn.W_V", c->n_heads, c->d_model, c->d_head, fan);
      if (induction)
        draw_transposed (drawer, l, "attn.W_O", 1, (size_t) c->n_heads * c->d_head,
                         c->d_model, c->d_model);
      else
        draw_transposed (drawer, l, "attn.W_O", c->n_heads, c->d_head, c->d_model,
                         c->d_model);
      if (c->d_mlp > 0)
        {
          draw_transposed (drawer, l, "mlp.W_in", 1, c->d_model, c->d_mlp, c->d_model);
          draw_transposed (drawer, l, "mlp.W_out", 1, c->d_mlp, c->d_model, c->d_model);
        }
    }
  draw (drawer, "unembed.W_U", c->d_vocab_out);
}

/* normal (0, initializer_range) in our own layout.  */
static void
draw_normal (struct drawer *drawer, int layer, const char *name)
{
  const struct tc_config *c = drawer->config;
  const struct tc_tensor *tensor;
  tc_real *data = tensor_data (drawer, layer, name, &tensor);
  const double range = c->initializer_range > 0 ? c->initializer_range
                       : 0.8 / __builtin_sqrt (c->d_model);
  tc_torch_normal (drawer->rng, tensor->count, 0.0, range, drawer->buffer);
  for (size_t i = 0; i < tensor->count; i++)
    data[i] = drawer->buffer[i];
}

/* TransformerLens's HookedTransformer, init_mode "gpt2": every W_ in the order
   of registration, which moved W_O in version 3.  */
static void
init_transformerlens (struct drawer *drawer)
{
  static const char *const orders[2][4] =
    {
      { "attn.W_Q", "attn.W_O", "attn.W_K", "attn.W_V" },
      { "attn.W_Q", "attn.W_K", "attn.W_V", "attn.W_O" }
    };
  const struct tc_config *c = drawer->config;
  const char *const *order = orders[c->init == TC_INIT_TRANSFORMERLENS_OLD];
  draw_normal (drawer, -1, "embed.W_E");
  if (c->positions == TC_POS_LEARNED)
    draw_normal (drawer, -1, "pos_embed.W_pos");
  for (int l = 0; l < c->n_layers; l++)
    {
      for (int i = 0; i < 4; i++)
        draw_normal (drawer, l, order[i]);
      if (c->d_mlp > 0)
        {
          draw_normal (drawer, l, "mlp.W_in");
          draw_normal (drawer, l, "mlp.W_out");
        }
    }
  draw_normal (drawer, -1, "unembed.W_U");
}

/* --- EasyTransformer before October 2022 --- */

/* Copies what was drawn, each matrix transposed into ours of [rows, columns].  */
static void
copy_transposed (struct drawer *drawer, int layer, const char *name, size_t n_matrices,
                 size_t rows, size_t columns)
{
  const struct tc_tensor *tensor;
  tc_real *data = tensor_data (drawer, layer, name, &tensor);
  for (size_t i = 0; i < n_matrices; i++)
    for (size_t r = 0; r < rows; r++)
      for (size_t c = 0; c < columns; c++)
        data[(i * rows + r) * columns + c] = drawer->buffer[(i * columns + c) * rows + r];
}

/* A weight of its [n_matrices, columns, rows], then its bias, if the model has
   one: it was drawn anyway.  */
static void
draw_linear (struct drawer *drawer, struct tc_cuda_rng *cuda, int layer, const char *weight,
             const char *bias, size_t n_matrices, size_t rows, size_t columns, size_t n_biases)
{
  /* nn.init counts all but the first dimension as its fan, heads or not.  */
  const bool has_heads = strncmp (weight, "attn.", 5) == 0;
  const size_t fan = has_heads ? columns * rows : rows;
  const double bound = 1.0 / __builtin_sqrt ((double) fan);
  char full[TC_NAME_MAX];
  tc_cuda_uniform (cuda, n_matrices * rows * columns, -bound, bound, drawer->buffer);
  copy_transposed (drawer, layer, weight, n_matrices, rows, columns);
  tc_cuda_uniform (cuda, n_biases, -bound, bound, drawer->buffer);
  if (layer < 0)
    snprintf (full, sizeof full, "%s", bias);
  else
    snprintf (full, sizeof full, "blocks.%d.%s", layer, bias);
  tc_real *data = tc_params_data (drawer->params, full);
  for (size_t i = 0; data != NULL && i < n_biases; i++)
    data[i] = drawer->buffer[i];
}

/* commit 4bb8cb70 of Easy-Transformer, EasyTransformer.init_weights: the model is
   on the GPU by then, whose stream torch.manual_seed has seeded as well.  */
static void
init_easytransformer (struct drawer *drawer)
{
  const struct tc_config *c = drawer->config;
  const size_t heads = c->n_heads, d_model = c->d_model, d_head = c->d_head;
  const size_t d_mlp = c->d_mlp, d_vocab = c->d_vocab, d_out = c->d_vocab_out;
  const size_t n_ctx = c->n_ctx;
  const double std = 1.0 / __builtin_sqrt ((double) d_model);
  struct tc_cuda_rng cuda;
  tc_cuda_seed (&cuda, drawer->rng->seed);
  tc_cuda_normal (&cuda, d_model * d_vocab, 0.0, std, drawer->buffer);
  copy_transposed (drawer, -1, "embed.W_E", 1, d_vocab, d_model);
  if (c->positions == TC_POS_LEARNED)
    {
      tc_cuda_normal (&cuda, d_model * n_ctx, 0.0, std, drawer->buffer);
      copy_transposed (drawer, -1, "pos_embed.W_pos", 1, n_ctx, d_model);
    }
  for (int l = 0; l < c->n_layers; l++)
    {
      draw_linear (drawer, &cuda, l, "attn.W_Q", "attn.b_Q", heads, d_model, d_head,
                   heads * d_head);
      draw_linear (drawer, &cuda, l, "attn.W_K", "attn.b_K", heads, d_model, d_head,
                   heads * d_head);
      draw_linear (drawer, &cuda, l, "attn.W_V", "attn.b_V", heads, d_model, d_head,
                   heads * d_head);
      draw_linear (drawer, &cuda, l, "attn.W_O", "attn.b_O", heads, d_head, d_model, d_model);
      if (d_mlp > 0)
        {
          draw_linear (drawer, &cuda, l, "mlp.W_in", "mlp.b_in", 1, d_model, d_mlp, d_mlp);
          draw_linear (drawer, &cuda, l, "mlp.W_out", "mlp.b_out", 1, d_mlp, d_model, d_model);
        }
    }
  draw_linear (drawer, &cuda, -1, "unembed.W_U", "unembed.b_U", 1, d_model, d_out, d_out);
}

/* Tensors must be small enough for one GPU thread per element.  */
static enum tc_status
check_easytransformer (const struct tc_params *params, struct tc_error *err)
{
  for (size_t i = 0; i < params->n_tensors; i++)
    if (params->tensors[i].count > TC_CUDA_MAX)
      return tc_fail (err, TC_EINVAL, "init easytransformer: %s has %zu elements, expected at "
                      "most %d, beyond which draws depend on the GPU",
                      params->tensors[i].name, params->tensors[i].count, (int) TC_CUDA_MAX);
  return TC_OK;
}

/* What no stream decides: LayerNorm starts as w 1, b 0, biases as 0.  */
static void
set_constants (struct tc_params *params)
{
  for (size_t i = 0; i < params->n_tensors; i++)
    {
      const struct tc_tensor *tensor = &params->tensors[i];
      const char *leaf = strrchr (tensor->name, '.') + 1;
      const bool weight = leaf[0] == 'W';
      const tc_real value = strcmp (leaf, "w") == 0;
      for (size_t j = 0; !weight && j < tensor->count; j++)
        params->data[tensor->offset + j] = value;
    }
}

enum tc_status
tc_params_init (struct tc_params *params, const struct tc_config *config,
                struct tc_torch_rng *rng, struct tc_error *err)
{
  struct drawer drawer = { params, config, rng, NULL };
  /* EasyTransformer draws biases that the model may lack.  */
  size_t largest = (size_t) config->d_vocab_out + (size_t) config->n_heads * config->d_head
                   + (size_t) config->d_model + (size_t) config->d_mlp;
  if (config->init == TC_INIT_EASYTRANSFORMER && check_easytransformer (params, err) != TC_OK)
    return TC_EINVAL;
  for (size_t i = 0; i < params->n_tensors; i++)
    if (params->tensors[i].count > largest)
      largest = params->tensors[i].count;
  drawer.buffer = malloc (largest * sizeof *drawer.buffer);
  if (drawer.buffer == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to draw %zu weights", largest);

  set_constants (params);
  if (config->init == TC_INIT_NOTEBOOK || config->init == TC_INIT_NOTEBOOK_INDUCTION)
    init_notebook (&drawer);
  else if (config->init == TC_INIT_EASYTRANSFORMER)
    init_easytransformer (&drawer);
  else
    init_transformerlens (&drawer);
  free (drawer.buffer);
  return TC_OK;
}
