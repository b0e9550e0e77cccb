/* Numbers as text, atomic files, CSVs, macros, JSON.  */

#include "numerics/file.h"
#include "numerics/text.h"
#include "report/csv.h"
#include "report/json.h"
#include "report/macros.h"
#include "report/progress.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <float.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tc-report-XXXXXX";

static void
make_folder (void)
{
  strcpy (folder + strlen (folder) - 6, "XXXXXX");
  cr_assert_not_null (mkdtemp (folder));
}

static void
remove_folder (void)
{
  char command[128];
  snprintf (command, sizeof command, "chmod -R u+w %s; rm -rf %s", folder, folder);
  cr_assert_eq (system (command), 0);
}

static const char *
in_folder (const char *name)
{
  static char path[128];
  snprintf (path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* The whole file, in a buffer that the next call reuses.  */
static const char *
content (const char *path)
{
  static char text[8192];
  FILE *stream = fopen (path, "rb");
  cr_assert_not_null (stream, "%s is missing", path);
  text[fread (text, 1, sizeof text - 1, stream)] = '\0';
  fclose (stream);
  return text;
}

static void
write_file (const char *path, const char *text)
{
  FILE *stream = fopen (path, "wb");
  cr_assert_not_null (stream);
  fputs (text, stream);
  fclose (stream);
}

/* ---- Numbers ---- */

Test (text, doubles_read_well)
{
  static const struct { double x; const char *text; } pairs[] = {
    { 0, "0" }, { -0.0, "-0" }, { 1, "1" }, { -1.5, "-1.5" }, { 0.1, "0.1" },
    { 3000, "3000" }, { 100000, "100000" }, { 1e15, "1000000000000000" }, { 1e16, "1e+16" },
    { 0.0001, "0.0001" }, { 0.00001, "1e-05" }, { 2.34e-9, "2.34e-09" },
    { 1.0 / 3.0, "0.3333333333333333" }, { 9007199254740993.0, "9007199254740992" },
    { 5e-324, "5e-324" }, { 2.2250738585072014e-308, "2.2250738585072014e-308" },
    { DBL_MAX, "1.7976931348623157e+308" }, { 123456.789, "123456.789" },
    { 0.30000000000000004, "0.30000000000000004" }, { 9.5e-3, "0.0095" },
    { 99999999999999990.0, "9.999999999999998e+16" },
    { INFINITY, "inf" }, { -INFINITY, "-inf" }, { NAN, "nan" }
  };
  char buffer[TC_NUMBER_MAX];
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    cr_assert_str_eq (tc_format_double (buffer, pairs[i].x), pairs[i].text);
}

Test (text, floats_read_well)
{
  static const struct { float x; const char *text; } pairs[] = {
    { 0.1f, "0.1" }, { 16777216.0f, "16777216" }, { 1e-45f, "1e-45" },
    { FLT_MAX, "3.4028235e+38" }, { FLT_MIN, "1.1754944e-38" }, { 1.0f / 3.0f, "0.33333334" },
    { -2.5f, "-2.5" }, { NAN, "nan" }
  };
  char buffer[TC_NUMBER_MAX];
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    cr_assert_str_eq (tc_format_float (buffer, pairs[i].x), pairs[i].text);
}

/* Random bit patterns: reads back, fits, and no shorter text reads back.  */
Test (text, shortest_round_trip)
{
  uint64_t state = 88172645463325252u;
  char buffer[TC_NUMBER_MAX + 8], shorter[64];
  for (int i = 0; i < 100000; i++)
    {
      double x, back;
      float f;
      state ^= state << 13, state ^= state >> 7, state ^= state << 17;
      memcpy (&x, &state, sizeof x);
      memcpy (&f, &state, sizeof f);
      if (x - x == 0)
        {
          tc_format_double (buffer, x);
          cr_assert (strlen (buffer) < TC_NUMBER_MAX);
          cr_assert_eq (tc_parse_double (buffer, &back), 0);
          cr_assert (back == x, "%s", buffer);
          int digits = 0, seen = 0;     /* up to the last that is not 0 */
          for (const char *c = buffer; *c != '\0' && *c != 'e'; c++)
            {
              seen += *c >= '0' && *c <= '9' && (seen > 0 || *c != '0');
              if (*c >= '1' && *c <= '9')
                digits = seen;
            }
          snprintf (shorter, sizeof shorter, "%.*e", digits < 2 ? 0 : digits - 2, x);
          cr_assert (digits < 2 || strtod (shorter, NULL) != x, "%s is too long", buffer);
        }
      if (f - f == 0)
        cr_assert (strtof (tc_format_float (buffer, f), NULL) == f, "%s", buffer);
    }
}

Test (text, parsing_is_strict)
{
  static const char *const good[] = { "0", "-1", "+1.5", ".5", "5.", "1e3", "1E-3", "-inf",
                                      "inf", "nan", "1e999" };
  static const char *const bad[] = { "", " 1", "1 ", "1x", "0x10", "1,5", "e3", ".", "-", "1e",
                                     "1e+", "--1", "infinity", "NAN(1)", "1.2.3", "-nan" };
  double x;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    cr_assert_eq (tc_parse_double (good[i], &x), 0, "'%s'", good[i]);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    cr_assert_eq (tc_parse_double (bad[i], &x), -1, "'%s'", bad[i]);
}

/* ---- Files ---- */

Test (file, appears_whole, .init = make_folder, .fini = remove_folder)
{
  struct tc_file file;
  struct tc_error err;
  write_file (in_folder ("a"), "old");
  cr_assert_eq (tc_file_create (&file, in_folder ("a"), &err), TC_OK);
  fputs ("new", file.stream);
  fflush (file.stream);
  cr_assert_str_eq (content (in_folder ("a")), "old");
  cr_assert_eq (tc_file_close (&file, &err), TC_OK);
  cr_assert_str_eq (content (in_folder ("a")), "new");
  cr_assert_neq (access (in_folder ("a.tmp"), F_OK), 0);
}

Test (file, abandoned_leaves_the_old, .init = make_folder, .fini = remove_folder)
{
  struct tc_file file;
  struct tc_error err;
  write_file (in_folder ("a"), "old");
  cr_assert_eq (tc_file_create (&file, in_folder ("a"), &err), TC_OK);
  fputs ("new", file.stream);
  tc_file_abandon (&file);
  cr_assert_str_eq (content (in_folder ("a")), "old");
  cr_assert_neq (access (in_folder ("a.tmp"), F_OK), 0);
}

/* A full disk, played by a limit on the size of files.  */
Test (file, full_disk_leaves_the_old, .init = make_folder, .fini = remove_folder)
{
  struct tc_file file;
  struct tc_error err;
  struct rlimit limit = { 10000, RLIM_INFINITY };
  char expected[256];
  write_file (in_folder ("a"), "old");
  signal (SIGXFSZ, SIG_IGN);
  cr_assert_eq (setrlimit (RLIMIT_FSIZE, &limit), 0);
  cr_assert_eq (tc_file_create (&file, in_folder ("a"), &err), TC_OK);
  for (int i = 0; i < 5000; i++)
    fputs ("0123456789", file.stream);
  cr_assert_eq (tc_file_close (&file, &err), TC_EIO);
  snprintf (expected, sizeof expected, "cannot write %s: File too large", in_folder ("a"));
  cr_assert_str_eq (err.message, expected);
  cr_assert_str_eq (content (in_folder ("a")), "old");
  cr_assert_neq (access (in_folder ("a.tmp"), F_OK), 0);
}

Test (file, says_why_it_cannot_write, .init = make_folder, .fini = remove_folder)
{
  struct tc_file file;
  struct tc_error err;
  char expected[256];
  cr_assert_eq (tc_file_create (&file, in_folder ("none/a"), &err), TC_EIO);
  snprintf (expected, sizeof expected, "cannot write %s: No such file or directory",
            in_folder ("none/a"));
  cr_assert_str_eq (err.message, expected);
}

Test (file, makes_folders, .init = make_folder, .fini = remove_folder)
{
  struct tc_error err;
  char expected[256];
  cr_assert_eq (tc_make_folder (in_folder ("x/y//z/"), &err), TC_OK);
  cr_assert_eq (tc_make_folder (in_folder ("x/y/z"), &err), TC_OK);
  cr_assert_eq (access (in_folder ("x/y/z"), F_OK), 0);
  write_file (in_folder ("file"), "");
  cr_assert_eq (tc_make_folder (in_folder ("file/sub"), &err), TC_EIO);
  snprintf (expected, sizeof expected, "cannot create folder %s: Not a directory",
            in_folder ("file"));
  cr_assert_str_eq (err.message, expected);
}

/* ---- CSV ---- */

static const struct tc_csv_column two_columns[] = {
  { "step", "updates" }, { "loss", "nats" }
};

Test (csv, says_what_it_holds, .init = make_folder, .fini = remove_folder)
{
  struct tc_csv csv;
  struct tc_error err;
  cr_assert_eq (tc_csv_create (&csv, in_folder ("a.csv"), "A title", 2, two_columns,
                               "seed 1\noptions: a=b", &err), TC_OK);
  tc_csv_int (&csv, 0);
  tc_csv_real (&csv, 0.1);
  cr_assert_eq (tc_csv_end_row (&csv, &err), TC_OK);
  tc_csv_text (&csv, "a \"b\", c");
  tc_csv_real (&csv, NAN);
  cr_assert_eq (tc_csv_end_row (&csv, &err), TC_OK);
  tc_csv_text (&csv, "#1");
  tc_csv_float (&csv, 0.1f);
  cr_assert_eq (tc_csv_end_row (&csv, &err), TC_OK);
  cr_assert_eq (tc_csv_close (&csv, &err), TC_OK);
  cr_assert_str_eq (content (in_folder ("a.csv")),
                    "# A title\n# step: updates\n# loss: nats\n# seed 1\n# options: a=b\n"
                    "step,loss\n0,0.1\n\"a \"\"b\"\", c\",\n\"#1\",0.1\n");
  struct tc_table table;
  cr_assert_eq (tc_table_read (&table, in_folder ("a.csv"), &err), TC_OK);
  cr_assert_eq (table.n_rows, 3);
  cr_assert_eq (table.n_columns, 2);
  cr_assert_eq (tc_table_column (&table, "loss"), 1);
  cr_assert_eq (tc_table_column (&table, "lossy"), -1);
  cr_assert_eq (table.value[1], 0.1);
  cr_assert_str_eq (table.text[2], "a \"b\", c");
  cr_assert (isnan (table.value[2]) && isnan (table.value[3]));
  cr_assert_str_eq (table.text[4], "#1");
  tc_table_free (&table);
}

Test (csv, refuses_a_ragged_row, .init = make_folder, .fini = remove_folder)
{
  struct tc_csv csv;
  struct tc_error err;
  cr_assert_eq (tc_csv_create (&csv, in_folder ("a.csv"), "t", 2, two_columns, NULL, &err),
                TC_OK);
  tc_csv_int (&csv, 0);
  cr_assert_eq (tc_csv_end_row (&csv, &err), TC_EINVAL);
  tc_csv_abandon (&csv);
  cr_assert_neq (access (in_folder ("a.csv"), F_OK), 0);
}

Test (csv, bad_files_are_named, .init = make_folder, .fini = remove_folder)
{
  static const struct { const char *text, *message; } cases[] = {
    { "", ":1: expected a header row of column names" },
    { "# only\n", ":2: expected a header row of column names" },
    { "a,b\n1,2\n3\n", ":3: expected 2 cells as in the header, found 1" },
    { "a,b\n1,2,3\n", ":2: expected 2 cells as in the header, found 3" },
    { "a,b\n1,2\n3,4", ":3: the file ends in the middle of a line (truncated?)" },
    { "# cut off", ":1: the file ends in the middle of a line (truncated?)" },
    { "a,b\n1,\"2\n\n", ":4: a quoted cell is never closed" },
    { "a,b\n1,\"2\"x\n", ":2: expected a comma or the end of the line after a cell" },
    { "a,b\n1,x\"2\"\n", ":2: expected a comma or the end of the line after a cell" }
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      struct tc_table table;
      struct tc_error err;
      char expected[256];
      write_file (in_folder ("a.csv"), cases[i].text);
      cr_assert_eq (tc_table_read (&table, in_folder ("a.csv"), &err), TC_EFORMAT, "%zu", i);
      snprintf (expected, sizeof expected, "%s%s", in_folder ("a.csv"), cases[i].message);
      cr_assert_str_eq (err.message, expected);
    }
}

Test (csv, unreadable_files_are_named, .init = make_folder, .fini = remove_folder)
{
  struct tc_table table;
  struct tc_error err;
  char expected[256];
  cr_assert_eq (tc_table_read (&table, in_folder ("none.csv"), &err), TC_EIO);
  snprintf (expected, sizeof expected, "cannot read %s: No such file or directory",
            in_folder ("none.csv"));
  cr_assert_str_eq (err.message, expected);
  FILE *stream = fopen (in_folder ("nul.csv"), "wb");
  fwrite ("a,b\n1,\0\n", 1, 8, stream);
  fclose (stream);
  cr_assert_eq (tc_table_read (&table, in_folder ("nul.csv"), &err), TC_EFORMAT);
  snprintf (expected, sizeof expected, "%s: expected a text file, found a NUL byte",
            in_folder ("nul.csv"));
  cr_assert_str_eq (err.message, expected);
}

Test (csv, reads_windows_lines_and_large_tables, .init = make_folder, .fini = remove_folder)
{
  struct tc_table table;
  struct tc_error err;
  FILE *stream = fopen (in_folder ("a.csv"), "wb");
  fputs ("x,y,z\r\n", stream);
  for (int i = 0; i < 1000; i++)
    fprintf (stream, "%d,%d,%d\r\n", i, 2 * i, 3 * i);
  fclose (stream);
  cr_assert_eq (tc_table_read (&table, in_folder ("a.csv"), &err), TC_OK);
  cr_assert_eq (table.n_rows, 1000);
  cr_assert_str_eq (table.name[2], "z");
  cr_assert_eq (table.value[999 * 3 + 2], 2997);
  tc_table_free (&table);
}

/* ---- Macros ---- */

Test (macros, are_latex, .init = make_folder, .fini = remove_folder)
{
  struct tc_macros macros;
  struct tc_error err;
  cr_assert_eq (tc_macros_create (&macros, in_folder ("m.tex"), "tcTest", &err), TC_OK);
  tc_macros_int (&macros, "Steps", 3000);
  tc_macros_int (&macros, "Minus", -3);
  tc_macros_real (&macros, "Loss", 1.7550454346456562e-09, 3);
  tc_macros_real (&macros, "Half", 0.5, 3);
  tc_macros_real (&macros, "Round", 0.9996, 3);
  tc_macros_real (&macros, "Large", 12345, 2);
  tc_macros_real (&macros, "Million", 1e6, 2);
  tc_macros_real (&macros, "Negative", -2.345, 2);
  tc_macros_real (&macros, "Zero", 0, 3);
  tc_macros_real (&macros, "None", NAN, 3);
  tc_macros_text (&macros, "Text", "50% of a_b & {c}\\");
  cr_assert_eq (tc_macros_close (&macros, &err), TC_OK);
  cr_assert_str_eq (content (in_folder ("m.tex")),
                    "\\newcommand{\\tcTestSteps}{3000}\n"
                    "\\newcommand{\\tcTestMinus}{\\ensuremath{-3}}\n"
                    "\\newcommand{\\tcTestLoss}{\\ensuremath{1.76 \\times 10^{-9}}}\n"
                    "\\newcommand{\\tcTestHalf}{\\ensuremath{0.500}}\n"
                    "\\newcommand{\\tcTestRound}{\\ensuremath{1.00}}\n"
                    "\\newcommand{\\tcTestLarge}{\\ensuremath{12000}}\n"
                    "\\newcommand{\\tcTestMillion}{\\ensuremath{1.0 \\times 10^{6}}}\n"
                    "\\newcommand{\\tcTestNegative}{\\ensuremath{-2.3}}\n"
                    "\\newcommand{\\tcTestZero}{0}\n"
                    "\\newcommand{\\tcTestNone}{--}\n"
                    "\\newcommand{\\tcTestText}{50\\% of a\\_b \\& \\{c\\}\\textbackslash{}}\n");
}

Test (macros, refuse_names_that_tex_cannot_read, .init = make_folder, .fini = remove_folder)
{
  struct tc_macros macros;
  struct tc_error err;
  char expected[256];
  cr_assert_eq (tc_macros_create (&macros, in_folder ("m.tex"), "tcTest", &err), TC_OK);
  tc_macros_int (&macros, "Step100", 1);
  cr_assert_eq (tc_macros_close (&macros, &err), TC_EINVAL);
  snprintf (expected, sizeof expected,
            "%s: the macro name \\tcTestStep100 must consist of letters", in_folder ("m.tex"));
  cr_assert_str_eq (err.message, expected);
  cr_assert_neq (access (in_folder ("m.tex"), F_OK), 0);
}

/* ---- JSON ---- */

Test (json, is_sorted_and_shortest)
{
  json_t *value = json_pack ("{s:f,s:f,s:i,s:s,s:{s:b},s:[i,n],s:{}}", "z", 0.1, "whole", 3.0,
                             "int", 3, "a", "q\"\n", "o", "t", 1, "list", 1, "empty");
  char *text = tc_json_text (value);
  cr_assert_str_eq (text, "{\n  \"a\": \"q\\\"\\n\",\n  \"empty\": {},\n  \"int\": 3,\n"
                          "  \"list\": [\n    1,\n    null\n  ],\n  \"o\": {\n    \"t\": true\n"
                          "  },\n  \"whole\": 3.0,\n  \"z\": 0.1\n}\n");
  json_t *back = json_loads (text, 0, NULL);
  cr_assert (json_equal (back, value));
  json_decref (back);
  json_decref (value);
  free (text);
}

/* ---- Progress ---- */

/* What the bar writes to a file in place of stderr.  */
static const char *
drawn (bool is_terminal, bool quiet)
{
  struct tc_progress progress;
  tc_progress_start (&progress, "demo run", 0, 100, quiet);
  progress.stream = fopen (in_folder ("bar"), "wb");
  progress.is_terminal = is_terminal;
  progress.last_drawn -= 10;    /* as if ten seconds had passed */
  tc_progress_update (&progress, 49, 0.25);
  tc_progress_update (&progress, 50, 0.125);
  tc_progress_finish (&progress, 0.125);
  fclose (progress.stream);
  return content (in_folder ("bar"));
}

Test (progress, draws_a_bar_on_a_terminal, .init = make_folder, .fini = remove_folder)
{
  const char *text = drawn (true, false);
  cr_assert_not_null (strstr (text, "\rdemo run [##########..........] 50/100  loss 0.25  "));
  cr_assert_not_null (strstr (text, "51/100  loss 0.125"));
  cr_assert_eq (text[strlen (text) - 1], '\n');
}

Test (progress, writes_lines_elsewhere, .init = make_folder, .fini = remove_folder)
{
  const char *text = drawn (false, false);
  cr_assert_eq (strncmp (text, "demo run: step 50 of 100, loss 0.25, ", 37), 0, "%s", text);
  cr_assert_null (strchr (text, '\r'));
}

Test (progress, is_silent_when_asked, .init = make_folder, .fini = remove_folder)
{
  cr_assert_str_eq (drawn (true, true), "");
}
