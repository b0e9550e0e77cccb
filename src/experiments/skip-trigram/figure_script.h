#ifndef TC_SKIP_TRIGRAM_FIGURE_SCRIPT_H
#define TC_SKIP_TRIGRAM_FIGURE_SCRIPT_H

#include "experiments/skip-trigram/analysis.h"
#include "report/figure.h"

/* Opens figures/.../NAME.gp and writes its head, with n (trigrams), trigger(k)
   and colour(k) defined.  */
enum tc_status tc_skip_script (const struct tc_skip_analysis *a, struct tc_file *file,
                               const char *name, double width, double height,
                               const char *title, struct tc_error *err) TC_MUST_USE;

/* SCRIPT (&file, "line", "line", ...)  */
#define SCRIPT(file, ...) \
  tc_figure_lines (file, sizeof ((const char *[]) { __VA_ARGS__ }) / sizeof (char *), \
                   (const char *const[]) { __VA_ARGS__ })

#endif
