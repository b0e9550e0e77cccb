#include "experiments/induction/experiment.h"

#include "training/loss.h"

#include <stdio.h>

static const char *const runs[] = {
  "infinite", "finite", "sine", "sine-standard", "sine-matched", "plain-residual",
  "reparametrised", "doubled-plain-init", "seed-1", "plain-residual-seed-1",
  "reparametrised-seed-1", "doubled-plain-init-seed-1", "one-layer", NULL
};

static struct tc_induction_settings *
settings_of (const struct tc_setup *setup)
{
  return setup->settings;
}

/* ---- The two residuals ---- */

static void
multiply (struct tc_params *params, int layer, const char *name, double factor)
{
  char full[TC_NAME_MAX];
  if (layer < 0)
    snprintf (full, sizeof full, "%s", name);
  else
    snprintf (full, sizeof full, "blocks.%d.%s", layer, name);
  const struct tc_tensor *tensor = tc_params_find (params, full);
  for (size_t i = 0; i < tensor->count; i++)
    params->data[tensor->offset + i] *= (tc_real) factor;
}

void
tc_induction_rescale (struct tc_params *params, const struct tc_config *config,
                      bool from_doubled)
{
  double stream = 1;            /* theirs over ours, at the layer's input */
  for (int layer = 0; layer < config->n_layers; layer++)
    {
      double after = from_doubled ? stream * 2 : stream / 2;
      multiply (params, layer, "attn.W_Q", stream);
      multiply (params, layer, "attn.W_K", stream);
      multiply (params, layer, "attn.W_V", stream);
      multiply (params, layer, "attn.W_O", 1 / after);
      stream = after;
    }
  multiply (params, -1, "unembed.W_U", stream);
}

/* Whether positions are sinusoids, whose rows all have the same norm.  */
static bool
has_sines (const struct tc_config *config)
{
  return config->positions == TC_POS_SINE || config->positions == TC_POS_SINE_NOTEBOOK;
}

static void
adjust_parameters (struct tc_params *params, const struct tc_setup *setup)
{
  const struct tc_induction_settings *settings = settings_of (setup);
  const struct tc_config *config = &setup->config;
  if (settings->match_residual)
    tc_induction_rescale (params, config, !config->doubled_residual);
  if (settings->position_norm > 0)
    {
      double squares = config->positions == TC_POS_SINE ? config->d_model / 2 : 0.5;
      multiply (params, -1, "pos_embed.W_pos",
                settings->position_norm / __builtin_sqrt (squares));
    }
}

/* ---- Settings ---- */

/* The notebook's hyper-parameters.  */
static void
defaults (struct tc_setup *setup)
{
  settings_of (setup)->task = tc_induction_defaults ();
  setup->data_seed = setup->model_seed = 123;

  struct tc_config *config = &setup->config;
  config->n_layers = 2;
  config->n_heads = 4;
  config->d_model = 48;
  config->d_head = 12;
  config->d_mlp = 0;
  config->init = TC_INIT_NOTEBOOK_INDUCTION;
  config->positions = TC_POS_LEARNED;
  config->normalization = TC_NORM_NONE;
  config->doubled_residual = true;

  struct tc_training_options *training = &setup->training;
  training->steps = 6000;
  training->log_every = 1;
  training->test_every = 40;
  training->checkpoint_every = 1000;
  training->snapshot_every = 50;
  training->stop_below = -1;
  training->optimizer.kind = TC_ADAMW;
  training->optimizer.lr = 1e-3;
  training->optimizer.weight_decay = 1;
  training->optimizer.beta1 = 0.9;
  training->optimizer.beta2 = 0.999;
  training->optimizer.eps = 1e-8;
  training->schedule.kind = TC_LR_WARMUP;
  training->schedule.warmup_steps = 100;
}

#define TASK_INT(row_name, row_target, row_min, row_max, row_unit, row_help) \
  { .name = row_name, .kind = TC_OPT_INT, .target = row_target, .min = row_min, \
    .max = row_max, .metavar = "N", .unit = row_unit, .group = "Task", \
    .is_hyperparameter = true, .help = row_help }

static enum tc_status
add_options (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_induction_settings *settings = settings_of (setup);
  struct tc_induction_options *task = &settings->task;
  struct tc_induction_shape *shape = &task->shape;
  const struct tc_option rows[] = {
    TASK_INT ("seq-len", &shape->seq_len, 3, 4096, "tokens",
              "length of a sequence with its first token, which is always 0"),
    TASK_INT ("subseq-len", &shape->subseq_len, 2, 4096, "tokens",
              "length of the block that is repeated"),
    TASK_INT ("num-repeats", &shape->num_repeats, 2, 64, "copies",
              "how often it stands in a sequence, the first time included"),
    TASK_INT ("vocab-size", &shape->vocab_size, 3, 1 << 20, "tokens",
              "kinds of tokens; the noise has all but 0"),
    TASK_INT ("batch-size", &task->batch_size, 1, 1 << 16, "sequences",
              "sequences per batch"),
    TASK_INT ("num-batches", &task->num_batches, 0, 1 << 10, "batches",
              "train on so many fixed batches, shuffled anew every epoch, and test on "
              "others; 0: train on fresh ones"),
    TASK_INT ("test-batches", &task->test_batches, 1, 1 << 10, "batches",
              "with --num-batches: size of the test set, of the next data seed"),
    { .name = "match-residual", .kind = TC_OPT_BOOL, .target = &settings->match_residual,
      .group = "Model", .is_hyperparameter = true,
      .help = "rescale the initial parameters so that the model begins as the same function "
              "that they are with the other kind of residual (see --doubled-residual)" },
    { .name = "position-norm", .kind = TC_OPT_REAL, .target = &settings->position_norm,
      .min = 0, .max = 1e6, .metavar = "X", .group = "Model", .is_hyperparameter = true,
      .help = "rescale sinusoidal positions to vectors of this length; 0: leave them, the "
              "notebook's at 0.707, the usual ones at sqrt (d-model / 2)" }
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
check (const struct tc_setup *setup, struct tc_error *err)
{
  const struct tc_induction_settings *settings = settings_of (setup);
  const struct tc_induction_shape *shape = &settings->task.shape;
  const struct tc_config *config = &setup->config;
  if (tc_induction_places (shape) < 1)
    return tc_fail (err, TC_EINVAL, "--subseq-len %d does not fit --num-repeats %d times into "
                    "--seq-len %d: a slot has %d tokens", shape->subseq_len,
                    shape->num_repeats, shape->seq_len, tc_induction_slot (shape));
  if (settings->match_residual
      && (config->d_mlp > 0 || config->normalization != TC_NORM_NONE || config->attn_bias
          || config->unembed_bias))
    return tc_fail (err, TC_EINVAL, "--match-residual needs a model without MLP, "
                    "normalization and biases");
  if (settings->position_norm > 0 && !has_sines (config))
    return tc_fail (err, TC_EINVAL, "--position-norm %g needs --positions sine or "
                    "sine-notebook", settings->position_norm);
  return TC_OK;
}

static enum tc_status
finish (struct tc_setup *setup, struct tc_error *err)
{
  struct tc_induction_settings *settings = settings_of (setup);
  /* Endless data have no test set.  */
  if (settings->task.num_batches == 0)
    setup->training.test_every = 0;
  settings->task.data_seed = setup->data_seed;
  setup->config.d_vocab = setup->config.d_vocab_out = settings->task.shape.vocab_size;
  setup->config.n_ctx = settings->task.shape.seq_len;
  return check (setup, err);
}

/* The DataLoader shuffles with PyTorch's global stream, which goes on where the
   model's parameters were drawn.  */
static enum tc_status
seed_shuffler (struct tc_torch_rng *shuffler, const struct tc_setup *setup,
               struct tc_error *err)
{
  struct tc_params params;
  enum tc_status status = tc_params_alloc (&params, &setup->config, err);
  if (status != TC_OK)
    return status;
  tc_torch_seed (shuffler, setup->model_seed);
  status = tc_params_init (&params, &setup->config, shuffler, err);
  tc_params_free (&params);
  return status;
}

static enum tc_status
make_task (struct tc_task *task, const struct tc_setup *setup, struct tc_error *err)
{
  struct tc_induction *self;
  struct tc_induction_options options = settings_of (setup)->task;
  enum tc_status status = TC_OK;
  if (options.num_batches > 0)
    status = seed_shuffler (&options.shuffler, setup, err);
  if (status == TC_OK)
    status = tc_induction_alloc (&self, &options, task, err);
  return status;
}

static void
free_task (struct tc_task *task)
{
  tc_induction_free (task->self);
}

/* ---- Accuracy of the training batch ---- */

static const char *const extra_names[] = { "accuracy" };
static const char *const extra_meanings[] = {
  "share of the training batch's scored tokens that have the largest logit"
};

static void
extra (const struct tc_batch *batch, const tc_real *const *logits, double *values, void *user)
{
  const struct tc_setup *setup = user;
  double whole;
  tc_accuracy (batch, (size_t) setup->config.d_vocab_out, logits, values, &whole);
}

const struct tc_experiment tc_induction_experiment = {
  .name = "induction",
  .summary = "Train a two-layer attention-only transformer to continue a block of random "
             "tokens that it has seen before (notebook 004).",
  .runs = runs,
  .settings_size = sizeof (struct tc_induction_settings),
  .defaults = defaults,
  .add_options = add_options,
  .finish = finish,
  .make_task = make_task,
  .free_task = free_task,
  .adjust_parameters = adjust_parameters,
  .n_extra = 1,
  .extra_names = extra_names,
  .extra_meanings = extra_meanings,
  .extra = extra
};
