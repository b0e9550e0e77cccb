#ifndef TC_REPORT_PROGRESS_H
#define TC_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

/* Progress on stderr: on a terminal a bar with step, loss, steps/s and time
   left, redrawn at most ten times a second; elsewhere a line every few
   seconds; nothing with quiet.  */
struct tc_progress
{
  FILE *stream;
  const char *label;            /* "skip-trigram infinite" */
  int steps, first_step;
  bool quiet, is_terminal;
  double started, last_drawn;   /* seconds, monotonic */
  bool drawn;
};

void tc_progress_start (struct tc_progress *progress, const char *label, int first_step,
                        int steps, bool quiet);
void tc_progress_update (struct tc_progress *progress, int step, double loss);
void tc_progress_finish (struct tc_progress *progress, double loss);

#endif
