#include "experiments/addition/analysis.h"

#include "experiments/addition/figures.h"
#include "experiments/measure.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Fixed data: losses on the training set, on the notebook's test stream and on the
   stream with a seed of its own.  */

/* Recorded tests that a threshold is read over: one batch is noisy.  */
enum { TEST_WINDOW = 5, LAST_TESTS = 20 };

/* ---- Losses ---- */

/* The mean over the digits of PREFIX_0 ... in row `row` of the log.  */
static double
mean_of (const struct tc_addition_analysis *a, const char *prefix, size_t row)
{
  double sum = 0;
  for (size_t k = 0; k < a->n_answers; k++)
    {
      const double *column = tc_addition_log_column (a, prefix, (int) k);
      sum += column == NULL ? NAN : column[row * a->log.n_columns];
    }
  return sum / (double) a->n_answers;
}

static void
name_columns (const struct tc_addition_analysis *a, struct tc_csv_columns *columns)
{
  int n = (int) a->n_answers;
  tc_csv_columns_add (columns, "step", "updates made before it; steps with a test");
  tc_csv_columns_add (columns, "loss", "mean loss of the training set, nats per answer digit");
  tc_csv_columns_add (columns, "test", "mean loss of the notebook's test batch of that step");
  tc_csv_columns_add (columns, "fresh", "mean loss of a batch of the stream with its own seed");
  tc_csv_columns_add_each (columns, "tok", n, "loss of the leading digit, training set",
                           "digit");
  tc_csv_columns_add_each (columns, "test", n, "the same on the notebook's test batch",
                           "digit");
  tc_csv_columns_add_each (columns, "fresh", n, "the same on the stream with its own seed",
                           "digit");
}

static void
write_digits (const struct tc_addition_analysis *a, struct tc_csv *csv, const char *prefix,
              size_t row)
{
  for (size_t k = 0; k < a->n_answers; k++)
    tc_csv_float (csv, (float) tc_addition_log_column (a, prefix, (int) k)
                  [row * a->log.n_columns]);
}

static enum tc_status
write_rows (const struct tc_addition_analysis *a, struct tc_csv *csv, int stride,
            struct tc_error *err)
{
  const double *step = tc_addition_log_column (a, "step", -1);
  const double *loss = tc_addition_log_column (a, "loss", -1);
  const double *test = tc_addition_log_column (a, "test_loss", -1);
  enum tc_status status = TC_OK;
  for (size_t row = 0; status == TC_OK && row < a->log.n_rows; row++)
    {
      size_t at = row * a->log.n_columns;
      if (isnan (test[at]) || (long long) step[at] % stride != 0)
        continue;
      tc_csv_int (csv, (long long) step[at]);
      tc_csv_real (csv, loss[at]);
      tc_csv_real (csv, test[at]);
      tc_csv_float (csv, (float) mean_of (a, "test_loss_fresh_tok", row));
      write_digits (a, csv, "loss_tok", row);
      write_digits (a, csv, "test_loss_tok", row);
      write_digits (a, csv, "test_loss_fresh_tok", row);
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

/* Keeps the file below a thousand rows.  */
static int
stride_of (const struct tc_addition_analysis *a)
{
  int every = a->session->setup.training.test_every, stride = every;
  while (a->session->setup.training.steps / stride > 1000)
    stride += every;
  return stride;
}

static enum tc_status
write_finite (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_csv csv;
  struct tc_csv_columns columns;
  enum tc_status status = tc_csv_columns_alloc (&columns, 4 + 3 * a->n_answers, err);
  if (status == TC_OK)
    {
      name_columns (a, &columns);
      status = tc_session_csv (a->session, &csv, "finite", "Training and test losses on fixed "
                               "data", columns.n, columns.column, err);
    }
  if (status == TC_OK)
    {
      status = write_rows (a, &csv, stride_of (a), err);
      status = tc_csv_finish (&csv, status, err);
    }
  tc_csv_columns_free (&columns);
  return status;
}

/* ---- Macros ---- */

/* The mean of the fresh stream's digits as a column like those of the log.  */
static double *
fresh_mean (const struct tc_addition_analysis *a)
{
  double *mean = calloc (a->log.n_rows * a->log.n_columns + 1, sizeof *mean);
  for (size_t row = 0; mean != NULL && row < a->log.n_rows; row++)
    mean[row * a->log.n_columns] = mean_of (a, "test_loss_fresh_tok", row);
  return mean;
}

/* The highest centred mean of a test column, and its step.  */
static double
peak (const struct tc_addition_analysis *a, const double *column, double *at)
{
  const double *step = tc_addition_log_column (a, "step", -1);
  int window = TEST_WINDOW * a->session->setup.training.test_every;
  double highest = -INFINITY;
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      double x = tc_smoothed (column, a->log.n_rows, a->log.n_columns, row, window);
      if (x > highest)
        {
          highest = x;
          *at = step[row * a->log.n_columns];
        }
    }
  return highest;
}

static void
describe_stream (const struct tc_addition_analysis *a, const char *name, const double *column)
{
  char macro[64];
  double at = NAN, highest = peak (a, column, &at);
  int window = TEST_WINDOW * a->session->setup.training.test_every;
  snprintf (macro, sizeof macro, "%sPeak", name);
  tc_macros_real (a->macros, macro, highest, 3);
  snprintf (macro, sizeof macro, "%sPeakStep", name);
  tc_addition_macro_step (a, macro, at);
  snprintf (macro, sizeof macro, "%sBelowOne", name);
  tc_addition_macro_step (a, macro, tc_addition_first_below (a, column, window, 1));
  snprintf (macro, sizeof macro, "%sLast", name);
  tc_macros_real (a->macros, macro, tc_addition_last_mean (a, column, LAST_TESTS), 3);
}

static void
describe_digits (const struct tc_addition_analysis *a)
{
  for (size_t k = 0; k < a->n_answers; k++)
    {
      tc_addition_macro (a, "TrainLast", k, tc_addition_last_mean
                         (a, tc_addition_log_column (a, "loss_tok", (int) k), LAST_TESTS), 2);
      tc_addition_macro (a, "TestLast", k, tc_addition_last_mean
                         (a, tc_addition_log_column (a, "test_loss_tok", (int) k),
                          LAST_TESTS), 2);
      tc_addition_macro (a, "FreshLast", k, tc_addition_last_mean
                         (a, tc_addition_log_column (a, "test_loss_fresh_tok", (int) k),
                          LAST_TESTS), 2);
    }
}

static enum tc_status
describe (const struct tc_addition_analysis *a, struct tc_error *err)
{
  double *fresh = fresh_mean (a);
  if (fresh == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the log");
  tc_macros_int (a->macros, "Examples", a->task->n_data);
  tc_macros_int (a->macros, "FreshSize", a->task->fresh_size);
  tc_macros_int (a->macros, "TestEvery", a->session->setup.training.test_every);
  tc_addition_macro_step (a, "TrainBelowHundredth",
                          tc_addition_first_below (a, tc_addition_log_column (a, "loss", -1),
                                                   1, 0.01));
  tc_macros_int (a->macros, "PublishedExamples",
                 (long long) tc_addition_published ("finite_examples"));
  tc_macros_real (a->macros, "PublishedTestPeak",
                  tc_addition_published ("finite_test_peak"), 2);
  tc_addition_macro_step (a, "PublishedTestPeakStep",
                          tc_addition_published ("finite_test_peak_step"));
  tc_addition_macro_step (a, "PublishedTrainBelowHundredth",
                          tc_addition_published ("finite_train_below_0.01"));
  tc_addition_macro_step (a, "PublishedTestBelowOne",
                          tc_addition_published ("finite_test_below_1"));
  tc_macros_real (a->macros, "PublishedTestLast",
                  tc_addition_published ("finite_test_plateau"), 2);
  describe_stream (a, "Test", tc_addition_log_column (a, "test_loss", -1));
  describe_stream (a, "Fresh", fresh);
  describe_digits (a);
  free (fresh);
  return TC_OK;
}

bool
tc_addition_is_finite (const struct tc_addition_analysis *a)
{
  return a->is_finite && a->session->setup.training.test_every > 0;
}

enum tc_status
tc_addition_report_finite (struct tc_addition_analysis *a, struct tc_error *err)
{
  if (tc_addition_log_column (a, "test_loss", -1) == NULL
      || tc_addition_log_column (a, "test_loss_fresh_tok", a->num_digits) == NULL)
    return tc_fail (err, TC_EFORMAT, "%s/loss.csv has no test losses", a->session->folder);
  enum tc_status status = write_finite (a, err);
  if (status == TC_OK)
    status = describe (a, err);
  if (status == TC_OK)
    status = tc_addition_figure_generalisation (a, err);
  return status;
}
