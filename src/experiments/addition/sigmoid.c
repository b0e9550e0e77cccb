#include "experiments/addition/sigmoid.h"

#include "numerics/elementary.h"

#include <gsl/gsl_blas.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>

#include <math.h>

/* Parameters: low, then drop, location, width of each step.  */
enum { MAX_PARAMETERS = 1 + 3 * TC_SIGMOID_STEPS, MAX_ITERATIONS = 500 };

struct points
{
  size_t n, stride;
  const double *t, *y;
  int n_steps;
};

/* 1 / (1 + exp (u)), without overflow.  */
static double
falling (double u)
{
  return u > 0 ? tc_exp64 (-u) / (1 + tc_exp64 (-u)) : 1 / (1 + tc_exp64 (u));
}

double
tc_sigmoid_at (const struct tc_sigmoid *s, double t)
{
  double y = s->low;
  for (int i = 0; i < s->n_steps; i++)
    y += s->drop[i] * falling ((t - s->location[i]) / s->width[i]);
  return y;
}

static size_t
count_parameters (const struct tc_sigmoid *s)
{
  return 1 + 3 * (size_t) s->n_steps;
}

static void
pack (const struct tc_sigmoid *s, double p[MAX_PARAMETERS])
{
  p[0] = s->low;
  for (int i = 0; i < s->n_steps; i++)
    {
      p[1 + 3 * i] = s->drop[i];
      p[2 + 3 * i] = s->location[i];
      p[3 + 3 * i] = s->width[i];
    }
}

static struct tc_sigmoid
unpack (const gsl_vector *p, int n_steps)
{
  struct tc_sigmoid s = { .n_steps = n_steps, .low = gsl_vector_get (p, 0) };
  for (int i = 0; i < n_steps; i++)
    {
      s.drop[i] = gsl_vector_get (p, 1 + 3 * (size_t) i);
      s.location[i] = gsl_vector_get (p, 2 + 3 * (size_t) i);
      s.width[i] = gsl_vector_get (p, 3 + 3 * (size_t) i);
    }
  return s;
}

static int
residuals (const gsl_vector *p, void *data, gsl_vector *f)
{
  const struct points *points = data;
  struct tc_sigmoid s = unpack (p, points->n_steps);
  for (size_t i = 0; i < points->n; i++)
    gsl_vector_set (f, i, tc_sigmoid_at (&s, points->t[i * points->stride])
                    - points->y[i * points->stride]);
  return GSL_SUCCESS;
}

static int
derivatives (const gsl_vector *p, void *data, gsl_matrix *jacobian)
{
  const struct points *points = data;
  struct tc_sigmoid s = unpack (p, points->n_steps);
  for (size_t i = 0; i < points->n; i++)
    {
      gsl_matrix_set (jacobian, i, 0, 1);
      for (int j = 0; j < s.n_steps; j++)
        {
          size_t at = 1 + 3 * (size_t) j;
          double u = (points->t[i * points->stride] - s.location[j]) / s.width[j];
          double share = falling (u), slope = s.drop[j] * share * (1 - share) / s.width[j];
          gsl_matrix_set (jacobian, i, at, share);
          gsl_matrix_set (jacobian, i, at + 1, slope);
          gsl_matrix_set (jacobian, i, at + 2, slope * u);
        }
    }
  return GSL_SUCCESS;
}

/* Iterates the workspace from the sigmoid and reads the result.  */
static void
solve (gsl_multifit_nlinear_workspace *work, gsl_multifit_nlinear_fdf *problem,
       struct tc_sigmoid *s)
{
  double initial[MAX_PARAMETERS], chi = 0;
  pack (s, initial);
  gsl_vector_view start = gsl_vector_view_array (initial, problem->p);
  int info, status = gsl_multifit_nlinear_init (&start.vector, problem, work);
  if (status == GSL_SUCCESS)
    status = gsl_multifit_nlinear_driver (MAX_ITERATIONS, 1e-10, 1e-10, 0, NULL, NULL, &info,
                                          work);
  const gsl_vector *f = gsl_multifit_nlinear_residual (work);
  gsl_blas_ddot (f, f, &chi);
  *s = unpack (gsl_multifit_nlinear_position (work), s->n_steps);
  s->residual = sqrt (chi / (double) problem->n);
  s->converged = status == GSL_SUCCESS;
}

enum tc_status
tc_sigmoid_fit (struct tc_sigmoid *sigmoid, size_t n, const double *t, const double *y,
                size_t stride, struct tc_error *err)
{
  struct points points = { n, stride, t, y, sigmoid->n_steps };
  gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters ();
  gsl_multifit_nlinear_fdf problem = { .f = residuals, .df = derivatives, .fvv = NULL,
                                       .n = n, .p = count_parameters (sigmoid),
                                       .params = &points };
  sigmoid->converged = false;
  if (n <= problem.p)
    return TC_OK;
  /* GSL's default handler ends the program.  */
  gsl_error_handler_t *handler = gsl_set_error_handler_off ();
  gsl_multifit_nlinear_workspace *work
    = gsl_multifit_nlinear_alloc (gsl_multifit_nlinear_trust, &how, n, problem.p);
  enum tc_status status = TC_OK;
  if (work == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory to fit %zu points", n);
  else
    solve (work, &problem, sigmoid);
  gsl_multifit_nlinear_free (work);
  gsl_set_error_handler (handler);
  return status;
}
