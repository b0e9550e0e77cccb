/* Causal attention of all heads:

     x = norm (resid_pre)
     q, k, v = x W_Q + b_Q, x W_K + b_K, x W_V + b_V
     pattern = softmax over the keys seen of (q . k / attn_scale)
     z = pattern v
     attn_out = sum over heads of z W_O, + b_O  */

#include "numerics/vector.h"
#include "transformer/layers.h"

#include <string.h>

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
  return (struct tc_head_rows) { run->layers[layer].q, tc_heads_width (&run->config),
                                 run->rows.layers[layer].out_q };
}

static struct tc_head_rows
leaving_rows (const struct tc_run *run, const tc_real *data)
{
  return (struct tc_head_rows) { data, tc_heads_width (&run->config), NULL };
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
  const size_t n_heads = (size_t) run->config.n_heads, width = tc_heads_width (&run->config);
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
  const size_t n_heads = (size_t) run->config.n_heads, width = tc_heads_width (&run->config);
  const size_t d_head = (size_t) run->config.d_head, size = rows->n_q * rows->n_in;
  const struct tc_mat q = one_head (run->layers[layer].q, rows->n_q, d_head, width);
  const struct tc_mat k = one_head (run->layers[layer].k, rows->n_in, d_head,
                                    run->kv_stride);
  const struct tc_score_table table = table_of (run, layer);
  const struct tc_mat d_table = { table.data, rows->n_q, rows->n_in, rows->n_in };
  struct tc_scratch *s = &run->scratch;
  tc_zero (compute, n_heads * size, table.data);
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

/* d_z -> d_q, d_k, d_v, with every step in sight of hooks.  */
static void
attend_backward_in_steps (struct tc_compute *compute, struct tc_run *run, int layer)
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
  tc_scatter_add_rows (compute, rows->n_out, tc_heads_width (&run->config),
                       run->scratch.d_asked, rows->out_q, run->scratch.d_q);
  tc_causal_scatter (compute, &rows->causal, d, queries_of (run, layer), run->scratch.d_k,
                     run->kv_stride, rows->key_in);
  tc_causal_scatter (compute, &rows->causal, cache->pattern,
                     leaving_rows (run, run->scratch.d_z), run->scratch.d_v,
                     run->kv_stride, rows->key_in);
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

  tc_zero (compute, rows->n_in * run->kv_stride, s->d_k);
  if (!run->kv_joint)
    tc_zero (compute, rows->n_in * run->kv_stride, s->d_v);
  if (rows->tabulate)
    {
      tc_causal_dots (compute, &rows->causal, d_z, v, 1, s->d_weights);
      tc_causal_softmax_backward (compute, &rows->causal, cache->pattern, 1, s->d_weights);
      tabulate_backward (compute, run, layer);
      tc_causal_scatter (compute, &rows->causal, cache->pattern, d_z, s->d_v,
                         run->kv_stride, rows->key_in);
    }
  else
    {
      tc_zero (compute, rows->n_q * tc_heads_width (&run->config), s->d_q);
      if (run->rows.mode == TC_ROWS_ALL)
        attend_backward_in_steps (compute, run, layer);
      else
        tc_causal_attend_backward (compute, &rows->causal, d_z, queries_of (run, layer), k,
                                   v, run->attn_scale, cache->pattern, s->d_weights,
                                   s->d_asked,
                                   (struct tc_head_gradients) { s->d_q, s->d_k, s->d_v,
                                                                run->kv_stride });
    }
}

/* --- z -> attn_out --- */

static struct tc_linear
output (const struct tc_config *c, const struct tc_layer_params *params)
{
  return (struct tc_linear) {
    .d_in = tc_heads_width (c), .d_out = (size_t) c->d_model, .stride = (size_t) c->d_model,
    .W = params->W_O, .b = params->b_O };
}

void
tc_attention_results (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const size_t d_model = (size_t) c->d_model, d_head = (size_t) c->d_head;
  const size_t n_heads = (size_t) c->n_heads, n = run->rows.layers[layer].n_out;
  const struct tc_mat z = { run->layers[layer].z, n, d_head, tc_heads_width (c) };
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

static struct tc_norm_points
norm_points (int layer)
{
  return (struct tc_norm_points) { TC_POINT_LN1_SCALE, TC_POINT_LN1_NORMALIZED, layer };
}

void
tc_attention_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_params *params = &run->params.layers[layer];
  struct tc_layer_cache *cache = &run->layers[layer];

  tc_norm_forward (compute, run, rows->n_in, &params->ln1, norm_points (layer),
                   cache->resid_pre, &cache->ln1);
  tc_heads_forward (compute, run, layer);
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
  tc_heads_backward (compute, run, layer, scratch->d_in);
  tc_norm_backward (compute, run, rows->n_in, &params->ln1, &grads->ln1,
                    norm_points (layer), &cache->ln1, scratch->d_in);
}
