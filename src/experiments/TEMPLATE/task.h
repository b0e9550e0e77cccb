#ifndef TC_TEMPLATE_TASK_H
#define TC_TEMPLATE_TASK_H

#include "experiments/experiment.h"

/* The smallest experiment, to be copied: after each token say which token stood
   before it.

     position   0  1  2  3 ...
     token      c  a  d  a         drawn from PyTorch's randint (0, n_tokens)
     answer     -  c  a  d

   A one-head attention-only transformer learns it with a head that looks one
   position back.  */

struct tc_template_settings
{
  int n_tokens, seq_len, batch_size;
};

extern const struct tc_experiment tc_template_experiment;

#endif
