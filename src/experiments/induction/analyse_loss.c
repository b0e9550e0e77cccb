/* The loss over training: when it falls, where it ends, copy by copy.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"
#include "experiments/measure.h"

#include <math.h>
#include <stdlib.h>

/* A row is published of so many steps: every test, and what figures want.  */
static size_t
thinning (const struct tc_induction_analysis *a)
{
  return a->is_main ? 4 : a->is_finite ? 10 : 12;
}

/* The notebook's running mean of every row; allocated.  */
static double *
running_mean (const struct tc_induction_analysis *a)
{
  const double *loss = tc_induction_column (a, "loss");
  double *running = calloc (a->log.n_rows + 1, sizeof *running), mean = 5.2;
  for (size_t row = 0; running != NULL && row < a->log.n_rows; row++)
    {
      mean = 0.99 * mean + (1 - 0.99) * loss[row * a->log.n_columns];
      running[row] = mean;
    }
  return running;
}

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const double *running, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "training step" },
    { "loss", "loss of the step's batch, the notebook's unit (nats times 85/84)" },
    { "running", "the notebook's running mean of it" },
    { "smooth", "centred mean over 51 steps" },
    { "copy_2", "the same of the second copy's tokens, nats" },
    { "copy_3", "the same of the third copy's tokens, nats" },
    { "accuracy", "share of scored tokens with the largest logit" },
    { "test_loss", "loss on the test set, the notebook's unit; empty: not measured" }
  };
  static const char *const names[] = { "loss", "loss_copy_2", "loss_copy_3" };
  const size_t stride = a->log.n_columns;
  const double *step = tc_induction_column (a, "step"), *loss = tc_induction_column (a, "loss");
  const double *accuracy = tc_induction_column (a, "accuracy");
  const double *test = tc_induction_column (a, "test_loss");
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "loss", "Loss over training", 8,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < a->log.n_rows; row += thinning (a))
    {
      tc_csv_int (&csv, (long long) step[row * stride]);
      tc_csv_real (&csv, loss[row * stride]);
      tc_csv_real (&csv, running[row]);
      for (int k = 0; k < 3; k++)
        tc_csv_real (&csv, tc_smoothed (tc_induction_column (a, names[k]), a->log.n_rows,
                                        stride, row, TC_INDUCTION_WINDOW));
      tc_csv_real (&csv, accuracy[row * stride]);
      tc_csv_real (&csv, test == NULL ? NAN : test[row * stride]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The step about which the smoothed loss falls most within a window.  */
static double
steepest (const struct tc_induction_analysis *a)
{
  const double *loss = tc_induction_column (a, "loss"), *step = tc_induction_column (a, "step");
  const size_t n = a->log.n_rows, stride = a->log.n_columns, half = TC_INDUCTION_WINDOW / 2;
  double best = -HUGE_VAL, at = NAN, window = TC_INDUCTION_WINDOW;
  for (size_t row = 2 * half; row + 2 * half < n; row++)
    {
      double fall = tc_smoothed (loss, n, stride, row - half, (int) window)
                    - tc_smoothed (loss, n, stride, row + half, (int) window);
      if (fall > best)
        {
          best = fall;
          at = step[row * stride];
        }
    }
  return at;
}

static void
write_numbers (struct tc_induction_analysis *a, const double *running)
{
  enum { MANY = 100, LATE = 500 };
  const size_t n = a->log.n_rows;
  const double *loss = tc_induction_column (a, "loss");
  double copy_2 = tc_induction_mean_before (a, tc_induction_column (a, "loss_copy_2"), n, LATE);
  double copy_3 = tc_induction_mean_before (a, tc_induction_column (a, "loss_copy_3"), n, LATE);
  tc_induction_number (a, "Steps", (double) n, 0);
  tc_induction_number (a, "BelowFour", tc_induction_first_below (a, 4), 0);
  tc_induction_number (a, "BelowTwo", tc_induction_first_below (a, 2), 0);
  tc_induction_number (a, "BelowOne", tc_induction_first_below (a, 1), 0);
  tc_induction_number (a, "Steepest", steepest (a), 0);
  tc_induction_number (a, "LossAtThreeThousand",
                       tc_induction_mean_before (a, loss, 3000, MANY), 3);
  tc_induction_number (a, "FinalLoss", tc_induction_mean_before (a, loss, n, MANY), 3);
  tc_induction_number (a, "FinalRunning", n > 0 ? running[n - 1] : NAN, 4);
  tc_induction_number (a, "FinalAccuracy", 100 * tc_induction_mean_before
                       (a, tc_induction_column (a, "accuracy"), n, MANY), 3);
  tc_induction_number (a, "LateCopyTwo", copy_2, 3);
  tc_induction_number (a, "LateCopyThree", copy_3, 3);
  tc_induction_number (a, "InContext", copy_3 - copy_2, 2);
}

/* Test losses: the last, the lowest and its epoch; and when training was learnt.  */
static void
write_test_numbers (struct tc_induction_analysis *a)
{
  const double *test = tc_induction_column (a, "test_loss");
  const double *step = tc_induction_column (a, "step");
  const double batches = a->task->num_batches;
  double last = NAN, lowest = NAN, highest = NAN, at = NAN;
  for (size_t row = 0; test != NULL && row < a->log.n_rows; row++)
    {
      double value = test[row * a->log.n_columns];
      if (isnan (value))
        continue;
      last = value;
      highest = value > highest || isnan (highest) ? value : highest;
      if (value < lowest || isnan (lowest))
        {
          lowest = value;
          at = step[row * a->log.n_columns] / batches;
        }
    }
  tc_induction_number (a, "Epochs", (double) a->log.n_rows / batches, 0);
  tc_induction_number (a, "Examples", batches * a->task->batch_size, 0);
  tc_induction_number (a, "TestExamples",
                       (double) a->task->test_batches * a->task->batch_size, 0);
  tc_induction_number (a, "TestFinal", last, 3);
  tc_induction_number (a, "TestLowest", lowest, 3);
  tc_induction_number (a, "TestLowestEpoch", at, 0);
  tc_induction_number (a, "TestHighest", highest, 3);
  tc_induction_number (a, "TrainBelowOneEpoch", tc_induction_first_below (a, 1) / batches, 0);
}

enum tc_status
tc_induction_report_loss (struct tc_induction_analysis *a, struct tc_error *err)
{
  double *running = running_mean (a);
  if (running == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a running mean");
  enum tc_status status = write_csv (a, running, err);
  write_numbers (a, running);
  free (running);
  if (a->is_finite)
    write_test_numbers (a);
  if (status == TC_OK && a->is_main)
    status = tc_induction_figure_loss (a, err);
  if (status == TC_OK && a->is_finite)
    status = tc_induction_figure_finite (a, err);
  return status;
}
