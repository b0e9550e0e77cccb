/* The skip-trigram experiment: its streams and its reduced model against live
   PyTorch (tests/golden/make_skip_trigram.py), its closed-form dynamics against
   plain integration, and the whole run against the notebook's printed log.  */

#include "experiments/measure.h"
#include "experiments/skip-trigram/experiment.h"
#include "experiments/skip-trigram/flow.h"
#include "experiments/skip-trigram/minimal.h"
#include "experiments/skip-trigram/task.h"
#include "numerics/random.h"
#include "training/loss.h"

#include "experiment_bench.h"
#include "golden/skip_trigram_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_POS = 42, N_CLASSES = 10, N_VOCAB = 22 };

/* --- a run as the programs set it up --- */

static void
open_model (struct bench *bench, enum tc_skip_trigram_model kind, int n_data)
{
  bench_start (bench, &tc_skip_trigram_experiment);
  struct tc_skip_trigram_settings *settings = bench->setup.settings;
  settings->model = kind;
  settings->task.n_data = n_data;
  if (n_data == 0)
    bench->setup.training.test_every = 0;
  bench_open (bench);
}

static void
check_losses (const struct tc_table *log, const char *column, const double *golden, size_t n,
              double tolerance)
{
  int at = tc_table_column (log, column);
  cr_assert_geq (at, 0, "no column %s", column);
  for (size_t i = 0; i < n; i++)
    {
      double ours = log->value[20 * i * log->n_columns + (size_t) at];
      cr_assert_lt (fabs (ours / golden[i] - 1), tolerance, "%s at step %zu: %.17g, not %.17g",
                    column, 20 * i, ours, golden[i]);
    }
}

/* --- the task --- */

static void
check_batch (const struct tc_batch *batch, const int32_t *tokens, const int32_t *targets)
{
  cr_assert_eq (batch->n_seq, 256);
  cr_assert_eq (batch->n_pos, N_POS);
  cr_assert_eq (batch->n_targets, 256);
  cr_assert_eq (batch->loss_scale, 1.0 / 256);
  for (size_t i = 0; i < 3 * N_POS; i++)
    cr_assert_eq (batch->tokens[i], tokens[i], "token %zu", i);
  for (size_t i = 0; i < 256; i++)
    {
      const int32_t *row = batch->tokens + i * N_POS;
      size_t place = tc_skip_trigram_place (&(struct tc_skip_trigram_options) {
                                            .rand_size = 10, .seq_len = 40 }, row);
      cr_assert_eq (batch->target[i], targets[i], "target %zu", i);
      cr_assert_eq (batch->target_group[i], targets[i]);
      cr_assert_eq (batch->target_seq[i], (int32_t) i);
      cr_assert_eq (batch->target_pos[i], N_POS - 1);
      cr_assert_eq (row[place], 12 + targets[i]);
      cr_assert (row[0] == 0 && row[N_POS - 1] == 1);
    }
}

Test (task, draws_the_notebooks_endless_batches)
{
  struct tc_skip_trigram_options options = tc_skip_trigram_defaults ();
  struct tc_skip_trigram *self;
  struct tc_task task;
  struct tc_batch batch;
  OK (tc_skip_trigram_alloc (&self, &options, &task, &error));
  cr_assert_null (task.next_test);
  OK (task.next (task.self, &batch, &error));
  check_batch (&batch, golden_first_tokens, golden_first_targets);
  OK (task.next (task.self, &batch, &error));
  check_batch (&batch, golden_second_tokens, golden_second_targets);
  tc_skip_trigram_free (self);
}

/* The notebook's slip: the first test batch repeats the training set's filler.  */
static size_t
shared_filler_rows (const struct tc_batch *train, const struct tc_batch *test)
{
  size_t shared = 0;
  for (size_t i = 0; i < train->n_seq; i++)
    {
      size_t differing = 0;
      for (size_t p = 0; p < N_POS; p++)
        {
          int32_t a = train->tokens[i * N_POS + p], b = test->tokens[i * N_POS + p];
          differing += a != b && a < 12 && b < 12;
        }
      shared += differing == 0;
    }
  return shared;
}

Test (task, tests_on_the_notebooks_stream_or_another)
{
  struct tc_skip_trigram_options options = tc_skip_trigram_defaults ();
  options.n_data = 100;
  for (int own_seed = 0; own_seed < 2; own_seed++)
    {
      struct tc_skip_trigram *self;
      struct tc_task task;
      struct tc_batch train, again, test;
      options.test_seed = own_seed ? 1 : 6798;
      OK (tc_skip_trigram_alloc (&self, &options, &task, &error));
      OK (task.next (task.self, &train, &error));
      OK (task.next (task.self, &again, &error));
      OK (task.next_test (task.self, &test, &error));
      cr_assert_eq (train.n_seq, 100);
      cr_assert_eq (train.tokens, again.tokens);
      for (size_t p = 0; p < N_POS; p++)
        cr_assert_eq (train.tokens[99 * N_POS + p], golden_fixed_last_tokens[p]);
      for (size_t i = 0; i < 100; i++)
        cr_assert_eq (train.target[i], golden_fixed_targets[i]);
      if (!own_seed)
        check_batch (&test, golden_first_tokens, golden_first_targets);
      cr_assert_eq (shared_filler_rows (&train, &test), own_seed ? 0u : 100u);
      tc_skip_trigram_free (self);
    }
}

Test (task, continues_from_its_state)
{
  struct tc_skip_trigram_options options = tc_skip_trigram_defaults ();
  options.n_data = 7;
  options.batch_size = 5;
  struct tc_skip_trigram *one, *two;
  struct tc_task a, b;
  struct tc_batch x, y;
  OK (tc_skip_trigram_alloc (&one, &options, &a, &error));
  OK (tc_skip_trigram_alloc (&two, &options, &b, &error));
  uint32_t *state = calloc (a.n_state, sizeof *state);
  for (int i = 0; i < 30; i++)
    OK (a.next_test (a.self, &x, &error));
  a.save_state (a.self, state);
  b.load_state (b.self, state);
  OK (a.next_test (a.self, &x, &error));
  OK (b.next_test (b.self, &y, &error));
  cr_assert_eq (memcmp (x.tokens, y.tokens, 5 * N_POS * sizeof *x.tokens), 0);
  OK (a.next (a.self, &x, &error));
  OK (b.next (b.self, &y, &error));
  cr_assert_eq (memcmp (x.tokens, y.tokens, 7 * N_POS * sizeof *x.tokens), 0);
  free (state);
  tc_skip_trigram_free (one);
  tc_skip_trigram_free (two);
}

/* --- the minimal model --- */

Test (minimal, is_drawn_as_in_pytorch)
{
  struct bench bench;
  open_model (&bench, TC_SKIP_MINIMAL, 0);
  cr_assert_eq (memcmp (tc_params_data (bench.subject.learner.params, "QK"), golden_qk,
                        sizeof golden_qk), 0);
  cr_assert_eq (memcmp (tc_params_data (bench.subject.learner.params, "OV"), golden_ov,
                        sizeof golden_ov), 0);
  bench_close (&bench);
}

static void
check_gradient (const float *ours, const double *golden, size_t n, const char *name)
{
  double largest = 0;
  for (size_t i = 0; i < n; i++)
    largest = fmax (largest, fabs (golden[i]));
  for (size_t i = 0; i < n; i++)
    cr_assert_lt (fabs (ours[i] - golden[i]), 2e-6 * largest, "%s[%zu]: %.9g, not %.9g", name,
                  i, ours[i], golden[i]);
}

Test (minimal, has_pytorchs_gradient)
{
  struct bench bench;
  struct tc_batch batch;
  const float *rows[256];
  double nll[256];
  float dlogits[256 * N_CLASSES], grads[N_VOCAB * (1 + N_CLASSES)];
  open_model (&bench, TC_SKIP_MINIMAL, 0);
  OK (bench.task.next (bench.task.self, &batch, &error));
  OK (bench.subject.learner.forward (bench.subject.learner.self, &batch, rows, &error));
  tc_cross_entropy (bench.compute, 256, N_CLASSES, rows, batch.target, 1.0 / 256, nll, dlogits);
  bench.subject.learner.backward (bench.subject.learner.self, dlogits, grads);
  check_gradient (grads + bench.subject.learner.params->tensors[0].offset, golden_qk_gradient,
                  N_VOCAB, "QK");
  check_gradient (grads + bench.subject.learner.params->tensors[1].offset, golden_ov_gradient,
                  N_VOCAB * N_CLASSES, "OV");
  bench_close (&bench);
}

Test (minimal, refuses_a_token_outside_its_vocabulary)
{
  struct bench bench;
  int32_t tokens[2] = { 0, N_VOCAB }, zero = 0, one = 1;
  const float *row;
  struct tc_batch batch = { .n_seq = 1, .n_pos = 2, .tokens = tokens, .n_targets = 1,
                            .target_seq = &zero, .target_pos = &one, .target = &zero };
  open_model (&bench, TC_SKIP_MINIMAL, 0);
  cr_assert_eq (bench.subject.learner.forward (bench.subject.learner.self, &batch, &row, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "token 22 is outside the vocabulary of 22");
  bench_close (&bench);
}

Test (minimal, trains_as_in_pytorch)
{
  for (int is_sgd = 0; is_sgd < 2; is_sgd++)
    {
      struct bench bench;
      struct tc_table log;
      open_model (&bench, TC_SKIP_MINIMAL, 0);
      if (is_sgd)
        bench.setup.training.optimizer = (struct tc_optimizer_options) {
          .kind = TC_SGD, .lr = 1, .weight_decay = 0.01 };
      bench_train (&bench, 201, &log);
      check_losses (&log, "loss", is_sgd ? golden_sgd_losses : golden_minimal_losses, 11, 1e-6);
      tc_table_free (&log);
      bench_close (&bench);
    }
}

/* --- the transformer's runs --- */

Test (runs, finite_follows_pytorch)
{
  struct bench bench;
  struct tc_table log;
  open_model (&bench, TC_SKIP_TRANSFORMER, 100);
  bench_train (&bench, 201, &log);
  check_losses (&log, "loss", golden_finite_losses, 11, 2e-6);
  check_losses (&log, "test_loss", golden_finite_test_losses, 11, 2e-6);
  tc_table_free (&log);
  bench_close (&bench);
}

/* The criterion of this experiment: all 30 printed rows, to step 2900 and down to
   a loss of 1.7e-9, within 2e-6.  */
Test (runs, infinite_replays_the_printed_log)
{
  static const struct { int step; double loss; } printed[] = {
#include "stamps/skip-trigram/printed.inc"
  };
  enum { N_PRINTED = sizeof printed / sizeof *printed };
  struct bench bench;
  struct tc_table log;
  cr_assert_eq (N_PRINTED, 30);
  open_model (&bench, TC_SKIP_TRANSFORMER, 0);
  bench_train (&bench, 2901, &log);
  int column = tc_table_column (&log, "loss");
  for (size_t i = 0; i < N_PRINTED; i++)
    {
      double ours = log.value[(size_t) printed[i].step * log.n_columns + (size_t) column];
      cr_assert_lt (fabs (ours / printed[i].loss - 1), 2e-6, "step %d: %.17g, not %.17g",
                    printed[i].step, ours, printed[i].loss);
    }
  tc_table_free (&log);
  bench_close (&bench);
}

/* --- closed-form dynamics --- */

/* dm/dt and ds/dt with N fixed, by a classical Runge-Kutta step.  */
static void
rates (double filler, double s, double m, double *ds, double *dm)
{
  double p = exp (s) / (exp (s) + filler), wrong = 1 - 1 / (1 + 9 * exp (-p * m));
  *dm = p * wrong / 9;
  *ds = p * (1 - p) * m * wrong / 10;
}

static void
step_forward (double filler, double h, double *s, double *m)
{
  double ds[4], dm[4];
  rates (filler, *s, *m, &ds[0], &dm[0]);
  rates (filler, *s + h / 2 * ds[0], *m + h / 2 * dm[0], &ds[1], &dm[1]);
  rates (filler, *s + h / 2 * ds[1], *m + h / 2 * dm[1], &ds[2], &dm[2]);
  rates (filler, *s + h * ds[2], *m + h * dm[2], &ds[3], &dm[3]);
  *s += h / 6 * (ds[0] + 2 * ds[1] + 2 * ds[2] + ds[3]);
  *m += h / 6 * (dm[0] + 2 * dm[1] + 2 * dm[2] + dm[3]);
}

/* From a positive and a negative margin: the latter first loses attention.  */
Test (flow, alone_matches_integration)
{
  static const double start[][2] = { { 0.4, 0.3 }, { -0.2, -0.6 }, { 0, 0 } };
  const double filler = 41.5, h = 0.05;
  for (size_t i = 0; i < sizeof start / sizeof *start; i++)
    {
      double s = start[i][0], m = start[i][1], time;
      double invariant = tc_flow_invariant (10, filler, s, m), elapsed = 0;
      OK (tc_flow_onset_alone (10, filler, s, m, &time, &error));
      while (tc_flow_loss (10, tc_flow_attention (filler, s), m) > log (10) / 2)
        {
          step_forward (filler, h, &s, &m);
          elapsed += h;
        }
      cr_assert_float_eq (time, elapsed, 2 * h, "start %zu: %g, integrated %g", i, time, elapsed);
      cr_assert_float_eq (tc_flow_invariant (10, filler, s, m), invariant, 1e-9);
      cr_assert_float_eq (tc_flow_score (10, filler, invariant, m), s, 1e-9);
    }
}

Test (flow, onset_is_half_of_the_uninformed_loss)
{
  double product = tc_flow_onset_product (10);
  cr_assert_float_eq (tc_flow_loss (10, 0.25, product / 0.25), log (10) / 2, 1e-14);
  double time;
  OK (tc_flow_onset_alone (10, 1e-9, 5, 8, &time, &error));
  cr_assert_eq (time, 0, "a trigram that is learnt has no time to wait");
}

/* One class of two with the other token held by a huge decay-free mass: the
   coupled flow must reduce to the lone one while its filler cannot move.  */
Test (flow, together_starts_as_alone)
{
  enum { N = 10, OTHERS = 400 };
  double score[N], margin[N], other[OTHERS], count[OTHERS], loss[2 * N];
  const double times[2] = { 0, 300 };
  for (int k = 0; k < N; k++)
    {
      score[k] = 0.3 - 0.05 * k;
      margin[k] = 0.1 * k - 0.4;
    }
  for (int x = 0; x < OTHERS; x++)
    {
      other[x] = 0;
      count[x] = 41.5 / OTHERS;   /* shares of 1/400 hardly give way */
    }
  struct tc_flow flow = { N, OTHERS, score, margin, other, count, 0 };
  OK (tc_flow_together (&flow, 2, times, &(struct tc_flow_path) { .loss = loss }, &error));
  for (int k = 0; k < N; k++)
    {
      double s = score[k], m = margin[k];
      cr_assert_float_eq (loss[k], tc_flow_loss (N, tc_flow_attention (41.5, s), m), 1e-12);
      for (int i = 0; i < 3000; i++)
        step_forward (41.5, 0.1, &s, &m);
      double alone = tc_flow_loss (N, tc_flow_attention (41.5, s), m);
      cr_assert_float_eq (loss[N + k] / alone, 1, 0.01, "trigram %d: %g, alone %g", k,
                          loss[N + k], alone);
    }
}

Test (flow, decay_above_the_critical_one_never_learns)
{
  double score[10] = { 0 }, margin[10], other[12] = { 0 }, count[12], loss[10], critical;
  for (int k = 0; k < 10; k++)
    margin[k] = 0.05 * k - 0.2;
  for (int x = 0; x < 12; x++)
    count[x] = x < 2 ? 1 : 3.9;
  struct tc_flow flow = { 10, 12, score, margin, other, count, 0 };
  const double patience = 4000;
  OK (tc_flow_critical_decay (&flow, patience, &critical, &error));
  cr_assert (critical > 0.004 && critical < 0.01, "critical decay %g", critical);
  for (int above = 0; above < 2; above++)
    {
      double mean = 0;
      flow.decay = critical * (above ? 1.01 : 0.99);
      OK (tc_flow_together (&flow, 1, &patience, &(struct tc_flow_path) { .loss = loss }, &error));
      for (int k = 0; k < 10; k++)
        mean += loss[k] / 10;
      cr_assert_eq (mean > log (10) / 2, above);
    }
}

Test (flow, signed_steps_count_up_to_onset)
{
  double lr[4000];
  for (int i = 0; i < 4000; i++)
    lr[i] = 1e-3;
  int early = tc_flow_onset_signed (10, 40, 0.3, 0.3, 0, 4000, lr);
  int late = tc_flow_onset_signed (10, 40, -0.3, -0.3, 0, 4000, lr);
  cr_assert (0 < early && early < late && late < 4000, "%d, %d", early, late);
  cr_assert_eq (tc_flow_onset_signed (10, 40, 0.3, 0.3, 0, 100, lr), -1);
}

/* --- measures --- */

Test (measure, onset_is_the_first_smoothed_value_below)
{
  const double series[] = { 2, 2, 0.1, 2, 2, NAN, 1.2, 0.4, 0.3, 0.2 };
  cr_assert_float_eq (tc_smoothed (series, 10, 1, 0, 3), 2, 1e-15);
  cr_assert_float_eq (tc_smoothed (series, 10, 1, 4, 3), 2, 1e-15);
  cr_assert_float_eq (tc_smoothed (series, 10, 1, 9, 3), 0.25, 1e-15);
  cr_assert_eq (tc_first_below (series, 10, 1, 1, 1), 2);
  cr_assert_eq (tc_first_below (series, 10, 1, 3, 1), 6);
  cr_assert_eq (tc_first_below (series, 10, 1, 3, 0.1), -1);
  cr_assert_eq (tc_first_below (series, 5, 2, 1, 0.35), 1);
}

Test (measure, correlates_pairs_that_are_numbers)
{
  const double x[] = { 1, 2, NAN, 3, 4 }, y[] = { 1, 8, 5, 27, 64 };
  struct tc_correlation c = tc_correlate (5, x, y);
  cr_assert_eq (c.n, 4);
  cr_assert_float_eq (c.spearman, 1, 1e-12);
  cr_assert_float_eq (c.pearson, 0.951369855, 1e-8);
  cr_assert (isnan (tc_correlate (2, x, y).pearson));
}

Test (measure, rounds_to_decimal_digits)
{
  cr_assert_eq (tc_rounded (484.248123, 6), 484.248);
  cr_assert_eq (tc_rounded (-1.23456789e-9, 3), -1.23e-9);
  cr_assert (isnan (tc_rounded (NAN, 3)));
}
