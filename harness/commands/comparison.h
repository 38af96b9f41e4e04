/*
 * Scenarios of the working tree against those of another revision, for --baseline-ref and
 * diff-baseline.
 */
#pragma once

#include "commands/revision.h"
#include "scenario/load.h"

/* Adds the names, once each, of the scenarios that the revision has in this directory; none where
 * it is outside of the repository. */
bool revision_scenarios(const struct revision *revision, const char *directory,
                        struct string_list *names, struct lg_error *err);

/* The plan of this file as the revision has it, with the revision's target file (the working tree's
 * where the revision has none: it is not in the repository, and is the same before and after).
 * NULL: it has none, or it cannot be read. The caller frees it. */
struct plan *revision_plan(const struct revision *revision, const char *file,
                           const struct load_options *options);

/* The differences of files that were compared already: many scenarios have one target file. Zeroed
 * at first. */
struct comparison {
    struct compared_file *files;
    size_t count;
    size_t capacity;
};
void comparison_free(struct comparison *comparison);

/* How the plan's files (its scenario's, its target's and what that extends) differ from the
 * revision's, as lines of `diff -u`; NULL: they do not, the revision has no such scenario
 * (*is_new), or it lies outside of the repository. The caller frees it. */
char *plan_difference(struct comparison *comparison, const struct revision *revision,
                      const struct plan *plan, bool *is_new);
