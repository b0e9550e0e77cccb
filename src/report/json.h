#ifndef TC_REPORT_JSON_H
#define TC_REPORT_JSON_H

/* JSON as we publish it: keys sorted, two spaces of indentation, one member per
   line, numbers with as few digits as read back, a final newline.  Same content,
   same bytes.  */

struct json_t;

/* The text, to be freed with free; NULL when out of memory or for a value that
   JSON cannot hold (NaN).  */
char *tc_json_text (const struct json_t *value);

#endif
