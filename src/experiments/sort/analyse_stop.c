/* Notebook 000 over seeds: its stop rule as it is written and as it is documented,
   and accuracy while training.  Each run of the family publishes progress.csv and
   stop.csv; one-head puts them side by side in seeds.csv and stops.csv.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/figures.h"
#include "experiments/sort/score.h"
#include "report/csv_columns.h"
#include "training/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- One run ---- */

/* Validation accuracies in a row that decide.  */
enum { WRITTEN = 2, DOCUMENTED = 10 };

/* Row of the log at which the last `n` recorded accuracies agree to four decimals
   (and, if they must, are 1), or -1.  */
static long
stop_row (const struct tc_sort_analysis *a, int n, bool perfect)
{
  long last = -1;
  int alike = 0;
  for (size_t row = 0; row < a->log.n_rows; row++)
    {
      double accuracy = tc_sort_log_value (a, "test_accuracy", row);
      if (isnan (accuracy))
        continue;
      long rounded = lround (accuracy * 10000);
      alike = rounded == last ? alike + 1 : 1;
      last = rounded;
      if (alike >= n && (!perfect || rounded == 10000))
        return (long) row;
    }
  return -1;
}

static enum tc_status
write_stop (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "rule", "2: the last two recorded accuracies agree (as written); 10: the last ten are 1 "
      "(as documented)" },
    { "step", "at which it stops; empty: not in this run" },
    { "validation_accuracy", "fraction of lists, there" },
    { "last_step", "at which the run ended" },
    { "last_lr", "learning rate there" },
    { "last_validation_accuracy", "the last that was recorded" }
  };
  const int rules[] = { WRITTEN, DOCUMENTED };
  const char *const names[] = { "WrittenStop", "DocumentedStop" };
  size_t last = a->log.n_rows - 1, tested = last;
  while (tested > 0 && isnan (tc_sort_log_value (a, "test_accuracy", tested)))
    tested--;
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "stop", "When training would stop",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < 2; i++)
    {
      long row = stop_row (a, rules[i], rules[i] == DOCUMENTED);
      tc_macros_real (a->macros, names[i],
                      row < 0 ? NAN : tc_sort_log_value (a, "step", (size_t) row), 4);
      tc_csv_int (&csv, rules[i]);
      tc_csv_real (&csv, row < 0 ? NAN : tc_sort_log_value (a, "step", (size_t) row));
      tc_csv_real (&csv, row < 0 ? NAN : tc_sort_log_value (a, "test_accuracy", (size_t) row));
      tc_csv_real (&csv, tc_sort_log_value (a, "step", last));
      tc_csv_real (&csv, tc_sort_log_value (a, "lr", last));
      tc_csv_real (&csv, tc_sort_log_value (a, "test_accuracy", tested));
      status = tc_csv_end_row (&csv, err);
    }
  tc_macros_real (a->macros, "LastRate", tc_sort_log_value (a, "lr", last), 1);
  return tc_csv_finish (&csv, status, err);
}

/* Accuracy on the test lists, from the snapshots; the log has the validation's.  */
static enum tc_status
write_progress (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "updates", "made when the parameters were kept" },
    { "test_loss", "test lists, nats per token" },
    { "test_accuracy", "fraction of them with every token right" },
    { "test_token_accuracy", "fraction of their tokens that are right" }
  };
  int *steps;
  size_t n;
  struct tc_csv csv;
  enum tc_status status = tc_session_snapshots (a->session, &steps, &n, err);
  if (status != TC_OK)
    return status;
  status = tc_session_csv (a->session, &csv, "progress", "Accuracy while training",
                           sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    {
      free (steps);
      return status;
    }
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      struct tc_sort_score score;
      status = tc_session_load (a->session, steps[i], err);
      if (status == TC_OK)
        status = tc_sort_score_lists (a, a->task->test_seed, (size_t) a->task->test_size,
                                      a->task->list_length, &score, err);
      if (status != TC_OK)
        break;
      tc_csv_int (&csv, steps[i]);
      tc_csv_real (&csv, score.loss);
      tc_csv_real (&csv, score.accuracy);
      tc_csv_real (&csv, score.token_accuracy);
      status = tc_csv_end_row (&csv, err);
    }
  free (steps);
  return tc_csv_finish (&csv, status, err);
}

/* ---- Five seeds ---- */

static const char *const members[] = { "one-head-long", "one-head-seed-2", "one-head-seed-3",
                                       "one-head-seed-4", "one-head-seed-5" };
static const char *const seeds[] = { "42", "2", "3", "4", "5" };
enum { N_SEEDS = sizeof members / sizeof *members };

/* The value of a column in the row whose first column is `key`; NaN if there is
   none.  */
static double
look_up (const struct tc_table *table, double key, const char *column)
{
  int at = tc_table_column (table, column);
  for (size_t row = 0; at >= 0 && row < table->n_rows; row++)
    if (table->value[row * table->n_columns] == key)
      return table->value[row * table->n_columns + (size_t) at];
  return NAN;
}

static enum tc_status
read_all (struct tc_sort_analysis *a, const char *name, struct tc_table tables[N_SEEDS],
          struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int i = 0; status == TC_OK && i < N_SEEDS; i++)
    status = tc_session_table (a->session, members[i], name, &tables[i], err);
  return status;
}

static void
free_all (struct tc_table tables[N_SEEDS])
{
  for (int i = 0; i < N_SEEDS; i++)
    tc_table_free (&tables[i]);
}

/* seeds.csv: validation after, test before the update of each hundredth step.  */
static enum tc_status
write_seed_rows (struct tc_csv *csv, const struct tc_table logs[N_SEEDS],
                 const struct tc_table tests[N_SEEDS], int last, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int step = 0; status == TC_OK && step <= last; step += 100)
    {
      tc_csv_int (csv, step);
      for (int i = 0; i < N_SEEDS; i++)
        tc_csv_real (csv, look_up (&logs[i], step, "loss"));
      for (int i = 0; i < N_SEEDS; i++)
        tc_csv_real (csv, look_up (&logs[i], step, "validation_accuracy"));
      for (int i = 0; i < N_SEEDS; i++)
        tc_csv_real (csv, look_up (&tests[i], step, "test_accuracy"));
      status = tc_csv_end_row (csv, err);
    }
  return status;
}

/* Lowest to highest over the seeds, in percent.  */
static void
write_range (FILE *stream, const struct tc_table tables[N_SEEDS], double key,
             const char *column)
{
  double low = INFINITY, high = -INFINITY;
  for (int i = 0; i < N_SEEDS; i++)
    {
      double value = 100 * look_up (&tables[i], key, column);
      low = fmin (low, value);
      high = fmax (high, value);
    }
  fprintf (stream, "& %.1f to %.1f ", low, high);
}

/* The steps that the notebook printed: loss and accuracies there, ours with its seed,
   and the range over all seeds.  */
static enum tc_status
write_seed_table (struct tc_sort_analysis *a, const struct tc_table logs[N_SEEDS],
                  const struct tc_table tests[N_SEEDS], struct tc_error *err)
{
  /* Percent; data/reference/sort-one-head.csv.  */
  static const struct { double step, loss, train, validation, lr; } printed[] = {
#include "stamps/sort/one-head.inc"
  };
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "seeds_table",
                                          "seeds.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}rrrrrrrrr@{}}\n\\toprule\n"
         " & \\multicolumn{2}{c}{loss} & \\multicolumn{2}{c}{batch} & "
         "\\multicolumn{3}{c}{validation} & test \\\\\n"
         "\\cmidrule(lr){2-3}\\cmidrule(lr){4-5}\\cmidrule(lr){6-8}\n"
         "step & printed & ours & printed & ours & printed & ours & five seeds & five seeds "
         "\\\\\n\\midrule\n", file.stream);
  for (size_t i = 0; i < sizeof printed / sizeof *printed; i++)
    {
      double step = printed[i].step;
      fprintf (file.stream, "%g & %.4f & %.4f & %.1f & %.1f & %.1f & %.1f ", step,
               printed[i].loss, look_up (&logs[0], step, "loss"), printed[i].train,
               100 * look_up (&logs[0], step, "accuracy"), printed[i].validation,
               100 * look_up (&logs[0], step, "validation_accuracy"));
      write_range (file.stream, logs, step, "validation_accuracy");
      write_range (file.stream, tests, step, "test_accuracy");
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

static enum tc_status
write_seeds (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_table logs[N_SEEDS] = { { 0 } }, tests[N_SEEDS] = { { 0 } };
  struct tc_csv_columns columns;
  struct tc_csv csv;
  enum tc_status status = tc_csv_columns_alloc (&columns, 1 + 3 * N_SEEDS, err);
  if (status == TC_OK)
    status = read_all (a, "loss", logs, err);
  if (status == TC_OK)
    status = read_all (a, "progress", tests, err);
  if (status == TC_OK)
    {
      static const char *const kinds[3][2] = {
        { "loss", "loss of the training batch, nats per token, with this seed" },
        { "validation", "fraction of the validation lists right, after the update" },
        { "test", "fraction of the test lists right, before the update" }
      };
      tc_csv_columns_add (&columns, "step", "updates made before it");
      for (int kind = 0; kind < 3; kind++)
        for (int i = 0; i < N_SEEDS; i++)
          {
            char name[64];
            snprintf (name, sizeof name, "%s_%s", kinds[kind][0], seeds[i]);
            tc_csv_columns_add (&columns, name, kinds[kind][1]);
          }
      status = tc_session_csv (a->session, &csv, "seeds", "The one-head run with five seeds",
                               columns.n, columns.column, err);
    }
  if (status == TC_OK)
    {
      int last = (int) logs[0].value[(logs[0].n_rows - 1) * logs[0].n_columns];
      status = tc_csv_finish (&csv, write_seed_rows (&csv, logs, tests, last, err), err);
    }
  if (status == TC_OK)
    status = write_seed_table (a, logs, tests, err);
  tc_csv_columns_free (&columns);
  free_all (logs);
  free_all (tests);
  return status;
}

static void
write_step (FILE *stream, double step)
{
  if (isnan (step))
    fputs ("& never ", stream);
  else
    fprintf (stream, "& %g ", step);
}

static enum tc_status
write_stop_table (struct tc_sort_analysis *a, const struct tc_table stops[N_SEEDS],
                  struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "stops_table",
                                          "stops.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}rrrrrr@{}}\n\\toprule\n"
         "seed & as written & validation there & as documented & last rate & "
         "last validation \\\\\n\\midrule\n", file.stream);
  for (int i = 0; i < N_SEEDS; i++)
    {
      const struct tc_table *t = &stops[i];
      fprintf (file.stream, "%s ", seeds[i]);
      write_step (file.stream, look_up (t, WRITTEN, "step"));
      fprintf (file.stream, "& %.1f\\,\\%% ", 100 * look_up (t, WRITTEN, "validation_accuracy"));
      write_step (file.stream, look_up (t, DOCUMENTED, "step"));
      fputs ("& ", file.stream);
      tc_latex_real (file.stream, look_up (t, WRITTEN, "last_lr"), 1);
      fprintf (file.stream, " & %.1f\\,\\%% \\\\\n", 100 * look_up (t, WRITTEN, "last_validation_accuracy"));
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

static enum tc_status
write_stops (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "seed", "of lists and initial weights" },
    { "written_step", "where the rule as written stops: two equal accuracies in a row" },
    { "written_accuracy", "validation accuracy there, fraction of lists" },
    { "documented_step", "where the rule as documented stops: ten of 1; empty: nowhere" },
    { "last_step", "where the run ended" },
    { "last_lr", "learning rate there" },
    { "last_accuracy", "last validation accuracy" }
  };
  struct tc_table stops[N_SEEDS] = { { 0 } };
  struct tc_csv csv;
  enum tc_status status = read_all (a, "stop", stops, err);
  double first = INFINITY, last = 0, lowest = 1;
  int documented = 0;
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "stops", "Both stop rules with five seeds",
                             sizeof columns / sizeof *columns, columns, err);
  if (status == TC_OK)
    {
      for (int i = 0; status == TC_OK && i < N_SEEDS; i++)
        {
          double step = look_up (&stops[i], WRITTEN, "step");
          double accuracy = look_up (&stops[i], WRITTEN, "validation_accuracy");
          first = fmin (first, step);
          last = fmax (last, step);
          lowest = fmin (lowest, accuracy);
          documented += !isnan (look_up (&stops[i], DOCUMENTED, "step"));
          tc_csv_text (&csv, seeds[i]);
          tc_csv_real (&csv, step);
          tc_csv_real (&csv, accuracy);
          tc_csv_real (&csv, look_up (&stops[i], DOCUMENTED, "step"));
          tc_csv_real (&csv, look_up (&stops[i], WRITTEN, "last_step"));
          tc_csv_real (&csv, look_up (&stops[i], WRITTEN, "last_lr"));
          tc_csv_real (&csv, look_up (&stops[i], WRITTEN, "last_validation_accuracy"));
          status = tc_csv_end_row (&csv, err);
        }
      status = tc_csv_finish (&csv, status, err);
    }
  if (status == TC_OK)
    status = write_stop_table (a, stops, err);
  free_all (stops);
  tc_macros_int (a->macros, "Seeds", N_SEEDS);
  tc_macros_real (a->macros, "FirstWrittenStop", first, 3);
  tc_macros_real (a->macros, "LastWrittenStop", last, 3);
  tc_macros_real (a->macros, "LowestWrittenAccuracy", 100 * lowest, 3);
  tc_macros_int (a->macros, "DocumentedStops", documented);
  return status;
}

enum tc_status
tc_sort_report_stop (struct tc_sort_analysis *a, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  if (a->settings->task.stop_rule == TC_SORT_STOP_NEVER)
    return TC_OK;
  status = write_stop (a, err);
  if (status == TC_OK && a->session->setup.training.snapshot_every > 0)
    status = write_progress (a, err);
  if (status == TC_OK && tc_sort_is_run (a, "one-head"))
    status = write_seeds (a, err);
  if (status == TC_OK && tc_sort_is_run (a, "one-head"))
    status = write_stops (a, err);
  if (status == TC_OK && tc_sort_is_run (a, "one-head"))
    status = tc_sort_figure_seeds (a, err);
  return status;
}
