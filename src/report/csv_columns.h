#ifndef TC_REPORT_CSV_COLUMNS_H
#define TC_REPORT_CSV_COLUMNS_H

#include "numerics/error.h"
#include "report/csv.h"

#include <stddef.h>

/* Columns of a CSV whose number or names depend on the run: column[0 ... n - 1]
   goes to tc_csv_create.  */
struct tc_csv_columns
{
  size_t n, capacity;
  struct tc_csv_column *column;
  char (*text)[2][128];
};

enum tc_status tc_csv_columns_alloc (struct tc_csv_columns *columns, size_t capacity,
                                     struct tc_error *err) TC_MUST_USE;
void tc_csv_columns_free (struct tc_csv_columns *columns);
/* Adds a column; both texts are copied (and cut at 127 bytes).  There must be
   room.  */
void tc_csv_columns_add (struct tc_csv_columns *columns, const char *name,
                         const char *meaning);
/* Adds NAME_0 ... NAME_(n-1); the first has the meaning, the others say "the same
   of the next THING".  */
void tc_csv_columns_add_each (struct tc_csv_columns *columns, const char *name, int n,
                              const char *meaning, const char *thing);

#endif
