#include "numerics/elementary.h"

#include "numerics/crew.h"
#include "numerics/elementary_kernels.h"
#include "numerics/isa/elementary_double.h"
#include "numerics/isa/elementary_float.h"
#include "numerics/kernels.h"

float
tc_exp (float x)
{
  return tc_exp_exact (x);
}

float
tc_log (float x)
{
  return tc_log_exact (x);
}

float
tc_tanh (float x)
{
  return tc_tanh_exact (x);
}

float
tc_erf (float x)
{
  return tc_erf_exact (x);
}

float
tc_sin (float x)
{
  return tc_sincos_exact (x).sin;
}

float
tc_cos (float x)
{
  return tc_sincos_exact (x).cos;
}

double
tc_exp64 (double x)
{
  return tc_exp_double (x);
}

double
tc_log64 (double x)
{
  return tc_log_double (x);
}

double
tc_tanh64 (double x)
{
  return tc_tanh_double (x);
}

double
tc_erf64 (double x)
{
  return tc_erf_double (x);
}

double
tc_sin64 (double x)
{
  return tc_sincos_double (x).sin;
}

double
tc_cos64 (double x)
{
  return tc_sincos_double (x).cos;
}

/* --- Arrays ---

   Cut at multiples of UNIT among threads, where there are at least two of them:
   below that, sharing costs more than the work.  */

enum { UNIT = 16384 };

typedef void loop (size_t n, const tc_real *x, tc_real *y);

struct arrays
{
  loop *f;                      /* NULL: sincos */
  const struct tc_elementary_kernels *kernels;
  size_t n, n_parts;
  const tc_real *x;
  tc_real *y, *cos_x;
};

static void
run_part (const void *args, size_t part, int thread)
{
  const struct arrays *a = args;
  const size_t units = (a->n + UNIT - 1) / UNIT;
  const size_t begin = units * part / a->n_parts * UNIT;
  const size_t next = units * (part + 1) / a->n_parts * UNIT;
  const size_t n = (next < a->n ? next : a->n) - begin;
  (void) thread;
  if (a->f != NULL)
    a->f (n, a->x + begin, a->y + begin);
  else
    a->kernels->sincos (n, a->x + begin, a->y + begin, a->cos_x + begin);
}

static void
run (struct tc_compute *compute, struct arrays *a)
{
  const size_t units = (a->n + UNIT - 1) / UNIT;
  const size_t threads = (size_t) tc_compute_threads (compute);
  a->kernels = tc_compute_kernels (compute)->elementary;
  a->n_parts = units < threads ? units : threads;
  tc_crew_run (tc_compute_crew (compute), a->n_parts, run_part, a);
}

void
tc_exp_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, &(struct arrays) { .f = tc_compute_kernels (compute)->elementary->exp,
                                   .n = n, .x = x, .y = y });
}

void
tc_log_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, &(struct arrays) { .f = tc_compute_kernels (compute)->elementary->log,
                                   .n = n, .x = x, .y = y });
}

void
tc_tanh_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, &(struct arrays) { .f = tc_compute_kernels (compute)->elementary->tanh,
                                   .n = n, .x = x, .y = y });
}

void
tc_erf_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, &(struct arrays) { .f = tc_compute_kernels (compute)->elementary->erf,
                                   .n = n, .x = x, .y = y });
}

void
tc_sincos_array (struct tc_compute *compute, size_t n, const tc_real *x,
                 tc_real *sin_x, tc_real *cos_x)
{
  run (compute, &(struct arrays) { .n = n, .x = x, .y = sin_x, .cos_x = cos_x });
}
