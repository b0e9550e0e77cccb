/* What the notebooks printed beside what this run gives: replay.csv, and for
   notebook 002 the whole log of its published version, published.csv.  */

#include "experiments/measure.h"
#include "experiments/sort/analysis.h"
#include "experiments/sort/figures.h"
#include "experiments/sort/score.h"
#include "numerics/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A printed row; shares as printed, in percent (published: as fractions).  */
struct row
{
  int step;
  double loss, accuracy, validation, lr;
};

/* Compiled in from data/reference.  */
static const struct row one_head[] = {
#include "stamps/sort/one-head.inc"
};
static const struct row attn_only[] = {
#include "stamps/sort/attn-only.inc"
};
static const struct row length_5[] = {
#include "stamps/sort/length-5.inc"
};
static const struct row published[] = {
#include "stamps/sort/attn-only-published.inc"
};

struct reference
{
  const char *run, *name;       /* NAME.csv */
  const struct row *row;
  size_t n;
  const char *accuracy;         /* the log's column that was printed */
  bool has_validation;
  double unit;                  /* of shares: 100 for percent */
};
#define ROWS(array) .row = array, .n = sizeof array / sizeof *array
static const struct reference references[] = {
  { "one-head", "replay", ROWS (one_head), .accuracy = "accuracy", .has_validation = true,
    .unit = 100 },
  { "length-5", "replay", ROWS (length_5), .accuracy = "accuracy", .has_validation = true,
    .unit = 100 },
  { "attn-only", "replay", ROWS (attn_only), .accuracy = "token_accuracy", .unit = 100 },
  { "attn-only", "published", ROWS (published), .accuracy = "token_accuracy", .unit = 1 }
};

/* The log's row of a step, or -1.  */
static long
find_step (const struct tc_sort_analysis *a, int step)
{
  for (size_t row = 0; row < a->log.n_rows; row++)
    if (tc_sort_log_value (a, "step", row) == step)
      return (long) row;
  return -1;
}

static double
ours (const struct tc_sort_analysis *a, const char *column, int step)
{
  long row = find_step (a, step);
  return row < 0 ? NAN : tc_sort_log_value (a, column, (size_t) row);
}

/* ---- CSV ---- */

static enum tc_status
write_csv (const struct tc_sort_analysis *a, const struct reference *r, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made before it" },
    { "printed_loss", "loss that the notebook printed, nats per token" },
    { "loss", "loss of this run" },
    { "relative_difference", "loss / printed_loss - 1" },
    { "printed_accuracy", "accuracy of the training batch that it printed: fraction of lists "
      "(notebook 002: of tokens)" },
    { "accuracy", "the same of this run" },
    { "printed_validation", "validation accuracy that it printed, of 1000 lists that nobody "
      "can draw again" },
    { "validation", "validation accuracy of this run, on its own lists" }
  };
  size_t n_columns = r->has_validation ? 8 : 6;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, r->name,
                                          "The notebook's printed log beside this run",
                                          n_columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < r->n; i++)
    {
      const struct row *row = &r->row[i];
      double loss = ours (a, "loss", row->step);
      tc_csv_int (&csv, row->step);
      tc_csv_real (&csv, row->loss);
      tc_csv_real (&csv, loss);
      tc_csv_real (&csv, loss / row->loss - 1);
      tc_csv_real (&csv, tc_rounded (row->accuracy / r->unit, 9));
      tc_csv_real (&csv, ours (a, r->accuracy, row->step));
      if (r->has_validation)
        {
          tc_csv_real (&csv, tc_rounded (row->validation / r->unit, 9));
          tc_csv_real (&csv, ours (a, "test_accuracy", row->step));
        }
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Table ---- */

static void
write_line (const struct tc_sort_analysis *a, const struct reference *r, FILE *stream, size_t i)
{
  const struct row *row = &r->row[i];
  double loss = ours (a, "loss", row->step);
  char difference[64];
  snprintf (difference, sizeof difference, "%.4f", row->loss);
  fprintf (stream, "%d & %s & ", row->step, difference);
  if (isnan (loss))
    fputs ("-- & ", stream);
  else
    fprintf (stream, "%.6f & ", loss);
  fprintf (stream, r->has_validation ? "%.3f & " : "%.2f & ", row->accuracy);
  double accuracy = 100 * ours (a, r->accuracy, row->step);
  if (isnan (accuracy))
    fputs ("--", stream);
  else
    fprintf (stream, r->has_validation ? "%.3f" : "%.2f", accuracy);
  double validation = 100 * ours (a, "test_accuracy", row->step);
  if (r->has_validation && isnan (validation))
    fprintf (stream, " & %.1f & --", row->validation);
  else if (r->has_validation)
    fprintf (stream, " & %.1f & %.1f", row->validation, validation);
}

static enum tc_status
write_table (const struct tc_sort_analysis *a, const struct reference *r, struct tc_error *err)
{
  struct tc_file file;
  /* Long logs in two blocks side by side.  */
  size_t blocks = r->n > 12 && !r->has_validation ? 2 : 1;
  size_t height = (r->n + blocks - 1) / blocks;
  enum tc_status status = tc_session_tex (a->session, &file, "replay_table",
                                          "replay.csv", err);
  if (status != TC_OK)
    return status;
  FILE *stream = file.stream;
  fprintf (stream, "\\begin{tabular}{@{}");
  for (size_t b = 0; b < blocks; b++)
    fprintf (stream, "%s%s", b > 0 ? "@{\\qquad}" : "", r->has_validation ? "rrrrrrr" : "rrrrr");
  fputs ("@{}}\n\\toprule\n", stream);
  for (size_t b = 0; b < blocks; b++)
    fprintf (stream, "%sstep & loss & ours & accuracy & ours%s", b > 0 ? " & " : "",
             r->has_validation ? " & validation & ours" : "");
  fputs (" \\\\\n\\midrule\n", stream);
  for (size_t i = 0; i < height; i++)
    for (size_t b = 0; b < blocks; b++)
      {
        if (b * height + i < r->n)
          write_line (a, r, stream, b * height + i);
        else
          fputs (" & & & & ", stream);
        fputs (b + 1 < blocks ? " & " : " \\\\\n", stream);
      }
  fputs ("\\bottomrule\n\\end{tabular}\n", stream);
  return tc_file_close (&file, err);
}

/* ---- Numbers ---- */

/* The last printed step to which every loss differs by at most `bound`.  */
static int
agrees_to (const struct tc_sort_analysis *a, const struct reference *r, double bound)
{
  int last = -1;
  for (size_t i = 0; i < r->n; i++)
    {
      double loss = ours (a, "loss", r->row[i].step);
      if (!(fabs (loss / r->row[i].loss - 1) <= bound))
        return last;
      last = r->row[i].step;
    }
  return last;
}

/* Steps at which the printed accuracy is ours, to its last digit.  */
static size_t
equal_accuracies (const struct tc_sort_analysis *a, const struct reference *r)
{
  size_t n = 0;
  for (size_t i = 0; i < r->n; i++)
    n += fabs (ours (a, r->accuracy, r->row[i].step) - r->row[i].accuracy / r->unit) < 6e-5;
  return n;
}

/* The printed losses have four decimals.  */
static void
report_replay (struct tc_sort_analysis *a, const struct reference *r)
{
  double worst = 0, half_a_digit = 0.5e-4 + 1e-12;
  size_t rows = 0, equal = 0;
  for (size_t i = 0; i < r->n; i++)
    {
      double loss = ours (a, "loss", r->row[i].step);
      if (isnan (loss))
        continue;
      rows++;
      worst = fmax (worst, fabs (loss / r->row[i].loss - 1));
      equal += fabs (loss - r->row[i].loss) <= half_a_digit;
    }
  tc_macros_int (a->macros, "ReplayRows", (long long) rows);
  tc_macros_int (a->macros, "ReplayEqualLosses", (long long) equal);
  tc_macros_int (a->macros, "ReplayPrintedRows", (long long) r->n);
  tc_macros_int (a->macros, "ReplayLastStep", r->row[r->n - 1].step);
  tc_macros_real (a->macros, "ReplayMaxRelative", worst, 2);
  tc_macros_int (a->macros, "ReplayEqualAccuracies", (long long) equal_accuracies (a, r));
}

static void
report_published (struct tc_sort_analysis *a, const struct reference *r)
{
  enum { LAST = 101 };
  double theirs = 0, mine = 0, their_accuracy = 0, my_accuracy = 0;
  for (size_t i = r->n - LAST; i < r->n; i++)
    {
      theirs += r->row[i].loss / LAST;
      mine += ours (a, "loss", r->row[i].step) / LAST;
      their_accuracy += r->row[i].accuracy / LAST;
      my_accuracy += ours (a, r->accuracy, r->row[i].step) / LAST;
    }
  tc_macros_int (a->macros, "PublishedRows", (long long) r->n);
  tc_macros_int (a->macros, "PublishedWithinMillionth", agrees_to (a, r, 1e-6));
  tc_macros_int (a->macros, "PublishedWithinTenThousandth", agrees_to (a, r, 1e-4));
  tc_macros_int (a->macros, "PublishedWithinPercent", agrees_to (a, r, 1e-2));
  tc_macros_int (a->macros, "PublishedEqualAccuracies", (long long) equal_accuracies (a, r));
  tc_macros_int (a->macros, "PublishedEndFrom", r->row[r->n - LAST].step);
  tc_macros_real (a->macros, "PublishedEndLoss", theirs, 3);
  tc_macros_real (a->macros, "PublishedEndLossOurs", mine, 3);
  tc_macros_real (a->macros, "PublishedEndAccuracy", 100 * their_accuracy, 4);
  tc_macros_real (a->macros, "PublishedEndAccuracyOurs", 100 * my_accuracy, 4);
}

/* ---- Notebook 002's last figure ---- */

/* It shows the first batch's log-probabilities; a trained model gives others.  */
static const struct { int example, position; double log_prob, unused, unused_too; } map[] = {
#include "stamps/sort/attn-only-map.inc"
};

static enum tc_status
report_map (struct tc_sort_analysis *a, struct tc_error *err)
{
  const struct tc_sort_options *task = a->task;
  int first = task->list_length + 1, n = 0;
  double printed = 0;
  for (size_t i = 0; i < sizeof map / sizeof *map; i++)
    if (map[i].position >= first)
      {
        printed += map[i].log_prob;
        n++;
      }
  struct tc_sort_score score;
  enum tc_status status = tc_sort_score_lists (a, task->data_seed, (size_t) task->batch_size,
                                               task->list_length, &score, err);
  if (status != TC_OK)
    return status;
  tc_macros_real (a->macros, "MapLogProb", printed / n, 2);
  tc_macros_real (a->macros, "MapLogProbOurs", -score.loss, 2);
  return TC_OK;
}

enum tc_status
tc_sort_report_replay (struct tc_sort_analysis *a, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < sizeof references / sizeof *references; i++)
    {
      const struct reference *r = &references[i];
      if (!tc_sort_is_run (a, r->run))
        continue;
      status = write_csv (a, r, err);
      if (r->row == published)
        {
          report_published (a, r);
          if (status == TC_OK)
            status = report_map (a, err);
          if (status == TC_OK)
            status = tc_sort_figure_replay (a, err);
          continue;
        }
      report_replay (a, r);
      if (status == TC_OK)
        status = write_table (a, r, err);
    }
  return status;
}
