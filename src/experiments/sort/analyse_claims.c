/* Notebook 003's sentences, each beside what every model does: claims.csv and a table,
   over the families of runs and their seeds.  */

#include "experiments/sort/analysis.h"
#include "training/folder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const families[] = { "five-script", "five-plain", "five", "five-eos",
                                        "five-variable" };
enum { FAMILIES = sizeof families / sizeof *families, SEEDS = 3 };
static const char *const seeds[SEEDS] = { "", "-seed-2", "-seed-3" };

/* The family whose sampled continuations are shown, too.  */
enum { SAMPLED_FAMILY = 2 };

enum source { INTERVENTIONS, ROWS, ATTENTION };

/* Places of ATTENTION: rows of the numbers in either half of the lists.  */
enum { SORTED, UNSORTED };

struct claim
{
  const char *text;             /* LaTeX */
  bool is_claim;                /* the notebook says so; else it asks for comparison */
  enum source source;
  const char *intervention, *measure;
  int place;
};

static const struct claim claims[] = {
  { "START, list, MID: the list is sorted", false, INTERVENTIONS, "plain", "right", 0 },
  { "A sorted number attends most to the next larger", true, ATTENTION, "", "argmax",
    SORTED },
  { "\\quad so does one of the unsorted list", true, ATTENTION, "", "argmax", UNSORTED },
  { "\\quad the two after that come next", true, ROWS, "", "two-after-follow", 0 },
  { "\\quad the last number's attention is less clear", true, ROWS, "", "last-less-clear",
    0 },
  { "MID in the list: the other values are sorted", true, INTERVENTIONS, "mid-injected",
    "rest-right", 4 },
  { "\\quad and then the largest comes again", true, INTERVENTIONS, "mid-injected",
    "as-claimed", 4 },
  { "\\quad no MID is predicted", true, INTERVENTIONS, "mid-injected", "no-special", 4 },
  { "27 for MID: the list is sorted", true, INTERVENTIONS, "mid-replaced", "right", 0 },
  { "\\quad that place attends most where MID did", true, ROWS, "",
    "mid-replaced-same-greatest", 0 },
  { "No MID at all: sorted at once", false, INTERVENTIONS, "mid-deleted", "right", 0 },
  { "\\quad sorted from index 6 on", true, INTERVENTIONS, "mid-deleted", "right-late", 0 },
  { "Three values: filled up with the smallest", true, INTERVENTIONS, "shorter", "filled", 0 },
  { "\\quad then sorted with the first of these", true, INTERVENTIONS, "shorter",
    "sorted-after", 0 },
  { "\\quad the largest at the end", true, INTERVENTIONS, "shorter", "largest-last", 0 },
  { "\\quad the three are sorted at once", false, INTERVENTIONS, "shorter", "rest-right", 0 },
  { "START in the list: the other values are sorted", true, INTERVENTIONS, "bos-injected",
    "rest-right", 5 },
  { "\\quad and then the largest comes again", true, INTERVENTIONS, "bos-injected",
    "as-claimed", 5 },
  { "\\quad START attends more smoothly", true, ROWS, "",
    "injected-start-smoother", 0 },
  { "12 for START: the list is sorted", true, INTERVENTIONS, "bos-replaced", "right", 0 },
  { "\\quad attention is greatest where it was", true, ROWS, "",
    "start-replaced-same-greatest", 0 },
  { "\\quad as few tokens attend to START", true, ROWS, "", "off-start", 0 },
  { "START alone: one number for ever", true, INTERVENTIONS, "bos-alone", "constant", 0 }
};
enum { CLAIMS = sizeof claims / sizeof *claims };

struct range
{
  double low, high;
};

struct results
{
  struct range greedy[CLAIMS][FAMILIES], sampled[CLAIMS];
};

/* --- reading --- */

static const char *
text_at (const struct tc_table *t, size_t row, size_t column)
{
  return t->text[row * t->n_columns + column];
}

static double
find_intervention (const struct tc_table *t, const struct claim *claim, const char *decoding)
{
  for (size_t row = 0; row < t->n_rows; row++)
    if (strcmp (text_at (t, row, 0), claim->intervention) == 0
        && t->value[row * t->n_columns + 1] == claim->place
        && strcmp (text_at (t, row, 2), decoding) == 0
        && strcmp (text_at (t, row, 3), claim->measure) == 0)
      return t->value[row * t->n_columns + 4];
  return NAN;
}

static double
find_row (const struct tc_table *t, const char *measure)
{
  for (size_t row = 0; row < t->n_rows; row++)
    if (strcmp (text_at (t, row, 0), measure) == 0)
      return t->value[row * t->n_columns + 1];
  return NAN;
}

/* Head 0's column, mean over the sorted numbers that predict one, or of the unsorted
   list's (slot -1).  */
static double
find_attention (const struct tc_table *t, const char *column, int half, int length)
{
  int at = tc_table_column (t, column), slot = tc_table_column (t, "slot");
  double sum = 0, n = 0;
  for (size_t row = 0; row < t->n_rows; row++)
    {
      const double *value = t->value + row * t->n_columns;
      bool is_sorted = value[slot] >= 1 && value[slot] < length;
      if (value[0] != 0 || (half == SORTED ? !is_sorted : value[slot] != -1))
        continue;
      sum += value[at];
      n++;
    }
  return sum / n;
}

static void
widen (struct range *range, double value)
{
  range->low = fmin (range->low, value);
  range->high = fmax (range->high, value);
}

static enum tc_status
read_run (struct tc_sort_analysis *a, const char *run, size_t family, struct results *results,
          struct tc_error *err)
{
  struct tc_table interventions = { 0 }, rows = { 0 }, attention = { 0 };
  enum tc_status status = tc_session_table (a->session, run, "interventions", &interventions, err);
  if (status == TC_OK)
    status = tc_session_table (a->session, run, "rows", &rows, err);
  if (status == TC_OK)
    status = tc_session_table (a->session, run, "attention", &attention, err);
  for (size_t i = 0; status == TC_OK && i < CLAIMS; i++)
    {
      const struct claim *claim = &claims[i];
      double value = claim->source == INTERVENTIONS
                     ? find_intervention (&interventions, claim, "greedy")
                     : claim->source == ROWS ? find_row (&rows, claim->measure)
                     : find_attention (&attention, claim->measure, claim->place,
                                       a->task->list_length);
      widen (&results->greedy[i][family], value);
      if (family == SAMPLED_FAMILY && claim->source == INTERVENTIONS)
        widen (&results->sampled[i], find_intervention (&interventions, claim, "sampled"));
    }
  tc_table_free (&interventions);
  tc_table_free (&rows);
  tc_table_free (&attention);
  return status;
}

static enum tc_status
read_all (struct tc_sort_analysis *a, struct results *results, struct tc_error *err)
{
  static const struct range empty = { INFINITY, -INFINITY };
  enum tc_status status = TC_OK;
  for (size_t i = 0; i < CLAIMS; i++)
    {
      results->sampled[i] = empty;
      for (size_t family = 0; family < FAMILIES; family++)
        results->greedy[i][family] = empty;
    }
  for (size_t family = 0; family < FAMILIES; family++)
    for (size_t seed = 0; status == TC_OK && seed < SEEDS; seed++)
      {
        char run[64];
        snprintf (run, sizeof run, "%s%s", families[family], seeds[seed]);
        status = read_run (a, run, family, results, err);
      }
  return status;
}

/* --- writing --- */

/* By the extremes over all models, greedy: the caption says which.  */
static const char *
verdict (const struct results *results, size_t claim)
{
  struct range all = { INFINITY, -INFINITY };
  if (!claims[claim].is_claim)
    return "";
  for (size_t family = 0; family < FAMILIES; family++)
    {
      widen (&all, results->greedy[claim][family].low);
      widen (&all, results->greedy[claim][family].high);
    }
  return all.low >= 0.9 ? "holds" : all.high <= 0.1 ? "fails"
         : all.high >= 0.9 ? "in some" : "in part";
}

static void
write_range (FILE *stream, struct range range)
{
  int low = (int) floor (100 * range.low + 0.5), high = (int) floor (100 * range.high + 0.5);
  if (!(range.low <= range.high))
    fputs ("--", stream);
  else if (low == high)
    fprintf (stream, "%d", low);
  else
    fprintf (stream, "%d--%d", low, high);
}

static enum tc_status
write_table (const struct tc_sort_analysis *a, const struct results *results,
             struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status = tc_session_tex (a->session, &file, "claims_table",
                                          "claims.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}lccccccl@{}}\n\\toprule\n"
         " & \\texttt{script} & \\texttt{plain} & \\texttt{five} & \\texttt{eos} & "
         "\\texttt{variable} & sampled & \\\\\n\\midrule\n", file.stream);
  for (size_t i = 0; i < CLAIMS; i++)
    {
      fputs (claims[i].text, file.stream);
      for (size_t family = 0; family < FAMILIES; family++)
        {
          fputs (" & ", file.stream);
          write_range (file.stream, results->greedy[i][family]);
        }
      fputs (" & ", file.stream);
      write_range (file.stream, results->sampled[i]);
      fprintf (file.stream, " & %s \\\\\n", verdict (results, i));
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}

static enum tc_status
add_row (struct tc_csv *csv, const struct claim *claim, const char *family,
         const char *decoding, struct range range, const char *judged, struct tc_error *err)
{
  char text[96];
  snprintf (text, sizeof text, "%s", strncmp (claim->text, "\\quad ", 6) == 0
            ? claim->text + 6 : claim->text);
  tc_csv_text (csv, text);
  tc_csv_text (csv, claim->intervention);
  tc_csv_text (csv, claim->measure);
  tc_csv_text (csv, family);
  tc_csv_text (csv, decoding);
  tc_csv_real (csv, range.low);
  tc_csv_real (csv, range.high);
  tc_csv_text (csv, judged);
  return tc_csv_end_row (csv, err);
}

static enum tc_status
write_csv (const struct tc_sort_analysis *a, const struct results *results,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "claim", "what notebook 003 says, or a comparison" },
    { "intervention", "of interventions.csv; empty: of rows.csv or attention.csv" },
    { "measure", "its measure there" },
    { "family", "run, with its two other seeds" },
    { "decoding", "greedy or sampled" },
    { "low", "least share over the three seeds" },
    { "high", "greatest share" },
    { "verdict", "over all families, greedy: holds, at least 0.9 everywhere; fails, at most "
                 "0.1; in some, at least 0.9 in one model; in part" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "claims",
                                          "Notebook 003's sentences and what models do", 8,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < CLAIMS; i++)
    {
      for (size_t family = 0; status == TC_OK && family < FAMILIES; family++)
        status = add_row (&csv, &claims[i], families[family], "greedy",
                          results->greedy[i][family], verdict (results, i), err);
      if (status == TC_OK && claims[i].source == INTERVENTIONS)
        status = add_row (&csv, &claims[i], families[SAMPLED_FAMILY], "sampled",
                          results->sampled[i], verdict (results, i), err);
    }
  return tc_csv_finish (&csv, status, err);
}

/* --- the questions about EOS --- */

/* Whole percents, tenths below ten.  */
static const char *
percent (double value, char text[32])
{
  bool is_small = value > 0 && value < 9.95;
  snprintf (text, 32, is_small ? "%.1f" : "%.0f", value);
  return text;
}

/* Least and greatest over a family's seeds of one measure, as two macros, percent. */
static enum tc_status
write_macro_range (struct tc_sort_analysis *a, const char *family, const char *name,
                   const struct claim *claim, struct tc_error *err)
{
  struct range range = { INFINITY, -INFINITY };
  enum tc_status status = TC_OK;
  for (size_t seed = 0; status == TC_OK && seed < SEEDS; seed++)
    {
      struct tc_table t;
      char run[64];
      snprintf (run, sizeof run, "%s%s", family, seeds[seed]);
      status = tc_session_table (a->session, run, "interventions", &t, err);
      if (status != TC_OK)
        return status;
      widen (&range, find_intervention (&t, claim, "greedy"));
      tc_table_free (&t);
    }
  char full[64], text[32];
  snprintf (full, sizeof full, "%sLow", name);
  tc_macros_text (a->macros, full, percent (100 * range.low, text));
  snprintf (full, sizeof full, "%sHigh", name);
  tc_macros_text (a->macros, full, percent (100 * range.high, text));
  return status;
}

static enum tc_status
answer_questions (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct { const char *family, *name; struct claim claim; } numbers[] = {
    { "five", "InjectedClaimed",
      { .intervention = "mid-injected", .measure = "as-claimed", .place = 4 } },
    { "five-eos", "EndInjectedRest",
      { .intervention = "mid-injected", .measure = "rest-right", .place = 4 } },
    { "five-eos", "EndInjectedClaimed",
      { .intervention = "mid-injected", .measure = "as-claimed", .place = 4 } },
    { "five-eos", "EndInjectedEnds",
      { .intervention = "mid-injected", .measure = "ends", .place = 4 } },
    { "five-eos", "EndShorterRight",
      { .intervention = "shorter", .measure = "rest-right" } },
    { "five-eos", "EndShorterEnds", { .intervention = "shorter", .measure = "ends" } },
    { "five", "ShorterRight", { .intervention = "shorter", .measure = "rest-right" } },
    { "five-variable", "LengthsShorterRight",
      { .intervention = "shorter", .measure = "rest-right" } },
    { "five", "Current", { .intervention = "mid-replaced", .measure = "as-current" } },
    { "five-plain", "FlatCurrent", { .intervention = "mid-replaced", .measure = "as-current" } },
    { "five", "StartIncluded", { .intervention = "bos-replaced", .measure = "included" } }
  };
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < sizeof numbers / sizeof *numbers; i++)
    status = write_macro_range (a, numbers[i].family, numbers[i].name, &numbers[i].claim, err);
  return status;
}

/* The tokens that START alone leads to, greedily, in all models: "36, 41, 36, ...".  */
static enum tc_status
list_fixed_points (struct tc_sort_analysis *a, struct tc_error *err)
{
  static const struct claim token = { .intervention = "bos-alone",
                                      .measure = "commonest-token" };
  char text[512] = "";
  size_t used = 0;
  enum tc_status status = TC_OK;
  for (size_t i = 0; status == TC_OK && i < FAMILIES * SEEDS; i++)
    {
      struct tc_table t;
      char run[64];
      snprintf (run, sizeof run, "%s%s", families[i / SEEDS], seeds[i % SEEDS]);
      status = tc_session_table (a->session, run, "interventions", &t, err);
      if (status != TC_OK)
        return status;
      used += (size_t) snprintf (text + used, sizeof text - used, "%s%d", i == 0 ? "" : ", ",
                                 (int) find_intervention (&t, &token, "greedy"));
      tc_table_free (&t);
    }
  tc_macros_text (a->macros, "FixedPoints", text);
  return status;
}

enum tc_status
tc_sort_report_claims (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct results results;
  if (!tc_sort_is_run (a, "five"))
    return TC_OK;
  enum tc_status status = read_all (a, &results, err);
  if (status == TC_OK)
    status = write_csv (a, &results, err);
  if (status == TC_OK)
    status = write_table (a, &results, err);
  if (status == TC_OK)
    status = answer_questions (a, err);
  if (status == TC_OK)
    status = list_fixed_points (a, err);
  return status;
}
