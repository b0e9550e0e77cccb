#ifndef TC_TRAINING_COLUMNS_H
#define TC_TRAINING_COLUMNS_H

#include "training/log.h"
#include "training/trainer.h"

/* The columns of loss.csv (trainer.h lists them) as text.  */

/* Bytes that any row of this trainer fits.  */
size_t tc_columns_row_size (const struct tc_trainer *trainer);

/* Comment lines and the row of names.  */
enum tc_status tc_columns_write_header (const struct tc_trainer *trainer, struct tc_log *log,
                                        struct tc_error *err) TC_MUST_USE;

/* One row; extra holds the experiment's values, buffer the row's text.  */
enum tc_status tc_columns_write_row (const struct tc_trainer *trainer,
                                     const struct tc_step_record *record,
                                     const double *extra, char *buffer, struct tc_log *log,
                                     struct tc_error *err) TC_MUST_USE;

#endif
