#ifndef TC_NUMERICS_KERNELS_H
#define TC_NUMERICS_KERNELS_H

/* Private to the numerics room: the table of kernels of one instruction set.
   Each source under isa/ defines one sub-table, named with TC_ISA_SYMBOL, and
   compiles once per instruction set.  */
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

/* The tables compiled into this program, best first, ended by a NULL name;
   only those that the CPU at hand can run.  */
const struct tc_kernels *tc_kernels_find (const char *isa);

#endif
