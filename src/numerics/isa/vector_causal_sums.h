/* Part of vector_kernel.c: weighted sums of keys, and what each key receives in
   return.  */

/* What each query of a group sums.  Queries of one sequence share the keys.  */
struct sum_group
{
  struct tc_head_rows v;
  size_t first_key[GROUP];
  size_t n_keys[GROUP];
  const tc_real *weights[GROUP];
  tc_real *z[GROUP];
};

/* A group of keys of one sequence; queries before `begin` see none of them.  */
struct scatter_group
{
  const struct tc_causal *causal;
  struct weight_matrix matrix;
  struct tc_head_rows q;
  size_t begin, key;
  const tc_real *weights;       /* of query 0 and this key */
  tc_real *row[GROUP];
};

#define COLUMNS(name) name##_columns
#define COLUMN_VF tc_vf
#define COLUMN_TAIL tc_vf_tail
#define COLUMN_LOAD tc_vf_load_tail
#define COLUMN_STORE tc_vf_store_tail
#define COLUMN_SET1 tc_vf_set1
#define COLUMN_FMA tc_vf_fma
#include "numerics/isa/vector_columns.h"

/* Half vectors for the last columns, where they suffice: whole ones, though
   masked, would reach into the next cache line.  */
#if TC_ISA_ID == TC_ISA_ID_avx512
enum { HALF_LANES = 8 };
# define COLUMNS(name) name##_half_columns
# define COLUMN_VF __m256
# define COLUMN_TAIL __mmask8
# define COLUMN_LOAD(p, tail) _mm256_maskz_loadu_ps (tail, p)
# define COLUMN_STORE(p, tail, v) _mm256_mask_storeu_ps (p, tail, v)
# define COLUMN_SET1 _mm256_set1_ps
# define COLUMN_FMA _mm256_fmadd_ps
# include "numerics/isa/vector_columns.h"
#endif

/* The last columns, fewer than a vector.  */
TC_INLINE void
sum_last (const struct sum_group *group, const int queries, const bool shared,
          size_t column, size_t count)
{
#if TC_ISA_ID == TC_ISA_ID_avx512
  if (count <= HALF_LANES)
    {
      sum_half_columns (group, queries, shared, column, (__mmask8) ((1u << count) - 1u));
      return;
    }
#endif
  sum_columns (group, queries, shared, column, tc_vf_first (count));
}

TC_INLINE void
scatter_last (const struct scatter_group *group, const int keys, size_t column,
              size_t count)
{
#if TC_ISA_ID == TC_ISA_ID_avx512
  if (count <= HALF_LANES)
    {
      scatter_half_columns (group, keys, column, (__mmask8) ((1u << count) - 1u));
      return;
    }
#endif
  scatter_columns (group, keys, column, tc_vf_first (count));
}

/* --- Weighted sums: all queries of a head --- */

TC_INLINE void
sum_head (const struct sum_group *group, const int queries, const bool shared,
          size_t begin, size_t end)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  size_t column = begin;
  for (; column + TC_VF_LANES <= end; column += TC_VF_LANES)
    sum_columns (group, queries, shared, column, whole);
  if (column < end)
    sum_last (group, queries, shared, column, end - column);
}

TC_INLINE void
add_to_group (struct sum_group *group, size_t n, const struct tc_causal *causal,
              const struct weight_matrix *matrix, size_t s, size_t i,
              const tc_real *weights, tc_real *z)
{
  group->first_key[n] = s * causal->n_pos;
  group->n_keys[n] = keys_seen (causal, matrix->first + i);
  group->weights[n] = weights + matrix->offset + i * causal->n_pos;
  group->z[n] = z + (matrix->first + i - causal->first_query) * causal->n_heads
                    * causal->d_head;
}

/* Whole groups of a sequence share their keys; what is left over waits for the
   next sequences.  */
static void
sums_of_head (const struct tc_causal *causal, size_t begin, size_t end, size_t h,
              const tc_real *weights, struct tc_head_rows v, tc_real *z)
{
  const size_t from = h * causal->d_head, to = from + causal->d_head;
  struct sum_group shared = { .v = v }, apart = { .v = v };
  size_t n_apart = 0;
  for (size_t s = begin; s < end; s++)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, h);
      size_t i = 0;
      for (; i + GROUP <= matrix.n; i += GROUP)
        {
          for (size_t j = 0; j < GROUP; j++)
            add_to_group (&shared, j, causal, &matrix, s, i + j, weights, z);
          sum_head (&shared, GROUP, true, from, to);
        }
      for (; i < matrix.n; i++)
        {
          add_to_group (&apart, n_apart++, causal, &matrix, s, i, weights, z);
          if (n_apart == GROUP)
            {
              sum_head (&apart, GROUP, false, from, to);
              n_apart = 0;
            }
        }
    }
  for (size_t j = 0; j < n_apart; j++)
    {
      struct sum_group one = { v, { apart.first_key[j] }, { apart.n_keys[j] },
                               { apart.weights[j] }, { apart.z[j] } };
      sum_head (&one, 1, true, from, to);
    }
}

static void
causal_sums (const struct tc_causal *causal, struct tc_causal_part part,
             const tc_real *weights, struct tc_head_rows v, tc_real *z)
{
  for (size_t h = part.first_head; h < part.end_head; h++)
    sums_of_head (causal, part.begin, part.end, h, weights, v, z);
}

/* --- The transpose: all keys of a head --- */

TC_INLINE void
scatter_head (const struct scatter_group *group, const int keys, size_t begin, size_t end)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  size_t column = begin;
  for (; column + TC_VF_LANES <= end; column += TC_VF_LANES)
    scatter_columns (group, keys, column, whole);
  if (column < end)
    scatter_last (group, keys, column, end - column);
}

/* Sequences with one query.  */
static void
scatter_query (const struct scatter_group *group, size_t n_keys, size_t begin, size_t end,
               tc_real *rows, size_t stride, const int32_t *index)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  const tc_real *q = head_row (group->q, group->matrix.first, 0);
  size_t column = begin;
  for (; column + TC_VF_LANES <= end; column += TC_VF_LANES)
    scatter_one_columns (n_keys, group->weights, q + column, rows + column, stride, index,
                         whole);
#if TC_ISA_ID == TC_ISA_ID_avx512
  if (column < end && end - column <= HALF_LANES)
    {
      scatter_one_half_columns (n_keys, group->weights, q + column, rows + column, stride,
                                index, (__mmask8) ((1u << (end - column)) - 1u));
      return;
    }
#endif
  if (column < end)
    scatter_one_columns (n_keys, group->weights, q + column, rows + column, stride, index,
                         tc_vf_first (end - column));
}

/* Sequences with more.  */
static void
scatter_queries (struct scatter_group *group, size_t n_keys, size_t begin, size_t end,
                 tc_real *rows, size_t stride, const int32_t *index)
{
  const size_t first_query = group->matrix.first;
  const tc_real *weights = group->weights;
  for (size_t p = 0, keys; p < n_keys; p += keys)
    {
      keys = n_keys - p < GROUP ? 1 : GROUP;
      while (keys_seen (group->causal, first_query + group->begin) <= p)
        group->begin++;
      group->key = p;
      group->weights = weights + p;
      for (size_t j = 0; j < keys; j++)
        group->row[j] = rows + row_at (index, p + j) * stride;
      for (size_t next = p + GROUP; next < n_keys && next < p + 2 * GROUP; next++)
        __builtin_prefetch (rows + row_at (index, next) * stride + begin, 1);
      if (keys == GROUP)
        scatter_head (group, GROUP, begin, end);
      else
        scatter_head (group, 1, begin, end);
    }
}

static void
scatter_sequence (const struct tc_causal *causal, size_t s, size_t head, size_t begin,
                  size_t end, const tc_real *weights, struct tc_head_rows q,
                  tc_real *dk, size_t stride, const int32_t *index)
{
  struct scatter_group group;
  group.causal = causal;
  group.matrix = matrix_of (causal, s, head);
  group.q = q;
  group.begin = 0;
  group.weights = weights + group.matrix.offset;
  const size_t n = group.matrix.n;
  if (n == 0)
    return;
  const size_t n_keys = keys_seen (causal, group.matrix.first + n - 1);
  const int32_t *keys = index == NULL ? NULL : index + s * causal->n_pos;
  tc_real *rows = index == NULL ? dk + s * causal->n_pos * stride : dk;
  if (n == 1)
    scatter_query (&group, n_keys, begin, end, rows, stride, keys);
  else
    scatter_queries (&group, n_keys, begin, end, rows, stride, keys);
}

/* Sequence by sequence, so that its rows are fetched once for all heads.  */
static void
causal_scatter (const struct tc_causal *causal, size_t first, size_t last,
                size_t begin, size_t end, const tc_real *weights,
                struct tc_head_rows q, tc_real *dk, size_t stride, const int32_t *index)
{
  const size_t d_head = causal->d_head;
  for (size_t s = first; s < last; s++)
    for (size_t from = begin, to; from < end; from = to)
      {
        size_t head = from / d_head;
        to = (head + 1) * d_head < end ? (head + 1) * d_head : end;
        scatter_sequence (causal, s, head, from, to, weights, q, dk, stride, index);
      }
}
