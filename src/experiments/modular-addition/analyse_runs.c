#include "experiments/modular-addition/analysis.h"

#include "experiments/modular-addition/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables over runs, made by the analysis of `add`, which comes after the others. */

static const char *const seeds[] = { "add-seed-1", "add-seed-2" };
static const char *const functions[] = { "subtract", "x2xyy2", "random" };
enum { N_SEEDS = 3, N_FUNCTIONS = 4 };

/* Rows of function_losses.csv for each function, at most about.  */
enum { ROWS_OF_A_FUNCTION = 400 };

/* ---- Seeds ---- */

static int
ascending (const void *left, const void *right)
{
  double a = *(const double *) left, b = *(const double *) right;
  return (a > b) - (a < b);
}

/* "SeedMedian" + name and so on; a macro in the number's own digits.  */
static void
write_range_macros (const struct tc_modular_analysis *a, const struct tc_modular_number *number,
                    const double sorted[N_SEEDS])
{
  static const char *const prefixes[N_SEEDS] = { "SeedLow", "SeedMedian", "SeedHigh" };
  for (int i = 0; i < N_SEEDS; i++)
    {
      char name[64];
      snprintf (name, sizeof name, "%s%s", prefixes[i], number->name);
      if (number->digits == 0)
        tc_macros_int (a->macros, name, (long long) sorted[i]);
      else
        tc_macros_real (a->macros, name, sorted[i], number->digits);
    }
}

/* The row of a number that all seeds have.  */
static enum tc_status
write_seeds_row (const struct tc_modular_analysis *a, struct tc_csv *csv,
                 const struct tc_modular_number *number, const struct tc_table *others,
                 struct tc_error *err)
{
  double value[N_SEEDS] = { number->value, tc_modular_number_in (&others[0], number->name),
                            tc_modular_number_in (&others[1], number->name) };
  for (int i = 0; i < N_SEEDS; i++)
    if (isnan (value[i]))
      return TC_OK;
  tc_csv_text (csv, number->name);
  for (int i = 0; i < N_SEEDS; i++)
    tc_csv_real (csv, value[i]);
  qsort (value, N_SEEDS, sizeof *value, ascending);
  tc_csv_real (csv, value[N_SEEDS / 2]);
  tc_csv_real (csv, value[0]);
  tc_csv_real (csv, value[N_SEEDS - 1]);
  write_range_macros (a, number, value);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_seeds (const struct tc_modular_analysis *a, const struct tc_table *others,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "quantity", "a number's name, as in summary.csv" },
    { "add", "seed 0" }, { "add_seed_1", "seed 1" }, { "add_seed_2", "seed 2" },
    { "median", "of the three" }, { "low", "least" }, { "high", "greatest" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "seeds",
                                          "Three seeds of the sum: every number", 7, columns,
                                          err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_numbers && i < a->numbers_capacity; i++)
    status = write_seeds_row (a, &csv, &a->numbers[i], others, err);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_seeds (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_table others[N_SEEDS - 1] = { 0 };
  enum tc_status status = TC_OK;
  for (int i = 0; status == TC_OK && i < N_SEEDS - 1; i++)
    status = tc_session_table (a->session, seeds[i], "summary", &others[i], err);
  if (status == TC_OK)
    status = write_seeds (a, others, err);
  for (int i = 0; i < N_SEEDS - 1; i++)
    tc_table_free (&others[i]);
  return status;
}

/* ---- Functions ---- */

/* The numbers of this run, or of another's summary.  */
static double
number_of (const struct tc_modular_analysis *a, const struct tc_table *summary,
           const char *name)
{
  return summary == NULL ? tc_modular_own_number (a, name)
                         : tc_modular_number_in (summary, name);
}

static enum tc_status
write_functions (const struct tc_modular_analysis *a, const struct tc_table *summaries,
                 struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "function", "its name" }, { "Epochs", "updates made" },
    { "Memorised", "first epoch with a training loss below 0.01" },
    { "TestBelowOne", "first measured epoch with a test loss below 1" },
    { "FinalLoss", "training loss at the end, nats" },
    { "FinalTestLoss", "test loss at the end, nats" },
    { "FinalTestLossSwapSeen", "of test pairs whose swap trains, nats" },
    { "FinalTestLossSwapUnseen", "of the others, nats" },
    { "FinalTestAccuracyPercent", "percent of test pairs whose answer ranks first" },
    { "SquaresPeak", "greatest sum of squared weights" },
    { "SquaresFinal", "sum of squared weights at the end" },
    { "SeriesKeys", "key frequencies" },
    { "SeriesExplained", "logit variance explained by cos (w_k (answer - c))" },
    { "BasisFunctionAdditive", "percent of additive terms with 0.9 of the function" },
    { "BasisFunctionMultiplicative", "of multiplicative terms" },
    { "BasisLogitsAdditive", "percent of additive terms with 0.9 of the logits" },
    { "BasisLogitsMultiplicative", "of multiplicative terms" }
  };
  enum { N_COLUMNS = sizeof columns / sizeof *columns };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "functions",
                                          "The four functions side by side", N_COLUMNS, columns,
                                          err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < N_FUNCTIONS; i++)
    {
      tc_csv_text (&csv, i == 0 ? "add" : functions[i - 1]);
      for (size_t j = 1; j < N_COLUMNS; j++)
        tc_csv_real (&csv, number_of (a, i == 0 ? NULL : &summaries[i - 1], columns[j].name));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static double
cell (const struct tc_table *log, size_t row, const char *column)
{
  int at = tc_table_column (log, column);
  return at < 0 ? NAN : log->value[row * log->n_columns + (size_t) at];
}

/* Rows of one log, thinned to the tested steps of a multiple.  */
static enum tc_status
write_function_losses (struct tc_csv *csv, int function, const struct tc_table *log,
                       struct tc_error *err)
{
  enum tc_status status = TC_OK;
  size_t tested = 0, seen = 0;
  for (size_t row = 0; row < log->n_rows; row++)
    tested += !isnan (cell (log, row, "test_loss"));
  size_t keep = 1 + tested / ROWS_OF_A_FUNCTION;
  for (size_t row = 0; status == TC_OK && row < log->n_rows; row++)
    if (!isnan (cell (log, row, "test_loss")) && seen++ % keep == 0)
      {
        tc_csv_int (csv, function);
        tc_csv_int (csv, (long long) cell (log, row, "step"));
        tc_csv_float (csv, (float) cell (log, row, "loss"));
        tc_csv_float (csv, (float) cell (log, row, "test_loss_swap_seen"));
        tc_csv_float (csv, (float) cell (log, row, "test_loss_swap_unseen"));
        status = tc_csv_end_row (csv, err);
      }
  return status;
}

static enum tc_status
write_losses (const struct tc_modular_analysis *a, const struct tc_table *logs,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "function", "0 add, 1 subtract, 2 x2xyy2, 3 random" }, { "step", "updates made" },
    { "loss", "training loss, nats" },
    { "test_loss_swap_seen", "test loss of pairs whose swap trains, nats" },
    { "test_loss_swap_unseen", "of the others, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "function_losses",
                                          "Losses of the four functions", 5, columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < N_FUNCTIONS; i++)
    status = write_function_losses (&csv, i, i == 0 ? &a->log : &logs[i - 1], err);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_functions (const struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_table summaries[N_FUNCTIONS - 1] = { 0 }, logs[N_FUNCTIONS - 1] = { 0 };
  enum tc_status status = TC_OK;
  for (int i = 0; status == TC_OK && i < N_FUNCTIONS - 1; i++)
    {
      status = tc_session_table (a->session, functions[i], "summary", &summaries[i], err);
      if (status == TC_OK)
        status = tc_session_table (a->session, functions[i], "loss", &logs[i], err);
    }
  if (status == TC_OK)
    status = write_functions (a, summaries, err);
  if (status == TC_OK)
    status = write_losses (a, logs, err);
  for (int i = 0; i < N_FUNCTIONS - 1; i++)
    {
      tc_table_free (&summaries[i]);
      tc_table_free (&logs[i]);
    }
  return status;
}

/* ---- The part ---- */

enum tc_status
tc_modular_report_runs (struct tc_modular_analysis *a, struct tc_error *err)
{
  if (strcmp (a->session->run, "add") != 0)
    return TC_OK;
  enum tc_status status = report_seeds (a, err);
  if (status == TC_OK)
    status = report_functions (a, err);
  if (status == TC_OK)
    status = tc_modular_figure_functions (a, err);
  return status;
}
