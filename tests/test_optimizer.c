/* Optimisers against PyTorch, bit for bit (tests/golden/make_optimizer.py), and
   what they leave alone.  */

#include "training/optimizer.h"
#include "training/schedule.h"

#include "golden/stream.h"
#include "golden/training_golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { N_FIRST = 5, N_SECOND = 43, N = N_FIRST + N_SECOND, STEPS = 50 };

struct golden_case
{
  const char *name;
  struct tc_optimizer_options options;
  enum tc_schedule_kind schedule;
  double tolerance;             /* relative; 0: the same bits */
};

/* In the order of make_optimizer.py's CASES.  PyTorch sums the squares of a
   gradient in float32, we in float64: clipping agrees to rounding.  */
static const struct golden_case cases[] = {
  { "adamw_notebook", { TC_ADAMW, 1e-3, 0.1, 0.9, 0.98, 1e-8, 0, 0 }, TC_LR_WARMUP, 0 },
  { "adamw_defaults", { TC_ADAMW, 1e-3, 0.01, 0.9, 0.999, 1e-8, 0, 0 }, TC_LR_CONSTANT, 0 },
  { "adamw_no_decay", { TC_ADAMW, 1e-2, 0, 0.9, 0.999, 1e-9, 0, 0 }, TC_LR_CONSTANT, 0 },
  { "adam", { TC_ADAM, 1e-3, 0, 0.9, 0.999, 1e-8, 0, 0 }, TC_LR_CONSTANT, 0 },
  { "adam_decay", { TC_ADAM, 1e-3, 0.3, 0.4, 0.99, 1e-8, 0, 0 }, TC_LR_CONSTANT, 0 },
  { "sgd", { TC_SGD, 1, 0.01, 0, 0, 0, 0, 0 }, TC_LR_WARMUP, 0 },
  { "sgd_momentum", { TC_SGD, 0.1, 0, 0, 0, 0, 0.9, 0 }, TC_LR_CONSTANT, 0 },
  { "sgd_both", { TC_SGD, 0.1, 0.05, 0, 0, 0, 0.9, 0 }, TC_LR_CONSTANT, 0 },
  { "adamw_plateau", { TC_ADAMW, 1e-2, 0.01, 0.9, 0.99, 1e-8, 0, 0 }, TC_LR_PLATEAU, 0 },
  { "adamw_clipped", { TC_ADAMW, 1e-3, 0.01, 0.9, 0.999, 1e-8, 0, 1 }, TC_LR_CONSTANT, 1e-6 }
};
enum { N_CASES = sizeof cases / sizeof *cases };

/* Two tensors with a frozen one between them.  */
struct fixture
{
  struct tc_tensor tensors[3];
  float data[N + 3], grads[N + 3];
  struct tc_params params;
};

static void
make_fixture (struct fixture *f)
{
  *f = (struct fixture) {
    .tensors = {
      { .name = "first", .n_dims = 1, .shape = { N_FIRST }, .count = N_FIRST,
        .trainable = true },
      { .name = "frozen", .n_dims = 1, .shape = { 3 }, .offset = N_FIRST, .count = 3 },
      { .name = "second", .n_dims = 1, .shape = { N_SECOND }, .offset = N_FIRST + 3,
        .count = N_SECOND, .trainable = true } },
    .params = { .n_tensors = 3, .count = N + 3 } };
  f->params.tensors = f->tensors;
  f->params.data = f->data;
}

/* The trainable elements one after the other.  */
static float *
element (float *data, int i)
{
  return i < N_FIRST ? &data[i] : &data[i + 3];
}

static void
draw_gradients (struct fixture *f, uint64_t *state)
{
  float g[N];
  stream_fill (state, N, 1.0, g);
  for (int i = 0; i < N; i++)
    *element (f->grads, i) = fabsf (g[i]) < 0.05f ? 0.0f : g[i] * fabsf (g[i]);
}

static void
check_params (const struct golden_case *c, struct fixture *f, const uint32_t *golden, int step)
{
  for (int i = 0; i < N; i++)
    {
      float expected, got = *element (f->data, i);
      memcpy (&expected, &golden[i], sizeof expected);
      if (c->tolerance == 0)
        cr_assert (memcmp (&got, &expected, sizeof got) == 0,
                   "%s, step %d, element %d: %a instead of %a", c->name, step, i, got, expected);
      else
        cr_assert_float_eq (got, expected, c->tolerance * fabsf (expected) + 1e-9,
                            "%s, step %d, element %d: %a instead of %a", c->name, step, i, got,
                            expected);
    }
}

static void
run_case (int index)
{
  static const int kept[] = { 1, 2, 10, 50 };
  const struct golden_case *c = &cases[index];
  struct tc_error err;
  struct tc_compute *compute;
  struct tc_optimizer optimizer;
  struct fixture f;
  uint64_t state = 2023;
  float start[N];
  struct tc_schedule schedule = { .kind = c->schedule, .warmup_steps = 10, .patience = 3,
                                  .factor = 0.1 };
  make_fixture (&f);
  cr_assert_eq (tc_compute_alloc (&compute, NULL, 2, &err), TC_OK);
  cr_assert_eq (tc_optimizer_alloc (&optimizer, &c->options, N + 3, &err), TC_OK);
  tc_schedule_start (&schedule);
  stream_fill (&state, N, 1.0, start);
  for (int i = 0; i < N; i++)
    *element (f.data, i) = start[i];
  for (int i = 0; i < 3; i++)
    f.grads[N_FIRST + i] = f.data[N_FIRST + i] = 7.5f;
  for (int step = 0, k = 0; step < STEPS; step++)
    {
      draw_gradients (&f, &state);
      if (c->options.max_grad_norm > 0)
        tc_clip_gradients (compute, &f.params, f.grads, c->options.max_grad_norm);
      tc_optimizer_step (compute, &optimizer, &f.params, f.grads,
                         tc_schedule_lr (&schedule, c->options.lr, step));
      tc_schedule_observe (&schedule, c->options.lr, plateau_loss (step));
      if (step + 1 == kept[k])
        check_params (c, &f, golden_params[index][k++], step + 1);
    }
  for (int i = 0; i < 3; i++)
    cr_assert_eq (f.data[N_FIRST + i], 7.5f, "a frozen tensor moved");
  tc_optimizer_free (&optimizer);
  tc_compute_free (compute);
}

Test (optimizer, equals_pytorch)
{
  for (int i = 0; i < N_CASES; i++)
    run_case (i);
}

Test (optimizer, clipping_scales_to_the_norm)
{
  struct fixture f;
  struct tc_compute *compute;
  struct tc_error err;
  make_fixture (&f);
  cr_assert_eq (tc_compute_alloc (&compute, NULL, 1, &err), TC_OK);
  f.grads[0] = 3.0f;
  f.grads[N_FIRST + 3] = 4.0f;
  f.grads[N_FIRST] = 100.0f;    /* frozen: does not count */
  cr_assert_eq (tc_clip_gradients (compute, &f.params, f.grads, 10.0), 5.0);
  cr_assert_eq (f.grads[0], 3.0f);
  cr_assert_eq (tc_clip_gradients (compute, &f.params, f.grads, 1.0), 5.0);
  cr_assert_float_eq (f.grads[0], 0.6, 1e-6);
  cr_assert_float_eq (f.grads[N_FIRST + 3], 0.8, 1e-6);
  cr_assert_eq (f.grads[N_FIRST], 100.0f);
  tc_compute_free (compute);
}

Test (optimizer, keeps_only_the_moments_it_needs)
{
  struct tc_optimizer optimizer;
  struct tc_error err;
  struct tc_optimizer_options options = { .kind = TC_SGD };
  cr_assert_eq (tc_optimizer_alloc (&optimizer, &options, 10, &err), TC_OK);
  cr_assert_null (optimizer.exp_avg);
  cr_assert_null (optimizer.exp_avg_sq);
  tc_optimizer_free (&optimizer);
  options.momentum = 0.5;
  cr_assert_eq (tc_optimizer_alloc (&optimizer, &options, 10, &err), TC_OK);
  cr_assert_not_null (optimizer.exp_avg);
  cr_assert_null (optimizer.exp_avg_sq);
  tc_optimizer_free (&optimizer);
}

/* The address sanitizer ends the program instead of refusing memory.  */
#if defined __SANITIZE_ADDRESS__
# define HAVE_ASAN 1
#elif defined __has_feature
# if __has_feature (address_sanitizer)
#  define HAVE_ASAN 1
# endif
#endif
#ifndef HAVE_ASAN
Test (optimizer, says_when_memory_is_out)
{
  struct tc_optimizer optimizer;
  struct tc_error err;
  struct tc_optimizer_options options = { .kind = TC_ADAMW };
  cr_assert_eq (tc_optimizer_alloc (&optimizer, &options, (size_t) 1 << 60, &err), TC_ENOMEM);
  cr_assert_str_eq (err.message,
                    "no memory for the optimizer state of 1152921504606846976 parameters");
}
#endif
