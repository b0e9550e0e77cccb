/* Folding norms, tables of layer 0 and taking parts out, against the model's own
   forward pass.  */

#include "circuits/ablation.h"
#include "circuits/first_layer.h"
#include "circuits/fold.h"
#include "numerics/random.h"
#include "transformer/model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_SEQ = 3, N_POS = 6, VOCABULARY = 5, CLASSES = 4, WIDTH = 12, HEADS = 2 };

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

static const int32_t tokens[N_SEQ * N_POS] = { 0, 3, 4, 1, 2, 4,  4, 4, 0, 2, 1, 3,
                                               2, 1, 0, 3, 3, 0 };
static const struct tc_batch batch = { .n_seq = N_SEQ, .n_pos = N_POS, .tokens = tokens };

struct bench
{
  struct tc_compute *compute;
  struct tc_model model;
  struct tc_run *run;
};

static struct tc_config
small (enum tc_normalization normalization)
{
  struct tc_config config = tc_config_default ();
  config.n_layers = 2;
  config.n_heads = HEADS;
  config.d_model = WIDTH;
  config.d_head = 4;
  config.d_mlp = 10;
  config.n_ctx = N_POS;
  config.d_vocab = VOCABULARY;
  config.d_vocab_out = CLASSES;
  config.normalization = normalization;
  config.attn_bias = config.mlp_bias = config.unembed_bias = true;
  return config;
}

static void
run (struct bench *bench)
{
  OK (tc_forward (bench->compute, &bench->model, &batch, bench->run, &error));
}

static void
bench_open (struct bench *bench, const struct tc_config *config)
{
  struct tc_torch_rng rng;
  OK (tc_compute_alloc (&bench->compute, NULL, 1, &error));
  OK (tc_model_alloc (&bench->model, config, &error));
  tc_torch_seed (&rng, 11);
  tc_torch_normal (&rng, bench->model.params.count, 0, 0.5, bench->model.params.data);
  OK (tc_run_alloc (&bench->run, config, TC_ROWS_ALL, N_SEQ, N_POS, 1, &error));
  run (bench);
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

/* --- folding --- */

static void
check_fold (const struct tc_config *config)
{
  struct bench bench;
  struct tc_model folded;
  tc_real before[N_SEQ * N_POS * CLASSES];
  bench_open (&bench, config);
  memcpy (before, tc_run_all_logits (bench.run), sizeof before);
  OK (tc_fold_norm (&bench.model, &folded, &error));
  cr_assert_eq (folded.config.normalization,
                config->normalization == TC_NORM_NONE ? TC_NORM_NONE : TC_NORM_LNPRE);
  struct tc_run *again;
  OK (tc_run_alloc (&again, &folded.config, TC_ROWS_ALL, N_SEQ, N_POS, 1, &error));
  OK (tc_forward (bench.compute, &folded, &batch, again, &error));
  const tc_real *after = tc_run_all_logits (again);
  for (size_t i = 0; i < N_SEQ * N_POS * CLASSES; i++)
    cr_assert_float_eq (after[i], before[i], 2e-5);
  tc_run_free (again);
  tc_model_free (&folded);
  bench_close (&bench);
}

Test (fold, changes_nothing_that_the_model_says)
{
  struct tc_config config = small (TC_NORM_LN);
  check_fold (&config);
  config.attn_bias = config.mlp_bias = config.unembed_bias = false;
  check_fold (&config);
  config.d_mlp = 0;
  check_fold (&config);
  config = small (TC_NORM_LNPRE);
  check_fold (&config);
  config = small (TC_NORM_NONE);
  check_fold (&config);
}

Test (fold, centres_what_reads)
{
  struct bench bench;
  struct tc_config config = small (TC_NORM_LN);
  struct tc_model folded;
  bench_open (&bench, &config);
  OK (tc_fold_norm (&bench.model, &folded, &error));
  const tc_real *w_u = tc_params_data (&folded.params, "unembed.W_U");
  for (int c = 0; c < CLASSES; c++)
    {
      double sum = 0;
      for (int m = 0; m < WIDTH; m++)
        sum += w_u[m * CLASSES + c];
      cr_assert_float_eq (sum, 0, 1e-6);
    }
  tc_model_free (&folded);
  bench_close (&bench);
}

/* --- tables of layer 0 --- */

static void
check_table (const struct tc_config *config)
{
  struct bench bench;
  bench_open (&bench, config);
  struct tc_activation scores = activation (&bench, "blocks.0.attn.hook_attn_scores");
  struct tc_activation v = activation (&bench, "blocks.0.attn.hook_v");
  const tc_real *w_o = tc_params_data (&bench.model.params, "blocks.0.attn.W_O");
  for (size_t head = 0; head < HEADS; head++)
    {
      struct tc_first_layer table;
      OK (tc_first_layer_alloc (&table, &bench.model, (int) head, &error));
      for (size_t b = 0; b < N_SEQ; b++)
        for (size_t q = 0; q < N_POS; q++)
          {
            const int32_t *x = tokens + b * N_POS;
            const tc_real *row = scores.data + ((b * HEADS + head) * N_POS + q) * N_POS;
            for (size_t k = 0; k <= q; k++)
              cr_assert_float_eq (tc_first_layer_score (&table, (size_t) x[q], q,
                                                        (size_t) x[k], k), row[k], 2e-5);
            double result = 0;
            for (size_t e = 0; e < 4; e++)
              result += v.data[((b * N_POS + q) * HEADS + head) * 4 + e]
                        * w_o[(head * 4 + e) * WIDTH + 7];
            size_t at = tc_first_layer_row (&table, (size_t) x[q], q);
            cr_assert_float_eq (tc_dense_get (&table.output, at, 7), result, 2e-5);
          }
      tc_first_layer_free (&table);
    }
  struct tc_first_layer table;
  cr_assert_eq (tc_first_layer_alloc (&table, &bench.model, HEADS, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "head 2: layer 0 has 2 heads");
  bench_close (&bench);
}

Test (first_layer, has_the_scores_of_every_place)
{
  struct tc_config config = small (TC_NORM_LN);
  check_table (&config);
  config = small (TC_NORM_LNPRE);
  check_table (&config);
  config = small (TC_NORM_NONE);
  check_table (&config);
  config.positions = TC_POS_NONE;
  config.attn_bias = false;
  config.attn_scale = 3;
  check_table (&config);
}

/* --- ablation --- */

Test (ablation, of_everything_read_gives_the_bias)
{
  struct bench bench;
  struct tc_config config = small (TC_NORM_NONE);
  bench_open (&bench, &config);
  const struct tc_ablation none = { .name = "blocks.1.hook_resid_post",
                                    .kind = TC_ABLATE_ZERO, .head = -1 };
  OK (tc_run_add_hook (bench.run, tc_ablation_hook (&none), &error));
  run (&bench);
  const tc_real *b_u = tc_params_data (&bench.model.params, "unembed.b_U");
  for (size_t i = 0; i < N_SEQ * N_POS * CLASSES; i++)
    cr_assert_eq (tc_run_all_logits (bench.run)[i], b_u[i % CLASSES]);
  bench_close (&bench);
}

/* Without head 1: attn_out is head 0's result and the bias.  */
Test (ablation, of_a_head_leaves_the_others)
{
  struct bench bench;
  struct tc_config config = small (TC_NORM_NONE);
  tc_real expected[N_SEQ * N_POS * WIDTH];
  bench_open (&bench, &config);
  struct tc_activation result = activation (&bench, "blocks.0.attn.hook_result");
  const tc_real *b_o = tc_params_data (&bench.model.params, "blocks.0.attn.b_O");
  for (size_t i = 0; i < N_SEQ * N_POS; i++)
    for (size_t m = 0; m < WIDTH; m++)
      expected[i * WIDTH + m] = result.data[i * HEADS * WIDTH + m] + b_o[m];
  static const char *const names[] = { "blocks.0.attn.hook_z", "blocks.0.attn.hook_v",
                                       "blocks.0.attn.hook_pattern" };
  for (size_t n = 0; n < 3; n++)
    {
      const struct tc_ablation head = { .name = names[n], .kind = TC_ABLATE_ZERO, .head = 1 };
      tc_run_clear_hooks (bench.run);
      OK (tc_run_add_hook (bench.run, tc_ablation_hook (&head), &error));
      run (&bench);
      struct tc_activation out = activation (&bench, "blocks.0.hook_attn_out");
      for (size_t i = 0; i < N_SEQ * N_POS * WIDTH; i++)
        cr_assert_float_eq (out.data[i], expected[i], 1e-5, "%s", names[n]);
    }
  bench_close (&bench);
}

/* With its mean an activation is the same for every sequence, and its mean stays;
   with its own values nothing changes.  */
Test (ablation, by_the_mean_and_by_values)
{
  enum { SIZE = N_POS * WIDTH };
  struct bench bench;
  struct tc_config config = small (TC_NORM_LN);
  tc_real mean[SIZE], again[SIZE], own[N_SEQ * SIZE], logits[N_SEQ * N_POS * CLASSES];
  bench_open (&bench, &config);
  memcpy (logits, tc_run_all_logits (bench.run), sizeof logits);
  struct tc_activation out = activation (&bench, "blocks.0.hook_mlp_out");
  memcpy (own, out.data, sizeof own);
  tc_activation_mean (&out, mean);
  for (size_t i = 0; i < SIZE; i++)
    cr_assert_float_eq (mean[i], (own[i] + own[SIZE + i] + own[2 * SIZE + i]) / 3, 1e-5);

  struct tc_ablation ablation = { .name = "blocks.0.hook_mlp_out", .kind = TC_ABLATE_MEAN,
                                  .head = -1, .value = mean };
  OK (tc_run_add_hook (bench.run, tc_ablation_hook (&ablation), &error));
  run (&bench);
  out = activation (&bench, "blocks.0.hook_mlp_out");
  for (size_t i = 0; i < N_SEQ * SIZE; i++)
    cr_assert_eq (out.data[i], mean[i % SIZE]);
  tc_activation_mean (&out, again);
  for (size_t i = 0; i < SIZE; i++)
    cr_assert_float_eq (again[i], mean[i], 1e-6);

  ablation.kind = TC_ABLATE_REPLACE;
  ablation.value = own;
  run (&bench);
  cr_assert_arr_eq (tc_run_all_logits (bench.run), logits, sizeof logits);
  bench_close (&bench);
}
