#include "experiments/addition/circuits.h"

#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Which answer digits depend on which columns: the pair of digits in a column is
   exchanged with another sum's, and the answer digits are predicted again.  The
   answer digits that the model sees before them are those of the new sum.  */

enum { BATCH = 64, BATCHES = 100 };

/* What an exchange did to an answer digit.  */
struct effect
{
  int n;                        /* sums whose pairs differed */
  int truth, guess;             /* the right digit changed; the model's did */
  int followed;                 /* of those whose right digit changed: right both times */
  double moved;                 /* sum over sums of the mean square by which centred
                                   logits moved */
};

struct swaps
{
  struct tc_addition_probe probe;
  struct tc_addition_set base;  /* the sums before the exchange */
  int *guess;                   /* [BATCH, answers] before it */
  double *logits;               /* [BATCH, answers, 10], centred */
  struct effect *effect;        /* [answers, num_digits] */
};

static void
swaps_free (struct swaps *s)
{
  tc_addition_probe_free (&s->probe);
  tc_addition_set_free (&s->base);
  free (s->guess);
  free (s->logits);
  free (s->effect);
}

static enum tc_status
swaps_alloc (struct swaps *s, const struct tc_addition_analysis *a, struct tc_error *err)
{
  size_t n = BATCH * a->n_answers;
  *s = (struct swaps) {
    .guess = calloc (n, sizeof *s->guess),
    .logits = calloc (n * TC_ADDITION_CLASSES, sizeof *s->logits),
    .effect = calloc (a->n_answers * (size_t) a->num_digits, sizeof *s->effect)
  };
  if (s->guess == NULL || s->logits == NULL || s->effect == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for exchanged pairs");
  enum tc_status status = tc_addition_set_alloc (&s->base, a->num_digits, BATCH, err);
  if (status == TC_OK)
    status = tc_addition_probe_alloc (&s->probe, a->session->compute, &a->session->model,
                                      a->num_digits, BATCH, TC_ROWS_NEEDED, err);
  return status;
}

/* Copies the digits of every sum and writes them down.  */
static void
copy_sums (const struct tc_addition_set *from, struct tc_addition_set *to)
{
  for (size_t i = 0; i < from->n; i++)
    {
      for (int column = 0; column < from->num_digits; column++)
        tc_addition_set_pair (to, i, column, tc_addition_get_pair (from, i, column));
      tc_addition_write (to, i);
    }
}

/* Every sum takes its column from the next one.  */
static void
exchange (struct swaps *s, int column)
{
  copy_sums (&s->base, &s->probe.set);
  for (size_t i = 0; i < BATCH; i++)
    {
      tc_addition_set_pair (&s->probe.set, i, column,
                            tc_addition_get_pair (&s->base, (i + 1) % BATCH, column));
      tc_addition_write (&s->probe.set, i);
    }
}

static void
remember_answers (struct swaps *s, size_t answers)
{
  for (size_t i = 0; i < BATCH; i++)
    for (size_t k = 0; k < answers; k++)
      {
        size_t at = i * answers + k;
        s->guess[at] = tc_addition_probe_guess (&s->probe, i, k);
        tc_addition_centre (tc_addition_probe_logits (&s->probe, i, k),
                            s->logits + at * TC_ADDITION_CLASSES);
      }
}

static double
mean_square_move (const struct swaps *s, size_t i, size_t k, size_t at)
{
  double now[TC_ADDITION_CLASSES], sum = 0;
  const double *before = s->logits + at * TC_ADDITION_CLASSES;
  tc_addition_centre (tc_addition_probe_logits (&s->probe, i, k), now);
  for (int c = 0; c < TC_ADDITION_CLASSES; c++)
    sum += (now[c] - before[c]) * (now[c] - before[c]);
  return sum / TC_ADDITION_CLASSES;
}

static void
count_effects (struct swaps *s, size_t answers, int column)
{
  for (size_t i = 0; i < BATCH; i++)
    {
      struct tc_addition_pair old = tc_addition_get_pair (&s->base, i, column);
      struct tc_addition_pair new = tc_addition_get_pair (&s->probe.set, i, column);
      if (old.x == new.x && old.y == new.y)
        continue;
      for (size_t k = 0; k < answers; k++)
        {
          struct effect *effect = &s->effect[k * (size_t) s->base.num_digits + (size_t) column];
          size_t at = i * answers + k;
          int truth = tc_addition_probe_truth (&s->probe, i, k);
          int guess = tc_addition_probe_guess (&s->probe, i, k);
          bool changed = truth != s->base.target[at];
          effect->n++;
          effect->truth += changed;
          effect->guess += guess != s->guess[at];
          effect->followed += changed && guess == truth && s->guess[at] == s->base.target[at];
          effect->moved += mean_square_move (s, i, k, at);
        }
    }
}

static enum tc_status
measure_batch (struct swaps *s, const struct tc_addition_analysis *a,
               struct tc_torch_rng *rng, struct tc_error *err)
{
  tc_addition_draw (&s->base, 0, BATCH, rng);
  copy_sums (&s->base, &s->probe.set);
  enum tc_status status = tc_addition_probe_run (&s->probe, err);
  if (status == TC_OK)
    remember_answers (s, a->n_answers);
  for (int column = 0; status == TC_OK && column < a->num_digits; column++)
    {
      exchange (s, column);
      status = tc_addition_probe_run (&s->probe, err);
      if (status == TC_OK)
        count_effects (s, a->n_answers, column);
    }
  return status;
}

static enum tc_status
measure_swaps (struct swaps *s, const struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_torch_rng rng;
  enum tc_status status = TC_OK;
  tc_addition_stream (a, TC_ADDITION_STREAM_SWAPS, &rng);
  for (int i = 0; status == TC_OK && i < BATCHES; i++)
    status = measure_batch (s, a, &rng, err);
  return status;
}

static void
write_row (struct tc_csv *csv, size_t k, int column, int distance,
           const struct effect *effect)
{
  double n = effect->n;
  tc_csv_int (csv, (long long) k);
  tc_csv_int (csv, column);
  tc_csv_int (csv, distance);
  tc_csv_int (csv, effect->n);
  tc_csv_real (csv, effect->truth / n);
  tc_csv_real (csv, effect->guess / n);
  tc_csv_real (csv, effect->truth > 0 ? (double) effect->followed / effect->truth : NAN);
  tc_csv_real (csv, sqrt (effect->moved / n));
}

static enum tc_status
write_swaps (const struct tc_addition_analysis *a, const struct swaps *s, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "tok", "answer digit; tok 0 is the last carry" },
    { "column", "i of the column of 10^i whose pair of digits was exchanged" },
    { "distance", "columns from the answer digit's own to it; 1: the next to the right" },
    { "sums", "exchanges of two different pairs" },
    { "truth", "share of them that change the right answer digit" },
    { "guess", "share that change the model's answer digit" },
    { "followed", "of those that change the right digit, share where the model is right "
                  "before and after; empty: there is none" },
    { "moved", "root of the mean square by which logits, less their mean, moved" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "swaps",
                      "Effect on each answer digit of exchanging the pair of a column with "
                      "another sum's", 8, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t k = 0; k < a->n_answers; k++)
    for (int column = a->num_digits - 1; status == TC_OK && column >= 0; column--)
      {
        write_row (&csv, k, column, a->num_digits - (int) k - column,
                   &s->effect[k * (size_t) a->num_digits + (size_t) column]);
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* ---- What the paper says ---- */

/* Pools the answer digits that have a column at that distance.  */
static struct effect
pool (const struct tc_addition_analysis *a, const struct swaps *s, int distance)
{
  struct effect sum = { 0 };
  for (int k = 0; k <= a->num_digits; k++)
    {
      int column = tc_addition_column_at (a->num_digits, k, distance);
      if (column < 0)
        continue;
      const struct effect *effect = &s->effect[k * a->num_digits + column];
      sum.n += effect->n;
      sum.truth += effect->truth;
      sum.guess += effect->guess;
      sum.followed += effect->followed;
      sum.moved += effect->moved;
    }
  return sum;
}

static void
describe_swaps (const struct tc_addition_analysis *a, const struct swaps *s)
{
  static const struct { int distance; const char *name; } kinds[] = {
    { -1, "Left" }, { 0, "Own" }, { 1, "Next" }, { 2, "Second" }, { 3, "Third" }
  };
  tc_macros_int (a->macros, "SwapSums", BATCH * BATCHES);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    {
      struct effect effect = pool (a, s, kinds[i].distance);
      double n = effect.n;
      char name[64];
      snprintf (name, sizeof name, "Swap%sTruth", kinds[i].name);
      tc_macros_real (a->macros, name, 100 * effect.truth / n, 3);
      snprintf (name, sizeof name, "Swap%sGuess", kinds[i].name);
      tc_macros_real (a->macros, name, 100 * effect.guess / n, 3);
      snprintf (name, sizeof name, "Swap%sFollowed", kinds[i].name);
      tc_macros_real (a->macros, name, 100.0 * effect.followed / effect.truth, 3);
      snprintf (name, sizeof name, "Swap%sMoved", kinds[i].name);
      tc_macros_real (a->macros, name, sqrt (effect.moved / n), 2);
    }
}

enum tc_status
tc_addition_report_swaps (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct swaps s;
  enum tc_status status = swaps_alloc (&s, a, err);
  if (status == TC_OK)
    status = measure_swaps (&s, a, err);
  if (status == TC_OK)
    status = write_swaps (a, &s, err);
  if (status == TC_OK)
    {
      describe_swaps (a, &s);
      status = tc_addition_figure_swaps (a, err);
    }
  swaps_free (&s);
  return status;
}
