#ifndef TC_NUMERICS_ELEMENTARY_KERNELS_H
#define TC_NUMERICS_ELEMENTARY_KERNELS_H

#include "numerics/real.h"

#include <stddef.h>

/* Private to the numerics room: the elementary functions of one instruction
   set, one thread.  y may equal x (in sincos: either output, not both).  */
struct tc_elementary_kernels
{
  void (*exp) (size_t n, const tc_real *x, tc_real *y);
  void (*log) (size_t n, const tc_real *x, tc_real *y);
  void (*tanh) (size_t n, const tc_real *x, tc_real *y);
  void (*erf) (size_t n, const tc_real *x, tc_real *y);
  void (*sincos) (size_t n, const tc_real *x, tc_real *sin_x, tc_real *cos_x);
};

#endif
