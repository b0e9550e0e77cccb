#include "experiments/skip-trigram/experiment.h"

#include "experiments/skip-trigram/minimal.h"
#include "numerics/random.h"

#include <stdint.h>

static const char *const runs[] = {
  "infinite", "finite", "minimal", "minimal-sgd", "minimal-weak-decay", "minimal-flow",
  "no-decay", "small-eps", "seed-1", "seed-2", "seed-3", "seed-4", "seed-5", NULL
};

static const char *const models[] = { "transformer", "minimal", NULL };
static const char *const examined[] = { "all", "onsets", "floor", NULL };

static struct tc_skip_trigram_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* The notebook's hyper-parameters.  */
static void
defaults (struct tc_setup *setup)
{
  struct tc_skip_trigram_settings *settings = settings_of (setup);
  settings->task = tc_skip_trigram_defaults ();
  settings->model = TC_SKIP_TRANSFORMER;
  settings->examine = TC_SKIP_ALL;
  setup->data_seed = setup->model_seed = 6798;

  struct tc_config *config = &setup->config;
  config->n_layers = 1;
  config->n_heads = 1;
  config->d_model = 32;
  config->d_head = 8;
  config->d_mlp = 0;
  config->init = TC_INIT_NOTEBOOK;
  config->positions = TC_POS_LEARNED;
  config->normalization = TC_NORM_NONE;

  struct tc_training_options *training = &setup->training;
  training->steps = 3000;
  training->log_every = 1;
  training->test_every = 1;
  training->test_after_update = true;
  training->checkpoint_every = 1000;
  training->snapshot_every = 10;
  training->stop_below = -1;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-3;
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
  struct tc_skip_trigram_settings *settings = settings_of (setup);
  const struct tc_option rows[] = {
    { .name = "rand-size", .kind = TC_OPT_INT, .target = &settings->task.rand_size,
      .min = 2, .max = 1000, .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "kinds of filler, of triggers and of answers; the vocabulary is 2 N + 2" },
    { .name = "seq-len", .kind = TC_OPT_INT, .target = &settings->task.seq_len,
      .min = 1, .max = 4096, .metavar = "N", .unit = "tokens", .group = "Task",
      .is_hyperparameter = true,
      .help = "tokens between the first and the last; the context is N + 2" },
    { .name = "batch-size", .kind = TC_OPT_INT, .target = &settings->task.batch_size,
      .min = 1, .max = 1 << 20, .metavar = "N", .unit = "sequences", .group = "Task",
      .is_hyperparameter = true, .help = "sequences per fresh batch, for training or testing" },
    { .name = "n-data", .kind = TC_OPT_INT, .target = &settings->task.n_data,
      .min = 0, .max = 1 << 20, .metavar = "N", .unit = "sequences", .group = "Task",
      .is_hyperparameter = true,
      .help = "train on this many fixed sequences and test on fresh ones; "
              "0: train on fresh ones" },
    { .name = "test-seed", .kind = TC_OPT_SEED, .target = &settings->test_seed,
      .min = 0, .max = (double) UINT64_MAX, .metavar = "N", .group = "Task",
      .is_hyperparameter = true,
      .help = "seed of the test stream with --n-data; 0: the data seed again, as in the "
              "notebook, whose first test batch then repeats the training set's filler" },
    { .name = "model", .kind = TC_OPT_CHOICE, .target = &settings->model,
      .choices = models, .metavar = "KIND", .group = "Model", .is_hyperparameter = true,
      .help = "the transformer, or the notebook's reduced model of it: one score and one "
              "row of logits per token" },
    { .name = "examine", .kind = TC_OPT_CHOICE, .target = &settings->examine,
      .choices = examined, .metavar = "WHAT", .group = "Analysis", .is_hyperparameter = true,
      .help = "what the analysis of the run looks at: all, or beside the loss only when each "
              "trigram is learnt, or only what holds the loss at its floor" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_skip_trigram_settings *settings = settings_of (setup);
  if (setup->config.d_mlp > 0 && settings->model == TC_SKIP_MINIMAL)
    return tc_fail (err, TC_EINVAL, "--d-mlp %d: the minimal model has no MLP",
                    setup->config.d_mlp);
  /* Endless data have no test stream.  */
  if (settings->task.n_data == 0)
    setup->training.test_every = 0;
  settings->task.data_seed = setup->data_seed;
  settings->task.test_seed = settings->test_seed != 0 ? settings->test_seed : setup->data_seed;
  setup->config.d_vocab = tc_skip_trigram_vocabulary (&settings->task);
  setup->config.d_vocab_out = settings->task.rand_size;
  setup->config.n_ctx = tc_skip_trigram_context (&settings->task);
  return TC_OK;
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_skip_trigram *self;
  return tc_skip_trigram_alloc (&self, &settings_of (setup)->task, task, err);
}

static void
free_task (struct tc_task *task)
{
  tc_skip_trigram_free (task->self);
}

static bool
uses_own_model (const struct tc_setup *setup)
{
  return settings_of (setup)->model == TC_SKIP_MINIMAL;
}

static enum tc_status
make_learner (struct tc_learner *learner, struct tc_compute *compute,
              const struct tc_setup *setup, const struct tc_task *task, struct tc_error *err)
{
  struct tc_minimal *self;
  enum tc_status status = tc_minimal_alloc (&self, compute, (size_t) setup->config.d_vocab,
                                            (size_t) setup->config.d_vocab_out, task,
                                            learner, err);
  if (status != TC_OK)
    return status;
  struct tc_torch_rng rng;
  tc_torch_seed (&rng, setup->model_seed);
  tc_minimal_init (self, &rng);
  return TC_OK;
}

static void
free_learner (struct tc_learner *learner)
{
  tc_minimal_free (learner->self);
}

const struct tc_experiment tc_skip_trigram_experiment = {
  .name = "skip-trigram",
  .summary = "Train a small transformer, or the minimal model of it, to answer which of "
             "ten trigger tokens stood somewhere in a sequence of filler (notebook 004).",
  .runs = runs,
  .settings_size = sizeof (struct tc_skip_trigram_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .uses_own_model = uses_own_model,
  .make_learner = make_learner,
  .free_learner = free_learner
};
