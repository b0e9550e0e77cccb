#include "experiments/modular-addition/experiment.h"

static const char *const runs[] = {
  "add", "add-seed-1", "add-seed-2", "subtract", "x2xyy2", "random",
  "transformerlens-demo", "demo-ulp-1", "demo-ulp-2", "demo-ulp-3", "demo-ulp-4",
  "demo-ulp-5", NULL
};

static struct tc_modular_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* The notebook's hyper-parameters; its num_epochs of 50,000 is shortened to what
   shows the same, see the paper.  */
static void
defaults (struct tc_setup *setup)
{
  struct tc_modular_settings *settings = settings_of (setup);
  settings->task = (struct tc_modular_options) {
    .p = 113, .frac_train = 0.3, .function = TC_MODULAR_ADD, .split = TC_MODULAR_PYTHON,
    .data_seed = 0, .table_seed = 0
  };
  settings->equals_class = true;
  setup->data_seed = setup->model_seed = 0;

  struct tc_config *config = &setup->config;
  config->n_layers = 1;
  config->n_heads = 4;
  config->d_model = 128;
  config->d_head = 32;
  config->d_mlp = 512;
  config->act_fn = TC_RELU;
  config->mlp_bias = true;
  config->init = TC_INIT_NOTEBOOK;
  config->positions = TC_POS_LEARNED;
  config->normalization = TC_NORM_NONE;

  struct tc_training_options *training = &setup->training;
  training->steps = 20000;
  training->log_every = 1;
  training->test_every = 20;
  training->checkpoint_every = 1000;
  training->snapshot_every = 200;
  training->stop_below = -1;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-3;
  training->optimizer.weight_decay = 1.0;
  training->optimizer.beta1 = 0.9;
  training->optimizer.beta2 = 0.98;
  training->optimizer.eps = 1e-8;
  training->schedule.kind = TC_LR_WARMUP;
  training->schedule.warmup_steps = 10;
}

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_modular_settings *settings = settings_of (setup);
  const struct tc_option rows[] = {
    { .name = "p", .kind = TC_OPT_INT, .target = &settings->task.p, .min = 2, .max = 1009,
      .metavar = "N", .group = "Task", .is_hyperparameter = true,
      .help = "the modulus; `=` is token N" },
    { .name = "function", .kind = TC_OPT_CHOICE, .target = &settings->task.function,
      .choices = tc_modular_function_names, .metavar = "NAME", .group = "Task",
      .is_hyperparameter = true,
      .help = "what is to be said of a and b: a + b, a - b, a^2 + a b + b^2, or what a table "
              "of random numbers says" },
    { .name = "frac-train", .kind = TC_OPT_REAL, .target = &settings->task.frac_train,
      .min = 0, .max = 1, .metavar = "X", .group = "Task", .is_hyperparameter = true,
      .help = "fraction of all pairs to train on; the others are the test data" },
    { .name = "split", .kind = TC_OPT_CHOICE, .target = &settings->task.split,
      .choices = tc_modular_split_names, .metavar = "NAME", .group = "Task",
      .is_hyperparameter = true,
      .help = "who shuffles the pairs with the data seed: Python's random.shuffle, as in the "
              "notebook, or torch.randperm, as in TransformerLens's demo" },
    { .name = "table-seed", .kind = TC_OPT_SEED, .target = &settings->task.table_seed,
      .min = 0, .max = (double) UINT32_MAX, .metavar = "N", .group = "Task",
      .is_hyperparameter = true,
      .help = "function random: seed of NumPy's stream, from which the table is drawn" },
    { .name = "equals-class", .kind = TC_OPT_BOOL, .target = &settings->equals_class,
      .group = "Model", .is_hyperparameter = true,
      .help = "give `=` a class of the output too, as in the notebook: p + 1 in all" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_modular_settings *settings = settings_of (setup);
  int p = settings->task.p;
  if (tc_modular_n_train (&settings->task) == 0)
    return tc_fail (err, TC_EINVAL, "--frac-train %g of %d pairs leaves none to train on",
                    settings->task.frac_train, p * p);
  settings->task.data_seed = setup->data_seed;
  setup->config.d_vocab = p + 1;
  setup->config.d_vocab_out = settings->equals_class ? p + 1 : p;
  setup->config.n_ctx = TC_MODULAR_CONTEXT;
  return TC_OK;
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_modular *self;
  return tc_modular_alloc (&self, &settings_of (setup)->task, task, err);
}

static void
free_task (struct tc_task *task)
{
  tc_modular_free (task->self);
}

const struct tc_experiment tc_modular_addition_experiment = {
  .name = "modular-addition",
  .summary = "Train a one-layer transformer on all at once of 30 % of the sums modulo 113, "
             "until it has understood the others (notebook 004; Nanda et al. 2023).",
  .runs = runs,
  .settings_size = sizeof (struct tc_modular_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task
};
