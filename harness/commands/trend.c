/* `leakgate trend`: what the gauges rest at in many reports, a night each, one after the other. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "commands/page_file.h"
#include "report/html.h"
#include "report/suite_text.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "result/result_json.h"

/* --- Reports --- */

/* Its directory, date and scenarios, each with "outcome" and "levels" (at rest, by gauge). A run
 * that was cut off has the date of its first journal. NULL on failure. */
static json_t *read_report(const char *directory, struct lg_error *err)
{
    _cleanup_suite_ struct suite_result *suite = suite_read(directory, err);
    if (suite == NULL)
        return NULL;
    const char *date = suite->date;
    json_t *scenarios = json_array();
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_json_ json_t *told = scenario_to_json(scenario);
        json_t *levels = json_object_get(told, "levels"), *kept = json_object();
        json_put_text(kept, "scenario", scenario->name);
        json_put_text(kept, "outcome", outcome_word(scenario));
        if (levels != NULL)
            json_put(kept, "levels", json_incref(levels));
        json_push(scenarios, kept);
        if (*date == '\0' && scenario->record != NULL)
            date = text_or(scenario->record->header.date, "");
    }
    return json_pack("{s:o,s:o,s:o}", "directory", json_text(directory), "date", json_text(date),
                     "scenarios", scenarios);
}

static int by_date(const void *one, const void *other)
{
    const json_t *const *a = one, *const *b = other;
    int dates = strcmp(json_get_text(*a, "date", ""), json_get_text(*b, "date", ""));
    return dates != 0
               ? dates
               : strcmp(json_get_text(*a, "directory", ""), json_get_text(*b, "directory", ""));
}

/* The oldest first. NULL on failure. */
static json_t *read_reports(const struct string_list *operands, struct lg_error *err)
{
    _cleanup_strings_ struct string_list directories = {0};
    for (size_t i = 0; i < operands->count; i++)
        if (!find_all_reports(operands->items[i], &directories, err))
            return NULL;
    _cleanup_free_ json_t **read = memory_array(directories.count + 1, sizeof *read);
    json_t *reports = json_array();
    for (size_t i = 0; i < directories.count; i++) {
        read[i] = read_report(directories.items[i], err);
        if (read[i] != NULL)
            continue;
        while (i-- > 0)
            json_decref(read[i]);
        json_decref(reports);
        return NULL;
    }
    qsort(read, directories.count, sizeof *read, by_date);
    for (size_t i = 0; i < directories.count; i++)
        json_push(reports, read[i]);
    return reports;
}

/* --- The trend: what --json prints --- */

/* NULL: that report has no such scenario. */
static const json_t *find_scenario(const json_t *report, const char *name)
{
    const json_t *scenario;
    size_t i;
    json_array_foreach(
        json_object_get(report, "scenarios"), i,
        scenario) if (text_equal(json_get_text(scenario, "scenario", NULL), name)) return scenario;
    return NULL;
}

/* A gauge that is 0 throughout, or not known, is left out. */
static void put_gauge(json_t *gauges, const json_t *reports, const char *scenario, enum gauge gauge)
{
    const char *name = gauge_info(gauge)->name;
    json_t *item = json_object(), *levels = json_array(), *report;
    bool shown = false;
    size_t i;
    json_array_foreach(reports, i, report)
    {
        const json_t *levels_there = json_object_get(find_scenario(report, scenario), "levels");
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

static json_t *scenario_trend(const json_t *reports, const char *scenario)
{
    json_t *object = json_object(), *outcomes = json_array(), *gauges = json_array(), *report;
    size_t i;
    json_array_foreach(reports, i, report)
    {
        const json_t *there = find_scenario(report, scenario);
        json_push(outcomes, json_text(json_get_text(there, "outcome", "not run")));
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        put_gauge(gauges, reports, scenario, gauge);
    json_put_text(object, "scenario", scenario);
    json_put(object, "outcomes", outcomes);
    json_put(object, "gauges", gauges);
    return object;
}

/* Takes the reports. */
static json_t *trend_of(json_t *reports)
{
    json_t *object = json_object(), *scenarios = json_array(), *report, *scenario;
    _cleanup_strings_ struct string_list names = {0};
    size_t i, j;
    json_array_foreach(reports, i, report)
        json_array_foreach(json_object_get(report, "scenarios"), j, scenario)
            string_list_add_once(&names, json_get_text(scenario, "scenario", ""));
    for (i = 0; i < names.count; i++)
        json_push(scenarios, scenario_trend(reports, names.items[i]));
    json_array_foreach(reports, i, report) json_object_del(report, "scenarios");
    json_put(object, "version", json_integer(1));
    json_put(object, "reports", reports);
    json_put(object, "scenarios", scenarios);
    return object;
}

/* A member's texts or numbers. */
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
    _cleanup_free_ char *name = text_harmless(json_get_text(scenario, "scenario", ""), false);
    const json_t *item;
    size_t i, count;
    buffer_format(out, "\n%s: ", name);
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
    json_array_foreach(reports, i, item)
    {
        _cleanup_free_ char *directory = text_harmless(json_get_text(item, "directory", ""), false);
        buffer_format(out, "  %s  %s\n", json_get_text(item, "date", ""), directory);
    }
    json_array_foreach(json_object_get(trend, "scenarios"), i, item) put_scenario(item, count, out);
}

/* --- Page --- */

/* Each report is a sample of the chart, marked where it was no pass. */
static void put_curves(const json_t *reports, const json_t *scenario, json_t *section)
{
    json_t *series = json_array(), *marks = json_array(), *curves = json_array(), *item;
    size_t i, count;
    json_array_foreach(reports, i, item)
    {
        const char *outcome = text_at(scenario, "outcomes", i);
        _cleanup_free_ char *name = memory_format("%s · %s", json_get_text(item, "date", ""),
                                                  json_get_text(item, "directory", ""));
        _cleanup_free_ char *said = memory_format("%s: %s", outcome, name);
        json_push(series, json_pack("[s,i,i,i,o]", "loop", (int)i + 1, 0, 0, json_text(name)));
        if (!text_equal(outcome, "pass") && !text_equal(outcome, "not run"))
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
                  "Along the bottom: the reports, the oldest first. ✗: that one was no pass.");
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
    json_t *reports = NULL;
    if (arguments->operands.count == 0)
        lg_fail(&err, LG_ERROR_INPUT, 0,
                "trend takes the reports: DIR..., each a report or a directory in which they lie");
    else if (page_file_check(arguments, &err))
        reports = read_reports(&arguments->operands, &err);
    if (reports == NULL)
        return complain(&err);
    _cleanup_json_ json_t *trend = trend_of(reports);
    _cleanup_free_ char *json = json_pretty(trend);
    _cleanup_buffer_ struct buffer text = {0};
    trend_text(trend, &text);
    fputs(option_given(arguments, OPTION_JSON) ? json : buffer_string(&text), stdout);
    if (option_given(arguments, OPTION_HTML) &&
        !page_file_write(arguments, trend_page(trend), &text, &err))
        return complain(&err);
    return EXIT_PASS;
}
