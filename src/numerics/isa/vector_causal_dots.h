/* Part of vector_kernel.c: scores of causal attention, computed or looked up.  */

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
