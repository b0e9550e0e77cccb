#include "report/csv_columns.h"

#include <stdio.h>
#include <stdlib.h>

enum tc_status
tc_csv_columns_alloc (struct tc_csv_columns *columns, size_t capacity, struct tc_error *err)
{
  columns->n = 0;
  columns->capacity = capacity;
  columns->column = calloc (capacity + 1, sizeof *columns->column);
  columns->text = calloc (capacity + 1, sizeof *columns->text);
  if (columns->column == NULL || columns->text == NULL)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu columns", capacity);
  return TC_OK;
}

void
tc_csv_columns_free (struct tc_csv_columns *columns)
{
  free (columns->column);
  free (columns->text);
  *columns = (struct tc_csv_columns) { 0 };
}

void
tc_csv_columns_add (struct tc_csv_columns *columns, const char *name, const char *meaning)
{
  char (*text)[128] = columns->text[columns->n];
  snprintf (text[0], sizeof text[0], "%s", name);
  snprintf (text[1], sizeof text[1], "%s", meaning);
  columns->column[columns->n].name = text[0];
  columns->column[columns->n].meaning = text[1];
  columns->n++;
}

void
tc_csv_columns_add_each (struct tc_csv_columns *columns, const char *name, int n,
                         const char *meaning, const char *thing)
{
  for (int k = 0; k < n; k++)
    {
      char full[128], same[128];
      snprintf (full, sizeof full, "%s_%d", name, k);
      snprintf (same, sizeof same, "the same of the next %s", thing);
      tc_csv_columns_add (columns, full, k == 0 ? meaning : same);
    }
}
