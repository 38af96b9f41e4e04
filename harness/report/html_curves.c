/* The curves of the page's charts: samples, thinned, and of what is judged the figures. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/html.h"
#include "verdict/baseline.h"
#include "verdict/levels.h"

json_t *html_series(const struct series *series)
{
    json_t *samples = json_array();
    for (size_t i = 0; i < series->count; i++) {
        const struct sample *sample = &series->samples[i];
        json_t *entry = json_array();
        json_push(entry, json_text(phase_name(sample->phase)));
        json_push(entry, json_integer(sample->iteration));
        json_push(entry, json_number(sample->at));
        if (sample->step > 0)
            json_push(entry, json_integer(sample->step));
        json_push(samples, entry);
    }
    return samples;
}

json_t *html_points(const double *values, size_t count)
{
    size_t stretches = count <= LIMIT_PAGE_POINTS ? count : LIMIT_PAGE_POINTS / 2;
    size_t every = count / LIMIT_PAGE_SAMPLES + 1;
    json_t *points = json_array();
    for (size_t i = 0; i < stretches; i++) {
        size_t first = i * count / stretches, end = (i + 1) * count / stretches;
        size_t least = first, most = first;
        for (size_t j = first; j < end; j++) {
            least = isnan(values[least]) || values[j] < values[least] ? j : least;
            most = isnan(values[most]) || values[j] > values[most] ? j : most;
        }
        for (size_t j = first; j < end; j++) {
            if (isnan(values[j]) || (j != least && j != most && j % every != 0))
                continue;
            json_push(points, json_integer((json_int_t)j));
            json_push(points, json_number(values[j]));
        }
    }
    return points;
}

/* What is judged of a trace: the floors of its blocks or the fitted line, and at which height, at
 * its end, a growth begins to count. */
static json_t *judged_of(struct trace loop, enum gauge gauge, double allowed,
                         struct growth_rule rule)
{
    bool slope = gauge_info(gauge)->rule == RULE_SLOPE;
    struct growth growth = slope ? slope_of(loop, allowed) : growth_of(loop, allowed, rule);
    if (!(growth.iterations > 0) || !isfinite(growth.from) || !isfinite(growth.to))
        return json_null();
    json_t *judged = json_object(), *floors = json_array(), *centres = json_array();
    double margin =
        slope ? SLOPE_MARGIN * growth.iterations : growth_threshold(rule, growth.iterations);
    for (size_t i = 0; !slope && i < GROWTH_BLOCKS; i++) {
        json_push(floors, json_number(growth.floors[i]));
        json_push(centres, json_number(growth.centres[i]));
    }
    json_put(judged, "from", json_number(growth.from));
    json_put(judged, "to", json_number(growth.to));
    json_put(judged, "per_iteration", json_number(growth.per_iteration));
    json_put(judged, "start", json_number(slope ? loop.positions[0] : growth.centres[0]));
    json_put(judged, "iterations", json_number(growth.iterations));
    json_put(judged, "counts", json_number(growth.from + allowed * growth.iterations + margin));
    json_put(judged, "floors", floors);
    json_put(judged, "centres", centres);
    return judged;
}

/* Of what only ever rises the rate since the sample before. What the target spent on being sampled
 * is no time of its own (verdict/levels.c). */
static double value_at(const struct series *series, enum gauge gauge, size_t i)
{
    static const double least_seconds = 0.02;
    const struct sample *now = &series->samples[i];
    if (now->phase == PHASE_QUIT || (gauge_info(gauge)->cumulative && i == 0))
        return NAN;
    if (!gauge_info(gauge)->cumulative)
        return now->gauges[gauge];
    const struct sample *before = now - 1;
    if (now->gauges[gauge] < before->gauges[gauge])
        return NAN; /* of another process */
    double seconds = now->at - before->at - (gauge == GAUGE_CPU ? before->took : 0);
    return seconds >= least_seconds ? (now->gauges[gauge] - before->gauges[gauge]) / seconds : NAN;
}

json_t *html_gauge_points(const struct series *series, enum gauge gauge)
{
    _cleanup_free_ double *values = memory_array(series->count + 1, sizeof *values);
    for (size_t i = 0; i < series->count; i++)
        values[i] = value_at(series, gauge, i);
    return html_points(values, series->count);
}

json_t *html_curves(const struct run_record *record, const struct ledger *ledger)
{
    const struct series *series = ledger->series;
    const struct baseline *baseline = record->header.baseline;
    const struct run_facts *facts = &record->facts;
    json_t *curves = json_array();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
        double level = compared_level(baseline, facts, gauge);
        double allowed = baseline_allowed_in_all(baseline, gauge, facts->today);
        json_t *curve = json_object();
        json_put(curve, "gauge", json_text(gauge_info(gauge)->name));
        json_put(curve, "points", html_gauge_points(series, gauge));
        json_put(curve, "allowed", json_number(allowed));
        json_put(curve, "level", json_number(level));
        if (!isnan(level))
            json_put(curve, "tolerance",
                     json_number(baseline_tolerance(&baseline->gauges[gauge], gauge)));
        json_put(curve, "judged",
                 judged_of(ledger_trace(ledger, totals), gauge, allowed, growth_rule_count));
        json_push(curves, curve);
    }
    return curves;
}

void html_put_curve(json_t *object, const struct ledger *ledger, const struct finding *finding)
{
    if (finding->gauge >= GAUGE_COUNT || finding->holder == NULL || !(finding->iterations > 0))
        return;
    const struct account *account = ledger_account(ledger, finding->gauge, finding->holder);
    if (account == NULL)
        return;
    const double *row = account_row(account);
    _cleanup_free_ double *values = ledger_by_sample(ledger, row);
    json_put(object, "points", html_points(values, ledger->series->count));
    json_put(object, "judged",
             judged_of(ledger_trace(ledger, row), finding->gauge, finding->allowed,
                       account->bytes != NULL ? growth_rule_bytes : growth_rule_count));
}

/* --- What was held at rest before the loop, and at the end --- */

static size_t rest_column(const struct ledger *ledger)
{
    return ledger->idle.count > 0 ? stretch_last(ledger->idle) : 0;
}

json_t *html_descriptors(const struct ledger *ledger)
{
    json_t *descriptors = json_array();
    size_t count = 0, rest = rest_column(ledger);
    const struct account *accounts = ledger_accounts(ledger, GAUGE_FD, &count);
    for (size_t i = 0; ledger->columns > 0 && i < count; i++) {
        double before = accounts[i].values[rest], after = accounts[i].values[ledger->columns - 1];
        if ((before == 0 && after == 0) || json_array_size(descriptors) >= LIMIT_PAGE_DESCRIPTORS)
            continue;
        json_t *entry = json_array();
        json_push(entry, json_text(text_or(accounts[i].key, "not told apart")));
        json_push(entry, json_number(before));
        json_push(entry, json_number(after));
        json_push(descriptors, entry);
    }
    return descriptors;
}

static int by_size(const void *one, const void *other)
{
    const struct html_stack *a = one, *b = other;
    double most = fmax(a->before, a->after), others = fmax(b->before, b->after);
    return most != others ? (most < others) - (most > others) : strcmp(a->key, b->key);
}

/* The frames of a stack as places in the list of names: stacks share most of theirs. */
static json_t *frames_of(const char *key, struct string_list *names)
{
    json_t *frames = json_array();
    while (*key != '\0' && json_array_size(frames) < LIMIT_PAGE_FRAMES) {
        const char *end = strstr(key, " < ");
        size_t length = end != NULL ? (size_t)(end - key) : strlen(key), place = 0;
        _cleanup_free_ char *name = memory_copy_range(key, length);
        while (place < names->count && !text_equal(names->items[place], name))
            place++;
        if (place == names->count)
            string_list_add(names, name);
        json_push(frames, json_integer((json_int_t)place));
        key += length + (end != NULL ? strlen(" < ") : 0);
    }
    return frames;
}

json_t *html_stacks(struct html_stack *stacks, size_t count, const char *unit,
                    const struct html_view *views)
{
    if (count == 0)
        return NULL;
    qsort(stacks, count, sizeof *stacks, by_size);
    bool compared = views[1].title != NULL;
    _cleanup_strings_ struct string_list names = {0};
    json_t *object = json_object(), *kept = json_array(), *shown = json_array();
    double before = 0, after = 0;
    for (size_t i = 0; i < count; i++) {
        if (i >= LIMIT_PAGE_STACKS) {
            before += stacks[i].before;
            after += stacks[i].after;
            continue;
        }
        json_t *stack = json_array();
        json_push(stack, frames_of(stacks[i].key, &names));
        if (compared)
            json_push(stack, json_number(stacks[i].before));
        json_push(stack, json_number(stacks[i].after));
        json_push(kept, stack);
    }
    for (const struct html_view *view = views; view->title != NULL; view++)
        json_push(shown, json_pack("[s,s]", view->title, view->width));
    json_put(object, "names", json_texts(&names));
    json_put(object, "stacks", kept);
    json_put(object, "unit", json_text(unit));
    json_put(object, "views", shown);
    json_put(object, "left_out", json_integer((json_int_t)(count - json_array_size(kept))));
    json_put(object, "left_out_before", json_number(before));
    json_put(object, "left_out_after", json_number(after));
    return object;
}

json_t *html_heap(const struct ledger *ledger)
{
    static const struct html_view views[] = {
        {"At the end", "after"}, {"Before the loop", "before"}, {"What grew", "grown"}, {0}};
    size_t count = 0, kept = 0, rest = rest_column(ledger);
    const struct account *accounts = ledger_accounts(ledger, GAUGE_HEAP_STACK, &count);
    _cleanup_free_ struct html_stack *stacks = memory_array(count + 1, sizeof *stacks);
    for (size_t i = 0; ledger->columns > 0 && i < count; i++) {
        const double *bytes = accounts[i].bytes;
        if (bytes != NULL && accounts[i].key != NULL &&
            (bytes[rest] > 0 || bytes[ledger->columns - 1] > 0))
            stacks[kept++] =
                (struct html_stack){accounts[i].key, bytes[rest], bytes[ledger->columns - 1]};
    }
    return html_stacks(stacks, kept, "bytes", views);
}
