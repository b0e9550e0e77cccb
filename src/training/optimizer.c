#include "training/optimizer.h"

#include "numerics/memory.h"
#include "numerics/vector.h"

#include <stdbool.h>
#include <stdlib.h>

const char *const tc_optimizer_names[] = { "adamw", "adam", "sgd", NULL };

static bool
keeps_exp_avg (const struct tc_optimizer_options *options)
{
  return options->kind != TC_SGD || options->momentum != 0.0;
}

static bool
keeps_exp_avg_sq (const struct tc_optimizer_options *options)
{
  return options->kind != TC_SGD;
}

enum tc_status
tc_optimizer_alloc (struct tc_optimizer *optimizer,
                    const struct tc_optimizer_options *options, size_t count,
                    struct tc_error *err)
{
  *optimizer = (struct tc_optimizer) { .options = *options, .count = count };
  if (keeps_exp_avg (options))
    optimizer->exp_avg = tc_reals_zeroed (count);
  if (keeps_exp_avg_sq (options))
    optimizer->exp_avg_sq = tc_reals_zeroed (count);
  if ((keeps_exp_avg (options) && optimizer->exp_avg == NULL)
      || (keeps_exp_avg_sq (options) && optimizer->exp_avg_sq == NULL))
    {
      tc_optimizer_free (optimizer);
      return tc_fail (err, TC_ENOMEM, "no memory for the optimizer state of %zu parameters",
                      count);
    }
  return TC_OK;
}

void
tc_optimizer_free (struct tc_optimizer *optimizer)
{
  free (optimizer->exp_avg);
  free (optimizer->exp_avg_sq);
  optimizer->exp_avg = optimizer->exp_avg_sq = NULL;
}

/* ---- Updates ---- */

/* A number as the unevaluated sum of two doubles.  */
struct double_double { double high, low; };

static struct double_double
multiply (struct double_double a, struct double_double b)
{
  double high = a.high * b.high;
  double low = __builtin_fma (a.high, b.high, -high) + (a.high * b.low + a.low * b.high);
  double sum = high + low;
  return (struct double_double) { sum, low - (sum - high) };
}

/* base^n as Python's ** gives it: to the last bit, but for very rare ties.  */
static double
power (double base, uint64_t n)
{
  struct double_double result = { 1.0, 0.0 }, square = { base, 0.0 };
  for (; n > 0; n >>= 1)
    {
      if (n & 1)
        result = multiply (result, square);
      square = multiply (square, square);
    }
  return result.high;
}

static struct tc_adam_scalars
adam_scalars (const struct tc_optimizer_options *options, uint64_t step, double lr)
{
  bool decoupled = options->kind == TC_ADAMW;
  return (struct tc_adam_scalars) {
    .decay = decoupled ? 1.0 - lr * options->weight_decay : 1.0,
    .l2 = decoupled ? 0.0 : options->weight_decay,
    .lerp_weight = 1.0 - options->beta1,
    .beta2 = options->beta2,
    .one_minus_beta2 = 1.0 - options->beta2,
    .bias_correction2_sqrt = __builtin_sqrt (1.0 - power (options->beta2, step)),
    .eps = options->eps,
    .step_size = lr / (1.0 - power (options->beta1, step))
  };
}

/* The next stretch of trainable elements from tensor *i on; adjacent tensors are
   one stretch.  False when there is none.  */
static bool
next_stretch (const struct tc_params *params, size_t *i, size_t *offset, size_t *count)
{
  while (*i < params->n_tensors && !params->tensors[*i].trainable)
    ++*i;
  if (*i == params->n_tensors)
    return false;
  *offset = params->tensors[*i].offset;
  *count = 0;
  for (; *i < params->n_tensors; ++*i)
    {
      const struct tc_tensor *tensor = &params->tensors[*i];
      if (!tensor->trainable || tensor->offset != *offset + *count)
        break;
      *count += tensor->count;
    }
  return true;
}

void
tc_optimizer_step (struct tc_compute *compute, struct tc_optimizer *optimizer,
                   struct tc_params *params, const tc_real *grads, double lr)
{
  const struct tc_optimizer_options *options = &optimizer->options;
  optimizer->step++;
  struct tc_adam_scalars adam = adam_scalars (options, optimizer->step, lr);
  struct tc_sgd_scalars sgd = { options->weight_decay, options->momentum, lr,
                                optimizer->step == 1 };
  size_t offset, n;
  for (size_t i = 0; next_stretch (params, &i, &offset, &n);)
    if (options->kind == TC_SGD)
      tc_sgd_update (compute, n, params->data + offset, grads + offset,
                     optimizer->exp_avg == NULL ? NULL : optimizer->exp_avg + offset, &sgd);
    else
      tc_adam_update (compute, n, params->data + offset, grads + offset,
                      optimizer->exp_avg + offset, optimizer->exp_avg_sq + offset, &adam);
}

/* ---- Clipping ---- */

/* Sum of squares in float64 over TC_LANES lanes; squares of floats are exact.  */
static double
sum_of_squares (size_t n, const tc_real *x)
{
  double lane[TC_LANES] = { 0.0 };
  size_t i = 0;
  for (; i + TC_LANES <= n; i += TC_LANES)
    for (int l = 0; l < TC_LANES; l++)
      lane[l] += (double) x[i + l] * (double) x[i + l];
  for (; i < n; i++)
    lane[i % TC_LANES] += (double) x[i] * (double) x[i];
  double sum = lane[0];
  for (int l = 1; l < TC_LANES; l++)
    sum += lane[l];
  return sum;
}

double
tc_clip_gradients (struct tc_compute *compute, const struct tc_params *params,
                   tc_real *grads, double max_norm)
{
  (void) compute;
  double sum = 0.0;
  for (size_t i = 0; i < params->n_tensors; i++)
    if (params->tensors[i].trainable)
      sum += sum_of_squares (params->tensors[i].count, grads + params->tensors[i].offset);
  double norm = __builtin_sqrt (sum);
  tc_real factor = (tc_real) (max_norm / (norm + 1e-6));
  if (!(factor < 1))            /* PyTorch multiplies by 1, which changes nothing */
    return norm;
  for (size_t i = 0; i < params->n_tensors; i++)
    if (params->tensors[i].trainable)
      {
        tc_real *g = grads + params->tensors[i].offset;
        for (size_t j = 0; j < params->tensors[i].count; j++)
          g[j] *= factor;
      }
  return norm;
}
