#include "numerics/ranges.h"

#include "numerics/crew.h"
#include "numerics/kernels.h"

/* Below this many elementary steps (vector additions of single elements from
   nearby caches) sharing a pass costs more than it saves: threads then find
   each other's data in the other core's cache.  */
static const double parallel_threshold = 25e3;

/* A pass of n outputs, cut at multiples of unit.  */
struct cut_pass
{
  const struct tc_vector_kernels *kernels;
  tc_range_function *f;
  const void *args;
  size_t n, unit, n_parts;
};

static size_t
count_units (size_t n, size_t unit)
{
  return (n + unit - 1) / unit;
}

static void
run_part (const void *args, size_t part, int thread)
{
  const struct cut_pass *cut = args;
  const size_t units = count_units (cut->n, cut->unit);
  const size_t begin = units * part / cut->n_parts * cut->unit;
  const size_t end = units * (part + 1) / cut->n_parts * cut->unit;
  (void) thread;
  cut->f (cut->kernels, cut->args, begin, end < cut->n ? end : cut->n);
}

void
tc_for_ranges (struct tc_compute *compute, size_t n, size_t unit, double steps,
               tc_range_function *f, const void *args)
{
  const struct tc_vector_kernels *kernels = tc_compute_kernels (compute)->vector;
  const size_t units = count_units (n, unit);
  const size_t threads = (size_t) tc_compute_threads (compute);
  const size_t n_parts = threads < units ? threads : units;
  if (n_parts > 1 && steps >= parallel_threshold)
    {
      const struct cut_pass cut = { kernels, f, args, n, unit, n_parts };
      tc_crew_run (tc_compute_crew (compute), n_parts, run_part, &cut);
    }
  else if (n > 0)
    f (kernels, args, 0, n);
}
