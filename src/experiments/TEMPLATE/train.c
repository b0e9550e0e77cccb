#include "experiments/TEMPLATE/task.h"
#include "experiments/program.h"

int
main (int argc, char **argv)
{
  return tc_train_program (argc, argv, &tc_template_experiment);
}
