#include "driver/replayed.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* --- Waits --- */

struct changes {
    struct screen_change *items;
    size_t count;
    size_t capacity;
};

/* One part of the plan: where its screens begin in each replay, once for each round. */
struct part {
    const struct plan *plan;
    const struct step_list *steps;
    size_t begin;
    size_t rounds; /* at the most */
};

static void add_change(struct changes *changes, const struct replay *replay, size_t before,
                       size_t after)
{
    if (after < replay->count)
        array_append(changes->items, changes->count, changes->capacity,
                     (struct screen_change){replay->screens[before], replay->screens[after]});
}

/* The wait after the input at `at`, before the one at `next`. What came last says most: the text
 * that was not there yet when the recording's wait had come true. */
static bool choose_wait(const struct part *part, const struct replay *replays, size_t count,
                        size_t at, size_t next, struct opened *opened, struct wait_plan *wait)
{
    struct changes changes = {0}, late = {0};
    bool waits = at + 1 < next && part->steps->items[at + 1].kind == STEP_WAIT;
    for (size_t i = 0; i < count; i++)
        for (size_t round = 0; round < part->rounds; round++) {
            size_t begin = part->begin + round * part->steps->count;
            add_change(&changes, &replays[i], begin + at - 1, begin + next - 1);
            add_change(&late, &replays[i], begin + at - 1, begin + next - 1);
            if (waits)
                add_change(&late, &replays[i], begin + at + 1, begin + next - 1);
        }
    struct range rows = part->plan->target.wait_rows;
    bool resized = part->steps->items[at].kind == STEP_RESIZE;
    bool closes = !resized && wait_of_closing(changes.items, changes.count, rows, opened, wait);
    char *text = waits ? wait_text_shown(late.items, late.count, rows) : NULL;
    if (text != NULL)
        string_list_take(&wait->text, text_as_template(text));
    bool found = closes || text != NULL ||
                 (!resized && wait_of_changes(changes.items, changes.count, rows, wait)) ||
                 (waits && part->steps->items[at + 1].wait.fresh &&
                  wait_of_redraw(changes.items, changes.count, rows, wait));
    if (changes.count > 0)
        opened_follow(opened, wait, changes.items[changes.count - 1].before);
    free_all(text, changes.items, late.items);
    return found;
}

static void add_part(const struct part *part, const struct replay *replays, size_t count,
                     struct step_list *steps)
{
    const struct step_list *from = part->steps;
    struct opened opened = {0};
    for (size_t at = 0, next; at < from->count; at = next) {
        for (next = at + 1; next < from->count && !step_is_input(&from->items[next]);)
            next++;
        if (!step_is_input(&from->items[at]))
            continue;
        /* A text that comes before the program reads it is echoed in the wrong place. */
        if (from->items[at].kind == STEP_TYPE &&
            (steps->count == 0 || steps->items[steps->count - 1].kind == STEP_WAIT))
            array_append(steps->items, steps->count, steps->capacity,
                         (struct step){.kind = STEP_SETTLE, .timeout_ms = -1});
        array_append(steps->items, steps->count, steps->capacity, from->items[at]);
        struct step *wait = array_add(steps->items, steps->count, steps->capacity);
        wait->timeout_ms = -1;
        wait->kind = choose_wait(part, replays, count, at, next, &opened, &wait->wait)
                         ? STEP_WAIT
                         : STEP_SETTLE;
        if (wait->wait.fresh) /* by the first frame the program need not listen again */
            steps_add_settle(steps);
    }
}

/* --- What changes at rest --- */

/* The piece of the row in which the byte is; false where it is in none. */
static bool piece_around(const char *row, size_t byte, size_t *start, size_t *length)
{
    for (size_t at = 0; row_piece(row, at, start, length); at = *start + *length)
        if (byte >= *start && byte <= *start + *length)
            return true;
    return false;
}

static void leave_out(struct scenario_draft *draft, size_t *capacity, int row, int first, int last)
{
    struct region *regions = (struct region *)draft->regions;
    for (size_t i = 0; i < draft->region_count; i++)
        if (regions[i].rows.first == row && regions[i].columns.first <= last &&
            regions[i].columns.last >= first) {
            regions[i].columns.first =
                first < regions[i].columns.first ? first : regions[i].columns.first;
            regions[i].columns.last =
                last > regions[i].columns.last ? last : regions[i].columns.last;
            return;
        }
    struct region region = {.name = memory_format("changes-%zu", draft->region_count + 1),
                            .rows = {row, row},
                            .columns = {first, last}};
    array_append(regions, draft->region_count, *capacity, region);
    draft->regions = regions;
}

/* A clock and its like: what has another text in its place. What only went is a message that fades,
 * which the round trip waits for. */
static void find_restless(const struct string_list *before, const struct string_list *after,
                          struct scenario_draft *draft, size_t *capacity)
{
    for (size_t row = 0; row < before->count && row < after->count; row++) {
        const char *old = before->items[row], *new = after->items[row];
        size_t byte = 0, start, length, new_start, new_length;
        while (old[byte] != '\0' && old[byte] == new[byte])
            byte++;
        if (strcmp(old, new) == 0 || !piece_around(old, byte, &start, &length) ||
            !piece_around(new, byte, &new_start, &new_length) ||
            (length == new_length && memcmp(old + start, new + new_start, length) == 0))
            continue;
        int first = row_columns(old, start), last = row_columns(old, start + length);
        int new_last = row_columns(new, new_start + new_length);
        leave_out(draft, capacity, (int)row, first, (new_last > last ? new_last : last) - 1);
    }
}

/* --- All --- */

void replayed_scenario(const struct plan *plan, const struct replay *replays, size_t count,
                       struct scenario_draft *draft)
{
    size_t longest = 0, capacity = 0;
    for (size_t i = 0; i < count; i++)
        longest = replays[i].count > longest ? replays[i].count : longest;
    struct part setup = {plan, &plan->setup, 1, 1};
    struct part iteration = {plan, &plan->iteration, 1 + plan->setup.count,
                             longest / plan->iteration.count + 1};
    add_part(&setup, replays, count, &draft->setup);
    add_part(&iteration, replays, count, &draft->iteration);
    /* The last step of each round is a rest; in the first, things may still be loaded. */
    for (size_t i = 0; i < count; i++)
        for (size_t last = plan->setup.count + 2 * plan->iteration.count; last < replays[i].count;
             last += plan->iteration.count)
            find_restless(replays[i].screens[last - 1], replays[i].screens[last], draft, &capacity);
}

static void free_waits(struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        if (steps->items[i].kind == STEP_WAIT) {
            string_list_free(&steps->items[i].wait.text);
            string_list_free(&steps->items[i].wait.gone);
        }
    free(steps->items);
    *steps = (struct step_list){0};
}

void replayed_free(struct scenario_draft *draft)
{
    free_waits(&draft->setup);
    free_waits(&draft->iteration);
    for (size_t i = 0; i < draft->region_count; i++)
        free(draft->regions[i].name);
    free((void *)draft->regions);
}
