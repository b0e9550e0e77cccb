/* Part of vector_kernel.c: activations, forward beside backward.  Those that
   need an elementary function work in blocks that stay in the first cache.  */

enum { BLOCK = 256 };

TC_INLINE size_t
at_most (size_t n, size_t limit)
{
  return n < limit ? n : limit;
}

static void
relu (size_t n, const tc_real *x, tc_real *y)
{
  TC_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    {
      tc_real input = x[i];
      y[i] = input < 0 ? 0 : input;
    }
}

static void
relu_backward (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx)
{
  TC_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    {
      /* Read whatever the sign: a branch on it would be a coin's toss.  */
      tc_real upstream = dy[i];
      dx[i] = x[i] <= 0 ? 0 : upstream;
    }
}

/* --- gelu: x P (X < x), X normal --- */

static const tc_real half_sqrt2 = (tc_real) 0.70710678118654752440;    /* 1 / sqrt 2 */
static const tc_real normal_peak = (tc_real) 0.39894228040143267794;   /* 1 / sqrt (2 pi) */

static void
gelu (size_t n, const tc_real *x, tc_real *y)
{
  for (size_t size; n > 0; n -= size, x += size, y += size)
    {
      tc_real erf[BLOCK];
      size = at_most (n, BLOCK);
      for (size_t i = 0; i < size; i++)
        erf[i] = x[i] * half_sqrt2;
      TC_ERF (size, erf, erf);
      TC_INDEPENDENT
      for (size_t i = 0; i < size; i++)
        y[i] = x[i] * (tc_real) 0.5 * (1 + erf[i]);
    }
}

/* f'(x) = cdf (x) + x pdf (x).  */
static void
gelu_backward (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx)
{
  for (size_t size; n > 0; n -= size, x += size, dy += size, dx += size)
    {
      tc_real erf[BLOCK], pdf[BLOCK];
      size = at_most (n, BLOCK);
      for (size_t i = 0; i < size; i++)
        {
          erf[i] = x[i] * half_sqrt2;
          pdf[i] = x[i] * x[i] * (tc_real) -0.5;
        }
      TC_ERF (size, erf, erf);
      TC_EXP (size, pdf, pdf);
      TC_INDEPENDENT
      for (size_t i = 0; i < size; i++)
        {
          tc_real cdf = (tc_real) 0.5 * (1 + erf[i]);
          dx[i] = dy[i] * (cdf + x[i] * (normal_peak * pdf[i]));
        }
    }
}

/* --- gelu_new: the tanh form --- */

static const tc_real sqrt_2_over_pi = (tc_real) 0.79788456080286535588;
static const tc_real cubic = (tc_real) 0.044715;

TC_INLINE void
gelu_new_tanh (size_t n, const tc_real *x, tc_real *tanh)
{
  for (size_t i = 0; i < n; i++)
    tanh[i] = sqrt_2_over_pi * (x[i] + cubic * (x[i] * x[i] * x[i]));
  TC_TANH (n, tanh, tanh);
}

static void
gelu_new (size_t n, const tc_real *x, tc_real *y)
{
  for (size_t size; n > 0; n -= size, x += size, y += size)
    {
      tc_real tanh[BLOCK];
      size = at_most (n, BLOCK);
      gelu_new_tanh (size, x, tanh);
      TC_INDEPENDENT
      for (size_t i = 0; i < size; i++)
        y[i] = (tc_real) 0.5 * x[i] * (1 + tanh[i]);
    }
}

static void
gelu_new_backward (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx)
{
  for (size_t size; n > 0; n -= size, x += size, dy += size, dx += size)
    {
      tc_real tanh[BLOCK];
      size = at_most (n, BLOCK);
      gelu_new_tanh (size, x, tanh);
      TC_INDEPENDENT
      for (size_t i = 0; i < size; i++)
        {
          tc_real inner = sqrt_2_over_pi * (1 + 3 * cubic * (x[i] * x[i]));
          tc_real outer = (tc_real) 0.5 * x[i] * (1 - tanh[i] * tanh[i]);
          dx[i] = dy[i] * ((tc_real) 0.5 * (1 + tanh[i]) + outer * inner);
        }
    }
}

/* --- solu: x softmax (x) --- */

static void
solu (size_t rows, size_t d, const tc_real *x, tc_real *y)
{
  for (size_t r = 0; r < rows; r++, x += d, y += d)
    {
      softmax_row (d, x, y);
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        y[j] *= x[j];
    }
}

/* With s = softmax (x): dx = s dy + s (x dy - sum (s x dy)).  */
static void
solu_backward (size_t rows, size_t d, const tc_real *x, const tc_real *dy, tc_real *dx)
{
  for (size_t r = 0; r < rows; r++, x += d, dy += d, dx += d)
    {
      softmax_row (d, x, dx);
      struct lanes sum = { { { 0 } } };
      for (size_t j = 0; j < d; j += TC_LANES)
        {
          struct lanes a = lanes_load (x, j, d), b = lanes_load (dy, j, d);
          struct lanes s = lanes_load (dx, j, d);
          for (int v = 0; v < LANE_VECTORS; v++)
            sum.v[v] = tc_vf_fma (s.v[v], a.v[v] * b.v[v], sum.v[v]);
        }
      const tc_real along = lanes_combine (&sum);
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        dx[j] = dx[j] * (dy[j] + (x[j] * dy[j] - along));
    }
}
