#ifndef TC_NUMERICS_KERNELS_H
#define TC_NUMERICS_KERNELS_H

/* Private to the numerics room: the table of kernels of one instruction set.
   Each source under isa/ defines one sub-table, named with TC_ISA_SYMBOL, and
   compiles once per instruction set.  */

#include "numerics/compute.h"
#include "numerics/real.h"

#include <stddef.h>

struct tc_matmul_kernels;      /* isa/matmul_kernel.c      */
struct tc_elementary_kernels;  /* isa/elementary_kernel.c  */
struct tc_vector_kernels;      /* isa/vector_kernel.c      */

struct tc_kernels
{
  const char *name;
  const struct tc_matmul_kernels *matmul;
  const struct tc_elementary_kernels *elementary;
  const struct tc_vector_kernels *vector;
};

/* The i-th table, best first, of those compiled into this program that the
   CPU at hand can run; NULL behind the last.  */
const struct tc_kernels *tc_kernels_at (size_t i);

/* The table of that name, or the best where isa is NULL; NULL if there is none
   that this CPU can run.  */
const struct tc_kernels *tc_kernels_find (const char *isa);

/* Scratch memory of one thread, aligned to 64 bytes: tc_matmul_kernels'
   scratch_length elements.  */
tc_real *tc_compute_scratch (const struct tc_compute *compute, int thread);

#endif
