#include "experiments/sort/bound_model.h"

#include "circuits/first_layer.h"
#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

struct tc_sort_key_tables
{
  size_t start, mid;
  struct tc_first_layer head;
  struct tc_dense logit;        /* [n_ctx d_vocab, classes] what attending to it adds */
  struct tc_dense direct;       /* [n_ctx d_vocab, classes] without the head */
};

/* Rows of vectors [n, d_model] through W_U.  */
static enum tc_status
unembed (const struct tc_model *model, const struct tc_dense *rows, struct tc_dense *out,
         struct tc_error *err)
{
  struct tc_dense w_u = { 0 };
  const tc_real *data = tc_params_data (&model->params, "unembed.W_U");
  if (data == NULL)
    return tc_fail (err, TC_EINVAL, "the model has no parameter unembed.W_U");
  enum tc_status status = tc_dense_from_real (&w_u, (size_t) model->config.d_model,
                                              (size_t) model->config.d_vocab_out, data, err);
  if (status == TC_OK)
    status = tc_dense_product (out, rows, &w_u, err);
  tc_dense_free (&w_u);
  return status;
}

/* Embedding, position and b_O of every (position, token), [n_ctx d_vocab, d_model]. */
static enum tc_status
direct_rows (const struct tc_model *model, struct tc_dense *rows, struct tc_error *err)
{
  const struct tc_config *config = &model->config;
  size_t d = (size_t) config->d_model, n_tokens = (size_t) config->d_vocab;
  const tc_real *w_e = tc_params_data (&model->params, "embed.W_E");
  const tc_real *w_pos = config->positions == TC_POS_NONE
                         ? NULL : tc_params_data (&model->params, "pos_embed.W_pos");
  const tc_real *b_o = tc_params_data (&model->params, "blocks.0.attn.b_O");
  enum tc_status status = tc_dense_alloc (rows, (size_t) config->n_ctx * n_tokens, d, err);
  for (size_t i = 0; status == TC_OK && i < rows->rows; i++)
    for (size_t m = 0; m < d; m++)
      rows->data[i * d + m] = (double) w_e[i % n_tokens * d + m]
                              + (w_pos != NULL ? w_pos[i / n_tokens * d + m] : 0)
                              + (b_o != NULL ? b_o[m] : 0);
  return status;
}

static enum tc_status
fill_tables (struct tc_sort_key_tables *tables, const struct tc_model *model,
             struct tc_error *err)
{
  struct tc_dense rows = { 0 };
  const tc_real *b_u = tc_params_data (&model->params, "unembed.b_U");
  enum tc_status status = tc_first_layer_alloc (&tables->head, model, 0, err);
  if (status == TC_OK)
    status = unembed (model, &tables->head.output, &tables->logit, err);
  if (status == TC_OK)
    status = direct_rows (model, &rows, err);
  if (status == TC_OK)
    status = unembed (model, &rows, &tables->direct, err);
  for (size_t i = 0; status == TC_OK && b_u != NULL && i < tables->direct.rows; i++)
    for (size_t c = 0; c < tables->direct.cols; c++)
      tc_dense_row (&tables->direct, i)[c] += b_u[c];
  tc_dense_free (&rows);
  return status;
}

enum tc_status
tc_sort_keys_alloc (struct tc_sort_keys **out, const struct tc_model *model,
                    const struct tc_sort_bound_task *task, struct tc_error *err)
{
  size_t n = task->list_length * task->n_values, classes = (size_t) model->config.d_vocab_out;
  struct tc_sort_keys *keys = *out = calloc (1, sizeof *keys);
  if (keys == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a bound");
  keys->list_length = task->list_length;
  keys->n_values = task->n_values;
  keys->n_classes = classes;
  keys->margin = task->margin;
  keys->in_weight = calloc (n, sizeof (double));
  keys->in_pull = calloc (n * classes, sizeof (double));
  keys->said_weight = calloc (n, sizeof (double));
  keys->said_pull = calloc (n * classes, sizeof (double));
  keys->fixed_pull = calloc (classes, sizeof (double));
  keys->tables = calloc (1, sizeof *keys->tables);
  if (keys->in_weight == NULL || keys->in_pull == NULL || keys->said_weight == NULL
      || keys->said_pull == NULL || keys->fixed_pull == NULL || keys->tables == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the keys of %zu values", n);
  keys->tables->start = task->start_token;
  keys->tables->mid = task->mid_token;
  return fill_tables (keys->tables, model, err);
}

void
tc_sort_keys_free (struct tc_sort_keys *keys)
{
  if (keys == NULL)
    return;
  free (keys->in_weight);
  free (keys->in_pull);
  free (keys->said_weight);
  free (keys->said_pull);
  free (keys->fixed_pull);
  if (keys->tables != NULL)
    {
      tc_first_layer_free (&keys->tables->head);
      tc_dense_free (&keys->tables->logit);
      tc_dense_free (&keys->tables->direct);
    }
  free (keys->tables);
  free (keys);
}

/* --- one slot and current token --- */

static double
score (const struct tc_sort_keys *keys, size_t token, size_t position)
{
  return tc_first_layer_score (&keys->tables->head, keys->current,
                               keys->list_length + 1 + keys->j, token, position);
}

static double
greatest_score (const struct tc_sort_keys *keys)
{
  size_t length = keys->list_length;
  double most = fmax (score (keys, keys->tables->start, 0),
                      score (keys, keys->tables->mid, length + 1));
  for (size_t x = 0; x < keys->n_values; x++)
    {
      for (size_t i = 0; i < length; i++)
        most = fmax (most, score (keys, x, 1 + i));
      for (size_t i = 0; i < keys->j; i++)
        most = fmax (most, score (keys, x, length + 2 + i));
    }
  return most;
}

/* Adds a key's weight and pull.  */
static void
add_key (const struct tc_sort_keys *keys, size_t token, size_t position, double most,
         double *weight, double *pull)
{
  const struct tc_sort_key_tables *tables = keys->tables;
  size_t row = tc_first_layer_row (&tables->head, token, position);
  size_t here = tc_first_layer_row (&tables->head, keys->current,
                                    keys->list_length + 1 + keys->j);
  const double *logit = tc_dense_row (&tables->logit, row);
  const double *direct = tc_dense_row (&tables->direct, here);
  double e = tc_exp64 (score (keys, token, position) - most);
  *weight += e;
  for (size_t c = 0; c < keys->n_classes; c++)
    pull[c] += e * (logit[c] + direct[c]);
}

/* Row i of weights and pulls: every value at that position.  */
static void
set_row (const struct tc_sort_keys *keys, size_t i, size_t position, double most,
         double *weight, double *pull)
{
  for (size_t x = 0; x < keys->n_values; x++)
    {
      size_t at = i * keys->n_values + x;
      weight[at] = 0;
      for (size_t c = 0; c < keys->n_classes; c++)
        pull[at * keys->n_classes + c] = 0;
      add_key (keys, x, position, most, &weight[at], pull + at * keys->n_classes);
    }
}

void
tc_sort_keys_set (struct tc_sort_keys *keys, size_t j, size_t current)
{
  size_t length = keys->list_length;
  keys->j = j;
  keys->current = current;
  double most = greatest_score (keys);
  for (size_t i = 0; i < length; i++)
    set_row (keys, i, 1 + i, most, keys->in_weight, keys->in_pull);
  for (size_t i = 0; i < j; i++)
    set_row (keys, i, length + 2 + i, most, keys->said_weight, keys->said_pull);
  keys->fixed_weight = 0;
  for (size_t c = 0; c < keys->n_classes; c++)
    keys->fixed_pull[c] = 0;
  add_key (keys, keys->tables->start, 0, most, &keys->fixed_weight, keys->fixed_pull);
  add_key (keys, keys->tables->mid, length + 1, most, &keys->fixed_weight, keys->fixed_pull);
}
