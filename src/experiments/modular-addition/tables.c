#include "experiments/modular-addition/tables.h"

#include "report/csv_columns.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Maps --- */

/* The power of ten by which numbers up to `most` are multiplied to keep three
   digits before the point.  */
static double
scale_of (double most)
{
  double scale = 1;
  while (most > 0 && most * scale < 100)
    scale *= 10;
  return scale;
}

double
tc_modular_greatest (const struct tc_dense *tensor, size_t col)
{
  double most = 0;
  for (size_t row = 0; row < tensor->rows; row++)
    most = fmax (most, fabs (tc_dense_get (tensor, row, col)));
  return most;
}

typedef void label_fn (const struct tc_fourier *f, size_t i, char text[TC_FOURIER_NAME]);

static void
number_label (const struct tc_fourier *f, size_t i, char text[TC_FOURIER_NAME])
{
  (void) f;
  snprintf (text, TC_FOURIER_NAME, "%zu", i);
}

static enum tc_status
open_map (const struct tc_modular_analysis *a, struct tc_csv *csv, const char *name,
          const char *title, label_fn *label, size_t n, const size_t *rows,
          struct tc_error *err)
{
  struct tc_csv_columns columns;
  bool is_terms = label != number_label;
  char text[TC_FOURIER_NAME];
  enum tc_status status = tc_csv_columns_alloc (&columns, n + 1, err);
  if (status == TC_OK)
    {
      tc_csv_columns_add (&columns, is_terms ? "of_a" : "a",
                          is_terms ? "Fourier function of a" : "first number");
      for (size_t j = 0; j < n; j++)
        {
          label (&a->fourier, rows != NULL ? rows[j] : j, text);
          tc_csv_columns_add (&columns, text, is_terms ? "that of b" : "b");
        }
      status = tc_session_csv (a->session, csv, name, title, columns.n, columns.column, err);
    }
  tc_csv_columns_free (&columns);
  return status;
}

/* Row i of the matrix is row of[i] of the tensor's first index, likewise columns; of
   may be NULL for the identity.  Labels are of the row's own number where `named`,
   else of its place.  */
static enum tc_status
write_matrix (const struct tc_modular_analysis *a, const char *name, const char *title,
              label_fn *label, const struct tc_dense *tensor, size_t col, size_t n,
              const size_t *rows, bool named, struct tc_error *err)
{
  struct tc_csv csv;
  char text[TC_FOURIER_NAME];
  double scale = scale_of (tc_modular_greatest (tensor, col));
  enum tc_status status = open_map (a, &csv, name, title, label, n, named ? rows : NULL, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < n; i++)
    {
      size_t from = rows != NULL ? rows[i] : i;
      label (&a->fourier, named ? from : i, text);
      tc_csv_text (&csv, text);
      for (size_t j = 0; j < n; j++)
        {
          size_t to = rows != NULL ? rows[j] : j;
          double value = rint (tc_dense_get (tensor, from * a->p + to, col) * scale) / scale;
          tc_csv_real (&csv, value == 0 ? 0 : value);   /* no -0 */
        }
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

enum tc_status
tc_modular_write_map (const struct tc_modular_analysis *a, const char *name,
                      const char *title, const struct tc_dense *tensor, size_t col,
                      struct tc_error *err)
{
  return write_matrix (a, name, title, number_label, tensor, col, a->p, NULL, true, err);
}

enum tc_status
tc_modular_write_turned (const struct tc_modular_analysis *a, const char *name,
                         const char *title, const struct tc_dense *tensor, size_t col,
                         size_t k, struct tc_error *err)
{
  size_t *number = calloc (a->p, sizeof *number);
  if (number == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu numbers", a->p);
  for (size_t x = 0; x < a->p; x++)
    number[k * x % a->p] = x;
  enum tc_status status = write_matrix (a, name, title, number_label, tensor, col, a->p, number,
                                        false, err);
  free (number);
  return status;
}

enum tc_status
tc_modular_write_terms (const struct tc_modular_analysis *a, const char *name,
                        const char *title, const struct tc_dense *transformed, size_t col,
                        size_t n_rows, const size_t *rows, struct tc_error *err)
{
  return write_matrix (a, name, title, tc_fourier_name, transformed, col,
                       rows != NULL ? n_rows : a->p, rows, true, err);
}

void
tc_modular_key_rows (size_t n_keys, const size_t *keys, size_t *rows)
{
  rows[0] = 0;
  for (size_t i = 0; i < n_keys; i++)
    {
      rows[2 * i + 1] = tc_fourier_cos (keys[i]);
      rows[2 * i + 2] = tc_fourier_sin (keys[i]);
    }
}

/* --- TeX --- */

void
tc_modular_table_number (FILE *stream, double x, int digits)
{
  char text[64];
  snprintf (text, sizeof text, "%.*e", digits - 1, x);
  char *e = strchr (text, 'e');
  int exponent = e == NULL ? 0 : atoi (e + 1);
  if (isnan (x))
    fputs ("--", stream);
  else if (e == NULL || x == 0)
    fprintf (stream, "$%g$", x);
  else if (exponent >= -2 && exponent <= 3)
    fprintf (stream, "$%.*f$", exponent < digits - 1 ? digits - 1 - exponent : 0, x);
  else
    fprintf (stream, "$%.*s\\!\\times\\!10^{%d}$", (int) (e - text), text, exponent);
}
