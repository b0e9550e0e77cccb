/* What others measured on the published models beside ours.  */

#include "experiments/induction/analysis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* data/reference/induction-published.csv, compiled in.  */
static const struct { const char *key; double value; } published[] = {
#include "stamps/induction/published.inc"
};
enum { N_PUBLISHED = sizeof published / sizeof *published };

static double
published_value (const char *key)
{
  for (size_t i = 0; i < N_PUBLISHED; i++)
    if (strcmp (published[i].key, key) == 0)
      return published[i].value;
  return NAN;
}

/* A row of the table: one number, or from one to another.  */
static const struct
{
  const char *label, *key, *key_to, *own, *own_to, *format;
} rows[] = {
  { "loss of scored tokens", "loss", NULL, "PlacesLoss", NULL, "%.3f" },
  { "scored tokens that are right, \\%", "accuracy", NULL, "FinalAccuracy", NULL, "%.1f" },
  { "previous-token head of layer 0", "previous_head", NULL, "PreviousHead", NULL, "%.0f" },
  { "previous-token score, all queries", "previous_all", NULL, "PreviousAll", NULL, "%.2f" },
  { "\\quad in the first slot", "previous_first", NULL, "PreviousFirst", NULL, "%.3f" },
  { "\\quad later", "previous_rest", NULL, "PreviousRest", NULL, "%.3f" },
  { "prefix matching in layer 1", "prefix_lowest", "prefix_highest", "PrefixLowest", "Prefix",
    "%.2f" },
  { "copying in layer 1, lowest", "copying_lowest", NULL, "CopyingLowest", NULL, "%.3f" },
  { "K-composition over chance", "k_composition_lowest", "k_composition_highest",
    "KCompositionLowest", "KCompositionHighest", "%.2f" },
  { "chance", "composition_chance", NULL, "CompositionChance", NULL, "%.3f" },
  { "loss without the previous-token head", "ablated_previous", NULL, "PreviousAblated",
    NULL, "%.2f" },
  { "loss without one head of layer 1", "ablated_lowest", "ablated_highest", "AblatedLowest",
    "AblatedHighest", "%.2f" },
  { "loss in the blind spot", "corner_loss", NULL, "CornerLoss", NULL, "%.2f" }
};

static void
write_cell (FILE *stream, const char *format, double from, double to)
{
  fputs (" & ", stream);
  fprintf (stream, format, from);
  if (!isnan (to))
    {
      fputs ("--", stream);
      fprintf (stream, format, to);
    }
}

/* Macros PublishedLoss ...: the keys in camel case.  */
static void
write_macros (const struct tc_induction_analysis *a)
{
  static const struct { const char *key, *name; int digits; } macros[] = {
    { "corner_loss", "PublishedCornerLoss", 2 },
    { "usual_residual_loss", "PublishedUsualResidualLoss", 3 },
    { "finite_previous", "PublishedFinitePrevious", 2 },
    { "finite_prefix", "PublishedFinitePrefix", 2 },
    { "finite_train_below_1", "PublishedFiniteTrainBelowOne", 0 },
    { "finite_test_plateau", "PublishedFiniteTestPlateau", 0 },
    { "finite_plateau_until", "PublishedFinitePlateauUntil", 0 },
    { "finite_generalised_epoch", "PublishedFiniteGeneralisedEpoch", 0 },
    { "finite_generalised_loss", "PublishedFiniteGeneralisedLoss", 2 },
    { "finite_test_lowest", "PublishedFiniteTestLowest", 2 },
    { "finite_test_end", "PublishedFiniteTestEnd", 0 }
  };
  for (size_t i = 0; i < sizeof macros / sizeof *macros; i++)
    if (macros[i].digits > 0)
      tc_macros_real (a->macros, macros[i].name, published_value (macros[i].key),
                      macros[i].digits);
    else
      tc_macros_int (a->macros, macros[i].name, (long long) published_value (macros[i].key));
}

enum tc_status
tc_induction_report_published (struct tc_induction_analysis *a, struct tc_error *err)
{
  struct tc_file file;
  write_macros (a);
  enum tc_status status = tc_session_tex (a->session, &file, "published_table",
                                          "data/reference/induction-published.csv and "
                                          "summary.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}l ll@{}}\n\\toprule\n & published & ours\\\\\n"
         "\\midrule\n", file.stream);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    {
      fputs (rows[i].label, file.stream);
      write_cell (file.stream, rows[i].format, published_value (rows[i].key),
                  rows[i].key_to == NULL ? NAN : published_value (rows[i].key_to));
      write_cell (file.stream, rows[i].format, tc_induction_own_number (a, rows[i].own),
                  rows[i].own_to == NULL ? NAN : tc_induction_own_number (a, rows[i].own_to));
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}
