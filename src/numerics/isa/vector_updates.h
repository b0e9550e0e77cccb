/* Part of vector_kernel.c: optimiser updates.  Where PyTorch's kernels compile
   to a fused multiply-add there is one here; each line was compared with
   PyTorch 2.13 bit for bit.  */

static void
adam_update (size_t n, tc_real *restrict p, const tc_real *restrict g,
             tc_real *restrict exp_avg, tc_real *restrict exp_avg_sq,
             const struct tc_adam_scalars *scalars)
{
  const tc_real decay = (tc_real) scalars->decay, l2 = (tc_real) scalars->l2;
  const tc_real beta2 = (tc_real) scalars->beta2;
  const tc_real one_minus_beta2 = (tc_real) scalars->one_minus_beta2;
  const tc_real correction = (tc_real) scalars->bias_correction2_sqrt;
  const tc_real eps = (tc_real) scalars->eps;
  const tc_real minus_step = (tc_real) -scalars->step_size;
  /* lerp (a, b, w) counts from the nearer end.  */
  const tc_real weight = (tc_real) scalars->lerp_weight;
  const int from_old = weight < (tc_real) 0.5;
  const tc_real lerp = from_old ? weight : -(1 - weight);
  const int regularised = scalars->l2 != 0;

  for (size_t i = 0; i < n; i++)
    {
      tc_real x = p[i] * decay;
      tc_real grad = regularised ? tc_isa_fma (l2, p[i], g[i]) : g[i];
      tc_real m = exp_avg[i];
      m = tc_isa_fma (lerp, grad - m, from_old ? m : grad);
      tc_real v = tc_isa_fma (one_minus_beta2 * grad, grad, exp_avg_sq[i] * beta2);
      exp_avg[i] = m;
      exp_avg_sq[i] = v;
      tc_real denominator = TC_SQRT (v) / correction + eps;
      p[i] = x + minus_step * m / denominator;
    }
}

static void
sgd_update (size_t n, tc_real *restrict p, const tc_real *restrict g,
            tc_real *restrict buffer, const struct tc_sgd_scalars *scalars)
{
  const tc_real l2 = (tc_real) scalars->l2, minus_lr = (tc_real) -scalars->lr;
  const tc_real momentum = (tc_real) scalars->momentum;
  const int regularised = scalars->l2 != 0, first = scalars->first;

  if (scalars->momentum == 0)
    for (size_t i = 0; i < n; i++)
      {
        tc_real grad = regularised ? tc_isa_fma (l2, p[i], g[i]) : g[i];
        p[i] = tc_isa_fma (minus_lr, grad, p[i]);
      }
  else
    for (size_t i = 0; i < n; i++)
      {
        tc_real grad = regularised ? tc_isa_fma (l2, p[i], g[i]) : g[i];
        tc_real velocity = first ? grad : momentum * buffer[i] + grad;
        buffer[i] = velocity;
        p[i] = tc_isa_fma (minus_lr, velocity, p[i]);
      }
}
