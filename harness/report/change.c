#include "report/change.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"

const char *change_effect_name(enum change_effect effect)
{
    static const char *const names[] = {"weaker", "stricter", "neutral"};
    return names[effect];
}

void change_take(struct change_list *list, struct change *change)
{
    array_append(list->items, list->count, list->capacity, *change);
    *change = (struct change){.effect = CHANGE_NEUTRAL, .gauge = GAUGE_COUNT};
}

struct change *change_add(struct change_list *list, enum change_effect effect, const char *what,
                          const char *old, const char *new)
{
    struct change change = {.effect = effect,
                            .gauge = GAUGE_COUNT,
                            .what = memory_copy_text(what),
                            .old = {.text = memory_copy_text(old)},
                            .new = {.text = memory_copy_text(new)}};
    change_take(list, &change);
    return &list->items[list->count - 1];
}

static void side_free(struct change_side *side)
{
    free(side->text);
    free(side->until);
    free(side->reason);
    free(side->issue);
}

void change_list_free(struct change_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].what);
        free(list->items[i].holder);
        side_free(&list->items[i].old);
        side_free(&list->items[i].new);
    }
    free(list->items);
    *list = (struct change_list){0};
}

size_t change_list_count(const struct change_list *list, enum change_effect effect)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->items[i].effect == effect;
    return count;
}

char *change_side_text(const struct change_side *side)
{
    if (side->text == NULL)
        return memory_copy_text("none");
    const char *blank = side->text[0] != '\0' && side->until != NULL ? " " : "";
    return memory_format("%s%s%s%s", side->text, blank, side->until != NULL ? "until " : "",
                         side->until != NULL ? side->until : "");
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

void change_list_weaker(const struct change_list *list, struct string_list *lines)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].effect == CHANGE_WEAKER)
            string_list_take(lines, change_text(&list->items[i]));
}
