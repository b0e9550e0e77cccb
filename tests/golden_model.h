#ifndef TC_TESTS_GOLDEN_MODEL_H
#define TC_TESTS_GOLDEN_MODEL_H

/* Golden files of the decoder: see tests/golden/make_model.py.  */

#include "transformer/model.h"
#include "transformer/safetensors.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct golden
{
  struct tc_st_file file;
  struct tc_config config;
  struct tc_batch batch;
};

static inline int
golden_int (const struct golden *golden, const char *key)
{
  const char *value = tc_st_metadata (&golden->file, key);
  cr_assert_not_null (value, "golden file has no %s", key);
  return atoi (value);
}

static inline int
golden_choice (const struct golden *golden, const char *key, const char *const *names)
{
  const char *value = tc_st_metadata (&golden->file, key);
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], value) == 0)
      return i;
  cr_assert_fail ("golden file: unknown %s %s", key, value);
  return 0;
}

static inline const struct tc_st_tensor *
golden_tensor (const struct golden *golden, const char *prefix, const char *name)
{
  char full[200];
  snprintf (full, sizeof full, "%s%s", prefix, name);
  return tc_st_find (&golden->file, full);
}

static inline const int32_t *
golden_indices (const struct golden *golden, const char *name)
{
  return golden_tensor (golden, "", name)->data;
}

static inline struct golden
golden_open (const char *name)
{
  struct golden g;
  struct tc_error err;
  char path[4096];
  snprintf (path, sizeof path, "%s/model-%s.safetensors", TC_GOLDEN, name);
  cr_assert_eq (tc_st_read (&g.file, path, &err), TC_OK, "%s", err.message);

  g.config = tc_config_default ();
  g.config.n_layers = golden_int (&g, "n_layers");
  g.config.n_heads = golden_int (&g, "n_heads");
  g.config.d_model = golden_int (&g, "d_model");
  g.config.d_head = golden_int (&g, "d_head");
  g.config.d_mlp = golden_int (&g, "d_mlp");
  g.config.n_ctx = golden_int (&g, "n_ctx");
  g.config.d_vocab = golden_int (&g, "d_vocab");
  g.config.d_vocab_out = golden_int (&g, "d_vocab_out");
  g.config.act_fn = (enum tc_act_fn) golden_choice (&g, "act_fn", tc_act_fn_names);
  g.config.normalization
    = (enum tc_normalization) golden_choice (&g, "normalization", tc_normalization_names);
  g.config.positions
    = (enum tc_positions) golden_choice (&g, "positions", tc_positions_names);
  g.config.init = (enum tc_init) golden_choice (&g, "init", tc_init_names);
  g.config.attn_bias = golden_int (&g, "attn_bias");
  g.config.mlp_bias = golden_int (&g, "mlp_bias");
  g.config.unembed_bias = golden_int (&g, "unembed_bias");
  g.config.doubled_residual = golden_int (&g, "doubled_residual");

  const struct tc_st_tensor *tokens = golden_tensor (&g, "", "tokens");
  g.batch = (struct tc_batch) {
    .n_seq = tokens->shape[0], .n_pos = tokens->shape[1], .tokens = tokens->data,
    .n_targets = golden_tensor (&g, "", "target")->shape[0],
    .target_seq = golden_indices (&g, "target_seq"),
    .target_pos = golden_indices (&g, "target_pos"),
    .target = golden_indices (&g, "target") };
  return g;
}

static inline void
golden_close (struct golden *golden)
{
  tc_st_close (&golden->file);
}

/* A model with the golden parameters.  */
static inline struct tc_model
golden_model (const struct golden *golden)
{
  struct tc_model model;
  struct tc_error err;
  cr_assert_eq (tc_model_alloc (&model, &golden->config, &err), TC_OK, "%s", err.message);
  for (size_t i = 0; i < model.params.n_tensors; i++)
    {
      const struct tc_tensor *t = &model.params.tensors[i];
      const struct tc_st_tensor *from = golden_tensor (golden, "params.", t->name);
      cr_assert_not_null (from, "golden file has no %s", t->name);
      cr_assert_eq (from->n_bytes, t->count * sizeof (float), "%s", t->name);
      memcpy (model.params.data + t->offset, from->data, from->n_bytes);
    }
  return model;
}

/* Relative to the largest element: rounding is, too.  Equal infinities pass.  */
static inline void
golden_compare (const char *what, size_t n, const float *ours, const float *theirs,
                double tolerance)
{
  double size = 0;
  for (size_t i = 0; i < n; i++)
    if (isfinite (theirs[i]))
      size = fmax (size, fabs (theirs[i]));
  for (size_t i = 0; i < n; i++)
    cr_expect (ours[i] == theirs[i] || fabs ((double) ours[i] - theirs[i]) <= tolerance * size,
               "%s[%zu]: %.9g, PyTorch %.9g", what, i, ours[i], theirs[i]);
}

#endif
