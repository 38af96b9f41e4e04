/* `leakgate trend`: what the gauges rest at in many reports, a night each, one after the other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "commands/page_file.h"
#include "report/html.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "result/result_json.h"

/* --- Reports --- */

/* What it says of itself, and "directory"; nothing is judged again, which takes minutes for a year
 * of nights. Of a run that was cut off the journals are judged, and the first has the date. */
static json_t *read_result(const char *directory, struct lg_error *err)
{
    _cleanup_free_ char *path = path_join(directory, REPORT_RESULT);
    _cleanup_suite_ struct suite_result *suite = NULL;
    _cleanup_json_ json_t *result = NULL;
    if (access(path, F_OK) == 0) {
        result = json_read_file(path, err);
        if (result != NULL && json_get_integer(result, "version", 0) != RESULT_VERSION)
            return lg_fail_null(err, LG_ERROR_INPUT, 0,
                                "%s is not a result of a version that this leakgate reads", path);
    } else if ((suite = suite_read(directory, err)) != NULL) {
        result = result_to_json(suite);
        if (suite->count > 0 && suite->scenarios[0].record != NULL)
            json_put_text(result, "date", suite->scenarios[0].record->header.date);
    }
    if (result == NULL)
        return NULL;
    json_put_text(result, "directory", directory);
    return json_incref(result);
}

static bool is_later(const json_t *result, const json_t *than)
{
    int dates = strcmp(json_get_text(result, "date", ""), json_get_text(than, "date", ""));
    return dates != 0 ? dates > 0
                      : strcmp(json_get_text(result, "directory", ""),
                               json_get_text(than, "directory", "")) > 0;
}

/* The oldest first. NULL on failure. */
static json_t *read_results(const struct string_list *operands, struct lg_error *err)
{
    _cleanup_strings_ struct string_list directories = {0};
    _cleanup_json_ json_t *results = json_array();
    for (size_t i = 0; i < operands->count; i++)
        if (!find_all_reports(operands->items[i], &directories, err))
            return NULL;
    for (size_t i = 0; i < directories.count; i++) {
        json_t *result = read_result(directories.items[i], err);
        size_t at = i;
        if (result == NULL)
            return NULL;
        while (at > 0 && is_later(json_array_get(results, at - 1), result))
            at--;
        if (json_array_insert_new(results, at, result) != 0)
            memory_exhausted();
    }
    return json_incref(results);
}

/* --- The trend: what --json prints --- */

/* NULL: that report has no such scenario. */
static const json_t *find_scenario(const json_t *result, const char *name)
{
    const json_t *all = json_object_get(result, "scenarios");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (text_equal(json_get_text(json_array_get(all, i), "name", NULL), name))
            return json_array_get(all, i);
    return NULL;
}

/* A gauge that is 0 throughout, or not known, is left out. */
static void put_gauge(json_t *gauges, const json_t *results, const char *scenario, enum gauge gauge)
{
    const char *name = gauge_info(gauge)->name;
    json_t *item = json_object(), *levels = json_array(), *result;
    bool shown = false;
    size_t i;
    json_array_foreach(results, i, result)
    {
        const json_t *levels_there = json_object_get(find_scenario(result, scenario), "levels");
        double level = json_get_number(levels_there, name, NAN);
        json_push(levels, json_number(level));
        if (isnan(level))
            continue;
        shown = shown || level != 0;
        if (json_object_get(item, "first") == NULL)
            json_put(item, "first", json_number(level));
        json_put(item, "last", json_number(level));
    }
    json_put_text(item, "gauge", name);
    json_put(item, "levels", levels);
    if (shown)
        json_push(gauges, item);
    else
        json_decref(item);
}

static json_t *scenario_trend(const json_t *results, const char *scenario)
{
    json_t *object = json_object(), *outcomes = json_array(), *gauges = json_array(), *result;
    size_t i;
    json_array_foreach(results, i, result)
    {
        const json_t *there = find_scenario(result, scenario);
        json_push(outcomes, json_text(json_get_text(there, "verdict", "not run")));
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        put_gauge(gauges, results, scenario, gauge);
    json_put_text(object, "scenario", scenario);
    json_put(object, "outcomes", outcomes);
    json_put(object, "gauges", gauges);
    return object;
}

static json_t *trend_of(const json_t *results)
{
    json_t *object = json_object(), *scenarios = json_array(), *reports = json_array();
    _cleanup_strings_ struct string_list names = {0};
    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        const json_t *all = json_object_get(result, "scenarios");
        json_t *report = json_object();
        json_put_text(report, "directory", json_get_text(result, "directory", ""));
        json_put_text(report, "date", json_get_text(result, "date", ""));
        json_push(reports, report);
        for (size_t j = 0; j < json_array_size(all); j++)
            string_list_add_once(&names, json_get_text(json_array_get(all, j), "name", ""));
    }
    for (size_t i = 0; i < names.count; i++)
        json_push(scenarios, scenario_trend(results, names.items[i]));
    json_put(object, "version", json_integer(1));
    json_put(object, "reports", reports);
    json_put(object, "scenarios", scenarios);
    return object;
}

/* "" where there is none. */
static const char *text_at(const json_t *object, const char *key, size_t i)
{
    return text_or(json_string_value(json_array_get(json_object_get(object, key), i)), "");
}

/* The caller frees it. */
static double *levels_of(const json_t *gauge, size_t *count)
{
    const json_t *levels = json_object_get(gauge, "levels");
    *count = json_array_size(levels);
    double *values = memory_array(*count + 1, sizeof *values);
    for (size_t i = 0; i < *count; i++) {
        const json_t *level = json_array_get(levels, i);
        values[i] = json_is_number(level) ? json_number_value(level) : NAN;
    }
    return values;
}

/* --- Text --- */

/* "pass 5 times, leak, pass" */
static void put_outcomes(const json_t *scenario, size_t count, struct buffer *out)
{
    for (size_t i = 0, next; i < count; i = next) {
        const char *outcome = text_at(scenario, "outcomes", i);
        for (next = i + 1;
             next < count && text_equal(outcome, text_at(scenario, "outcomes", next));)
            next++;
        buffer_format(out, "%s%s", i > 0 ? ", " : "", outcome);
        if (next - i > 1)
            buffer_format(out, " %zu times", next - i);
    }
    buffer_char(out, '\n');
}

static void put_scenario(const json_t *scenario, size_t reports, struct buffer *out)
{
    static const char *const heading[] = {"GAUGE", "OVER TIME", "FIRST", "LAST", "CHANGE"};
    _cleanup_strings_ struct string_list cells = {0};
    const json_t *item;
    size_t i, count;
    buffer_format(out, "\n%s: ", json_get_text(scenario, "scenario", ""));
    put_outcomes(scenario, reports, out);
    for (i = 0; i < COUNT_OF(heading); i++)
        string_list_add(&cells, heading[i]);
    json_array_foreach(json_object_get(scenario, "gauges"), i, item)
    {
        enum gauge gauge = gauge_by_name(json_get_text(item, "gauge", ""));
        double first = json_get_number(item, "first", NAN),
               last = json_get_number(item, "last", NAN);
        _cleanup_free_ double *levels = levels_of(item, &count);
        char *line = sparkline(levels, count);
        string_list_add(&cells, gauge_info(gauge)->name);
        string_list_take(&cells, line != NULL ? line : memory_copy_text(""));
        string_list_add(&cells, amount_text(gauge, first).text);
        string_list_add(&cells, amount_text(gauge, last).text);
        string_list_add(&cells, growth_text(gauge, last - first).text);
    }
    if (cells.count > COUNT_OF(heading))
        text_table(out, &cells, COUNT_OF(heading));
}

static void trend_text(const json_t *trend, struct buffer *out)
{
    const json_t *reports = json_object_get(trend, "reports"), *item;
    size_t i, count = json_array_size(reports);
    buffer_format(out, "%zu report%s:\n", count, count == 1 ? "" : "s");
    for (i = 0; i < count; i++) {
        item = json_array_get(reports, i);
        buffer_format(out, "  %s  %s\n", json_get_text(item, "date", ""),
                      json_get_text(item, "directory", ""));
    }
    json_array_foreach(json_object_get(trend, "scenarios"), i, item)
    {
        put_scenario(item, count, out);
    }
}

/* --- Page --- */

/* Each report is a sample of the chart, marked where it did not pass. */
static void put_curves(const json_t *reports, const json_t *scenario, json_t *section)
{
    static const char *const no_mark[] = {"pass", "skipped", "not run", NULL};
    json_t *series = json_array(), *marks = json_array(), *curves = json_array(), *item;
    size_t i, count;
    json_array_foreach(reports, i, item)
    {
        const char *outcome = text_at(scenario, "outcomes", i);
        _cleanup_free_ char *name = memory_format("%s · %s", json_get_text(item, "date", ""),
                                                  json_get_text(item, "directory", ""));
        _cleanup_free_ char *said = memory_format("%s: %s", outcome, name);
        json_push(series, json_pack("[s,i,i,i,o]", "loop", (int)i + 1, 0, 0, json_text(name)));
        if (!text_is_one_of(outcome, no_mark))
            json_push(marks, json_pack("[i,s,o]", (int)i, "✗", json_text(said)));
        if (!text_equal(outcome, "not run"))
            json_put_text(section, "verdict", outcome);
    }
    json_array_foreach(json_object_get(scenario, "gauges"), i, item)
    {
        _cleanup_free_ double *levels = levels_of(item, &count);
        json_push(curves, json_pack("{s:O,s:o}", "gauge", json_object_get(item, "gauge"), "points",
                                    html_points(levels, count)));
    }
    json_put(section, "series", series);
    json_put(section, "marks", marks);
    json_put(section, "curves", curves);
    json_put_text(section, "step", "report");
    json_put_text(section, "along",
                  "Along the bottom: the reports, the oldest first. ✗: that one did not pass.");
}

static json_t *trend_page(const json_t *trend)
{
    const json_t *reports = json_object_get(trend, "reports"), *scenario;
    json_t *sections = json_array();
    size_t i, count = json_array_size(reports);
    _cleanup_free_ char *title =
        memory_format("%zu report%s, %.10s to %.10s", count, count == 1 ? "" : "s",
                      json_get_text(json_array_get(reports, 0), "date", ""),
                      json_get_text(json_array_get(reports, count - 1), "date", ""));
    json_array_foreach(json_object_get(trend, "scenarios"), i, scenario)
    {
        const char *name = json_get_text(scenario, "scenario", "");
        const struct html_section table = {"gauges", name,
                                           "gauge=gauge, first=first:gauge, last=last:gauge",
                                           "What each gauge rested at.", 0};
        html_sections(scenario, &table, 1, sections);
        put_curves(reports, scenario,
                   json_array_size(sections) > i
                       ? json_array_get(sections, i)
                       : html_section(sections, name, "Nothing was measured."));
    }
    return html_head(title, "trend", "Scenarios", sections);
}

int command_trend(const struct arguments *arguments)
{
    struct lg_error err = {0};
    _cleanup_json_ json_t *results = NULL;
    if (arguments->operands.count == 0)
        lg_fail(&err, LG_ERROR_INPUT, 0,
                "trend takes the reports: DIR..., each a report or a directory in which they lie");
    else if (page_file_check(arguments, &err))
        results = read_results(&arguments->operands, &err);
    if (results == NULL)
        return complain(&err);
    _cleanup_json_ json_t *trend = trend_of(results);
    _cleanup_free_ char *json = json_pretty(trend);
    _cleanup_buffer_ struct buffer text = {0};
    trend_text(trend, &text);
    _cleanup_free_ char *harmless = text_harmless(buffer_string(&text), true);
    fputs(option_given(arguments, OPTION_JSON) ? json : harmless, stdout);
    if (option_given(arguments, OPTION_HTML) &&
        !page_file_write(arguments, trend_page(trend), &text, &err))
        return complain(&err);
    return EXIT_PASS;
}
