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

/* A scenario in one report. */
struct point {
    char *scenario, *outcome;
    double levels[GAUGE_COUNT]; /* at rest; NAN: not known */
};
struct night {
    const char *directory; /* of the report */
    char date[21];
    struct point *points;
    size_t count, capacity;
};
struct trend {
    struct string_list directories;
    struct night *nights; /* the oldest first */
    size_t count;
    struct string_list scenarios;
};

static void trend_free(struct trend *trend)
{
    for (size_t i = 0; i < trend->count; i++) {
        struct night *night = &trend->nights[i];
        for (size_t j = 0; j < night->count; j++)
            free_all(night->points[j].scenario, night->points[j].outcome);
        free(night->points);
    }
    free(trend->nights);
    string_list_free(&trend->directories);
    string_list_free(&trend->scenarios);
}
#define _cleanup_trend_ __attribute__((cleanup(trend_free)))

/* --- Reports --- */

/* Of a run that was cut off the first journal has the date. */
static bool read_night(struct night *night, struct lg_error *err)
{
    _cleanup_suite_ struct suite_result *suite = suite_read(night->directory, err);
    if (suite == NULL)
        return false;
    snprintf(night->date, sizeof night->date, "%s", suite->date);
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        struct point *point = array_add(night->points, night->count, night->capacity);
        point->scenario = memory_copy_text(scenario->name);
        point->outcome = memory_copy_text(outcome_word(scenario));
        for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
            point->levels[gauge] =
                scenario->judgement != NULL ? scenario->judgement->levels[gauge] : NAN;
        if (night->date[0] == '\0' && scenario->record != NULL)
            snprintf(night->date, sizeof night->date, "%s",
                     text_or(scenario->record->header.date, ""));
    }
    return true;
}

static int by_date(const void *one, const void *other)
{
    const struct night *a = one, *b = other;
    int dates = strcmp(a->date, b->date);
    return dates != 0 ? dates : strcmp(a->directory, b->directory);
}

static bool read_trend(const struct string_list *operands, struct trend *trend,
                       struct lg_error *err)
{
    for (size_t i = 0; i < operands->count; i++)
        if (!find_all_reports(operands->items[i], &trend->directories, err))
            return false;
    trend->nights = memory_array(trend->directories.count + 1, sizeof *trend->nights);
    for (; trend->count < trend->directories.count; trend->count++) {
        struct night *night = &trend->nights[trend->count];
        night->directory = trend->directories.items[trend->count];
        if (!read_night(night, err))
            return false;
    }
    qsort(trend->nights, trend->count, sizeof *trend->nights, by_date);
    for (size_t i = 0; i < trend->count; i++)
        for (size_t j = 0; j < trend->nights[i].count; j++)
            string_list_add_once(&trend->scenarios, trend->nights[i].points[j].scenario);
    return true;
}

/* NULL: that report has no such scenario. */
static const struct point *point_of(const struct night *night, const char *scenario)
{
    for (size_t i = 0; i < night->count; i++)
        if (text_equal(night->points[i].scenario, scenario))
            return &night->points[i];
    return NULL;
}

/* What a gauge rested at, in its first and its last report as well. */
struct row {
    double *values; /* one for each report, NAN where it is not known */
    double first, last;
};

/* False where there is nothing to show: not known, or 0 throughout. The caller frees the values. */
static bool row_of(const struct trend *trend, const char *scenario, enum gauge gauge,
                   struct row *row)
{
    *row = (struct row){memory_array(trend->count + 1, sizeof(double)), NAN, NAN};
    bool shown = false;
    for (size_t i = 0; i < trend->count; i++) {
        const struct point *point = point_of(&trend->nights[i], scenario);
        double value = point != NULL ? point->levels[gauge] : NAN;
        row->values[i] = value;
        row->first = isnan(row->first) ? value : row->first;
        row->last = isnan(value) ? row->last : value;
        shown = shown || (isfinite(value) && value != 0);
    }
    return shown;
}

/* --- Text --- */

/* "pass 5 times, leak, pass" */
static void put_outcomes(const struct trend *trend, const char *scenario, struct buffer *out)
{
    for (size_t i = 0, next; i < trend->count; i = next) {
        const struct point *point = point_of(&trend->nights[i], scenario);
        const char *outcome = point != NULL ? point->outcome : "not run";
        for (next = i + 1; next < trend->count; next++) {
            point = point_of(&trend->nights[next], scenario);
            if (!text_equal(outcome, point != NULL ? point->outcome : "not run"))
                break;
        }
        buffer_format(out, "%s%s", i > 0 ? ", " : "", outcome);
        if (next - i > 1)
            buffer_format(out, " %zu times", next - i);
    }
    buffer_char(out, '\n');
}

static void put_scenario(const struct trend *trend, const char *scenario, struct buffer *out)
{
    static const char *const heading[] = {"GAUGE", "OVER TIME", "FIRST", "LAST", "CHANGE"};
    _cleanup_strings_ struct string_list cells = {0};
    _cleanup_free_ char *name = text_harmless(scenario, false);
    buffer_format(out, "\n%s: ", name);
    put_outcomes(trend, scenario, out);
    for (size_t i = 0; i < COUNT_OF(heading); i++)
        string_list_add(&cells, heading[i]);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        struct row row;
        if (row_of(trend, scenario, gauge, &row)) {
            char *line = sparkline(row.values, trend->count);
            string_list_add(&cells, gauge_info(gauge)->name);
            string_list_take(&cells, line != NULL ? line : memory_copy_text(""));
            string_list_add(&cells, amount_text(gauge, row.first).text);
            string_list_add(&cells, amount_text(gauge, row.last).text);
            string_list_add(&cells, growth_text(gauge, row.last - row.first).text);
        }
        free(row.values);
    }
    if (cells.count > COUNT_OF(heading))
        text_table(out, &cells, COUNT_OF(heading));
}

/* --- JSON and page --- */

static json_t *scenario_json(const struct trend *trend, const char *scenario)
{
    json_t *object = json_object(), *outcomes = json_array(), *gauges = json_array();
    for (size_t i = 0; i < trend->count; i++) {
        const struct point *point = point_of(&trend->nights[i], scenario);
        json_push(outcomes, point != NULL ? json_text(point->outcome) : json_null());
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        struct row row;
        if (row_of(trend, scenario, gauge, &row)) {
            json_t *values = json_array(), *item = json_object();
            for (size_t i = 0; i < trend->count; i++)
                json_push(values, json_number(row.values[i]));
            json_put_text(item, "gauge", gauge_info(gauge)->name);
            json_put(item, "first", json_number(row.first));
            json_put(item, "last", json_number(row.last));
            json_put(item, "levels", values);
            json_push(gauges, item);
        }
        free(row.values);
    }
    json_put_text(object, "scenario", scenario);
    json_put(object, "outcomes", outcomes);
    json_put(object, "gauges", gauges);
    return object;
}

static json_t *trend_to_json(const struct trend *trend)
{
    json_t *object = json_object(), *reports = json_array(), *scenarios = json_array();
    for (size_t i = 0; i < trend->count; i++) {
        json_t *report = json_object();
        json_put_text(report, "directory", trend->nights[i].directory);
        json_put_text(report, "date", trend->nights[i].date);
        json_push(reports, report);
    }
    for (size_t i = 0; i < trend->scenarios.count; i++)
        json_push(scenarios, scenario_json(trend, trend->scenarios.items[i]));
    json_put(object, "version", json_integer(1));
    json_put(object, "reports", reports);
    json_put(object, "scenarios", scenarios);
    return object;
}

/* Each report is a sample of the chart, marked where it was no pass. */
static void put_curves(const struct trend *trend, const char *scenario, json_t *section)
{
    json_t *series = json_array(), *marks = json_array(), *curves = json_array();
    for (size_t i = 0; i < trend->count; i++) {
        const struct night *night = &trend->nights[i];
        const struct point *point = point_of(night, scenario);
        _cleanup_free_ char *name = memory_format("%s · %s", night->date, night->directory);
        json_push(series, json_pack("[s,i,i,i,o]", "loop", (int)i + 1, 0, 0, json_text(name)));
        if (point != NULL && strcmp(point->outcome, "pass") != 0) {
            _cleanup_free_ char *said = memory_format("%s: %s", point->outcome, name);
            json_push(marks, json_pack("[i,s,o]", (int)i, "✗", json_text(said)));
        }
        if (point != NULL)
            json_put_text(section, "verdict", point->outcome);
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        struct row row;
        if (row_of(trend, scenario, gauge, &row))
            json_push(curves, json_pack("{s:s,s:o}", "gauge", gauge_info(gauge)->name, "points",
                                        html_points(row.values, trend->count)));
        free(row.values);
    }
    json_put(section, "series", series);
    json_put(section, "marks", marks);
    json_put(section, "curves", curves);
    json_put_text(section, "step", "report");
    json_put_text(section, "along",
                  "Along the bottom: the reports, the oldest first. ✗: that one was no pass.");
}

static json_t *trend_page(const struct trend *trend, const json_t *object)
{
    json_t *sections = json_array();
    _cleanup_free_ char *title =
        memory_format("%zu report%s, %.10s to %.10s", trend->count, trend->count == 1 ? "" : "s",
                      trend->nights[0].date, trend->nights[trend->count - 1].date);
    for (size_t i = 0; i < trend->scenarios.count; i++) {
        const char *scenario = trend->scenarios.items[i];
        const struct html_section table = {"gauges", scenario,
                                           "gauge=gauge, first=first:gauge, last=last:gauge",
                                           "What each gauge rested at.", 0};
        html_sections(json_array_get(json_object_get(object, "scenarios"), i), &table, 1, sections);
        if (json_array_size(sections) > i)
            put_curves(trend, scenario, json_array_get(sections, i));
        else
            put_curves(trend, scenario, html_section(sections, scenario, "Nothing was measured."));
    }
    return html_head(title, "trend", "Scenarios", sections);
}

int command_trend(const struct arguments *arguments)
{
    struct lg_error err = {0};
    _cleanup_trend_ struct trend trend = {0};
    if (arguments->operands.count == 0)
        lg_fail(&err, LG_ERROR_INPUT, 0,
                "trend takes the reports: DIR..., each a report or a directory in which they lie");
    if (arguments->operands.count == 0 || !page_file_check(arguments, &err) ||
        !read_trend(&arguments->operands, &trend, &err))
        return complain(&err);
    _cleanup_json_ json_t *object = trend_to_json(&trend);
    _cleanup_free_ char *json = json_pretty(object);
    _cleanup_buffer_ struct buffer text = {0};
    buffer_format(&text, "%zu report%s:\n", trend.count, trend.count == 1 ? "" : "s");
    for (size_t i = 0; i < trend.count; i++) {
        _cleanup_free_ char *directory = text_harmless(trend.nights[i].directory, false);
        buffer_format(&text, "  %s  %s\n", trend.nights[i].date, directory);
    }
    for (size_t i = 0; i < trend.scenarios.count; i++)
        put_scenario(&trend, trend.scenarios.items[i], &text);
    fputs(option_given(arguments, OPTION_JSON) ? json : buffer_string(&text), stdout);
    return page_file_write(arguments, trend_page(&trend, object), &text, &err) ? EXIT_PASS
                                                                               : complain(&err);
}
