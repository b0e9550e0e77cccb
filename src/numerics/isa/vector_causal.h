/* Part of vector_kernel.c: the products of causal attention.  See causal.h for
   the layout of weights and for who sees whom.  */

/* The weights of one sequence and head, [n, n_pos].  */
struct weight_matrix
{
  size_t first;                 /* number of its first query */
  size_t n;
  size_t offset;                /* into the weights */
};

TC_INLINE struct weight_matrix
matrix_of (const struct tc_causal *causal, size_t s, size_t h)
{
  size_t first = (size_t) causal->query_start[s];
  size_t n = (size_t) causal->query_start[s + 1] - first;
  return (struct weight_matrix) {
    first, n, (first * causal->n_heads + h * n) * causal->n_pos };
}

TC_INLINE size_t
keys_seen (const struct tc_causal *causal, size_t query)
{
  return (size_t) causal->query_pos[query] + 1;
}

TC_INLINE const tc_real *
query_row (struct tc_head_rows rows, size_t query, size_t column)
{
  return rows.data + row_at (rows.index, query) * rows.stride + column;
}

TC_INLINE const tc_real *
key_row (struct tc_head_rows rows, size_t key, size_t column)
{
  return rows.data + row_at (rows.index, key) * rows.stride + column;
}

/* --- Dot products ---

   With many queries a block of keys is transposed once, so that a vector holds
   the same element of TC_VF_LANES keys; with few, the transposition would cost
   more than the products, and FEW_KEYS scalar chains run side by side.  */

enum { TILE_DEPTH = 64, DOT_QUERIES = 4, FEW_QUERIES = 3, FEW_KEYS = 8 };

struct key_tile
{
  tc_real element[TILE_DEPTH][TC_VF_LANES];
};

/* Elements column ... column + depth - 1 of keys key ... key + count - 1.  */
TC_INLINE void
transpose_keys (struct key_tile *tile, struct tc_head_rows k, size_t key,
                size_t count, size_t column, size_t depth)
{
  for (size_t e = 0; e < depth; e += TC_VF_LANES)
    {
      size_t rest = depth - e < TC_VF_LANES ? depth - e : TC_VF_LANES;
      tc_vf_tail tail = tc_vf_first (rest);
      tc_vf square[TC_VF_LANES];
      for (size_t j = 0; j < TC_VF_LANES; j++)
        square[j] = j < count ? tc_vf_load_tail (key_row (k, key + j, column + e), tail)
                    : tc_vf_set1 (0);
      tc_vf_transpose (square);
      for (size_t j = 0; j < rest; j++)
        tc_vf_store (tile->element[e + j], square[j]);
    }
}

/* Continues the chains of `queries` queries with the tile's keys, in registers.
   from_zero starts them; otherwise they go on from the weights.  */
TC_INLINE void
tile_dots (const struct key_tile *tile, size_t depth, const tc_real *const *q,
           tc_real *const *w, const tc_vf_tail *tails, int queries,
           int from_zero, int finish, tc_vf divisor)
{
  tc_vf sum[DOT_QUERIES];
  for (int i = 0; i < queries; i++)
    sum[i] = from_zero ? tc_vf_set1 (0) : tc_vf_load_tail (w[i], tails[i]);
  for (size_t e = 0; e < depth; e++)
    {
      tc_vf keys = tc_vf_load (tile->element[e]);
      for (int i = 0; i < queries; i++)
        sum[i] = tc_vf_fma (tc_vf_set1 (q[i][e]), keys, sum[i]);
    }
  for (int i = 0; i < queries; i++)
    {
      if (finish)
        sum[i] /= divisor;
      tc_vf_store_tail (w[i], tails[i], sum[i]);
    }
}

/* Dot products of one sequence and head, for many queries.  */
static void
head_dots (const struct tc_causal *causal, size_t s, size_t h,
           struct tc_head_rows q, struct tc_head_rows k,
           tc_real divisor, tc_real *scores)
{
  struct weight_matrix matrix = matrix_of (causal, s, h);
  const size_t n_pos = causal->n_pos, d_head = causal->d_head;
  const size_t n_keys = keys_seen (causal, matrix.first + matrix.n - 1);
  const tc_vf divisors = tc_vf_set1 (divisor);
  size_t begin = 0;             /* queries before it see nothing of the block */

  for (size_t p = 0; p < n_keys; p += TC_VF_LANES)
    {
      size_t count = n_keys - p < TC_VF_LANES ? n_keys - p : TC_VF_LANES;
      while (keys_seen (causal, matrix.first + begin) <= p)
        begin++;
      for (size_t e = 0; e < d_head; e += TILE_DEPTH)
        {
          struct key_tile tile;
          size_t depth = d_head - e < TILE_DEPTH ? d_head - e : TILE_DEPTH;
          transpose_keys (&tile, k, s * n_pos + p, count, h * d_head + e, depth);
          for (size_t i = begin; i < matrix.n; i += DOT_QUERIES)
            {
              const tc_real *queries[DOT_QUERIES];
              tc_real *w[DOT_QUERIES];
              tc_vf_tail tails[DOT_QUERIES];
              size_t group = matrix.n - i < DOT_QUERIES ? matrix.n - i : DOT_QUERIES;
              for (size_t j = 0; j < DOT_QUERIES; j++)
                {
                  size_t member = i + (j < group ? j : 0);
                  size_t seen = keys_seen (causal, matrix.first + member) - p;
                  queries[j] = query_row (q, matrix.first + member, h * d_head + e);
                  w[j] = scores + matrix.offset + member * n_pos + p;
                  tails[j] = tc_vf_first (seen < count ? seen : count);
                }
              if (group == DOT_QUERIES)
                tile_dots (&tile, depth, queries, w, tails, DOT_QUERIES,
                           e == 0, e + depth == d_head, divisors);
              else
                for (size_t j = 0; j < group; j++)
                  tile_dots (&tile, depth, queries + j, w + j, tails + j, 1,
                             e == 0, e + depth == d_head, divisors);
            }
        }
    }
}

/* Dot products of one query.  */
static void
query_dots (size_t n_keys, size_t d_head, const tc_real *q, struct tc_head_rows k,
            size_t key, size_t column, tc_real divisor, tc_real *scores)
{
  for (size_t p = 0; p < n_keys; p += FEW_KEYS)
    {
      tc_real sum[FEW_KEYS] = { 0 };
      const tc_real *row[FEW_KEYS];
      size_t count = n_keys - p < FEW_KEYS ? n_keys - p : FEW_KEYS;
      for (size_t j = 0; j < FEW_KEYS; j++)
        row[j] = key_row (k, key + p + (j < count ? j : 0), column);
      for (size_t e = 0; e < d_head; e++)
        for (size_t j = 0; j < FEW_KEYS; j++)
          sum[j] = tc_isa_fma (q[e], row[j][e], sum[j]);
      for (size_t j = 0; j < count; j++)
        scores[p + j] = sum[j] / divisor;
    }
}

static void
causal_dots (const struct tc_causal *causal, size_t begin, size_t end,
             struct tc_head_rows q, struct tc_head_rows k,
             tc_real divisor, tc_real *scores)
{
  const size_t n_pos = causal->n_pos, d_head = causal->d_head;
  for (size_t s = begin; s < end; s++)
    for (size_t h = 0; h < causal->n_heads; h++)
      {
        struct weight_matrix matrix = matrix_of (causal, s, h);
        if (matrix.n > FEW_QUERIES)
          head_dots (causal, s, h, q, k, divisor, scores);
        else
          for (size_t i = 0; i < matrix.n; i++)
            query_dots (keys_seen (causal, matrix.first + i), d_head,
                        query_row (q, matrix.first + i, h * d_head), k,
                        s * n_pos, h * d_head, divisor,
                        scores + matrix.offset + i * n_pos);
      }
}

/* --- Softmax --- */

static void
causal_softmax (const struct tc_causal *causal, size_t begin, size_t end, tc_real *scores)
{
  for (size_t s = begin; s < end; s++)
    for (size_t h = 0; h < causal->n_heads; h++)
      {
        struct weight_matrix matrix = matrix_of (causal, s, h);
        for (size_t i = 0; i < matrix.n; i++)
          {
            tc_real *row = scores + matrix.offset + i * causal->n_pos;
            softmax_row (keys_seen (causal, matrix.first + i), row, row);
          }
      }
}

static void
causal_softmax_backward (const struct tc_causal *causal, size_t begin, size_t end,
                         const tc_real *pattern, tc_real divisor, tc_real *dscores)
{
  for (size_t s = begin; s < end; s++)
    for (size_t h = 0; h < causal->n_heads; h++)
      {
        struct weight_matrix matrix = matrix_of (causal, s, h);
        for (size_t i = 0; i < matrix.n; i++)
          {
            size_t at = matrix.offset + i * causal->n_pos;
            softmax_row_backward (keys_seen (causal, matrix.first + i), pattern + at,
                                  dscores + at, divisor, dscores + at);
          }
      }
}

/* --- Weighted sums of keys ---

   One sum is a chain that waits for itself; SUM_QUERIES of them, of whatever
   sequences, run side by side.  */

enum { SUM_QUERIES = 4, SUM_VECTORS = 2 };

/* What one query sums: its weights and the number of its first key.  */
struct weighted_keys
{
  const tc_real *weights;
  const int32_t *index;         /* of its keys, or NULL */
  const tc_real *data;          /* of its first key where index is NULL */
  size_t n_keys;
  tc_real *z;
};

TC_INLINE const tc_real *
summed_row (const struct weighted_keys *keys, size_t p, size_t stride)
{
  return keys->data + row_at (keys->index, p) * stride;
}

TC_INLINE void
sum_keys (const struct weighted_keys *keys, const int queries, size_t stride,
          const int vectors, tc_vf_tail tail, size_t column)
{
  tc_vf sum[SUM_QUERIES][SUM_VECTORS] = { { { 0 } } };
  size_t together = keys[0].n_keys;
  for (int i = 1; i < queries; i++)
    together = keys[i].n_keys < together ? keys[i].n_keys : together;
  for (size_t p = 0; p < together; p++)
    for (int i = 0; i < queries; i++)
      {
        const tc_real *row = summed_row (&keys[i], p, stride) + column;
        tc_vf weight = tc_vf_set1 (keys[i].weights[p]);
        for (int v = 0; v < vectors; v++)
          sum[i][v] = tc_vf_fma (weight, tc_vf_load_tail (row + v * TC_VF_LANES, tail),
                                 sum[i][v]);
      }
  for (int i = 0; i < queries; i++)
    {
      for (size_t p = together; p < keys[i].n_keys; p++)
        {
          const tc_real *row = summed_row (&keys[i], p, stride) + column;
          tc_vf weight = tc_vf_set1 (keys[i].weights[p]);
          for (int v = 0; v < vectors; v++)
            sum[i][v] = tc_vf_fma (weight, tc_vf_load_tail (row + v * TC_VF_LANES, tail),
                                   sum[i][v]);
        }
      for (int v = 0; v < vectors; v++)
        tc_vf_store_tail (keys[i].z + column + v * TC_VF_LANES, tail, sum[i][v]);
    }
}

/* All columns of up to SUM_QUERIES queries.  */
TC_INLINE void
sum_group (const struct weighted_keys *keys, const int queries, size_t stride,
           size_t d_head)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  size_t column = 0;
  for (; column + SUM_VECTORS * TC_VF_LANES <= d_head; column += SUM_VECTORS * TC_VF_LANES)
    sum_keys (keys, queries, stride, SUM_VECTORS, whole, column);
  for (; column + TC_VF_LANES <= d_head; column += TC_VF_LANES)
    sum_keys (keys, queries, stride, 1, whole, column);
  if (column < d_head)
    sum_keys (keys, queries, stride, 1, tc_vf_first (d_head - column), column);
}

static void
causal_sums (const struct tc_causal *causal, size_t begin, size_t end,
             const tc_real *weights, struct tc_head_rows v, tc_real *z)
{
  const size_t n_pos = causal->n_pos, d_head = causal->d_head;
  const size_t d_all = causal->n_heads * d_head;
  struct weighted_keys keys[SUM_QUERIES];
  for (size_t h = 0; h < causal->n_heads; h++)
    {
      int group = 0;
      for (size_t s = begin; s < end; s++)
        {
          struct weight_matrix matrix = matrix_of (causal, s, h);
          for (size_t i = 0; i < matrix.n; i++)
            {
              size_t first_key = s * n_pos;
              keys[group++] = (struct weighted_keys) {
                .weights = weights + matrix.offset + i * n_pos,
                .index = v.index == NULL ? NULL : v.index + first_key,
                .data = v.data + h * d_head
                        + (v.index == NULL ? first_key * v.stride : 0),
                .n_keys = keys_seen (causal, matrix.first + i),
                .z = z + (matrix.first + i) * d_all + h * d_head
              };
              if (group == SUM_QUERIES)
                {
                  sum_group (keys, SUM_QUERIES, v.stride, d_head);
                  group = 0;
                }
            }
        }
      for (int i = 0; i < group; i++)
        sum_group (keys + i, 1, v.stride, d_head);
    }
}

/* --- The transpose: what each key receives from the queries that see it --- */

enum { SCATTER_KEYS = 4 };

/* Keys p ... p + keys - 1 of sequence s, one vector of columns.  */
TC_INLINE void
scatter_to_keys (const struct tc_causal *causal, const struct weight_matrix *matrix,
                 size_t begin, size_t p, const int keys, const tc_real *weights,
                 struct tc_head_rows q, size_t column, tc_vf_tail tail,
                 tc_real *const *row)
{
  const tc_real *w = weights + matrix->offset + p;
  tc_vf sum[SCATTER_KEYS];
  size_t i = begin;
  for (int j = 0; j < keys; j++)
    sum[j] = tc_vf_load_tail (row[j] + column, tail);
  /* Queries that see only the first of these keys.  */
  for (; i < matrix->n && keys_seen (causal, matrix->first + i) < p + (size_t) keys; i++)
    {
      size_t seen = keys_seen (causal, matrix->first + i);
      tc_vf x = tc_vf_load_tail (query_row (q, matrix->first + i, column), tail);
      for (size_t j = 0; j < (size_t) keys; j++)
        if (p + j < seen)
          sum[j] = tc_vf_fma (tc_vf_set1 (w[i * causal->n_pos + j]), x, sum[j]);
    }
  for (; i < matrix->n; i++)
    {
      tc_vf x = tc_vf_load_tail (query_row (q, matrix->first + i, column), tail);
      for (int j = 0; j < keys; j++)
        sum[j] = tc_vf_fma (tc_vf_set1 (w[i * causal->n_pos + j]), x, sum[j]);
    }
  for (int j = 0; j < keys; j++)
    tc_vf_store_tail (row[j] + column, tail, sum[j]);
}

TC_INLINE void
scatter_columns (const struct tc_causal *causal, const struct weight_matrix *matrix,
                 size_t begin, size_t p, const int keys, const tc_real *weights,
                 struct tc_head_rows q, size_t column, size_t end,
                 tc_real *const *row)
{
  const tc_vf_tail whole = tc_vf_first (TC_VF_LANES);
  for (; column + TC_VF_LANES <= end; column += TC_VF_LANES)
    scatter_to_keys (causal, matrix, begin, p, keys, weights, q, column, whole, row);
  if (column < end)
    scatter_to_keys (causal, matrix, begin, p, keys, weights, q, column,
                     tc_vf_first (end - column), row);
}

static void
causal_scatter (const struct tc_causal *causal, size_t first, size_t last,
                size_t head, size_t begin, size_t end, const tc_real *weights,
                struct tc_head_rows q, tc_real *dk, size_t stride, const int32_t *index)
{
  const size_t n_pos = causal->n_pos;
  begin += head * causal->d_head;
  end += head * causal->d_head;
  for (size_t s = first; s < last; s++)
    {
      struct weight_matrix matrix = matrix_of (causal, s, head);
      if (matrix.n == 0)
        continue;
      const size_t n_keys = keys_seen (causal, matrix.first + matrix.n - 1);
      size_t query = 0;         /* those before it see none of the keys */
      for (size_t p = 0; p < n_keys; p += SCATTER_KEYS)
        {
          tc_real *row[SCATTER_KEYS];
          size_t keys = n_keys - p < SCATTER_KEYS ? n_keys - p : SCATTER_KEYS;
          while (keys_seen (causal, matrix.first + query) <= p)
            query++;
          for (size_t j = 0; j < keys; j++)
            row[j] = dk + row_at (index, s * n_pos + p + j) * stride;
          if (keys == SCATTER_KEYS)
            scatter_columns (causal, &matrix, query, p, SCATTER_KEYS, weights, q,
                             begin, end, row);
          else
            for (size_t j = 0; j < keys; j++)
              scatter_columns (causal, &matrix, query, p + j, 1, weights, q,
                               begin, end, row + j);
        }
    }
}
