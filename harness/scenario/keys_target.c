/* The table of keys: target files. */
#include "base/limits.h"
#include "scenario/healthy.h"
#include "scenario/keys.h"

static const struct text_rule term_rule = {
    .pattern = "^[A-Za-z0-9][A-Za-z0-9._+-]*$",
    .hint = "must be the name of a terminal type, such as xterm-256color"};

static const char *const pprof_words[] = {"none", NULL};
static const struct text_rule pprof_rule = {.words = pprof_words};

static const struct key_row target_rows[] = {
    {"version", INTEGER(1, 1), .required = true, .doc = "The version of this format."},
    {"extends", &some_text_type,
     .doc =
         "Another target file that this one changes: NAME for `NAME.yaml` beside this file, else "
         "`targets/NAME.yaml` in the scenarios directory; or the path of a `.yaml` file, from the "
         "directory of this one. At most four in a chain."},
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
    {"pprof", TEXT_AS("none", pprof_rule),
     .doc = "`none`: the program serves no pprof, as one that is not written in Go. What /proc and "
            "the world tell is judged; there are no goroutines and no heap. The process that was "
            "started is sampled, or below a shell script its only child. Without this key a "
            "program that does not answer is an error."},
    {"ready", MAPPING(ready_table), .doc = "What is done until the target is ready."},
    {"quit", MAPPING(quit_table), .doc = "How the target is ended."},
    {"state", LIST_OF("a list of directories in the world", &world_directory_type),
     .doc = "Directories of the world in which it keeps files: how many there are is the gauge "
            "`state_file`. No one should lie in another."},
    {"survivors",
     LIST_OF("a list of survivors",
             MAPPING_AS("a mapping such as tmux: DIRECTORY", survivor_table)),
     .doc = "What may outlive the target by design; leakgate ends it."},
    {"healthy", MAP_OF("a mapping of names to what is healthy", MAPPING(healthy_table), name_rule),
     .doc = "What `leakgate triage` and `watch` hold a running program against, by names of your "
            "own. A row replaces the built-in one of that name; null removes it. No run depends on "
            "it."},
    {"with_pprof", &some_text_type,
     .doc = "What a person types to start the program with its pprof port open: `leakgate triage` "
            "says it when it finds none. No run depends on it."},
    {"translate", MAPPING(translate_table),
     .doc = "What the scenarios say, and what this target says instead. It changes only the plans "
            "of scenarios in which something is translated."},
    {"without", MAP_OF("a mapping of scenarios to reasons", &some_text_type, name_rule),
     .doc = "The scenarios that this target has nothing for, and why: they are skipped."},
};
const struct key_table target_table =
    TABLE("target", "Target file", target_rows, .phrase = "a target file", .removable = true,
          .rules = RULES({RULE_AT_LEAST_ONE, {"command", "extends"}}),
          .doc = "What is under test: one YAML file in `scenarios/targets/`, or any file named by "
                 "`--target`. A file that `extends` another is merged into it: mappings are merged "
                 "deep, null removes a key, texts, numbers and lists replace what was there.");

static const struct key_row terminal_rows[] = {
    {"term", TEXT_AS("the name of a terminal type", term_rule), .default_text = "xterm-256color",
     .doc = "TERM."},
    {"columns", INTEGER(LIMIT_TERMINAL_LEAST, LIMIT_TERMINAL_COLUMNS), .default_text = "200",
     .doc = "The width in cells."},
    {"rows", INTEGER(LIMIT_TERMINAL_LEAST, LIMIT_TERMINAL_ROWS), .default_text = "50",
     .doc = "The height in cells."},
};
const struct key_table terminal_table =
    TABLE("terminal", "terminal", terminal_rows, .removable = true,
          .doc = "Type and size of the terminal at the start.");

static const struct key_row config_rows[] = {
    {"path", &world_path_type,
     .doc = "Where the configuration is written. Required here or in what this file extends."},
    {"value", &any_mapping_type,
     .doc = "What is written: any mapping. Texts in it may hold `${...}`; a quoted `\"true\"` or "
            "`\"1\"` stays text."},
};
const struct key_table target_config_table =
    TABLE("config", "config", config_rows, .removable = true,
          .doc = "The configuration file of the target.");

static const struct key_row ready_rows[] = {
    {"steps", &step_list_type,
     .doc = "Steps after the start, nearly always a wait for what the first screen shows."},
    {"timeout", &duration_type, .default_text = "30s", .doc = "How long all of them may take."},
};
const struct key_table ready_table =
    TABLE("ready", "ready", ready_rows, .removable = true, .doc = "When the target can be driven.");

static const struct key_row quit_rows[] = {
    {"steps", &step_list_type, .doc = "Steps that make the target end."},
    {"status", INTEGER(0, 255), .default_text = "0", .doc = "The exit status expected."},
    {"timeout", &duration_type, .default_text = "5s",
     .doc = "How long its end may take after the steps."},
};
const struct key_table quit_table =
    TABLE("quit", "quit", quit_rows, .removable = true, .doc = "The orderly end of a run.");

static const struct key_row survivor_rows[] = {
    {"tmux", &world_directory_type, .required = true,
     .doc = "The directory of tmux sockets (`TMUX_TMPDIR`) whose servers may be left."},
};
const struct key_table survivor_table =
    TABLE("survivor", "survivors: one of them", survivor_rows, .phrase = "a survivor",
          .doc = "Processes that go on after the target on purpose.");

static const struct text_rule healthy_figure_rule = {.words = healthy_figure_words};
static const struct key_row healthy_key_rows[] = {
    {"figure", TEXT_AS("one of the figures", healthy_figure_rule), .required = true,
     .doc = "What is looked at. `rss_mb` and `swap_mb` are in MiB. `files` and `goroutines` count "
            "those that `match`; "
            "`fds_alike` are those of one kind that has no "
            "name (eventpoll, inotify); `goroutines_blocked` are alike and have waited at a "
            "channel or a lock for a minute or "
            "longer; `started_per_second` are processes."},
    {"match", &plain_regex_type,
     .doc = "A regular expression of PCRE2 in the path of an open file or in the functions of a "
            "goroutine. Without it all of them count."},
    {"most", INTEGER(0, LIMIT_HEALTHY_MOST), .required = true,
     .doc = "More than that is a red flag."},
    {"means", &some_text_type, .doc = "What it means, one sentence."},
    {"next", &some_text_type, .doc = "What to look at next, one sentence."},
};
const struct key_table healthy_table =
    TABLE("healthy", "healthy: one of them", healthy_key_rows, .phrase = "what is healthy",
          .removable = true, .doc = "The healthy range of one figure of a running program.");

#define TRANSLATION_ROWS                                                                           \
    {"texts",                                                                                      \
     MAP_OF("a mapping of texts to texts",                                                         \
            TYPE(FORM_TEXT | FORM_LIST, "text or a list of texts",                                 \
                 ONE_OR_LIST(some_text_rule, some_text_type)),                                     \
            some_text_rule),                                                                       \
     .doc = "Whole texts of `wait` (`text`, `gone` and `title`) and of `mouse`, as they are "      \
            "written there, before any `${...}` is replaced: to the text that stands there "       \
            "instead, or for `text` and `gone` to a list of texts."},                              \
        {"regexes",                                                                                \
         MAP_OF("a mapping of regular expressions to regular expressions", &plain_regex_type,      \
                some_text_rule),                                                                   \
         .doc = "The same for `regex`."},                                                          \
    {                                                                                              \
        "keys", MAP_OF("a mapping of keys to keys", &keys_type, key_name_rule),                    \
            .doc = "Keys of `press` and `chord`: to the key or the keys that are pressed instead." \
    }

static const struct key_row translate_rows[] = {
    TRANSLATION_ROWS,
    {"scenarios",
     MAP_OF("a mapping of scenarios to what is translated in them",
            MAPPING(translate_scenario_table), name_rule),
     .doc = "By the name of a scenario: what holds for it alone, and goes before the other."},
};
const struct key_table translate_table = TABLE(
    "translate", "translate", translate_rows, .removable = true,
    .doc = "The same scenarios for a target with other texts and keys. What stands in `setup` and "
           "`iteration` of a scenario is translated, in its loops too; steps of the target file "
           "are not. `leakgate check` finds what translates nothing in any scenario.");

static const struct key_row translate_scenario_rows[] = {
    TRANSLATION_ROWS,
    {"before", MAP_OF("a mapping of texts to steps", &step_list_type, some_text_rule),
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
const struct key_table translate_scenario_table =
    TABLE("translate-scenario", "translate: scenarios, one of them", translate_scenario_rows,
          .phrase = "a scenario of translate", .kind = TABLE_FOR_SCENARIO, .removable = true,
          .doc = "Where one scenario alone needs other words, another part of the screen, "
                 "something more in its world, or other steps.");
