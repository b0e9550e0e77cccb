#ifndef TC_NUMERICS_VECTOR_H
#define TC_NUMERICS_VECTOR_H

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stddef.h>
#include <stdint.h>

/* Elementwise passes and row-wise reductions, compiled per instruction set.
   A reduction over a row of n elements uses TC_LANES virtual lanes: element i
   is accumulated into lane i mod TC_LANES in ascending order, then the lanes
   are combined in index order.  So its bits depend on n only, never on the
   vector width.  Sums down a column run through the rows in ascending order.
   Outputs are spread over threads where there are enough of them.

   Matrices are row-major, [rows, d].  Unless a function says otherwise an
   output may be the same array as an input of its shape, but not overlap it
   in part.  An index array names rows of the matrix it goes with; NULL stands
   for 0, 1, 2 ...  */

enum { TC_LANES = 16 };

/* --- Sums, copies and rows found by index --- */

/* out = a + b, n elements.  */
void tc_add (struct tc_compute *compute, size_t n,
             const tc_real *a, const tc_real *b, tc_real *out);

/* out = 0, n elements.  */
void tc_zero (struct tc_compute *compute, size_t n, tc_real *out);

/* out[r] = a[index_a[r]] + b[index_b[r]].  out is neither a nor b, except
   where its index is NULL.  */
void tc_add_rows (struct tc_compute *compute, size_t rows, size_t d,
                  const tc_real *a, const int32_t *index_a,
                  const tc_real *b, const int32_t *index_b, tc_real *out);

/* out[r] = x[index[r]]; out is not x.  */
void tc_gather_rows (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *x, const int32_t *index, tc_real *out);

/* out[index[r]] += x[r], r ascending; out is not x.  */
void tc_scatter_add_rows (struct tc_compute *compute, size_t rows, size_t d,
                          const tc_real *x, const int32_t *index, tc_real *out);

/* out[j] = sum over r of x[r, j].  */
void tc_column_sums (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *x, tc_real *out);

/* out[j] = sum over r of a[r, j] b[r, j].  */
void tc_column_dots (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *a, const tc_real *b, tc_real *out);

/* --- Layer normalisation, in the steps that TransformerLens hooks ---

   centred = x - mean (x), scale = sqrt (mean (centred^2) + eps),
   normalized = centred / scale, y = normalized w + b.  */

void tc_center_rows (struct tc_compute *compute, size_t rows, size_t d, double eps,
                     const tc_real *x, tc_real *centred, tc_real *scale);
void tc_divide_rows (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *x, const tc_real *scale, tc_real *y);
void tc_scale_columns (struct tc_compute *compute, size_t rows, size_t d,
                       const tc_real *x, const tc_real *w, const tc_real *b,
                       tc_real *y);
/* dx = dy w for the last step; the other three steps at once:
   dx = (dn - mean (dn) - normalized mean (dn normalized)) / scale.  */
void tc_multiply_columns (struct tc_compute *compute, size_t rows, size_t d,
                          const tc_real *dy, const tc_real *w, tc_real *dx);
void tc_normalize_backward (struct tc_compute *compute, size_t rows, size_t d,
                            const tc_real *dn, const tc_real *normalized,
                            const tc_real *scale, tc_real *dx);
/* dscale[r] = - dn[r] . normalized[r] / scale[r], for whoever asks for it.  */
void tc_scale_backward (struct tc_compute *compute, size_t rows, size_t d,
                        const tc_real *dn, const tc_real *normalized,
                        const tc_real *scale, tc_real *dscale);

/* --- Softmax of rows: y = exp (x - max x) / sum of the same --- */

void tc_softmax_rows (struct tc_compute *compute, size_t rows, size_t d,
                      const tc_real *x, tc_real *y);
/* dx = y (dy - y . dy).  */
void tc_softmax_rows_backward (struct tc_compute *compute, size_t rows, size_t d,
                               const tc_real *y, const tc_real *dy, tc_real *dx);

/* --- Activations, each with its gradient dx = dy f'(x) ---

   gelu: x (1 + erf (x / sqrt 2)) / 2.  gelu_new: the tanh form, x (1 + tanh
   (sqrt (2 / pi) (x + 0.044715 x^3))) / 2.  Both evaluate in the order of
   PyTorch's CPU kernels.  solu: x softmax (x) over each row of d (Elhage et al.
   2022, without the layer norm).  */

void tc_relu (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_relu_backward (struct tc_compute *compute, size_t n,
                       const tc_real *x, const tc_real *dy, tc_real *dx);
void tc_gelu (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_gelu_backward (struct tc_compute *compute, size_t n,
                       const tc_real *x, const tc_real *dy, tc_real *dx);
void tc_gelu_new (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y);
void tc_gelu_new_backward (struct tc_compute *compute, size_t n,
                           const tc_real *x, const tc_real *dy, tc_real *dx);
/* y is not x; dx is neither x nor dy.  */
void tc_solu (struct tc_compute *compute, size_t rows, size_t d,
              const tc_real *x, tc_real *y);
void tc_solu_backward (struct tc_compute *compute, size_t rows, size_t d,
                       const tc_real *x, const tc_real *dy, tc_real *dx);

/* --- Loss, in double whatever tc_real is ---

   nll[r] = -log softmax (x[r])[target[r]] in nats for rows of d that begin at
   x[r], and, unless dx is NULL, dx[r,:] = scale (softmax (x[r]) - onehot),
   rounded once.  NaN where a row has one or its largest element is infinite.  */

void tc_nll_rows (struct tc_compute *compute, size_t rows, size_t d,
                  const tc_real *const *x, const int32_t *target, double scale,
                  double *nll, tc_real *dx);

/* --- Optimiser updates ---

   Bit for bit what PyTorch 2.13 does to contiguous float32 tensors on a CPU
   with fma (torch.optim, foreach=False), except that PyTorch's square root of
   long tensors comes from a vendor library and is off by an ulp now and then;
   ours is correctly rounded.  Scalars arrive in double and are rounded once,
   as PyTorch rounds them.  */

struct tc_adam_scalars
{
  double decay;                 /* p *= decay first; 1 for none.  AdamW: 1 - lr weight_decay */
  double l2;                    /* g += l2 p first; 0 for none.  Adam: weight_decay */
  double lerp_weight;           /* 1 - beta1 */
  double beta2;
  double one_minus_beta2;
  double bias_correction2_sqrt; /* sqrt (1 - beta2^t) */
  double eps;
  double step_size;             /* lr / (1 - beta1^t) */
};

/* m += lerp_weight (g - m); v = beta2 v + one_minus_beta2 g^2;
   p -= step_size m / (sqrt (v) / bias_correction2_sqrt + eps).  */
void tc_adam_update (struct tc_compute *compute, size_t n, tc_real *p, const tc_real *g,
                     tc_real *exp_avg, tc_real *exp_avg_sq,
                     const struct tc_adam_scalars *scalars);

struct tc_sgd_scalars
{
  double l2;                    /* weight_decay: g += l2 p first; 0 for none */
  double momentum;              /* 0: the buffer is neither read nor written */
  double lr;
  int first;                    /* the buffer starts as g, not as momentum 0 + g */
};

/* buffer = momentum buffer + g; p -= lr buffer.  */
void tc_sgd_update (struct tc_compute *compute, size_t n, tc_real *p, const tc_real *g,
                    tc_real *buffer, const struct tc_sgd_scalars *scalars);

#endif
