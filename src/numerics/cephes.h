#ifndef TC_NUMERICS_CEPHES_H
#define TC_NUMERICS_CEPHES_H

/* The float log and sincos inside PyTorch's normal distribution, bit for bit.

   The stream's bits depend on the algorithm, its coefficients and the order of
   its operations, so they are those of Cephes (Stephen Moshier) as PyTorch's
   vectorised kernels evaluate them (avx_mathfun.h, Giovanni Garberoglio 2012,
   after Julien Pommier), with the fused multiply-adds that the compiler of its
   AVX2 build puts in; written here for one number at a time and only for the
   arguments that occur.  It exists to reproduce a stream: to compute a
   logarithm, use elementary.h.

   Private to the numerics room.  */

#include "numerics/isa/elementary_inline.h"
#include "numerics/isa/isa.h"

/* log x for 2^-126 <= x <= 1.  */
static inline float
tc_cephes_log (float x)
{
  uint32_t bits = tc_bits32 (x);
  float e = (float) (int32_t) ((bits >> 23) - 126);
  float m = tc_from_bits32 ((bits & 0x007fffff) | 0x3f000000);  /* [0.5, 1) */
  float below = m < 0.707106781186547524f ? 1.0f : 0.0f;
  e -= below;
  m = (m - 1.0f) + (below != 0.0f ? m : 0.0f);

  float z = m * m;
  float y = 7.0376836292E-2f;
  y = tc_isa_fma32 (y, m, -1.1514610310E-1f);
  y = tc_isa_fma32 (y, m, 1.1676998740E-1f);
  y = tc_isa_fma32 (y, m, -1.2420140846E-1f);
  y = tc_isa_fma32 (y, m, 1.4249322787E-1f);
  y = tc_isa_fma32 (y, m, -1.6668057665E-1f);
  y = tc_isa_fma32 (y, m, 2.0000714765E-1f);
  y = tc_isa_fma32 (y, m, -2.4999993993E-1f);
  y = tc_isa_fma32 (y, m, 3.3333331174E-1f);
  y = tc_isa_fma32 (y * m, z, e * -2.12194440e-4f);
  y = tc_isa_fma32 (-z, 0.5f, y);
  return tc_isa_fma32 (e, 0.693359375f, m + y);
}

/* sin x and cos x for 0 <= x <= 8192.  */
static inline void
tc_cephes_sincos (float x, float *sin_x, float *cos_x)
{
  uint32_t octant = ((uint32_t) (int32_t) (x * 1.27323954473516f) + 1) & ~1u;
  float n = (float) (int32_t) octant;
  x = tc_isa_fma32 (n, -0.78515625f, x);
  x = tc_isa_fma32 (n, -2.4187564849853515625e-4f, x);
  x = tc_isa_fma32 (n, -3.77489497744594108e-8f, x);
  float z = x * x;

  float c = 2.443315711809948E-005f;
  c = tc_isa_fma32 (c, z, -1.388731625493765E-003f);
  c = tc_isa_fma32 (c, z, 4.166664568298827E-002f);
  c = tc_isa_fma32 (c * z, z, -(z * 0.5f)) + 1.0f;

  float s = -1.9515295891E-4f;
  s = tc_isa_fma32 (s, z, 8.3321608736E-3f);
  s = tc_isa_fma32 (s, z, -1.6666654611E-1f);
  s = tc_isa_fma32 (s * z, x, x);

  uint32_t swap = octant & 2;
  uint32_t sign_s = (octant & 4) << 29;
  uint32_t sign_c = (~(octant - 2) & 4) << 29;
  *sin_x = tc_from_bits32 (tc_bits32 (swap ? c : s) ^ sign_s);
  *cos_x = tc_from_bits32 (tc_bits32 (swap ? s : c) ^ sign_c);
}

#endif
