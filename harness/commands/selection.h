/*
 * Which scenarios a command is about, loaded and checked all together: either all of them are fine,
 * or all that is wrong is printed and nothing has started.
 */
#pragma once

#include "base/error.h"
#include "commands/options.h"
#include "scenario/load.h"
#include "verdict/baseline.h"

struct selection {
    struct plan **plans; /* in the order of the operands, else by name */
    size_t count;
    size_t capacity;
};

/* The files that the operands name, else all of the scenarios directory, sorted. LG_ERROR_INPUT
 * with the nearest name where there is none of that name. */
bool selection_files(const struct arguments *arguments, struct string_list *files,
                     struct lg_error *err);
/* Adds the paths of a directory's files with that ending, sorted; a missing directory is empty. */
void files_with_suffix(const char *directory, const char *suffix, struct string_list *paths);

/* Loads the files and leaves out what --tag does not ask for. Adds all that is wrong to `problems`;
 * false when anything is. A tag that none of the files has is wrong, for a slip there would choose
 * nothing, or less than was meant. */
bool selection_load(const struct arguments *arguments, const struct string_list *files,
                    struct selection *selection, struct diagnostics *problems);
/* Would it be chosen, by its tags and whether it waits for a request? */
bool selection_asks_for(const struct arguments *arguments, const struct plan *plan);
void selection_free(struct selection *selection);

/* Says on standard error that nothing is chosen, and why that may be. */
void print_no_scenario(const struct arguments *arguments);

struct load_options load_options_of(const struct arguments *arguments);

/* BASELINES/TARGET/SCENARIO.json; the caller frees it. */
char *baseline_path(const char *baselines, const char *target, const char *scenario);
/* What is stored for the plan in --baselines. NULL where nothing is, or, with *err, where that
 * cannot be read. The caller frees it. */
struct baseline *baseline_of_plan(const struct arguments *arguments, const struct plan *plan,
                                  struct lg_error *err);
