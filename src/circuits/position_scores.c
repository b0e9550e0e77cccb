#include "circuits/position_scores.h"

#include <math.h>

/* ---- Scores ---- */

/* means [n_ctx, width]: rows of a table averaged over the tokens that can stand at each
   position.  */
static enum tc_status
average (const struct tc_first_layer *table, const struct tc_dense *rows, const bool *stands,
         struct tc_dense *means, struct tc_error *err)
{
  enum tc_status status = tc_dense_alloc (means, table->n_ctx, rows->cols, err);
  if (status != TC_OK)
    return status;
  for (size_t p = 0; p < table->n_ctx; p++)
    {
      double *mean = tc_dense_row (means, p);
      size_t count = 0;
      for (size_t t = 0; t < table->d_vocab; t++)
        if (stands[p * table->d_vocab + t])
          {
            const double *row = tc_dense_row (rows, tc_first_layer_row (table, t, p));
            count++;
            for (size_t e = 0; e < rows->cols; e++)
              mean[e] += row[e];
          }
      for (size_t e = 0; count > 0 && e < rows->cols; e++)
        mean[e] /= (double) count;
    }
  return TC_OK;
}

enum tc_status
tc_position_scores (const struct tc_first_layer *table, const bool *stands,
                    struct tc_dense *scores, struct tc_error *err)
{
  struct tc_dense query = { 0 }, key = { 0 };
  *scores = (struct tc_dense) { 0 };
  enum tc_status status = average (table, &table->query, stands, &query, err);
  if (status == TC_OK)
    status = average (table, &table->key, stands, &key, err);
  if (status == TC_OK)
    status = tc_dense_product_nt (scores, &query, &key, err);
  tc_dense_free (&query);
  tc_dense_free (&key);
  return status;
}

/* ---- The relation ---- */

/* What a row's related and unrelated scores are like: number, sum, extremes.  */
struct side
{
  size_t n;
  double sum, least, greatest;
};

static void
look_at_row (size_t n, const double *score, const int8_t *relation, struct side side[2])
{
  side[0] = side[1] = (struct side) { 0, 0, INFINITY, -INFINITY };
  for (size_t c = 0; c < n; c++)
    if (relation[c] >= 0)
      {
        struct side *s = &side[relation[c] != 0];
        s->n++;
        s->sum += score[c];
        s->least = fmin (s->least, score[c]);
        s->greatest = fmax (s->greatest, score[c]);
      }
}

/* Pairs of the row in the right order, a tie one half.  */
static double
count_ordered (size_t n, const double *score, const int8_t *relation)
{
  double ordered = 0;
  for (size_t c = 0; c < n; c++)
    for (size_t d = 0; relation[c] > 0 && d < n; d++)
      if (relation[d] == 0)
        ordered += score[c] > score[d] ? 1 : score[c] == score[d] ? 0.5 : 0;
  return ordered;
}

/* Sum of squares of the row's scores about their mean.  */
static double
spread (size_t n, const double *score, const int8_t *relation, double mean)
{
  double sum = 0;
  for (size_t c = 0; c < n; c++)
    if (relation[c] >= 0)
      sum += (score[c] - mean) * (score[c] - mean);
  return sum;
}

struct tc_relation_fit
tc_relation_fit (const struct tc_dense *scores, const int8_t *relation)
{
  struct tc_relation_fit fit = { .least_gap = INFINITY };
  double xy = 0, xx = 0, yy = 0, ordered = 0, pairs = 0, first = 0;
  const size_t n = scores->cols;
  for (size_t row = 0; row < scores->rows; row++)
    {
      const double *score = tc_dense_row (scores, row);
      const int8_t *related = relation + row * n;
      struct side side[2];
      look_at_row (n, score, related, side);
      if (side[0].n == 0 || side[1].n == 0)
        continue;
      double n0 = (double) side[0].n, n1 = (double) side[1].n;
      double weight = n0 * n1 / (n0 + n1);
      fit.n_rows++;
      xx += weight;
      xy += weight * (side[1].sum / n1 - side[0].sum / n0);
      yy += spread (n, score, related, (side[0].sum + side[1].sum) / (n0 + n1));
      ordered += count_ordered (n, score, related);
      pairs += n0 * n1;
      first += side[1].greatest > side[0].greatest;
      fit.least_gap = fmin (fit.least_gap, side[1].least - side[0].greatest);
    }
  fit.slope = xx > 0 ? xy / xx : NAN;
  fit.explained = yy > 0 ? xy * xy / xx / yy : NAN;
  fit.ordered = pairs > 0 ? ordered / pairs : NAN;
  fit.first = fit.n_rows > 0 ? first / (double) fit.n_rows : NAN;
  return fit;
}
