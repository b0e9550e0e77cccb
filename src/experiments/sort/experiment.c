#include "experiments/sort/experiment.h"

#include "experiments/sort/zero.h"
#include "numerics/random.h"
#include "training/loss.h"

#include <stdio.h>
#include <string.h>

static const char *const runs[] = {
  "one-head", "one-head-long", "one-head-seed-2", "one-head-seed-3", "one-head-seed-4",
  "one-head-seed-5", "one-head-attn-only",
  "attn-only", "attn-only-seed-2", "attn-only-seed-3", "attn-only-seed-4", "attn-only-seed-5",
  "attn-only-two-heads",
  "five", "five-seed-2", "five-seed-3", "five-eos", "five-eos-seed-2", "five-eos-seed-3",
  "five-variable", "five-variable-seed-2", "five-variable-seed-3",
  "five-script", "five-script-seed-2", "five-script-seed-3",
  "five-plain", "five-plain-seed-2", "five-plain-seed-3",
  "length-5", "repeats-16", "no-positions", "zero-layer", "zero-layer-repeats", NULL
};

static const char *const models[] = { "transformer", "zero-layer", NULL };

static struct tc_sort_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* Notebook 000's hyper-parameters.  */
static void
defaults (struct tc_setup *setup)
{
  *settings_of (setup) = (struct tc_sort_settings) {
    .task = tc_sort_defaults (), .start_token = -1, .model = TC_SORT_TRANSFORMER
  };
  setup->data_seed = setup->model_seed = 42;

  struct tc_config *config = &setup->config;
  config->n_layers = 1;
  config->n_heads = 1;
  config->d_model = 128;
  config->d_head = 32;
  config->d_mlp = 512;
  config->act_fn = TC_RELU;
  config->normalization = TC_NORM_LN;
  config->positions = TC_POS_LEARNED;
  config->init = TC_INIT_TRANSFORMERLENS_OLD;
  config->attn_bias = config->mlp_bias = config->unembed_bias = true;

  struct tc_training_options *training = &setup->training;
  training->steps = 20000;
  training->log_every = 1;
  training->test_every = 100;
  training->test_after_update = true;
  training->checkpoint_every = 1000;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-3;
  training->optimizer.weight_decay = 0.01;
  training->optimizer.beta1 = 0.9;
  training->optimizer.beta2 = 0.999;
  training->optimizer.eps = 1e-8;
  training->schedule.kind = TC_LR_PLATEAU;
  training->schedule.patience = 100;
}

/* ---- Options ---- */

static enum tc_status
add_list_options (struct tc_options *options, struct tc_sort_settings *settings,
                  struct tc_error *err)
{
  struct tc_sort_options *task = &settings->task;
  const struct tc_option rows[] = {
    { .name = "list-length", .kind = TC_OPT_INT, .target = &task->list_length, .min = 1,
      .max = 1000, .metavar = "N", .unit = "values", .group = "Task",
      .is_hyperparameter = true, .help = "values of a list; the context is 2 N + 2" },
    { .name = "n-values", .kind = TC_OPT_INT, .target = &task->n_values, .min = 1,
      .max = 10000, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "values are 0 ... N - 1" },
    { .name = "repeats", .kind = TC_OPT_BOOL, .target = &task->repeats, .group = "Task",
      .is_hyperparameter = true,
      .help = "draw values with torch.randint, so that some occur again; without this, "
              "distinct ones with Python's random.sample" },
    { .name = "variable-length", .kind = TC_OPT_BOOL, .target = &task->variable_length,
      .group = "Task", .is_hyperparameter = true,
      .help = "each batch has a length of its own, from 1 to list-length" },
    { .name = "end-token", .kind = TC_OPT_BOOL, .target = &task->end_token, .group = "Task",
      .is_hyperparameter = true,
      .help = "an end token follows the sorted list, and is to be predicted too" },
    { .name = "start-token", .kind = TC_OPT_INT, .target = &settings->start_token, .min = -1,
      .max = 20000, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "id of the token before the list; the one between the lists is N + 1, the end "
              "token N + 2; -1: n-values" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
add_set_options (struct tc_options *options, struct tc_sort_settings *settings,
                 struct tc_error *err)
{
  struct tc_sort_options *task = &settings->task;
  const struct tc_option rows[] = {
    { .name = "batch-size", .kind = TC_OPT_INT, .target = &task->batch_size, .min = 1,
      .max = 1 << 16, .metavar = "N", .unit = "lists", .group = "Task",
      .is_hyperparameter = true, .help = "lists of a step" },
    { .name = "n-data", .kind = TC_OPT_INT, .target = &task->n_data, .min = 0, .max = 1 << 30,
      .metavar = "N", .unit = "lists", .group = "Task", .is_hyperparameter = true,
      .help = "go through the same lists again after so many; 0: ever new ones" },
    { .name = "set-aside", .kind = TC_OPT_INT, .target = &task->set_aside, .min = 0,
      .max = 1 << 20, .metavar = "N", .unit = "batches", .group = "Task",
      .is_hyperparameter = true,
      .help = "draw so many batches before the first to train on, as a notebook that looks "
              "at an example first" },
    { .name = "test-size", .kind = TC_OPT_INT, .target = &task->test_size, .min = 1,
      .max = 1 << 16, .metavar = "N", .unit = "lists", .group = "Task",
      .is_hyperparameter = true, .help = "lists to validate on, and as many to test on" },
    { .name = "validation-seed", .kind = TC_OPT_SEED, .target = &task->validation_seed,
      .min = 0, .max = UINT32_MAX, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "seed of the validation lists" },
    { .name = "test-seed", .kind = TC_OPT_SEED, .target = &task->test_seed, .min = 0,
      .max = UINT32_MAX, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "seed of the lists that the analysis tests on" },
    { .name = "stop-rule", .kind = TC_OPT_CHOICE, .target = &task->stop_rule,
      .choices = tc_sort_stop_names, .metavar = "RULE", .group = "Training",
      .is_hyperparameter = true,
      .help = "stop after a validation: never; when the last two accuracies are equal, as "
              "notebook 000 is written; when the last ten are 1, as its comment says" },
    { .name = "model", .kind = TC_OPT_CHOICE, .target = &settings->model, .choices = models,
      .metavar = "KIND", .group = "Model", .is_hyperparameter = true,
      .help = "the transformer, or the baseline without any layer, which sees only the last "
              "token and its position" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  enum tc_status status = add_list_options (options, settings_of (setup), err);
  if (status == TC_OK)
    status = add_set_options (options, settings_of (setup), err);
  return status;
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_sort_settings *settings = settings_of (setup);
  struct tc_sort_options *task = &settings->task;
  struct tc_config *config = &setup->config;
  if (!task->repeats && task->list_length > task->n_values)
    return tc_fail (err, TC_EINVAL, "--list-length %d without --repeats: there are only %d "
                    "values", task->list_length, task->n_values);
  if (task->n_data % task->batch_size != 0)
    return tc_fail (err, TC_EINVAL, "--n-data %d: expected a multiple of the batch size, %d",
                    task->n_data, task->batch_size);
  task->start_token = settings->start_token < 0 ? task->n_values : settings->start_token;
  if (task->start_token < task->n_values)
    return tc_fail (err, TC_EINVAL, "--start-token %d is one of the %d values",
                    settings->start_token, task->n_values);
  if (task->stop_rule != TC_SORT_STOP_NEVER && setup->training.test_every == 0)
    return tc_fail (err, TC_EINVAL, "--stop-rule needs --test-every of at least 1");
  task->data_seed = setup->data_seed;
  config->d_vocab = config->d_vocab_out = tc_sort_vocabulary (task);
  config->n_ctx = tc_sort_context (task, task->list_length);
  /* Attention only: nothing to give a bias to.  */
  if (config->d_mlp == 0)
    config->mlp_bias = false;
  return TC_OK;
}

/* ---- Task and model ---- */

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_sort *self;
  return tc_sort_alloc (&self, &settings_of (setup)->task, task, err);
}

static void
free_task (struct tc_task *task)
{
  tc_sort_free (task->self);
}

static bool
uses_own_model (const struct tc_setup *setup)
{
  return settings_of (setup)->model == TC_SORT_ZERO_LAYER;
}

static enum tc_status
make_learner (struct tc_learner *learner, struct tc_compute *compute,
              const struct tc_setup *setup, const struct tc_task *task, struct tc_error *err)
{
  struct tc_zero_layer *self;
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, setup->model_seed);
  return tc_zero_layer_alloc (&self, compute, &setup->config, task, &rng, learner, err);
}

static void
free_learner (struct tc_learner *learner)
{
  tc_zero_layer_free (learner->self);
}

/* ---- Accuracy of the training batch ---- */

static const char *const extra_names[] = { "accuracy", "token_accuracy" };
static const char *const extra_meanings[] = {
  "fraction of the batch's lists with every token right, before the update",
  "fraction of the batch's tokens that are right, before the update"
};

static void
extra (const struct tc_batch *batch, const tc_real *const *logits, double *values, void *user)
{
  const struct tc_setup *setup = user;
  tc_accuracy (batch, (size_t) setup->config.d_vocab_out, logits, &values[1], &values[0]);
}

/* ---- Names of tokens ---- */

void
tc_sort_name_token (const struct tc_sort_options *task, int32_t token, char name[TC_TOKEN_NAME])
{
  if (token == task->start_token)
    snprintf (name, TC_TOKEN_NAME, "START");
  else if (token == tc_sort_mid_token (task))
    snprintf (name, TC_TOKEN_NAME, "MID");
  else if (token == tc_sort_end_token (task))
    snprintf (name, TC_TOKEN_NAME, "EOS");
  else
    snprintf (name, TC_TOKEN_NAME, "%d", (int) token);
}

static void
name_token (const struct tc_setup *setup, int32_t token, char name[TC_TOKEN_NAME])
{
  tc_sort_name_token (&settings_of (setup)->task, token, name);
}

/* The notebooks call the same tokens START and STOP, or BOS and MID, or write their
   ids.  */
static int32_t
read_token (const struct tc_setup *setup, const char *word)
{
  const struct tc_sort_options *task = &settings_of (setup)->task;
  char id[TC_TOKEN_NAME];
  if (strcmp (word, "BOS") == 0)
    return task->start_token;
  if (strcmp (word, "STOP") == 0)
    return tc_sort_mid_token (task);
  for (int32_t token = task->start_token; token < tc_sort_vocabulary (task); token++)
    {
      snprintf (id, sizeof id, "%d", (int) token);
      if (strcmp (word, id) == 0)
        return token;
    }
  return -1;
}

const struct tc_experiment tc_sort_experiment = {
  .name = "sort",
  .summary = "Train a one-layer transformer to sort lists (notebooks 000, 002 and 003): it "
             "reads a list and a token that says to begin, then names the values in order.",
  .runs = runs,
  .settings_size = sizeof (struct tc_sort_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .uses_own_model = uses_own_model,
  .make_learner = make_learner,
  .free_learner = free_learner,
  .name_token = name_token,
  .read_token = read_token,
  .n_extra = 2,
  .extra_names = extra_names,
  .extra_meanings = extra_meanings,
  .extra = extra
};
