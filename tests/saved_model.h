#ifndef TC_TESTS_SAVED_MODEL_H
#define TC_TESTS_SAVED_MODEL_H

/* The model in tests/golden/model-saved.safetensors, which TransformerLens has
   loaded and agreed with: see tests/golden/make_model.py --exchange.  */

#include "transformer/model.h"
#include "transformer/safetensors.h"

#include <stdio.h>

static const int32_t saved_model_tokens[] = { 3, 1, 4, 1, 5 };
enum { SAVED_MODEL_LENGTH = 5 };

/* No attention or unembedding bias: saving must add them as zeros.  */
static inline struct tc_config
saved_model_config (void)
{
  struct tc_config c = tc_config_default ();
  c.n_layers = 2;
  c.n_heads = 2;
  c.d_model = 8;
  c.d_head = 3;
  c.d_mlp = 10;
  c.n_ctx = 5;
  c.d_vocab = 7;
  c.d_vocab_out = 5;
  c.act_fn = TC_GELU_NEW;
  c.normalization = TC_NORM_LN;
  c.init = TC_INIT_TRANSFORMERLENS;
  c.mlp_bias = true;
  return c;
}

static inline enum tc_status
saved_model_make (struct tc_model *model, struct tc_error *err)
{
  const struct tc_config config = saved_model_config ();
  struct tc_torch_rng rng;
  enum tc_status status = tc_model_alloc (model, &config, err);
  if (status != TC_OK)
    return status;
  tc_torch_seed (&rng, 999);
  status = tc_params_init (&model->params, &config, &rng, err);
  /* Biases and normalisations that a mistake would show.  */
  for (size_t i = 0; i < model->params.count; i++)
    model->params.data[i] += (tc_real) ((int) (i * 7 % 11) - 5) / 16;
  return status;
}

static inline enum tc_status
saved_model_save (const char *path, const struct tc_model *model, struct tc_error *err)
{
  const struct tc_st_metadata meta[] = { { "note", "saved by a test" } };
  return tc_params_save (path, &model->params, &model->config, 1, meta, err);
}

static inline enum tc_status
saved_model_print (const struct tc_model *model, struct tc_error *err)
{
  const int n = SAVED_MODEL_LENGTH, d = model->config.d_vocab_out;
  const struct tc_batch batch = { .n_seq = 1, .n_pos = SAVED_MODEL_LENGTH,
                                  .tokens = saved_model_tokens };
  struct tc_compute *compute = NULL;
  struct tc_run *run = NULL;
  enum tc_status status = tc_compute_alloc (&compute, NULL, 1, err);
  if (status == TC_OK)
    status = tc_run_alloc (&run, &model->config, TC_ROWS_ALL, 1, batch.n_pos, 0, err);
  if (status == TC_OK)
    status = tc_forward (compute, model, &batch, run, err);
  for (int i = 0; status == TC_OK && i < n; i++)
    printf ("%d%c", (int) saved_model_tokens[i], i < n - 1 ? ' ' : '\n');
  for (int i = 0; status == TC_OK && i < n * d; i++)
    printf ("%.9g%c", tc_run_all_logits (run)[i], i % d < d - 1 ? ' ' : '\n');
  tc_run_free (run);
  tc_compute_free (compute);
  return status;
}

#endif
