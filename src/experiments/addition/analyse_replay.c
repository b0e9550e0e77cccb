#include "experiments/addition/analysis.h"

#include "experiments/addition/theory.h"

#include <math.h>
#include <stdio.h>

/* The notebook's log, compiled in from data/reference/addition.csv.  */
static const struct { int step; double loss; } printed[] = {
#include "stamps/addition/printed.inc"
};
enum { N_PRINTED = sizeof printed / sizeof *printed };

static double
our_loss (const struct tc_addition_analysis *a, int step)
{
  const double *steps = tc_addition_log_column (a, "step", -1);
  const double *loss = tc_addition_log_column (a, "loss", -1);
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (steps[row * a->log.n_columns] == step)
      return loss[row * a->log.n_columns];
  return NAN;
}

static double
difference (const struct tc_addition_analysis *a, size_t i)
{
  return our_loss (a, printed[i].step) / printed[i].loss - 1;
}

static enum tc_status
write_csv (const struct tc_addition_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "training step" },
    { "printed", "loss that the notebook printed, nats" },
    { "ours", "loss of this run, nats" },
    { "relative_difference", "ours / printed - 1" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "replay",
                                          "The notebook's printed log beside this run",
                                          4, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < N_PRINTED; i++)
    {
      tc_csv_int (&csv, printed[i].step);
      tc_csv_real (&csv, printed[i].loss);
      tc_csv_real (&csv, our_loss (a, printed[i].step));
      tc_csv_real (&csv, difference (a, i));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* -2.1e-4 as -2.1 x 10^-4, and 0.056 as it is.  */
static void
write_difference (FILE *stream, double x)
{
  int exponent = 0;
  double lead = x;
  while (lead != 0 && fabs (lead) < 0.99 && exponent > -20)
    {
      lead *= 10;
      exponent--;
    }
  if (exponent >= -2)
    fprintf (stream, "$%.3f$", x);
  else
    fprintf (stream, "$%.1f\\!\\times\\!10^{%d}$", lead, exponent);
}

/* The rows of a tabular, two log rows side by side.  */
static void
write_rows (const struct tc_addition_analysis *a, FILE *stream)
{
  enum { BLOCKS = 2 };
  size_t height = (N_PRINTED + BLOCKS - 1) / BLOCKS;
  for (size_t row = 0; row < height; row++)
    for (size_t block = 0; block < BLOCKS; block++)
      {
        size_t i = block * height + row;
        if (i < N_PRINTED)
          {
            fprintf (stream, "%d & $%.6f$ & $%.6f$ & ", printed[i].step, printed[i].loss,
                     our_loss (a, printed[i].step));
            write_difference (stream, difference (a, i));
          }
        else
          fputs (" & & & ", stream);
        fputs (block + 1 < BLOCKS ? " & " : " \\\\\n", stream);
      }
}

static enum tc_status
write_table (const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}r lll @{\\qquad} r lll@{}}\n\\toprule\n"
         "step & printed & ours & difference & step & printed & ours & difference\\\\\n"
         "\\midrule\n", file.stream);
  write_rows (a, file.stream);
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

/* ---- Macros ---- */

/* The largest difference among the rows from step `from` to step `to`.  */
static double
worst (const struct tc_addition_analysis *a, int from, int to)
{
  double largest = 0;
  for (size_t i = 0; i < N_PRINTED; i++)
    if (printed[i].step >= from && printed[i].step <= to)
      largest = fmax (largest, fabs (difference (a, i)));
  return largest;
}

/* Where the line through the printed steps falls below threshold; with `ours`, the
   line through our losses at the same steps.  */
static double
crossing (const struct tc_addition_analysis *a, double threshold, bool ours)
{
  for (size_t i = 1; i < N_PRINTED; i++)
    {
      double before = ours ? our_loss (a, printed[i - 1].step) : printed[i - 1].loss;
      double now = ours ? our_loss (a, printed[i].step) : printed[i].loss;
      if (now < threshold)
        return printed[i - 1].step + (before - threshold) / (before - now)
                                     * (printed[i].step - printed[i - 1].step);
    }
  return NAN;
}

bool
tc_addition_is_printed (const struct tc_addition_analysis *a)
{
  return tc_addition_is_run (a, "infinite");
}

enum tc_status
tc_addition_report_replay (struct tc_addition_analysis *a, struct tc_error *err)
{
  double half = tc_addition_plateau (a->num_digits) / 2;
  double theirs = crossing (a, half, false), ours = crossing (a, half, true);
  enum tc_status status = write_csv (a, err);
  if (status != TC_OK)
    return status;
  tc_macros_int (a->macros, "ReplayRows", N_PRINTED);
  tc_macros_int (a->macros, "ReplayLastStep", printed[N_PRINTED - 1].step);
  tc_macros_real (a->macros, "ReplayFirst", worst (a, 0, 0), 2);
  tc_macros_real (a->macros, "ReplayToFourHundred", worst (a, 0, 400), 2);
  tc_macros_real (a->macros, "ReplayToElevenHundred", worst (a, 0, 1100), 2);
  tc_macros_real (a->macros, "ReplayMaxRelative",
                  worst (a, 0, printed[N_PRINTED - 1].step), 2);
  tc_macros_int (a->macros, "PrintedCrossing", (long long) (theirs + 0.5));
  tc_macros_int (a->macros, "OurCrossing", (long long) (ours + 0.5));
  tc_macros_real (a->macros, "PrintedLast", printed[N_PRINTED - 1].loss, 3);
  tc_macros_real (a->macros, "OurLast", our_loss (a, printed[N_PRINTED - 1].step), 3);
  return write_table (a, err);
}
