/* Part of vector_kernel.c: the weights of causal attention and how its products
   walk them.  See causal.h for the layout of weights and for who sees whom.

   Every product has a path for sequences with many queries, which share their
   keys, and one for sequences with few, as tasks have that predict one token:
   there several sequences are worked on side by side.  The products are in
   vector_causal_dots.h, softmax in vector_causal_softmax.h, weighted sums and
   their transpose in vector_causal_sums.h.  */

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
