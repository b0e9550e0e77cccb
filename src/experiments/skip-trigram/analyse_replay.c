#include "experiments/skip-trigram/analysis.h"

#include "experiments/skip-trigram/figures.h"
#include "numerics/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The notebook's log, compiled in from data/reference/skip-trigram.csv.  */
static const struct { int step; double loss; } printed[] = {
#include "stamps/skip-trigram/printed.inc"
};
enum { N_PRINTED = sizeof printed / sizeof *printed };

static double
our_loss (const struct tc_skip_analysis *a, int step)
{
  const double *steps = tc_skip_log_column (a, "step", -1);
  const double *loss = tc_skip_log_column (a, "loss", -1);
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (steps[row * a->log.n_columns] == step)
      return loss[row * a->log.n_columns];
  return NAN;
}

static enum tc_status
write_csv (const struct tc_skip_analysis *a, double *worst, struct tc_error *err)
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
  *worst = 0;
  for (size_t i = 0; status == TC_OK && i < N_PRINTED; i++)
    {
      double ours = our_loss (a, printed[i].step), difference = ours / printed[i].loss - 1;
      tc_csv_int (&csv, printed[i].step);
      tc_csv_real (&csv, printed[i].loss);
      tc_csv_real (&csv, ours);
      tc_csv_real (&csv, difference);
      *worst = fmax (*worst, fabs (difference));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* "2.3461269" or "1.7550454 x 10^-9": eight digits show what differs.  */
static void
write_number (FILE *stream, double x, int digits)
{
  char text[64];
  snprintf (text, sizeof text, "%.*e", digits - 1, x);
  char *e = strchr (text, 'e');
  int exponent = e == NULL ? 0 : atoi (e + 1);
  if (e == NULL || (exponent >= -3 && exponent <= 3))
    fprintf (stream, "$%.*f$", digits - 1 - exponent, x);
  else
    fprintf (stream, "$%.*s\\!\\times\\!10^{%d}$", (int) (e - text), text, exponent);
}

/* The rows of a tabular, two log rows side by side.  */
static void
write_rows (const struct tc_skip_analysis *a, FILE *stream)
{
  enum { BLOCKS = 2 };
  size_t height = (N_PRINTED + BLOCKS - 1) / BLOCKS;
  for (size_t row = 0; row < height; row++)
    for (size_t block = 0; block < BLOCKS; block++)
      {
        size_t i = block * height + row;
        if (i < N_PRINTED)
          {
            double ours = our_loss (a, printed[i].step);
            fprintf (stream, "%d & ", printed[i].step);
            write_number (stream, printed[i].loss, 8);
            fputs (" & ", stream);
            write_number (stream, ours, 8);
            fputs (" & ", stream);
            write_number (stream, ours / printed[i].loss - 1, 2);
          }
        else
          fputs (" & & & ", stream);
        fputs (block + 1 < BLOCKS ? " & " : " \\\\\n", stream);
      }
}

static enum tc_status
write_table (const struct tc_skip_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table",
                                          "replay.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}r lll @{\\qquad} r lll@{}}\n\\toprule\n"
         "step & printed & ours & difference & step & printed & ours & difference\\\\\n"
         "\\midrule\n", file.stream);
  write_rows (a, file.stream);
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_skip_report_replay (struct tc_skip_analysis *a, struct tc_error *err)
{
  double worst;
  enum tc_status status = write_csv (a, &worst, err);
  if (status != TC_OK)
    return status;
  tc_macros_int (a->macros, "ReplayRows", N_PRINTED);
  tc_macros_int (a->macros, "ReplayLastStep", printed[N_PRINTED - 1].step);
  tc_macros_real (a->macros, "ReplayMaxRelative", worst, 2);
  return write_table (a, err);
}
