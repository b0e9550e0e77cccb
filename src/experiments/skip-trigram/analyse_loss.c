#include "experiments/skip-trigram/analysis.h"

#include "experiments/measure.h"
#include "experiments/skip-trigram/figures.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the thinned log --- */

static bool
is_kept (const struct tc_skip_analysis *a, size_t row)
{
  int step = (int) tc_skip_log_column (a, "step", -1)[row * a->log.n_columns];
  return step < TC_SKIP_KEEP_ALL || step % TC_SKIP_KEEP_EVERY == 0 || row + 1 == a->log.n_rows;
}

static enum tc_status
write_rows (const struct tc_skip_analysis *a, struct tc_csv *csv, size_t n_columns,
            const double *const *column, bool rounded, struct tc_error *err)
{
  const double *step = tc_skip_log_column (a, "step", -1);
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      size_t at = row * a->log.n_columns;
      if (!is_kept (a, row))
        continue;
      tc_csv_int (csv, (long long) step[at]);
      for (size_t i = 0; i < n_columns; i++)
        if (rounded)
          tc_csv_float (csv, (float) column[i][at]);
        else
          tc_csv_real (csv, column[i][at]);
      enum tc_status status = tc_csv_end_row (csv, err);
      if (status != TC_OK)
        return status;
    }
  return TC_OK;
}

/* Writes NAME.csv: step and the given columns of the log.  */
static enum tc_status
write_log (const struct tc_skip_analysis *a, const char *name, const char *title,
           const struct tc_csv_columns *columns, const double *const *column, bool rounded,
           struct tc_error *err)
{
  struct tc_csv csv;
  enum tc_status status = tc_skip_csv (a, &csv, name, title, columns, err);
  if (status != TC_OK)
    return status;
  status = write_rows (a, &csv, columns->n - 1, column, rounded, err);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_loss (const struct tc_skip_analysis *a, struct tc_error *err)
{
  const double *column[2] = { tc_skip_log_column (a, "loss", -1),
                              tc_skip_log_column (a, "test_loss", -1) };
  bool has_test = a->is_finite && column[1] != NULL;
  struct tc_csv_columns columns;
  enum tc_status status = tc_csv_columns_alloc (&columns, 3, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "step", "updates made before it; every step to 500, then every "
                      "10th and the last");
      tc_csv_columns_add (&columns, "loss", "mean loss of the step's training batch, nats");
      if (has_test)
        tc_csv_columns_add (&columns, "test_loss",
                        "mean loss of a fresh test batch after the step's update, nats");
      status = write_log (a, "loss", "Training loss of the skip-trigram run", &columns,
                          column, false, err);
    }
  tc_csv_columns_free (&columns);
  return status;
}

static enum tc_status
write_trigrams (const struct tc_skip_analysis *a, struct tc_error *err)
{
  size_t n = (size_t) a->n, n_columns = a->is_finite ? 2 * n : n;
  const double **column = calloc (n_columns, sizeof *column);
  struct tc_csv_columns columns;
  enum tc_status status = tc_csv_columns_alloc (&columns, n_columns + 1, err);
  if (status == TC_OK && column == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu columns", n_columns);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, "step", "updates made before it; every step to 500, then every "
                      "10th and the last");
      tc_skip_column_each (&columns, "loss", a->n,
                           "mean loss, nats, of the batch's sequences with trigram 0");
      if (a->is_finite)
        tc_skip_column_each (&columns, "test_loss", a->n, "the same of the test batch");
      for (size_t i = 0; i < n_columns; i++)
        column[i] = tc_skip_log_column (a, i < n ? "loss_trigram" : "test_loss_trigram",
                                        (int) (i % n));
      status = write_log (a, "trigrams", "Loss of each trigram; trigram k's trigger is token "
                          "rand_size + 2 + k", &columns, column, true, err);
    }
  tc_csv_columns_free (&columns);
  free (column);
  return status;
}

/* --- onsets --- */

/* The first step at which trigram k's loss, smoothed, is below half of what it
   was in the first window.  */
static double
onset_of (const struct tc_skip_analysis *a, int k)
{
  const double *series = tc_skip_log_column (a, "loss_trigram", k);
  const double *step = tc_skip_log_column (a, "step", -1);
  size_t n = a->log.n_rows, stride = a->log.n_columns;
  double initial = tc_smoothed (series, n, stride, TC_SKIP_WINDOW / 2, TC_SKIP_WINDOW);
  long row = tc_first_below (series, n, stride, TC_SKIP_WINDOW, initial / 2);
  return row < 0 ? NAN : step[(size_t) row * stride];
}

/* A round number of steps that shows the phase change and as much again.  */
static int
close_up (const struct tc_skip_analysis *a)
{
  int steps = a->session->setup.training.steps;
  double last = 0;
  for (int k = 0; k < a->n; k++)
    {
      if (isnan (a->onset[k]))
        return steps;
      last = fmax (last, a->onset[k]);
    }
  int view = 100 * (int) ceil (last * 2 / 100);
  return view < steps ? view : steps;
}

/* A number of steps, or a dash for never.  */
static void
write_step (const struct tc_skip_analysis *a, const char *name, double step)
{
  if (isnan (step))
    tc_macros_real (a->macros, name, NAN, 1);
  else
    tc_macros_int (a->macros, name, (long long) step);
}

static void
describe_onsets (struct tc_skip_analysis *a)
{
  double first = NAN, last = NAN;
  int n_learnt = 0;
  for (int k = 0; k < a->n; k++)
    {
      first = fmin (first, a->onset[k]);
      last = fmax (last, a->onset[k]);
      n_learnt += !isnan (a->onset[k]);
    }
  tc_macros_int (a->macros, "Learnt", n_learnt);
  tc_macros_int (a->macros, "Window", TC_SKIP_WINDOW);
  write_step (a, "FirstOnset", first);
  write_step (a, "LastOnset", last);
  write_step (a, "OnsetSpread", last - first);
}

/* --- macros --- */

static double
log_value (const struct tc_skip_analysis *a, const char *name, int step)
{
  const double *steps = tc_skip_log_column (a, "step", -1);
  const double *values = tc_skip_log_column (a, name, -1);
  for (size_t row = 0; values != NULL && row < a->log.n_rows; row++)
    if (steps[row * a->log.n_columns] == step)
      return values[row * a->log.n_columns];
  return NAN;
}

/* Mean over the last hundred logged steps: one batch fluctuates.  */
static double
last_mean (const struct tc_skip_analysis *a, const char *name)
{
  const double *values = tc_skip_log_column (a, name, -1);
  size_t n = a->log.n_rows, count = n < 100 ? n : 100;
  double sum = 0;
  if (values == NULL)
    return NAN;
  for (size_t row = n - count; row < n; row++)
    sum += values[row * a->log.n_columns];
  return sum / (double) count;
}

static double
first_step_below (const struct tc_skip_analysis *a, const char *name, double threshold)
{
  const double *values = tc_skip_log_column (a, name, -1);
  if (values == NULL)
    return NAN;
  long row = tc_first_below (values, a->log.n_rows, a->log.n_columns, TC_SKIP_WINDOW, threshold);
  return row < 0 ? NAN
         : tc_skip_log_column (a, "step", -1)[(size_t) row * a->log.n_columns];
}

/* What the configuration says, for the paper.  */
static void
describe_setup (struct tc_skip_analysis *a)
{
  const struct tc_setup *setup = &a->session->setup;
  const struct tc_optimizer_options *optimizer = &setup->training.optimizer;
  tc_macros_int (a->macros, "Steps", setup->training.steps);
  tc_macros_int (a->macros, "Trigrams", a->n);
  tc_macros_int (a->macros, "Length", a->task->seq_len);
  tc_macros_int (a->macros, "Context", setup->config.n_ctx);
  tc_macros_int (a->macros, "Vocabulary", setup->config.d_vocab);
  tc_macros_int (a->macros, "FirstTrigger", tc_skip_trigram_trigger (a->task, 0));
  tc_macros_int (a->macros, "LastTrigger", tc_skip_trigram_trigger (a->task, a->n - 1));
  tc_macros_int (a->macros, "BatchSize", a->task->batch_size);
  tc_macros_int (a->macros, "ModelWidth", setup->config.d_model);
  tc_macros_int (a->macros, "HeadWidth", setup->config.d_head);
  tc_macros_int (a->macros, "Seed", (long long) setup->data_seed);
  tc_macros_real (a->macros, "Rate", optimizer->lr, 1);
  tc_macros_real (a->macros, "Decay", optimizer->weight_decay, 1);
  tc_macros_real (a->macros, "Eps", optimizer->eps, 1);
}

static void
describe_losses (struct tc_skip_analysis *a)
{
  tc_macros_real (a->macros, "UniformLoss", tc_log64 (a->n), 4);
  tc_macros_real (a->macros, "InitialLoss", log_value (a, "loss", 0), 4);
  tc_macros_real (a->macros, "LossAtHundred", log_value (a, "loss", 100), 4);
  tc_macros_real (a->macros, "LossAtTwoHundred", log_value (a, "loss", 200), 4);
  tc_macros_real (a->macros, "FinalLoss", last_mean (a, "loss"), 4);
  write_step (a, "HalfLossStep", first_step_below (a, "loss", tc_log64 (a->n) / 2));
  if (!a->is_finite)
    return;
  tc_macros_int (a->macros, "Examples", a->task->n_data);
  tc_macros_real (a->macros, "FinalTestLoss", last_mean (a, "test_loss"), 3);
  tc_macros_real (a->macros, "TestLossAtTwoHundred", log_value (a, "test_loss", 200), 4);
  write_step (a, "HalfTestLossStep", first_step_below (a, "test_loss", tc_log64 (a->n) / 2));
  write_step (a, "TrainTenthStep", first_step_below (a, "loss", 0.1));
  write_step (a, "TestTenthStep", first_step_below (a, "test_loss", 0.1));
}

enum tc_status
tc_skip_report_loss (struct tc_skip_analysis *a, struct tc_error *err)
{
  for (int k = 0; k < a->n; k++)
    if (tc_skip_log_column (a, "loss_trigram", k) == NULL)
      return tc_fail (err, TC_EFORMAT, "%s/loss.csv has no column loss_trigram_%d",
                      a->session->folder, k);
  for (int k = 0; k < a->n; k++)
    a->onset[k] = onset_of (a, k);
  a->view = close_up (a);
  describe_setup (a);
  describe_losses (a);
  describe_onsets (a);
  enum tc_status status = write_loss (a, err);
  if (status == TC_OK)
    status = write_trigrams (a, err);
  if (status == TC_OK)
    status = tc_skip_figure_loss (a, err);
  if (status == TC_OK)
    status = tc_skip_figure_trigrams (a, err);
  if (status == TC_OK && a->is_finite)
    status = tc_skip_figure_generalisation (a, err);
  return status;
}
