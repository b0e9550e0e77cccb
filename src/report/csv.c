#include "report/csv.h"

#include "numerics/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Writing ---- */

/* Each line of text, prefixed by "# ".  */
static void
write_comments (FILE *stream, const char *text)
{
  while (*text != '\0')
    {
      size_t n = strcspn (text, "\n");
      fprintf (stream, "# %.*s\n", (int) n, text);
      text += n + (text[n] == '\n');
    }
}

/* A text that begins with # would read back as a comment.  */
static bool
needs_quotes (const char *value)
{
  return *value == '\0' || *value == '#' || *value == ' '
         || value[strcspn (value, ",\"\r\n")] != '\0';
}

static void
write_text (FILE *stream, const char *value)
{
  if (!needs_quotes (value))
    {
      fputs (value, stream);
      return;
    }
  putc ('"', stream);
  for (; *value != '\0'; value++)
    {
      if (*value == '"')
        putc ('"', stream);
      putc (*value, stream);
    }
  putc ('"', stream);
}

enum tc_status
tc_csv_create (struct tc_csv *csv, const char *path, const char *title, size_t n_columns,
               const struct tc_csv_column *columns, const char *provenance,
               struct tc_error *err)
{
  enum tc_status status = tc_file_create (&csv->file, path, err);
  if (status != TC_OK)
    return status;
  csv->n_columns = n_columns;
  csv->column = 0;
  FILE *stream = csv->file.stream;
  write_comments (stream, title);
  for (size_t i = 0; i < n_columns; i++)
    fprintf (stream, "# %s: %s\n", columns[i].name, columns[i].meaning);
  if (provenance != NULL)
    write_comments (stream, provenance);
  for (size_t i = 0; i < n_columns; i++)
    {
      if (i > 0)
        putc (',', stream);
      write_text (stream, columns[i].name);
    }
  putc ('\n', stream);
  return TC_OK;
}

static void
start_cell (struct tc_csv *csv)
{
  if (csv->column++ > 0)
    putc (',', csv->file.stream);
}

void
tc_csv_int (struct tc_csv *csv, long long value)
{
  start_cell (csv);
  fprintf (csv->file.stream, "%lld", value);
}

void
tc_csv_real (struct tc_csv *csv, double value)
{
  char text[TC_NUMBER_MAX];
  start_cell (csv);
  if (value == value)
    fputs (tc_format_double (text, value), csv->file.stream);
}

void
tc_csv_float (struct tc_csv *csv, float value)
{
  char text[TC_NUMBER_MAX];
  start_cell (csv);
  if (value == value)
    fputs (tc_format_float (text, value), csv->file.stream);
}

void
tc_csv_text (struct tc_csv *csv, const char *value)
{
  start_cell (csv);
  write_text (csv->file.stream, value);
}

enum tc_status
tc_csv_end_row (struct tc_csv *csv, struct tc_error *err)
{
  size_t n = csv->column;
  csv->column = 0;
  putc ('\n', csv->file.stream);
  if (n != csv->n_columns)
    return tc_fail (err, TC_EINVAL, "%s: a row of %zu cells where there are %zu columns",
                    csv->file.path, n, csv->n_columns);
  return TC_OK;
}

enum tc_status
tc_csv_close (struct tc_csv *csv, struct tc_error *err)
{
  return tc_file_close (&csv->file, err);
}

void
tc_csv_abandon (struct tc_csv *csv)
{
  tc_file_abandon (&csv->file);
}

enum tc_status
tc_csv_finish (struct tc_csv *csv, enum tc_status status, struct tc_error *err)
{
  if (status == TC_OK)
    return tc_csv_close (csv, err);
  tc_csv_abandon (csv);
  return status;
}

/* ---- Reading ---- */

/* Where the reader stands in a file held in memory.  */
struct reader
{
  const char *path, *at, *end;
  size_t line;
};

static enum tc_status
malformed (const struct reader *r, struct tc_error *err, const char *what)
{
  return tc_fail (err, TC_EFORMAT, "%s:%zu: %s", r->path, r->line, what);
}

/* The file's bytes, ended by NUL.  */
static enum tc_status
read_whole (const char *path, char **content, size_t *n_bytes, struct tc_error *err)
{
  FILE *stream = fopen (path, "rb");
  if (stream == NULL)
    return tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (errno));
  size_t n = 0, capacity = 1 << 16;
  char *buffer = malloc (capacity);
  while (buffer != NULL)
    {
      n += fread (buffer + n, 1, capacity - n - 1, stream);
      if (n < capacity - 1)
        break;
      char *larger = realloc (buffer, capacity *= 2);
      if (larger == NULL)
        free (buffer);
      buffer = larger;
    }
  int failed = ferror (stream), error_number = errno;
  fclose (stream);
  if (buffer == NULL)
    return tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
  if (failed)
    {
      free (buffer);
      return tc_fail (err, TC_EIO, "cannot read %s: %s", path, strerror (error_number));
    }
  buffer[n] = '\0';
  *content = buffer;
  *n_bytes = n;
  return TC_OK;
}

/* Copies the quoted cell that starts at r->at (the opening quote).  */
static enum tc_status
read_quoted (struct reader *r, char *cell, struct tc_error *err)
{
  for (r->at++; r->at < r->end; r->at++)
    {
      if (*r->at == '"' && *++r->at != '"')
        {
          *cell = '\0';
          return TC_OK;
        }
      if (*r->at == '\n')
        r->line++;
      *cell++ = *r->at;
    }
  return malformed (r, err, "a quoted cell is never closed");
}

/* Copies the next cell and steps over the comma or newline that ends it.  cell
   has room for what is left of the file.  */
static enum tc_status
read_cell (struct reader *r, char *cell, bool *ends_row, struct tc_error *err)
{
  if (*r->at == '"')
    {
      enum tc_status status = read_quoted (r, cell, err);
      if (status != TC_OK)
        return status;
    }
  else
    {
      size_t n = strcspn (r->at, ",\r\n\"");
      memcpy (cell, r->at, n);
      cell[n] = '\0';
      r->at += n;
    }
  if (*r->at == '\r' && r->at[1] == '\n')
    r->at++;
  *ends_row = *r->at == '\n';
  if (r->at >= r->end)
    return malformed (r, err, "the file ends in the middle of a line (truncated?)");
  if (*r->at != ',' && *r->at != '\n')
    return malformed (r, err, "expected a comma or the end of the line after a cell");
  r->at++;
  return TC_OK;
}

static bool
grow (struct tc_table *table, size_t n_cells, size_t *capacity)
{
  if (n_cells < *capacity)
    return true;
  size_t larger = *capacity == 0 ? 256 : 2 * *capacity;
  char **text = realloc (table->text, larger * sizeof *text);
  if (text == NULL)
    return false;
  table->text = text;
  *capacity = larger;
  return true;
}

/* Reads one record into table->text from index *n on; the first record decides
   the number of columns.  */
static enum tc_status
read_record (struct reader *r, struct tc_table *table, char *cell, size_t *n,
             size_t *capacity, struct tc_error *err)
{
  size_t first = *n, line = r->line;
  bool ends_row = false;
  while (!ends_row)
    {
      enum tc_status status = read_cell (r, cell, &ends_row, err);
      if (status != TC_OK)
        return status;
      if (!grow (table, *n, capacity) || (table->text[*n] = strdup (cell)) == NULL)
        return tc_fail (err, TC_ENOMEM, "out of memory reading %s", r->path);
      ++*n;
    }
  r->line++;
  if (first == 0)
    table->n_columns = *n;
  else if (*n - first != table->n_columns)
    return tc_fail (err, TC_EFORMAT, "%s:%zu: expected %zu cells as in the header, found %zu",
                    r->path, line, table->n_columns, *n - first);
  return TC_OK;
}

/* Splits the records read into names, texts and values.  */
static enum tc_status
fill_table (struct tc_table *table, size_t n_cells, const char *path, struct tc_error *err)
{
  size_t n = table->n_columns;
  table->n_rows = n_cells / n - 1;
  table->name = malloc (n * sizeof *table->name);
  table->value = malloc ((table->n_rows * n + 1) * sizeof *table->value);
  if (table->name == NULL || table->value == NULL)
    {
      free (table->name);
      table->name = NULL;
      return tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
    }
  memcpy (table->name, table->text, n * sizeof *table->name);
  memmove (table->text, table->text + n, table->n_rows * n * sizeof *table->text);
  for (size_t i = 0; i < table->n_rows * n; i++)
    if (tc_parse_double (table->text[i], &table->value[i]) != 0)
      table->value[i] = __builtin_nan ("");
  return TC_OK;
}

/* All records of the reader's file; comment and empty lines are skipped.  */
static enum tc_status
read_records (struct reader *r, struct tc_table *table, char *cell, struct tc_error *err)
{
  size_t n_cells = 0, capacity = 0;
  enum tc_status status = TC_OK;
  while (status == TC_OK && r->at < r->end)
    if (*r->at == '#' || *r->at == '\n')
      {
        const char *newline = memchr (r->at, '\n', r->end - r->at);
        if (newline == NULL)
          status = malformed (r, err, "the file ends in the middle of a line (truncated?)");
        else
          {
            r->at = newline + 1;
            r->line++;
          }
      }
    else
      status = read_record (r, table, cell, &n_cells, &capacity, err);
  if (status == TC_OK && n_cells == 0)
    status = malformed (r, err, "expected a header row of column names");
  if (status == TC_OK)
    status = fill_table (table, n_cells, r->path, err);
  if (status != TC_OK && table->name == NULL)
    {
      for (size_t i = 0; i < n_cells; i++)
        free (table->text[i]);
      free (table->text);
      table->text = NULL;
    }
  return status;
}

enum tc_status
tc_table_read (struct tc_table *table, const char *path, struct tc_error *err)
{
  *table = (struct tc_table) { 0 };
  char *content = NULL;
  size_t n_bytes = 0;
  enum tc_status status = read_whole (path, &content, &n_bytes, err);
  if (status != TC_OK)
    return status;
  struct reader reader = { path, content, content + n_bytes, 1 };
  char *cell = malloc (n_bytes + 1);
  if (cell == NULL)
    status = tc_fail (err, TC_ENOMEM, "out of memory reading %s", path);
  else if (memchr (content, '\0', n_bytes) != NULL)
    status = tc_fail (err, TC_EFORMAT, "%s: expected a text file, found a NUL byte", path);
  else
    status = read_records (&reader, table, cell, err);
  free (cell);
  free (content);
  if (status != TC_OK)
    tc_table_free (table);
  return status;
}

void
tc_table_free (struct tc_table *table)
{
  for (size_t i = 0; table->name != NULL && i < table->n_columns; i++)
    free (table->name[i]);
  for (size_t i = 0; table->text != NULL && i < table->n_rows * table->n_columns; i++)
    free (table->text[i]);
  free (table->name);
  free (table->text);
  free (table->value);
  *table = (struct tc_table) { 0 };
}

int
tc_table_column (const struct tc_table *table, const char *name)
{
  for (size_t i = 0; i < table->n_columns; i++)
    if (strcmp (table->name[i], name) == 0)
      return (int) i;
  return -1;
}
