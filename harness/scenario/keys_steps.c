/* The table of keys: steps. */
#include "base/limits.h"
#include "scenario/keys.h"
#include "scenario/keys_files.h"

#define ROWS(array) .rows = (array), .count = sizeof(array) / sizeof *(array)

static const struct value_type key_type = {
    .forms = FORM_TEXT, .phrase = "a key", .text = &key_name_rule};
static const struct value_type key_list_type = {
    .forms = FORM_LIST, .phrase = "a list of keys", .item = &key_type, .least_items = 1};
const struct value_type keys_type = {.forms = FORM_TEXT | FORM_LIST,
                                     .phrase = "a key or a list of keys",
                                     .text = &key_name_rule,
                                     .item = &key_type,
                                     .least_items = 1};
static const struct value_type press_type = {.forms = FORM_TEXT | FORM_LIST | FORM_TABLE,
                                             .phrase = "a key, a list of keys or a mapping",
                                             .text = &key_name_rule,
                                             .item = &key_type,
                                             .least_items = 1,
                                             .table = &press_table};
static const struct value_type mouse_type = {
    .forms = FORM_TABLE, .phrase = "a mapping", .table = &mouse_table};
static const struct value_type mouse_action_type = {
    .forms = FORM_TEXT, .phrase = "a word", .text = &mouse_action_rule};
static const struct value_type mouse_button_type = {
    .forms = FORM_TEXT, .phrase = "a word", .text = &mouse_button_rule};
static const struct value_type argument_type = {
    .forms = FORM_TEXT, .phrase = "text", .text = &any_template_rule};
static const struct value_type arguments_type = {.forms = FORM_LIST,
                                                 .phrase = "a list of a program and its arguments",
                                                 .item = &argument_type,
                                                 .least_items = 1};
static const struct value_type run_type = {.forms = FORM_TEXT | FORM_LIST | FORM_TABLE,
                                           .phrase = "a shell script, a list of a program and its "
                                                     "arguments, or a mapping",
                                           .text = &template_rule,
                                           .item = &argument_type,
                                           .least_items = 1,
                                           .table = &run_table};
static const struct value_type resize_type = {.forms = FORM_TEXT | FORM_TABLE,
                                              .phrase = "a size such as 120x40, or a mapping",
                                              .text = &size_rule,
                                              .table = &resize_table};
static const struct value_type texts_type = {.forms = FORM_TEXT | FORM_LIST,
                                             .phrase = "text or a list of texts",
                                             .text = &template_rule,
                                             .item = &template_type,
                                             .least_items = 1};
static const struct value_type regex_type = {
    .forms = FORM_TEXT, .phrase = "a regular expression", .text = &regex_rule};
static const struct value_type wait_type = {.forms = FORM_TEXT | FORM_TABLE,
                                            .phrase = "a text to wait for, or a mapping",
                                            .text = &template_rule,
                                            .table = &wait_table};
static const struct value_type wait_file_type = {.forms = FORM_TEXT | FORM_TABLE,
                                                 .phrase = "a path or a mapping",
                                                 .text = &world_path_rule,
                                                 .table = &wait_file_table};
static const struct value_type count_type = {.forms = FORM_TEXT | FORM_INTEGER,
                                             .phrase = "a whole number or a text such as \"${i}\"",
                                             .text = &count_rule,
                                             .minimum = 0,
                                             .maximum = 1000000};
static const struct value_type settle_type = {
    .forms = FORM_TABLE, .phrase = "a mapping, {} for the defaults", .table = &settle_table};

static const char *const missing_words[] = {"error", "allowed", NULL};
static const struct text_rule missing_rule = {.words = missing_words};
static const struct value_type missing_type = {
    .forms = FORM_TEXT, .phrase = "a word", .text = &missing_rule};
static const struct value_type write_type = {
    .forms = FORM_TABLE, .phrase = "a mapping with a path", .table = &write_table};
static const struct value_type paths_type = {.forms = FORM_TEXT | FORM_LIST,
                                             .phrase = "a path or a list of paths",
                                             .text = &world_path_rule,
                                             .item = &world_path_type,
                                             .least_items = 1};
static const struct value_type remove_type = {.forms = FORM_TEXT | FORM_LIST | FORM_TABLE,
                                              .phrase = "a path, a list of paths or a mapping",
                                              .text = &world_path_rule,
                                              .item = &world_path_type,
                                              .least_items = 1,
                                              .table = &remove_table};
static const struct value_type loop_type = {
    .forms = FORM_TABLE, .phrase = "a mapping with steps", .table = &loop_table};
static const struct text_rule round_rule = {
    .pattern = "(^|[^$])$", .hint = "must not end with \"$\"", .expands = true};
static const struct value_type round_type = {.forms = FORM_TEXT | FORM_INTEGER,
                                             .phrase = "text or a whole number",
                                             .text = &round_rule,
                                             .minimum = -LIMIT_FILE_LINES,
                                             .maximum = LIMIT_FILE_LINES};
static const struct value_type rounds_type = {
    .forms = FORM_LIST, .phrase = "a list of texts", .item = &round_type, .least_items = 1};
static const struct value_type loop_name_type = {
    .forms = FORM_TEXT, .phrase = "a name", .text = &variable_rule};
static const struct value_type step_type = {
    .forms = FORM_TABLE, .phrase = "a step such as press: Enter", .table = &step_table};
static const struct value_type loop_steps_type = {
    .forms = FORM_LIST, .phrase = "a list of steps", .item = &step_type, .least_items = 1};
static const struct key_table prepare_loop_table;
static const struct value_type prepare_loop_type = {
    .forms = FORM_TABLE, .phrase = "a mapping with steps", .table = &prepare_loop_table};
static const struct value_type prepare_step_type = {
    .forms = FORM_TABLE, .phrase = "a step such as run: git init", .table = &prepare_step_table};
static const struct value_type prepare_loop_steps_type = {
    .forms = FORM_LIST, .phrase = "a list of steps", .item = &prepare_step_type, .least_items = 1};

/* What may stand in every list of steps, also in `prepare`. */
#define RUN_ROW                                                                                    \
    {                                                                                              \
        .name = "run", .type = &run_type,                                                          \
        .doc = "Runs a command in the world, with the world's environment, and waits for its "     \
               "end; a text is a script for `sh`, a list a program with its arguments.",           \
        .example = "{argv: [git, status], directory: \"${project.p1}\"}"                           \
    }
#define WRITE_ROW                                                                                  \
    {                                                                                              \
        .name = "write", .type = &write_type,                                                      \
        .doc = "Writes files of the world, or appends to them.",                                   \
        .example =                                                                                 \
            "{path: \"home/log-${n}.txt\", copies: 3, line: \"${line} ${now}\\n\", lines: 20}"     \
    }
#define REMOVE_ROW                                                                                 \
    {                                                                                              \
        .name = "remove", .type = &remove_type,                                                    \
        .doc = "Removes files and whole directories of the world. The last part of a path may "    \
               "hold `*`, `?` and `[...]`; a path that matches nothing fails the step.",           \
        .example = "\"home/log-*.txt\""                                                            \
    }
#define LOOP_DOC "Does steps again and again: a number of times, or once for each text of a list."

static const struct key_row step_rows[STEP_KIND_COUNT] = {
    [STEP_PRESS] = {.name = "press",
                    .type = &press_type,
                    .doc = "Presses keys one after the other, each in a write of its own; after "
                           "Escape comes a pause of 120 ms, from when the program has read it.",
                    .example = "[j, j, Enter]"},
    [STEP_CHORD] = {.name = "chord",
                    .type = &key_list_type,
                    .doc = "Presses several keys in one single write, as a fast typist or a "
                           "terminal's macro does.",
                    .example = "[Escape, q]"},
    [STEP_TYPE] = {.name = "type",
                   .type = &template_type,
                   .doc = "Types the text.",
                   .example = "p2"},
    [STEP_PASTE] = {.name = "paste",
                    .type = &template_type,
                    .doc = "Pastes the text: bracketed when the target has asked for that, else as "
                           "if it were typed.",
                    .example = "\"first line\\nsecond line\""},
    [STEP_MOUSE] = {.name = "mouse",
                    .type = &mouse_type,
                    .doc = "Clicks or turns the wheel at a cell or on a text of the screen.",
                    .example = "{action: click, text: README.md}"},
    [STEP_RUN] = RUN_ROW,
    [STEP_RESIZE] = {.name = "resize",
                     .type = &resize_type,
                     .doc = "Gives the terminal another size.",
                     .example = "120x40"},
    [STEP_WAIT] = {.name = "wait",
                   .type = &wait_type,
                   .doc = "Waits until everything that is named holds at one complete frame of the "
                          "screen; a text alone is short for `{text: TEXT}`.",
                   .example = "{text: Select a file, rows: 1..-2, timeout: 5s}"},
    [STEP_SETTLE] = {.name = "settle",
                     .type = &settle_type,
                     .doc = "Waits until the target has drawn nothing for a while, outside a "
                            "synchronized update.",
                     .example = "{quiet: 200ms}"},
    [STEP_SNAPSHOT] = {.name = "snapshot",
                       .type = &template_type,
                       .doc = "Keeps the screen in the journal under this name.",
                       .example = "after-switch"},
    [STEP_SLEEP] = {.name = "sleep",
                    .type = &duration_type,
                    .doc = "Does nothing for so long. Sleeps are counted and named in the report: "
                           "a wait is nearly always better.",
                    .example = "200ms"},
    [STEP_WRITE] = WRITE_ROW,
    [STEP_REMOVE] = REMOVE_ROW,
    [STEP_LOOP] = {.name = "loop",
                   .type = &loop_type,
                   .doc = LOOP_DOC,
                   .example =
                       "{over: [a, b], as: word, steps: [type: \"${word}\", wait: \"${word}\"]}"},
};

const struct key_table step_table = {
    .name = "step",
    .title = "Steps",
    .doc = "A step is a mapping with exactly one key, which says what is done.",
    .phrase = "a step",
    .exactly_one = true,
    .kind = TABLE_STEP,
    ROWS(step_rows),
};

static const struct key_row prepare_step_rows[] = {
    RUN_ROW,
    WRITE_ROW,
    REMOVE_ROW,
    {.name = "loop", .type = &prepare_loop_type, .doc = LOOP_DOC},
};
const struct key_table prepare_step_table = {
    .name = "prepare-step",
    .title = "Steps of prepare",
    .doc = "A step that needs no target.",
    .phrase = "a step of prepare (run, write, remove or loop)",
    .exactly_one = true,
    .kind = TABLE_STEP,
    ROWS(prepare_step_rows),
};

static const struct key_row press_rows[] = {
    {.name = "keys", .type = &keys_type, .required = true, .doc = "The key or keys."},
    {.name = "repeat",
     .type = &integer_type,
     .default_text = "1",
     .minimum = 1,
     .maximum = LIMIT_REPEAT,
     .doc = "How often the whole list is pressed."},
};
const struct key_table press_table = {
    .name = "press",
    .title = "press, as a mapping",
    .doc = "For keys that are pressed many times.",
    .phrase = "press",
    ROWS(press_rows),
};

static const struct key_row mouse_rows[] = {
    {.name = "action",
     .type = &mouse_action_type,
     .default_text = "click",
     .doc = "What the mouse does."},
    {.name = "button", .type = &mouse_button_type, .default_text = "left", .doc = "Which button."},
    {.name = "row",
     .type = &integer_type,
     .maximum = LIMIT_TERMINAL_ROWS - 1,
     .doc = "The row of the cell, from 0."},
    {.name = "column",
     .type = &integer_type,
     .maximum = LIMIT_TERMINAL_COLUMNS - 1,
     .doc = "The column of the cell, from 0."},
    {.name = "text",
     .type = &template_type,
     .doc = "Instead of row and column: the first place on the screen with this text, within the "
            "target's `wait_rows`."},
    {.name = "repeat",
     .type = &integer_type,
     .default_text = "1",
     .minimum = 1,
     .maximum = LIMIT_REPEAT,
     .doc = "How often."},
};
static const struct key_rule mouse_rules[] = {
    {RULE_EXACTLY_ONE, {"row", "text"}},
    {RULE_TOGETHER, {"row", "column"}},
    {RULE_END, {NULL}},
};
const struct key_table mouse_table = {
    .name = "mouse",
    .title = "mouse",
    .doc = "Needs a cell, `row` and `column`, or a `text`. The target must have asked for the "
           "mouse.",
    .phrase = "mouse",
    .rules = mouse_rules,
    ROWS(mouse_rows),
};

static const struct key_row run_rows[] = {
    {.name = "argv",
     .type = &arguments_type,
     .doc = "A program, found on the world's PATH, and its arguments; no shell comes between."},
    {.name = "sh", .type = &template_type, .doc = "Instead: a script, run by `sh -c`."},
    {.name = "directory",
     .type = &world_directory_type,
     .doc = "Where it runs; the world's root when it is missing."},
    {.name = "status",
     .type = &integer_type,
     .default_text = "0",
     .maximum = 255,
     .doc = "The exit status expected; another one fails the step."},
    {.name = "timeout",
     .type = &duration_type,
     .default_text = "10s",
     .doc = "How long it may take."},
};
static const struct key_rule run_rules[] = {
    {RULE_EXACTLY_ONE, {"argv", "sh"}},
    {RULE_END, {NULL}},
};
const struct key_table run_table = {
    .name = "run",
    .title = "run, as a mapping",
    .doc = "Needs `argv` or `sh`.",
    .phrase = "run",
    .rules = run_rules,
    ROWS(run_rows),
};

static const struct key_row resize_rows[] = {
    {.name = "columns",
     .type = &integer_type,
     .required = true,
     .minimum = LIMIT_TERMINAL_LEAST,
     .maximum = LIMIT_TERMINAL_COLUMNS,
     .doc = "The width in cells."},
    {.name = "rows",
     .type = &integer_type,
     .required = true,
     .minimum = LIMIT_TERMINAL_LEAST,
     .maximum = LIMIT_TERMINAL_ROWS,
     .doc = "The height in cells."},
};
const struct key_table resize_table = {
    .name = "resize",
    .title = "resize, as a mapping",
    .doc = "The same size, key by key.",
    .phrase = "resize",
    ROWS(resize_rows),
};

static const struct key_row wait_rows[] = {
    {.name = "text",
     .type = &texts_type,
     .doc = "This text, or each text of the list, is shown. A text is looked for within one row."},
    {.name = "gone",
     .type = &texts_type,
     .doc = "This text, or each text of the list, is not shown."},
    {.name = "regex", .type = &regex_type, .doc = "This regular expression matches."},
    {.name = "title",
     .type = &template_type,
     .doc = "The title that the target has given the terminal contains this."},
    {.name = "exit",
     .type = &integer_type,
     .maximum = 255,
     .doc = "The target has ended with this exit status."},
    {.name = "file",
     .type = &wait_file_type,
     .doc = "A file of the world exists: its path, or a mapping that says more."},
    {.name = "rows",
     .type = &range_type,
     .doc = "The rows in which text, gone and regex are looked for; the target file's `wait_rows` "
            "when it is missing."},
    {.name = "region",
     .type = &known_region_type,
     .doc = "Instead of rows: the named region in which they are looked for."},
    {.name = "fresh",
     .type = &flag_type,
     .default_text = "false",
     .doc = "true: only a frame drawn after the last input counts."},
    {.name = "timeout",
     .type = &duration_type,
     .default_text = "10s",
     .doc = "When it has not come true after so long, the step fails."},
};
static const struct key_rule wait_rules[] = {
    {RULE_AT_LEAST_ONE, {"text", "gone", "regex", "title", "exit", "file"}},
    {RULE_EXCLUDES, {"region", "rows"}},
    {RULE_END, {NULL}},
};
const struct key_table wait_table = {
    .name = "wait",
    .title = "wait, as a mapping",
    .doc = "Needs at least one of `text`, `gone`, `regex`, `title`, `exit` and `file`; all that "
           "are named must hold at the same time.",
    .phrase = "wait",
    .rules = wait_rules,
    ROWS(wait_rows),
};

static const struct key_row wait_file_rows[] = {
    {.name = "path", .type = &world_path_type, .required = true, .doc = "The file's path."},
    {.name = "lines",
     .type = &count_type,
     .doc = "It has at least so many lines: a number, or a text such as `\"${i}\"`."},
    {.name = "text", .type = &template_type, .doc = "It contains this text."},
};
const struct key_table wait_file_table = {
    .name = "wait-file",
    .title = "wait: file, as a mapping",
    .doc = "What is awaited of a file besides that it exists.",
    .phrase = "file",
    ROWS(wait_file_rows),
};

static const struct key_row settle_rows[] = {
    {.name = "quiet",
     .type = &duration_type,
     .default_text = "100ms",
     .doc = "How long nothing may have been drawn."},
    {.name = "timeout",
     .type = &duration_type,
     .default_text = "10s",
     .doc = "The step ends after so long in any case."},
};
const struct key_table settle_table = {
    .name = "settle",
    .title = "settle",
    .doc = "`settle: {}` takes the defaults.",
    .phrase = "settle",
    ROWS(settle_rows),
};

static const struct key_row write_rows[] = {
    {.name = "path", .type = &world_path_type, .required = true, .doc = "The file's path."},
    FILE_ROWS,
    {.name = "append",
     .type = &flag_type,
     .default_text = "false",
     .doc = "true: adds to the end of the file, in a single write, so that a reader sees whole "
            "lines. The mode is that of a new file."},
};
static const struct key_rule write_rules[] = {FILE_RULES, {RULE_END, {NULL}}};
const struct key_table write_table = {
    .name = "write",
    .title = "write",
    .doc = "The keys of a file in `world.files`, and `append`. A file that is there already is "
           "replaced in place, unless it is appended to.",
    .phrase = "write",
    .rules = write_rules,
    .kind = TABLE_FILES,
    ROWS(write_rows),
};

static const struct key_row remove_rows[] = {
    {.name = "path", .type = &paths_type, .required = true, .doc = "The path or paths."},
    {.name = "missing",
     .type = &missing_type,
     .default_text = "error",
     .doc = "Whether a path may match nothing."},
};
const struct key_table remove_table = {
    .name = "remove",
    .title = "remove, as a mapping",
    .doc = "For what may be gone already. A link is removed, never what it leads to; the "
           "directories that every world has stay.",
    .phrase = "remove",
    ROWS(remove_rows),
};

#define LOOP_ROWS(steps_type_)                                                                     \
    {.name = "times",                                                                              \
     .type = &integer_type,                                                                        \
     .minimum = 1,                                                                                 \
     .maximum = LIMIT_LOOP_TIMES,                                                                  \
     .doc = "How often; the name counts from 1."},                                                 \
        {.name = "over",                                                                           \
         .type = &rounds_type,                                                                     \
         .doc = "Instead: once for each of these texts, which the name stands for."},              \
        {.name = "as",                                                                             \
         .type = &loop_name_type,                                                                  \
         .doc = "The name: `${NAME}` in the inner steps. No name that is known already."},         \
    {                                                                                              \
        .name = "steps", .type = &(steps_type_), .required = true,                                 \
        .doc = "What is done each time."                                                           \
    }
static const struct key_rule loop_rules[] = {
    {RULE_EXACTLY_ONE, {"times", "over"}},
    {RULE_END, {NULL}},
};
static const struct key_row loop_rows[] = {LOOP_ROWS(loop_steps_type)};
const struct key_table loop_table = {
    .name = "loop",
    .title = "loop",
    .doc = "Needs `times` or `over`. Loops may stand in loops, at most four deep. Each round is "
           "written out when the file is read, and the report names the inner step.",
    .phrase = "loop",
    .rules = loop_rules,
    .kind = TABLE_LOOP,
    ROWS(loop_rows),
};
static const struct key_row prepare_loop_rows[] = {LOOP_ROWS(prepare_loop_steps_type)};
static const struct key_table prepare_loop_table = {
    .name = "prepare-loop",
    .title = "loop in prepare",
    .doc = "The same with steps of prepare.",
    .phrase = "loop",
    .rules = loop_rules,
    .kind = TABLE_LOOP,
    ROWS(prepare_loop_rows),
};
