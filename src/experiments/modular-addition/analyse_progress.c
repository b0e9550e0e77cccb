#include "experiments/modular-addition/analysis.h"

#include "circuits/fourier2d.h"
#include "circuits/logits.h"
#include "circuits/similarity.h"
#include "experiments/modular-addition/figures.h"
#include "experiments/modular-addition/progress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Every snapshot to EVERY_TO, then, of a run with more than MANY of them, every
   other.  */
enum { EVERY_TO = 3000, MANY = 130 };
/* Steps that get a panel of the embedding.  */
enum { PANELS = 8 };

/* The files that grow with each snapshot, and what one snapshot has.  */
struct series
{
  struct tc_modular_analysis *a;
  struct tc_csv progress, weights, embedding;
  bool is_open[3];
  struct tc_modular_columns columns[3];
  unsigned sets;                /* directions that the function is made of */
  double *norms;                /* [p] */
};

unsigned
tc_modular_directions (const struct tc_modular_analysis *a)
{
  switch (a->settings->task.function)
    {
    case TC_MODULAR_ADD:
      return TC_FOURIER_SUM;
    case TC_MODULAR_SUBTRACT:
      return TC_FOURIER_DIFFERENCE;
    case TC_MODULAR_X2XYY2:
    case TC_MODULAR_RANDOM:
      break;
    }
  return TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE;
}

/* ---- Losses of parts of the logits ---- */

/* The loss of the restricted logits on all pairs, of the excluded ones on the
   training pairs.  */
static enum tc_status
partial_losses (const struct tc_modular_analysis *a, const struct tc_dense *logits,
                unsigned sets, size_t n_keys, const size_t *keys, double *restricted,
                double *excluded, struct tc_error *err)
{
  struct tc_dense directions = { 0 }, part = { 0 };
  enum tc_status status
    = tc_directions (&a->fourier, sets, n_keys, keys, &directions, err);
  if (status == TC_OK)
    status = tc_restricted_logits (&directions, logits, &part, err);
  if (status == TC_OK)
    {
      *restricted = tc_mean_cross_entropy (&part, a->task->answer, a->n, NULL);
      tc_dense_free (&part);
      status = tc_excluded_logits (&directions, logits, &part, err);
    }
  if (status == TC_OK)
    *excluded = tc_mean_cross_entropy (&part, a->task->answer, a->n_train, a->train_rows);
  tc_dense_free (&part);
  tc_dense_free (&directions);
  return status;
}

/* The cells that need key frequencies.  */
static enum tc_status
key_cells (struct series *s, const struct tc_dense *logits, struct tc_modular_progress *row,
           struct tc_error *err)
{
  const struct tc_modular_analysis *a = s->a;
  double restricted[2], excluded[2], *each = calloc (2 * a->n_keys, sizeof *each);
  struct tc_logit_fit fit = { 0 };
  if (each == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu key frequencies", a->n_keys);
  enum tc_status status = partial_losses (a, logits, s->sets, a->n_keys, a->keys,
                                          &restricted[0], &excluded[0], err);
  if (status == TC_OK)
    status = partial_losses (a, logits, TC_FOURIER_SUM | TC_FOURIER_DIFFERENCE, a->n_keys,
                             a->keys, &restricted[1], &excluded[1], err);
  for (size_t i = 0; status == TC_OK && i < a->n_keys; i++)
    status = partial_losses (a, logits, s->sets, 1, &a->keys[i], &each[2 * i],
                             &each[2 * i + 1], err);
  if (status == TC_OK)
    status = tc_logit_fit_alloc (&fit, &a->fourier, logits, a->task->answer, a->n_keys,
                                 a->keys, err);
  if (status == TC_OK)
    {
      row->restricted = restricted[0];
      row->excluded = excluded[0];
      row->restricted_blocks = restricted[1];
      row->excluded_blocks = excluded[1];
      row->explained = fit.explained;
      tc_csv_real (&s->progress, restricted[0]);
      tc_csv_real (&s->progress, excluded[0]);
      tc_csv_real (&s->progress, restricted[1]);
      tc_csv_real (&s->progress, excluded[1]);
      tc_csv_real (&s->progress, fit.explained);
      tc_csv_real (&s->progress, fit.loss);
      for (size_t i = 0; i < a->n_keys; i++)
        tc_csv_real (&s->progress, each[2 * i]);
      for (size_t i = 0; i < a->n_keys; i++)
        tc_csv_real (&s->progress, each[2 * i + 1]);
      for (size_t i = 0; i < a->n_keys; i++)
        tc_csv_real (&s->progress, fit.alpha[i]);
    }
  tc_logit_fit_free (&fit);
  free (each);
  return status;
}

/* [n, p] of [n, d_out].  */
static enum tc_status
drop_equals (const struct tc_modular_analysis *a, const struct tc_dense *all,
             struct tc_dense *numbers, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (numbers, a->n, a->p, err);
  for (size_t i = 0; status == TC_OK && i < a->n; i++)
    memcpy (tc_dense_row (numbers, i), all->data + i * all->cols,
            a->p * sizeof *numbers->data);
  return status;
}

static enum tc_status
loss_cells (struct series *s, struct tc_modular_progress *row, struct tc_error *err)
{
  struct tc_modular_analysis *a = s->a;
  struct tc_dense all = { 0 }, numbers = { 0 };
  const int32_t *answer = a->task->answer;
  enum tc_status status = tc_modular_logits (a, &all, err);
  if (status == TC_OK)
    status = drop_equals (a, &all, &numbers, err);
  if (status == TC_OK)
    {
      row->loss = tc_mean_cross_entropy (&all, answer, a->n_train, a->train_rows);
      row->test_loss = tc_mean_cross_entropy (&all, answer, a->n_test, a->test_rows);
      row->accuracy = tc_mean_accuracy (&all, answer, a->n_train, a->train_rows);
      row->test_accuracy = tc_mean_accuracy (&all, answer, a->n_test, a->test_rows);
      tc_csv_real (&s->progress, row->loss);
      tc_csv_real (&s->progress, row->test_loss);
      tc_csv_real (&s->progress, row->accuracy);
      tc_csv_real (&s->progress, row->test_accuracy);
    }
  if (status == TC_OK && a->n_keys > 0)
    status = key_cells (s, &numbers, row, err);
  tc_dense_free (&all);
  tc_dense_free (&numbers);
  return status;
}

/* ---- Weights ---- */

/* The Gini coefficient of a matrix's norms in the Fourier basis; its norms by
   frequency go to embedding.csv.  */
static enum tc_status
spectrum_cells (struct series *s, const struct tc_dense *matrix, double *gini,
                struct tc_error *err)
{
  const struct tc_fourier *f = &s->a->fourier;
  enum tc_status status = tc_fourier_row_norms (f, matrix, s->norms, err);
  if (status == TC_OK)
    status = tc_gini (f->n, s->norms, gini, err);
  if (status == TC_OK)
    status = tc_fourier_norms (f, matrix, s->norms, err);
  for (size_t k = 0; status == TC_OK && k < f->n / 2; k++)
    tc_csv_float (&s->embedding, (float) s->norms[k]);
  return status;
}

static enum tc_status
spectra_cells (struct series *s, struct tc_modular_progress *row, struct tc_error *err)
{
  struct tc_dense w_e = { 0 }, w_l = { 0 };
  enum tc_status status = tc_modular_embedding (s->a, &w_e, err);
  if (status == TC_OK)
    status = tc_modular_neuron_logits (s->a, &w_l, err);
  if (status == TC_OK)
    status = spectrum_cells (s, &w_e, &row->gini_w_e, err);
  if (status == TC_OK)
    status = spectrum_cells (s, &w_l, &row->gini_w_l, err);
  if (status == TC_OK)
    {
      tc_csv_real (&s->progress, row->gini_w_e);
      tc_csv_real (&s->progress, row->gini_w_l);
    }
  tc_dense_free (&w_e);
  tc_dense_free (&w_l);
  return status;
}

static void
weight_cells (struct series *s, struct tc_modular_progress *row)
{
  const struct tc_params *params = &s->a->session->model.params;
  row->squares = 0;
  for (size_t i = 0; i < params->n_tensors; i++)
    {
      const struct tc_tensor *tensor = &params->tensors[i];
      double sum = 0;
      for (size_t j = 0; j < tensor->count; j++)
        {
          double x = (double) params->data[tensor->offset + j];
          sum += x * x;
        }
      row->squares += sum;
      tc_csv_real (&s->weights, sum);
    }
  tc_csv_real (&s->weights, row->squares);
}

/* ---- The series ---- */

static enum tc_status
measure (struct series *s, int step, struct tc_modular_progress *row, struct tc_error *err)
{
  row->step = step;
  tc_csv_int (&s->progress, step);
  tc_csv_int (&s->weights, step);
  tc_csv_int (&s->embedding, step);
  enum tc_status status = loss_cells (s, row, err);
  if (status == TC_OK)
    status = spectra_cells (s, row, err);
  if (status == TC_OK)
    weight_cells (s, row);
  if (status == TC_OK)
    status = tc_csv_end_row (&s->progress, err);
  if (status == TC_OK)
    status = tc_csv_end_row (&s->weights, err);
  if (status == TC_OK)
    status = tc_csv_end_row (&s->embedding, err);
  return status;
}

static void
name_progress (const struct tc_modular_analysis *a, struct tc_modular_columns *c)
{
  tc_modular_column (c, "step", "updates made");
  tc_modular_column (c, "loss", "training loss, nats");
  tc_modular_column (c, "test_loss", "test loss, nats");
  tc_modular_column (c, "accuracy", "share of training pairs whose answer ranks first");
  tc_modular_column (c, "test_accuracy", "the same of test pairs");
  if (a->n_keys > 0)
    {
      tc_modular_column (c, "restricted", "loss on all pairs of the key directions alone, nats");
      tc_modular_column (c, "excluded", "training loss without the key directions, nats");
      tc_modular_column (c, "restricted_blocks", "restricted to the keys' whole 2x2 blocks, nats");
      tc_modular_column (c, "excluded_blocks", "training loss without these blocks, nats");
      tc_modular_column (c, "explained", "logit variance explained by cos (w_k (answer - c))");
      tc_modular_column (c, "fit_loss", "loss of that fit on all pairs, nats");
      tc_modular_column_each (c, "restricted", a->n_keys, a->keys, "of this key alone, nats");
      tc_modular_column_each (c, "excluded", a->n_keys, a->keys, "without this key alone, nats");
      tc_modular_column_each (c, "alpha", a->n_keys, a->keys, "coefficient in the fit");
    }
  tc_modular_column (c, "gini_w_e", "Gini coefficient of W_E's norms in the Fourier basis");
  tc_modular_column (c, "gini_w_l", "the same of W_L = W_U W_out");
}

static enum tc_status
name_columns (struct series *s, struct tc_error *err)
{
  const struct tc_modular_analysis *a = s->a;
  const struct tc_params *params = &a->session->model.params;
  size_t n_freq = a->p / 2, *numbers = calloc (n_freq + 1, sizeof *numbers);
  if (numbers == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu frequencies", n_freq);
  for (size_t k = 0; k < n_freq; k++)
    numbers[k] = k + 1;
  enum tc_status status
    = tc_modular_columns_alloc (&s->columns[0], 16 + 3 * a->n_keys, err);
  if (status == TC_OK)
    status = tc_modular_columns_alloc (&s->columns[1], params->n_tensors + 2, err);
  if (status == TC_OK)
    status = tc_modular_columns_alloc (&s->columns[2], 2 * n_freq + 1, err);
  if (status == TC_OK)
    {
      name_progress (a, &s->columns[0]);
      tc_modular_column (&s->columns[1], "step", "updates made");
      for (size_t i = 0; i < params->n_tensors; i++)
        tc_modular_column (&s->columns[1], params->tensors[i].name, "its sum of squares");
      tc_modular_column (&s->columns[1], "total", "sum of squares of all parameters");
      tc_modular_column (&s->columns[2], "step", "updates made");
      tc_modular_column_each (&s->columns[2], "w_e", n_freq, numbers,
                              "norm of W_E at this frequency, cosine and sine together");
      tc_modular_column_each (&s->columns[2], "w_l", n_freq, numbers,
                              "norm of W_L = W_U W_out at this frequency");
    }
  free (numbers);
  return status;
}

static enum tc_status
open_series (struct series *s, struct tc_error *err)
{
  static const char *const names[] = { "progress", "weights", "embedding" };
  static const char *const titles[] = {
    "Progress measures over training (Nanda et al. 2023)",
    "Sums of squared weights over training", "The Fourier content of weights over training"
  };
  struct tc_csv *files[] = { &s->progress, &s->weights, &s->embedding };
  enum tc_status status = name_columns (s, err);
  s->norms = calloc (s->a->p, sizeof *s->norms);
  if (status == TC_OK && s->norms == NULL)
    status = tc_fail (err, TC_ENOMEM, "no memory for %zu norms", s->a->p);
  for (int i = 0; status == TC_OK && i < 3; i++)
    {
      status = tc_modular_csv (s->a, files[i], names[i], titles[i], &s->columns[i], err);
      s->is_open[i] = status == TC_OK;
    }
  return status;
}

static enum tc_status
close_series (struct series *s, enum tc_status status, struct tc_error *err)
{
  struct tc_csv *files[] = { &s->progress, &s->weights, &s->embedding };
  for (int i = 0; i < 3; i++)
    {
      if (s->is_open[i])
        status = tc_csv_finish (files[i], status, err);
      tc_modular_columns_free (&s->columns[i]);
    }
  free (s->norms);
  return status;
}

static bool
is_measured (const struct tc_modular_analysis *a, size_t i)
{
  return a->n_snapshots <= MANY || a->snapshot[i] <= EVERY_TO || i % 2 == 0;
}

/* ---- The embedding in panels ---- */

/* The kept snapshot closest to a step.  */
static int
closest_snapshot (const struct tc_modular_analysis *a, double step)
{
  int best = a->snapshot[0];
  for (size_t i = 0; i < a->n_snapshots; i++)
    if (fabs (a->snapshot[i] - step) < fabs (best - step))
      best = a->snapshot[i];
  return best;
}

/* Eight moments: the beginning, memorised, the end, and five in between of which
   the middle one is when the test loss falls.  */
static void
choose_panels (const struct tc_modular_analysis *a, int steps[PANELS])
{
  double end = a->snapshot[a->n_snapshots - 1];
  double grokked = tc_modular_own_number (a, "TestBelowOne");
  if (isnan (grokked))
    grokked = 0.5 * end;
  const double at[PANELS] = { 0, 0.07 * grokked, 0.25 * grokked, 0.5 * grokked,
                              0.75 * grokked, grokked, 1.2 * grokked, end };
  for (int i = 0; i < PANELS; i++)
    steps[i] = closest_snapshot (a, at[i]);
}

static enum tc_status
write_panels (struct tc_modular_analysis *a, const int *steps, double *norms,
              struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "step", "updates made" }, { "component", "row of the Fourier basis" },
    { "frequency", "its frequency, 0 for the constant" },
    { "is_sine", "0 for a cosine or the constant, 1 for a sine" },
    { "norm", "norm of W_E there" }
  };
  struct tc_csv csv;
  enum tc_status status = tc_session_csv (a->session, &csv, "moments",
                                          "The embedding in the Fourier basis at eight "
                                          "moments", 5, columns, err);
  if (status != TC_OK)
    return status;
  for (int i = 0; status == TC_OK && i < PANELS; i++)
    {
      struct tc_dense w_e = { 0 };
      status = tc_session_load (a->session, steps[i], err);
      if (status == TC_OK)
        status = tc_modular_embedding (a, &w_e, err);
      if (status == TC_OK)
        status = tc_fourier_row_norms (&a->fourier, &w_e, norms, err);
      for (size_t row = 0; status == TC_OK && row < a->p; row++)
        {
          size_t k = tc_fourier_frequency (row);
          tc_csv_int (&csv, steps[i]);
          tc_csv_int (&csv, (long long) row);
          tc_csv_int (&csv, (long long) k);
          tc_csv_int (&csv, k > 0 && row == tc_fourier_sin (k));
          tc_csv_float (&csv, (float) norms[row]);
          status = tc_csv_end_row (&csv, err);
        }
      tc_dense_free (&w_e);
    }
  return tc_csv_finish (&csv, status, err);
}

static enum tc_status
report_panels (struct tc_modular_analysis *a, struct tc_error *err)
{
  int steps[PANELS];
  double *norms = calloc (a->p, sizeof *norms);
  if (norms == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu norms", a->p);
  choose_panels (a, steps);
  enum tc_status status = write_panels (a, steps, norms, err);
  free (norms);
  if (status == TC_OK)
    status = tc_modular_figure_embedding (a, PANELS, steps, err);
  return status;
}

/* ---- The part ---- */

static enum tc_status
run_series (struct tc_modular_analysis *a, struct tc_modular_progress *rows, size_t *n,
            struct tc_error *err)
{
  struct series s = { .a = a, .sets = tc_modular_directions (a) };
  int last = (int) a->log.n_rows;
  *n = 0;
  enum tc_status status = open_series (&s, err);
  for (size_t i = 0; status == TC_OK && i <= a->n_snapshots; i++)
    {
      /* After the snapshots, the trained model.  */
      int step = i < a->n_snapshots ? a->snapshot[i] : last;
      if (i < a->n_snapshots && (step == last || !is_measured (a, i)))
        continue;
      rows[*n] = (struct tc_modular_progress) {
        .restricted = NAN, .excluded = NAN, .restricted_blocks = NAN, .excluded_blocks = NAN,
        .explained = NAN
      };
      status = tc_session_load (a->session, i < a->n_snapshots ? step : -1, err);
      if (status == TC_OK)
        status = measure (&s, step, &rows[(*n)++], err);
    }
  return close_series (&s, status, err);
}

enum tc_status
tc_modular_report_progress (struct tc_modular_analysis *a, struct tc_error *err)
{
  if (a->n_snapshots == 0 || a->session->model.config.d_mlp == 0)
    return TC_OK;
  size_t n;
  struct tc_modular_progress *rows = calloc (a->n_snapshots + 1, sizeof *rows);
  if (rows == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu snapshots", a->n_snapshots);
  enum tc_status status = run_series (a, rows, &n, err);
  if (status == TC_OK)
    status = tc_modular_report_phases (a, n, rows, err);
  free (rows);
  if (status == TC_OK && a->n_keys > 0)
    status = tc_modular_figure_progress (a, err);
  if (status == TC_OK && a->n_keys > 0)
    status = tc_modular_figure_frequencies (a, err);
  if (status == TC_OK)
    status = tc_modular_figure_norms (a, err);
  if (status == TC_OK)
    status = report_panels (a, err);
  return status;
}
