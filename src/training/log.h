#ifndef TC_TRAINING_LOG_H
#define TC_TRAINING_LOG_H

#include "numerics/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* loss.csv, appended row by row to loss.csv.part so that a run can stop at any
   moment.  A checkpoint remembers how many bytes were written and their hash; a
   resumed run cuts the file back to them and goes on.  */
struct tc_log
{
  FILE *stream;
  char *path, *part;            /* FOLDER/loss.csv, FOLDER/loss.csv.part */
  uint64_t n_bytes, hash;       /* written so far */
};

/* Opens an empty loss.csv.part.  Free with tc_log_close.  */
enum tc_status tc_log_create (struct tc_log *log, const char *folder,
                              struct tc_error *err) TC_MUST_USE;

/* Reopens the log of an interrupted run after its first n_bytes.  A part that is
   missing is copied from loss.csv: the run had ended.  TC_EFORMAT if those bytes
   are not the ones written.  */
enum tc_status tc_log_resume (struct tc_log *log, const char *folder, uint64_t n_bytes,
                              uint64_t hash, struct tc_error *err) TC_MUST_USE;

/* Appends text; buffered.  */
enum tc_status tc_log_write (struct tc_log *log, const char *text, size_t n,
                             struct tc_error *err) TC_MUST_USE;
/* Writes what is buffered through to the disk.  */
enum tc_status tc_log_sync (struct tc_log *log, struct tc_error *err) TC_MUST_USE;
/* Syncs and renames loss.csv.part to loss.csv.  */
enum tc_status tc_log_publish (struct tc_log *log, struct tc_error *err) TC_MUST_USE;
/* Closes; an unpublished part stays.  Harmless on a zeroed log.  */
void tc_log_close (struct tc_log *log);

#endif
