#include "experiments/skip-trigram/flow.h"

#include "numerics/elementary.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_odeiv2.h>
#include <gsl/gsl_roots.h>
#include <gsl/gsl_sf_lambert.h>

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- one trigger alone --- */

double
tc_flow_onset_product (int n_classes)
{
  return tc_log64 ((n_classes - 1) / (sqrt (n_classes) - 1));
}

static double
growth (int n_classes)
{
  return (n_classes - 1) / (2.0 * n_classes);
}

double
tc_flow_invariant (int n_classes, double filler, double score, double margin)
{
  return score + tc_exp64 (score) / filler - growth (n_classes) * margin * margin;
}

/* e^s / N on the curve: w e^w = e^L with L = A - ln N.  Where e^L would overflow,
   Newton's method on w + ln w = L.  */
static double
odds (int n_classes, double filler, double invariant, double margin)
{
  double a = invariant + growth (n_classes) * margin * margin;
  double exponent = a - tc_log64 (filler);
  if (exponent < 500)
    return gsl_sf_lambert_W0 (tc_exp64 (exponent));
  double w = exponent;
  for (int i = 0; i < 8; i++)
    w -= (w + tc_log64 (w) - exponent) / (1 + 1 / w);
  return w;
}

double
tc_flow_score (int n_classes, double filler, double invariant, double margin)
{
  return tc_log64 (filler * odds (n_classes, filler, invariant, margin));
}

double
tc_flow_attention (double filler, double score)
{
  double e = tc_exp64 (score);
  return e / (e + filler);
}

double
tc_flow_loss (int n_classes, double attention, double margin)
{
  return tc_log64 (1 + (n_classes - 1) * tc_exp64 (-attention * margin));
}

struct curve { int n_classes; double filler, invariant; };

static double
product_at (double margin, void *params)
{
  const struct curve *curve = params;
  double w = odds (curve->n_classes, curve->filler, curve->invariant, margin);
  return w / (1 + w) * margin - tc_flow_onset_product (curve->n_classes);
}

/* 1 / (dm/dt) = (n - 1) / (p (1 - q)).  */
static double
time_per_margin (double margin, void *params)
{
  const struct curve *curve = params;
  double w = odds (curve->n_classes, curve->filler, curve->invariant, margin);
  double p = w / (1 + w);
  double wrong = 1 - 1 / (1 + (curve->n_classes - 1) * tc_exp64 (-p * margin));
  return (curve->n_classes - 1) / (p * wrong);
}

/* The margin at onset, where p m, which grows with m, reaches its value.  */
static enum tc_status
onset_margin (struct curve *curve, double *margin, struct tc_error *err)
{
  gsl_function f = { product_at, curve };
  gsl_root_fsolver *solver = gsl_root_fsolver_alloc (gsl_root_fsolver_brent);
  if (solver == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a root finder");
  int code = gsl_root_fsolver_set (solver, &f, 0, 30);
  for (int i = 0; code == GSL_SUCCESS && i < 200; i++)
    {
      code = gsl_root_fsolver_iterate (solver);
      if (gsl_root_test_interval (gsl_root_fsolver_x_lower (solver),
                                  gsl_root_fsolver_x_upper (solver), 0, 1e-13) == GSL_SUCCESS)
        break;
    }
  *margin = gsl_root_fsolver_root (solver);
  gsl_root_fsolver_free (solver);
  if (code != GSL_SUCCESS)
    return tc_fail (err, TC_EINVAL, "onset of a trigram: %s", gsl_strerror (code));
  return TC_OK;
}

enum tc_status
tc_flow_onset_alone (int n_classes, double filler, double score, double margin, double *time,
                     struct tc_error *err)
{
  struct curve curve = { n_classes, filler,
                         tc_flow_invariant (n_classes, filler, score, margin) };
  double end = 0;
  *time = 0;
  gsl_error_handler_t *handler = gsl_set_error_handler_off ();
  enum tc_status status = onset_margin (&curve, &end, err);
  if (status == TC_OK && end > margin)
    {
      gsl_function f = { time_per_margin, &curve };
      size_t evaluations;
      double error;
      gsl_integration_cquad_workspace *space = gsl_integration_cquad_workspace_alloc (200);
      int code = space == NULL ? GSL_ENOMEM
        : gsl_integration_cquad (&f, margin, end, 0, 1e-10, space, time, &error, &evaluations);
      gsl_integration_cquad_workspace_free (space);
      if (code != GSL_SUCCESS)
        status = tc_fail (err, TC_EINVAL, "onset time of a trigram: %s", gsl_strerror (code));
    }
  gsl_set_error_handler (handler);
  return status;
}

/* --- all together --- */

/* y = scores [n], margins [n], other scores [n_other].  */
static double
sum_of_others (const struct tc_flow *flow, const double *other)
{
  double sum = 0;
  for (size_t x = 0; x < flow->n_other; x++)
    sum = fma (flow->count[x], tc_exp64 (other[x]), sum);
  return sum;
}

static int
derivative (double t, const double *y, double *dydt, void *params)
{
  const struct tc_flow *flow = params;
  int n = flow->n_classes;
  const double *score = y, *margin = y + n, *other = y + 2 * n;
  double filler = sum_of_others (flow, other), total = 0;
  (void) t;
  for (int k = 0; k < n; k++)
    {
      double p = tc_flow_attention (filler, score[k]);
      double wrong = 1 - 1 / (1 + (n - 1) * tc_exp64 (-p * margin[k]));
      double ds = p * (1 - p) * margin[k] * wrong / n;
      total += ds;
      dydt[k] = ds - flow->decay * score[k];
      dydt[n + k] = p * wrong / (n - 1) - flow->decay * margin[k];
    }
  for (size_t x = 0; x < flow->n_other; x++)
    {
      double share = flow->count[x] * tc_exp64 (other[x]) / filler;
      dydt[2 * n + x] = -share * total - flow->decay * other[x];
    }
  return GSL_SUCCESS;
}

/* Writes the state as the i-th row of the path.  */
static void
record (const struct tc_flow *flow, const double *y, size_t i, const struct tc_flow_path *path)
{
  int n = flow->n_classes;
  double filler = sum_of_others (flow, y + 2 * n);
  for (int k = 0; k < n; k++)
    {
      size_t cell = i * (size_t) n + (size_t) k;
      if (path->loss != NULL)
        path->loss[cell] = tc_flow_loss (n, tc_flow_attention (filler, y[k]), y[n + k]);
      if (path->score != NULL)
        path->score[cell] = y[k];
      if (path->margin != NULL)
        path->margin[cell] = y[n + k];
    }
}

static double *
initial_state (const struct tc_flow *flow)
{
  size_t n = (size_t) flow->n_classes;
  double *y = malloc ((2 * n + flow->n_other) * sizeof *y);
  if (y != NULL)
    {
      memcpy (y, flow->score, n * sizeof *y);
      memcpy (y + n, flow->margin, n * sizeof *y);
      memcpy (y + 2 * n, flow->other, flow->n_other * sizeof *y);
    }
  return y;
}

enum tc_status
tc_flow_together (const struct tc_flow *flow, size_t n_times, const double *times,
                  const struct tc_flow_path *path, struct tc_error *err)
{
  size_t n = (size_t) flow->n_classes;
  gsl_odeiv2_system system = { derivative, NULL, 2 * n + flow->n_other, (void *) flow };
  double *y = initial_state (flow);
  gsl_odeiv2_driver *driver
    = gsl_odeiv2_driver_alloc_y_new (&system, gsl_odeiv2_step_rk8pd, 0.1, 1e-9, 1e-9);
  enum tc_status status = TC_OK;
  double t = 0;
  if (y == NULL || driver == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for the trigrams' equations");
  for (size_t i = 0; status == TC_OK && i < n_times; i++)
    {
      int code = times[i] > t ? gsl_odeiv2_driver_apply (driver, &t, times[i], y) : GSL_SUCCESS;
      if (code != GSL_SUCCESS)
        status = tc_fail (err, TC_EINVAL, "the trigrams' equations at time %g: %s", t,
                          gsl_strerror (code));
      else
        record (flow, y, i, path);
    }
  if (driver != NULL)
    gsl_odeiv2_driver_free (driver);
  free (y);
  return status;
}

static enum tc_status
has_learnt (const struct tc_flow *flow, double decay, double patience, double *loss,
            bool *learnt, struct tc_error *err)
{
  struct tc_flow with_decay = *flow;
  with_decay.decay = decay;
  enum tc_status status = tc_flow_together (&with_decay, 1, &patience,
                                            &(struct tc_flow_path) { .loss = loss }, err);
  double mean = 0;
  for (int k = 0; k < flow->n_classes; k++)
    mean += loss[k] / flow->n_classes;
  *learnt = mean < tc_log64 (flow->n_classes) / 2;
  return status;
}

enum tc_status
tc_flow_critical_decay (const struct tc_flow *flow, double patience, double *decay,
                        struct tc_error *err)
{
  double low = 0, high = 1;
  double *loss = calloc ((size_t) flow->n_classes, sizeof *loss);
  enum tc_status status = loss != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for %d losses", flow->n_classes);
  while (status == TC_OK && high - low > 1e-4 * high)
    {
      double middle = (low + high) / 2;
      bool learnt;
      status = has_learnt (flow, middle, patience, loss, &learnt, err);
      if (learnt)
        low = middle;
      else
        high = middle;
    }
  *decay = (low + high) / 2;
  free (loss);
  return status;
}

/* --- signed --- */

int
tc_flow_onset_signed (int n_classes, double filler, double score, double margin,
                      double decay, size_t n_steps, const double *lr)
{
  double fall = 0;              /* of the other tokens' scores */
  for (size_t step = 0; step < n_steps; step++)
    {
      double p = tc_flow_attention (filler * tc_exp64 (-fall), score);
      if (p * margin >= tc_flow_onset_product (n_classes))
        return (int) step;
      score += lr[step] * ((margin > 0) - (margin < 0) - decay * score);
      margin += lr[step] * (2 - decay * margin);
      fall += lr[step];
    }
  return -1;
}
