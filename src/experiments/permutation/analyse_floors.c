/* What the first term must cost, and what lesser predictors pay for it.  */

#include "experiments/permutation/analysis.h"
#include "numerics/elementary.h"

static enum tc_status
write_slots (const struct tc_permutation_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "slot", "character of the first term, from 1" },
    { "floor", "entropy given the characters before it, nats" },
    { "marginal", "entropy by itself, of an ascending combination, nats" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "floors",
                                          "What the first term of a sequence must cost",
                                          3, columns, err);
  if (status != TC_OK)
    return status;
  for (int slot = 0; status == TC_OK && slot < a->task->n; slot++)
    {
      tc_csv_int (&csv, slot + 1);
      tc_csv_real (&csv, tc_permutation_slot_floor (a->task, slot));
      tc_csv_real (&csv, tc_permutation_slot_marginal (a->task->n, slot));
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_permutation_report_floors (struct tc_permutation_analysis *a, struct tc_error *err)
{
  const int n = a->task->n;
  tc_macros_int (a->macros, "Combinations", (long long) tc_permutation_combinations (n));
  tc_macros_int (a->macros, "Length", (long long) tc_permutation_length (n));
  tc_macros_real (a->macros, "Floor", tc_permutation_floor (a->task), 5);
  tc_macros_real (a->macros, "MarginalLoss", tc_permutation_marginal_loss (n), 5);
  tc_macros_real (a->macros, "DistinctLoss", tc_permutation_distinct_loss (n), 5);
  tc_macros_real (a->macros, "UniformLoss", tc_permutation_uniform_loss (n), 5);
  tc_macros_real (a->macros, "BlindLoss", tc_permutation_blind_loss (n), 4);
  tc_macros_int (a->macros, "Elements", TC_PERMUTATION_ELEMENTS);
  tc_macros_real (a->macros, "LnElements", tc_log64 (TC_PERMUTATION_ELEMENTS), 4);
  tc_macros_int (a->macros, "Columns", (long long) a->n_pos - 1);
  tc_macros_int (a->macros, "SixLength", (long long) tc_permutation_length (6));
  for (int slot = 0; slot < n; slot++)
    {
      char name[] = { 'F', 'l', 'o', 'o', 'r', 'S', 'l', 'o', 't', (char) ('A' + slot), '\0' };
      tc_macros_real (a->macros, name, tc_permutation_slot_floor (a->task, slot), 4);
    }
  return write_slots (a, err);
}
