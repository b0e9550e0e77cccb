#include "circuits/fold.h"

#include <stdio.h>
#include <string.h>

/* One matrix that reads a LayerNorm's output: [groups, d_model, width] with bias
   [groups, width].  */
struct reading
{
  size_t groups, width;
  tc_real *weight, *bias;
};

static void
copy_shared (const struct tc_model *from, struct tc_model *to)
{
  for (size_t t = 0; t < to->params.n_tensors; t++)
    {
      const struct tc_tensor *tensor = &to->params.tensors[t];
      const struct tc_tensor *source = tc_params_find (&from->params, tensor->name);
      if (source != NULL)
        memcpy (to->params.data + tensor->offset, from->params.data + source->offset,
                tensor->count * sizeof (tc_real));
    }
}

/* One column of a matrix: w scales it, b adds to its bias, its mean goes.  */
static void
fold_column (size_t d_model, size_t width, tc_real *column, tc_real *bias, const tc_real *w,
             const tc_real *b)
{
  double mean = 0, added = 0;
  for (size_t m = 0; m < d_model; m++)
    {
      double value = column[m * width];
      added += b != NULL ? b[m] * value : 0;
      mean += w != NULL ? w[m] * value : value;
    }
  mean /= (double) d_model;
  for (size_t m = 0; m < d_model; m++)
    column[m * width] = (tc_real) ((w != NULL ? w[m] : 1.0) * column[m * width] - mean);
  if (bias != NULL)
    *bias = (tc_real) (*bias + added);
}

static void
fold_reading (size_t d_model, const struct reading *r, const tc_real *w, const tc_real *b)
{
  for (size_t g = 0; g < r->groups; g++)
    for (size_t j = 0; j < r->width; j++)
      fold_column (d_model, r->width, r->weight + g * d_model * r->width + j,
                   r->bias != NULL ? r->bias + g * r->width + j : NULL, w, b);
}

/* The tensor PREFIX + leaf of a model, or NULL.  */
static tc_real *
tensor (const struct tc_model *model, const char *prefix, const char *leaf)
{
  char name[TC_NAME_MAX];
  snprintf (name, sizeof name, "%s%s", prefix, leaf);
  return tc_params_data (&model->params, name);
}

/* Folds the norm of that name (of the original) into what reads it.  */
static void
fold_into (const struct tc_model *model, const char *norm, size_t n, const struct reading *r)
{
  const tc_real *w = tensor (model, norm, ".w"), *b = tensor (model, norm, ".b");
  for (size_t i = 0; i < n; i++)
    fold_reading ((size_t) model->config.d_model, &r[i], w, b);
}

static void
fold_layer (const struct tc_model *model, struct tc_model *folded, int layer)
{
  const struct tc_config *config = &folded->config;
  size_t heads = (size_t) config->n_heads, d_head = (size_t) config->d_head;
  char attn[TC_NAME_MAX / 2], mlp[TC_NAME_MAX / 2], norm[TC_NAME_MAX / 2];
  snprintf (attn, sizeof attn, "blocks.%d.attn.", layer);
  snprintf (mlp, sizeof mlp, "blocks.%d.mlp.", layer);
  const struct reading qkv[] = {
    { heads, d_head, tensor (folded, attn, "W_Q"), tensor (folded, attn, "b_Q") },
    { heads, d_head, tensor (folded, attn, "W_K"), tensor (folded, attn, "b_K") },
    { heads, d_head, tensor (folded, attn, "W_V"), tensor (folded, attn, "b_V") }
  };
  snprintf (norm, sizeof norm, "blocks.%d.ln1", layer);
  fold_into (model, norm, 3, qkv);
  if (config->d_mlp == 0)
    return;
  const struct reading in = { 1, (size_t) config->d_mlp, tensor (folded, mlp, "W_in"),
                              tensor (folded, mlp, "b_in") };
  snprintf (norm, sizeof norm, "blocks.%d.ln2", layer);
  fold_into (model, norm, 1, &in);
}

enum tc_status
tc_fold_norm (const struct tc_model *model, struct tc_model *folded, struct tc_error *err)
{
  struct tc_config config = model->config;
  if (config.normalization == TC_NORM_LN)
    {
      config.normalization = TC_NORM_LNPRE;
      config.attn_bias = true;
      config.mlp_bias = config.mlp_bias || config.d_mlp > 0;
      config.unembed_bias = true;
    }
  enum tc_status status = tc_model_alloc (folded, &config, err);
  if (status != TC_OK)
    return status;
  copy_shared (model, folded);
  if (config.normalization == TC_NORM_NONE)
    return TC_OK;
  for (int layer = 0; layer < config.n_layers; layer++)
    fold_layer (model, folded, layer);
  const struct reading unembed = { 1, (size_t) config.d_vocab_out,
                                   tensor (folded, "unembed.", "W_U"),
                                   tensor (folded, "unembed.", "b_U") };
  fold_into (model, "ln_final", 1, &unembed);
  return TC_OK;
}
