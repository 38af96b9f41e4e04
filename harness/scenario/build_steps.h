#ifndef LEAKGATE_SCENARIO_BUILD_STEPS_H
#define LEAKGATE_SCENARIO_BUILD_STEPS_H

#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/plan.h"

/* A checked list of steps, NULL for none, with its loops unrolled. Regions point into
 * plan->regions, which must be complete. */
void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list);

/* The keys of a file in a mapping, or its text alone; all but its path and place. */
struct file_plan build_file(const struct node *value, const struct key_table *table);

#endif
