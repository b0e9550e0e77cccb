#include "experiments/modular-addition/analysis.h"

#include "experiments/modular-addition/grid.h"

/* What the trained model computes, and how: the parts that read its activations on
   the whole grid.  The replicas of the demo exist for their losses only.  */
enum tc_status
tc_modular_report_circuits (struct tc_modular_analysis *a, struct tc_error *err)
{
  struct tc_modular_grid grid = { 0 };
  enum tc_status status = tc_modular_grid_alloc (&grid, a, err);
  if (status == TC_OK)
    status = tc_modular_report_frequencies (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_terms (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_neurons (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_attention (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_ablations (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_methods (a, &grid, err);
  if (status == TC_OK)
    status = tc_modular_report_geometry (a, &grid, err);
  tc_modular_grid_free (&grid);
  return status;
}
