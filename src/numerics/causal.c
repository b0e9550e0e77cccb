#include "numerics/causal.h"

#include "numerics/kernels.h"
#include "numerics/vector_kernels.h"

/* Below this many multiply-adds a parallel region costs more than it saves.  */
static const double parallel_threshold = 200e3;

/* What an exponential costs beside a multiply-add.  */
static const double exponential_steps = 10;

static const struct tc_vector_kernels *
kernels_of (const struct tc_compute *compute)
{
  return tc_compute_kernels (compute)->vector;
}

/* Number of (query, key) pairs of all heads, within a factor of two.  */
static double
pairs (const struct tc_causal *causal)
{
  return (double) causal->query_start[causal->n_seq] * causal->n_heads * causal->n_pos;
}

/* Into how many pieces to cut n tasks that need so many steps in all.  */
static long
pieces (const struct tc_compute *compute, size_t n, double steps)
{
  size_t threads = steps < parallel_threshold ? 1 : (size_t) tc_compute_threads (compute);
  return (long) (threads < n ? threads : n);
}

void
tc_causal_dots (struct tc_compute *compute, const struct tc_causal *causal,
                struct tc_head_rows q, struct tc_head_rows k,
                double divisor, tc_real *scores)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t n = causal->n_seq;
  const long parts = pieces (compute, n, pairs (causal) * causal->d_head);
  if (parts <= 1)
    kernels->causal_dots (causal, 0, n, q, k, (tc_real) divisor, scores);
  else
#pragma omp parallel for num_threads (parts) schedule (static, 1)
    for (long i = 0; i < parts; i++)
      kernels->causal_dots (causal, n * i / parts, n * (i + 1) / parts, q, k,
                            (tc_real) divisor, scores);
}

void
tc_causal_lookup (struct tc_compute *compute, const struct tc_causal *causal,
                  struct tc_score_table table, tc_real *scores)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t n = causal->n_seq;
  const long parts = pieces (compute, n, pairs (causal));
  if (parts <= 1)
    kernels->causal_lookup (causal, 0, n, table, scores);
  else
#pragma omp parallel for num_threads (parts) schedule (static, 1)
    for (long i = 0; i < parts; i++)
      kernels->causal_lookup (causal, n * i / parts, n * (i + 1) / parts, table, scores);
}

void
tc_causal_collect (struct tc_compute *compute, const struct tc_causal *causal,
                   const tc_real *dscores, struct tc_score_table table)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const long n_heads = (long) causal->n_heads;
  if (pieces (compute, causal->n_heads, pairs (causal)) <= 1)
    for (long h = 0; h < n_heads; h++)
      kernels->causal_collect (causal, h, dscores, table);
  else
#pragma omp parallel for num_threads (tc_compute_threads (compute)) schedule (static)
    for (long h = 0; h < n_heads; h++)
      kernels->causal_collect (causal, h, dscores, table);
}

void
tc_causal_softmax (struct tc_compute *compute, const struct tc_causal *causal,
                   tc_real *scores)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t n = causal->n_seq;
  const long parts = pieces (compute, n, pairs (causal) * exponential_steps);
  if (parts <= 1)
    kernels->causal_softmax (causal, 0, n, scores);
  else
#pragma omp parallel for num_threads (parts) schedule (static, 1)
    for (long i = 0; i < parts; i++)
      kernels->causal_softmax (causal, n * i / parts, n * (i + 1) / parts, scores);
}

void
tc_causal_softmax_backward (struct tc_compute *compute, const struct tc_causal *causal,
                            const tc_real *pattern, double divisor, tc_real *dscores)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t n = causal->n_seq;
  const long parts = pieces (compute, n, pairs (causal) * 2);
  if (parts <= 1)
    kernels->causal_softmax_backward (causal, 0, n, pattern, (tc_real) divisor, dscores);
  else
#pragma omp parallel for num_threads (parts) schedule (static, 1)
    for (long i = 0; i < parts; i++)
      kernels->causal_softmax_backward (causal, n * i / parts, n * (i + 1) / parts,
                                        pattern, (tc_real) divisor, dscores);
}

void
tc_causal_sums (struct tc_compute *compute, const struct tc_causal *causal,
                const tc_real *weights, struct tc_head_rows v, tc_real *z)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t n = causal->n_seq;
  const long parts = pieces (compute, n, pairs (causal) * causal->d_head);
  if (parts <= 1)
    kernels->causal_sums (causal, 0, n, weights, v, z);
  else
#pragma omp parallel for num_threads (parts) schedule (static, 1)
    for (long i = 0; i < parts; i++)
      kernels->causal_sums (causal, n * i / parts, n * (i + 1) / parts, weights, v, z);
}

/* Sequences write to rows of their own unless keys are shared; then threads
   divide the columns, by heads where there are enough.  */
void
tc_causal_scatter (struct tc_compute *compute, const struct tc_causal *causal,
                   const tc_real *weights, struct tc_head_rows q,
                   tc_real *dk, size_t stride, const int32_t *index)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const size_t width = causal->n_heads * causal->d_head, n_seq = causal->n_seq;
  const double steps = pairs (causal) * causal->d_head;
  if (!causal->keys_shared)
    {
      const long parts = pieces (compute, n_seq, steps);
#pragma omp parallel for num_threads (parts) schedule (static, 1) if (parts > 1)
      for (long i = 0; i < parts; i++)
        kernels->causal_scatter (causal, n_seq * i / parts, n_seq * (i + 1) / parts, 0,
                                 width, weights, q, dk, stride, index);
      return;
    }
  const bool by_heads = causal->n_heads >= (size_t) tc_compute_threads (compute);
  const size_t unit = by_heads ? causal->d_head : TC_LANES;
  const size_t units = (width + unit - 1) / unit;
  const long parts = pieces (compute, units, steps);
#pragma omp parallel for num_threads (parts) schedule (static, 1) if (parts > 1)
  for (long i = 0; i < parts; i++)
    {
      size_t begin = units * i / parts * unit, end = units * (i + 1) / parts * unit;
      kernels->causal_scatter (causal, 0, n_seq, begin, end < width ? end : width, weights,
                               q, dk, stride, index);
    }
}

/* --- Fused --- */

/* Sequences whose weights fit the second cache together with their rows.  */
static size_t
sequences_at_once (const struct tc_causal *causal)
{
  const size_t room = 32768;    /* weights */
  const size_t queries = (size_t) causal->query_start[causal->n_seq];
  const size_t each = queries * causal->n_heads * causal->n_pos / (causal->n_seq + 1) + 1;
  return each < room ? room / each : 1;
}

void
tc_causal_attend (struct tc_compute *compute, const struct tc_causal *causal,
                  struct tc_head_rows q, struct tc_head_rows k, struct tc_head_rows v,
                  double divisor, tc_real *pattern, tc_real *z)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const double steps = pairs (causal) * (2 * causal->d_head + exponential_steps);
  const long threads = pieces (compute, causal->n_seq, steps);
  const size_t step = sequences_at_once (causal), n = causal->n_seq;

#pragma omp parallel for num_threads (threads) schedule (static) if (threads > 1)
  for (size_t begin = 0; begin < n; begin += step)
    {
      size_t end = begin + step < n ? begin + step : n;
      kernels->causal_dots (causal, begin, end, q, k, (tc_real) divisor, pattern);
      kernels->causal_softmax (causal, begin, end, pattern);
      kernels->causal_sums (causal, begin, end, pattern, v, z);
    }
}

void
tc_causal_attend_backward (struct tc_compute *compute, const struct tc_causal *causal,
                           struct tc_head_rows dz, struct tc_head_rows k,
                           struct tc_head_rows v, double divisor,
                           const tc_real *pattern, tc_real *dscores, tc_real *dq)
{
  const struct tc_vector_kernels *kernels = kernels_of (compute);
  const double steps = pairs (causal) * (2 * causal->d_head + 2);
  const long threads = pieces (compute, causal->n_seq, steps);
  const size_t step = sequences_at_once (causal), n = causal->n_seq;

#pragma omp parallel for num_threads (threads) schedule (static) if (threads > 1)
  for (size_t begin = 0; begin < n; begin += step)
    {
      size_t end = begin + step < n ? begin + step : n;
      kernels->causal_dots (causal, begin, end, dz, v, 1, dscores);
      kernels->causal_softmax_backward (causal, begin, end, pattern, (tc_real) divisor,
                                        dscores);
      kernels->causal_sums (causal, begin, end, dscores, k, dq);
    }
}
