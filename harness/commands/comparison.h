/*
 * Scenarios and baselines of the working tree against those of another revision: for
 * --baseline-ref, where the report shows what is weaker, and for diff-baseline.
 *
 * comparison_open, then one scenario after the other, then comparison_close.
 */
#ifndef LEAKGATE_COMMANDS_COMPARISON_H
#define LEAKGATE_COMMANDS_COMPARISON_H

#include "commands/revision.h"
#include "report/change.h"
#include "scenario/load.h"

struct comparison;

/* Both must outlive it. The options are those that the working tree's plans are loaded with. */
struct comparison *comparison_open(const struct revision *revision,
                                   const struct load_options *options);
void comparison_close(struct comparison *comparison);

/* The plan of this file as the revision has it, with the revision's target file (the working tree's
 * where the revision has none: it is not in the repository, and is the same before and after).
 * NULL: there was no such scenario, or the file lies outside the repository (*outside), or it
 * cannot be read (*problem, which the caller frees). The caller frees the plan. */
struct plan *comparison_plan(struct comparison *comparison, const char *file, bool *outside,
                             char **problem);

/* Adds what became of the revision's scenario. `plan` NULL: the working tree has none; `file` is
 * where it would be. A scenario outside the repository is not compared; one that the revision has
 * and that this leakgate cannot read is a weaker one, for nothing better can be said of it. */
void comparison_scenario(struct comparison *comparison, const char *file, const struct plan *plan,
                         struct change_list *changes);

#endif
