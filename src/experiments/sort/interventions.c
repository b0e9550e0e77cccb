#include "experiments/sort/interventions.h"

#include <string.h>

/* The notebook's tokens for MID and START.  */
enum { FOR_MID = 27, FOR_START = 12 };

/* Values that a shorter list lacks.  */
enum { SHORTER_BY = 2 };

enum { MOST_VALUES = 1001 };

const char *const tc_sort_intervention_names[TC_SORT_INTERVENTIONS] = {
  "plain", "mid-injected", "mid-replaced", "mid-replaced-any", "mid-deleted", "shorter",
  "bos-injected", "bos-replaced"
};

const char *const tc_sort_measure_names[TC_SORT_MEASURES] = {
  "right", "right-late", "rest-right", "as-claimed", "ends", "no-special", "as-current",
  "included", "filled", "filled-least", "sorted-after", "largest-last"
};

static bool
is_injected (enum tc_sort_intervention kind)
{
  return kind == TC_SORT_MID_INJECTED || kind == TC_SORT_BOS_INJECTED;
}

static bool
is_mid_replaced (enum tc_sort_intervention kind)
{
  return kind == TC_SORT_MID_REPLACED || kind == TC_SORT_MID_REPLACED_ANY;
}

bool
tc_sort_has_measure (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                     enum tc_sort_measure measure)
{
  bool keeps_list = !is_injected (kind) && kind != TC_SORT_SHORTER;
  switch (measure)
    {
    case TC_SORT_RIGHT:
      return keeps_list;
    case TC_SORT_RIGHT_LATE:
      return kind == TC_SORT_MID_DELETED;
    case TC_SORT_NO_SPECIAL:
      return true;
    case TC_SORT_REST_RIGHT:
    case TC_SORT_AS_CLAIMED:
      return !keeps_list;
    case TC_SORT_ENDS:
      return !keeps_list && task->end_token;
    case TC_SORT_AS_CURRENT:
      return is_mid_replaced (kind);
    case TC_SORT_INCLUDED:
      return is_mid_replaced (kind) || kind == TC_SORT_BOS_REPLACED;
    default:
      return kind == TC_SORT_SHORTER;
    }
}

size_t
tc_sort_prompt_length (const struct tc_sort_options *task, enum tc_sort_intervention kind)
{
  size_t whole = (size_t) task->list_length + 2;
  return kind == TC_SORT_SHORTER ? whole - SHORTER_BY
         : kind == TC_SORT_MID_DELETED ? whole - 1 : whole;
}

size_t
tc_sort_new_tokens (const struct tc_sort_options *task, enum tc_sort_intervention kind)
{
  return 2 * (size_t) task->list_length + 2 - tc_sort_prompt_length (task, kind);
}

int
tc_sort_injection_place (enum tc_sort_intervention kind)
{
  return kind == TC_SORT_MID_INJECTED ? 4 : kind == TC_SORT_BOS_INJECTED ? 5 : 0;
}

void
tc_sort_intervene (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                   int place, int32_t any, const int32_t *list, int32_t *prompt)
{
  size_t length = (size_t) task->list_length - (kind == TC_SORT_SHORTER ? SHORTER_BY : 0);
  prompt[0] = kind == TC_SORT_BOS_REPLACED ? FOR_START : task->start_token;
  memcpy (prompt + 1, list, length * sizeof *list);
  if (is_injected (kind))
    prompt[place] = kind == TC_SORT_MID_INJECTED ? tc_sort_mid_token (task) : task->start_token;
  if (kind != TC_SORT_MID_DELETED)
    prompt[length + 1] = kind == TC_SORT_MID_REPLACED ? FOR_MID
                         : kind == TC_SORT_MID_REPLACED_ANY ? any : tc_sort_mid_token (task);
}

/* --- measures --- */

static void
insert_sorted (int32_t *sorted, size_t n, int32_t value)
{
  for (; n > 0 && sorted[n - 1] > value; n--)
    sorted[n] = sorted[n - 1];
  sorted[n] = value;
}

/* The values that the prompt holds, sorted; returns how many.  */
static size_t
values_left (const struct tc_sort_options *task, enum tc_sort_intervention kind, int place,
             const int32_t *list, int32_t *sorted)
{
  size_t n = 0, length = (size_t) task->list_length
                         - (kind == TC_SORT_SHORTER ? SHORTER_BY : 0);
  for (size_t i = 0; i < length; i++)
    if (!is_injected (kind) || (int) i + 1 != place)
      insert_sorted (sorted, n++, list[i]);
  return n;
}

static bool
says (const int32_t *said, const int32_t *sorted, size_t n)
{
  return memcmp (said, sorted, n * sizeof *said) == 0;
}

static bool
holds (const int32_t *tokens, size_t n, int32_t token)
{
  for (size_t i = 0; i < n; i++)
    if (tokens[i] == token)
      return true;
  return false;
}

/* What stands in the place of the token that was replaced.  */
static int32_t
replacement (enum tc_sort_intervention kind, int32_t any)
{
  return kind == TC_SORT_BOS_REPLACED ? FOR_START : kind == TC_SORT_MID_REPLACED ? FOR_MID : any;
}

static bool
follows_replacement (int32_t first_said, int32_t current, const int32_t *sorted, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (sorted[i] > current)
      return first_said == sorted[i] && first_said != sorted[0];
  return false;
}

/* The shorter list's n values; its continuation fills two places, then says.  */
static bool
measure_shorter (enum tc_sort_measure measure, const int32_t *sorted, size_t n,
                 const int32_t *said)
{
  int32_t longer[MOST_VALUES];
  switch (measure)
    {
    case TC_SORT_FILLED:
      return n >= 2 && holds (sorted, 2, said[0]) && holds (sorted, 2, said[1]);
    case TC_SORT_FILLED_LEAST:
      return said[0] == sorted[0] && said[1] == sorted[0];
    case TC_SORT_SORTED_AFTER:
      memcpy (longer, sorted, n * sizeof *longer);
      insert_sorted (longer, n, said[0]);
      return says (said + SHORTER_BY, longer, n + 1);
    default:
      return said[SHORTER_BY + n + 1] == sorted[n - 1];
    }
}

bool
tc_sort_measure_said (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                      enum tc_sort_measure measure, int place, int32_t any,
                      const int32_t *list, const int32_t *said)
{
  int32_t sorted[MOST_VALUES];
  size_t n = values_left (task, kind, place, list, sorted);
  size_t n_new = tc_sort_new_tokens (task, kind);
  int32_t instead = replacement (kind, any);
  switch (measure)
    {
    case TC_SORT_RIGHT:
    case TC_SORT_REST_RIGHT:
      return says (said, sorted, n);
    case TC_SORT_RIGHT_LATE:
      return says (said + 1, sorted, n);
    case TC_SORT_ENDS:
      return says (said, sorted, n) && said[n] == tc_sort_end_token (task);
    case TC_SORT_AS_CLAIMED:
      if (kind == TC_SORT_SHORTER)
        return measure_shorter (TC_SORT_FILLED, sorted, n, said)
               && measure_shorter (TC_SORT_SORTED_AFTER, sorted, n, said)
               && measure_shorter (TC_SORT_LARGEST_LAST, sorted, n, said);
      return says (said, sorted, n) && said[n] == sorted[n - 1];
    case TC_SORT_NO_SPECIAL:
      for (size_t i = 0; i < n_new; i++)
        if (said[i] >= task->n_values)
          return false;
      return true;
    case TC_SORT_AS_CURRENT:
      return follows_replacement (said[0], instead, sorted, n);
    case TC_SORT_INCLUDED:
      return holds (said, n_new, instead) && !holds (sorted, n, instead);
    default:
      return measure_shorter (measure, sorted, n, said);
    }
}
