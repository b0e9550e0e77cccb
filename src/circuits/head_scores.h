#ifndef TC_CIRCUITS_HEAD_SCORES_H
#define TC_CIRCUITS_HEAD_SCORES_H

#include "transformer/hooks.h"

#include <stddef.h>
#include <stdint.h>

/* What heads attend to, as numbers: mean attention on some keys, over queries.
   pattern is hook_pattern of a TC_ROWS_ALL run [b,heads,query,key]; scores have one
   number for each head, in [0, 1], NaN without a query.  Definitions: Olsson et al.
   2022 (arXiv 2209.11895), "In-context Learning and Induction Heads"; sums run in
   index order in float64.  */

/* Attention on the position before, over queries first ... last of all sequences
   (first >= 1).  */
void tc_previous_token_scores (const struct tc_activation *pattern, size_t first,
                               size_t last, double *scores);

/* Prefix matching: all attention of a query on positions whose predecessor has the
   query's own token (k <= query, token[k - 1] = token[query], k - 1 < query), over n
   queries (sequence[i], position[i]).  tokens [b, n_pos].  */
void tc_prefix_matching_scores (const struct tc_activation *pattern, const int32_t *tokens,
                                size_t n, const int32_t *sequence, const int32_t *position,
                                double *scores);

/* Duplicate token: all attention on earlier positions with the query's own token.  */
void tc_duplicate_token_scores (const struct tc_activation *pattern, const int32_t *tokens,
                                size_t n, const int32_t *sequence, const int32_t *position,
                                double *scores);

#endif
