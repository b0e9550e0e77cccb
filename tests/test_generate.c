/* Continuing prompts: greedy against the model's own logits, sampling against
   its softmax.  */

#include "circuits/generate.h"
#include "numerics/elementary.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N_CTX = 7, VOCABULARY = 6 };

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

struct bench
{
  struct tc_compute *compute;
  struct tc_model model;
};

/* Two layers with random parameters.  */
static void
bench_open (struct bench *bench, int d_vocab_out)
{
  struct tc_config config = tc_config_default ();
  struct tc_torch_rng rng;
  config.n_layers = 2;
  config.n_heads = 2;
  config.d_model = 12;
  config.d_head = 4;
  config.n_ctx = N_CTX;
  config.d_vocab = VOCABULARY;
  config.d_vocab_out = d_vocab_out;
  OK (tc_compute_alloc (&bench->compute, NULL, 1, &error));
  OK (tc_model_alloc (&bench->model, &config, &error));
  tc_torch_seed (&rng, 5);
  OK (tc_params_init (&bench->model.params, &config, &rng, &error));
  tc_torch_normal (&rng, bench->model.params.count, 0, 0.7, bench->model.params.data);
}

static void
bench_close (struct bench *bench)
{
  tc_model_free (&bench->model);
  tc_compute_free (bench->compute);
}

/* Logits after the last of n tokens, copied.  */
static void
logits_after (struct bench *bench, const int32_t *tokens, size_t n, tc_real *logits)
{
  struct tc_run *run;
  const struct tc_batch batch = { .n_seq = 1, .n_pos = n, .tokens = tokens };
  size_t width = (size_t) bench->model.config.d_vocab_out;
  OK (tc_run_alloc (&run, &bench->model.config, TC_ROWS_ALL, 1, n, 1, &error));
  OK (tc_forward (bench->compute, &bench->model, &batch, run, &error));
  memcpy (logits, tc_run_all_logits (run) + (n - 1) * width, width * sizeof *logits);
  tc_run_free (run);
}

static const struct tc_sampling greedy = { 0, NULL };

Test (generate, greedy_takes_the_greatest_logit_each_time)
{
  struct bench bench;
  int32_t tokens[3][8] = { { 0, 3, 1 }, { 5, 5, 2 }, { 4, 0, 0 } };
  double surprisal[3][5];
  bench_open (&bench, VOCABULARY);
  /* Eight tokens: the last need not fit the context of seven.  */
  OK (tc_generate (bench.compute, &bench.model, 3, 3, 5, &greedy, *tokens, *surprisal, &error));
  for (size_t s = 0; s < 3; s++)
    for (size_t n = 3; n < 8; n++)
      {
        tc_real logits[VOCABULARY];
        logits_after (&bench, tokens[s], n, logits);
        int32_t best = 0;
        double sum = 0;
        for (int c = 1; c < VOCABULARY; c++)
          best = logits[c] > logits[best] ? c : best;
        for (int c = 0; c < VOCABULARY; c++)
          sum += exp ((double) logits[c] - logits[best]);
        cr_assert_eq (tokens[s][n], best);
        cr_assert_float_eq (surprisal[s][n - 3], log (sum), 1e-12);
      }
  cr_assert_eq (tokens[1][1], 5, "prompts stay as they were");
  bench_close (&bench);
}

/* Shares of 30,000 first tokens against softmax (logits / temperature): their
   standard error is at most 0.003.  */
Test (generate, samples_from_the_softmax_at_a_temperature)
{
  enum { N = 30000 };
  struct bench bench;
  struct tc_mt19937 stream;
  const struct tc_sampling sampling = { 1.5, &stream };
  int32_t (*tokens)[3] = calloc (N, sizeof *tokens);
  tc_real logits[VOCABULARY];
  double share[VOCABULARY] = { 0 }, sum = 0;
  bench_open (&bench, VOCABULARY);
  tc_mt_seed (&stream, 1);
  for (size_t s = 0; s < N; s++)
    {
      tokens[s][0] = 3;
      tokens[s][1] = 1;
    }
  OK (tc_generate (bench.compute, &bench.model, N, 2, 1, &sampling, *tokens, NULL, &error));
  logits_after (&bench, *tokens, 2, logits);
  for (size_t s = 0; s < N; s++)
    share[tokens[s][2]] += 1.0 / N;
  for (int c = 0; c < VOCABULARY; c++)
    sum += exp (logits[c] / 1.5);
  for (int c = 0; c < VOCABULARY; c++)
    cr_assert_float_eq (share[c], exp (logits[c] / 1.5) / sum, 0.012, "class %d: %g", c,
                        share[c]);
  free (tokens);
  bench_close (&bench);
}

/* A prompt's draws are its own: the second half of a long request equals a
   request for it alone that starts where its draws begin.  */
Test (generate, draws_sequence_by_sequence)
{
  enum { N = 1100, HALF = 550, NEW = 3 };
  struct bench bench;
  struct tc_mt19937 stream;
  const struct tc_sampling sampling = { 1, &stream };
  static int32_t all[N][2 + NEW], half[HALF][2 + NEW];
  bench_open (&bench, VOCABULARY);
  for (int s = 0; s < N; s++)
    {
      all[s][0] = s % VOCABULARY;
      all[s][1] = s / 7 % VOCABULARY;
    }
  memcpy (half, all + HALF, sizeof half);
  tc_mt_seed (&stream, 2);
  OK (tc_generate (bench.compute, &bench.model, N, 2, NEW, &sampling, *all, NULL, &error));
  tc_mt_seed (&stream, 2);
  for (int i = 0; i < HALF * NEW; i++)
    tc_mt_double (&stream);
  OK (tc_generate (bench.compute, &bench.model, HALF, 2, NEW, &sampling, *half, NULL, &error));
  cr_assert_arr_eq (half, all[HALF], sizeof half);
  bench_close (&bench);
}

Test (generate, shares_lie_in_index_order)
{
  const tc_real logits[] = { 0, (tc_real) 0.6931472, -100000 };   /* 1/3, 2/3, 0 */
  cr_assert_eq (tc_sampled_logit (3, logits, 1, 0), 0);
  cr_assert_eq (tc_sampled_logit (3, logits, 1, 0.3333), 0);
  cr_assert_eq (tc_sampled_logit (3, logits, 1, 0.3334), 1);
  cr_assert_eq (tc_sampled_logit (3, logits, 1, 1 - 0x1p-53), 1);
  /* 1, 1 and e^-0.1 of 2.905.  */
  cr_assert_eq (tc_sampled_logit (3, logits, 1e6, 0.36), 1);
  cr_assert_eq (tc_sampled_logit (3, logits, 1e6, 0.70), 2);
  cr_assert_float_eq (tc_surprisal (3, logits, 0), log (3), 1e-7);
  const tc_real equal[] = { 1, 2, 2 };
  cr_assert_eq (tc_greatest_logit (3, equal), 1);
}

static void
refused (struct bench *bench, int32_t first, size_t n_prompt, size_t n_new,
         const struct tc_sampling *sampling, const char *message)
{
  int32_t tokens[16] = { first };
  cr_assert_eq (tc_generate (bench->compute, &bench->model, 1, n_prompt, n_new, sampling,
                             tokens, NULL, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, message);
}

Test (generate, refuses_what_cannot_be_read)
{
  struct bench bench;
  struct tc_sampling sampling = { 1, NULL };
  bench_open (&bench, VOCABULARY);
  refused (&bench, 1, 3, 6, &greedy,
           "a prompt of 3 and 6 new tokens: the model reads at most 7 positions");
  refused (&bench, 1, 0, 2, &greedy, "an empty prompt: a model needs at least one token");
  refused (&bench, 1, 1, 2, &sampling, "sampling needs a random stream");
  sampling.temperature = -1;
  refused (&bench, 1, 1, 2, &sampling, "temperature -1: expected 0 (greedy) or more");
  refused (&bench, 9, 1, 2, &greedy,
           "token 9 of sequence 0 at position 0: expected 0 to 5");
  bench_close (&bench);
}

/* A class that is no token may be said last, but not be read again.  */
Test (generate, says_a_class_that_is_no_token_only_last)
{
  struct bench bench;
  int32_t tokens[3] = { 1 };
  bench_open (&bench, VOCABULARY + 1);
  tc_real *w_u = tc_params_data (&bench.model.params, "unembed.W_U");
  tc_real logits[VOCABULARY + 1];
  logits_after (&bench, tokens, 1, logits);
  /* The last class's column becomes twice the winner's: it wins where that is
     positive.  */
  int32_t best = tc_greatest_logit (VOCABULARY, logits);
  cr_assert_gt (logits[best], 0);
  for (int m = 0; m < bench.model.config.d_model; m++)
    w_u[m * (VOCABULARY + 1) + VOCABULARY] = 2 * w_u[m * (VOCABULARY + 1) + best];
  OK (tc_generate (bench.compute, &bench.model, 1, 1, 1, &greedy, tokens, NULL, &error));
  cr_assert_eq (tokens[1], VOCABULARY);
  cr_assert_eq (tc_generate (bench.compute, &bench.model, 1, 1, 2, &greedy, tokens, NULL,
                             &error), TC_EINVAL);
  cr_assert_str_eq (error.message,
                    "the model chose class 6, which is no token: it reads 0 to 5");
  bench_close (&bench);
}
