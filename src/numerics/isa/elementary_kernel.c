/* Loops of the elementary functions, compiled once per instruction set.  */

#include "numerics/isa/isa.h"

#include "numerics/elementary_kernels.h"
#include "numerics/isa/elementary_double.h"
#include "numerics/isa/elementary_float.h"

#ifndef TC_REAL_DOUBLE

/* Results go through a buffer: so y may be x, the compiler sees that nothing
   overlaps, and a hard block can be computed again.  Rests shorter than a
   block are padded to a multiple of LANES, so that every element takes the
   vectorised loop.  */
enum { BLOCK = 128, LANES = 16 };

#define FOR_LANES(i, n) for (size_t i = 0; i < ((n) & ~(size_t) (LANES - 1)); i++)

#define PADDED(n) (((n) + LANES - 1) & ~(size_t) (LANES - 1))

/* The next at most BLOCK arguments: x itself if whole, else a padded copy.  */
static inline const float *
next_block (size_t n, const float *x, float *copy)
{
  if (n == BLOCK)
    return x;
  memcpy (copy, x, n * sizeof *x);
  for (size_t i = n; i < PADDED (n); i++)
    copy[i] = 1.0f;
  return copy;
}

/* Defines NAME_loop over functions without hard arguments.  */
#define DEFINE_LOOP(name)                                                     \
  static void                                                                 \
  name##_loop (size_t n, const float *x, float *y)                            \
  {                                                                           \
    float copy[BLOCK], result[BLOCK];                                         \
    for (size_t size; n > 0; n -= size, x += size, y += size)                 \
      {                                                                       \
        size = n < BLOCK ? n : BLOCK;                                         \
        const float *in = next_block (size, x, copy);                         \
        FOR_LANES (i, PADDED (size))                                          \
          result[i] = tc_##name##_exact (in[i]);                              \
        memcpy (y, result, size * sizeof *y);                                 \
      }                                                                       \
  }

/* Defines NAME_loop over functions with hard arguments.  */
#define DEFINE_MENDED_LOOP(name)                                              \
  static void                                                                 \
  name##_loop (size_t n, const float *x, float *y)                            \
  {                                                                           \
    float copy[BLOCK], result[BLOCK];                                         \
    for (size_t size; n > 0; n -= size, x += size, y += size)                 \
      {                                                                       \
        size = n < BLOCK ? n : BLOCK;                                         \
        const float *in = next_block (size, x, copy);                         \
        uint64_t hard = 0;                                                    \
        FOR_LANES (i, PADDED (size))                                          \
          result[i] = tc_##name##_fast (in[i], &hard);                        \
        if (hard >> 63)                                                       \
          for (size_t i = 0; i < size; i++)                                   \
            result[i] = tc_##name##_exact (in[i]);                            \
        memcpy (y, result, size * sizeof *y);                                 \
      }                                                                       \
  }

DEFINE_LOOP (exp)
DEFINE_MENDED_LOOP (log)
DEFINE_LOOP (tanh)
DEFINE_LOOP (erf)

static void
sincos_loop (size_t n, const float *x, float *sin_x, float *cos_x)
{
  float copy[BLOCK], s[BLOCK], c[BLOCK];
  for (size_t size; n > 0; n -= size, x += size, sin_x += size, cos_x += size)
    {
      size = n < BLOCK ? n : BLOCK;
      const float *in = next_block (size, x, copy);
      uint64_t hard = 0;
      FOR_LANES (i, PADDED (size))
        {
          struct tc_sincosf y = tc_sincos_fast (in[i], &hard);
          s[i] = y.sin;
          c[i] = y.cos;
        }
      if (hard >> 63)
        for (size_t i = 0; i < size; i++)
          {
            struct tc_sincosf y = tc_sincos_exact (in[i]);
            s[i] = y.sin;
            c[i] = y.cos;
          }
      memcpy (sin_x, s, size * sizeof *s);
      memcpy (cos_x, c, size * sizeof *c);
    }
}

#else

/* The double build is for checking gradients; it need not be fast.  */
#define DEFINE_LOOP(name)                                                     \
  static void                                                                 \
  name##_loop (size_t n, const double *x, double *y)                          \
  {                                                                           \
    for (size_t i = 0; i < n; i++)                                            \
      y[i] = tc_##name##_double (x[i]);                                       \
  }

DEFINE_LOOP (exp)
DEFINE_LOOP (log)
DEFINE_LOOP (tanh)
DEFINE_LOOP (erf)

static void
sincos_loop (size_t n, const double *x, double *sin_x, double *cos_x)
{
  for (size_t i = 0; i < n; i++)
    {
      struct tc_sincos y = tc_sincos_double (x[i]);
      sin_x[i] = y.sin;
      cos_x[i] = y.cos;
    }
}

#endif

const struct tc_elementary_kernels TC_ISA_SYMBOL (tc_elementary_kernels) =
{
  .exp = exp_loop,
  .log = log_loop,
  .tanh = tanh_loop,
  .erf = erf_loop,
  .sincos = sincos_loop
};
