#include "experiments/program.h"
#include "experiments/sort/experiment.h"

int
main (int argc, char **argv)
{
  return tc_train_program (argc, argv, &tc_sort_experiment);
}
