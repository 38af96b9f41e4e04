/* docs/reference.md, from the table of keys. */
#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/keys.h"

#include <inttypes.h>
#include <string.h>

/* In the order of the reference. */
static const struct key_table *const scenario_tables[] = {
    &scenario_table,   &quarantine_table, &variable_table, &world_table,
    &world_file_table, &region_table,     &measure_table,  NULL};
static const struct key_table *const step_tables[] = {
    &press_table,  &mouse_table, &run_table,    &wait_table, &wait_file_table,
    &settle_table, &write_table, &remove_table, &loop_table, NULL};
static const struct key_table *const target_tables[] = {
    &target_table,   &terminal_table,  &target_config_table,      &ready_table, &quit_table,
    &survivor_table, &translate_table, &translate_scenario_table, NULL};

static const char introduction[] =
    "# Reference of scenario and target files\n"
    "\n"
    "<!-- Made by `leakgate_generate reference` from harness/scenario/keys_*.c and "
    "harness/probes/gauge.c. Do not edit. -->\n"
    "\n"
    "Every key of the YAML files, with its type, default and limits. `leakgate check` checks files "
    "without running anything; editors that understand JSON Schema complete and underline by "
    "`scenarios/schema.json` and `scenarios/targets/schema.json` when the file begins with\n"
    "\n"
    "    # yaml-language-server: $schema=schema.json\n"
    "\n"
    "An error is one line, `file:line:column: message`; all errors of all files are listed at "
    "once, and nothing has started by then.\n"
    "\n"
    "## The YAML\n"
    "\n"
    "- One document of UTF-8, indented with spaces. Anchors, aliases, tags, directives and merge "
    "keys are errors, and so are a key that stands twice and a key that is not known.\n"
    "- Types are those of YAML 1.2: `2`, `true` and `null` without quotes are no texts. Where a "
    "text is wanted, write `\"2\"`. Signs such as `@`, `%`, `*`, `&`, `!`, `#`, `?`, `[` and `{` "
    "at the beginning of a text need quotes too.\n";

static const char references_section[] =
    "\n## References\n"
    "\n"
    "`${...}` is replaced in the texts of steps, files, environment and configuration, when they "
    "are used. An unknown name is an error of the file. `$${` stands for the characters `${`.\n"
    "\n"
    "| reference | is |\n"
    "| --- | --- |\n"
    "| `${i}` | the number of the iteration, from 1, the warm-up counted; known only in "
    "`iteration` |\n"
    "| `${world}` | the directory of the world |\n"
    "| `${program}` | the path of the program that is the target, for a step that runs a command "
    "of its own |\n"
    "| `${project.NAME}` | the directory of a project: `${world}/NAME` |\n"
    "| `${now}` | the time in UTC at which it is replaced, as 2026-01-31T12:00:00.123Z |\n"
    "| `${now-90s}`, `${now+1s}` | the same, shifted by a duration |\n"
    "| `${today}` | the day in UTC on which the run began, as 2026-01-31, also after midnight |\n"
    "| `${n}`, `${line}` | the number of the copy and of the line, in files with `copies` and "
    "`line` |\n"
    "| `${NAME}` | a text of the scenario's `vars`, not known in target files; or what the name of "
    "a `loop` stands for |\n";

/* '|' ends a cell also within backquotes. */
static void put_cell(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++)
        buffer_format(out, *text == '|' ? "\\%c" : "%c", *text);
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
    put_cell(out, type->phrase);
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
        put_cell(out, row->doc);
        buffer_text(out, " |\n");
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
        put_cell(out, step_table.rows[i].doc);
        buffer_text(out, " |\n");
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
    buffer_text(out, "\n## Limits\n\n| of | limit |\n| --- | --- |\n");
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

char *reference_make(void)
{
    struct buffer out = {0};
    buffer_text(&out, introduction);
    put_tables(&out, scenario_tables);
    put_steps(&out);
    put_tables(&out, target_tables);
    buffer_text(&out, "\n## Kinds of text\n\n| kind | is written |\n| --- | --- |\n");
    for (size_t i = 0; documented_rules[i] != NULL; i++) {
        buffer_format(&out, "| %s | ", documented_rules[i]->name);
        put_cell(&out, documented_rules[i]->doc);
        buffer_text(&out, " |\n");
    }
    buffer_text(&out, references_section);
    put_limits(&out);
    return buffer_take(&out);
}
