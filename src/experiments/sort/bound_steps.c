#include "experiments/sort/bound_steps.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Levels of the exponent: level k stands for (k - zero) step.  What would go below
   level 0 is put there (it counts for more than it is); what would go beyond the last
   is put into `over` and counts as certainly wrong.  */
struct scale
{
  double step;
  long levels, zero;
};
enum { MOST_LEVELS = 1024 };
static const struct scale scales[] = {
  [TC_SORT_ROUGHLY] = { 0.2, 256, 175 },
  [TC_SORT_CLOSELY] = { 0.05, MOST_LEVELS, 700 }
};

/* Lists of n values by exponent.  */
struct levels
{
  double over;
  long end;                     /* levels from here on are empty */
  double at[MOST_LEVELS];
};

struct tc_sort_steps
{
  size_t length, n_values;
  const double *weight;
  struct scale scale;           /* of the sum that is being made */
  struct levels *low, *up;      /* [length + 1] by number of values */
  double *up_below, *up_above;  /* [length + 1, MOST_LEVELS] running sums of up */
  double exponential[2][2 * MOST_LEVELS + 1];   /* of (i - MOST_LEVELS) steps, for each
                                                   scale */
  double low_shift, up_shift;   /* taken off each value's exponent while summing */
};

enum tc_status
tc_sort_steps_alloc (struct tc_sort_steps **out, size_t length, size_t n_values,
                     const double *weight, struct tc_error *err)
{
  struct tc_sort_steps *s = *out = calloc (1, sizeof *s);
  if (s == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for sums over lists");
  s->length = length;
  s->n_values = n_values;
  s->weight = weight;
  s->low = calloc (length + 1, sizeof *s->low);
  s->up = calloc (length + 1, sizeof *s->up);
  s->up_below = calloc ((length + 1) * MOST_LEVELS, sizeof *s->up_below);
  s->up_above = calloc ((length + 1) * MOST_LEVELS, sizeof *s->up_above);
  if (s->low == NULL || s->up == NULL || s->up_below == NULL || s->up_above == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for sums over lists of %zu", length);
  for (int scale = 0; scale < 2; scale++)
    for (int i = 0; i <= 2 * MOST_LEVELS; i++)
      s->exponential[scale][i] = tc_exp64 ((i - MOST_LEVELS) * scales[scale].step);
  return TC_OK;
}

void
tc_sort_steps_free (struct tc_sort_steps *s)
{
  if (s == NULL)
    return;
  free (s->low);
  free (s->up);
  free (s->up_below);
  free (s->up_above);
  free (s);
}

static long
steps_up (const struct tc_sort_steps *s, double exponent)
{
  return (long) ceil (exponent / s->scale.step);
}

/* --- distributions --- */

/* to += factor * from, `shift` levels higher.  */
static void
add_shifted (struct levels *to, const struct levels *from, double factor, long shift,
             long levels)
{
  long k = 0, top = shift > 0 && from->end > levels - shift ? levels - shift : from->end;
  const double *restrict source = from->at;
  double *restrict target = to->at;
  to->over += factor * from->over;
  for (; k < -shift && k < from->end; k++)
    target[0] += factor * source[k];
  for (; k < top; k++)
    target[k + shift] += factor * source[k];
  for (; k < from->end; k++)
    to->over += factor * source[k];
  long end = top + shift;
  end = end < 1 ? 1 : end;
  to->end = to->end > end ? to->end : end;
}

/* dist[n] for lists of n <= most values from `first` to `end` - 1; said: they are
   said, too, from place 0 on.  */
static void
distribute (const struct tc_sort_steps *s, const struct tc_sort_gains *g,
            const struct tc_sort_factors *f, size_t first, size_t end, bool said,
            double shift, size_t most, struct levels *dist)
{
  for (size_t n = 0; n <= most; n++)
    {
      dist[n].over = 0;
      dist[n].end = 0;
      memset (dist[n].at, 0, (size_t) s->scale.levels * sizeof *dist[n].at);
    }
  dist[0].at[s->scale.zero] = 1;
  dist[0].end = s->scale.zero + 1;
  for (size_t x = first; x < end; x++)
    for (size_t n = most; n-- > 0; )
      {
        double exponent = 0;
        for (size_t m = 1; n + m <= most && s->weight[m] > 0; m++)
          {
            exponent += f->log_value[x] - shift;
            if (said)
              exponent -= f->t * g->said[(n + m - 1) * s->n_values + x];
            add_shifted (&dist[n + m], &dist[n], s->weight[m], steps_up (s, exponent),
                         s->scale.levels);
          }
      }
}

/* exp of so many steps.  */
static double
step_exponential (const struct tc_sort_steps *s, long steps)
{
  size_t scale = s->scale.levels == MOST_LEVELS ? TC_SORT_CLOSELY : TC_SORT_ROUGHLY;
  return s->exponential[scale][steps + MOST_LEVELS];
}

/* Running sums, so that a sum of min (1, exp) over levels is two look-ups.  */
static void
accumulate (struct tc_sort_steps *s, size_t most)
{
  for (size_t n = 0; n <= most; n++)
    {
      double below = 0, above = s->up[n].over;
      double *row_below = s->up_below + n * MOST_LEVELS, *row_above = s->up_above + n * MOST_LEVELS;
      for (long k = 0; k < s->scale.levels; k++)
        row_below[k] = below += s->up[n].at[k] * step_exponential (s, k - s->scale.zero);
      for (long k = s->scale.levels - 1; k >= 0; k--)
        {
          row_above[k] = above;         /* strictly above k */
          above += s->up[n].at[k];
        }
    }
}

/* --- bringing them together --- */

static double
total (const struct tc_sort_steps *s, const struct levels *levels)
{
  double sum = levels->over;
  for (long k = 0; k < s->scale.levels; k++)
    sum += levels->at[k];
  return sum;
}

/* Sum over up's levels k of min (1, exp (level + k - zero steps)); `level` counts from
   exponent 0.  */
static double
with_upper (const struct tc_sort_steps *s, size_t n_up, long level)
{
  const double *below = s->up_below + n_up * MOST_LEVELS;
  const double *above = s->up_above + n_up * MOST_LEVELS;
  long last = s->scale.zero - level - 1;        /* the greatest k whose exponent is negative */
  if (last < 0)
    return above[0] + s->up[n_up].at[0];
  if (last >= s->scale.levels)
    last = s->scale.levels - 1;
  if (level < -MOST_LEVELS)
    level = -MOST_LEVELS;
  return above[last] + step_exponential (s, level) * below[last];
}

/* All lower lists of `lower` values with all upper ones of n_up; `exponent` is of
   everything else.  */
static double
join (const struct tc_sort_steps *s, size_t lower, size_t n_up, double exponent)
{
  const struct levels *low = &s->low[lower];
  exponent += (double) lower * s->low_shift + (double) n_up * s->up_shift;
  long rest = steps_up (s, exponent) - s->scale.zero;
  double sum = low->over > 0 ? low->over * total (s, &s->up[n_up]) : 0;
  for (long k = 0; k < low->end; k++)
    if (low->at[k] > 0)
      sum += low->at[k] * with_upper (s, n_up, k + rest);
  return sum;
}

static double
join_all (const struct tc_sort_steps *s, const struct tc_sort_gains *g,
          const struct tc_sort_factors *f, size_t lower)
{
  double sum = 0, exponent = -f->t * g->fixed;
  size_t copies_said = g->j - lower;
  for (size_t i = lower; i < g->j; i++)
    exponent += f->log_value[g->current] - f->t * g->said[i * s->n_values + g->current];
  if (g->j > 0 && g->y == g->current)
    for (size_t m = copies_said + 1; lower + m <= s->length && s->weight[m] > 0; m++)
      {
        exponent += f->log_value[g->y];
        sum += s->weight[m] * join (s, lower, s->length - lower - m, exponent);
      }
  else if (s->weight[copies_said] > 0)
    for (size_t m = 1; g->j + m <= s->length && s->weight[m] > 0; m++)
      {
        exponent += f->log_value[g->y];
        sum += s->weight[copies_said] * s->weight[m]
               * join (s, lower, s->length - g->j - m, exponent);
      }
  return sum;
}

/* --- what is taken off each value's exponent --- */

/* Chosen so that a list whose whole exponent is about 0, which is what matters, stays
   about level 0 all the way; any choice is right, a bad one only less sharp.  */
static void
choose_shifts (struct tc_sort_steps *s, const struct tc_sort_gains *g,
               const struct tc_sort_factors *f)
{
  double low = 0, up = 0, said = 0;
  size_t n_up = s->n_values - g->y - 1, n_low = g->j > 0 ? g->current : 0;
  for (size_t x = g->y + 1; x < s->n_values; x++)
    up += f->log_value[x] / (double) n_up;
  for (size_t x = 0; x < n_low; x++)
    low += f->log_value[x] / (double) n_low;
  for (size_t i = 0; i + 1 < g->j; i++)
    for (size_t x = 0; x < n_low; x++)
      said -= f->t * g->said[i * s->n_values + x] / (double) n_low;
  double lower = g->j > 0 ? (double) g->j - 1 : 0, upper = (double) (s->length - g->j) - 1;
  double whole = lower * low + said + upper * up - f->t * g->fixed + f->log_value[g->y];
  if (g->j > 0)
    whole += f->log_value[g->current]
             - f->t * g->said[(g->j - 1) * s->n_values + g->current];
  double share = whole / (double) s->length;
  s->low_shift = low + (lower > 0 ? said / lower : 0) - share;
  s->up_shift = up - share;
}

double
tc_sort_steps_sum (struct tc_sort_steps *s, const struct tc_sort_gains *g,
                   const struct tc_sort_factors *f, enum tc_sort_care care)
{
  double sum = 0;
  size_t n_up = s->length - g->j;
  s->scale = scales[care];
  choose_shifts (s, g, f);
  distribute (s, g, f, g->y + 1, s->n_values, false, s->up_shift, n_up, s->up);
  accumulate (s, n_up);
  if (g->j == 0)
    {
      distribute (s, g, f, 0, 0, false, 0, 0, s->low);
      return join_all (s, g, f, 0);
    }
  distribute (s, g, f, 0, g->current, true, s->low_shift, g->j - 1, s->low);
  for (size_t lower = 0; lower < g->j; lower++)
    sum += join_all (s, g, f, lower);
  return sum;
}
