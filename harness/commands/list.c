#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/schedule.h"
#include "commands/selection.h"
#include "report/text_layout.h"
#include "verdict/baseline.h"
#include "verdict/levels.h"
#include "world/world.h"

/* "yes", "no", or "other plan": the scenario has changed since its baseline was accepted. */
static const char *baseline_state(const struct arguments *arguments, const struct plan *plan)
{
    struct lg_error err = {0};
    _cleanup_baseline_ struct baseline *baseline = baseline_of_plan(arguments, plan, &err);
    if (baseline == NULL)
        return err.class == LG_ERROR_NONE ? "no" : "unreadable";
    return strcmp(baseline->plan_hash, plan->hash) == 0 ? "yes" : "other plan";
}

static json_t *plan_to_json(const struct arguments *arguments, const struct plan *plan)
{
    _cleanup_strings_ struct string_list missing = {0};
    json_t *object = json_object();
    world_missing_tools(plan, &missing);
    json_put(object, "name", json_text(plan->name));
    json_put(object, "file", json_text(plan->file));
    json_put_text(object, "title", plan->title);
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
    json_put_text(object, "without", plan->without);
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
    for (size_t i = 0; i < COUNT_OF(heading); i++)
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
    size_t columns = gather_cells(arguments, selection, &cells);
    text_table(&out, &cells, columns);
    _cleanup_free_ char *total =
        duration_describe(selection->count, seconds_of_all(arguments, selection), 1);
    buffer_format(&out, "\n%s one after the other\n", total);
    fputs(buffer_string(&out), stdout);
}

/* --- What is tolerated beyond the default --- */

static json_t *tolerance_to_json(const struct plan *plan, const struct wide_tolerance *wide)
{
    json_t *object = json_object();
    json_put(object, "scenario", json_text(plan->name));
    json_put(object, "gauge", json_text(gauge_info(wide->gauge)->name));
    json_put_text(object, "tool", wide->tool);
    json_put(object, "level", json_number(wide->level));
    json_put(object, "tolerance", json_number(wide->tolerance));
    json_put(object, "default", json_number(wide->usual));
    json_put(object, "why", json_text(text_or(wide->why, "")));
    return object;
}

/* Of what a tool is started per iteration; of a level as it is said elsewhere. */
static void add_amount(struct string_list *cells, const struct wide_tolerance *wide, double amount)
{
    char text[64];
    snprintf(text, sizeof text, "%.4g", amount);
    if (wide->tool == NULL)
        level_describe(wide->gauge, amount, text, sizeof text);
    string_list_add(cells, text);
}

static void add_tolerance(struct string_list *cells, const struct plan *plan,
                          const struct wide_tolerance *wide)
{
    _cleanup_free_ char *gauge =
        memory_format("%s%s%s", gauge_info(wide->gauge)->name, wide->tool != NULL ? " " : "",
                      text_or(wide->tool, ""));
    string_list_add(cells, plan->name);
    string_list_take(cells, text_harmless(gauge, false));
    add_amount(cells, wide, wide->level);
    add_amount(cells, wide, wide->tolerance);
    add_amount(cells, wide, wide->usual);
    string_list_take(cells, text_harmless(text_or(wide->why, ""), false));
}

/* All in the baselines of these scenarios that are wider than the default. False where one of them
 * cannot be read. */
static bool print_tolerances(const struct arguments *arguments, const struct selection *selection)
{
    static const char *const heading[] = {"SCENARIO",  "GAUGE",   "LEVEL",
                                          "TOLERANCE", "DEFAULT", "WHY"};
    const size_t columns = COUNT_OF(heading);
    _cleanup_strings_ struct string_list cells = {0};
    _cleanup_buffer_ struct buffer out = {0};
    _cleanup_json_ json_t *object = json_object();
    json_t *list = json_array();
    bool fine = true;
    json_put(object, "version", json_integer(1));
    json_put(object, "tolerances", list);
    for (size_t i = 0; i < columns; i++)
        string_list_add(&cells, heading[i]);
    for (size_t i = 0; i < selection->count; i++) {
        const struct plan *plan = selection->plans[i];
        struct lg_error err = {0};
        _cleanup_baseline_ struct baseline *baseline = baseline_of_plan(arguments, plan, &err);
        if (err.class != LG_ERROR_NONE) {
            complain(&err);
            fine = false;
        }
        size_t count = 0;
        _cleanup_free_ struct wide_tolerance *wide =
            baseline != NULL ? baseline_wide_tolerances(baseline, &count) : NULL;
        for (size_t j = 0; j < count; j++) {
            json_push(list, tolerance_to_json(plan, &wide[j]));
            add_tolerance(&cells, plan, &wide[j]);
        }
    }
    text_table(&out, &cells, columns);
    _cleanup_free_ char *text = json_pretty(object);
    fputs(option_given(arguments, OPTION_JSON) ? text : buffer_string(&out), stdout);
    return fine;
}

/* What has to be on PATH for these scenarios, one a line; for scripts. Projects are made by git. */
static void print_needs(const struct selection *selection)
{
    _cleanup_strings_ struct string_list needs = {0};
    for (size_t i = 0; i < selection->count; i++) {
        const struct plan *plan = selection->plans[i];
        if (plan->without != NULL)
            continue;
        for (size_t j = 0; j < plan->needs.count; j++)
            string_list_add(&needs, plan->needs.items[j]);
        if (plan->world.projects.count > 0)
            string_list_add(&needs, "git");
    }
    string_list_sort(&needs);
    for (size_t i = 0; i < needs.count; i++)
        if (i == 0 || !text_equal(needs.items[i], needs.items[i - 1]))
            puts(needs.items[i]);
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
    if (option_given(arguments, OPTION_TOLERANCES) && any)
        fine = print_tolerances(arguments, &selection) && fine;
    else if (option_given(arguments, OPTION_NEEDS) && any)
        print_needs(&selection);
    else if (option_given(arguments, OPTION_JSON))
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
