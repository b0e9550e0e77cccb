/* The certified bound beside what sampling finds.  */

#include "experiments/sort/analysis.h"
#include "experiments/sort/bound.h"
#include "experiments/sort/examine.h"
#include "experiments/sort/figures_circuits.h"
#include "experiments/sort/score.h"

#include <stdlib.h>
#include <string.h>

/* A margin far above what float32 can lose.  */
static const double safe_margin = 0.01;

static bool
is_for (const struct tc_sort_analysis *a)
{
  return a->session->is_decoder && tc_sort_is_first (a)
         && tc_sort_bound_applies (&a->session->model.config) && a->task->list_length <= 20
         && (tc_sort_is_of (a, "attn-only") || tc_sort_is_of (a, "five-plain"));
}

/* The sampled counterpart: errors.csv of this run, share of lists wrong at each slot. */
static enum tc_status
write_bound (struct tc_sort_analysis *a, const struct tc_sort_bound *bound,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "slot", "output slot" },
    { "certified", "at most this share of all lists is wrong there" },
    { "sampled", "share of sampled lists that are" }
  };
  struct tc_table errors;
  struct tc_csv csv;
  enum tc_status status
    = tc_session_table (a->session, a->session->run, "errors", &errors, err);
  if (status != TC_OK)
    return status;
  status = tc_session_csv (a->session, &csv, "bound",
                           "Share of lists that are wrong: certified and sampled", 3, columns,
                           err);
  for (size_t row = 0; status == TC_OK && row < errors.n_rows; row++)
    {
      const double *value = errors.value + row * errors.n_columns;
      if (strcmp (errors.text[row * errors.n_columns], "slot") != 0)
        continue;
      tc_csv_int (&csv, (long long) value[1]);
      tc_csv_real (&csv, bound->slot[(size_t) value[1]]);
      tc_csv_real (&csv, value[3] / value[2]);
      status = tc_csv_end_row (&csv, err);
    }
  tc_table_free (&errors);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
bound_with (struct tc_sort_analysis *a, double margin, struct tc_sort_bound *bound,
            struct tc_error *err)
{
  const struct tc_sort_bound_task task = {
    .list_length = (size_t) a->task->list_length, .n_values = (size_t) a->task->n_values,
    .repeats = a->task->repeats, .start_token = (size_t) a->task->start_token,
    .mid_token = (size_t) tc_sort_mid_token (a->task), .margin = margin
  };
  return tc_sort_bound_alloc (bound, &a->session->model, &task, err);
}

static void
write_macros (struct tc_sort_analysis *a, const struct tc_sort_bound *bound)
{
  tc_macros_real (a->macros, "BoundListsPercent", 100 * bound->lists, 4);
  tc_macros_real (a->macros, "BoundTokensPercent", 100 * bound->tokens, 4);
  tc_macros_int (a->macros, "BoundCases", (long long) bound->n_cases);
  tc_macros_int (a->macros, "BoundSettled", (long long) bound->n_settled);
  tc_macros_int (a->macros, "BoundFine", (long long) bound->n_fine);
  tc_macros_real (a->macros, "BoundLeftOut", bound->left_out, 2);
  tc_macros_real (a->macros, "BoundAgainPercent", 100 * bound->gap[0] / (1 - bound->lists), 2);
}

enum tc_status
tc_sort_report_bound (struct tc_sort_analysis *a, struct tc_error *err)
{
  struct tc_sort_bound bound;
  if (!is_for (a))
    return TC_OK;
  enum tc_status status = bound_with (a, safe_margin, &bound, err);
  if (status != TC_OK)
    return status;
  status = write_bound (a, &bound, err);
  if (status == TC_OK)
    {
      tc_macros_real (a->macros, "BoundMargin", safe_margin, 1);
      write_macros (a, &bound);
      status = tc_sort_figure_bound (a, err);
    }
  tc_sort_bound_free (&bound);
  return status;
}
