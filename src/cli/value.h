#ifndef TC_CLI_VALUE_H
#define TC_CLI_VALUE_H

#include "cli/options.h"

/* Private to this room: one option's value as text.  */

/* Strings that the table owns, newest first.  */
struct tc_kept_string { struct tc_kept_string *next; char text[]; };

/* "an integer from 1 to 4096", "relu, gelu or solu": what a value must be.  */
void tc_option_expected (const struct tc_option *option, char *buffer, size_t size);

/* Sets the option's target from text.  `where` names the place ("--d-model",
   "my.conf:3: d-model") in the message of a TC_EINVAL.  */
enum tc_status tc_option_set (struct tc_options *options, struct tc_option *option,
                              const char *text, const char *where,
                              struct tc_error *err) TC_MUST_USE;

/* " (did you mean 'd-model'?)" for a name close to an option's, else "".  */
void tc_option_suggest (const struct tc_options *options, const char *name,
                        char *buffer, size_t size);

#endif
