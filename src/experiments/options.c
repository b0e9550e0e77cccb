/* The options that every experiment's programs share.  */

#include "experiments/setup.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

/* ---- Defaults ---- */

static struct tc_training_options
default_training (void)
{
  return (struct tc_training_options) {
    .steps = 1000, .log_every = 1, .test_every = 0, .test_after_update = false,
    .checkpoint_every = 1000, .snapshot_every = 0, .stop_below = -1.0,
    .optimizer = { .kind = TC_ADAMW, .lr = 1e-3, .weight_decay = 0.01, .beta1 = 0.9,
                   .beta2 = 0.999, .eps = 1e-8 },
    .schedule = { .kind = TC_LR_CONSTANT, .warmup_steps = 10, .patience = 10,
                  .factor = 0.1, .min_lr = 0.0 }
  };
}

enum tc_status
tc_setup_alloc (struct tc_setup *setup, const struct tc_experiment *experiment,
                struct tc_error *err)
{
  *setup = (struct tc_setup) { .config = tc_config_default (),
                               .training = default_training () };
  setup->settings = calloc (1, experiment->settings_size + 1);
  if (setup->settings == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  if (experiment->defaults != NULL)
    experiment->defaults (setup);
  return TC_OK;
}

void
tc_setup_free (struct tc_setup *setup)
{
  free (setup->settings);
  setup->settings = NULL;
}

/* ---- Rows ---- */

/* A row by kind; every row here is a hyper-parameter.  */
#define ROW(row_kind, row_name, row_target, row_metavar, row_group, row_help) \
  .name = row_name, .kind = row_kind, .target = row_target, .metavar = row_metavar, \
  .group = row_group, .help = row_help, .is_hyperparameter = true
#define INT(name, target, low, high, group, help) \
  { ROW (TC_OPT_INT, name, target, "N", group, help), .min = low, .max = high }
#define STEPS(name, target, low, group, help) \
  { ROW (TC_OPT_INT, name, target, "N", group, help), .min = low, .max = INT_MAX, \
    .unit = "steps" }
#define SEED(name, target, group, help) \
  { ROW (TC_OPT_SEED, name, target, "N", group, help), .min = 0, .max = UINT32_MAX }
#define REAL(name, target, low, high, group, help) \
  { ROW (TC_OPT_REAL, name, target, "X", group, help), .min = low, .max = high }
#define BOOL(name, target, group, help) \
  { ROW (TC_OPT_BOOL, name, target, NULL, group, help) }
#define CHOICE(name, target, names, group, help) \
  { ROW (TC_OPT_CHOICE, name, target, "NAME", group, help), .choices = names }

static enum tc_status
add_training_rows (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_training_options *t = &setup->training;
  struct tc_optimizer_options *o = &t->optimizer;
  struct tc_schedule *s = &t->schedule;
  const double just_below_1 = 0.999999;
  const struct tc_option rows[] = {
    STEPS ("steps", &t->steps, 0, "Training", "updates to make"),
    SEED ("data-seed", &setup->data_seed, "Training", "seed of the data"),
    SEED ("model-seed", &setup->model_seed, "Training", "seed of the initial parameters"),
    SEED ("nudge-seed", &setup->nudge_seed, "Training",
          "move each initial parameter to the next number above or below, as a stream of "
          "this seed says: a replica to tell what rounding decides; 0: do not"),
    CHOICE ("optimizer", &o->kind, tc_optimizer_names, "Training",
            "update rule, as in torch.optim"),
    REAL ("lr", &o->lr, 0, HUGE_VAL, "Training", "learning rate"),
    REAL ("weight-decay", &o->weight_decay, 0, HUGE_VAL, "Training",
          "decoupled for adamw, added to the gradient for adam and sgd"),
    REAL ("beta1", &o->beta1, 0, just_below_1, "Training", "adam: decay of the mean"),
    REAL ("beta2", &o->beta2, 0, just_below_1, "Training", "adam: decay of the mean square"),
    REAL ("eps", &o->eps, 0, HUGE_VAL, "Training", "adam: added to the denominator"),
    REAL ("momentum", &o->momentum, 0, just_below_1, "Training", "sgd: momentum"),
    REAL ("max-grad-norm", &o->max_grad_norm, 0, HUGE_VAL, "Training",
          "clip the gradients' global norm to this; 0: never"),
    CHOICE ("lr-schedule", &s->kind, tc_schedule_names, "Training",
            "learning rate over time; warmup is linear, min (step / warmup-steps, 1)"),
    STEPS ("warmup-steps", &s->warmup_steps, 0, "Training",
           "length of warm-up (warmup, cosine)"),
    STEPS ("patience", &s->patience, 0, "Training", "plateau: bad steps tolerated"),
    REAL ("lr-factor", &s->factor, 0, 1, "Training", "plateau: reduction of the rate"),
    REAL ("min-lr", &s->min_lr, 0, HUGE_VAL, "Training", "plateau: lowest rate")
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
add_measurement_rows (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_training_options *t = &setup->training;
  const struct tc_option rows[] = {
    STEPS ("log-every", &t->log_every, 1, "Measurement", "a row of loss.csv every N steps"),
    STEPS ("test-every", &t->test_every, 0, "Measurement",
           "measure the test loss every N steps, where the task has test data; 0: never"),
    BOOL ("test-after-update", &t->test_after_update, "Measurement",
          "measure the test loss after the step's update, not before"),
    STEPS ("snapshot-every", &t->snapshot_every, 0, "Measurement",
           "keep the parameters every N steps, from step 0; 0: never"),
    REAL ("stop-below", &t->stop_below, -1, HUGE_VAL, "Measurement",
          "stop when the test loss, in nats, falls below this; negative: never")
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

static enum tc_status
add_model_rows (struct tc_options *options, struct tc_setup *setup, struct tc_error *err)
{
  struct tc_config *c = &setup->config;
  const struct tc_option rows[] = {
    INT ("n-layers", &c->n_layers, 1, 64, "Model", "layers"),
    INT ("n-heads", &c->n_heads, 1, 256, "Model", "attention heads of a layer"),
    INT ("d-model", &c->d_model, 1, 8192, "Model", "width of the residual stream"),
    INT ("d-head", &c->d_head, 1, 8192, "Model", "width of a head"),
    INT ("d-mlp", &c->d_mlp, 0, 65536, "Model", "width of an MLP; 0: attention only"),
    CHOICE ("act-fn", &c->act_fn, tc_act_fn_names, "Model", "the MLPs' activation"),
    CHOICE ("normalization", &c->normalization, tc_normalization_names, "Model",
            "layer norm: lnpre has no weights of its own"),
    CHOICE ("positions", &c->positions, tc_positions_names, "Model",
            "position embedding: none, learned, Vaswani's sines, the notebook's sines"),
    CHOICE ("init", &c->init, tc_init_names, "Model",
            "how the initial parameters are drawn"),
    REAL ("initializer-range", &c->initializer_range, 0, 1e6, "Model",
          "transformerlens inits: standard deviation; 0: 0.8 / sqrt (d-model)"),
    REAL ("attn-scale", &c->attn_scale, 0, 1e6, "Model",
          "attention scores are divided by this; 0: sqrt (d-head)"),
    REAL ("ln-eps", &c->ln_eps, 0, 1e6, "Model", "layer norm: added to the variance"),
    BOOL ("attn-bias", &c->attn_bias, "Model", "give attention its biases"),
    BOOL ("mlp-bias", &c->mlp_bias, "Model", "give the MLPs their biases"),
    BOOL ("unembed-bias", &c->unembed_bias, "Model", "give the unembedding its bias"),
    BOOL ("freeze-biases", &c->freeze_biases, "Model", "biases stay at 0"),
    BOOL ("doubled-residual", &c->doubled_residual, "Model",
          "a layer adds to twice the stream, as in the induction notebook")
  };
  return tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
}

enum tc_status
tc_setup_options (struct tc_setup *setup, const struct tc_experiment *experiment,
                  struct tc_options *options, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  if (experiment->add_options != NULL)
    status = experiment->add_options (options, setup, err);
  if (status == TC_OK)
    status = add_model_rows (options, setup, err);
  if (status == TC_OK)
    status = add_training_rows (options, setup, err);
  if (status == TC_OK)
    status = add_measurement_rows (options, setup, err);
  return status;
}
