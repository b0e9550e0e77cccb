#include "experiments/modular-addition/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Numbers ---- */

static bool
grow (struct tc_modular_analysis *a)
{
  size_t capacity = 2 * a->numbers_capacity + 32;
  struct tc_modular_number *numbers = realloc (a->numbers, capacity * sizeof *numbers);
  if (numbers == NULL)
    return false;
  a->numbers = numbers;
  a->numbers_capacity = capacity;
  return true;
}

void
tc_modular_number (struct tc_modular_analysis *a, const char *name, double value, int digits)
{
  if (digits == 0 && !isnan (value))
    tc_macros_int (a->macros, name, (long long) value);
  else
    tc_macros_real (a->macros, name, value, digits > 0 ? digits : 1);
  a->n_numbers++;
  if (a->n_numbers > a->numbers_capacity && !grow (a))
    return;
  struct tc_modular_number *number = &a->numbers[a->n_numbers - 1];
  snprintf (number->name, sizeof number->name, "%s", name);
  number->value = value;
  number->digits = digits;
}

double
tc_modular_own_number (const struct tc_modular_analysis *a, const char *name)
{
  for (size_t i = 0; i < a->n_numbers && i < a->numbers_capacity; i++)
    if (strcmp (a->numbers[i].name, name) == 0)
      return a->numbers[i].value;
  return NAN;
}

double
tc_modular_number_in (const struct tc_table *summary, const char *name)
{
  int quantity = tc_table_column (summary, "quantity");
  int value = tc_table_column (summary, "value");
  for (size_t row = 0; quantity >= 0 && value >= 0 && row < summary->n_rows; row++)
    if (strcmp (summary->text[row * summary->n_columns + (size_t) quantity], name) == 0)
      return summary->value[row * summary->n_columns + (size_t) value];
  return NAN;
}

enum tc_status
tc_modular_write_summary (struct tc_modular_analysis *a, struct tc_error *err)
{
  static const struct tc_csv_column columns[] = {
    { "quantity", "a number's name; the paper's macro ends in it" }, { "value", "the number" }
  };
  struct tc_csv csv;
  if (a->n_numbers > a->numbers_capacity)
    return tc_fail (err, TC_ENOMEM, "no memory for %zu numbers", a->n_numbers);
  enum tc_status status = tc_session_csv (a->session, &csv, "summary",
                                          "Numbers of the run that the tables over runs read",
                                          2, columns, err);
  if (status != TC_OK)
    return status;
  for (size_t i = 0; status == TC_OK && i < a->n_numbers; i++)
    {
      tc_csv_text (&csv, a->numbers[i].name);
      tc_csv_real (&csv, a->numbers[i].value);
      status = tc_csv_end_row (&csv, err);
    }
  return tc_csv_finish (&csv, status, err);
}

double
tc_modular_logged (const struct tc_modular_analysis *a, size_t row, const char *column)
{
  int at = tc_table_column (&a->log, column);
  return at < 0 ? NAN : a->log.value[row * a->log.n_columns + (size_t) at];
}

/* ---- Columns ---- */

enum tc_status
tc_modular_columns_alloc (struct tc_modular_columns *columns, size_t capacity,
                          struct tc_error *err)
{
  *columns = (struct tc_modular_columns) {
    .capacity = capacity, .column = calloc (capacity, sizeof *columns->column),
    .text = calloc (capacity, sizeof *columns->text)
  };
  if (columns->column != NULL && columns->text != NULL)
    return TC_OK;
  tc_modular_columns_free (columns);
  return tc_fail (err, TC_ENOMEM, "no memory for %zu columns", capacity);
}

void
tc_modular_columns_free (struct tc_modular_columns *columns)
{
  free (columns->column);
  free (columns->text);
  *columns = (struct tc_modular_columns) { 0 };
}

void
tc_modular_column (struct tc_modular_columns *columns, const char *name, const char *meaning)
{
  char (*text)[96] = columns->text[columns->n];
  snprintf (text[0], sizeof text[0], "%s", name);
  snprintf (text[1], sizeof text[1], "%s", meaning);
  columns->column[columns->n].name = text[0];
  columns->column[columns->n].meaning = text[1];
  columns->n++;
}

void
tc_modular_column_each (struct tc_modular_columns *columns, const char *name, size_t n,
                        const size_t *numbers, const char *meaning)
{
  for (size_t i = 0; i < n; i++)
    {
      char full[96];
      snprintf (full, sizeof full, "%s_%zu", name, numbers[i]);
      tc_modular_column (columns, full, i == 0 ? meaning : "the same of the next frequency");
    }
}

enum tc_status
tc_modular_csv (const struct tc_modular_analysis *a, struct tc_csv *csv, const char *name,
                const char *title, const struct tc_modular_columns *columns,
                struct tc_error *err)
{
  return tc_session_csv (a->session, csv, name, title, columns->n, columns->column, err);
}
