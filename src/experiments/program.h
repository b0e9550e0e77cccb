#ifndef TC_EXPERIMENTS_PROGRAM_H
#define TC_EXPERIMENTS_PROGRAM_H

#include "experiments/experiment.h"
#include "experiments/session.h"

/* The main functions of the two programs of an experiment:

     int main (int argc, char **argv)
     {
       return tc_train_program (argc, argv, &tc_copy_experiment);
     }

   Exit status: 0 done; 1 failure (a file, memory, a loss that is not finite);
   2 misuse (with "Try '... --help'"); 130 interrupted, state saved.  Every
   failure is one line on stderr, "tc-copy-train: message".  */

/* Trains the run that the command line names, into --out (default
   runs/EXPERIMENT/RUN).  */
int tc_train_program (int argc, char **argv, const struct tc_experiment *experiment);

/* Reads a trained run (--model, default runs/EXPERIMENT/RUN), calls analyse,
   and copies run.json beside the CSVs in --out (default data/EXPERIMENT/RUN);
   scripts go to --figures (default figures/EXPERIMENT/RUN).  */
int tc_analyse_program (int argc, char **argv, const struct tc_experiment *experiment,
                        tc_analysis_fn *analyse);

#endif
