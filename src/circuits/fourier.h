#ifndef TC_CIRCUITS_FOURIER_H
#define TC_CIRCUITS_FOURIER_H

#include "circuits/dense.h"
#include "numerics/error.h"

#include <stddef.h>

/* The real, orthonormal Fourier basis of functions on 0 ... n-1, with the
   modular-addition notebook's names and order:

     row 0          "const"   1 / sqrt(n)
     row 2k - 1     "cos k"   sqrt(2/n) cos(2 pi k x / n),  k = 1 ... ceil(n/2) - 1
     row 2k         "sin k"   sqrt(2/n) sin(2 pi k x / n)
     row n - 1      "+-1"     (-1)^x / sqrt(n), where n is even

   Angles are reduced exactly (k x modulo n, then to an eighth of a turn), so the
   entries are good to about 1 ulp and exactly symmetric; everything is float64,
   summed in index order with separately rounded products, hence the same bits
   on every machine.  */
struct tc_fourier
{
  size_t n;
  struct tc_dense basis;        /* [n, n], one basis function a row */
};

/* cos and sin of `part` / `whole` of a full turn; part < whole.  */
void tc_turn (size_t part, size_t whole, double *cosine, double *sine);

/* n >= 1, else TC_EINVAL.  Free with tc_fourier_free, which accepts a zeroed
   struct.  */
enum tc_status tc_fourier_alloc (struct tc_fourier *f, size_t n,
                                 struct tc_error *err) TC_MUST_USE;
void tc_fourier_free (struct tc_fourier *f);

/* How many frequencies have both a cosine and a sine: 1 ... this number.  */
size_t tc_fourier_frequencies (const struct tc_fourier *f);

/* Rows of frequency k (1 <= k <= tc_fourier_frequencies), and the frequency of
   a row: 0 for const, n/2 for +-1.  */
size_t tc_fourier_cos (size_t k);
size_t tc_fourier_sin (size_t k);
size_t tc_fourier_frequency (size_t row);

/* "const", "cos 3", "sin 3", "+-1".  */
enum { TC_FOURIER_NAME = 32 };
void tc_fourier_name (const struct tc_fourier *f, size_t row, char name[TC_FOURIER_NAME]);

/* The Gram matrix basis basis^T, [n, n]; allocated.  It is the identity up to
   rounding.  */
enum tc_status tc_fourier_gram (const struct tc_fourier *f, struct tc_dense *gram,
                                struct tc_error *err) TC_MUST_USE;

/* From values to coefficients (the notebook's fft1d) and back.  */
enum tc_fourier_way
{
  TC_FOURIER_FORWARD,
  TC_FOURIER_INVERSE
};

/* Transforms the middle axis of in [outer, n, inner] into out of that shape;
   they must not overlap.  Vector-valued functions of x in rows (a W_E [n, d])
   are outer = 1, inner = d; one function per row, outer = rows, inner = 1.  */
void tc_fourier_axis (const struct tc_fourier *f, enum tc_fourier_way way, size_t outer,
                      size_t inner, const double *in, double *out);

/* Of a matrix with n rows: its functions of the row, one per column.
   TC_EINVAL if it has another number of rows; out is allocated.  */
enum tc_status tc_fourier_columns (const struct tc_fourier *f, enum tc_fourier_way way,
                                   const struct tc_dense *in, struct tc_dense *out,
                                   struct tc_error *err) TC_MUST_USE;

/* norms[k-1], k = 1 ... n/2 (rounded down): the Euclidean norm of what a matrix
   with n rows has at frequency k, cosine and sine together; of what it has at
   each row of the basis.  */
enum tc_status tc_fourier_norms (const struct tc_fourier *f, const struct tc_dense *in,
                                 double *norms, struct tc_error *err) TC_MUST_USE;
enum tc_status tc_fourier_row_norms (const struct tc_fourier *f, const struct tc_dense *in,
                                     double *norms, struct tc_error *err) TC_MUST_USE;

#endif
