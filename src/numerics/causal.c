#include "numerics/causal.h"

#include "numerics/ranges.h"
#include "numerics/vector.h"
#include "numerics/vector_kernels.h"

/* The arguments of a pass, whichever of them it has.  */
struct pass
{
  const struct tc_causal *causal;
  struct tc_head_rows q, k, v, dz;
  struct tc_score_table table;
  tc_real divisor;
  const tc_real *weights;
  tc_real *out, *rows;
  size_t stride;                /* of rows */
  const int32_t *index;         /* of rows */
  struct tc_head_gradients d;
  size_t step;                  /* sequences to work on at once */
};

/* What an exponential costs beside an addition.  */
static const double exponential_steps = 10;

/* Number of (query, key) pairs of all heads, within a factor of two.  */
static double
pairs (const struct tc_causal *causal)
{
  return (double) causal->query_start[causal->n_seq] * causal->n_heads * causal->n_pos;
}

/* Their products of d_head multiply-adds, each of which costs half an addition:
   the operands stay in registers and the first cache.  */
static double
products (const struct tc_causal *causal)
{
  return pairs (causal) * causal->d_head / 2;
}

/* --- Sequence by sequence --- */

static struct tc_causal_part
all_heads (const struct tc_causal *causal, size_t begin, size_t end)
{
  return (struct tc_causal_part) { begin, end, 0, causal->n_heads };
}

static void
dots_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
            size_t end)
{
  const struct pass *p = args;
  kernels->causal_dots (p->causal, all_heads (p->causal, begin, end), p->q, p->k,
                        p->divisor, p->out);
}

void
tc_causal_dots (struct tc_compute *compute, const struct tc_causal *causal,
                struct tc_head_rows q, struct tc_head_rows k,
                double divisor, tc_real *scores)
{
  const struct pass pass = { .causal = causal, .q = q, .k = k,
                             .divisor = (tc_real) divisor, .out = scores };
  tc_for_ranges (compute, causal->n_seq, 1, products (causal), dots_range, &pass);
}

static void
lookup_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
              size_t end)
{
  const struct pass *p = args;
  kernels->causal_lookup (p->causal, all_heads (p->causal, begin, end), p->table, p->out);
}

void
tc_causal_lookup (struct tc_compute *compute, const struct tc_causal *causal,
                  struct tc_score_table table, tc_real *scores)
{
  const struct pass pass = { .causal = causal, .table = table, .out = scores };
  tc_for_ranges (compute, causal->n_seq, 1, pairs (causal), lookup_range, &pass);
}

static void
softmax_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
               size_t end)
{
  const struct pass *p = args;
  kernels->causal_softmax (p->causal, all_heads (p->causal, begin, end), p->out);
}

void
tc_causal_softmax (struct tc_compute *compute, const struct tc_causal *causal,
                   tc_real *scores)
{
  const struct pass pass = { .causal = causal, .out = scores };
  tc_for_ranges (compute, causal->n_seq, 1, pairs (causal) * exponential_steps,
                 softmax_range, &pass);
}

static void
softmax_backward_range (const struct tc_vector_kernels *kernels, const void *args,
                        size_t begin, size_t end)
{
  const struct pass *p = args;
  kernels->causal_softmax_backward (p->causal, all_heads (p->causal, begin, end),
                                    p->weights, p->divisor, p->out);
}

void
tc_causal_softmax_backward (struct tc_compute *compute, const struct tc_causal *causal,
                            const tc_real *pattern, double divisor, tc_real *dscores)
{
  const struct pass pass = { .causal = causal, .weights = pattern,
                             .divisor = (tc_real) divisor, .out = dscores };
  tc_for_ranges (compute, causal->n_seq, 1, pairs (causal) * 2, softmax_backward_range,
                 &pass);
}

static void
sums_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
            size_t end)
{
  const struct pass *p = args;
  kernels->causal_sums (p->causal, all_heads (p->causal, begin, end), p->weights, p->v,
                        p->out);
}

void
tc_causal_sums (struct tc_compute *compute, const struct tc_causal *causal,
                const tc_real *weights, struct tc_head_rows v, tc_real *z)
{
  const struct pass pass = { .causal = causal, .weights = weights, .v = v, .out = z };
  tc_for_ranges (compute, causal->n_seq, 1, products (causal), sums_range, &pass);
}

/* --- Several of them, a few sequences at a time --- */

/* Sequences whose weights fit the second cache together with their rows.  */
static size_t
sequences_at_once (const struct tc_causal *causal)
{
  const double room = 32768;    /* weights */
  const double each = pairs (causal) / (causal->n_seq + 1) + 1;
  return each < room ? (size_t) (room / each) : 1;
}

static size_t
at_most (size_t n, size_t limit)
{
  return n < limit ? n : limit;
}

/* --- Fetching ahead ---

   Rows of keys that sequences share lie far apart, and a batch's rows may
   exceed the caches.  Those of the sequences to come are asked for in small
   shares between the kernels that work on the present ones.  */

struct fetch
{
  const struct pass *pass;
  size_t begin, end;            /* the sequences to come */
  size_t column, width;         /* of the part's heads */
  size_t share, shares;         /* 0: not worth it */
};

/* More weights than a second cache holds go with rows that it does not hold.  */
static const double far_weights = 512 * 1024;

static struct fetch
fetch_of (const struct pass *p, struct tc_causal_part part, size_t next, size_t shares)
{
  const size_t d_head = p->causal->d_head, heads = part.end_head - part.first_head;
  return (struct fetch) {
    .pass = p, .begin = next, .end = at_most (next + p->step, part.end),
    .column = part.first_head * d_head, .width = heads * d_head,
    .shares = pairs (p->causal) > far_weights ? heads * shares : 0 };
}

/* To the second cache: the first has no room for so much.  Inlined, for GCC 12
   drops calls of functions that only fetch.  */
static inline __attribute__ ((always_inline)) void
fetch_row (const tc_real *data, size_t stride, const int32_t *index, size_t i,
           const struct fetch *f)
{
  enum { LINE = 64 / sizeof (tc_real) };
  if (data == NULL)
    return;
  const tc_real *row = data + (index == NULL ? i : (size_t) index[i]) * stride + f->column;
  for (size_t e = 0; e < f->width; e += LINE)
    __builtin_prefetch (row + e, 0, 2);
  __builtin_prefetch (row + f->width - 1, 0, 2);
}

static void
fetch_share (struct fetch *f)
{
  if (f->shares == 0)
    return;
  const struct pass *p = f->pass;
  const struct tc_causal *causal = p->causal;
  for (size_t s = f->begin; s < f->end; s++)
    {
      const size_t first = (size_t) causal->query_start[s];
      const size_t n = (size_t) causal->query_start[s + 1] - first;
      const size_t n_keys = n == 0 ? 0 : (size_t) causal->query_pos[first + n - 1] + 1;
      const size_t key = s * causal->n_pos;
      for (size_t i = n * f->share / f->shares; i < n * (f->share + 1) / f->shares; i++)
        {
          fetch_row (p->q.data, p->q.stride, p->q.index, first + i, f);
          fetch_row (p->dz.data, p->dz.stride, p->dz.index, first + i, f);
          fetch_row (p->d.q, p->q.stride, p->q.index, first + i, f);
        }
      for (size_t i = n_keys * f->share / f->shares;
           i < n_keys * (f->share + 1) / f->shares; i++)
        {
          fetch_row (p->k.data, p->k.stride, p->k.index, key + i, f);
          fetch_row (p->v.data, p->v.stride, p->v.index, key + i, f);
          fetch_row (p->d.k, p->d.stride, p->k.index, key + i, f);
          fetch_row (p->d.v, p->d.stride, p->v.index, key + i, f);
        }
    }
  f->share++;
}

/* --- Forward --- */

static void
attend_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
              size_t end)
{
  const struct pass *p = args;
  for (size_t s = begin, next; s < end; s = next)
    {
      next = at_most (s + p->step, end);
      struct fetch fetch = fetch_of (p, all_heads (p->causal, begin, end), next, 3);
      for (size_t h = 0; h < p->causal->n_heads; h++)
        {
          const struct tc_causal_part part = { s, next, h, h + 1 };
          fetch_share (&fetch);
          kernels->causal_dots (p->causal, part, p->q, p->k, p->divisor, p->out);
          fetch_share (&fetch);
          kernels->causal_softmax (p->causal, part, p->out);
          fetch_share (&fetch);
          kernels->causal_sums (p->causal, part, p->out, p->v, p->rows);
        }
    }
}

void
tc_causal_attend (struct tc_compute *compute, const struct tc_causal *causal,
                  struct tc_head_rows q, struct tc_head_rows k, struct tc_head_rows v,
                  double divisor, tc_real *pattern, tc_real *z)
{
  const struct pass pass = { .causal = causal, .q = q, .k = k, .v = v,
                             .divisor = (tc_real) divisor, .out = pattern, .rows = z,
                             .step = sequences_at_once (causal) };
  tc_for_ranges (compute, causal->n_seq, 1,
                 2 * products (causal) + pairs (causal) * exponential_steps, attend_range,
                 &pass);
}

/* --- Into rows that sequences may share --- */

static void
collect_range (const struct tc_vector_kernels *kernels, const void *args, size_t begin,
               size_t end)
{
  const struct pass *p = args;
  for (size_t head = begin; head < end; head++)
    kernels->causal_collect (p->causal, head, p->weights, p->table);
}

void
tc_causal_collect (struct tc_compute *compute, const struct tc_causal *causal,
                   const tc_real *dscores, struct tc_score_table table)
{
  const struct pass pass = { .causal = causal, .weights = dscores, .table = table };
  tc_for_ranges (compute, causal->n_heads, 1, pairs (causal), collect_range, &pass);
}

static void
scatter_sequences (const struct tc_vector_kernels *kernels, const void *args,
                   size_t begin, size_t end)
{
  const struct pass *p = args;
  kernels->causal_scatter (p->causal, begin, end, 0, p->causal->n_heads * p->causal->d_head,
                           p->weights, p->q, p->rows, p->stride, p->index);
}

static void
scatter_columns (const struct tc_vector_kernels *kernels, const void *args,
                 size_t begin, size_t end)
{
  const struct pass *p = args;
  kernels->causal_scatter (p->causal, 0, p->causal->n_seq, begin, end,
                           p->weights, p->q, p->rows, p->stride, p->index);
}

/* Whether there are heads enough for every thread.  */
static bool
divide_by_heads (struct tc_compute *compute, const struct tc_causal *causal)
{
  return causal->n_heads >= (size_t) tc_compute_threads (compute);
}

/* Sequences write to rows of their own unless keys are shared; then threads
   divide the columns, by heads where there are enough.  */
void
tc_causal_scatter (struct tc_compute *compute, const struct tc_causal *causal,
                   const tc_real *weights, struct tc_head_rows q,
                   tc_real *dk, size_t stride, const int32_t *index)
{
  const struct pass pass = { .causal = causal, .weights = weights, .q = q, .rows = dk,
                             .stride = stride, .index = index };
  const double steps = products (causal);
  if (causal->keys_shared)
    tc_for_ranges (compute, causal->n_heads * causal->d_head,
                   divide_by_heads (compute, causal) ? causal->d_head : TC_LANES, steps,
                   scatter_columns, &pass);
  else
    tc_for_ranges (compute, causal->n_seq, 1, steps, scatter_sequences, &pass);
}

/* --- The whole way back --- */

/* Some queries' rows of dq, from number first on, to the rows that asked.  */
static void
collect_queries (const struct tc_vector_kernels *kernels, const struct pass *p,
                 size_t first, size_t n, size_t begin, size_t end, const tc_real *dq)
{
  const size_t width = p->q.stride;
  const int32_t *index = p->q.index == NULL ? NULL : p->q.index + first;
  tc_real *out = p->q.index == NULL ? p->d.q + first * width : p->d.q;
  kernels->scatter_add_rows (n, width, begin, end, dq, index, out);
}

/* A few sequences at a time, whose gradients of scores and queries pass through
   one place each: so they never leave the cache.  */
static void
attend_backward_part (const struct tc_vector_kernels *kernels, const struct pass *p,
                      struct tc_causal_part whole, tc_real *dscores, tc_real *dq)
{
  struct tc_causal causal = *p->causal;
  const size_t d_head = causal.d_head;
  for (size_t s = whole.begin, next; s < whole.end; s = next)
    {
      next = at_most (s + p->step, whole.end);
      causal.first_query = (size_t) causal.query_start[s];
      const size_t n = (size_t) causal.query_start[next] - causal.first_query;
      const tc_real *pattern = p->weights + causal.first_query * causal.n_heads * causal.n_pos;
      struct fetch fetch = fetch_of (p, whole, next, 5);
      for (size_t h = whole.first_head; h < whole.end_head; h++)
        {
          const struct tc_causal_part part = { s, next, h, h + 1 };
          const size_t begin = h * d_head, end = begin + d_head;
          fetch_share (&fetch);
          kernels->causal_dots (&causal, part, p->dz, p->v, 1, dscores);
          fetch_share (&fetch);
          kernels->causal_softmax_backward (&causal, part, pattern, p->divisor, dscores);
          fetch_share (&fetch);
          kernels->causal_sums (&causal, part, dscores, p->k, dq);
          collect_queries (kernels, p, causal.first_query, n, begin, end, dq);
          fetch_share (&fetch);
          kernels->causal_scatter (&causal, s, next, begin, end, dscores, p->q,
                                   p->d.k, p->d.stride, p->k.index);
          fetch_share (&fetch);
          kernels->causal_scatter (&causal, s, next, begin, end, pattern, p->dz,
                                   p->d.v, p->d.stride, p->v.index);
        }
    }
}

static void
backward_by_sequences (const struct tc_vector_kernels *kernels, const void *args,
                       size_t begin, size_t end)
{
  const struct pass *p = args;
  const struct tc_causal *causal = p->causal;
  const size_t rows = (size_t) causal->query_start[begin] * causal->n_heads;
  attend_backward_part (kernels, p, all_heads (causal, begin, end),
                        p->out + rows * causal->n_pos, p->rows + rows * causal->d_head);
}

static void
backward_by_heads (const struct tc_vector_kernels *kernels, const void *args,
                   size_t begin, size_t end)
{
  const struct pass *p = args;
  const struct tc_causal *causal = p->causal;
  const struct tc_causal_part part = { 0, causal->n_seq, begin, end };
  const size_t rows = (size_t) causal->query_start[causal->n_seq] * begin;
  attend_backward_part (kernels, p, part, p->out + rows * causal->n_pos,
                        p->rows + rows * causal->d_head);
}

/* Whether a head's share of all weights has room for a few sequences' weights.  */
static bool
head_has_room (const struct pass *p)
{
  const struct tc_causal *causal = p->causal;
  return p->step * causal->n_pos * causal->n_heads
         <= (size_t) causal->query_start[causal->n_seq];
}

/* What writes to no row that sequences share.  */
static void
scores_backward (const struct tc_vector_kernels *kernels, const void *args,
                 size_t begin, size_t end)
{
  const struct pass *p = args;
  for (size_t s = begin, next; s < end; s = next)
    {
      next = at_most (s + p->step, end);
      const struct tc_causal_part part = all_heads (p->causal, s, next);
      kernels->causal_dots (p->causal, part, p->dz, p->v, 1, p->out);
      kernels->causal_softmax_backward (p->causal, part, p->weights, p->divisor, p->out);
      kernels->causal_sums (p->causal, part, p->out, p->k, p->rows);
    }
}

void
tc_causal_attend_backward (struct tc_compute *compute, const struct tc_causal *causal,
                           struct tc_head_rows dz, struct tc_head_rows q,
                           struct tc_head_rows k, struct tc_head_rows v,
                           double divisor, const tc_real *pattern,
                           tc_real *dscores, tc_real *dq, struct tc_head_gradients d)
{
  const struct pass pass = { .causal = causal, .dz = dz, .q = q, .k = k, .v = v,
                             .divisor = (tc_real) divisor, .weights = pattern,
                             .out = dscores, .rows = dq, .d = d,
                             .step = sequences_at_once (causal) };
  const double steps = 2 * products (causal) + pairs (causal) * 2;
  if (!causal->keys_shared || tc_compute_threads (compute) == 1)
    tc_for_ranges (compute, causal->n_seq, 1, 2 * steps, backward_by_sequences, &pass);
  else if (divide_by_heads (compute, causal) && head_has_room (&pass))
    tc_for_ranges (compute, causal->n_heads, 1, 2 * steps, backward_by_heads, &pass);
  else
    {
      tc_for_ranges (compute, causal->n_seq, 1, steps, scores_backward, &pass);
      tc_scatter_add_rows (compute, (size_t) causal->query_start[causal->n_seq],
                           causal->n_heads * causal->d_head, dq, q.index, d.q);
      tc_causal_scatter (compute, causal, dscores, q, d.k, d.stride, k.index);
      tc_causal_scatter (compute, causal, pattern, dz, d.v, d.stride, v.index);
    }
}
