#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/complain.h"
#include "commands/duration.h"
#include "commands/selection.h"
#include "report/console.h"
#include "report/text_layout.h"
#include "verdict/baseline.h"
#include "world/world.h"

enum { COLUMNS = 7, COLUMNS_MOST = 9 };

/* "yes", "no", or "other plan": the scenario has changed since its baseline was accepted. */
static const char *baseline_state(const struct arguments *arguments, const struct plan *plan)
{
    _cleanup_free_ char *path =
        baseline_path(option_text(arguments, OPTION_BASELINES), plan->target.name, plan->name);
    if (access(path, F_OK) != 0)
        return "no";
    struct lg_error ignored = {0};
    _cleanup_baseline_ struct baseline *baseline = baseline_read(path, &ignored);
    if (baseline == NULL)
        return "unreadable";
    return strcmp(baseline->plan_hash, plan->hash) == 0 ? "yes" : "other plan";
}

static json_t *texts_to_json(const struct string_list *texts)
{
    json_t *array = json_array();
    for (size_t i = 0; i < texts->count; i++)
        json_push(array, json_text(texts->items[i]));
    return array;
}

static json_t *plan_to_json(const struct arguments *arguments, const struct plan *plan)
{
    _cleanup_strings_ struct string_list missing = {0};
    json_t *object = json_object();
    world_missing_tools(plan, &missing);
    json_put(object, "name", json_text(plan->name));
    json_put(object, "file", json_text(plan->file));
    if (plan->title != NULL)
        json_put(object, "title", json_text(plan->title));
    json_put(object, "target", json_text(plan->target.name));
    json_put(object, "tags", texts_to_json(&plan->tags));
    json_put(object, "needs", texts_to_json(&plan->needs));
    json_put(object, "missing", texts_to_json(&missing));
    json_put(object, "baseline", json_text(baseline_state(arguments, plan)));
    json_put(object, "plan_hash", json_text(plan->hash));
    struct duration duration = scenario_duration(arguments, plan);
    json_put(object, "seconds", json_integer((json_int_t)duration.seconds));
    json_put(object, "seconds_measured", json_boolean(duration.known));
    if (plan->quarantine.reason != NULL) {
        json_t *quarantine = json_object();
        json_put(quarantine, "reason", json_text(plan->quarantine.reason));
        json_put(quarantine, "until", json_text(plan->quarantine.until));
        json_put(object, "quarantine", quarantine);
    }
    if (plan->without != NULL)
        json_put(object, "without", json_text(plan->without));
    return object;
}

static double seconds_of_all(const struct arguments *arguments, const struct selection *selection)
{
    double seconds = 0;
    for (size_t i = 0; i < selection->count; i++)
        seconds += scenario_duration(arguments, selection->plans[i]).seconds;
    return seconds;
}

static void print_json(const struct arguments *arguments, const struct selection *selection)
{
    _cleanup_json_ json_t *object = json_object();
    json_t *scenarios = json_array();
    for (size_t i = 0; i < selection->count; i++)
        json_push(scenarios, plan_to_json(arguments, selection->plans[i]));
    json_put(object, "version", json_integer(1));
    json_put(object, "seconds", json_integer((json_int_t)seconds_of_all(arguments, selection)));
    json_put(object, "scenarios", scenarios);
    _cleanup_free_ char *text = json_pretty(object);
    fputs(text, stdout);
}

static char *joined(const struct string_list *words)
{
    struct buffer out = {0};
    for (size_t i = 0; i < words->count; i++)
        buffer_format(&out, "%s%s", i > 0 ? " " : "", words->items[i]);
    if (words->count == 0)
        buffer_char(&out, '-');
    return buffer_take(&out);
}

/* What is needed and not there is marked. */
static char *needs_text(const struct plan *plan)
{
    _cleanup_strings_ struct string_list missing = {0};
    _cleanup_strings_ struct string_list marked = {0};
    world_missing_tools(plan, &missing);
    for (size_t i = 0; i < plan->needs.count; i++) {
        bool gone = string_list_contains(&missing, plan->needs.items[i]);
        string_list_take(&marked,
                         memory_format("%s%s", plan->needs.items[i], gone ? " (missing)" : ""));
    }
    return joined(&marked);
}

/* Columns that are there when they say something. */
struct extra_columns {
    bool quarantine;
    bool without;
};

static struct extra_columns extra_columns_of(const struct selection *selection)
{
    struct extra_columns extra = {0};
    for (size_t i = 0; i < selection->count; i++) {
        extra.quarantine |= selection->plans[i]->quarantine.reason != NULL;
        extra.without |= selection->plans[i]->without != NULL;
    }
    return extra;
}

static void gather_row(const struct arguments *arguments, const struct plan *plan,
                       struct extra_columns extra, struct string_list *cells)
{
    string_list_add(cells, plan->name);
    string_list_add(cells, plan->target.name);
    string_list_take(cells, joined(&plan->tags));
    string_list_take(cells, needs_text(plan));
    string_list_add(cells, baseline_state(arguments, plan));
    struct duration duration = scenario_duration(arguments, plan);
    string_list_take(cells, memory_format("%s%.0f", duration.known ? "" : "~", duration.seconds));
    if (extra.quarantine)
        string_list_take(cells, plan->quarantine.until != NULL
                                    ? memory_format("until %s", plan->quarantine.until)
                                    : memory_copy_text("-"));
    if (extra.without)
        string_list_take(cells, text_harmless(plan->without != NULL ? plan->without : "-", false));
    string_list_take(cells, text_harmless(plan->title != NULL ? plan->title : "", false));
}

/* One cell after another, row by row; returns how many columns there are. */
static size_t gather_cells(const struct arguments *arguments, const struct selection *selection,
                           struct string_list *cells)
{
    static const char *const heading[] = {"SCENARIO", "TARGET",   "TAGS",
                                          "NEEDS",    "BASELINE", "SECONDS"};
    struct extra_columns extra = extra_columns_of(selection);
    for (size_t i = 0; i < sizeof heading / sizeof *heading; i++)
        string_list_add(cells, heading[i]);
    if (extra.quarantine)
        string_list_add(cells, "QUARANTINE");
    if (extra.without)
        string_list_add(cells, "SKIPPED");
    string_list_add(cells, "TITLE");
    for (size_t i = 0; i < selection->count; i++)
        gather_row(arguments, selection->plans[i], extra, cells);
    return COLUMNS + (size_t)extra.quarantine + (size_t)extra.without;
}

static void print_table(const struct arguments *arguments, const struct selection *selection)
{
    _cleanup_strings_ struct string_list cells = {0};
    _cleanup_buffer_ struct buffer out = {0};
    size_t widths[COLUMNS_MOST] = {0};
    size_t columns = gather_cells(arguments, selection, &cells);
    for (size_t i = 0; i < cells.count; i++) {
        size_t taken = text_columns(cells.items[i]);
        size_t *width = &widths[i % columns];
        *width = taken > *width ? taken : *width;
    }
    for (size_t i = 0; i < cells.count; i++) {
        bool last = i % columns == columns - 1;
        text_pad(&out, cells.items[i], last ? 0 : widths[i % columns] + 2);
        if (last)
            buffer_char(&out, '\n');
    }
    _cleanup_free_ char *total =
        duration_describe(selection->count, seconds_of_all(arguments, selection), 1);
    buffer_format(&out, "\n%s one after the other\n", total);
    fputs(buffer_string(&out), stdout);
}

int command_list(const struct arguments *arguments)
{
    struct selection selection = {0};
    struct diagnostics problems = {0};
    struct lg_error err = {0};
    _cleanup_strings_ struct string_list files = {0};
    struct load_options options = load_options_of(arguments);
    if (!selection_files(arguments, &files, &err))
        return complain(&err);
    bool fine = selection_load(arguments, &files, &options, &selection, &problems);
    print_diagnostics(&problems);
    diagnostics_free(&problems);
    bool any = selection.count > 0;
    selection_keep_shard(arguments, &selection);
    if (option_given(arguments, OPTION_JSON))
        print_json(arguments, &selection);
    else if (selection.count > 0)
        print_table(arguments, &selection);
    else if (fine && !any)
        print_no_scenario(arguments);
    else if (fine)
        fputs("leakgate: this shard is empty\n", stderr);
    selection_free(&selection);
    return fine ? EXIT_PASS : EXIT_INPUT;
}
