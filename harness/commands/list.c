#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/schedule.h"
#include "commands/selection.h"
#include "report/console.h"
#include "report/text_layout.h"
#include "verdict/baseline.h"
#include "world/world.h"

enum { COLUMNS_MOST = 9 };

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
    json_put(object, "tags", json_texts(&plan->tags));
    json_put(object, "needs", json_texts(&plan->needs));
    json_put(object, "missing", json_texts(&missing));
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

/* Apart by blanks; what stands in `missing` as well is marked. The caller frees it. */
static char *joined(const struct string_list *words, const struct string_list *missing)
{
    struct buffer out = {0};
    for (size_t i = 0; i < words->count; i++)
        buffer_format(
            &out, "%s%s%s", i > 0 ? " " : "", words->items[i],
            missing != NULL && string_list_contains(missing, words->items[i]) ? " (missing)" : "");
    if (words->count == 0)
        buffer_char(&out, '-');
    return buffer_take(&out);
}

/* One cell after another, row by row; returns how many columns there are. Two of them are there
 * only where they say something. */
static size_t gather_cells(const struct arguments *arguments, const struct selection *selection,
                           struct string_list *cells)
{
    static const char *const heading[] = {"SCENARIO", "TARGET",   "TAGS",
                                          "NEEDS",    "BASELINE", "SECONDS"};
    bool quarantine = false, without = false;
    for (size_t i = 0; i < selection->count; i++) {
        quarantine |= selection->plans[i]->quarantine.reason != NULL;
        without |= selection->plans[i]->without != NULL;
    }
    for (size_t i = 0; i < sizeof heading / sizeof *heading; i++)
        string_list_add(cells, heading[i]);
    if (quarantine)
        string_list_add(cells, "QUARANTINE");
    if (without)
        string_list_add(cells, "SKIPPED");
    string_list_add(cells, "TITLE");
    size_t columns = cells->count;
    for (size_t i = 0; i < selection->count; i++) {
        const struct plan *plan = selection->plans[i];
        struct duration duration = scenario_duration(arguments, plan);
        _cleanup_strings_ struct string_list missing = {0};
        world_missing_tools(plan, &missing);
        string_list_add(cells, plan->name);
        string_list_add(cells, plan->target.name);
        string_list_take(cells, joined(&plan->tags, NULL));
        string_list_take(cells, joined(&plan->needs, &missing));
        string_list_add(cells, baseline_state(arguments, plan));
        string_list_take(cells,
                         memory_format("%s%.0f", duration.known ? "" : "~", duration.seconds));
        if (quarantine)
            string_list_take(cells, plan->quarantine.until != NULL
                                        ? memory_format("until %s", plan->quarantine.until)
                                        : memory_copy_text("-"));
        if (without)
            string_list_take(cells, text_harmless(text_or(plan->without, "-"), false));
        string_list_take(cells, text_harmless(text_or(plan->title, ""), false));
    }
    return columns;
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
    if (!selection_files(arguments, &files, &err))
        return complain(&err);
    bool fine = selection_load(arguments, &files, &selection, &problems);
    complain_of_all(&problems);
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
