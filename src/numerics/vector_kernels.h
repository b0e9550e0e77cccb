#ifndef TC_NUMERICS_VECTOR_KERNELS_H
#define TC_NUMERICS_VECTOR_KERNELS_H

#include "numerics/causal.h"
#include "numerics/vector.h"

/* Sequences begin ... end - 1, heads first_head ... end_head - 1.  */
struct tc_causal_part
{
  size_t begin, end;
  size_t first_head, end_head;
};

/* Private to the numerics room: the passes of vector.h and causal.h for one
   instruction set, one thread.  Where a pass runs down columns it takes the
   range of columns to work on, so that threads divide outputs only.  */
struct tc_vector_kernels
{
  void (*add) (size_t n, const tc_real *a, const tc_real *b, tc_real *out);
  void (*add_rows) (size_t begin, size_t end, size_t d,
                    const tc_real *a, const int32_t *index_a,
                    const tc_real *b, const int32_t *index_b, tc_real *out);
  void (*gather_rows) (size_t begin, size_t end, size_t d,
                       const tc_real *x, const int32_t *index, tc_real *out);
  void (*scatter_add_rows) (size_t rows, size_t d, size_t begin, size_t end,
                            const tc_real *x, const int32_t *index, tc_real *out);
  void (*column_sums) (size_t rows, size_t d, size_t begin, size_t end,
                       const tc_real *x, tc_real *out);
  void (*column_dots) (size_t rows, size_t d, size_t begin, size_t end,
                       const tc_real *a, const tc_real *b, tc_real *out);

  void (*center_rows) (size_t rows, size_t d, tc_real eps,
                       const tc_real *x, tc_real *centred, tc_real *scale);
  void (*divide_rows) (size_t rows, size_t d, const tc_real *x,
                       const tc_real *scale, tc_real *y);
  void (*scale_columns) (size_t rows, size_t d, const tc_real *x,
                         const tc_real *w, const tc_real *b, tc_real *y);
  void (*multiply_columns) (size_t rows, size_t d, const tc_real *dy,
                            const tc_real *w, tc_real *dx);
  void (*normalize_backward) (size_t rows, size_t d, const tc_real *dn,
                              const tc_real *normalized, const tc_real *scale,
                              tc_real *dx);
  void (*scale_backward) (size_t rows, size_t d, const tc_real *dn,
                          const tc_real *normalized, const tc_real *scale,
                          tc_real *dscale);

  void (*softmax_rows) (size_t rows, size_t d, const tc_real *x, tc_real *y);
  void (*softmax_rows_backward) (size_t rows, size_t d, const tc_real *y,
                                 const tc_real *dy, tc_real *dx);

  void (*relu) (size_t n, const tc_real *x, tc_real *y);
  void (*relu_backward) (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx);
  void (*gelu) (size_t n, const tc_real *x, tc_real *y);
  void (*gelu_backward) (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx);
  void (*gelu_new) (size_t n, const tc_real *x, tc_real *y);
  void (*gelu_new_backward) (size_t n, const tc_real *x, const tc_real *dy, tc_real *dx);
  void (*solu) (size_t rows, size_t d, const tc_real *x, tc_real *y);
  void (*solu_backward) (size_t rows, size_t d, const tc_real *x,
                         const tc_real *dy, tc_real *dx);

  void (*nll_rows) (size_t begin, size_t end, size_t d, const tc_real *const *x,
                    const int32_t *target, double scale, double *nll, tc_real *dx);

  void (*adam_update) (size_t n, tc_real *p, const tc_real *g, tc_real *exp_avg,
                       tc_real *exp_avg_sq, const struct tc_adam_scalars *scalars);
  void (*sgd_update) (size_t n, tc_real *p, const tc_real *g, tc_real *buffer,
                      const struct tc_sgd_scalars *scalars);

  /* causal.h */
  void (*causal_dots) (const struct tc_causal *causal, struct tc_causal_part part,
                       struct tc_head_rows q, struct tc_head_rows k,
                       tc_real divisor, tc_real *scores);
  void (*causal_lookup) (const struct tc_causal *causal, struct tc_causal_part part,
                         struct tc_score_table table, tc_real *scores);
  void (*causal_collect) (const struct tc_causal *causal, size_t head,
                          const tc_real *dscores, struct tc_score_table table);
  void (*causal_softmax) (const struct tc_causal *causal, struct tc_causal_part part,
                          tc_real *scores);
  void (*causal_softmax_backward) (const struct tc_causal *causal,
                                   struct tc_causal_part part, const tc_real *pattern,
                                   tc_real divisor, tc_real *dscores);
  void (*causal_sums) (const struct tc_causal *causal, struct tc_causal_part part,
                       const tc_real *weights, struct tc_head_rows v, tc_real *z);
  /* Columns begin ... end - 1 of all heads' n_heads * d_head, of sequences
     first ... last - 1.  */
  void (*causal_scatter) (const struct tc_causal *causal, size_t first, size_t last,
                          size_t begin, size_t end,
                          const tc_real *weights, struct tc_head_rows q,
                          tc_real *dk, size_t stride, const int32_t *index);
};

#endif
