#include "result/baseline_difference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/memory.h"
#include "result/amounts.h"
#include "verdict/levels.h"

const char *change_effect_name(enum change_effect effect)
{
    static const char *const names[] = {"weaker", "stricter", "neutral"};
    return names[effect];
}

/* Adds this one, and leaves an empty one in its place. */
static void change_take(struct change_list *list, struct change *change)
{
    array_append(list->items, list->count, list->capacity, *change);
    *change = (struct change){.effect = CHANGE_NEUTRAL, .gauge = GAUGE_COUNT};
}

/* Adds one with copies of the texts, which may be NULL. */
static struct change *change_add(struct change_list *list, enum change_effect effect,
                                 const char *what, const char *old, const char *new)
{
    struct change change = {.effect = effect,
                            .gauge = GAUGE_COUNT,
                            .what = memory_copy_text(what),
                            .old = {.text = memory_copy_text(old)},
                            .new = {.text = memory_copy_text(new)}};
    change_take(list, &change);
    return &list->items[list->count - 1];
}

void change_list_free(struct change_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct change *change = &list->items[i];
        struct change_side *old = &change->old, *new = &change->new;
        free_all(change->what, change->holder, old->text, old->until, old->reason, old->issue,
                 new->text, new->until, new->reason, new->issue);
    }
    free(list->items);
    *list = (struct change_list){0};
}

char *change_side_text(const struct change_side *side)
{
    if (side->text == NULL)
        return memory_copy_text("none");
    const char *blank = side->text[0] != '\0' && side->until != NULL ? " " : "";
    return memory_format("%s%s%s%s", side->text, blank, side->until != NULL ? "until " : "",
                         text_or(side->until, ""));
}

char *change_text(const struct change *change)
{
    _cleanup_free_ char *old = change_side_text(&change->old);
    _cleanup_free_ char *new = change_side_text(&change->new);
    struct buffer line = {0};
    buffer_format(&line, "%s: %s -> %s", change->what, old, new);
    if (change->new.reason != NULL)
        buffer_format(&line, ": %s", change->new.reason);
    if (change->new.issue != NULL)
        buffer_format(&line, " (%s)", change->new.issue);
    return buffer_take(&line);
}

static enum change_effect effect_of(bool weaker, bool stricter)
{
    return weaker ? CHANGE_WEAKER : stricter ? CHANGE_STRICTER : CHANGE_NEUTRAL;
}

static void text_change(const char *what, const char *old, const char *new,
                        struct change_list *changes)
{
    if (strcmp(old, new) != 0)
        change_add(changes, CHANGE_NEUTRAL, what, *old != '\0' ? old : NULL, new);
}

/* "fd at rest" of a gauge, or of a tool "spawn git tolerance". NAN: none. NULL where nothing
 * changed, or nothing that matters and can be read. */
static struct change *number_change(enum gauge gauge, const char *tool, const char *what,
                                    double old, double new, enum change_effect effect,
                                    struct change_list *changes)
{
    if (old == new || (isnan(old) && isnan(new)))
        return NULL;
    struct short_text from = amount_text(gauge, old), to = amount_text(gauge, new);
    if (tool != NULL) {
        snprintf(from.text, sizeof from.text, "%.2f", old);
        snprintf(to.text, sizeof to.text, "%.2f", new);
    }
    if (effect == CHANGE_NEUTRAL && strcmp(from.text, to.text) == 0)
        return NULL;
    _cleanup_free_ char *name =
        memory_format("%s %s%s%s", gauge_info(gauge)->name, tool != NULL ? tool : "",
                      tool != NULL ? " " : "", what);
    struct change *change = change_add(changes, effect, name, isnan(old) ? NULL : from.text,
                                       isnan(new) ? NULL : to.text);
    change->gauge = gauge;
    change->raised = tool == NULL && new > old;
    return change;
}

/* Of a gauge, or of a tool; with what the files say why. */
static void tolerance_change(enum gauge gauge, const char *tool, const struct wide_tolerance *was,
                             const struct wide_tolerance *now, enum change_effect effect,
                             struct change_list *changes)
{
    struct change *change =
        number_change(gauge, tool, "tolerance", was->tolerance, now->tolerance, effect, changes);
    if (change != NULL) {
        change->new.reason = memory_copy_text(now->why);
    } else if (!text_equal(was->why, now->why)) {
        _cleanup_free_ char *what =
            memory_format("%s%s%s tolerance, why", gauge_info(gauge)->name, tool != NULL ? " " : "",
                          tool != NULL ? tool : "");
        change_add(changes, CHANGE_NEUTRAL, what, was->why, now->why);
    }
}

/* The day is the last one; NULL: for ever. */
static int compare_days(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a == NULL) - (b == NULL);
    return strcmp(a, b);
}

static void fill_terms(struct change_side *side, const char *until, const char *reason,
                       const char *issue)
{
    side->until = memory_copy_text(until);
    side->reason = memory_copy_text(reason);
    side->issue = memory_copy_text(issue);
}

/* --- A gauge --- */

/* By how much the level may be over the stored one; without a stored one, over 0. */
static double most_allowed(enum gauge gauge, const struct baseline_gauge *stored)
{
    if (!isnan(stored->level))
        return stored->level + baseline_tolerance(stored, gauge);
    return level_most(gauge) > 0 ? level_most(gauge) : INFINITY;
}

static enum change_effect level_effect(enum gauge gauge, const struct baseline_gauge *was,
                                       const struct baseline_gauge *now)
{
    double before = most_allowed(gauge, was), after = most_allowed(gauge, now);
    if (!level_is_judged(gauge))
        return CHANGE_NEUTRAL;
    if (!isnan(was->level) && !isnan(now->level))
        return effect_of(now->level > before, was->level > after);
    return effect_of(after > before, after < before);
}

/* What is tolerated at the level that holds now, by either file. */
static enum change_effect tolerance_effect(enum gauge gauge, const struct baseline_gauge *was,
                                           const struct baseline_gauge *now)
{
    if (!level_is_judged(gauge) || isnan(was->level) || isnan(now->level))
        return CHANGE_NEUTRAL;
    struct baseline_gauge by_old = {.level = now->level, .tolerance = was->tolerance};
    double before = baseline_tolerance(&by_old, gauge), after = baseline_tolerance(now, gauge);
    return effect_of(after > before, after < before);
}

/* Why a gauge may grow, and until when. */
static void terms_change(enum gauge gauge, const struct baseline_gauge *was,
                         const struct baseline_gauge *now, struct change_list *changes)
{
    if (text_equal(was->reason, now->reason) && text_equal(was->issue, now->issue) &&
        text_equal(was->expires, now->expires))
        return;
    int days = was->allowed > 0 && now->allowed > 0 ? compare_days(now->expires, was->expires) : 0;
    _cleanup_free_ char *what = memory_format("%s allowed", gauge_info(gauge)->name);
    const char *old = was->expires == NULL ? "for ever" : "";
    const char *new = now->expires == NULL ? "for ever" : "";
    struct change *change =
        change_add(changes, effect_of(days > 0, days < 0), what, was->reason != NULL ? old : NULL,
                   now->reason != NULL ? new : NULL);
    change->kind = CHANGE_TERMS;
    change->gauge = gauge;
    fill_terms(&change->old, was->expires, was->reason, was->issue);
    fill_terms(&change->new, now->expires, now->reason, now->issue);
}

static void gauge_changes(enum gauge gauge, const struct baseline *old, const struct baseline *new,
                          struct change_list *changes)
{
    static const struct baseline_gauge none = {.level = NAN, .tolerance = NAN};
    const struct baseline_gauge *was = old != NULL ? &old->gauges[gauge] : &none;
    const struct baseline_gauge *now = new != NULL ? &new->gauges[gauge] : &none;
    number_change(gauge, NULL, gauge_info(gauge)->cumulative ? "per second at rest" : "at rest",
                  was->level, now->level, level_effect(gauge, was, now), changes);
    tolerance_change(gauge, NULL,
                     &(struct wide_tolerance){.tolerance = was->tolerance, .why = was->why},
                     &(struct wide_tolerance){.tolerance = now->tolerance, .why = now->why},
                     tolerance_effect(gauge, was, now), changes);
    number_change(gauge, NULL, "retained", was->retained, now->retained,
                  effect_of(now->retained > was->retained && was->retained > 0,
                            now->retained < was->retained && now->retained > 0),
                  changes);
    struct change *allowed =
        number_change(gauge, NULL, "allowed per iteration", was->allowed, now->allowed,
                      effect_of(now->allowed > was->allowed, now->allowed < was->allowed), changes);
    if (allowed != NULL)
        fill_terms(&allowed->new, NULL, now->reason, now->issue);
    terms_change(gauge, was, now, changes);
}

/* --- A tool --- */

static double most_starts(const struct baseline_tool *tool)
{
    static const struct baseline_tool none = {.tolerance = NAN};
    const struct baseline_tool *stored = tool != NULL ? tool : &none;
    return stored->per_iteration + baseline_tool_tolerance(stored);
}

/* A tool that a file with tools does not name is counted from 0; a file without any compares none.
 */
static void tool_changes(const struct baseline *old, const struct baseline *new, const char *name,
                         struct change_list *changes)
{
    const struct baseline_tool *was = old != NULL ? baseline_tool_for(old, name) : NULL;
    const struct baseline_tool *now = new != NULL ? baseline_tool_for(new, name) : NULL;
    bool compared_before = old != NULL && old->has_tools;
    bool compared_now = new != NULL &&new->has_tools;
    double before = was != NULL ? was->per_iteration : NAN;
    double after = now != NULL ? now->per_iteration : NAN;
    bool weaker = compared_before && (!compared_now || (now != NULL && after > most_starts(was)));
    bool stricter = compared_now && (!compared_before || now == NULL || before > most_starts(now));
    number_change(GAUGE_SPAWN, name, "per iteration", before, after, effect_of(weaker, stricter),
                  changes);
    if (was == NULL || now == NULL)
        return;
    struct baseline_tool by_old = {.per_iteration = after, .tolerance = was->tolerance};
    double tolerated = baseline_tool_tolerance(&by_old);
    double tolerated_now = baseline_tool_tolerance(now);
    tolerance_change(GAUGE_SPAWN, name,
                     &(struct wide_tolerance){.tolerance = was->tolerance, .why = was->why},
                     &(struct wide_tolerance){.tolerance = now->tolerance, .why = now->why},
                     effect_of(tolerated_now > tolerated, tolerated_now < tolerated), changes);
}

/* --- An exception --- */

static void fill_exception(struct change_side *side, const struct baseline_exception *exception)
{
    if (exception == NULL)
        return;
    if (exception->gauge == GAUGE_HEAP_STACK) {
        side->text = memory_format("%.2f objects, %s per iteration", exception->allowed,
                                   bytes_text(exception->allowed_bytes).text);
    } else {
        side->text = memory_format("%.2f per iteration", exception->allowed);
    }
    fill_terms(side, exception->expires, exception->reason, exception->issue);
}

/* Either may be NULL: it is new, or gone. */
static void exception_change(const struct baseline_exception *was,
                             const struct baseline_exception *now, struct change_list *changes)
{
    const struct baseline_exception *one = now != NULL ? now : was;
    bool weaker = was == NULL, stricter = now == NULL;
    if (was != NULL && now != NULL) {
        int days = compare_days(now->expires, was->expires);
        weaker = now->allowed > was->allowed || now->allowed_bytes > was->allowed_bytes || days > 0;
        stricter =
            now->allowed < was->allowed || now->allowed_bytes < was->allowed_bytes || days < 0;
        if (!weaker && !stricter && text_equal(was->reason, now->reason) &&
            text_equal(was->issue, now->issue))
            return;
    }
    _cleanup_free_ char *what =
        /* NOLINTNEXTLINE: one of both is there. */
        memory_format("exception %s %s", gauge_info(one->gauge)->name, one->holder);
    struct change *change = change_add(changes, effect_of(weaker, stricter), what, NULL, NULL);
    change->kind = CHANGE_EXCEPTION;
    change->gauge = one->gauge;
    change->holder = memory_copy_text(one->holder);
    fill_exception(&change->old, was);
    fill_exception(&change->new, now);
}

/* --- All of it --- */

/* Of each list what is gone comes first. */
static void all_changes(const struct baseline *old, const struct baseline *new,
                        struct change_list *changes)
{
    if (new != NULL) {
        text_change("plan", old != NULL ? old->plan_hash : "", new->plan_hash, changes);
        text_change("go", old != NULL ? old->go_version : "", new->go_version, changes);
        text_change("platform", old != NULL ? old->platform : "", new->platform, changes);
    }
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        gauge_changes(gauge, old, new, changes);
    for (size_t i = 0; old != NULL && i < old->tool_count; i++)
        if (new == NULL || baseline_tool_for(new, old->tools[i].name) == NULL)
            tool_changes(old, new, old->tools[i].name, changes);
    for (size_t i = 0; new != NULL &&i < new->tool_count; i++)
        tool_changes(old, new, new->tools[i].name, changes);
    for (size_t i = 0; old != NULL && i < old->exception_count; i++) {
        const struct baseline_exception *was = &old->exceptions[i];
        if (baseline_exception_for(new, was->gauge, was->holder) == NULL)
            exception_change(was, NULL, changes);
    }
    for (size_t i = 0; new != NULL &&i < new->exception_count; i++) {
        const struct baseline_exception *now = &new->exceptions[i];
        exception_change(baseline_exception_for(old, now->gauge, now->holder), now, changes);
    }
}

/* "levels of 9 gauges, 1 exception"; NULL of none. *judges: some of it can fail a run. */
static char *summary_of(const struct baseline *baseline, bool *judges)
{
    if (baseline == NULL)
        return NULL;
    size_t levels = 0;
    *judges = baseline->has_tools;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        bool stored = !isnan(baseline->gauges[gauge].level);
        levels += stored;
        *judges = *judges || (stored && level_is_judged(gauge));
    }
    return memory_format("levels of %zu gauge%s, %zu exception%s", levels, levels == 1 ? "" : "s",
                         baseline->exception_count, baseline->exception_count == 1 ? "" : "s");
}

/* Of one that is new or gone the numbers are all of it: only its allowances are shown one by one.
 */
static void whole_change(const struct baseline *old, const struct baseline *new,
                         struct change_list *changes)
{
    _cleanup_changes_ struct change_list all = {0};
    bool judges = false;
    _cleanup_free_ char *was = summary_of(old, &judges);
    _cleanup_free_ char *now = summary_of(new, &judges);
    bool stricter = old != NULL ? old->exception_count > 0 : judges;
    change_add(changes, effect_of(old != NULL && judges, stricter), "baseline", was, now);
    if (new == NULL)
        return;
    all_changes(old, new, &all);
    for (size_t i = 0; i < all.count; i++)
        if (all.items[i].kind != CHANGE_VALUE || all.items[i].effect == CHANGE_WEAKER)
            change_take(changes, &all.items[i]);
}

void baseline_changes(const struct baseline *old, const struct baseline *new,
                      struct change_list *changes)
{
    if (old != NULL && new != NULL)
        all_changes(old, new, changes);
    else if (old != NULL || new != NULL)
        whole_change(old, new, changes);
}

/* --- As lines --- */

static void exception_line(const char *sign, const struct change *change,
                           const struct change_side *side, struct string_list *lines)
{
    if (side->text == NULL)
        return;
    _cleanup_free_ char *text = change_side_text(side);
    string_list_take(lines,
                     memory_format("%s %s: %s: %s%s%s%s", sign, change->what, text,
                                   text_or(side->reason, ""), side->issue != NULL ? " (" : "",
                                   text_or(side->issue, ""), side->issue != NULL ? ")" : ""));
}

static void change_lines(const struct change *change, bool marked, struct string_list *lines)
{
    const char *old = change->old.text, *new = change->new.text;
    const char *until = change->new.until, *reason = change->new.reason;
    switch (change->kind) {
    case CHANGE_VALUE:
        string_list_take(lines, old == NULL
                                    ? memory_format("%s %s", change->what, new)
                                    : memory_format("%s %s -> %s%s", change->what, old,
                                                    text_or(new, "none"),
                                                    marked && change->raised ? " (raised)" : ""));
        return;
    case CHANGE_TERMS:
        if (reason != NULL)
            string_list_take(lines, memory_format("%s%s%s: %s", change->what,
                                                  until != NULL ? " until " : "",
                                                  text_or(until, ""), reason));
        return;
    case CHANGE_EXCEPTION:
        exception_line("-", change, &change->old, lines);
        exception_line("+", change, &change->new, lines);
        return;
    }
}

void baseline_difference(const struct baseline *old, const struct baseline *new,
                         struct string_list *lines)
{
    _cleanup_changes_ struct change_list changes = {0};
    all_changes(old, new, &changes);
    for (size_t i = 0; i < changes.count; i++)
        change_lines(&changes.items[i], old != NULL, lines);
}

struct baseline *baseline_with_new_exceptions(const struct baseline *judging,
                                              const struct baseline *here,
                                              struct string_list *lines)
{
    _cleanup_changes_ struct change_list changes = {0};
    _cleanup_json_ json_t *copy = judging != NULL ? baseline_to_json(judging) : NULL;
    _cleanup_baseline_ struct baseline *with =
        copy != NULL ? baseline_from_json(copy, "the baseline", NULL) : baseline_new();
    size_t before = lines->count;
    if (with == NULL || here == NULL)
        return NULL;
    if (judging == NULL)
        memcpy(with->plan_hash, here->plan_hash, sizeof with->plan_hash);
    all_changes(judging, here, &changes);
    for (size_t i = 0; i < changes.count; i++) {
        const struct change *change = &changes.items[i];
        if (change->kind != CHANGE_EXCEPTION || change->effect != CHANGE_WEAKER ||
            change->new.until == NULL)
            continue;
        baseline_except(with, baseline_exception_for(here, change->gauge, change->holder));
        string_list_take(lines, change_text(change));
    }
    return lines->count > before ? take_pointer(with) : NULL;
}

void weaker_baseline_lines(const struct scenario_result *scenario, struct string_list *lines)
{
    const struct run_record *record = scenario->record;
    _cleanup_changes_ struct change_list changes = {0};
    if (record == NULL || record->header.baseline_revision == NULL)
        return;
    for (size_t i = 0; i < record->header.approved.count; i++)
        string_list_take(lines, memory_format("%s; it counts (--allow-new-exceptions)",
                                              record->header.approved.items[i]));
    baseline_changes(record->header.baseline, record->header.baseline_here, &changes);
    for (size_t i = 0; i < changes.count; i++)
        if (changes.items[i].effect == CHANGE_WEAKER)
            string_list_take(lines, change_text(&changes.items[i]));
}
