/* Part of vector_kernel.c: sums, rows found by index, normalisation, softmax. */

/* --- The virtual lanes of a row reduction --- */

enum { LANE_VECTORS = TC_LANES / TC_VF_LANES };

struct lanes
{
  tc_vf v[LANE_VECTORS];
};

/* Elements i ... i + TC_LANES - 1 of a row of n; +0 beyond its end.  */
TC_INLINE struct lanes
lanes_load (const tc_real *x, size_t i, size_t n)
{
  struct lanes lanes;
  for (int v = 0; v < LANE_VECTORS; v++, i += TC_VF_LANES)
    lanes.v[v] = i + TC_VF_LANES <= n ? tc_vf_load (x + i)
                 : i < n ? tc_vf_load_tail (x + i, tc_vf_first (n - i))
                 : tc_vf_set1 (0);
  return lanes;
}

TC_INLINE tc_real
lanes_combine (const struct lanes *lanes)
{
  tc_real lane[TC_LANES];
  for (int v = 0; v < LANE_VECTORS; v++)
    tc_vf_store (lane + v * TC_VF_LANES, lanes->v[v]);
  tc_real sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

TC_INLINE tc_real
row_sum (size_t n, const tc_real *x)
{
  struct lanes sum = { { { 0 } } };
  for (size_t i = 0; i < n; i += TC_LANES)
    {
      struct lanes a = lanes_load (x, i, n);
      for (int v = 0; v < LANE_VECTORS; v++)
        sum.v[v] += a.v[v];
    }
  return lanes_combine (&sum);
}

TC_INLINE tc_real
row_dot (size_t n, const tc_real *x, const tc_real *y)
{
  struct lanes sum = { { { 0 } } };
  for (size_t i = 0; i < n; i += TC_LANES)
    {
      struct lanes a = lanes_load (x, i, n), b = lanes_load (y, i, n);
      for (int v = 0; v < LANE_VECTORS; v++)
        sum.v[v] = tc_vf_fma (a.v[v], b.v[v], sum.v[v]);
    }
  return lanes_combine (&sum);
}

/* The larger of each pair; x's NaN is passed over, and caught by exponentials.  */
TC_INLINE tc_vf
vf_max (tc_vf x, tc_vf max)
{
#if TC_ISA_ID == TC_ISA_ID_avx512
  return _mm512_max_ps (x, max);
#elif TC_ISA_ID == TC_ISA_ID_avx2
  return _mm256_max_ps (x, max);
#else
  for (int i = 0; i < TC_VF_LANES; i++)
    max[i] = x[i] > max[i] ? x[i] : max[i];
  return max;
#endif
}

TC_INLINE tc_real
vf_greatest (tc_vf v)
{
#if TC_ISA_ID == TC_ISA_ID_avx512
  return _mm512_reduce_max_ps (v);
#else
  tc_real lane[TC_VF_LANES], max;
  tc_vf_store (lane, v);
  max = lane[0];
  for (int i = 1; i < TC_VF_LANES; i++)
    max = lane[i] > max ? lane[i] : max;
  return max;
#endif
}

/* The largest element.  The last vector may overlap the one before.  */
TC_INLINE tc_real
row_max (size_t n, const tc_real *x)
{
  if (n < TC_VF_LANES)
    {
      tc_real max = x[0];
      for (size_t i = 1; i < n; i++)
        max = x[i] > max ? x[i] : max;
      return max;
    }
  tc_vf lanes = tc_vf_load (x + n - TC_VF_LANES);
  for (size_t i = 0; i + TC_VF_LANES <= n; i += TC_VF_LANES)
    lanes = vf_max (tc_vf_load (x + i), lanes);
  return vf_greatest (lanes);
}

/* --- Sums, copies and rows found by index --- */

/* Sums down columns work on strips of so many vectors, which stay in registers. */
enum { STRIP = 4 };

static void
add (size_t n, const tc_real *a, const tc_real *b, tc_real *out)
{
  TC_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    out[i] = a[i] + b[i];
}

TC_INLINE size_t
row_at (const int32_t *index, size_t r)
{
  return index == NULL ? r : (size_t) index[r];
}

static void
add_rows (size_t begin, size_t end, size_t d,
          const tc_real *a, const int32_t *index_a,
          const tc_real *b, const int32_t *index_b, tc_real *out)
{
  for (size_t r = begin; r < end; r++)
    add (d, a + row_at (index_a, r) * d, b + row_at (index_b, r) * d, out + r * d);
}

static void
gather_rows (size_t begin, size_t end, size_t d,
             const tc_real *x, const int32_t *index, tc_real *out)
{
  for (size_t r = begin; r < end; r++)
    memcpy (out + r * d, x + row_at (index, r) * d, d * sizeof *out);
}

/* Some columns of scatter_add_rows.  Where several rows in a row go to one
   place, their sum stays in registers.  */
TC_INLINE void
scatter_strip (size_t rows, size_t d, const tc_real *x, const int32_t *index,
               const int vectors, tc_vf_tail tail, tc_real *out)
{
  for (size_t r = 0; r < rows;)
    {
      const size_t to = row_at (index, r);
      tc_vf sum[STRIP];
      for (int v = 0; v < vectors; v++)
        sum[v] = tc_vf_load_tail (out + to * d + v * TC_VF_LANES, tail);
      do
        for (int v = 0; v < vectors; v++)
          sum[v] += tc_vf_load_tail (x + r * d + v * TC_VF_LANES, tail);
      while (++r < rows && row_at (index, r) == to);
      for (int v = 0; v < vectors; v++)
        tc_vf_store_tail (out + to * d + v * TC_VF_LANES, tail, sum[v]);
    }
}

static void
scatter_add_rows (size_t rows, size_t d, size_t begin, size_t end,
                  const tc_real *x, const int32_t *index, tc_real *out)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  size_t j = begin;
  for (; j + STRIP * TC_VF_LANES <= end; j += STRIP * TC_VF_LANES)
    scatter_strip (rows, d, x + j, index, STRIP, whole, out + j);
  for (; j + 2 * TC_VF_LANES <= end; j += 2 * TC_VF_LANES)
    scatter_strip (rows, d, x + j, index, 2, whole, out + j);
  for (; j + TC_VF_LANES <= end; j += TC_VF_LANES)
    scatter_strip (rows, d, x + j, index, 1, whole, out + j);
  if (j < end)
    scatter_strip (rows, d, x + j, index, 1, tc_vf_first (end - j), out + j);
}

TC_INLINE void
strip_sums (size_t rows, size_t d, const tc_real *a, const tc_real *b,
            int vectors, tc_vf_tail tail, tc_real *out)
{
  tc_vf sum[STRIP] = { { 0 } };
  for (size_t r = 0; r < rows; r++, a += d, b += b == NULL ? 0 : d)
    for (int v = 0; v < vectors; v++)
      {
        tc_vf x = tc_vf_load_tail (a + v * TC_VF_LANES, tail);
        if (b == NULL)
          sum[v] += x;
        else
          sum[v] = tc_vf_fma (x, tc_vf_load_tail (b + v * TC_VF_LANES, tail), sum[v]);
      }
  for (int v = 0; v < vectors; v++)
    tc_vf_store_tail (out + v * TC_VF_LANES, tail, sum[v]);
}

TC_INLINE void
column_strips (size_t rows, size_t d, size_t begin, size_t end,
               const tc_real *a, const tc_real *b, tc_real *out)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  size_t j = begin;
  for (; j + STRIP * TC_VF_LANES <= end; j += STRIP * TC_VF_LANES)
    strip_sums (rows, d, a + j, b == NULL ? NULL : b + j, STRIP, whole, out + j);
  for (; j + TC_VF_LANES <= end; j += TC_VF_LANES)
    strip_sums (rows, d, a + j, b == NULL ? NULL : b + j, 1, whole, out + j);
  if (j < end)
    strip_sums (rows, d, a + j, b == NULL ? NULL : b + j, 1, tc_vf_first (end - j),
                out + j);
}

static void
column_sums (size_t rows, size_t d, size_t begin, size_t end,
             const tc_real *x, tc_real *out)
{
  column_strips (rows, d, begin, end, x, NULL, out);
}

static void
column_dots (size_t rows, size_t d, size_t begin, size_t end,
             const tc_real *a, const tc_real *b, tc_real *out)
{
  column_strips (rows, d, begin, end, a, b, out);
}

/* --- Layer normalisation --- */

static void
center_rows (size_t rows, size_t d, tc_real eps,
             const tc_real *x, tc_real *centred, tc_real *scale)
{
  for (size_t r = 0; r < rows; r++, x += d, centred += d)
    {
      tc_real mean = row_sum (d, x) / (tc_real) d;
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        centred[j] = x[j] - mean;
      scale[r] = TC_SQRT (row_dot (d, centred, centred) / (tc_real) d + eps);
    }
}

static void
divide_rows (size_t rows, size_t d, const tc_real *x, const tc_real *scale, tc_real *y)
{
  for (size_t r = 0; r < rows; r++, x += d, y += d)
    {
      const tc_real divisor = scale[r];
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        y[j] = x[j] / divisor;
    }
}

static void
scale_columns (size_t rows, size_t d, const tc_real *x,
               const tc_real *w, const tc_real *b, tc_real *y)
{
  for (size_t r = 0; r < rows; r++, x += d, y += d)
    {
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        y[j] = x[j] * w[j] + b[j];
    }
}

static void
multiply_columns (size_t rows, size_t d, const tc_real *dy, const tc_real *w, tc_real *dx)
{
  for (size_t r = 0; r < rows; r++, dy += d, dx += d)
    {
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        dx[j] = dy[j] * w[j];
    }
}

static void
normalize_backward (size_t rows, size_t d, const tc_real *dn,
                    const tc_real *normalized, const tc_real *scale, tc_real *dx)
{
  for (size_t r = 0; r < rows; r++, dn += d, normalized += d, dx += d)
    {
      const tc_real mean = row_sum (d, dn) / (tc_real) d;
      const tc_real along = row_dot (d, dn, normalized) / (tc_real) d;
      const tc_real divisor = scale[r];
      TC_INDEPENDENT
      for (size_t j = 0; j < d; j++)
        dx[j] = (dn[j] - mean - normalized[j] * along) / divisor;
    }
}

static void
scale_backward (size_t rows, size_t d, const tc_real *dn, const tc_real *normalized,
                const tc_real *scale, tc_real *dscale)
{
  for (size_t r = 0; r < rows; r++, dn += d, normalized += d)
    dscale[r] = -row_dot (d, dn, normalized) / scale[r];
}

/* --- Softmax --- */

/* The two ends of a softmax; the exponentials come in between.  */
TC_INLINE void
subtract_max (size_t n, const tc_real *x, tc_real *y)
{
  const tc_real max = row_max (n, x);
  TC_INDEPENDENT
  for (size_t j = 0; j < n; j++)
    y[j] = x[j] - max;
}

TC_INLINE void
divide_by_sum (size_t n, const tc_real *x, tc_real *y)
{
  const tc_real sum = row_sum (n, x);
  TC_INDEPENDENT
  for (size_t j = 0; j < n; j++)
    y[j] = x[j] / sum;
}

static void
softmax_row (size_t n, const tc_real *x, tc_real *y)
{
  if (n == 0)
    return;
  subtract_max (n, x, y);
  TC_EXP (n, y, y);
  divide_by_sum (n, y, y);
}

/* dx = y (dy - y . dy) / divisor.  */
TC_INLINE void
softmax_row_backward (size_t n, const tc_real *y, const tc_real *dy,
                      tc_real divisor, tc_real *dx)
{
  const tc_real along = row_dot (n, y, dy);
  if (divisor == 1)
    {
      TC_INDEPENDENT
      for (size_t j = 0; j < n; j++)
        dx[j] = y[j] * (dy[j] - along);
    }
  else
    {
      TC_INDEPENDENT
      for (size_t j = 0; j < n; j++)
        dx[j] = y[j] * (dy[j] - along) / divisor;
    }
}

static void
softmax_rows (size_t rows, size_t d, const tc_real *x, tc_real *y)
{
  for (size_t r = 0; r < rows; r++)
    softmax_row (d, x + r * d, y + r * d);
}

static void
softmax_rows_backward (size_t rows, size_t d, const tc_real *y,
                       const tc_real *dy, tc_real *dx)
{
  for (size_t r = 0; r < rows; r++)
    softmax_row_backward (d, y + r * d, dy + r * d, 1, dx + r * d);
}
