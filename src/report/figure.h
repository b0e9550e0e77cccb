#ifndef TC_REPORT_FIGURE_H
#define TC_REPORT_FIGURE_H

#include "numerics/file.h"

#include <stddef.h>

/* gnuplot scripts for people to open, change and render with `make figures` or
   plain `gnuplot x.gp` in the script's folder.  A script reads only
   figures/style.gp and the CSVs of its run; what varies (labels, ranges, panels)
   is written by the analysis, what is common stands here.  */
struct tc_figure
{
  const char *title;            /* a comment, one sentence: what it shows */
  const char *experiment, *run, *name;  /* figures/EXPERIMENT/RUN/NAME.gp */
  double width, height;         /* cm */
};

/* Writes the head of a script: title and how to render it, name, size, the
   style, and `data`, the folder of the run's CSVs, so that a plot command says
   `plot data."loss.csv" using "step":"loss"`.  */
void tc_figure_head (struct tc_file *file, const struct tc_figure *figure);

/* Writes n lines as they are, each ended by a newline.  */
void tc_figure_lines (struct tc_file *file, size_t n, const char *const *lines);

/* Writes a formatted line.  Reals are printed with %s of tc_format_double by
   the caller, or as integers, so that the locale does not matter.  */
void tc_figure_line (struct tc_file *file, const char *format, ...) TC_PRINTF (2, 3);

#endif
