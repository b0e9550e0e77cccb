/* Reading a model of addition: shares by frequency and splits of variance against
   functions whose answer is known, heads by what they look at, parts of the weights
   against plain loops.  tests/golden/compare_addition_circuits.py checks whole
   analyses against NumPy.  */

#include "circuits/fourier.h"
#include "experiments/addition/circuits.h"
#include "experiments/addition/digits.h"
#include "experiments/addition/gaze.h"
#include "experiments/addition/grids.h"
#include "experiments/addition/probe.h"
#include "experiments/addition/shares.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include <stdbool.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)
#define NEAR(a, b, tolerance) \
  cr_assert_lt (fabs ((a) - (b)), tolerance, "%s is %.17g, not %.17g", #a, (double) (a), \
                (double) (b))

/* --- a small model of sums of three digits --- */

enum { N_DIGITS = 3, HEADS = 2, D_MODEL = 8, D_HEAD = 4, D_MLP = 12, SEED = 5 };

struct bench
{
  struct tc_session session;
  struct tc_addition_analysis analysis;
  struct tc_model model;
};

static void
bench_open (struct bench *bench)
{
  memset (bench, 0, sizeof *bench);
  struct tc_config config = tc_config_default ();
  config.n_layers = 1;
  config.n_heads = HEADS;
  config.d_model = D_MODEL;
  config.d_head = D_HEAD;
  config.d_mlp = D_MLP;
  config.mlp_bias = true;
  config.n_ctx = tc_addition_context (N_DIGITS);
  config.d_vocab = TC_ADDITION_VOCABULARY;
  config.d_vocab_out = TC_ADDITION_CLASSES;
  bench->session.setup.config = config;
  bench->session.setup.data_seed = bench->session.setup.model_seed = SEED;
  bench->session.is_decoder = true;
  OK (tc_compute_alloc (&bench->session.compute, NULL, 1, &error));
  bench->analysis = (struct tc_addition_analysis) {
    .session = &bench->session, .num_digits = N_DIGITS, .n_answers = N_DIGITS + 1
  };
  OK (tc_addition_untrained (&bench->analysis, &bench->model, &error));
}

static void
bench_close (struct bench *bench)
{
  tc_model_free (&bench->model);
  tc_compute_free (bench->session.compute);
}

/* --- places --- */

Test (places, count_columns_from_the_answer)
{
  cr_assert_eq (tc_addition_column_at (5, 5, 0), 0);
  cr_assert_eq (tc_addition_column_at (5, 1, 0), 4);
  cr_assert_eq (tc_addition_column_at (5, 0, 1), 4);
  cr_assert_eq (tc_addition_column_at (5, 0, 0), -1, "tok 0 has no column of its own");
  cr_assert_eq (tc_addition_column_at (5, 5, 1), -1, "nothing lies right of the units");
  cr_assert_eq (tc_addition_column_at (5, 2, -1), 4);
  cr_assert_eq (tc_addition_query (5, 0), 11);
  cr_assert_eq (tc_addition_query (5, 5), 16);
}

Test (places, know_which_models_to_read)
{
  struct bench bench;
  bench_open (&bench);
  cr_assert (tc_addition_has_circuits (&bench.analysis));
  bench.analysis.is_finite = true;
  cr_assert_not (tc_addition_has_circuits (&bench.analysis));
  bench.analysis.is_finite = false;
  bench.session.setup.config.d_mlp = 0;
  cr_assert_not (tc_addition_has_circuits (&bench.analysis));
  bench_close (&bench);
}

Test (places, exchange_pairs_of_digits)
{
  struct tc_addition_set set;
  OK (tc_addition_set_alloc (&set, 3, 2, &error));
  for (int column = 0; column < 3; column++)
    tc_addition_set_pair (&set, 1, column, (struct tc_addition_pair) { 9 - column, column });
  tc_addition_write (&set, 1);
  const int32_t tokens[] = { 7, 8, 9, 10, 2, 1, 0, 11, 0, 9, 9, 9 };
  for (size_t p = 0; p < 12; p++)
    cr_assert_eq (set.tokens[12 + p], tokens[p], "position %zu", p);
  struct tc_addition_pair pair = tc_addition_get_pair (&set, 1, 2);
  cr_assert (pair.x == 7 && pair.y == 2);
  tc_addition_set_free (&set);
}

/* --- shares --- */

struct measure
{
  struct tc_fourier fourier;
  struct tc_dense digit_waves;
  struct tc_addition_bases bases;
};

static void
measure_open (struct measure *m)
{
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, 1);
  m->digit_waves = (struct tc_dense) { 0, 0, NULL };
  OK (tc_fourier_alloc (&m->fourier, 10, &error));
  OK (tc_addition_digit_waves (&m->fourier, &m->digit_waves, &error));
  OK (tc_addition_bases_alloc (&m->bases, 50, TC_ADDITION_WAVES, false, &rng, &error));
}

static void
measure_close (struct measure *m)
{
  tc_fourier_free (&m->fourier);
  tc_dense_free (&m->digit_waves);
  tc_addition_bases_free (&m->bases);
}

/* Shares of one function of the digit.  */
static struct tc_addition_shares
shares_of (const struct measure *m, double (*function) (int digit))
{
  struct tc_dense f, gram = { 0, 0, NULL };
  struct tc_addition_shares shares;
  OK (tc_dense_alloc (&f, 10, 1, &error));
  for (int digit = 0; digit < 10; digit++)
    f.data[digit] = function (digit);
  OK (tc_dense_product_nt (&gram, &f, &f, &error));
  OK (tc_addition_shares (&m->digit_waves, &gram, 0, &m->bases, &shares, &error));
  tc_dense_free (&f);
  tc_dense_free (&gram);
  return shares;
}

static double wave_2 (int digit) { return 3 + cos (2 * 2 * M_PI * digit / 10 + 0.7); }
static double parity (int digit) { return digit % 2 == 0 ? 5 : -1; }
static double ramp (int digit) { return digit; }
static double step (int digit) { return digit >= 5; }

Test (shares, find_a_single_frequency)
{
  struct measure m;
  measure_open (&m);
  struct tc_addition_shares shares = shares_of (&m, wave_2);
  for (int k = 1; k <= 5; k++)
    NEAR (shares.share[k - 1], k == 2 ? 1 : 0, 1e-14);
  NEAR (shares.total, 5, 1e-13);
  shares = shares_of (&m, parity);
  NEAR (shares.share[4], 1, 1e-14);
  measure_close (&m);
}

/* The energy of a ramp at frequency k is proportional to 1 / sin^2 (pi k / 10), of a
   step for odd k likewise and else 0; k = 5 counts half.  */
Test (shares, know_ramp_and_step)
{
  struct measure m;
  measure_open (&m);
  struct tc_addition_shares of_ramp = shares_of (&m, ramp), of_step = shares_of (&m, step);
  double all = 0, odd = 0, weight[5];
  for (int k = 1; k <= 5; k++)
    {
      weight[k - 1] = (k < 5 ? 1 : 0.5) / pow (sin (M_PI * k / 10), 2);
      all += weight[k - 1];
      odd += k % 2 == 1 ? weight[k - 1] : 0;
    }
  for (int k = 1; k <= 5; k++)
    {
      NEAR (of_ramp.share[k - 1], weight[k - 1] / all, 1e-14);
      NEAR (of_step.share[k - 1], k % 2 == 1 ? weight[k - 1] / odd : 0, 1e-14);
    }
  measure_close (&m);
}

/* All functions alike: every basis shows 2/9 and 1/9.  A single function: a random
   pair may have anything from none to all of it.  */
Test (shares, of_random_bases)
{
  struct measure m;
  struct tc_dense identity;
  struct tc_addition_shares shares;
  measure_open (&m);
  OK (tc_dense_alloc (&identity, 10, 10, &error));
  for (size_t i = 0; i < 10; i++)
    identity.data[11 * i] = 1;
  OK (tc_addition_shares (&m.digit_waves, &identity, 0, &m.bases, &shares, &error));
  NEAR (shares.total, 9, 1e-13);
  NEAR (shares.pair.low, 2 / 9.0, 1e-14);
  NEAR (shares.pair.high, 2 / 9.0, 1e-14);
  NEAR (shares.single.median, 1 / 9.0, 1e-14);
  shares = shares_of (&m, ramp);
  cr_assert (shares.pair.low < 0.02 && shares.pair.high > 0.6);
  cr_assert (shares.pair.median > 0.1 && shares.pair.median < 0.3);
  tc_dense_free (&identity);
  measure_close (&m);
}

Test (shares, draws_orthonormal_bases)
{
  struct tc_addition_bases bases;
  struct tc_torch_rng rng;
  struct tc_dense gram = { 0, 0, NULL };
  tc_torch_seed (&rng, 2);
  OK (tc_addition_bases_alloc (&bases, 3, 100, true, &rng, &error));
  OK (tc_dense_product_nt (&gram, &bases.basis[2], &bases.basis[2], &error));
  for (size_t i = 0; i < 81; i++)
    NEAR (gram.data[i], i % 10 == 0 ? 1 : 0, 1e-14);
  double sum = 0;
  for (size_t i = 0; i < 100; i++)
    sum += bases.basis[2].data[i];
  NEAR (sum, 0, 1e-13);
  tc_dense_free (&gram);
  tc_addition_bases_free (&bases);
}

/* --- splits of functions of a pair --- */

static struct tc_addition_split
split_of (const struct tc_addition_space *space, double (*function) (int x, int y))
{
  struct tc_dense grid;
  struct tc_addition_split split;
  OK (tc_dense_alloc (&grid, 100, 1, &error));
  for (int i = 0; i < 100; i++)
    grid.data[i] = function (i / 10, i % 10);
  OK (tc_addition_split_grid (space, &grid, &split, &error));
  tc_dense_free (&grid);
  return split;
}

static double additive (int x, int y) { return x * x - sqrt (y) + 4; }
static double wave_3 (int x, int y) { return cos (2 * M_PI * 3 * (x + y) / 10 - 1); }
static double difference (int x, int y) { return cos (2 * M_PI * 3 * (x - y) / 10 - 1); }
static double constant (int x, int y) { return 0 * (x + y) + 7; }

Test (splits, known_functions)
{
  struct bench bench;
  struct tc_addition_space space;
  bench_open (&bench);
  OK (tc_addition_space_alloc (&bench.analysis, &space, &error));
  struct tc_addition_split split = split_of (&space, additive);
  NEAR (split.additive, 1, 1e-14);
  NEAR (split.waves.waves, 0, 1e-14);
  split = split_of (&space, wave_3);
  NEAR (split.waves.share[2], 1, 1e-14);
  NEAR (split.sum, 1, 1e-14);
  NEAR (split.additive, 0, 1e-14);
  NEAR (split.variance, 0.5, 1e-14);
  cr_assert_lt (split.random.high, 0.4);
  split = split_of (&space, difference);
  NEAR (split.waves.waves, 0, 1e-14);
  split = split_of (&space, constant);
  cr_assert_eq (split.variance, 0);
  tc_addition_space_free (&space);
  bench_close (&bench);
}

/* The right digit has the same energy in all nine functions of (D + D') mod 10.  A
   carry is a function of D + D', two thirds of it additive.  */
Test (splits, the_truth)
{
  struct bench bench;
  struct tc_addition_space space;
  bench_open (&bench);
  OK (tc_addition_space_alloc (&bench.analysis, &space, &error));
  for (int carry = 0; carry < 2; carry++)
    {
      struct tc_dense truth;
      struct tc_addition_split split;
      OK (tc_addition_grid_truth (TC_ADDITION_OWN, carry, &truth, &error));
      OK (tc_addition_split_grid (&space, &truth, &split, &error));
      for (int k = 1; k <= 5; k++)
        NEAR (split.waves.share[k - 1], (k < 5 ? 2 : 1) / 9.0, 1e-14);
      tc_dense_free (&truth);
      OK (tc_addition_grid_truth (TC_ADDITION_NEXT, carry, &truth, &error));
      OK (tc_addition_split_grid (&space, &truth, &split, &error));
      NEAR (split.sum, 1, 1e-14);
      NEAR (split.additive, 2 / 3.0, 1e-14);
      NEAR (split.waves.waves, 1 / 3.0, 1e-14);
      tc_dense_free (&truth);
    }
  tc_addition_space_free (&space);
  bench_close (&bench);
}

/* A model that attends to nothing but position and token, with zero embeddings, is
   the same for all pairs.  */
Test (splits, a_model_without_embeddings)
{
  struct bench bench;
  struct tc_addition_grid grid;
  struct tc_addition_space space;
  struct tc_addition_split split;
  bench_open (&bench);
  tc_real *embedding = tc_params_data (&bench.model.params, "embed.W_E");
  for (size_t i = 0; i < TC_ADDITION_VOCABULARY * D_MODEL; i++)
    embedding[i] = 0;
  OK (tc_addition_space_alloc (&bench.analysis, &space, &error));
  OK (tc_addition_grid_measure (&bench.analysis, &bench.model, 1, 1, &grid, &error));
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    {
      cr_assert_eq (grid.mean[r][TC_ADDITION_PRE].cols, D_MLP);
      OK (tc_addition_split_grid (&space, &grid.mean[r][TC_ADDITION_POST], &split, &error));
      cr_assert_lt (split.variance, 1e-20);
    }
  tc_addition_grid_free (&grid);
  tc_addition_space_free (&space);
  bench_close (&bench);
}

/* --- heads --- */

/* Without queries a head looks everywhere alike.  */
Test (gaze, is_uniform_without_queries)
{
  struct bench bench;
  struct tc_addition_gaze gaze = { 0 };
  bench_open (&bench);
  tc_real *queries = tc_params_data (&bench.model.params, "blocks.0.attn.W_Q");
  for (size_t i = 0; i < HEADS * D_MODEL * D_HEAD; i++)
    queries[i] = 0;
  OK (tc_addition_gaze_measure (&bench.analysis, &bench.model, &gaze, &error));
  for (size_t k = 0; k <= N_DIGITS; k++)
    {
      double each = 1 / (2.0 * N_DIGITS + 2 + (double) k);
      NEAR (tc_addition_gaze_at (&gaze, 1, k, 2), each, 1e-6);
      NEAR (tc_addition_gaze_pair (&gaze, 0, k, 1), k < N_DIGITS ? 2 * each : 0, 1e-6);
      cr_assert_eq (tc_addition_gaze_target (&gaze, 0, k), TC_ADDITION_MIXED);
    }
  cr_assert_eq (tc_addition_gaze_role (&gaze, 0), TC_ADDITION_MIXED);
  tc_addition_gaze_free (&gaze);
  bench_close (&bench);
}

/* Head 0 looks at its own column of y, head 1 one column to the right.  */
Test (gaze, names_roles)
{
  struct tc_addition_gaze gaze = { .num_digits = 5, .n_heads = 2, .answers = 6 };
  OK (tc_dense_alloc (&gaze.mean, 12, 18, &error));
  for (size_t k = 0; k < 6; k++)
    {
      if (k > 0)
        tc_dense_row (&gaze.mean, k)[6 + k - 1] = 0.7;
      if (k < 5)
        {
          tc_dense_row (&gaze.mean, 6 + k)[k] = 0.4;
          tc_dense_row (&gaze.mean, 6 + k)[6 + k] = 0.2;
        }
    }
  cr_assert_eq (tc_addition_gaze_role (&gaze, 0), 0);
  cr_assert_eq (tc_addition_gaze_role (&gaze, 1), 1);
  cr_assert_eq (tc_addition_gaze_target (&gaze, 1, 5), TC_ADDITION_MIXED);
  NEAR (tc_addition_gaze_x (&gaze, 1, 2, 1), 0.4, 1e-15);
  NEAR (tc_addition_gaze_y (&gaze, 1, 2, 1), 0.2, 1e-15);
  NEAR (tc_addition_gaze_mean (&gaze, 0, tc_addition_gaze_pair, 0), 0.7, 1e-15);
  tc_addition_gaze_free (&gaze);
}

/* --- weights --- */

Test (digits, reach_the_neurons_through_a_head)
{
  struct bench bench;
  struct tc_dense inputs = { 0, 0, NULL };
  bench_open (&bench);
  const struct tc_params *params = &bench.model.params;
  const tc_real *E = tc_params_data (params, "embed.W_E");
  const tc_real *V = tc_params_data (params, "blocks.0.attn.W_V") + D_MODEL * D_HEAD;
  const tc_real *O = tc_params_data (params, "blocks.0.attn.W_O") + D_HEAD * D_MODEL;
  const tc_real *in = tc_params_data (params, "blocks.0.mlp.W_in");
  OK (tc_addition_neuron_inputs (&bench.model, 1, &inputs, &error));
  cr_assert (inputs.rows == 10 && inputs.cols == D_MLP);
  double sum = 0;
  for (size_t d = 0; d < D_MODEL; d++)
    for (size_t e = 0; e < D_HEAD; e++)
      for (size_t f = 0; f < D_MODEL; f++)
        sum += (double) E[7 * D_MODEL + d] * V[d * D_HEAD + e] * O[e * D_MODEL + f]
               * in[f * D_MLP + 5];
  NEAR (tc_dense_get (&inputs, 7, 5), sum, 1e-12);
  tc_dense_free (&inputs);
  bench_close (&bench);
}

Test (digits, get_logits_from_the_neurons)
{
  struct bench bench;
  struct tc_dense logits = { 0, 0, NULL }, unembedding = { 0, 0, NULL };
  bench_open (&bench);
  const tc_real *out = tc_params_data (&bench.model.params, "blocks.0.mlp.W_out");
  const tc_real *U = tc_params_data (&bench.model.params, "unembed.W_U");
  OK (tc_addition_neuron_logits (&bench.model, &logits, &error));
  OK (tc_addition_digit_unembedding (&bench.model, &unembedding, &error));
  cr_assert (logits.rows == 10 && logits.cols == D_MLP);
  double sum = 0;
  for (size_t d = 0; d < D_MODEL; d++)
    sum += (double) out[3 * D_MODEL + d] * U[d * 10 + 8];
  NEAR (tc_dense_get (&logits, 8, 3), sum, 1e-13);
  cr_assert_eq (tc_dense_get (&unembedding, 8, 2), (double) U[2 * 10 + 8]);
  tc_dense_free (&logits);
  tc_dense_free (&unembedding);
  bench_close (&bench);
}
