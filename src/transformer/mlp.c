/* mlp_out = f (norm (resid_mid) W_in + b_in) W_out + b_out.  */

#include "numerics/vector.h"
#include "transformer/layers.h"

static struct tc_norm_points
norm_points (int layer)
{
  return (struct tc_norm_points) { TC_POINT_LN2_SCALE, TC_POINT_LN2_NORMALIZED, layer };
}

static struct tc_linear
projection_in (const struct tc_config *c, const struct tc_layer_params *params)
{
  return (struct tc_linear) {
    .d_in = (size_t) c->d_model, .d_out = (size_t) c->d_mlp, .stride = (size_t) c->d_mlp,
    .W = params->W_in, .b = params->b_in };
}

static struct tc_linear
projection_out (const struct tc_config *c, const struct tc_layer_params *params)
{
  return (struct tc_linear) {
    .d_in = (size_t) c->d_mlp, .d_out = (size_t) c->d_model, .stride = (size_t) c->d_model,
    .W = params->W_out, .b = params->b_out };
}

static void
activate (struct tc_compute *compute, const struct tc_config *c, size_t n,
          const tc_real *pre, tc_real *post)
{
  const size_t d = (size_t) c->d_mlp;
  switch (c->act_fn)
    {
    case TC_RELU:     tc_relu (compute, n * d, pre, post); break;
    case TC_GELU:     tc_gelu (compute, n * d, pre, post); break;
    case TC_GELU_NEW: tc_gelu_new (compute, n * d, pre, post); break;
    case TC_SOLU:     tc_solu (compute, n, d, pre, post); break;
    }
}

static void
activate_backward (struct tc_compute *compute, const struct tc_config *c, size_t n,
                   const tc_real *pre, const tc_real *d_post, tc_real *d_pre)
{
  const size_t d = (size_t) c->d_mlp;
  switch (c->act_fn)
    {
    case TC_RELU:     tc_relu_backward (compute, n * d, pre, d_post, d_pre); break;
    case TC_GELU:     tc_gelu_backward (compute, n * d, pre, d_post, d_pre); break;
    case TC_GELU_NEW: tc_gelu_new_backward (compute, n * d, pre, d_post, d_pre); break;
    case TC_SOLU:     tc_solu_backward (compute, n, d, pre, d_post, d_pre); break;
    }
}

void
tc_mlp_forward (struct tc_compute *compute, struct tc_run *run, int layer)
{
  const struct tc_layer_params *params = &run->params.layers[layer];
  struct tc_layer_cache *cache = &run->layers[layer];
  const size_t n = run->rows.layers[layer].n_out;

  tc_norm_forward (compute, run, n, &params->ln2, norm_points (layer), cache->resid_mid,
                   &cache->ln2);
  tc_linear_forward (compute, projection_in (&run->config, params), n, cache->ln2.out,
                     cache->pre);
  tc_fire (run, TC_FORWARD, TC_POINT_PRE, layer, cache->pre);
  activate (compute, &run->config, n, cache->pre, cache->post);
  tc_fire (run, TC_FORWARD, TC_POINT_POST, layer, cache->post);
  tc_linear_forward (compute, projection_out (&run->config, params), n, cache->post,
                     cache->mlp_out);
  tc_fire (run, TC_FORWARD, TC_POINT_MLP_OUT, layer, cache->mlp_out);
}

void
tc_mlp_backward (struct tc_compute *compute, struct tc_run *run, int layer, tc_real *d_out)
{
  const struct tc_layer_params *params = &run->params.layers[layer];
  const struct tc_layer_params *grads = &run->grads.layers[layer];
  const struct tc_layer_cache *cache = &run->layers[layer];
  struct tc_scratch *scratch = &run->scratch;
  const size_t n = run->rows.layers[layer].n_out;

  tc_fire (run, TC_BACKWARD, TC_POINT_MLP_OUT, layer, d_out);
  tc_linear_backward_weights (compute, projection_out (&run->config, grads), n,
                              cache->post, d_out);
  tc_linear_backward_input (compute, projection_out (&run->config, params), n,
                            d_out, TC_FROM_ZERO, scratch->d_post);
  tc_fire (run, TC_BACKWARD, TC_POINT_POST, layer, scratch->d_post);
  activate_backward (compute, &run->config, n, cache->pre, scratch->d_post,
                     scratch->d_pre);
  tc_fire (run, TC_BACKWARD, TC_POINT_PRE, layer, scratch->d_pre);
  tc_linear_backward_weights (compute, projection_in (&run->config, grads), n,
                              cache->ln2.out, scratch->d_pre);
  tc_linear_backward_input (compute, projection_in (&run->config, params), n,
                            scratch->d_pre, TC_FROM_ZERO, scratch->d_mid);
  tc_norm_backward (compute, run, n, &params->ln2, &grads->ln2, norm_points (layer),
                    &cache->ln2, scratch->d_mid);
}
