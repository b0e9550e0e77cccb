#include "transformer/config.h"

#include <stddef.h>

const char *const tc_act_fn_names[] = { "relu", "gelu", "gelu_new", "solu", NULL };
const char *const tc_normalization_names[] = { "none", "ln", "lnpre", NULL };
const char *const tc_positions_names[] =
  { "none", "learned", "sine", "sine-notebook", NULL };
const char *const tc_init_names[] =
  { "notebook", "notebook-induction", "transformerlens", "transformerlens-old",
    "easytransformer", NULL };

struct tc_config
tc_config_default (void)
{
  return (struct tc_config) {
    .n_layers = 1, .n_heads = 1, .d_model = 32, .d_head = 32,
    .d_mlp = 0,
    .n_ctx = 1, .d_vocab = 1, .d_vocab_out = 1,
    .act_fn = TC_RELU,
    .normalization = TC_NORM_NONE,
    .positions = TC_POS_LEARNED,
    .init = TC_INIT_NOTEBOOK,
    .ln_eps = 1e-5
  };
}

/* Sizes beyond this are typing errors, and products of three of them still
   fit a size_t.  */
enum { LARGEST_SIZE = 1 << 20 };

static enum tc_status
check_sizes (const struct tc_config *config, struct tc_error *err)
{
  const struct { const char *name; int value, least; } sizes[] =
    {
      { "n_layers", config->n_layers, 1 },
      { "n_heads", config->n_heads, 1 },
      { "d_model", config->d_model, 1 },
      { "d_head", config->d_head, 1 },
      { "d_mlp", config->d_mlp, 0 },
      { "n_ctx", config->n_ctx, 1 },
      { "d_vocab", config->d_vocab, 1 },
      { "d_vocab_out", config->d_vocab_out, 1 }
    };
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    if (sizes[i].value < sizes[i].least || sizes[i].value > LARGEST_SIZE)
      return tc_fail (err, TC_EINVAL, "%s is %d: expected %d to %d", sizes[i].name,
                      sizes[i].value, sizes[i].least, (int) LARGEST_SIZE);
  return TC_OK;
}

static enum tc_status
check_choices (const struct tc_config *config, struct tc_error *err)
{
  const struct { const char *name; int value, last; } choices[] =
    {
      { "act_fn", (int) config->act_fn, TC_SOLU },
      { "normalization", (int) config->normalization, TC_NORM_LNPRE },
      { "positions", (int) config->positions, TC_POS_SINE_NOTEBOOK },
      { "init", (int) config->init, TC_INIT_EASYTRANSFORMER }
    };
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (choices[i].value < 0 || choices[i].value > choices[i].last)
      return tc_fail (err, TC_EINVAL, "%s is %d: expected 0 to %d", choices[i].name,
                      choices[i].value, choices[i].last);
  return TC_OK;
}

static enum tc_status
check_scales (const struct tc_config *config, struct tc_error *err)
{
  const struct { const char *name; double value; } scales[] =
    {
      { "attn_scale", config->attn_scale },
      { "initializer_range", config->initializer_range },
      { "ln_eps", config->ln_eps }
    };
  /* Written so that NaN fails too.  */
  for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
    if (!(scales[i].value >= 0 && scales[i].value <= 1e6))
      return tc_fail (err, TC_EINVAL, "%s is %g: expected 0 to 1e6", scales[i].name,
                      scales[i].value);
  return TC_OK;
}

enum tc_status
tc_config_check (const struct tc_config *config, struct tc_error *err)
{
  enum tc_status status = check_sizes (config, err);
  if (status == TC_OK)
    status = check_choices (config, err);
  if (status == TC_OK)
    status = check_scales (config, err);
  if (status != TC_OK)
    return status;

  bool sine = config->positions == TC_POS_SINE || config->positions == TC_POS_SINE_NOTEBOOK;
  if (sine && config->d_model % 2 != 0)
    return tc_fail (err, TC_EINVAL, "d_model is %d: sinusoidal positions expect an even "
                    "d_model", config->d_model);
  if (config->mlp_bias && config->d_mlp == 0)
    return tc_fail (err, TC_EINVAL, "mlp_bias is set but d_mlp is 0: expected a d_mlp of "
                    "at least 1, or no mlp_bias");
  return TC_OK;
}
