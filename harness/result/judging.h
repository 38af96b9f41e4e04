/* What the makers and readers of results share: what kind of problem a journal tells of. */
#ifndef LEAKGATE_RESULT_JUDGING_H
#define LEAKGATE_RESULT_JUDGING_H

#include "result/result.h"

/* Why it is no pass and no leak, or that it is one (LG_ERROR_NONE); reason may be NULL. */
void scenario_explain(struct scenario_result *scenario, enum lg_error_class problem,
                      const char *reason);

#endif
