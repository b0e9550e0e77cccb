/* Part of vector_kernel.c: -log softmax and its gradient, in double.  */

/* Classes that are held at a time; a multiple of TC_LANES.  */
enum { CLASSES = 512 };

/* e[i] = e^(x[i] - max) for n <= CLASSES elements, then zeros to the next
   multiple of TC_LANES, which is returned.  The exponential is
   tc_exp64's but for the clamp: below -708 both are far too small to change the
   sum of a softmax, which is at least 1, or a float.  */
TC_INLINE size_t
class_exponentials (size_t n, const tc_real *x, double max, double *restrict e)
{
  const size_t padded = (n + TC_LANES - 1) / TC_LANES * TC_LANES;
  tc_real copy[CLASSES];
  memcpy (copy, x, n * sizeof *x);
  for (size_t i = n; i < padded; i++)
    copy[i] = 0;
  for (size_t i = 0; i < padded; i++)
    {
      double d = (double) copy[i] - max;
      e[i] = tc_exp_core (d < -708.0 ? -708.0 : d);
    }
  for (size_t i = n; i < padded; i++)
    e[i] = 0;
  return padded;
}

/* The sum of all e^(x[i] - max); e is left with the last chunk.  */
TC_INLINE double
sum_of_exponentials (size_t n, const tc_real *x, double max, double *e)
{
  double lane[TC_LANES] = { 0 };
  for (size_t start = 0; start < n; start += CLASSES)
    {
      const size_t padded = class_exponentials (at_most (n - start, CLASSES), x + start,
                                                max, e);
      for (size_t i = 0; i < padded; i += TC_LANES)
        for (int l = 0; l < TC_LANES; l++)
          lane[l] += e[i + l];
    }
  double sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

/* [softmax] */
/* One row: -log softmax (x)[target], and its gradient if dx is not NULL.  */
static double
row_nll (size_t n, const tc_real *x, size_t target, double scale, tc_real *dx)
{
  double e[CLASSES], max = (double) row_max (n, x);
  const double sum = sum_of_exponentials (n, x, max, e);
  for (size_t start = 0; dx != NULL && start < n; start += CLASSES)
    {
      const size_t length = at_most (n - start, CLASSES);
      if (n > CLASSES)
        class_exponentials (length, x + start, max, e);
      for (size_t i = 0; i < length; i++)
        dx[start + i] = (tc_real) (scale * (e[i] / sum));
      if (target - start < length)
        dx[target] = (tc_real) (scale * (e[target - start] / sum - 1.0));
    }
  return tc_log_double (sum) - ((double) x[target] - max);
}
/* [end softmax] */

static void
nll_rows (size_t begin, size_t end, size_t d, const tc_real *const *x,
          const int32_t *target, double scale, double *nll, tc_real *dx)
{
  for (size_t r = begin; r < end; r++)
    nll[r] = row_nll (d, x[r], (size_t) target[r], scale, dx == NULL ? NULL : dx + r * d);
}
