#include "circuits/composition.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- A head's factors ---- */

/* W_Q, W_K, W_V [d_model, d_head] or W_O [d_head, d_model] of one head.  */
static enum tc_status
head_factor (const struct tc_model *model, int layer, int head, const char *leaf,
             struct tc_dense *m, struct tc_error *err)
{
  const struct tc_config *c = &model->config;
  char name[TC_NAME_MAX];
  if (layer < 0 || layer >= c->n_layers || head < 0 || head >= c->n_heads)
    return tc_fail (err, TC_EINVAL,
                    "the model has %d layers of %d heads, but head %d of layer %d was asked for",
                    c->n_layers, c->n_heads, head, layer);
  snprintf (name, sizeof name, "blocks.%d.attn.%s", layer, leaf);
  const struct tc_tensor *tensor = tc_params_find (&model->params, name);
  if (tensor == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s", name);
  return tc_dense_from_real (m, tensor->shape[1], tensor->shape[2],
                             model->params.data + tensor->offset
                             + (size_t) head * tensor->shape[1] * tensor->shape[2], err);
}

/* A matrix of the model, [shape[0], shape[1]].  */
static enum tc_status
matrix (const struct tc_model *model, const char *name, struct tc_dense *m,
        struct tc_error *err)
{
  const struct tc_tensor *tensor = tc_params_find (&model->params, name);
  if (tensor == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s", name);
  return tc_dense_from_real (m, tensor->shape[0], tensor->shape[1],
                             model->params.data + tensor->offset, err);
}

/* out = left right, or left right^T; frees both, whatever status says.  */
static enum tc_status
multiply (enum tc_status status, struct tc_dense *left, struct tc_dense *right,
          bool transposed, struct tc_dense *out, struct tc_error *err)
{
  *out = (struct tc_dense) { 0, 0, NULL };
  if (status == TC_OK)
    status = transposed ? tc_dense_product_nt (out, left, right, err)
             : tc_dense_product (out, left, right, err);
  tc_dense_free (left);
  tc_dense_free (right);
  return status;
}

enum tc_status
tc_head_qk (const struct tc_model *model, int layer, int head, struct tc_dense *qk,
            struct tc_error *err)
{
  struct tc_dense q = { 0, 0, NULL }, k = { 0, 0, NULL };
  enum tc_status status = head_factor (model, layer, head, "W_Q", &q, err);
  if (status == TC_OK)
    status = head_factor (model, layer, head, "W_K", &k, err);
  return multiply (status, &q, &k, true, qk, err);
}

enum tc_status
tc_head_ov (const struct tc_model *model, int layer, int head, struct tc_dense *ov,
            struct tc_error *err)
{
  struct tc_dense v = { 0, 0, NULL }, o = { 0, 0, NULL };
  enum tc_status status = head_factor (model, layer, head, "W_V", &v, err);
  if (status == TC_OK)
    status = head_factor (model, layer, head, "W_O", &o, err);
  return multiply (status, &v, &o, false, ov, err);
}

/* ---- Composition ---- */

static double
norm (const struct tc_dense *m)
{
  double squares = 0;
  for (size_t i = 0; i < m->rows * m->cols; i++)
    squares = fma (m->data[i], m->data[i], squares);
  return sqrt (squares);
}

/* |a b| / (|a| |b|), with b^T for b if transposed.  */
static enum tc_status
ratio (const struct tc_dense *a, const struct tc_dense *b, bool transposed, double *value,
       struct tc_error *err)
{
  struct tc_dense product;
  enum tc_status status = transposed ? tc_dense_product_nt (&product, a, b, err)
                          : tc_dense_product (&product, a, b, err);
  if (status != TC_OK)
    return status;
  *value = norm (&product) / (norm (a) * norm (b));
  tc_dense_free (&product);
  return TC_OK;
}

enum tc_status
tc_head_composition (const struct tc_model *model, int layer1, int head1, int layer2,
                     int head2, struct tc_composition *out, struct tc_error *err)
{
  struct tc_dense ov1 = { 0, 0, NULL }, qk2 = ov1, ov2 = ov1;
  enum tc_status status = tc_head_ov (model, layer1, head1, &ov1, err);
  if (status == TC_OK)
    status = tc_head_qk (model, layer2, head2, &qk2, err);
  if (status == TC_OK)
    status = tc_head_ov (model, layer2, head2, &ov2, err);
  if (status == TC_OK)
    status = ratio (&ov1, &qk2, false, &out->q, err);
  if (status == TC_OK)
    status = ratio (&qk2, &ov1, true, &out->k, err);
  if (status == TC_OK)
    status = ratio (&ov1, &ov2, false, &out->v, err);
  tc_dense_free (&ov1);
  tc_dense_free (&qk2);
  tc_dense_free (&ov2);
  return status;
}

/* A product of two Gaussian matrices.  */
static enum tc_status
draw_product (size_t d_model, size_t d_head, struct tc_torch_rng *rng, float *buffer,
              struct tc_dense *out, struct tc_error *err)
{
  struct tc_dense left = { 0, 0, NULL }, right = { 0, 0, NULL };
  enum tc_status status = tc_dense_alloc (&left, d_model, d_head, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&right, d_head, d_model, err);
  struct tc_dense *factors[] = { &left, &right };
  for (int i = 0; status == TC_OK && i < 2; i++)
    {
      tc_torch_randn (rng, d_model * d_head, buffer);
      for (size_t j = 0; j < d_model * d_head; j++)
        factors[i]->data[j] = (double) buffer[j];
    }
  return multiply (status, &left, &right, false, out, err);
}

enum tc_status
tc_composition_by_chance (size_t d_model, size_t d_head, size_t samples,
                          struct tc_torch_rng *rng, double *mean, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  double sum = 0, value = 0;
  float *buffer = malloc (d_model * d_head * sizeof *buffer);
  if (buffer == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu Gaussian numbers", d_model * d_head);
  for (size_t i = 0; status == TC_OK && i < samples; i++)
    {
      struct tc_dense a = { 0, 0, NULL }, b = { 0, 0, NULL };
      status = draw_product (d_model, d_head, rng, buffer, &a, err);
      if (status == TC_OK)
        status = draw_product (d_model, d_head, rng, buffer, &b, err);
      if (status == TC_OK)
        status = ratio (&a, &b, false, &value, err);
      sum += value;
      tc_dense_free (&a);
      tc_dense_free (&b);
    }
  free (buffer);
  *mean = sum / (double) samples;
  return status;
}

/* ---- Eigenvalues ---- */

struct eigenvalue { double modulus, real, imaginary; };

/* Descending modulus; conjugates: the positive imaginary part first.  */
static int
compare (const void *left, const void *right)
{
  const struct eigenvalue *a = left, *b = right;
  if (a->modulus != b->modulus)
    return a->modulus < b->modulus ? 1 : -1;
  if (a->real != b->real)
    return a->real < b->real ? 1 : -1;
  return (a->imaginary < b->imaginary) - (a->imaginary > b->imaginary);
}

static enum tc_status
solve (struct tc_dense *m, struct eigenvalue *values, struct tc_error *err)
{
  const size_t r = m->rows;
  enum tc_status status = TC_OK;
  gsl_error_handler_t *handler = gsl_set_error_handler_off ();
  gsl_matrix_view view = gsl_matrix_view_array (m->data, r, r);
  gsl_vector_complex *found = gsl_vector_complex_alloc (r);
  gsl_eigen_nonsymm_workspace *space = gsl_eigen_nonsymm_alloc (r);
  if (found == NULL || space == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu eigenvalues", r);
  else if (gsl_eigen_nonsymm (&view.matrix, found, space) != GSL_SUCCESS)
    status = tc_fail (err, TC_ENONFINITE, "the eigenvalues of a circuit did not converge");
  for (size_t i = 0; status == TC_OK && i < r; i++)
    {
      gsl_complex z = gsl_vector_complex_get (found, i);
      double x = GSL_REAL (z), y = GSL_IMAG (z);
      values[i] = (struct eigenvalue) { sqrt (x * x + y * y), x, y };
    }
  gsl_eigen_nonsymm_free (space);
  gsl_vector_complex_free (found);
  gsl_set_error_handler (handler);
  return status;
}

enum tc_status
tc_product_eigenvalues (const struct tc_dense *a, const struct tc_dense *b, double *real,
                        double *imaginary, struct tc_error *err)
{
  struct tc_dense small;
  if (a->rows != b->cols)
    return tc_fail (err, TC_EINVAL, "a %zu x %zu matrix has no eigenvalues", a->rows, b->cols);
  enum tc_status status = tc_dense_product (&small, b, a, err);
  if (status != TC_OK)
    return status;
  const size_t r = small.rows;
  struct eigenvalue *values = calloc (r, sizeof *values);
  if (values == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu eigenvalues", r);
  else
    status = solve (&small, values, err);
  if (status == TC_OK)
    qsort (values, r, sizeof *values, compare);
  for (size_t i = 0; status == TC_OK && i < r; i++)
    {
      real[i] = values[i].real;
      imaginary[i] = values[i].imaginary;
    }
  free (values);
  tc_dense_free (&small);
  return status;
}

double
tc_positivity (size_t r, const double *real, const double *imaginary)
{
  double sum = 0, moduli = 0;
  for (size_t i = 0; i < r; i++)
    {
      sum += real[i];
      moduli += sqrt (real[i] * real[i] + imaginary[i] * imaginary[i]);
    }
  return moduli > 0 ? sum / moduli : 0;
}

/* ---- Circuits over tokens ---- */

enum tc_status
tc_token_ov (const struct tc_model *model, int layer, int head, struct tc_dense *a,
             struct tc_dense *b, struct tc_error *err)
{
  struct tc_dense left = { 0, 0, NULL }, right = left;
  *a = *b = left;
  enum tc_status status = matrix (model, "embed.W_E", &left, err);
  if (status == TC_OK)
    status = head_factor (model, layer, head, "W_V", &right, err);
  status = multiply (status, &left, &right, false, a, err);
  if (status == TC_OK)
    status = head_factor (model, layer, head, "W_O", &left, err);
  if (status == TC_OK)
    status = matrix (model, "unembed.W_U", &right, err);
  status = multiply (status, &left, &right, false, b, err);
  if (status != TC_OK)
    tc_dense_free (a);
  return status;
}

/* (W_E W_V1 W_O1 W_K2)^T */
static enum tc_status
composed_keys (const struct tc_model *model, int layer1, int head1, int layer2, int head2,
               struct tc_dense *b, struct tc_error *err)
{
  struct tc_dense values = { 0, 0, NULL }, left = values, right = values, keys = values;
  enum tc_status status = matrix (model, "embed.W_E", &left, err);
  if (status == TC_OK)
    status = head_factor (model, layer1, head1, "W_V", &right, err);
  status = multiply (status, &left, &right, false, &values, err);
  if (status == TC_OK)
    status = head_factor (model, layer1, head1, "W_O", &left, err);
  if (status == TC_OK)
    status = head_factor (model, layer2, head2, "W_K", &right, err);
  status = multiply (status, &left, &right, false, &keys, err);
  status = multiply (status, &values, &keys, false, &left, err);
  if (status == TC_OK)
    status = tc_dense_alloc (b, left.cols, left.rows, err);
  for (size_t i = 0; status == TC_OK && i < left.rows; i++)
    for (size_t j = 0; j < left.cols; j++)
      tc_dense_row (b, j)[i] = tc_dense_get (&left, i, j);
  tc_dense_free (&left);
  return status;
}

enum tc_status
tc_token_qk_composed (const struct tc_model *model, int layer1, int head1, int layer2,
                      int head2, struct tc_dense *a, struct tc_dense *b,
                      struct tc_error *err)
{
  struct tc_dense left = { 0, 0, NULL }, right = left;
  *a = *b = left;
  enum tc_status status = matrix (model, "embed.W_E", &left, err);
  if (status == TC_OK)
    status = head_factor (model, layer2, head2, "W_Q", &right, err);
  status = multiply (status, &left, &right, false, a, err);
  if (status == TC_OK)
    status = composed_keys (model, layer1, head1, layer2, head2, b, err);
  if (status != TC_OK)
    tc_dense_free (a);
  return status;
}
