#include "party.h"

#include "peak.h"
#include "stepper.h"

#include "transformer/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

/* --- Serving --- */

static enum tc_status
say_ready (struct tc_stepper *s, int n_losses, struct tc_error *err)
{
  struct tc_step_cost cost = { .bytes = 0 };
  enum tc_status status = TC_OK;
  printf ("{\"losses\": [");
  for (int i = 0; i < n_losses && status == TC_OK; i++)
    {
      status = tc_stepper_step (s, err);
      printf ("%s%.17g", i == 0 ? "" : ", ", s->loss);
    }
  if (status == TC_OK)
    status = tc_stepper_count (s, &cost, err);
  printf ("], \"variant\": \"%s\", \"needed\": %.17g, \"executed\": %.17g, \"bytes\": %.17g}\n",
          tc_compute_isa (s->compute), cost.work.needed, cost.work.executed, cost.bytes);
  fflush (stdout);
  return status;
}

static enum tc_status
answer (struct tc_stepper *s, struct tc_error *err)
{
  char line[64];
  double ms;
  enum tc_status status = tc_stepper_time (s, 0, &ms, err);
  while (status == TC_OK && fgets (line, sizeof line, stdin) != NULL)
    {
      const double seconds = strtod (line, NULL);
      status = tc_stepper_time (s, seconds, &ms, err);
      printf ("{\"ms\": %.17g, \"peak\": %.17g}\n", ms,
              tc_bench_peak (tc_compute_isa (s->compute),
                             tc_compute_threads (s->compute), seconds / 10));
      fflush (stdout);
    }
  return status;
}

enum tc_status
tc_bench_serve (const struct tc_bench_subject *subject, int threads, int n_losses,
                struct tc_error *err)
{
  struct tc_stepper stepper;
  struct rusage usage;
  enum tc_status status = tc_stepper_alloc (&stepper, subject->experiment, subject->run, NULL,
                                            getenv ("TC_KERNELS"), threads, err);
  if (status != TC_OK)
    return status;
  stepper.tests = subject->tests;
  status = say_ready (&stepper, n_losses, err);
  if (status == TC_OK)
    status = answer (&stepper, err);
  tc_stepper_free (&stepper);
  if (getrusage (RUSAGE_SELF, &usage) == 0)
    printf ("{\"memory_kb\": %ld}\n", usage.ru_maxrss);
  return status;
}

/* --- Exporting --- */

static enum tc_status
write_batches (struct tc_stepper *s, const char *path, int n_batches, struct tc_error *err)
{
  FILE *file = fopen (path, "wb");
  enum tc_status status = TC_OK;
  if (file == NULL)
    return tc_fail (err, TC_EIO, "cannot write %s", path);
  for (int i = 0; i < n_batches && status == TC_OK; i++)
    {
      status = s->task.next (s->task.self, &s->batch, err);
      const int32_t head[] = { n_batches, (int32_t) s->batch.n_seq, (int32_t) s->batch.n_pos };
      if (i == 0)
        fwrite (head, sizeof head, 1, file);
      if (status == TC_OK)
        fwrite (s->batch.tokens, sizeof *s->batch.tokens, s->batch.n_seq * s->batch.n_pos,
                file);
    }
  const bool is_bad = ferror (file);
  if ((fclose (file) != 0 || is_bad) && status == TC_OK)
    status = tc_fail (err, TC_EIO, "cannot write %s", path);
  return status;
}

static enum tc_status
export_subject (const struct tc_bench_subject *subject, const char *folder, int n_batches,
                struct tc_error *err)
{
  struct tc_stepper stepper;
  char path[4096];
  enum tc_status status = tc_stepper_alloc (&stepper, subject->experiment, subject->run, NULL,
                                            NULL, 1, err);
  if (status != TC_OK)
    return status;
  snprintf (path, sizeof path, "%s/%s-%s.safetensors", folder, subject->experiment->name,
            subject->run);
  status = tc_params_save_unsynced (path, &stepper.subject.model.params,
                                    &stepper.subject.model.config, 0, NULL, err);
  snprintf (path, sizeof path, "%s/%s-%s.batches", folder, subject->experiment->name,
            subject->run);
  if (status == TC_OK)
    status = write_batches (&stepper, path, n_batches, err);
  tc_stepper_free (&stepper);
  return status;
}

enum tc_status
tc_bench_export (const char *folder, int n_batches, struct tc_error *err)
{
  enum tc_status status = TC_OK;
  for (size_t i = 0; i < tc_bench_n_subjects && status == TC_OK; i++)
    if (!tc_bench_subjects[i].tests)
      status = export_subject (&tc_bench_subjects[i], folder, n_batches, err);
  return status;
}
