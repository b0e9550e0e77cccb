#include "circuits/copying.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include <math.h>

static enum tc_status
check_size (const struct tc_dense *m, size_t n, struct tc_error *err)
{
  if (n < 1 || n > m->rows || n > m->cols)
    return tc_fail (err, TC_EINVAL, "%zu tokens of a %zu x %zu circuit", n, m->rows, m->cols);
  return TC_OK;
}

static int
eigenvalues (const struct tc_dense *m, gsl_matrix *copy, gsl_vector_complex *values,
             gsl_eigen_nonsymm_workspace *space)
{
  for (size_t i = 0; i < copy->size1; i++)
    for (size_t j = 0; j < copy->size2; j++)
      gsl_matrix_set (copy, i, j, tc_dense_get (m, i, j));
  return gsl_eigen_nonsymm (copy, values, space);
}

enum tc_status
tc_copying_score (const struct tc_dense *m, size_t n, double *score, struct tc_error *err)
{
  *score = 0;
  enum tc_status status = check_size (m, n, err);
  if (status != TC_OK)
    return status;
  gsl_error_handler_t *handler = gsl_set_error_handler_off ();
  gsl_matrix *copy = gsl_matrix_alloc (n, n);
  gsl_vector_complex *values = gsl_vector_complex_alloc (n);
  gsl_eigen_nonsymm_workspace *space = gsl_eigen_nonsymm_alloc (n);
  if (copy == NULL || values == NULL || space == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu eigenvalues", n);
  else if (eigenvalues (m, copy, values, space) != GSL_SUCCESS)
    status = tc_fail (err, TC_ENONFINITE, "the eigenvalues of a circuit did not converge");
  double sum = 0, moduli = 0;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      gsl_complex value = gsl_vector_complex_get (values, i);
      sum += GSL_REAL (value);
      moduli += sqrt (GSL_REAL (value) * GSL_REAL (value) + GSL_IMAG (value) * GSL_IMAG (value));
    }
  if (moduli > 0)
    *score = sum / moduli;
  gsl_eigen_nonsymm_free (space);
  gsl_vector_complex_free (values);
  gsl_matrix_free (copy);
  gsl_set_error_handler (handler);
  return status;
}

/* How many of the first n entries of a row exceed its diagonal's.  */
static size_t
above_diagonal (const struct tc_dense *m, size_t n, size_t row)
{
  size_t count = 0;
  for (size_t j = 0; j < n; j++)
    count += tc_dense_get (m, row, j) > tc_dense_get (m, row, row);
  return count;
}

double
tc_diagonal_rate (const struct tc_dense *m, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    count += above_diagonal (m, n, i) == 0;
  return (double) count / (double) n;
}

double
tc_diagonal_rank (const struct tc_dense *m, size_t n)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    count += above_diagonal (m, n, i);
  return (double) count / (double) n;
}
