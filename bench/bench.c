/* tc-bench: milliseconds per training step of the notebooks' runs, beside the
   arithmetic in them and the machine's measured peak.  The first columns are
   those of bench/pytorch.py and bench/jax_steps.py.  */

#include "party.h"
#include "peak.h"
#include "scaling.h"
#include "stepper.h"
#include "subjects.h"

#include "cli/options.h"
#include "numerics/compute.h"

#include <gsl/gsl_sort.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_REPEATS = 99, MOST_THREADS = 256 };

struct flags
{
  const char *only, *party, *export;
  int threads, repeats, losses;
  double seconds;
  bool scaling, machine, help;
};

/* A subject with one number of threads.  */
struct contender
{
  struct tc_stepper stepper;
  double ms[MOST_REPEATS], peak[MOST_REPEATS];
  struct tc_step_cost cost;
};

static void
print_row (const struct tc_bench_subject *subject, struct contender *c,
           const struct flags *flags)
{
  const int n = flags->repeats, threads = tc_compute_threads (c->stepper.compute);
  gsl_sort (c->ms, 1, (size_t) n);
  gsl_sort (c->peak, 1, (size_t) n);
  const double median = c->ms[n / 2], peak = 1e-9 * c->peak[n / 2];
  const double rate = 1e-6 * c->cost.work.needed / median;
  printf ("%s,toycircuits,%s,%d,%.4f,%.4f,%.4f,%d,%.4f,%.4f,%.4f,%.2f,%.1f,%.3f\n",
          subject->name, tc_compute_isa (c->stepper.compute), threads, median, c->ms[0],
          c->ms[n - 1], n, 1e-9 * c->cost.work.needed, 1e-9 * c->cost.work.executed,
          1e-6 * c->cost.bytes, rate, peak, peak > 0 ? rate / peak : 0.0);
  fflush (stdout);
}

/* --- All numbers of threads of a subject, in turns --- */

static enum tc_status
alloc_contenders (const struct tc_bench_subject *subject, const struct flags *flags,
                  struct contender *contenders, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int t = 0; t < flags->threads && status == TC_OK; t++)
    {
      struct contender *c = &contenders[t];
      double ms;
      status = tc_stepper_alloc (&c->stepper, subject->experiment, subject->run, NULL,
                                 getenv ("TC_KERNELS"), t + 1, err);
      c->stepper.tests = subject->tests;
      if (status == TC_OK)
        status = tc_stepper_count (&c->stepper, &c->cost, err);
      if (status == TC_OK)
        status = tc_stepper_time (&c->stepper, 0, &ms, err);
      if (status == TC_OK)
        status = tc_stepper_time (&c->stepper, flags->seconds / 2, &ms, err);
    }
  return status;
}

/* The peak is measured in the same breath, for the clock moves with load and
   heat.  */
static enum tc_status
take_turns (const struct flags *flags, struct contender *contenders, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (int r = 0; r < flags->repeats && status == TC_OK; r++)
    for (int i = 0; i < flags->threads && status == TC_OK; i++)
      {
        const int t = (r + i) % flags->threads;
        struct contender *c = &contenders[t];
        status = tc_stepper_time (&c->stepper, flags->seconds, &c->ms[r], err);
        c->peak[r] = tc_bench_peak (tc_compute_isa (c->stepper.compute), t + 1,
                                    flags->seconds / 10);
      }
  return status;
}

static enum tc_status
bench_subject (const struct tc_bench_subject *subject, const struct flags *flags,
               struct tc_error *err)
{
  struct contender *contenders = calloc ((size_t) flags->threads, sizeof *contenders);
  if (contenders == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory");
  enum tc_status status = alloc_contenders (subject, flags, contenders, err);
  if (status == TC_OK)
    status = take_turns (flags, contenders, err);
  for (int t = 0; t < flags->threads && status == TC_OK; t++)
    {
      print_row (subject, &contenders[t], flags);
      tc_stepper_free (&contenders[t].stepper);
    }
  free (contenders);
  return status;
}

static enum tc_status
bench_all (const struct flags *flags, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  puts ("run,framework,variant,threads,median_ms,min_ms,max_ms,repeats,"
        "needed_gflop,executed_gflop,mbytes,gflops,peak_gflops,share_of_peak");
  for (size_t i = 0; i < tc_bench_n_subjects && status == TC_OK; i++)
    if (flags->only == NULL || strstr (tc_bench_subjects[i].name, flags->only) != NULL)
      status = bench_subject (&tc_bench_subjects[i], flags, err);
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
    { .name = "scaling", .kind = TC_OPT_BOOL, .target = &f->scaling,
      .group = "Other measurements",
      .help = "addition's step against the width of the model and the batch" },
    { .name = "machine", .kind = TC_OPT_BOOL, .target = &f->machine,
      .group = "Other measurements", .help = "only fma peak and memory bandwidth" },
    { .name = "party", .kind = TC_OPT_STRING, .target = &f->party, .metavar = "RUN",
      .group = "For bench/compare.py",
      .help = "serve one run with --threads threads on standard input and output" },
    { .name = "export", .kind = TC_OPT_STRING, .target = &f->export, .metavar = "DIR",
      .group = "For bench/compare.py", .help = "write initial parameters and first batches" },
    { .name = "losses", .kind = TC_OPT_INT, .target = &f->losses, .min = 0, .max = 1000,
      .metavar = "N", .group = "For bench/compare.py",
      .help = "losses that --party prints first, batches that --export writes" },
    { .name = "help", .kind = TC_OPT_BOOL, .target = &f->help, .group = "Measurement",
      .help = "show this help and exit" }
  };
  enum tc_status status = tc_options_add (options, sizeof rows / sizeof *rows, rows, err);
  if (status == TC_OK)
    status = tc_options_parse (options, argc, argv, err);
  return status;
}

static void
print_help (const struct tc_options *options)
{
  tc_options_help (options, "tc-bench",
                   "Milliseconds per training step of the notebooks' runs, as CSV: run, "
                   "framework, instruction set, threads, median, least, greatest, repeats; "
                   "GFLOP that a step needs and that it executes, both without elementwise "
                   "work; megabytes it moves by the model of bench/traffic.h; needed GFLOP/s, "
                   "fma peak of so many threads, and their ratio. One thread is timed by its "
                   "own clock, several by the wall's. TC_KERNELS chooses the instruction set.",
                   stdout);
}

static enum tc_status
count_threads (struct flags *f, struct tc_error *err)
{
  struct tc_compute *compute;
  enum tc_status status = tc_compute_alloc (&compute, getenv ("TC_KERNELS"), f->threads, err);
  if (status == TC_OK)
    {
      f->threads = tc_compute_threads (compute);
      tc_compute_free (compute);
    }
  return status;
}

static enum tc_status
serve (const struct flags *flags, struct tc_error *err)
{
  const struct tc_bench_subject *subject = tc_bench_find (flags->party);
  if (subject == NULL)
    return tc_fail (err, TC_EINVAL, "--party: there is no run '%s'", flags->party);
  return tc_bench_serve (subject, flags->threads, flags->losses, err);
}

static enum tc_status
run (struct flags *flags, struct tc_error *err)
{
  enum tc_status status = count_threads (flags, err);
  if (status != TC_OK)
    return status;
  if (flags->party != NULL)
    return serve (flags, err);
  if (flags->export != NULL)
    return tc_bench_export (flags->export, flags->losses, err);
  if (flags->machine)
    return tc_bench_machine (flags->threads, flags->seconds, err);
  if (flags->scaling)
    return tc_bench_scaling (flags->threads, flags->repeats, flags->seconds, err);
  return bench_all (flags, err);
}

int
main (int argc, char **argv)
{
  struct flags flags = { .repeats = 7, .seconds = 0.3, .losses = 20 };
  struct tc_options options;
  struct tc_error err;
  tc_options_init (&options);
  enum tc_status status = read_flags (&flags, &options, argc, argv, &err);
  if (status == TC_OK && flags.help)
    print_help (&options);
  else if (status == TC_OK)
    status = run (&flags, &err);
  if (status != TC_OK)
    fprintf (stderr, "tc-bench: %s\n", err.message);
  tc_options_free (&options);
  return tc_exit_status (status);
}
