#include "circuits/first_layer.h"

#include <math.h>
#include <stdio.h>

/* An embedded row as the head reads it: LayerNorm applied.  */
static void
normalise (const struct tc_config *config, const tc_real *w, const tc_real *b, double *x)
{
  size_t d = (size_t) config->d_model;
  double mean = 0, variance = 0;
  if (config->normalization == TC_NORM_NONE)
    return;
  for (size_t m = 0; m < d; m++)
    mean += x[m];
  mean /= (double) d;
  for (size_t m = 0; m < d; m++)
    {
      x[m] -= mean;
      variance += x[m] * x[m];
    }
  double scale = sqrt (variance / (double) d + config->ln_eps);
  for (size_t m = 0; m < d; m++)
    x[m] = x[m] / scale * (w != NULL ? w[m] : 1) + (b != NULL ? b[m] : 0);
}

/* Every (token, position) as the head reads it, [n_ctx d_vocab, d_model].  */
static enum tc_status
read_inputs (const struct tc_model *model, struct tc_dense *inputs, struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  const struct tc_params *params = &model->params;
  size_t d = (size_t) config->d_model, n_tokens = (size_t) config->d_vocab;
  size_t n = (size_t) config->n_ctx * n_tokens;
  const tc_real *w_e = tc_params_data (params, "embed.W_E");
  const tc_real *w_pos = config->positions == TC_POS_NONE
                         ? NULL : tc_params_data (params, "pos_embed.W_pos");
  const tc_real *w = tc_params_data (params, "blocks.0.ln1.w");
  const tc_real *b = tc_params_data (params, "blocks.0.ln1.b");
  if (w_e == NULL || (w_pos == NULL && config->positions != TC_POS_NONE))
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s",
                    w_e == NULL ? "embed.W_E" : "pos_embed.W_pos");
  enum tc_status status = tc_dense_alloc (inputs, n, d, err);
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      double *x = tc_dense_row (inputs, i);
      for (size_t m = 0; m < d; m++)
        x[m] = (double) w_e[i % n_tokens * d + m]
               + (w_pos != NULL ? w_pos[i / n_tokens * d + m] : 0);
      normalise (config, w, b, x);
    }
  return status;
}

/* x W of one head's W [rows, cols], plus its bias (NULL: none) over divisor.  */
static enum tc_status
project (const struct tc_model *model, const struct tc_dense *x, int head, const char *weight,
         const char *bias, size_t cols, double divisor, struct tc_dense *out,
         struct tc_error *err)
{
  char name[TC_NAME_MAX];
  struct tc_dense w = { 0 };
  snprintf (name, sizeof name, "blocks.0.attn.%s", weight);
  const tc_real *data = tc_params_data (&model->params, name);
  const tc_real *b = NULL;
  if (bias != NULL && model->config.attn_bias)
    {
      snprintf (name, sizeof name, "blocks.0.attn.%s", bias);
      b = tc_params_data (&model->params, name);
    }
  if (data == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter blocks.0.attn.%s", weight);
  enum tc_status status = tc_dense_from_real (&w, x->cols, cols,
                                              data + (size_t) head * x->cols * cols, err);
  if (status == TC_OK)
    status = tc_dense_product (out, x, &w, err);
  for (size_t i = 0; status == TC_OK && i < out->rows * cols; i++)
    {
      out->data[i] += b != NULL ? b[(size_t) head * cols + i % cols] : 0;
      out->data[i] /= divisor;
    }
  tc_dense_free (&w);
  return status;
}

enum tc_status
tc_first_layer_alloc (struct tc_first_layer *table, const struct tc_model *model, int head,
                      struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  size_t d_head = (size_t) config->d_head, d_model = (size_t) config->d_model;
  double scale = config->attn_scale > 0 ? config->attn_scale : sqrt (config->d_head);
  struct tc_dense inputs = { 0 }, value = { 0 };
  *table = (struct tc_first_layer) { .d_vocab = (size_t) config->d_vocab,
                                     .n_ctx = (size_t) config->n_ctx };
  if (head < 0 || head >= config->n_heads || config->n_layers < 1)
    return tc_fail (err, TC_EINVAL, "head %d: layer 0 has %d heads", head,
                    config->n_layers < 1 ? 0 : config->n_heads);
  enum tc_status status = read_inputs (model, &inputs, err);
  if (status == TC_OK)
    status = project (model, &inputs, head, "W_Q", "b_Q", d_head, scale, &table->query, err);
  if (status == TC_OK)
    status = project (model, &inputs, head, "W_K", "b_K", d_head, 1, &table->key, err);
  if (status == TC_OK)
    status = project (model, &inputs, head, "W_V", "b_V", d_head, 1, &value, err);
  if (status == TC_OK)
    status = project (model, &value, head, "W_O", NULL, d_model, 1, &table->output, err);
  tc_dense_free (&inputs);
  tc_dense_free (&value);
  if (status != TC_OK)
    tc_first_layer_free (table);
  return status;
}

void
tc_first_layer_free (struct tc_first_layer *table)
{
  tc_dense_free (&table->query);
  tc_dense_free (&table->key);
  tc_dense_free (&table->output);
}

size_t
tc_first_layer_row (const struct tc_first_layer *table, size_t token, size_t position)
{
  return position * table->d_vocab + token;
}

double
tc_first_layer_score (const struct tc_first_layer *table, size_t token, size_t position,
                      size_t source_token, size_t source_position)
{
  const double *q = tc_dense_row (&table->query, tc_first_layer_row (table, token, position));
  const double *k = tc_dense_row (&table->key, tc_first_layer_row (table, source_token,
                                                                   source_position));
  double score = 0;
  for (size_t e = 0; e < table->query.cols; e++)
    score = fma (q[e], k[e], score);
  return score;
}
