#ifndef TC_NUMERICS_CAUSAL_H
#define TC_NUMERICS_CAUSAL_H

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The products inside causal attention: between the queries and the keys of
   each sequence and head, where a query at position i sees the keys at
   positions 0 ... i and nothing else is computed.

   Queries are numbered through all sequences, 0 ... n_queries - 1; a sequence
   may ask at some of its positions only.  Weights (scores, patterns and their
   gradients) of sequence s and head h form a matrix, one row of n_pos per
   query; the matrices of a sequence's heads lie behind each other:

     weights[(query_start[s] * n_heads + h * n + i) * n_pos + p]

   for query query_start[s] + i, where n = query_start[s+1] - query_start[s].
   With a query at every position that is [n_seq, n_heads, query, key].  Beyond
   the query's position a row is neither read nor written.  Weights and sums that
   begin with a later sequence say with which query, first_query.  */
struct tc_causal
{
  size_t n_seq, n_pos, n_heads, d_head;
  const int32_t *query_start;   /* [n_seq + 1] */
  const int32_t *query_pos;     /* [n_queries], ascending within a sequence */
  bool keys_shared;             /* sequences may share rows of keys (never two
                                   positions of one sequence) */
  size_t first_query;           /* 0 where they are those of all sequences */
};

/* Vectors of d_head per row and head: element (row, h, e) is
   data[row * stride + h * d_head + e].  Query i is row index[i], key p of
   sequence s is row index[s * n_pos + p]; without an index they are rows i and
   s * n_pos + p.  */
struct tc_head_rows
{
  const tc_real *data;
  size_t stride;
  const int32_t *index;
};

/* scores = q . k / divisor, each dot product one chain over e.  */
void tc_causal_dots (struct tc_compute *compute, const struct tc_causal *causal,
                     struct tc_head_rows q, struct tc_head_rows k,
                     double divisor, tc_real *scores);

/* Where queries and keys are shared by many sequences, each distinct pair needs
   one dot product only: data[h, i, j] is the score of query row i and key row j.
   Query i of the batch is row query_row[i], key p of sequence s is row
   key_row[s * n_pos + p]; both must be given.  */
struct tc_score_table
{
  size_t n_q, n_k;
  tc_real *data;                /* [n_heads, n_q, n_k] */
  const int32_t *query_row;     /* [n_queries] */
  const int32_t *key_row;       /* [n_seq, n_pos] */
};

/* scores = the table's.  */
void tc_causal_lookup (struct tc_compute *compute, const struct tc_causal *causal,
                       struct tc_score_table table, tc_real *scores);

/* The transpose: the table's elements += all dscores looked up there, sequences
   and queries ascending.  */
void tc_causal_collect (struct tc_compute *compute, const struct tc_causal *causal,
                        const tc_real *dscores, struct tc_score_table table);

/* Replaces each row of scores by its softmax over the keys seen.  */
void tc_causal_softmax (struct tc_compute *compute, const struct tc_causal *causal,
                        tc_real *scores);

/* Replaces the gradient of the pattern by that of q . k, where pattern =
   softmax (q . k / divisor); divisor 1 gives the gradient of the scores.  */
void tc_causal_softmax_backward (struct tc_compute *compute,
                                 const struct tc_causal *causal,
                                 const tc_real *pattern, double divisor,
                                 tc_real *dscores);

/* z[i, h] = sum over p of weights[i, h, p] v[p, h], p ascending: one row of
   n_heads * d_head per query.  */
void tc_causal_sums (struct tc_compute *compute, const struct tc_causal *causal,
                     const tc_real *weights, struct tc_head_rows v, tc_real *z);

/* The transpose: dk[p, h] += sum over the queries i that see p of
   weights[i, h, p] q[i, h], sequences and queries ascending.  dk's rows are
   found as the keys' are.  */
void tc_causal_scatter (struct tc_compute *compute, const struct tc_causal *causal,
                        const tc_real *weights, struct tc_head_rows q,
                        tc_real *dk, size_t stride, const int32_t *index);

/* Several of the above at once, a few sequences at a time, so that their
   weights stay in the cache; the same bits.

   Forward: scores, pattern and z.  */
void tc_causal_attend (struct tc_compute *compute, const struct tc_causal *causal,
                       struct tc_head_rows q, struct tc_head_rows k,
                       struct tc_head_rows v, double divisor,
                       tc_real *pattern, tc_real *z);

/* What queries, keys and values receive, in rows that are found as theirs are.  */
struct tc_head_gradients
{
  tc_real *q, *k, *v;
  size_t stride;                /* of k and v; rows of q are adjacent */
};

/* Backward: from dz, one row per query, what queries, keys and values receive is
   added to d.  dscores and dq have room for all weights and for one row per
   query; they are left with anything.  */
void tc_causal_attend_backward (struct tc_compute *compute,
                                const struct tc_causal *causal,
                                struct tc_head_rows dz, struct tc_head_rows q,
                                struct tc_head_rows k, struct tc_head_rows v,
                                double divisor, const tc_real *pattern,
                                tc_real *dscores, tc_real *dq, struct tc_head_gradients d);

#endif
