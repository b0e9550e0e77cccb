/* Compares tc_exp, tc_log, tc_tanh, tc_erf, tc_sin and tc_cos with MPFR for
   all 2^32 floats, on every instruction set this machine has, and as scalar
   functions.  Takes 12 minutes of one core, half on two; prints what differs.
   Before that, the oracle's filter is itself compared with MPFR on a sample.

   usage: exhaustive_elementary [exp|log|tanh|erf|sincos]...  */

#ifndef HAVE_MPFR

#include <stdio.h>

int
main (void)
{
  puts ("MPFR is missing (./bootstrap installs it)");
  return 77;
}

#else

#include "../elementary_oracle.h"
#include "numerics/crew.h"
#include "numerics/elementary_kernels.h"
#include "numerics/kernels.h"

#include <stdatomic.h>
#include <stdio.h>

enum { BLOCK = 1 << 14, SAMPLE = 1 << 20, MAX_SHOWN = 40 };

static atomic_ulong n_wrong, n_mpfr, n_decided;

static void
complain (const struct function *f, const char *who, float x, float y, float right)
{
  if (atomic_fetch_add (&n_wrong, 1) < MAX_SHOWN)
    fprintf (stderr, "%s, %s: x = 0x%08x (%a) gives 0x%08x, should be 0x%08x\n",
             f->name, who, bits_of (x), x, bits_of (y), bits_of (right));
}

static float
right_result (const struct function *f, float x)
{
  float y;
  if (by_filter (f, x, &y))
    return y;
  atomic_fetch_add (&n_mpfr, 1);
  return by_mpfr (f, x);
}

static void
check_filter_at (const void *args, size_t i, int thread)
{
  const struct function *f = args;
  float x = sample (i), y;
  (void) thread;
  if (!by_filter (f, x, &y))
    return;
  atomic_fetch_add (&n_decided, 1);
  float right = by_mpfr (f, x);
  if (bits_of (y) != bits_of (right))
    complain (f, "filter", x, y, right);
}

static void
check_filter (struct tc_crew *crew, const struct function *f)
{
  atomic_store (&n_decided, 0);
  tc_crew_run (crew, SAMPLE, check_filter_at, f);
  printf ("%-6s filter right on the %lu of %d sampled floats it decides\n", f->name,
          atomic_load (&n_decided), SAMPLE);
}

static void
compare (const struct function *f, const char *who, const float *x,
         const float *y, const float *right)
{
  for (size_t i = 0; i < BLOCK; i++)
    if (bits_of (y[i]) != bits_of (right[i]))
      complain (f, who, x[i], y[i], right[i]);
}

/* Sets right, and compares the scalar function with it.  */
static void
check_scalar (const struct function *f, const float *x, float *right)
{
  float y[BLOCK];
  for (size_t i = 0; i < BLOCK; i++)
    {
      right[i] = right_result (f, x[i]);
      y[i] = f->ours (x[i]);
    }
  compare (f, "scalar", x, y, right);
}

static void
check_block (int k, const float *x)
{
  float right[BLOCK], y[BLOCK];
  const struct function *f = &functions[k];
  check_scalar (f, x, right);
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    {
      const struct tc_elementary_kernels *e = kernels->elementary;
      (k == EXP ? e->exp : k == LOG ? e->log : k == TANH ? e->tanh : e->erf)
        (BLOCK, x, y);
      compare (f, kernels->name, x, y, right);
    }
}

static void
check_sincos_block (const float *x)
{
  float right_sin[BLOCK], right_cos[BLOCK], s[BLOCK], c[BLOCK];
  check_scalar (&functions[SIN], x, right_sin);
  check_scalar (&functions[COS], x, right_cos);
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    {
      kernels->elementary->sincos (BLOCK, x, s, c);
      compare (&functions[SIN], kernels->name, x, s, right_sin);
      compare (&functions[COS], kernels->name, x, c, right_cos);
    }
}

static void
check_floats (const void *args, size_t block, int thread)
{
  const int k = *(const int *) args;
  float x[BLOCK];
  (void) thread;
  for (uint32_t i = 0; i < BLOCK; i++)
    x[i] = float_of ((uint32_t) block * BLOCK + i);
  if (k == SIN)
    check_sincos_block (x);
  else
    check_block (k, x);
}

static void
check_all_floats (struct tc_crew *crew, int k)
{
  atomic_store (&n_mpfr, 0);
  unsigned long before = atomic_load (&n_wrong);
  tc_crew_run (crew, UINT32_MAX / BLOCK + 1, check_floats, &k);
  printf ("%-6s all 2^32 floats: %lu wrong, %lu decided by MPFR\n",
          k == SIN ? "sincos" : functions[k].name,
          atomic_load (&n_wrong) - before, atomic_load (&n_mpfr));
  fflush (stdout);
}

static bool
wanted (const char *name, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], name) == 0)
      return true;
  return argc == 1;
}

int
main (int argc, char **argv)
{
  printf ("scalar");
  for (size_t i = 0; tc_kernels_at (i) != NULL; i++)
    printf (", %s", tc_kernels_at (i)->name);
  puts ("");
  struct tc_crew *crew = tc_crew_alloc (tc_usable_threads ());
  if (crew == NULL)
    return 1;
  for (int k = EXP; k <= SIN; k++)
    if (wanted (k == SIN ? "sincos" : functions[k].name, argc, argv))
      {
        check_filter (crew, &functions[k]);
        if (k == SIN)
          check_filter (crew, &functions[COS]);
        check_all_floats (crew, k);
      }
  tc_crew_free (crew);
  unsigned long wrong = atomic_load (&n_wrong);
  printf ("%lu wrong results\n", wrong);
  return wrong != 0;
}

#endif
