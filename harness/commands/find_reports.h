/* Where reports lie: a report's directory, or one that artifacts of a build were unpacked to. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"
#include "result/result.h"

struct found_reports {
    struct string_list whole;   /* they have a result */
    struct string_list cut_off; /* they have journals alone */
};

/* Adds the reports at or below `directory`, sorted: itself, or else those in its directories, three
 * deep (what actions/download-artifact makes). Links are not followed below it. One that was found
 * before is not added again, and `except` (may be NULL) with what is in it is passed over.
 * LG_ERROR_INPUT where there is no such directory, or it is a file, with what to do about it. None
 * found is no error. */
bool find_reports(const char *directory, const char *except, struct found_reports *found,
                  struct lg_error *err);
void found_reports_free(struct found_reports *found);
#define _cleanup_reports_ __attribute__((cleanup(found_reports_free)))

/* Adds all there are at or below it, whole or not, each once. LG_ERROR_INPUT where there is none.
 */
LG_CHECKED bool find_all_reports(const char *directory, struct string_list *reports,
                                 struct lg_error *err);
/* The one report at or below `directory`; the caller frees it. NULL and LG_ERROR_INPUT where there
 * is none, or more than one. */
char *find_report(const char *directory, struct lg_error *err);
/* The same among several, by the scenario that it holds a run of. */
char *find_report_of(const char *directory, const char *scenario, struct lg_error *err);

/* --compare: a report's result.json, or a directory that holds one report. NULL: nothing is asked.
 */
LG_CHECKED bool compare_with_report(struct suite_result *suite, const char *report,
                                    struct lg_error *err);
