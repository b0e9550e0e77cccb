#include "numerics/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

static size_t
round_up (size_t bytes, size_t unit)
{
  return (bytes + unit - 1) / unit * unit;
}

tc_real *
tc_reals_alloc (size_t count)
{
  const size_t bytes = (count > 0 ? count : 1) * sizeof (tc_real);
  if (bytes < HUGE_PAGE)
    return aligned_alloc (CACHE_LINE, round_up (bytes, CACHE_LINE));
  const size_t whole_pages = round_up (bytes, HUGE_PAGE);
  void *memory = aligned_alloc (HUGE_PAGE, whole_pages);
#ifdef MADV_HUGEPAGE
  /* Advice only: without huge pages everything works, a little slower.  */
  if (memory != NULL)
    (void) madvise (memory, whole_pages, MADV_HUGEPAGE);
#endif
  return memory;
}

tc_real *
tc_reals_zeroed (size_t count)
{
  tc_real *memory = tc_reals_alloc (count);
  if (memory != NULL)
    memset (memory, 0, count * sizeof *memory);
  return memory;
}
