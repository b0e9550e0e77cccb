/* The weights that notebook 000's authors published beside ours, by the measures of the
   other parts: public.csv and a table.  Reads this run's CSVs and one-head-long's.  */

#include "experiments/sort/analysis.h"
#include "training/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a number stands: in the row of a CSV whose column `by` holds `key`, the first
   `head` 0 where there are heads.  Over several rows: the least or greatest.  */
struct place
{
  const char *file, *by, *key, *column;
};

enum over { ONE, LEAST, GREATEST, SUM };

struct quantity
{
  const char *key;              /* of data/reference/sort-public-model.csv */
  const char *text;             /* LaTeX */
  struct place place;
  enum over over;               /* rows with by = key, key NULL: the slots 1 ... L - 2 */
  double unit;
  int digits;                   /* after the point, in the table */
};

static const struct quantity quantities[] = {
  { "lists", "lists right, \\%", { "accuracy", "set", "many", "accuracy" }, ONE, 100, 2 },
  { "tokens", "tokens right, \\%", { "accuracy", "set", "many", "token_accuracy" }, ONE, 100,
    2 },
  { "loss", "loss, nats per token", { "accuracy", "set", "many", "loss" }, ONE, 1, 4 },
  { "argmax_first", "greatest weight on the right token, first slot, \\%",
    { "attention", "slot", "0", "argmax" }, ONE, 100, 1 },
  { "argmax_low", "\\quad between, least, \\%", { "attention", "slot", NULL, "argmax" }, LEAST,
    100, 1 },
  { "argmax_high", "\\quad between, greatest, \\%", { "attention", "slot", NULL, "argmax" },
    GREATEST, 100, 1 },
  { "argmax_last", "\\quad last slot, \\%", { "attention", "slot", "9", "argmax" }, ONE, 100,
    1 },
  { "scores_nearer", "a nearer greater value scores higher",
    { "circuits", "measure", "scores-nearer", "value" }, ONE, 1, 3 },
  { "scores_above", "a greater value scores higher than one that is not",
    { "circuits", "measure", "scores-above", "value" }, ONE, 1, 3 },
  { "scores_mid_rank", "rank correlation of MID's scores with the value",
    { "circuits", "measure", "scores-mid-rank", "value" }, ONE, 1, 3 },
  { "ov_diagonal", "values that the OV circuit copies, \\%",
    { "circuits", "measure", "ov-diagonal", "value" }, ONE, 100, 1 },
  { "ov_positivity", "eigenvalue score of the OV circuit",
    { "circuits", "measure", "ov-positivity", "value" }, ONE, 1, 2 },
  { "mean_mlp_lists", "MLP at its mean: lists right, \\%",
    { "ablations", "part", "MLP mean", "accuracy" }, ONE, 100, 1 },
  { "mean_mlp_tokens", "\\quad tokens right, \\%",
    { "ablations", "part", "MLP mean", "token_accuracy" }, ONE, 100, 1 },
  { "errors_off_list", "mistakes in 20\\,000 lists: not in the list",
    { "errors", "by", "slot", "off_list" }, SUM, 1, 0 },
  { "errors_skip", "\\quad one skipped", { "errors", "by", "slot", "skip" }, SUM, 1, 0 },
  { "errors_repeat", "\\quad the last again", { "errors", "by", "slot", "repeat" }, SUM, 1, 0 },
  { "errors_other", "\\quad another of the list", { "errors", "by", "slot", "other" }, SUM, 1,
    0 }
};
enum { QUANTITIES = sizeof quantities / sizeof *quantities };

static const struct { const char *key; double value; } published[] = {
#include "stamps/sort/public-model.inc"
};

/* --- reading --- */

static bool
is_at (const struct tc_table *t, size_t row, const struct place *place)
{
  const double *value = t->value + row * t->n_columns;
  const char *const *text = (const char *const *) t->text + row * t->n_columns;
  int by = tc_table_column (t, place->by), head = tc_table_column (t, "head");
  int model = tc_table_column (t, "model"), kind = tc_table_column (t, "kind");
  char name[64];
  if ((head >= 0 && value[head] != 0)
      || (model >= 0 && strcmp (text[model], "trained") != 0))
    return false;
  if (place->key == NULL)       /* a slot between the first and the last of ten */
    return value[by] >= 1 && value[by] <= 8;
  snprintf (name, sizeof name, "%s%s%s", text[by], kind >= 0 ? " " : "",
            kind >= 0 ? text[kind] : "");
  return strcmp (name, place->key) == 0;
}

static double
find (const struct tc_table *t, const struct quantity *quantity)
{
  int column = tc_table_column (t, quantity->place.column);
  double result = quantity->over == SUM ? 0 : NAN;
  for (size_t row = 0; column >= 0 && row < t->n_rows; row++)
    {
      double value = t->value[row * t->n_columns + (size_t) column];
      if (!is_at (t, row, &quantity->place))
        continue;
      result = quantity->over == SUM ? result + value
               : quantity->over == LEAST ? fmin (result, value)
               : quantity->over == GREATEST ? fmax (result, value) : value;
    }
  return quantity->unit * result;
}

/* NaN where nothing was published.  */
static double
find_published (const char *key)
{
  for (size_t i = 0; i < sizeof published / sizeof *published; i++)
    if (strcmp (published[i].key, key) == 0)
      return published[i].value;
  return NAN;
}

/* This run's own files are read where they were just written.  */
static enum tc_status
read_run (struct tc_sort_analysis *a, const char *run, double *values, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < QUANTITIES; i++)
    {
      const struct quantity *quantity = &quantities[i];
      struct tc_table t;
      status = tc_session_table (a->session, run, quantity->place.file, &t, err);
      if (status != TC_OK)
        break;
      values[i] = find (&t, quantity);
      tc_table_free (&t);
    }
  return status;
}

/* --- writing --- */

static enum tc_status
write_csv (const struct tc_sort_analysis *a, const double *ours, const double *longer,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "quantity", "percent, nats, shares, correlations or counts" },
    { "published", "of the weights that the notebook's authors published" },
    { "one_head", "of this run, which repeats theirs" },
    { "one_head_long", "of the same run, trained on" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "public",
                                          "The notebook's published weights beside ours",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < QUANTITIES; i++)
    {
      tc_csv_text (&csv, quantities[i].key);
      tc_csv_real (&csv, find_published (quantities[i].key));
      tc_csv_real (&csv, ours[i]);
      tc_csv_real (&csv, longer[i]);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_table (const struct tc_sort_analysis *a, const double *ours, const double *longer,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "public_table",
                                          "public.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}lrrr@{}}\n\\toprule\n"
         " & published weights & \\texttt{one-head} & \\texttt{one-head-long} \\\\\n\\midrule\n",
         file.stream);
  for (size_t i = 0; i < QUANTITIES; i++)
    {
      int digits = quantities[i].digits;
      fprintf (file.stream, "%s & $%.*f$ & $%.*f$ & $%.*f$ \\\\\n", quantities[i].text, digits,
               find_published (quantities[i].key), digits, ours[i], digits, longer[i]);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_sort_report_public (struct tc_sort_analysis *a, struct tc_error *err)
{
  double ours[QUANTITIES], longer[QUANTITIES];
  if (!tc_sort_is_run (a, "one-head"))
    return TC_OK;
  enum tc_status status = read_run (a, "one-head", ours, err);
  if (status == TC_OK)
    status = read_run (a, "one-head-long", longer, err);
  if (status == TC_OK)
    status = write_csv (a, ours, longer, err);
  if (status == TC_OK)
    status = write_table (a, ours, longer, err);
  return status;
}
