/* The table of keys: target files. */
#include "base/limits.h"
#include "scenario/keys.h"

static const struct text_rule term_rule = {
    .pattern = "^[A-Za-z0-9][A-Za-z0-9._+-]*$",
    .hint = "must be the name of a terminal type, such as xterm-256color"};
/* References in them are checked in the scenario that they are put into. */
static const struct value_type other_text_type = {FORM_TEXT | FORM_LIST, "text or a list of texts",
                                                  .text = &some_text_rule, .item = &some_text_type,
                                                  .least_items = 1};
static const struct value_type translated_texts_type = {
    FORM_MAP, "a mapping of texts to texts", .item = &other_text_type, .map_key = &some_text_rule};
static const struct value_type translated_regexes_type = {
    FORM_MAP, "a mapping of regular expressions to regular expressions", .item = &plain_regex_type,
    .map_key = &some_text_rule};
static const struct value_type translated_keys_type = {
    FORM_MAP, "a mapping of keys to keys", .item = &keys_type, .map_key = &key_name_rule};
static const struct value_type steps_before_type = {
    FORM_MAP, "a mapping of texts to steps", .item = &step_list_type, .map_key = &some_text_rule};
static const struct value_type translate_scenarios_type = {
    FORM_MAP, "a mapping of scenarios to what is translated in them",
    .item = MAPPING(translate_scenario_table), .map_key = &name_rule};
static const struct value_type without_type = {FORM_MAP, "a mapping of scenarios to reasons",
                                               .item = &some_text_type, .map_key = &name_rule};

static const struct key_row target_rows[] = {
    {"version", &integer_type, .required = true, .minimum = 1, .maximum = 1,
     .doc = "The version of this format."},
    {"extends", &some_text_type,
     .doc = "Another target file that this one changes: NAME for `targets/NAME.yaml`, or the path "
            "of a `.yaml` file, from the directory of this one. At most four in a chain."},
    {"command", &command_type,
     .doc = "The program, a name on PATH or a path, and its arguments. `--program` replaces the "
            "first. Required here or in what this file extends."},
    {"version_arguments", LIST_OF("a list of arguments", &any_template_type),
     .doc = "Arguments that make the program print its version."},
    {"terminal", MAPPING(terminal_table), .doc = "The terminal it runs in."},
    {"wait_rows", &range_type, .default_text = "0..-1",
     .doc = "The rows in which waits look when they name none: leave out bars that always show the "
            "same words."},
    {"regions", &region_map_type, .doc = "Named parts of the screen, for waits and `leave_out`."},
    {"env", &environment_type, .doc = "Environment variables to set; null unsets one."},
    {"files", &file_map_type, .doc = "Files of the world: path to text."},
    {"config", MAPPING_AS("a mapping of path and value", target_config_table),
     .doc = "The target's configuration, written as JSON; a scenario's `world.config` is merged "
            "into it."},
    {"tools", &tool_list_type, .doc = "Programs to put on the world's PATH."},
    {"projects", &project_list_type, .doc = "The git projects of scenarios that name none."},
    {"ready", MAPPING(ready_table), .doc = "What is done until the target is ready."},
    {"quit", MAPPING(quit_table), .doc = "How the target is ended."},
    {"state", LIST_OF("a list of directories in the world", &world_directory_type),
     .doc = "Directories of the world in which it keeps files: how many there are is the gauge "
            "`state_file`. No one should lie in another."},
    {"survivors",
     LIST_OF("a list of survivors",
             MAPPING_AS("a mapping such as tmux: DIRECTORY", survivor_table)),
     .doc = "What may outlive the target by design; leakgate ends it."},
    {"translate", MAPPING(translate_table),
     .doc = "What the scenarios say, and what this target says instead. Only the plans of "
            "scenarios in which something is translated change by it."},
    {"without", &without_type,
     .doc = "The scenarios that this target has nothing for, and why: they are skipped."},
};
const struct key_table target_table = {
    "target",
    "Target file",
    .doc = "What is under test: one YAML file in `scenarios/targets/`, or any file named by "
           "`--target`. A file that `extends` another is merged into it: mappings are merged deep, "
           "null removes a key, texts, numbers and lists replace what was there.",
    .phrase = "a target file",
    .rules = RULES({RULE_AT_LEAST_ONE, {"command", "extends"}}),
    .removable = true,
    ROWS(target_rows)};

static const struct key_row terminal_rows[] = {
    {"term", TEXT_AS("the name of a terminal type", term_rule), .default_text = "xterm-256color",
     .doc = "TERM."},
    {"columns", &integer_type, .default_text = "200", .minimum = LIMIT_TERMINAL_LEAST,
     .maximum = LIMIT_TERMINAL_COLUMNS, .doc = "The width in cells."},
    {"rows", &integer_type, .default_text = "50", .minimum = LIMIT_TERMINAL_LEAST,
     .maximum = LIMIT_TERMINAL_ROWS, .doc = "The height in cells."},
};
const struct key_table terminal_table = {"terminal", "terminal",
                                         .doc = "Type and size of the terminal at the start.",
                                         .removable = true, ROWS(terminal_rows)};

static const struct key_row config_rows[] = {
    {"path", &world_path_type,
     .doc = "Where the configuration is written. Required here or in what this file extends."},
    {"value", &any_mapping_type,
     .doc = "What is written: any mapping. Texts in it may hold `${...}`; a quoted `\"true\"` or "
            "`\"1\"` stays text."},
};
const struct key_table target_config_table = {"config", "config",
                                              .doc = "The configuration file of the target.",
                                              .removable = true, ROWS(config_rows)};

static const struct key_row ready_rows[] = {
    {"steps", &step_list_type,
     .doc = "Steps after the start, nearly always a wait for what the first screen shows."},
    {"timeout", &duration_type, .default_text = "30s", .doc = "How long all of them may take."},
};
const struct key_table ready_table = {"ready", "ready", .doc = "When the target can be driven.",
                                      .removable = true, ROWS(ready_rows)};

static const struct key_row quit_rows[] = {
    {"steps", &step_list_type, .doc = "Steps that make the target end."},
    {"status", &integer_type, .default_text = "0", .maximum = 255,
     .doc = "The exit status expected."},
    {"timeout", &duration_type, .default_text = "5s",
     .doc = "How long its end may take after the steps."},
};
const struct key_table quit_table = {"quit", "quit", .doc = "The orderly end of a run.",
                                     .removable = true, ROWS(quit_rows)};

static const struct key_row survivor_rows[] = {
    {"tmux", &world_directory_type, .required = true,
     .doc = "The directory of tmux sockets (`TMUX_TMPDIR`) whose servers may be left."},
};
const struct key_table survivor_table = {"survivor", "survivors: one of them",
                                         .doc = "Processes that go on after the target on purpose.",
                                         .phrase = "a survivor", ROWS(survivor_rows)};

#define TRANSLATION_ROWS                                                                           \
    {"texts", &translated_texts_type,                                                              \
     .doc = "Whole texts of `wait` (`text`, `gone` and `title`) and of `mouse`, as they are "      \
            "written there, before any `${...}` is replaced: to the text that stands there "       \
            "instead, or for `text` and `gone` to a list of texts."},                              \
        {"regexes", &translated_regexes_type, .doc = "The same for `regex`."},                     \
    {                                                                                              \
        "keys", &translated_keys_type,                                                             \
            .doc = "Keys of `press` and `chord`: to the key or the keys that are pressed instead." \
    }

static const struct key_row translate_rows[] = {
    TRANSLATION_ROWS,
    {"scenarios", &translate_scenarios_type,
     .doc = "By the name of a scenario: what holds for it alone, and goes before the other."},
};
const struct key_table translate_table = {
    "translate", "translate",
    .doc = "The same scenarios for a target with other texts and keys. What stands in `setup` and "
           "`iteration` of a scenario is translated, in its loops too; steps of the target file "
           "are not. `leakgate check` finds what translates nothing in any scenario.",
    .removable = true, ROWS(translate_rows)};

static const struct key_row translate_scenario_rows[] = {
    TRANSLATION_ROWS,
    {"before", &steps_before_type,
     .doc =
         "By a text or a regular expression, as above: steps that are put before each `wait` for "
         "it, such as the key by which this target looks again. Nothing in them is translated."},
    {"regions", &region_map_type, .doc = "Replace the scenario's of the same name."},
    {"world", MAPPING(world_table),
     .doc = "Merged into the scenario's `world`: mappings are merged deep, anything else replaces "
            "what was there."},
    {"prepare", &prepare_step_list_type,
     .doc = "Instead of the scenario's: where words are not enough."},
    {"setup", &step_list_type, .doc = "The same. Nothing in it is translated."},
    {"iteration", &step_list_type, .doc = "The same."},
    {"measure", MAPPING(measure_table), .doc = "Merged into the scenario's `measure`."},
};
const struct key_table translate_scenario_table = {
    "translate-scenario",
    "translate: scenarios, one of them",
    .doc = "Where one scenario alone needs other words, another part of the screen, something more "
           "in its world, or other steps.",
    .phrase = "a scenario of translate",
    .removable = true,
    .kind = TABLE_FOR_SCENARIO,
    ROWS(translate_scenario_rows)};
