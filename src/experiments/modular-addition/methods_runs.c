#include "experiments/modular-addition/methods.h"

#include "experiments/modular-addition/circuit_figures.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The key frequencies of every model of the sum, side by side; made by the analysis
   of `add`, which comes after the others.  */

static const char *const runs[] = { "add", "add-seed-1", "add-seed-2",
                                    "transformerlens-demo" };
enum { N_RUNS = sizeof runs / sizeof *runs };

/* A cell of a run's methods.csv, NaN where there is no such column.  */
static double
cell (const struct tc_table *table, size_t row, const char *name)
{
  int column = tc_table_column (table, name);
  return column < 0 ? NAN : table->value[row * table->n_columns + (size_t) column];
}

static enum tc_status
write_csv (const struct tc_modular_analysis *a, const struct tc_table *tables,
           struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "run", "model" }, { "run_index", "0: seed 0, 1 and 2: seeds 1 and 2, 3: the demo" },
    { "k", "key frequency" },
    { "heads", "what attention does at k: root of the sum over heads of alpha^2 + beta^2" },
    { "opposite", "amplitude for opposite a and b, as a share of the mean" },
    { "opposite_without", "with 2 k taken out of the embedding" },
    { "double_ratio", "norm of W_E at 2 k over that at k" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "all-methods", "How each key frequency of every model "
                      "of the sum is computed", sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t r = 0; r < N_RUNS; r++)
    for (size_t row = 0; status == TC_OK && row < tables[r].n_rows; row++)
      {
        tc_csv_text (&csv, runs[r]);
        tc_csv_int (&csv, (long long) r);
        tc_csv_int (&csv, (long long) cell (&tables[r], row, "k"));
        tc_csv_real (&csv, cell (&tables[r], row, "heads"));
        tc_csv_real (&csv, cell (&tables[r], row, "opposite"));
        tc_csv_real (&csv, cell (&tables[r], row, "opposite_without"));
        tc_csv_real (&csv, cell (&tables[r], row, "embedding_double")
                           / cell (&tables[r], row, "embedding"));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* Extremes over the keys of one kind.  */
struct kind
{
  size_t n;
  double least_heads, most_heads, least_opposite, most_opposite, least_double, most_double;
};

static struct kind
describe (const struct tc_table *tables, bool is_blind)
{
  struct kind kind = { 0, INFINITY, -INFINITY, INFINITY, -INFINITY, INFINITY, -INFINITY };
  for (size_t r = 0; r < N_RUNS; r++)
    for (size_t row = 0; row < tables[r].n_rows; row++)
      {
        double opposite = cell (&tables[r], row, "opposite_without");
        double heads = cell (&tables[r], row, "heads");
        double doubled = cell (&tables[r], row, "embedding_double")
                         / cell (&tables[r], row, "embedding");
        if ((opposite < TC_MODULAR_BLIND_BELOW) != is_blind)
          continue;
        kind.n++;
        kind.least_heads = fmin (kind.least_heads, heads);
        kind.most_heads = fmax (kind.most_heads, heads);
        kind.least_opposite = fmin (kind.least_opposite, opposite);
        kind.most_opposite = fmax (kind.most_opposite, opposite);
        kind.least_double = fmin (kind.least_double, doubled);
        kind.most_double = fmax (kind.most_double, doubled);
      }
  return kind;
}

static void
write_numbers (struct tc_modular_analysis *a, const struct tc_table *tables)
{
  struct kind blind = describe (tables, true), seeing = describe (tables, false);
  tc_macros_int (a->macros, "AllKeys", (long long) (blind.n + seeing.n));
  tc_macros_int (a->macros, "AllBlind", (long long) blind.n);
  tc_macros_int (a->macros, "AllSeeing", (long long) seeing.n);
  tc_macros_real (a->macros, "AllBlindMostHeads", blind.most_heads, 2);
  tc_macros_real (a->macros, "AllBlindMostOpposite", blind.most_opposite, 2);
  tc_macros_real (a->macros, "AllBlindLeastDouble", blind.least_double, 2);
  tc_macros_real (a->macros, "AllSeeingLeastHeads", seeing.least_heads, 2);
  tc_macros_real (a->macros, "AllSeeingLeastOpposite", seeing.least_opposite, 2);
  tc_macros_real (a->macros, "AllSeeingMostOpposite", seeing.most_opposite, 2);
  tc_macros_real (a->macros, "AllSeeingMostDouble", seeing.most_double, 2);
}

enum tc_status
tc_modular_report_all_methods (struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_table tables[N_RUNS] = { { 0 } };
  enum tc_status status = TC_OK;
  for (size_t r = 0; status == TC_OK && r < N_RUNS; r++)
    status = tc_session_table (a->session, runs[r], "methods", &tables[r], err);
  if (status == TC_OK)
    status = write_csv (a, tables, err);
  if (status == TC_OK)
    write_numbers (a, tables);
  if (status == TC_OK)
    status = tc_modular_figure_all_methods (a, err);
  for (size_t r = 0; r < N_RUNS; r++)
    tc_table_free (&tables[r]);
  return status;
}
