#include "experiments/addition/theory.h"

#include "numerics/elementary.h"

#include <stddef.h>
#include <stdint.h>

double
tc_addition_carry_rate (int columns)
{
  double power = 1;
  for (int i = 0; i < columns; i++)
    power *= 10;
  return 0.5 * (1 - 1 / power);
}

double
tc_addition_bit_entropy (double p)
{
  return p <= 0 || p >= 1 ? 0 : -(p * tc_log64 (p) + (1 - p) * tc_log64 (1 - p));
}

double
tc_addition_uninformed (int num_digits, int k)
{
  return k == 0 ? tc_addition_bit_entropy (tc_addition_carry_rate (num_digits)) : tc_log64 (10);
}

double
tc_addition_plateau (int num_digits)
{
  double sum = 0;
  for (int k = 0; k <= num_digits; k++)
    sum += tc_addition_uninformed (num_digits, k);
  return sum / (num_digits + 1);
}

double
tc_addition_level (int num_digits, int known)
{
  return (num_digits - known) * tc_log64 (10) / (num_digits + 1);
}

double
tc_addition_carry_loss (int num_digits, int k, int lower)
{
  int below = num_digits - k;
  double open = 1;
  if (lower >= below)
    return 0;
  for (int i = 0; i < lower; i++)
    open /= 10;
  return open * tc_addition_bit_entropy (tc_addition_carry_rate (below - lower));
}

/* ---- Answers without questions ---- */

/* How many of the numbers * numbers pairs below `numbers` sum to less than z.  */
static uint64_t
pairs_below (uint64_t numbers, uint64_t z)
{
  if (z <= numbers)
    return z * (z + 1) / 2;
  uint64_t rest = 2 * numbers - 1 - z;  /* sums z ... 2 numbers - 2 */
  return numbers * numbers - rest * (rest + 1) / 2;
}

/* Entropy of the answer without its last digits, `width` of whose values share
   one.  */
static double
prefix_entropy (uint64_t numbers, uint64_t width)
{
  double entropy = 0, all = (double) (numbers * numbers);
  uint64_t end = 2 * numbers - 1, before = 0;
  for (uint64_t from = 0; from < end; from += width)
    {
      uint64_t to = from + width < end ? from + width : end;
      uint64_t now = pairs_below (numbers, to);
      double p = (double) (now - before) / all;
      entropy -= p * tc_log64 (p);
      before = now;
    }
  return entropy;
}

void
tc_addition_prefix_losses (int num_digits, double *loss)
{
  uint64_t numbers = 1, width;
  double before = 0;
  for (int i = 0; i < num_digits; i++)
    numbers *= 10;
  width = numbers;
  for (int k = 0; k <= num_digits; k++, width /= 10)
    {
      double entropy = prefix_entropy (numbers, width);
      loss[k] = entropy - before;
      before = entropy;
    }
}
