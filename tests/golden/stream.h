#ifndef TC_TESTS_STREAM_H
#define TC_TESTS_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* The generator of make_optimizer.py: values in [-1, 1).  */
static inline double
stream_value (uint64_t *state)
{
  *state = *state * UINT64_C (6364136223846793005) + UINT64_C (1442695040888963407);
  return (double) (int32_t) (*state >> 32) / 2147483648.0;
}

static inline void
stream_fill (uint64_t *state, size_t n, double scale, float *x)
{
  for (size_t i = 0; i < n; i++)
    x[i] = (float) (stream_value (state) * scale);
}

/* make_optimizer.py's plateau_loss.  */
static inline double
plateau_loss (int step)
{
  return step < 12 ? 3.0 - 0.1 * step : step < 30 ? 1.9 : 1.5;
}

#endif
