#include "transformer/run.h"

#include "numerics/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The arena: one block of memory, cut up twice, first to measure it --- */

enum { ALIGNMENT = 64 };

struct arena
{
  char *base;
  size_t used;
};

static tc_real *
take (struct arena *arena, size_t count)
{
  size_t at = arena->used;
  arena->used += (count * sizeof (tc_real) / ALIGNMENT + 1) * ALIGNMENT;
  return arena->base == NULL ? NULL : (tc_real *) (arena->base + at);
}

/* Largest row counts of a layer.  */
struct sizes
{
  size_t n_in, n_q, n_out;
};

static struct sizes
layer_sizes (const struct tc_run *run, int layer)
{
  const struct tc_row_sets *rows = &run->rows;
  const size_t n = rows->max_seq * rows->max_pos;
  const bool targets_only = rows->mode == TC_ROWS_NEEDED
                            && layer == run->config.n_layers - 1;
  const size_t n_out = targets_only && rows->max_targets < n ? rows->max_targets : n;
  return (struct sizes) { n, n_out, n_out };
}

/* Where nothing is normalised, `out` is set to the input in the forward pass.  */
static void
take_norm (struct arena *arena, const struct tc_config *c, size_t n,
           struct tc_norm_cache *cache)
{
  const size_t d_model = (size_t) c->d_model;
  if (c->normalization == TC_NORM_NONE)
    return;
  cache->normalized = take (arena, n * d_model);
  cache->scale = take (arena, n);
  cache->out = c->normalization == TC_NORM_LN ? take (arena, n * d_model)
               : cache->normalized;
}

/* Keys and values side by side, or keys before values.  */
static void
take_keys_and_values (struct tc_run *run, struct arena *arena, size_t n,
                      tc_real **k, tc_real **v)
{
  const size_t width = (size_t) run->config.n_heads * (size_t) run->config.d_head;
  tc_real *both = take (arena, 2 * n * width);
  *k = both;
  *v = both == NULL ? NULL : both + (run->kv_joint ? width : n * width);
}

static void
take_layer (struct tc_run *run, struct arena *arena, int layer)
{
  const struct tc_config *c = &run->config;
  struct tc_layer_cache *cache = &run->layers[layer];
  const struct sizes n = layer_sizes (run, layer);
  const size_t d_model = (size_t) c->d_model, d_mlp = (size_t) c->d_mlp;
  const size_t n_heads = (size_t) c->n_heads, width = n_heads * (size_t) c->d_head;
  const size_t n_weights = n.n_out * n_heads * run->rows.max_pos;
  const bool hookable = run->rows.mode == TC_ROWS_ALL;

  cache->resid_pre = layer == 0 ? take (arena, n.n_in * d_model)
                     : run->layers[layer - 1].resid_post;
  take_norm (arena, c, n.n_in, &cache->ln1);
  cache->W_qkv = take (arena, 3 * d_model * width);
  cache->b_qkv = take (arena, 3 * width);
  cache->q = take (arena, n.n_q * width);
  take_keys_and_values (run, arena, n.n_in, &cache->k, &cache->v);
  cache->scores = hookable ? take (arena, n_weights) : NULL;
  cache->pattern = take (arena, n_weights);
  cache->z = take (arena, n.n_out * width);
  cache->attn_out = take (arena, n.n_out * d_model);
  cache->resid_mid = take (arena, n.n_out * d_model);
  if (c->d_mlp > 0)
    {
      take_norm (arena, c, n.n_out, &cache->ln2);
      cache->pre = take (arena, n.n_out * d_mlp);
      /* x <= 0 where relu (x) <= 0: all that its gradient asks.  */
      const bool in_place = c->act_fn == TC_RELU && !hookable;
      cache->post = in_place ? cache->pre : take (arena, n.n_out * d_mlp);
      cache->mlp_out = take (arena, n.n_out * d_model);
    }
  cache->resid_post = c->d_mlp > 0 || c->doubled_residual
                      ? take (arena, n.n_out * d_model) : cache->resid_mid;
}

/* As large as the largest layer needs: the first, or in a single layer all.  */
static void
take_scratch (struct tc_run *run, struct arena *arena)
{
  const struct tc_config *c = &run->config;
  struct tc_scratch *s = &run->scratch;
  const struct sizes n = layer_sizes (run, 0);
  const size_t d_model = (size_t) c->d_model, d_mlp = (size_t) c->d_mlp;
  const size_t n_heads = (size_t) c->n_heads, width = n_heads * (size_t) c->d_head;

  s->d_out = take (arena, n.n_in * d_model);
  s->d_mid = take (arena, n.n_out * d_model);
  s->d_in = take (arena, n.n_in * d_model);
  s->x_q = take (arena, n.n_q * d_model);
  s->d_post = take (arena, n.n_out * d_mlp);
  s->d_pre = c->act_fn == TC_SOLU ? take (arena, n.n_out * d_mlp) : s->d_post;
  s->d_z = take (arena, n.n_out * width);
  s->d_weights = take (arena, n.n_out * n_heads * run->rows.max_pos);
  s->d_asked = take (arena, n.n_out * width);
  s->table = take (arena, n.n_out * n_heads * run->rows.max_pos / 4);
  s->d_q = take (arena, n.n_in * width);
  take_keys_and_values (run, arena, n.n_in, &s->d_k, &s->d_v);
  s->dW_qkv = take (arena, 3 * d_model * width);
  s->db_qkv = take (arena, 3 * width);
  s->d_logits = run->rows.mode == TC_ROWS_ALL
                ? take (arena, n.n_out * (size_t) c->d_vocab_out) : NULL;
}

static void
lay_out (struct tc_run *run, struct arena *arena)
{
  const struct tc_config *c = &run->config;
  const size_t n = run->rows.max_seq * run->rows.max_pos, d_model = (size_t) c->d_model;
  const struct sizes last = layer_sizes (run, c->n_layers - 1);
  if (run->rows.mode == TC_ROWS_ALL)
    {
      run->embed = take (arena, n * d_model);
      run->pos_embed = take (arena, n * d_model);
    }
  for (int layer = 0; layer < c->n_layers; layer++)
    take_layer (run, arena, layer);
  take_norm (arena, c, last.n_out, &run->ln_final);
  run->logits = take (arena, last.n_out * (size_t) c->d_vocab_out);
  take_scratch (run, arena);
}

/* --- Making and freeing a run --- */

static enum tc_status
check_sizes (const struct tc_config *config, size_t max_seq, size_t max_pos,
             struct tc_error *err)
{
  enum tc_status status = tc_config_check (config, err);
  if (status != TC_OK)
    return status;
  if (max_pos > (size_t) config->n_ctx)
    return tc_fail (err, TC_EINVAL, "sequences of %zu positions: the model has n_ctx %d",
                    max_pos, config->n_ctx);
  if (max_pos > 0 && max_seq > INT32_MAX / max_pos)
    return tc_fail (err, TC_EINVAL, "%zu sequences of %zu positions: expected at most %d "
                    "rows", max_seq, max_pos, INT32_MAX);
  return TC_OK;
}

static enum tc_status
alloc_run_memory (struct tc_run *run, struct tc_error *err)
{
  const size_t n_layers = (size_t) run->config.n_layers;
  run->layers = calloc (n_layers, sizeof *run->layers);
  run->params.layers = calloc (n_layers, sizeof *run->params.layers);
  run->grads.layers = calloc (n_layers, sizeof *run->grads.layers);
  struct arena arena = { NULL, 0 };
  if (run->layers != NULL)
    {
      lay_out (run, &arena);
      run->arena = tc_reals_alloc (arena.used / sizeof (tc_real));
    }
  if (run->params.layers == NULL || run->grads.layers == NULL || run->arena == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the activations of %zu sequences of "
                    "%zu positions (%zu bytes)", run->rows.max_seq, run->rows.max_pos,
                    arena.used);
  arena = (struct arena) { run->arena, 0 };
  lay_out (run, &arena);
  return TC_OK;
}

enum tc_status
tc_run_alloc (struct tc_run **out, const struct tc_config *config, enum tc_rows rows,
              size_t max_seq, size_t max_pos, size_t max_targets, struct tc_error *err)
{
  *out = NULL;
  enum tc_status status = check_sizes (config, max_seq, max_pos, err);
  if (status != TC_OK)
    return status;
  struct tc_run *run = calloc (1, sizeof *run);
  if (run == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a run");

  const size_t width = (size_t) config->n_heads * (size_t) config->d_head;
  run->config = *config;
  run->kv_joint = rows == TC_ROWS_NEEDED;
  run->kv_stride = run->kv_joint ? 2 * width : width;
  run->attn_scale = config->attn_scale > 0 ? config->attn_scale
                    : __builtin_sqrt (config->d_head);
  status = tc_row_sets_alloc (&run->rows, config, rows, max_seq, max_pos, max_targets, err);
  if (status == TC_OK)
    status = alloc_run_memory (run, err);
  if (status != TC_OK)
    {
      tc_run_free (run);
      return status;
    }
  *out = run;
  return TC_OK;
}

void
tc_run_free (struct tc_run *run)
{
  if (run == NULL)
    return;
  for (int layer = 0; run->layers != NULL && layer < run->config.n_layers; layer++)
    free (run->layers[layer].result);
  tc_row_sets_free (&run->rows);
  free (run->layers);
  free (run->params.layers);
  free (run->grads.layers);
  free (run->hooks.hooks);
  free (run->hook_buffer);
  free (run->arena);
  free (run);
}

/* --- Parameters by name --- */

struct binder
{
  const struct tc_params *params;
  tc_real *base;
  bool trainable_only;
};

static tc_real *
bind (const struct binder *binder, int layer, const char *name)
{
  char full[TC_NAME_MAX];
  if (layer < 0)
    snprintf (full, sizeof full, "%s", name);
  else
    snprintf (full, sizeof full, "blocks.%d.%s", layer, name);
  const struct tc_tensor *tensor = tc_params_find (binder->params, full);
  if (tensor == NULL || (binder->trainable_only && !tensor->trainable))
    return NULL;
  return binder->base + tensor->offset;
}

static void
bind_layer (const struct binder *b, int l, struct tc_layer_params *view)
{
  *view = (struct tc_layer_params) {
    .ln1 = { bind (b, l, "ln1.w"), bind (b, l, "ln1.b") },
    .ln2 = { bind (b, l, "ln2.w"), bind (b, l, "ln2.b") },
    .W_Q = bind (b, l, "attn.W_Q"), .b_Q = bind (b, l, "attn.b_Q"),
    .W_K = bind (b, l, "attn.W_K"), .b_K = bind (b, l, "attn.b_K"),
    .W_V = bind (b, l, "attn.W_V"), .b_V = bind (b, l, "attn.b_V"),
    .W_O = bind (b, l, "attn.W_O"), .b_O = bind (b, l, "attn.b_O"),
    .W_in = bind (b, l, "mlp.W_in"), .b_in = bind (b, l, "mlp.b_in"),
    .W_out = bind (b, l, "mlp.W_out"), .b_out = bind (b, l, "mlp.b_out") };
}

void
tc_bind_params (struct tc_model_params *view, const struct tc_model *model,
                tc_real *base, bool trainable_only)
{
  if (view->base == base)
    return;
  const struct binder b = { &model->params, base, trainable_only };
  view->base = base;
  view->W_E = bind (&b, -1, "embed.W_E");
  view->W_pos = bind (&b, -1, "pos_embed.W_pos");
  view->ln_final.w = bind (&b, -1, "ln_final.w");
  view->ln_final.b = bind (&b, -1, "ln_final.b");
  view->W_U = bind (&b, -1, "unembed.W_U");
  view->b_U = bind (&b, -1, "unembed.b_U");
  for (int layer = 0; layer < model->config.n_layers; layer++)
    bind_layer (&b, layer, &view->layers[layer]);
}

/* --- Logits --- */

const tc_real *
tc_run_logits (const struct tc_run *run, size_t target)
{
  return run->logits + (size_t) run->rows.target_row[target]
                       * (size_t) run->config.d_vocab_out;
}

const tc_real *
tc_run_all_logits (const struct tc_run *run)
{
  return run->rows.mode == TC_ROWS_ALL ? run->logits : NULL;
}
