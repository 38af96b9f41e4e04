/*
 * A scenario in the words of its target: what the target file's `translate` says is put in the
 * place of the keys, texts and regular expressions that the scenario is written with.
 *
 * It is done on the checked tree, before the plan is made of it, and what has been put in is
 * checked as if it stood in the scenario: it has the marks of the target file.
 */
#pragma once

#include "base/strings.h"
#include "scenario/diagnostics.h"
#include "scenario/node.h"

/* Where the entries of one file stand that translated something. */
struct translation_uses {
    const char *file;
    struct mark *places;
    size_t count;
    size_t capacity;
};

/* A copy of the scenario of this name as the target (the merged tree) has it; NULL when nothing of
 * it changes. `uses` may be NULL. The caller frees the copy and uses->places. */
struct node *translate_scenario(const struct node *scenario, const char *name,
                                const struct node *target, struct translation_uses *uses);

/* Diagnoses names in `translate` and `without` that no scenario has. Here and below only `file`
 * itself is diagnosed: a file that it extends is checked by itself. */
void translation_check_names(const struct node *target, const char *file,
                             const struct string_list *scenarios, struct diagnostics *problems);
/* Diagnoses entries of uses->file that are not in `uses`: they translate nothing. */
void translation_check_uses(const struct node *target, const struct translation_uses *uses,
                            struct diagnostics *problems);
