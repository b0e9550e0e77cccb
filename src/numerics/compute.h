#ifndef TC_NUMERICS_COMPUTE_H
#define TC_NUMERICS_COMPUTE_H

#include "numerics/error.h"

/* Who computes: an instruction set, a number of threads and their scratch
   memory.  Results never depend on any of them; only speed does.  A compute
   context is used by one caller at a time; everything heavy takes it first. */
struct tc_compute;

/* Creates a context.  isa is "portable", "avx2", "avx512", "neon" or NULL for
   the best this CPU has; an unknown or unsupported name is TC_EINVAL.
   n_threads is 1 or more; 0 means all the process may use.  Programs pass
   getenv ("TC_KERNELS") as isa.  Runs the start-up self-test of the kernels
   it chose, and fails with TC_EPLATFORM on a machine that breaks the contract
   (rounding mode, flushed denormals, a wrong fma).
   Free with tc_compute_free.  */
enum tc_status tc_compute_alloc (struct tc_compute **out, const char *isa,
                                 int n_threads, struct tc_error *err)
  TC_MUST_USE;
void tc_compute_free (struct tc_compute *compute);

int tc_compute_threads (const struct tc_compute *compute);
const char *tc_compute_isa (const struct tc_compute *compute);

/* The kernels and the threads behind the context, for the modules of this room. */
struct tc_kernels;
struct tc_crew;
const struct tc_kernels *tc_compute_kernels (const struct tc_compute *compute);
struct tc_crew *tc_compute_crew (const struct tc_compute *compute);

#endif
