#include "experiments/addition/reach.h"

#include "experiments/addition/digits.h"
#include "experiments/addition/shares.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* As a function of the digit D of x in a column, the input of the neurons at tok k
   is, with attention at its mean a, sum over heads of a W_E[D] W_V W_O W_in: heads
   add, whatever each is for.  Likewise for y; their energies add.  */

/* gram += M M^T, where M = sum over heads of weight[head] inputs[head].  */
static enum tc_status
add_gram (const struct tc_dense *inputs, size_t n_heads, const double *weight,
          struct tc_dense *gram, struct tc_error *err)
{
  struct tc_dense m, product = { 0 };
  enum tc_status status = tc_dense_alloc (&m, inputs->rows, inputs->cols, err);
  if (status != TC_OK)
    return status;
  for (size_t h = 0; h < n_heads; h++)
    for (size_t i = 0; i < m.rows * m.cols; i++)
      m.data[i] = fma (weight[h], inputs[h].data[i], m.data[i]);
  status = tc_dense_product_nt (&product, &m, &m, err);
  for (size_t i = 0; status == TC_OK && i < gram->rows * gram->cols; i++)
    gram->data[i] += product.data[i];
  tc_dense_free (&m);
  tc_dense_free (&product);
  return status;
}

static enum tc_status
measure_reach (const struct tc_addition_gaze *gaze, const struct tc_dense *inputs, size_t k,
               int distance, const struct tc_dense *waves,
               const struct tc_addition_bases *bases, struct tc_addition_shares *shares,
               struct tc_error *err)
{
  struct tc_dense gram;
  double *weight = calloc (2 * gaze->n_heads, sizeof *weight);
  if (weight == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the weights of %zu heads", gaze->n_heads);
  for (size_t h = 0; h < gaze->n_heads; h++)
    {
      weight[h] = tc_addition_gaze_x (gaze, h, k, distance);
      weight[gaze->n_heads + h] = tc_addition_gaze_y (gaze, h, k, distance);
    }
  enum tc_status status = tc_dense_alloc (&gram, 10, 10, err);
  if (status == TC_OK)
    status = add_gram (inputs, gaze->n_heads, weight, &gram, err);
  if (status == TC_OK)
    status = add_gram (inputs, gaze->n_heads, weight + gaze->n_heads, &gram, err);
  if (status == TC_OK)
    status = tc_addition_shares (waves, &gram, 0, bases, shares, err);
  tc_dense_free (&gram);
  free (weight);
  return status;
}

static enum tc_status
write_rows (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
            const struct tc_dense *inputs, const struct tc_dense *waves,
            const struct tc_addition_bases *bases, struct tc_csv *csv, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t k = 0; k < a->n_answers; k++)
    for (int column = a->num_digits - 1; status == TC_OK && column >= 0; column--)
      {
        int distance = a->num_digits - (int) k - column;
        struct tc_addition_shares shares;
        status = measure_reach (gaze, inputs, k, distance, waves, bases, &shares, err);
        if (status != TC_OK)
          return status;
        tc_csv_int (csv, (long long) k);
        tc_csv_int (csv, column);
        tc_csv_int (csv, distance);
        tc_csv_real (csv, sqrt (shares.total / 20));
        for (size_t i = 0; i < TC_ADDITION_FREQUENCIES; i++)
          tc_csv_real (csv, 100 * shares.share[i]);
        tc_csv_real (csv, 100 * shares.pair.low);
        tc_csv_real (csv, 100 * shares.pair.high);
        status = tc_csv_end_row (csv, err);
      }
  return status;
}

static enum tc_status
write_reach (const struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
             const struct tc_dense *inputs, const struct tc_dense *waves,
             const struct tc_addition_bases *bases, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "tok", "answer digit; tok 0 is the last carry" },
    { "column", "i of the column of 10^i" },
    { "distance", "columns from the answer digit's own to it; 1: the next to the right" },
    { "size", "root mean square over the digits of x and y of what they change in the "
              "vector of neuron inputs, attention at its mean" },
    { "k1", "share of frequency 1, percent" },
    { "k2", "of frequency 2" },
    { "k3", "of frequency 3" },
    { "k4", "of frequency 4" },
    { "k5", "of +-1" },
    { "random_low", "smallest share of a pair of functions in 100 random bases" },
    { "random_high", "greatest" }
  };
  struct tc_csv csv;
  enum tc_status status
    = tc_session_csv (a->session, &csv, "reach",
                      "What each column's digits put into the neurons at each answer digit",
                      11, columns, err);
  if (status != TC_OK)
    return status;
  status = write_rows (a, gaze, inputs, waves, bases, &csv, err);
  return tc_csv_finish (&csv, status, err);
}

/* The waves of a digit and the bases to set beside them.  */
static enum tc_status
make_waves (const struct tc_addition_analysis *a, struct tc_dense *waves,
            struct tc_addition_bases *bases, struct tc_error *err)
{
  struct tc_fourier fourier = { 0 };
  struct tc_torch_rng rng;
  tc_addition_stream (a, TC_ADDITION_STREAM_BASES, &rng);
  enum tc_status status = tc_fourier_alloc (&fourier, 10, err);
  if (status == TC_OK)
    status = tc_addition_digit_waves (&fourier, waves, err);
  if (status == TC_OK)
    status = tc_addition_bases_alloc (bases, TC_ADDITION_BASES, TC_ADDITION_WAVES, false,
                                      &rng, err);
  tc_fourier_free (&fourier);
  return status;
}

enum tc_status
tc_addition_report_reach (struct tc_addition_analysis *a, const struct tc_addition_gaze *gaze,
                          struct tc_error *err)
{
  struct tc_dense waves = { 0 };
  struct tc_addition_bases bases = { 0 };
  struct tc_dense *inputs = calloc (gaze->n_heads, sizeof *inputs);
  if (inputs == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu heads", gaze->n_heads);
  enum tc_status status = make_waves (a, &waves, &bases, err);
  for (size_t h = 0; status == TC_OK && h < gaze->n_heads; h++)
    status = tc_addition_neuron_inputs (&a->session->model, h, &inputs[h], err);
  if (status == TC_OK)
    status = write_reach (a, gaze, inputs, &waves, &bases, err);
  for (size_t h = 0; h < gaze->n_heads; h++)
    tc_dense_free (&inputs[h]);
  free (inputs);
  tc_addition_bases_free (&bases);
  tc_dense_free (&waves);
  return status;
}
