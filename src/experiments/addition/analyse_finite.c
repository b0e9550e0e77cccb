#include "experiments/addition/analysis.h"

#include "experiments/addition/figures.h"
#include "experiments/measure.h"
#include "report/csv_columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Fixed data: losses on the training set, on the notebook's test stream and on the
   stream with a seed of its own; and how much the two share with the training
   set.  */

/* Recorded tests that a threshold is read over: one batch is noisy.  */
enum { TEST_WINDOW = 5, LAST_TESTS = 20, OVERLAP_ROWS = 20 };

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

/* ---- Overlap ---- */

/* The training set's numbers and pairs of numbers, sorted.  */
struct seen
{
  uint64_t *number, *pair;
  size_t n_numbers, n_pairs;
};

/* One stream's count.  */
struct overlap { long long operands, operands_seen, pairs, pairs_seen; };

static int
compare (const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *) a, y = *(const uint64_t *) b;
  return (x > y) - (x < y);
}

static bool
contains (const uint64_t *sorted, size_t n, uint64_t x)
{
  return bsearch (&x, sorted, n, sizeof x, compare) != NULL;
}

/* The number in a row of tokens from column `from`.  */
static uint64_t
number_at (const struct tc_addition_analysis *a, const int32_t *row, size_t from)
{
  uint64_t number = 0;
  for (int i = 0; i < a->num_digits; i++)
    number = 10 * number + (uint64_t) row[from + (size_t) i];
  return number;
}

static void
read_row (const struct tc_addition_analysis *a, const struct tc_batch *batch, size_t i,
          uint64_t *x, uint64_t *y)
{
  const int32_t *row = batch->tokens + i * batch->n_pos;
  *x = number_at (a, row, 0);
  *y = number_at (a, row, (size_t) a->num_digits + 1);
}

/* x + y and y + x are one pair.  */
static uint64_t
pair_of (uint64_t x, uint64_t y)
{
  return x < y ? x << 32 | y : y << 32 | x;
}

static enum tc_status
collect (const struct tc_addition_analysis *a, const struct tc_batch *train, struct seen *seen,
         struct tc_error *err)
{
  seen->number = calloc (2 * train->n_seq + 1, sizeof *seen->number);
  seen->pair = calloc (train->n_seq + 1, sizeof *seen->pair);
  if (seen->number == NULL || seen->pair == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu pairs", train->n_seq);
  for (size_t i = 0; i < train->n_seq; i++)
    {
      uint64_t x, y;
      read_row (a, train, i, &x, &y);
      seen->number[seen->n_numbers++] = x;
      seen->number[seen->n_numbers++] = y;
      seen->pair[seen->n_pairs++] = pair_of (x, y);
    }
  qsort (seen->number, seen->n_numbers, sizeof *seen->number, compare);
  qsort (seen->pair, seen->n_pairs, sizeof *seen->pair, compare);
  return TC_OK;
}

static void
count_rows (const struct tc_addition_analysis *a, const struct seen *seen,
            const struct tc_batch *batch, size_t from, size_t to, struct overlap *overlap)
{
  for (size_t i = from; i < to; i++)
    {
      uint64_t x, y;
      read_row (a, batch, i, &x, &y);
      overlap->operands += 2;
      overlap->operands_seen += contains (seen->number, seen->n_numbers, x);
      overlap->operands_seen += contains (seen->number, seen->n_numbers, y);
      overlap->pairs++;
      overlap->pairs_seen += contains (seen->pair, seen->n_pairs, pair_of (x, y));
    }
}

static void
write_counts (struct tc_csv *csv, const struct overlap *overlap)
{
  tc_csv_int (csv, overlap->operands);
  tc_csv_int (csv, overlap->operands_seen);
  tc_csv_int (csv, overlap->pairs);
  tc_csv_int (csv, overlap->pairs_seen);
}

static void
describe_overlap (const struct tc_addition_analysis *a, const struct overlap total[2],
                  int full_batches)
{
  tc_macros_int (a->macros, "OverlapFullBatches", full_batches);
  tc_macros_int (a->macros, "OverlapTestOperands", total[0].operands);
  tc_macros_int (a->macros, "OverlapTestOperandsSeen", total[0].operands_seen);
  tc_macros_int (a->macros, "OverlapTestPairs", total[0].pairs);
  tc_macros_int (a->macros, "OverlapTestPairsSeen", total[0].pairs_seen);
  tc_macros_int (a->macros, "OverlapFreshOperands", total[1].operands);
  tc_macros_int (a->macros, "OverlapFreshOperandsSeen", total[1].operands_seen);
  tc_macros_int (a->macros, "OverlapFreshPairs", total[1].pairs);
  tc_macros_int (a->macros, "OverlapFreshPairsSeen", total[1].pairs_seen);
}

/* The test batch of a step.  Training asks for one only where it records a test, and
   only then the second stream goes on.  */
static enum tc_status
test_batch (const struct tc_addition_analysis *a, int step, uint32_t *state,
            struct tc_batch *batch, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  task->save_state (task->self, state);
  enum tc_status status = task->next_test (task->self, batch, err);
  if (step % a->session->setup.training.test_every != 0)
    task->load_state (task->self, state);
  return status;
}

/* Replays both test streams over the whole run; the first batches and the total are
   written.  */
static enum tc_status
count_overlap (const struct tc_addition_analysis *a, struct tc_csv *csv, struct seen *seen,
               uint32_t *state, struct tc_error *err)
{
  struct tc_task *task = &a->session->task;
  const struct tc_training_options *training = &a->session->setup.training;
  size_t scored = (size_t) a->task->batch_size;
  struct overlap total[2] = { { 0 }, { 0 } };
  struct tc_batch batch;
  int full = 0;
  enum tc_status status = TC_OK;
  for (int step = 0; status == TC_OK && step < training->steps; step++)
    {
      struct overlap now[2] = { { 0 }, { 0 } };
      status = task->next (task->self, &batch, err);
      if (status == TC_OK && step == 0)
        status = collect (a, &batch, seen, err);
      if (status == TC_OK)
        status = test_batch (a, step, state, &batch, err);
      if (status != TC_OK)
        return status;
      count_rows (a, seen, &batch, 0, scored, &now[0]);
      if (step % training->test_every == 0)
        count_rows (a, seen, &batch, scored, batch.n_seq, &now[1]);
      full += now[0].operands_seen == now[0].operands;
      for (int i = 0; i < 2; i++)
        {
          total[i].operands += now[i].operands;
          total[i].operands_seen += now[i].operands_seen;
          total[i].pairs += now[i].pairs;
          total[i].pairs_seen += now[i].pairs_seen;
        }
      if (step >= OVERLAP_ROWS)
        continue;
      tc_csv_int (csv, step);
      write_counts (csv, &now[0]);
      status = tc_csv_end_row (csv, err);
    }
  describe_overlap (a, total, full);
  return status;
}

static enum tc_status
write_overlap (const struct tc_addition_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "step whose test batch of the notebook it is" },
    { "operands", "numbers in the batch" },
    { "operands_seen", "of these, in the training set, as x or as y" },
    { "pairs", "sums in the batch" },
    { "pairs_seen", "of these, in the training set, in either order" }
  };
  struct tc_csv csv;
  struct seen seen = { 0 };
  enum tc_status status
    = tc_session_csv (a->session, &csv, "overlap", "What the notebook's first test batches share "
                      "with the training set", 5, columns, err);
  if (status != TC_OK)
    return status;
  uint32_t *state = calloc (a->session->task.n_state, sizeof *state);
  status = state == NULL ? tc_fail (err, TC_ENOMEM, "no memory for the generators' state")
    : count_overlap (a, &csv, &seen, state, err);
  status = tc_csv_finish (&csv, status, err);
  free (state);
  free (seen.number);
  free (seen.pair);
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
    status = write_overlap (a, err);
  if (status == TC_OK)
    status = describe (a, err);
  if (status == TC_OK)
    status = tc_addition_figure_generalisation (a, err);
  return status;
}
