/* The notebook's printed log beside ours, its running mean too.  */

#include "experiments/induction/analysis.h"

#include <math.h>
#include <stdio.h>

/* data/reference/induction.csv, compiled in.  */
static const struct { int step; double running, loss; } printed[] = {
#include "stamps/induction/printed.inc"
};
enum { N_PRINTED = sizeof printed / sizeof *printed };

/* The notebook's last row is cut off: its running mean has 17 digits, its loss only
   two.  */
static bool
is_whole (size_t i)
{
  return i + 1 < N_PRINTED;
}

struct row { double running, loss; };

/* Our log at the printed steps.  */
static void
read_rows (const struct tc_induction_analysis *a, struct row rows[N_PRINTED])
{
  const double *step = tc_induction_column (a, "step");
  const double *loss = tc_induction_column (a, "loss");
  double running = 5.2;
  size_t i = 0;
  for (size_t k = 0; k < N_PRINTED; k++)
    rows[k] = (struct row) { NAN, NAN };
  for (size_t row = 0; row < a->log.n_rows && i < N_PRINTED; row++)
    {
      size_t at = row * a->log.n_columns;
      running = 0.99 * running + (1 - 0.99) * loss[at];
      while (i < N_PRINTED && printed[i].step < step[at])
        i++;
      if (i < N_PRINTED && printed[i].step == step[at])
        rows[i++] = (struct row) { running, loss[at] };
    }
}

/* ---- Output ---- */

/* The greatest differences: of all rows, and of those to step 800.  */
struct worst { double loss, loss_before, running, running_before; };

static void
note (struct worst *worst, size_t i, double loss, double running)
{
  if (is_whole (i))
    worst->loss = fmax (worst->loss, fabs (loss));
  worst->running = fmax (worst->running, fabs (running));
  if (printed[i].step <= 800)
    {
      worst->loss_before = worst->loss;
      worst->running_before = worst->running;
    }
}

static enum tc_status
write_csv (const struct tc_induction_analysis *a, const struct row rows[N_PRINTED],
           struct worst *worst, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "training step" },
    { "printed", "loss that the notebook printed, nats times 85/84" },
    { "ours", "loss of this run, the same unit" },
    { "relative_difference", "ours / printed - 1; empty in the last row, which is cut off" },
    { "printed_running", "running mean that the notebook printed" },
    { "ours_running", "running mean of this run" },
    { "relative_difference_running", "ours_running / printed_running - 1" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "replay",
                                          "The notebook's printed log beside this run",
                                          7, columns, err);
  if (status != TC_OK)
    return status;
  *worst = (struct worst) { 0 };
  for (size_t i = 0; status == TC_OK && i < N_PRINTED; i++)
    {
      double loss = rows[i].loss / printed[i].loss - 1;
      double running = rows[i].running / printed[i].running - 1;
      tc_csv_int (&csv, printed[i].step);
      tc_csv_real (&csv, printed[i].loss);
      tc_csv_real (&csv, rows[i].loss);
      tc_csv_real (&csv, is_whole (i) ? loss : NAN);
      tc_csv_real (&csv, printed[i].running);
      tc_csv_real (&csv, rows[i].running);
      tc_csv_real (&csv, running);
      note (worst, i, loss, running);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* The rows of a tabular, two log rows side by side.  */
static void
write_rows (const struct row rows[N_PRINTED], FILE *stream)
{
  enum { BLOCKS = 2, HEIGHT = (N_PRINTED + BLOCKS - 1) / BLOCKS };
  for (size_t row = 0; row < HEIGHT; row++)
    for (size_t block = 0; block < BLOCKS; block++)
      {
        size_t i = block * HEIGHT + row;
        if (i < N_PRINTED)
          fprintf (stream, is_whole (i) ? "%d & %.8f & %.8f & %.8f & %.8f" :
                   "%d & %.2f\\ldots & %.8f & %.8f & %.8f", printed[i].step,
                   printed[i].loss, rows[i].loss, printed[i].running, rows[i].running);
        else
          fputs (" & & & & ", stream);
        fputs (block + 1 < BLOCKS ? " & " : " \\\\\n", stream);
      }
}

static enum tc_status
write_table (const struct tc_induction_analysis *a, const struct row rows[N_PRINTED],
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table",
                                          "replay.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}r llll @{\\quad} r llll@{}}\n\\toprule\n"
         " & \\multicolumn{2}{l}{loss} & \\multicolumn{2}{l@{\\quad}}{running mean}"
         " & & \\multicolumn{2}{l}{loss} & \\multicolumn{2}{l}{running mean}\\\\\n"
         "step & printed & ours & printed & ours & step & printed & ours & printed & ours\\\\\n"
         "\\midrule\n", file.stream);
  write_rows (rows, file.stream);
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_induction_report_replay (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct worst worst;
  struct row rows[N_PRINTED];
  read_rows (a, rows);
  enum tc_status status = write_csv (a, rows, &worst, err);
  if (status != TC_OK)
    return status;
  tc_macros_int (a->macros, "ReplayRows", N_PRINTED);
  tc_macros_int (a->macros, "ReplayLastStep", printed[N_PRINTED - 1].step);
  tc_macros_real (a->macros, "ReplayMaxRelative", worst.loss, 2);
  tc_macros_real (a->macros, "ReplayMaxRelativeBefore", worst.loss_before, 2);
  tc_macros_real (a->macros, "ReplayMaxRelativeRunning", worst.running, 2);
  tc_macros_real (a->macros, "ReplayMaxRelativeRunningBefore", worst.running_before, 2);
  return write_table (a, rows, err);
}
