/* What the table of keys says about the keys of one mapping together: which must stand there, which
 * go together, which exclude each other. */
#ifndef LEAKGATE_SCENARIO_RULES_H
#define LEAKGATE_SCENARIO_RULES_H

#include "scenario/keys.h"
#include "scenario/node.h"

/* Diagnoses required keys that are missing and every rule that is broken. */
void check_rules(const struct node *mapping, const struct key_table *table,
                 struct diagnostics *problems);

#endif
