#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "report/baseline_difference.h"
#include "report/text_layout.h"

static void text_difference(const char *what, const char *old, const char *new,
                            struct string_list *lines)
{
    if (*old == '\0')
        string_list_take(lines, memory_format("%s %s", what, new));
    else if (strcmp(old, new) != 0)
        string_list_take(lines, memory_format("%s %s -> %s", what, old, new));
}

static void amount_difference(enum gauge gauge, const char *what, double old, double new,
                              bool marked, struct string_list *lines)
{
    char from[64], to[64];
    if (old == new || (isnan(old) && isnan(new)))
        return;
    amount_describe(gauge, old, from, sizeof from);
    amount_describe(gauge, new, to, sizeof to);
    const char *name = gauge_info(gauge)->name;
    if (isnan(old))
        string_list_take(lines, memory_format("%s %s %s", name, what, to));
    else if (isnan(new))
        string_list_take(lines, memory_format("%s %s %s -> none", name, what, from));
    else
        string_list_take(lines, memory_format("%s %s %s -> %s%s", name, what, from, to,
                                              marked && new > old ? " (raised)" : ""));
}

static char *exception_text(const struct baseline_exception *exception)
{
    char bytes[64] = "";
    _cleanup_free_ char *size = NULL;
    if (exception->gauge == GAUGE_HEAP_STACK) {
        bytes_describe(exception->allowed_bytes, bytes, sizeof bytes);
        size = memory_format(" objects, %s", bytes);
    }
    return memory_format(
        "%s %s: %.2f%s per iteration%s%s: %s%s%s%s", gauge_info(exception->gauge)->name,
        exception->holder, exception->allowed, size != NULL ? size : "",
        exception->expires != NULL ? " until " : "",
        exception->expires != NULL ? exception->expires : "",
        exception->reason != NULL ? exception->reason : "", exception->issue != NULL ? " (" : "",
        exception->issue != NULL ? exception->issue : "", exception->issue != NULL ? ")" : "");
}

static void exception_line(const char *sign, const struct baseline_exception *exception,
                           struct string_list *lines)
{
    _cleanup_free_ char *text = exception_text(exception);
    string_list_take(lines, memory_format("%s exception %s", sign, text));
}

static bool same_exception(const struct baseline_exception *a, const struct baseline_exception *b)
{
    return a->allowed == b->allowed && a->allowed_bytes == b->allowed_bytes &&
           text_equal(a->reason, b->reason) && text_equal(a->issue, b->issue) &&
           text_equal(a->expires, b->expires);
}

static void removed_exceptions(const struct baseline *old, const struct baseline *new,
                               struct string_list *lines)
{
    for (size_t i = 0; old != NULL && i < old->exception_count; i++) {
        const struct baseline_exception *exception = &old->exceptions[i];
        if (baseline_exception_for(new, exception->gauge, exception->holder) == NULL)
            exception_line("-", exception, lines);
    }
}

static void exception_differences(const struct baseline *old, const struct baseline *new,
                                  struct string_list *lines)
{
    removed_exceptions(old, new, lines);
    for (size_t i = 0; new != NULL &&i < new->exception_count; i++) {
        const struct baseline_exception *exception = &new->exceptions[i];
        const struct baseline_exception *before =
            baseline_exception_for(old, exception->gauge, exception->holder);
        if (before != NULL && same_exception(before, exception))
            continue;
        if (before != NULL)
            exception_line("-", before, lines);
        exception_line("+", exception, lines);
    }
}

/* Why a gauge may grow, and until when. */
static void terms_difference(enum gauge gauge, const struct baseline_gauge *old,
                             const struct baseline_gauge *new, struct string_list *lines)
{
    if (new->reason == NULL ||
        (text_equal(old->reason, new->reason) && text_equal(old->issue, new->issue) &&
         text_equal(old->expires, new->expires)))
        return;
    string_list_take(lines, memory_format("%s allowed%s%s: %s", gauge_info(gauge)->name,
                                          new->expires != NULL ? " until " : "",
                                          new->expires != NULL ? new->expires : "", new->reason));
}

static void gauge_difference(enum gauge gauge, const struct baseline *old,
                             const struct baseline *new, struct string_list *lines)
{
    static const struct baseline_gauge none = {.level = NAN, .tolerance = NAN};
    const struct baseline_gauge *was = old != NULL ? &old->gauges[gauge] : &none;
    const struct baseline_gauge *now = new != NULL ? &new->gauges[gauge] : &none;
    const char *level = gauge_info(gauge)->cumulative ? "per second at rest" : "at rest";
    amount_difference(gauge, level, was->level, now->level, true, lines);
    amount_difference(gauge, "tolerance", was->tolerance, now->tolerance, true, lines);
    amount_difference(gauge, "allowed per iteration", was->allowed, now->allowed, old != NULL,
                      lines);
    terms_difference(gauge, was, now, lines);
}

static void tool_difference(const char *name, const struct baseline_tool *was,
                            const struct baseline_tool *now, struct string_list *lines)
{
    if (was == NULL && now != NULL)
        string_list_take(lines,
                         memory_format("spawn %s per iteration %.2f", name, now->per_iteration));
    else if (was != NULL && now == NULL)
        string_list_take(
            lines, memory_format("spawn %s per iteration %.2f -> none", name, was->per_iteration));
    else if (was != NULL && now != NULL && was->per_iteration != now->per_iteration)
        string_list_take(lines, memory_format("spawn %s per iteration %.2f -> %.2f", name,
                                              was->per_iteration, now->per_iteration));
}

static void tool_differences(const struct baseline *old, const struct baseline *new,
                             struct string_list *lines)
{
    for (size_t i = 0; old != NULL && i < old->tool_count; i++) {
        const char *name = old->tools[i].name;
        if (new == NULL || baseline_tool_for(new, name) == NULL)
            tool_difference(name, &old->tools[i], NULL, lines);
    }
    for (size_t i = 0; new != NULL &&i < new->tool_count; i++) {
        const char *name = new->tools[i].name;
        tool_difference(name, old != NULL ? baseline_tool_for(old, name) : NULL, &new->tools[i],
                        lines);
    }
}

void baseline_difference(const struct baseline *old, const struct baseline *new,
                         struct string_list *lines)
{
    if (new != NULL) {
        text_difference("plan", old != NULL ? old->plan_hash : "", new->plan_hash, lines);
        text_difference("go", old != NULL ? old->go_version : "", new->go_version, lines);
        text_difference("platform", old != NULL ? old->platform : "", new->platform, lines);
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        gauge_difference(gauge, old, new, lines);
    tool_differences(old, new, lines);
    exception_differences(old, new, lines);
}
