/*
 * Checks a file's tree against the table of keys (scenario/keys.h): known keys, types, limits,
 * rules between keys, what texts look like and which ${...} and regions they name. All that is
 * wrong is diagnosed, nothing is changed.
 */
#ifndef LEAKGATE_SCENARIO_CHECK_H
#define LEAKGATE_SCENARIO_CHECK_H

#include <stdbool.h>

#include "base/strings.h"
#include "scenario/keys.h"
#include "scenario/node.h"

/* A name of a loop or of copies, known within it. */
struct check_local {
    const char *name;
    const struct node *loop; /* NULL: no loop's */
    const struct check_local *outer;
};

/* The names that texts of the file may use. NULL: not known, so any name passes. */
struct check_names {
    const struct string_list *projects;
    const struct string_list *variables;
    const struct string_list *regions;
    const struct check_local *locals; /* the innermost; NULL: none */
};

/* False when there was something to diagnose. */
bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems);

/* Is `version` one that this program reads? Another one is diagnosed, and nothing else of the file
 * need be looked at; one that is missing passes here and is check_file's business. */
bool check_version(const struct node *root, struct diagnostics *problems);

/* ${...} in a text: known and closed. `where` is where the text stands. */
void check_references(const char *text, struct mark where, const struct check_names *names,
                      bool in_iteration, struct diagnostics *problems);

#endif
