#include "experiments/modular-addition/ablations.h"

#include "circuits/logits.h"
#include "experiments/modular-addition/attention.h"
#include "experiments/modular-addition/sweep.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Ablations that the model itself is run with, by hooks.  */

/* --- Attention made linear --- */

struct linear_attention
{
  const struct tc_modular_grid *grid;
  const struct tc_modular_head *heads;
  const struct tc_modular_sweep *sweep;
  double (*fit) (const struct tc_modular_grid *grid, const struct tc_modular_head *head,
                 size_t a, size_t b);
};

/* The pattern [pair, head, query, key] of the last query: what the fit says to a,
   the rest to b, nothing to `=`.  */
static void
replace_pattern (const struct tc_activation *activation, void *user)
{
  const struct linear_attention *linear = user;
  size_t heads = activation->shape[1], positions = activation->shape[2];
  for (size_t b = 0; b < activation->shape[0]; b++)
    for (size_t h = 0; h < heads; h++)
      {
        tc_real *row = activation->data
                       + ((b * heads + h) * positions + positions - 1) * positions;
        double to_a = linear->fit (linear->grid, &linear->heads[h], linear->sweep->row, b);
        row[0] = (tc_real) to_a;
        row[1] = (tc_real) (1 - to_a);
        row[2] = 0;
      }
}

/* --- Heads cut --- */

/* z [pair, position, head, d_head]: zero for one head, or for all where *user is
   their number.  */
static void
cut_head (const struct tc_activation *activation, void *user)
{
  size_t head = *(const size_t *) user, heads = activation->shape[2];
  size_t width = activation->shape[3], rows = activation->shape[0] * activation->shape[1];
  for (size_t row = 0; row < rows; row++)
    for (size_t h = 0; h < heads; h++)
      if (h == head || head == heads)
        for (size_t i = 0; i < width; i++)
          activation->data[(row * heads + h) * width + i] = 0;
}

/* The loss of the model run with a hook.  */
static enum tc_status
hooked_loss (struct tc_modular_sweep *sweep, const struct tc_modular_grid *grid,
             const char *name, tc_hook_fn *fn, void *user, double *loss, struct tc_error *err)
{
  struct tc_dense logits = { 0 };
  struct tc_hook hook = { .name = name, .direction = TC_FORWARD, .fn = fn, .user = user };
  enum tc_status status = tc_run_add_hook (sweep->run, hook, err);
  if (status == TC_OK)
    status = tc_modular_sweep_logits (sweep, &logits, err);
  if (status == TC_OK)
    *loss = tc_modular_grid_loss (grid, &logits);
  tc_run_clear_hooks (sweep->run);
  tc_dense_free (&logits);
  return status;
}

static enum tc_status
ablate_heads (struct tc_modular_sweep *sweep, const struct tc_modular_grid *grid,
              struct tc_modular_ablations *list, struct tc_error *err)
{
  double least = INFINITY, most = -INFINITY, loss = 0;
  enum tc_status status = TC_OK;
  for (size_t h = 0; status == TC_OK && h <= grid->n_heads; h++)
    {
      status = hooked_loss (sweep, grid, "blocks.0.attn.hook_z", cut_head, &h, &loss, err);
      if (h < grid->n_heads)
        {
          least = fmin (least, loss);
          most = fmax (most, loss);
        }
    }
  if (status != TC_OK)
    return status;
  tc_modular_add_ablation (list, "no_heads", 24.3, loss);
  tc_modular_add_ablation (list, "no_head_least", NAN, least);
  tc_modular_add_ablation (list, "no_head_most", NAN, most);
  return TC_OK;
}

/* --- The path around the MLP --- */

/* bias [p]: what the output bias of the MLP and that of the unembedding add to each
   logit.  */
static void
output_bias (const struct tc_model *model, size_t p, double *bias)
{
  const tc_real *b_out = tc_params_data (&model->params, "blocks.0.mlp.b_out");
  const tc_real *b_u = tc_params_data (&model->params, "unembed.b_U");
  const tc_real *w_u = tc_params_data (&model->params, "unembed.W_U");
  size_t d_model = (size_t) model->config.d_model, classes = (size_t) model->config.d_vocab_out;
  for (size_t c = 0; c < p; c++)
    {
      bias[c] = b_u != NULL ? (double) b_u[c] : 0;
      for (size_t d = 0; b_out != NULL && d < d_model; d++)
        bias[c] += (double) b_out[d] * (double) w_u[d * classes + c];
    }
}

static enum tc_status
cut_skip (const struct tc_modular_analysis *a, const struct tc_modular_grid *grid, double *loss,
          struct tc_error *err)
{
  struct tc_dense logits = { 0 };
  double *bias = malloc (grid->p * sizeof *bias);
  enum tc_status status = bias == NULL ? tc_fail (err, TC_ENOMEM, "no memory for %zu biases",
                                                  grid->p)
                          : tc_dense_alloc (&logits, grid->n, grid->p, err);
  if (status == TC_OK)
    {
      output_bias (&a->session->model, grid->p, bias);
      for (size_t i = 0; i < grid->n * grid->p; i++)
        logits.data[i] = grid->mlp_logits.data[i] + bias[i % grid->p];
      *loss = tc_modular_grid_loss (grid, &logits);
    }
  free (bias);
  tc_dense_free (&logits);
  return status;
}

/* The loss with each head's softmax replaced by a line in cosines and sines, of its
   own frequency and of all keys.  */
static enum tc_status
make_linear (struct tc_modular_sweep *sweep, const struct tc_modular_grid *grid,
             struct tc_modular_ablations *list, struct tc_error *err)
{
  static const char point[] = "blocks.0.attn.hook_pattern";
  double own, keys;
  struct tc_modular_head *heads = calloc (grid->n_heads, sizeof *heads);
  if (heads == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu heads", grid->n_heads);
  struct linear_attention linear = { grid, heads, sweep, tc_modular_linear_attention };
  enum tc_status status = TC_OK;
  for (size_t h = 0; status == TC_OK && h < grid->n_heads; h++)
    status = tc_modular_fit_head (grid, h, &heads[h], err);
  if (status == TC_OK)
    status = hooked_loss (sweep, grid, point, replace_pattern, &linear, &own, err);
  linear.fit = tc_modular_key_attention;
  if (status == TC_OK)
    status = hooked_loss (sweep, grid, point, replace_pattern, &linear, &keys, err);
  free (heads);
  if (status != TC_OK)
    return status;
  tc_modular_add_ablation (list, "linear_attention", 2.12e-7, own);
  tc_modular_add_ablation (list, "linear_attention_keys", NAN, keys);
  return TC_OK;
}

enum tc_status
tc_modular_ablate_model (struct tc_modular_analysis *a, const struct tc_modular_grid *grid,
                         struct tc_modular_ablations *list, struct tc_error *err)
{
  struct tc_modular_sweep sweep;
  double loss;
  enum tc_status status = tc_modular_sweep_alloc (&sweep, a, err);
  if (status == TC_OK)
    status = make_linear (&sweep, grid, list, err);
  if (status == TC_OK)
    status = cut_skip (a, grid, &loss, err);
  if (status == TC_OK)
    {
      tc_modular_add_ablation (list, "no_skip", 9.12e-7, loss);
      status = ablate_heads (&sweep, grid, list, err);
    }
  tc_modular_sweep_free (&sweep);
  return status;
}
