#ifndef TC_TESTS_TOY_LEARNER_H
#define TC_TESTS_TOY_LEARNER_H

#include "numerics/compute.h"
#include "training/trainer.h"

#include "golden/stream.h"

#include <criterion/criterion.h>
#include <string.h>

/* The smallest thing that the trainer can train: a table W [4, 4] whose row
   `token` is the logits of the next token, on sequences of one token with the
   answer (token + 1) mod 4.  Groups are even and odd answers.  */

enum { TOY_VOCAB = 4, TOY_BATCH = 8 };

struct toy
{
  struct tc_tensor tensors[2];
  _Alignas (64) float data[TOY_VOCAB * TOY_VOCAB + 2];
  struct tc_params params;
  float logits[TOY_BATCH][TOY_VOCAB];
  int32_t tokens[TOY_BATCH], seq[TOY_BATCH], pos[TOY_BATCH], target[TOY_BATCH],
    group[TOY_BATCH];
  uint64_t train_stream, test_stream;
  int steps_done;
  int poison_logits_at, poison_param_at;   /* steps; -1: never */
  struct tc_compute *compute;
};

static enum tc_status
toy_forward (void *self, const struct tc_batch *batch, const tc_real **rows,
             struct tc_error *err)
{
  struct toy *toy = self;
  (void) err;
  for (size_t i = 0; i < batch->n_targets; i++)
    {
      memcpy (toy->logits[i], toy->data + TOY_VOCAB * batch->tokens[i],
              sizeof toy->logits[i]);
      rows[i] = toy->logits[i];
    }
  if (toy->steps_done == toy->poison_logits_at)
    toy->logits[0][1] = __builtin_nanf ("");
  return TC_OK;
}

static void
toy_backward (void *self, const tc_real *dlogits, tc_real *grads)
{
  struct toy *toy = self;
  memset (grads, 0, toy->params.count * sizeof *grads);
  for (int i = 0; i < TOY_BATCH; i++)
    for (int v = 0; v < TOY_VOCAB; v++)
      grads[TOY_VOCAB * toy->tokens[i] + v] += dlogits[TOY_VOCAB * i + v];
  if (toy->steps_done == toy->poison_param_at)
    grads[5] = __builtin_inff ();
  toy->steps_done++;
}

static void
toy_draw (struct toy *toy, uint64_t *stream, struct tc_batch *batch)
{
  for (int i = 0; i < TOY_BATCH; i++)
    {
      toy->tokens[i] = (int32_t) ((stream_value (stream) + 1.0) * 2.0);
      toy->seq[i] = i;
      toy->target[i] = (toy->tokens[i] + 1) % TOY_VOCAB;
      toy->group[i] = toy->target[i] % 2;
    }
  *batch = (struct tc_batch) {
    .n_seq = TOY_BATCH, .n_pos = 1, .tokens = toy->tokens, .n_targets = TOY_BATCH,
    .target_seq = toy->seq, .target_pos = toy->pos, .target = toy->target,
    .target_group = toy->group, .loss_scale = 1.0 / TOY_BATCH
  };
}

static enum tc_status
toy_next (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  toy_draw (self, &((struct toy *) self)->train_stream, batch);
  return TC_OK;
}

static enum tc_status
toy_next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  toy_draw (self, &((struct toy *) self)->test_stream, batch);
  return TC_OK;
}

static void
toy_save_state (const void *self, uint32_t *state)
{
  const struct toy *toy = self;
  memcpy (state, &toy->train_stream, 8);
  memcpy (state + 2, &toy->test_stream, 8);
}

static void
toy_load_state (void *self, const uint32_t *state)
{
  struct toy *toy = self;
  memcpy (&toy->train_stream, state, 8);
  memcpy (&toy->test_stream, state + 2, 8);
}

static const char *const toy_groups[] = { "even", "odd" };

/* A fresh toy and a trainer for it that logs and tests every step.  */
static inline struct tc_trainer
toy_trainer (struct toy *toy, const char *folder, int steps)
{
  struct tc_error err;
  *toy = (struct toy) {
    .tensors = { { .name = "W", .n_dims = 2, .shape = { TOY_VOCAB, TOY_VOCAB },
                   .count = TOY_VOCAB * TOY_VOCAB, .trainable = true },
                 { .name = "frozen", .n_dims = 1, .shape = { 2 },
                   .offset = TOY_VOCAB * TOY_VOCAB, .count = 2 } },
    .params = { .n_tensors = 2, .count = TOY_VOCAB * TOY_VOCAB + 2 },
    .train_stream = 1, .test_stream = 2, .poison_logits_at = -1, .poison_param_at = -1
  };
  uint64_t state = 3;
  toy->params.tensors = toy->tensors;
  toy->params.data = toy->data;
  stream_fill (&state, toy->params.count, 0.5, toy->data);
  cr_assert_eq (tc_compute_alloc (&toy->compute, NULL, 1, &err), TC_OK);
  return (struct tc_trainer) {
    .compute = toy->compute,
    .learner = { .self = toy, .params = &toy->params, .d_vocab_out = TOY_VOCAB,
                 .forward = toy_forward, .backward = toy_backward },
    .task = { .self = toy, .max_seq = TOY_BATCH, .max_pos = 1, .max_targets = TOY_BATCH,
              .n_groups = 2, .group_names = toy_groups, .next = toy_next,
              .next_test = toy_next_test, .n_state = 4, .save_state = toy_save_state,
              .load_state = toy_load_state },
    .options = { .steps = steps, .log_every = 1, .test_every = 1, .stop_below = -1,
                 .optimizer = { TC_ADAMW, 0.1, 0.01, 0.9, 0.98, 1e-8, 0, 1.0 },
                 .schedule = { .kind = TC_LR_PLATEAU, .patience = 2, .factor = 0.5 } },
    .folder = folder, .run_json = "{\n  \"lr\": 0.1,\n  \"run\": \"toy\"\n}\n",
    .title = "A toy", .provenance = "seed 1"
  };
}

#endif
