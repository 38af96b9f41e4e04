/* The table of keys: steps. */
#include "base/limits.h"
#include "scenario/keys.h"
#include "scenario/plan.h"

static const struct value_type step_type = {FORM_TABLE, "a step such as press: Enter",
                                            .table = &step_table};
const struct value_type step_list_type = {FORM_LIST, "a list of steps", .item = &step_type};
static const struct value_type prepare_step_type = {FORM_TABLE, "a step such as run: git init",
                                                    .table = &prepare_step_table};
const struct value_type prepare_step_list_type = {
    FORM_LIST, "a list of run, write, remove and loop", .item = &prepare_step_type};

static const struct value_type key_type = {FORM_TEXT, "a key", .text = &key_name_rule};
const struct value_type keys_type = {FORM_TEXT | FORM_LIST, "a key or a list of keys",
                                     ONE_OR_LIST(key_name_rule, key_type)};
const char *const mouse_actions[] = {"click", "wheel-up", "wheel-down", NULL};
static const struct text_rule mouse_action_rule = {.words = mouse_actions};
static const struct value_type run_type = {
    FORM_TEXT | FORM_LIST | FORM_TABLE,
    "a shell script, a list of a program and its arguments, or a mapping",
    ONE_OR_LIST(template_rule, any_template_type), .table = &run_table};
static const struct value_type texts_type = {FORM_TEXT | FORM_LIST, "text or a list of texts",
                                             ONE_OR_LIST(template_rule, template_type)};
static const struct text_rule count_rule = {
    "count", "\\$\\{[^}]+\\}",
    .hint = "must be a whole number, or a text with a reference such as \"${i}\"", .expands = true};

static const char *const missing_words[] = {"error", "allowed", NULL};
static const struct text_rule missing_rule = {.words = missing_words};
static const struct value_type write_type = {FORM_TABLE, "a mapping with a path",
                                             .table = &write_table};
static const struct value_type remove_type = {
    FORM_TEXT | FORM_LIST | FORM_TABLE, "a path, a list of paths or a mapping",
    ONE_OR_LIST(world_path_rule, world_path_type), .table = &remove_table};
static const struct text_rule round_rule = {
    .pattern = "(^|[^$])$", .hint = "must not end with \"$\"", .expands = true};
static const struct key_table prepare_loop_table;

/* Of the steps that may stand in `prepare` as well. */
static const char run_doc[] =
    "Runs a command in the world, with the world's environment, and waits for its end; a text is a "
    "script for `sh`, a list a program with its arguments.";
static const char write_doc[] = "Writes files of the world, or appends to them.";
static const char remove_doc[] =
    "Removes files and whole directories of the world. The last part of a path may hold `*`, `?` "
    "and `[...]`; a path that matches nothing fails the step.";
static const char loop_doc[] =
    "Does steps again and again: a number of times, or once for each text of a list.";

static const struct key_row step_rows[STEP_KIND_COUNT] = {
    {"press",
     TYPE(FORM_TEXT | FORM_LIST | FORM_TABLE, "a key, a list of keys or a mapping",
          ONE_OR_LIST(key_name_rule, key_type), .table = &press_table),
     .doc = "Presses keys one after the other, each in a write of its own; after Escape comes a "
            "pause of 120 ms, from when the program has read it.",
     .example = "[j, j, Enter]"},
    {"chord", LIST_OF_SOME("a list of keys", &key_type),
     .doc =
         "Presses several keys in one single write, as a fast typist or a terminal's macro does.",
     .example = "[Escape, q]"},
    {"type", &template_type, .doc = "Types the text.", .example = "p2"},
    {"mouse", MAPPING(mouse_table), .doc = "Clicks or turns the wheel on a text of the screen.",
     .example = "{action: click, text: README.md}"},
    {"run", &run_type, .doc = run_doc,
     .example = "{argv: [git, status], directory: \"${project.p1}\"}"},
    {"resize", TEXT_AS("a size such as 120x40", size_rule),
     .doc = "Gives the terminal another size.", .example = "120x40"},
    {"wait",
     TYPE(FORM_TEXT | FORM_TABLE, "a text to wait for, or a mapping", .text = &template_rule,
          .table = &wait_table),
     .doc = "Waits until everything that is named holds at one complete frame of the screen; a "
            "text alone is short for `{text: TEXT}`.",
     .example = "{text: Select a file, rows: 1..-2, timeout: 5s}"},
    {"settle", MAPPING_AS("a mapping, {} for the defaults", settle_table),
     .doc = "Waits until the target has drawn nothing for a while, outside a synchronized update.",
     .example = "{quiet: 200ms}"},
    {"snapshot", &template_type, .doc = "Keeps the screen in the journal under this name.",
     .example = "after-switch"},
    {"sleep", &duration_type,
     .doc = "Does nothing for this time. Sleeps are counted and named in the report: a wait is "
            "nearly always better.",
     .example = "200ms"},
    {"write", &write_type, .doc = write_doc,
     .example = "{path: \"home/log-${n}.txt\", copies: 3, line: \"${line} ${now}\\n\", lines: 20}"},
    {"remove", &remove_type, .doc = remove_doc, .example = "\"home/log-*.txt\""},
    {"loop", MAPPING_AS("a mapping with steps", loop_table), .doc = loop_doc,
     .example = "{over: [a, b], as: word, steps: [type: \"${word}\", wait: \"${word}\"]}"},
};

const struct key_table step_table =
    TABLE("step", "Steps", step_rows, .phrase = "a step", .kind = TABLE_STEP, .exactly_one = true,
          .doc = "A step is a mapping with exactly one key, which says what is done.");

static const struct key_row prepare_step_rows[] = {
    {"run", &run_type, .doc = run_doc},
    {"write", &write_type, .doc = write_doc},
    {"remove", &remove_type, .doc = remove_doc},
    {"loop", MAPPING_AS("a mapping with steps", prepare_loop_table), .doc = loop_doc},
};
const struct key_table prepare_step_table =
    TABLE("prepare-step", "Steps of prepare", prepare_step_rows,
          .phrase = "a step of prepare (run, write, remove or loop)", .kind = TABLE_STEP,
          .exactly_one = true, .doc = "A step that needs no target.");

static const struct key_row press_rows[] = {
    {"keys", &keys_type, .required = true, .doc = "The key or keys."},
    {"repeat", INTEGER(1, LIMIT_REPEAT), .default_text = "1",
     .doc = "How often the whole list is pressed."},
};
const struct key_table press_table = TABLE("press", "press, as a mapping", press_rows,
                                           .doc = "For keys that are pressed many times.");

static const struct key_row mouse_rows[] = {
    {"action", TEXT_AS("a word", mouse_action_rule), .default_text = "click",
     .doc = "What the mouse does."},
    {"text", &template_type, .required = true,
     .doc =
         "Where: the first place on the screen with this text, within the target's `wait_rows`."},
    {"repeat", INTEGER(1, LIMIT_REPEAT), .default_text = "1", .doc = "How often."},
};
const struct key_table mouse_table =
    TABLE("mouse", "mouse", mouse_rows, .doc = "The target must have asked for the mouse.");

static const struct key_row run_rows[] = {
    {"argv", &command_type,
     .doc = "A program, found on the world's PATH, and its arguments; no shell comes between."},
    {"sh", &template_type, .doc = "Instead: a script, run by `sh -c`."},
    {"directory", &world_directory_type,
     .doc = "Where it runs; the world's root when it is missing."},
    {"status", INTEGER(0, 255), .default_text = "0",
     .doc = "The exit status expected; another one fails the step."},
    {"timeout", &duration_type, .default_text = "10s", .doc = "How long it may take."},
};
const struct key_table run_table =
    TABLE("run", "run, as a mapping", run_rows, .rules = RULES({RULE_EXACTLY_ONE, {"argv", "sh"}}),
          .doc = "Needs `argv` or `sh`.");

static const struct key_row wait_rows[] = {
    {"text", &texts_type,
     .doc = "This text, or each text of the list, is shown. A text is looked for within one row."},
    {"gone", &texts_type, .doc = "This text, or each text of the list, is not shown."},
    {"regex", TEXT_AS("a regular expression", regex_rule),
     .doc = "This regular expression matches."},
    {"title", &template_type,
     .doc = "The title that the target has given the terminal contains this."},
    {"file",
     TYPE(FORM_TEXT | FORM_TABLE, "a path or a mapping", .text = &world_path_rule,
          .table = &wait_file_table),
     .doc = "A file of the world exists: its path, or a mapping that says more."},
    {"rows", &range_type,
     .doc = "The rows in which text, gone and regex are looked for; the target file's `wait_rows` "
            "when it is missing."},
    {"region", &known_region_type,
     .doc = "Instead of rows: the named region in which they are looked for."},
    {"fresh", &flag_type, .default_text = "false",
     .doc = "true: only a frame drawn after the last input counts."},
    {"timeout", &duration_type, .default_text = "10s",
     .doc = "If it is not true after this time, the step fails."},
};
const struct key_table wait_table =
    TABLE("wait", "wait, as a mapping", wait_rows,
          .rules = RULES({RULE_AT_LEAST_ONE, {"text", "gone", "regex", "title", "file"}},
                         {RULE_EXCLUDES, {"region", "rows"}}),
          .doc = "Needs at least one of `text`, `gone`, `regex`, `title` and `file`; all that are "
                 "named must hold at the same time.");

static const struct key_row wait_file_rows[] = {
    {"path", &world_path_type, .required = true, .doc = "The file's path."},
    {"lines",
     TYPE(FORM_TEXT | FORM_INTEGER, "a whole number or a text such as \"${i}\"",
          .text = &count_rule, .minimum = 0, .maximum = 1000000),
     .doc = "It has at least this many lines: a number, or a text such as `\"${i}\"`."},
    {"text", &template_type, .doc = "It contains this text."},
};
const struct key_table wait_file_table =
    TABLE("wait-file", "wait: file, as a mapping", wait_file_rows, .phrase = "file",
          .doc = "What is awaited of a file besides that it exists.");

static const struct key_row settle_rows[] = {
    {"quiet", &duration_type, .default_text = "100ms",
     .doc = "How long nothing may have been drawn."},
    {"timeout", &duration_type, .default_text = "10s",
     .doc = "The step ends after this time in any case."},
};
const struct key_table settle_table =
    TABLE("settle", "settle", settle_rows, .doc = "`settle: {}` takes the defaults.");

/* The keys by which files are made, in `world.files` and in `write` alike. */
#define FILE_ROWS                                                                                  \
    {"text", &any_template_type,                                                                   \
     .doc = "What the file holds, or begins with when there is a `line`."},                        \
        {"line", &template_type,                                                                   \
         .doc = "What follows, again and again: `lines` times, or up to a `size`. `${line}` "      \
                "counts from 1. No newline is added."},                                            \
        {"lines", INTEGER(1, LIMIT_FILE_LINES), .doc = "How often."},                              \
        {"size", &byte_size_type,                                                                  \
         .doc = "Instead of `lines`: as often as it takes until the file, its text counted, has "  \
                "at least this size."},                                                            \
        {"copies", INTEGER(1, LIMIT_FILE_COPIES),                                                  \
         .doc = "How many files; `${n}` counts them from 1, in the path (where more than one "     \
                "needs it), `text` and `line`."},                                                  \
    {                                                                                              \
        "mode", &mode_type, .default_text = "0644",                                                \
                            .doc = "The file's mode; `\"0755\"` for a program."                    \
    }

#define FILE_RULES                                                                                 \
    RULES({RULE_AT_LEAST_ONE, {"text", "line"}}, {RULE_GOES_WITH, {"line", "lines", "size"}})
static const struct key_row world_file_rows[] = {FILE_ROWS};
const struct key_table world_file_table =
    TABLE("file", "files: a file as a mapping", world_file_rows, .phrase = "a file",
          .kind = TABLE_FILES, .rules = FILE_RULES,
          .doc = "For a file that needs a mode, or files that are made by a rule; else the text "
                 "alone does. Needs `text`, `line` or both. `${n}` is known where `copies` stands, "
                 "also in the path, and `${line}` in `line`.");

static const struct key_row write_rows[] = {
    {"path", &world_path_type, .required = true, .doc = "The file's path."},
    FILE_ROWS,
    {"append", &flag_type, .default_text = "false",
     .doc = "true: adds to the end of the file, in a single write, so that a reader sees whole "
            "lines. The mode is that of a new file."},
};
const struct key_table write_table =
    TABLE("write", "write", write_rows, .kind = TABLE_FILES, .rules = FILE_RULES,
          .doc = "The keys of a file in `world.files`, and `append`. A file that is there already "
                 "is replaced in place, unless it is appended to.");

static const struct key_row remove_rows[] = {
    {"path",
     TYPE(FORM_TEXT | FORM_LIST, "a path or a list of paths",
          ONE_OR_LIST(world_path_rule, world_path_type)),
     .required = true, .doc = "The path or paths."},
    {"missing", TEXT_AS("a word", missing_rule), .default_text = "error",
     .doc = "Whether a path may match nothing."},
};
const struct key_table remove_table =
    TABLE("remove", "remove, as a mapping", remove_rows,
          .doc = "For what may be gone already. A link is removed, never what it leads to; the "
                 "directories that every world has stay.");

static const struct value_type round_type = {FORM_TEXT | FORM_INTEGER, "text or a whole number",
                                             .text = &round_rule, .minimum = -LIMIT_FILE_LINES,
                                             .maximum = LIMIT_FILE_LINES};
#define LOOP_ROWS(step_type_)                                                                      \
    {"times", INTEGER(1, LIMIT_LOOP_TIMES), .doc = "How often; the name counts from 1."},          \
        {"over", LIST_OF_SOME("a list of texts", &round_type),                                     \
         .doc = "Instead: once for each of these texts, which the name stands for."},              \
        {"as", TEXT_AS("a name", variable_rule),                                                   \
         .doc = "The name: `${NAME}` in the inner steps. It must not be the name of something "    \
                "else."},                                                                          \
    {                                                                                              \
        "steps", LIST_OF_SOME("a list of steps", &(step_type_)), .required = true,                 \
                                                                 .doc = "What is done each time."  \
    }
#define LOOP_RULES RULES({RULE_EXACTLY_ONE, {"times", "over"}})
static const struct key_row loop_rows[] = {LOOP_ROWS(step_type)};
const struct key_table loop_table =
    TABLE("loop", "loop", loop_rows, .kind = TABLE_LOOP, .rules = LOOP_RULES,
          .doc = "Needs `times` or `over`. Loops may stand in loops, at most four deep. Each round "
                 "is written out when the file is read, and the report names the inner step.");
static const struct key_row prepare_loop_rows[] = {LOOP_ROWS(prepare_step_type)};
static const struct key_table prepare_loop_table =
    TABLE("prepare-loop", "loop in prepare", prepare_loop_rows, .phrase = "loop",
          .kind = TABLE_LOOP, .rules = LOOP_RULES, .doc = "The same with steps of prepare.");
