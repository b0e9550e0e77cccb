#ifndef TC_TRANSFORMER_CONFIG_H
#define TC_TRANSFORMER_CONFIG_H

#include "numerics/error.h"

#include <stdbool.h>

/* One configurable decoder covers every notebook.  Names are TransformerLens's
   (HookedTransformerConfig) wherever it has one.  */

enum tc_act_fn { TC_RELU, TC_GELU, TC_GELU_NEW, TC_SOLU };

enum tc_normalization
{
  TC_NORM_NONE,
  TC_NORM_LN,      /* (x - mean) / sqrt (var + eps) * w + b */
  TC_NORM_LNPRE    /* the same without w and b */
};

enum tc_positions
{
  TC_POS_NONE,
  TC_POS_LEARNED,
  TC_POS_SINE,           /* Vaswani et al. 2017: exponent 2i/d; fixed */
  TC_POS_SINE_NOTEBOOK   /* notebook 004: exponent i/d, divided by sqrt d; fixed */
};

/* How parameters are drawn from the PyTorch stream.  */
enum tc_init
{
  TC_INIT_NOTEBOOK,            /* notebook 004: randn / sqrt (d_model), order
                                  W_E W_pos {W_K W_Q W_V W_O W_in W_out} W_U,
                                  in the notebook's own (transposed) layouts;
                                  W_U / sqrt (d_vocab_out) */
  TC_INIT_NOTEBOOK_INDUCTION,  /* its induction section: W_K, W_Q, W_V over
                                  sqrt (d_head), W_O drawn as [d_model, heads*d_head] */
  TC_INIT_TRANSFORMERLENS,     /* gpt2 mode, normal (0, initializer_range), order
                                  W_E W_pos {W_Q W_O W_K W_V W_in W_out} W_U (3.x) */
  TC_INIT_TRANSFORMERLENS_OLD, /* the older order W_Q W_K W_V W_O of the
                                  Grokking demo's log */
  TC_INIT_EASYTRANSFORMER      /* EasyTransformer of September 2022 on a GPU
                                  (notebook 002): embeddings normal (0, 1 /
                                  sqrt (d_model)); then each weight and its bias
                                  uniform within 1 / sqrt (fan), W_Q W_K W_V W_O
                                  {W_in W_out} W_U; from the CUDA stream, in its
                                  (transposed) layouts */
};

struct tc_config
{
  int n_layers, n_heads, d_model, d_head;
  int d_mlp;              /* 0: attention only */
  int n_ctx, d_vocab, d_vocab_out;
  enum tc_act_fn act_fn;
  enum tc_normalization normalization;
  enum tc_positions positions;
  enum tc_init init;
  double initializer_range;  /* transformerlens init; 0 means 0.8 / sqrt (d_model) */
  double attn_scale;         /* scores are divided by it; 0 means sqrt (d_head) */
  double ln_eps;             /* 1e-5 */
  bool attn_bias, mlp_bias, unembed_bias;  /* whether b_* exist at all */
  bool freeze_biases;        /* they exist, start at 0 and are not trained */
  bool doubled_residual;     /* notebook 004, induction: x <- 2x + attn (x) */
};

/* Plain defaults: one layer, one head, d_model 32, d_head 32, attention only,
   no normalisation, learned positions, no biases, notebook initialisation.  */
struct tc_config tc_config_default (void);

/* TC_EINVAL with the offending option where values contradict each other
   (d_model < 1, d_mlp without ..., odd d_model with sinusoidal positions).  */
enum tc_status tc_config_check (const struct tc_config *config,
                                struct tc_error *err) TC_MUST_USE;

/* Spelling of each enumerator in options, configuration files and run.json,
   in enum order, NULL-terminated: "relu", "gelu", "gelu_new", "solu"; "none",
   "ln", "lnpre"; "none", "learned", "sine", "sine-notebook"; "notebook",
   "notebook-induction", "transformerlens", "transformerlens-old",
   "easytransformer".  */
extern const char *const tc_act_fn_names[];
extern const char *const tc_normalization_names[];
extern const char *const tc_positions_names[];
extern const char *const tc_init_names[];

#endif
