/* Where the residual stream begins and ends: tokens in, logits out.  */

#include "numerics/vector.h"
#include "transformer/layers.h"

static const struct tc_norm_points final_points =
  { TC_POINT_LN_FINAL_SCALE, TC_POINT_LN_FINAL_NORMALIZED, -1 };

/* --- Embedding: x = W_E[token] + W_pos[position] --- */

void
tc_embed_positions (struct tc_compute *compute, struct tc_run *run)
{
  tc_gather_rows (compute, run->rows.n_embedded, (size_t) run->config.d_model,
                  run->params.W_pos, run->rows.position, run->pos_embed);
}

/* The same sum with both terms in sight of hooks.  */
static void
embed_in_steps (struct tc_compute *compute, struct tc_run *run, tc_real *x)
{
  const struct tc_row_sets *rows = &run->rows;
  const size_t d_model = (size_t) run->config.d_model;
  tc_gather_rows (compute, rows->n_embedded, d_model, run->params.W_E, rows->token,
                  run->embed);
  tc_fire (run, TC_FORWARD, TC_POINT_EMBED, -1, run->embed);
  if (run->config.positions == TC_POS_NONE)
    tc_gather_rows (compute, rows->n_embedded, d_model, run->embed, NULL, x);
  else if (!tc_hooked (run, TC_FORWARD, TC_POINT_POS_EMBED, -1))
    tc_add_rows (compute, rows->n_embedded, d_model, run->embed, NULL,
                 run->params.W_pos, rows->position, x);
  else
    {
      tc_embed_positions (compute, run);
      tc_fire (run, TC_FORWARD, TC_POINT_POS_EMBED, -1, run->pos_embed);
      tc_add (compute, rows->n_embedded * d_model, run->embed, run->pos_embed, x);
    }
}

void
tc_embed_forward (struct tc_compute *compute, struct tc_run *run)
{
  const struct tc_row_sets *rows = &run->rows;
  const size_t d_model = (size_t) run->config.d_model;
  tc_real *x = run->layers[0].resid_pre;
  if (rows->mode == TC_ROWS_ALL)
    embed_in_steps (compute, run, x);
  else if (run->config.positions == TC_POS_NONE)
    tc_gather_rows (compute, rows->n_embedded, d_model, run->params.W_E, rows->token, x);
  else
    tc_add_rows (compute, rows->n_embedded, d_model, run->params.W_E, rows->token,
                 run->params.W_pos, rows->position, x);
}

void
tc_embed_backward (struct tc_compute *compute, struct tc_run *run, tc_real *d_resid)
{
  const struct tc_row_sets *rows = &run->rows;
  const struct tc_config *c = &run->config;
  const size_t d_model = (size_t) c->d_model;
  tc_fire (run, TC_BACKWARD, TC_POINT_POS_EMBED, -1, d_resid);
  tc_fire (run, TC_BACKWARD, TC_POINT_EMBED, -1, d_resid);

  tc_zero (compute, (size_t) c->d_vocab * d_model, run->grads.W_E);
  tc_scatter_add_rows (compute, rows->n_embedded, d_model, d_resid, rows->token,
                       run->grads.W_E);
  if (run->grads.W_pos != NULL)
    {
      tc_zero (compute, (size_t) c->n_ctx * d_model, run->grads.W_pos);
      tc_scatter_add_rows (compute, rows->n_embedded, d_model, d_resid, rows->position,
                           run->grads.W_pos);
    }
}

/* --- Unembedding: logits = norm (x) W_U + b_U --- */

static struct tc_linear
unembedding (const struct tc_config *c, const struct tc_model_params *params)
{
  return (struct tc_linear) {
    .d_in = (size_t) c->d_model, .d_out = (size_t) c->d_vocab_out,
    .stride = (size_t) c->d_vocab_out, .W = params->W_U, .b = params->b_U };
}

void
tc_unembed_forward (struct tc_compute *compute, struct tc_run *run)
{
  const int last = run->config.n_layers - 1;
  const size_t n = run->rows.layers[last].n_out;
  tc_norm_forward (compute, run, n, &run->params.ln_final, final_points,
                   run->layers[last].resid_post, &run->ln_final);
  tc_fire (run, TC_FORWARD, TC_POINT_UNEMBED_IN, -1, run->ln_final.out);
  tc_linear_forward (compute, unembedding (&run->config, &run->params), n,
                     run->ln_final.out, run->logits);
  tc_fire (run, TC_FORWARD, TC_POINT_UNEMBED_OUT, -1, run->logits);
}

void
tc_unembed_backward (struct tc_compute *compute, struct tc_run *run,
                     const tc_real *d_logits, tc_real *d_resid)
{
  const size_t n = run->rows.layers[run->config.n_layers - 1].n_out;
  tc_linear_backward_weights (compute, unembedding (&run->config, &run->grads), n,
                              run->ln_final.out, d_logits);
  tc_linear_backward_input (compute, unembedding (&run->config, &run->params), n,
                            d_logits, TC_FROM_ZERO, d_resid);
  tc_fire (run, TC_BACKWARD, TC_POINT_UNEMBED_IN, -1, d_resid);
  tc_norm_backward (compute, run, n, &run->params.ln_final, &run->grads.ln_final,
                    final_points, &run->ln_final, d_resid);
}
