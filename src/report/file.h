#ifndef TC_REPORT_FILE_H
#define TC_REPORT_FILE_H

#include "numerics/error.h"

#include <stdio.h>

/* Text files that appear whole or not at all: written to a temporary name in
   the same folder; tc_file_close checks every write, closes, fsyncs and
   renames.  */
struct tc_file
{
  FILE *stream;
  char *path, *temporary;
};

enum tc_status tc_file_create (struct tc_file *file, const char *path,
                               struct tc_error *err) TC_MUST_USE;
/* Publishes the file; on any earlier write error removes the temporary and
   returns TC_EIO.  */
enum tc_status tc_file_close (struct tc_file *file, struct tc_error *err) TC_MUST_USE;
/* Gives up: removes the temporary.  */
void tc_file_abandon (struct tc_file *file);

/* mkdir -p.  */
enum tc_status tc_make_folder (const char *path, struct tc_error *err) TC_MUST_USE;

#endif
