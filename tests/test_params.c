/* Configuration, layout of parameters, and PyTorch's initialisations.  */

#include "golden_model.h"

#include "numerics/random.h"

/* --- Configuration --- */

static void
expect_bad (struct tc_config config, const char *words)
{
  struct tc_error err = { 0 };
  cr_expect_eq (tc_config_check (&config, &err), TC_EINVAL, "%s", words);
  cr_expect_not_null (strstr (err.message, words), "\"%s\" lacks \"%s\"", err.message, words);
}

Test (config, defaults_are_good)
{
  struct tc_config config = tc_config_default ();
  cr_expect_eq (tc_config_check (&config, NULL), TC_OK);
}

Test (config, names_the_bad_option)
{
#define BAD(change, words)                                                    \
  {                                                                           \
    struct tc_config c = tc_config_default ();                                \
    change;                                                                   \
    expect_bad (c, words);                                                    \
  }
  BAD (c.n_layers = 0, "n_layers is 0: expected 1 to")
  BAD (c.d_model = -1, "d_model is -1")
  BAD (c.n_heads = 0, "n_heads")
  BAD (c.d_head = 0, "d_head")
  BAD (c.d_mlp = -4, "d_mlp is -4: expected 0 to")
  BAD (c.n_ctx = 0, "n_ctx")
  BAD (c.d_vocab = 2000000, "d_vocab")
  BAD (c.d_vocab_out = 0, "d_vocab_out")
  BAD (c.attn_scale = -1, "attn_scale")
  BAD (c.attn_scale = NAN, "attn_scale")
  BAD (c.initializer_range = -1, "initializer_range")
  BAD (c.ln_eps = -1, "ln_eps")
  BAD (c.act_fn = (enum tc_act_fn) 9, "act_fn")
  BAD (c.d_model = 5; c.positions = TC_POS_SINE, "sinusoidal positions expect an even")
  BAD (c.mlp_bias = true, "mlp_bias")
}

/* --- Layout --- */

Test (params, layout_is_transformerlens_order)
{
  static const char *const names[] =
    {
      "embed.W_E", "pos_embed.W_pos", "blocks.0.ln1.w", "blocks.0.ln1.b",
      "blocks.0.attn.W_Q", "blocks.0.attn.W_K", "blocks.0.attn.W_V", "blocks.0.attn.W_O",
      "blocks.0.attn.b_Q", "blocks.0.attn.b_K", "blocks.0.attn.b_V", "blocks.0.attn.b_O",
      "blocks.0.ln2.w", "blocks.0.ln2.b", "blocks.0.mlp.W_in", "blocks.0.mlp.b_in",
      "blocks.0.mlp.W_out", "blocks.0.mlp.b_out", "ln_final.w", "ln_final.b",
      "unembed.W_U", "unembed.b_U"
    };
  struct tc_config c = tc_config_default ();
  struct tc_params params;
  c.d_mlp = 7;
  c.d_vocab = 11;
  c.d_vocab_out = 13;
  c.normalization = TC_NORM_LN;
  c.attn_bias = c.mlp_bias = c.unembed_bias = true;
  cr_assert_eq (tc_params_alloc (&params, &c, NULL), TC_OK);
  cr_assert_eq (params.n_tensors, sizeof names / sizeof *names);
  size_t offset = 0;
  for (size_t i = 0; i < params.n_tensors; i++)
    {
      cr_expect_str_eq (params.tensors[i].name, names[i]);
      cr_expect_eq (params.tensors[i].offset, offset);
      cr_expect (params.tensors[i].trainable);
      offset += params.tensors[i].count;
    }
  cr_expect_eq (params.count, offset);
  cr_expect_eq ((uintptr_t) params.data % 64, 0);
  for (size_t i = 0; i < params.count; i++)
    cr_expect_eq (params.data[i], 0);

  const struct tc_tensor *W_U = tc_params_find (&params, "unembed.W_U");
  cr_expect_eq (W_U->n_dims, 2);
  cr_expect_eq (W_U->shape[0], 32);
  cr_expect_eq (W_U->shape[1], 13);
  cr_expect_null (tc_params_find (&params, "unembed"));
  cr_expect_null (tc_params_data (&params, "blocks.1.attn.W_Q"));
  cr_expect_eq (tc_params_data (&params, "embed.W_E"), params.data);
  tc_params_free (&params);
}

Test (params, frozen_biases_and_sinusoids_are_not_trained)
{
  struct tc_config c = tc_config_default ();
  struct tc_params params;
  c.d_mlp = 4;
  c.attn_bias = c.mlp_bias = c.unembed_bias = c.freeze_biases = true;
  c.positions = TC_POS_SINE;
  cr_assert_eq (tc_params_alloc (&params, &c, NULL), TC_OK);
  for (size_t i = 0; i < params.n_tensors; i++)
    {
      const struct tc_tensor *t = &params.tensors[i];
      bool fixed = strstr (t->name, ".b_") != NULL || strstr (t->name, "W_pos") != NULL;
      cr_expect_eq (t->trainable, !fixed, "%s", t->name);
    }
  tc_params_free (&params);
}

Test (params, lists_of_other_models)
{
  const struct tc_tensor tensors[] =
    { { .name = "QK", .n_dims = 1, .shape = { 5 }, .trainable = true },
      { .name = "empty", .n_dims = 2, .shape = { 0, 3 } },
      { .name = "OV", .n_dims = 2, .shape = { 5, 2 }, .trainable = true },
      { .name = "scalar", .n_dims = 0 } };
  struct tc_params params;
  cr_assert_eq (tc_params_alloc_list (&params, 4, tensors, NULL), TC_OK);
  cr_expect_eq (params.count, 16);
  cr_expect_eq (tc_params_find (&params, "OV")->offset, 5);
  cr_expect_eq (tc_params_find (&params, "scalar")->offset, 15);
  tc_params_free (&params);
}

/* --- Initialisation: goldens are what PyTorch drew --- */

static struct tc_params
initialised (const struct tc_config *config, uint64_t seed)
{
  struct tc_params params;
  struct tc_torch_rng rng;
  struct tc_error err;
  cr_assert_eq (tc_params_alloc (&params, config, &err), TC_OK, "%s", err.message);
  tc_torch_seed (&rng, seed);
  cr_assert_eq (tc_params_init (&params, config, &rng, &err), TC_OK, "%s", err.message);
  return params;
}

static void
check_notebook (const char *name)
{
  struct golden g = golden_open (name);
  struct tc_params params = initialised (&g.config, (uint64_t) golden_int (&g, "seed"));
  for (size_t i = 0; i < params.n_tensors; i++)
    {
      const struct tc_tensor *t = &params.tensors[i];
      const struct tc_st_tensor *theirs = golden_tensor (&g, "params.", t->name);
      const float *ours = params.data + t->offset;
      /* PyTorch's own sine and cosine are off by an ulp here and there.  */
      if (strstr (t->name, "W_pos") != NULL && !t->trainable)
        golden_compare (t->name, t->count, ours, theirs->data, 1.2e-7);
      else
        cr_expect_arr_eq (ours, theirs->data, theirs->n_bytes, "%s: %s", name, t->name);
    }
  tc_params_free (&params);
  golden_close (&g);
}

Test (init, notebook_skip_trigram) { check_notebook ("skip-trigram"); }
Test (init, notebook_mlp) { check_notebook ("relu"); }
Test (init, notebook_three_layers) { check_notebook ("gelu"); }
Test (init, notebook_induction) { check_notebook ("induction"); }

/* The configuration of model-state-dict.safetensors.  */
static struct tc_config
state_dict_config (void)
{
  struct tc_config c = tc_config_default ();
  c.n_heads = 2;
  c.d_model = 6;
  c.d_head = 3;
  c.d_mlp = 8;
  c.n_ctx = 4;
  c.d_vocab = c.d_vocab_out = 5;
  c.init = TC_INIT_TRANSFORMERLENS;
  c.attn_bias = c.mlp_bias = c.unembed_bias = true;
  return c;
}

Test (init, transformerlens)
{
  struct tc_config c = state_dict_config ();
  struct tc_params ours = initialised (&c, 999), theirs;
  struct tc_error err;
  cr_assert_eq (tc_params_alloc (&theirs, &c, &err), TC_OK);
  cr_assert_eq (tc_params_load (TC_GOLDEN "/model-state-dict.safetensors", &theirs, &err),
                TC_OK, "%s", err.message);
  cr_expect_arr_eq (ours.data, theirs.data, ours.count * sizeof (float));
  tc_params_free (&ours);
  tc_params_free (&theirs);
}

/* The older order moves W_O behind W_V: the same draws in other places.  */
Test (init, transformerlens_old)
{
  struct tc_config c = state_dict_config ();
  struct tc_params now = initialised (&c, 999), old;
  const size_t bytes = 2 * 6 * 3 * sizeof (float);
  c.init = TC_INIT_TRANSFORMERLENS_OLD;
  old = initialised (&c, 999);
#define DATA(params, name) tc_params_data (&params, "blocks.0.attn." name)
  cr_expect_arr_eq (DATA (old, "W_Q"), DATA (now, "W_Q"), bytes);
  cr_expect_arr_eq (DATA (old, "W_K"), DATA (now, "W_O"), bytes);
  cr_expect_arr_eq (DATA (old, "W_V"), DATA (now, "W_K"), bytes);
  cr_expect_arr_eq (DATA (old, "W_O"), DATA (now, "W_V"), bytes);
  cr_expect_arr_eq (tc_params_data (&old, "unembed.W_U"), tc_params_data (&now, "unembed.W_U"),
                    6 * 5 * sizeof (float));
  tc_params_free (&now);
  tc_params_free (&old);
}

Test (init, initializer_range_scales)
{
  struct tc_config c = state_dict_config ();
  struct tc_params narrow, wide;
  c.initializer_range = 0.5;
  narrow = initialised (&c, 1);
  c.initializer_range = 1;
  wide = initialised (&c, 1);
  for (size_t i = 0; i < wide.count; i++)
    cr_expect_float_eq (wide.data[i], 2 * narrow.data[i], 1e-6);
  tc_params_free (&narrow);
  tc_params_free (&wide);
}

Test (init, norms_start_as_identity)
{
  struct tc_config c = state_dict_config ();
  c.normalization = TC_NORM_LN;
  struct tc_params params = initialised (&c, 1);
  for (int j = 0; j < 6; j++)
    {
      cr_expect_eq (tc_params_data (&params, "blocks.0.ln2.w")[j], 1);
      cr_expect_eq (tc_params_data (&params, "blocks.0.ln2.b")[j], 0);
      cr_expect_eq (tc_params_data (&params, "ln_final.w")[j], 1);
    }
  tc_params_free (&params);
}

Test (positions, vaswani)
{
  struct tc_config c = tc_config_default ();
  struct tc_params params;
  c.positions = TC_POS_SINE;
  c.d_model = 6;
  c.n_ctx = 9;
  cr_assert_eq (tc_params_alloc (&params, &c, NULL), TC_OK);
  const float *W_pos = tc_params_data (&params, "pos_embed.W_pos");
  for (int pos = 0; pos < 9; pos++)
    for (int i = 0; i < 3; i++)
      {
        double angle = pos / pow (10000, 2 * i / 6.0);
        cr_expect_float_eq (W_pos[pos * 6 + 2 * i], sin (angle), 1e-6);
        cr_expect_float_eq (W_pos[pos * 6 + 2 * i + 1], cos (angle), 1e-6);
      }
  tc_params_free (&params);
}
