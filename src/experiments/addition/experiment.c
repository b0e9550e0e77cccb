#include "experiments/addition/experiment.h"

#include <stdbool.h>
#include <stdint.h>

static const char *const runs[] = {
  "infinite", "finite", "small", "small-slow", "finite-small", "finite-small-weak", "seed-1",
  "seed-2", "seed-3", "seed-4", "seed-5", NULL
};

static const char *const examined[] = { "all", "phases", NULL };

static struct tc_addition_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* The notebook's hyper-parameters.  */
static void
defaults (struct tc_setup *setup)
{
  settings_of (setup)->task = tc_addition_defaults ();
  setup->data_seed = setup->model_seed = 129000;

  struct tc_config *config = &setup->config;
  config->n_layers = 1;
  config->n_heads = 4;
  config->d_model = 512;
  config->d_head = 128;
  config->d_mlp = 2048;
  config->act_fn = TC_RELU;
  config->mlp_bias = true;
  config->init = TC_INIT_NOTEBOOK;
  config->positions = TC_POS_LEARNED;
  config->normalization = TC_NORM_NONE;

  struct tc_training_options *training = &setup->training;
  training->steps = 3000;
  training->log_every = 1;
  training->test_every = 10;
  training->test_after_update = false;
  training->checkpoint_every = 500;
  training->stop_below = -1;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-4;
  training->optimizer.weight_decay = 0.1;
  training->optimizer.beta1 = 0.9;
  training->optimizer.beta2 = 0.98;
  training->optimizer.eps = 1e-8;
  training->schedule.kind = TC_LR_WARMUP;
  training->schedule.warmup_steps = 10;
}

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_addition_settings *settings = settings_of (setup);
  const struct tc_option rows[] = {
    { .name = "num-digits", .kind = TC_OPT_INT, .target = &settings->task.num_digits,
      .min = TC_ADDITION_MIN_DIGITS, .max = TC_ADDITION_MAX_DIGITS, .metavar = "N",
      .unit = "digits", .group = "Task", .is_hyperparameter = true,
      .help = "digits of each number; the context is 3 N + 3, the answer has N + 1" },
    { .name = "batch-size", .kind = TC_OPT_INT, .target = &settings->task.batch_size,
      .min = 1, .max = 1 << 16, .metavar = "N", .unit = "sums", .group = "Task",
      .is_hyperparameter = true,
      .help = "sums per batch of endless data, and of the notebook's test stream" },
    { .name = "n-data", .kind = TC_OPT_INT, .target = &settings->task.n_data,
      .min = 0, .max = 1 << 16, .metavar = "N", .unit = "sums", .group = "Task",
      .is_hyperparameter = true,
      .help = "train on this many fixed sums and test on others; 0: train on fresh ones" },
    { .name = "fresh-size", .kind = TC_OPT_INT, .target = &settings->task.fresh_size,
      .min = 1, .max = 1 << 16, .metavar = "N", .unit = "sums", .group = "Task",
      .is_hyperparameter = true,
      .help = "with --n-data: sums per batch of the second test stream, which has a seed of "
              "its own (the notebook's test stream starts from the numbers that the training "
              "set was drawn from)" },
    { .name = "fresh-seed", .kind = TC_OPT_SEED, .target = &settings->fresh_seed,
      .min = 0, .max = UINT32_MAX, .metavar = "N", .group = "Task",
      .is_hyperparameter = true,
      .help = "seed of the second test stream; 0: derived from the data seed" },
    { .name = "examine", .kind = TC_OPT_CHOICE, .target = &settings->examine,
      .choices = examined, .metavar = "WHAT", .group = "Analysis", .is_hyperparameter = true,
      .help = "what the analysis of the run looks at: all, or only the losses and when each "
              "digit is learnt" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_addition_settings *settings = settings_of (setup);
  (void) err;
  /* Endless data have no test stream.  */
  if (settings->task.n_data == 0)
    setup->training.test_every = 0;
  settings->task.data_seed = setup->data_seed;
  settings->task.fresh_seed = settings->fresh_seed != 0
    ? settings->fresh_seed : tc_addition_stream_seed (setup->data_seed, 1);
  setup->config.d_vocab = TC_ADDITION_VOCABULARY;
  setup->config.d_vocab_out = TC_ADDITION_CLASSES;
  setup->config.n_ctx = tc_addition_context (settings->task.num_digits);
  return TC_OK;
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_addition *self;
  return tc_addition_alloc (&self, &settings_of (setup)->task, task, err);
}

static void
free_task (struct tc_task *task)
{
  tc_addition_free (task->self);
}

/* ---- Accuracy of the training batch ---- */

static const char *const extra_names[] = { "accuracy" };
static const char *const extra_meanings[] = {
  "share of the training batch's sums of which every digit has the largest logit"
};

static bool
is_right (const tc_real *logits, int32_t target)
{
  for (int32_t c = 0; c < TC_ADDITION_CLASSES; c++)
    if (c != target && !(logits[c] < logits[target]))
      return false;
  return true;
}

static void
extra (const struct tc_batch *batch, const tc_real *const *logits, double *values, void *user)
{
  const struct tc_setup *setup = user;
  size_t answers = (size_t) tc_addition_answers (settings_of (setup)->task.num_digits);
  size_t right = 0;
  for (size_t i = 0; i < batch->n_seq; i++)
    {
      bool all = true;
      for (size_t k = i * answers; k < (i + 1) * answers; k++)
        all = all && is_right (logits[k], batch->target[k]);
      right += all;
    }
  values[0] = (double) right / (double) batch->n_seq;
}

const struct tc_experiment tc_addition_experiment = {
  .name = "addition",
  .summary = "Train a one-layer transformer to add two numbers of five digits "
             "(notebook 004).",
  .runs = runs,
  .settings_size = sizeof (struct tc_addition_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .n_extra = 1,
  .extra_names = extra_names,
  .extra_meanings = extra_meanings,
  .extra = extra
};
