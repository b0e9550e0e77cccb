#ifndef TC_REPORT_PROGRESS_H
#define TC_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

/* Progress on stderr: on a terminal a bar with step, loss, steps/s and time
   left, redrawn at most ten times a second; elsewhere a line every five
   seconds; nothing with quiet.  A failed write (a closed pipe) is ignored: the
   results matter more than the bar.  An update that draws nothing costs one
   reading of the clock.  */
struct tc_progress
{
  FILE *stream;
  const char *label;            /* "skip-trigram infinite" */
  int steps, first_step, step;
  bool quiet, is_terminal;
  double started, last_drawn;   /* seconds, monotonic */
  bool drawn;
};

/* Steps count from first_step (0, or where a resumed run continues) to steps. */
void tc_progress_start (struct tc_progress *progress, const char *label, int first_step,
                        int steps, bool quiet);
/* `step` is done and its loss was `loss`.  */
void tc_progress_update (struct tc_progress *progress, int step, double loss);
/* Draws a last time and ends the line, at whatever step the run stopped.  */
void tc_progress_finish (struct tc_progress *progress, double loss);

#endif
