/* What changes from one baseline to another. */
#ifndef LEAKGATE_REPORT_BASELINE_DIFFERENCE_H
#define LEAKGATE_REPORT_BASELINE_DIFFERENCE_H

#include "base/strings.h"
#include "report/change.h"
#include "verdict/baseline.h"

/* As lines for people. Adds none where they are the same. Either may be NULL: none. What has become
 * wider is marked as raised: a review looks for that. */
void baseline_difference(const struct baseline *old, const struct baseline *new,
                         struct string_list *lines);

/* One by one, with what each does to what is found. A baseline that is new, or gone, is one change,
 * with one for each of its allowances. A level is measured a little differently by each run: one
 * that stays within the tolerance makes nothing weaker or stricter. */
void baseline_changes(const struct baseline *old, const struct baseline *new,
                      struct change_list *changes);

#endif
