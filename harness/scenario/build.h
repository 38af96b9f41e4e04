/* A checked tree becomes a plan. Called by load.c after checking and translating; cannot fail. */
#pragma once

#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/plan.h"

/* The plan of a checked scenario and of its merged target file. Nothing here can fail:
 * scenario/check.h has diagnosed all errors. The plan's marks point to the file names of the trees;
 * the caller gives it the list that owns them. */
struct plan *plan_build(const char *file, const struct node *scenario, const char *target_file,
                        const struct node *target);

/* build_steps.c */

/* A checked list of steps, NULL for none, with its loops unrolled. Regions point into
 * plan->regions, which must be complete. */
void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list);

/* The keys of a file in a mapping, or its text alone; all but its path and place. */
struct file_plan build_file(const struct node *value, const struct key_table *table);
