#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "commands/acceptance.h"
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
                              struct string_list *lines)
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
        string_list_take(lines, memory_format("%s %s %s -> %s", name, what, from, to));
}

static char *exception_text(const struct baseline_exception *exception)
{
    char bytes[64] = "";
    _cleanup_free_ char *size = NULL;
    if (exception->gauge == GAUGE_HEAP_STACK) {
        bytes_describe(exception->allowed_bytes, bytes, sizeof bytes);
        size = memory_format(" objects, %s", bytes);
    }
    return memory_format("%s %s: %.2f%s per iteration%s%s: %s", gauge_info(exception->gauge)->name,
                         exception->holder, exception->allowed, size != NULL ? size : "",
                         exception->expires != NULL ? " until " : "",
                         exception->expires != NULL ? exception->expires : "",
                         exception->reason != NULL ? exception->reason : "");
}

static void exception_differences(const struct baseline *old, const struct baseline *new,
                                  struct string_list *lines)
{
    for (size_t i = 0; i < new->exception_count; i++) {
        const struct baseline_exception *exception = &new->exceptions[i];
        const struct baseline_exception *before =
            baseline_exception_for(old, exception->gauge, exception->holder);
        _cleanup_free_ char *now = exception_text(exception);
        _cleanup_free_ char *was = before != NULL ? exception_text(before) : NULL;
        if (was != NULL && strcmp(was, now) == 0)
            continue;
        if (was != NULL)
            string_list_take(lines, memory_format("- exception %s", was));
        string_list_take(lines, memory_format("+ exception %s", now));
    }
}

void acceptance_difference(const struct baseline *old, const struct baseline *new,
                           struct string_list *lines)
{
    text_difference("plan", old != NULL ? old->plan_hash : "", new->plan_hash, lines);
    text_difference("go", old != NULL ? old->go_version : "", new->go_version, lines);
    text_difference("platform", old != NULL ? old->platform : "", new->platform, lines);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct baseline_gauge *was = old != NULL ? &old->gauges[gauge] : NULL;
        const char *level = gauge_info(gauge)->cumulative ? "per second at rest" : "at rest";
        amount_difference(gauge, level, was != NULL ? was->level : NAN, new->gauges[gauge].level,
                          lines);
        amount_difference(gauge, "allowed per iteration", was != NULL ? was->allowed : 0,
                          new->gauges[gauge].allowed, lines);
    }
    exception_differences(old, new, lines);
}
