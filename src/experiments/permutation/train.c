#include "experiments/permutation/experiment.h"
#include "experiments/program.h"

int
main (int argc, char **argv)
{
  return tc_train_program (argc, argv, &tc_permutation_experiment);
}
