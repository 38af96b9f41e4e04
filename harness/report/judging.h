/* What the makers and readers of results share: what kind of problem a journal tells of. */
#ifndef LEAKGATE_REPORT_JUDGING_H
#define LEAKGATE_REPORT_JUDGING_H

#include "report/result.h"

/* Why it is no pass and no leak, or that it is one (LG_ERROR_NONE); reason may be NULL. */
void scenario_explain(struct scenario_result *scenario, enum lg_error_class problem,
                      const char *reason);

/* The word of a failure record's "class", and of a result's "problem"; LG_ERROR_INTERNAL for any
 * other word. */
enum lg_error_class problem_class_by_name(const char *name);

/* LG_ERROR_NONE for a run that came to its end. */
enum lg_error_class run_record_problem(const struct run_record *record);

#endif
