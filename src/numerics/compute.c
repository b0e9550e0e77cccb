#include "numerics/compute.h"

#include "numerics/crew.h"
#include "numerics/kernels.h"
#include "numerics/matmul_plan.h"
#include "numerics/memory.h"
#include "numerics/selftest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_THREADS = 1024 };

struct tc_compute
{
  const struct tc_kernels *kernels;
  struct tc_crew *crew;
  tc_real *scratch;
};

static int
usable_threads (void)
{
  const int n = tc_usable_threads ();
  return n < MOST_THREADS ? n : MOST_THREADS;
}

/* Says which names would have worked.  */
static enum tc_status
fail_isa (const char *isa, struct tc_error *err)
{
  char names[64] = "";
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    {
      size_t used = strlen (names);
      snprintf (names + used, sizeof names - used, "%s%s", i == 0 ? "" : ", ", kernels->name);
    }
  return tc_fail (err, TC_EINVAL,
                  "instruction set \"%s\" is unknown or not available on this CPU; "
                  "expected one of: %s", isa, names);
}

enum tc_status
tc_compute_alloc (struct tc_compute **out, const char *isa, int n_threads,
                  struct tc_error *err)
{
  *out = NULL;
  const struct tc_kernels *kernels = tc_kernels_find (isa);
  if (kernels == NULL)
    return fail_isa (isa, err);
  if (n_threads < 0 || n_threads > MOST_THREADS)
    return tc_fail (err, TC_EINVAL, "number of threads %d: expected 0 (all) to %d",
                    n_threads, MOST_THREADS);

  struct tc_compute *compute = malloc (sizeof *compute);
  if (compute == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for a compute context");
  if (n_threads == 0)
    n_threads = usable_threads ();
  /* Each thread touches its own part of the scratch space first.  */
  const size_t length = (size_t) n_threads * kernels->matmul->scratch_length;
  *compute = (struct tc_compute) { .kernels = kernels,
                                   .crew = tc_crew_alloc (n_threads),
                                   .scratch = tc_reals_alloc (length) };
  enum tc_status status = TC_OK;
  if (compute->crew == NULL || compute->scratch == NULL)
    status = tc_fail (err, TC_ENOMEM, "cannot start %d threads with a scratch space of "
                      "%zu numbers", n_threads, length);
  if (status == TC_OK)
    status = tc_selftest (compute, err);
  if (status != TC_OK)
    {
      tc_compute_free (compute);
      return status;
    }
  *out = compute;
  return TC_OK;
}

void
tc_compute_free (struct tc_compute *compute)
{
  if (compute == NULL)
    return;
  tc_crew_free (compute->crew);
  free (compute->scratch);
  free (compute);
}

int
tc_compute_threads (const struct tc_compute *compute)
{
  return tc_crew_threads (compute->crew);
}

struct tc_crew *
tc_compute_crew (const struct tc_compute *compute)
{
  return compute->crew;
}

const char *
tc_compute_isa (const struct tc_compute *compute)
{
  return compute->kernels->name;
}

const struct tc_kernels *
tc_compute_kernels (const struct tc_compute *compute)
{
  return compute->kernels;
}

tc_real *
tc_compute_scratch (const struct tc_compute *compute, int thread)
{
  return compute->scratch + thread * compute->kernels->matmul->scratch_length;
}
