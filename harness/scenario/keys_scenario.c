/* The table of keys: scenario files. */
#include "base/limits.h"
#include "scenario/keys.h"

static const struct text_rule variable_value_rule = {.expands = true, .no_variables = true};
static const struct text_rule plain_text_rule = {0};

static const struct key_row scenario_rows[] = {
    {"version", INTEGER(1, 1), .required = true, .doc = "The version of this format."},
    {"title", &some_text_type, .required = true,
     .doc = "One line for people: what the scenario shows."},
    {"target", &name_type, .required = true,
     .doc = "The target file: NAME for `targets/NAME.yaml` beside this file, else in the scenarios "
            "directory. `--target` on the command line replaces it."},
    {"tags", &tag_list_type, .doc = "Words by which scenarios are chosen on the command line."},
    {"on_request", &flag_type, .default_text = "false",
     .doc = "true: `leakgate run` leaves it out unless it is named or one of its tags is asked "
            "for: for what takes hours, or is known to leak."},
    {"needs", &tool_list_type,
     .doc = "Programs without which the scenario is skipped. They are on the world's PATH."},
    {"quarantine", MAPPING(quarantine_table),
     .doc = "The scenario runs, is judged and shown, but does not fail the run, for a reason and "
            "until a day. It is not part of the plan: the baseline stays valid."},
    {"vars",
     MAP_OF("a mapping of names to texts",
            TYPE(FORM_TEXT | FORM_TABLE, "text or a mapping", .text = &variable_value_rule,
                 .table = &variable_table),
            variable_rule),
     .doc = "Texts of your own: `${NAME}` stands for the text. It may hold `${world}`, "
            "`${project.NAME}`, `${now}` and `${today}`, but no other of these names."},
    {"regions", &region_map_type,
     .doc = "Named parts of the screen, besides those of the target file; one of the same name "
            "replaces the target file's."},
    {"world", MAPPING(world_table), .doc = "What the world of the run holds."},
    {"prepare", &prepare_step_list_type,
     .doc = "The steps that are done once in the finished world, before the target starts: only "
            "`run`, `write`, `remove` and `loop`."},
    {"setup", &step_list_type, .doc = "The steps that are done once, when the target is ready."},
    {"iteration", &step_list_type,
     .doc = "The round trip that is done again and again. It must end where it began, on screen "
            "and on disk. Required, unless `measure` is paced by time."},
    {"measure", MAPPING(measure_table), .doc = "How much is measured."},
};
const struct key_table scenario_table =
    TABLE("scenario", "Scenario file", scenario_rows, .phrase = "a scenario file",
          .rules = RULES({RULE_ITERATES, {"iteration", "measure", "every"}}),
          .doc = "One YAML file in `scenarios/`; its name without `.yaml` is the scenario's name.");

static const struct key_row quarantine_rows[] = {
    {"reason", &some_text_type, .required = true, .doc = "Why; the report shows it."},
    {"until", &date_type, .required = true,
     .doc = "The last day (UTC). The report warns from two weeks before; from the day after, the "
            "scenario fails again."},
};
const struct key_table quarantine_table =
    TABLE("quarantine", "quarantine", quarantine_rows,
          .doc = "For a scenario whose fault is known and will not be fixed today.");

static const struct key_row variable_rows[] = {
    {"text", TEXT_AS("text", variable_value_rule), .required = true,
     .doc = "The text; it may contain the same references as a plain text."},
    {"replace", &plain_regex_type, .required = true,
     .doc = "A regular expression, every match of which in the expanded text is replaced."},
    {"with", TEXT_AS("text", plain_text_rule), .required = true,
     .doc = "The replacement, taken literally."},
};
const struct key_table variable_table =
    TABLE("variable-text", "vars: a text as a mapping", variable_rows, .phrase = "a variable",
          .doc = "For a text that is made from another: `{text: \"${project.p1}\", replace: "
                 "\"[/._]\", with: \"-\"}`.");

static const struct key_row world_rows[] = {
    {"projects", &project_list_type,
     .doc =
         "Names of git projects that are made: `${project.NAME}` is the directory of one. Without "
         "it, those of the target file. The directories every world has (bin, home, tmp, "
         "run, state, cache, data, tm) cannot be projects."},
    {"files", &file_map_type,
     .doc = "Files to make: path to text. A file here replaces the target file's of that path."},
    {"env", &environment_type,
     .doc = "Environment variables, of the target and of `run` steps; null unsets one. They "
            "replace the target file's."},
    {"config", &any_mapping_type,
     .doc = "Merged into the configuration of the target file: mappings are merged deep, null "
            "removes a key, anything else replaces it. Texts in it may hold `${...}`."},
    {"tools", &tool_list_type,
     .doc = "Programs to put on the world's PATH, besides those of the target file and `needs`. "
            "Nothing else is on it."},
};
const struct key_table world_table =
    TABLE("world", "world", world_rows, .doc = "The throw-away home of one run.");

static const struct key_row region_rows[] = {
    {"rows", &range_type, .default_text = "0..-1", .doc = "Its rows."},
    {"columns", &range_type, .default_text = "0..-1", .doc = "Its columns."},
};
const struct key_table region_table =
    TABLE("region-area", "regions: a region", region_rows, .phrase = "a region",
          .rules = RULES({RULE_AT_LEAST_ONE, {"rows", "columns"}}),
          .doc = "A rectangle of the screen; needs `rows`, `columns` or both.");

static const struct key_row measure_rows[] = {
    {"warmup", INTEGER(0, LIMIT_ITERATIONS), .default_text = "6",
     .doc = "Iterations before anything is measured; 0 when paced by time."},
    {"idle", INTEGER(0, LIMIT_SAMPLES), .default_text = "6",
     .doc = "Samples at rest, before the loop; 0 when paced by time."},
    {"idle_for", &duration_type, .default_text = "5s",
     .doc = "The time over which the samples at rest are spread."},
    {"samples", INTEGER(LIMIT_SAMPLES_LEAST, LIMIT_SAMPLES), .default_text = "21",
     .doc = "Samples of the loop; `for` divided by `every` when paced by time. Growth is judged on "
            "21 or more; a run with fewer is invalid."},
    {"iterations_per_sample", INTEGER(1, LIMIT_ITERATIONS), .default_text = "2",
     .doc = "Iterations between two samples of the loop. Where it is not given and iterations are "
            "fast, there are more, up to 20, so that the loop lasts 8 s."},
    {"every", &duration_type,
     .doc = "Paced by time instead of iterations: how often to take a sample, at least 100ms. "
            "Growth is "
            "then per minute, and `iteration` may be missing."},
    {"for", &duration_type,
     .doc = "How long the loop lasts when paced by time: at least seven times `every`, and 21 "
            "times to be judged."},
    {"drain", &duration_type, .default_text = "75s",
     .doc = "How long the program may rest after the loop, at most, to release what grew."},
    {"heap_rate", INTEGER(1, LIMIT_HEAP_RATE), .default_text = "512",
     .doc = "Bytes allocated for each sample of the heap profile (Go's memprofilerate). 1 sees "
            "every allocation and is slow."},
    {"round_trip", &duration_type, .default_text = "5s",
     .doc = "How long the screen may take after an iteration to show again what it showed before "
            "the loop."},
    {"leave_out", LIST_OF("a list of region names", &known_region_type),
     .doc = "Regions that change by themselves and are not compared."},
};
const struct key_table measure_table =
    TABLE("measure", "measure", measure_rows,
          .rules = RULES({RULE_TOGETHER, {"every", "for"}},
                         {RULE_EXCLUDES, {"every", "samples", "iterations_per_sample"}}),
          .doc = "Either a number of samples with iterations between them, or `every` and `for`.");
