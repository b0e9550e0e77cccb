#include "experiments/addition/circuits.h"

#include "experiments/addition/digits.h"
#include "experiments/addition/figures_circuits.h"
#include "experiments/addition/gaze.h"
#include "experiments/addition/reach.h"
#include "experiments/addition/shares.h"
#include "experiments/measure.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_matrix.h>
#include <gsl/gsl_vector.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How a head speaks of a digit to the neurons.  W_E W_V W_O W_in, centred over
   digits, is a sum of (function of the digit) x (direction in the neurons); where
   the first term has nearly all of the energy, the head says one number.  */

enum { DIGITS = 10 };

struct code
{
  double share;                 /* of the energy in the first term, rounded */
  double value[DIGITS];         /* its function, root mean square 1, rising; rounded */
};

/* GSL's eigenvectors are published rounded: they differ in last bits between its
   builds.  */
enum { PUBLISHED_DIGITS = 6 };

/* root mean square 1, mean 0: the digit itself, and whether it is 5 or more.  */
static double
ramp (int digit)
{
  return (digit - 4.5) / sqrt (8.25);
}

static double
step (int digit)
{
  return digit >= 5 ? 1 : -1;
}

/* The function that explains most of a Gram matrix [10, 10], as a rising one.  */
static enum tc_status
first_function (struct tc_dense *gram, struct code *code, struct tc_error *err)
{
  gsl_eigen_symmv_workspace *work = gsl_eigen_symmv_alloc (DIGITS);
  gsl_vector *values = gsl_vector_alloc (DIGITS);
  gsl_matrix *vectors = gsl_matrix_alloc (DIGITS, DIGITS);
  enum tc_status status = TC_OK;
  if (work == NULL || values == NULL || vectors == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for eigenvectors");
  else
    {
      gsl_matrix_view m = gsl_matrix_view_array (gram->data, DIGITS, DIGITS);
      double total = 0, rise = 0;
      for (size_t i = 0; i < DIGITS; i++)
        total += tc_dense_get (gram, i, i);
      gsl_eigen_symmv (&m.matrix, values, vectors, work);
      gsl_eigen_symmv_sort (values, vectors, GSL_EIGEN_SORT_VAL_DESC);
      for (int i = 0; i < DIGITS; i++)
        rise += gsl_matrix_get (vectors, (size_t) i, 0) * ramp (i);
      for (size_t i = 0; i < DIGITS; i++)
        code->value[i] = tc_rounded (copysign (1, rise) * sqrt (DIGITS)
                                     * gsl_matrix_get (vectors, i, 0), PUBLISHED_DIGITS);
      code->share = tc_rounded (gsl_vector_get (values, 0) / total, PUBLISHED_DIGITS);
    }
  gsl_eigen_symmv_free (work);
  gsl_vector_free (values);
  gsl_matrix_free (vectors);
  return status;
}

static void
centre_columns (struct tc_dense *m)
{
  for (size_t j = 0; j < m->cols; j++)
    {
      double mean = 0;
      for (size_t i = 0; i < m->rows; i++)
        mean += tc_dense_get (m, i, j) / (double) m->rows;
      for (size_t i = 0; i < m->rows; i++)
        m->data[i * m->cols + j] -= mean;
    }
}

static enum tc_status
read_code (const struct tc_model *model, size_t head, struct code *code, struct tc_error *err)
{
  struct tc_dense inputs = { 0 }, gram = { 0 };
  enum tc_status status = tc_addition_neuron_inputs (model, head, &inputs, err);
  if (status == TC_OK)
    {
      centre_columns (&inputs);
      status = tc_dense_product_nt (&gram, &inputs, &inputs, err);
    }
  if (status == TC_OK)
    status = first_function (&gram, code, err);
  tc_dense_free (&inputs);
  tc_dense_free (&gram);
  return status;
}

static enum tc_status
write_codes (const struct tc_addition_analysis *a, size_t n, const struct code *codes,
             struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "head", "attention head" },
    { "share", "of the energy of its neuron inputs that one function of the digit has, "
               "percent" },
    { "digit", "the digit" },
    { "code", "that function, root mean square 1" },
    { "ramp", "the digit itself, so scaled" },
    { "step", "whether the digit is 5 or more, so scaled" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "codes",
                                          "How each head speaks of a digit", 6, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; h < n; h++)
    for (int digit = 0; status == TC_OK && digit < DIGITS; digit++)
      {
        tc_csv_int (&csv, (long long) h);
        tc_csv_real (&csv, 100 * codes[h].share);
        tc_csv_int (&csv, digit);
        tc_csv_real (&csv, codes[h].value[digit]);
        tc_csv_real (&csv, ramp (digit));
        tc_csv_real (&csv, step (digit));
        status = tc_csv_end_row (&csv, err);
      }
  return tc_csv_finish (&csv, status, err);
}

/* Squared correlation with a function of mean 0 and root mean square 1.  */
static double
agreement (const struct code *code, double (*function) (int digit))
{
  double sum = 0;
  for (int digit = 0; digit < DIGITS; digit++)
    sum += code->value[digit] * function (digit) / DIGITS;
  return sum * sum;
}

/* Shares of frequencies 1 ... 5 in one function of the digit: what a head shows that
   says nothing else.  */
static enum tc_status
describe_function (const struct tc_addition_analysis *a, double (*function) (int digit),
                   const char *name, struct tc_error *err)
{
  struct tc_fourier fourier = { 0 };
  struct tc_dense m = { 0 };
  double norms[TC_ADDITION_FREQUENCIES], total = 0;
  enum tc_status status = tc_dense_alloc (&m, DIGITS, 1, err);
  if (status == TC_OK)
    status = tc_fourier_alloc (&fourier, DIGITS, err);
  for (int digit = 0; status == TC_OK && digit < DIGITS; digit++)
    m.data[digit] = function (digit);
  if (status == TC_OK)
    status = tc_fourier_norms (&fourier, &m, norms, err);
  for (size_t k = 0; status == TC_OK && k < TC_ADDITION_FREQUENCIES; k++)
    total += norms[k] * norms[k];
  for (size_t k = 0; status == TC_OK && k < TC_ADDITION_FREQUENCIES; k++)
    {
      char macro[64];
      snprintf (macro, sizeof macro, "Ideal%s%c", name, 'A' + (int) k);
      double share = norms[k] * norms[k] / total;
      tc_macros_real (a->macros, macro, share > 1e-12 ? 100 * share : 0, 2);
    }
  tc_dense_free (&m);
  tc_fourier_free (&fourier);
  return status;
}

static enum tc_status
describe_codes (const struct tc_addition_analysis *a, size_t head, const struct code *codes,
                size_t n, struct tc_error *err)
{
  double most = 0;
  for (size_t h = 0; h < n; h++)
    if (h != head)
      most = fmax (most, codes[h].share);
  tc_macros_int (a->macros, "CodeHead", (long long) head);
  tc_macros_real (a->macros, "CodeShare", 100 * codes[head].share, 3);
  tc_macros_real (a->macros, "CodeRamp", agreement (&codes[head], ramp), 3);
  tc_macros_real (a->macros, "CodeStep", agreement (&codes[head], step), 3);
  tc_macros_real (a->macros, "OtherCodeShare", 100 * most, 2);
  enum tc_status status = describe_function (a, ramp, "Ramp", err);
  return status == TC_OK ? describe_function (a, step, "Step", err) : status;
}

/* The head that looks most at the next column.  */
static size_t
carry_head (const struct tc_addition_gaze *gaze)
{
  size_t best = 0;
  for (size_t h = 1; h < gaze->n_heads; h++)
    if (tc_addition_gaze_mean (gaze, h, tc_addition_gaze_pair, 1)
        > tc_addition_gaze_mean (gaze, best, tc_addition_gaze_pair, 1))
      best = h;
  return best;
}

enum tc_status
tc_addition_report_codes (struct tc_addition_analysis *a, struct tc_error *err)
{
  struct tc_addition_gaze gaze = { 0 };
  size_t n = (size_t) a->session->model.config.n_heads;
  struct code *codes = calloc (n, sizeof *codes);
  enum tc_status status = codes != NULL
    ? tc_addition_gaze_measure (a, &a->session->model, &gaze, err)
    : tc_fail (err, TC_ENOMEM, "no memory for the codes of %zu heads", n);
  for (size_t h = 0; status == TC_OK && h < n; h++)
    status = read_code (&a->session->model, h, &codes[h], err);
  if (status == TC_OK)
    status = write_codes (a, n, codes, err);
  if (status == TC_OK)
    status = tc_addition_report_reach (a, &gaze, err);
  if (status == TC_OK)
    status = describe_codes (a, carry_head (&gaze), codes, n, err);
  if (status == TC_OK)
    status = tc_addition_figure_codes (a, carry_head (&gaze), err);
  tc_addition_gaze_free (&gaze);
  free (codes);
  return status;
}
