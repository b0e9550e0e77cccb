/* The permutation experiment: the notebook's own tests of its tokenizer and
   generator; combinations, orders and first steps against live Python and
   TransformerLens (tests/golden/make_permutation.py); the floors of its loss.  */

#include "experiments/permutation/experiment.h"
#include "experiments/permutation/floors.h"
#include "experiments/permutation/score.h"

#include "experiment_bench.h"
#include "golden/permutation_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof array / sizeof *array)

/* ---- The alphabet ---- */

Test (alphabet, has_the_notebooks_characters)
{
  cr_assert_eq (strlen (tc_permutation_characters), TC_PERMUTATION_VOCABULARY);
  cr_assert_eq (TC_PERMUTATION_VOCABULARY, 65);
  cr_assert_eq (tc_permutation_characters[TC_PERMUTATION_BEGIN], '>');
  cr_assert_eq (tc_permutation_characters[TC_PERMUTATION_SPACE], ' ');
  cr_assert_eq (tc_permutation_characters[TC_PERMUTATION_PERIOD], '.');
}

/* "Conversion of str_to_tokens and tokens_to_string should do conversions
   correctly."  */
Test (alphabet, converts_there_and_back)
{
  static const int32_t expected[] = { 0, 1, 3, 28, 29, 54, 55, 64, 2 };
  const char *text = "> azAZ09.";
  int32_t tokens[65];
  char back[66];
  OK (tc_permutation_to_tokens (text, tokens, &error));
  cr_assert_eq (memcmp (tokens, expected, sizeof expected), 0);
  tc_permutation_to_text (tokens, 9, back);
  cr_assert_str_eq (back, text);
  OK (tc_permutation_to_tokens (tc_permutation_characters, tokens, &error));
  for (int32_t t = 0; t < 65; t++)
    cr_assert_eq (tokens[t], t);
}

Test (alphabet, names_a_character_it_lacks)
{
  int32_t tokens[16];
  cr_assert_eq (tc_permutation_to_tokens ("> ab-c", tokens, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "character 5 of '> ab-c' is '-'; expected a letter, a "
                    "digit, '>', '.' or a space");
}

Test (alphabet, counts)
{
  static const size_t lengths[] = { 4, 8, 26, 122, 722 };
  static const size_t combinations[] = { 62, 1891, 37820, 557845, 6471002 };
  for (int n = 1; n <= 5; n++)
    {
      cr_assert_eq (tc_permutation_length (n), lengths[n - 1]);
      cr_assert_eq (tc_permutation_combinations (n), combinations[n - 1]);
    }
  cr_assert_eq (tc_permutation_terms (5), 120);
}

/* ---- Sequences ---- */

static void
write_text (int n, const int32_t *first, char *text)
{
  uint8_t orders[120 * 5];
  int32_t tokens[722];
  OK (tc_permutation_orders (n, orders, &error));
  tc_permutation_write (n, orders, first, tokens);
  tc_permutation_to_text (tokens, tc_permutation_length (n), text);
}

/* The notebook's should_generate_correct_dataset.  */
Test (sequences, are_the_notebooks)
{
  static const int32_t first[] = { 3, 4, 5, 6 };
  char text[723];
  for (int n = 1; n <= 4; n++)
    {
      write_text (n, first, text);
      cr_assert_str_eq (text, golden_ordered[n - 1]);
    }
}

Test (sequences, keep_the_order_of_any_first_term)
{
  for (size_t i = 0; i < LENGTH (golden_unsorted); i++)
    {
      int32_t tokens[122];
      char text[723];
      OK (tc_permutation_to_tokens (golden_unsorted[i], tokens, &error));
      write_text (4, tokens + 2, text);
      cr_assert_str_eq (text, golden_unsorted[i]);
    }
}

Test (sequences, have_their_places)
{
  static const int32_t first[] = { 3, 4, 5, 6, 7 };
  char text[723];
  write_text (5, first, text);
  cr_assert_eq (strncmp (text + tc_permutation_place (5, 0, 0), "abcde ", 6), 0);
  cr_assert_eq (strncmp (text + tc_permutation_place (5, 119, 0), "edcba.", 6), 0);
  cr_assert_eq (text[tc_permutation_place (5, 119, 5)], '.');
  cr_assert_eq (text[tc_permutation_place (5, 7, 5)], ' ');
}

/* ---- Combinations ---- */

static void
check_shuffled (int n, const char *const *golden, size_t count)
{
  struct tc_permutation_list list;
  struct tc_mt19937 stream;
  tc_python_seed (&stream, 0);
  OK (tc_permutation_list_alloc (&list, n, 100, &stream, &error));
  cr_assert_eq (list.n_train + list.n_test, tc_permutation_combinations (n));
  cr_assert_eq (list.n_test, 100);
  for (size_t i = 0; i < count; i++)
    {
      int32_t first[5];
      char text[6];
      tc_permutation_get (&list, i, first);
      tc_permutation_to_text (first, (size_t) n, text);
      cr_assert_str_eq (text, golden[i] + 2);
    }
  tc_permutation_list_free (&list);
}

Test (combinations, are_shuffled_as_python_does)
{
  check_shuffled (2, golden_shuffled_2, LENGTH (golden_shuffled_2));
  check_shuffled (3, golden_shuffled_3, LENGTH (golden_shuffled_3));
  check_shuffled (4, golden_shuffled_4, LENGTH (golden_shuffled_4));
  check_shuffled (5, golden_shuffled_5, LENGTH (golden_shuffled_5));
}

/* Every combination once: training and testing never meet.  */
Test (combinations, are_all_different)
{
  struct tc_permutation_list list;
  struct tc_mt19937 stream;
  bool *seen = calloc (65 * 65 * 65, sizeof *seen);
  tc_python_seed (&stream, 3);
  OK (tc_permutation_list_alloc (&list, 3, 5000, &stream, &error));
  for (size_t i = 0; i < 37820; i++)
    {
      int32_t f[3];
      tc_permutation_get (&list, i, f);
      cr_assert (2 < f[0] && f[0] < f[1] && f[1] < f[2] && f[2] < 65);
      size_t key = (size_t) (f[0] * 65 + f[1]) * 65 + (size_t) f[2];
      cr_assert_not (seen[key]);
      seen[key] = true;
    }
  free (seen);
  tc_permutation_list_free (&list);
}

/* ---- Floors ---- */

Test (floors, have_their_closed_forms)
{
  for (int n = 2; n <= 5; n++)
    {
      struct tc_permutation_options options = { .n = n };
      double nats = tc_permutation_floor (&options)
                    * (double) (tc_permutation_length (n) - 1);
      cr_assert_float_eq (nats, log ((double) tc_permutation_combinations (n)), 1e-12);
      cr_assert_float_eq (tc_permutation_slot_floor (&options, 0),
                          tc_permutation_slot_marginal (n, 0), 1e-12);
      options.is_unsorted = true;
      cr_assert_float_eq (tc_permutation_floor (&options), tc_permutation_distinct_loss (n),
                          1e-12);
    }
}

Test (floors, are_those_of_four_characters)
{
  static const double slots[] = { 3.4660, 3.4203, 3.3251, 3.0204 };
  const struct tc_permutation_options options = { .n = 4 };
  for (int slot = 0; slot < 4; slot++)
    cr_assert_float_eq (tc_permutation_slot_floor (&options, slot), slots[slot], 5e-5);
  cr_assert_float_eq (tc_permutation_floor (&options), 0.10935, 5e-6);
  cr_assert_float_eq (tc_permutation_marginal_loss (4), 0.12119, 5e-6);
  cr_assert_float_eq (tc_permutation_distinct_loss (4), 0.13562, 5e-6);
  cr_assert_float_eq (tc_permutation_uniform_loss (4), 0.13643, 5e-6);
}

/* Of two characters each is followed by the other: H (b | a) + H (a | b) after the
   space's H (a) + H (b).  */
Test (floors, without_attention_of_two_characters)
{
  cr_assert_float_eq (tc_permutation_blind_loss (2), 2 * log (1891.0) / 7, 1e-12);
  for (int n = 3; n <= 5; n++)
    {
      cr_assert_gt (tc_permutation_blind_loss (n), tc_permutation_marginal_loss (n));
      cr_assert_lt (tc_permutation_blind_loss (n), log (62.0));
    }
}

/* -n ln (n / total), of counts. */
static double
surprise_of (unsigned count, double total)
{
  return count > 0 ? -(count / total) * log (count / total) : 0;
}

/* The same by counting which character follows which at each place of every sequence.  */
Test (floors, without_attention_by_counting)
{
  static unsigned joint[25][65][65];
  struct tc_permutation_list list;
  struct tc_permutation_set set;
  struct tc_mt19937 stream;
  double nats = 0;
  tc_python_seed (&stream, 0);
  OK (tc_permutation_list_alloc (&list, 3, 0, &stream, &error));
  OK (tc_permutation_set_alloc (&set, 3, 1, &error));
  for (size_t i = 0; i < list.n_train; i++)
    {
      int32_t first[3];
      tc_permutation_get (&list, i, first);
      tc_permutation_set_sequence (&set, 0, first);
      for (size_t p = 0; p < 25; p++)
        joint[p][set.tokens[p]][set.tokens[p + 1]]++;
    }
  for (size_t p = 0; p < 25; p++)
    for (size_t now = 0; now < 65; now++)
      {
        unsigned count = 0;
        for (size_t then = 0; then < 65; then++)
          {
            count += joint[p][now][then];
            nats += surprise_of (joint[p][now][then], 37820);
          }
        nats -= surprise_of (count, 37820);
      }
  cr_assert_float_eq (tc_permutation_blind_loss (3) * 25, nats, 1e-9);
  tc_permutation_set_free (&set);
  tc_permutation_list_free (&list);
}

/* ---- Runs ---- */

static void
read_run (struct bench *bench, const char *run)
{
  bench_read (bench, &tc_permutation_experiment, run);
}

static struct tc_permutation_options *
options_of (struct bench *bench)
{
  return &((struct tc_permutation_settings *) bench->setup.settings)->task;
}

static void
check_column (const struct tc_table *log, const char *column, const double *golden, size_t n)
{
  for (size_t step = 0; step < n; step++)
    cr_assert_lt (fabs (logged (log, column, step) / golden[step] - 1), 5e-6,
                  "%s at step %zu: %.9g, not %.9g", column, step,
                  logged (log, column, step), golden[step]);
}

/* The notebook's data, model and optimiser, over the end of an epoch.  */
Test (runs, notebook_follows_transformerlens)
{
  struct bench bench;
  struct tc_table log;
  read_run (&bench, "notebook");
  bench_open (&bench);
  bench_train (&bench, 40, &log);
  check_column (&log, "loss", golden_notebook_losses, 40);
  check_column (&log, "grad_norm", golden_notebook_norms, 40);
  for (size_t step = 0; step < 40; step += 13)
    {
      double sum = 117 * logged (&log, "loss_rest", step);
      for (int slot = 1; slot <= 4; slot++)
        {
          char name[] = "loss_slot_1";
          name[10] = (char) ('0' + slot);
          sum += logged (&log, name, step);
        }
      cr_assert_float_eq (sum / 121, logged (&log, "loss", step), 1e-9);
    }
  tc_table_free (&log);
  bench_close (&bench);
}

/* What a configuration leaves out is the notebook's.  */
Test (runs, default_to_the_notebook)
{
  struct bench plain, notebook;
  bench_start (&plain, &tc_permutation_experiment);
  read_run (&notebook, "notebook");
  const struct tc_training_options *x = &plain.setup.training, *y = &notebook.setup.training;
  cr_assert_eq (x->steps, y->steps);
  cr_assert_eq (memcmp (&x->optimizer, &y->optimizer, sizeof x->optimizer), 0);
  cr_assert_eq (memcmp (&x->schedule, &y->schedule, sizeof x->schedule), 0);
  cr_assert_eq (x->optimizer.max_grad_norm, 1);
  cr_assert_eq (memcmp (&plain.setup.config, &notebook.setup.config,
                        sizeof plain.setup.config), 0);
  cr_assert_eq (plain.setup.config.act_fn, TC_SOLU);
  cr_assert_eq (options_of (&plain)->batch_size, options_of (&notebook)->batch_size);
  cr_assert_eq (options_of (&plain)->epoch_size, options_of (&notebook)->epoch_size);
  tc_setup_free (&plain.setup);
  tc_setup_free (&notebook.setup);
}

static void
check_small (int batch_size, bool is_unsorted, int n_layers, int d_mlp, enum tc_act_fn act_fn,
             const double *golden)
{
  struct bench bench;
  struct tc_table log;
  read_run (&bench, "n-3");
  options_of (&bench)->batch_size = batch_size;
  options_of (&bench)->is_unsorted = is_unsorted;
  options_of (&bench)->n_test = 0;
  bench.setup.config.n_layers = n_layers;
  bench.setup.config.d_mlp = d_mlp;
  bench.setup.config.mlp_bias = d_mlp > 0;
  bench.setup.config.act_fn = act_fn;
  bench.setup.training.steps = 3000;
  bench_open (&bench);
  bench_train (&bench, 5, &log);
  check_column (&log, "loss", golden, 5);
  tc_table_free (&log);
  bench_close (&bench);
}

Test (runs, of_other_shapes_follow_transformerlens)
{
  check_small (32, false, 1, 0, TC_SOLU, golden_three_losses);
  check_small (8, true, 2, 0, TC_SOLU, golden_two_layers_losses);
  check_small (8, false, 1, 64, TC_RELU, golden_relu_losses);
  check_small (8, false, 1, 64, TC_SOLU, golden_solu_losses);
}

/* The notebook's should_return_output_tensor_with_correct_shape, and of an untrained
   model nothing is expected: its should_return_..._incorrect_prediction fails by
   chance once in 65 times.  */
Test (runs, are_all_well_formed)
{
  for (const char *const *run = tc_permutation_experiment.runs; *run != NULL; run++)
    {
      struct bench bench;
      read_run (&bench, *run);
      OK (tc_setup_finish (&bench.setup, &tc_permutation_experiment, &error));
      cr_assert_eq (bench.setup.config.d_vocab_out, 65);
      cr_assert_eq ((size_t) bench.setup.config.n_ctx,
                    tc_permutation_length (options_of (&bench)->n));
      tc_setup_free (&bench.setup);
    }
}

/* ---- The task ---- */

Test (task, has_epochs_like_a_data_loader)
{
  struct bench bench;
  struct tc_batch batch;
  read_run (&bench, "notebook");
  bench_open (&bench);
  cr_assert_null (bench.task.next_test);
  for (size_t i = 0; i < LENGTH (golden_notebook_sizes); i++)
    {
      OK (bench.task.next (bench.task.self, &batch, &error));
      cr_assert_eq (batch.n_seq, (size_t) golden_notebook_sizes[i], "batch %zu", i);
      cr_assert_eq (batch.n_targets, 121 * batch.n_seq);
      cr_assert_float_eq (batch.loss_scale * (double) batch.n_targets, 1, 1e-12);
    }
  bench_close (&bench);
}

/* The last batch of an epoch may lack one sequence or all but one.  */
Test (task, has_epochs_of_any_size)
{
  static const struct { int epoch; size_t sizes[5]; } of[] = {
    { 7, { 4, 3, 4, 3, 4 } }, { 5, { 4, 1, 4, 1, 4 } }, { 8, { 4, 4, 4, 4, 4 } },
    { 3, { 3, 3, 3, 3, 3 } }
  };
  for (size_t e = 0; e < LENGTH (of); e++)
    {
      struct bench bench;
      struct tc_batch batch;
      read_run (&bench, "notebook");
      options_of (&bench)->n = 2;
      options_of (&bench)->epoch_size = of[e].epoch;
      bench_open (&bench);
      for (size_t i = 0; i < 5; i++)
        {
          OK (bench.task.next (bench.task.self, &batch, &error));
          cr_assert_eq (batch.n_seq, of[e].sizes[i], "epoch %d, batch %zu", of[e].epoch, i);
        }
      bench_close (&bench);
    }
}

Test (task, asks_for_every_token_but_the_first)
{
  struct tc_permutation_set set;
  struct tc_batch batch;
  static const int32_t first[] = { 10, 20, 30 };
  OK (tc_permutation_set_alloc (&set, 3, 2, &error));
  tc_permutation_set_sequence (&set, 0, first);
  tc_permutation_set_sequence (&set, 1, first);
  tc_permutation_batch (&set, 2, &batch);
  for (size_t k = 0; k < 50; k++)
    {
      int32_t p = batch.target_pos[k];
      cr_assert_eq (batch.target_seq[k], (int32_t) (k / 25));
      cr_assert_eq (p, (int32_t) (k % 25));
      cr_assert_eq (batch.target[k], batch.tokens[(k / 25) * 26 + (size_t) p + 1]);
      cr_assert_eq (batch.target_group[k], p >= 1 && p <= 3 ? p - 1 : 3);
    }
  tc_permutation_set_free (&set);
}

/* Test batches come from the end of the list, and go round.  */
Test (task, tests_on_what_it_does_not_train_on)
{
  struct bench bench;
  struct tc_batch batch;
  int32_t first[4];
  read_run (&bench, "n-3");
  options_of (&bench)->n_test = 7;
  options_of (&bench)->test_size = 5;
  bench_open (&bench);
  const struct tc_permutation_list *list = tc_permutation_list_of (bench.task.self);
  for (size_t taken = 0; taken < 30; taken += 5)
    {
      OK (bench.task.next_test (bench.task.self, &batch, &error));
      for (size_t i = 0; i < 5; i++)
        {
          tc_permutation_get (list, 37820 - 7 + (taken + i) % 7, first);
          cr_assert_eq (memcmp (batch.tokens + i * 26 + 2, first, 3 * 4), 0);
        }
    }
  bench_close (&bench);
}

Test (task, continues_from_its_state)
{
  struct bench one, two;
  struct tc_batch x, y;
  read_run (&one, "unsorted");
  read_run (&two, "unsorted");
  options_of (&one)->epoch_size = options_of (&two)->epoch_size = 90;
  bench_open (&one);
  bench_open (&two);
  uint32_t *state = calloc (one.task.n_state, sizeof *state);
  for (int i = 0; i < 5; i++)
    {
      OK (one.task.next (one.task.self, &x, &error));
      OK (one.task.next_test (one.task.self, &x, &error));
    }
  one.task.save_state (one.task.self, state);
  two.task.load_state (two.task.self, state);
  for (int i = 0; i < 3; i++)
    {
      OK (one.task.next (one.task.self, &x, &error));
      OK (two.task.next (two.task.self, &y, &error));
      cr_assert_eq (x.n_seq, y.n_seq);
      cr_assert_eq (memcmp (x.tokens, y.tokens, x.n_seq * 122 * 4), 0);
      OK (one.task.next_test (one.task.self, &x, &error));
      OK (two.task.next_test (two.task.self, &y, &error));
      cr_assert_eq (memcmp (x.tokens, y.tokens, x.n_seq * 122 * 4), 0);
    }
  free (state);
  bench_close (&one);
  bench_close (&two);
}

Test (task, refuses_what_cannot_be)
{
  struct bench bench;
  bench_start (&bench, &tc_permutation_experiment);
  options_of (&bench)->n = 6;
  cr_assert_eq (tc_setup_finish (&bench.setup, &tc_permutation_experiment, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "--n 6 gives sequences of 5042 tokens; expected at most "
                    "1024 tokens, --n 5");
  options_of (&bench)->n = 2;
  options_of (&bench)->n_test = 1891;
  cr_assert_eq (tc_setup_finish (&bench.setup, &tc_permutation_experiment, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "--n-test 1891 leaves none of 1891 combinations to train "
                    "on");
  tc_setup_free (&bench.setup);
}

/* ---- Completion ---- */

Test (starts, are_the_end_of_the_list)
{
  struct tc_permutation_list list;
  struct tc_permutation_starts plain, other;
  struct tc_mt19937 stream;
  tc_python_seed (&stream, 0);
  OK (tc_permutation_list_alloc (&list, 3, 500, &stream, &error));
  OK (tc_permutation_starts_alloc (&plain, &list, 500, TC_PERMUTATION_ASCENDING, 1, &error));
  for (size_t i = 0; i < 500; i++)
    for (size_t slot = 0; slot < 3; slot++)
      cr_assert_eq (plain.first[i * 3 + slot], list.tokens[(list.n_train + i) * 3 + slot]);
  OK (tc_permutation_starts_alloc (&other, &list, 500, TC_PERMUTATION_ANY_ORDER, 1, &error));
  size_t ascending = 0;
  for (size_t i = 0; i < 500; i++)
    {
      const int32_t *x = plain.first + i * 3, *y = other.first + i * 3;
      cr_assert_eq (x[0] + x[1] + x[2], y[0] + y[1] + y[2]);
      ascending += memcmp (x, y, 3 * sizeof *x) == 0;
    }
  cr_assert (ascending > 50 && ascending < 120, "%zu of 500 in order", ascending);
  tc_permutation_starts_free (&other);
  OK (tc_permutation_starts_alloc (&other, &list, 500, TC_PERMUTATION_REPEATED, 1, &error));
  for (size_t i = 0; i < 500; i++)
    cr_assert (other.first[i * 3] == other.first[i * 3 + 2]
               && other.first[i * 3] != other.first[i * 3 + 1]);
  tc_permutation_starts_free (&other);
  tc_permutation_starts_free (&plain);
  tc_permutation_list_free (&list);
}

static void
leave_alone (const struct tc_activation *activation, void *user)
{
  (void) activation;
  ++*(int *) user;
}

/* Steps after which a model of three characters knows half.  */
enum { TRAINED = 31 };

/* A model that knows half: teacher forcing says of each sequence what greedy
   continuation does.  */
Test (score, foretells_greedy_continuation)
{
  struct bench bench;
  struct tc_table log;
  struct tc_permutation_starts starts;
  struct tc_permutation_score score, hooked;
  double exact;
  int calls = 0;
  const struct tc_hook hook = { "blocks.0.hook_attn_out", TC_FORWARD, leave_alone, &calls };
  read_run (&bench, "n-3");
  bench_open (&bench);
  bench_train (&bench, TRAINED, &log);
  const struct tc_permutation_list *list = tc_permutation_list_of (bench.task.self);
  OK (tc_permutation_starts_alloc (&starts, list, 200, TC_PERMUTATION_ANY_ORDER, 7, &error));
  OK (tc_permutation_measure (bench.compute, &bench.subject.model, &starts, NULL, &score,
                              &error));
  OK (tc_permutation_continue (bench.compute, &bench.subject.model, &starts, 200, &exact,
                               &error));
  cr_assert (exact > 0.1 && exact < 0.9, "%g", exact);
  cr_assert_eq (score.exact, exact);
  cr_assert_eq (score.n_sequences, 200);
  double slots = score.slot[0] + score.slot[1] + score.slot[2];
  cr_assert_float_eq ((slots + 22 * score.rest) / 25, score.loss, 1e-12);
  cr_assert_float_eq ((15 * score.characters + 6 * score.punctuation) / 21, score.tokens,
                      1e-12);
  OK (tc_permutation_measure (bench.compute, &bench.subject.model, &starts, &hook, &hooked,
                              &error));
  cr_assert_eq (calls, 4);
  cr_assert_eq (memcmp (&score, &hooked, sizeof score), 0);
  tc_permutation_starts_free (&starts);
  tc_table_free (&log);
  bench_close (&bench);
}
