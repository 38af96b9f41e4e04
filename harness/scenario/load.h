/*
 * Scenario and target files -> checked plan. Limits, formats and words: docs/reference.md, made
 * from the same table of keys (scenario/keys.h) that drives this loader and scenarios/schema.json.
 */
#pragma once

#include "scenario/diagnostics.h"
#include "scenario/plan.h"
#include "scenario/yaml.h"

struct load_options {
    const char *scenarios; /* the scenarios directory; target files are looked up in its targets/ */
    const char *target;    /* --target NAME|FILE, instead of the scenario's own; NULL: none */
    const char *program;   /* --program, instead of command[0]; NULL: none */
    const struct file_source *source; /* NULL: the working tree's files */
    struct translation_uses *uses; /* scenario/translate.h; gets what is used; NULL: nobody asks */
};

/* Loads and checks one scenario file. On failure *problems has all errors of the files involved and
 * NULL comes back; nothing else was touched. The caller frees the plan and the diagnostics. */
struct plan *plan_load(const char *file, const struct load_options *options,
                       struct diagnostics *problems);

/* Checks a target file alone (for `leakgate check`). */
bool target_file_check(const char *file, const struct load_options *options,
                       struct diagnostics *problems);

/* Loads and checks a target file alone, with what it extends; the caller frees it. The marks in it
 * name no file any more. NULL where it is wrong. */
struct node *target_file_read(const char *file, const struct load_options *options,
                              struct diagnostics *problems);

/* The path of the target file that NAME or FILE stands for; the caller frees it. */
char *target_file_of(const char *word, const char *scenarios);

/* Checks what a target file translates, and the names of scenarios in it, against these scenario
 * files. target_file_check has passed. */
void target_file_check_translation(const char *file, const struct string_list *scenarios,
                                   const struct load_options *options,
                                   struct diagnostics *problems);

/* The last day of the quarantine of a scenario with this text, YYYY-MM-DD as written there; NULL:
 * it is in none. The text may be of any age: nothing else of it is read. The caller frees it. */
char *text_quarantine_until(const char *text, size_t length);
