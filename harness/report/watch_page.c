/* All of a watch on one page: a series follows the other, for the program was started again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/suite_text.h"
#include "result/result_json.h"

struct all {
    const struct scenario_result **items; /* the earliest first */
    size_t count;
    struct series series; /* of all, by the time since the first began; its samples are borrowed */
    json_t *marks, *flags;
    double begun; /* the first, seconds of the epoch */
};

static double seconds_of(const char *date)
{
    struct tm utc = {0};
    return strptime(date, "%Y-%m-%dT%H:%M:%SZ", &utc) != NULL ? (double)timegm(&utc) : NAN;
}

static const char *date_of(const struct scenario_result *scenario)
{
    return text_or(scenario->record->header.date, "");
}

static int by_date(const void *one, const void *other)
{
    const struct scenario_result *const *a = one, *const *b = other;
    int dates = strcmp(date_of(*a), date_of(*b));
    return dates != 0 ? dates : strcmp((*a)->name, (*b)->name);
}

static void push_mark(json_t *marks, size_t sample, const char *sign, const char *time,
                      const char *what)
{
    _cleanup_free_ char *text = memory_format("%s: %s", time, what);
    json_push(marks, json_pack("[i,s,o]", (int)sample, sign, json_text(text)));
}

static void add_flags(struct all *all, const struct scenario_result *scenario, double offset)
{
    for (size_t i = 0; i < scenario->record->flag_count; i++) {
        const struct journal_flag *flag = &scenario->record->flags[i];
        char time[25] = "";
        size_t at = 0;
        if (flag->gauge >= GAUGE_COUNT || isnan(flag->at) || isnan(flag->most))
            continue;
        while (at + 1 < all->series.count && all->series.samples[at].at < flag->at + offset)
            at++;
        clock_timestamp_after(date_of(scenario), flag->at, time);
        json_t *row = json_object();
        json_put_text(row, "gauge", gauge_info(flag->gauge)->name);
        json_put(row, "sample", json_integer((json_int_t)at));
        json_put(row, "most", json_number(flag->most));
        json_put_text(row, "time", time);
        json_put_text(row, "series", scenario->name);
        json_put_text(row, "text", flag->text);
        json_push(all->flags, row);
    }
}

/* One in `every` samples: each series has a chart of its own with all of them. */
static void add_series(struct all *all, const struct scenario_result *scenario, size_t every)
{
    const struct series *series = &scenario->record->series;
    double offset = seconds_of(date_of(scenario)) - all->begun;
    if (all->series.count > 0)
        push_mark(all->marks, all->series.count, "↻", date_of(scenario), "started again");
    for (size_t i = 0; i < series->count; i += every) {
        struct sample *sample = &all->series.samples[all->series.count++];
        *sample = series->samples[i];
        sample->at += sample->slept + (isnan(offset) ? 0 : offset);
        sample->iteration = (unsigned)all->series.count;
    }
    add_flags(all, scenario, isnan(offset) ? 0 : offset);
}

static bool all_begin(struct all *all, const struct suite_result *suite)
{
    size_t samples = 0;
    *all = (struct all){.items = memory_array(suite->count + 1, sizeof *all->items)};
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        if (!scenario_is_watch(scenario) || scenario->record->series.count == 0)
            continue;
        all->items[all->count++] = scenario;
        samples += scenario->record->series.count;
    }
    qsort(all->items, all->count, sizeof *all->items, by_date);
    all->series.samples = memory_array(samples + 1, sizeof *all->series.samples);
    all->marks = json_array();
    all->flags = json_array();
    all->begun = all->count > 0 ? seconds_of(date_of(all->items[0])) : NAN;
    for (size_t i = 0; i < all->count; i++)
        add_series(all, all->items[i], samples / LIMIT_PAGE_WATCH + 1);
    return all->count > 0;
}

static void all_end(struct all *all)
{
    json_decref(all->marks);
    json_decref(all->flags);
    free_all(all->items, all->series.samples);
}

static json_t *curve_of(const struct all *all, enum gauge gauge)
{
    json_t *curve = json_object(), *marks = json_array(), *flag;
    size_t i;
    json_array_foreach(all->flags, i, flag)
    {
        if (!text_equal(json_get_text(flag, "gauge", ""), gauge_info(gauge)->name))
            continue;
        push_mark(marks, (size_t)json_get_integer(flag, "sample", 0), "⚑",
                  json_get_text(flag, "time", ""), json_get_text(flag, "text", ""));
        json_put(curve, "level", json_incref(json_object_get(flag, "most")));
    }
    json_put_text(curve, "gauge", gauge_info(gauge)->name);
    json_put(curve, "points", html_gauge_points(&all->series, gauge));
    json_put(curve, "marks", marks);
    return curve;
}

json_t *watch_sections(const struct suite_result *suite)
{
    static const struct html_section table = {
        "flags", "Red flags",
        "time=time, series=series, gauge=gauge, most=healthy is at most:gauge, text=what it was",
        "", 0};
    struct all all;
    json_t *sections = all_begin(&all, suite) ? json_array() : NULL;
    if (sections != NULL) {
        _cleanup_json_ json_t *object = json_pack("{s:O}", "flags", all.flags);
        json_t *curves = json_array();
        html_sections(object, &table, 1, sections);
        json_t *section = html_section(sections, "Every gauge over the whole watch", NULL);
        for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
            json_push(curves, curve_of(&all, gauge));
        json_t *fails = json_array(), *flag;
        size_t i;
        json_array_foreach(all.flags, i, flag)
        {
            json_push(fails, json_incref(json_object_get(flag, "gauge")));
        }
        json_put(section, "fails", fails); /* they are drawn first */
        json_put(section, "series", html_series(&all.series));
        json_put(section, "curves", curves);
        json_put(section, "marks", json_incref(all.marks));
        json_put_text(section, "step", "minute");
        json_put_text(section, "along",
                      "Along the bottom: minutes since the watch began. ↻: the program was started "
                      "again. ⚑: out of its healthy range, whose end is the dotted line.");
    }
    all_end(&all);
    return sections;
}

json_t *watch_page(const struct suite_result *suite)
{
    json_t *head = html_suite(suite), *sections = json_object_get(head, "sections");
    _cleanup_free_ char *counts = suite_counts(suite);
    for (size_t i = 0; sections != NULL && i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_json_ json_t *object = scenario_to_json(scenario);
        _cleanup_free_ char *found = memory_format("%s: what grew", scenario->name);
        _cleanup_free_ char *heap = memory_format("%s: the heap by stack", scenario->name);
        const struct html_section table = {
            "findings", found,
            "kind=finding, gauge=gauge, holder=held by:code, per_hour=per hour:gauge, "
            "from=from:gauge, to=to:gauge, source=source, text=remark",
            "", 0};
        html_sections(object, &table, 1, sections);
        if (scenario->record == NULL || scenario->record->series.count == 0)
            continue;
        _cleanup_ledger_ struct ledger *ledger = ledger_new(&scenario->record->series);
        html_flame(sections, heap, html_heap(ledger));
    }
    json_put_text(head, "title", counts);
    json_put_text(head, "heading", "What was seen");
    json_object_del(head, "files");
    return head;
}
