/* Layer normalisation over d_model: TransformerLens's LN (w and b) and LNPre
   (neither), and no normalisation at all.  */

#include "numerics/vector.h"
#include "transformer/layers.h"

void
tc_norm_forward (struct tc_compute *compute, struct tc_run *run, size_t n,
                 const struct tc_norm_params *params, struct tc_norm_points points,
                 tc_real *x, struct tc_norm_cache *cache)
{
  const size_t d = (size_t) run->config.d_model;
  if (run->config.normalization == TC_NORM_NONE)
    {
      cache->out = x;
      return;
    }
  tc_center_rows (compute, n, d, run->config.ln_eps, x, cache->normalized, cache->scale);
  tc_fire (run, TC_FORWARD, points.scale, points.layer, cache->scale);
  tc_divide_rows (compute, n, d, cache->normalized, cache->scale, cache->normalized);
  tc_fire (run, TC_FORWARD, points.normalized, points.layer, cache->normalized);
  if (run->config.normalization == TC_NORM_LN)
    tc_scale_columns (compute, n, d, cache->normalized, params->w, params->b, cache->out);
}

/* The gradient of the scales is computed for hooks only: normalize_backward
   includes their path.  */
static void
show_scale_gradient (struct tc_compute *compute, struct tc_run *run, size_t n,
                     struct tc_norm_points points, const struct tc_norm_cache *cache,
                     const tc_real *d)
{
  if (!tc_hooked (run, TC_BACKWARD, points.scale, points.layer))
    return;
  tc_scale_backward (compute, n, (size_t) run->config.d_model, d, cache->normalized,
                     cache->scale, run->hook_buffer);
  tc_fire (run, TC_BACKWARD, points.scale, points.layer, run->hook_buffer);
}

void
tc_norm_backward (struct tc_compute *compute, struct tc_run *run, size_t n,
                  const struct tc_norm_params *params,
                  const struct tc_norm_params *grads, struct tc_norm_points points,
                  const struct tc_norm_cache *cache, tc_real *d)
{
  const size_t d_model = (size_t) run->config.d_model;
  if (run->config.normalization == TC_NORM_NONE)
    return;
  if (run->config.normalization == TC_NORM_LN)
    {
      tc_column_dots (compute, n, d_model, d, cache->normalized, grads->w);
      tc_column_sums (compute, n, d_model, d, grads->b);
      tc_multiply_columns (compute, n, d_model, d, params->w, d);
    }
  tc_fire (run, TC_BACKWARD, points.normalized, points.layer, d);
  show_scale_gradient (compute, run, n, points, cache, d);
  tc_normalize_backward (compute, n, d_model, d, cache->normalized, cache->scale, d);
}
