#include "circuits/qk_ov.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>

static size_t
position_rows (const struct tc_config *config)
{
  return config->positions == TC_POS_NONE ? 0 : (size_t) config->n_ctx;
}

size_t
tc_circuit_inputs (const struct tc_config *config)
{
  return (size_t) config->d_vocab + position_rows (config) + (config->attn_bias ? 1 : 0);
}

size_t
tc_circuit_token (const struct tc_config *config, size_t token)
{
  (void) config;
  return token;
}

size_t
tc_circuit_position (const struct tc_config *config, size_t position)
{
  return (size_t) config->d_vocab + position;
}

static enum tc_status
check_head (const struct tc_config *config, int layer, int head, struct tc_error *err)
{
  if (layer < 0 || layer >= config->n_layers || head < 0 || head >= config->n_heads)
    return tc_fail (err, TC_EINVAL,
                    "the model has %d layers of %d heads, but head %d of layer %d was asked for",
                    config->n_layers, config->n_heads, head, layer);
  return TC_OK;
}

/* The elements of one head in an attention tensor [heads, ...].  */
static enum tc_status
head_data (const struct tc_model *model, int layer, const char *leaf, int head,
           const tc_real **data, struct tc_error *err)
{
  char name[TC_NAME_MAX];
  snprintf (name, sizeof name, "blocks.%d.attn.%s", layer, leaf);
  const struct tc_tensor *tensor = tc_params_find (&model->params, name);
  if (tensor == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s", name);
  *data = model->params.data + tensor->offset
          + (size_t) head * (tensor->count / tensor->shape[0]);
  return TC_OK;
}

static void
copy_rows (struct tc_dense *m, size_t first_row, size_t rows, const tc_real *values)
{
  double *to = tc_dense_row (m, first_row);
  for (size_t i = 0; i < rows * m->cols; i++)
    to[i] = values[i];
}

/* Tokens and positions as rows [d_vocab + n_ctx, d_model].  */
static enum tc_status
input_rows (const struct tc_model *model, struct tc_dense *inputs, struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  size_t n_tokens = (size_t) config->d_vocab, n_positions = position_rows (config);
  const tc_real *w_e = tc_params_data (&model->params, "embed.W_E");
  const tc_real *w_pos = tc_params_data (&model->params, "pos_embed.W_pos");
  if (w_e == NULL || (n_positions > 0 && w_pos == NULL))
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s",
                    w_e == NULL ? "embed.W_E" : "pos_embed.W_pos");
  enum tc_status status = tc_dense_alloc (inputs, n_tokens + n_positions,
                                          (size_t) config->d_model, err);
  if (status != TC_OK)
    return status;
  copy_rows (inputs, 0, n_tokens, w_e);
  if (n_positions > 0)
    copy_rows (inputs, n_tokens, n_positions, w_pos);
  return TC_OK;
}

/* Inputs seen through one head's W_Q, W_K or W_V, with its bias as last row:
   [inputs, d_head].  */
static enum tc_status
project_inputs (const struct tc_model *model, int layer, int head, const char *weight,
                const char *bias, struct tc_dense *out, struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  size_t d_model = (size_t) config->d_model, d_head = (size_t) config->d_head;
  struct tc_dense inputs = { 0, 0, NULL }, w = { 0, 0, NULL }, product = { 0, 0, NULL };
  const tc_real *w_data = NULL, *b_data = NULL;

  enum tc_status status = head_data (model, layer, weight, head, &w_data, err);
  if (status == TC_OK && config->attn_bias)
    status = head_data (model, layer, bias, head, &b_data, err);
  if (status == TC_OK)
    status = input_rows (model, &inputs, err);
  if (status == TC_OK)
    status = tc_dense_from_real (&w, d_model, d_head, w_data, err);
  if (status == TC_OK)
    status = tc_dense_product (&product, &inputs, &w, err);
  if (status == TC_OK)
    status = tc_dense_alloc (out, tc_circuit_inputs (config), d_head, err);
  if (status == TC_OK)
    {
      for (size_t i = 0; i < product.rows * d_head; i++)
        out->data[i] = product.data[i];
      if (b_data != NULL)
        copy_rows (out, product.rows, 1, b_data);
    }
  tc_dense_free (&product);
  tc_dense_free (&w);
  tc_dense_free (&inputs);
  return status;
}

enum tc_status
tc_full_qk (const struct tc_model *model, int layer, int head, struct tc_dense *qk,
            struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  struct tc_dense q = { 0, 0, NULL }, k = { 0, 0, NULL };

  enum tc_status status = check_head (config, layer, head, err);
  if (status == TC_OK)
    status = project_inputs (model, layer, head, "W_Q", "b_Q", &q, err);
  if (status == TC_OK)
    status = project_inputs (model, layer, head, "W_K", "b_K", &k, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (qk, &q, &k, err);
  if (status == TC_OK)
    {
      double scale = config->attn_scale > 0 ? config->attn_scale : sqrt (config->d_head);
      for (size_t i = 0; i < qk->rows * qk->cols; i++)
        qk->data[i] /= scale;
    }
  tc_dense_free (&q);
  tc_dense_free (&k);
  return status;
}

static enum tc_status
unembedding (const struct tc_model *model, struct tc_dense *w_u, struct tc_error *err)
{
  const tc_real *data = tc_params_data (&model->params, "unembed.W_U");
  if (data == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter unembed.W_U");
  return tc_dense_from_real (w_u, (size_t) model->config.d_model,
                             (size_t) model->config.d_vocab_out, data, err);
}

enum tc_status
tc_full_ov (const struct tc_model *model, int layer, int head, struct tc_dense *ov,
            struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  struct tc_dense v = { 0, 0, NULL }, w_o = { 0, 0, NULL }, result = { 0, 0, NULL };
  struct tc_dense w_u = { 0, 0, NULL };
  const tc_real *w_o_data = NULL;

  enum tc_status status = check_head (config, layer, head, err);
  if (status == TC_OK)
    status = head_data (model, layer, "W_O", head, &w_o_data, err);
  if (status == TC_OK)
    status = project_inputs (model, layer, head, "W_V", "b_V", &v, err);
  if (status == TC_OK)
    status = tc_dense_from_real (&w_o, (size_t) config->d_head, (size_t) config->d_model,
                                 w_o_data, err);
  if (status == TC_OK)
    status = unembedding (model, &w_u, err);
  if (status == TC_OK)
    status = tc_dense_product (&result, &v, &w_o, err);
  if (status == TC_OK)
    status = tc_dense_product (ov, &result, &w_u, err);
  tc_dense_free (&v);
  tc_dense_free (&w_o);
  tc_dense_free (&w_u);
  tc_dense_free (&result);
  return status;
}

enum tc_status
tc_direct_path (const struct tc_model *model, struct tc_dense *direct, struct tc_error *err)
{
  struct tc_dense inputs = { 0, 0, NULL }, w_u = { 0, 0, NULL };

  enum tc_status status = input_rows (model, &inputs, err);
  if (status == TC_OK)
    status = unembedding (model, &w_u, err);
  if (status == TC_OK)
    status = tc_dense_product (direct, &inputs, &w_u, err);
  tc_dense_free (&inputs);
  tc_dense_free (&w_u);
  return status;
}

double
tc_qk_score (const struct tc_config *config, const struct tc_dense *qk, size_t token,
             size_t position, size_t source_token, size_t source_position)
{
  size_t rows[3], cols[3], n = 0;
  rows[n] = tc_circuit_token (config, token);
  cols[n++] = tc_circuit_token (config, source_token);
  if (config->positions != TC_POS_NONE)
    {
      rows[n] = tc_circuit_position (config, position);
      cols[n++] = tc_circuit_position (config, source_position);
    }
  if (config->attn_bias)
    {
      rows[n] = qk->rows - 1;
      cols[n++] = qk->cols - 1;
    }
  double score = 0;
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      score += tc_dense_get (qk, rows[i], cols[j]);
  return score;
}

void
tc_qk_pattern (const struct tc_config *config, const struct tc_dense *qk,
               const int32_t *tokens, size_t position, double *pattern)
{
  double highest = -INFINITY, sum = 0;
  for (size_t r = 0; r <= position; r++)
    {
      pattern[r] = tc_qk_score (config, qk, (size_t) tokens[position], position,
                                (size_t) tokens[r], r);
      highest = fmax (highest, pattern[r]);
    }
  for (size_t r = 0; r <= position; r++)
    {
      pattern[r] = tc_exp64 (pattern[r] - highest);
      sum += pattern[r];
    }
  for (size_t r = 0; r <= position; r++)
    pattern[r] /= sum;
}
