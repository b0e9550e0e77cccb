/* Queries, keys and values of all heads: q, k, v = x W_Q + b_Q, x W_K + b_K,
   x W_V + b_V, where x [n_in, d_model] is the normalised residual stream.  */

#include "numerics/vector.h"
#include "transformer/layers.h"

#include <string.h>

/* --- W_Q, W_K and W_V side by side, so that one product serves all heads --- */

enum { QUERIES, KEYS, VALUES };

static tc_real *const *
head_weights (const struct tc_layer_params *params, int which)
{
  return which == QUERIES ? &params->W_Q : which == KEYS ? &params->W_K : &params->W_V;
}

static tc_real *const *
head_biases (const struct tc_layer_params *params, int which)
{
  return which == QUERIES ? &params->b_Q : which == KEYS ? &params->b_K : &params->b_V;
}

/* W_Q[h, m, e] etc. -> packed[m, which * heads*d_head + h * d_head + e].  */
static void
pack_heads (const struct tc_config *c, const struct tc_layer_params *params,
            tc_real *W_qkv, tc_real *b_qkv)
{
  const size_t d_model = (size_t) c->d_model, d_head = (size_t) c->d_head;
  const size_t n_heads = (size_t) c->n_heads, width = tc_heads_width (c);
  for (int which = QUERIES; which <= VALUES; which++)
    {
      const tc_real *W = *head_weights (params, which), *b = *head_biases (params, which);
      for (size_t h = 0; h < n_heads; h++)
        for (size_t m = 0; m < d_model; m++)
          memcpy (W_qkv + m * 3 * width + (size_t) which * width + h * d_head,
                  W + (h * d_model + m) * d_head, d_head * sizeof *W);
      if (b != NULL)
        memcpy (b_qkv + (size_t) which * width, b, width * sizeof *b);
    }
}

/* The way back, for gradients.  */
static void
unpack_heads (const struct tc_config *c, const tc_real *dW_qkv, const tc_real *db_qkv,
              const struct tc_layer_params *grads)
{
  const size_t d_model = (size_t) c->d_model, d_head = (size_t) c->d_head;
  const size_t n_heads = (size_t) c->n_heads, width = tc_heads_width (c);
  for (int which = QUERIES; which <= VALUES; which++)
    {
      tc_real *dW = *head_weights (grads, which), *db = *head_biases (grads, which);
      for (size_t h = 0; h < n_heads; h++)
        for (size_t m = 0; m < d_model; m++)
          memcpy (dW + (h * d_model + m) * d_head,
                  dW_qkv + m * 3 * width + (size_t) which * width + h * d_head,
                  d_head * sizeof *dW);
      if (db != NULL)
        memcpy (db, db_qkv + (size_t) which * width, width * sizeof *db);
    }
}

/* Columns first, first + 1 ... of the packed projections; b may be NULL.  */
static struct tc_linear
projections (const struct tc_config *c, tc_real *W_qkv, tc_real *b_qkv, int first, int n)
{
  const size_t width = tc_heads_width (c);
  return (struct tc_linear) {
    .d_in = (size_t) c->d_model, .d_out = (size_t) n * width, .stride = 3 * width,
    .W = W_qkv + (size_t) first * width,
    .b = b_qkv == NULL ? NULL : b_qkv + (size_t) first * width };
}

/* --- The projections --- */

void
tc_heads_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  struct tc_layer_cache *cache = &run->layers[layer];
  const tc_real *x = cache->ln1.out, *x_q = x;
  tc_real *W = cache->W_qkv, *b = c->attn_bias ? cache->b_qkv : NULL;

  pack_heads (c, &run->params.layers[layer], cache->W_qkv, cache->b_qkv);
  if (rows->q_in != NULL)
    {
      tc_gather_rows (compute, rows->n_q, (size_t) c->d_model, x, rows->q_in,
                      run->scratch.x_q);
      x_q = run->scratch.x_q;
    }
  tc_linear_forward (compute, projections (c, W, b, QUERIES, 1), rows->n_q, x_q, cache->q);
  if (run->kv_joint)
    tc_linear_forward (compute, projections (c, W, b, KEYS, 2), rows->n_in, x, cache->k);
  else
    {
      tc_linear_forward (compute, projections (c, W, b, KEYS, 1), rows->n_in, x, cache->k);
      tc_linear_forward (compute, projections (c, W, b, VALUES, 1), rows->n_in, x, cache->v);
    }
  tc_fire (run, TC_FORWARD, TC_POINT_Q, layer, cache->q);
  tc_fire (run, TC_FORWARD, TC_POINT_K, layer, cache->k);
  tc_fire (run, TC_FORWARD, TC_POINT_V, layer, cache->v);
}

/* d_x += d_q W_Q^T at the rows that ask.  */
static void
query_backward (struct tc_compute *compute, struct tc_run *run, int layer, tc_real *d_x)
{
  const struct tc_config *c = &run->config;
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  struct tc_scratch *scratch = &run->scratch;
  struct tc_linear queries = projections (c, run->layers[layer].W_qkv, NULL, QUERIES, 1);
  if (rows->q_in == NULL)
    {
      tc_linear_backward_input (compute, queries, rows->n_q, scratch->d_q,
                                TC_FROM_OUTPUT, d_x);
      return;
    }
  tc_linear_backward_input (compute, queries, rows->n_q, scratch->d_q, TC_FROM_ZERO,
                            scratch->x_q);
  tc_scatter_add_rows (compute, rows->n_q, (size_t) c->d_model, scratch->x_q, rows->q_in,
                       d_x);
}

/* d_q, d_k, d_v -> d_x [n_in, d_model], dW_Q ... db_V.  */
void
tc_heads_backward (struct tc_compute *compute, struct tc_run *run, int layer, tc_real *d_x)
{
  const struct tc_config *c = &run->config;
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  struct tc_scratch *s = &run->scratch;
  const tc_real *x = cache->ln1.out, *x_q = rows->q_in == NULL ? x : s->x_q;
  tc_real *W = cache->W_qkv, *dW = s->dW_qkv, *db = c->attn_bias ? s->db_qkv : NULL;

  if (rows->q_in != NULL)
    tc_gather_rows (compute, rows->n_q, (size_t) c->d_model, x, rows->q_in, s->x_q);
  tc_linear_backward_weights (compute, projections (c, dW, db, QUERIES, 1), rows->n_q,
                              x_q, s->d_q);
  if (run->kv_joint)
    {
      tc_linear_backward_weights (compute, projections (c, dW, db, KEYS, 2), rows->n_in,
                                  x, s->d_k);
      tc_linear_backward_input (compute, projections (c, W, NULL, KEYS, 2), rows->n_in,
                                s->d_k, TC_FROM_ZERO, d_x);
    }
  else
    {
      tc_linear_backward_weights (compute, projections (c, dW, db, KEYS, 1), rows->n_in,
                                  x, s->d_k);
      tc_linear_backward_weights (compute, projections (c, dW, db, VALUES, 1), rows->n_in,
                                  x, s->d_v);
      tc_linear_backward_input (compute, projections (c, W, NULL, KEYS, 1), rows->n_in,
                                s->d_k, TC_FROM_ZERO, d_x);
      tc_linear_backward_input (compute, projections (c, W, NULL, VALUES, 1), rows->n_in,
                                s->d_v, TC_FROM_OUTPUT, d_x);
    }
  query_backward (compute, run, layer, d_x);
  unpack_heads (c, s->dW_qkv, s->db_qkv, &run->grads.layers[layer]);
}
