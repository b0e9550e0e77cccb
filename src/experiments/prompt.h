#ifndef TC_EXPERIMENTS_PROMPT_H
#define TC_EXPERIMENTS_PROMPT_H

#include "experiments/session.h"

/* Private to the analysis driver: --prompt, a question to the trained model
   instead of its analysis, for experiments that name their tokens.  */

struct tc_prompt
{
  const char *text;             /* words with blanks between; NULL: nothing is asked */
  int n_new;                    /* tokens to generate; 0: until the context is full */
  double temperature;           /* of the sampled answer; 0: none */
  uint64_t seed;                /* of its draws */
};

/* The rows of the command line.  */
enum tc_status tc_prompt_options (struct tc_prompt *prompt, struct tc_options *command_line,
                                  struct tc_error *err) TC_MUST_USE;

/* Continues the prompt greedily and by sampling; prints both to stdout; writes the
   attention of every layer and head over prompt and answer as labelled matrices
   into data_folder (pattern_greedy_LAYER_HEAD.csv, pattern_sampled_...), and
   pattern.gp, which draws the greedy ones, into figure_folder.  TC_EINVAL: a word
   is no token, the prompt is too long, the model is no transformer.  */
enum tc_status tc_prompt_answer (struct tc_session *session, const struct tc_prompt *prompt,
                                 struct tc_error *err) TC_MUST_USE;

#endif
