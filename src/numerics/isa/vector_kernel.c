/* Elementwise passes, row reductions, the products of causal attention and
   optimiser updates, compiled once per instruction set.  */

#include "numerics/isa/isa.h"

#include "numerics/elementary_kernels.h"
#include "numerics/isa/elementary_double.h"
#include "numerics/vector_kernels.h"

#include <stdbool.h>

extern const struct tc_elementary_kernels TC_ISA_SYMBOL (tc_elementary_kernels);

#define TC_EXP(n, x, y) TC_ISA_SYMBOL (tc_elementary_kernels).exp (n, x, y)
#define TC_ERF(n, x, y) TC_ISA_SYMBOL (tc_elementary_kernels).erf (n, x, y)
#define TC_TANH(n, x, y) TC_ISA_SYMBOL (tc_elementary_kernels).tanh (n, x, y)

#ifdef TC_REAL_DOUBLE
# define TC_SQRT(x) __builtin_sqrt (x)
#else
# define TC_SQRT(x) __builtin_sqrtf (x)
#endif

/* Before a loop whose element i depends on elements i only: the output may be
   an input, and the compiler need not ask.  */
#if defined __clang__
# define TC_INDEPENDENT _Pragma ("clang loop vectorize(assume_safety)")
#else
# define TC_INDEPENDENT _Pragma ("GCC ivdep")
#endif

#include "numerics/isa/vector_rows.h"
#include "numerics/isa/vector_activations.h"
#include "numerics/isa/vector_slab.h"
#include "numerics/isa/vector_causal.h"
#include "numerics/isa/vector_causal_dots.h"
#include "numerics/isa/vector_causal_softmax.h"
#include "numerics/isa/vector_causal_sums.h"
#include "numerics/isa/vector_loss.h"
#include "numerics/isa/vector_updates.h"

const struct tc_vector_kernels TC_ISA_SYMBOL (tc_vector_kernels) =
{
  .add = add,
  .add_rows = add_rows,
  .gather_rows = gather_rows,
  .scatter_add_rows = scatter_add_rows,
  .column_sums = column_sums,
  .column_dots = column_dots,
  .center_rows = center_rows,
  .divide_rows = divide_rows,
  .scale_columns = scale_columns,
  .multiply_columns = multiply_columns,
  .normalize_backward = normalize_backward,
  .scale_backward = scale_backward,
  .softmax_rows = softmax_rows,
  .softmax_rows_backward = softmax_rows_backward,
  .relu = relu,
  .relu_backward = relu_backward,
  .gelu = gelu,
  .gelu_backward = gelu_backward,
  .gelu_new = gelu_new,
  .gelu_new_backward = gelu_new_backward,
  .solu = solu,
  .solu_backward = solu_backward,
  .nll_rows = nll_rows,
  .adam_update = adam_update,
  .sgd_update = sgd_update,
  .causal_dots = causal_dots,
  .causal_lookup = causal_lookup,
  .causal_collect = causal_collect,
  .causal_softmax = causal_softmax,
  .causal_softmax_backward = causal_softmax_backward,
  .causal_sums = causal_sums,
  .causal_scatter = causal_scatter
};
