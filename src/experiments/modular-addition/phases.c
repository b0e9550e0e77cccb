#include "experiments/modular-addition/phases.h"

#include "numerics/elementary.h"

#include <math.h>
#include <stdlib.h>

static const double tenth = 0.1;

struct curve
{
  size_t n;
  const double *step;
  double *log_loss;
};

/* d ln (loss) / d epoch at row i, NaN too close to an end.  */
static double
slope (const struct curve *curve, size_t i)
{
  if (i < TC_MODULAR_SLOPE || i + TC_MODULAR_SLOPE >= curve->n)
    return NAN;
  return (curve->log_loss[i + TC_MODULAR_SLOPE] - curve->log_loss[i - TC_MODULAR_SLOPE])
         / (curve->step[i + TC_MODULAR_SLOPE] - curve->step[i - TC_MODULAR_SLOPE]);
}

/* The rows between which the loss falls for the first time; end 0: it does not. */
static void
find_fall (const struct curve *curve, size_t *peak, size_t *end)
{
  double level = tc_log64 (TC_MODULAR_GROKKED);
  *peak = *end = 0;
  for (size_t i = 0; i < curve->n && *end == 0; i++)
    if (curve->log_loss[i] < level)
      *end = i;
    else if (curve->log_loss[i] > curve->log_loss[*peak])
      *peak = i;
}

static void
measure (const struct curve *curve, struct tc_modular_cleanup *cleanup)
{
  size_t peak, end, steepest = 0;
  find_fall (curve, &peak, &end);
  for (size_t i = peak; end > 0 && i <= end; i++)
    if (steepest == 0 ? slope (curve, i) < 0 : slope (curve, i) < slope (curve, steepest))
      steepest = i;
  if (steepest == 0)
    return;
  size_t from = steepest, to = steepest;
  double least = tenth * slope (curve, steepest);
  while (slope (curve, from - 1) < least)
    from--;
  while (slope (curve, to + 1) < least)
    to++;
  *cleanup = (struct tc_modular_cleanup) { curve->step[from], curve->step[steepest],
                                           curve->step[to], slope (curve, steepest) };
}

enum tc_status
tc_modular_find_cleanup (size_t n, const double *step, const double *loss,
                         struct tc_modular_cleanup *cleanup, struct tc_error *err)
{
  struct curve curve = { .n = n, .step = step,
                         .log_loss = malloc ((n + 1) * sizeof *curve.log_loss) };
  *cleanup = (struct tc_modular_cleanup) { NAN, NAN, NAN, NAN };
  if (curve.log_loss == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu losses", n);
  for (size_t i = 0; i < n; i++)
    curve.log_loss[i] = tc_log64 (loss[i]);
  measure (&curve, cleanup);
  free (curve.log_loss);
  return TC_OK;
}
