#ifndef TC_NUMERICS_SELFTEST_H
#define TC_NUMERICS_SELFTEST_H

#include "numerics/compute.h"

/* Tries in a few milliseconds whether this machine, compiler and process keep
   the arithmetic contract: in every thread of compute rounding to nearest,
   denormals neither flushed nor ignored and a true fused multiply-add; in the
   kernels the digests of a few matrix products and of samples of the elementary
   functions.  Called by tc_compute_alloc.  TC_EPLATFORM names what is broken. */
enum tc_status tc_selftest (struct tc_compute *compute, struct tc_error *err)
  TC_MUST_USE;

/* The arithmetic's name, "tc1-" and sixteen hexadecimal digits: the digests
   that the self-test expects.  Two releases with the same id compute the same
   products and functions; files record it.  A static string.  */
const char *tc_numerics_id (void);

#endif
