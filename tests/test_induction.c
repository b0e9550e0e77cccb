/* The induction experiment: its batches and first steps against live NumPy and
   PyTorch (tests/golden/make_induction.py), each run as its shipped configuration
   says, and the first printed row.  */

#include "experiments/induction/experiment.h"

#include "experiment_bench.h"
#include "golden/induction_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof array / sizeof *array)

/* ---- Sequences ---- */

static const struct tc_induction_shape notebook = { 85, 16, 3, 128 };

static void
check_sequence (const struct tc_induction_set *set, size_t i, const int32_t *tokens,
                const int32_t *mask)
{
  const size_t n_pos = (size_t) set->shape.seq_len;
  const size_t scored = (size_t) tc_induction_scored (&set->shape);
  int32_t *ours = calloc (n_pos, sizeof *ours);
  for (size_t p = 0; p < n_pos; p++)
    cr_assert_eq (set->tokens[i * n_pos + p], tokens[p], "sequence %zu, position %zu", i, p);
  for (size_t k = i * scored; k < (i + 1) * scored; k++)
    {
      cr_assert_eq (set->target_seq[k], (int32_t) i);
      cr_assert_eq (set->target[k], tokens[set->target_pos[k] + 1]);
      ours[set->target_pos[k]] = 1;
    }
  for (size_t p = 0; p < n_pos; p++)
    cr_assert_eq (ours[p], mask[p], "mask of sequence %zu, position %zu", i, p);
  free (ours);
}

static void
check_rows (const struct tc_induction_set *set, const int32_t *tokens, const int32_t *mask)
{
  static const size_t rows[] = { 0, 1, 127 };
  for (size_t k = 0; k < LENGTH (rows); k++)
    check_sequence (set, rows[k], tokens + k * 85, mask + k * 85);
}

Test (sequences, are_the_notebooks)
{
  static const int32_t begins[] = { 0, 110, 127, 67, 93, 99, 103, 18, 84, 107 };
  struct tc_induction_set set;
  struct tc_mt19937 numpy;
  OK (tc_induction_set_alloc (&set, &notebook, 128, &error));
  tc_numpy_seed (&numpy, 123);
  tc_induction_draw (&set, &numpy);
  cr_assert_eq (memcmp (set.tokens, begins, sizeof begins), 0);
  check_rows (&set, golden_printed_tokens, golden_printed_mask);
  tc_induction_draw (&set, &numpy);
  check_rows (&set, golden_first_tokens, golden_first_mask);
  tc_induction_set_free (&set);
}

Test (sequences, have_any_shape)
{
  static const struct tc_induction_shape small = { 31, 5, 5, 9 };
  struct tc_induction_set set;
  struct tc_mt19937 numpy;
  OK (tc_induction_set_alloc (&set, &small, 4, &error));
  tc_numpy_seed (&numpy, 7);
  tc_induction_draw (&set, &numpy);
  for (size_t i = 0; i < 4; i++)
    check_sequence (&set, i, golden_small_tokens + i * 31, golden_small_mask + i * 31);
  tc_induction_set_free (&set);
}

/* What the paper says of the data: places, order of targets, groups, the unit.  */
Test (sequences, repeat_their_block_in_every_slot)
{
  struct tc_induction_set set;
  struct tc_mt19937 numpy;
  struct tc_batch batch;
  cr_assert_eq (tc_induction_slot (&notebook), 28);
  cr_assert_eq (tc_induction_places (&notebook), 13);
  OK (tc_induction_set_alloc (&set, &notebook, 200, &error));
  tc_numpy_seed (&numpy, 5);
  tc_induction_draw (&set, &numpy);
  for (size_t i = 0; i < 200; i++)
    {
      const int32_t *tokens = set.tokens + i * 85, *start = set.start + i * 3;
      for (int copy = 0; copy < 3; copy++)
        {
          cr_assert (start[copy] >= 1 + 28 * copy && start[copy] <= 13 + 28 * copy);
          cr_assert_eq (memcmp (tokens + start[0], tokens + start[copy], 16 * 4), 0);
        }
    }
  tc_induction_batch (&set, &batch);
  cr_assert_eq (batch.n_targets, 200 * 30);
  cr_assert_float_eq (batch.loss_scale * 200 * 30, 85.0 / 84.0, 1e-12);
  for (size_t k = 1; k < batch.n_targets; k++)
    {
      cr_assert (batch.target_seq[k] > batch.target_seq[k - 1]
                 || batch.target_pos[k] > batch.target_pos[k - 1]);
      cr_assert_eq (batch.target_group[k], (int32_t) (k % 30 / 15));
    }
  tc_induction_set_free (&set);
}

/* ---- Runs as the programs set them up ---- */

static void
open_run (struct bench *bench, const char *run)
{
  bench_read (bench, &tc_induction_experiment, run);
  bench_open (bench);
}

static void
train (const char *run, int steps, int test_every, struct tc_table *log)
{
  struct bench bench;
  bench_read (&bench, &tc_induction_experiment, run);
  bench.setup.training.test_every = test_every;
  bench_open (&bench);
  bench_train (&bench, steps, log);
  bench_close (&bench);
}

static void
check_losses (const char *run, const double *golden, size_t n)
{
  struct tc_table log;
  train (run, (int) n, 0, &log);
  for (size_t step = 0; step < n; step++)
    {
      double ours = logged (&log, "loss", step);
      cr_assert_lt (fabs (ours / golden[step] - 1), 1e-7, "%s, step %zu: %.17g, not %.17g",
                    run, step, ours, golden[step]);
      cr_assert_float_eq ((logged (&log, "loss_copy_2", step)
                           + logged (&log, "loss_copy_3", step)) / 2 * 85 / 84, ours, 1e-12);
    }
  tc_table_free (&log);
}
#define CHECK_LOSSES(run, golden) check_losses (run, golden, LENGTH (golden))

Test (runs, infinite_follows_pytorch_and_starts_as_printed)
{
  CHECK_LOSSES ("infinite", golden_infinite_losses);
  cr_assert_float_eq (golden_infinite_losses[0] / 5.070853039892095, 1, 1e-8);
}

/* The file NAME of the source tree.  */
static void
read_source (struct tc_table *table, const char *name)
{
  const char *srcdir = getenv ("srcdir");
  char path[512];
  snprintf (path, sizeof path, "%s/%s", srcdir == NULL ? "." : srcdir, name);
  OK (tc_table_read (table, path, &error));
}

/* The first three printed rows trained anew, loss and running mean.  */
Test (runs, infinite_replays_the_printed_log)
{
  enum { STEPS = 101, EVERY = 50 };
  struct tc_table printed, log;
  double running = 5.2;
  read_source (&printed, "data/reference/induction.csv");
  cr_assert_eq (printed.n_rows, 71);
  train ("infinite", STEPS, 0, &log);
  for (size_t step = 0; step < STEPS; step++)
    {
      double loss = logged (&log, "loss", step);
      running = 0.99 * running + 0.01 * loss;
      if (step % EVERY > 0)
        continue;
      cr_assert_eq (logged (&printed, "step", step / EVERY), (double) step);
      cr_assert_float_eq (loss / logged (&printed, "loss", step / EVERY), 1, 1e-7);
      cr_assert_float_eq (running / logged (&printed, "loss_ewma", step / EVERY), 1, 1e-7);
    }
  tc_table_free (&log);
  tc_table_free (&printed);
}

/* The criterion of the experiment, of what is published: all 71 printed rows within
   1e-4, those to step 800 within 1e-6; the last row's loss is cut off.  */
Test (runs, infinite_was_published_as_printed)
{
  struct tc_table printed, replay;
  read_source (&printed, "data/reference/induction.csv");
  read_source (&replay, "data/induction/infinite/replay.csv");
  cr_assert_eq (printed.n_rows, 71);
  cr_assert_eq (replay.n_rows, 71);
  for (size_t row = 0; row < 71; row++)
    {
      const double bar = logged (&printed, "step", row) <= 800 ? 1e-6 : 1e-4;
      cr_assert_eq (logged (&replay, "step", row), logged (&printed, "step", row));
      if (row < 70)
        cr_assert_lt (fabs (logged (&replay, "ours", row) / logged (&printed, "loss", row) - 1),
                      bar, "row %zu", row);
      cr_assert_lt (fabs (logged (&replay, "ours_running", row)
                          / logged (&printed, "loss_ewma", row) - 1), bar, "row %zu", row);
    }
  tc_table_free (&replay);
  tc_table_free (&printed);
}

/* Two parts of the analysis take the first layer's heads out, one everywhere, the other
   also way by way: every fifth row is without the head everywhere.  */
Test (runs, parts_of_what_was_published_agree)
{
  enum { WAYS = 5, ALL = 4 };
  struct tc_table heads, paths;
  read_source (&heads, "data/induction/infinite/heads.csv");
  read_source (&paths, "data/induction/infinite/paths.csv");
  cr_assert_eq (heads.n_rows, 8);
  cr_assert_eq (paths.n_rows, 4 * WAYS);
  for (size_t head = 0; head < 4; head++)
    {
      cr_assert_eq (logged (&heads, "layer", head), 0);
      cr_assert_eq (logged (&paths, "head", head * WAYS + ALL), (double) head);
      cr_assert_eq (logged (&paths, "loss", head * WAYS + ALL),
                    logged (&heads, "mean_ablated", head));
    }
  tc_table_free (&heads);
  tc_table_free (&paths);
}

/* Its data begin as NumPy's second batch after seed (1).  */
Test (runs, another_seed_draws_other_data_and_another_model)
{
  static const int32_t begins[] = { 0, 76, 6, 10, 126, 125, 44, 1, 86, 89 };
  struct bench bench, other;
  struct tc_batch batch;
  open_run (&bench, "infinite");
  open_run (&other, "seed-1");
  OK (other.task.next (other.task.self, &batch, &error));
  cr_assert_eq (memcmp (batch.tokens, begins, sizeof begins), 0);
  const struct tc_params *one = &bench.subject.model.params, *two = &other.subject.model.params;
  cr_assert_eq (one->count, two->count);
  cr_assert_neq (memcmp (one->data, two->data, one->count * sizeof *one->data), 0);
  bench_close (&bench);
  bench_close (&other);
}

/* The word that PyTorch's GPU stream gives element i of the first tensor that it fills:
   Philox4x32-10 (Salmon et al. 2011), written here a second time.  */
static uint32_t
first_gpu_word (uint32_t seed, uint32_t i)
{
  uint32_t counter[4] = { 0, 0, i, 0 }, key[2] = { seed, 0 };
  for (int round = 0; round < 10; round++)
    {
      uint64_t a = 0xd2511f53ull * counter[0], b = 0xcd9e8d57ull * counter[2];
      uint32_t next[4] = { (uint32_t) (b >> 32) ^ counter[1] ^ key[0], (uint32_t) b,
                           (uint32_t) (a >> 32) ^ counter[3] ^ key[1], (uint32_t) a };
      memcpy (counter, next, sizeof next);
      key[0] += 0x9e3779b9;
      key[1] += 0xbb67ae85;
    }
  return counter[0];
}

/* The notebook draws 25 tokens on its GPU and prints what the untrained model says of
   them: the first and last three logits of each, as far as the output goes.  */
static const double printed_logits[][6] = {
  { -1.9238e+00, -7.6283e-01, 5.9798e-01, -1.5771e+00, -3.3662e-02, 3.0776e-01 },
  { -8.4826e-01, 9.1209e-01, 6.0311e-01, -1.6651e+00, -6.9614e-01, -5.0488e-01 },
  { -9.0552e-01, -1.8423e-01, 1.0147e+00, -6.6479e-01, -5.1940e-01, 2.9453e-01 },
  { -6.0241e-01, 5.8092e-01, 3.4893e-01, -1.2229e+00, -9.6616e-02, 6.4790e-01 },
  { -9.1785e-01, -5.1596e-01, 1.0497e-02, -1.9060e+00, -9.8223e-01, -4.9816e-02 },
  { -2.8323e+00, 3.5125e-01, 7.9934e-01, -3.7355e+00, -1.0634e+00, 7.9991e-01 },
  { -9.8148e-01, 7.4357e-01, -3.1180e-01, -9.8548e-01, -6.3240e-01, 3.8766e-01 },
  { -3.2494e-01, -3.0337e-01, -9.6819e-02, -2.4075e-01, -1.5758e-03, 6.4609e-02 },
  { -2.8085e-01, 6.0991e-01, -1.1624e-01, -2.6191e-01, -2.8087e-01, 5.7244e-01 }
};

Test (runs, infinite_says_of_random_tokens_what_is_printed)
{
  enum { SIDE = 5, N = SIDE * SIDE };
  struct bench bench;
  int32_t tokens[N], seq[N], pos[N], target[N] = { 0 }, group[N] = { 0 };
  const tc_real *rows[N];
  for (int i = 0; i < N; i++)
    {
      tokens[i] = 1 + (int32_t) (first_gpu_word (123, (uint32_t) i) % 127);
      seq[i] = i / SIDE;
      pos[i] = i % SIDE;
    }
  const struct tc_batch batch = {
    .n_seq = SIDE, .n_pos = SIDE, .tokens = tokens, .n_targets = N, .target_seq = seq,
    .target_pos = pos, .target = target, .target_group = group, .loss_scale = 1
  };
  open_run (&bench, "infinite");
  OK (bench.subject.learner.forward (bench.subject.learner.self, &batch, rows, &error));
  for (size_t i = 0; i < LENGTH (printed_logits); i++)
    for (size_t k = 0; k < 6; k++)
      cr_assert_float_eq (rows[i][k < 3 ? k : 122 + k], printed_logits[i][k], 1e-4,
                          "token %zu, logit %zu: %g, not %g", i, k < 3 ? k : 122 + k,
                          (double) rows[i][k < 3 ? k : 122 + k], printed_logits[i][k]);
  bench_close (&bench);
}

Test (runs, plain_residual_follows_pytorch)
{
  CHECK_LOSSES ("plain-residual", golden_plain_residual_losses);
}

Test (runs, reparametrised_follows_pytorch)
{
  CHECK_LOSSES ("reparametrised", golden_reparametrised_losses);
}

Test (runs, doubled_plain_init_follows_pytorch)
{
  CHECK_LOSSES ("doubled-plain-init", golden_doubled_plain_init_losses);
}

Test (runs, sine_follows_pytorch)
{
  CHECK_LOSSES ("sine", golden_sine_losses);
}

Test (runs, sine_standard_follows_pytorch)
{
  CHECK_LOSSES ("sine-standard", golden_sine_standard_losses);
}

/* Ten steps: two epochs and a half; a test loss after each epoch.  */
Test (runs, finite_follows_pytorch)
{
  struct tc_table log;
  train ("finite", 10, 4, &log);
  for (size_t step = 0; step < LENGTH (golden_finite_losses); step++)
    cr_assert_float_eq (logged (&log, "loss", step) / golden_finite_losses[step], 1, 1e-7);
  cr_assert_float_eq (logged (&log, "test_loss", 4) / golden_finite_test_losses[0], 1, 1e-7);
  cr_assert_float_eq (logged (&log, "test_loss", 8) / golden_finite_test_losses[1], 1, 1e-7);
  tc_table_free (&log);
}

/* ---- The two residuals ---- */

/* Logits of the first batch, all of them.  */
static size_t
first_logits (const char *run, tc_real **logits)
{
  struct bench bench;
  struct tc_batch batch;
  open_run (&bench, run);
  OK (bench.task.next (bench.task.self, &batch, &error));
  const tc_real **rows = calloc (batch.n_targets, sizeof *rows);
  OK (bench.subject.learner.forward (bench.subject.learner.self, &batch, rows, &error));
  *logits = calloc (batch.n_targets * 128, sizeof **logits);
  for (size_t k = 0; k < batch.n_targets; k++)
    memcpy (*logits + k * 128, rows[k], 128 * sizeof **logits);
  size_t n = batch.n_targets * 128;
  free (rows);
  bench_close (&bench);
  return n;
}

static void
check_same_function (const char *run, const char *other)
{
  tc_real *a, *b;
  size_t n = first_logits (run, &a);
  cr_assert_eq (first_logits (other, &b), n);
  cr_assert_eq (n, 128 * 30 * 128);
  for (size_t i = 0; i < n; i++)
    cr_assert_lt (fabs ((double) a[i] - b[i]), 1e-5, "%s and %s differ", run, other);
  free (a);
  free (b);
}

Test (residual, matched_parameters_give_the_same_function)
{
  check_same_function ("infinite", "reparametrised");
  check_same_function ("plain-residual", "doubled-plain-init");
}

Test (residual, rescaling_there_and_back_changes_nothing)
{
  struct bench bench;
  open_run (&bench, "infinite");
  struct tc_params *params = &bench.subject.model.params;
  tc_real *before = calloc (params->count, sizeof *before);
  memcpy (before, params->data, params->count * sizeof *before);
  tc_induction_rescale (params, &bench.setup.config, true);
  cr_assert_neq (memcmp (before, params->data, params->count * sizeof *before), 0);
  tc_induction_rescale (params, &bench.setup.config, false);
  cr_assert_eq (memcmp (before, params->data, params->count * sizeof *before), 0);
  free (before);
  bench_close (&bench);
}

/* ---- Positions ---- */

static double
position_norm (const char *run, size_t position)
{
  struct bench bench;
  double squares = 0;
  open_run (&bench, run);
  const tc_real *row = tc_params_data (&bench.subject.model.params, "pos_embed.W_pos")
                       + position * 48;
  for (size_t i = 0; i < 48; i++)
    squares += (double) row[i] * row[i];
  bench_close (&bench);
  return sqrt (squares);
}

Test (positions, have_the_lengths_that_the_paper_says)
{
  cr_assert_float_eq (position_norm ("sine", 17), sqrt (0.5), 1e-6);
  cr_assert_float_eq (position_norm ("sine-standard", 17), sqrt (24), 1e-6);
  cr_assert_float_eq (position_norm ("sine-matched", 17), sqrt (0.5), 1e-6);
  cr_assert_float_eq (position_norm ("sine-matched", 0), sqrt (0.5), 1e-6);
}

/* ---- The task ---- */

Test (task, shuffles_fixed_data_as_pytorch_does)
{
  struct bench bench;
  struct tc_batch batch;
  open_run (&bench, "finite");
  for (size_t i = 0; i < LENGTH (golden_finite_first_rows) / 6; i++)
    {
      OK (bench.task.next (bench.task.self, &batch, &error));
      cr_assert_eq (memcmp (batch.tokens, golden_finite_first_rows + 6 * i, 6 * 4), 0,
                    "batch %zu", i);
    }
  bench_close (&bench);
}

static void
check_continues (const char *run, int steps)
{
  struct bench one, two;
  struct tc_batch x, y;
  open_run (&one, run);
  open_run (&two, run);
  uint32_t *state = calloc (one.task.n_state, sizeof *state);
  for (int i = 0; i < steps; i++)
    OK (one.task.next (one.task.self, &x, &error));
  one.task.save_state (one.task.self, state);
  two.task.load_state (two.task.self, state);
  for (int i = 0; i < 5; i++)
    {
      OK (one.task.next (one.task.self, &x, &error));
      OK (two.task.next (two.task.self, &y, &error));
      cr_assert_eq (memcmp (x.tokens, y.tokens, 128 * 85 * 4), 0);
      cr_assert_eq (memcmp (x.target_pos, y.target_pos, 128 * 30 * 4), 0);
    }
  free (state);
  bench_close (&one);
  bench_close (&two);
}

Test (task, continues_from_its_state)
{
  check_continues ("infinite", 3);
  check_continues ("finite", 0);
  check_continues ("finite", 6);
  check_continues ("finite", 8);
}

static const char *
refusal (void (*spoil) (struct tc_setup *setup))
{
  static struct tc_error err;
  struct tc_setup setup;
  OK (tc_setup_alloc (&setup, &tc_induction_experiment, &error));
  spoil (&setup);
  cr_assert_eq (tc_setup_finish (&setup, &tc_induction_experiment, &err), TC_EINVAL);
  tc_setup_free (&setup);
  return err.message;
}

static struct tc_induction_settings *
settings_of (struct tc_setup *setup)
{
  return setup->settings;
}

static void
crowd (struct tc_setup *setup)
{
  settings_of (setup)->task.shape.subseq_len = 29;
}

static void
add_mlp (struct tc_setup *setup)
{
  settings_of (setup)->match_residual = true;
  setup->config.d_mlp = 4;
}

static void
stretch (struct tc_setup *setup)
{
  settings_of (setup)->position_norm = 2;
}

Test (task, refuses_what_cannot_be)
{
  cr_assert_str_eq (refusal (crowd), "--subseq-len 29 does not fit --num-repeats 3 times "
                    "into --seq-len 85: a slot has 28 tokens");
  cr_assert_str_eq (refusal (add_mlp), "--match-residual needs a model without MLP, "
                    "normalization and biases");
  cr_assert_str_eq (refusal (stretch), "--position-norm 2 needs --positions sine or "
                    "sine-notebook");
}
