#include "numerics/vector.h"

#include "numerics/ranges.h"
#include "numerics/vector_kernels.h"

#include <string.h>

/* Every function here cuts its outputs into ranges, one per thread, and hands
   each to the kernel of the chosen instruction set.  */

/* Columns and elements are cut at multiples of this, so that vectors stay
   whole.  */
enum { UNIT = 64 };

/* The arguments of a pass, whichever of them it has.  */
struct pass
{
  size_t rows, d;
  const tc_real *a, *b, *c;
  const int32_t *index_a, *index_b;
  tc_real eps;
  tc_real *out, *out2, *out3;
  const void *scalars;
};

/* Defines the range function NAME_range, whose body sees the kernels k, the
   pass p, the range and where the range begins in a matrix.  */
#define RANGE(name, body)                                                     \
  static void                                                                 \
  name##_range (const struct tc_vector_kernels *k, const void *args,          \
                size_t begin, size_t end)                                     \
  {                                                                           \
    const struct pass *p = args;                                              \
    const size_t n = end - begin, at = begin * p->d;                          \
    (void) n, (void) at;                                                      \
    body;                                                                     \
  }

/* --- Sums, copies and rows found by index --- */

/* What an element costs whose operands come from far memory, beside an addition. */
static const double memory_steps = 1.5;

RANGE (add, k->add (n, p->a + begin, p->b + begin, p->out + begin))

void
tc_add (struct tc_compute *compute, size_t n,
        const tc_real *a, const tc_real *b, tc_real *out)
{
  struct pass pass = { .a = a, .b = b, .out = out };
  tc_for_ranges (compute, n, UNIT, memory_steps * n, add_range, &pass);
}

RANGE (zero, (void) k; memset (p->out + begin, 0, n * sizeof *p->out))

void
tc_zero (struct tc_compute *compute, size_t n, tc_real *out)
{
  struct pass pass = { .out = out };
  tc_for_ranges (compute, n, UNIT, n, zero_range, &pass);
}

RANGE (add_rows, k->add_rows (begin, end, p->d, p->a, p->index_a, p->b, p->index_b, p->out))

void
tc_add_rows (struct tc_compute *compute, size_t rows, size_t d,
             const tc_real *a, const int32_t *index_a,
             const tc_real *b, const int32_t *index_b, tc_real *out)
{
  struct pass pass = { .d = d, .a = a, .index_a = index_a, .b = b, .index_b = index_b,
                       .out = out };
  tc_for_ranges (compute, rows, 1, memory_steps * rows * d, add_rows_range, &pass);
}

RANGE (gather_rows, k->gather_rows (begin, end, p->d, p->a, p->index_a, p->out))

void
tc_gather_rows (struct tc_compute *compute, size_t rows, size_t d,
                const tc_real *x, const int32_t *index, tc_real *out)
{
  struct pass pass = { .d = d, .a = x, .index_a = index, .out = out };
  tc_for_ranges (compute, rows, 1, memory_steps * rows * d, gather_rows_range, &pass);
}

RANGE (scatter_add_rows,
       k->scatter_add_rows (p->rows, p->d, begin, end, p->a, p->index_a, p->out))

void
tc_scatter_add_rows (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *x, const int32_t *index, tc_real *out)
{
  struct pass pass = { .rows = rows, .d = d, .a = x, .index_a = index, .out = out };
  tc_for_ranges (compute, d, TC_LANES, memory_steps * rows * d, scatter_add_rows_range, &pass);
}

RANGE (column_sums, k->column_sums (p->rows, p->d, begin, end, p->a, p->out))

void
tc_column_sums (struct tc_compute *compute, size_t rows, size_t d,
                const tc_real *x, tc_real *out)
{
  struct pass pass = { .rows = rows, .d = d, .a = x, .out = out };
  tc_for_ranges (compute, d, TC_LANES, memory_steps * rows * d, column_sums_range, &pass);
}

RANGE (column_dots, k->column_dots (p->rows, p->d, begin, end, p->a, p->b, p->out))

void
tc_column_dots (struct tc_compute *compute, size_t rows, size_t d,
                const tc_real *a, const tc_real *b, tc_real *out)
{
  struct pass pass = { .rows = rows, .d = d, .a = a, .b = b, .out = out };
  tc_for_ranges (compute, d, TC_LANES, memory_steps * rows * d, column_dots_range, &pass);
}

/* --- Layer normalisation --- */

RANGE (center_rows, k->center_rows (n, p->d, p->eps, p->a + at, p->out + at, p->out2 + begin))

void
tc_center_rows (struct tc_compute *compute, size_t rows, size_t d, double eps,
                const tc_real *x, tc_real *centred, tc_real *scale)
{
  struct pass pass = { .d = d, .eps = (tc_real) eps, .a = x, .out = centred, .out2 = scale };
  tc_for_ranges (compute, rows, 1, 3.0 * rows * d, center_rows_range, &pass);
}

RANGE (divide_rows, k->divide_rows (n, p->d, p->a + at, p->b + begin, p->out + at))

void
tc_divide_rows (struct tc_compute *compute, size_t rows, size_t d,
                const tc_real *x, const tc_real *scale, tc_real *y)
{
  struct pass pass = { .d = d, .a = x, .b = scale, .out = y };
  tc_for_ranges (compute, rows, 1, (double) rows * d, divide_rows_range, &pass);
}

RANGE (scale_columns, k->scale_columns (n, p->d, p->a + at, p->b, p->c, p->out + at))

void
tc_scale_columns (struct tc_compute *compute, size_t rows, size_t d,
                  const tc_real *x, const tc_real *w, const tc_real *b, tc_real *y)
{
  struct pass pass = { .d = d, .a = x, .b = w, .c = b, .out = y };
  tc_for_ranges (compute, rows, 1, (double) rows * d, scale_columns_range, &pass);
}

RANGE (multiply_columns, k->multiply_columns (n, p->d, p->a + at, p->b, p->out + at))

void
tc_multiply_columns (struct tc_compute *compute, size_t rows, size_t d,
                     const tc_real *dy, const tc_real *w, tc_real *dx)
{
  struct pass pass = { .d = d, .a = dy, .b = w, .out = dx };
  tc_for_ranges (compute, rows, 1, (double) rows * d, multiply_columns_range, &pass);
}

RANGE (normalize_backward,
       k->normalize_backward (n, p->d, p->a + at, p->b + at, p->c + begin, p->out + at))

void
tc_normalize_backward (struct tc_compute *compute, size_t rows, size_t d,
                       const tc_real *dn, const tc_real *normalized,
                       const tc_real *scale, tc_real *dx)
{
  struct pass pass = { .d = d, .a = dn, .b = normalized, .c = scale, .out = dx };
  tc_for_ranges (compute, rows, 1, 3.0 * rows * d, normalize_backward_range, &pass);
}

RANGE (scale_backward,
       k->scale_backward (n, p->d, p->a + at, p->b + at, p->c + begin, p->out + begin))

void
tc_scale_backward (struct tc_compute *compute, size_t rows, size_t d,
                   const tc_real *dn, const tc_real *normalized,
                   const tc_real *scale, tc_real *dscale)
{
  struct pass pass = { .d = d, .a = dn, .b = normalized, .c = scale, .out = dscale };
  tc_for_ranges (compute, rows, 1, (double) rows * d, scale_backward_range, &pass);
}

/* --- Softmax --- */

/* What an elementary function costs beside an addition.  */
static const double elementary_steps = 10;

RANGE (softmax_rows, k->softmax_rows (n, p->d, p->a + at, p->out + at))

void
tc_softmax_rows (struct tc_compute *compute, size_t rows, size_t d,
                 const tc_real *x, tc_real *y)
{
  struct pass pass = { .d = d, .a = x, .out = y };
  tc_for_ranges (compute, rows, 1, elementary_steps * rows * d, softmax_rows_range, &pass);
}

RANGE (softmax_rows_backward,
       k->softmax_rows_backward (n, p->d, p->a + at, p->b + at, p->out + at))

void
tc_softmax_rows_backward (struct tc_compute *compute, size_t rows, size_t d,
                          const tc_real *y, const tc_real *dy, tc_real *dx)
{
  struct pass pass = { .d = d, .a = y, .b = dy, .out = dx };
  tc_for_ranges (compute, rows, 1, 2.0 * rows * d, softmax_rows_backward_range, &pass);
}

/* --- Activations --- */

/* Defines tc_NAME and tc_NAME_backward for an elementwise activation.  */
#define ACTIVATION(name, steps)                                               \
  RANGE (name, k->name (n, p->a + begin, p->out + begin))                     \
  RANGE (name##_backward,                                                     \
         k->name##_backward (n, p->a + begin, p->b + begin, p->out + begin))  \
                                                                              \
  void                                                                        \
  tc_##name (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y) \
  {                                                                           \
    struct pass pass = { .a = x, .out = y };                                  \
    tc_for_ranges (compute, n, UNIT, (steps) * n, name##_range, &pass);          \
  }                                                                           \
                                                                              \
  void                                                                        \
  tc_##name##_backward (struct tc_compute *compute, size_t n, const tc_real *x, \
                        const tc_real *dy, tc_real *dx)                       \
  {                                                                           \
    struct pass pass = { .a = x, .b = dy, .out = dx };                        \
    tc_for_ranges (compute, n, UNIT, (steps) * n, name##_backward_range, &pass); \
  }

ACTIVATION (relu, memory_steps)
ACTIVATION (gelu, elementary_steps)
ACTIVATION (gelu_new, elementary_steps)

RANGE (solu, k->solu (n, p->d, p->a + at, p->out + at))

void
tc_solu (struct tc_compute *compute, size_t rows, size_t d, const tc_real *x, tc_real *y)
{
  struct pass pass = { .d = d, .a = x, .out = y };
  tc_for_ranges (compute, rows, 1, elementary_steps * rows * d, solu_range, &pass);
}

RANGE (solu_backward, k->solu_backward (n, p->d, p->a + at, p->b + at, p->out + at))

void
tc_solu_backward (struct tc_compute *compute, size_t rows, size_t d,
                  const tc_real *x, const tc_real *dy, tc_real *dx)
{
  struct pass pass = { .d = d, .a = x, .b = dy, .out = dx };
  tc_for_ranges (compute, rows, 1, elementary_steps * rows * d, solu_backward_range, &pass);
}

/* --- Loss --- */

struct nll_pass
{
  size_t d;
  const tc_real *const *x;
  const int32_t *target;
  double scale;
  double *nll;
  tc_real *dx;
};

static void
nll_range (const struct tc_vector_kernels *k, const void *args, size_t begin, size_t end)
{
  const struct nll_pass *p = args;
  k->nll_rows (begin, end, p->d, p->x, p->target, p->scale, p->nll, p->dx);
}

void
tc_nll_rows (struct tc_compute *compute, size_t rows, size_t d, const tc_real *const *x,
             const int32_t *target, double scale, double *nll, tc_real *dx)
{
  const struct nll_pass pass = { d, x, target, scale, nll, dx };
  tc_for_ranges (compute, rows, 1, 2 * elementary_steps * rows * d, nll_range, &pass);
}

/* --- Optimiser updates --- */

RANGE (adam_update,
       k->adam_update (n, p->out + begin, p->a + begin, p->out2 + begin, p->out3 + begin,
                       p->scalars))

void
tc_adam_update (struct tc_compute *compute, size_t n, tc_real *p, const tc_real *g,
                tc_real *exp_avg, tc_real *exp_avg_sq,
                const struct tc_adam_scalars *scalars)
{
  struct pass pass = { .out = p, .a = g, .out2 = exp_avg, .out3 = exp_avg_sq,
                       .scalars = scalars };
  tc_for_ranges (compute, n, UNIT, 4.0 * n, adam_update_range, &pass);
}

RANGE (sgd_update,
       k->sgd_update (n, p->out + begin, p->a + begin,
                      p->out2 == NULL ? NULL : p->out2 + begin, p->scalars))

void
tc_sgd_update (struct tc_compute *compute, size_t n, tc_real *p, const tc_real *g,
               tc_real *buffer, const struct tc_sgd_scalars *scalars)
{
  struct pass pass = { .out = p, .a = g, .out2 = buffer, .scalars = scalars };
  tc_for_ranges (compute, n, UNIT, (double) n, sgd_update_range, &pass);
}
