/* Attention by position: mean scores against a sum over all pairs of tokens; the fit of
   a relation on matrices made by hand.  */

#include "circuits/position_scores.h"
#include "numerics/random.h"
#include "transformer/params.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct tc_error error;
#define OK(call) cr_assert_eq ((call), TC_OK, "%s", error.message)

enum { VOCABULARY = 5, CONTEXT = 4 };

static void
make_model (struct tc_model *model)
{
  struct tc_config config = tc_config_default ();
  struct tc_torch_rng rng;
  config.d_model = 8;
  config.d_head = 3;
  config.d_vocab = config.d_vocab_out = VOCABULARY;
  config.n_ctx = CONTEXT;
  config.normalization = TC_NORM_LN;
  config.attn_bias = true;
  OK (tc_model_alloc (model, &config, &error));
  tc_torch_seed (&rng, 1);
  tc_torch_uniform (&rng, model->params.count, -0.5, 0.5, model->params.data);
}

Test (position_scores, are_means_over_the_tokens_that_can_stand_there)
{
  struct tc_model model;
  struct tc_first_layer table;
  struct tc_dense scores;
  bool stands[CONTEXT][VOCABULARY] = { { true }, { false, true, true, true },
                                       { false, true, false, true, true } };
  make_model (&model);
  OK (tc_first_layer_alloc (&table, &model, 0, &error));
  OK (tc_position_scores (&table, stands[0], &scores, &error));
  for (size_t p = 0; p < CONTEXT; p++)
    for (size_t r = 0; r < CONTEXT; r++)
      {
        double sum = 0, n = 0;
        for (size_t t = 0; t < VOCABULARY; t++)
          for (size_t u = 0; u < VOCABULARY; u++)
            if (stands[p][t] && stands[r][u])
              {
                sum += tc_first_layer_score (&table, t, p, u, r);
                n++;
              }
        cr_assert_float_eq (tc_dense_get (&scores, p, r), n > 0 ? sum / n : 0, 1e-12);
      }
  tc_dense_free (&scores);
  tc_first_layer_free (&table);
  tc_model_free (&model);
}

Test (relation_fit, explains_a_relation_in_full)
{
  /* Twice the relation plus what a row shares; the masked cells do not matter.  */
  double data[] = { 3, 1, 1, 99, -5, -3, -3, -5, 0, 99, 99, 99 };
  const int8_t relation[] = { 1, 0, 0, -1, 0, 1, 1, 0, 1, -1, -1, -1 };
  const struct tc_dense scores = { 3, 4, data };
  struct tc_relation_fit fit = tc_relation_fit (&scores, relation);
  cr_assert_eq (fit.n_rows, 2);
  cr_assert_float_eq (fit.slope, 2, 1e-15);
  cr_assert_float_eq (fit.explained, 1, 1e-15);
  cr_assert_float_eq (fit.ordered, 1, 1e-15);
  cr_assert_float_eq (fit.first, 1, 1e-15);
  cr_assert_float_eq (fit.least_gap, 2, 1e-15);
}

Test (relation_fit, counts_what_is_out_of_order)
{
  double data[] = { 1, 2, 0, 1, 3, 3, 0, 0 };
  const int8_t relation[] = { 1, 0, 0, 1, 1, 0, 0, 0 };
  const struct tc_dense scores = { 2, 4, data };
  struct tc_relation_fit fit = tc_relation_fit (&scores, relation);
  /* Row 0: 1 > 0 twice, 1 < 2 twice; row 1: one tie, two right.  */
  cr_assert_float_eq (fit.ordered, (2 + 2.5) / 7, 1e-15);
  cr_assert_float_eq (fit.first, 0, 1e-15);
  cr_assert_float_eq (fit.least_gap, -1, 1e-15);
  /* Least squares by hand: sums of x y 0 + 1.5, of x^2 1 + 0.75, of y^2 2 + 9.  */
  cr_assert_float_eq (fit.slope, 1.5 / 1.75, 1e-15);
  cr_assert_float_eq (fit.explained, 1.5 * 1.5 / 1.75 / 11, 1e-15);
}

Test (relation_fit, of_nothing_is_not_a_number)
{
  double data[] = { 1, 2 };
  const int8_t relation[] = { 1, 1 };
  const struct tc_dense scores = { 1, 2, data };
  struct tc_relation_fit fit = tc_relation_fit (&scores, relation);
  cr_assert_eq (fit.n_rows, 0);
  cr_assert (isnan (fit.slope) && isnan (fit.explained) && isnan (fit.ordered));
}
