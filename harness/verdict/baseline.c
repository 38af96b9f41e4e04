#include "verdict/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"

struct baseline *baseline_new(void)
{
    struct baseline *baseline = memory_new(struct baseline);
    for (size_t gauge = 0; gauge < GAUGE_COUNT; gauge++)
        baseline->gauges[gauge] = (struct baseline_gauge){.level = NAN, .tolerance = NAN};
    baseline->seconds = NAN;
    return baseline;
}

static void exception_free(struct baseline_exception *exception)
{
    free(exception->holder);
    free(exception->reason);
    free(exception->issue);
    free(exception->expires);
}

static void gauge_free(struct baseline_gauge *gauge)
{
    free(gauge->why);
    free(gauge->reason);
    free(gauge->issue);
    free(gauge->expires);
}

void baseline_clear_tools(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->tool_count; i++) {
        free(baseline->tools[i].name);
        free(baseline->tools[i].why);
    }
    free(baseline->tools);
    baseline->tools = NULL;
    baseline->tool_count = baseline->tool_capacity = 0;
    baseline->has_tools = false;
}

void baseline_free(struct baseline *baseline)
{
    if (baseline == NULL)
        return;
    for (size_t gauge = 0; gauge < GAUGE_COUNT; gauge++)
        gauge_free(&baseline->gauges[gauge]);
    for (size_t i = 0; i < baseline->exception_count; i++)
        exception_free(&baseline->exceptions[i]);
    free(baseline->exceptions);
    baseline_clear_tools(baseline);
    free(baseline);
}

void cleanup_baseline(struct baseline **baseline)
{
    baseline_free(*baseline);
    *baseline = NULL;
}

/* By the gauge's name, not its number: a new gauge in the table must not reorder old files. */
static int compare_exceptions(enum gauge gauge, const char *key,
                              const struct baseline_exception *other)
{
    int by_gauge = strcmp(gauge_info(gauge)->name, gauge_info(other->gauge)->name);
    return by_gauge != 0 ? by_gauge : strcmp(key, other->holder);
}

/* Where the exception stands, or where it would. */
static size_t exception_place(const struct baseline *baseline, enum gauge gauge, const char *key,
                              bool *found)
{
    size_t place = 0;
    int order = 1;
    while (place < baseline->exception_count &&
           (order = compare_exceptions(gauge, key, &baseline->exceptions[place])) > 0)
        place++;
    *found = order == 0;
    return place;
}

const struct baseline_exception *baseline_exception_for(const struct baseline *baseline,
                                                        enum gauge gauge, const char *key)
{
    if (baseline == NULL)
        return NULL;
    bool found;
    size_t place = exception_place(baseline, gauge, key, &found);
    return found ? &baseline->exceptions[place] : NULL;
}

bool has_expired(const char *expires, const char *today)
{
    return expires != NULL && today != NULL && today[0] != '\0' &&
           clock_days_between(expires, today) > 0;
}

const struct baseline_exception *baseline_valid_exception(const struct baseline *baseline,
                                                          enum gauge gauge, const char *key,
                                                          const char *today)
{
    const struct baseline_exception *exception = baseline_exception_for(baseline, gauge, key);
    return exception != NULL && !has_expired(exception->expires, today) ? exception : NULL;
}

struct allowance baseline_gauge_allowance(const struct baseline *baseline, enum gauge gauge,
                                          const char *today)
{
    if (baseline == NULL || has_expired(baseline->gauges[gauge].expires, today))
        return (struct allowance){0};
    double allowed = baseline->gauges[gauge].allowed;
    if (gauge == GAUGE_HEAP_STACK)
        return (struct allowance){.bytes = allowed};
    return (struct allowance){.values = allowed};
}

double baseline_allowed_to(const struct baseline *baseline, enum gauge gauge, const char *key,
                           const char *today)
{
    const struct baseline_exception *exception =
        key != NULL ? baseline_valid_exception(baseline, gauge, key, today) : NULL;
    double allowed = baseline_gauge_allowance(baseline, gauge, today).values;
    return exception != NULL ? fmax(allowed, exception->allowed) : allowed;
}

double baseline_allowed_in_all(const struct baseline *baseline, enum gauge gauge, const char *today)
{
    if (baseline == NULL)
        return 0;
    double allowed =
        has_expired(baseline->gauges[gauge].expires, today) ? 0 : baseline->gauges[gauge].allowed;
    for (size_t i = 0; i < baseline->exception_count; i++)
        if (baseline->exceptions[i].gauge == gauge &&
            !has_expired(baseline->exceptions[i].expires, today))
            allowed += baseline->exceptions[i].allowed;
    return allowed;
}

void baseline_except(struct baseline *baseline, const struct baseline_exception *exception)
{
    struct baseline_exception copy = *exception;
    copy.holder = memory_copy_text(exception->holder);
    copy.reason = memory_copy_text(exception->reason);
    copy.issue = memory_copy_text(exception->issue);
    copy.expires = memory_copy_text(exception->expires);
    bool found;
    size_t place = exception_place(baseline, copy.gauge, copy.holder, &found);
    if (found) {
        exception_free(&baseline->exceptions[place]);
        baseline->exceptions[place] = copy;
        return;
    }
    baseline->exceptions = memory_grow(baseline->exceptions, &baseline->exception_capacity,
                                       baseline->exception_count + 1, sizeof *baseline->exceptions);
    for (size_t i = baseline->exception_count++; i > place; i--)
        baseline->exceptions[i] = baseline->exceptions[i - 1];
    baseline->exceptions[place] = copy;
}

void baseline_remove_exception(struct baseline *baseline, enum gauge gauge, const char *key)
{
    bool found;
    size_t place = exception_place(baseline, gauge, key, &found);
    if (!found)
        return;
    exception_free(&baseline->exceptions[place]);
    baseline->exception_count--;
    for (size_t i = place; i < baseline->exception_count; i++)
        baseline->exceptions[i] = baseline->exceptions[i + 1];
}

void baseline_put_gauge(struct baseline *baseline, enum gauge gauge,
                        const struct baseline_gauge *stored)
{
    struct baseline_gauge copy = *stored;
    copy.why = memory_copy_text(stored->why);
    copy.reason = memory_copy_text(stored->reason);
    copy.issue = memory_copy_text(stored->issue);
    copy.expires = memory_copy_text(stored->expires);
    gauge_free(&baseline->gauges[gauge]);
    baseline->gauges[gauge] = copy;
}

/* A whole number is written as one: 25, not 25.0. */
static json_t *number_to_json(double value)
{
    const double exact = 9007199254740992.0; /* 2^53 */
    if (floor(value) == value && fabs(value) < exact)
        return json_integer((json_int_t)value);
    return json_number(value);
}

static void put_tolerance(json_t *json, double tolerance, const char *why)
{
    if (isnan(tolerance))
        return;
    json_put(json, "tolerance", number_to_json(tolerance));
    if (why != NULL)
        json_put(json, "why", json_text(why));
}

/* Why, where it is followed up, and until when: of a gauge's allowance and of an exception. */
static void put_terms(json_t *json, const char *reason, const char *issue, const char *expires)
{
    if (reason != NULL)
        json_put(json, "reason", json_text(reason));
    if (issue != NULL)
        json_put(json, "issue", json_text(issue));
    if (expires != NULL)
        json_put(json, "expires", json_text(expires));
}

static json_t *gauges_to_json(const struct baseline *baseline)
{
    json_t *gauges = json_object();
    for (unsigned i = 0; i < GAUGE_COUNT; i++) {
        const struct baseline_gauge *stored = &baseline->gauges[i];
        if (!stored->present)
            continue;
        json_t *gauge = json_object();
        json_put(gauge, "allowed", number_to_json(stored->allowed));
        if (!isnan(stored->level)) {
            json_put(gauge, "level", number_to_json(stored->level));
            put_tolerance(gauge, stored->tolerance, stored->why);
        }
        if (stored->retained > 0)
            json_put(gauge, "retained", number_to_json(stored->retained));
        put_terms(gauge, stored->reason, stored->issue, stored->expires);
        json_put(gauges, gauge_info((enum gauge)i)->name, gauge);
    }
    return gauges;
}

static json_t *tools_to_json(const struct baseline *baseline)
{
    json_t *tools = json_object();
    for (size_t i = 0; i < baseline->tool_count; i++) {
        const struct baseline_tool *stored = &baseline->tools[i];
        json_t *tool = json_object();
        json_put(tool, "per_iteration", number_to_json(stored->per_iteration));
        put_tolerance(tool, stored->tolerance, stored->why);
        json_put(tools, stored->name, tool);
    }
    return tools;
}

static json_t *exception_to_json(const struct baseline_exception *exception)
{
    json_t *json = json_object();
    json_put(json, "gauge", json_text(gauge_info(exception->gauge)->name));
    json_put(json, "holder", json_text(exception->holder));
    json_put(json, "allowed", number_to_json(exception->allowed));
    if (exception->gauge == GAUGE_HEAP_STACK)
        json_put(json, "allowed_bytes", number_to_json(exception->allowed_bytes));
    put_terms(json, exception->reason != NULL ? exception->reason : "", exception->issue,
              exception->expires);
    return json;
}

json_t *baseline_to_json(const struct baseline *baseline)
{
    json_t *json = json_object();
    json_put(json, "version", json_integer(BASELINE_VERSION));
    json_put(json, "plan", json_text(baseline->plan_hash));
    json_put(json, "go", json_text(baseline->go_version));
    json_put(json, "platform", json_text(baseline->platform));
    if (!isnan(baseline->seconds))
        json_put(json, "seconds", number_to_json(baseline->seconds));
    json_put(json, "gauges", gauges_to_json(baseline));
    json_t *exceptions = json_array();
    for (size_t i = 0; i < baseline->exception_count; i++)
        json_push(exceptions, exception_to_json(&baseline->exceptions[i]));
    json_put(json, "exceptions", exceptions);
    if (baseline->has_tools)
        json_put(json, "tools", tools_to_json(baseline));
    return json;
}

bool baseline_is_for_plan(const struct baseline *baseline, const char *plan_hash,
                          struct lg_error *err)
{
    if (strcmp(baseline->plan_hash, plan_hash) == 0)
        return true;
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "the baseline was made for another plan (%s, now %s): the scenario or its "
                   "target file has changed; run it and take the new baseline with "
                   "\"leakgate accept\"",
                   baseline->plan_hash, plan_hash);
}

/*
 * A share of the level, and at least so much. Threads move by 1 to 4 with no leak, and come for
 * good in bursts; the heap of a real program is another by 1 or 2 MB in each run; a screen at rest
 * writes nothing.
 */
static const struct {
    double share, least;
} tolerances[GAUGE_COUNT] = {
    [GAUGE_THREAD] = {0.5, 10},
    [GAUGE_HEAP_ALLOC] = {0.25, 2 * 1024 * 1024},
    [GAUGE_CPU] = {0.1, 0.1},
    [GAUGE_OUTPUT] = {0.25, 256},
    [GAUGE_RSS_PEAK] = {0.5, 32 * 1024 * 1024},
};

static double usual_tolerance(enum gauge gauge, double level)
{
    const double usual_share = 0.1, usual_count = 2;
    if (tolerances[gauge].share > 0)
        return fmax(tolerances[gauge].least, tolerances[gauge].share * level);
    double least = gauge_info(gauge)->unit == UNIT_COUNT ? usual_count : 0;
    return fmax(least, usual_share * level);
}

double baseline_tolerance(const struct baseline_gauge *stored, enum gauge gauge)
{
    return isnan(stored->tolerance) ? usual_tolerance(gauge, stored->level) : stored->tolerance;
}

const struct baseline_tool *baseline_tool_for(const struct baseline *baseline, const char *name)
{
    for (size_t i = 0; i < baseline->tool_count; i++)
        if (strcmp(baseline->tools[i].name, name) == 0)
            return &baseline->tools[i];
    return NULL;
}

void baseline_add_tool(struct baseline *baseline, const struct baseline_tool *tool)
{
    baseline->tools = memory_grow(baseline->tools, &baseline->tool_capacity,
                                  baseline->tool_count + 1, sizeof *baseline->tools);
    struct baseline_tool *copy = &baseline->tools[baseline->tool_count++];
    *copy = *tool;
    copy->name = memory_copy_text(tool->name);
    copy->why = memory_copy_text(tool->why);
    baseline->has_tools = true;
}

/*
 * Counts are exact, but what a program starts on its own, by the clock or because files changed,
 * falls into one iteration or the next, or is merged with another: one per iteration at least.
 */
static double usual_tool_tolerance(double per_iteration)
{
    const double share = 0.1, least = 1;
    return fmax(least, share * per_iteration);
}

double baseline_tool_tolerance(const struct baseline_tool *stored)
{
    return isnan(stored->tolerance) ? usual_tool_tolerance(stored->per_iteration)
                                    : stored->tolerance;
}

struct wide_tolerance *baseline_wide_tolerances(const struct baseline *baseline, size_t *count)
{
    struct wide_tolerance *wide = memory_array(GAUGE_COUNT + baseline->tool_count, sizeof *wide);
    *count = 0;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct baseline_gauge *stored = &baseline->gauges[gauge];
        double usual = usual_tolerance(gauge, stored->level);
        if (stored->tolerance > usual)
            wide[(*count)++] = (struct wide_tolerance){
                gauge, NULL, stored->level, stored->tolerance, usual, stored->why};
    }
    for (size_t i = 0; i < baseline->tool_count; i++) {
        const struct baseline_tool *stored = &baseline->tools[i];
        double usual = usual_tool_tolerance(stored->per_iteration);
        if (stored->tolerance > usual)
            wide[(*count)++] =
                (struct wide_tolerance){GAUGE_SPAWN,       stored->name, stored->per_iteration,
                                        stored->tolerance, usual,        stored->why};
    }
    return wide;
}
