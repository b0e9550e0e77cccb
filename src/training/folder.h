#ifndef TC_TRAINING_FOLDER_H
#define TC_TRAINING_FOLDER_H

#include "numerics/error.h"

/* The files of a run folder that come and go as a whole.  */

/* FOLDER/NAME, to be freed; NULL when out of memory.  */
char *tc_join (const char *folder, const char *name);

/* Removes everything an unfinished run left: checkpoint, loss.csv.part,
   snapshots.part/.  What a finished run left stays.  */
enum tc_status tc_folder_clear_unfinished (const char *folder, struct tc_error *err) TC_MUST_USE;

/* FOLDER/snapshots.part/step-000100.safetensors, to be freed; makes the
   snapshot folder if it is missing.  NULL on failure, err filled.  */
char *tc_folder_snapshot (const char *folder, int step, struct tc_error *err);

/* Puts snapshots.part/ in the place of snapshots/, or removes snapshots/ if this
   run kept none.  Doing it twice is harmless.  */
enum tc_status tc_folder_publish_snapshots (const char *folder, int kept,
                                            struct tc_error *err) TC_MUST_USE;

#endif
