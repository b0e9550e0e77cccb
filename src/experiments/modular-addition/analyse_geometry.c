#include "experiments/modular-addition/grid.h"

#include "experiments/modular-addition/circuit_figures.h"
#include "experiments/modular-addition/sweep.h"
#include "numerics/random.h"
#include "report/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Clock or pizza?  Two measures of Zhong et al. 2023, "The Clock and the Pizza"
   (arXiv 2306.17844), which tell whether a model multiplies trigonometric functions
   of a and b (clock) or reads the length of the sum of two vectors (pizza).  The
   untrained model is the control that the paper lacks.  */

enum { CLASS_SEED = 0 };

static const struct published { const char *name; double symmetricity, irrelevance; }
published[] = {
  { "clock", 0.3336, 0.85 }, { "pizza", 0.9937, 0.17 }
};

struct geometry
{
  double symmetricity;          /* mean cosine of the two gradients, -1 to 1 */
  double irrelevance;           /* mean deviation at fixed distance / deviation, 0 to 1 */
};

/* --- Gradient symmetricity --- */

/* Sums the cosines between the gradients at the first two positions.  */
struct symmetry
{
  double sum;
  size_t count;
};

static void
compare_gradients (const struct tc_activation *gradient, void *user)
{
  struct symmetry *symmetry = user;
  size_t positions = gradient->shape[1], width = gradient->shape[2];
  for (size_t pair = 0; pair < gradient->shape[0]; pair++)
    {
      const tc_real *of_a = gradient->data + pair * positions * width, *of_b = of_a + width;
      double product = 0, aa = 0, bb = 0;
      for (size_t i = 0; i < width; i++)
        {
          product += (double) of_a[i] * (double) of_b[i];
          aa += (double) of_a[i] * (double) of_a[i];
          bb += (double) of_b[i] * (double) of_b[i];
        }
      double lengths = sqrt (aa) * sqrt (bb);
      symmetry->sum += lengths > 0 ? product / lengths : 0;
      symmetry->count++;
    }
}

/* s_g: the mean over all pairs, each with a class c drawn at random, of the cosine
   between the gradients of logit c with respect to the embeddings of a and b.  */
static enum tc_status
measure_symmetricity (struct tc_modular_sweep *sweep, double *symmetricity,
                      struct tc_error *err)
{
  const struct tc_modular_analysis *a = sweep->a;
  struct tc_compute *compute = a->session->compute;
  struct symmetry symmetry = { 0, 0 };
  struct tc_hook hook = { "blocks.0.hook_resid_pre", TC_BACKWARD, compare_gradients, &symmetry };
  struct tc_mt19937 rng;
  tc_numpy_seed (&rng, CLASS_SEED);
  tc_real *d_logits = malloc (a->p * a->d_out * sizeof *d_logits);
  tc_real *grads = malloc (a->session->model.params.count * sizeof *grads);
  int64_t *classes = malloc (a->p * sizeof *classes);
  enum tc_status status = d_logits == NULL || grads == NULL || classes == NULL
                          ? tc_fail (err, TC_ENOMEM, "no memory for gradients")
                          : tc_run_add_hook (sweep->run, hook, err);
  for (size_t row = 0; status == TC_OK && row < a->p; row++)
    {
      status = tc_modular_sweep_forward (sweep, row, err);
      if (status != TC_OK)
        break;
      tc_numpy_randint (&rng, 0, (int64_t) a->p, a->p, classes);
      memset (d_logits, 0, a->p * a->d_out * sizeof *d_logits);
      for (size_t b = 0; b < a->p; b++)
        d_logits[b * a->d_out + (size_t) classes[b]] = 1;
      tc_backward (compute, &a->session->model, sweep->run, d_logits, grads);
    }
  tc_run_clear_hooks (sweep->run);
  *symmetricity = symmetry.count > 0 ? symmetry.sum / (double) symmetry.count : NAN;
  free (d_logits);
  free (grads);
  free (classes);
  return status;
}

/* --- Distance irrelevance --- */

static double
deviation (size_t n, const double *values)
{
  double mean = 0, sum = 0;
  for (size_t i = 0; i < n; i++)
    mean += values[i] / (double) n;
  for (size_t i = 0; i < n; i++)
    sum += (values[i] - mean) * (values[i] - mean);
  return sqrt (sum / (double) n);
}

/* q = mean over d of the deviation over i of L(i, i + d), over the deviation of all;
   L is the logit of the answer.  Near 1 where it does not depend on the distance of
   a and b, as in the clock.  */
static enum tc_status
measure_irrelevance (const struct tc_modular_analysis *a, const struct tc_dense *logits,
                     double *irrelevance, struct tc_error *err)
{
  size_t p = a->p;
  double sum = 0, *by_distance = malloc (p * p * sizeof *by_distance);
  if (by_distance == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu logits", p * p);
  for (size_t d = 0; d < p; d++)
    for (size_t i = 0; i < p; i++)
      {
        size_t pair = i * p + (i + d) % p;
        by_distance[d * p + i] = tc_dense_get (logits, pair, (size_t) a->task->answer[pair]);
      }
  for (size_t d = 0; d < p; d++)
    sum += deviation (p, by_distance + d * p) / (double) p;
  *irrelevance = sum / deviation (p * p, by_distance);
  free (by_distance);
  return TC_OK;
}

/* Both, of the session's present model.  */
static enum tc_status
measure (struct tc_modular_analysis *a, struct geometry *geometry, struct tc_error *err)
{
  struct tc_modular_sweep sweep;
  struct tc_dense logits = { 0 };
  enum tc_status status = tc_modular_sweep_alloc (&sweep, a, err);
  if (status == TC_OK)
    status = measure_symmetricity (&sweep, &geometry->symmetricity, err);
  tc_modular_sweep_free (&sweep);
  if (status == TC_OK)
    status = tc_modular_number_logits (a, &logits, err);
  if (status == TC_OK)
    status = measure_irrelevance (a, &logits, &geometry->irrelevance, err);
  tc_dense_free (&logits);
  return status;
}

/* --- Circles --- */

/* Where the embedding of each number lies in the plane of a key frequency: its
   coordinates along W_E's directions there, cosine and the part of sine orthogonal
   to it.  A clean circle says that other frequencies do not leak into the plane.  */
static enum tc_status
write_circles (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
               const struct tc_dense *w_e, const struct tc_dense *transformed,
               struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "k", "key frequency" }, { "number", "whose embedding it is" },
    { "phase", "number k modulo p" },
    { "x", "along the embedding's cosine direction" }, { "y", "along its sine direction" }
  };
  struct tc_csv csv;
  struct tc_dense plane;
  enum tc_status status = tc_dense_alloc (&plane, 2, w_e->cols, err);
  if (status == TC_OK)
    status = tc_session_csv (a->session, &csv, "circles", "Embeddings in the plane of each "
                             "key frequency", 5, columns, err);
  if (status != TC_OK)
    {
      tc_dense_free (&plane);
      return status;
    }
  for (size_t i = 0; i < grid->keys.n; i++)
    {
      size_t k = grid->keys.k[i];
      memcpy (plane.data, tc_dense_row (transformed, tc_fourier_cos (k)),
              2 * w_e->cols * sizeof *plane.data);
      tc_modular_orthonormalise (&plane, 0);
      tc_modular_orthonormalise (&plane, 1);
      for (size_t x = 0; status == TC_OK && x < grid->p; x++)
        {
          double at[2] = { 0, 0 };
          for (size_t j = 0; j < 2 * w_e->cols; j++)
            at[j / w_e->cols] += plane.data[j] * tc_dense_get (w_e, x, j % w_e->cols);
          tc_csv_int (&csv, (long long) k);
          tc_csv_int (&csv, (long long) x);
          tc_csv_int (&csv, (long long) (x * k % grid->p));
          tc_csv_float (&csv, (float) at[0]);
          tc_csv_float (&csv, (float) at[1]);
          status = tc_csv_end_row (&csv, err);
        }
    }
  tc_dense_free (&plane);
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_circles (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                struct tc_error *err)
{
  struct tc_dense w_e = { 0 }, transformed = { 0 };
  enum tc_status status = tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = tc_fourier_columns (grid->f, TC_FOURIER_FORWARD, &w_e, &transformed, err);
  if (status == TC_OK)
    status = write_circles (a, grid, &w_e, &transformed, err);
  tc_dense_free (&w_e);
  tc_dense_free (&transformed);
  return status;
}

/* --- Output --- */

static enum tc_status
write_geometry (const struct tc_modular_analysis *a, const struct geometry *trained,
                const struct geometry *untrained, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "model", "this run trained, untrained, or published (Zhong et al. 2023)" },
    { "symmetricity", "gradient symmetricity s_g" },
    { "irrelevance", "distance irrelevance q" }
  };
  struct tc_csv csv;
  struct { const char *name; struct geometry at; } rows[] = {
    { "trained", *trained }, { "untrained", *untrained },
    { published[0].name, { published[0].symmetricity, published[0].irrelevance } },
    { published[1].name, { published[1].symmetricity, published[1].irrelevance } }
  };
  enum tc_status status = tc_session_csv (a->session, &csv, "geometry", "Clock or pizza", 3,
                                          columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < sizeof rows / sizeof *rows; i++)
    {
      tc_csv_text (&csv, rows[i].name);
      tc_csv_real (&csv, rows[i].at.symmetricity);
      tc_csv_real (&csv, rows[i].at.irrelevance);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

static void
write_numbers (struct tc_modular_analysis *a, const struct geometry *trained,
               const struct geometry *untrained)
{
  tc_modular_number (a, "Symmetricity", trained->symmetricity, 3);
  tc_modular_number (a, "Irrelevance", trained->irrelevance, 3);
  tc_modular_number (a, "UntrainedSymmetricity", untrained->symmetricity, 3);
  tc_modular_number (a, "UntrainedIrrelevance", untrained->irrelevance, 3);
  tc_modular_number (a, "ClockSymmetricity", published[0].symmetricity, 4);
  tc_modular_number (a, "ClockIrrelevance", published[0].irrelevance, 2);
  tc_modular_number (a, "PizzaSymmetricity", published[1].symmetricity, 4);
  tc_modular_number (a, "PizzaIrrelevance", published[1].irrelevance, 2);
}

enum tc_status
tc_modular_report_geometry (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                            struct tc_error *err)
{
  struct geometry trained, untrained = { NAN, NAN };
  enum tc_status status = measure (a, &trained, err);
  if (status == TC_OK)
    status = report_circles (a, grid, err);
  if (status == TC_OK && a->n_snapshots > 0 && a->snapshot[0] == 0)
    {
      status = tc_session_load (a->session, 0, err);
      if (status == TC_OK)
        status = measure (a, &untrained, err);
    }
  if (status == TC_OK)
    status = write_geometry (a, &trained, &untrained, err);
  if (status == TC_OK)
    write_numbers (a, &trained, &untrained);
  if (status == TC_OK)
    status = tc_modular_figure_circles (a, grid, err);
  return status;
}
