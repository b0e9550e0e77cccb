#include "numerics/ranges.h"

#include "numerics/kernels.h"

/* Below this many elementary steps (vector additions of single elements from
   nearby caches) a parallel region costs more than it saves: some
   microseconds, counting that threads then find each other's data in the other
   core's cache.  */
static const double parallel_threshold = 250e3;

void
tc_for_ranges (struct tc_compute *compute, size_t n, size_t unit, double steps,
               tc_range_function *f, const void *args)
{
  const struct tc_vector_kernels *kernels = tc_compute_kernels (compute)->vector;
  const size_t units = (n + unit - 1) / unit;
  const size_t threads = (size_t) tc_compute_threads (compute);
  const size_t parts = threads < units ? threads : units;
  if (parts <= 1 || steps < parallel_threshold)
    {
      if (n > 0)
        f (kernels, args, 0, n);
      return;
    }
#pragma omp parallel for num_threads (parts) schedule (static, 1)
  for (long i = 0; i < (long) parts; i++)
    {
      size_t begin = units * (size_t) i / parts * unit;
      size_t end = units * ((size_t) i + 1) / parts * unit;
      f (kernels, args, begin, end < n ? end : n);
    }
}
