/*
 * leakgate_generate WHAT: prints a file of the repository that is made from the tables of the
 * program, in the repository's own directory. `cmake --build DIR --target generate` rewrites them
 * all; a test fails when one differs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "commands/help.h"
#include "probes/gauge.h"
#include "scenario/keys.h"
#include "verdict/ignored_stacks.h"

static char *schema_text(const char *kind)
{
    _cleanup_json_ json_t *schema = schema_make(kind);
    return json_pretty(schema);
}

static const char *judged_text(enum gauge_rule rule)
{
    switch (rule) {
    case RULE_FLOOR:
        return "the floors of its samples";
    case RULE_SLOPE:
        return "its slope";
    case RULE_STACK:
        return "the floors of objects and of bytes at each stack";
    case RULE_NONE:
        return "none may be there";
    case RULE_RATE:
        return "its rate at rest, after the loop and before it";
    case RULE_SHOWN:
        break;
    }
    return "shown";
}

static void add_ignored_stacks(struct buffer *out)
{
    static const char *const where[] = {
        [IGNORED_LEAF] = "at the leaf, among the runtime's own",
        [IGNORED_ANYWHERE] = "anywhere",
        [IGNORED_STANDARD] = "anywhere, with nothing outside the standard library",
    };
    size_t count;
    const struct ignored_stack *entries = ignored_stacks_entries(&count);
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "| `%s` | `%s%s` | %s | %s |\n", gauge_info(entries[i].gauge)->name,
                      entries[i].name, text_ends(entries[i].name, ".") ? "*" : "",
                      where[entries[i].where], entries[i].reason);
}

/* The keys are the scenario room's to describe, the gauges are in a room that it cannot see. */
static char *make_reference(void)
{
    struct buffer out = {0};
    _cleanup_buffer_ struct buffer template = {0};
    struct lg_error err = {0};
    if (!file_read("harness/scenario/reference_template.md", &template, LG_ERROR_INTERNAL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    const char *remaining = reference_put(&out, buffer_string(&template));
    remaining = buffer_until(&out, remaining, "@gauges@\n");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct gauge_info *info = gauge_info(gauge);
        buffer_format(&out, "| `%s` | %s | %s | %s |\n", info->name, info->text,
                      info->holder != NULL ? info->holder : "", judged_text(info->rule));
    }
    remaining = buffer_until(&out, remaining, "@ignored stacks@\n");
    add_ignored_stacks(&out);
    buffer_text(&out, remaining);
    return buffer_take(&out);
}

int main(int count, char **words)
{
    const char *what = count == 2 ? words[1] : "";
    _cleanup_free_ char *text = NULL;
    if (strcmp(what, "schema") == 0)
        text = schema_text("scenario");
    else if (strcmp(what, "target-schema") == 0)
        text = schema_text("target");
    else if (strcmp(what, "project-schema") == 0)
        text = schema_text("project");
    else if (strcmp(what, "reference") == 0)
        text = make_reference();
    else if (strcmp(what, "man") == 0)
        text = man_make();
    if (text != NULL)
        return fputs(text, stdout) == EOF || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    fputs("usage: leakgate_generate schema|target-schema|project-schema|reference|man\n", stderr);
    return EXIT_FAILURE;
}
