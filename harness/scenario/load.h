/*
 * Scenario and target files -> checked plan. Limits, formats and words: docs/reference.md, made
 * from the same table of keys (scenario/keys.h) that drives this loader and scenarios/schema.json.
 */
#ifndef LEAKGATE_SCENARIO_LOAD_H
#define LEAKGATE_SCENARIO_LOAD_H

#include "base/error.h"
#include "scenario/diagnostics.h"
#include "scenario/plan.h"
#include "scenario/yaml.h"

struct load_options {
    const char *scenarios; /* the scenarios directory; target files are looked up in its targets/ */
    const char *target;    /* --target NAME|FILE, instead of the scenario's own; NULL: none */
    const char *program;   /* --program, instead of command[0]; NULL: none */
    const struct file_source *source; /* NULL: the working tree's files */
};

/* Loads and checks one scenario file. On failure *problems has all errors of the files involved and
 * NULL comes back; nothing else was touched. The caller frees the plan and the diagnostics. */
struct plan *plan_load(const char *file, const struct load_options *options,
                       struct diagnostics *problems);

/* Checks a target file alone (for `leakgate check`). */
bool target_file_check(const char *file, const struct load_options *options,
                       struct diagnostics *problems);

/* Holds what a target file translates, and the names of scenarios in it, against these scenario
 * files. The target file is right by itself. */
void target_file_check_translation(const char *file, const struct string_list *scenarios,
                                   const struct load_options *options,
                                   struct diagnostics *problems);

/* Until when a scenario of this text, of whatever age otherwise, is in quarantine: YYYY-MM-DD as it
 * stands there; NULL: it is in none. The caller frees it. */
char *text_quarantine_until(const char *text, size_t length);

#endif
