/* What to do next about a result: commands that can be copied. */
#ifndef LEAKGATE_REPORT_NEXT_STEPS_H
#define LEAKGATE_REPORT_NEXT_STEPS_H

#include "result/result.h"

/* "To reproduce: leakgate run ...", one a line, harmless: of the whole suite, or of one scenario
 * where `only` names one. */
void next_steps(const struct suite_result *suite, const struct scenario_result *only,
                struct string_list *lines);

#endif
