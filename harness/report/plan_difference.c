#include "report/plan_difference.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/step_difference.h"
#include "scenario/value.h"

/* Which way a number has to go for less to be found. */
enum direction { WEAKER_DOWN, WEAKER_UP, NO_MATTER };

static enum change_effect number_effect(double old, double new, enum direction direction)
{
    bool up = new > old;
    switch (direction) {
    case WEAKER_DOWN:
        return up ? CHANGE_STRICTER : CHANGE_WEAKER;
    case WEAKER_UP:
        return up ? CHANGE_WEAKER : CHANGE_STRICTER;
    case NO_MATTER:
        break;
    }
    return CHANGE_NEUTRAL;
}

static void number_change(const char *what, unsigned old, unsigned new, enum direction direction,
                          struct change_list *changes)
{
    char from[32], to[32];
    if (old == new)
        return;
    snprintf(from, sizeof from, "%u", old);
    snprintf(to, sizeof to, "%u", new);
    change_add(changes, number_effect(old, new, direction), what, from, to);
}

static void duration_change(const char *what, int64_t old, int64_t new, enum direction direction,
                            struct change_list *changes)
{
    if (old == new)
        return;
    _cleanup_free_ char *from = duration_text(old);
    _cleanup_free_ char *to = duration_text(new);
    change_add(changes, number_effect((double)old, (double)new, direction), what, from, to);
}

/* --- What is measured --- */

/* As the file says it, without --for. */
static unsigned samples_of(const struct measure_plan *measure)
{
    return measure->every_ms > 0 ? (unsigned)(measure->file_for_ms / measure->every_ms)
                                 : measure->samples;
}

static void pace_changes(const struct measure_plan *old, const struct measure_plan *new,
                         struct change_list *changes)
{
    bool by_time = old->every_ms > 0;
    if (by_time != (new->every_ms > 0)) {
        change_add(changes, CHANGE_WEAKER, "paced by", by_time ? "time" : "iterations",
                   by_time ? "iterations" : "time");
        return;
    }
    number_change("samples", samples_of(old), samples_of(new), WEAKER_DOWN, changes);
    if (by_time) {
        duration_change("time between samples", old->every_ms, new->every_ms, NO_MATTER, changes);
        duration_change("length of the loop", old->file_for_ms, new->file_for_ms, WEAKER_DOWN,
                        changes);
        return;
    }
    if (old->iterations_per_sample == new->iterations_per_sample)
        return;
    /* More samples of the same iterations take none of them away. */
    unsigned before = old->samples * old->iterations_per_sample;
    unsigned after = new->samples *new->iterations_per_sample;
    number_change("iterations of the loop", before, after, WEAKER_DOWN, changes);
}

static void measure_changes(const struct measure_plan *old, const struct measure_plan *new,
                            struct change_list *changes)
{
    pace_changes(old, new, changes);
    number_change("iterations of the warm-up", old->warmup, new->warmup, NO_MATTER, changes);
    number_change("samples at rest", old->idle_samples, new->idle_samples, WEAKER_DOWN, changes);
    duration_change("time at rest", old->idle_ms, new->idle_ms, WEAKER_DOWN, changes);
    /* What goes away in a longer drain is a backlog, where it was a leak. */
    duration_change("longest drain", old->drain_ms, new->drain_ms, WEAKER_UP, changes);
    number_change("heap rate", old->heap_rate, new->heap_rate, WEAKER_UP, changes);
    duration_change("longest round trip", old->round_trip_ms, new->round_trip_ms, WEAKER_UP,
                    changes);
}

/* --- What of the screen is compared --- */

/* Negative ends count from the end. */
static int cell_of(int number, int size)
{
    return number < 0 ? size + number : number;
}

static bool range_covers(struct range outer, int outer_size, struct range inner, int inner_size)
{
    return cell_of(outer.first, outer_size) <= cell_of(inner.first, inner_size) &&
           cell_of(outer.last, outer_size) >= cell_of(inner.last, inner_size);
}

/* Is all of the other plan's region in this plan's? */
static bool region_covers(const struct plan *plan, const struct region *region,
                          const struct plan *other, const struct region *inner)
{
    return range_covers(region->rows, plan->target.rows, inner->rows, other->target.rows) &&
           range_covers(region->columns, plan->target.columns, inner->columns,
                        other->target.columns);
}

/* NULL of none. */
static char *region_text(const struct region *region)
{
    if (region == NULL)
        return NULL;
    _cleanup_free_ char *rows = range_text(region->rows);
    _cleanup_free_ char *columns = range_text(region->columns);
    return memory_format("%s (rows %s, columns %s)", region->name, rows, columns);
}

static void ignored_stacks_change(const struct plan *old, const struct plan *new, const char *name,
                                  struct change_list *changes)
{
    const char *what = "left out of the round trip";
    bool before = string_list_contains(&old->measure.leave_out, name);
    bool after = string_list_contains(&new->measure.leave_out, name);
    const struct region *was = before ? plan_region(old, name) : NULL;
    const struct region *now = after ? plan_region(new, name) : NULL;
    _cleanup_free_ char *from = region_text(was);
    _cleanup_free_ char *to = region_text(now);
    if (from == NULL && to == NULL)
        return;
    if (from == NULL || to == NULL)
        change_add(changes, to != NULL ? CHANGE_WEAKER : CHANGE_STRICTER, what, from, to);
    else if (!region_covers(old, was, new, now))
        change_add(changes, CHANGE_WEAKER, what, from, to);
    else if (!text_equal(from, to))
        change_add(changes, CHANGE_STRICTER, what, from, to);
}

static void screen_changes(const struct plan *old, const struct plan *new,
                           struct change_list *changes)
{
    for (size_t i = 0; i < old->measure.leave_out.count; i++)
        ignored_stacks_change(old, new, old->measure.leave_out.items[i], changes);
    for (size_t i = 0; i < new->measure.leave_out.count; i++)
        if (!string_list_contains(&old->measure.leave_out, new->measure.leave_out.items[i]))
            ignored_stacks_change(old, new, new->measure.leave_out.items[i], changes);
}

/* --- When it is passed over --- */

static void list_changes(const char *what, const struct string_list *old,
                         const struct string_list *new, enum change_effect when_gone,
                         enum change_effect when_added, struct change_list *changes)
{
    for (size_t i = 0; i < old->count; i++)
        if (!string_list_contains(new, old->items[i]))
            change_add(changes, when_gone, what, old->items[i], NULL);
    for (size_t i = 0; i < new->count; i++)
        if (!string_list_contains(old, new->items[i]))
            change_add(changes, when_added, what, NULL, new->items[i]);
}

/* Also one that does not count yet. */
static const struct quarantine_plan *quarantine_in(const struct plan *plan)
{
    return plan->quarantine_here.reason != NULL ? &plan->quarantine_here : &plan->quarantine;
}

static void fill_quarantine(struct change_side *side, const struct quarantine_plan *quarantine)
{
    if (quarantine->reason == NULL)
        return;
    side->text = memory_copy_text("");
    side->until = memory_copy_text(quarantine->until);
    side->reason = memory_copy_text(quarantine->reason);
}

static void quarantine_change(const struct quarantine_plan *old, const struct quarantine_plan *new,
                              struct change_list *changes)
{
    if (text_equal(old->reason, new->reason) && text_equal(old->until, new->until))
        return;
    int order = strcmp(new->until != NULL ? new->until : "", old->until != NULL ? old->until : "");
    struct change *change = change_add(changes,
                                       order > 0   ? CHANGE_WEAKER
                                       : order < 0 ? CHANGE_STRICTER
                                                   : CHANGE_NEUTRAL,
                                       "quarantine", NULL, NULL);
    fill_quarantine(&change->old, old);
    fill_quarantine(&change->new, new);
}

static void choice_changes(const struct plan *old, const struct plan *new,
                           struct change_list *changes)
{
    list_changes("tag", &old->tags, &new->tags, CHANGE_WEAKER, CHANGE_STRICTER, changes);
    list_changes("needs", &old->needs, &new->needs, CHANGE_STRICTER, CHANGE_WEAKER, changes);
    if (old->on_request != new->on_request)
        change_add(changes, new->on_request ? CHANGE_WEAKER : CHANGE_STRICTER, "run",
                   old->on_request ? "on request" : "always",
                   new->on_request ? "on request" : "always");
    if ((old->without == NULL) != (new->without == NULL))
        change_add(changes, new->without != NULL ? CHANGE_WEAKER : CHANGE_STRICTER,
                   "the target has nothing for it", old->without, new->without);
    quarantine_change(quarantine_in(old), quarantine_in(new), changes);
}

/* --- The rest --- */

static void document_change(const char *what, const json_t *old, const json_t *new,
                            struct change_list *changes)
{
    if (old != new && (old == NULL || new == NULL || !json_equal(old, new)))
        change_add(changes, CHANGE_NEUTRAL, what, old != NULL ? "as it was" : NULL,
                   new != NULL ? "changed" : NULL);
}

static void other_changes(const struct plan *old, const struct plan *new,
                          struct change_list *changes)
{
    static const char *const parts[] = {"world", "vars"};
    const json_t *was = json_object_get(old->document, "scenario");
    const json_t *now = json_object_get(new->document, "scenario");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        document_change(parts[i], json_object_get(was, parts[i]), json_object_get(now, parts[i]),
                        changes);
    if (strcmp(old->target.name, new->target.name) != 0)
        change_add(changes, CHANGE_NEUTRAL, "target", old->target.name, new->target.name);
    else
        document_change("target file", json_object_get(old->document, "target"),
                        json_object_get(new->document, "target"), changes);
    /* Servers that outlive the target without being a finding; where files are counted. */
    list_changes("may outlive the target", &old->target.survivors, &new->target.survivors,
                 CHANGE_STRICTER, CHANGE_WEAKER, changes);
    list_changes("state directory", &old->target.state, &new->target.state, CHANGE_WEAKER,
                 CHANGE_STRICTER, changes);
}

void plan_changes(const struct plan *old, const struct plan *new, struct change_list *changes)
{
    if (old == NULL && new == NULL)
        return;
    if (old == NULL || new == NULL) {
        change_add(changes, new == NULL ? CHANGE_WEAKER : CHANGE_STRICTER, "scenario",
                   old != NULL ? old->title : NULL, new != NULL ? new->title : NULL);
        return;
    }
    choice_changes(old, new, changes);
    measure_changes(&old->measure, &new->measure, changes);
    screen_changes(old, new, changes);
    step_changes("prepare", &old->prepare, &new->prepare, changes);
    step_changes("setup", &old->setup, &new->setup, changes);
    step_changes("iteration", &old->iteration, &new->iteration, changes);
    other_changes(old, new, changes);
}
