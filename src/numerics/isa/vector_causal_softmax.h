/* Part of vector_kernel.c: softmax over the keys that each query sees.

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
