#include "numerics/hash.h"

uint64_t
tc_hash (uint64_t state, const void *data, size_t n_bytes)
{
  const unsigned char *byte = data;
  for (size_t i = 0; i < n_bytes; i++)
    state = (state ^ byte[i]) * UINT64_C (0x100000001b3);
  return state;
}
