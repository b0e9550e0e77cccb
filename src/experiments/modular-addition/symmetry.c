#include "experiments/modular-addition/symmetry.h"

enum tc_modular_rung
tc_modular_rung (const struct tc_modular *self, size_t pair)
{
  const bool *is_train = self->is_train;
  size_t p = (size_t) self->options.p, a = pair / p, b = pair % p;
  size_t minus_a = (p - a) % p, minus_b = (p - b) % p;
  if (is_train[b * p + a])
    return TC_MODULAR_BY_SWAP;
  if (is_train[minus_a * p + minus_b] || is_train[minus_b * p + minus_a])
    return TC_MODULAR_BY_NEGATION;
  for (int i = 0; i < 6; i++)
    {
      size_t turned = (p - b) % p;
      b = (a + b) % p;
      a = turned;
      if (is_train[a * p + b] || is_train[b * p + a])
        return i < 5 ? TC_MODULAR_BY_ORBIT : TC_MODULAR_BY_NOTHING;
    }
  return TC_MODULAR_BY_NOTHING;
}
