/* The table of keys: scenario files. */
#include "base/limits.h"
#include "scenario/keys.h"
#include "scenario/keys_files.h"
#include "scenario/value.h"

#define ROWS(array) .rows = (array), .count = sizeof(array) / sizeof *(array)

static const struct text_rule variable_value_rule = {.expands = true, .no_variables = true};
static const struct value_type variable_value_type = {.forms = FORM_TEXT | FORM_TABLE,
                                                      .phrase = "text or a mapping",
                                                      .text = &variable_value_rule,
                                                      .table = &variable_table};
static const struct value_type variable_text_type = {
    .forms = FORM_TEXT, .phrase = "text", .text = &variable_value_rule};
static const struct text_rule variable_regex_rule = {
    .least = 1, .most = LIMIT_REGEX_BYTES, .accepts = regex_accepts};
static const struct value_type variable_regex_type = {
    .forms = FORM_TEXT, .phrase = "a regular expression", .text = &variable_regex_rule};
static const struct text_rule plain_text_rule = {0};
static const struct value_type plain_text_type = {
    .forms = FORM_TEXT, .phrase = "text", .text = &plain_text_rule};
static const struct value_type variables_type = {.forms = FORM_MAP,
                                                 .phrase = "a mapping of names to texts",
                                                 .item = &variable_value_type,
                                                 .map_key = &variable_rule};
const struct value_type world_type = {
    .forms = FORM_TABLE, .phrase = "a mapping", .table = &world_table};
const struct value_type measure_type = {
    .forms = FORM_TABLE, .phrase = "a mapping", .table = &measure_table};
static const struct value_type quarantine_type = {
    .forms = FORM_TABLE, .phrase = "a mapping", .table = &quarantine_table};
static const struct value_type known_region_list_type = {
    .forms = FORM_LIST, .phrase = "a list of region names", .item = &known_region_type};

static const struct key_row scenario_rows[] = {
    {.name = "version",
     .type = &integer_type,
     .required = true,
     .minimum = 1,
     .maximum = 1,
     .doc = "The version of this format."},
    {.name = "title",
     .type = &some_text_type,
     .required = true,
     .doc = "One line for people: what the scenario shows."},
    {.name = "target",
     .type = &name_type,
     .required = true,
     .doc = "The target file: NAME for `targets/NAME.yaml`. `--target` on the command line "
            "replaces it."},
    {.name = "tags",
     .type = &tag_list_type,
     .doc = "Words by which scenarios are chosen on the command line."},
    {.name = "on_request",
     .type = &flag_type,
     .default_text = "false",
     .doc =
         "true: `leakgate run` leaves it out unless it is named or one of its tags is asked for: "
         "for what takes hours, or is known to leak."},
    {.name = "needs",
     .type = &tool_list_type,
     .doc = "Programs without which the scenario is skipped. They are on the world's PATH."},
    {.name = "quarantine",
     .type = &quarantine_type,
     .doc = "The scenario runs, is judged and shown, but fails nothing, for a reason and for a "
            "time. It is no part of the plan: the baseline stays valid."},
    {.name = "vars",
     .type = &variables_type,
     .doc = "Texts of your own: `${NAME}` stands for the text. It may hold `${world}`, "
            "`${project.NAME}`, `${now}` and `${today}`, but no other of these names."},
    {.name = "regions",
     .type = &region_map_type,
     .doc = "Named parts of the screen, besides those of the target file; one of the same name "
            "replaces the target file's."},
    {.name = "world", .type = &world_type, .doc = "What the world of the run holds."},
    {.name = "prepare",
     .type = &prepare_step_list_type,
     .doc = "The steps that are done once in the finished world, before the target starts: only "
            "`run`, `write`, `remove` and `loop`."},
    {.name = "setup",
     .type = &step_list_type,
     .doc = "The steps that are done once, when the target is ready."},
    {.name = "iteration",
     .type = &step_list_type,
     .doc = "The round trip that is done again and again. It must end where it began, on screen "
            "and on disk. Required, unless `measure` is paced by time."},
    {.name = "measure", .type = &measure_type, .doc = "How much is measured."},
};
static const struct key_rule scenario_rules[] = {
    {RULE_ITERATES, {"iteration", "measure", "every"}},
    {RULE_END, {NULL}},
};
const struct key_table scenario_table = {
    .name = "scenario",
    .title = "Scenario file",
    .doc = "One YAML file in `scenarios/`; its name without `.yaml` is the scenario's name.",
    .phrase = "a scenario file",
    .rules = scenario_rules,
    ROWS(scenario_rows),
};

static const struct key_row quarantine_rows[] = {
    {.name = "reason",
     .type = &some_text_type,
     .required = true,
     .doc = "Why; the report shows it."},
    {.name = "until",
     .type = &date_type,
     .required = true,
     .doc = "The last day (UTC) on which it holds. From two weeks before it is warned of, from the "
            "day after the scenario fails again."},
};
const struct key_table quarantine_table = {
    .name = "quarantine",
    .title = "quarantine",
    .doc = "For a scenario whose fault is known and not mended today.",
    .phrase = "quarantine",
    ROWS(quarantine_rows),
};

static const struct key_row variable_rows[] = {
    {.name = "text",
     .type = &variable_text_type,
     .required = true,
     .doc = "The text; it may hold what a text alone may."},
    {.name = "replace",
     .type = &variable_regex_type,
     .required = true,
     .doc = "A regular expression, every match of which in the expanded text is replaced."},
    {.name = "with",
     .type = &plain_text_type,
     .required = true,
     .doc = "What stands there instead, as it is written here."},
};
const struct key_table variable_table = {
    .name = "variable-text",
    .title = "vars: a text as a mapping",
    .doc = "For a text that is made from another: `{text: \"${project.p1}\", replace: \"[/._]\", "
           "with: \"-\"}`.",
    .phrase = "a variable",
    ROWS(variable_rows),
};

static const struct key_row world_rows[] = {
    {.name = "projects",
     .type = &project_list_type,
     .doc = "Names of git projects that are made: `${project.NAME}` is the directory of one. The "
            "target file's when it is missing. The directories every world has (bin, home, tmp, "
            "run, state, cache, data, tm) cannot be projects."},
    {.name = "files",
     .type = &file_map_type,
     .doc = "Files to make: path to text. A file here replaces the target file's of that path."},
    {.name = "env",
     .type = &environment_type,
     .doc = "Environment variables, of the target and of `run` steps; null unsets one. They "
            "replace the target file's."},
    {.name = "config",
     .type = &any_mapping_type,
     .doc = "Merged into the configuration of the target file: mappings are merged deep, null "
            "removes a key, anything else replaces it. Texts in it may hold `${...}`."},
    {.name = "tools",
     .type = &tool_list_type,
     .doc = "Programs to put on the world's PATH, besides those of the target file and `needs`. "
            "Nothing else is on it."},
};
const struct key_table world_table = {
    .name = "world",
    .title = "world",
    .doc = "The throw-away home of one run.",
    .phrase = "world",
    ROWS(world_rows),
};

static const struct key_row world_file_rows[] = {FILE_ROWS};
static const struct key_rule world_file_rules[] = {FILE_RULES, {RULE_END, {NULL}}};
const struct key_table world_file_table = {
    .name = "file",
    .title = "files: a file as a mapping",
    .doc = "For a file that needs a mode, or files that are made by a rule; else the text alone "
           "does. Needs `text`, `line` or both. `${n}` is known where `copies` stands, also in the "
           "path, and `${line}` in `line`.",
    .phrase = "a file",
    .rules = world_file_rules,
    .kind = TABLE_FILES,
    ROWS(world_file_rows),
};

static const struct key_row region_rows[] = {
    {.name = "rows", .type = &range_type, .default_text = "0..-1", .doc = "Its rows."},
    {.name = "columns", .type = &range_type, .default_text = "0..-1", .doc = "Its columns."},
};
static const struct key_rule region_rules[] = {
    {RULE_AT_LEAST_ONE, {"rows", "columns"}},
    {RULE_END, {NULL}},
};
const struct key_table region_table = {
    .name = "region-area",
    .title = "regions: a region",
    .doc = "A rectangle of the screen; needs `rows`, `columns` or both.",
    .phrase = "a region",
    .rules = region_rules,
    ROWS(region_rows),
};

static const struct key_row measure_rows[] = {
    {.name = "warmup",
     .type = &integer_type,
     .default_text = "6",
     .maximum = LIMIT_ITERATIONS,
     .doc = "Iterations before anything is measured; 0 when paced by time."},
    {.name = "idle",
     .type = &integer_type,
     .default_text = "6",
     .maximum = LIMIT_SAMPLES,
     .doc = "Samples at rest, before the loop; 0 when paced by time."},
    {.name = "idle_for",
     .type = &duration_type,
     .default_text = "10s",
     .doc = "The time over which the samples at rest are spread."},
    {.name = "samples",
     .type = &integer_type,
     .default_text = "21",
     .minimum = LIMIT_SAMPLES_LEAST,
     .maximum = LIMIT_SAMPLES,
     .doc = "Samples of the loop; `for` divided by `every` when paced by time. Growth is judged on "
            "21 or more; a run with fewer is invalid."},
    {.name = "iterations_per_sample",
     .type = &integer_type,
     .default_text = "2",
     .minimum = 1,
     .maximum = LIMIT_ITERATIONS,
     .doc = "Iterations between two samples of the loop."},
    {.name = "every",
     .type = &duration_type,
     .doc = "Paced by time instead of iterations: a sample so often, at least 100ms. Growth is "
            "then per minute, and `iteration` may be missing."},
    {.name = "for",
     .type = &duration_type,
     .doc =
         "How long the loop lasts when paced by time: at least seven times `every`, and 21 times "
         "to be judged."},
    {.name = "drain",
     .type = &duration_type,
     .default_text = "75s",
     .doc = "The longest rest that what has grown gets to go away again."},
    {.name = "heap_rate",
     .type = &integer_type,
     .default_text = "512",
     .minimum = 1,
     .maximum = LIMIT_HEAP_RATE,
     .doc = "Bytes allocated for each sample of the heap profile (Go's memprofilerate). 1 sees "
            "every allocation and is slow."},
    {.name = "round_trip",
     .type = &duration_type,
     .default_text = "5s",
     .doc = "How long the screen may take after an iteration to show again what it showed before "
            "the loop."},
    {.name = "leave_out",
     .type = &known_region_list_type,
     .doc = "Regions that change by nature and are not compared then."},
};
static const struct key_rule measure_rules[] = {
    {RULE_TOGETHER, {"every", "for"}},
    {RULE_EXCLUDES, {"every", "samples", "iterations_per_sample"}},
    {RULE_END, {NULL}},
};
const struct key_table measure_table = {
    .name = "measure",
    .title = "measure",
    .doc = "Either a number of samples with iterations between them, or `every` and `for`.",
    .phrase = "measure",
    .rules = measure_rules,
    ROWS(measure_rows),
};
