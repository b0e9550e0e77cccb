/* tc-bench-kernels: matrix products at the notebooks' shapes, beside OpenBLAS
   on the same instruction set and the core's own peak.  */

#include "peak.h"
#include "shapes.h"

#include "numerics/kernels.h"
#include "numerics/matmul.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef HAVE_OPENBLAS
# define HAVE_OPENBLAS 0
#endif
#if HAVE_OPENBLAS
# include <cblas.h>
#endif

enum { MOST_SAMPLES = 99 };

struct options
{
  const char *isa;
  int threads, samples;
  double seconds;
  bool best;
  const char *only;
};

struct product
{
  const char *experiment, *name, *layout;
  enum tc_transpose op_a, op_b;
  size_t m, n, k, count;
  size_t a_stride, b_stride, c_stride;
  size_t a_step, b_step, c_step;
};

struct arrays
{
  tc_real *a, *b, *c;
};

/* --- One product, both ways --- */

static struct tc_mat
stored (const tc_real *data, enum tc_transpose op, size_t rows, size_t cols, size_t stride)
{
  return op == TC_NORMAL ? (struct tc_mat) { data, rows, cols, stride }
                         : (struct tc_mat) { data, cols, rows, stride };
}

static void
run_ours (struct tc_compute *compute, const struct product *p, const struct arrays *x)
{
  tc_matmul_batched (compute, p->count,
                     p->op_a, stored (x->a, p->op_a, p->m, p->k, p->a_stride), p->a_step,
                     p->op_b, stored (x->b, p->op_b, p->k, p->n, p->b_stride), p->b_step,
                     TC_FROM_ZERO, NULL, 0, x->c, p->c_stride, p->c_step);
}

static void
run_openblas (struct tc_compute *compute, const struct product *p, const struct arrays *x)
{
  (void) compute;
#if HAVE_OPENBLAS
  for (size_t t = 0; t < p->count; t++)
    cblas_sgemm (CblasRowMajor,
                 p->op_a == TC_NORMAL ? CblasNoTrans : CblasTrans,
                 p->op_b == TC_NORMAL ? CblasNoTrans : CblasTrans,
                 p->m, p->n, p->k, 1, x->a + t * p->a_step, p->a_stride,
                 x->b + t * p->b_step, p->b_stride, 0,
                 x->c + t * p->c_step, p->c_stride);
#else
  (void) p;
  (void) x;
#endif
}

typedef void runner (struct tc_compute *, const struct product *, const struct arrays *);

static double
time_runs (runner *run, struct tc_compute *compute, const struct product *p,
           const struct arrays *x, long runs)
{
  bool alone = tc_compute_threads (compute) == 1;
  double start = tc_bench_now (alone);
  for (long i = 0; i < runs; i++)
    run (compute, p, x);
  return (tc_bench_now (alone) - start) / runs;
}

/* Seconds per run over a number of runs, after one that fills the caches.  */
static double
sample (runner *run, struct tc_compute *compute, const struct product *p,
        const struct arrays *x, long runs)
{
  run (compute, p, x);
  return time_runs (run, compute, p, x, runs);
}

/* How many runs last about `seconds`.  */
static long
count_runs (runner *run, struct tc_compute *compute, const struct product *p,
            const struct arrays *x, double seconds)
{
  for (long runs = 1; ; runs *= 2)
    {
      double once = time_runs (run, compute, p, x, runs);
      if (once * runs >= seconds / 4)
        return once < seconds ? (long) (seconds / once) : 1;
    }
}

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;
  return (x > y) - (x < y);
}

/* The median, or on a busy machine the least.  */
static double
typical (double *x, int n, bool best)
{
  qsort (x, n, sizeof *x, compare_doubles);
  if (best)
    return x[0];
  return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

static size_t
extent (size_t count, size_t step, size_t rows, size_t stride)
{
  return (count - 1) * step + rows * stride;
}

static tc_real *
some_array (size_t n)
{
  tc_real *x = aligned_alloc (64, (n * sizeof *x + 63) / 64 * 64);
  if (x == NULL)
    {
      fprintf (stderr, "tc-bench-kernels: no memory for %zu numbers\n", n);
      exit (1);
    }
  for (size_t i = 0; i < n; i++)
    x[i] = (tc_real) (i * 7919 % 1009) / 1009 - 0.5f;
  return x;
}

static struct arrays
arrays_alloc (const struct product *p)
{
  size_t a_rows = p->op_a == TC_NORMAL ? p->m : p->k;
  size_t b_rows = p->op_b == TC_NORMAL ? p->k : p->n;
  return (struct arrays)
    {
      some_array (extent (p->count, p->a_step, a_rows, p->a_stride)),
      some_array (extent (p->count, p->b_step, b_rows, p->b_stride)),
      some_array (extent (p->count, p->c_step, p->m, p->c_stride))
    };
}

static void
arrays_free (struct arrays *x)
{
  free (x->a);
  free (x->b);
  free (x->c);
}

/* Seconds per product, ours and OpenBLAS's (0 without it), and the peak.  */
struct result
{
  double ours, theirs, peak;
};

/* The parties take turns, and turns at being first.  The clock moves with load
   and heat, so the peak is measured in the same breath.  */
static struct result
take_samples (struct tc_compute *compute, const struct options *options,
              const struct product *p, const struct arrays *x)
{
  enum { PARTIES = HAVE_OPENBLAS ? 2 : 1 };
  runner *const run[] = { run_ours, run_openblas };
  double seconds = options->seconds / options->samples / (PARTIES + 1);
  double times[2][MOST_SAMPLES] = { 0 }, peaks[MOST_SAMPLES];
  long runs[2];
  for (int q = 0; q < PARTIES; q++)
    runs[q] = count_runs (run[q], compute, p, x, seconds);
  for (int i = 0; i < options->samples; i++)
    {
      for (int q = 0; q < PARTIES; q++)
        {
          int party = (i + q) % PARTIES;
          times[party][i] = sample (run[party], compute, p, x, runs[party]);
          /* OpenBLAS's threads go on spinning for a while.  */
          if (party == 1 && options->threads > 1)
            usleep (50000);
        }
      peaks[i] = tc_bench_peak (tc_compute_isa (compute), 1, seconds);
    }
  return (struct result)
    {
      typical (times[0], options->samples, options->best),
      typical (times[1], options->samples, options->best),
      typical (peaks, options->samples, false)
    };
}

static void
print_row (struct tc_compute *compute, const struct options *options,
           const struct product *p, struct result result)
{
  double work = 2e-9 * p->m * p->n * p->k * p->count;
  double ours = work / result.ours, peak = 1e-9 * result.peak;
  printf ("\"%s\",\"%s\",%s,%zu,%zu,%zu,%zu,%s,%d,%.2f", p->experiment, p->name, p->layout,
          p->count, p->m, p->n, p->k, tc_compute_isa (compute), options->threads, ours);
  if (result.theirs > 0)
    printf (",%.2f,%.2f", work / result.theirs, result.theirs / result.ours);
  else
    printf (",,");
  if (peak > 0)
    printf (",%.1f,%.3f\n", peak, ours / (peak * options->threads));
  else
    printf (",,\n");
  fflush (stdout);
}

static void
measure (struct tc_compute *compute, const struct options *options,
         const struct product *p)
{
  if (options->only != NULL && strstr (p->experiment, options->only) == NULL
      && strstr (p->name, options->only) == NULL)
    return;
  struct arrays x = arrays_alloc (p);
  print_row (compute, options, p, take_samples (compute, options, p, &x));
  arrays_free (&x);
}

/* --- The table --- */

static void
measure_linear (struct tc_compute *compute, const struct options *options,
                const struct tc_bench_linear *l)
{
  struct product forward =
    {
      l->experiment, l->layer, "NN", TC_NORMAL, TC_NORMAL, l->rows, l->out, l->in,
      1, l->in, l->out, l->out, 0, 0, 0
    };
  struct product input_gradient =
    {
      l->experiment, l->layer, "NT", TC_NORMAL, TC_TRANSPOSED, l->rows, l->in, l->out,
      1, l->out, l->out, l->in, 0, 0, 0
    };
  struct product weight_gradient =
    {
      l->experiment, l->layer, "TN", TC_TRANSPOSED, TC_NORMAL, l->in, l->out, l->rows,
      1, l->in, l->out, l->out, 0, 0, 0
    };
  measure (compute, options, &forward);
  measure (compute, options, &input_gradient);
  measure (compute, options, &weight_gradient);
}

static void
measure_table (struct tc_compute *compute, const struct options *options,
               const struct tc_bench_table *t)
{
  size_t stride = t->heads * t->d_head;
  struct product table =
    {
      t->experiment, "score table", "NT", TC_NORMAL, TC_TRANSPOSED,
      t->queries, t->keys, t->d_head, t->heads,
      stride, stride, t->keys, t->d_head, t->d_head, t->queries * t->keys
    };
  measure (compute, options, &table);
}

static void
measure_attention (struct tc_compute *compute, const struct options *options,
                   const struct tc_bench_attention *t)
{
  /* Q and Z are [sequence, query, head, d_head], K and V likewise; scores and
     patterns [sequence, head, query, key].  One head is measured.  */
  size_t stride = t->heads * t->d_head;
  size_t q_step = t->queries * stride, k_step = t->keys * stride;
  size_t s_step = t->heads * t->queries * t->keys;
  struct product scores =
    {
      t->experiment, "scores = Q K^T", "NT", TC_NORMAL, TC_TRANSPOSED,
      t->queries, t->keys, t->d_head, t->sequences,
      stride, stride, t->keys, q_step, k_step, s_step
    };
  struct product result =
    {
      t->experiment, "z = pattern V", "NN", TC_NORMAL, TC_NORMAL,
      t->queries, t->d_head, t->keys, t->sequences,
      t->keys, stride, stride, s_step, k_step, q_step
    };
  struct product values =
    {
      t->experiment, "dV = pattern^T dZ", "TN", TC_TRANSPOSED, TC_NORMAL,
      t->keys, t->d_head, t->queries, t->sequences,
      t->keys, stride, stride, s_step, q_step, k_step
    };
  measure (compute, options, &scores);
  measure (compute, options, &result);
  measure (compute, options, &values);
}

static int
run_table (const struct options *options)
{
  struct tc_error err;
  struct tc_compute *compute;
  enum tc_status status = tc_compute_alloc (&compute, options->isa, options->threads, &err);
  if (status != TC_OK)
    {
      fprintf (stderr, "tc-bench-kernels: %s\n", err.message);
      return tc_exit_status (status);
    }
  tc_bench_peak (tc_compute_isa (compute), 1, 0.2);   /* warms up */
#if HAVE_OPENBLAS
  printf ("# %s, core %s\n", openblas_get_config (), openblas_get_corename ());
#endif
  for (size_t i = 0; i < sizeof tc_bench_linears / sizeof *tc_bench_linears; i++)
    measure_linear (compute, options, tc_bench_linears + i);
  for (size_t i = 0; i < sizeof tc_bench_tables / sizeof *tc_bench_tables; i++)
    measure_table (compute, options, tc_bench_tables + i);
  for (size_t i = 0; i < sizeof tc_bench_attentions / sizeof *tc_bench_attentions; i++)
    measure_attention (compute, options, tc_bench_attentions + i);
  tc_compute_free (compute);
  return 0;
}

/* --- Processes: OpenBLAS reads its core type and threads when it is loaded --- */

static const char *
openblas_core (const char *isa)
{
  static const char *const core[][2] =
    {
      { "avx512", "SkylakeX" }, { "avx2", "Haswell" }, { "portable", "Prescott" },
      { "neon", "ARMV8" }
    };
  for (size_t i = 0; i < sizeof core / sizeof *core; i++)
    if (strcmp (isa, core[i][0]) == 0)
      return core[i][1];
  return "";
}

/* Runs this program again for one instruction set and number of threads.  */
static int
run_process (char **argv, const struct options *options, const char *isa, int threads)
{
  fflush (stdout);
  pid_t child = fork ();
  if (child == 0)
    {
      char threads_text[16], samples[16], seconds[32];
      snprintf (threads_text, sizeof threads_text, "%d", threads);
      snprintf (samples, sizeof samples, "%d", options->samples);
      snprintf (seconds, sizeof seconds, "%g", options->seconds);
      setenv ("OPENBLAS_CORETYPE", openblas_core (isa), 1);
      setenv ("OPENBLAS_NUM_THREADS", threads_text, 1);
      execl ("/proc/self/exe", argv[0], "--child", "--isa", isa, "--threads", threads_text,
             "--samples", samples, "--seconds", seconds,
             options->best ? "--best" : "--median",
             options->only != NULL ? "--only" : NULL, options->only, (char *) NULL);
      fprintf (stderr, "tc-bench-kernels: %s: %s\n", argv[0], strerror (errno));
      _exit (1);
    }
  int status = 1;
  if (child < 0 || waitpid (child, &status, 0) < 0 || !WIFEXITED (status))
    {
      fprintf (stderr, "tc-bench-kernels: the run for %s failed\n", isa);
      return 1;
    }
  return WEXITSTATUS (status);
}

static int
run_processes (char **argv, const struct options *options)
{
  printf ("experiment,product,layout,batch,m,n,k,isa,threads,"
          "gflops,openblas_gflops,ratio,core_peak,share_of_peak\n");
  const struct tc_kernels *kernels;
  for (size_t i = 0; (kernels = tc_kernels_at (i)) != NULL; i++)
    for (int threads = 1; threads <= 2; threads++)
      {
        if (options->isa != NULL && strcmp (options->isa, kernels->name) != 0)
          continue;
        if (options->threads > 0 && options->threads != threads)
          continue;
        int status = run_process (argv, options, kernels->name, threads);
        if (status != 0)
          return status;
      }
  return 0;
}

static void
print_help (void)
{
  puts ("Usage: tc-bench-kernels [OPTION]...\n"
        "Measures matrix products at the notebooks' shapes and prints a CSV table.\n"
        "\n"
        "  --isa NAME      one instruction set: avx512, avx2, neon or portable (default: all)\n"
        "  --threads N     1 or 2 threads (default: both)\n"
        "  --samples N     samples per product, 1 to 99; the median counts (default: 15)\n"
        "  --best          the best sample counts (on a busy machine)\n"
        "  --seconds S     time per product, above 0 (default: 0.2)\n"
        "  --only TEXT     products whose experiment or name contains TEXT\n"
        "  --help          this text");
}

static int
misuse (const char *option, const char *value, const char *expected)
{
  fprintf (stderr, "tc-bench-kernels: %s %s: expected %s\n", option, value, expected);
  return 2;
}

int
main (int argc, char **argv)
{
  enum { ISA = 1, THREADS, SAMPLES, SECONDS, BEST, MEDIAN, ONLY, HELP, CHILD };
  static const struct option table[] =
    {
      { "isa", required_argument, NULL, ISA }, { "threads", required_argument, NULL, THREADS },
      { "samples", required_argument, NULL, SAMPLES },
      { "seconds", required_argument, NULL, SECONDS }, { "only", required_argument, NULL, ONLY },
      { "best", no_argument, NULL, BEST }, { "median", no_argument, NULL, MEDIAN },
      { "help", no_argument, NULL, HELP }, { "child", no_argument, NULL, CHILD },
      { NULL, 0, NULL, 0 }
    };
  struct options options = { NULL, 0, 15, 0.2, false, NULL };
  bool child = false;
  for (int c; (c = getopt_long (argc, argv, "", table, NULL)) != -1; )
    switch (c)
      {
      case ISA:
        if (tc_kernels_find (optarg) == NULL)
          return misuse ("--isa", optarg, "an instruction set that this CPU has");
        options.isa = optarg;
        break;
      case THREADS:
        options.threads = atoi (optarg);
        if (options.threads < 1 || options.threads > 2)
          return misuse ("--threads", optarg, "1 or 2");
        break;
      case SAMPLES:
        options.samples = atoi (optarg);
        if (options.samples < 1 || options.samples > MOST_SAMPLES)
          return misuse ("--samples", optarg, "1 to 99");
        break;
      case SECONDS:
        options.seconds = atof (optarg);
        if (!(options.seconds > 0))
          return misuse ("--seconds", optarg, "a number above 0");
        break;
      case BEST:
      case MEDIAN:
        options.best = c == BEST;
        break;
      case ONLY:
        options.only = optarg;
        break;
      case HELP:
        print_help ();
        return 0;
      case CHILD:
        child = true;
        break;
      default:
        fputs ("Try 'tc-bench-kernels --help'.\n", stderr);
        return 2;
      }
  if (optind < argc)
    return misuse ("argument", argv[optind], "options only (see --help)");
  return child ? run_table (&options) : run_processes (argv, &options);
}
