#include "experiments/permutation/floors.h"

#include "numerics/elementary.h"

#include <math.h>

enum { ALL = TC_PERMUTATION_ELEMENTS };

/* C(m, k), exact: below 2^53 here.  */
static double
choose (int m, int k)
{
  double count = 1;
  if (k < 0 || k > m)
    return 0;
  for (int i = 0; i < k; i++)
    count = count * (m - i) / (i + 1);
  return count;
}

/* -p ln p */
static double
surprise (double p)
{
  return p > 0 ? -p * tc_log64 (p) : 0;
}

/* Entropy of the least of r elements drawn from m.  */
static double
entropy_of_least (int m, int r)
{
  double entropy = 0;
  for (int i = 0; i < m; i++)
    entropy += surprise (choose (m - 1 - i, r - 1) / choose (m, r));
  return entropy;
}

/* The slot before holds element j, of which there are choose (j, slot - 1) choose
   (ALL - 1 - j, n - slot) combinations.  */
static double
ascending_floor (int n, int slot)
{
  double entropy = 0;
  if (slot == 0)
    return entropy_of_least (ALL, n);
  for (int j = slot - 1; j < ALL - (n - slot); j++)
    entropy += choose (j, slot - 1) * choose (ALL - 1 - j, n - slot) / choose (ALL, n)
               * entropy_of_least (ALL - 1 - j, n - slot);
  return entropy;
}

double
tc_permutation_slot_floor (const struct tc_permutation_options *options, int slot)
{
  return options->is_unsorted ? tc_log64 (ALL - slot) : ascending_floor (options->n, slot);
}

double
tc_permutation_slot_marginal (int n, int slot)
{
  double entropy = 0;
  for (int j = 0; j < ALL; j++)
    entropy += surprise (choose (j, slot) * choose (ALL - 1 - j, n - 1 - slot)
                         / choose (ALL, n));
  return entropy;
}

static double
per_token (int n, double nats)
{
  return nats / (double) (tc_permutation_length (n) - 1);
}

double
tc_permutation_floor (const struct tc_permutation_options *options)
{
  double nats = 0;
  for (int slot = 0; slot < options->n; slot++)
    nats += tc_permutation_slot_floor (options, slot);
  return per_token (options->n, nats);
}

double
tc_permutation_marginal_loss (int n)
{
  double nats = 0;
  for (int slot = 0; slot < n; slot++)
    nats += tc_permutation_slot_marginal (n, slot);
  return per_token (n, nats);
}

double
tc_permutation_distinct_loss (int n)
{
  double nats = 0;
  for (int slot = 0; slot < n; slot++)
    nats += tc_log64 (ALL - slot);
  return per_token (n, nats);
}

double
tc_permutation_uniform_loss (int n)
{
  return per_token (n, n * tc_log64 (ALL));
}

/* ---- Without attention ---- */

/* Entropy of the element at rank `next` of an ascending combination of n, given that at
   rank `now`.  */
static double
entropy_given_one (int n, int now, int next)
{
  const int low = now < next ? now : next, high = now < next ? next : now;
  double joint = 0;
  for (int i = 0; i < ALL; i++)
    for (int j = i + 1; j < ALL; j++)
      joint += surprise (choose (i, low) * choose (j - i - 1, high - low - 1)
                         * choose (ALL - 1 - j, n - 1 - high) / choose (ALL, n));
  return joint - tc_permutation_slot_marginal (n, now);
}

double
tc_permutation_blind_loss (int n)
{
  uint8_t orders[120 * TC_PERMUTATION_MAX];
  struct tc_error err;
  double nats = 0;
  if (n > TC_PERMUTATION_MAX || tc_permutation_orders (n, orders, &err) != TC_OK)
    return NAN;
  for (size_t term = 0; term < tc_permutation_terms (n); term++)
    {
      const uint8_t *order = orders + term * (size_t) n;
      nats += tc_permutation_slot_marginal (n, order[0]);
      for (int slot = 1; slot < n; slot++)
        nats += entropy_given_one (n, order[slot - 1], order[slot]);
    }
  return per_token (n, nats);
}
