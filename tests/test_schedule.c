/* Learning-rate schedules against PyTorch (tests/golden/make_optimizer.py).  */

#include "training/schedule.h"

#include "golden/stream.h"
#include "golden/training_golden.h"

#include <criterion/criterion.h>
#include <math.h>

static void
compare (struct tc_schedule schedule, const double *golden, const char *name)
{
  tc_schedule_start (&schedule);
  for (int step = 0; step < 60; step++)
    {
      double lr = tc_schedule_lr (&schedule, 0.003, step);
      cr_assert (lr == golden[step], "%s, step %d: %a instead of %a", name, step, lr,
                 golden[step]);
      tc_schedule_observe (&schedule, 0.003, plateau_loss (step));
    }
}

Test (schedule, warmup_equals_pytorch)
{
  compare ((struct tc_schedule) { .kind = TC_LR_WARMUP, .warmup_steps = 10 }, golden_warmup,
           "warmup");
}

Test (schedule, plateau_equals_pytorch)
{
  compare ((struct tc_schedule) { .kind = TC_LR_PLATEAU, .patience = 3, .factor = 0.1 },
           golden_plateau, "plateau");
  compare ((struct tc_schedule) { .kind = TC_LR_PLATEAU, .patience = 1, .factor = 0.25,
                                  .min_lr = 1e-4 }, golden_plateau_floor, "plateau_floor");
}

Test (schedule, first_warmup_step_has_rate_zero)
{
  struct tc_schedule schedule = { .kind = TC_LR_WARMUP, .warmup_steps = 100 };
  tc_schedule_start (&schedule);
  cr_assert_eq (tc_schedule_lr (&schedule, 1.0, 0), 0.0);
  cr_assert_eq (tc_schedule_lr (&schedule, 1.0, 50), 0.5);
  cr_assert_eq (tc_schedule_lr (&schedule, 1.0, 100), 1.0);
  schedule.warmup_steps = 0;
  cr_assert_eq (tc_schedule_lr (&schedule, 1.0, 0), 1.0);
}

Test (schedule, constant_ignores_the_loss)
{
  struct tc_schedule schedule = { .kind = TC_LR_CONSTANT };
  tc_schedule_start (&schedule);
  for (int step = 0; step < 100; step++)
    {
      cr_assert_eq (tc_schedule_lr (&schedule, 0.1, step), 0.1);
      tc_schedule_observe (&schedule, 0.1, 1e9);
    }
}

Test (schedule, cosine_is_a_cosine)
{
  struct tc_schedule schedule = { .kind = TC_LR_COSINE, .warmup_steps = 20,
                                  .total_steps = 120 };
  tc_schedule_start (&schedule);
  cr_assert_eq (tc_schedule_lr (&schedule, 2.0, 0), 0.0);
  cr_assert_eq (tc_schedule_lr (&schedule, 2.0, 10), 1.0);
  for (int step = 20; step < 120; step++)
    cr_assert_float_eq (tc_schedule_lr (&schedule, 2.0, step),
                        1.0 + cos (M_PI * (step - 20) / 100.0), 2e-7);
  cr_assert_eq (tc_schedule_lr (&schedule, 2.0, 120), 0.0);
  cr_assert_eq (tc_schedule_lr (&schedule, 2.0, 500), 0.0);
}
