/* Causal attention of all heads:

     x = norm (resid_pre)
     q, k, v = x W_Q + b_Q, x W_K + b_K, x W_V + b_V
     pattern = softmax over the keys seen of (q . k / attn_scale)
     z = pattern v
     attn_out = sum over heads of z W_O, + b_O  */

#include "numerics/vector.h"
#include "transformer/layers.h"

#include <string.h>

static struct tc_norm_points
norm_points (int layer)
{
  return (struct tc_norm_points) { TC_POINT_LN1_SCALE, TC_POINT_LN1_NORMALIZED, layer };
}

static size_t
heads_width (const struct tc_config *c)
{
  return (size_t) c->n_heads * (size_t) c->d_head;
}

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
  const size_t n_heads = (size_t) c->n_heads, width = heads_width (c);
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
  const size_t n_heads = (size_t) c->n_heads, width = heads_width (c);
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
  const size_t width = heads_width (c);
  return (struct tc_linear) {
    .d_in = (size_t) c->d_model, .d_out = (size_t) n * width, .stride = 3 * width,
    .W = W_qkv + (size_t) first * width,
    .b = b_qkv == NULL ? NULL : b_qkv + (size_t) first * width };
}

static struct tc_linear
output (const struct tc_config *c, const struct tc_layer_params *params)
{
  return (struct tc_linear) {
    .d_in = heads_width (c), .d_out = (size_t) c->d_model, .stride = (size_t) c->d_model,
    .W = params->W_O, .b = params->b_O };
}

/* --- q, k, v --- */

static void
project_forward (struct tc_compute *compute, struct tc_run *run, int layer)
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
static void
project_backward (struct tc_compute *compute, struct tc_run *run, int layer, tc_real *d_x)
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

/* --- How the products of attention find their rows --- */

static struct tc_head_rows
keys_of (const struct tc_run *run, int layer, const tc_real *data)
{
  return (struct tc_head_rows) { data, run->kv_stride, run->rows.layers[layer].key_in };
}

/* What each leaving row asked with.  */
static struct tc_head_rows
queries_of (const struct tc_run *run, int layer)
{
  return (struct tc_head_rows) { run->layers[layer].q, heads_width (&run->config),
                                 run->rows.layers[layer].out_q };
}

static struct tc_head_rows
leaving_rows (const struct tc_run *run, const tc_real *data)
{
  return (struct tc_head_rows) { data, heads_width (&run->config), NULL };
}

void
tc_attention_mask_scores (struct tc_run *run, int layer)
{
  const size_t n = run->rows.n_pos;
  const size_t matrices = run->rows.n_seq * (size_t) run->config.n_heads;
  tc_real *row = run->layers[layer].scores;
  for (size_t i = 0; i < matrices * n; i++, row += n)
    for (size_t key = i % n + 1; key < n; key++)
      row[key] = -(tc_real) __builtin_inf ();
}

/* The pattern starts as a copy of the scores, in which hooks may have been.  */
static void
copy_scores (struct tc_run *run, int layer)
{
  const size_t n = run->rows.n_pos;
  const size_t matrices = run->rows.n_seq * (size_t) run->config.n_heads;
  const tc_real *scores = run->layers[layer].scores;
  tc_real *pattern = run->layers[layer].pattern;
  memset (pattern, 0, matrices * n * n * sizeof *pattern);
  for (size_t i = 0; i < matrices * n; i++)
    memcpy (pattern + i * n, scores + i * n, (i % n + 1) * sizeof *pattern);
}

/* --- Scores of distinct queries and keys, where there are few ---

   table[h, i, j] = q[i, h] . k[j, h], every sequence looks its scores up there;
   the same chains as tc_causal_dots.  */

static struct tc_mat
one_head (const tc_real *data, size_t rows, size_t d_head, size_t stride)
{
  return (struct tc_mat) { .data = data, .rows = rows, .cols = d_head, .stride = stride };
}

static struct tc_score_table
table_of (const struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  return (struct tc_score_table) { rows->n_q, rows->n_in, run->scratch.table,
                                   rows->out_q, rows->key_in };
}

static void
tabulate_forward (struct tc_compute *compute, struct tc_run *run, int layer,
                  tc_real *scores)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const size_t n_heads = (size_t) run->config.n_heads, width = heads_width (&run->config);
  const size_t d_head = (size_t) run->config.d_head, size = rows->n_q * rows->n_in;
  const struct tc_mat q = one_head (run->layers[layer].q, rows->n_q, d_head, width);
  const struct tc_mat k = one_head (run->layers[layer].k, rows->n_in, d_head,
                                    run->kv_stride);
  const struct tc_score_table table = table_of (run, layer);
  tc_matmul_batched (compute, n_heads, TC_NORMAL, q, d_head, TC_TRANSPOSED, k, d_head,
                     TC_FROM_ZERO, NULL, 0, table.data, rows->n_in, size);
  for (size_t i = 0; i < n_heads * size; i++)
    table.data[i] /= (tc_real) run->attn_scale;
  tc_causal_lookup (compute, &rows->causal, table, scores);
}

/* d_weights = d scores -> d_q, d_k.  */
static void
tabulate_backward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const size_t n_heads = (size_t) run->config.n_heads, width = heads_width (&run->config);
  const size_t d_head = (size_t) run->config.d_head, size = rows->n_q * rows->n_in;
  const struct tc_mat q = one_head (run->layers[layer].q, rows->n_q, d_head, width);
  const struct tc_mat k = one_head (run->layers[layer].k, rows->n_in, d_head,
                                    run->kv_stride);
  const struct tc_score_table table = table_of (run, layer);
  const struct tc_mat d_table = { table.data, rows->n_q, rows->n_in, rows->n_in };
  struct tc_scratch *s = &run->scratch;
  memset (table.data, 0, n_heads * size * sizeof *table.data);
  tc_causal_collect (compute, &rows->causal, s->d_weights, table);
  for (size_t i = 0; i < n_heads * size; i++)
    table.data[i] /= (tc_real) run->attn_scale;
  tc_matmul_batched (compute, n_heads, TC_NORMAL, d_table, size, TC_NORMAL, k, d_head,
                     TC_FROM_ZERO, NULL, 0, s->d_q, width, d_head);
  tc_matmul_batched (compute, n_heads, TC_TRANSPOSED, d_table, size, TC_NORMAL, q, d_head,
                     TC_FROM_ZERO, NULL, 0, s->d_k, run->kv_stride, d_head);
}

/* --- q, k, v -> z --- */

/* With every step in sight of hooks.  */
static void
attend_in_steps (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  struct tc_layer_cache *cache = &run->layers[layer];
  tc_causal_dots (compute, &rows->causal, queries_of (run, layer),
                  keys_of (run, layer, cache->k), run->attn_scale, cache->scores);
  if (tc_hooked (run, TC_FORWARD, TC_POINT_SCORES, layer))
    {
      tc_attention_mask_scores (run, layer);
      tc_fire (run, TC_FORWARD, TC_POINT_SCORES, layer, cache->scores);
    }
  copy_scores (run, layer);
  tc_causal_softmax (compute, &rows->causal, cache->pattern);
  tc_fire (run, TC_FORWARD, TC_POINT_PATTERN, layer, cache->pattern);
  tc_causal_sums (compute, &rows->causal, cache->pattern, keys_of (run, layer, cache->v),
                  cache->z);
  tc_fire (run, TC_FORWARD, TC_POINT_Z, layer, cache->z);
}

static void
attend_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  const struct tc_head_rows k = keys_of (run, layer, cache->k);
  const struct tc_head_rows v = keys_of (run, layer, cache->v);
  if (run->rows.mode == TC_ROWS_ALL)
    attend_in_steps (compute, run, layer);
  else if (rows->tabulate)
    {
      tabulate_forward (compute, run, layer, cache->pattern);
      tc_causal_softmax (compute, &rows->causal, cache->pattern);
      tc_causal_sums (compute, &rows->causal, cache->pattern, v, cache->z);
    }
  else
    tc_causal_attend (compute, &rows->causal, queries_of (run, layer), k, v,
                      run->attn_scale, cache->pattern, cache->z);
}

/* d_z -> d_weights = d (q . k), with every step in sight of hooks.  */
static void
scores_backward_in_steps (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  const size_t n = rows->n_out * (size_t) run->config.n_heads * run->rows.n_pos;
  tc_real *d = run->scratch.d_weights;
  memset (d, 0, n * sizeof *d);
  tc_causal_dots (compute, &rows->causal, leaving_rows (run, run->scratch.d_z),
                  keys_of (run, layer, cache->v), 1, d);
  tc_fire (run, TC_BACKWARD, TC_POINT_PATTERN, layer, d);
  tc_causal_softmax_backward (compute, &rows->causal, cache->pattern, 1, d);
  tc_fire (run, TC_BACKWARD, TC_POINT_SCORES, layer, d);
  for (size_t i = 0; i < n; i++)
    d[i] /= (tc_real) run->attn_scale;
  tc_causal_sums (compute, &rows->causal, d, keys_of (run, layer, cache->k),
                  run->scratch.d_asked);
}

/* d_asked [n_out, ...], d_weights -> d_q [n_q, ...], d_k.  */
static void
queries_and_keys_backward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const size_t width = heads_width (&run->config);
  struct tc_scratch *s = &run->scratch;
  memset (s->d_q, 0, rows->n_q * width * sizeof (tc_real));
  tc_scatter_add_rows (compute, rows->n_out, width, s->d_asked, rows->out_q, s->d_q);
  tc_causal_scatter (compute, &rows->causal, s->d_weights, queries_of (run, layer),
                     s->d_k, run->kv_stride, rows->key_in);
}

/* d_z -> d_q, d_k, d_v.  */
static void
attend_backward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  struct tc_scratch *s = &run->scratch;
  const struct tc_head_rows d_z = leaving_rows (run, s->d_z);
  const struct tc_head_rows k = keys_of (run, layer, cache->k);
  const struct tc_head_rows v = keys_of (run, layer, cache->v);

  memset (s->d_k, 0, rows->n_in * run->kv_stride * sizeof (tc_real));
  if (!run->kv_joint)
    memset (s->d_v, 0, rows->n_in * run->kv_stride * sizeof (tc_real));
  if (rows->tabulate)
    {
      tc_causal_dots (compute, &rows->causal, d_z, v, 1, s->d_weights);
      tc_causal_softmax_backward (compute, &rows->causal, cache->pattern, 1, s->d_weights);
      tabulate_backward (compute, run, layer);
    }
  else
    {
      if (run->rows.mode == TC_ROWS_ALL)
        scores_backward_in_steps (compute, run, layer);
      else
        tc_causal_attend_backward (compute, &rows->causal, d_z, k, v, run->attn_scale,
                                   cache->pattern, s->d_weights, s->d_asked);
      queries_and_keys_backward (compute, run, layer);
    }
  tc_causal_scatter (compute, &rows->causal, cache->pattern, d_z, s->d_v,
                     run->kv_stride, rows->key_in);
}

/* --- z -> attn_out --- */

void
tc_attention_results (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const size_t d_model = (size_t) c->d_model, d_head = (size_t) c->d_head;
  const size_t n_heads = (size_t) c->n_heads, n = run->rows.layers[layer].n_out;
  const struct tc_mat z = { run->layers[layer].z, n, d_head, heads_width (c) };
  const struct tc_mat W_O = { run->params.layers[layer].W_O, d_head, d_model, d_model };
  tc_matmul_batched (compute, n_heads, TC_NORMAL, z, d_head, TC_NORMAL, W_O,
                     d_head * d_model, TC_FROM_ZERO, NULL, 0, run->layers[layer].result,
                     n_heads * d_model, d_model);
}

/* Shows each head's share of attn_out to hooks.  If they changed any, attn_out
   becomes b_O plus the sum of the shares; reading alone changes no bit.  */
static void
show_results (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const size_t n = run->rows.layers[layer].n_out, n_heads = (size_t) c->n_heads;
  const size_t d_model = (size_t) c->d_model;
  const size_t bytes = n * n_heads * d_model * sizeof (tc_real);
  const tc_real *b_O = run->params.layers[layer].b_O;
  tc_real *result = run->layers[layer].result, *out = run->layers[layer].attn_out;

  tc_attention_results (compute, run, layer);
  memcpy (run->hook_buffer, result, bytes);
  tc_fire (run, TC_FORWARD, TC_POINT_RESULT, layer, result);
  if (memcmp (run->hook_buffer, result, bytes) == 0)
    return;
  for (size_t row = 0; row < n; row++)
    for (size_t m = 0; m < d_model; m++)
      {
        tc_real sum = b_O == NULL ? 0 : b_O[m];
        for (size_t h = 0; h < n_heads; h++)
          sum += result[(row * n_heads + h) * d_model + m];
        out[row * d_model + m] = sum;
      }
}

/* Every head's share has the gradient of attn_out.  */
static void
show_result_gradients (struct tc_run *run, int layer, const tc_real *d_out)
{
  const size_t n = run->rows.layers[layer].n_out, n_heads = (size_t) run->config.n_heads;
  const size_t d_model = (size_t) run->config.d_model;
  for (size_t i = 0; i < n * n_heads; i++)
    memcpy (run->hook_buffer + i * d_model, d_out + i / n_heads * d_model,
            d_model * sizeof *d_out);
  tc_fire (run, TC_BACKWARD, TC_POINT_RESULT, layer, run->hook_buffer);
}

/* --- The whole --- */

void
tc_attention_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_params *params = &run->params.layers[layer];
  struct tc_layer_cache *cache = &run->layers[layer];

  tc_norm_forward (compute, run, rows->n_in, &params->ln1, norm_points (layer),
                   cache->resid_pre, &cache->ln1);
  project_forward (compute, run, layer);
  attend_forward (compute, run, layer);
  tc_linear_forward (compute, output (&run->config, params), rows->n_out, cache->z,
                     cache->attn_out);
  if (tc_hooked (run, TC_FORWARD, TC_POINT_RESULT, layer))
    show_results (compute, run, layer);
  tc_fire (run, TC_FORWARD, TC_POINT_ATTN_OUT, layer, cache->attn_out);
}

void
tc_attention_backward (struct tc_compute *compute, struct tc_run *run, int layer,
                       tc_real *d_mid)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_params *params = &run->params.layers[layer];
  const struct tc_layer_params *grads = &run->grads.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  struct tc_scratch *scratch = &run->scratch;

  tc_fire (run, TC_BACKWARD, TC_POINT_ATTN_OUT, layer, d_mid);
  if (tc_hooked (run, TC_BACKWARD, TC_POINT_RESULT, layer))
    show_result_gradients (run, layer, d_mid);
  tc_linear_backward_weights (compute, output (&run->config, grads), rows->n_out,
                              cache->z, d_mid);
  tc_linear_backward_input (compute, output (&run->config, params), rows->n_out,
                            d_mid, TC_FROM_ZERO, scratch->d_z);
  tc_fire (run, TC_BACKWARD, TC_POINT_Z, layer, scratch->d_z);
  attend_backward (compute, run, layer);
  tc_fire (run, TC_BACKWARD, TC_POINT_Q, layer, scratch->d_q);
  tc_fire (run, TC_BACKWARD, TC_POINT_K, layer, scratch->d_k);
  tc_fire (run, TC_BACKWARD, TC_POINT_V, layer, scratch->d_v);
  project_backward (compute, run, layer, scratch->d_in);
  tc_norm_backward (compute, run, rows->n_in, &params->ln1, &grads->ln1,
                    norm_points (layer), &cache->ln1, scratch->d_in);
}
