/* Lists and their sorted copies as tokens.  */

#include "experiments/sort/task.h"

#include <stdlib.h>

int
tc_sort_vocabulary (const struct tc_sort_options *options)
{
  return options->start_token + 2 + options->end_token;
}

int
tc_sort_context (const struct tc_sort_options *options, int length)
{
  return 2 * length + 2 + options->end_token;
}

int
tc_sort_answers (const struct tc_sort_options *options, int length)
{
  return length + options->end_token;
}

/* ---- Streams ---- */

void
tc_sort_stream_start (struct tc_sort_stream *stream, const struct tc_sort_options *options,
                      uint64_t seed)
{
  stream->is_python = !options->repeats;
  stream->seed = seed;
  tc_python_seed (&stream->python, seed);
  tc_torch_seed (&stream->torch, seed);
}

static enum tc_status
draw_list (struct tc_sort_stream *stream, int n_values, int length, int32_t *list,
           struct tc_error *err)
{
  if (stream->is_python)
    return tc_python_sample (&stream->python, (size_t) n_values, (size_t) length, list, err);
  tc_torch_randint (&stream->torch, 0, n_values, (size_t) length, list);
  return TC_OK;
}

/* ---- Sets ---- */

enum tc_status
tc_sort_set_alloc (struct tc_sort_set *set, const struct tc_sort_options *options,
                   size_t capacity, struct tc_error *err)
{
  size_t context = (size_t) tc_sort_context (options, options->list_length);
  size_t answers = (size_t) tc_sort_answers (options, options->list_length);
  *set = (struct tc_sort_set) {
    .options = options, .capacity = capacity, .length = options->list_length,
    .tokens = calloc (capacity * context + 1, sizeof (int32_t)),
    .target_seq = calloc (capacity * answers + 1, sizeof (int32_t)),
    .target_pos = calloc (capacity * answers + 1, sizeof (int32_t)),
    .target = calloc (capacity * answers + 1, sizeof (int32_t)),
    .scratch = calloc ((size_t) options->list_length + 1, sizeof (int32_t))
  };
  if (set->tokens != NULL && set->target_seq != NULL && set->target_pos != NULL
      && set->target != NULL && set->scratch != NULL)
    return TC_OK;
  tc_sort_set_free (set);
  return tc_fail (err, TC_ENOMEM, "no memory for %zu lists of %d values", capacity,
                  options->list_length);
}

void
tc_sort_set_free (struct tc_sort_set *set)
{
  free (set->tokens);
  free (set->target_seq);
  free (set->target_pos);
  free (set->target);
  free (set->scratch);
  *set = (struct tc_sort_set) { 0 };
}

static void
sort_values (int n, const int32_t *list, int32_t *sorted)
{
  for (int i = 0; i < n; i++)
    {
      int at = i;
      for (; at > 0 && sorted[at - 1] > list[i]; at--)
        sorted[at] = sorted[at - 1];
      sorted[at] = list[i];
    }
}

/* [write] */
/* Tokens and targets of list i.  */
static void
write_list (struct tc_sort_set *set, size_t i, const int32_t *list)
{
  const struct tc_sort_options *options = set->options;
  int length = set->length, answers = tc_sort_answers (options, length);
  int32_t *row = set->tokens + i * (size_t) tc_sort_context (options, length);
  size_t target = i * (size_t) answers;
  row[0] = options->start_token;
  for (int k = 0; k < length; k++)
    row[1 + k] = list[k];
  row[length + 1] = tc_sort_mid_token (options);
  sort_values (length, list, row + length + 2);
  if (options->end_token)
    row[2 * length + 2] = tc_sort_end_token (options);
  for (int k = 0; k < answers; k++, target++)
    {
      set->target_seq[target] = (int32_t) i;
      set->target_pos[target] = length + 1 + k;
      set->target[target] = row[length + 2 + k];
    }
}
/* [end write] */

void
tc_sort_set_fill (struct tc_sort_set *set, size_t n, int length, const int32_t *lists)
{
  set->n = n;
  set->length = length;
  for (size_t i = 0; i < n; i++)
    write_list (set, i, lists + i * (size_t) length);
}

enum tc_status
tc_sort_set_draw (struct tc_sort_set *set, struct tc_sort_stream *stream, size_t n, int length,
                  struct tc_error *err)
{
  set->n = n;
  set->length = length;
  for (size_t i = 0; i < n; i++)
    {
      enum tc_status status = draw_list (stream, set->options->n_values, length, set->scratch,
                                         err);
      if (status != TC_OK)
        return status;
      write_list (set, i, set->scratch);
    }
  return TC_OK;
}

void
tc_sort_set_batch (const struct tc_sort_set *set, struct tc_batch *batch)
{
  size_t n_targets = set->n * (size_t) tc_sort_answers (set->options, set->length);
  *batch = (struct tc_batch) {
    .n_seq = set->n, .n_pos = (size_t) tc_sort_context (set->options, set->length),
    .tokens = set->tokens, .n_targets = n_targets, .target_seq = set->target_seq,
    .target_pos = set->target_pos, .target = set->target,
    .loss_scale = 1.0 / (double) n_targets
  };
}

const int32_t *
tc_sort_set_row (const struct tc_sort_set *set, size_t i)
{
  return set->tokens + i * (size_t) tc_sort_context (set->options, set->length);
}
