/* The modular-addition experiment: its pairs, splits and first steps against live
   Python, NumPy and PyTorch (tests/golden/make_modular_addition.py), each run as
   its shipped configuration says.  */

#include "experiments/modular-addition/experiment.h"
#include "experiments/modular-addition/phases.h"
#include "experiments/modular-addition/symmetry.h"

#include "experiment_bench.h"
#include "golden/modular_addition_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { P = 113, N = P * P, N_TRAIN = 3830 };


/* --- a run as the programs set it up --- */

static void
open_run (struct bench *bench, const char *run)
{
  bench_read (bench, &tc_modular_addition_experiment, run);
  bench_open (bench);
}

static const struct tc_modular *
pairs_of (const struct bench *bench)
{
  return bench->task.self;
}

static void
check_close (double ours, double golden, double tolerance, const char *what, size_t step)
{
  cr_assert_lt (fabs (ours / golden - 1), tolerance, "%s at step %zu: %.17g, not %.17g", what,
                step, ours, golden);
}

/* --- pairs --- */

static void
check_pairs (const struct tc_batch *batch, const int32_t *golden, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      const int32_t *row = batch->tokens + 3 * i;
      cr_assert (row[0] == golden[2 * i] && row[1] == golden[2 * i + 1] && row[2] == P,
                 "pair %zu: (%d, %d) %d", i, row[0], row[1], row[2]);
    }
}

static void
check_split (const char *run, const int32_t *train_pairs, const int32_t *test_pairs)
{
  struct bench bench;
  struct tc_batch train, test;
  bool *seen = calloc (N, sizeof *seen);
  open_run (&bench, run);
  OK (bench.task.next (bench.task.self, &train, &error));
  OK (bench.task.next_test (bench.task.self, &test, &error));
  cr_assert_eq (train.n_seq, N_TRAIN);
  cr_assert_eq (test.n_seq, N - N_TRAIN);
  check_pairs (&train, train_pairs, 24);
  check_pairs (&test, test_pairs, 24);
  for (size_t i = 0; i < N; i++)
    {
      const struct tc_batch *batch = i < N_TRAIN ? &train : &test;
      size_t j = i < N_TRAIN ? i : i - N_TRAIN;
      int32_t a = batch->tokens[3 * j], b = batch->tokens[3 * j + 1];
      int32_t pair = a * P + b, swap = b * P + a;
      cr_assert (!seen[pair], "pair (%d, %d) comes twice", a, b);
      seen[pair] = true;
      cr_assert_eq (pairs_of (&bench)->is_train[pair], i < N_TRAIN);
      cr_assert_eq (batch->target[j], (a + b) % P);
      cr_assert_eq (batch->target_group[j] == TC_MODULAR_SWAP_SEEN,
                    pairs_of (&bench)->is_train[swap]);
      cr_assert_eq (batch->target_pos[j], 2);
    }
  free (seen);
  bench_close (&bench);
}

Test (pairs, splits_as_the_notebook_does)
{
  check_split ("add", golden_python_train, golden_python_test);
}

Test (pairs, splits_as_the_demo_does)
{
  check_split ("transformerlens-demo", golden_torch_train, golden_torch_test);
}

Test (pairs, swaps_of_30_percent_are_known)
{
  struct bench bench;
  struct tc_batch test;
  size_t seen = 0;
  open_run (&bench, "add");
  tc_modular_test_batch (pairs_of (&bench), &test);
  for (size_t i = 0; i < test.n_targets; i++)
    seen += test.target_group[i] == TC_MODULAR_SWAP_SEEN;
  cr_assert_float_eq ((double) seen / (double) test.n_targets, 0.2975, 0.00005);
  bench_close (&bench);
}

Test (pairs, grid_is_every_pair_in_order)
{
  struct bench bench;
  struct tc_batch grid;
  open_run (&bench, "subtract");
  tc_modular_grid_batch (pairs_of (&bench), &grid);
  cr_assert_eq (grid.n_seq, N);
  for (int i = 0; i < N; i++)
    {
      cr_assert (grid.tokens[3 * i] == i / P && grid.tokens[3 * i + 1] == i % P);
      cr_assert_eq (grid.target[i], (i / P - i % P + P) % P);
    }
  bench_close (&bench);
}

/* x^2 + x y + y^2 is the norm form of the field of p^2 elements where p = 2 modulo
   3: 0 occurs once, every other number p + 1 times.  */
Test (functions, norm_form)
{
  int count[P] = { 0 };
  for (int a = 0; a < P; a++)
    for (int b = 0; b < P; b++)
      count[tc_modular_value (TC_MODULAR_X2XYY2, P, a, b)]++;
  cr_assert_eq (count[0], 1);
  for (int c = 1; c < P; c++)
    cr_assert_eq (count[c], P + 1);
}

Test (functions, random_table_is_numpys)
{
  struct bench bench;
  open_run (&bench, "random");
  for (size_t i = 0; i < 60; i++)
    cr_assert_eq (pairs_of (&bench)->answer[i], golden_random_answers[i], "answer %zu", i);
  bench_close (&bench);
}

Test (options, a_split_without_training_pairs_is_refused)
{
  struct tc_setup setup;
  OK (tc_setup_alloc (&setup, &tc_modular_addition_experiment, &error));
  ((struct tc_modular_settings *) setup.settings)->task.frac_train = 0.00001;
  cr_assert_eq (tc_setup_finish (&setup, &tc_modular_addition_experiment, &error), TC_EINVAL);
  cr_assert_not_null (strstr (error.message, "--frac-train"));
  tc_setup_free (&setup);
}

Test (options, without_test_pairs_there_is_no_test)
{
  struct tc_modular_options options = { .p = 5, .frac_train = 1 };
  struct tc_modular *self;
  struct tc_task task;
  OK (tc_modular_alloc (&self, &options, &task, &error));
  cr_assert_eq (self->n_train, 25);
  cr_assert_null (task.next_test);
  tc_modular_free (self);
}

/* --- training --- */

Test (training, starts_at_pytorchs_loss)
{
  static const char *const runs[] = { "add", "subtract", "x2xyy2", "random" };
  for (size_t i = 0; i < 4; i++)
    {
      struct bench bench;
      struct tc_table log;
      open_run (&bench, runs[i]);
      bench.setup.training.test_every = 0;
      bench_train (&bench, 1, &log);
      check_close (logged (&log, "loss", 0), golden_initial_losses[i], 2e-9, runs[i], 0);
      tc_table_free (&log);
      bench_close (&bench);
    }
}

/* From step 6 on PyTorch's own losses differ by 3e-8, from step 20 by 4e-6, with
   the order in which einsum adds.  */
Test (training, goes_as_in_pytorch)
{
  struct bench bench;
  struct tc_table log;
  open_run (&bench, "add");
  bench.setup.training.test_every = 10;
  bench_train (&bench, 21, &log);
  cr_assert_eq (logged (&log, "loss", 0), logged (&log, "loss", 1), "step 0 has rate 0");
  for (size_t i = 0; i < 21; i++)
    check_close (logged (&log, "loss", i), golden_losses[i], i < 6 ? 1e-8 : 1e-5, "loss", i);
  for (size_t i = 0; i < 3; i++)
    check_close (logged (&log, "test_loss", 10 * i), golden_test_losses[i],
                 i == 0 ? 1e-9 : 1e-5, "test loss", 10 * i);
  tc_table_free (&log);
  bench_close (&bench);
}

Test (training, starts_the_demo_at_its_printed_loss)
{
  struct bench bench;
  struct tc_table log;
  open_run (&bench, "transformerlens-demo");
  bench.setup.training.test_every = 10;
  bench_train (&bench, 6, &log);
  cr_assert_float_eq (logged (&log, "loss", 0), 4.7349578772408085, 1e-8);
  for (size_t i = 0; i < 6; i++)
    check_close (logged (&log, "loss", i), golden_demo_losses[i], 1e-8, "loss", i);
  check_close (logged (&log, "test_loss", 0), golden_demo_test_losses[0], 1e-9, "test loss", 0);
  tc_table_free (&log);
  bench_close (&bench);
}

/* --- replicas --- */

Test (nudge, moves_every_trained_number_by_one_ulp)
{
  struct bench plain, nudged;
  open_run (&plain, "transformerlens-demo");
  open_run (&nudged, "demo-ulp-1");
  const struct tc_params *a = plain.subject.learner.params, *b = nudged.subject.learner.params;
  size_t up = 0, moved = 0;
  for (size_t i = 0; i < a->n_tensors; i++)
    for (size_t j = 0; j < a->tensors[i].count; j++)
      {
        float x = a->data[a->tensors[i].offset + j], y = b->data[a->tensors[i].offset + j];
        if (!a->tensors[i].trainable)
          {
            cr_assert (x == 0 && y == 0);
            continue;
          }
        cr_assert (y == nextafterf (x, HUGE_VALF) || y == nextafterf (x, -HUGE_VALF));
        up += y > x;
        moved++;
      }
  cr_assert_eq (moved, 226048);
  cr_assert_float_eq ((double) up / (double) moved, 0.5, 0.01);
  bench_close (&plain);
  bench_close (&nudged);
}

/* --- symmetries --- */

/* Every pair of the same value by one of the twelve maps is on a rung, and the
   shares are those that the known leak predicts: 29.7, 65.2, 97.6 %.  */
Test (symmetry, ladder_of_the_norm_form)
{
  struct bench bench;
  size_t count[TC_MODULAR_RUNGS] = { 0 };
  double share = 0;
  static const double known[] = { 0.297, 0.652, 0.976, 1 };
  open_run (&bench, "x2xyy2");
  for (size_t pair = 0; pair < N; pair++)
    if (!pairs_of (&bench)->is_train[pair])
      count[tc_modular_rung (pairs_of (&bench), pair)]++;
  for (int r = 0; r < TC_MODULAR_RUNGS; r++)
    {
      share += (double) count[r] / (N - N_TRAIN);
      cr_assert_float_eq (share, known[r], 0.001, "rung %d: %g", r, share);
    }
  bench_close (&bench);
}

/* The maps keep the value: a pair with one image in training is on the orbit's rung
   or before, whichever image it is.  */
Test (symmetry, finds_every_image)
{
  bool is_train[P * P] = { false };
  struct tc_modular pairs = { .options = { .p = P }, .n = N, .is_train = is_train };
  int a = 5, b = 17, x = a, y = b, value = tc_modular_value (TC_MODULAR_X2XYY2, P, a, b);
  for (int i = 0; i < 12; i++)
    {
      int image = i < 6 ? x * P + y : y * P + x;
      cr_assert_eq (tc_modular_value (TC_MODULAR_X2XYY2, P, image / P, image % P), value);
      is_train[image] = true;
      enum tc_modular_rung rung = tc_modular_rung (&pairs, (size_t) (a * P + b));
      enum tc_modular_rung expected
        = i == 0 ? TC_MODULAR_BY_NOTHING : i == 6 ? TC_MODULAR_BY_SWAP
          : i % 6 == 3 ? TC_MODULAR_BY_NEGATION : TC_MODULAR_BY_ORBIT;
      cr_assert_eq (rung, expected, "image %d", i);
      is_train[image] = false;
      int turned = (P - y) % P;
      y = (x + y) % P;
      x = turned;
    }
}

/* --- phases --- */

/* ln (loss) is 3, then falls with slopes -0.1 and -0.005 in a row, then is -14;
   a later spike falls faster.  */
Test (phases, finds_the_first_steep_fall)
{
  enum { ROWS = 200 };
  double step[ROWS], loss[ROWS], log_loss = 3;
  for (int i = 0; i < ROWS; i++)
    {
      step[i] = 20 * i;
      loss[i] = exp (i == 150 ? 8 : log_loss);
      if (i >= 40 && i < 60)
        log_loss -= 0.5;
      else if (i >= 60 && i < 100)
        log_loss -= 0.025;
    }
  struct tc_modular_cleanup cleanup;
  OK (tc_modular_find_cleanup (ROWS, step, loss, &cleanup, &error));
  cr_assert_float_eq (cleanup.slope, -0.025, 1e-12);
  cr_assert (cleanup.steepest >= 20 * 45 && cleanup.steepest <= 20 * 55);
  cr_assert (cleanup.from == 20 * 36 || cleanup.from == 20 * 37, "from %g", cleanup.from);
  cr_assert_eq (cleanup.to, 20 * 64);
  OK (tc_modular_find_cleanup (40, step, loss, &cleanup, &error));
  cr_assert (isnan (cleanup.from) && isnan (cleanup.steepest) && isnan (cleanup.to));
}
