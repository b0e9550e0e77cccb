/* Part of vector_kernel.c: the products of causal attention.  See causal.h for
   the layout of weights and for who sees whom.

   Every function has a path for sequences with many queries, which share their
   keys, and one for sequences with few, as tasks have that predict one token:
   there several sequences are worked on side by side.  */

/* The weights of one sequence and head, [n, n_pos].  */
struct weight_matrix
{
  size_t first;                 /* number of its first query */
  size_t n;
  size_t offset;                /* into the weights */
};

/* All queries of the part's sequences, head by head.  */
#define FOR_MATRICES(part, s, h)                                              \
  for (size_t s = (part).begin; s < (part).end; s++)                          \
    for (size_t h = (part).first_head; h < (part).end_head; h++)

TC_INLINE struct weight_matrix
matrix_of (const struct tc_causal *causal, size_t s, size_t h)
{
  size_t first = (size_t) causal->query_start[s];
  size_t n = (size_t) causal->query_start[s + 1] - first;
  return (struct weight_matrix) {
    first, n,
    ((first - causal->first_query) * causal->n_heads + h * n) * causal->n_pos };
}

TC_INLINE size_t
keys_seen (const struct tc_causal *causal, size_t query)
{
  return (size_t) causal->query_pos[query] + 1;
}

/* Query or key number i, from a column on.  */
TC_INLINE const tc_real *
head_row (struct tc_head_rows rows, size_t i, size_t column)
{
  return rows.data + row_at (rows.index, i) * rows.stride + column;
}

/* Chains that run side by side: latency times throughput of fma.  */
enum { GROUP = 8, FEW_QUERIES = 3 };

/* --- Dot products ---

   Keys are transposed, so that a vector holds the same element of many keys:
   in tiles that serve all queries of the sequence, or, for few, slab by slab.  */

enum { TILE_DEPTH = 64 };

struct key_tile
{
  tc_vf element[TILE_DEPTH];
};

/* Rows of `count` keys from number key on; those beyond repeat the first.  */
TC_INLINE void
find_keys (const tc_real *row[TC_VF_LANES], struct tc_head_rows k, size_t key,
           size_t count, size_t column)
{
  if (count == TC_VF_LANES)
    for (size_t j = 0; j < TC_VF_LANES; j++)
      row[j] = head_row (k, key + j, column);
  else
    for (size_t j = 0; j < TC_VF_LANES; j++)
      row[j] = head_row (k, key + (j < count ? j : 0), column);
}

/* The first `depth` elements of the keys.  */
TC_INLINE void
transpose_keys (struct key_tile *tile, const tc_real *const row[TC_VF_LANES],
                size_t depth)
{
  for (size_t e = 0; e < depth; e += SLAB_DEPTH)
    slab_load (tile->element + e, row, e, depth - e < SLAB_DEPTH ? depth - e : SLAB_DEPTH);
}

/* A tile of keys with up to GROUP queries of its sequence: their rows of scores
   lie n_pos apart, of which the first `seen` keys of the tile count.  Queries
   beyond `queries` are worked on, but leave no trace.  */
struct tile_dots
{
  const struct key_tile *tile;
  size_t depth;
  size_t queries;
  const tc_real *q[GROUP];
  size_t seen[GROUP];
  tc_real *scores;
  size_t n_pos;
  bool first, last;             /* chains begin or end with this tile */
  tc_real divisor;
};

TC_INLINE void
run_tile_dots (const struct tile_dots *dots, const bool whole)
{
  tc_vf sum[GROUP];
  for (int i = 0; i < GROUP; i++)
    sum[i] = tc_vf_set1 (0);
  if (!dots->first)
    for (size_t i = 0; i < GROUP; i++)
      if (i < dots->queries)
        sum[i] = tc_vf_load_tail (dots->scores + i * dots->n_pos,
                                  tc_vf_first (dots->seen[i]));
  for (size_t e = 0; e < dots->depth; e++)
    {
      const tc_vf keys = dots->tile->element[e];
      for (int i = 0; i < GROUP; i++)
        sum[i] = tc_vf_fma (tc_vf_set1 (dots->q[i][e]), keys, sum[i]);
    }
  if (dots->last && dots->divisor != 1)
    for (int i = 0; i < GROUP; i++)
      sum[i] /= tc_vf_set1 (dots->divisor);
  for (size_t i = 0; i < GROUP; i++)
    if (whole)
      tc_vf_store (dots->scores + i * dots->n_pos, sum[i]);
    else if (i < dots->queries)
      tc_vf_store_tail (dots->scores + i * dots->n_pos, tc_vf_first (dots->seen[i]), sum[i]);
}

/* Queries begin ... matrix.n - 1 with `count` keys of one tile from key p on. */
TC_INLINE void
tile_queries (const struct tc_causal *causal, const struct weight_matrix *matrix,
              struct tile_dots *dots, size_t begin, size_t p, size_t count,
              struct tc_head_rows q, size_t column, tc_real *scores)
{
  for (size_t i = begin; i < matrix->n; i += GROUP)
    {
      dots->queries = matrix->n - i < GROUP ? matrix->n - i : GROUP;
      for (size_t j = 0; j < GROUP; j++)
        {
          size_t query = matrix->first + i + (j < dots->queries ? j : 0);
          size_t seen = keys_seen (causal, query) - p;
          dots->seen[j] = seen < count ? seen : count;
          dots->q[j] = head_row (q, query, column);
        }
      dots->scores = scores + matrix->offset + i * causal->n_pos + p;
      if (dots->queries == GROUP && dots->seen[0] == TC_VF_LANES)
        run_tile_dots (dots, true);
      else
        run_tile_dots (dots, false);
    }
}

static void
dots_of_many (const struct tc_causal *causal, size_t s, size_t h,
              struct tc_head_rows q, struct tc_head_rows k,
              tc_real divisor, tc_real *scores)
{
  const struct weight_matrix matrix = matrix_of (causal, s, h);
  const size_t n_pos = causal->n_pos, d_head = causal->d_head;
  const size_t n_keys = keys_seen (causal, matrix.first + matrix.n - 1);
  struct key_tile tile;
  struct tile_dots dots;
  dots.tile = &tile;
  dots.n_pos = n_pos;
  dots.divisor = divisor;
  size_t begin = 0;             /* queries before it see nothing of the tile */
  for (size_t p = 0; p < n_keys; p += TC_VF_LANES)
    {
      size_t count = n_keys - p < TC_VF_LANES ? n_keys - p : TC_VF_LANES;
      while (keys_seen (causal, matrix.first + begin) <= p)
        begin++;
      for (size_t e = 0; e < d_head; e += TILE_DEPTH)
        {
          const tc_real *row[TC_VF_LANES];
          size_t column = h * d_head + e;
          dots.depth = d_head - e < TILE_DEPTH ? d_head - e : TILE_DEPTH;
          dots.first = e == 0;
          dots.last = e + dots.depth == d_head;
          find_keys (row, k, s * n_pos + p, count, column);
          transpose_keys (&tile, row, dots.depth);
          for (size_t next = p + TC_VF_LANES; next < n_keys && next < p + 2 * TC_VF_LANES;
               next++)
            __builtin_prefetch (head_row (k, s * n_pos + next, column));
          tile_queries (causal, &matrix, &dots, begin, p, count, q, column, scores);
        }
    }
}

/* One query with n_keys keys.  */
static void
dots_of_one (size_t n_keys, size_t d_head, const tc_real *q, struct tc_head_rows k,
             size_t key, size_t column, tc_real divisor, tc_real *scores)
{
  for (size_t p = 0; p < n_keys; p += TC_VF_LANES)
    {
      const tc_real *row[TC_VF_LANES];
      size_t count = n_keys - p < TC_VF_LANES ? n_keys - p : TC_VF_LANES;
      tc_vf sum = tc_vf_set1 (0);
      find_keys (row, k, key + p, count, column);
      for (size_t e = 0; e < d_head; e += SLAB_DEPTH)
        {
          size_t depth = d_head - e < SLAB_DEPTH ? d_head - e : SLAB_DEPTH;
          tc_vf slab[SLAB_DEPTH];
          slab_load (slab, row, e, depth);
          if (depth == SLAB_DEPTH)
            for (size_t j = 0; j < SLAB_DEPTH; j++)
              sum = tc_vf_fma (tc_vf_set1 (q[e + j]), slab[j], sum);
          else
            for (size_t j = 0; j < depth; j++)
              sum = tc_vf_fma (tc_vf_set1 (q[e + j]), slab[j], sum);
        }
      if (divisor != 1)
        sum /= tc_vf_set1 (divisor);
      tc_vf_store_tail (scores + p, tc_vf_first (count), sum);
    }
}

static void
causal_dots (const struct tc_causal *causal, struct tc_causal_part part,
             struct tc_head_rows q, struct tc_head_rows k,
             tc_real divisor, tc_real *scores)
{
  const size_t n_pos = causal->n_pos, d_head = causal->d_head;
  FOR_MATRICES (part, s, h)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, h);
      if (matrix.n > FEW_QUERIES)
        dots_of_many (causal, s, h, q, k, divisor, scores);
      else
        for (size_t i = 0; i < matrix.n; i++)
          dots_of_one (keys_seen (causal, matrix.first + i), d_head,
                       head_row (q, matrix.first + i, h * d_head), k,
                       s * n_pos, h * d_head, divisor,
                       scores + matrix.offset + i * n_pos);
    }
}

/* --- Scores looked up ---

   table[h, i, j] is the score of query row i and key row j.  */

static void
causal_lookup (const struct tc_causal *causal, struct tc_causal_part part,
               struct tc_score_table table, tc_real *scores)
{
  FOR_MATRICES (part, s, h)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, h);
      const int32_t *key = table.key_row + s * causal->n_pos;
      for (size_t i = 0; i < matrix.n; i++)
        {
          const size_t n = keys_seen (causal, matrix.first + i);
          const size_t query = (size_t) table.query_row[matrix.first + i];
          const tc_real *from = table.data + (h * table.n_q + query) * table.n_k;
          tc_real *row = scores + matrix.offset + i * causal->n_pos;
          for (size_t p = 0; p < n; p++)
            row[p] = from[key[p]];
        }
    }
}

static void
causal_collect (const struct tc_causal *causal, size_t head, const tc_real *dscores,
                struct tc_score_table table)
{
  for (size_t s = 0; s < causal->n_seq; s++)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, head);
      const int32_t *key = table.key_row + s * causal->n_pos;
      for (size_t i = 0; i < matrix.n; i++)
        {
          const size_t n = keys_seen (causal, matrix.first + i);
          const size_t query = (size_t) table.query_row[matrix.first + i];
          const tc_real *row = dscores + matrix.offset + i * causal->n_pos;
          tc_real *to = table.data + (head * table.n_q + query) * table.n_k;
          for (size_t p = 0; p < n; p++)
            to[key[p]] += row[p];
        }
    }
}

/* --- Softmax ---

   The exponentials of many rows are taken at once: they come cheaper so.  */

enum { SOFTMAX_ELEMENTS = 2048, SOFTMAX_ROWS = 64 };

struct softmax_batch
{
  tc_real element[SOFTMAX_ELEMENTS + TC_VF_LANES];      /* row behind row */
  size_t used;
  struct { tc_real *to; size_t n; } row[SOFTMAX_ROWS];
  size_t n_rows;
};

/* How many elements of a row of n count from j on.  */
TC_INLINE tc_vf_tail
rest_of_row (size_t n, size_t j)
{
  return tc_vf_first (n - j < TC_VF_LANES ? n - j : TC_VF_LANES);
}

static void
finish_softmax (struct softmax_batch *batch)
{
  const tc_real *from = batch->element;
  TC_EXP (batch->used, batch->element, batch->element);
  for (size_t i = 0; i < batch->n_rows; i++)
    {
      const size_t n = batch->row[i].n;
      const tc_vf sum = tc_vf_set1 (row_sum (n, from));
      for (size_t j = 0; j < n; j += TC_VF_LANES)
        tc_vf_store_tail (batch->row[i].to + j, rest_of_row (n, j),
                          tc_vf_load (from + j) / sum);
      from += n;
    }
  batch->used = batch->n_rows = 0;
}

TC_INLINE void
add_softmax (struct softmax_batch *batch, size_t n, tc_real *row)
{
  if (n > SOFTMAX_ELEMENTS)
    {
      softmax_row (n, row, row);
      return;
    }
  if (batch->used + n > SOFTMAX_ELEMENTS || batch->n_rows == SOFTMAX_ROWS)
    finish_softmax (batch);
  /* Whole vectors: the next row overwrites what is too much.  */
  const tc_vf max = tc_vf_set1 (row_max (n, row));
  for (size_t j = 0; j < n; j += TC_VF_LANES)
    tc_vf_store (batch->element + batch->used + j,
                 tc_vf_load_tail (row + j, rest_of_row (n, j)) - max);
  batch->row[batch->n_rows].to = row;
  batch->row[batch->n_rows++].n = n;
  batch->used += n;
}

static void
causal_softmax (const struct tc_causal *causal, struct tc_causal_part part, tc_real *scores)
{
  struct softmax_batch batch;
  batch.used = batch.n_rows = 0;
  FOR_MATRICES (part, s, h)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, h);
      for (size_t i = 0; i < matrix.n; i++)
        add_softmax (&batch, keys_seen (causal, matrix.first + i),
                     scores + matrix.offset + i * causal->n_pos);
    }
  finish_softmax (&batch);
}

static void
causal_softmax_backward (const struct tc_causal *causal, struct tc_causal_part part,
                         const tc_real *pattern, tc_real divisor, tc_real *dscores)
{
  FOR_MATRICES (part, s, h)
    {
      const struct weight_matrix matrix = matrix_of (causal, s, h);
      for (size_t i = 0; i < matrix.n; i++)
        {
          size_t at = matrix.offset + i * causal->n_pos;
          softmax_row_backward (keys_seen (causal, matrix.first + i), pattern + at,
                                dscores + at, divisor, dscores + at);
        }
    }
}

/* --- Weighted sums of keys, and what each key receives in return --- */

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
