#include "training/schedule.h"

#include "numerics/elementary.h"

#include <stddef.h>

const char *const tc_schedule_names[] = { "constant", "warmup", "plateau", "cosine", NULL };

/* ReduceLROnPlateau's defaults.  */
static const double plateau_threshold = 1e-4, smallest_reduction = 1e-8;

void
tc_schedule_start (struct tc_schedule *schedule)
{
  schedule->best = __builtin_inf ();
  schedule->lr = -1.0;
  schedule->n_bad = 0;
}

static double
warmup_factor (const struct tc_schedule *schedule, int step)
{
  return step < schedule->warmup_steps ? (double) step / schedule->warmup_steps : 1.0;
}

/* Half a cosine from 1 at the end of warm-up to 0 at total_steps.  */
static double
cosine_factor (const struct tc_schedule *schedule, int step)
{
  int start = schedule->warmup_steps, length = schedule->total_steps - start;
  if (step <= start || length <= 0)
    return 1.0;
  if (step >= schedule->total_steps)
    return 0.0;
  double angle = 0x1.921fb54442d18p+1 * (step - start) / length;
  return 0.5 * (1.0 + (double) tc_cos ((float) angle));
}

double
tc_schedule_lr (const struct tc_schedule *schedule, double base_lr, int step)
{
  switch (schedule->kind)
    {
    case TC_LR_WARMUP:
      return base_lr * warmup_factor (schedule, step);
    case TC_LR_PLATEAU:
      return schedule->lr < 0.0 ? base_lr : schedule->lr;
    case TC_LR_COSINE:
      return base_lr * warmup_factor (schedule, step) * cosine_factor (schedule, step);
    case TC_LR_CONSTANT:
      break;
    }
  return base_lr;
}

void
tc_schedule_observe (struct tc_schedule *schedule, double base_lr, double loss)
{
  if (schedule->kind != TC_LR_PLATEAU)
    return;
  double lr = schedule->lr < 0.0 ? base_lr : schedule->lr;
  if (loss < schedule->best * (1.0 - plateau_threshold))
    {
      schedule->best = loss;
      schedule->n_bad = 0;
    }
  else
    schedule->n_bad++;
  if (schedule->n_bad > schedule->patience)
    {
      double reduced = lr * schedule->factor;
      if (reduced < schedule->min_lr)
        reduced = schedule->min_lr;
      if (lr - reduced > smallest_reduction)
        lr = reduced;
      schedule->n_bad = 0;
    }
  schedule->lr = lr;
}
