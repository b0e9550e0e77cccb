#include "scaling.h"

#include "peak.h"
#include "stepper.h"

#include "experiments/addition/experiment.h"
#include "numerics/compute.h"

#include <gsl/gsl_sort.h>
#include <stdio.h>
#include <stdlib.h>

#if defined __clang__
# define COMPILER "Clang " __clang_version__
#else
# define COMPILER "GCC " __VERSION__
#endif

enum { MOST_REPEATS = 99, NOTEBOOK_BATCH = 64, CHANGE = 32 };

static enum tc_status
alloc_model (struct tc_stepper *s, int d_model, int batch, int threads, struct tc_error *err)
{
  char text[4][CHANGE];
  char *changes[] = { text[0], text[1], text[2], text[3], NULL };
  snprintf (text[0], CHANGE, "--d-model=%d", d_model);
  snprintf (text[1], CHANGE, "--d-head=%d", d_model / 4);
  snprintf (text[2], CHANGE, "--d-mlp=%d", 4 * d_model);
  snprintf (text[3], CHANGE, "--batch-size=%d", batch);
  return tc_stepper_alloc (s, &tc_addition_experiment, "infinite", changes,
                           getenv ("TC_KERNELS"), threads, err);
}

static enum tc_status
measure_model (int d_model, int batch, int threads, int repeats, double seconds,
               struct tc_error *err)
{
  struct tc_stepper s;
  struct tc_step_cost cost = { .bytes = 0 };
  double ms[MOST_REPEATS], warm;
  enum tc_status status = alloc_model (&s, d_model, batch, threads, err);
  if (status != TC_OK)
    return status;
  status = tc_stepper_count (&s, &cost, err);
  if (status == TC_OK)
    status = tc_stepper_time (&s, 0, &warm, err);
  if (status == TC_OK)
    status = tc_stepper_time (&s, seconds / 2, &warm, err);
  for (int r = 0; r < repeats && status == TC_OK; r++)
    status = tc_stepper_time (&s, seconds, &ms[r], err);
  if (status == TC_OK)
    {
      const double tokens = (double) s.batch.n_seq * (double) s.batch.n_pos;
      gsl_sort (ms, 1, (size_t) repeats);
      printf ("toycircuits,%s,%d,%d,%d,%.0f,%zu,%.4f,%.4f,%.4f,%.5f,%.5f,%.4f\n",
              tc_compute_isa (s.compute), threads, d_model, batch, tokens,
              s.subject.model.params.count, ms[repeats / 2], ms[0], ms[repeats - 1],
              1e-9 * cost.work.needed, 1e-9 * cost.work.executed, 1e-6 * cost.bytes);
      fflush (stdout);
    }
  tc_stepper_free (&s);
  return status;
}

enum tc_status
tc_bench_scaling (int max_threads, int repeats, double seconds, struct tc_error *err)
{
  static const int points[][2] =    /* d_model, batch */
    {
      { 32, NOTEBOOK_BATCH }, { 64, NOTEBOOK_BATCH }, { 128, NOTEBOOK_BATCH },
      { 256, NOTEBOOK_BATCH }, { 512, NOTEBOOK_BATCH }, { 1024, NOTEBOOK_BATCH },
      { 128, 1 }, { 128, 4 }, { 128, 16 }, { 128, 256 }, { 128, 1024 },
      { 512, 1 }, { 512, 4 }, { 512, 16 }, { 512, 256 }
    };
  enum tc_status status = TC_OK;
  puts ("framework,variant,threads,d_model,batch,tokens,parameters,median_ms,min_ms,max_ms,"
        "needed_gflop,executed_gflop,mbytes");
  for (size_t i = 0; i < sizeof points / sizeof *points && status == TC_OK; i++)
    for (int threads = 1; threads <= max_threads && status == TC_OK; threads++)
      status = measure_model (points[i][0], points[i][1], threads, repeats, seconds, err);
  return status;
}

enum tc_status
tc_bench_machine (int max_threads, double seconds, struct tc_error *err)
{
  struct tc_compute *compute;
  enum tc_status status = tc_compute_alloc (&compute, getenv ("TC_KERNELS"), 1, err);
  if (status != TC_OK)
    return status;
  puts ("variant,threads,peak_gflops,bandwidth_gbs,compiler");
  for (int threads = 1; threads <= max_threads; threads++)
    printf ("%s,%d,%.2f,%.2f,%s\n", tc_compute_isa (compute), threads,
            1e-9 * tc_bench_peak (tc_compute_isa (compute), threads, seconds),
            1e-9 * tc_bench_bandwidth (threads, seconds), COMPILER);
  tc_compute_free (compute);
  return TC_OK;
}
