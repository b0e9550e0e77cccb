#include "report/figure.h"

#include "numerics/text.h"

#include <stdarg.h>
#include <stdio.h>

/* gnuplot's SVG takes letters, digits and underscores for a name.  */
static void
write_name (struct tc_file *file, const char *name)
{
  char text[128];
  size_t n = 0;
  for (; name[n] != '\0' && n + 1 < sizeof text; n++)
    text[n] = name[n] == '-' ? '_' : name[n];
  text[n] = '\0';
  tc_figure_line (file, "name = \"%s\"", text);
}

void
tc_figure_head (struct tc_file *file, const struct tc_figure *figure)
{
  char width[TC_NUMBER_MAX], height[TC_NUMBER_MAX];
  tc_figure_line (file, "# %s", figure->title);
  tc_figure_line (file, "# Written by tc-%s-analyse, run %s.  To draw it by hand:",
                  figure->experiment, figure->run);
  tc_figure_line (file, "#     cd figures/%s/%s && gnuplot %s.gp", figure->experiment,
                  figure->run, figure->name);
  write_name (file, figure->name);
  tc_figure_line (file, "width = %s; height = %s", tc_format_double (width, figure->width),
                  tc_format_double (height, figure->height));
  tc_figure_line (file, "load \"../../style.gp\"");
  tc_figure_line (file, "data = \"../../../data/%s/%s/\"", figure->experiment, figure->run);
  tc_figure_line (file, "%s", "");
}

void
tc_figure_lines (struct tc_file *file, size_t n, const char *const *lines)
{
  for (size_t i = 0; i < n; i++)
    tc_figure_line (file, "%s", lines[i]);
}

void
tc_figure_line (struct tc_file *file, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  vfprintf (file->stream, format, args);
  va_end (args);
  fputc ('\n', file->stream);
}
