#include "numerics/kernels.h"

#include <stdbool.h>
#include <string.h>

#if defined __x86_64__ && !defined TC_REAL_DOUBLE
# define HAVE_AVX_TABLES 1
#endif
#if defined __aarch64__ && !defined TC_REAL_DOUBLE
# define HAVE_NEON_TABLE 1
#endif

extern const struct tc_kernels tc_kernels_portable;

static bool
always (void)
{
  return true;
}

#ifdef HAVE_AVX_TABLES
extern const struct tc_kernels tc_kernels_avx512, tc_kernels_avx2;

static bool
has_avx2 (void)
{
  return __builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma");
}

static bool
has_avx512 (void)
{
  return has_avx2 ()
         && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512dq")
         && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512bw");
}
#endif

#ifdef HAVE_NEON_TABLE
extern const struct tc_kernels tc_kernels_neon;
#endif

/* Best first.  Every AArch64 CPU has the vectors called Neon.  */
static const struct
{
  const struct tc_kernels *kernels;
  bool (*runs_here) (void);
} compiled[] =
{
#ifdef HAVE_AVX_TABLES
  { &tc_kernels_avx512, has_avx512 },
  { &tc_kernels_avx2, has_avx2 },
#endif
#ifdef HAVE_NEON_TABLE
  { &tc_kernels_neon, always },
#endif
  { &tc_kernels_portable, always }
};

const struct tc_kernels *
tc_kernels_at (size_t i)
{
  for (size_t t = 0; t < sizeof compiled / sizeof *compiled; t++)
    if (compiled[t].runs_here () && i-- == 0)
      return compiled[t].kernels;
  return NULL;
}

const struct tc_kernels *
tc_kernels_find (const char *isa)
{
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    if (isa == NULL || strcmp (isa, kernels->name) == 0)
      return kernels;
  return NULL;
}
