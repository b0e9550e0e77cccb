#include "experiments/program.h"
#include "experiments/skip-trigram/experiment.h"

int
main (int argc, char **argv)
{
  return tc_train_program (argc, argv, &tc_skip_trigram_experiment);
}
