#include "experiments/modular-addition/analysis.h"

#include <stdlib.h>
#include <string.h>

static enum tc_status
list_rows (struct tc_modular_analysis *a, struct tc_error *err)
{
  a->train_rows = calloc (a->n, sizeof *a->train_rows);
  a->test_rows = calloc (a->n, sizeof *a->test_rows);
  if (a->train_rows == NULL || a->test_rows == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the rows of %zu pairs", a->n);
  for (size_t i = 0; i < a->n; i++)
    if (a->task->is_train[i])
      a->train_rows[a->n_train++] = i;
    else
      a->test_rows[a->n_test++] = i;
  return TC_OK;
}

enum tc_status
tc_modular_analysis_open (struct tc_modular_analysis *a, struct tc_session *session,
                          struct tc_error *err)
{
  *a = (struct tc_modular_analysis) {
    .session = session, .macros = session->macros, .settings = session->setup.settings,
    .task = session->task.self
  };
  a->p = (size_t) a->settings->task.p;
  a->n = a->task->n;
  a->d_out = (size_t) session->setup.config.d_vocab_out;
  enum tc_status status = list_rows (a, err);
  if (status == TC_OK)
    status = tc_fourier_alloc (&a->fourier, a->p, err);
  if (status == TC_OK)
    status = tc_session_log (session, &a->log, err);
  if (status == TC_OK)
    status = tc_session_snapshots (session, &a->snapshot, &a->n_snapshots, err);
  if (status == TC_OK)
    status = tc_run_alloc (&a->logit_run, &session->model.config, TC_ROWS_NEEDED, a->n,
                           TC_MODULAR_CONTEXT, a->n, err);
  if (status == TC_OK)
    status = tc_modular_find_keys (a, err);
  return status;
}

void
tc_modular_analysis_close (struct tc_modular_analysis *a)
{
  free (a->numbers);
  if (a->logit_run != NULL)
    tc_run_free (a->logit_run);
  tc_fourier_free (&a->fourier);
  tc_table_free (&a->log);
  free (a->train_rows);
  free (a->test_rows);
  free (a->snapshot);
  free (a->keys);
  free (a->cluster);
}

/* ---- What the model says and thinks ---- */

static enum tc_status
copy_logits (struct tc_modular_analysis *a, size_t classes, struct tc_dense *logits,
             struct tc_error *err)
{
  struct tc_batch batch;
  *logits = (struct tc_dense) { 0 };
  tc_modular_grid_batch (a->task, &batch);
  enum tc_status status
    = tc_forward (a->session->compute, &a->session->model, &batch, a->logit_run, err);
  if (status == TC_OK)
    status = tc_dense_alloc (logits, a->n, classes, err);
  for (size_t i = 0; status == TC_OK && i < a->n; i++)
    {
      const tc_real *row = tc_run_logits (a->logit_run, i);
      for (size_t c = 0; c < classes; c++)
        logits->data[i * classes + c] = (double) row[c];
    }
  return status;
}

enum tc_status
tc_modular_logits (struct tc_modular_analysis *a, struct tc_dense *logits,
                   struct tc_error *err)
{
  return copy_logits (a, a->d_out, logits, err);
}

enum tc_status
tc_modular_number_logits (struct tc_modular_analysis *a, struct tc_dense *logits,
                          struct tc_error *err)
{
  return copy_logits (a, a->p, logits, err);
}

/* The last position's part of [n, position, width] or of [n, outer, position,
   width], as `attn.hook_pattern` is, whose positions come after the heads.  */
static enum tc_status
last_position (const struct tc_modular_analysis *a, const struct tc_activation *activation,
               bool is_pattern, struct tc_dense *out, struct tc_error *err)
{
  size_t outer = is_pattern ? activation->shape[1] : 1, width = 1;
  for (int i = is_pattern ? 3 : 2; i < activation->n_dims; i++)
    width *= activation->shape[i];
  enum tc_status status = tc_dense_alloc (out, a->n, outer * width, err);
  for (size_t i = 0; status == TC_OK && i < a->n * outer; i++)
    for (size_t j = 0; j < width; j++)
      out->data[i * width + j]
        = (double) activation->data[((i + 1) * TC_MODULAR_CONTEXT - 1) * width + j];
  return status;
}

enum tc_status
tc_modular_activations (struct tc_modular_analysis *a, size_t n_which,
                        const char *const *which, struct tc_dense *out, struct tc_error *err)
{
  struct tc_run *run;
  struct tc_batch batch;
  struct tc_activation activation;
  const struct tc_model *model = &a->session->model;
  memset (out, 0, n_which * sizeof *out);
  tc_modular_grid_batch (a->task, &batch);
  enum tc_status status = tc_run_alloc (&run, &model->config, TC_ROWS_ALL, a->n,
                                        TC_MODULAR_CONTEXT, a->n, err);
  if (status != TC_OK)
    return status;
  status = tc_forward (a->session->compute, model, &batch, run, err);
  for (size_t i = 0; status == TC_OK && i < n_which; i++)
    {
      bool is_pattern = strstr (which[i], "hook_pattern") != NULL
                        || strstr (which[i], "hook_attn_scores") != NULL;
      status = tc_run_activation (run, model, which[i], &activation, err);
      if (status == TC_OK)
        status = last_position (a, &activation, is_pattern, &out[i], err);
    }
  tc_run_free (run);
  return status;
}

/* ---- Weights ---- */

enum tc_status
tc_modular_matrix (const struct tc_modular_analysis *a, const char *name, size_t rows,
                   struct tc_dense *matrix, struct tc_error *err)
{
  const struct tc_params *params = &a->session->model.params;
  const struct tc_tensor *tensor = tc_params_find (params, name);
  *matrix = (struct tc_dense) { 0 };
  if (tensor == NULL || tensor->count % rows != 0)
    return tc_fail (err, TC_EINVAL, "the model has no %s of %zu rows", name, rows);
  return tc_dense_from_real (matrix, rows, tensor->count / rows,
                             params->data + tensor->offset, err);
}

enum tc_status
tc_modular_embedding (const struct tc_modular_analysis *a, struct tc_dense *w_e,
                      struct tc_error *err)
{
  enum tc_status status = tc_modular_matrix (a, "embed.W_E", a->p + 1, w_e, err);
  if (status == TC_OK)
    w_e->rows = a->p;           /* the last is that of `=` */
  return status;
}

enum tc_status
tc_modular_neuron_logits (const struct tc_modular_analysis *a, struct tc_dense *w_l,
                          struct tc_error *err)
{
  const struct tc_config *config = &a->session->model.config;
  size_t d_model = (size_t) config->d_model;
  struct tc_dense out = { 0 }, unembed = { 0 }, transposed = { 0 };
  *w_l = (struct tc_dense) { 0 };
  enum tc_status status
    = tc_modular_matrix (a, "blocks.0.mlp.W_out", (size_t) config->d_mlp, &out, err);
  if (status == TC_OK)
    status = tc_modular_matrix (a, "unembed.W_U", d_model, &unembed, err);
  if (status == TC_OK)
    status = tc_dense_alloc (&transposed, a->p, d_model, err);
  for (size_t c = 0; status == TC_OK && c < a->p; c++)
    for (size_t d = 0; d < d_model; d++)
      transposed.data[c * d_model + d] = unembed.data[d * a->d_out + c];
  if (status == TC_OK)
    status = tc_dense_product_nt (w_l, &transposed, &out, err);
  tc_dense_free (&out);
  tc_dense_free (&unembed);
  tc_dense_free (&transposed);
  return status;
}

/* ---- Figures ---- */

enum tc_status
tc_modular_script (const struct tc_modular_analysis *a, struct tc_file *file,
                   const char *name, double width, double height, const char *title,
                   struct tc_error *err)
{
  const struct tc_session *session = a->session;
  enum tc_status status = tc_session_figure (session, file, name, err);
  if (status != TC_OK)
    return status;
  tc_figure_head (file, &(struct tc_figure) {
    .title = title, .experiment = session->experiment->name, .run = session->run,
    .name = name, .width = width, .height = height });
  tc_figure_line (file, "p = %zu; steps = %d", a->p, session->setup.training.steps);
  SCRIPT (file,
    "small = format eq \"svg\" ? \",10\" : \",8\"; tiny = format eq \"svg\" ? \",9\" : \",7\"",
    "# Places on the page in cm from its left and lower edges.",
    "across(cm) = cm / (1.0*width); up(cm) = cm / (1.0*height)",
    "");
  return TC_OK;
}
