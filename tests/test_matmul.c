/* Matrix products against the definition: one scalar chain of fma per output,
   compared bit for bit on every instruction set and number of threads.  */

#define TC_ISA portable
#include "numerics/isa/isa.h"
#include "numerics/kernels.h"
#include "numerics/matmul.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A small generator of its own, so that this test stands alone.  */
static uint32_t
draw (uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t) (*state >> 32);
}

/* Values of very different sizes, so that every rounding shows.  */
static void
fill (uint64_t *state, size_t n, tc_real *x)
{
  for (size_t i = 0; i < n; i++)
    {
      tc_real unit = (tc_real) (int32_t) draw (state) / 2147483648.0f;
      x[i] = unit * (tc_real) (1u << draw (state) % 12);
    }
}

struct problem
{
  size_t m, n, k, batch;
  enum tc_transpose op_a, op_b;
  enum tc_start start;
  size_t a_gap, b_gap, c_gap;      /* stride beyond the row length */
  bool share_b;
};

struct operands
{
  struct tc_mat a, b;
  size_t a_step, b_step, c_step, c_stride, c_length;
  tc_real *a_data, *b_data, *bias, *c, *expected;
};

static struct tc_mat
mat (tc_real *data, size_t rows, size_t cols, size_t gap)
{
  return (struct tc_mat) { data, rows, cols, cols + gap };
}

static tc_real *
random_array (uint64_t *state, size_t n)
{
  tc_real *x = malloc ((n + 1) * sizeof *x);
  fill (state, n, x);
  return x;
}

/* Each array ends where its last element does, so that the sanitizers and
   valgrind see a read beyond it.  */
static struct operands
operands_alloc (const struct problem *p, uint64_t *state)
{
  struct operands o;
  size_t a_rows = p->op_a == TC_NORMAL ? p->m : p->k;
  size_t a_cols = p->op_a == TC_NORMAL ? p->k : p->m;
  size_t b_rows = p->op_b == TC_NORMAL ? p->k : p->n;
  size_t b_cols = p->op_b == TC_NORMAL ? p->n : p->k;
  o.a_step = a_rows * (a_cols + p->a_gap);
  o.b_step = p->share_b ? 0 : b_rows * (b_cols + p->b_gap);
  o.c_stride = p->n + p->c_gap;
  o.c_step = p->m * o.c_stride;
  o.c_length = o.c_step * p->batch;
  o.a_data = random_array (state, o.a_step * p->batch);
  o.b_data = random_array (state, b_rows * (b_cols + p->b_gap) * (p->share_b ? 1 : p->batch));
  o.bias = random_array (state, p->n * p->batch);
  o.c = random_array (state, o.c_length);
  o.expected = malloc ((o.c_length + 1) * sizeof *o.expected);
  memcpy (o.expected, o.c, o.c_length * sizeof *o.c);
  o.a = mat (o.a_data, a_rows, a_cols, p->a_gap);
  o.b = mat (o.b_data, b_rows, b_cols, p->b_gap);
  return o;
}

static void
operands_free (struct operands *o)
{
  free (o->a_data);
  free (o->b_data);
  free (o->bias);
  free (o->c);
  free (o->expected);
}

static tc_real
element (struct tc_mat x, enum tc_transpose op, size_t i, size_t j)
{
  return op == TC_NORMAL ? x.data[i * x.stride + j] : x.data[j * x.stride + i];
}

static void
define (const struct problem *p, struct operands *o)
{
  for (size_t t = 0; t < p->batch; t++)
    {
      struct tc_mat a = o->a, b = o->b;
      a.data += t * o->a_step;
      b.data += t * o->b_step;
      for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++)
          {
            tc_real *c = o->expected + t * o->c_step + i * o->c_stride + j;
            tc_real acc = p->start == TC_FROM_ZERO ? 0
                          : p->start == TC_FROM_OUTPUT ? *c : o->bias[t * p->n + j];
            for (size_t k = 0; k < p->k; k++)
              acc = tc_isa_fma (element (a, p->op_a, i, k), element (b, p->op_b, k, j), acc);
            *c = acc;
          }
    }
}

/* One context for every instruction set and several numbers of threads.  */
static struct tc_compute *contexts[16];

static void
contexts_alloc (void)
{
  static const int threads[] = { 1, 2, 3, 7 };
  const struct tc_kernels *kernels;
  size_t n = 0;
  for (size_t isa = 0; (kernels = tc_kernels_at (isa)) != NULL; isa++)
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
      {
        struct tc_error err;
        cr_assert_eq (tc_compute_alloc (&contexts[n++], kernels->name, threads[t], &err),
                      TC_OK, "%s", err.message);
      }
}

static void
contexts_free (void)
{
  for (size_t i = 0; contexts[i] != NULL; i++)
    tc_compute_free (contexts[i]);
}

TestSuite (matmul, .init = contexts_alloc, .fini = contexts_free);

/* Runs one problem on every context.  */
static void
check (const struct problem *p, uint64_t *state)
{
  struct operands o = operands_alloc (p, state);
  tc_real *start = malloc ((o.c_length + 1) * sizeof *start);
  memcpy (start, o.c, o.c_length * sizeof *start);
  define (p, &o);
  for (size_t i = 0; contexts[i] != NULL; i++)
    {
      memcpy (o.c, start, o.c_length * sizeof *start);
      tc_matmul_batched (contexts[i], p->batch, p->op_a, o.a, o.a_step,
                         p->op_b, o.b, o.b_step, p->start,
                         p->start == TC_FROM_BIAS ? o.bias : NULL, p->n,
                         o.c, o.c_stride, o.c_step);
      cr_assert (memcmp (o.c, o.expected, o.c_length * sizeof *o.c) == 0,
                 "%s, %d threads: m %zu n %zu k %zu batch %zu layout %d%d start %d "
                 "differs from the chain", tc_compute_isa (contexts[i]),
                 tc_compute_threads (contexts[i]), p->m, p->n, p->k, p->batch,
                 p->op_a, p->op_b, p->start);
    }
  free (start);
  operands_free (&o);
}

/* Every layout and start of one shape.  */
static void
check_shape (size_t m, size_t n, size_t k, size_t batch, uint64_t *state)
{
  for (int layout = 0; layout < 4; layout++)
    for (int start = TC_FROM_ZERO; start <= TC_FROM_BIAS; start++)
      {
        struct problem p =
          {
            .m = m, .n = n, .k = k, .batch = batch,
            .op_a = layout & 1 ? TC_TRANSPOSED : TC_NORMAL,
            .op_b = layout & 2 ? TC_TRANSPOSED : TC_NORMAL,
            .start = start,
            .a_gap = draw (state) % 4, .b_gap = draw (state) % 4, .c_gap = draw (state) % 4,
            .share_b = draw (state) % 4 == 0
          };
        check (&p, state);
      }
}

Test (matmul, tiny_shapes)
{
  uint64_t state = 1;
  for (size_t m = 1; m <= 4; m++)
    for (size_t n = 1; n <= 4; n++)
      for (size_t k = 0; k <= 3; k++)
        check_shape (m, n, k, 1 + (m + n + k) % 3, &state);
}

/* Every height and width of tile, with every partial vector.  */
Test (matmul, tile_edges)
{
  uint64_t state = 2;
  for (size_t m = 1; m <= 30; m++)
    check_shape (m, 1 + draw (&state) % 50, 1 + draw (&state) % 9, 1, &state);
  for (size_t n = 1; n <= 67; n++)
    check_shape (1 + draw (&state) % 30, n, 1 + draw (&state) % 20, 1, &state);
}

Test (matmul, random_shapes)
{
  uint64_t state = 3;
  for (int i = 0; i < 30; i++)
    check_shape (1 + draw (&state) % 60, 1 + draw (&state) % 60, draw (&state) % 80,
                 1 + draw (&state) % 4, &state);
}

/* Around the blocks of k (64 to 512), with operands that are packed and spread
   over threads.  */
Test (matmul, block_edges)
{
  static const size_t shape[][3] =
    {
      { 20, 33, 255 }, { 9, 33, 257 }, { 33, 70, 513 }, { 49, 64, 65 },
      { 97, 65, 129 }, { 7, 513, 31 }, { 31, 530, 17 }, { 5, 497, 385 }
    };
  uint64_t state = 4;
  for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
    check_shape (shape[i][0], shape[i][1], shape[i][2], 1, &state);
}

/* Shapes that are large in one direction, each in the layout that treats it
   apart: packed columns of A, the product turned round in several parts, long
   rows of B.  */
Test (matmul, large_edges)
{
  static const struct problem problems[] =
    {
      { .m = 523, .n = 261, .k = 131, .op_a = TC_TRANSPOSED },
      { .m = 1031, .n = 257, .k = 17, .op_a = TC_TRANSPOSED },
      { .m = 1701, .n = 10, .k = 70, .op_a = TC_TRANSPOSED },
      { .m = 150, .n = 113, .k = 40, .op_a = TC_TRANSPOSED },
      { .m = 50, .n = 1029, .k = 40 },
      { .m = 61, .n = 515, .k = 270, .op_b = TC_TRANSPOSED }
    };
  uint64_t state = 7;
  for (size_t i = 0; i < sizeof problems / sizeof *problems; i++)
    for (int start = TC_FROM_OUTPUT; start <= TC_FROM_BIAS; start++)
      {
        struct problem p = problems[i];
        p.start = start;
        p.batch = 1;
        check (&p, &state);
      }
}

Test (matmul, nothing_to_do)
{
  uint64_t state = 5;
  check_shape (0, 5, 3, 1, &state);
  check_shape (5, 0, 3, 1, &state);
  check_shape (5, 3, 0, 2, &state);
}

/* Infinities, NaN and denormals pass through as the chain defines.  */
Test (matmul, special_values)
{
  tc_real a[3] = { INFINITY, 1e-40f, 1 }, b[3] = { 0, 0.5f, 1 };
  for (size_t i = 0; contexts[i] != NULL; i++)
    {
      tc_real c;
      tc_matmul (contexts[i], TC_NORMAL, (struct tc_mat) { a, 1, 3, 3 },
                 TC_NORMAL, (struct tc_mat) { b, 3, 1, 1 }, TC_FROM_ZERO, NULL, &c, 1);
      cr_assert (isnan (c));
      tc_matmul (contexts[i], TC_NORMAL, (struct tc_mat) { a + 1, 1, 1, 1 },
                 TC_NORMAL, (struct tc_mat) { b + 1, 1, 1, 1 }, TC_FROM_ZERO, NULL, &c, 1);
      cr_assert_eq (c, 0.5f * 1e-40f);
      tc_matmul (contexts[i], TC_NORMAL, (struct tc_mat) { a, 1, 1, 1 },
                 TC_NORMAL, (struct tc_mat) { b + 1, 1, 1, 1 }, TC_FROM_ZERO, NULL, &c, 1);
      cr_assert (isinf (c) && c > 0);
    }
}

/* --- The fma that stands in where the CPU has none --- */

static bool
same_float (float x, float y)
{
  return memcmp (&x, &y, sizeof x) == 0 || (isnan (x) && isnan (y));
}

/* One element and the vectors that the portable kernels are made of.  */
static void
check_fma (const float *a, const float *b, const float *c)
{
  float got[TC_VF_LANES];
  tc_vf_store (got, tc_vf_fma (tc_vf_load (a), tc_vf_load (b), tc_vf_load (c)));
  for (int i = 0; i < TC_VF_LANES; i++)
    {
      float expected = fmaf (a[i], b[i], c[i]);
      cr_assert (same_float (tc_isa_soft_fmaf (a[i], b[i], c[i]), expected)
                 && same_float (got[i], expected),
                 "fma (%a, %a, %a) gave %a, not %a", a[i], b[i], c[i], got[i], expected);
    }
}

static float
random_bits (uint64_t *state)
{
  uint32_t bits = draw (state);
  float x;
  memcpy (&x, &bits, sizeof x);
  return x;
}

Test (matmul, software_fma)
{
  uint64_t state = 6;
  for (int n = 0; n < 400000; n++)
    {
      float a[TC_VF_LANES], b[TC_VF_LANES], c[TC_VF_LANES];
      for (int i = 0; i < TC_VF_LANES; i++)
        {
          a[i] = random_bits (&state);
          b[i] = random_bits (&state);
          c[i] = random_bits (&state);
          if (n % 4 == 1)   /* exponents close enough to interact */
            c[i] = a[i] * b[i] * (float) (1 + (int32_t) draw (&state) % 64);
          if (n % 4 == 2)   /* a hair beside the middle between two floats */
            {
              float hair = (float) (draw (&state) % 8) * 0x1p-23f;
              a[i] = draw (&state) % 2 ? 1 + hair : -1 - hair;
              b[i] = 0x1p-24f * (1 - hair);
              c[i] = 1 + (float) (draw (&state) >> 9) * 0x1p-23f;
            }
          if (n % 4 == 3)   /* denormal results */
            {
              a[i] = ldexpf (a[i], -100 - (int) logbf (a[i]));
              b[i] = ldexpf (b[i], -30 - (int) (draw (&state) % 30) - (int) logbf (b[i]));
              c[i] = ldexpf (c[i], -126 - (int) (draw (&state) % 24) - (int) logbf (c[i]));
            }
        }
      check_fma (a, b, c);
      double y[3] = { a[0] + 1e-9 * (double) b[0], b[0] - 1e-10, (double) c[0] * 1.0000001 };
      if (isfinite (y[0] * y[1] + y[2]) && fabs (y[0] * y[1]) > 1e-60)
        cr_assert_eq (tc_isa_soft_fma64 (y[0], y[1], y[2]), fma (y[0], y[1], y[2]));
    }
}
