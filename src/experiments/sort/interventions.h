#ifndef TC_SORT_INTERVENTIONS_H
#define TC_SORT_INTERVENTIONS_H

#include "experiments/sort/task.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Notebook 003's interventions on a prompt, START list MID, and what its sentences say
   the model then does, as measures of one continuation.  L is the list length.  */

enum tc_sort_intervention
{
  TC_SORT_PLAIN,
  TC_SORT_MID_INJECTED,         /* one value of the list becomes MID */
  TC_SORT_MID_REPLACED,         /* MID becomes 27 ("removal" in the notebook) */
  TC_SORT_MID_REPLACED_ANY,     /* MID becomes a value drawn for each list */
  TC_SORT_MID_DELETED,          /* MID is left out; one token more is asked for */
  TC_SORT_SHORTER,              /* L - 2 values; the context is filled up */
  TC_SORT_BOS_INJECTED,         /* one value of the list becomes START */
  TC_SORT_BOS_REPLACED,         /* START becomes 12 */
  TC_SORT_INTERVENTIONS
};
extern const char *const tc_sort_intervention_names[TC_SORT_INTERVENTIONS];

enum tc_sort_measure
{
  TC_SORT_RIGHT,                /* the whole list, sorted: the first L new tokens */
  TC_SORT_RIGHT_LATE,           /* the same one token later */
  TC_SORT_REST_RIGHT,           /* injected: the L - 1 values left, sorted, first;
                                   shorter: its L - 2 values */
  TC_SORT_AS_CLAIMED,           /* injected: that, and then the largest again; shorter:
                                   FILLED, SORTED_AFTER and LARGEST_LAST */
  TC_SORT_ENDS,                 /* REST_RIGHT, and then EOS */
  TC_SORT_NO_SPECIAL,           /* only values among the new tokens */
  TC_SORT_AS_CURRENT,           /* the first new token is the least value of the list
                                   above what stands in MID's place, but not the least */
  TC_SORT_INCLUDED,             /* what replaced a token is said, though not in the list */
  TC_SORT_FILLED,               /* shorter: the two tokens up to where MID would be are
                                   among the two smallest values */
  TC_SORT_FILLED_LEAST,         /* both are the smallest */
  TC_SORT_SORTED_AFTER,         /* shorter: then the list with the first of these, sorted */
  TC_SORT_LARGEST_LAST,         /* shorter: the last token is the largest of the list */
  TC_SORT_MEASURES
};
extern const char *const tc_sort_measure_names[TC_SORT_MEASURES];

/* Whether the measure says anything of that intervention, for this task.  */
bool tc_sort_has_measure (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                          enum tc_sort_measure measure);

/* Tokens of the prompt, and how many new ones are asked for.  */
size_t tc_sort_prompt_length (const struct tc_sort_options *task,
                              enum tc_sort_intervention kind);
size_t tc_sort_new_tokens (const struct tc_sort_options *task, enum tc_sort_intervention kind);

/* Where the notebook injects: MID at place 4 of 5, START at 5.  */
int tc_sort_injection_place (enum tc_sort_intervention kind);

/* Writes the prompt of list [L]; place, 1 ... L, is where something is injected; any
   is the value of TC_SORT_MID_REPLACED_ANY.  */
void tc_sort_intervene (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                        int place, int32_t any, const int32_t *list, int32_t *prompt);

/* Whether the continuation `said` of that prompt is so.  */
bool tc_sort_measure_said (const struct tc_sort_options *task, enum tc_sort_intervention kind,
                           enum tc_sort_measure measure, int place, int32_t any,
                           const int32_t *list, const int32_t *said);

#endif
