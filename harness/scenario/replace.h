/* What `replace` and `with` of a variable do to its text. */
#ifndef LEAKGATE_SCENARIO_REPLACE_H
#define LEAKGATE_SCENARIO_REPLACE_H

#include "base/error.h"

/* The text with every match of the regular expression (as `regex` of a wait is read) replaced by
 * `with`, taken as it stands. The caller frees it; NULL and *err when the matching is given up. */
char *text_replace(const char *text, const char *regex, const char *with, struct lg_error *err);

#endif
