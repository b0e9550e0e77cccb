#ifndef TC_NUMERICS_ISA_H
#define TC_NUMERICS_ISA_H

/* What every kernel source under isa/ includes first.  The build compiles it
   once per instruction set with -DTC_ISA=portable|avx2|avx512|neon.

   Two styles of kernel live here.  Most are plain C loops over independent
   elements, written branch-free so that the compiler vectorises them; the
   matrix product uses the explicit vectors below.  Either way the result of
   one element is a fixed sequence of IEEE operations, so every instruction set
   gives the same bits.  */

/* Kernels want to be unrolled and vectorised whatever level the rest of the
   program is compiled at: GCC does so at -O3 only, which costs a factor of two
   at -O2.  The other options are the build's, in case the pragma forgets them. */
#if defined __GNUC__ && !defined __clang__ && defined __OPTIMIZE__
# pragma GCC optimize ("O3", "fp-contract=off", "no-math-errno", "no-trapping-math")
#endif

#include "numerics/real.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* TC_ISA_SYMBOL (tc_matmul_kernels) is tc_matmul_kernels_avx2 in that build. */
#define TC_ISA_PASTE2(a, b) a##_##b
#define TC_ISA_PASTE(a, b) TC_ISA_PASTE2 (a, b)
#define TC_ISA_SYMBOL(name) TC_ISA_PASTE (name, TC_ISA)

/* TC_ISA as a number, so that #if can ask for it.  */
#define TC_ISA_ID_portable 0
#define TC_ISA_ID_avx2 1
#define TC_ISA_ID_avx512 2
#define TC_ISA_ID_neon 3
#define TC_ISA_ID TC_ISA_PASTE (TC_ISA_ID, TC_ISA)

#define TC_ISA_STRING2(name) #name
#define TC_ISA_STRING(name) TC_ISA_STRING2 (name)
#define TC_ISA_NAME TC_ISA_STRING (TC_ISA)

#define TC_INLINE static inline __attribute__ ((always_inline, unused))

/* Before a loop whose bounds are constants once it is inlined.  */
#if defined __clang__
# define TC_UNROLL _Pragma ("clang loop unroll(full)")
#else
# define TC_UNROLL _Pragma ("GCC unroll 32")
#endif

/* Keeps the compiler from deriving one pointer from another: it would spill
   the twelve it invents.  */
#define TC_OPAQUE(pointer) __asm__ ("" : "+r" (pointer))

/* Whether __builtin_fma compiles to one instruction.  Clang 14 does not define
   the __FP_FAST_ macros of GCC on x86.  */
#if defined __FP_FAST_FMAF || defined __FMA__ || defined __aarch64__
# define TC_ISA_HAS_FMA 1
#else
# define TC_ISA_HAS_FMA 0
#endif

/* --- Fused multiply-add without the instruction ---

   Rounding a double to odd (truncate, then set the last bit if anything was
   cut off) keeps the information that a second rounding needs, so
   round (round_to_odd (x)) == round (x) whenever the intermediate format has
   two bits to spare (Boldo and Melquiond, "Emulation of FMA and correctly
   rounded sums", IEEE Trans. Computers 57, 2008).  */

/* a + b rounded to odd.  The sum and its error come from Knuth's 2Sum; where
   the error is not zero and the sum is even, the sum moves one step towards
   the error.  Infinities and NaN have a NaN error and stay as they are.  */
TC_INLINE double
tc_isa_add_to_odd (double a, double b)
{
  double sum = a + b;
  double b_part = sum - a;
  double error = (a - (sum - b_part)) + (b - b_part);
  uint64_t sum_bits, error_bits;
  memcpy (&sum_bits, &sum, sizeof sum);
  memcpy (&error_bits, &error, sizeof error);
  uint64_t step = 1 - 2 * ((sum_bits ^ error_bits) >> 63);
  uint64_t inexact = (uint64_t) ((error < 0) | (error > 0));
  sum_bits += step & -(inexact & ~sum_bits & 1);
  memcpy (&sum, &sum_bits, sizeof sum);
  return sum;
}

/* fma in binary32 for every input: the product of two floats is exact in
   double.  */
TC_INLINE float
tc_isa_soft_fmaf (float a, float b, float c)
{
  return (float) tc_isa_add_to_odd ((double) a * (double) b, (double) c);
}

/* x y = high + low exactly, by Veltkamp's split and Dekker's product.  */
TC_INLINE double
tc_isa_two_product (double x, double y, double *low)
{
  const double splitter = 134217729.0;  /* 2^27 + 1 */
  double x_big = splitter * x, y_big = splitter * y;
  double x_high = x_big - (x_big - x), y_high = y_big - (y_big - y);
  double x_low = x - x_high, y_low = y - y_high;
  double high = x * y;
  *low = ((x_high * y_high - high) + x_high * y_low + x_low * y_high)
         + x_low * y_low;
  return high;
}

/* fma in binary64, for results and products whose exponents lie between
   about -900 and 990; the elementary functions stay far inside.  */
TC_INLINE double
tc_isa_soft_fma64 (double a, double b, double c)
{
  double product_low;
  double product = tc_isa_two_product (a, b, &product_low);
  double t = c + product_low;
  double t_part = t - c;
  double t_low = (c - (t - t_part)) + (product_low - t_part);
  double sum = product + t;
  double sum_part = sum - product;
  double sum_low = (product - (sum - sum_part)) + (t - sum_part);
  return sum + tc_isa_add_to_odd (t_low, sum_low);
}

/* The one way to write a fused multiply-add in a kernel.  */
TC_INLINE double
tc_isa_fma64 (double a, double b, double c)
{
#if TC_ISA_HAS_FMA
  return __builtin_fma (a, b, c);
#else
  return tc_isa_soft_fma64 (a, b, c);
#endif
}

TC_INLINE float
tc_isa_fma32 (float a, float b, float c)
{
#if TC_ISA_HAS_FMA
  return __builtin_fmaf (a, b, c);
#else
  return tc_isa_soft_fmaf (a, b, c);
#endif
}

/* The same in tc_real; the double build must be right for every exponent.  */
TC_INLINE tc_real
tc_isa_fma (tc_real a, tc_real b, tc_real c)
{
#ifdef TC_REAL_DOUBLE
  return __builtin_fma (a, b, c);
#else
  return tc_isa_fma32 (a, b, c);
#endif
}

/* --- Explicit vectors of tc_real ---

   TC_VF_LANES elements; loads and stores need no alignment.  A tail stands for
   the first n elements of a vector, 0 < n <= TC_VF_LANES: a tail load touches
   only those and fills the rest with zeros, a tail store writes only those. */

#if TC_ISA_ID == TC_ISA_ID_avx512
# include <immintrin.h>
# define TC_VF_LANES 16
typedef __m512 tc_vf;
typedef __mmask16 tc_vf_tail;

TC_INLINE tc_vf_tail
tc_vf_first (size_t n)
{
  return (__mmask16) ((1u << n) - 1u);
}

TC_INLINE tc_vf
tc_vf_load (const tc_real *p)
{
  return _mm512_loadu_ps (p);
}

TC_INLINE tc_vf
tc_vf_load_tail (const tc_real *p, tc_vf_tail tail)
{
  return _mm512_maskz_loadu_ps (tail, p);
}

TC_INLINE void
tc_vf_store (tc_real *p, tc_vf v)
{
  _mm512_storeu_ps (p, v);
}

TC_INLINE void
tc_vf_store_tail (tc_real *p, tc_vf_tail tail, tc_vf v)
{
  _mm512_mask_storeu_ps (p, tail, v);
}

TC_INLINE tc_vf
tc_vf_set1 (tc_real x)
{
  return _mm512_set1_ps (x);
}

TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  return _mm512_fmadd_ps (a, b, c);
}

#elif TC_ISA_ID == TC_ISA_ID_avx2
# include <immintrin.h>
# define TC_VF_LANES 8
typedef __m256 tc_vf;
typedef struct { __m256i mask; size_t n; } tc_vf_tail;

TC_INLINE tc_vf_tail
tc_vf_first (size_t n)
{
  return (tc_vf_tail) {
    _mm256_cmpgt_epi32 (_mm256_set1_epi32 ((int) n),
                        _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7)),
    n };
}

TC_INLINE tc_vf
tc_vf_load (const tc_real *p)
{
  return _mm256_loadu_ps (p);
}

TC_INLINE tc_vf
tc_vf_load_tail (const tc_real *p, tc_vf_tail tail)
{
  return _mm256_maskload_ps (p, tail.mask);
}

TC_INLINE void
tc_vf_store (tc_real *p, tc_vf v)
{
  _mm256_storeu_ps (p, v);
}

/* In pieces of 4, 2 and 1: masked stores take dozens of steps on some CPUs. */
TC_INLINE void
tc_vf_store_tail (tc_real *p, tc_vf_tail tail, tc_vf v)
{
  if (tail.n == TC_VF_LANES)
    {
      tc_vf_store (p, v);
      return;
    }
  __m128 part = _mm256_castps256_ps128 (v);
  if (tail.n & 4)
    {
      _mm_storeu_ps (p, part);
      part = _mm256_extractf128_ps (v, 1);
      p += 4;
    }
  if (tail.n & 2)
    {
      _mm_storel_pi ((__m64 *) p, part);
      part = _mm_movehl_ps (part, part);
      p += 2;
    }
  if (tail.n & 1)
    _mm_store_ss (p, part);
}

TC_INLINE tc_vf
tc_vf_set1 (tc_real x)
{
  return _mm256_set1_ps (x);
}

TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  return _mm256_fmadd_ps (a, b, c);
}

#else
/* Neon and portable: vectors of 16 bytes, which every 64-bit CPU has.  */
# if TC_ISA_ID == TC_ISA_ID_neon
#  include <arm_neon.h>
# endif
# ifdef TC_REAL_DOUBLE
#  define TC_VF_LANES 2
# else
#  define TC_VF_LANES 4
# endif
typedef tc_real tc_vf __attribute__ ((vector_size (16)));
typedef size_t tc_vf_tail;

TC_INLINE tc_vf_tail
tc_vf_first (size_t n)
{
  return n;
}

TC_INLINE tc_vf
tc_vf_load (const tc_real *p)
{
  tc_vf v;
  memcpy (&v, p, sizeof v);
  return v;
}

TC_INLINE tc_vf
tc_vf_load_tail (const tc_real *p, tc_vf_tail tail)
{
  tc_vf v = { 0 };
  if (tail == TC_VF_LANES)
    return tc_vf_load (p);
  for (size_t i = 0; i < tail; i++)
    v[i] = p[i];
  return v;
}

TC_INLINE void
tc_vf_store (tc_real *p, tc_vf v)
{
  memcpy (p, &v, sizeof v);
}

TC_INLINE void
tc_vf_store_tail (tc_real *p, tc_vf_tail tail, tc_vf v)
{
  if (tail == TC_VF_LANES)
    tc_vf_store (p, v);
  else
    for (size_t i = 0; i < tail; i++)
      p[i] = v[i];
}

TC_INLINE tc_vf
tc_vf_set1 (tc_real x)
{
  return x - (tc_vf) { 0 };
}

# if TC_ISA_ID == TC_ISA_ID_neon
TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  return (tc_vf) vfmaq_f32 ((float32x4_t) c, (float32x4_t) a, (float32x4_t) b);
}
# elif TC_ISA_HAS_FMA || defined TC_REAL_DOUBLE
TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  tc_vf r;
  for (int i = 0; i < TC_VF_LANES; i++)
    r[i] = tc_isa_fma (a[i], b[i], c[i]);
  return r;
}
# else
/* tc_isa_soft_fmaf, two at a time.  */
typedef float tc_isa_float2 __attribute__ ((vector_size (8)));
typedef double tc_isa_double2 __attribute__ ((vector_size (16)));
typedef int64_t tc_isa_long2 __attribute__ ((vector_size (16)));

TC_INLINE tc_isa_float2
tc_isa_soft_fma_pair (tc_isa_float2 a, tc_isa_float2 b, tc_isa_float2 c)
{
  tc_isa_double2 product = __builtin_convertvector (a, tc_isa_double2)
                           * __builtin_convertvector (b, tc_isa_double2);
  tc_isa_double2 addend = __builtin_convertvector (c, tc_isa_double2);
  tc_isa_double2 sum = product + addend;
  tc_isa_double2 part = sum - product;
  tc_isa_double2 error = (product - (sum - part)) + (addend - part);
  tc_isa_long2 sum_bits = (tc_isa_long2) sum;
  tc_isa_long2 error_bits = (tc_isa_long2) error;
  typedef uint64_t ulong2 __attribute__ ((vector_size (16)));
  tc_isa_long2 opposite = (tc_isa_long2) ((ulong2) (sum_bits ^ error_bits) >> 63);
  tc_isa_long2 inexact = (error < 0.0) | (error > 0.0);
  sum_bits += (1 - 2 * opposite) & inexact & ((sum_bits & 1) - 1);
  return __builtin_convertvector ((tc_isa_double2) sum_bits, tc_isa_float2);
}

TC_INLINE tc_vf
tc_isa_soft_fma_vector (tc_vf a, tc_vf b, tc_vf c)
{
  tc_isa_float2 x[2], y[2], z[2], r[2];
  tc_vf result;
  memcpy (x, &a, sizeof a);
  memcpy (y, &b, sizeof b);
  memcpy (z, &c, sizeof c);
  r[0] = tc_isa_soft_fma_pair (x[0], y[0], z[0]);
  r[1] = tc_isa_soft_fma_pair (x[1], y[1], z[1]);
  memcpy (&result, r, sizeof result);
  return result;
}

#  ifdef __SSE2__
#   include <emmintrin.h>
/* Whether rounding sum to float might round a second time: where it lies
   midway between two floats or is a denormal float.  */
TC_INLINE __m128i
tc_isa_is_risky (__m128d sum)
{
  const __m128i midway = _mm_set_epi32 (-1, 0x10000000, -1, 0x10000000);
  const __m128i tail = _mm_set_epi32 (0, 0x1fffffff, 0, 0x1fffffff);
  const __m128i exponent = _mm_set_epi32 (0x7ff00000, 0, 0x7ff00000, 0);
  const __m128i least_normal = _mm_set_epi32 (0x38100000, 0, 0x38100000, 0);
  __m128i bits = _mm_castpd_si128 (sum);
  __m128i small = _mm_cmpgt_epi32 (least_normal, _mm_and_si128 (bits, exponent));
  __m128i nonzero = _mm_castpd_si128 (_mm_cmpneq_pd (sum, _mm_setzero_pd ()));
  return _mm_or_si128 (_mm_cmpeq_epi32 (_mm_and_si128 (bits, tail), midway),
                       _mm_and_si128 (small, nonzero));
}

/* Otherwise the sum rounded to double, then to float, is the answer.  */
TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  __m128 x = (__m128) a, y = (__m128) b, z = (__m128) c;
  __m128d low = _mm_add_pd (_mm_mul_pd (_mm_cvtps_pd (x), _mm_cvtps_pd (y)),
                            _mm_cvtps_pd (z));
  x = _mm_movehl_ps (x, x);
  y = _mm_movehl_ps (y, y);
  z = _mm_movehl_ps (z, z);
  __m128d high = _mm_add_pd (_mm_mul_pd (_mm_cvtps_pd (x), _mm_cvtps_pd (y)),
                             _mm_cvtps_pd (z));
  __m128i risky = _mm_or_si128 (tc_isa_is_risky (low), tc_isa_is_risky (high));
  if (__builtin_expect (_mm_movemask_epi8 (risky) != 0, 0))
    return tc_isa_soft_fma_vector (a, b, c);
  return (tc_vf) _mm_movelh_ps (_mm_cvtpd_ps (low), _mm_cvtpd_ps (high));
}
#  else
TC_INLINE tc_vf
tc_vf_fma (tc_vf a, tc_vf b, tc_vf c)
{
  return tc_isa_soft_fma_vector (a, b, c);
}
#  endif
# endif
#endif

/* Transposes a square of TC_VF_LANES vectors.  */
#if TC_ISA_ID == TC_ISA_ID_avx512
/* 16 x 16 in four rounds of pairs: 32-bit, 64-bit, 128-bit, 256-bit pieces.  */
TC_INLINE void
tc_vf_transpose (tc_vf r[TC_VF_LANES])
{
  __m512 t[16];
  TC_UNROLL
  for (int i = 0; i < 16; i += 2)
    {
      t[i] = _mm512_unpacklo_ps (r[i], r[i + 1]);
      t[i + 1] = _mm512_unpackhi_ps (r[i], r[i + 1]);
    }
  TC_UNROLL
  for (int i = 0; i < 16; i += 4)
    {
      r[i] = _mm512_shuffle_ps (t[i], t[i + 2], 0x44);
      r[i + 1] = _mm512_shuffle_ps (t[i], t[i + 2], 0xee);
      r[i + 2] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0x44);
      r[i + 3] = _mm512_shuffle_ps (t[i + 1], t[i + 3], 0xee);
    }
  TC_UNROLL
  for (int i = 0; i < 4; i++)
    {
      t[i] = _mm512_shuffle_f32x4 (r[i], r[i + 4], 0x88);
      t[i + 4] = _mm512_shuffle_f32x4 (r[i], r[i + 4], 0xdd);
      t[i + 8] = _mm512_shuffle_f32x4 (r[i + 8], r[i + 12], 0x88);
      t[i + 12] = _mm512_shuffle_f32x4 (r[i + 8], r[i + 12], 0xdd);
    }
  TC_UNROLL
  for (int i = 0; i < 8; i++)
    {
      r[i] = _mm512_shuffle_f32x4 (t[i], t[i + 8], 0x88);
      r[i + 8] = _mm512_shuffle_f32x4 (t[i], t[i + 8], 0xdd);
    }
}
#elif TC_ISA_ID == TC_ISA_ID_avx2
TC_INLINE void
tc_vf_transpose (tc_vf r[TC_VF_LANES])
{
  __m256 t[8], u[8];
  TC_UNROLL
  for (int i = 0; i < 8; i += 2)
    {
      t[i] = _mm256_unpacklo_ps (r[i], r[i + 1]);
      t[i + 1] = _mm256_unpackhi_ps (r[i], r[i + 1]);
    }
  TC_UNROLL
  for (int i = 0; i < 8; i += 4)
    {
      u[i] = _mm256_shuffle_ps (t[i], t[i + 2], 0x44);
      u[i + 1] = _mm256_shuffle_ps (t[i], t[i + 2], 0xee);
      u[i + 2] = _mm256_shuffle_ps (t[i + 1], t[i + 3], 0x44);
      u[i + 3] = _mm256_shuffle_ps (t[i + 1], t[i + 3], 0xee);
    }
  TC_UNROLL
  for (int i = 0; i < 4; i++)
    {
      r[i] = _mm256_permute2f128_ps (u[i], u[i + 4], 0x20);
      r[i + 4] = _mm256_permute2f128_ps (u[i], u[i + 4], 0x31);
    }
}
#else
TC_INLINE void
tc_vf_transpose (tc_vf r[TC_VF_LANES])
{
  tc_vf t[TC_VF_LANES];
  for (int i = 0; i < TC_VF_LANES; i++)
    for (int j = 0; j < TC_VF_LANES; j++)
      t[i][j] = r[j][i];
  memcpy (r, t, sizeof t);
}
#endif

#endif
