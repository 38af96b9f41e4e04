/* What changes from one plan of a scenario to another: what its file and its target file say. */
#ifndef LEAKGATE_REPORT_PLAN_DIFFERENCE_H
#define LEAKGATE_REPORT_PLAN_DIFFERENCE_H

#include "report/change.h"
#include "scenario/plan.h"

/* Either may be NULL: there is no such scenario. Weaker is what measures less or looks less closely
 * (fewer samples or iterations, a shorter rest, a longer drain, a coarser profile), compares less
 * of the screen or of the world, leaves out steps or what they wait for, or lets the scenario be
 * passed over more often (a tag less, a need more, on request, in quarantine). What was replaced by
 * something else of its kind is a change that cannot be judged: neutral. */
void plan_changes(const struct plan *old, const struct plan *new, struct change_list *changes);

#endif
