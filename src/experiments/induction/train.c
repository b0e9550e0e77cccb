#include "experiments/induction/experiment.h"
#include "experiments/program.h"

int
main (int argc, char **argv)
{
  return tc_train_program (argc, argv, &tc_induction_experiment);
}
