/* What changes from one list of steps to another. */
#ifndef LEAKGATE_REPORT_STEP_DIFFERENCE_H
#define LEAKGATE_REPORT_STEP_DIFFERENCE_H

#include "report/change.h"
#include "scenario/plan.h"

/* `what` names the list ("iteration"). Weaker: an input or a wait that is gone, a wait that awaits
 * less, keys that are pressed less often. Rounds of a loop are told once, with their number. */
void step_changes(const char *what, const struct step_list *old, const struct step_list *new,
                  struct change_list *changes);

#endif
