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

/* Lane l of the sum of all e^(x[i] - max): i = l modulo TC_LANES, ascending.
   e is left with the last chunk.  */
TC_INLINE void
sum_exponentials (size_t n, const tc_real *x, double max, double *e,
                  double lane[TC_LANES])
{
  double sum[TC_LANES] = { 0 };
  for (size_t start = 0; start < n; start += CLASSES)
    {
      const size_t padded = class_exponentials (at_most (n - start, CLASSES), x + start,
                                                max, e);
      for (size_t i = 0; i < padded; i += TC_LANES)
        for (int l = 0; l < TC_LANES; l++)
          sum[l] += e[i + l];
    }
  memcpy (lane, sum, sizeof sum);
}

/* A few rows go through each stage side by side: alone, one would wait for its
   chains of additions, its division and its logarithm.  */
enum { LOSS_ROWS = 8 };

struct loss_rows
{
  size_t n_rows, n;             /* rows, and classes of each */
  const tc_real *const *x;
  const int32_t *target;
  double max[LOSS_ROWS], sum[LOSS_ROWS];
  double e[LOSS_ROWS * CLASSES];        /* row r's, from r * e_step on */
  size_t e_step;                /* 0: too many classes to be kept */
};

/* [softmax] */
static void
loss_sums (struct loss_rows *rows)
{
  double lane[LOSS_ROWS][TC_LANES];
  for (size_t r = 0; r < rows->n_rows; r++)
    {
      rows->max[r] = (double) row_max (rows->n, rows->x[r]);
      sum_exponentials (rows->n, rows->x[r], rows->max[r], rows->e + r * rows->e_step,
                        lane[r]);
    }
  for (size_t r = rows->n_rows; r < LOSS_ROWS; r++)
    memcpy (lane[r], lane[0], sizeof lane[r]);
  for (int r = 0; r < LOSS_ROWS; r++)
    rows->sum[r] = lane[r][0];
  for (int l = 1; l < TC_LANES; l++)
    for (int r = 0; r < LOSS_ROWS; r++)
      rows->sum[r] += lane[r][l];
}

/* -log softmax (x)[target].  Sums are at least 1, or not numbers.  */
static void
loss_values (const struct loss_rows *rows, double *nll)
{
  double log_sum[LOSS_ROWS];
  for (int r = 0; r < LOSS_ROWS; r++)
    {
      const double log = tc_log_core (rows->sum[r]);
      log_sum[r] = rows->sum[r] < TC_INF64 ? log : TC_NAN64;
    }
  for (size_t r = 0; r < rows->n_rows; r++)
    nll[r] = log_sum[r] - ((double) rows->x[r][rows->target[r]] - rows->max[r]);
}

/* scale (softmax (x) - 1 at the target), of one row.  */
static void
loss_gradient (struct loss_rows *rows, size_t r, double scale, tc_real *dx)
{
  double *e = rows->e + r * rows->e_step;
  const double sum = rows->sum[r];
  const size_t target = (size_t) rows->target[r];
  for (size_t start = 0; start < rows->n; start += CLASSES)
    {
      const size_t length = at_most (rows->n - start, CLASSES);
      if (rows->e_step == 0)
        class_exponentials (length, rows->x[r] + start, rows->max[r], e);
      for (size_t i = 0; i < length; i++)
        dx[start + i] = (tc_real) (scale * (e[i] / sum));
      if (target - start < length)
        dx[target] = (tc_real) (scale * (e[target - start] / sum - 1.0));
    }
}
/* [end softmax] */

static void
nll_rows (size_t begin, size_t end, size_t d, const tc_real *const *x,
          const int32_t *target, double scale, double *nll, tc_real *dx)
{
  struct loss_rows rows;
  rows.n = d;
  rows.e_step = d > CLASSES ? 0 : (d + TC_LANES - 1) / TC_LANES * TC_LANES;
  for (size_t r = begin; r < end; r += LOSS_ROWS)
    {
      rows.n_rows = at_most (end - r, LOSS_ROWS);
      rows.x = x + r;
      rows.target = target + r;
      loss_sums (&rows);
      for (size_t i = 0; dx != NULL && i < rows.n_rows; i++)
        loss_gradient (&rows, i, scale, dx + (r + i) * d);
      loss_values (&rows, nll + r);
    }
}
