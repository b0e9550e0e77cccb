#include "experiments/sort/bound_sums.h"

#include "experiments/sort/bound_steps.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Exponents beyond this are not taken: their products would overflow.  */
static const double greatest_exponent = 300;

struct tc_sort_sums
{
  size_t length, n_values;
  double *weight;               /* [length + 1] 1/m!, or 0 where m copies cannot be */
  double norm;                  /* turns sums of products of weights into shares */
  struct tc_sort_gains gains;
  struct tc_sort_factors factors;
  double *low, *up;             /* [length + 1] sums by number of values */
  struct tc_sort_steps *steps;
};

/* --- memory --- */

/* Lists with more copies of a value than this are counted as wrong; of 20 among 30
   values one in 170,000 is such.  */
enum { MOST_COPIES = 7 };

static void
fill_weights (struct tc_sort_sums *s, bool repeats)
{
  s->norm = 1;
  s->weight[0] = 1;
  for (size_t m = 1; m <= s->length; m++)
    {
      s->weight[m] = m == 1 || (repeats && m <= MOST_COPIES) ? s->weight[m - 1] / (double) m : 0;
      s->norm *= (double) m / (double) (repeats ? s->n_values : s->n_values - m + 1);
    }
}

enum tc_status
tc_sort_sums_alloc (struct tc_sort_sums **out, const struct tc_sort_bound_task *task,
                    struct tc_error *err)
{
  size_t length = task->list_length, n = length * task->n_values;
  struct tc_sort_sums *s = *out = calloc (1, sizeof *s);
  if (s == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for sums over lists");
  s->length = length;
  s->n_values = task->n_values;
  double **const arrays[] = { &s->weight, &s->low, &s->up, &s->gains.in, &s->gains.said,
                              &s->gains.place,
                              &s->factors.log_value, &s->factors.value, &s->factors.said };
  const size_t sizes[] = { length + 1, length + 1, length + 1, n, n, length,
                           task->n_values,
                           task->n_values, n };
  bool complete = true;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    {
      *arrays[i] = calloc (sizes[i], sizeof (double));
      complete = complete && *arrays[i] != NULL;
    }
  if (!complete)
    return tc_fail (err, TC_ENOMEM, "no memory for sums over lists of %zu", length);
  fill_weights (s, task->repeats);
  return tc_sort_steps_alloc (&s->steps, length, task->n_values, s->weight, err);
}

void
tc_sort_sums_free (struct tc_sort_sums *s)
{
  if (s == NULL)
    return;
  free (s->weight);
  free (s->low);
  free (s->up);
  free (s->gains.in);
  free (s->gains.said);
  free (s->gains.place);
  free (s->factors.log_value);
  free (s->factors.value);
  free (s->factors.said);
  tc_sort_steps_free (s->steps);
  free (s);
}

/* --- sums of products over multisets --- */

/* sum[n] over lists of n values from `first` to `end` - 1, of the products of
   weight[m] value^m, times said [i] where they are said from place 0 on; n <= most. */
static void
sum_multisets (const struct tc_sort_sums *s, size_t first, size_t end, bool said, size_t most,
               double *sum)
{
  const struct tc_sort_factors *f = &s->factors;
  for (size_t n = 0; n <= most; n++)
    sum[n] = n == 0;
  for (size_t x = first; x < end; x++)
    for (size_t n = most; n-- > 0; )
      {
        double product = sum[n];
        for (size_t m = 1; n + m <= most && s->weight[m] > 0; m++)
          {
            product *= f->value[x] * (said ? f->said[(n + m - 1) * s->n_values + x] : 1);
            sum[n + m] += product * s->weight[m];
          }
      }
}

/* The whole sum, given that of the lower values and of the upper ones.  `lower` of
   the j values said are below current.  */
static double
sum_middle (const struct tc_sort_sums *s, const struct tc_sort_gains *g, size_t lower)
{
  const struct tc_sort_factors *f = &s->factors;
  size_t copies_said = g->j - lower;
  double total = 0, product = s->low[lower];
  for (size_t i = lower; i < g->j; i++)
    product *= f->said[i * s->n_values + g->current] * f->value[g->current];
  if (g->j > 0 && g->y == g->current)
    for (size_t m = copies_said + 1; lower + m <= s->length; m++)
      {
        product *= f->value[g->y];
        total += product * s->weight[m] * s->up[s->length - lower - m];
      }
  else
    {
      product *= s->weight[copies_said];
      for (size_t m = 1; g->j + m <= s->length; m++)
        {
          product *= f->value[g->y];
          total += product * s->weight[m] * s->up[s->length - g->j - m];
        }
    }
  return total;
}

/* Factors as they are: the share of lists, times E exp (-t G).  */
static double
sum_all (struct tc_sort_sums *s, const struct tc_sort_gains *g)
{
  double total = 0;
  sum_multisets (s, g->y + 1, s->n_values, false, s->length - g->j, s->up);
  s->low[0] = 1;
  if (g->j > 0)
    sum_multisets (s, 0, g->current, true, g->j, s->low);
  for (size_t lower = 0; g->j == 0 ? lower == 0 : lower < g->j; lower++)
    total += sum_middle (s, g, lower);
  return total * s->norm;
}

double
tc_sort_sums_share (struct tc_sort_sums *s, size_t j, size_t current, size_t y)
{
  struct tc_sort_gains g = s->gains;
  g.j = j;
  g.current = current;
  g.y = y;
  for (size_t x = 0; x < s->n_values; x++)
    s->factors.value[x] = 1;
  for (size_t i = 0; i < s->length * s->n_values; i++)
    s->factors.said[i] = 1;
  return sum_all (s, &g);
}

/* --- gains of one rival --- */

/* Values that a list with this slot can hold.  */
static bool
may_occur (const struct tc_sort_gains *g, size_t x)
{
  return x >= g->y || (g->j > 0 && x <= g->current);
}

/* About how many copies of x such a list has.  */
static double
copies (const struct tc_sort_sums *s, size_t x)
{
  const struct tc_sort_gains *g = &s->gains;
  if (!may_occur (g, x))
    return 0;
  if (x == g->y || x == g->current)
    return 1;
  if (x < g->y)
    return ((double) g->j - 1) / (double) g->current;
  return ((double) (s->length - g->j) - 1) / (double) (s->n_values - g->y - 1);
}

/* The list's places share out the differences between them: a list has each place
   once, so taking the same from all keys at a place changes no sum, as long as what is
   taken sums to 0 over places.  Which amounts is free: these make what is left vary
   least for a typical list.  */
static void
level_places (struct tc_sort_sums *s)
{
  struct tc_sort_gains *g = &s->gains;
  double overall = 0, total = 0;
  for (size_t x = 0; x < s->n_values; x++)
    total += copies (s, x);
  for (size_t i = 0; i < s->length; i++)
    {
      g->place[i] = 0;
      for (size_t x = 0; x < s->n_values; x++)
        g->place[i] += copies (s, x) / total * g->in[i * s->n_values + x];
      overall += g->place[i] / (double) s->length;
    }
  for (size_t i = 0; i < s->length; i++)
    for (size_t x = 0; x < s->n_values; x++)
      g->in[i * s->n_values + x] -= g->place[i] - overall;
}

/* What every key adds to G.  */
static void
set_gains (struct tc_sort_sums *s, const struct tc_sort_keys *keys, size_t y, size_t v)
{
  struct tc_sort_gains *g = &s->gains;
  g->j = keys->j;
  g->current = keys->current;
  g->y = y;
  g->fixed = tc_sort_key_gain (keys, keys->fixed_weight, keys->fixed_pull, y, v);
  for (size_t i = 0; i < s->length * s->n_values; i++)
    g->in[i] = tc_sort_key_gain (keys, keys->in_weight[i], keys->in_pull + i * keys->n_classes,
                                 y, v);
  for (size_t i = 0; i < keys->j * s->n_values; i++)
    g->said[i] = tc_sort_key_gain (keys, keys->said_weight[i],
                                   keys->said_pull + i * keys->n_classes, y, v);
  level_places (s);
}

/* The least that G can be, and a scale for it.  */
static double
least_gain (const struct tc_sort_sums *s, double *scale)
{
  const struct tc_sort_gains *g = &s->gains;
  double least = INFINITY, sum = g->fixed;
  *scale = fabs (g->fixed);
  for (size_t x = 0; x < s->n_values; x++)
    for (size_t i = 0; may_occur (g, x) && i < s->length; i++)
      {
        least = fmin (least, g->in[i * s->n_values + x]);
        *scale += fabs (g->in[i * s->n_values + x]) / (double) s->n_values;
      }
  sum += least * (double) s->length;
  for (size_t i = 0; i < g->j; i++)
    {
      least = INFINITY;
      for (size_t x = 0; x <= g->current; x++)
        least = fmin (least, g->said[i * s->n_values + x]);
      sum += least;
    }
  return sum;
}

/* --- coarse --- */

/* Logarithms of the root mean squares over places of exp (-t gain), for each value that
   may occur.  */
static void
set_logarithms (struct tc_sort_sums *s, double t)
{
  const struct tc_sort_gains *g = &s->gains;
  s->factors.t = t;
  for (size_t x = 0; x < s->n_values; x++)
    {
      double sum = 0, least = INFINITY;
      if (!may_occur (g, x))
        continue;
      for (size_t i = 0; i < s->length; i++)
        least = fmin (least, g->in[i * s->n_values + x]);
      for (size_t i = 0; i < s->length; i++)
        sum += tc_exp64 (-2 * t * (g->in[i * s->n_values + x] - least));
      s->factors.log_value[x] = tc_log64 (sum / (double) s->length) / 2 - t * least;
    }
}

/* Mean of the exponents of the values that may occur, and how far one is from it. */
struct exponents
{
  double mean, spread;
};

static struct exponents
survey (const struct tc_sort_sums *s, const double *numbers, double factor, size_t most)
{
  const struct tc_sort_gains *g = &s->gains;
  double sum = 0, count = 0;
  struct exponents result = { 0, 0 };
  for (size_t x = 0; x <= most; x++)
    if (may_occur (g, x))
      {
        sum += factor * numbers[x];
        count++;
      }
  result.mean = sum / count;
  for (size_t x = 0; x <= most; x++)
    if (may_occur (g, x))
      result.spread = fmax (result.spread, fabs (factor * numbers[x] - result.mean));
  return result;
}

/* Sets the factors, less their means, whose product for a whole list is exp
   (*common); false where products could overflow.  */
static bool
set_factors (struct tc_sort_sums *s, double *common)
{
  const struct tc_sort_gains *g = &s->gains;
  struct tc_sort_factors *f = &s->factors;
  struct exponents value = survey (s, f->log_value, 1, s->n_values - 1);
  double length = (double) s->length, spread = length * value.spread;
  *common = length * value.mean - f->t * g->fixed;
  for (size_t x = 0; spread < greatest_exponent && x < s->n_values; x++)
    if (may_occur (g, x))
      f->value[x] = tc_exp64 (f->log_value[x] - value.mean);
  for (size_t i = 0; spread < greatest_exponent && i < g->j; i++)
    {
      const double *gains = g->said + i * s->n_values;
      struct exponents said = survey (s, gains, -f->t, g->current);
      *common += said.mean;
      spread += said.spread;
      for (size_t x = 0; x <= g->current; x++)
        f->said[i * s->n_values + x] = tc_exp64 (-f->t * gains[x] - said.mean);
    }
  return spread < greatest_exponent;
}

static double
coarse (struct tc_sort_sums *s, double t)
{
  double common;
  set_logarithms (s, t);
  if (!set_factors (s, &common))
    return INFINITY;
  return sum_all (s, &s->gains) * tc_exp64 (common);
}

/* The best of t, 2 t, 4 t ... or t/2, t/4 ...; stops at what is good enough.  */
static double
best_coarse (struct tc_sort_sums *s, double *t, double enough)
{
  double best = coarse (s, *t);
  for (int direction = 0; direction < 2; direction++)
    {
      double factor = direction == 0 ? 2 : 0.5;
      bool better = false;
      for (int i = 0; best > enough && i < 60; i++)
        {
          double next = coarse (s, *t * factor);
          if (direction == 0 ? !(next < best) : next > best && best < 1)
            break;
          better = better || next < best;
          best = fmin (best, next);
          *t *= factor;
        }
      if (better)
        break;
    }
  return best;
}

/* --- fine --- */

static double
fine (struct tc_sort_sums *s, double t, enum tc_sort_care care)
{
  set_logarithms (s, t);
  return s->norm * tc_sort_steps_sum (s->steps, &s->gains, &s->factors, care);
}

/* The best of min (1, ...) at some t.  It lies beyond the coarse optimum, since large
   exponents no longer hurt.  Searched for in big steps; what counts is done again in
   small ones.  */
static double
best_fine (struct tc_sort_sums *s, double t, double best, double enough)
{
  static const double growth = 1.6, counts = 10;
  double at = 3 * t, first = fine (s, at, TC_SORT_ROUGHLY), least = first;
  for (int direction = 0; direction < 2; direction++)
    {
      double factor = direction == 0 ? growth : 1 / growth;
      for (int i = 0; i < 8; i++)
        {
          double next = fine (s, at * factor, TC_SORT_ROUGHLY);
          if (!(next < least))
            break;
          least = next;
          at *= factor;
        }
      if (least < first)
        break;
    }
  best = fmin (best, least);
  return best > counts * enough ? fmin (best, fine (s, at, TC_SORT_CLOSELY)) : best;
}

double
tc_sort_sums_wrong (struct tc_sort_sums *s, const struct tc_sort_keys *keys, size_t y, size_t v,
                    double enough, enum tc_sort_effort *effort)
{
  double scale;
  *effort = TC_SORT_SETTLED;
  set_gains (s, keys, y, v);
  if (least_gain (s, &scale) > 0)
    return 0;
  *effort = TC_SORT_COARSE;
  double t = 4 / scale, best = best_coarse (s, &t, enough);
  if (best <= enough)
    return best;
  *effort = TC_SORT_FINE;
  return best_fine (s, t, best, enough);
}
