/*
 * A scenario as a YAML file, made from steps. What is written is read back by plan_load as the same
 * steps. Pure: text in, text out.
 */
#pragma once

#include "base/buffer.h"
#include "scenario/plan.h"

/* Owned by the caller, all of it; what is empty is left out. */
struct scenario_draft {
    const char *title;
    const char *target; /* its name, or the path of its file */
    struct string_list tags;
    struct string_list needs;
    struct string_list projects; /* world.projects */
    struct variable_list vars;   /* names and values alone */
    const json_t *start; /* a scenario's document, whose world, variables, regions and setup it has
                            as well, the setup first; NULL: none */
    const struct region *regions; /* all of them are left out of the round trip as well */
    size_t region_count;
    struct step_list setup;     /* steps that a program does, not a person's files: press, chord, */
    struct step_list iteration; /* type, mouse, resize, wait, settle, snapshot and sleep */
};

void scenario_write(const struct scenario_draft *draft, struct buffer *yaml);

/* Parts of such a file, for others: a text, in quotes where it needs them; "key: [a, b]" and a
 * newline, or nothing of an empty list; regions under their key. */
void yaml_put_text(struct buffer *yaml, const char *text);
void yaml_put_list(struct buffer *yaml, const char *key, const struct string_list *texts);
void yaml_put_regions(struct buffer *yaml, const struct region *regions, size_t count);

/* The text where ${...} would be replaced: "${" becomes "$${". The caller frees it. */
char *text_as_template(const char *text);
