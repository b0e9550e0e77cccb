#ifndef TC_MODULAR_ADDITION_METHODS_H
#define TC_MODULAR_ADDITION_METHODS_H

#include "experiments/modular-addition/analysis.h"

/* A key frequency is called blind where its amplitude for opposite a and b is less
   than this share of its mean, once 2 k is taken out of the embedding.  */
#define TC_MODULAR_BLIND_BELOW 0.25

/* all-methods.csv and its figure, from methods.csv of every run of the sum, this
   one's included.  */
enum tc_status tc_modular_report_all_methods (struct tc_modular_analysis *a,
                                              struct tc_error *err) TC_MUST_USE;

#endif
