/* How much arithmetic a pass is, counted from its row sets.  */

#include "transformer/layers.h"

#include <stdlib.h>

/* Rows of the first layer that stand for an input which occurs in the batch.
   Those sets may hold every input there can be, or equal ones apart.  */
static size_t
distinct_inputs (const struct tc_run *run)
{
  const struct tc_row_sets *rows = &run->rows;
  const size_t d_vocab = (size_t) run->config.d_vocab;
  bool *occurs = calloc (rows->n_pos * d_vocab + 1, sizeof *occurs);
  size_t n = 0;
  if (occurs == NULL)
    return rows->n_embedded;
  for (size_t s = 0; s < rows->n_seq; s++)
    for (size_t p = 0; p < (size_t) rows->n_needed[s]; p++)
      {
        const size_t row = (size_t) rows->embedded_key[s * rows->n_pos + p];
        bool *input = &occurs[p * d_vocab + (size_t) rows->token[row]];
        n += !*input;
        *input = true;
      }
  free (occurs);
  return n;
}

/* Pairs of a leaving row and a key that it sees.  */
static double
count_pairs (const struct tc_causal *causal)
{
  double pairs = 0;
  for (int32_t i = 0; i < causal->query_start[causal->n_seq]; i++)
    pairs += causal->query_pos[i] + 1;
  return pairs;
}

/* Multiply-adds of a layer's forward pass.  `scores` counts q . k; pattern times
   v has one term for each pair.  */
static double
layer_work (const struct tc_config *c, double n_in, double n_q, double n_out, double pairs,
            double scores)
{
  const double width = (double) c->n_heads * c->d_head, d_model = c->d_model;
  return (n_q + 2 * n_in) * d_model * width + (scores + pairs) * width
         + n_out * width * d_model + 2 * n_out * d_model * c->d_mlp;
}

/* Each product comes back as two: the gradients of both its operands.  */
struct tc_operations
tc_run_operations (const struct tc_run *run)
{
  const struct tc_config *c = &run->config;
  struct tc_operations work = { 0, 0 };
  for (int l = 0; l < c->n_layers; l++)
    {
      const struct tc_layer_rows *rows = &run->rows.layers[l];
      const double pairs = count_pairs (&rows->causal);
      const double n_in = l == 0 ? distinct_inputs (run) : rows->n_in;
      const double n_q = rows->n_q == rows->n_in ? n_in : rows->n_q;
      const double table = (double) rows->n_q * rows->n_in, least = n_q * n_in;
      work.executed += layer_work (c, rows->n_in, rows->n_q, rows->n_out, pairs,
                                   rows->tabulate ? table : pairs);
      work.needed += layer_work (c, n_in, n_q, rows->n_out, pairs,
                                 least < pairs ? least : pairs);
    }
  const double logits = (double) run->rows.layers[c->n_layers - 1].n_out * c->d_model
                        * c->d_vocab_out;
  work.needed = 6 * (work.needed + logits);
  work.executed = 6 * (work.executed + logits);
  return work;
}
