/* Checked files -> plan: the scenario's tree and the merged target tree, with defaults filled in. */
#ifndef LEAKGATE_SCENARIO_BUILD_H
#define LEAKGATE_SCENARIO_BUILD_H

#include "scenario/load.h"
#include "scenario/node.h"

/* Both trees must have passed check_file; neither is kept. plan->name, file and target.name, file
 * are the caller's to set before. */
void build_plan(struct plan *plan, const struct node *scenario, const struct node *target,
                const struct load_options *options);

/* Names that texts of the two files may use: projects, variables, regions. `scenario` may be NULL. */
void list_names(const struct node *scenario, const struct node *target,
                struct string_list *projects, struct string_list *variables,
                struct string_list *regions);

#endif
