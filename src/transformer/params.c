#include "transformer/params.h"

#include "numerics/memory.h"
#include "transformer/position.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Any list of tensors --- */

static size_t
count_elements (const struct tc_tensor *tensor)
{
  size_t count = 1;
  for (int i = 0; i < tensor->n_dims; i++)
    count *= tensor->shape[i];
  return count;
}

enum tc_status
tc_params_alloc_list (struct tc_params *params, size_t n_tensors,
                      const struct tc_tensor *tensors, struct tc_error *err)
{
  *params = (struct tc_params) { .n_tensors = n_tensors };
  params->tensors = malloc ((n_tensors > 0 ? n_tensors : 1) * sizeof *tensors);
  if (params->tensors == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the names of %zu tensors", n_tensors);
  for (size_t i = 0; i < n_tensors; i++)
    {
      struct tc_tensor *tensor = &params->tensors[i];
      *tensor = tensors[i];
      tensor->offset = params->count;
      tensor->count = count_elements (tensor);
      params->count += tensor->count;
    }

  params->data = tc_reals_zeroed (params->count);
  if (params->data == NULL)
    {
      size_t count = params->count;
      tc_params_free (params);
      return tc_fail (err, TC_ENOMEM, "no memory for %zu parameters", count);
    }
  return TC_OK;
}

void
tc_params_free (struct tc_params *params)
{
  free (params->tensors);
  free (params->data);
  *params = (struct tc_params) { 0 };
}

const struct tc_tensor *
tc_params_find (const struct tc_params *params, const char *name)
{
  for (size_t i = 0; i < params->n_tensors; i++)
    if (strcmp (params->tensors[i].name, name) == 0)
      return &params->tensors[i];
  return NULL;
}

tc_real *
tc_params_data (const struct tc_params *params, const char *name)
{
  const struct tc_tensor *tensor = tc_params_find (params, name);
  return tensor == NULL ? NULL : params->data + tensor->offset;
}

/* --- A decoder's tensors --- */

/* A list that grows; appending to one without memory only counts.  */
struct tensor_list
{
  size_t n;
  struct tc_tensor *tensors;
};

/* Appends a tensor; layer is -1 for those outside the blocks.  */
static void
append (struct tensor_list *list, bool trainable, int layer, const char *name,
        int n_dims, ...)
{
  if (list->tensors != NULL)
    {
      struct tc_tensor *tensor = &list->tensors[list->n];
      va_list sizes;
      *tensor = (struct tc_tensor) { .n_dims = n_dims, .trainable = trainable };
      if (layer < 0)
        snprintf (tensor->name, sizeof tensor->name, "%s", name);
      else
        snprintf (tensor->name, sizeof tensor->name, "blocks.%d.%s", layer, name);
      va_start (sizes, n_dims);
      for (int i = 0; i < n_dims; i++)
        tensor->shape[i] = (size_t) va_arg (sizes, int);
      va_end (sizes);
    }
  list->n++;
}

static void
append_attention (struct tensor_list *list, const struct tc_config *c, int l)
{
  const bool train_biases = !c->freeze_biases;
  append (list, true, l, "attn.W_Q", 3, c->n_heads, c->d_model, c->d_head);
  append (list, true, l, "attn.W_K", 3, c->n_heads, c->d_model, c->d_head);
  append (list, true, l, "attn.W_V", 3, c->n_heads, c->d_model, c->d_head);
  append (list, true, l, "attn.W_O", 3, c->n_heads, c->d_head, c->d_model);
  if (c->attn_bias)
    {
      append (list, train_biases, l, "attn.b_Q", 2, c->n_heads, c->d_head);
      append (list, train_biases, l, "attn.b_K", 2, c->n_heads, c->d_head);
      append (list, train_biases, l, "attn.b_V", 2, c->n_heads, c->d_head);
      append (list, train_biases, l, "attn.b_O", 1, c->d_model);
    }
}

static void
append_mlp (struct tensor_list *list, const struct tc_config *c, int l)
{
  append (list, true, l, "mlp.W_in", 2, c->d_model, c->d_mlp);
  if (c->mlp_bias)
    append (list, !c->freeze_biases, l, "mlp.b_in", 1, c->d_mlp);
  append (list, true, l, "mlp.W_out", 2, c->d_mlp, c->d_model);
  if (c->mlp_bias)
    append (list, !c->freeze_biases, l, "mlp.b_out", 1, c->d_model);
}

static void
append_norm (struct tensor_list *list, const struct tc_config *c, int layer,
             const char *w, const char *b)
{
  if (c->normalization == TC_NORM_LN)
    {
      append (list, true, layer, w, 1, c->d_model);
      append (list, true, layer, b, 1, c->d_model);
    }
}

static void
append_decoder (struct tensor_list *list, const struct tc_config *c)
{
  append (list, true, -1, "embed.W_E", 2, c->d_vocab, c->d_model);
  if (c->positions != TC_POS_NONE)
    append (list, c->positions == TC_POS_LEARNED, -1, "pos_embed.W_pos", 2,
            c->n_ctx, c->d_model);
  for (int l = 0; l < c->n_layers; l++)
    {
      append_norm (list, c, l, "ln1.w", "ln1.b");
      append_attention (list, c, l);
      if (c->d_mlp > 0)
        {
          append_norm (list, c, l, "ln2.w", "ln2.b");
          append_mlp (list, c, l);
        }
    }
  append_norm (list, c, -1, "ln_final.w", "ln_final.b");
  append (list, true, -1, "unembed.W_U", 2, c->d_model, c->d_vocab_out);
  if (c->unembed_bias)
    append (list, !c->freeze_biases, -1, "unembed.b_U", 1, c->d_vocab_out);
}

enum tc_status
tc_params_alloc (struct tc_params *params, const struct tc_config *config,
                 struct tc_error *err)
{
  struct tensor_list list = { 0 };
  *params = (struct tc_params) { 0 };
  append_decoder (&list, config);
  list.tensors = malloc (list.n * sizeof *list.tensors);
  if (list.tensors == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the names of %zu tensors", list.n);
  list.n = 0;
  append_decoder (&list, config);

  enum tc_status status = tc_params_alloc_list (params, list.n, list.tensors, err);
  free (list.tensors);
  if (status == TC_OK)
    tc_fill_positions (config, tc_params_data (params, "pos_embed.W_pos"));
  return status;
}
