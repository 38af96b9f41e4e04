/* Checked trees -> parts of a plan. Nothing here can fail: what could be wrong was diagnosed by
 * scenario/check.h before. */
#ifndef LEAKGATE_SCENARIO_BUILD_H
#define LEAKGATE_SCENARIO_BUILD_H

#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/plan.h"

/* Loops are unrolled. Regions point into plan->regions, which must be complete. `steps` may be
 * NULL: none. */
void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list);

/* The target's regions and then the scenario's, which replace those of the same name. */
void build_regions(struct plan *plan, const struct node *scenario, const struct node *target);
/* Files, environment, tools and configuration of both. */
void build_world(struct plan *plan, const struct node *scenario, const struct node *target);
void build_measure(struct measure_plan *measure, const struct node *node);
void build_target(struct plan *plan, const struct node *target);
/* The keys of a file in a mapping, or its text alone; all but its path and place. */
void build_file_content(const struct node *value, const struct key_table *table,
                        struct file_plan *file);
/* A mapping of names to text or null, over what the list has; sorted by name. */
void build_variables(struct variable_list *variables, const struct node *mapping);

/* The hash of what the run depends on: 16 hexadecimal digits. */
void build_hash(struct plan *plan, const struct node *scenario, const struct node *target);

#endif
