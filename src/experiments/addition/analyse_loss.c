#include "experiments/addition/analysis.h"

#include "experiments/addition/figures.h"
#include "experiments/addition/theory.h"
#include "experiments/measure.h"
#include "report/csv_columns.h"

#include <stdio.h>

/* The logs, thinned and smoothed; what a predictor loses that knows less.  */

/* A published file may have 300 kB; a row of the log about eight bytes a column.  */
enum { MOST_CELLS = 30000, SMOOTH_ROWS = 600, DIGITS = 5 };

/* Every how many steps a file of n_columns keeps a row: 1, 2, 5, 10 ...  */
static int
stride_for (const struct tc_addition_analysis *a, size_t n_columns, size_t most_cells)
{
  static const int lead[] = { 1, 2, 5 };
  int stride = 1, decade = 1;
  for (int i = 0; a->log.n_rows * n_columns / (size_t) stride > most_cells; i++)
    {
      if (i % 3 == 2)
        decade *= 10;
      stride = lead[(i + 1) % 3] * decade;
    }
  return stride;
}

/* The columns of the log that are published: the training batch's.  */
static void
list_columns (const struct tc_addition_analysis *a, const double **column)
{
  column[0] = tc_addition_log_column (a, "loss", -1);
  for (size_t k = 0; k < a->n_answers; k++)
    column[1 + k] = tc_addition_log_column (a, "loss_tok", (int) k);
  column[1 + a->n_answers] = tc_addition_log_column (a, "accuracy", -1);
}

static void
name_columns (const struct tc_addition_analysis *a, struct tc_csv_columns *columns,
              const char *of_step)
{
  tc_csv_columns_add (columns, "step", of_step);
  tc_csv_columns_add (columns, "loss",
                      "mean loss of the training batch, nats per answer digit");
  tc_csv_columns_add_each (columns, "tok", (int) a->n_answers,
                           "mean loss of the leading answer digit, nats, to five digits",
                           "digit");
  tc_csv_columns_add (columns, "accuracy", "share of the batch's sums with every digit right");
}

/* Rows of the log every `stride` steps, smoothed over `window` of them.  */
static enum tc_status
write_rows (const struct tc_addition_analysis *a, struct tc_csv *csv, int stride, int window,
            struct tc_error *err)
{
  const double *step = tc_addition_log_column (a, "step", -1);
  const double *column[TC_ADDITION_MAX_DIGITS + 3];
  size_t width = a->log.n_columns, n = a->n_answers + 2;
  list_columns (a, column);
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      long long at = (long long) step[row * width];
      if (at % stride != 0 && row + 1 != a->log.n_rows)
        continue;
      tc_csv_int (csv, at);
      for (size_t i = 0; i < n; i++)
        {
          double x = tc_smoothed (column[i], a->log.n_rows, width, row, window);
          if (i == 0 && window == 1)
            tc_csv_real (csv, x);
          else
            tc_csv_real (csv, tc_rounded (x, DIGITS));
        }
      enum tc_status status = tc_csv_end_row (csv, err);
      if (status != TC_OK)
        return status;
    }
  return TC_OK;
}

static enum tc_status
write_log (const struct tc_addition_analysis *a, const char *name, const char *title,
           int stride, int window, struct tc_error *err)
{
  struct tc_csv csv;
  struct tc_csv_columns columns;
  char of_step[128];
  snprintf (of_step, sizeof of_step, "updates made before it; every %d and the last", stride);
  enum tc_status status = tc_csv_columns_alloc (&columns, a->n_answers + 3, err);
  if (status == TC_OK)
    {
      name_columns (a, &columns, of_step);
      status = tc_session_csv (a->session, &csv, name, title, columns.n, columns.column, err);
    }
  if (status == TC_OK)
    {
      status = write_rows (a, &csv, stride, window, err);
      status = tc_csv_finish (&csv, status, err);
    }
  tc_csv_columns_free (&columns);
  return status;
}

/* ---- Theory ---- */

static enum tc_status
write_theory (const struct tc_addition_analysis *a, const double *prefix, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "tok", "answer digit, the leading one first" },
    { "place", "what it counts" },
    { "uninformed", "loss without any information, nats" },
    { "prefix", "loss of one who sees only the answer's digits before it" },
    { "column", "loss of one who knows its column's two digits, not the carry" },
    { "column_and_next", "the same with the next column to the right" },
    { "column_and_two", "the same with two more" }
  };
  struct tc_csv csv;
  int n = a->num_digits;
  enum tc_status status = tc_session_csv (a->session, &csv, "theory",
                                          "Losses of predictors that know part of a sum",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int k = 0; status == TC_OK && k <= n; k++)
    {
      tc_csv_int (&csv, k);
      tc_csv_text (&csv, tc_addition_place (a, (size_t) k));
      tc_csv_real (&csv, tc_addition_uninformed (n, k));
      tc_csv_real (&csv, prefix[k]);
      for (int lower = 0; lower < 3; lower++)
        tc_csv_real (&csv, tc_addition_carry_loss (n, k, lower));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_levels (const struct tc_addition_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "known", "answer digits known beside the leading one" },
    { "level", "mean loss if nothing is known of the rest, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "levels",
                                          "Mean loss with some digits known", 2, columns, err);
  if (status != TC_OK)
    return status;
  for (int known = 0; status == TC_OK && known <= a->num_digits; known++)
    {
      tc_csv_int (&csv, known);
      tc_csv_real (&csv, tc_addition_level (a->num_digits, known));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Macros ---- */

/* What the configuration says, for the paper.  */
static void
describe_setup (const struct tc_addition_analysis *a)
{
  const struct tc_setup *setup = &a->session->setup;
  const struct tc_optimizer_options *optimizer = &setup->training.optimizer;
  struct tc_macros *m = a->macros;
  tc_macros_int (m, "Steps", setup->training.steps);
  tc_macros_int (m, "Digits", a->num_digits);
  tc_macros_int (m, "Context", setup->config.n_ctx);
  tc_macros_int (m, "BatchSize", a->task->batch_size);
  tc_macros_int (m, "ModelWidth", setup->config.d_model);
  tc_macros_int (m, "Heads", setup->config.n_heads);
  tc_macros_int (m, "HeadWidth", setup->config.d_head);
  tc_macros_int (m, "MlpWidth", setup->config.d_mlp);
  tc_macros_int (m, "Seed", (long long) setup->data_seed);
  tc_macros_real (m, "Rate", optimizer->lr, 1);
  tc_macros_real (m, "Decay", optimizer->weight_decay, 1);
  tc_macros_int (m, "WarmupSteps", setup->training.schedule.warmup_steps);
  tc_macros_int (m, "Window", TC_ADDITION_WINDOW);
}

static void
describe_theory (const struct tc_addition_analysis *a, const double *prefix)
{
  static const char *const names[] = { "LevelZero", "LevelOne", "LevelTwo", "LevelThree",
                                       "LevelFour", "LevelFive", "LevelSix", "LevelSeven",
                                       "LevelEight" };
  double mean = 0;
  for (size_t k = 0; k < a->n_answers; k++)
    mean += prefix[k] / (double) a->n_answers;
  tc_macros_real (a->macros, "Plateau", tc_addition_plateau (a->num_digits), 5);
  tc_macros_real (a->macros, "PrefixPlateau", mean, 5);
  tc_macros_real (a->macros, "UninformedDigit", tc_addition_uninformed (a->num_digits, 1), 5);
  for (size_t k = 0; k < a->n_answers; k++)
    {
      tc_macros_real (a->macros, names[k], tc_addition_level (a->num_digits, (int) k), 4);
      tc_addition_macro (a, "Prefix", k, prefix[k], 4);
    }
  tc_macros_real (a->macros, "CarryUnknown", tc_addition_carry_loss (a->num_digits, 1, 0), 4);
  tc_macros_real (a->macros, "CarryBeyondOne",
                  tc_addition_carry_loss (a->num_digits, 1, 1), 3);
  tc_macros_real (a->macros, "CarryBeyondTwo",
                  tc_addition_carry_loss (a->num_digits, 1, 2), 3);
}

/* Each digit's centred mean at a step when all that has been learnt is what the
   answer's digits say of one another.  */
static void
describe_early (const struct tc_addition_analysis *a)
{
  enum { EARLY = 150 };
  double mean = 0;
  if (a->log.n_rows <= EARLY)
    return;
  tc_macros_int (a->macros, "EarlyStep", EARLY);
  for (size_t k = 0; k < a->n_answers; k++)
    {
      double x = tc_smoothed (tc_addition_log_column (a, "loss_tok", (int) k), a->log.n_rows,
                              a->log.n_columns, EARLY, TC_ADDITION_WINDOW);
      tc_addition_macro (a, "Early", k, x, 4);
      mean += x / (double) a->n_answers;
    }
  tc_macros_real (a->macros, "EarlyLoss", mean, 4);
}

static void
describe_losses (const struct tc_addition_analysis *a)
{
  const double *loss = tc_addition_log_column (a, "loss", -1);
  tc_macros_real (a->macros, "InitialLoss", loss[0], 5);
  tc_macros_real (a->macros, "FinalLoss", tc_addition_last_mean (a, loss, 100), 3);
  if (!a->is_finite)
    tc_macros_real (a->macros, "FinalBatchAccuracy",
                    100 * tc_addition_last_mean (a, tc_addition_log_column (a, "accuracy", -1),
                                                 100), 3);
}

static enum tc_status
check_log (const struct tc_addition_analysis *a, struct tc_error *err)
{
  const double *column[TC_ADDITION_MAX_DIGITS + 3];
  list_columns (a, column);
  for (size_t i = 0; i < a->n_answers + 2; i++)
    if (column[i] == NULL || a->log.n_rows == 0)
      return tc_fail (err, TC_EFORMAT, "%s/loss.csv lacks rows, or a column of loss, "
                      "loss_tok_0 ... loss_tok_%d, accuracy", a->session->folder,
                      a->num_digits);
  return TC_OK;
}

enum tc_status
tc_addition_report_loss (struct tc_addition_analysis *a, struct tc_error *err)
{
  double prefix[TC_ADDITION_MAX_DIGITS + 1];
  int stride = stride_for (a, a->n_answers + 3, MOST_CELLS);
  int coarse = stride_for (a, 1, SMOOTH_ROWS);
  enum tc_status status = check_log (a, err);
  if (status != TC_OK)
    return status;
  tc_addition_prefix_losses (a->num_digits, prefix);
  describe_setup (a);
  describe_theory (a, prefix);
  describe_losses (a);
  describe_early (a);
  status = write_log (a, "loss", "Training loss, every answer digit's beside the mean", stride,
                      1, err);
  if (status == TC_OK)
    status = write_log (a, "smooth", "The same as centred means over 51 steps", coarse,
                        TC_ADDITION_WINDOW, err);
  if (status == TC_OK)
    status = write_theory (a, prefix, err);
  if (status == TC_OK)
    status = write_levels (a, err);
  if (status == TC_OK)
    status = tc_addition_figure_loss (a, err);
  if (status == TC_OK)
    status = tc_addition_figure_digits (a, err);
  return status;
}
