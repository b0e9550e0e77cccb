#ifndef TC_ADDITION_REACH_H
#define TC_ADDITION_REACH_H

#include "experiments/addition/gaze.h"

/* reach.csv: what the digits of each column put into the neurons at each answer
   digit, through all heads with their mean attention.  */
enum tc_status tc_addition_report_reach (struct tc_addition_analysis *a,
                                         const struct tc_addition_gaze *gaze,
                                         struct tc_error *err) TC_MUST_USE;

#endif
