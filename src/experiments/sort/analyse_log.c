/* The log in short, and how well the trained model sorts: loss.csv, accuracy.csv.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures.h"
#include "experiments/sort/score.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdio.h>

/* ---- loss.csv ---- */

static bool
is_kept (const struct tc_sort_analysis *a, size_t row)
{
  long step = (long) tc_sort_log_value (a, "step", row);
  bool is_first = tc_sort_is_first (a);
  long every = is_first && step < 100 ? 1 : is_first && step < 1000 ? 10
               : step < 10000 ? 100 : 500;
  return step % every == 0 || row + 1 == a->log.n_rows;
}

static enum tc_status
write_log (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made before it; of the steps in the log every one below 100, every "
      "10th below 1000 (of further seeds of a run neither), every 100th below 10,000, then "
      "every 500th, and the last" },
    { "loss", "training batch, before the update, nats per token" },
    { "accuracy", "training batch: fraction of lists with every token right" },
    { "token_accuracy", "training batch: fraction of tokens that are right" },
    { "validation_loss", "validation lists, after the update, nats per token" },
    { "validation_accuracy", "fraction of them with every token right" },
    { "validation_token_accuracy", "fraction of their tokens that are right" },
    { "lr", "learning rate of the update" }
  };
  static const char *const sources[] = { "step", "loss", "accuracy", "token_accuracy",
                                         "test_loss", "test_accuracy", "test_token_accuracy" };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "loss", "Training log of the sorting "
                                          "run", sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < a->log.n_rows; row++)
    {
      if (!is_kept (a, row))
        continue;
      for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        tc_csv_real (&csv, tc_sort_log_value (a, sources[i], row));
      double lr = tc_sort_log_value (a, "lr", row);
      tc_csv_real (&csv, isnan (lr) ? a->session->setup.training.optimizer.lr : lr);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* Means over the last part of the log: single batches say little.  */
static void
report_end (struct tc_sort_analysis *a)
{
  enum { LAST = 100 };
  size_t n = a->log.n_rows, from = n > LAST ? n - LAST : 0;
  double loss = 0, accuracy = 0, token_accuracy = 0;
  for (size_t row = from; row < n; row++)
    {
      loss += tc_sort_log_value (a, "loss", row);
      accuracy += tc_sort_log_value (a, "accuracy", row);
      token_accuracy += tc_sort_log_value (a, "token_accuracy", row);
    }
  double count = (double) (n - from);
  tc_macros_int (a->macros, "Updates", (long long) tc_sort_log_value (a, "step", n - 1) + 1);
  tc_macros_real (a->macros, "FirstLoss", tc_sort_log_value (a, "loss", 0), 5);
  tc_macros_real (a->macros, "FinalLoss", loss / count, 3);
  tc_macros_real (a->macros, "FinalBatchAccuracy", 100 * accuracy / count, 4);
  tc_macros_real (a->macros, "FinalBatchTokenAccuracy", 100 * token_accuracy / count, 4);
}

/* What the text says of task and model.  */
static void
report_settings (struct tc_sort_analysis *a)
{
  const struct tc_setup *setup = &a->session->setup;
  tc_macros_int (a->macros, "ListLength", a->task->list_length);
  tc_macros_int (a->macros, "Values", a->task->n_values);
  tc_macros_int (a->macros, "BatchSize", a->task->batch_size);
  tc_macros_int (a->macros, "TestSize", a->task->test_size);
  tc_macros_int (a->macros, "Data", a->task->n_data);
  tc_macros_int (a->macros, "Context", setup->config.n_ctx);
  tc_macros_int (a->macros, "Vocabulary", setup->config.d_vocab);
  tc_macros_int (a->macros, "ModelWidth", setup->config.d_model);
  tc_macros_int (a->macros, "HeadWidth", setup->config.d_head);
  tc_macros_int (a->macros, "MlpWidth", setup->config.d_mlp);
  tc_macros_int (a->macros, "Seed", (long long) setup->model_seed);
  tc_macros_real (a->macros, "Rate", setup->training.optimizer.lr, 1);
  tc_macros_int (a->macros, "Patience", setup->training.schedule.patience);
  tc_macros_int (a->macros, "Parameters", (long long) a->session->learner.params->count);
  tc_macros_real (a->macros, "UniformLoss", tc_log64 (setup->config.d_vocab), 5);
}

/* ---- accuracy.csv ---- */

static enum tc_status
write_score (struct tc_sort_analysis *a, struct tc_csv *csv, const char *set, uint64_t seed,
             size_t lists, int length, struct tc_sort_score *score, struct tc_error *err)
{
  enum tc_status status = tc_sort_score_lists (a, seed, lists, length, score, err);
  if (status != TC_OK)
    return status;
  tc_csv_text (csv, set);
  tc_csv_int (csv, (long long) score->lists);
  tc_csv_int (csv, length);
  tc_csv_real (csv, score->loss);
  tc_csv_real (csv, score->accuracy);
  tc_csv_real (csv, score->token_accuracy);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_scores (struct tc_sort_analysis *a, struct tc_csv *csv, struct tc_error *err)
{
  const struct tc_sort_options *task = a->task;
  size_t n = (size_t) task->test_size;
  int length = task->list_length;
  struct tc_sort_score validation, test, many, shorter;
  enum tc_status status = write_score (a, csv, "validation", task->validation_seed, n, length,
                                       &validation, err);
  if (status == TC_OK)
    status = write_score (a, csv, "test", task->test_seed, n, length, &test, err);
  if (status == TC_OK)
    status = write_score (a, csv, "many", task->test_seed, TC_SORT_MANY, length, &many, err);
  for (int l = 1; status == TC_OK && task->variable_length && l <= length; l++)
    {
      char set[32];
      snprintf (set, sizeof set, "length %d", l);
      status = write_score (a, csv, set, task->test_seed, TC_SORT_MANY, l, &shorter, err);
    }
  if (status != TC_OK)
    return status;
  a->many = many;
  tc_macros_real (a->macros, "ValidationAccuracy", 100 * validation.accuracy, 4);
  tc_macros_real (a->macros, "TestAccuracy", 100 * test.accuracy, 4);
  tc_macros_int (a->macros, "Many", TC_SORT_MANY);
  tc_macros_real (a->macros, "Accuracy", 100 * many.accuracy, 4);
  tc_macros_real (a->macros, "TokenAccuracy", 100 * many.token_accuracy, 5);
  tc_macros_real (a->macros, "Loss", many.loss, 3);
  return TC_OK;
}

static enum tc_status
write_accuracy (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "set", "which lists: the validation set, the test set, many that begin with it; of a "
      "run of varying length also many of each length" },
    { "lists", "how many" },
    { "length", "values in each" },
    { "loss", "nats per token" },
    { "accuracy", "fraction of lists with every token right, each from the right ones before" },
    { "token_accuracy", "fraction of tokens that are right" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "accuracy",
                                          "How well the trained model sorts",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  return tc_csv_finish (&csv, write_scores (a, &csv, err), err);
}

enum tc_status
tc_sort_report_log (struct tc_sort_analysis *a, struct tc_error *err)
{
  enum tc_status status = write_log (a, err);
  if (status == TC_OK)
    status = write_accuracy (a, err);
  if (status != TC_OK)
    return status;
  report_settings (a);
  report_end (a);
  return tc_sort_figure_loss (a, err);
}
