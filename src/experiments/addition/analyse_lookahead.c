#include "experiments/addition/circuits.h"

#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How far to the right an answer digit sees a carry.  Sums are made so that the
   digit depends on a column `distance` to the right and on nothing nearer: the
   columns in between make 9, which pass a carry on.  Each is asked twice, with a
   pair there that makes at most 8 and with one that makes at least 10.  */

enum { SUMS = 64, BATCHES = 16 };

struct sight
{
  int n;                        /* sums, each asked twice */
  int right[2];                 /* without and with the carry */
  int followed;                 /* right both times */
  double margin[2];             /* sum of: logit of the digit with the carry less that of
                                   the digit without it */
};

/* A pair whose digits make lowest ... highest.  */
static struct tc_addition_pair
draw_pair (struct tc_torch_rng *rng, int lowest, int highest)
{
  struct tc_addition_pair pair;
  do
    {
      pair.x = (int32_t) tc_torch_below (rng, 10);
      pair.y = (int32_t) tc_torch_below (rng, 10);
    }
  while (pair.x + pair.y < lowest || pair.x + pair.y > highest);
  return pair;
}

/* Sum i without and sum SUMS + i with the carry, for all i: random but for the
   columns source ... own - 1.  */
static void
make_sums (struct tc_addition_set *set, int source, int own, struct tc_torch_rng *rng)
{
  for (size_t i = 0; i < SUMS; i++)
    for (int column = 0; column < set->num_digits; column++)
      {
        bool between = column > source && column < own;
        struct tc_addition_pair pair = between ? draw_pair (rng, 9, 9)
          : column == source ? draw_pair (rng, 0, 8) : draw_pair (rng, 0, 18);
        tc_addition_set_pair (set, i, column, pair);
        tc_addition_set_pair (set, SUMS + i, column,
                              column == source ? draw_pair (rng, 10, 18) : pair);
      }
  for (size_t i = 0; i < 2 * SUMS; i++)
    tc_addition_write (set, i);
}

static void
count_sums (const struct tc_addition_probe *probe, size_t k, struct sight *sight)
{
  for (size_t i = 0; i < SUMS; i++)
    {
      int without = tc_addition_probe_truth (probe, i, k);
      int with = tc_addition_probe_truth (probe, SUMS + i, k);
      bool right[2];
      for (size_t carry = 0; carry < 2; carry++)
        {
          size_t row = carry * SUMS + i;
          const tc_real *logits = tc_addition_probe_logits (probe, row, k);
          right[carry] = tc_addition_probe_guess (probe, row, k) == (carry ? with : without);
          sight->right[carry] += right[carry];
          sight->margin[carry] += (double) logits[with] - logits[without];
        }
      sight->n++;
      sight->followed += right[0] && right[1];
    }
}

static enum tc_status
measure_sight (struct tc_addition_probe *probe, size_t k, int distance,
               struct tc_torch_rng *rng, struct sight *sight, struct tc_error *err)
{
  int own = probe->set.num_digits - (int) k;
  enum tc_status status = TC_OK;
  *sight = (struct sight) { 0 };
  for (int i = 0; status == TC_OK && i < BATCHES; i++)
    {
      make_sums (&probe->set, own - distance, own, rng);
      status = tc_addition_probe_run (probe, err);
      if (status == TC_OK)
        count_sums (probe, k, sight);
    }
  return status;
}

/* sights [answers, num_digits]: of tok k and distance d in [k, d - 1].  */
static enum tc_status
measure_all (const struct tc_addition_analysis *a, struct sight *sights, struct tc_error *err)
{
  struct tc_addition_probe probe;
  struct tc_torch_rng rng;
  tc_addition_stream (a, TC_ADDITION_STREAM_LOOKAHEAD, &rng);
  enum tc_status status
    = tc_addition_probe_alloc (&probe, a->session->compute, &a->session->model,
                               a->num_digits, 2 * SUMS, TC_ROWS_NEEDED, err);
  for (int k = 0; k < a->num_digits; k++)
    for (int d = 1; status == TC_OK && d <= a->num_digits - k; d++)
      status = measure_sight (&probe, (size_t) k, d, &rng,
                              &sights[k * a->num_digits + d - 1], err);
  tc_addition_probe_free (&probe);
  return status;
}

static enum tc_status
write_sights (const struct tc_addition_analysis *a, const struct sight *sights,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "tok", "answer digit; tok 0 is the last carry" },
    { "distance", "columns from the answer digit's own to the one that decides the carry" },
    { "sums", "sums, each asked with and without the carry" },
    { "without", "share answered rightly without the carry" },
    { "with", "share answered rightly with it" },
    { "followed", "share answered rightly both times" },
    { "margin_without", "mean logit of the digit with the carry less that of the digit "
                        "without, where there is none" },
    { "margin_with", "the same where there is one" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "lookahead",
                      "Carries that come from a distance through pairs that make 9", 8,
                      columns, err);
  if (status != TC_OK)
    return status;
  for (int k = 0; k < a->num_digits; k++)
    for (int d = 1; status == TC_OK && d <= a->num_digits - k; d++)
      {
        const struct sight *sight = &sights[k * a->num_digits + d - 1];
        double n = sight->n;
        tc_csv_int (&csv, k);
        tc_csv_int (&csv, d);
        tc_csv_int (&csv, sight->n);
        tc_csv_real (&csv, sight->right[0] / n);
        tc_csv_real (&csv, sight->right[1] / n);
        tc_csv_real (&csv, sight->followed / n);
        tc_csv_real (&csv, sight->margin[0] / n);
        tc_csv_real (&csv, sight->margin[1] / n);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

static void
describe_sights (const struct tc_addition_analysis *a, const struct sight *sights)
{
  static const char *const names[] = { "One", "Two", "Three", "Four", "Five" };
  tc_macros_int (a->macros, "LookaheadSums", SUMS * BATCHES);
  for (int d = 1; d <= a->num_digits && d <= 5; d++)
    {
      double followed = 0, n = 0, swing = 0, worst = 1, best = 0;
      for (int k = 0; k <= a->num_digits - d; k++)
        {
          const struct sight *sight = &sights[k * a->num_digits + d - 1];
          double share = (double) sight->followed / sight->n;
          n += sight->n;
          followed += sight->followed;
          swing += sight->margin[1] - sight->margin[0];
          worst = fmin (worst, share);
          best = fmax (best, share);
        }
      char name[64];
      snprintf (name, sizeof name, "Lookahead%s", names[d - 1]);
      tc_macros_real (a->macros, name, 100 * followed / n, 3);
      snprintf (name, sizeof name, "Lookahead%sWorst", names[d - 1]);
      tc_macros_real (a->macros, name, 100 * worst, 3);
      snprintf (name, sizeof name, "Lookahead%sBest", names[d - 1]);
      tc_macros_real (a->macros, name, 100 * best, 3);
      snprintf (name, sizeof name, "Lookahead%sSwing", names[d - 1]);
      tc_macros_real (a->macros, name, swing / n, 3);
    }
}

/* What these shares say of a sum with one chain of `length` columns that make 9 and
   get a carry: every digit that must see it from further than one column is right,
   as often as each of them is by itself; mean over the chain's places.  */
static double
predict_chain (const struct tc_addition_analysis *a, const struct sight *sights, int length)
{
  double sum = 0;
  int places = a->num_digits - length;
  for (int source = 0; source < places; source++)
    {
      double right = 1;
      for (int d = 2; d <= length + 1; d++)
        {
          const struct sight *sight
            = &sights[(a->num_digits - source - d) * a->num_digits + d - 1];
          right *= sight->right[1] / (double) sight->n;
        }
      sum += right;
    }
  return sum / places;
}

static void
describe_chains (const struct tc_addition_analysis *a, const struct sight *sights)
{
  static const char *const names[] = { "One", "Two", "Three", "Four" };
  for (int length = 1; length < a->num_digits && length <= 4; length++)
    {
      char name[64];
      snprintf (name, sizeof name, "ChainPredicted%s", names[length - 1]);
      tc_macros_real (a->macros, name, 100 * predict_chain (a, sights, length), 3);
    }
}

enum tc_status
tc_addition_report_lookahead (struct tc_addition_analysis *a, struct tc_error *err)
{
  size_t n = a->n_answers * (size_t) a->num_digits;
  struct sight *sights = calloc (n, sizeof *sights);
  enum tc_status status = sights != NULL ? measure_all (a, sights, err)
    : tc_fail (err, TC_ENOMEM, "no memory for %zu distances", n);
  if (status == TC_OK)
    status = write_sights (a, sights, err);
  if (status == TC_OK)
    {
      describe_sights (a, sights);
      describe_chains (a, sights);
      status = tc_addition_figure_lookahead (a, err);
    }
  free (sights);
  return status;
}
