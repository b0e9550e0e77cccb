#include "experiments/modular-addition/ablations.h"

#include "experiments/modular-addition/tables.h"

#include <math.h>

enum tc_status
tc_modular_write_ablation_table (const struct tc_modular_analysis *a,
                                 const struct tc_modular_ablations *list,
                                 struct tc_error *err)
{
  struct tc_file file;
  enum tc_status status
    = tc_modular_table_create (a, &file, "ablations_table", "ablations.csv", err);
  if (status != TC_OK)
    return status;
  fputs ("\\begin{tabular}{@{}lll@{}}\n\\toprule\nedit & paper & ours\\\\\n\\midrule\n",
         file.stream);
  for (size_t i = 0; i < list->n; i++)
    {
      fprintf (file.stream, "%s & ", list->rows[i].label);
      tc_modular_table_number (file.stream, list->rows[i].paper, 3);
      fputs (" & ", file.stream);
      tc_modular_table_number (file.stream, list->rows[i].loss, 3);
      fputs ("\\\\\n", file.stream);
    }
  fputs ("\\bottomrule\n\\end{tabular}\n", file.stream);
  return tc_file_close (&file, err);
}
