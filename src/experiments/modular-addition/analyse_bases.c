#include "experiments/modular-addition/analysis.h"

#include "circuits/similarity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Is something sparse in additive characters, the Fourier basis of 0 ... p-1, or in
   multiplicative ones, that of the discrete logarithms 0 ... p-2 of 1 ... p-1?
   Addition should be in the first, a product would be in the second.  Looked at:
   the function as a table of zeros and ones over (a, b, c), the model's logits over
   (a, b, c), centred over c and over pairs, and W_E over a.  */

/* What gets a row: how few terms hold how much.  */
static const double most = 0.9;

struct basis
{
  const char *name;
  struct tc_fourier fourier;
  size_t *number;               /* [fourier.n] the number at each place */
};

/* ---- Numbers in the order of their logarithms ---- */

/* Whether the powers of g are all of 1 ... p-1.  */
static bool
is_primitive (size_t g, size_t p)
{
  size_t power = 1;
  for (size_t i = 1; i < p - 1; i++)
    if ((power = power * g % p) == 1)
      return false;
  return power * g % p == 1;
}

static void
basis_free (struct basis *basis)
{
  tc_fourier_free (&basis->fourier);
  free (basis->number);
}

/* A prime p has a primitive root; another modulus gives none.  */
static enum tc_status
basis_alloc (struct basis *basis, size_t p, bool is_multiplicative, struct tc_error *err)
{
  size_t n = is_multiplicative ? p - 1 : p, g = 2;
  *basis = (struct basis) { .name = is_multiplicative ? "multiplicative" : "additive",
                            .number = calloc (n, sizeof *basis->number) };
  if (basis->number == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu numbers", n);
  while (is_multiplicative && !is_primitive (g, p))
    g++;
  size_t power = 1;
  for (size_t i = 0; i < n; i++, power = power * g % p)
    basis->number[i] = is_multiplicative ? power : i;
  return tc_fourier_alloc (&basis->fourier, n, err);
}

static bool
is_prime (size_t p)
{
  for (size_t d = 2; d * d <= p; d++)
    if (p % d == 0)
      return false;
  return p > 2;
}

/* ---- Sparsity ---- */

static int
descending (const void *left, const void *right)
{
  double a = *(const double *) left, b = *(const double *) right;
  return (a < b) - (a > b);
}

struct sparsity { double gini, share; };

/* Of the squares of n coefficients, which it sorts.  */
static enum tc_status
sparsity_of (size_t n, double *coefficients, struct sparsity *sparsity, struct tc_error *err)
{
  double total = 0, sum = 0;
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    total += coefficients[i] *= coefficients[i];
  qsort (coefficients, n, sizeof *coefficients, descending);
  while (count < n && sum < most * total)
    sum += coefficients[count++];
  sparsity->share = (double) count / (double) n;
  return tc_gini (n, coefficients, &sparsity->gini, err);
}

/* ---- Tensors over (a, b, c) ---- */

/* values [m, m, m] in the basis's order of numbers: the table of the function, or
   logits [n, p].  */
static void
arrange (const struct tc_modular_analysis *a, const struct basis *basis,
         const struct tc_dense *logits, double *values)
{
  size_t m = basis->fourier.n;
  const size_t *number = basis->number;
  for (size_t i = 0; i < m; i++)
    for (size_t j = 0; j < m; j++)
      {
        size_t pair = number[i] * a->p + number[j];
        for (size_t k = 0; k < m; k++)
          values[(i * m + j) * m + k]
            = logits != NULL ? logits->data[pair * a->p + number[k]]
                             : (double) ((size_t) a->task->answer[pair] == number[k]);
      }
}

/* Terms that are constant in c, or in a and b, say nothing of the function.  */
static void
drop_constants (size_t m, double *terms)
{
  for (size_t pair = 0; pair < m * m; pair++)
    terms[pair * m] = 0;
  memset (terms, 0, m * sizeof *terms);
}

/* values [m, m, m], overwritten; work likewise.  */
static enum tc_status
tensor_sparsity (const struct basis *basis, double *values, double *work,
                 struct sparsity *sparsity, struct tc_error *err)
{
  const struct tc_fourier *f = &basis->fourier;
  size_t m = f->n;
  tc_fourier_axis (f, TC_FOURIER_FORWARD, 1, m * m, values, work);
  tc_fourier_axis (f, TC_FOURIER_FORWARD, m, m, work, values);
  tc_fourier_axis (f, TC_FOURIER_FORWARD, m * m, 1, values, work);
  drop_constants (m, work);
  return sparsity_of (m * m * m, work, sparsity, err);
}

/* W_E over a; the constant is left out.  */
static enum tc_status
embedding_sparsity (const struct tc_modular_analysis *a, const struct basis *basis,
                    struct sparsity *sparsity, struct tc_error *err)
{
  struct tc_dense w_e = { 0 }, ordered = { 0 };
  size_t m = basis->fourier.n;
  double *norms = calloc (m, sizeof *norms);
  if (norms == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu norms", m);
  enum tc_status status = tc_modular_embedding (a, &w_e, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&ordered, m, w_e.cols, err);
  for (size_t i = 0; status == TC_OK && i < m; i++)
    memcpy (tc_dense_row (&ordered, i), tc_dense_row (&w_e, basis->number[i]),
            w_e.cols * sizeof *ordered.data);
  if (status == TC_OK)
    status = tc_fourier_row_norms (&basis->fourier, &ordered, norms, err);
  if (status == TC_OK)
    status = sparsity_of (m - 1, norms + 1, sparsity, err);
  tc_dense_free (&w_e);
  tc_dense_free (&ordered);
  free (norms);
  return status;
}

/* ---- The part ---- */

static enum tc_status
write_row (struct tc_csv *csv, const char *what, const struct basis *basis,
           const struct sparsity *sparsity, struct tc_error *err)
{
  tc_csv_text (csv, what);
  tc_csv_text (csv, basis->name);
  tc_csv_real (csv, sparsity->gini);
  tc_csv_real (csv, sparsity->share);
  return tc_csv_end_row (csv, err);
}

/* The three rows of a basis, and macros of the shares in percent.  */
static enum tc_status
write_basis (struct tc_modular_analysis *a, const struct basis *basis,
             const struct tc_dense *logits, struct tc_csv *csv, struct tc_error *err)
{
  bool is_additive = basis->fourier.n == a->p;
  size_t m = basis->fourier.n;
  struct sparsity function, ours, embedding;
  double *values = malloc (m * m * m * sizeof *values);
  double *work = malloc (m * m * m * sizeof *work);
  enum tc_status status = TC_OK;
  if (values == NULL || work == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu^3 coefficients", m);
  if (status == TC_OK)
    {
      arrange (a, basis, NULL, values);
      status = tensor_sparsity (basis, values, work, &function, err);
    }
  if (status == TC_OK)
    {
      arrange (a, basis, logits, values);
      status = tensor_sparsity (basis, values, work, &ours, err);
    }
  if (status == TC_OK)
    status = embedding_sparsity (a, basis, &embedding, err);
  free (values);
  free (work);
  if (status == TC_OK)
    status = write_row (csv, "function", basis, &function, err);
  if (status == TC_OK)
    status = write_row (csv, "logits", basis, &ours, err);
  if (status == TC_OK)
    status = write_row (csv, "embedding", basis, &embedding, err);
  if (status != TC_OK)
    return status;
  tc_modular_number (a, is_additive ? "BasisFunctionAdditive" : "BasisFunctionMultiplicative",
                     100 * function.share, 2);
  tc_modular_number (a, is_additive ? "BasisLogitsAdditive" : "BasisLogitsMultiplicative",
                     100 * ours.share, 2);
  tc_modular_number (a, is_additive ? "BasisEmbeddingAdditive" : "BasisEmbeddingMultiplicative",
                     100 * embedding.share, 2);
  return TC_OK;
}

enum tc_status
tc_modular_report_bases (struct tc_modular_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "what", "the function as a table of 0 and 1, the logits, or the embedding" },
    { "basis", "additive or multiplicative characters" },
    { "gini", "Gini coefficient of the squared coefficients" },
    { "share", "of the coefficients, largest first, that hold 0.9 of the sum of squares" }
  };
  struct tc_csv csv;
  struct tc_dense logits = { 0 };
  if (!is_prime (a->p) || a->n_snapshots == 0)
    return TC_OK;
  enum tc_status status = tc_session_csv (a->session, &csv, "bases",
                                          "How sparse things are in two bases", 4, columns, err);
  if (status != TC_OK)
    return status;
  status = tc_modular_number_logits (a, &logits, err);
  for (int i = 0; status == TC_OK && i < 2; i++)
    {
      struct basis basis;
      status = basis_alloc (&basis, a->p, i == 1, err);
      if (status == TC_OK)
        status = write_basis (a, &basis, &logits, &csv, err);
      basis_free (&basis);
    }
  tc_dense_free (&logits);
  return tc_csv_finish (&csv, status, err);
}
