#include "experiments/permutation/experiment.h"

#include "training/loss.h"

static const char *const runs[] = {
  "notebook", "notebook-seed-1", "notebook-seed-2", "constant", "constant-seed-1",
  "constant-beta2-999", "constant-batch-32", "beta2-999", "batch-32",
  "repaired", "repaired-seed-1", "unsorted", "n-2", "n-3", "n-5", "small", "two-layers",
  "mlp-relu", "mlp-solu", NULL
};

static struct tc_permutation_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* The notebook's hyper-parameters.  */
static void
defaults (struct tc_setup *setup)
{
  settings_of (setup)->task = tc_permutation_defaults ();
  setup->data_seed = setup->model_seed = 0;

  struct tc_config *config = &setup->config;
  config->n_layers = 1;
  config->n_heads = 1;
  config->d_model = 128;
  config->d_head = 64;
  config->d_mlp = 0;
  config->act_fn = TC_SOLU;
  config->attn_bias = config->unembed_bias = true;
  config->init = TC_INIT_TRANSFORMERLENS;
  config->positions = TC_POS_LEARNED;
  config->normalization = TC_NORM_LN;

  struct tc_training_options *training = &setup->training;
  training->steps = 3100;
  training->log_every = 1;
  training->test_every = 50;
  training->checkpoint_every = 1000;
  training->stop_below = -1;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-3;
  training->optimizer.weight_decay = 0.01;
  training->optimizer.beta1 = 0.9;
  training->optimizer.beta2 = 0.99;
  training->optimizer.eps = 1e-8;
  training->optimizer.max_grad_norm = 1;
  training->schedule.kind = TC_LR_PLATEAU;
  training->schedule.warmup_steps = 0;
  training->schedule.patience = 100;
  training->schedule.factor = 0.1;
}

#define TASK_INT(row_name, row_target, row_min, row_max, row_unit, row_help) \
  { .name = row_name, .kind = TC_OPT_INT, .target = row_target, .min = row_min, \
    .max = row_max, .metavar = "N", .unit = row_unit, .group = "Task", \
    .is_hyperparameter = true, .help = row_help }

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_permutation_options *task = &settings_of (setup)->task;
  const struct tc_option rows[] = {
    TASK_INT ("n", &task->n, 1, 12, "characters",
              "characters of a term; a sequence has N! terms, 2 + N! (N + 1) tokens, of "
              "which 1024 are allowed"),
    { .name = "unsorted", .kind = TC_OPT_BOOL, .target = &task->is_unsorted, .group = "Task",
      .is_hyperparameter = true,
      .help = "begin with any arrangement of the characters, not the ascending one" },
    TASK_INT ("batch-size", &task->batch_size, 1, 1 << 16, "sequences",
              "sequences per batch"),
    TASK_INT ("epoch-size", &task->epoch_size, 0, 1 << 30, "sequences",
              "sequences per epoch, whose last batch may be smaller; 0: all batches are "
              "full"),
    TASK_INT ("n-test", &task->n_test, 0, 1 << 20, "combinations",
              "hold out so many combinations of characters for testing"),
    TASK_INT ("test-size", &task->test_size, 1, 1 << 16, "sequences",
              "sequences per test batch")
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_permutation_options *task = &settings_of (setup)->task;
  if (task->n > TC_PERMUTATION_MAX)
    return tc_fail (err, TC_EINVAL, "--n %d gives sequences of %zu tokens; expected at most "
                    "%d tokens, --n %d", task->n, tc_permutation_length (task->n),
                    (int) TC_PERMUTATION_CONTEXT, (int) TC_PERMUTATION_MAX);
  if ((size_t) task->n_test >= tc_permutation_combinations (task->n))
    return tc_fail (err, TC_EINVAL, "--n-test %d leaves none of %zu combinations to train on",
                    task->n_test, tc_permutation_combinations (task->n));
  if (task->n_test == 0)
    setup->training.test_every = 0;
  task->data_seed = setup->data_seed;
  setup->config.d_vocab = setup->config.d_vocab_out = TC_PERMUTATION_VOCABULARY;
  setup->config.n_ctx = (int) tc_permutation_length (task->n);
  return TC_OK;
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_permutation *self;
  return tc_permutation_alloc (&self, &settings_of (setup)->task, task, err);
}

static void
free_task (struct tc_task *task)
{
  tc_permutation_free (task->self);
}

static void
name_token (const struct tc_setup *setup, int32_t token, char name[TC_TOKEN_NAME])
{
  (void) setup;
  name[0] = tc_permutation_characters[token];
  name[1] = '\0';
}

/* ---- Accuracy of the training batch ---- */

static const char *const extra_names[] = { "accuracy_rest" };
static const char *const extra_meanings[] = {
  "share of the training batch's tokens after the first term that have the largest logit"
};

static bool
is_largest (const tc_real *logits, int32_t target)
{
  for (int32_t c = 0; c < TC_PERMUTATION_VOCABULARY; c++)
    if (c != target && !(logits[c] < logits[target]))
      return false;
  return true;
}

static void
extra (const struct tc_batch *batch, const tc_real *const *logits, double *values, void *user)
{
  const struct tc_setup *setup = user;
  const int32_t n = settings_of (setup)->task.n;
  size_t count = 0, right = 0;
  for (size_t i = 0; i < batch->n_targets; i++)
    if (batch->target_pos[i] > n)
      {
        count++;
        right += is_largest (logits[i], batch->target[i]);
      }
  values[0] = (double) right / (double) count;
}

const struct tc_experiment tc_permutation_experiment = {
  .name = "permutation",
  .summary = "Train a small transformer to list the arrangements of a few characters in "
             "lexicographic order (notebook 001).",
  .runs = runs,
  .settings_size = sizeof (struct tc_permutation_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .name_token = name_token,
  .is_spelt = true,
  .n_extra = 1,
  .extra_names = extra_names,
  .extra_meanings = extra_meanings,
  .extra = extra
};
