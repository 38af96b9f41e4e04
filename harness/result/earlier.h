/*
 * The findings of a run against the report of another one, mostly of the main branch (--compare).
 * It never changes a verdict: that is what baselines are for.
 *
 * What the other report says of a scenario is kept in the result, so that a report that is read
 * back says the same. Holders are the same where the confirmation of a leak calls them the same.
 */
#pragma once

#include "result/result.h"

/* Reads that report's result.json (`name` is how reports call it), and compares what is judged
 * already; scenario_read does so with what is judged later. LG_ERROR_INPUT where it is no result.
 * One of another format is no error: then nothing is compared, and each scenario says so. */
LG_CHECKED bool suite_compare(struct suite_result *suite, const char *result_file, const char *name,
                              struct lg_error *err);
/* By scenario->earlier; nothing where there is none, or nothing was judged. */
void scenario_compare(struct scenario_result *scenario);

/* Why it could not be compared, "another plan then"; NULL: it was, or nothing had to be. */
const char *scenario_not_compared(const struct scenario_result *scenario);
/* "new", "as before: +1.00 per iteration then"; the caller frees it. NULL: nothing was compared. */
char *standing_text(const struct scenario_result *scenario, const struct finding *finding);
