#ifndef TC_REPORT_CSV_H
#define TC_REPORT_CSV_H

#include "numerics/error.h"
#include "numerics/file.h"

#include <stddef.h>

/* Tidy CSVs: comment lines (title, one per column with its unit, seed,
   options), a header row, then one row per observation.  NaN is an empty
   cell.  */

struct tc_csv_column { const char *name, *meaning; };   /* meaning: "loss, nats" */

struct tc_csv
{
  struct tc_file file;
  size_t n_columns, column;     /* cells written in the current row */
};

/* Starts path with `# title`, a line `# name: meaning` per column, the lines of
   provenance (each prefixed by `# `; may be NULL), and the header row.  */
enum tc_status tc_csv_create (struct tc_csv *csv, const char *path, const char *title,
                              size_t n_columns, const struct tc_csv_column *columns,
                              const char *provenance, struct tc_error *err) TC_MUST_USE;
void tc_csv_int (struct tc_csv *csv, long long value);
void tc_csv_real (struct tc_csv *csv, double value);      /* shortest round trip */
void tc_csv_float (struct tc_csv *csv, float value);      /* shortest for float32 */
void tc_csv_text (struct tc_csv *csv, const char *value); /* quoted if need be */
/* Ends the row; TC_EINVAL (a bug) if it does not have n_columns cells.  */
enum tc_status tc_csv_end_row (struct tc_csv *csv, struct tc_error *err) TC_MUST_USE;
enum tc_status tc_csv_close (struct tc_csv *csv, struct tc_error *err) TC_MUST_USE;
/* Gives up: whatever was at path stays.  Harmless on a closed file.  */
void tc_csv_abandon (struct tc_csv *csv);
/* Closes a file whose rows ended with status: publishes it if that is TC_OK,
   else gives it up and returns status.  */
enum tc_status tc_csv_finish (struct tc_csv *csv, enum tc_status status,
                              struct tc_error *err) TC_MUST_USE;

/* A CSV read whole: comment lines skipped, header row as names, numbers as
   doubles (an empty cell is NaN, text is kept too).  A file whose last line has
   no newline is refused as truncated.  Messages name file:line.  */
struct tc_table
{
  size_t n_rows, n_columns;
  char **name;                  /* [n_columns] */
  double *value;                /* [n_rows, n_columns]; NaN where not a number */
  char **text;                  /* [n_rows, n_columns] */
};
enum tc_status tc_table_read (struct tc_table *table, const char *path,
                              struct tc_error *err) TC_MUST_USE;
void tc_table_free (struct tc_table *table);
/* Index of a column, or -1.  */
int tc_table_column (const struct tc_table *table, const char *name);

#endif
