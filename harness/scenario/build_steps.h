/* Checked steps of a file -> the steps of a plan. */
#ifndef LEAKGATE_SCENARIO_BUILD_STEPS_H
#define LEAKGATE_SCENARIO_BUILD_STEPS_H

#include "scenario/node.h"
#include "scenario/plan.h"

/* The list must have passed check_file; NULL is an empty list. `plan` has the regions that waits
 * name. step_list_free frees what was built. */
void build_steps(const struct node *list, const struct plan *plan, struct step_list *steps);
void step_list_free(struct step_list *steps);

#endif
