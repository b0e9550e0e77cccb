/* tc-bench: milliseconds per training step of the notebooks' runs, beside the
   arithmetic in them and the machine's measured peak.  The first columns are
   those of bench/pytorch.py.  */

#include "peak.h"
#include "stepper.h"

#include "cli/options.h"
#include "experiments/addition/experiment.h"
#include "experiments/induction/experiment.h"
#include "experiments/modular-addition/experiment.h"
#include "experiments/permutation/experiment.h"
#include "experiments/skip-trigram/experiment.h"
#include "experiments/sort/experiment.h"
#include "numerics/compute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99, MOST_THREADS = 256 };

/* What the notebooks train, and whether they also take the test loss of every
   step: then both ways are measured.  */
static const struct subject
{
  const struct tc_experiment *experiment;
  const char *run;
  bool tests;
} subjects[] =
{
  { &tc_skip_trigram_experiment, "infinite", false },
  { &tc_induction_experiment, "infinite", false },
  { &tc_addition_experiment, "infinite", false },
  { &tc_modular_addition_experiment, "add", false },
  { &tc_modular_addition_experiment, "add", true },
  { &tc_sort_experiment, "one-head", false },
  { &tc_sort_experiment, "attn-only", false },
  { &tc_permutation_experiment, "notebook", false }
};

struct flags
{
  const char *only;
  int threads, repeats;
  double seconds;
  bool help;
};

/* A subject with one number of threads.  */
struct party
{
  struct tc_stepper stepper;
  int steps;                    /* per repeat */
  double ms[MOST_REPEATS], peak[MOST_REPEATS];
  struct tc_operations work;
};

/* --- One party --- */

/* Milliseconds per step.  A single thread counts its own time, so that what
   else runs on the machine does not.  */
static enum tc_status
time_steps (struct party *party, double *ms, struct tc_error *err)
{
  const bool alone = tc_compute_threads (party->stepper.compute) == 1;
  enum tc_status status = TC_OK;
  const double start = tc_bench_now (alone);
  for (int i = 0; i < party->steps && status == TC_OK; i++)
    status = tc_stepper_step (&party->stepper, err);
  *ms = (tc_bench_now (alone) - start) * 1e3 / party->steps;
  return status;
}

/* Warms up and finds how many steps a repeat has.  */
static enum tc_status
warm_up (struct party *party, const struct flags *flags, struct tc_error *err)
{
  double ms = 0;
  enum tc_status status = TC_OK;
  for (party->steps = 2; status == TC_OK; party->steps *= 2)
    {
      status = time_steps (party, &ms, err);
      if (ms * party->steps >= 1e3 * flags->seconds / 2)
        break;
    }
  double steps = 1e3 * flags->seconds / ms;
  party->steps = steps > 1 ? (int) steps : 1;
  party->work = tc_run_operations (party->stepper.run);
  return status;
}

static int
by_value (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

static void
print_row (const struct subject *subject, struct party *party, const struct flags *flags)
{
  const int n = flags->repeats, threads = tc_compute_threads (party->stepper.compute);
  qsort (party->ms, (size_t) n, sizeof *party->ms, by_value);
  qsort (party->peak, (size_t) n, sizeof *party->peak, by_value);
  const double median = party->ms[n / 2], peak = 1e-9 * party->peak[n / 2] * threads;
  printf ("%s/%s%s,toycircuits,%s,%d,%.4f,%.4f,%.4f,%d", subject->experiment->name,
          subject->run, subject->tests ? "+test" : "",
          tc_compute_isa (party->stepper.compute), threads, median, party->ms[0],
          party->ms[n - 1], n);
  if (subject->tests)
    printf (",,,,,\n");
  else
    printf (",%.4f,%.4f,%.2f,%.1f,%.3f\n", 1e-9 * party->work.needed,
            1e-9 * party->work.executed, 1e-6 * party->work.needed / median, peak,
            peak > 0 ? 1e-6 * party->work.needed / median / peak : 0.0);
  fflush (stdout);
}

/* --- All parties of a subject, in turns --- */

static enum tc_status
alloc_parties (const struct subject *subject, const struct flags *flags,
               struct party *parties, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int t = 0; t < flags->threads && status == TC_OK; t++)
    {
      status = tc_stepper_alloc (&parties[t].stepper, subject->experiment, subject->run,
                                 getenv ("TC_KERNELS"), t + 1, err);
      parties[t].stepper.tests = subject->tests;
      if (status == TC_OK)
        status = warm_up (&parties[t], flags, err);
    }
  return status;
}

/* The peak is measured in the same breath, for the clock moves with load and
   heat.  */
static enum tc_status
take_turns (const struct flags *flags, struct party *parties, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int r = 0; r < flags->repeats && status == TC_OK; r++)
    for (int i = 0; i < flags->threads && status == TC_OK; i++)
      {
        struct party *party = &parties[(r + i) % flags->threads];
        status = time_steps (party, &party->ms[r], err);
        party->peak[r] = tc_bench_peak (tc_compute_isa (party->stepper.compute),
                                        flags->seconds / 10);
      }
  return status;
}

static enum tc_status
bench_subject (const struct subject *subject, const struct flags *flags,
               struct tc_error *err)
{
  struct party *parties = calloc ((size_t) flags->threads, sizeof *parties);
  if (parties == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status = alloc_parties (subject, flags, parties, err);
  if (status == TC_OK)
    status = take_turns (flags, parties, err);
  for (int t = 0; t < flags->threads && status == TC_OK; t++)
    print_row (subject, &parties[t], flags);
  free (parties);
  return status;
}

static enum tc_status
bench_all (const struct flags *flags, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  puts ("run,framework,variant,threads,median_ms,min_ms,max_ms,repeats,"
        "needed_gflop,executed_gflop,gflops,peak_gflops,share_of_peak");
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects && status == TC_OK; i++)
    {
      char name[128];
      snprintf (name, sizeof name, "%s/%s", subjects[i].experiment->name, subjects[i].run);
      if (flags->only == NULL || strstr (name, flags->only) != NULL)
        status = bench_subject (&subjects[i], flags, err);
    }
  return status;
}

/* --- Command line --- */

static enum tc_status
read_flags (struct flags *f, struct tc_options *options, int argc, char **argv,
            struct tc_error *err)
{
  const struct tc_option rows[] = {
    { .name = "only", .kind = TC_OPT_STRING, .target = &f->only, .metavar = "TEXT",
      .group = "Measurement", .help = "runs whose name, such as sort/one-head, contains it" },
    { .name = "threads", .kind = TC_OPT_INT, .target = &f->threads, .min = 0,
      .max = MOST_THREADS, .metavar = "N", .group = "Measurement",
      .help = "1 to N threads; 0: to all there are" },
    { .name = "repeats", .kind = TC_OPT_INT, .target = &f->repeats, .min = 1,
      .max = MOST_REPEATS, .metavar = "N", .group = "Measurement",
      .help = "repeats, of which the median, least and greatest are printed" },
    { .name = "seconds", .kind = TC_OPT_REAL, .target = &f->seconds, .min = 1e-3,
      .max = 1e3, .metavar = "S", .unit = "s", .group = "Measurement",
      .help = "length of a repeat" },
    { .name = "help", .kind = TC_OPT_BOOL, .target = &f->help, .group = "Measurement",
      .help = "show this help and exit" }
  };
  enum tc_status status = tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
  if (status == TC_OK)
    status = tc_options_parse (options, argc, argv, err);
  return status;
}

static enum tc_status
count_threads (struct flags *f, struct tc_error *err)
{
  struct tc_compute *compute;
  enum tc_status status = tc_compute_alloc (&compute, getenv ("TC_KERNELS"), f->threads, err);
  if (status == TC_OK)
    f->threads = tc_compute_threads (compute);
  if (status == TC_OK)
    tc_compute_free (compute);
  return status;
}

int
main (int argc, char **argv)
{
  struct flags flags = { .repeats = 7, .seconds = 0.3 };
  struct tc_options options;
  struct tc_error err;
  tc_options_init (&options);
  enum tc_status status = read_flags (&flags, &options, argc, argv, &err);
  if (status == TC_OK && flags.help)
    tc_options_help (&options, "tc-bench",
                     "Milliseconds per training step of the notebooks' runs, as CSV: run, "
                     "framework, instruction set, threads, median, least, greatest, repeats; "
                     "GFLOP that a step needs and that it executes, both without elementwise "
                     "work; needed GFLOP/s, fma peak of so many cores, and their ratio. One "
                     "thread is timed by its own clock, several by the wall's. TC_KERNELS "
                     "chooses the instruction set.", stdout);
  else if (status == TC_OK)
    {
      status = count_threads (&flags, &err);
      if (status == TC_OK)
        status = bench_all (&flags, &err);
    }
  if (status != TC_OK)
    fprintf (stderr, "tc-bench: %s\n", err.message);
  tc_options_free (&options);
  return tc_exit_status (status);
}
