/*
 * What a pull request makes weaker: where --baseline-ref names a revision, the scenarios and
 * baselines of the working tree are held against those of the revision, and what lets more pass is
 * told in every report. It fails nothing by itself: it is for the review.
 */
#ifndef LEAKGATE_REPORT_WEAKENING_H
#define LEAKGATE_REPORT_WEAKENING_H

#include "report/result.h"

/* What is weaker in this scenario or its baseline, a line each ("samples: 42 -> 21"); often empty,
 * never NULL. Text of files: to be made harmless by who prints it. */
const struct string_list *scenario_weakenings(const struct scenario_result *scenario);

/* Of all: "Weaker than at origin/main: tab-cycle, idle, and 1 scenario that is gone. ..."; NULL
 * where nothing is. The caller frees it. What is gone stands in suite->weakened. */
char *weakening_text(const struct suite_result *suite);

#endif
