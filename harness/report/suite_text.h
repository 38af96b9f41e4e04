/*
 * What every report says of a suite as a whole, and of a verdict, in words. Texts are harmless but
 * for suite_problem, suite_comparison and suite_caution. What is returned as `char *` the caller
 * frees.
 */
#pragma once

#include <stdbool.h>

#include "result/result.h"

char *suite_header(const struct suite_result *suite); /* "sidecar v1.3.0 · 3 scenarios · ..." */
char *suite_counts(const struct suite_result *suite); /* "1 leak, 2 passed" */
/* Why the run as a whole is no pass where no scenario says it: parts of it are missing, it was
 * stopped, or nothing was judged. NULL: there is nothing of that kind. */
char *suite_problem(const struct suite_result *suite);

/* What the passing runs together would have caught, in plain words; NULL where that is not known:
 * "would have caught 1 descriptor or goroutine per 7 iterations, ...". Medians. */
char *suite_power(const struct suite_result *suite);
/* The same of one of them, where it is clearly worse than most, or counts minutes; NULL: it is not.
 */
char *scenario_power(const struct suite_result *suite, const struct scenario_result *scenario);
/* What grew as the baseline allows: "accepted: fd anon_inode:[eventpoll] until 2027-03-01"; NULL:
 * nothing did. */
char *scenario_accepted(const struct scenario_result *scenario);

/* "Compared with main-report of 2026-11-23T12:00:00Z: 1 new, 2 as before, 1 gone."; NULL without
 * --compare. */
char *suite_comparison(const struct suite_result *suite);

/* What a pull request changes in the gate itself, where --baseline-ref names a revision: "Against
 * origin/main: the plan of tab-cycle differs; 1 scenario is not run any more. ..."; NULL where
 * there is nothing. It fails nothing by itself. suite->missing has the names of what is not run. */
char *suite_caution(const struct suite_result *suite);
/* What reports call it: "origin/main"; where only the journals are left, "the other revision". */
const char *revision_word(const struct suite_result *suite);

/* "leak", "played"; and as a report shows it, "LEAK". */
const char *outcome_word(const struct scenario_result *scenario);
const char *verdict_word(const struct scenario_result *scenario);
/* It is in quarantine, and would fail without. */
bool is_forgiven(const struct scenario_result *scenario);
