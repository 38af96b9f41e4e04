/*
 * Checks a file's tree against the table of keys (scenario/keys.h): known keys, types, limits,
 * rules between keys, what texts look like and which ${...} and regions they name. All that is
 * wrong is diagnosed, nothing is changed.
 */
#ifndef LEAKGATE_SCENARIO_CHECK_H
#define LEAKGATE_SCENARIO_CHECK_H

#include "scenario/check_text.h"
#include "scenario/keys.h"
#include "scenario/node.h"

/* False when there was something to diagnose. */
bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems);

/* Is `version` one that this program reads? Another one is diagnosed, and nothing else of the file
 * need be looked at; one that is missing passes here and is check_file's business. */
bool check_version(const struct node *root, struct diagnostics *problems);

#endif
