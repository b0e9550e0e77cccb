/* The addition experiment: its streams and losses against the notebook's own code
   in PyTorch (tests/golden/make_addition.py), what the two test streams share with
   the training set, and the first rows of the notebook's printed log.  */

#include "experiments/addition/chains.h"
#include "experiments/addition/experiment.h"
#include "experiments/addition/sigmoid.h"
#include "experiments/addition/task.h"
#include "experiments/addition/theory.h"
#include "numerics/random.h"

#include "experiment_bench.h"
#include "golden/addition_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* --- sums --- */

static void
set_digits (int32_t *digits, int num_digits, long number)
{
  for (int i = num_digits - 1; i >= 0; i--, number /= 10)
    digits[i] = (int32_t) (number % 10);
}

static struct tc_addition_set
one_sum (int num_digits, long x, long y)
{
  struct tc_addition_set set;
  OK (tc_addition_set_alloc (&set, num_digits, 1, &error));
  set_digits (set.x, num_digits, x);
  set_digits (set.y, num_digits, y);
  tc_addition_write (&set, 0);
  return set;
}

Test (sums, are_written_as_in_the_header)
{
  static const int32_t row[] = { 2, 8, 3, 4, 5, 10, 7, 1, 6, 6, 0, 11, 1, 0, 0, 0, 0, 5 };
  static const int32_t carries[] = { 0, 0, 1, 1, 1, 1 };
  struct tc_addition_set set = one_sum (5, 28345, 71660);
  struct tc_batch batch;
  tc_addition_batch (&set, &batch);
  cr_assert_eq (memcmp (set.tokens, row, sizeof row), 0);
  cr_assert_eq (memcmp (set.carries, carries, sizeof carries), 0);
  cr_assert_eq (batch.n_targets, 6);
  for (int k = 0; k < 6; k++)
    {
      cr_assert_eq (batch.target[k], row[12 + k]);
      cr_assert_eq (batch.target_pos[k], 11 + k);
      cr_assert_eq (batch.target_group[k], k);
    }
  tc_addition_set_free (&set);
}

Test (sums, agree_with_the_machines)
{
  struct tc_torch_rng rng;
  struct tc_addition_set set;
  tc_torch_seed (&rng, 7);
  for (int digits = TC_ADDITION_MIN_DIGITS; digits <= TC_ADDITION_MAX_DIGITS; digits++)
    {
      OK (tc_addition_set_alloc (&set, digits, 500, &error));
      tc_addition_draw (&set, 0, 500, &rng);
      for (int i = 0; i < 500; i++)
        {
          long x = 0, y = 0, z = 0;
          for (int k = 0; k < digits; k++)
            {
              x = 10 * x + set.x[i * digits + k];
              y = 10 * y + set.y[i * digits + k];
            }
          for (int k = 0; k <= digits; k++)
            z = 10 * z + set.target[i * (digits + 1) + k];
          cr_assert_eq (z, x + y, "%ld + %ld = %ld", x, y, z);
        }
      tc_addition_set_free (&set);
    }
}

Test (sums, know_their_longest_chain)
{
  static const struct { long x, y; int chain; } sums[] = {
    { 0, 99999, 0 }, { 1, 99999, 4 }, { 5, 5, 0 }, { 95, 5, 1 }, { 99999, 99999, 0 },
    { 45545, 54456, 4 }, { 45575, 54444, 3 }, { 45955, 54446, 2 }, { 12345, 67890, 1 },
    { 90909, 9098, 4 }
  };
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
    {
      struct tc_addition_set set = one_sum (5, sums[i].x, sums[i].y);
      cr_assert_eq (tc_addition_chain (&set, 0), sums[i].chain, "%ld + %ld: %d", sums[i].x,
                    sums[i].y, tc_addition_chain (&set, 0));
      tc_addition_set_free (&set);
    }
}

/* --- the task --- */

static void
check_tokens (const int32_t *ours, const int32_t *golden, size_t n, const char *what)
{
  for (size_t i = 0; i < n; i++)
    cr_assert_eq (ours[i], golden[i], "%s, token %zu: %d, not %d", what, i, ours[i], golden[i]);
}
#define CHECK(ours, golden) \
  check_tokens (ours, golden, sizeof golden / sizeof *golden, #golden)

Test (task, draws_the_notebooks_endless_batches)
{
  struct tc_addition_options options = tc_addition_defaults ();
  struct tc_addition *self;
  struct tc_task task;
  struct tc_batch batch;
  OK (tc_addition_alloc (&self, &options, &task, &error));
  cr_assert_null (task.next_test);
  cr_assert_eq (task.n_groups, 6);
  OK (task.next (task.self, &batch, &error));
  cr_assert_eq (batch.n_targets, 64 * 6);
  cr_assert_eq (batch.loss_scale, 1.0 / (64 * 6));
  CHECK (batch.tokens, golden_first_tokens);
  OK (task.next (task.self, &batch, &error));
  CHECK (batch.tokens, golden_second_tokens);
  tc_addition_free (self);
}

Test (sums, carry_as_in_the_notebook)
{
  struct tc_addition_set set;
  struct tc_torch_rng rng;
  OK (tc_addition_set_alloc (&set, 5, 64, &error));
  tc_torch_seed (&rng, 129000);
  tc_addition_draw (&set, 0, 64, &rng);
  CHECK (set.carries, golden_first_carries);
  tc_addition_draw (&set, 0, 64, &rng);
  CHECK (set.carries, golden_second_carries);
  tc_addition_set_free (&set);
}

Test (sums, have_any_number_of_digits)
{
  struct tc_addition_set set;
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, 1);
  OK (tc_addition_set_alloc (&set, 2, 64, &error));
  tc_addition_draw (&set, 0, 64, &rng);
  CHECK (set.tokens, golden_2_digits_tokens);
  CHECK (set.carries, golden_2_digits_carries);
  tc_addition_set_free (&set);
  tc_torch_seed (&rng, 1);
  OK (tc_addition_set_alloc (&set, 8, 64, &error));
  tc_addition_draw (&set, 0, 64, &rng);
  CHECK (set.tokens, golden_8_digits_tokens);
  CHECK (set.carries, golden_8_digits_carries);
  tc_addition_set_free (&set);
}

/* The notebook's slip: its first test batch is written with the digits of the
   training set's first 128 x.  */
static void
check_shared_digits (const struct tc_batch *train, const struct tc_batch *test)
{
  for (size_t i = 0; i < 64; i++)
    {
      const int32_t *row = test->tokens + i * 18;
      cr_assert_eq (memcmp (row, train->tokens + i * 18, 5 * sizeof *row), 0);
      cr_assert_eq (memcmp (row + 6, train->tokens + (64 + i) * 18, 5 * sizeof *row), 0);
    }
}

Test (task, tests_finite_data_on_both_streams)
{
  struct tc_addition_options options = tc_addition_defaults ();
  struct tc_addition *self;
  struct tc_task task;
  struct tc_batch train, test;
  options.n_data = 750;
  OK (tc_addition_alloc (&self, &options, &task, &error));
  OK (task.next (task.self, &train, &error));
  OK (task.next_test (task.self, &test, &error));
  cr_assert_eq (train.n_seq, 750);
  cr_assert_eq (task.n_groups, 12);
  CHECK (train.tokens + 749 * 18, golden_fixed_last_tokens);
  CHECK (test.tokens, golden_test_tokens_0);
  check_shared_digits (&train, &test);
  cr_assert_eq (test.n_seq, 64 + 256);
  cr_assert_eq (test.n_unscored, 256 * 6);
  cr_assert_eq (test.loss_scale, 1.0 / (64 * 6));
  for (size_t i = 0; i < test.n_targets; i++)
    cr_assert_eq (test.target_group[i], (int32_t) (i % 6 + (i < 64 * 6 ? 0 : 6)));
  for (int step = 1; step <= 10; step++)
    OK (task.next (task.self, &train, &error));
  OK (task.next_test (task.self, &test, &error));
  CHECK (test.tokens, golden_test_tokens_10);
  tc_addition_free (self);
}

Test (task, continues_from_its_state)
{
  struct tc_addition_options options = tc_addition_defaults ();
  struct tc_addition *one, *two;
  struct tc_task a, b;
  struct tc_batch x, y;
  options.n_data = 7;
  options.batch_size = 5;
  options.fresh_size = 3;
  OK (tc_addition_alloc (&one, &options, &a, &error));
  OK (tc_addition_alloc (&two, &options, &b, &error));
  uint32_t *state = calloc (a.n_state, sizeof *state);
  for (int i = 0; i < 30; i++)
    {
      OK (a.next (a.self, &x, &error));
      OK (a.next_test (a.self, &x, &error));
    }
  a.save_state (a.self, state);
  b.load_state (b.self, state);
  OK (a.next (a.self, &x, &error));
  OK (b.next (b.self, &y, &error));
  cr_assert_eq (memcmp (x.tokens, y.tokens, 7 * 18 * sizeof *x.tokens), 0);
  OK (a.next_test (a.self, &x, &error));
  OK (b.next_test (b.self, &y, &error));
  cr_assert_eq (memcmp (x.tokens, y.tokens, 8 * 18 * sizeof *x.tokens), 0);
  free (state);
  tc_addition_free (one);
  tc_addition_free (two);
}

Test (task, streams_have_seeds_of_their_own)
{
  /* SplitMix64 from 1234567, as Vigna's reference code prints it.  */
  cr_assert_eq (tc_addition_stream_seed (1234567, 1),
                UINT64_C (6457827717110365317) & UINT32_MAX);
  cr_assert_eq (tc_addition_stream_seed (1234567, 2),
                UINT64_C (3203168211198807973) & UINT32_MAX);
}

/* --- runs as the programs set them up --- */

static void
train (int d_model, int n_data, int steps, struct tc_table *log)
{
  struct bench bench;
  bench_start (&bench, &tc_addition_experiment);
  ((struct tc_addition_settings *) bench.setup.settings)->task.n_data = n_data;
  bench.setup.config.d_model = d_model;
  bench.setup.config.d_head = d_model / 4;
  bench.setup.config.d_mlp = 4 * d_model;
  bench.setup.training.steps = steps;
  bench_open (&bench);
  bench_train (&bench, steps, log);
  bench_close (&bench);
}

/* Every tenth step.  */
static void
check_losses (const struct tc_table *log, const char *column, const double *golden, size_t n,
              double tolerance)
{
  for (size_t i = 0; i < n; i++)
    {
      double ours = logged (log, column, 10 * i);
      cr_assert_lt (fabs (ours / golden[i] - 1), tolerance, "%s at step %zu: %.17g, not %.17g",
                    column, 10 * i, ours, golden[i]);
    }
}

/* The criterion of the whole run is in its replay.csv; these are the first two
   printed rows.  */
Test (runs, infinite_starts_as_printed)
{
  struct tc_table log;
  train (512, 0, 101, &log);
  cr_assert_float_eq (logged (&log, "loss", 0) / 2.5933517134842354, 1, 1e-8);
  cr_assert_float_eq (logged (&log, "loss", 100) / 1.9987422520574711, 1, 3e-4);
  check_losses (&log, "loss", golden_infinite_losses, 11, 1e-4);
  for (int k = 0; k < 6; k++)
    {
      char name[] = "loss_tok_0";
      name[9] = (char) ('0' + k);
      cr_assert_float_eq (logged (&log, name, 0) / golden_infinite_first_per_token[k], 1, 1e-7);
    }
  tc_table_free (&log);
}

Test (runs, small_follows_pytorch)
{
  struct tc_table log;
  train (128, 0, 101, &log);
  check_losses (&log, "loss", golden_small_losses, 11, 2e-6);
  tc_table_free (&log);
}

/* The test loss is that of the notebook's batches alone.  */
Test (runs, finite_follows_pytorch)
{
  struct tc_table log;
  train (128, 750, 31, &log);
  check_losses (&log, "loss", golden_finite_losses, 4, 2e-6);
  check_losses (&log, "test_loss", golden_finite_test_losses, 4, 2e-6);
  cr_assert (isnan (logged (&log, "test_loss", 5)));
  cr_assert_lt (logged (&log, "test_loss_fresh_tok_5", 30), 3);
  cr_assert (isnan (logged (&log, "loss_fresh_tok_5", 30)));
  tc_table_free (&log);
}

/* --- theory --- */

/* The same by going through all pairs of numbers of three digits.  */
Test (theory, prefix_losses_match_enumeration)
{
  enum { N = 1000, DIGITS = 3 };
  static double count[2 * N];
  double loss[DIGITS + 1], before = 0;
  tc_addition_prefix_losses (DIGITS, loss);
  for (int x = 0; x < N; x++)
    for (int y = 0; y < N; y++)
      count[x + y]++;
  for (int k = 0, width = N; k <= DIGITS; k++, width /= 10)
    {
      double entropy = 0;
      for (int from = 0; from < 2 * N; from += width)
        {
          double p = 0;
          for (int z = from; z < from + width; z++)
            p += count[z] / ((double) N * N);
          entropy -= p > 0 ? p * log (p) : 0;
        }
      cr_assert_float_eq (loss[k], entropy - before, 1e-12, "tok %d", k);
      before = entropy;
    }
}

/* What a digit loses if its column and some to the right are known, by going
   through what the rest may be.  */
Test (theory, carry_losses_match_enumeration)
{
  for (int lower = 0; lower < 3; lower++)
    {
      double loss = 0;
      int known = (int) pow (10, 1 + lower), rest = (int) pow (10, 2 - lower);
      /* The digit of 10^2 of three-digit numbers; the top 1 + lower columns are
         known.  */
      for (int x = 0; x < known; x++)
        for (int y = 0; y < known; y++)
          {
            double carries = 0;
            for (int u = 0; u < rest; u++)
              for (int v = 0; v < rest; v++)
                carries += (x * rest + u + y * rest + v) / 100 % 10
                           != (x * rest + y * rest) / 100 % 10;
            loss += tc_addition_bit_entropy (carries / ((double) rest * rest))
                    / ((double) known * known);
          }
      cr_assert_float_eq (tc_addition_carry_loss (3, 1, lower), loss, 1e-12, "%d: %g", lower,
                          loss);
    }
}

Test (theory, plateau_and_levels_are_those_of_five_digits)
{
  cr_assert_float_eq (tc_addition_plateau (5), (5 * log (10) + log (2)) / 6, 1e-9);
  cr_assert_float_eq (tc_addition_level (5, 0), 1.919, 5e-4);
  cr_assert_float_eq (tc_addition_level (5, 4), 0.384, 5e-4);
  cr_assert_eq (tc_addition_carry_rate (1), 0.45);
}

/* --- chains --- */

Test (chains, are_counted_and_drawn_as_enumerated)
{
  enum { DIGITS = 3, N = 1000, DRAWN = 20000 };
  struct tc_addition_chains chains;
  struct tc_addition_set set;
  struct tc_torch_rng rng;
  uint64_t size[DIGITS] = { 0 }, with_carry[DIGITS] = { 0 };
  tc_addition_chains_count (&chains, DIGITS);
  OK (tc_addition_set_alloc (&set, DIGITS, 1, &error));
  for (long x = 0; x < N; x++)
    for (long y = 0; y < N; y++)
      {
        set_digits (set.x, DIGITS, x);
        set_digits (set.y, DIGITS, y);
        tc_addition_write (&set, 0);
        int chain = tc_addition_chain (&set, 0);
        size[chain]++;
        with_carry[chain] += (uint64_t) set.carries[DIGITS];
      }
  tc_torch_seed (&rng, 5);
  for (int chain = 0; chain < DIGITS; chain++)
    {
      int carries = 0;
      cr_assert_eq (tc_addition_chains_size (&chains, chain), size[chain], "chain %d", chain);
      for (int i = 0; i < DRAWN; i++)
        {
          tc_addition_chains_draw (&chains, chain, &rng, &set, 0);
          cr_assert_eq (tc_addition_chain (&set, 0), chain);
          carries += set.carries[DIGITS];
        }
      /* Drawn as often as in all of the class: within four standard errors.  */
      double share = (double) with_carry[chain] / (double) size[chain];
      cr_assert_float_eq ((double) carries / DRAWN, share,
                          1e-9 + 4 * sqrt (share * (1 - share) / DRAWN));
    }
  tc_addition_set_free (&set);
}

Test (chains, add_up_to_all_pairs)
{
  struct tc_addition_chains chains;
  for (int digits = TC_ADDITION_MIN_DIGITS; digits <= TC_ADDITION_MAX_DIGITS; digits++)
    {
      uint64_t sum = 0;
      tc_addition_chains_count (&chains, digits);
      for (int chain = 0; chain < digits; chain++)
        sum += tc_addition_chains_size (&chains, chain);
      cr_assert_eq (sum, tc_addition_chains_total (&chains), "%d digits", digits);
    }
}

/* --- sigmoids --- */

Test (sigmoid, finds_the_steps_it_was_made_of)
{
  enum { N = 3000 };
  static double t[N], y[N];
  for (int n_steps = 1; n_steps <= 2; n_steps++)
    {
      struct tc_sigmoid true_ = { .n_steps = n_steps, .low = 0.05, .drop = { 1.6, 0.65 },
                                  .location = { 500, 1500 }, .width = { 40, 120 } };
      struct tc_sigmoid fit = { .n_steps = n_steps, .low = 0.1, .drop = { 1.5, 0.6 },
                                .location = { 430, 1300 }, .width = { 50, 100 } };
      for (int i = 0; i < N; i++)
        {
          t[i] = i;
          y[i] = tc_sigmoid_at (&true_, i) + (i % 2 ? 0.01 : -0.01);
        }
      OK (tc_sigmoid_fit (&fit, N, t, y, 1, &error));
      cr_assert (fit.converged);
      cr_assert_float_eq (fit.residual, 0.01, 1e-5);
      for (int i = 0; i < n_steps; i++)
        {
          cr_assert_float_eq (fit.location[i], true_.location[i], 0.1);
          cr_assert_float_eq (fit.width[i], true_.width[i], 0.1);
          cr_assert_float_eq (fit.drop[i], true_.drop[i], 1e-3);
        }
    }
}

Test (sigmoid, says_when_it_cannot_fit)
{
  const double t[] = { 0, 1, 2 }, y[] = { 2, 1, 0 };
  struct tc_sigmoid fit = { .n_steps = 1, .drop = { 2 }, .location = { 1 }, .width = { 1 } };
  OK (tc_sigmoid_fit (&fit, 3, t, y, 1, &error));
  cr_assert (!fit.converged);
}
