#include "transformer/model.h"

#include "numerics/vector.h"
#include "transformer/layers.h"

#include <string.h>

/* The whole model in one page.  A layer is

     resid_mid  = resid_pre + attention (resid_pre)
     resid_post = resid_mid + mlp (resid_mid)

   and, with doubled_residual, resid_post = resid_pre + all of the above.  The
   parts are in embed.c, attention.c and mlp.c, each forward beside backward;
   rows.c decides which rows they see.  */

/* --- Forward --- */

static void
layer_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_layer_cache *x = &run->layers[layer];
  const size_t n = rows->n_out, d_model = (size_t) c->d_model;
  const tc_real *latest = x->resid_mid;

  tc_fire (run, TC_FORWARD, TC_POINT_RESID_PRE, layer, x->resid_pre);
  tc_attention_forward (compute, run, layer);
  tc_add_rows (compute, n, d_model, x->resid_pre, rows->out_in, x->attn_out, NULL,
               x->resid_mid);
  if (c->d_mlp > 0)
    {
      tc_fire (run, TC_FORWARD, TC_POINT_RESID_MID, layer, x->resid_mid);
      tc_mlp_forward (compute, run, layer);
      tc_add (compute, n * d_model, x->resid_mid, x->mlp_out, x->resid_post);
      latest = x->resid_post;
    }
  if (c->doubled_residual)
    tc_add_rows (compute, n, d_model, x->resid_pre, rows->out_in, latest, NULL,
                 x->resid_post);
  tc_fire (run, TC_FORWARD, TC_POINT_RESID_POST, layer, x->resid_post);
}

/* A run made for another model would read past its parameters.  */
static bool
same_shape (const struct tc_config *a, const struct tc_config *b)
{
  return a->n_layers == b->n_layers && a->n_heads == b->n_heads
         && a->d_model == b->d_model && a->d_head == b->d_head && a->d_mlp == b->d_mlp
         && a->n_ctx == b->n_ctx && a->d_vocab == b->d_vocab
         && a->d_vocab_out == b->d_vocab_out && a->positions == b->positions
         && a->normalization == b->normalization && a->attn_bias == b->attn_bias
         && a->mlp_bias == b->mlp_bias && a->unembed_bias == b->unembed_bias;
}

enum tc_status
tc_forward (struct tc_compute *compute, const struct tc_model *model,
            const struct tc_batch *batch, struct tc_run *run, struct tc_error *err)
{
  if (!same_shape (&model->config, &run->config))
    return tc_fail (err, TC_EINVAL, "the run was made for a model of another shape");
  enum tc_status status = tc_row_sets_build (&run->rows, &run->config, batch, err);
  if (status != TC_OK)
    return status;
  tc_bind_params (&run->params, model, model->params.data, false);

  tc_embed_forward (compute, run);
  for (int layer = 0; layer < run->config.n_layers; layer++)
    layer_forward (compute, run, layer);
  tc_unembed_forward (compute, run);
  return TC_OK;
}

/* --- Backward --- */

/* scratch.d_out = d loss / d resid_post -> scratch.d_in = d loss / d resid_pre.  */
static void
layer_backward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_config *c = &run->config;
  const struct tc_layer_rows *rows = &run->rows.layers[layer];
  const struct tc_scratch *s = &run->scratch;
  const size_t n = rows->n_out, d_model = (size_t) c->d_model;
  tc_real *d_mid = s->d_out;

  tc_fire (run, TC_BACKWARD, TC_POINT_RESID_POST, layer, s->d_out);
  if (c->d_mlp > 0)
    {
      tc_mlp_backward (compute, run, layer, s->d_out);
      d_mid = s->d_mid;
      tc_add (compute, n * d_model, d_mid, s->d_out, d_mid);
      tc_fire (run, TC_BACKWARD, TC_POINT_RESID_MID, layer, d_mid);
    }
  tc_attention_backward (compute, run, layer, d_mid);
  tc_scatter_add_rows (compute, n, d_model, d_mid, rows->out_in, s->d_in);
  if (c->doubled_residual)
    tc_scatter_add_rows (compute, n, d_model, s->d_out, rows->out_in, s->d_in);
  tc_fire (run, TC_BACKWARD, TC_POINT_RESID_PRE, layer, s->d_in);
}

/* The gradients of the targets' logits among those of all logits, which are 0. */
static const tc_real *
spread_targets (struct tc_run *run, const tc_real *d_logits)
{
  const size_t d = (size_t) run->config.d_vocab_out;
  if (run->rows.mode == TC_ROWS_NEEDED)
    return d_logits;
  tc_real *all = run->scratch.d_logits;
  memset (all, 0, run->rows.n_seq * run->rows.n_pos * d * sizeof *all);
  for (size_t i = 0; i < run->rows.n_targets; i++)
    memcpy (all + (size_t) run->rows.target_row[i] * d, d_logits + i * d, d * sizeof *all);
  tc_fire (run, TC_BACKWARD, TC_POINT_UNEMBED_OUT, -1, all);
  return all;
}

static void
zero_untrained (const struct tc_params *params, tc_real *grads)
{
  for (size_t i = 0; i < params->n_tensors; i++)
    if (!params->tensors[i].trainable)
      memset (grads + params->tensors[i].offset, 0,
              params->tensors[i].count * sizeof *grads);
}

void
tc_backward (struct tc_compute *compute, const struct tc_model *model,
             struct tc_run *run, const tc_real *d_logits, tc_real *grads)
{
  struct tc_scratch *s = &run->scratch;
  tc_bind_params (&run->params, model, model->params.data, false);
  tc_bind_params (&run->grads, model, grads, true);
  zero_untrained (&model->params, grads);

  tc_unembed_backward (compute, run, spread_targets (run, d_logits), s->d_out);
  for (int layer = run->config.n_layers - 1; layer >= 0; layer--)
    {
      layer_backward (compute, run, layer);
      tc_real *swap = s->d_out;
      s->d_out = s->d_in;
      s->d_in = swap;
    }
  tc_embed_backward (compute, run, s->d_out);
}

/* --- The model itself --- */

enum tc_status
tc_model_alloc (struct tc_model *model, const struct tc_config *config,
                struct tc_error *err)
{
  *model = (struct tc_model) { .config = *config };
  enum tc_status status = tc_config_check (config, err);
  return status == TC_OK ? tc_params_alloc (&model->params, config, err) : status;
}

void
tc_model_free (struct tc_model *model)
{
  tc_params_free (&model->params);
}
