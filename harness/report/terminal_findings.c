#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/json.h"
#include "report/terminal_paint.h"
#include "report/text_layout.h"

/* More holders than this would bury the gauge's own line; result.json has all of them. */
enum { HOLDERS_SHOWN = 6 };

/* From here on a loop is a soak, and what it gains in an hour is of interest. */
static const double soak_seconds = 600;

static bool is_growth(const struct finding *finding)
{
    return finding->gauge < GAUGE_COUNT && finding->kind == FINDING_GROWTH;
}

static const char *per_what(const struct scenario_result *scenario)
{
    return scenario->record != NULL && scenario->record->series.per_minute ? "minute" : "iteration";
}

/* Is its growth told per hour as well? */
static bool is_soak(const struct scenario_result *scenario, struct pace *pace)
{
    if (scenario->record == NULL)
        return false;
    *pace = series_pace(&scenario->record->series);
    return isfinite(pace->steps_per_hour) &&
           (scenario->record->series.per_minute || pace->seconds > soak_seconds);
}

/* Of a heap stack "+1.00 objects, +512 B per iteration", of all else "+1.00 per iteration"; so many
 * of the finding's steps at once. */
static void put_growth(struct buffer *out, const struct finding *finding, double steps,
                       const char *what)
{
    char pace[64], bytes[64];
    const char *separator = out->length > 0 ? ", " : "";
    growth_describe(finding->gauge, finding->per_iteration * steps, pace, sizeof pace);
    growth_describe(GAUGE_HEAP_ALLOC, finding->bytes_per_iteration * steps, bytes, sizeof bytes);
    if (finding->gauge == GAUGE_HEAP_STACK)
        buffer_format(out, "%s%+.2f objects, %s per %s", separator, finding->per_iteration * steps,
                      bytes, what);
    else
        buffer_format(out, "%s%s per %s", separator, pace, what);
}

/* "+12.00 per minute, +1.00 per iteration, +720.00 per hour"; the caller frees it. */
static char *describe_pace(const struct scenario_result *scenario, const struct finding *finding)
{
    struct buffer text = BUFFER_INIT(SIZE_MAX);
    struct pace pace;
    put_growth(&text, finding, 1, per_what(scenario));
    if (!is_soak(scenario, &pace))
        return buffer_take(&text);
    if (isfinite(pace.iterations_per_step))
        put_growth(&text, finding, 1 / pace.iterations_per_step, "iteration");
    put_growth(&text, finding, pace.steps_per_hour, "hour");
    return buffer_take(&text);
}

/* The judge names the holders that grow; a person asks first what became of the whole. */
static void widen_to_total(const struct scenario_result *scenario, struct finding *finding)
{
    if (gauge_info(finding->gauge)->rule != RULE_FLOOR || scenario->record == NULL)
        return;
    const struct series *series = &scenario->record->series;
    _cleanup_free_ double *positions = memory_array(series->count + 1, sizeof *positions);
    _cleanup_free_ double *values = memory_array(series->count + 1, sizeof *values);
    struct trace trace = {.positions = positions, .values = values};
    for (size_t i = 0; i < series->count; i++) {
        if (series->samples[i].phase != PHASE_LOOP)
            continue;
        positions[trace.count] = series_position(series, &series->samples[i]);
        values[trace.count++] = series->samples[i].gauges[finding->gauge];
    }
    struct growth growth = growth_of(trace, 0, growth_rule_count);
    if (!(growth.iterations > 0) || isnan(growth.from) || isnan(growth.to))
        return;
    finding->per_iteration = growth.per_iteration;
    finding->from = growth.from;
    finding->to = growth.to;
    finding->iterations = growth.iterations;
}

/* "fd +1.00 per iteration (25 -> 65 in 40 iterations)"; the caller frees it. */
static char *describe_growth(const struct scenario_result *scenario, struct finding finding)
{
    char from[64], to[64];
    if (finding.holder != NULL)
        widen_to_total(scenario, &finding);
    amount_describe(finding.gauge, finding.from, from, sizeof from);
    amount_describe(finding.gauge, finding.to, to, sizeof to);
    _cleanup_free_ char *pace = describe_pace(scenario, &finding);
    return memory_format("%s %s (%s -> %s in %.3g %ss)", gauge_info(finding.gauge)->name, pace,
                         from, to, finding.iterations, per_what(scenario));
}

static void paint_holder(const struct painter *painter, const struct scenario_result *scenario,
                         const struct finding *finding)
{
    char growth[64];
    amount_describe(finding->gauge, finding->to - finding->from, growth, sizeof growth);
    _cleanup_free_ char *pace = describe_pace(scenario, finding);
    bool stack = finding->gauge == GAUGE_HEAP_STACK;
    _cleanup_free_ char *text =
        memory_format("%s  %s%s", finding->holder, stack ? "" : "+", stack ? pace : growth);
    paint_labelled(painter, "held by", text);
    if (finding->example != NULL && strcmp(finding->example, finding->holder) != 0)
        paint_labelled(painter, "", finding->example);
    if (finding->made_by != NULL)
        paint_labelled(painter, "", finding->made_by);
}

/* "press E   scenarios/external-editor.yaml:14:5", for each place where it grows. */
static void paint_places(const struct painter *painter, const struct finding *finding)
{
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct finding_place *place = &finding->places[i];
        char pace[64];
        growth_describe(finding->gauge, place->per_iteration, pace, sizeof pace);
        _cleanup_free_ char *text = memory_format("%s   %s%s%s", place->step, place->where,
                                                  finding->place_count > 1 ? "   " : "",
                                                  finding->place_count > 1 ? pace : "");
        paint_labelled(painter, i == 0 ? "grows at" : "", text);
    }
}

/* The heap's exact amounts: the screening's are estimates from a sampled profile. */
static void paint_exact(const struct painter *painter, const struct finding *finding)
{
    if (!finding->located || finding->gauge != GAUGE_HEAP_STACK || finding->exact <= 0)
        return;
    char bytes[64];
    growth_describe(GAUGE_HEAP_ALLOC, finding->exact_bytes, bytes, sizeof bytes);
    _cleanup_free_ char *text =
        memory_format("%+.2f objects, %s per iteration", finding->exact, bytes);
    paint_labelled(painter, "exactly", text);
}

static bool is_growth_of(const struct finding *finding, enum gauge gauge)
{
    return is_growth(finding) && finding->gauge == gauge;
}

/* The whole gauge's growth, or, where only holders grow, the first of them: `main` itself. */
static const struct finding *main_finding(const struct judgement *judgement,
                                          const struct finding *main)
{
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth_of(finding, main->gauge) && main->holder != NULL && finding->holder == NULL)
            main = finding;
    }
    return main;
}

static const char *confirmation_text(const struct scenario_result *scenario,
                                     const struct finding *finding)
{
    if (finding->confirmed)
        return scenario->segment_count > 0 ? ", in more than one segment"
                                           : ", confirmed in a fresh process";
    if (scenario->segment_count > 0)
        return ", in one segment alone";
    return scenario->attempt_count == 1 ? ", in one run alone" : "";
}

/* All growth of one gauge: the whole first, then what holds it. */
static void paint_gauge(const struct painter *painter, const struct scenario_result *scenario,
                        const struct finding *grown, bool first)
{
    const struct judgement *judgement = scenario->judgement;
    const struct finding *main = main_finding(judgement, grown);
    size_t shown = 0, hidden = 0;
    _cleanup_free_ char *text = describe_growth(scenario, *main);
    paint_line(painter, first, "%s%s", text, confirmation_text(scenario, main));
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (!is_growth_of(finding, grown->gauge) || finding->holder == NULL)
            continue;
        if (shown++ < HOLDERS_SHOWN) {
            paint_holder(painter, scenario, finding);
            paint_exact(painter, finding);
            paint_places(painter, finding);
        } else {
            hidden++;
        }
    }
    if (main->text != NULL)
        paint_labelled(painter, "", main->text);
    if (shown == 0)
        paint_places(painter, main);
    if (hidden > 0)
        paint_line(painter, false, "and %zu more holders, in " REPORT_RESULT, hidden);
}

/* "exception expired"; the caller frees it. */
static char *kind_words(enum finding_kind kind)
{
    char *words = memory_copy_text(finding_kind_name(kind));
    for (char *c = words; *c != '\0'; c++)
        if (*c == '_')
            *c = ' ';
    return words;
}

/* A finding that is no growth: what the judge says of it, else its numbers. */
static void paint_other(const struct painter *painter, const struct finding *finding, bool first)
{
    const char *gauge = finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "";
    _cleanup_free_ char *kind = kind_words(finding->kind);
    const char *holder = finding->holder != NULL ? finding->holder : "";
    char from[64], to[64];
    if (finding->text != NULL) {
        paint_line(painter, first, "%s%s%s%s%s: %s", kind, *gauge ? " " : "", gauge,
                   *holder ? " " : "", holder, finding->text);
        return;
    }
    amount_describe(finding->gauge, finding->from, from, sizeof from);
    amount_describe(finding->gauge, finding->to, to, sizeof to);
    if (finding->kind == FINDING_LEVEL)
        paint_line(painter, first, "%s at rest %s, baseline %s", gauge, to, from);
    else
        paint_line(painter, first, "%s%s%s%s%s", kind, *gauge ? " " : "", gauge, *holder ? " " : "",
                   holder);
}

static void paint_backlog(const struct painter *painter, const struct scenario_result *scenario,
                          struct finding finding, bool first)
{
    char gone[64];
    widen_to_total(scenario, &finding);
    _cleanup_free_ char *pace = describe_pace(scenario, &finding);
    if (isfinite(finding.drained_after) && finding.drained_after > 0)
        snprintf(gone, sizeof gone, "%.0f s after the loop", finding.drained_after);
    else
        snprintf(gone, sizeof gone, "at rest");
    paint_line(painter, first, "backlog: %s %s, all gone %s", gauge_info(finding.gauge)->name, pace,
               gone);
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *held = &scenario->judgement->findings[i];
        if (held->kind == FINDING_BACKLOG && held->gauge == finding.gauge && held->made_by != NULL)
            paint_line(painter, false, "%s", held->made_by);
    }
}

/* Warnings: backlog once a gauge (its holders say nothing new), the rest each. */
static bool paint_warnings(const struct painter *painter, const struct scenario_result *scenario,
                           bool first)
{
    const struct judgement *judgement = scenario->judgement;
    bool told[GAUGE_COUNT] = {false};
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding_fails(finding->kind))
            continue;
        if (finding->kind == FINDING_BACKLOG && finding->gauge < GAUGE_COUNT) {
            if (!told[finding->gauge])
                paint_backlog(painter, scenario, *finding, first);
            first = first && told[finding->gauge];
            told[finding->gauge] = true;
            continue;
        }
        paint_other(painter, finding, first);
        first = false;
    }
    return first;
}

/* All that outlived the target, in one line. */
static void paint_left_behind(const struct painter *painter, const struct judgement *judgement,
                              bool first)
{
    _cleanup_strings_ struct string_list names = {0};
    const char *text = "";
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_LEFT_BEHIND)
            continue;
        string_list_add(&names, finding->holder != NULL ? finding->holder : "");
        text = finding->text != NULL ? finding->text : "";
    }
    _cleanup_free_ char *described = processes_describe(&names);
    paint_line(painter, first, "left behind: %s: %s", described, text);
}

/* "fd 0.07, goroutine 0.07, heap 90 B per iteration at one stack", so many steps at once; "" where
 * nothing can be said. The caller frees it. */
static char *describe_power(const struct judgement *judgement, double steps, const char *what)
{
    struct buffer list = BUFFER_INIT(SIZE_MAX);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        double smallest = judgement->smallest[gauge].per_iteration * steps;
        char amount[64];
        if (!isfinite(smallest) || gauge == GAUGE_HEAP_STACK)
            continue;
        if (gauge_info(gauge)->unit == UNIT_COUNT)
            snprintf(amount, sizeof amount, "%.2f", smallest);
        else
            amount_describe(gauge, smallest, amount, sizeof amount);
        buffer_format(&list, "%s%s %s", list.length > 0 ? ", " : "", gauge_info(gauge)->name,
                      amount);
    }
    double stack = judgement->smallest[GAUGE_HEAP_STACK].per_iteration * steps;
    char bytes[64];
    bytes_describe(stack, bytes, sizeof bytes);
    if (isfinite(stack))
        buffer_format(&list, "%sheap %s per %s at one stack", list.length > 0 ? ", " : "", bytes,
                      what);
    else if (list.length > 0)
        buffer_format(&list, " per %s", what);
    return buffer_take(&list);
}

void paint_power(const struct painter *painter, const struct scenario_result *scenario, bool first)
{
    struct pace pace;
    _cleanup_free_ char *power = describe_power(scenario->judgement, 1, per_what(scenario));
    if (*power == '\0') {
        paint_line(painter, first, "too few samples to say what it would have caught");
        return;
    }
    paint_line(painter, first, "would have caught: %s", power);
    if (!is_soak(scenario, &pace))
        return;
    _cleanup_free_ char *hour = describe_power(scenario->judgement, pace.steps_per_hour, "hour");
    paint_line(painter, false, "that is %s", hour);
}

void paint_findings(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct judgement *judgement = scenario->judgement;
    bool told[GAUGE_COUNT] = {false};
    bool left_behind_told = false;
    bool first = true;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool left_behind = finding->kind == FINDING_LEFT_BEHIND;
        if (!finding_fails(finding->kind) || (is_growth(finding) && told[finding->gauge]) ||
            (left_behind && left_behind_told))
            continue;
        if (is_growth(finding)) {
            paint_gauge(painter, scenario, finding, first);
            told[finding->gauge] = true;
        } else if (left_behind) {
            paint_left_behind(painter, judgement, first);
            left_behind_told = true;
        } else {
            paint_other(painter, finding, first);
        }
        first = false;
    }
    if (paint_warnings(painter, scenario, first))
        paint_line(painter, true, "%s", scenario->reason != NULL ? scenario->reason : "");
    paint_power(painter, scenario, false);
    paint_evidence(painter, scenario);
}

void paint_pass(const struct painter *painter, const struct scenario_result *scenario)
{
    if (scenario->judgement == NULL) {
        paint_line(painter, true, "every step was done; nothing was measured");
        return;
    }
    bool first = paint_warnings(painter, scenario, true);
    paint_power(painter, scenario, first);
}
