/* The other runs beside this one: two residuals from two initialisations, learned and
   sinusoidal positions.  */

#include "experiments/induction/analysis.h"
#include "experiments/induction/figures.h"
#include "experiments/induction/probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COMPARED = 3000 };       /* steps, the length of the runs that are compared */

/* The runs, by the table that shows them.  The last is in the figure of the loss.  */
static const struct
{
  const char *run;
  int table;                    /* 0: residuals, 1: positions, 2: none */
  const char *first, *second;   /* its first two cells */
} rows[] = {
  { "infinite", 0, "123 & doubled", "as drawn" },
  { "plain-residual", 0, "& usual", "as drawn" },
  { "reparametrised", 0, "& usual", "matched" },
  { "doubled-plain-init", 0, "& doubled", "matched" },
  { "seed-1", 0, "1 & doubled", "as drawn" },
  { "plain-residual-seed-1", 0, "& usual", "as drawn" },
  { "reparametrised-seed-1", 0, "& usual", "matched" },
  { "doubled-plain-init-seed-1", 0, "& doubled", "matched" },
  { "infinite", 1, "learned", "1, at first" },
  { "sine", 1, "the notebook's sinusoids", "0.707" },
  { "sine-matched", 1, "usual sinusoids, shortened", "0.707" },
  { "sine-standard", 1, "usual sinusoids", "4.90" },
  { "one-layer", 2, NULL, NULL }
};
enum { N_ROWS = sizeof rows / sizeof *rows };

static const char *const quantities[] = {
  "BelowFour", "BelowTwo", "BelowOne", "LossAtThreeThousand", "PreviousFirst", "Prefix"
};
enum { N_QUANTITIES = sizeof quantities / sizeof *quantities, FIRST_SCORE = 4 };

/* ---- Reading ---- */

/* A run's numbers from its summary.csv.  */
static enum tc_status
read_other (const struct tc_induction_analysis *a, const char *run, double *values,
            struct tc_error *err)
{
  struct tc_table table;
  enum tc_status status = tc_session_table (a->session, run, "summary", &table, err);
  if (status != TC_OK)
    return status;
  for (size_t q = 0; q < N_QUANTITIES; q++)
    values[q] = NAN;
  for (size_t row = 0; row < table.n_rows; row++)
    for (size_t q = 0; q < N_QUANTITIES; q++)
      if (strcmp (table.text[row * table.n_columns], quantities[q]) == 0)
        values[q] = table.value[row * table.n_columns + 1];
  tc_table_free (&table);
  return TC_OK;
}

/* This run's, its scores after as many steps as the others'.  */
static enum tc_status
read_own (struct tc_induction_analysis *a, double *values, struct tc_error *err)
{
  struct tc_induction_scores first[TC_INDUCTION_MAX_HEADS], last[TC_INDUCTION_MAX_HEADS];
  struct tc_induction_probe probe;
  const int layers = a->session->model.config.n_layers;
  for (size_t i = 0; i < a->n_numbers; i++)
    for (size_t q = 0; q < FIRST_SCORE; q++)
      if (strcmp (a->numbers[i].name, quantities[q]) == 0)
        values[q] = a->numbers[i].value;
  enum tc_status status = tc_induction_probe_open (&probe, a, err);
  if (status != TC_OK)
    return status;
  status = tc_session_load (a->session, COMPARED, err);
  if (status == TC_OK)
    status = tc_induction_probe_forward (&probe, a, err);
  if (status == TC_OK)
    status = tc_induction_probe_scores (&probe, a, 0, first, err);
  if (status == TC_OK)
    status = tc_induction_probe_scores (&probe, a, (size_t) layers - 1, last, err);
  values[FIRST_SCORE] = values[FIRST_SCORE + 1] = -1;
  for (int h = 0; status == TC_OK && h < a->session->model.config.n_heads; h++)
    {
      values[FIRST_SCORE] = fmax (values[FIRST_SCORE], first[h].previous_first);
      values[FIRST_SCORE + 1] = fmax (values[FIRST_SCORE + 1], last[h].prefix);
    }
  tc_induction_probe_close (&probe);
  return status;
}

/* ---- Tables ---- */

static void
write_row (FILE *stream, size_t row, const double *values)
{
  fprintf (stream, "%s & %s", rows[row].first, rows[row].second);
  for (size_t q = 0; q < N_QUANTITIES; q++)
    if (isnan (values[q]))
      fputs (" & never", stream);
    else
      fprintf (stream, q < 3 ? " & %.0f" : " & %.3f", values[q]);
  fputs ("\\\\\n", stream);
}

static enum tc_status
write_table (const struct tc_induction_analysis *a, int table, const char *name,
             const char *columns, const char *heads,
             double values[N_ROWS][N_QUANTITIES], struct tc_error *err)
{
  struct tc_file file;
  size_t n = 0;
  enum tc_status status = tc_session_tex (a->session, &file, name,
                                          "the runs' summary.csv", err);
  if (status != TC_OK)
    return status;
  fprintf (file.stream, "\\begin{tabular}{@{}%s rrr r rr@{}}\n\\toprule\n"
           "%s & $<4$ & $<2$ & $<1$ & loss & previous & prefix\\\\\n\\midrule\n", columns,
           heads);
  for (size_t row = 0; row < N_ROWS; row++)
    if (rows[row].table == table)
      {
        if (table == 0 && n++ == 4)
          fputs ("\\midrule\n", file.stream);
        write_row (file.stream, row, values[row]);
      }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

static enum tc_status
write_csv (const struct tc_induction_analysis *a, double values[N_ROWS][N_QUANTITIES],
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "run", "the other run" },
    { "below_4", "first step whose mean loss over 51 steps is below 4" },
    { "below_2", "the same" }, { "below_1", "the same" },
    { "loss", "mean over steps 2900 to 2999; empty: too short a run" },
    { "previous", "best previous-token score of layer 0 in the first slot, after 3000 steps" },
    { "prefix", "best prefix-matching score of the last layer, after 3000 steps" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "runs", "The runs side by side",
                                          1 + N_QUANTITIES, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t row = 0; status == TC_OK && row < N_ROWS; row++)
    {
      if (row > 0 && strcmp (rows[row].run, "infinite") == 0)
        continue;
      tc_csv_text (&csv, rows[row].run);
      for (size_t q = 0; q < N_QUANTITIES; q++)
        tc_csv_real (&csv, values[row][q]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* ---- Curves ---- */

/* The smoothed losses of all runs, which the figure reads, as one table.  */
static enum tc_status
write_curves (const struct tc_induction_analysis *a, const struct tc_table *tables,
              struct tc_error *err)
{
  struct tc_csv_column columns[N_ROWS] = { { "step", "training step" } };
  struct tc_csv csv;
  size_t n = 1;
  for (size_t row = 1; row < N_ROWS; row++)
    if (strcmp (rows[row].run, "infinite") != 0)
      columns[n++] = (struct tc_csv_column) { rows[row].run, "its smoothed loss" };
  enum tc_status status = tc_session_csv (a->session, &csv, "curves",
                                          "Loss of the other runs, centred means over 51 "
                                          "steps", n, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < tables[1].n_rows; i++)
    {
      tc_csv_int (&csv, (long long) tables[1].value[i * tables[1].n_columns]);
      for (size_t row = 1; row < N_ROWS; row++)
        {
          const struct tc_table *t = &tables[row];
          int smooth = t->n_rows > i ? tc_table_column (t, "smooth") : -1;
          if (strcmp (rows[row].run, "infinite") != 0)
            tc_csv_real (&csv, smooth < 0 ? NAN : t->value[i * t->n_columns + (size_t) smooth]);
        }
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_curves (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_table tables[N_ROWS] = { { .n_rows = 0 } };
  enum tc_status status = TC_OK;
  for (size_t row = 1; status == TC_OK && row < N_ROWS; row++)
    if (strcmp (rows[row].run, "infinite") != 0)
      status = tc_session_table (a->session, rows[row].run, "loss", &tables[row], err);
  if (status == TC_OK)
    status = write_curves (a, tables, err);
  for (size_t row = 1; row < N_ROWS; row++)
    tc_table_free (&tables[row]);
  return status;
}

enum tc_status
tc_induction_report_runs (struct tc_induction_analysis *a, struct tc_error *err)
{
  double values[N_ROWS][N_QUANTITIES];
  enum tc_status status = read_own (a, values[0], err);
  for (size_t row = 1; status == TC_OK && row < N_ROWS; row++)
    if (strcmp (rows[row].run, "infinite") == 0)
      memcpy (values[row], values[0], sizeof values[0]);
    else
      status = read_other (a, rows[row].run, values[row], err);
  if (status == TC_OK)
    status = write_csv (a, values, err);
  if (status == TC_OK)
    status = write_table (a, 0, "residual_table", "lll", "seed & residual & initial weights",
                          values, err);
  if (status == TC_OK)
    status = write_table (a, 1, "positions_table", "ll", "positions & length", values, err);
  if (status == TC_OK)
    status = report_curves (a, err);
  if (status != TC_OK)
    return status;
  tc_macros_real (a->macros, "PreviousAtThreeThousand", values[0][FIRST_SCORE], 3);
  tc_macros_real (a->macros, "PrefixAtThreeThousand", values[0][FIRST_SCORE + 1], 3);
  return tc_induction_figure_residual (a, err);
}
