#include "circuits/head_scores.h"

#include <math.h>

/* The row of attention of one query.  */
static const tc_real *
attention_row (const struct tc_activation *pattern, size_t sequence, size_t head,
               size_t query)
{
  const size_t heads = pattern->shape[1], n_pos = pattern->shape[2];
  return pattern->data + ((sequence * heads + head) * n_pos + query) * pattern->shape[3];
}

void
tc_previous_token_scores (const struct tc_activation *pattern, size_t first, size_t last,
                          double *scores)
{
  const size_t n_seq = pattern->shape[0], heads = pattern->shape[1];
  const size_t n = last < first ? 0 : n_seq * (last - first + 1);
  for (size_t head = 0; head < heads; head++)
    {
      double sum = 0;
      for (size_t i = 0; i < n_seq; i++)
        for (size_t query = first; query <= last; query++)
          sum += (double) attention_row (pattern, i, head, query)[query - 1];
      scores[head] = n > 0 ? sum / (double) n : NAN;
    }
}

/* Attention of one query on the keys `shift` after an earlier copy of its token.  */
static double
on_copies (const tc_real *row, const int32_t *tokens, size_t query, size_t shift)
{
  double sum = 0;
  for (size_t earlier = 0; earlier < query; earlier++)
    if (tokens[earlier] == tokens[query])
      sum += (double) row[earlier + shift];
  return sum;
}

static void
mean_on_copies (const struct tc_activation *pattern, const int32_t *tokens, size_t n,
                const int32_t *sequence, const int32_t *position, size_t shift,
                double *scores)
{
  const size_t n_pos = pattern->shape[2];
  for (size_t head = 0; head < pattern->shape[1]; head++)
    {
      double sum = 0;
      for (size_t i = 0; i < n; i++)
        {
          size_t s = (size_t) sequence[i], query = (size_t) position[i];
          sum += on_copies (attention_row (pattern, s, head, query), tokens + s * n_pos,
                            query, shift);
        }
      scores[head] = n > 0 ? sum / (double) n : NAN;
    }
}

void
tc_prefix_matching_scores (const struct tc_activation *pattern, const int32_t *tokens,
                           size_t n, const int32_t *sequence, const int32_t *position,
                           double *scores)
{
  mean_on_copies (pattern, tokens, n, sequence, position, 1, scores);
}

void
tc_duplicate_token_scores (const struct tc_activation *pattern, const int32_t *tokens,
                           size_t n, const int32_t *sequence, const int32_t *position,
                           double *scores)
{
  mean_on_copies (pattern, tokens, n, sequence, position, 0, scores);
}
