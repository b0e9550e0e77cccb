#ifndef TC_TRANSFORMER_SAFETENSORS_H
#define TC_TRANSFORMER_SAFETENSORS_H

#include "numerics/error.h"
#include "transformer/config.h"
#include "transformer/params.h"

#include <stddef.h>
#include <stdint.h>

/* safetensors: u64 little-endian header length, JSON header, byte buffer.
   Written with tensors sorted as the reference writer does (descending dtype
   rank, then name), metadata sorted by key, "format":"pt" always present, the
   header space-padded to a multiple of 8: same content, same bytes.  */

enum tc_dtype { TC_F32, TC_F64, TC_I64, TC_U32, TC_U8, TC_I32, TC_BOOL };

struct tc_st_tensor
{
  char name[96];
  enum tc_dtype dtype;
  int n_dims;
  size_t shape[8];
  const void *data;             /* reading: points into the file's buffer, where
                                   only this library's files align it: memcpy */
  size_t n_bytes;
};

struct tc_st_metadata { const char *key, *value; };

/* An opened file: its whole content, validated (offsets cover the buffer
   without holes or overlap, shapes match sizes, no duplicate keys, header at
   most 100 MB, known dtypes).  Tensors are in the header's order.  */
struct tc_st_file
{
  size_t n_tensors;
  struct tc_st_tensor *tensors;
  void *buffer;                 /* private */
  void *header;                 /* private: the parsed JSON */
};

/* Writes atomically: temporary file beside path, fsync, rename, fsync folder. */
enum tc_status tc_st_write (const char *path, size_t n, const struct tc_st_tensor *tensors,
                            size_t n_meta, const struct tc_st_metadata *meta,
                            struct tc_error *err) TC_MUST_USE;
/* The same without waiting for the disk (tc_file_close_unsynced).  */
enum tc_status tc_st_write_unsynced (const char *path, size_t n,
                                     const struct tc_st_tensor *tensors, size_t n_meta,
                                     const struct tc_st_metadata *meta,
                                     struct tc_error *err) TC_MUST_USE;
enum tc_status tc_st_read (struct tc_st_file *file, const char *path,
                           struct tc_error *err) TC_MUST_USE;
void tc_st_close (struct tc_st_file *file);
const struct tc_st_tensor *tc_st_find (const struct tc_st_file *file, const char *name);
/* Metadata value, or NULL.  */
const char *tc_st_metadata (const struct tc_st_file *file, const char *key);

/* A tc_st_read that fails leaves nothing to close; its message names the file
   and the tensor.  */

/* Saves parameters as F32 under their names.  With config (a decoder), tensors
   that TransformerLens expects and this model lacks (biases) are written as
   zeros, and sinusoidal tables as pos_embed.W_pos, so that
   load_state_dict (strict=False) misses only its mask buffers.  */
enum tc_status tc_params_save (const char *path, const struct tc_params *params,
                               const struct tc_config *config,
                               size_t n_meta, const struct tc_st_metadata *meta,
                               struct tc_error *err) TC_MUST_USE;
/* The same without waiting for the disk: for snapshots.  */
enum tc_status tc_params_save_unsynced (const char *path, const struct tc_params *params,
                                        const struct tc_config *config, size_t n_meta,
                                        const struct tc_st_metadata *meta,
                                        struct tc_error *err) TC_MUST_USE;
/* Fills params from a file of ours or one saved from TransformerLens
   (safetensors.torch.save_file of a state_dict; mask and IGNORE buffers are
   ignored).  Every tensor of params must be there as F32 with its shape; a
   tensor the model lacks must be all zeros (a bias), else TC_EFORMAT naming it.
   On failure params are as before.  */
enum tc_status tc_params_load (const char *path, struct tc_params *params,
                               struct tc_error *err) TC_MUST_USE;

#endif
