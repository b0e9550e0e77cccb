#include "circuits/attribution.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What turns a residual-stream vector of one row into logits.  */
struct reader
{
  const struct tc_model *model;
  struct tc_run *run;
  size_t sequence, position;
  const tc_real *w_u;           /* [d_model, d_vocab_out] */
  const tc_real *ln_w;          /* final LayerNorm's w, or NULL */
  double ln_scale;              /* its cached scale, or 1 */
  bool centre;
  double *residual;             /* [d_model], the component being read */
  struct tc_attribution *out;
  size_t n_done;
};

static size_t
terms_per_head (size_t position, bool split_sources)
{
  return split_sources ? position + 1 : 1;
}

static size_t
count_components (const struct tc_config *config, size_t position, bool split_sources)
{
  size_t n = 1 + (config->positions != TC_POS_NONE);
  n += (size_t) config->n_layers
       * ((size_t) config->n_heads * terms_per_head (position, split_sources)
          + config->attn_bias + (config->d_mlp > 0));
  n += config->normalization == TC_NORM_LN;
  n += config->unembed_bias;
  return n;
}

/* The row of an activation [b,p,...] at the reader's position or another one. */
static enum tc_status
activation_row (struct reader *reader, const char *name, size_t position,
                const tc_real **row, struct tc_error *err)
{
  struct tc_activation activation;
  enum tc_status status = tc_run_activation (reader->run, reader->model, name,
                                             &activation, err);
  if (status != TC_OK)
    return status;
  if (reader->sequence >= activation.shape[0] || position >= activation.shape[1])
    return tc_fail (err, TC_EINVAL,
                    "sequence %zu, position %zu is outside the batch of %zu x %zu",
                    reader->sequence, position, activation.shape[0], activation.shape[1]);
  size_t width = 1;
  for (int d = 2; d < activation.n_dims; d++)
    width *= activation.shape[d];
  *row = activation.data + (reader->sequence * activation.shape[1] + position) * width;
  return TC_OK;
}

/* Writes the name and logits of the component in reader->residual, which
   reaches the end of the residual stream `factor` times.  */
static void
finish_component (struct reader *reader, const char *name, double factor)
{
  size_t d_model = (size_t) reader->model->config.d_model;
  size_t d_out = reader->out->d_vocab_out;
  double *x = reader->residual;
  double *logits = tc_dense_row (&reader->out->logits, reader->n_done);

  if (reader->centre)
    {
      double mean = 0;
      for (size_t m = 0; m < d_model; m++)
        mean += x[m];
      mean /= (double) d_model;
      for (size_t m = 0; m < d_model; m++)
        x[m] -= mean;
    }
  for (size_t m = 0; m < d_model; m++)
    {
      double scaled = factor * x[m] / reader->ln_scale;
      if (reader->ln_w != NULL)
        scaled *= reader->ln_w[m];
      for (size_t c = 0; c < d_out; c++)
        logits[c] = fma (scaled, reader->w_u[m * d_out + c], logits[c]);
    }
  snprintf (reader->out->name[reader->n_done], TC_NAME_MAX, "%s", name);
  reader->n_done++;
}

static void
load_residual (struct reader *reader, const tc_real *values)
{
  for (int m = 0; m < reader->model->config.d_model; m++)
    reader->residual[m] = values[m];
}

static enum tc_status
activation_component (struct reader *reader, const char *hook, const char *name,
                      double factor, struct tc_error *err)
{
  const tc_real *row;
  enum tc_status status = activation_row (reader, hook, reader->position, &row, err);
  if (status != TC_OK)
    return status;
  load_residual (reader, row);
  finish_component (reader, name, factor);
  return TC_OK;
}

/* Adds weight * z W_O of one head to the residual being read.  */
static void
add_head_result (struct reader *reader, const tc_real *w_o, const tc_real *z, double weight)
{
  size_t d_model = (size_t) reader->model->config.d_model;
  for (int e = 0; e < reader->model->config.d_head; e++)
    for (size_t m = 0; m < d_model; m++)
      reader->residual[m] = fma (weight * z[e], w_o[(size_t) e * d_model + m],
                                 reader->residual[m]);
}

static void
clear_residual (struct reader *reader)
{
  memset (reader->residual, 0,
          (size_t) reader->model->config.d_model * sizeof *reader->residual);
}

/* One term per source position: pattern[source] * v[source] W_O.  */
static enum tc_status
split_head (struct reader *reader, int layer, int head, const tc_real *w_o, double factor,
            struct tc_error *err)
{
  const struct tc_config *config = &reader->model->config;
  char hook[TC_NAME_MAX], name[TC_NAME_MAX];
  struct tc_activation pattern;
  snprintf (hook, sizeof hook, "blocks.%d.attn.hook_pattern", layer);
  enum tc_status status = tc_run_activation (reader->run, reader->model, hook, &pattern, err);
  if (status != TC_OK)
    return status;
  size_t n_pos = pattern.shape[3];
  const tc_real *row = pattern.data
                       + ((reader->sequence * (size_t) config->n_heads + (size_t) head) * n_pos
                          + reader->position) * n_pos;
  snprintf (hook, sizeof hook, "blocks.%d.attn.hook_v", layer);
  for (size_t source = 0; source <= reader->position; source++)
    {
      const tc_real *v;
      status = activation_row (reader, hook, source, &v, err);
      if (status != TC_OK)
        return status;
      clear_residual (reader);
      add_head_result (reader, w_o, v + (size_t) head * (size_t) config->d_head, row[source]);
      snprintf (name, sizeof name, "L%dH%d<-%zu", layer, head, source);
      finish_component (reader, name, factor);
    }
  return TC_OK;
}

static enum tc_status
whole_head (struct reader *reader, int layer, int head, const tc_real *w_o, double factor,
            struct tc_error *err)
{
  char hook[TC_NAME_MAX], name[TC_NAME_MAX];
  const tc_real *z;
  snprintf (hook, sizeof hook, "blocks.%d.attn.hook_z", layer);
  enum tc_status status = activation_row (reader, hook, reader->position, &z, err);
  if (status != TC_OK)
    return status;
  clear_residual (reader);
  add_head_result (reader, w_o, z + head * reader->model->config.d_head, 1.0);
  snprintf (name, sizeof name, "L%dH%d", layer, head);
  finish_component (reader, name, factor);
  return TC_OK;
}

static enum tc_status
layer_components (struct reader *reader, int layer, bool split_sources, double factor,
                  struct tc_error *err)
{
  const struct tc_config *config = &reader->model->config;
  char parameter[TC_NAME_MAX], name[TC_NAME_MAX];
  snprintf (parameter, sizeof parameter, "blocks.%d.attn.W_O", layer);
  const tc_real *w_o = tc_params_data (&reader->model->params, parameter);
  if (w_o == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter %s", parameter);

  for (int head = 0; head < config->n_heads; head++)
    {
      const tc_real *w = w_o + (size_t) head * (size_t) config->d_head
                               * (size_t) config->d_model;
      enum tc_status status = split_sources ? split_head (reader, layer, head, w, factor, err)
                                            : whole_head (reader, layer, head, w, factor, err);
      if (status != TC_OK)
        return status;
    }
  if (config->attn_bias)
    {
      snprintf (parameter, sizeof parameter, "blocks.%d.attn.b_O", layer);
      load_residual (reader, tc_params_data (&reader->model->params, parameter));
      snprintf (name, sizeof name, "%d_attn_bias", layer);
      finish_component (reader, name, factor);
    }
  if (config->d_mlp > 0)
    {
      snprintf (parameter, sizeof parameter, "blocks.%d.hook_mlp_out", layer);
      snprintf (name, sizeof name, "%d_mlp_out", layer);
      return activation_component (reader, parameter, name, factor, err);
    }
  return TC_OK;
}

/* The final LayerNorm's b and the unembedding's b: neither is normalised.  */
static void
bias_components (struct reader *reader)
{
  const struct tc_config *config = &reader->model->config;
  if (config->normalization == TC_NORM_LN)
    {
      load_residual (reader, tc_params_data (&reader->model->params, "ln_final.b"));
      reader->centre = false;
      reader->ln_scale = 1;
      reader->ln_w = NULL;
      finish_component (reader, "ln_bias", 1);
    }
  if (config->unembed_bias)
    {
      const tc_real *b = tc_params_data (&reader->model->params, "unembed.b_U");
      double *logits = tc_dense_row (&reader->out->logits, reader->n_done);
      for (size_t c = 0; c < reader->out->d_vocab_out; c++)
        logits[c] = b[c];
      snprintf (reader->out->name[reader->n_done++], TC_NAME_MAX, "unembed_bias");
    }
}

static enum tc_status
open_reader (struct reader *reader, struct tc_error *err)
{
  const struct tc_config *config = &reader->model->config;
  reader->w_u = tc_params_data (&reader->model->params, "unembed.W_U");
  reader->ln_scale = 1;
  reader->residual = calloc ((size_t) config->d_model, sizeof *reader->residual);
  if (reader->residual == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a residual vector");
  if (config->normalization == TC_NORM_NONE)
    return TC_OK;

  const tc_real *scale;
  enum tc_status status = activation_row (reader, "ln_final.hook_scale", reader->position,
                                          &scale, err);
  if (status != TC_OK)
    return status;
  reader->ln_scale = *scale;
  reader->centre = true;
  if (config->normalization == TC_NORM_LN)
    reader->ln_w = tc_params_data (&reader->model->params, "ln_final.w");
  return TC_OK;
}

static enum tc_status
all_components (struct reader *reader, bool split_sources, struct tc_error *err)
{
  const struct tc_config *config = &reader->model->config;
  /* The last layer is read once; each earlier one doubles with every later layer. */
  double factor = config->doubled_residual ? ldexp (1, config->n_layers) : 1;

  enum tc_status status = activation_component (reader, "hook_embed", "embed", factor, err);
  if (status == TC_OK && config->positions != TC_POS_NONE)
    status = activation_component (reader, "hook_pos_embed", "pos_embed", factor, err);
  for (int layer = 0; status == TC_OK && layer < config->n_layers; layer++)
    {
      if (config->doubled_residual)
        factor /= 2;
      status = layer_components (reader, layer, split_sources, factor, err);
    }
  if (status == TC_OK)
    bias_components (reader);
  return status;
}

static enum tc_status
measure_error (struct reader *reader, struct tc_error *err)
{
  struct tc_attribution *out = reader->out;
  const tc_real *logits;
  enum tc_status status = activation_row (reader, "unembed.hook_out", reader->position,
                                          &logits, err);
  if (status != TC_OK)
    return status;
  for (size_t c = 0; c < out->d_vocab_out; c++)
    {
      double sum = 0;
      for (size_t i = 0; i < out->n_components; i++)
        sum += tc_dense_get (&out->logits, i, c);
      out->max_error = fmax (out->max_error, fabs (sum - logits[c]));
    }
  return TC_OK;
}

enum tc_status
tc_attribute_logits (const struct tc_model *model, struct tc_run *run, size_t sequence,
                     size_t position, bool split_sources, struct tc_attribution *out,
                     struct tc_error *err)
{
  struct reader reader = { .model = model, .run = run, .sequence = sequence,
                           .position = position, .out = out };
  *out = (struct tc_attribution) { 0 };
  out->n_components = count_components (&model->config, position, split_sources);
  out->d_vocab_out = (size_t) model->config.d_vocab_out;
  out->name = calloc (out->n_components, sizeof *out->name);
  enum tc_status status = out->name != NULL ? TC_OK
    : tc_fail (err, TC_ENOMEM, "no memory for %zu component names", out->n_components);
  if (status == TC_OK)
    status = tc_dense_alloc (&out->logits, out->n_components, out->d_vocab_out, err);
  if (status == TC_OK)
    status = open_reader (&reader, err);
  if (status == TC_OK)
    status = all_components (&reader, split_sources, err);
  if (status == TC_OK)
    status = measure_error (&reader, err);
  free (reader.residual);
  if (status != TC_OK)
    tc_attribution_free (out);
  return status;
}

void
tc_attribution_free (struct tc_attribution *attribution)
{
  free (attribution->name);
  tc_dense_free (&attribution->logits);
  *attribution = (struct tc_attribution) { 0 };
}

const double *
tc_attribution_find (const struct tc_attribution *attribution, const char *name)
{
  for (size_t i = 0; i < attribution->n_components; i++)
    if (strcmp (attribution->name[i], name) == 0)
      return tc_dense_row (&attribution->logits, i);
  return NULL;
}
