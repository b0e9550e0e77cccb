/* Parameters as safetensors: tc_params_save and tc_params_load.  */

#include "transformer/safetensors.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- Saving --- */

static struct tc_st_tensor
stored (const struct tc_tensor *tensor, const float *data)
{
  struct tc_st_tensor out = { .dtype = TC_F32, .n_dims = tensor->n_dims, .data = data,
                              .n_bytes = tensor->count * sizeof *data };
  snprintf (out.name, sizeof out.name, "%s", tensor->name);
  for (int d = 0; d < tensor->n_dims; d++)
    out.shape[d] = tensor->shape[d];
  return out;
}

/* The decoder with everything that TransformerLens always has.  */
static struct tc_config
complete (const struct tc_config *config)
{
  struct tc_config full = *config;
  full.attn_bias = full.unembed_bias = true;
  full.mlp_bias = config->d_mlp > 0;
  if (full.positions == TC_POS_NONE)
    full.positions = TC_POS_LEARNED;
  return full;
}

/* tc_st_write or tc_st_write_unsynced.  */
typedef enum tc_status write_fn (const char *path, size_t n,
                                 const struct tc_st_tensor *tensors, size_t n_meta,
                                 const struct tc_st_metadata *meta, struct tc_error *err);

/* Tensors of `all`, with the values of params where it has them.  */
static enum tc_status
save_tensors (const char *path, const struct tc_params *all,
              const struct tc_params *params, size_t n_meta,
              const struct tc_st_metadata *meta, write_fn *write, struct tc_error *err)
{
  struct tc_st_tensor *tensors = calloc (all->n_tensors + 1, sizeof *tensors);
  if (tensors == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory to write %s", path);
  for (size_t i = 0; i < all->n_tensors; i++)
    {
      const tc_real *data = tc_params_data (params, all->tensors[i].name);
      tensors[i] = stored (&all->tensors[i],
                           data != NULL ? data : all->data + all->tensors[i].offset);
    }
  enum tc_status status = write (path, all->n_tensors, tensors, n_meta, meta, err);
  free (tensors);
  return status;
}

static enum tc_status
save (const char *path, const struct tc_params *params, const struct tc_config *config,
      size_t n_meta, const struct tc_st_metadata *meta, write_fn *write, struct tc_error *err)
{
  if (config == NULL)
    return save_tensors (path, params, params, n_meta, meta, write, err);
  const struct tc_config full = complete (config);
  struct tc_params all;
  enum tc_status status = tc_params_alloc (&all, &full, err);
  if (status != TC_OK)
    return status;
  status = save_tensors (path, &all, params, n_meta, meta, write, err);
  tc_params_free (&all);
  return status;
}

enum tc_status
tc_params_save (const char *path, const struct tc_params *params,
                const struct tc_config *config,
                size_t n_meta, const struct tc_st_metadata *meta, struct tc_error *err)
{
  return save (path, params, config, n_meta, meta, tc_st_write, err);
}

enum tc_status
tc_params_save_unsynced (const char *path, const struct tc_params *params,
                         const struct tc_config *config, size_t n_meta,
                         const struct tc_st_metadata *meta, struct tc_error *err)
{
  return save (path, params, config, n_meta, meta, tc_st_write_unsynced, err);
}

/* --- Loading --- */

static bool
same_shape (const struct tc_tensor *a, const struct tc_st_tensor *b)
{
  bool same = a->n_dims == b->n_dims;
  for (int d = 0; d < a->n_dims && same; d++)
    same = a->shape[d] == b->shape[d];
  return same;
}

/* "[3,4]".  */
static const char *
write_shape (int n_dims, const size_t *shape, size_t size, char *out)
{
  size_t used = 0;
  out[used++] = '[';
  for (int d = 0; d < n_dims && used < size; d++)
    used += (size_t) snprintf (out + used, size - used, "%s%zu", d > 0 ? "," : "", shape[d]);
  if (used < size - 1)
    strcpy (out + used, "]");
  return out;
}

static enum tc_status
check_wanted (const char *path, const struct tc_tensor *want,
              const struct tc_st_tensor *have, struct tc_error *err)
{
  char expected[96], found[200];
  if (have == NULL)
    return tc_fail (err, TC_EFORMAT, "%s: no tensor \"%s\", which the model needs", path,
                    want->name);
  if (have->dtype != TC_F32)
    return tc_fail (err, TC_EFORMAT, "%s: tensor \"%s\" is not F32", path, want->name);
  if (!same_shape (want, have))
    return tc_fail (err, TC_EFORMAT, "%s: tensor \"%s\" has shape %s: the model expects %s",
                    path, want->name,
                    write_shape (have->n_dims, have->shape, sizeof found, found),
                    write_shape (want->n_dims, want->shape, sizeof expected, expected));
  return TC_OK;
}

static bool
ends_with (const char *name, const char *ending)
{
  size_t n = strlen (name), m = strlen (ending);
  return n >= m && strcmp (name + n - m, ending) == 0;
}

/* Both zeros count: -0 is a zero bias too.  */
static bool
is_zero (const struct tc_st_tensor *tensor)
{
  const unsigned char *bytes = tensor->data;
  for (size_t i = 0; i < tensor->n_bytes; i++)
    {
      bool sign = tensor->dtype == TC_F32 && i % 4 == 3;
      if (bytes[i] != 0 && !(sign && bytes[i] == 0x80))
        return false;
    }
  return true;
}

/* TransformerLens's causal mask and its -inf are constants, not parameters.  */
static enum tc_status
check_unwanted (const char *path, const struct tc_st_tensor *have, struct tc_error *err)
{
  if (ends_with (have->name, ".mask") || ends_with (have->name, ".IGNORE")
      || is_zero (have))
    return TC_OK;
  return tc_fail (err, TC_EFORMAT, "%s: tensor \"%s\" is not zero, and the model has no "
                  "such parameter", path, have->name);
}

static enum tc_status
check_file (const char *path, const struct tc_params *params,
            const struct tc_st_file *file, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; i < params->n_tensors && status == TC_OK; i++)
    status = check_wanted (path, &params->tensors[i],
                           tc_st_find (file, params->tensors[i].name), err);
  for (size_t i = 0; i < file->n_tensors && status == TC_OK; i++)
    if (tc_params_find (params, file->tensors[i].name) == NULL)
      status = check_unwanted (path, &file->tensors[i], err);
  return status;
}

enum tc_status
tc_params_load (const char *path, struct tc_params *params, struct tc_error *err)
{
  struct tc_st_file file;
  enum tc_status status = tc_st_read (&file, path, err);
  if (status != TC_OK)
    return status;
  status = check_file (path, params, &file, err);
  for (size_t i = 0; i < params->n_tensors && status == TC_OK; i++)
    {
      const struct tc_tensor *tensor = &params->tensors[i];
      memcpy (params->data + tensor->offset, tc_st_find (&file, tensor->name)->data,
              tensor->count * sizeof *params->data);
    }
  tc_st_close (&file);
  return status;
}
