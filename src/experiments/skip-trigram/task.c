#include "experiments/skip-trigram/task.h"

#include "numerics/random.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Buffers of one stream of batches.  */
struct stream
{
  struct tc_torch_rng rng;
  size_t n_seq;
  int32_t *filler;              /* [n_seq, seq_len], as drawn */
  int32_t *tokens;              /* [n_seq, seq_len + 2] */
  int32_t *target, *place;      /* [n_seq] */
  int32_t *target_seq, *target_pos;
};

struct tc_skip_trigram
{
  struct tc_skip_trigram_options options;
  struct stream train, test;
  char (*group_name)[32];       /* [rand_size] */
  const char **group_names;
};

struct tc_skip_trigram_options
tc_skip_trigram_defaults (void)
{
  return (struct tc_skip_trigram_options) {
    .rand_size = 10, .seq_len = 40, .batch_size = 256, .n_data = 0,
    .data_seed = 6798, .test_seed = 6798
  };
}

int
tc_skip_trigram_vocabulary (const struct tc_skip_trigram_options *options)
{
  return 2 * options->rand_size + 2;
}

int
tc_skip_trigram_context (const struct tc_skip_trigram_options *options)
{
  return options->seq_len + 2;
}

int32_t
tc_skip_trigram_trigger (const struct tc_skip_trigram_options *options, int k)
{
  return options->rand_size + 2 + k;
}

size_t
tc_skip_trigram_place (const struct tc_skip_trigram_options *options,
                       const int32_t *sequence)
{
  size_t place = 1;
  while (sequence[place] < tc_skip_trigram_trigger (options, 0))
    place++;
  return place;
}

/* --- one stream --- */

static void
stream_free (struct stream *stream)
{
  free (stream->filler);
  free (stream->tokens);
  free (stream->target);
  free (stream->place);
  free (stream->target_seq);
  free (stream->target_pos);
}

static enum tc_status
stream_alloc (struct stream *stream, const struct tc_skip_trigram_options *options,
              size_t n_seq, uint64_t seed, struct tc_error *err)
{
  size_t n_pos = (size_t) tc_skip_trigram_context (options);
  stream->n_seq = n_seq;
  stream->filler = calloc (n_seq * (size_t) options->seq_len, sizeof (int32_t));
  stream->tokens = calloc (n_seq * n_pos, sizeof (int32_t));
  stream->target = calloc (n_seq, sizeof (int32_t));
  stream->place = calloc (n_seq, sizeof (int32_t));
  stream->target_seq = calloc (n_seq, sizeof (int32_t));
  stream->target_pos = calloc (n_seq, sizeof (int32_t));
  if (stream->filler == NULL || stream->tokens == NULL || stream->target == NULL
      || stream->place == NULL || stream->target_seq == NULL || stream->target_pos == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for batches of %zu sequences", n_seq);
  for (size_t i = 0; i < n_seq; i++)
    {
      stream->target_seq[i] = (int32_t) i;
      stream->target_pos[i] = (int32_t) n_pos - 1;
    }
  tc_torch_seed (&stream->rng, seed);
  return TC_OK;
}

/* [draw] */
static void
draw (struct stream *stream, const struct tc_skip_trigram_options *options)
{
  size_t seq_len = (size_t) options->seq_len, n_pos = seq_len + 2;
  tc_torch_randint (&stream->rng, 2, options->rand_size + 2, stream->n_seq * seq_len,
                    stream->filler);
  tc_torch_randint (&stream->rng, 0, options->rand_size, stream->n_seq, stream->target);
  tc_torch_randint (&stream->rng, 1, options->seq_len + 1, stream->n_seq, stream->place);
  for (size_t i = 0; i < stream->n_seq; i++)
    {
      int32_t *row = stream->tokens + i * n_pos;
      row[0] = 0;
      memcpy (row + 1, stream->filler + i * seq_len, seq_len * sizeof *row);
      row[stream->place[i]] = tc_skip_trigram_trigger (options, stream->target[i]);
      row[n_pos - 1] = 1;
    }
}
/* [end draw] */

static void
describe (const struct stream *stream, const struct tc_skip_trigram_options *options,
          struct tc_batch *batch)
{
  *batch = (struct tc_batch) {
    .n_seq = stream->n_seq, .n_pos = (size_t) tc_skip_trigram_context (options),
    .tokens = stream->tokens, .n_targets = stream->n_seq,
    .target_seq = stream->target_seq, .target_pos = stream->target_pos,
    .target = stream->target, .target_group = stream->target,
    .loss_scale = 1.0 / (double) stream->n_seq
  };
}

/* --- the task --- */

static enum tc_status
next_endless (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_skip_trigram *task = self;
  (void) err;
  draw (&task->train, &task->options);
  describe (&task->train, &task->options, batch);
  return TC_OK;
}

static enum tc_status
next_fixed (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_skip_trigram *task = self;
  (void) err;
  describe (&task->train, &task->options, batch);
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  struct tc_skip_trigram *task = self;
  (void) err;
  draw (&task->test, &task->options);
  describe (&task->test, &task->options, batch);
  return TC_OK;
}

/* randint uses the Mersenne Twister only, never the generator's spare normal. */
enum { STREAM_WORDS = TC_MT_WORDS + 1 };

static void
save_generator (const struct stream *stream, uint32_t *state)
{
  memcpy (state, stream->rng.mt.word, TC_MT_WORDS * sizeof *state);
  state[TC_MT_WORDS] = stream->rng.mt.next;
}

static void
load_generator (struct stream *stream, const uint32_t *state)
{
  memcpy (stream->rng.mt.word, state, TC_MT_WORDS * sizeof *state);
  stream->rng.mt.next = state[TC_MT_WORDS];
}

static void
save_state (const void *self, uint32_t *state)
{
  const struct tc_skip_trigram *task = self;
  save_generator (&task->train, state);
  save_generator (&task->test, state + STREAM_WORDS);
}

static void
load_state (void *self, const uint32_t *state)
{
  struct tc_skip_trigram *task = self;
  load_generator (&task->train, state);
  load_generator (&task->test, state + STREAM_WORDS);
}

static enum tc_status
name_groups (struct tc_skip_trigram *self, struct tc_error *err)
{
  size_t n = (size_t) self->options.rand_size;
  self->group_name = calloc (n, sizeof *self->group_name);
  self->group_names = calloc (n, sizeof *self->group_names);
  if (self->group_name == NULL || self->group_names == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu group names", n);
  for (size_t k = 0; k < n; k++)
    {
      snprintf (self->group_name[k], sizeof self->group_name[k], "trigram_%zu", k);
      self->group_names[k] = self->group_name[k];
    }
  return TC_OK;
}

static void
fill_task (struct tc_skip_trigram *self, struct tc_task *task)
{
  const struct tc_skip_trigram_options *options = &self->options;
  size_t n_seq = self->train.n_seq > self->test.n_seq ? self->train.n_seq : self->test.n_seq;
  bool is_finite = options->n_data > 0;
  *task = (struct tc_task) {
    .self = self, .max_seq = n_seq, .max_pos = (size_t) tc_skip_trigram_context (options),
    .max_targets = n_seq, .n_groups = (size_t) options->rand_size,
    .group_names = self->group_names,
    .next = is_finite ? next_fixed : next_endless,
    .next_test = is_finite ? next_test : NULL,
    .n_state = 2 * STREAM_WORDS, .save_state = save_state, .load_state = load_state
  };
}

enum tc_status
tc_skip_trigram_alloc (struct tc_skip_trigram **out,
                       const struct tc_skip_trigram_options *options,
                       struct tc_task *task, struct tc_error *err)
{
  *out = NULL;
  struct tc_skip_trigram *self = calloc (1, sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for the skip-trigram task");
  self->options = *options;

  size_t batch_size = (size_t) options->batch_size, n_data = (size_t) options->n_data;
  enum tc_status status = stream_alloc (&self->train, options,
                                        n_data > 0 ? n_data : batch_size,
                                        options->data_seed, err);
  if (status == TC_OK)
    status = stream_alloc (&self->test, options, batch_size, options->test_seed, err);
  if (status == TC_OK)
    status = name_groups (self, err);
  if (status != TC_OK)
    {
      tc_skip_trigram_free (self);
      return status;
    }
  if (n_data > 0)
    draw (&self->train, options);
  fill_task (self, task);
  *out = self;
  return TC_OK;
}

void
tc_skip_trigram_free (struct tc_skip_trigram *self)
{
  if (self == NULL)
    return;
  stream_free (&self->train);
  stream_free (&self->test);
  free (self->group_name);
  free (self->group_names);
  free (self);
}
