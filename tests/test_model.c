/* The decoder against PyTorch's logits, gradients and hooked activations, and
   against itself: whichever rows, instruction set, threads or hooks, the bits
   are the same.  */

#include "golden_model.h"

#include <stdbool.h>

static const double tolerance = 2e-5;

/* --- Allocation: every malloc of the program passes here --- */

extern void *__libc_malloc (size_t size);
extern void *__libc_calloc (size_t n, size_t size);
extern void *__libc_realloc (void *old, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);
static bool counting;
static int allocations;

#ifndef __SANITIZE_ADDRESS__
void *
malloc (size_t size)
{
  allocations += counting;
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  allocations += counting;
  return __libc_calloc (n, size);
}

void *
realloc (void *old, size_t size)
{
  allocations += counting;
  return __libc_realloc (old, size);
}

void *
aligned_alloc (size_t alignment, size_t size)
{
  allocations += counting;
  return __libc_memalign (alignment, size);
}
#endif

/* --- Helpers --- */

static struct tc_compute *
make_compute (const char *isa, int threads)
{
  struct tc_compute *compute;
  struct tc_error err;
  cr_assert_eq (tc_compute_alloc (&compute, isa, threads, &err), TC_OK, "%s", err.message);
  return compute;
}

static struct tc_run *
make_run (const struct golden *g, enum tc_rows rows)
{
  struct tc_run *run;
  struct tc_error err;
  cr_assert_eq (tc_run_alloc (&run, &g->config, rows, g->batch.n_seq, g->batch.n_pos,
                              g->batch.n_targets, &err), TC_OK, "%s", err.message);
  return run;
}

static void
forward (struct tc_compute *compute, const struct tc_model *model, const struct golden *g,
         struct tc_run *run)
{
  struct tc_error err;
  cr_assert_eq (tc_forward (compute, model, &g->batch, run, &err), TC_OK, "%s", err.message);
}

static const tc_real *
d_logits_of (const struct golden *g)
{
  return golden_tensor (g, "", "d_logits")->data;
}

/* --- Goldens --- */

static void
check_logits (const struct golden *g, const struct tc_run *run)
{
  const float *theirs = golden_tensor (g, "", "logits")->data;
  const size_t d = (size_t) g->config.d_vocab_out;
  for (size_t i = 0; i < g->batch.n_targets; i++)
    {
      size_t row = (size_t) g->batch.target_seq[i] * g->batch.n_pos
                   + (size_t) g->batch.target_pos[i];
      golden_compare ("logits", d, tc_run_logits (run, i), theirs + row * d, tolerance);
    }
  if (tc_run_all_logits (run) != NULL)
    golden_compare ("all logits", g->batch.n_seq * g->batch.n_pos * d,
                    tc_run_all_logits (run), theirs, tolerance);
}

static void
check_gradients (const struct golden *g, const struct tc_model *model, const tc_real *grads)
{
  for (size_t i = 0; i < model->params.n_tensors; i++)
    {
      const struct tc_tensor *t = &model->params.tensors[i];
      const struct tc_st_tensor *theirs = golden_tensor (g, "grads.", t->name);
      /* Softmax cancels the gradient of b_K: both have rounding noise only.  */
      if (strstr (t->name, "b_K") != NULL)
        for (size_t j = 0; j < t->count; j++)
          cr_expect_lt (fabsf (grads[t->offset + j]), 1e-6f);
      else
        golden_compare (t->name, t->count, grads + t->offset, theirs->data, tolerance);
    }
}

static void
check_golden (const char *name)
{
  struct golden g = golden_open (name);
  struct tc_model model = golden_model (&g);
  struct tc_compute *compute = make_compute (NULL, 1);
  tc_real *grads = malloc (model.params.count * sizeof *grads);
  for (int mode = 0; mode < 2; mode++)
    {
      struct tc_run *run = make_run (&g, (enum tc_rows) mode);
      memset (grads, 0xff, model.params.count * sizeof *grads);
      forward (compute, &model, &g, run);
      check_logits (&g, run);
      tc_backward (compute, &model, run, d_logits_of (&g), grads);
      check_gradients (&g, &model, grads);
      tc_run_free (run);
    }
  free (grads);
  tc_compute_free (compute);
  tc_model_free (&model);
  golden_close (&g);
}

Test (model, skip_trigram) { check_golden ("skip-trigram"); }
Test (model, relu) { check_golden ("relu"); }
Test (model, gelu_three_layers) { check_golden ("gelu"); }
Test (model, induction_doubled_residual) { check_golden ("induction"); }
Test (model, transformerlens_layer_norm) { check_golden ("ln"); }
Test (model, transformerlens_lnpre_solu) { check_golden ("lnpre"); }
Test (model, transformerlens_attention_only) { check_golden ("attn-only"); }

/* --- The same bits --- */

static const char *const all_goldens[] =
  { "skip-trigram", "relu", "gelu", "induction", "ln", "lnpre", "attn-only" };
enum { N_GOLDENS = sizeof all_goldens / sizeof *all_goldens };

Test (model, rows_modes_give_equal_logits)
{
  struct tc_compute *compute = make_compute (NULL, 1);
  for (int i = 0; i < N_GOLDENS; i++)
    {
      struct golden g = golden_open (all_goldens[i]);
      struct tc_model model = golden_model (&g);
      struct tc_run *needed = make_run (&g, TC_ROWS_NEEDED), *all = make_run (&g, TC_ROWS_ALL);
      const size_t bytes = (size_t) g.config.d_vocab_out * sizeof (tc_real);
      forward (compute, &model, &g, needed);
      forward (compute, &model, &g, all);
      cr_expect_null (tc_run_all_logits (needed));
      for (size_t t = 0; t < g.batch.n_targets; t++)
        cr_expect_arr_eq (tc_run_logits (needed, t), tc_run_logits (all, t), bytes,
                          "%s, target %zu", all_goldens[i], t);
      tc_run_free (needed);
      tc_run_free (all);
      tc_model_free (&model);
      golden_close (&g);
    }
  tc_compute_free (compute);
}

/* A batch large enough that everything is spread over threads.  */
struct large
{
  struct golden golden;         /* only config and batch */
  struct tc_model model;
  int32_t *tokens, *seq, *pos, *target;
  tc_real *d_logits, *grads;
};

static uint32_t
next (uint32_t *state, uint32_t n)
{
  *state = *state * 1664525 + 1013904223;
  return (*state >> 8) % n;
}

static struct large
make_large (struct tc_config config, size_t n_seq, size_t n_pos, size_t targets_each)
{
  struct large l = { .golden = { .config = config } };
  struct tc_error err;
  struct tc_torch_rng rng;
  uint32_t state = 1;
  const size_t n = n_seq * targets_each, d = (size_t) config.d_vocab_out;
  cr_assert_eq (tc_model_alloc (&l.model, &config, &err), TC_OK, "%s", err.message);
  tc_torch_seed (&rng, 5);
  cr_assert_eq (tc_params_init (&l.model.params, &config, &rng, &err), TC_OK);
  l.tokens = malloc (n_seq * n_pos * sizeof (int32_t));
  l.seq = malloc (n * sizeof (int32_t));
  l.pos = malloc (n * sizeof (int32_t));
  l.target = calloc (n, sizeof (int32_t));
  l.d_logits = malloc (n * d * sizeof (tc_real));
  l.grads = malloc (l.model.params.count * sizeof (tc_real));
  for (size_t i = 0; i < n_seq * n_pos; i++)
    l.tokens[i] = (int32_t) next (&state, (uint32_t) config.d_vocab);
  for (size_t i = 0; i < n; i++)
    {
      l.seq[i] = (int32_t) (i / targets_each);
      l.pos[i] = (int32_t) (n_pos - 2 * (targets_each - i % targets_each));
    }
  for (size_t i = 0; i < n * d; i++)
    l.d_logits[i] = (tc_real) next (&state, 1000) / 1000 - (tc_real) 0.5;
  l.golden.batch = (struct tc_batch) {
    .n_seq = n_seq, .n_pos = n_pos, .tokens = l.tokens, .n_targets = n,
    .target_seq = l.seq, .target_pos = l.pos, .target = l.target };
  return l;
}

static void
free_large (struct large *l)
{
  tc_model_free (&l->model);
  free (l->tokens);
  free (l->seq);
  free (l->pos);
  free (l->target);
  free (l->d_logits);
  free (l->grads);
}

static uint64_t
hash (uint64_t h, size_t n, const void *data)
{
  for (size_t i = 0; i < n; i++)
    h = (h ^ ((const unsigned char *) data)[i]) * UINT64_C (0x100000001b3);
  return h;
}

/* Logits and gradients.  */
static uint64_t
digest (struct large *l, const char *isa, int threads, enum tc_rows rows)
{
  struct tc_compute *compute = make_compute (isa, threads);
  struct tc_run *run = make_run (&l->golden, rows);
  const size_t row_bytes = (size_t) l->golden.config.d_vocab_out * sizeof (tc_real);
  uint64_t h = UINT64_C (0xcbf29ce484222325);
  forward (compute, &l->model, &l->golden, run);
  for (size_t i = 0; i < l->golden.batch.n_targets; i++)
    h = hash (h, row_bytes, tc_run_logits (run, i));
  tc_backward (compute, &l->model, run, l->d_logits, l->grads);
  h = hash (h, l->model.params.count * sizeof (tc_real), l->grads);
  tc_run_free (run);
  tc_compute_free (compute);
  return h;
}

static void
check_digests (struct tc_config config, size_t n_seq, size_t n_pos, size_t targets_each)
{
  static const char *const isas[] = { "portable", "avx2", "avx512", "neon" };
  struct large l = make_large (config, n_seq, n_pos, targets_each);
  for (int rows = 0; rows < 2; rows++)
    {
      const uint64_t expected = digest (&l, NULL, 1, (enum tc_rows) rows);
      for (int i = 0; i < 4; i++)
        {
          struct tc_compute *compute;
          if (tc_compute_alloc (&compute, isas[i], 1, NULL) != TC_OK)
            continue;           /* not on this CPU */
          tc_compute_free (compute);
          for (int threads = 1; threads <= 3; threads++)
            cr_expect_eq (digest (&l, isas[i], threads, (enum tc_rows) rows), expected,
                          "%s, %d threads, rows mode %d", isas[i], threads, rows);
        }
    }
  free_large (&l);
}

Test (model, bits_equal_on_all_kernels_and_threads_one_layer)
{
  struct tc_config c = tc_config_default ();
  c.d_head = 8;
  c.n_heads = 3;
  c.n_ctx = 42;
  c.d_vocab = 22;
  c.d_vocab_out = 10;
  check_digests (c, 60, 42, 1);
}

/* Skip trigrams: one query for all sequences, an eighth as many inputs.  */
Test (model, bits_equal_with_shared_queries)
{
  struct tc_config c = tc_config_default ();
  c.d_head = 8;
  c.n_heads = 2;
  c.n_ctx = 42;
  c.d_vocab = 22;
  c.d_vocab_out = 10;
  struct large l = make_large (c, 200, 42, 1);
  for (size_t i = 0; i < 200; i++)
    {
      l.pos[i] = 41;
      l.tokens[i * 42 + 41] = 1;
    }
  const uint64_t expected = digest (&l, NULL, 1, TC_ROWS_NEEDED);
  for (int threads = 1; threads <= 3; threads++)
    {
      cr_expect_eq (digest (&l, "portable", threads, TC_ROWS_NEEDED), expected);
      cr_expect_eq (digest (&l, NULL, threads, TC_ROWS_NEEDED), expected);
    }

  struct tc_compute *compute = make_compute (NULL, 1);
  struct tc_run *needed = make_run (&l.golden, TC_ROWS_NEEDED);
  struct tc_run *all = make_run (&l.golden, TC_ROWS_ALL);
  forward (compute, &l.model, &l.golden, needed);
  forward (compute, &l.model, &l.golden, all);
  for (size_t i = 0; i < 200; i++)
    cr_expect_arr_eq (tc_run_logits (needed, i), tc_run_logits (all, i),
                      10 * sizeof (tc_real));
  tc_run_free (needed);
  tc_run_free (all);
  tc_compute_free (compute);
  free_large (&l);
}

Test (model, bits_equal_on_all_kernels_and_threads_two_layers)
{
  struct tc_config c = tc_config_default ();
  c.n_layers = 2;
  c.n_heads = 2;
  c.d_model = 37;               /* no multiple of a vector */
  c.d_head = 17;
  c.d_mlp = 70;
  c.n_ctx = 35;
  c.d_vocab = 30;
  c.d_vocab_out = 19;
  c.act_fn = TC_GELU;
  c.normalization = TC_NORM_LN;
  c.attn_bias = c.mlp_bias = c.unembed_bias = true;
  check_digests (c, 12, 35, 9);
}

/* --- No memory once it runs --- */

static int
allocations_in_two_steps (int threads)
{
  struct tc_config c = tc_config_default ();
  c.n_layers = 2;
  c.d_mlp = 64;
  c.n_ctx = 20;
  c.d_vocab = 30;
  c.d_vocab_out = 10;
  c.normalization = TC_NORM_LN;
  struct large l = make_large (c, 64, 20, 3);
  struct tc_compute *compute = make_compute (NULL, threads);
  struct tc_run *run = make_run (&l.golden, TC_ROWS_NEEDED);
  allocations = 0;
  for (int step = 0; step < 3; step++)
    {
      counting = step > 0;
      forward (compute, &l.model, &l.golden, run);
      tc_backward (compute, &l.model, run, l.d_logits, l.grads);
      counting = false;
    }
  tc_run_free (run);
  tc_compute_free (compute);
  free_large (&l);
  return allocations;
}

Test (model, steps_allocate_nothing)
{
  cr_expect_eq (allocations_in_two_steps (1), 0);
  cr_expect_eq (allocations_in_two_steps (2), 0);
}

/* --- Bad input --- */

static void
expect_refusal (const struct golden *g, struct tc_batch batch, const char *words)
{
  struct tc_error err;
  struct tc_model model = golden_model (g);
  struct tc_compute *compute = make_compute (NULL, 1);
  struct tc_run *run = make_run (g, TC_ROWS_NEEDED);
  cr_expect_eq (tc_forward (compute, &model, &batch, run, &err), TC_EINVAL);
  cr_expect_not_null (strstr (err.message, words), "\"%s\" lacks \"%s\"", err.message, words);
  tc_run_free (run);
  tc_compute_free (compute);
  tc_model_free (&model);
}

Test (model, refuses_bad_batches)
{
  struct golden g = golden_open ("relu");
  int32_t tokens[35], seq[15], pos[15], target[15];
  struct tc_batch good = g.batch, b;
  memcpy (tokens, good.tokens, sizeof tokens);
  memcpy (seq, good.target_seq, sizeof seq);
  memcpy (pos, good.target_pos, sizeof pos);
  memcpy (target, good.target, sizeof target);
  good.tokens = tokens;
  good.target_seq = seq;
  good.target_pos = pos;
  good.target = target;

  tokens[9] = 9;
  expect_refusal (&g, good, "token 9 of sequence 1 at position 2: expected 0 to 8");
  tokens[9] = -1;
  expect_refusal (&g, good, "token -1");
  tokens[9] = 0;
  target[3] = 9;
  expect_refusal (&g, good, "target 3 is class 9: expected 0 to 8");
  target[3] = 0;
  pos[1] = 7;
  expect_refusal (&g, good, "target 1 is at position 7");
  pos[1] = 3;
  expect_refusal (&g, good, "targets ascend");
  pos[1] = 4;
  seq[0] = -1;
  expect_refusal (&g, good, "sequence -1");
  seq[0] = 0;
  b = good;
  b.n_seq++;
  expect_refusal (&g, b, "does not fit");
  golden_close (&g);
}

Test (model, refuses_more_positions_than_n_ctx)
{
  struct tc_run *run;
  struct tc_error err;
  struct tc_config c = tc_config_default ();
  c.n_ctx = 4;
  cr_expect_eq (tc_run_alloc (&run, &c, TC_ROWS_ALL, 1, 5, 0, &err), TC_EINVAL);
  cr_expect_not_null (strstr (err.message, "n_ctx 4"));
  cr_expect_null (run);
}

Test (model, refuses_another_models_run)
{
  struct golden a = golden_open ("relu"), b = golden_open ("gelu");
  struct tc_model model = golden_model (&a);
  struct tc_compute *compute = make_compute (NULL, 1);
  struct tc_run *run = make_run (&b, TC_ROWS_ALL);
  struct tc_error err;
  cr_expect_eq (tc_forward (compute, &model, &a.batch, run, &err), TC_EINVAL);
  cr_expect_not_null (strstr (err.message, "another shape"));
  tc_run_free (run);
  tc_compute_free (compute);
  tc_model_free (&model);
  golden_close (&a);
  golden_close (&b);
}

/* Sequences without targets cost nothing and change nothing.  */
Test (model, batches_without_targets)
{
  struct golden g = golden_open ("relu");
  struct tc_model model = golden_model (&g);
  struct tc_compute *compute = make_compute (NULL, 1);
  struct tc_run *run = make_run (&g, TC_ROWS_NEEDED);
  tc_real *grads = malloc (model.params.count * sizeof *grads);
  memset (grads, 0xff, model.params.count * sizeof *grads);
  g.batch.n_targets = 0;
  forward (compute, &model, &g, run);
  tc_backward (compute, &model, run, d_logits_of (&g), grads);
  for (size_t i = 0; i < model.params.count; i++)
    cr_expect_eq (grads[i], 0);
  free (grads);
  tc_run_free (run);
  tc_compute_free (compute);
  tc_model_free (&model);
  golden_close (&g);
}
