#include "experiments/addition/circuits.h"

#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/grids.h"

#include <math.h>
#include <stdio.h>

/* What neurons and logits are as functions of the pair of digits in a column.  */

enum { TRAINED, UNTRAINED, MODELS };
static const char *const model_names[] = { "trained", "untrained" };
static const char *const reading_names[] = { "own", "next" };
static const char *const quantity_names[] = { "neuron inputs", "neuron outputs", "logits" };

/* Sums over columns and carries, for means.  */
struct tally
{
  int n;
  double additive, waves, sum, share[TC_ADDITION_FREQUENCIES];
};

struct pairs
{
  struct tc_addition_analysis *a;
  struct tc_addition_space space;
  struct tc_csv csv;
  struct tally tally[MODELS][TC_ADDITION_READINGS][TC_ADDITION_QUANTITIES];
  double random_high;           /* greatest share of nine random functions, trained */
};

static void
add_split (struct tally *tally, const struct tc_addition_split *split)
{
  tally->n++;
  tally->additive += split->additive;
  tally->waves += split->waves.waves;
  tally->sum += split->sum;
  for (size_t k = 0; k < TC_ADDITION_FREQUENCIES; k++)
    tally->share[k] += split->waves.share[k];
}

static enum tc_status
write_split (struct pairs *p, const char *model, int column, int carry, const char *reading,
             const char *quantity, const struct tc_addition_split *split,
             struct tc_error *err)
{
  tc_csv_text (&p->csv, model);
  tc_csv_int (&p->csv, column);
  tc_csv_int (&p->csv, carry);
  tc_csv_text (&p->csv, reading);
  tc_csv_text (&p->csv, quantity);
  tc_csv_real (&p->csv, split->variance);
  tc_csv_real (&p->csv, 100 * split->additive);
  tc_csv_real (&p->csv, 100 * split->waves.waves);
  for (size_t k = 0; k < TC_ADDITION_FREQUENCIES; k++)
    tc_csv_real (&p->csv, 100 * split->waves.share[k]);
  tc_csv_real (&p->csv, 100 * split->sum);
  tc_csv_real (&p->csv, 100 * split->waves.pair.low);
  tc_csv_real (&p->csv, 100 * split->waves.pair.high);
  tc_csv_real (&p->csv, 100 * split->random.median);
  tc_csv_real (&p->csv, 100 * split->random.high);
  return tc_csv_end_row (&p->csv, err);
}

static enum tc_status
split_all (struct pairs *p, int which, int column, int carry,
           const struct tc_addition_grid *grid, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    for (int q = 0; status == TC_OK && q < TC_ADDITION_QUANTITIES; q++)
      {
        struct tc_addition_split split;
        status = tc_addition_split_grid (&p->space, &grid->mean[r][q], &split, err);
        if (status == TC_OK)
          status = write_split (p, model_names[which], column, carry, reading_names[r],
                                quantity_names[q], &split, err);
        add_split (&p->tally[which][r][q], &split);
        if (which == TRAINED)
          p->random_high = fmax (p->random_high, split.random.high);
      }
  return status;
}

/* Columns with every carry that can come into them.  */
static enum tc_status
measure_model (struct pairs *p, int which, const struct tc_model *model, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int column = 0; column < p->a->num_digits; column++)
    for (int carry = 0; status == TC_OK && carry <= (column > 0); carry++)
      {
        struct tc_addition_grid grid;
        status = tc_addition_grid_measure (p->a, model, column, carry, &grid, err);
        if (status == TC_OK)
          status = split_all (p, which, column, carry, &grid, err);
        tc_addition_grid_free (&grid);
      }
  return status;
}

/* What a model would show whose logits are 1 for the right class.  */
static enum tc_status
measure_truth (struct pairs *p, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    for (int carry = 0; status == TC_OK && carry < 2; carry++)
      {
        struct tc_dense truth = { 0 };
        struct tc_addition_split split = { 0 };
        status = tc_addition_grid_truth ((enum tc_addition_reading) r, carry, &truth, err);
        if (status == TC_OK)
          status = tc_addition_split_grid (&p->space, &truth, &split, err);
        if (status == TC_OK)
          status = write_split (p, "truth", -1, carry, reading_names[r], "logits", &split,
                                err);
        tc_dense_free (&truth);
      }
  return status;
}

static enum tc_status
write_pairs (struct pairs *p, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "model", "trained, untrained, or truth: 1 for the right class, 0 for the others" },
    { "column", "i of the column of 10^i that has the pair (D, D'); -1: any" },
    { "carry", "into that column" },
    { "reading", "own: at the column's answer digit; next: at the next to the left" },
    { "quantity", "functions of (D, D'), means over 8 draws of the other digits" },
    { "variance", "over pairs, summed over functions" },
    { "additive", "share of functions f(D) + g(D'), percent (18 of 99 dimensions)" },
    { "waves", "of functions of (D + D') mod 10 (9 of 99)" },
    { "k1", "of cos and sin 2 pi k (D + D') / 10, k = 1" },
    { "k2", "k = 2" },
    { "k3", "k = 3" },
    { "k4", "k = 4" },
    { "k5", "of +-1" },
    { "sum", "of functions of D + D' = 0 ... 18, overlaps additive and waves (18 of 99)" },
    { "turned_low", "of two functions of (D + D') mod 10 from 100 random bases: smallest" },
    { "turned_high", "greatest" },
    { "random_median", "of nine random functions of the pair, 100 draws: median" },
    { "random_high", "greatest" }
  };
  struct tc_model untrained;
  enum tc_status status = tc_addition_untrained (p->a, &untrained, err);
  if (status != TC_OK)
    return status;
  status = tc_session_csv (p->a->session, &p->csv, "pairs",
                           "Neurons and logits as functions of the pair of digits in a column",
                           sizeof columns / sizeof *columns, columns, err);
  if (status == TC_OK)
    {
      status = measure_model (p, TRAINED, &p->a->session->model, err);
      if (status == TC_OK)
        status = measure_model (p, UNTRAINED, &untrained, err);
      if (status == TC_OK)
        status = measure_truth (p, err);
      status = tc_csv_finish (&p->csv, status, err);
    }
  tc_model_free (&untrained);
  return status;
}

/* Means over columns and carries, in the order of the figure's bars.  */
static enum tc_status
write_means (const struct pairs *p, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "reading", "own: at the column's answer digit; next: at the next to the left" },
    { "quantity", "functions of (D, D')" },
    { "model", "trained or untrained" },
    { "additive", "share of functions f(D) + g(D'), percent" },
    { "k1", "of cos and sin 2 pi k (D + D') / 10, k = 1" },
    { "k2", "k = 2" },
    { "k3", "k = 3" },
    { "k4", "k = 4" },
    { "k5", "of +-1" },
    { "rest", "of all others" },
    { "sum", "of functions of D + D' = 0 ... 18" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (p->a->session, &csv, "pairs_mean",
                      "Means of pairs.csv over columns and carries",
                      sizeof columns / sizeof *columns, columns, err);
  if (status != TC_OK)
    return status;
  for (int r = 0; r < TC_ADDITION_READINGS; r++)
    for (int q = 0; q < TC_ADDITION_QUANTITIES; q++)
      for (int m = 0; status == TC_OK && m < MODELS; m++)
        {
          const struct tally *tally = &p->tally[m][r][q];
          double scale = 100.0 / tally->n;
          tc_csv_text (&csv, reading_names[r]);
          tc_csv_text (&csv, quantity_names[q]);
          tc_csv_text (&csv, model_names[m]);
          tc_csv_real (&csv, scale * tally->additive);
          for (size_t k = 0; k < TC_ADDITION_FREQUENCIES; k++)
            tc_csv_real (&csv, scale * tally->share[k]);
          tc_csv_real (&csv, 100 - scale * (tally->additive + tally->waves));
          tc_csv_real (&csv, scale * tally->sum);
          status = tc_csv_end_row (&csv, err);
        }
  return tc_csv_finish (&csv, status, err);
}

static void
describe (const struct pairs *p)
{
  static const char *const readings[] = { "Own", "Next" };
  static const char *const quantities[] = { "Pre", "Post", "Logits" };
  static const char *const models[] = { "", "Untrained" };
  for (int m = 0; m < MODELS; m++)
    for (int r = 0; r < TC_ADDITION_READINGS; r++)
      for (int q = 0; q < TC_ADDITION_QUANTITIES; q++)
        {
          const struct tally *tally = &p->tally[m][r][q];
          double scale = 100.0 / tally->n;
          char name[64];
          int n = snprintf (name, sizeof name, "Pairs%s%s%s", models[m], readings[r],
                            quantities[q]);
          const struct { const char *name; double value; } values[] = {
            { "Additive", tally->additive }, { "Waves", tally->waves }, { "Sum", tally->sum },
            { "A", tally->share[0] }, { "B", tally->share[1] }, { "C", tally->share[2] },
            { "D", tally->share[3] }, { "E", tally->share[4] }
          };
          for (size_t i = 0; i < sizeof values / sizeof *values; i++)
            {
              snprintf (name + n, sizeof name - (size_t) n, "%s", values[i].name);
              tc_macros_real (p->a->macros, name, scale * values[i].value, 2);
            }
        }
  tc_macros_real (p->a->macros, "PairsRandomHigh", 100 * p->random_high, 2);
  tc_macros_int (p->a->macros, "PairsContexts", TC_ADDITION_CONTEXTS);
}

enum tc_status
tc_addition_report_pairs (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct pairs p = { .a = a };
  enum tc_status status = tc_addition_space_alloc (a, &p.space, err);
  if (status == TC_OK)
    status = write_pairs (&p, err);
  if (status == TC_OK)
    status = write_means (&p, err);
  if (status == TC_OK)
    {
      describe (&p);
      status = tc_addition_figure_pairs (a, err);
    }
  tc_addition_space_free (&p.space);
  return status;
}
