/* The table of keys: the project file. */
#include "scenario/keys.h"

static const struct value_type path_type = {FORM_TEXT, "a path", .text = &some_text_rule};
static const struct value_type directory_type = {FORM_TEXT, "a directory", .text = &some_text_rule};

static const struct key_row project_rows[] = {
    {"version", INTEGER(1, 1), .required = true, .doc = "The version of this format."},
    {"program", &path_type,
     .doc = "The program to run as the target; `--program` and `LEAKGATE_PROGRAM` go before it."},
    {"build", TYPE(FORM_TEXT, "a shell command", .text = &some_text_rule),
     .doc = "Makes the program: `run` and `bisect` call it first, by `sh -c` in the directory of "
            "this file, unless another program is named."},
    {"target", TYPE(FORM_TEXT, "a name or a path", .text = &some_text_rule),
     .doc = "The target file of all scenarios, instead of those that they name, as `--target` "
            "is: a name, or a path (with a `/` or `.yaml`)."},
    {"scenarios", &directory_type, .default_text = "scenarios",
     .doc = "Where the scenarios are, with the target files in its `targets/`."},
    {"baselines", &directory_type, .default_text = "baselines", .doc = "Where the baselines are."},
    {"report", &directory_type, .default_text = "leakgate-report",
     .doc = "Where `run` writes its report, and where `report` and `accept` read it."},
    {"tags", &tag_list_type,
     .doc = "What `leakgate run` takes when neither scenarios nor `--tag` are given: the scenarios "
            "with any of these tags. Without it, all scenarios except those with `on_request`."},
};
const struct key_table project_table =
    TABLE("project", "Project file", project_rows, .phrase = "a project file",
          .rules = RULES({RULE_NEEDS, {"build", "program"}}),
          .doc = "What holds for a repository, so that commands need no options: "
                 "[project.md](project.md). Paths are relative to the file.");
