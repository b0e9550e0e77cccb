/* Part of vector_kernel.c, included once for each width of vector: some columns
   of a group of weighted sums, and of their transpose.  COLUMNS (name) names
   the functions; COLUMN_VF is the vector, COLUMN_TAIL says how many of its
   columns count, and COLUMN_LOAD, COLUMN_STORE, COLUMN_SET1, COLUMN_FMA work on
   it.  */

/* z[i] = sum over p of weights[i][p] v[p].  */
TC_INLINE void
COLUMNS (sum) (const struct sum_group *group, const int queries, const bool shared,
               size_t column, COLUMN_TAIL tail)
{
  COLUMN_VF sum[GROUP];
  size_t together = group->n_keys[0], longest = 0;
  for (int i = 0; i < queries; i++)
    {
      sum[i] = COLUMN_SET1 (0);
      together = group->n_keys[i] < together ? group->n_keys[i] : together;
      longest = group->n_keys[i] > longest ? group->n_keys[i] : longest;
    }
  for (size_t p = 0; p < together; p++)
    {
      COLUMN_VF x = COLUMN_LOAD (head_row (group->v, group->first_key[0] + p, column), tail);
      for (int i = 0; i < queries; i++)
        {
          if (i > 0 && !shared)
            x = COLUMN_LOAD (head_row (group->v, group->first_key[i] + p, column), tail);
          sum[i] = COLUMN_FMA (COLUMN_SET1 (group->weights[i][p]), x, sum[i]);
        }
    }
  for (size_t p = together; p < longest; p++)
    for (int i = 0; i < queries; i++)
      if (p < group->n_keys[i])
        {
          COLUMN_VF x = COLUMN_LOAD (head_row (group->v, group->first_key[i] + p, column),
                                     tail);
          sum[i] = COLUMN_FMA (COLUMN_SET1 (group->weights[i][p]), x, sum[i]);
        }
  for (int i = 0; i < queries; i++)
    COLUMN_STORE (group->z[i] + column, tail, sum[i]);
}

/* row[j] += sum over i of weights[i][j] q[i].  */
TC_INLINE void
COLUMNS (scatter) (const struct scatter_group *group, const int keys, size_t column,
                   COLUMN_TAIL tail)
{
  const size_t n_pos = group->causal->n_pos, first = group->matrix.first;
  const size_t n = group->matrix.n, last_key = group->key + (size_t) keys - 1;
  const tc_real *w = group->weights + group->begin * n_pos;
  COLUMN_VF sum[GROUP];
  size_t i = group->begin;
  for (int j = 0; j < keys; j++)
    sum[j] = COLUMN_LOAD (group->row[j] + column, tail);
  /* Queries that see some of these keys, then those that see all.  */
  for (; i < n && keys_seen (group->causal, first + i) <= last_key; i++, w += n_pos)
    {
      const size_t seen = keys_seen (group->causal, first + i);
      COLUMN_VF x = COLUMN_LOAD (head_row (group->q, first + i, column), tail);
      for (int j = 0; j < keys; j++)
        if (group->key + (size_t) j < seen)
          sum[j] = COLUMN_FMA (COLUMN_SET1 (w[j]), x, sum[j]);
    }
  for (; i < n; i++, w += n_pos)
    {
      COLUMN_VF x = COLUMN_LOAD (head_row (group->q, first + i, column), tail);
      for (int j = 0; j < keys; j++)
        sum[j] = COLUMN_FMA (COLUMN_SET1 (w[j]), x, sum[j]);
    }
  for (int j = 0; j < keys; j++)
    COLUMN_STORE (group->row[j] + column, tail, sum[j]);
}

/* The same for the only query of a sequence: row[p] += weights[p] q.  */
TC_INLINE void
COLUMNS (scatter_one) (size_t n_keys, const tc_real *weights, const tc_real *q,
                       tc_real *rows, size_t stride, const int32_t *index,
                       COLUMN_TAIL tail)
{
  const COLUMN_VF x = COLUMN_LOAD (q, tail);
  for (size_t p = 0; p < n_keys; p++)
    {
      tc_real *row = rows + row_at (index, p) * stride;
      COLUMN_STORE (row, tail, COLUMN_FMA (COLUMN_SET1 (weights[p]), x,
                                           COLUMN_LOAD (row, tail)));
    }
}

#undef COLUMNS
#undef COLUMN_VF
#undef COLUMN_TAIL
#undef COLUMN_LOAD
#undef COLUMN_STORE
#undef COLUMN_SET1
#undef COLUMN_FMA
