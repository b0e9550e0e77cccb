#include "experiments/TEMPLATE/task.h"

#include "numerics/random.h"
#include "training/loss.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- Options ---- */

static const char *const runs[] = { "plain", NULL };

static struct tc_template_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

static void
defaults (struct tc_setup *setup)
{
  *settings_of (setup) = (struct tc_template_settings) { .n_tokens = 8, .seq_len = 16,
                                                         .batch_size = 32 };
  setup->config.d_model = 32;
  setup->config.d_head = 16;
  setup->training.optimizer.lr = 3e-3;
  setup->training.test_every = 50;
  setup->training.snapshot_every = 100;
}

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_template_settings *settings = settings_of (setup);
  const struct tc_option rows[] = {
    { .name = "n-tokens", .kind = TC_OPT_INT, .target = &settings->n_tokens, .min = 2,
      .max = 1000, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "kinds of token" },
    { .name = "seq-len", .kind = TC_OPT_INT, .target = &settings->seq_len, .min = 2,
      .max = 4096, .metavar = "N", .unit = "tokens", .group = "Task",
      .is_hyperparameter = true, .help = "length of a sequence" },
    { .name = "batch-size", .kind = TC_OPT_INT, .target = &settings->batch_size, .min = 1,
      .max = 65536, .metavar = "N", .unit = "sequences", .group = "Task",
      .is_hyperparameter = true, .help = "sequences of a step" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  (void) err;
  setup->config.n_ctx = settings_of (setup)->seq_len;
  setup->config.d_vocab = setup->config.d_vocab_out = settings_of (setup)->n_tokens;
  return TC_OK;
}

/* ---- Batches ---- */

/* [task] */
struct task
{
  const struct tc_template_settings *settings;
  struct tc_torch_rng train, test;
  int32_t *tokens;              /* [batch_size, seq_len] */
  int32_t *target_seq, *target_pos, *target;  /* [batch_size (seq_len - 1)] */
};

static void
draw (struct task *self, struct tc_torch_rng *rng, struct tc_batch *batch)
{
  const struct tc_template_settings *s = self->settings;
  size_t n_seq = (size_t) s->batch_size, n_pos = (size_t) s->seq_len, n = 0;
  tc_torch_randint (rng, 0, s->n_tokens, n_seq * n_pos, self->tokens);
  for (size_t i = 0; i < n_seq; i++)
    for (size_t p = 1; p < n_pos; p++, n++)
      {
        self->target_seq[n] = (int32_t) i;
        self->target_pos[n] = (int32_t) p;
        self->target[n] = self->tokens[i * n_pos + p - 1];
      }
  *batch = (struct tc_batch) {
    .n_seq = n_seq, .n_pos = n_pos, .tokens = self->tokens, .n_targets = n,
    .target_seq = self->target_seq, .target_pos = self->target_pos, .target = self->target,
    .loss_scale = 1.0 / (double) n
  };
}
/* [end task] */

static enum tc_status
next (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  draw (self, &((struct task *) self)->train, batch);
  return TC_OK;
}

static enum tc_status
next_test (void *self, struct tc_batch *batch, struct tc_error *err)
{
  (void) err;
  draw (self, &((struct task *) self)->test, batch);
  return TC_OK;
}

static void
save_state (const void *self, uint32_t *state)
{
  const struct task *task = self;
  tc_save_torch (&task->train, state);
  tc_save_torch (&task->test, state + TC_TORCH_STATE);
}

static void
load_state (void *self, const uint32_t *state)
{
  struct task *task = self;
  tc_load_torch (&task->train, state);
  tc_load_torch (&task->test, state + TC_TORCH_STATE);
}

static void
free_task (struct tc_task *task)
{
  struct task *self = task->self;
  free (self->tokens);
  free (self->target_seq);
  free (self->target_pos);
  free (self->target);
  free (self);
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  const struct tc_template_settings *s = settings_of (setup);
  size_t n = (size_t) s->batch_size * (size_t) s->seq_len;
  struct task *self = malloc (sizeof *self);
  if (self == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  *self = (struct task) {
    .settings = s, .tokens = malloc (n * sizeof *self->tokens),
    .target_seq = malloc (n * sizeof *self->target_seq),
    .target_pos = malloc (n * sizeof *self->target_pos),
    .target = malloc (n * sizeof *self->target)
  };
  *task = (struct tc_task) {
    .self = self, .max_seq = (size_t) s->batch_size, .max_pos = (size_t) s->seq_len,
    .max_targets = n, .next = next, .next_test = next_test,
    .n_state = 2 * TC_TORCH_STATE, .save_state = save_state, .load_state = load_state
  };
  if (self->tokens == NULL || self->target_seq == NULL || self->target_pos == NULL
      || self->target == NULL)
    {
      free_task (task);
      return tc_fail (err, TC_ENOMEM, "no memory for batches of %zu tokens", n);
    }
  tc_torch_seed (&self->train, setup->data_seed);
  tc_torch_seed (&self->test, setup->data_seed + 1);
  return TC_OK;
}

/* ---- Accuracy, columns of loss.csv ---- */

static const char *const extra_names[] = { "accuracy", "sequence_accuracy" };
static const char *const extra_meanings[] = {
  "fraction of answers that rank first", "fraction of sequences without a wrong answer"
};

static void
accuracy (const struct tc_batch *batch, const tc_real *const *logits, double *values,
          void *user)
{
  const struct tc_setup *setup = user;
  tc_accuracy (batch, (size_t) setup->config.d_vocab_out, logits, &values[0], &values[1]);
}

/* What --prompt of the analysis program reads and says.  */
static void
name_token (const struct tc_setup *setup, int32_t token, char name[TC_TOKEN_NAME])
{
  (void) setup;
  snprintf (name, TC_TOKEN_NAME, "%d", (int) token);
}

const struct tc_experiment tc_template_experiment = {
  .name = "TEMPLATE",
  .summary = "Train a small transformer to say, after each token, which token stood before "
             "it: the smallest experiment, to be copied.",
  .runs = runs,
  .settings_size = sizeof (struct tc_template_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .n_extra = 2, .extra_names = extra_names, .extra_meanings = extra_meanings,
  .extra = accuracy,
  .name_token = name_token
};
