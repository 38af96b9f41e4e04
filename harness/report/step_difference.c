#include "report/step_difference.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* One hunk after the other: steps of the old list that the new one lacks, and those in their place.
 */
struct hunk {
    const struct step *old;
    size_t old_count;
    const struct step *new;
    size_t new_count;
};

struct comparison {
    const char *what;
    const struct step_list *old, *new; /* whole */
    struct change_list *changes;
};

/* Long texts are cut in the source. */
static bool same_step(const struct step *a, const struct step *b)
{
    return a->kind == b->kind && text_equal(a->source, b->source) && text_equal(a->text, b->text) &&
           text_equal(a->run.script, b->run.script) && text_equal(a->wait.regex, b->wait.regex);
}

/* --- One step in the place of another --- */

static void add_predicate(struct string_list *all, const char *word, const char *text)
{
    if (text != NULL)
        string_list_take(all, memory_format("%s %s", word, text));
}

static void add_predicates(struct string_list *all, const char *word,
                           const struct string_list *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        add_predicate(all, word, texts->items[i]);
}

/* Everything that has to hold, but for where on the screen. */
static void gather_predicates(const struct wait_plan *wait, struct string_list *all)
{
    add_predicates(all, "text", &wait->text);
    add_predicates(all, "gone", &wait->gone);
    add_predicate(all, "regex", wait->regex);
    add_predicate(all, "title", wait->title);
    add_predicate(all, "file", wait->file);
    add_predicate(all, "lines", wait->file_lines_text);
    add_predicate(all, "holding", wait->file_text);
    if (wait->file_lines >= 0)
        string_list_take(all, memory_format("lines %ld", wait->file_lines));
    if (wait->fresh)
        string_list_add(all, "fresh");
}

static bool holds_all(const struct string_list *all, const struct string_list *some)
{
    for (size_t i = 0; i < some->count; i++)
        if (!string_list_contains(all, some->items[i]))
            return false;
    return true;
}

static enum change_effect wait_effect(const struct wait_plan *old, const struct wait_plan *new)
{
    _cleanup_strings_ struct string_list before = {0};
    _cleanup_strings_ struct string_list after = {0};
    gather_predicates(old, &before);
    gather_predicates(new, &after);
    bool fewer = holds_all(&before, &after), more = holds_all(&after, &before);
    return fewer == more ? CHANGE_NEUTRAL : fewer ? CHANGE_WEAKER : CHANGE_STRICTER;
}

static size_t presses(const struct step *step)
{
    return step->keys.count * step->repeat;
}

static enum change_effect replaced_effect(const struct step *old, const struct step *new)
{
    if (old->kind == STEP_WAIT)
        return wait_effect(&old->wait, &new->wait);
    if (old->kind == STEP_PRESS && presses(old) != presses(new))
        return presses(new) < presses(old) ? CHANGE_WEAKER : CHANGE_STRICTER;
    return CHANGE_NEUTRAL;
}

static size_t count_of(const struct step_list *list, const struct step *step)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += same_step(&list->items[i], step);
    return count;
}

/* A step that stands elsewhere now is done as often as before. */
static enum change_effect removed_effect(const struct comparison *comparison,
                                         const struct step *step)
{
    bool counts = step_is_input(step) || step->kind == STEP_WAIT;
    bool fewer = count_of(comparison->new, step) < count_of(comparison->old, step);
    return counts && fewer ? CHANGE_WEAKER : CHANGE_NEUTRAL;
}

/* "press "j" 5 times"; the caller frees it. */
static char *step_text(const struct step *step, size_t rounds)
{
    const char *written = step_written(step);
    return rounds > 1 ? memory_format("%s, in %zu rounds", written, rounds)
                      : memory_copy_text(written);
}

/* --- Hunks --- */

/* The step of the new side that stands for this one: the first of its kind that is not taken. */
static const struct step *find_partner(const struct hunk *hunk, enum step_kind kind, bool *taken)
{
    for (size_t i = 0; i < hunk->new_count; i++) {
        if (taken[i] || hunk->new[i].kind != kind)
            continue;
        taken[i] = true;
        return &hunk->new[i];
    }
    return NULL;
}

static void put_replaced(const struct comparison *comparison, const struct step *old,
                         const struct step *new)
{
    _cleanup_free_ char *was = step_text(old, 1);
    _cleanup_free_ char *now = step_text(new, 1);
    change_add(comparison->changes, replaced_effect(old, new), comparison->what, was, now);
}

/* Steps that are written once, in a loop, are told once. */
static void put_rounds(const struct comparison *comparison, const struct step *steps, size_t count,
                       const bool *left_out, bool removed)
{
    _cleanup_free_ bool *told = memory_array(count + 1, sizeof *told);
    for (size_t i = 0; i < count; i++) {
        if (left_out[i] || told[i])
            continue;
        size_t rounds = 0;
        for (size_t j = i; j < count; j++) {
            if (left_out[j] || strcmp(step_written(&steps[i]), step_written(&steps[j])) != 0)
                continue;
            told[j] = true;
            rounds++;
        }
        _cleanup_free_ char *text = step_text(&steps[i], rounds);
        change_add(comparison->changes,
                   removed ? removed_effect(comparison, &steps[i]) : CHANGE_NEUTRAL,
                   comparison->what, removed ? text : NULL, removed ? NULL : text);
    }
}

static void put_hunk(const struct comparison *comparison, const struct hunk *hunk)
{
    _cleanup_free_ bool *taken = memory_array(hunk->new_count + 1, sizeof *taken);
    _cleanup_free_ bool *replaced = memory_array(hunk->old_count + 1, sizeof *replaced);
    for (size_t i = 0; i < hunk->old_count; i++) {
        const struct step *partner = find_partner(hunk, hunk->old[i].kind, taken);
        replaced[i] = partner != NULL;
        if (partner != NULL)
            put_replaced(comparison, &hunk->old[i], partner);
    }
    put_rounds(comparison, hunk->old, hunk->old_count, replaced, true);
    put_rounds(comparison, hunk->new, hunk->new_count, taken, false);
}

/* --- The longest common subsequence, by the usual table; lists have at most LIMIT_STEPS --- */

static uint16_t *lengths_make(const struct hunk *all)
{
    size_t width = all->new_count + 1;
    uint16_t *lengths = memory_array((all->old_count + 1) * width, sizeof *lengths);
    for (size_t i = all->old_count; i-- > 0;)
        for (size_t j = all->new_count; j-- > 0;) {
            uint16_t down = lengths[(i + 1) * width + j], right = lengths[i * width + j + 1];
            lengths[i * width + j] = same_step(&all->old[i], &all->new[j])
                                         ? (uint16_t)(lengths[(i + 1) * width + j + 1] + 1)
                                     : down >= right ? down
                                                     : right;
        }
    return lengths;
}

static void put_hunks(const struct comparison *comparison, const struct hunk *all)
{
    size_t width = all->new_count + 1, i = 0, j = 0;
    _cleanup_free_ uint16_t *lengths = lengths_make(all);
    while (i < all->old_count || j < all->new_count) {
        struct hunk hunk = {.old = all->old + i, .new = all->new + j};
        while (
            (i < all->old_count || j < all->new_count) &&
            !(i < all->old_count && j < all->new_count && same_step(&all->old[i], &all->new[j]))) {
            bool from_old =
                j == all->new_count ||
                (i < all->old_count && lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]);
            hunk.old_count += from_old;
            hunk.new_count += !from_old;
            i += from_old;
            j += !from_old;
        }
        put_hunk(comparison, &hunk);
        while (i < all->old_count && j < all->new_count && same_step(&all->old[i], &all->new[j])) {
            i++;
            j++;
        }
    }
}

void step_changes(const char *what, const struct step_list *old, const struct step_list *new,
                  struct change_list *changes)
{
    struct comparison comparison = {.what = what, .old = old, .new = new, .changes = changes};
    struct hunk all = {old->items, old->count, new->items, new->count};
    while (all.old_count > 0 && all.new_count > 0 && same_step(all.old, all.new)) {
        all.old++, all.old_count--;
        all.new ++, all.new_count--;
    }
    while (all.old_count > 0 && all.new_count > 0 &&
           same_step(&all.old[all.old_count - 1], &all.new[all.new_count - 1])) {
        all.old_count--;
        all.new_count--;
    }
    put_hunks(&comparison, &all);
}
