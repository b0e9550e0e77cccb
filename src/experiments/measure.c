#include "experiments/measure.h"

#include <gsl/gsl_statistics_double.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double
tc_smoothed (const double *series, size_t n, size_t stride, size_t i, int window)
{
  size_t half = (size_t) window / 2, count = 0;
  size_t from = i > half ? i - half : 0, to = i + half < n ? i + half : n - 1;
  double sum = 0;
  for (size_t j = from; j <= to; j++)
    if (!isnan (series[j * stride]))
      {
        sum += series[j * stride];
        count++;
      }
  return count > 0 ? sum / (double) count : NAN;
}

long
tc_first_below (const double *series, size_t n, size_t stride, int window, double threshold)
{
  for (size_t i = 0; i < n; i++)
    if (tc_smoothed (series, n, stride, i, window) < threshold)
      return (long) i;
  return -1;
}

struct tc_correlation
tc_correlate (size_t n, const double *x, const double *y)
{
  struct tc_correlation result = { 0, NAN, NAN };
  double *kept = malloc (4 * n * sizeof *kept);  /* x, y, and room for ranks */
  if (kept == NULL)
    return result;
  for (size_t i = 0; i < n; i++)
    if (!isnan (x[i]) && !isnan (y[i]))
      {
        kept[result.n] = x[i];
        kept[n + result.n] = y[i];
        result.n++;
      }
  if (result.n >= 3)
    {
      result.pearson = gsl_stats_correlation (kept, 1, kept + n, 1, result.n);
      result.spearman = gsl_stats_spearman (kept, 1, kept + n, 1, result.n, kept + 2 * n);
    }
  free (kept);
  return result;
}

double
tc_rounded (double x, int digits)
{
  char text[64];
  if (!isfinite (x))
    return x;
  snprintf (text, sizeof text, "%.*e", digits - 1, x);
  return strtod (text, NULL);
}
