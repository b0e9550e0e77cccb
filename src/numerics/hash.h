#ifndef TC_NUMERICS_HASH_H
#define TC_NUMERICS_HASH_H

#include <stddef.h>
#include <stdint.h>

/* FNV-1a, 64 bits (Fowler, Noll and Vo): every step is a bijection of the state,
   so one changed byte always changes the result.  Guards against damage, not
   against malice.  Start with TC_HASH_START, feed pieces in order.  */

#define TC_HASH_START UINT64_C (0xcbf29ce484222325)

uint64_t tc_hash (uint64_t state, const void *data, size_t n_bytes);

#endif
