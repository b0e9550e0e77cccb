/* Head scores, composition and eigenvalues on cases that are known.  */

#include "circuits/composition.h"
#include "circuits/copying.h"
#include "circuits/head_scores.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

/* ---- Attention ---- */

enum { B = 2, H = 3, P = 6 };

/* Head 0 is uniform, head 1 looks one back, head 2 at itself.  */
static void
fill (tc_real *data)
{
  for (size_t b = 0; b < B; b++)
    for (size_t q = 0; q < P; q++)
      for (size_t k = 0; k < P; k++)
        {
          tc_real *at = data + ((b * H * P + q) * P + k);
          at[0 * P * P] = k <= q ? (tc_real) (1.0 / (double) (q + 1)) : 0;
          at[1 * P * P] = k + 1 == q || (q == 0 && k == 0);
          at[2 * P * P] = k == q;
        }
}

Test (scores, of_hand_made_heads)
{
  tc_real data[B * H * P * P];
  double scores[H];
  const struct tc_activation pattern = { "blocks.0.attn.hook_pattern", 4, { B, H, P, P },
                                         data };
  fill (data);
  tc_previous_token_scores (&pattern, 1, 5, scores);
  cr_assert_float_eq (scores[0], (1 / 2. + 1 / 3. + 1 / 4. + 1 / 5. + 1 / 6.) / 5, 1e-7);
  cr_assert_eq (scores[1], 1);
  cr_assert_eq (scores[2], 0);
  tc_previous_token_scores (&pattern, 4, 3, scores);
  cr_assert (isnan (scores[0]));

  /* 7 stands at 1, 2 and 5 of sequence 1.  */
  static const int32_t tokens[B * P] = { 1, 2, 3, 4, 5, 6, 1, 7, 7, 3, 4, 7 };
  static const int32_t sequence[] = { 1, 1 }, position[] = { 2, 5 };
  tc_prefix_matching_scores (&pattern, tokens, 2, sequence, position, scores);
  cr_assert_float_eq (scores[0], (1 / 3. + 2 / 6.) / 2, 1e-7);   /* keys 2; 2 and 3 */
  cr_assert_eq (scores[1], 0);
  cr_assert_eq (scores[2], 0.5);                /* its own position follows the other 7 */
  tc_duplicate_token_scores (&pattern, tokens, 2, sequence, position, scores);
  cr_assert_float_eq (scores[0], (1 / 3. + 2 / 6.) / 2, 1e-7);
  cr_assert_eq (scores[1], 0.5);
  cr_assert_eq (scores[2], 0);
  tc_prefix_matching_scores (&pattern, tokens, 0, sequence, position, scores);
  cr_assert (isnan (scores[0]));
}

/* ---- Composition ---- */

enum { D = 8, R = 2, V = 5 };

static void
model_open (struct tc_model *model)
{
  struct tc_config config = tc_config_default ();
  struct tc_torch_rng rng;
  config.n_layers = 2;
  config.n_heads = 2;
  config.d_model = D;
  config.d_head = R;
  config.n_ctx = 4;
  config.d_vocab = config.d_vocab_out = V;
  OK (tc_model_alloc (model, &config, &error));
  tc_torch_seed (&rng, 5);
  OK (tc_params_init (&model->params, &config, &rng, &error));
}

static tc_real
weight (const struct tc_model *model, const char *name, size_t head, size_t i, size_t j)
{
  const struct tc_tensor *t = tc_params_find (&model->params, name);
  return model->params.data[t->offset + (head * t->shape[1] + i) * t->shape[2] + j];
}

/* Entry (i, j) of W_V W_O or W_Q W_K^T, by the definition.  */
static double
ov (const struct tc_model *m, int layer, size_t head, size_t i, size_t j)
{
  double sum = 0;
  for (size_t r = 0; r < R; r++)
    sum += (double) weight (m, layer ? "blocks.1.attn.W_V" : "blocks.0.attn.W_V", head, i, r)
           * weight (m, layer ? "blocks.1.attn.W_O" : "blocks.0.attn.W_O", head, r, j);
  return sum;
}

static double
qk (const struct tc_model *m, size_t head, size_t i, size_t j)
{
  double sum = 0;
  for (size_t r = 0; r < R; r++)
    sum += (double) weight (m, "blocks.1.attn.W_Q", head, i, r)
           * weight (m, "blocks.1.attn.W_K", head, j, r);
  return sum;
}

Test (composition, is_as_defined)
{
  struct tc_model m;
  struct tc_composition c;
  double q = 0, k = 0, v = 0, ov1 = 0, ov2 = 0, qk2 = 0;
  model_open (&m);
  OK (tc_head_composition (&m, 0, 1, 1, 0, &c, &error));
  for (size_t i = 0; i < D; i++)
    for (size_t j = 0; j < D; j++)
      {
        double sq = 0, sk = 0, sv = 0;
        for (size_t l = 0; l < D; l++)
          {
            sq += ov (&m, 0, 1, i, l) * qk (&m, 0, l, j);
            sk += qk (&m, 0, i, l) * ov (&m, 0, 1, j, l);
            sv += ov (&m, 0, 1, i, l) * ov (&m, 1, 0, l, j);
          }
        q += sq * sq;
        k += sk * sk;
        v += sv * sv;
        ov1 += pow (ov (&m, 0, 1, i, j), 2);
        ov2 += pow (ov (&m, 1, 0, i, j), 2);
        qk2 += pow (qk (&m, 0, i, j), 2);
      }
  cr_assert_float_eq (c.q, sqrt (q / (ov1 * qk2)), 1e-12);
  cr_assert_float_eq (c.k, sqrt (k / (ov1 * qk2)), 1e-12);
  cr_assert_float_eq (c.v, sqrt (v / (ov1 * ov2)), 1e-12);
  cr_assert_eq (tc_head_composition (&m, 0, 2, 1, 0, &c, &error), TC_EINVAL);
  cr_assert_str_eq (error.message, "the model has 2 layers of 2 heads, but head 2 of layer 0 "
                    "was asked for");
  tc_model_free (&m);
}

/* 0.145 is the mean for heads of 12 in 48 dimensions; full ranks compose as 1 / sqrt
   (d), nearly.  */
Test (composition, by_chance)
{
  struct tc_torch_rng rng;
  double mean;
  tc_torch_seed (&rng, 1);
  OK (tc_composition_by_chance (48, 12, 60, &rng, &mean, &error));
  cr_assert_float_eq (mean, 0.145, 0.002);
  OK (tc_composition_by_chance (30, 30, 20, &rng, &mean, &error));
  cr_assert_float_eq (mean, 1 / sqrt (30), 0.01);
}

/* ---- Eigenvalues ---- */

Test (eigenvalues, of_a_product)
{
  /* b a = diag (3, rotation by 90 degrees twice as long): 3, 2i, -2i.  */
  double a_data[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0 };
  double b_data[] = { 3, 0, 0, 9, 0, 0, -2, 9, 0, 2, 0, 9 };
  const struct tc_dense a = { 4, 3, a_data }, b = { 3, 4, b_data };
  double real[3], imaginary[3];
  OK (tc_product_eigenvalues (&a, &b, real, imaginary, &error));
  cr_assert_float_eq (real[0], 3, 1e-12);
  cr_assert_float_eq (imaginary[0], 0, 1e-12);
  cr_assert_float_eq (real[1], 0, 1e-12);
  cr_assert_float_eq (imaginary[1], 2, 1e-12);
  cr_assert_float_eq (imaginary[2], -2, 1e-12);
  cr_assert_float_eq (tc_positivity (3, real, imaginary), 3. / 7, 1e-12);
  const struct tc_dense wide = { 3, 3, b_data };
  cr_assert_eq (tc_product_eigenvalues (&a, &wide, real, imaginary, &error), TC_EINVAL);
}

/* The same as of the whole circuit, most of whose eigenvalues are 0.  */
Test (eigenvalues, agree_with_those_of_the_whole_circuit)
{
  struct tc_model m;
  struct tc_dense a, b, whole;
  double real[R], imaginary[R], score;
  model_open (&m);
  OK (tc_token_ov (&m, 1, 1, &a, &b, &error));
  cr_assert (a.rows == V && a.cols == R && b.rows == R && b.cols == V);
  OK (tc_product_eigenvalues (&a, &b, real, imaginary, &error));
  OK (tc_dense_product (&whole, &a, &b, &error));
  OK (tc_copying_score (&whole, V, &score, &error));
  cr_assert_float_eq (tc_positivity (R, real, imaginary), score, 1e-6);
  tc_dense_free (&a);
  tc_dense_free (&b);
  tc_dense_free (&whole);
  tc_model_free (&m);
}

Test (circuits, k_composed_scores_are_those_of_the_model)
{
  struct tc_model m;
  struct tc_dense a, b;
  model_open (&m);
  const tc_real *w_e = tc_params_data (&m.params, "embed.W_E");
  OK (tc_token_qk_composed (&m, 0, 1, 1, 0, &a, &b, &error));
  for (size_t t = 0; t < V; t++)
    for (size_t u = 0; u < V; u++)
      {
        double composed = 0, expected = 0;
        for (size_t r = 0; r < R; r++)
          composed += tc_dense_get (&a, t, r) * tc_dense_get (&b, r, u);
        for (size_t i = 0; i < D; i++)
          for (size_t j = 0; j < D; j++)
            for (size_t l = 0; l < D; l++)
              expected += (double) w_e[t * D + i] * qk (&m, 0, i, l) * ov (&m, 0, 1, j, l)
                          * w_e[u * D + j];
        cr_assert_float_eq (composed, expected, 1e-9);
      }
  tc_dense_free (&a);
  tc_dense_free (&b);
  tc_model_free (&m);
}
