#include "experiments/modular-addition/progress.h"

enum tc_status
tc_modular_report_phases (struct tc_modular_analysis *a, size_t n,
                          const struct tc_modular_progress *rows, struct tc_error *err)
{
  (void) a;
  (void) n;
  (void) rows;
  (void) err;
  return TC_OK;
}
