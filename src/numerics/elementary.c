#include "numerics/elementary.h"

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

/* Arrays of at least two pieces are shared among threads, a piece at a time:
   below that, starting threads costs more than the work.  */
enum { PIECE = 16384 };

typedef void loop (size_t n, const tc_real *x, tc_real *y);

static size_t
piece_size (size_t n, size_t start)
{
  return n - start < PIECE ? n - start : PIECE;
}

static void
run (struct tc_compute *compute, loop *f, size_t n, const tc_real *x, tc_real *y)
{
  size_t n_pieces = (n + PIECE - 1) / PIECE;
  int n_threads = tc_compute_threads (compute);
#pragma omp parallel for num_threads(n_threads) schedule(static) if (n_pieces > 1)
  for (size_t i = 0; i < n_pieces; i++)
    f (piece_size (n, i * PIECE), x + i * PIECE, y + i * PIECE);
}

void
tc_exp_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, tc_compute_kernels (compute)->elementary->exp, n, x, y);
}

void
tc_log_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, tc_compute_kernels (compute)->elementary->log, n, x, y);
}

void
tc_tanh_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, tc_compute_kernels (compute)->elementary->tanh, n, x, y);
}

void
tc_erf_array (struct tc_compute *compute, size_t n, const tc_real *x, tc_real *y)
{
  run (compute, tc_compute_kernels (compute)->elementary->erf, n, x, y);
}

void
tc_sincos_array (struct tc_compute *compute, size_t n, const tc_real *x,
                 tc_real *sin_x, tc_real *cos_x)
{
  const struct tc_elementary_kernels *kernels
    = tc_compute_kernels (compute)->elementary;
  size_t n_pieces = (n + PIECE - 1) / PIECE;
  int n_threads = tc_compute_threads (compute);
#pragma omp parallel for num_threads(n_threads) schedule(static) if (n_pieces > 1)
  for (size_t i = 0; i < n_pieces; i++)
    {
      size_t start = i * PIECE;
      kernels->sincos (piece_size (n, start), x + start, sin_x + start,
                       cos_x + start);
    }
}
