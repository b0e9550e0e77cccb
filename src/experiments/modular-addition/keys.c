#include "experiments/modular-addition/keys.h"

#include <stdio.h>
#include <stdlib.h>

struct norm
{
  double value;
  size_t k;
};

static int
greater_first (const void *left, const void *right)
{
  const struct norm *a = left, *b = right;
  if (a->value != b->value)
    return a->value < b->value ? 1 : -1;
  return a->k < b->k ? -1 : 1;
}

static int
ascending (const void *left, const void *right)
{
  size_t a = *(const size_t *) left, b = *(const size_t *) right;
  return (a > b) - (a < b);
}

/* How many of the sorted norms come before the greatest gap.  */
static size_t
before_gap (size_t n, const struct norm *sorted, double *gap)
{
  size_t best = 0;
  *gap = 0;
  for (size_t i = 0; i + 1 < n && i < TC_MODULAR_MOST_KEYS; i++)
    {
      double ratio = sorted[i + 1].value > 0 ? sorted[i].value / sorted[i + 1].value
                     : sorted[i].value > 0 ? 1e300 : 0;
      if (ratio > *gap)
        {
          *gap = ratio;
          best = i + 1;
        }
    }
  return best;
}

struct tc_modular_keys
tc_modular_keys_of_norms (size_t n_frequencies, const double *norms)
{
  struct tc_modular_keys keys = { 0 };
  struct norm sorted[TC_MODULAR_MOST_KEYS + 1];
  size_t n = 0;
  /* The greatest few, by insertion.  */
  for (size_t i = 0; i < n_frequencies; i++)
    {
      struct norm here = { norms[i], i + 1 };
      if (n <= TC_MODULAR_MOST_KEYS)
        sorted[n++] = here;
      else if (greater_first (&here, &sorted[n - 1]) < 0)
        sorted[n - 1] = here;
      qsort (sorted, n, sizeof *sorted, greater_first);
    }
  keys.n = before_gap (n, sorted, &keys.gap);
  keys.is_clear = keys.gap >= TC_MODULAR_CLEAR_GAP;
  if (!keys.is_clear)
    keys.n = n < TC_MODULAR_DEFAULT_KEYS ? n : TC_MODULAR_DEFAULT_KEYS;
  for (size_t i = 0; i < keys.n; i++)
    keys.k[i] = sorted[i].k;
  qsort (keys.k, keys.n, sizeof *keys.k, ascending);
  return keys;
}

bool
tc_modular_is_key (const struct tc_modular_keys *keys, size_t k)
{
  for (size_t i = 0; i < keys->n; i++)
    if (keys->k[i] == k)
      return true;
  return false;
}

void
tc_modular_keys_text (const struct tc_modular_keys *keys, char text[TC_MODULAR_KEYS_TEXT])
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < keys->n; i++)
    used += (size_t) snprintf (text + used, TC_MODULAR_KEYS_TEXT - used, "%s%zu",
                               i > 0 ? ", " : "", keys->k[i]);
}
