/* Every gradient of every option against finite differences, in the double
   build of the library (-DTC_REAL_DOUBLE).  */

#include "transformer/model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TARGETS = 64 };

/* --- A small random model, batch and loss --- */

struct problem
{
  struct tc_config config;
  struct tc_model model;
  struct tc_compute *compute;
  struct tc_run *run[2];        /* by enum tc_rows */
  struct tc_batch batch;
  int32_t tokens[256], seq[MAX_TARGETS], pos[MAX_TARGETS], target[MAX_TARGETS];
  tc_real weight[MAX_TARGETS * 16];   /* loss = sum of weight * logits */
  uint64_t random;
};

static uint32_t
draw (struct problem *p, uint32_t n)
{
  p->random = p->random * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
  return (uint32_t) (p->random >> 33) % n;
}

static double
draw_real (struct problem *p)
{
  return draw (p, 1u << 24) / (double) (1u << 23) - 1;
}

/* Option i of the cross product, so that every value of every option occurs
   with every value of each other within 48 problems.  */
static struct tc_config
config_of (struct problem *p, unsigned i)
{
  struct tc_config c = tc_config_default ();
  c.n_layers = 1 + i % 3;
  c.n_heads = 1 + draw (p, 3);
  c.d_head = 1 + draw (p, 5);
  c.d_model = 2 * (2 + (int) draw (p, 3));
  c.d_mlp = i / 3 % 4 == 3 ? 0 : 3 + (int) draw (p, 4);
  c.n_ctx = 6;
  c.d_vocab = 3 + (int) draw (p, 3);
  c.d_vocab_out = 2 + (int) draw (p, 4);
  c.act_fn = (enum tc_act_fn) (i % 4);
  c.normalization = (enum tc_normalization) (i / 4 % 3);
  c.positions = (enum tc_positions) (i / 12 % 4);
  c.attn_scale = i % 5 == 0 ? 1.7 : 0;
  c.attn_bias = i % 2;
  c.mlp_bias = c.d_mlp > 0 && i / 2 % 2;
  c.unembed_bias = i / 4 % 2;
  c.doubled_residual = i / 8 % 2;
  return c;
}

/* Some sequences get no target, some one, some many.  */
static void
fill_batch (struct problem *p, size_t n_seq, size_t n_pos)
{
  size_t n = 0;
  for (size_t i = 0; i < n_seq * n_pos; i++)
    p->tokens[i] = (int32_t) draw (p, (uint32_t) p->config.d_vocab);
  for (size_t s = 0; s < n_seq; s++)
    for (size_t pos = 0; pos < n_pos && n < MAX_TARGETS; pos++)
      if (s != 1 && draw (p, s == 0 ? 5 : 2) == 0)
        {
          p->seq[n] = (int32_t) s;
          p->pos[n] = (int32_t) pos;
          p->target[n++] = 0;
        }
  p->batch = (struct tc_batch) {
    .n_seq = n_seq, .n_pos = n_pos, .tokens = p->tokens, .n_targets = n,
    .target_seq = p->seq, .target_pos = p->pos, .target = p->target };
  for (size_t i = 0; i < n * (size_t) p->config.d_vocab_out; i++)
    p->weight[i] = draw_real (p);
}

static void
set_up (struct problem *p, struct tc_config config, size_t n_seq, size_t n_pos)
{
  struct tc_error err;
  p->config = config;
  cr_assert_eq (tc_model_alloc (&p->model, &config, &err), TC_OK, "%s", err.message);
  cr_assert_eq (tc_compute_alloc (&p->compute, NULL, 1, &err), TC_OK, "%s", err.message);
  fill_batch (p, n_seq, n_pos);
  for (int mode = 0; mode < 2; mode++)
    cr_assert_eq (tc_run_alloc (&p->run[mode], &config, (enum tc_rows) mode, n_seq, n_pos,
                                p->batch.n_targets, &err), TC_OK, "%s", err.message);
  for (size_t i = 0; i < p->model.params.n_tensors; i++)
    {
      const struct tc_tensor *t = &p->model.params.tensors[i];
      if (t->trainable)
        for (size_t j = 0; j < t->count; j++)
          p->model.params.data[t->offset + j] = 0.7 * draw_real (p);
    }
}

static void
tear_down (struct problem *p)
{
  tc_run_free (p->run[0]);
  tc_run_free (p->run[1]);
  tc_compute_free (p->compute);
  tc_model_free (&p->model);
}

static double
loss (struct problem *p, struct tc_run *run)
{
  struct tc_error err;
  double sum = 0;
  const size_t d = (size_t) p->config.d_vocab_out;
  cr_assert_eq (tc_forward (p->compute, &p->model, &p->batch, run, &err), TC_OK,
                "%s", err.message);
  for (size_t i = 0; i < p->batch.n_targets; i++)
    for (size_t j = 0; j < d; j++)
      sum += p->weight[i * d + j] * tc_run_logits (run, i)[j];
  return sum;
}

/* --- The comparison --- */

/* Central difference of fourth order.  */
static double
difference (struct problem *p, tc_real *x, double h)
{
  const tc_real at = *x;
  double f[5];
  for (int k = -2; k <= 2; k++)
    {
      *x = at + k * h;
      f[k + 2] = k == 0 ? 0 : loss (p, p->run[TC_ROWS_NEEDED]);
    }
  *x = at;
  return (f[0] - f[4] + 8 * (f[3] - f[1])) / (12 * h);
}

/* Relu has a kink; a step that crosses it is tried again with a smaller one,
   which no wrong gradient survives.  */
static bool
agrees (struct problem *p, tc_real *x, double gradient, double size, double *found)
{
  for (double h = 1e-3; h > 2e-6; h /= 8)
    {
      *found = difference (p, x, h);
      if (fabs (*found - gradient) <= 1e-6 * (fabs (gradient) + size))
        return true;
    }
  return false;
}

/* At most so many elements of each tensor are tried.  */
enum { MOST_TRIED = 24 };

static double
largest (size_t n, const tc_real *x)
{
  double size = 0;
  for (size_t i = 0; i < n; i++)
    size = fmax (size, fabs (x[i]));
  return size;
}

/* What counts as zero: a thousandth of the tensor's largest gradient, or, since
   softmax cancels those of b_K altogether, a millionth of the model's.  */
static void
compare_tensor (struct problem *p, const struct tc_tensor *t, const tc_real *grads,
                unsigned number)
{
  const double size = fmax (1e-3 * largest (t->count, grads + t->offset),
                            1e-6 * largest (p->model.params.count, grads));
  size_t step = t->count / MOST_TRIED + 1;
  for (size_t j = draw (p, (uint32_t) step); j < t->count; j += step)
    {
      double found;
      tc_real *x = &p->model.params.data[t->offset + j];
      cr_expect (agrees (p, x, grads[t->offset + j], size, &found),
                 "problem %u, %s[%zu]: gradient %.12g, finite difference %.12g",
                 number, t->name, j, grads[t->offset + j], found);
    }
}

static void
compare (struct problem *p, unsigned number)
{
  const struct tc_params *params = &p->model.params;
  tc_real grads[2][4096];
  cr_assert_leq (params->count, 4096);
  for (int mode = 0; mode < 2; mode++)
    {
      memset (grads[mode], 0xff, sizeof grads[mode]);
      loss (p, p->run[mode]);
      tc_backward (p->compute, &p->model, p->run[mode], p->weight, grads[mode]);
    }
  for (size_t i = 0; i < params->n_tensors; i++)
    {
      const struct tc_tensor *t = &params->tensors[i];
      if (t->trainable)
        compare_tensor (p, t, grads[0], number);
      for (size_t j = t->offset; j < t->offset + t->count; j++)
        {
          if (!t->trainable)
            cr_expect_eq (grads[0][j], 0, "%s is not trained", t->name);
          /* The other mode sums in another order.  */
          cr_expect (fabs (grads[0][j] - grads[1][j]) <= 1e-11 * (1 + fabs (grads[0][j])),
                     "problem %u, %s[%zu]: %.17g with needed rows, %.17g with all", number,
                     t->name, j - t->offset, grads[0][j], grads[1][j]);
        }
    }
}

static void
check_range (unsigned begin, unsigned end)
{
  for (unsigned i = begin; i < end; i++)
    {
      struct problem p = { .random = 1000 + i };
      struct tc_config config = config_of (&p, i);
      set_up (&p, config, 2 + draw (&p, 3), 4 + draw (&p, 3));
      compare (&p, i);
      tear_down (&p);
    }
}

Test (gradients, options_0_to_15) { check_range (0, 16); }
Test (gradients, options_16_to_31) { check_range (16, 32); }
Test (gradients, options_32_to_47) { check_range (32, 48); }

/* Sequences longer than the lanes of a softmax and the blocks of keys.  */
Test (gradients, long_sequences)
{
  for (int layers = 1; layers <= 2; layers++)
    {
      struct problem p = { .random = 7 };
      struct tc_config config = tc_config_default ();
      config.n_layers = layers;
      config.n_heads = 2;
      config.d_model = 4;
      config.d_head = 3;
      config.n_ctx = 37;
      config.d_vocab = 5;
      config.d_vocab_out = 3;
      set_up (&p, config, 3, 37);
      compare (&p, 100 + (unsigned) layers);
      tear_down (&p);
    }
}

/* A vocabulary too large for a table of inputs: rows are not shared.  */
Test (gradients, large_vocabulary)
{
  struct problem p = { .random = 8 };
  struct tc_config config = tc_config_default ();
  config.d_model = 4;
  config.d_head = 3;
  config.n_ctx = 5;
  config.d_vocab = 40;
  config.d_vocab_out = 3;
  set_up (&p, config, 3, 5);
  compare (&p, 200);
  tear_down (&p);
}

/* Tasks that predict one token from a fixed last one: every input has a row,
   queries are shared and scores come from a table.  */
Test (gradients, shared_queries)
{
  struct problem p = { .random = 10 };
  struct tc_config config = tc_config_default ();
  const size_t n_seq = 24, n_pos = 4;
  config.n_heads = 2;
  config.d_model = 4;
  config.d_head = 3;
  config.d_mlp = 5;
  config.n_ctx = 4;
  config.d_vocab = 3;
  config.d_vocab_out = 2;
  config.attn_bias = true;
  set_up (&p, config, n_seq, n_pos);
  for (size_t s = 0; s < n_seq; s++)
    {
      p.seq[s] = (int32_t) s;
      p.pos[s] = 3;
      p.target[s] = 0;
      p.tokens[s * n_pos + 3] = 1;
    }
  for (size_t i = 0; i < n_seq * 2; i++)
    p.weight[i] = draw_real (&p);
  p.batch.n_targets = n_seq;
  for (int mode = 0; mode < 2; mode++)
    {
      struct tc_error err;
      tc_run_free (p.run[mode]);
      cr_assert_eq (tc_run_alloc (&p.run[mode], &config, (enum tc_rows) mode, n_seq, n_pos,
                                  n_seq, &err), TC_OK, "%s", err.message);
    }
  compare (&p, 400);
  tear_down (&p);
}

Test (gradients, frozen_biases)
{
  struct problem p = { .random = 9 };
  struct tc_config config = tc_config_default ();
  config.d_model = 4;
  config.d_head = 3;
  config.d_mlp = 5;
  config.n_ctx = 5;
  config.d_vocab = 4;
  config.d_vocab_out = 3;
  config.attn_bias = config.mlp_bias = config.unembed_bias = config.freeze_biases = true;
  set_up (&p, config, 3, 5);
  compare (&p, 300);
  tear_down (&p);
}
