#ifndef LEAKGATE_SCENARIO_BUILD_STEPS_H
#define LEAKGATE_SCENARIO_BUILD_STEPS_H

#include "scenario/node.h"
#include "scenario/plan.h"

/* A checked list of steps, NULL for none, with its loops unrolled. Regions point into
 * plan->regions, which must be complete. */
void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list);

#endif
