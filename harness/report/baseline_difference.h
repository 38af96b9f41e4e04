/* What changes from one baseline to another, as lines for people. */
#ifndef LEAKGATE_REPORT_BASELINE_DIFFERENCE_H
#define LEAKGATE_REPORT_BASELINE_DIFFERENCE_H

#include "base/strings.h"
#include "verdict/baseline.h"

/* Adds no line where they are the same. Either may be NULL: none. What has become wider is marked
 * as raised: a review looks for that. */
void baseline_difference(const struct baseline *old, const struct baseline *new,
                         struct string_list *lines);

#endif
