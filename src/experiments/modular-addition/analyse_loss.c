#include "experiments/modular-addition/analysis.h"

enum tc_status
tc_modular_report_loss (struct tc_modular_analysis *a, struct tc_error *err)
{
  (void) a;
  (void) err;
  return TC_OK;
}
