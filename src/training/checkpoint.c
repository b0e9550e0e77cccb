#include "training/checkpoint.h"

#include "numerics/hash.h"
#include "transformer/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TENSORS = 6 };
enum counter { STEP, IS_OVER, UPDATES, N_BAD, LOG_BYTES, LOG_HASH, N_COUNTERS };

/* The parts of a state as tensors, in the order that the hash takes them.  */
struct image
{
  size_t n;
  struct tc_st_tensor tensor[MAX_TENSORS];
  int64_t counters[N_COUNTERS];
  double schedule[2];           /* best, lr */
};

static const enum tc_dtype real_dtype = sizeof (tc_real) == 4 ? TC_F32 : TC_F64;

static void
add_tensor (struct image *image, const char *name, enum tc_dtype dtype, size_t element,
            size_t count, void *data)
{
  if (count == 0 || data == NULL)
    return;
  struct tc_st_tensor *tensor = &image->tensor[image->n++];
  *tensor = (struct tc_st_tensor) { .dtype = dtype, .n_dims = 1, .shape = { count },
                                    .data = data, .n_bytes = count * element };
  snprintf (tensor->name, sizeof tensor->name, "%s", name);
}

/* Lists the tensors; their data point into the checkpoint's parts and image.  */
static void
make_image (struct image *image, const struct tc_checkpoint *c)
{
  image->n = 0;
  add_tensor (image, "params", real_dtype, sizeof (tc_real), c->params->count,
              c->params->data);
  add_tensor (image, "exp_avg", real_dtype, sizeof (tc_real), c->optimizer->count,
              c->optimizer->exp_avg);
  add_tensor (image, "exp_avg_sq", real_dtype, sizeof (tc_real), c->optimizer->count,
              c->optimizer->exp_avg_sq);
  add_tensor (image, "task", TC_U32, sizeof (uint32_t), c->task->n_state, c->task_state);
  add_tensor (image, "schedule", TC_F64, sizeof (double), 2, image->schedule);
  add_tensor (image, "counters", TC_I64, sizeof (int64_t), N_COUNTERS, image->counters);
}

/* Sixteen hexadecimal digits over the identity and every byte of the tensors.  */
static void
hash_text (const struct image *image, const char *run_json, char text[17])
{
  uint64_t hash = tc_hash (TC_HASH_START, run_json, strlen (run_json));
  for (size_t i = 0; i < image->n; i++)
    hash = tc_hash (hash, image->tensor[i].data, image->tensor[i].n_bytes);
  snprintf (text, 17, "%016llx", (unsigned long long) hash);
}

enum tc_status
tc_checkpoint_save (const struct tc_checkpoint *checkpoint, const char *path,
                    struct tc_error *err)
{
  struct image image;
  if (checkpoint->task->n_state > 0)
    checkpoint->task->save_state (checkpoint->task->self, checkpoint->task_state);
  make_image (&image, checkpoint);
  image.schedule[0] = checkpoint->schedule->best;
  image.schedule[1] = checkpoint->schedule->lr;
  image.counters[STEP] = checkpoint->step;
  image.counters[IS_OVER] = checkpoint->is_over;
  image.counters[UPDATES] = (int64_t) checkpoint->optimizer->step;
  image.counters[N_BAD] = checkpoint->schedule->n_bad;
  image.counters[LOG_BYTES] = (int64_t) checkpoint->log_bytes;
  image.counters[LOG_HASH] = (int64_t) checkpoint->log_hash;
  char hash[17];
  hash_text (&image, checkpoint->run_json, hash);
  struct tc_st_metadata meta[] = { { "hash", hash }, { "run", checkpoint->run_json } };
  return tc_st_write (path, image.n, image.tensor, 2, meta, err);
}

/* ---- Loading ---- */

static enum tc_status
damaged (const char *path, struct tc_error *err)
{
  return tc_fail (err, TC_EFORMAT, "%s is damaged (its hash does not match); "
                  "train afresh, without --resume", path);
}

/* Points `found` at the file's tensors, checked to be the ones listed.  */
static enum tc_status
match_tensors (const struct tc_st_file *file, const struct image *expected,
               struct image *found, const char *path, struct tc_error *err)
{
  found->n = expected->n;
  for (size_t i = 0; i < expected->n; i++)
    {
      const struct tc_st_tensor *want = &expected->tensor[i];
      const struct tc_st_tensor *have = tc_st_find (file, want->name);
      if (have == NULL)
        return tc_fail (err, TC_EFORMAT, "%s: tensor '%s' is missing", path, want->name);
      if (have->dtype != want->dtype || have->n_dims != 1 || have->shape[0] != want->shape[0])
        return tc_fail (err, TC_EFORMAT, "%s: tensor '%s' should have %zu elements", path,
                        want->name, want->shape[0]);
      found->tensor[i] = *have;
    }
  if (file->n_tensors != expected->n)
    return tc_fail (err, TC_EFORMAT, "%s: expected %zu tensors, found %zu", path,
                    expected->n, file->n_tensors);
  return TC_OK;
}

static size_t
line_length (const char *text)
{
  return strcspn (text, "\n");
}

/* The first line in which two run.json texts differ, without its blanks.  */
static enum tc_status
different_run (const char *path, const char *saved, const char *wanted, struct tc_error *err)
{
  while (line_length (saved) == line_length (wanted) && *saved != '\0'
         && strncmp (saved, wanted, line_length (saved)) == 0)
    {
      saved += line_length (saved) + (saved[line_length (saved)] == '\n');
      wanted += line_length (wanted) + (wanted[line_length (wanted)] == '\n');
    }
  saved += strspn (saved, " ");
  wanted += strspn (wanted, " ");
  return tc_fail (err, TC_EINVAL, "%s belongs to a run with other options: it has %.*s, "
                  "this run %.*s; --resume continues only the same run", path,
                  (int) strcspn (saved, ",\n"), saved, (int) strcspn (wanted, ",\n"), wanted);
}

/* Whether the file is whole and of this run.  */
static enum tc_status
check_identity (const struct tc_st_file *file, const struct image *found,
                const char *run_json, const char *path, struct tc_error *err)
{
  const char *hash = tc_st_metadata (file, "hash"), *run = tc_st_metadata (file, "run");
  const char *format = tc_st_metadata (file, "format");
  if (hash == NULL || run == NULL || format == NULL || strcmp (format, "pt") != 0)
    return damaged (path, err);
  char expected[17];
  hash_text (found, run, expected);
  if (strcmp (hash, expected) != 0)
    return damaged (path, err);
  if (strcmp (run, run_json) != 0)
    return different_run (path, run, run_json, err);
  return TC_OK;
}

/* Copies a checked file's tensors to where the expected ones point.  */
static void
restore (struct tc_checkpoint *checkpoint, struct image *image, const struct image *found)
{
  for (size_t i = 0; i < image->n; i++)
    memcpy ((void *) image->tensor[i].data, found->tensor[i].data, found->tensor[i].n_bytes);
  if (checkpoint->task->n_state > 0)
    checkpoint->task->load_state (checkpoint->task->self, checkpoint->task_state);
  checkpoint->schedule->best = image->schedule[0];
  checkpoint->schedule->lr = image->schedule[1];
  checkpoint->schedule->n_bad = (int) image->counters[N_BAD];
  checkpoint->step = (int) image->counters[STEP];
  checkpoint->is_over = image->counters[IS_OVER] != 0;
  checkpoint->optimizer->step = (uint64_t) image->counters[UPDATES];
  checkpoint->log_bytes = (uint64_t) image->counters[LOG_BYTES];
  checkpoint->log_hash = (uint64_t) image->counters[LOG_HASH];
}

enum tc_status
tc_checkpoint_load (struct tc_checkpoint *checkpoint, const char *path, struct tc_error *err)
{
  struct tc_st_file file;
  struct image image, found;
  enum tc_status status = tc_st_read (&file, path, err);
  if (status != TC_OK)
    return status;
  make_image (&image, checkpoint);
  const char *run = tc_st_metadata (&file, "run");
  status = match_tensors (&file, &image, &found, path, err);
  /* Other options can mean other shapes: then the options are the news.  */
  if (status != TC_OK && run != NULL && strcmp (run, checkpoint->run_json) != 0)
    status = different_run (path, run, checkpoint->run_json, err);
  if (status == TC_OK)
    status = check_identity (&file, &found, checkpoint->run_json, path, err);
  if (status == TC_OK)
    restore (checkpoint, &image, &found);
  tc_st_close (&file);
  return status;
}
