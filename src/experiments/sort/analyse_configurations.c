/* How well each configuration sorts, beside what was published about it:
   configurations.csv and a table.  */

#include "experiments/measure.h"
#include "experiments/sort/analysis.h"
#include "training/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct configuration
{
  const char *run, *what;
  double published;             /* percent; NaN: nothing */
  bool of_tokens;               /* published of tokens, not of lists */
};

/* Published: Baginski and Kolly 2023 (its notebooks; the report for ten of sixteen),
   notebook 000's own output, the last hundred rows of 002's published log.  */
static const struct configuration configurations[] = {
  { "length-5", "5 of 64, distinct, attention only", 99.97, false },
  { "one-head", "10 of 64, distinct, with MLP (notebook 000)", 99.7, false },
  { "one-head-long", "the same, trained on", NAN, false },
  { "one-head-attn-only", "10 of 64, distinct, attention only", NAN, false },
  { "repeats-16", "10 of 16, repeats, attention only", 96.8, false },
  { "no-positions", "the same without positions", 3.4, false },
  { "zero-layer", "54 of 90, distinct, no layer", 59.9, true },
  { "zero-layer-repeats", "54 of 90, repeats, no layer", 34.8, true },
  { "attn-only", "20 of 30, repeats, attention only (notebook 002)", 99.58, true },
  { "attn-only-two-heads", "the same with two heads", NAN, false },
  { "five-script", "5 of 64, repeats, attention only (notebook 003)", NAN, false },
  { "five-plain", "the same, trained on", NAN, false },
  { "five", "the same, trained on, with layer norm", NAN, false }
};
enum { N = sizeof configurations / sizeof *configurations };

struct result
{
  double loss, accuracy, token_accuracy;
};

/* The row "many" of a run's accuracy.csv.  */
static enum tc_status
read_result (struct tc_sort_analysis *a, const char *run, struct result *result,
             struct tc_error *err)
{
  struct tc_table t;
  enum tc_status status = tc_session_table (a->session, run, "accuracy", &t, err);
  if (status != TC_OK)
    return status;
  *result = (struct result) { NAN, NAN, NAN };
  for (size_t row = 0; row < t.n_rows; row++)
    if (strcmp (t.text[row * t.n_columns], "many") == 0)
      {
        const double *value = t.value + row * t.n_columns;
        result->loss = value[tc_table_column (&t, "loss")];
        result->accuracy = value[tc_table_column (&t, "accuracy")];
        result->token_accuracy = value[tc_table_column (&t, "token_accuracy")];
      }
  tc_table_free (&t);
  return TC_OK;
}

static enum tc_status
write_csv (struct tc_sort_analysis *a, const struct result *results, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "run", "its name" },
    { "what", "lists and model" },
    { "published", "published accuracy, percent" },
    { "of", "of what: lists or tokens" },
    { "accuracy", "ours: percent of lists, each token from the right ones before" },
    { "token_accuracy", "ours: percent of tokens" },
    { "loss", "ours: nats per token" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "configurations",
                                          "How well each configuration sorts",
                                          sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < N; i++)
    {
      const struct configuration *c = &configurations[i];
      tc_csv_text (&csv, c->run);
      tc_csv_text (&csv, c->what);
      tc_csv_real (&csv, c->published);
      tc_csv_text (&csv, c->of_tokens ? "tokens" : "lists");
      tc_csv_real (&csv, tc_rounded (100 * results[i].accuracy, 9));
      tc_csv_real (&csv, tc_rounded (100 * results[i].token_accuracy, 9));
      tc_csv_real (&csv, results[i].loss);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
write_table (const struct tc_sort_analysis *a, const struct result *results,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "configurations_table",
                                          "configurations.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}lllrrr@{}}\n\\toprule\n"
         "run & lists and model & published & lists & tokens & loss \\\\\n\\midrule\n",
         file.stream);
  for (int i = 0; i < N; i++)
    {
      const struct configuration *c = &configurations[i];
      fprintf (file.stream, "\\texttt{%s} & %s & ", c->run, c->what);
      if (isnan (c->published))
        fputs ("--", file.stream);
      else
        fprintf (file.stream, "%g\\,\\%% of %s", c->published,
                 c->of_tokens ? "tokens" : "lists");
      fprintf (file.stream, " & %.2f\\,\\%% & %.2f\\,\\%% & %.4f \\\\\n",
               100 * results[i].accuracy, 100 * results[i].token_accuracy, results[i].loss);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

enum tc_status
tc_sort_report_configurations (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct result results[N];
  enum tc_status status = TC_OK;
  if (!tc_sort_is_run (a, "one-head"))
    return TC_OK;
  for (int i = 0; status == TC_OK && i < N; i++)
    if (strcmp (configurations[i].run, a->session->run) != 0)
      status = read_result (a, configurations[i].run, &results[i], err);
    else
      results[i] = (struct result) { a->many.loss, a->many.accuracy, a->many.token_accuracy };
  if (status == TC_OK)
    status = write_csv (a, results, err);
  if (status == TC_OK)
    status = write_table (a, results, err);
  return status;
}
