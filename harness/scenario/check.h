/*
 * Checks a file's tree against the table of keys (scenario/keys.h): known keys, types, limits,
 * rules between keys, how texts are written and which ${...} and regions they name. All errors are
 * diagnosed; the tree stays as it is.
 */
#ifndef LEAKGATE_SCENARIO_CHECK_H
#define LEAKGATE_SCENARIO_CHECK_H

#include "scenario/check_text.h"
#include "scenario/keys.h"
#include "scenario/node.h"

/* False when something was diagnosed. */
bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems);

/* Is `version` one that this program reads? Another one is diagnosed, and the rest of the file need
 * not be checked. A missing one passes here: check_file diagnoses it. */
bool check_version(const struct node *root, struct diagnostics *problems);

#endif
