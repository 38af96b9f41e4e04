/* What result.c and attempts.c share: what kind of problem a journal tells of. */
#ifndef LEAKGATE_REPORT_JUDGING_H
#define LEAKGATE_REPORT_JUDGING_H

#include "measure/journal.h"

/* LG_ERROR_NONE for a run that came to its end. */
enum lg_error_class run_record_problem(const struct run_record *record);

#endif
