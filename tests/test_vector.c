/* Row passes, causal products and optimiser updates against plain loops that
   spell their order of operations out, bit for bit, on every instruction set
   and for several thread counts.  */

#include "numerics/causal.h"
#include "numerics/elementary.h"
#include "numerics/vector.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Helpers --- */

static uint32_t random_state = 1;

static uint32_t
next (uint32_t n)
{
  random_state = random_state * 1664525 + 1013904223;
  return (random_state >> 8) % n;
}

/* n values around zero with assorted exponents.  */
static float *
values (size_t n)
{
  float *x = malloc ((n + 1) * sizeof *x);
  for (size_t i = 0; i < n; i++)
    x[i] = ((int) next (2001) - 1000) * ldexpf (1, (int) next (4) - 10);
  return x;
}

static float *
copy (size_t n, const float *x)
{
  float *y = malloc ((n + 1) * sizeof *y);
  memcpy (y, x, n * sizeof *y);
  return y;
}

static void
expect_equal (const char *what, size_t n, const float *ours, const float *expected)
{
  for (size_t i = 0; i < n; i++)
    if (memcmp (&ours[i], &expected[i], sizeof *ours) != 0)
      {
        cr_expect_fail ("%s[%zu of %zu]: %.9g, expected %.9g", what, i, n, ours[i],
                        expected[i]);
        return;
      }
}

static float
lanes_sum (size_t n, const float *x)
{
  float lane[TC_LANES] = { 0 };
  for (size_t i = 0; i < n; i++)
    lane[i % TC_LANES] += x[i];
  float sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

static float
lanes_dot (size_t n, const float *x, const float *y)
{
  float lane[TC_LANES] = { 0 };
  for (size_t i = 0; i < n; i++)
    lane[i % TC_LANES] = fmaf (x[i], y[i], lane[i % TC_LANES]);
  float sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

static void
softmax (size_t n, const float *x, float *y)
{
  float max = x[0];
  for (size_t i = 1; i < n; i++)
    max = x[i] > max ? x[i] : max;
  for (size_t i = 0; i < n; i++)
    y[i] = tc_exp (x[i] - max);
  float sum = lanes_sum (n, y);
  for (size_t i = 0; i < n; i++)
    y[i] /= sum;
}

static void
softmax_backward (size_t n, const float *y, const float *dy, float divisor, float *dx)
{
  float along = lanes_dot (n, y, dy);
  for (size_t i = 0; i < n; i++)
    dx[i] = y[i] * (dy[i] - along) / divisor;
}

/* Runs a test with every instruction set and one, two and three threads.  */
static void
everywhere (void (*test) (struct tc_compute *compute))
{
  static const char *const isas[] = { "portable", "avx2", "avx512", "neon" };
  for (int i = 0; i < 4; i++)
    for (int threads = 1; threads <= 3; threads++)
      {
        struct tc_compute *compute;
        if (tc_compute_alloc (&compute, isas[i], threads, NULL) != TC_OK)
          continue;             /* not on this CPU */
        random_state = 1;
        test (compute);
        tc_compute_free (compute);
      }
}

/* Shapes with and without tails, below and above the threshold for threads.  */
static const struct { size_t rows, d; } shapes[] =
  { { 1, 1 }, { 3, 5 }, { 7, 16 }, { 4, 33 }, { 0, 8 }, { 9, 100 }, { 700, 150 } };
enum { N_SHAPES = sizeof shapes / sizeof *shapes };

/* --- Sums and rows --- */

static void
check_rows (struct tc_compute *compute, size_t rows, size_t d)
{
  const size_t n = rows * d, distinct = rows / 2 + 1;
  float *a = values (n), *b = values (n), *out = values (n), *expected = copy (n, out);
  float *table = values (distinct * d);
  int32_t *index = malloc ((rows + 1) * sizeof *index);
  for (size_t r = 0; r < rows; r++)
    index[r] = (int32_t) next ((uint32_t) distinct);

  tc_add (compute, n, a, b, out);
  for (size_t i = 0; i < n; i++)
    expected[i] = a[i] + b[i];
  expect_equal ("add", n, out, expected);

  tc_add_rows (compute, rows, d, table, index, b, NULL, out);
  for (size_t i = 0; i < n; i++)
    expected[i] = table[(size_t) index[i / d] * d + i % d] + b[i];
  expect_equal ("add_rows", n, out, expected);

  tc_gather_rows (compute, rows, d, table, index, out);
  for (size_t i = 0; i < n; i++)
    expected[i] = table[(size_t) index[i / d] * d + i % d];
  expect_equal ("gather_rows", n, out, expected);

  float *sums = copy (distinct * d, table);
  tc_scatter_add_rows (compute, rows, d, a, index, table);
  for (size_t i = 0; i < n; i++)
    sums[(size_t) index[i / d] * d + i % d] += a[i];
  expect_equal ("scatter_add_rows", distinct * d, table, sums);

  float *column = values (d), *column_expected = values (d);
  memset (column_expected, 0, d * sizeof *column);
  tc_column_sums (compute, rows, d, a, column);
  for (size_t i = 0; i < n; i++)
    column_expected[i % d] += a[i];
  expect_equal ("column_sums", d, column, column_expected);
  memset (column_expected, 0, d * sizeof *column);
  tc_column_dots (compute, rows, d, a, b, column);
  for (size_t i = 0; i < n; i++)
    column_expected[i % d] = fmaf (a[i], b[i], column_expected[i % d]);
  expect_equal ("column_dots", d, column, column_expected);

  float *all[] = { a, b, out, expected, table, sums, column, column_expected };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
  free (index);
}

static void
test_rows (struct tc_compute *compute)
{
  for (int i = 0; i < N_SHAPES; i++)
    check_rows (compute, shapes[i].rows, shapes[i].d);
}

Test (vector, rows) { everywhere (test_rows); }

/* --- Layer normalisation --- */

static void
check_norm (struct tc_compute *compute, size_t rows, size_t d)
{
  const size_t n = rows * d;
  const float eps = 1e-5f;
  float *x = values (n), *w = values (d), *b = values (d), *dn = values (n);
  float *ours = values (n), *expected = values (n);
  float *scale = values (rows), *scale_expected = values (rows);

  tc_center_rows (compute, rows, d, 1e-5, x, ours, scale);
  for (size_t r = 0; r < rows; r++)
    {
      float mean = lanes_sum (d, x + r * d) / (float) d;
      for (size_t j = 0; j < d; j++)
        expected[r * d + j] = x[r * d + j] - mean;
      scale_expected[r] = sqrtf (lanes_dot (d, expected + r * d, expected + r * d)
                                 / (float) d + eps);
    }
  expect_equal ("centred", n, ours, expected);
  expect_equal ("scale", rows, scale, scale_expected);

  tc_divide_rows (compute, rows, d, ours, scale, ours);
  for (size_t i = 0; i < n; i++)
    expected[i] /= scale[i / d];
  expect_equal ("normalized", n, ours, expected);

  float *y = values (n), *y_expected = values (n);
  tc_scale_columns (compute, rows, d, ours, w, b, y);
  for (size_t i = 0; i < n; i++)
    {
      float product = ours[i] * w[i % d];
      y_expected[i] = product + b[i % d];
    }
  expect_equal ("scale_columns", n, y, y_expected);
  tc_multiply_columns (compute, rows, d, x, w, y);
  for (size_t i = 0; i < n; i++)
    y_expected[i] = x[i] * w[i % d];
  expect_equal ("multiply_columns", n, y, y_expected);

  float *dscale = values (rows), *dscale_expected = values (rows);
  tc_scale_backward (compute, rows, d, dn, ours, scale, dscale);
  for (size_t r = 0; r < rows; r++)
    {
      const float *g = dn + r * d, *z = ours + r * d;
      float mean = lanes_sum (d, g) / (float) d, along = lanes_dot (d, g, z) / (float) d;
      dscale_expected[r] = -lanes_dot (d, g, z) / scale[r];
      for (size_t j = 0; j < d; j++)
        {
          float product = z[j] * along;
          y_expected[r * d + j] = (g[j] - mean - product) / scale[r];
        }
    }
  tc_normalize_backward (compute, rows, d, dn, ours, scale, dn);
  expect_equal ("normalize_backward in place", n, dn, y_expected);
  expect_equal ("scale_backward", rows, dscale, dscale_expected);

  float *all[] = { x, w, b, dn, ours, expected, scale, scale_expected, y, y_expected,
                   dscale, dscale_expected };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
}

static void
test_norm (struct tc_compute *compute)
{
  for (int i = 0; i < N_SHAPES; i++)
    check_norm (compute, shapes[i].rows, shapes[i].d);
}

Test (vector, layer_norm) { everywhere (test_norm); }

/* --- Softmax and activations --- */

static void
check_softmax (struct tc_compute *compute, size_t rows, size_t d)
{
  const size_t n = rows * d;
  float *x = values (n), *dy = values (n), *y = values (n), *expected = values (n);
  float *dx = values (n), *dx_expected = values (n);
  tc_softmax_rows (compute, rows, d, x, y);
  for (size_t r = 0; r < rows; r++)
    {
      softmax (d, x + r * d, expected + r * d);
      softmax_backward (d, expected + r * d, dy + r * d, 1, dx_expected + r * d);
    }
  expect_equal ("softmax", n, y, expected);
  tc_softmax_rows_backward (compute, rows, d, y, dy, dx);
  expect_equal ("softmax backward", n, dx, dx_expected);

  tc_solu (compute, rows, d, x, y);
  for (size_t i = 0; i < n; i++)
    expected[i] *= x[i];
  expect_equal ("solu", n, y, expected);

  float *all[] = { x, dy, y, expected, dx, dx_expected };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
}

static void
test_softmax (struct tc_compute *compute)
{
  for (int i = 0; i < N_SHAPES; i++)
    check_softmax (compute, shapes[i].rows, shapes[i].d);
}

Test (vector, softmax) { everywhere (test_softmax); }

static double
gelu (double x)
{
  return 0.5 * x * (1 + erf (x / sqrt (2)));
}

static double
gelu_new (double x)
{
  return 0.5 * x * (1 + tanh (sqrt (2 / acos (-1)) * (x + 0.044715 * x * x * x)));
}

static void
expect_close (const char *what, double x, double ours, double expected)
{
  cr_expect (fabs (ours - expected) <= 1e-6 * (fabs (expected) + 1),
             "%s (%.9g) = %.9g, expected %.9g", what, x, ours, expected);
}

static double
slope (double (*f) (double), double x)
{
  const double h = 1e-5;
  return (f (x + h) - f (x - h)) / (2 * h);
}

static void
test_activations (struct tc_compute *compute)
{
  enum { N = 2101 };
  float *x = values (N), *ones = values (N), *y = values (N), *dx = values (N);
  for (int i = 0; i < N; i++)
    {
      x[i] = (float) (i - 1050) / 100;
      ones[i] = 1;
    }
  tc_relu (compute, N, x, y);
  tc_relu_backward (compute, N, x, ones, dx);
  for (int i = 0; i < N; i++)
    cr_expect (y[i] == fmaxf (x[i], 0) && dx[i] == (x[i] > 0), "relu (%g)", x[i]);
  tc_gelu (compute, N, x, y);
  tc_gelu_backward (compute, N, x, ones, dx);
  for (int i = 0; i < N; i++)
    {
      expect_close ("gelu", x[i], y[i], gelu (x[i]));
      expect_close ("gelu'", x[i], dx[i], slope (gelu, x[i]));
    }
  tc_gelu_new (compute, N, x, y);
  tc_gelu_new_backward (compute, N, x, ones, dx);
  for (int i = 0; i < N; i++)
    {
      expect_close ("gelu_new", x[i], y[i], gelu_new (x[i]));
      expect_close ("gelu_new'", x[i], dx[i], slope (gelu_new, x[i]));
    }
  free (x);
  free (ones);
  free (y);
  free (dx);
}

Test (vector, activations) { everywhere (test_activations); }

/* A row with a NaN is NaN throughout, whichever lane sees it.  */
static void
test_nan (struct tc_compute *compute)
{
  for (size_t at = 0; at < 40; at++)
    {
      float x[40], y[40];
      for (size_t i = 0; i < 40; i++)
        x[i] = (float) i;
      x[at] = NAN;
      tc_softmax_rows (compute, 1, 40, x, y);
      for (size_t i = 0; i < 40; i++)
        cr_expect (isnan (y[i]), "NaN at %zu, %g at %zu", at, y[i], i);
    }
}

Test (vector, softmax_passes_nan_on) { everywhere (test_nan); }

/* --- Causal products --- */

struct causal_problem
{
  struct tc_causal causal;
  size_t n_queries, n_q, n_k, d_all;
  int32_t *start, *pos, *query_row, *key_row;
  float *q, *k, *weights;
  size_t n_weights;
};

static struct causal_problem
make_causal (size_t n_seq, size_t n_pos, size_t heads, size_t d_head, size_t every)
{
  struct causal_problem p = { .n_q = n_pos / 2 + 1, .n_k = 2 * n_pos, .d_all = heads * d_head };
  p.start = malloc ((n_seq + 1) * sizeof (int32_t));
  p.pos = malloc (n_seq * n_pos * sizeof (int32_t));
  p.query_row = malloc (n_seq * n_pos * sizeof (int32_t));
  p.key_row = malloc (n_seq * n_pos * sizeof (int32_t));
  for (size_t s = 0; s < n_seq; s++)
    {
      p.start[s] = (int32_t) p.n_queries;
      for (size_t i = 0; i < n_pos; i++)
        {
          p.key_row[s * n_pos + i] = (int32_t) (2 * i + next (2));
          if (s % 5 != 3 && next ((uint32_t) every) == 0)
            {
              p.query_row[p.n_queries] = (int32_t) next ((uint32_t) p.n_q);
              p.pos[p.n_queries++] = (int32_t) i;
            }
        }
    }
  p.start[n_seq] = (int32_t) p.n_queries;
  p.causal = (struct tc_causal) {
    .n_seq = n_seq, .n_pos = n_pos, .n_heads = heads, .d_head = d_head,
    .query_start = p.start, .query_pos = p.pos, .keys_shared = true };
  p.q = values (p.n_q * p.d_all);
  p.k = values (p.n_k * p.d_all);
  p.n_weights = p.n_queries * heads * n_pos;
  p.weights = values (p.n_weights);
  return p;
}

static void
free_causal (struct causal_problem *p)
{
  free (p->start);
  free (p->pos);
  free (p->query_row);
  free (p->key_row);
  free (p->q);
  free (p->k);
  free (p->weights);
}

/* Where query i of sequence s keeps its weights of head h.  */
static size_t
weights_at (const struct causal_problem *p, size_t s, size_t h, size_t query)
{
  size_t first = (size_t) p->start[s], n = (size_t) p->start[s + 1] - first;
  return (first * p->causal.n_heads + h * n + (query - first)) * p->causal.n_pos;
}

#define FOR_QUERIES(p, s, h, i)                                               \
  for (size_t s = 0; s < (p)->causal.n_seq; s++)                              \
    for (size_t h = 0; h < (p)->causal.n_heads; h++)                          \
      for (size_t i = (size_t) (p)->start[s]; i < (size_t) (p)->start[s + 1]; i++)

static void
check_dots (struct tc_compute *compute, const struct causal_problem *p)
{
  const size_t d = p->causal.d_head;
  const struct tc_head_rows q = { p->q, p->d_all, p->query_row };
  const struct tc_head_rows k = { p->k, p->d_all, p->key_row };
  float *expected = copy (p->n_weights, p->weights), *ours = copy (p->n_weights, p->weights);
  FOR_QUERIES (p, s, h, i)
    for (size_t key = 0; key <= (size_t) p->pos[i]; key++)
      {
        float sum = 0;
        for (size_t e = 0; e < d; e++)
          sum = fmaf (p->q[(size_t) p->query_row[i] * p->d_all + h * d + e],
                      p->k[(size_t) p->key_row[s * p->causal.n_pos + key] * p->d_all
                           + h * d + e], sum);
        expected[weights_at (p, s, h, i) + key] = sum / 1.75f;
      }
  tc_causal_dots (compute, &p->causal, q, k, 1.75, ours);
  expect_equal ("causal_dots", p->n_weights, ours, expected);
  free (expected);
  free (ours);
}

static void
check_table (struct tc_compute *compute, const struct causal_problem *p)
{
  const size_t n = p->causal.n_heads * p->n_q * p->n_k;
  float *table = values (n), *sums = copy (n, table);
  float *expected = copy (p->n_weights, p->weights), *ours = copy (p->n_weights, p->weights);
  struct tc_score_table t = { p->n_q, p->n_k, table, p->query_row, p->key_row };
  FOR_QUERIES (p, s, h, i)
    for (size_t key = 0; key <= (size_t) p->pos[i]; key++)
      {
        size_t at = (h * p->n_q + (size_t) p->query_row[i]) * p->n_k
                    + (size_t) p->key_row[s * p->causal.n_pos + key];
        expected[weights_at (p, s, h, i) + key] = table[at];
        sums[at] += p->weights[weights_at (p, s, h, i) + key];
      }
  tc_causal_lookup (compute, &p->causal, t, ours);
  expect_equal ("causal_lookup", p->n_weights, ours, expected);
  tc_causal_collect (compute, &p->causal, p->weights, t);
  expect_equal ("causal_collect", n, table, sums);
  free (table);
  free (sums);
  free (expected);
  free (ours);
}

static void
check_causal_softmax (struct tc_compute *compute, const struct causal_problem *p)
{
  float *expected = copy (p->n_weights, p->weights), *ours = copy (p->n_weights, p->weights);
  FOR_QUERIES (p, s, h, i)
    {
      size_t at = weights_at (p, s, h, i);
      softmax ((size_t) p->pos[i] + 1, p->weights + at, expected + at);
    }
  tc_causal_softmax (compute, &p->causal, ours);
  expect_equal ("causal_softmax", p->n_weights, ours, expected);

  float *dy = copy (p->n_weights, p->weights), *dx = copy (p->n_weights, p->weights);
  FOR_QUERIES (p, s, h, i)
    {
      size_t at = weights_at (p, s, h, i);
      softmax_backward ((size_t) p->pos[i] + 1, ours + at, p->weights + at, 1.75f, dx + at);
    }
  tc_causal_softmax_backward (compute, &p->causal, ours, 1.75, dy);
  expect_equal ("causal_softmax_backward", p->n_weights, dy, dx);
  free (expected);
  free (ours);
  free (dy);
  free (dx);
}

static void
check_sums (struct tc_compute *compute, const struct causal_problem *p)
{
  const size_t d = p->causal.d_head, n = p->n_queries * p->d_all, n_k = p->n_k * p->d_all;
  const struct tc_head_rows k = { p->k, p->d_all, p->key_row };
  const struct tc_head_rows q = { p->q, p->d_all, p->query_row };
  float *z = values (n), *z_expected = copy (n, z);
  float *dk = values (n_k), *dk_expected = copy (n_k, dk);
  FOR_QUERIES (p, s, h, i)
    for (size_t e = 0; e < d; e++)
      {
        float sum = 0;
        for (size_t key = 0; key <= (size_t) p->pos[i]; key++)
          {
            float w = p->weights[weights_at (p, s, h, i) + key];
            size_t row = (size_t) p->key_row[s * p->causal.n_pos + key] * p->d_all + h * d + e;
            sum = fmaf (w, p->k[row], sum);
            dk_expected[row] = fmaf (w, p->q[(size_t) p->query_row[i] * p->d_all + h * d + e],
                                     dk_expected[row]);
          }
        z_expected[i * p->d_all + h * d + e] = sum;
      }
  tc_causal_sums (compute, &p->causal, p->weights, k, z);
  expect_equal ("causal_sums", n, z, z_expected);
  tc_causal_scatter (compute, &p->causal, p->weights, q, dk, p->d_all, p->key_row);
  expect_equal ("causal_scatter", n_k, dk, dk_expected);
  free (z);
  free (z_expected);
  free (dk);
  free (dk_expected);
}

/* Several steps at once are the steps one by one.  */
static void
check_attend (struct tc_compute *compute, const struct causal_problem *p)
{
  const size_t n = p->n_queries * p->d_all, n_k = p->n_k * p->d_all, n_q = p->n_q * p->d_all;
  const struct tc_head_rows q = { p->q, p->d_all, p->query_row };
  const struct tc_head_rows k = { p->k, p->d_all, p->key_row };
  float *dq = values (n_q), *dq2 = copy (n_q, dq);
  float *v_data = values (n_k), *dz_data = values (n), *scores = values (p->n_weights);
  const struct tc_head_rows v = { v_data, p->d_all, p->key_row };
  const struct tc_head_rows dz = { dz_data, p->d_all, NULL };
  float *w = copy (p->n_weights, p->weights), *w2 = copy (p->n_weights, p->weights);
  float *z = values (n), *z2 = values (n);
  float *dk = values (n_k), *dk2 = copy (n_k, dk), *dv = values (n_k), *dv2 = copy (n_k, dv);
  tc_causal_dots (compute, &p->causal, q, k, 1.75, w);
  tc_causal_softmax (compute, &p->causal, w);
  tc_causal_sums (compute, &p->causal, w, v, z);
  tc_causal_attend (compute, &p->causal, q, k, v, 1.75, w2, z2);
  expect_equal ("causal_attend, pattern", p->n_weights, w2, w);
  expect_equal ("causal_attend, z", n, z2, z);

  tc_causal_dots (compute, &p->causal, dz, v, 1, scores);
  tc_causal_softmax_backward (compute, &p->causal, w, 1.75, scores);
  tc_causal_sums (compute, &p->causal, scores, k, z);
  tc_scatter_add_rows (compute, p->n_queries, p->d_all, z, p->query_row, dq);
  tc_causal_scatter (compute, &p->causal, scores, q, dk, p->d_all, p->key_row);
  tc_causal_scatter (compute, &p->causal, w, dz, dv, p->d_all, p->key_row);
  tc_causal_attend_backward (compute, &p->causal, dz, q, k, v, 1.75, w, scores, z2,
                             (struct tc_head_gradients) { dq2, dk2, dv2, p->d_all });
  expect_equal ("causal_attend_backward, dq", n_q, dq2, dq);
  expect_equal ("causal_attend_backward, dk", n_k, dk2, dk);
  expect_equal ("causal_attend_backward, dv", n_k, dv2, dv);
  float *all[] = { dq, dq2, v_data, dz_data, scores, w, w2, z, z2, dk, dk2, dv, dv2 };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
}

static void
test_causal (struct tc_compute *compute)
{
  /* n_seq, n_pos, heads, d_head, one query in so many positions: many queries
     and few, short and long rows, deep heads.  */
  static const size_t problems[][5] =
    { { 3, 4, 1, 1, 1 }, { 9, 42, 1, 8, 40 }, { 6, 50, 2, 12, 1 }, { 5, 21, 3, 5, 3 },
      { 4, 19, 1, 70, 2 }, { 2, 70, 2, 33, 1 }, { 90, 42, 2, 16, 9 }, { 40, 50, 3, 12, 1 } };
  for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
    {
      const size_t *a = problems[i];
      struct causal_problem p = make_causal (a[0], a[1], a[2], a[3], a[4]);
      check_dots (compute, &p);
      check_table (compute, &p);
      check_causal_softmax (compute, &p);
      check_sums (compute, &p);
      check_attend (compute, &p);
      free_causal (&p);
    }
}

Test (vector, causal_products) { everywhere (test_causal); }

/* Rows longer than the batch of exponentials, and keys without an index.  */
static void
test_long_rows (struct tc_compute *compute)
{
  enum { N = 1100, D = 3 };
  const int32_t start[] = { 0, 1 }, pos[] = { N - 1 };
  const struct tc_causal causal = { 1, N, 1, D, start, pos, false, 0 };
  float *q = values (D), *k = values (N * D), *w = values (N), *expected = values (N);
  for (size_t p = 0; p < N; p++)
    expected[p] = fmaf (q[2], k[p * D + 2], fmaf (q[1], k[p * D + 1], q[0] * k[p * D]));
  tc_causal_dots (compute, &causal, (struct tc_head_rows) { q, D, NULL },
                  (struct tc_head_rows) { k, D, NULL }, 1, w);
  expect_equal ("dots of a long row", N, w, expected);
  softmax (N, w, expected);
  tc_causal_softmax (compute, &causal, w);
  expect_equal ("softmax of a long row", N, w, expected);
  free (q);
  free (k);
  free (w);
  free (expected);
}

Test (vector, causal_long_rows) { everywhere (test_long_rows); }

/* --- Optimiser updates (tests/test_optimizer.c compares them with PyTorch) --- */

static void
test_adam (struct tc_compute *compute)
{
  enum { N = 40001 };
  const struct tc_adam_scalars s = { 0.999, 0, 0.1, 0.98, 0.02, 0.3, 1e-8, 1e-3 };
  float *p = values (N), *g = values (N), *m = values (N), *v = values (N);
  for (size_t i = 0; i < N; i++)
    v[i] = fabsf (v[i]);
  float *p2 = copy (N, p), *m2 = copy (N, m), *v2 = copy (N, v);
  for (size_t i = 0; i < N; i++)
    {
      float scaled = (float) s.one_minus_beta2 * g[i], decayed = v2[i] * (float) s.beta2;
      m2[i] = fmaf (0.1f, g[i] - m2[i], m2[i]);
      v2[i] = fmaf (scaled, g[i], decayed);
      float root = sqrtf (v2[i]) / 0.3f, numerator = -1e-3f * m2[i];
      float kept = p2[i] * 0.999f, quotient = numerator / (root + 1e-8f);
      p2[i] = kept + quotient;
    }
  tc_adam_update (compute, N, p, g, m, v, &s);
  expect_equal ("adam p", N, p, p2);
  expect_equal ("adam m", N, m, m2);
  expect_equal ("adam v", N, v, v2);
  float *all[] = { p, g, m, v, p2, m2, v2 };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
}

Test (vector, adam) { everywhere (test_adam); }

static void
test_sgd (struct tc_compute *compute)
{
  enum { N = 501 };
  struct tc_sgd_scalars s = { 0.01, 0.9, 0.5, 1 };
  float *p = values (N), *g = values (N), *buffer = values (N);
  float *p2 = copy (N, p), *b2 = copy (N, buffer);
  for (s.first = 1; s.first >= 0; s.first--)
    {
      for (size_t i = 0; i < N; i++)
        {
          float grad = fmaf (0.01f, p2[i], g[i]), old = 0.9f * b2[i];
          b2[i] = s.first ? grad : old + grad;
          p2[i] = fmaf (-0.5f, b2[i], p2[i]);
        }
      tc_sgd_update (compute, N, p, g, buffer, &s);
      expect_equal ("sgd p", N, p, p2);
      expect_equal ("sgd buffer", N, buffer, b2);
    }
  s.momentum = 0;
  for (size_t i = 0; i < N; i++)
    p2[i] = fmaf (-0.5f, fmaf (0.01f, p2[i], g[i]), p2[i]);
  tc_sgd_update (compute, N, p, g, NULL, &s);
  expect_equal ("sgd without momentum", N, p, p2);
  float *all[] = { p, g, buffer, p2, b2 };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free (all[i]);
}

Test (vector, sgd) { everywhere (test_sgd); }
