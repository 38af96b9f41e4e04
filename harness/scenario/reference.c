/* docs/reference.md, from reference_template.md and the table of keys. */
#include "base/buffer.h"
#include "base/limits.h"
#include "scenario/keys.h"

#include <inttypes.h>

/* In the order of the reference. */
static const struct key_table *const scenario_tables[] = {
    &scenario_table,   &quarantine_table, &variable_table, &world_table,
    &world_file_table, &region_table,     &measure_table,  NULL};
static const struct key_table *const step_tables[] = {
    &press_table,  &mouse_table, &run_table,    &wait_table, &wait_file_table,
    &settle_table, &write_table, &remove_table, &loop_table, NULL};
static const struct key_table *const target_tables[] = {&target_table,
                                                        &terminal_table,
                                                        &target_config_table,
                                                        &ready_table,
                                                        &quit_table,
                                                        &survivor_table,
                                                        &healthy_table,
                                                        &translate_table,
                                                        &translate_scenario_table,
                                                        NULL};

static const struct key_table *const project_tables[] = {&project_table, NULL};

/* '|' ends a cell also within backquotes. */
static void put_cell(struct buffer *out, const char *text, const char *end)
{
    for (; *text != '\0'; text++)
        buffer_format(out, *text == '|' ? "\\%c" : "%c", *text);
    buffer_text(out, end);
}

static void put_type(struct buffer *out, const struct key_row *row)
{
    const struct value_type *type = row->type;
    if (type->forms == FORM_TEXT && type->text->words != NULL) {
        const char *const *words = type->text->words;
        for (size_t i = 0; words[i] != NULL; i++) {
            const char *between = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
            buffer_format(out, "%s`%s`", between, words[i]);
        }
        return;
    }
    put_cell(out, type->phrase, "");
    if (type->forms != FORM_INTEGER)
        return;
    if (type->minimum == type->maximum)
        buffer_format(out, ": %" PRId64, type->minimum);
    else
        buffer_format(out, ", %" PRId64 " to %" PRId64, type->minimum, type->maximum);
}

static void put_table(struct buffer *out, const struct key_table *table, const char *level)
{
    buffer_format(out, "\n%s %s\n\n%s\n\n", level, table->title, table->doc);
    buffer_text(out, "| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct key_row *row = &table->rows[i];
        buffer_format(out, "| `%s` | ", row->name);
        put_type(out, row);
        if (row->required)
            buffer_text(out, " | required | ");
        else if (row->default_text != NULL)
            buffer_format(out, " | `%s` | ", row->default_text);
        else
            buffer_text(out, " | | ");
        put_cell(out, row->doc, " |\n");
    }
}

/* The first table is the file itself, the others are parts of it. */
static void put_tables(struct buffer *out, const struct key_table *const *tables)
{
    for (size_t i = 0; tables[i] != NULL; i++)
        put_table(out, tables[i], i == 0 ? "##" : "###");
}

static void put_steps(struct buffer *out)
{
    buffer_format(out, "\n## %s\n\n%s\n\n", step_table.title, step_table.doc);
    buffer_text(out, "| step | value | what it does |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < step_table.count; i++) {
        buffer_format(out, "| `%s` | ", step_table.rows[i].name);
        put_type(out, &step_table.rows[i]);
        buffer_text(out, " | ");
        put_cell(out, step_table.rows[i].doc, " |\n");
    }
    buffer_text(out, "\nOne of each:\n\n```yaml\n");
    for (size_t i = 0; i < step_table.count; i++)
        buffer_format(out, "- %s: %s\n", step_table.rows[i].name, step_table.rows[i].example);
    buffer_text(out, "```\n");
    for (size_t i = 0; step_tables[i] != NULL; i++)
        put_table(out, step_tables[i], "###");
    buffer_text(out, "\nTimeouts of steps are multiplied by `LEAKGATE_TIMEOUT_SCALE`.\n");
}

static void put_limits(struct buffer *out)
{
    buffer_format(out, "| a file | %u KiB, %u YAML events, nested %u deep |\n",
                  LIMIT_YAML_BYTES / 1024, LIMIT_YAML_EVENTS, LIMIT_YAML_DEPTH);
    buffer_format(out, "| errors listed | %u |\n", LIMIT_YAML_DIAGNOSTICS);
    buffer_format(out, "| target files that extend one another | %u |\n", LIMIT_EXTENDS_DEPTH);
    buffer_format(out, "| a regular expression | %u bytes, %u steps of matching |\n",
                  LIMIT_REGEX_BYTES, LIMIT_REGEX_MATCH);
    buffer_format(out, "| a file of the world | %u MiB |\n", LIMIT_WORLD_FILE_BYTES / 1024 / 1024);
    buffer_format(out, "| all files of a world, and those of one `write` | %u MiB |\n",
                  LIMIT_WORLD_BYTES / 1024 / 1024);
    buffer_format(out, "| loops in loops | %u deep |\n", LIMIT_LOOP_DEPTH);
    buffer_format(out, "| a list of steps with all rounds of its loops | %u steps, %u MiB |\n",
                  LIMIT_STEPS, LIMIT_STEPS_BYTES / 1024 / 1024);
}

const char *reference_put(struct buffer *out, const char *template)
{
    const char *remaining = buffer_until(out, template, "@keys@\n");
    put_tables(out, scenario_tables);
    put_steps(out);
    put_tables(out, target_tables);
    put_tables(out, project_tables);
    remaining = buffer_until(out, remaining, "@kinds of text@\n");
    for (size_t i = 0; documented_rules[i] != NULL; i++) {
        buffer_format(out, "| %s | ", documented_rules[i]->name);
        put_cell(out, documented_rules[i]->doc, " |\n");
    }
    remaining = buffer_until(out, remaining, "@limits@\n");
    put_limits(out);
    return remaining;
}
