#ifndef TC_NUMERICS_FILE_H
#define TC_NUMERICS_FILE_H

#include "numerics/error.h"

#include <stdio.h>

/* Files that appear whole or not at all, text and binary alike: written under
   a temporary name in the same folder; tc_file_close checks every write,
   fsyncs, renames and fsyncs the folder.  A process killed at any moment
   leaves the earlier file untouched.  (It lives in this room because every
   room that writes files must be able to see it.)  */
struct tc_file
{
  FILE *stream;                 /* write to it with stdio; errors are sticky */
  char *path, *temporary;       /* private */
};

/* Opens path's temporary for writing.  TC_EIO names path and the reason.  */
enum tc_status tc_file_create (struct tc_file *file, const char *path,
                               struct tc_error *err) TC_MUST_USE;
/* Renames temporary to path and makes that survive a power cut; what was at path
   is replaced in one instant.  For files whose writing went on for long and was
   synced by its writer.  TC_EIO.  */
enum tc_status tc_file_publish (const char *temporary, const char *path,
                                struct tc_error *err) TC_MUST_USE;

/* Publishes the file; on any write error, now or earlier, removes the
   temporary, leaves whatever was at path, and returns TC_EIO.  Frees.  */
enum tc_status tc_file_close (struct tc_file *file, struct tc_error *err) TC_MUST_USE;
/* The same without waiting for the disk: whole even if this process is killed,
   but not safe from a power cut before tc_file_sync_all.  For many small files
   that can be made again.  */
enum tc_status tc_file_close_unsynced (struct tc_file *file, struct tc_error *err) TC_MUST_USE;
/* Waits until everything written so far in path's file system is on its disk.  */
enum tc_status tc_file_sync_all (const char *path, struct tc_error *err) TC_MUST_USE;
/* Gives up: removes the temporary and frees.  Harmless on a closed file.  */
void tc_file_abandon (struct tc_file *file);

/* mkdir -p.  An existing folder is fine; anything else in the way is TC_EIO.  */
enum tc_status tc_make_folder (const char *path, struct tc_error *err) TC_MUST_USE;

#endif
