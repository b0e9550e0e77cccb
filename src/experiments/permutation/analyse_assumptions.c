/* The notebook's assumptions, from the runs that test them: one table of all runs.  */

#include "experiments/measure.h"
#include "experiments/permutation/analysis.h"

#include <math.h>
#include <stdio.h>

/* Runs and what they change, in the table's order.  NULL: a rule.  */
static const struct { const char *run, *change, *macro; } runs[] = {
  { "notebook", "as it is", "Notebook" },
  { "batch-32", "its schedule, larger batches", NULL },
  { "repaired", "cosine, larger batches", "Repaired" },
  { "repaired-seed-1", "other seed, fewer steps", "Control" },
  { NULL, NULL, NULL },
  { "small", "quarter width", "Small" },
  { "two-layers", "two layers", "TwoLayers" },
  { "mlp-relu", "with a ReLU MLP", "Relu" },
  { "mlp-solu", "with a SoLU MLP", "Solu" },
  { NULL, NULL, NULL },
  { "n-2", "terms of two", "NTwo" },
  { "n-3", "terms of three", "NThree" },
  { "n-5", "terms of five", "NFive" },
  { "unsorted", "any first terms", "Unsorted" }
};
enum { N_ROWS = sizeof runs / sizeof *runs };

enum { N, LAYERS, PARAMETERS, BATCH, STEPS, KNOWN, FLOOR, LOSS, ASCENDING, ANY_ORDER, REPEATED,
       SEQUENCES, N_VALUES };
static const struct tc_csv_column columns[] = {
  { "run", "of this experiment" },
  { "n", "characters of a term" },
  { "layers", "of the model" },
  { "parameters", "of the model" },
  { "batch", "sequences per batch" },
  { "steps", "of training" },
  { "known", "step since which 99.9 % of the tokens after the first term are right" },
  { "floor", "best possible loss, nats per token" },
  { "loss", "on held-out combinations, nats per token" },
  { "ascending", "share of ascending first terms completed exactly" },
  { "any_order", "share of any first terms completed exactly" },
  { "repeated", "share of first terms with a repeated character completed exactly" },
  { "sequences", "held-out combinations" }
};

struct row { double value[N_VALUES]; };

static enum tc_status
read_row (const struct tc_permutation_analysis *a, const char *run, struct row *row,
          struct tc_error *err)
{
  struct tc_table table;
  enum tc_status status = tc_session_table (a->session, run, "summary", &table, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; i < N_VALUES; i++)
    {
      int column = tc_table_column (&table, columns[i + 1].name);
      row->value[i] = column < 0 || table.n_rows < 1 ? NAN : table.value[column];
    }
  tc_table_free (&table);
  return TC_OK;
}

/* 100 only for all.  */
static void
share_text (double share, char text[16])
{
  if (isnan (share))
    snprintf (text, 16, "--");
  else
    snprintf (text, 16, share == 1 || share == 0 ? "%.0f" : "%.2f",
              share == 1 ? 100 : fmin (100 * share, 99.99));
}

static void
report_row (const struct tc_permutation_analysis *a, size_t i, const struct row *row)
{
  static const struct { int value; const char *name; } shares[] = {
    { ASCENDING, "Ascending" }, { ANY_ORDER, "AnyOrder" }, { REPEATED, "Repeated" }
  };
  char name[64], text[16];
  if (runs[i].macro == NULL)
    return;
  for (size_t s = 0; s < sizeof shares / sizeof *shares; s++)
    {
      snprintf (name, sizeof name, "Run%s%s", runs[i].macro, shares[s].name);
      share_text (row->value[shares[s].value], text);
      tc_macros_text (a->macros, name, text);
    }
  snprintf (name, sizeof name, "Run%sLoss", runs[i].macro);
  tc_macros_real (a->macros, name, row->value[LOSS], 4);
  snprintf (name, sizeof name, "Run%sExcess", runs[i].macro);
  tc_macros_real (a->macros, name, row->value[LOSS] - row->value[FLOOR], 2);
  snprintf (name, sizeof name, "Run%sParameters", runs[i].macro);
  tc_macros_int (a->macros, name, (long long) row->value[PARAMETERS]);
  snprintf (name, sizeof name, "Run%sKnown", runs[i].macro);
  if (isnan (row->value[KNOWN]))
    tc_macros_real (a->macros, name, NAN, 1);
  else
    tc_macros_int (a->macros, name, (long long) row->value[KNOWN]);
}

static enum tc_status
write_csv (const struct tc_permutation_analysis *a, const struct row *rows,
           struct tc_error *err)
{
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "runs", "What the runs learn",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < N_ROWS; i++)
    if (runs[i].run != NULL)
      {
        tc_csv_text (&csv, runs[i].run);
        for (size_t v = 0; v < N_VALUES; v++)
          tc_csv_real (&csv, rows[i].value[v]);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

static void
write_table_row (FILE *stream, size_t i, const struct row *row)
{
  const double *v = row->value;
  char known[16], ascending[16], any[16], repeated[16];
  if (runs[i].run == NULL)
    {
      fputs ("\\midrule\n", stream);
      return;
    }
  if (isnan (v[KNOWN]))
    snprintf (known, sizeof known, "--");
  else
    snprintf (known, sizeof known, "%.0f", v[KNOWN]);
  share_text (v[ASCENDING], ascending);
  share_text (v[ANY_ORDER], any);
  share_text (v[REPEATED], repeated);
  fprintf (stream, "\\texttt{%s} & %s & %.0f & %.0f & %.0f & %.0f & %s & %.5f & %.5f & %s & %s & "
           "%s \\\\\n", runs[i].run, runs[i].change, v[N], v[PARAMETERS], v[BATCH], v[STEPS],
           known, v[FLOOR], v[LOSS], ascending, any, repeated);
}

static enum tc_status
write_table (const struct tc_permutation_analysis *a, const struct row *rows,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "runs_table", NULL, err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}ll rrrrr ll lll@{}}\n\\toprule\n"
         " & & & & & & & & & \\multicolumn{3}{c}{completed exactly (\\%)}\\\\\n"
         "\\cmidrule(l){10-12}\n"
         "run & what is changed & $n$ & parameters & batch & steps & known & floor & loss & "
         "ascending & any order & repeated\\\\\n\\midrule\n", file.stream);
  for (size_t i = 0; i < N_ROWS; i++)
    write_table_row (file.stream, i, &rows[i]);
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_permutation_report_assumptions (struct tc_permutation_analysis *a, struct tc_error *err)
{
  struct row rows[N_ROWS] = { { { 0 } } };
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < N_ROWS; i++)
    if (runs[i].run != NULL)
      {
        status = read_row (a, runs[i].run, &rows[i], err);
        if (status == TC_OK)
          report_row (a, i, &rows[i]);
      }
  if (status == TC_OK)
    status = write_csv (a, rows, err);
  return status == TC_OK ? write_table (a, rows, err) : status;
}
