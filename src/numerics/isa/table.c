/* The table of one instruction set: all its kernels under one name.  */

#include "numerics/isa/isa.h"
#include "numerics/kernels.h"

extern const struct tc_matmul_kernels TC_ISA_SYMBOL (tc_matmul_kernels);
extern const struct tc_elementary_kernels TC_ISA_SYMBOL (tc_elementary_kernels);
extern const struct tc_vector_kernels TC_ISA_SYMBOL (tc_vector_kernels);
extern const struct tc_kernels TC_ISA_SYMBOL (tc_kernels);

const struct tc_kernels TC_ISA_SYMBOL (tc_kernels) =
{
  .name = TC_ISA_NAME,
  .matmul = &TC_ISA_SYMBOL (tc_matmul_kernels),
  .elementary = &TC_ISA_SYMBOL (tc_elementary_kernels),
  .vector = &TC_ISA_SYMBOL (tc_vector_kernels)
};
