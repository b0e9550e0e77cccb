#include "experiments/addition/digits.h"

/* rows [from, from + rows) of the n columns wide tensor of that name.  */
static enum tc_status
read_tensor (const struct tc_model *model, const char *name, size_t from, size_t rows,
             size_t cols, struct tc_dense *out, struct tc_error *err)
{
  const tc_real *data = tc_params_data (&model->params, name);
  if (data == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no tensor %s", name);
  return tc_dense_from_real (out, rows, cols, data + from * cols, err);
}

/* m = m w, and w is freed.  */
static enum tc_status
pass_through (struct tc_dense *m, struct tc_dense *w, struct tc_error *err)
{
  struct tc_dense product = { 0 };
  enum tc_status status = tc_dense_product (&product, m, w, err);
  tc_dense_free (w);
  if (status == TC_OK)
    {
      tc_dense_free (m);
      *m = product;
    }
  return status;
}

static enum tc_status
transpose (struct tc_dense *m, struct tc_error *err)
{
  struct tc_dense t;
  enum tc_status status = tc_dense_alloc (&t, m->cols, m->rows, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < m->rows; i++)
    for (size_t j = 0; j < m->cols; j++)
      t.data[j * t.cols + i] = tc_dense_get (m, i, j);
  tc_dense_free (m);
  *m = t;
  return TC_OK;
}

enum tc_status
tc_addition_digit_embedding (const struct tc_model *model, struct tc_dense *out,
                             struct tc_error *err)
{
  return read_tensor (model, "embed.W_E", 0, 10, (size_t) model->config.d_model, out, err);
}

enum tc_status
tc_addition_digit_unembedding (const struct tc_model *model, struct tc_dense *out,
                               struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  enum tc_status status = read_tensor (model, "unembed.W_U", 0, (size_t) config->d_model,
                                       (size_t) config->d_vocab_out, out, err);
  if (status == TC_OK)
    status = transpose (out, err);
  return status;
}

enum tc_status
tc_addition_neuron_logits (const struct tc_model *model, struct tc_dense *out,
                           struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  struct tc_dense w = { 0 };
  *out = w;
  enum tc_status status = read_tensor (model, "blocks.0.mlp.W_out", 0, (size_t) config->d_mlp,
                                       (size_t) config->d_model, out, err);
  if (status == TC_OK)
    status = read_tensor (model, "unembed.W_U", 0, (size_t) config->d_model,
                          (size_t) config->d_vocab_out, &w, err);
  if (status == TC_OK)
    status = pass_through (out, &w, err);
  if (status == TC_OK)
    status = transpose (out, err);
  return status;
}

enum tc_status
tc_addition_neuron_inputs (const struct tc_model *model, size_t head, struct tc_dense *out,
                           struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  size_t d_model = (size_t) config->d_model, d_head = (size_t) config->d_head;
  const struct { const char *name; size_t from, rows, cols; } steps[] = {
    { "blocks.0.attn.W_V", head * d_model, d_model, d_head },
    { "blocks.0.attn.W_O", head * d_head, d_head, d_model },
    { "blocks.0.mlp.W_in", 0, d_model, (size_t) config->d_mlp }
  };
  *out = (struct tc_dense) { 0, 0, NULL };
  enum tc_status status = tc_addition_digit_embedding (model, out, err);
  for (size_t i = 0; status == TC_OK && i < 3; i++)
    {
      struct tc_dense w = { 0 };
      status = read_tensor (model, steps[i].name, steps[i].from, steps[i].rows,
                            steps[i].cols, &w, err);
      if (status == TC_OK)
        status = pass_through (out, &w, err);
    }
  return status;
}
