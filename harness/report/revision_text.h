/*
 * What a pull request changes in the gate itself: where --baseline-ref names a revision, a plan
 * that differs from the revision's, a baseline that is weaker, and scenarios that are not run any
 * more are shown in every report. It fails nothing by itself: it is for the review.
 */
#ifndef LEAKGATE_REPORT_REVISION_TEXT_H
#define LEAKGATE_REPORT_REVISION_TEXT_H

#include "result/result.h"

/* What reports call it: "origin/main"; where only the journals are left, "the other revision". */
const char *revision_word(const struct suite_result *suite);

/* Of all: "Against origin/main: the plan of tab-cycle differs; 1 scenario is not run any more.
 * ..."; NULL where there is nothing. The caller frees it. What is not run stands in suite->missing.
 */
char *revision_caution(const struct suite_result *suite);

#endif
