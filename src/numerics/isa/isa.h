#ifndef TC_NUMERICS_ISA_H
#define TC_NUMERICS_ISA_H

/* What every kernel source under isa/ includes first.  The build compiles it
   once per instruction set with -DTC_ISA=portable|avx2|avx512|neon.

   Two styles of kernel live here.  Most are plain C loops over independent
   elements, written branch-free so that the compiler vectorises them; the
   matrix product uses the explicit vectors below.  Either way the result of
   one element is a fixed sequence of IEEE operations, so every instruction set
   gives the same bits.  */

#include "numerics/real.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* TC_ISA_SYMBOL (tc_matmul_kernels) is tc_matmul_kernels_avx2 in that build. */
#define TC_ISA_PASTE2(a, b) a##_##b
#define TC_ISA_PASTE(a, b) TC_ISA_PASTE2 (a, b)
#define TC_ISA_SYMBOL(name) TC_ISA_PASTE (name, TC_ISA)

#endif
