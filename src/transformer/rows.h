#ifndef TC_TRANSFORMER_ROWS_H
#define TC_TRANSFORMER_ROWS_H

#include "numerics/causal.h"
#include "numerics/error.h"
#include "transformer/batch.h"
#include "transformer/config.h"
#include "transformer/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Private to this room: which rows each layer works on.

   A row is the residual stream at one (sequence, position).  A layer takes in
   n_in rows, asks n_q queries and leaves n_out rows behind, which the next
   layer takes in.  Every index array may be NULL, which means 0, 1, 2 ...

   TC_ROWS_ALL has all three equal, n_seq * n_pos rows in [b,p] order.
   TC_ROWS_NEEDED, with two layers and targets at the positions marked *:

     tokens   a b a b        layer 0 in    a0 b1 a2 b3 c2     equal inputs share
              a b c *b       layer 0 out   every position up to the last target
               *             layer 1 in    the same
                             layer 1 out   the targets

   Equal means the same token at the same position.  */
struct tc_layer_rows
{
  size_t n_in, n_q, n_out;
  const int32_t *q_in;          /* [n_q] row of the n_in that asks */
  const int32_t *out_q;         /* [n_out] query row that this row asked with */
  const int32_t *out_in;        /* [n_out] row of the n_in that this row was */
  const int32_t *key_in;        /* [n_seq,n_pos] row of the n_in at (seq, pos) */
  struct tc_causal causal;      /* its queries are the n_out rows */
  bool tabulate;                /* distinct pairs of query and key are so few that
                                   their scores come from a table */
};

struct tc_row_sets
{
  enum tc_rows mode;
  size_t max_seq, max_pos, max_targets;
  size_t n_seq, n_pos;          /* of the batch */
  size_t n_targets;

  size_t n_embedded;            /* rows that enter layer 0 */
  bool all_inputs;              /* they are all inputs there can be, (pos, token) */
  int32_t *token;               /* [n_embedded] */
  int32_t *position;            /* [n_embedded] */
  int32_t *target_row;          /* [n_targets] row of the logits */

  struct tc_layer_rows *layers; /* [n_layers] */

  /* Where the layers' index arrays lie.  */
  int32_t *n_needed;            /* [n_seq] positions 0 ... n_needed - 1 are computed */
  int32_t *row_start;           /* [n_seq+1] first row of each sequence */
  int32_t *row_pos;             /* [n_rows] */
  int32_t *target_start;        /* [n_seq+1] */
  int32_t *target_pos;          /* [n_targets] */
  int32_t *embedded_key;        /* [n_seq,n_pos] row of the embedded rows */
  int32_t *packed_key;          /* [n_seq,n_pos] row_start[seq] + pos */
  int32_t *row_embedded;        /* [n_rows] embedded row of each row */
  int32_t *target_in;           /* [n_targets] entering row of each target's row */
  int32_t *query_in, *target_q; /* [n_embedded], [n_targets]: shared queries */
  int32_t *table;               /* [n_pos,d_vocab] embedded row of each input */
};

/* Memory for batches of the given sizes; tc_row_sets_free frees it.  */
enum tc_status tc_row_sets_alloc (struct tc_row_sets *sets, const struct tc_config *config,
                                  enum tc_rows mode, size_t max_seq, size_t max_pos,
                                  size_t max_targets, struct tc_error *err) TC_MUST_USE;
void tc_row_sets_free (struct tc_row_sets *sets);

/* The sets of a batch.  TC_EINVAL where the batch exceeds the sizes, or a
   token, position or target lies outside what the model knows.  */
enum tc_status tc_row_sets_build (struct tc_row_sets *sets, const struct tc_config *config,
                                  const struct tc_batch *batch, struct tc_error *err)
  TC_MUST_USE;

#endif
