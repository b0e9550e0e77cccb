/* Full circuits and attribution against the model's own activations.  */

#include "circuits/attribution.h"
#include "circuits/dense.h"
#include "circuits/qk_ov.h"
#include "numerics/random.h"
#include "transformer/model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { N_SEQ = 3, N_POS = 6 };

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

static const int32_t tokens[N_SEQ * N_POS] = { 0, 3, 4, 1, 2, 4,  4, 4, 0, 2, 1, 3,
                                               2, 1, 0, 3, 3, 0 };
static const int32_t seqs[N_SEQ] = { 0, 1, 2 }, last[N_SEQ] = { 5, 5, 5 };
static const int32_t answers[N_SEQ] = { 0, 1, 2 };
static const struct tc_batch batch = {
  .n_seq = N_SEQ, .n_pos = N_POS, .tokens = tokens, .n_targets = N_SEQ,
  .target_seq = seqs, .target_pos = last, .target = answers, .loss_scale = 1.0 / N_SEQ
};

struct bench
{
  struct tc_compute *compute;
  struct tc_model model;
  struct tc_run *run;
};

static struct tc_config
small (void)
{
  struct tc_config config = tc_config_default ();
  config.n_layers = 1;
  config.n_heads = 2;
  config.d_model = 12;
  config.d_head = 4;
  config.n_ctx = N_POS;
  config.d_vocab = 5;
  config.d_vocab_out = 3;
  return config;
}

/* A model whose every parameter, biases too, is random, run on the batch.  */
static void
bench_open (struct bench *bench, const struct tc_config *config)
{
  struct tc_torch_rng rng;
  OK (tc_compute_alloc (&bench->compute, NULL, 1, &error));
  OK (tc_model_alloc (&bench->model, config, &error));
  tc_torch_seed (&rng, 11);
  OK (tc_params_init (&bench->model.params, config, &rng, &error));
  for (size_t t = 0; t < bench->model.params.n_tensors; t++)
    {
      const struct tc_tensor *tensor = &bench->model.params.tensors[t];
      if (tensor->trainable)
        tc_torch_normal (&rng, tensor->count, 0, 0.5, bench->model.params.data + tensor->offset);
    }
  OK (tc_run_alloc (&bench->run, config, TC_ROWS_ALL, N_SEQ, N_POS, N_SEQ, &error));
  OK (tc_forward (bench->compute, &bench->model, &batch, bench->run, &error));
}

static void
bench_close (struct bench *bench)
{
  tc_run_free (bench->run);
  tc_model_free (&bench->model);
  tc_compute_free (bench->compute);
}

static struct tc_activation
activation (struct bench *bench, const char *name)
{
  struct tc_activation result;
  OK (tc_run_activation (bench->run, &bench->model, name, &result, &error));
  return result;
}

/* --- matrices --- */

Test (dense, multiplies)
{
  const tc_real a_values[] = { 1, 2, 3, 4, 5, 6 }, b_values[] = { 1, 0, -1, 2, 1, 0 };
  struct tc_dense a, b, c, d;
  OK (tc_dense_from_real (&a, 2, 3, a_values, &error));
  OK (tc_dense_from_real (&b, 2, 3, b_values, &error));
  OK (tc_dense_product_nt (&c, &a, &b, &error));
  const double expected[] = { -2, 4, -2, 13 };
  for (int i = 0; i < 4; i++)
    cr_assert_eq (c.data[i], expected[i]);
  OK (tc_dense_product (&d, &c, &a, &error));
  cr_assert_eq (tc_dense_get (&d, 1, 2), 3 * -2 + 6 * 13);
  tc_dense_free (&d);
  cr_assert_eq (tc_dense_product (&d, &a, &b, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "cannot multiply a 2 x 3 by a 2 x 3 matrix");
  tc_dense_free (&a);
  tc_dense_free (&b);
  tc_dense_free (&c);
}

/* --- QK and OV --- */

/* Cells of the full QK circuit add up to the attention scores, with positions
   or without, with biases or without.  */
static void
check_scores (const struct tc_config *config)
{
  struct bench bench;
  bench_open (&bench, config);
  struct tc_activation scores = activation (&bench, "blocks.0.attn.hook_attn_scores");
  struct tc_activation pattern = activation (&bench, "blocks.0.attn.hook_pattern");
  for (int head = 0; head < config->n_heads; head++)
    {
      struct tc_dense qk;
      double row[N_POS];
      OK (tc_full_qk (&bench.model, 0, head, &qk, &error));
      cr_assert_eq (qk.rows, tc_circuit_inputs (config));
      for (size_t b = 0; b < N_SEQ; b++)
        for (size_t q = 0; q < N_POS; q++)
          {
            const int32_t *x = tokens + b * N_POS;
            size_t at = ((b * (size_t) config->n_heads + (size_t) head) * N_POS + q) * N_POS;
            tc_qk_pattern (config, &qk, x, q, row);
            for (size_t k = 0; k <= q; k++)
              {
                double score = tc_qk_score (config, &qk, (size_t) x[q], q, (size_t) x[k], k);
                cr_assert_float_eq (score, scores.data[at + k], 2e-5);
                cr_assert_float_eq (row[k], pattern.data[at + k], 2e-6);
              }
          }
      tc_dense_free (&qk);
    }
  bench_close (&bench);
}

Test (circuits, qk_cells_add_up_to_scores)
{
  struct tc_config config = small ();
  check_scores (&config);
  config.attn_bias = true;
  check_scores (&config);
  config.positions = TC_POS_NONE;
  config.attn_scale = 1.7;
  check_scores (&config);
  config.positions = TC_POS_SINE;
  check_scores (&config);
}

/* logits = direct path + sum over heads and sources of pattern * OV.  */
Test (circuits, ov_and_direct_path_add_up_to_logits)
{
  struct bench bench;
  struct tc_config config = small ();
  config.attn_bias = true;
  bench_open (&bench, &config);
  /* b_O is written by no head.  */
  tc_real *b_o = tc_params_data (&bench.model.params, "blocks.0.attn.b_O");
  memset (b_o, 0, (size_t) config.d_model * sizeof *b_o);
  OK (tc_forward (bench.compute, &bench.model, &batch, bench.run, &error));
  struct tc_dense direct, ov[2];
  OK (tc_direct_path (&bench.model, &direct, &error));
  for (int head = 0; head < 2; head++)
    OK (tc_full_ov (&bench.model, 0, head, &ov[head], &error));
  struct tc_activation pattern = activation (&bench, "blocks.0.attn.hook_pattern");
  for (size_t i = 0; i < N_SEQ; i++)
    for (size_t c = 0; c < 3; c++)
      {
        const int32_t *x = tokens + i * N_POS;
        double logit = tc_dense_get (&direct, (size_t) x[5], c)
                       + tc_dense_get (&direct, tc_circuit_position (&config, 5), c);
        for (size_t head = 0; head < 2; head++)
          for (size_t k = 0; k < N_POS; k++)
            logit += pattern.data[((i * 2 + head) * N_POS + 5) * N_POS + k]
                     * (tc_dense_get (&ov[head], (size_t) x[k], c)
                        + tc_dense_get (&ov[head], tc_circuit_position (&config, k), c)
                        + tc_dense_get (&ov[head], ov[head].rows - 1, c));
        cr_assert_float_eq (logit, tc_run_logits (bench.run, i)[c], 1e-5);
      }
  tc_dense_free (&direct);
  tc_dense_free (&ov[0]);
  tc_dense_free (&ov[1]);
  bench_close (&bench);
}

Test (circuits, refuses_a_head_that_is_not_there)
{
  struct bench bench;
  struct tc_config config = small ();
  struct tc_dense m;
  bench_open (&bench, &config);
  cr_assert_eq (tc_full_qk (&bench.model, 0, 2, &m, &error), TC_EINVAL);
  cr_assert_str_eq (error.message,
                    "the model has 1 layers of 2 heads, but head 2 of layer 0 was asked for");
  cr_assert_eq (tc_full_ov (&bench.model, -1, 0, &m, &error), TC_EINVAL);
  bench_close (&bench);
}

/* --- attribution --- */

static double
sum_of (const struct tc_attribution *a, const char *prefix, size_t c)
{
  double sum = 0;
  for (size_t i = 0; i < a->n_components; i++)
    if (strncmp (a->name[i], prefix, strlen (prefix)) == 0)
      sum += tc_dense_get (&a->logits, i, c);
  return sum;
}

/* Terms sum to the logits, and a head's sources to the head.  */
static void
check_attribution (const struct tc_config *config, size_t n_components)
{
  struct bench bench;
  bench_open (&bench, config);
  for (size_t i = 0; i < N_SEQ; i++)
    for (size_t position = 2; position < N_POS; position += 3)
      {
        struct tc_attribution whole, split;
        const tc_real *logits = tc_run_all_logits (bench.run) + (i * N_POS + position) * 3;
        double scale = 1;
        OK (tc_attribute_logits (&bench.model, bench.run, i, position, false, &whole, &error));
        OK (tc_attribute_logits (&bench.model, bench.run, i, position, true, &split, &error));
        cr_assert_eq (whole.n_components, n_components, "%zu", whole.n_components);
        for (size_t c = 0; c < 3; c++)
          scale = fmax (scale, fabs (logits[c]));
        for (size_t c = 0; c < 3; c++)
          {
            cr_assert_float_eq (sum_of (&whole, "", c), logits[c], 1e-5 * scale);
            cr_assert_float_eq (sum_of (&split, "", c), logits[c], 1e-5 * scale);
            cr_assert_float_eq (sum_of (&split, "L0H1<-", c), sum_of (&whole, "L0H1", c),
                                1e-5 * scale);
          }
        cr_assert (whole.max_error > 0 && whole.max_error < 1e-5 * scale);
        cr_assert_not_null (tc_attribution_find (&split, "L0H0<-1"));
        cr_assert_null (tc_attribution_find (&split, "L0H0<-7"));
        tc_attribution_free (&whole);
        tc_attribution_free (&split);
      }
  bench_close (&bench);
}

Test (attribution, terms_sum_to_the_logits)
{
  struct tc_config config = small ();
  check_attribution (&config, 2 + 2);
  config.n_layers = 2;
  config.doubled_residual = true;
  check_attribution (&config, 2 + 4);
  config.doubled_residual = false;
  config.d_mlp = 20;
  config.attn_bias = config.mlp_bias = config.unembed_bias = true;
  check_attribution (&config, 2 + 2 * (2 + 1 + 1) + 1);
  config.normalization = TC_NORM_LN;
  check_attribution (&config, 2 + 2 * (2 + 1 + 1) + 2);
  config.normalization = TC_NORM_LNPRE;
  config.positions = TC_POS_NONE;
  check_attribution (&config, 1 + 2 * (2 + 1 + 1) + 1);
}

Test (attribution, refuses_a_row_outside_the_batch)
{
  struct bench bench;
  struct tc_config config = small ();
  struct tc_attribution a;
  bench_open (&bench, &config);
  cr_assert_eq (tc_attribute_logits (&bench.model, bench.run, N_SEQ, 0, false, &a, &error),
                TC_EINVAL);
  cr_assert_str_eq (error.message, "sequence 3, position 0 is outside the batch of 3 x 6");
  bench_close (&bench);
}
