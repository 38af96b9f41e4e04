#include "driver/taken.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/screen.h"
#include "scenario/write.h"

#define EVERYWHERE ((struct range){0, -1})

void takes_free(struct takes *takes)
{
    for (size_t i = 0; i < takes->count; i++) {
        free(takes->items[i].text);
        string_list_free(&takes->items[i].before);
    }
    free(takes->items);
    *takes = (struct takes){0};
}

/* --- The round trip --- */

static bool same_screen(const struct take *a, const struct take *b)
{
    if (a->before.count != b->before.count)
        return false;
    for (size_t i = 0; i < a->before.count; i++)
        if (strcmp(a->before.items[i], b->before.items[i]) != 0)
            return false;
    return true;
}

static bool any_input(const struct takes *takes, size_t first, size_t end)
{
    while (first < end && takes->items[first].kind == TAKE_MARK)
        first++;
    return first < end;
}

/* From the first screen, of all or of the one that was marked, that came back last. A screen that
 * did not rest is not yet what the keys before it make of it. */
static bool find_by_screens(const struct takes *takes, size_t *first, size_t *end)
{
    size_t from = *first, to = *first + 1;
    if (takes->count > 0 && takes->items[from].kind != TAKE_MARK)
        to = takes->count;
    for (*end = takes->count; (*end)-- > from + 1;)
        for (*first = from; *first < to && *first < *end; (*first)++)
            if (takes->items[*end].rested && (takes->items[*first].rested || to == from + 1) &&
                any_input(takes, *first, *end) &&
                same_screen(&takes->items[*first], &takes->items[*end]))
                return true;
    return false;
}

bool takes_round_trip(const struct takes *takes, size_t *first, size_t *end, struct lg_error *err)
{
    size_t marks[2] = {0}, count = 0;
    for (size_t i = 0; i < takes->count && count < 2; i++)
        if (takes->items[i].kind == TAKE_MARK)
            marks[count++] = i;
    *first = marks[0];
    *end = marks[1];
    if (!any_input(takes, 0, takes->count))
        return lg_fail(err, LG_ERROR_INPUT, 0, "nothing was pressed, so there is no round trip");
    if (count == 2)
        return any_input(takes, *first, *end) ||
               lg_fail(err, LG_ERROR_INPUT, 0, "nothing was pressed between the two marks");
    return find_by_screens(takes, first, end) ||
           lg_fail(err, LG_ERROR_INPUT, 0,
                   count == 1 ? "no round trip was found: the screen did not come back to what it "
                                "was at the mark"
                              : "no round trip was found: no screen came back");
}

/* --- Steps --- */

static struct step *add_step(struct step_list *steps, enum step_kind kind)
{
    struct step *step = array_add(steps->items, steps->count, steps->capacity);
    step->kind = kind;
    step->repeat = 1;
    step->timeout_ms = -1;
    step->wait.file_lines = -1;
    return step;
}

void steps_add_settle(struct step_list *steps)
{
    struct step *step = add_step(steps, STEP_SETTLE);
    step->ms = RECORD_QUIET_MS;
    step->timeout_ms = RECORD_SETTLE_MS;
}

void steps_add_sleep(struct step_list *steps, int64_t ms)
{
    add_step(steps, STEP_SLEEP)->ms = ms;
}

static bool is_character(const struct take *take)
{
    return take->kind == TAKE_KEY && take->key.code == KEY_CHARACTER && take->key.modifiers == 0;
}

/* The end of the text that was typed from `at` on: the longest whose characters all came to the
 * screen together. `at` where there is none of two characters and more: those are keys. */
static size_t typed_until(const struct takes *takes, size_t at, size_t end)
{
    size_t last = at;
    while (last < end && is_character(&takes->items[last]))
        last++;
    for (; last > at + 1; last--) {
        _cleanup_buffer_ struct buffer text = {0};
        for (size_t i = at; i < last; i++)
            buffer_character(&text, takes->items[i].key.character);
        if (rows_contain(&takes->items[last].before, EVERYWHERE, buffer_string(&text)) &&
            !rows_contain(&takes->items[at].before, EVERYWHERE, buffer_string(&text)))
            return last;
    }
    return at;
}

/* So many takes are the same key, too fast for what each does to be seen. */
static unsigned repeated(const struct takes *takes, size_t at, size_t end)
{
    const struct take *first = &takes->items[at];
    unsigned count = 1;
    for (size_t i = at + 1; i < end && count < LIMIT_REPEAT; i++, count++) {
        const struct take *take = &takes->items[i];
        if (take->kind != first->kind || take->rested)
            break;
        if (take->kind == TAKE_KEY ? memcmp(&take->key, &first->key, sizeof take->key) != 0
                                   : take->mouse != first->mouse || take->mouse == MOUSE_CLICK)
            break;
    }
    return count;
}

/* Adds the step that `at` begins with and returns what follows it. */
static size_t add_input(const struct takes *takes, size_t at, size_t end, struct step_list *steps)
{
    const struct take *take = &takes->items[at];
    struct buffer text = {0};
    struct step *step;
    size_t next = at + 1;
    switch (take->kind) {
    case TAKE_KEY:
        if (is_character(take) && typed_until(takes, at, end) > at) {
            next = typed_until(takes, at, end);
            for (size_t i = at; i < next; i++)
                buffer_character(&text, takes->items[i].key.character);
            add_step(steps, STEP_TYPE)->text = text_as_template(buffer_string(&text));
            buffer_free(&text);
            break;
        }
        key_write(&take->key, &text);
        step = add_step(steps, STEP_PRESS);
        string_list_take(&step->keys, buffer_take(&text));
        step->repeat = repeated(takes, at, end);
        next = at + step->repeat;
        break;
    case TAKE_PASTE:
        add_step(steps, STEP_TYPE)->text = text_as_template(take->text);
        break;
    case TAKE_MOUSE:
        step = add_step(steps, STEP_MOUSE);
        step->mouse = (struct mouse_plan){take->mouse, text_as_template(take->text)};
        step->repeat = repeated(takes, at, end);
        next = at + step->repeat;
        break;
    case TAKE_RESIZE:
        step = add_step(steps, STEP_RESIZE);
        step->columns = take->columns;
        step->rows = take->rows;
        break;
    case TAKE_SECRET:
        while (next < end && takes->items[next].kind == TAKE_SECRET)
            next++;
        add_step(steps, STEP_TYPE)->text = memory_copy_text("${" SECRET_VARIABLE "}");
        break;
    case TAKE_MARK:
        break;
    }
    return next;
}

/* The wait after an input. A terminal that was resized is blank at first: nothing is gone by that.
 * The replays' terminal has other rows. */
static bool choose_wait(const struct take *take, const struct take *after, struct range rows,
                        const struct opened *opened, struct wait_plan *wait)
{
    struct screen_change change = {&take->before, &after->before};
    bool resized = take->kind == TAKE_RESIZE;
    if (!after->rested)
        return false;
    if (!resized && (wait_of_closing(&change, 1, rows, opened, wait) ||
                     (wait_of_changes(&change, 1, rows, wait) && !wait->has_rows)))
        return true;
    string_list_free(&wait->text);
    *wait = (struct wait_plan){0};
    return (resized || after->frames > take->frames) && wait_of_redraw(&change, 1, rows, wait);
}

void takes_steps(const struct takes *takes, size_t first, size_t end, struct range wait_rows,
                 struct step_list *steps)
{
    struct opened opened = {0};
    for (size_t at = first, next; at < end; at = next) {
        const struct take *take = &takes->items[at];
        next = add_input(takes, at, end, steps);
        if (take->kind == TAKE_MARK)
            continue;
        struct wait_plan wait = {0};
        if (choose_wait(take, &takes->items[next], wait_rows, &opened, &wait))
            add_step(steps, STEP_WAIT)->wait = wait;
        opened_follow(&opened, &wait, &take->before);
        steps_add_settle(steps);
    }
}

/* --- The mouse --- */

/* The bytes of the row before the column. */
static size_t bytes_before(const char *row, int column)
{
    size_t at = 0;
    for (int columns = 0; row[at] != '\0';) {
        size_t length = utf8_length(row + at, strlen(row + at));
        length = length > 0 ? length : 1;
        columns += (int)utf8_columns(length > 1 ? utf8_character(row + at, length)
                                                : (unsigned char)row[at]);
        if (columns > column)
            break;
        at += length;
    }
    return at;
}

static bool is_first_place(const struct string_list *screen, struct range rows, int row, size_t at,
                           const char *text)
{
    int first, last;
    if (!range_resolve(rows, (int)screen->count, &first, &last) || row < first || row > last ||
        (row > first && rows_contain(screen, (struct range){first, row - 1}, text)))
        return false;
    const char *place = strstr(screen->items[row], text);
    return place != NULL && place == screen->items[row] + at;
}

char *text_at(const struct string_list *screen, struct range rows, int row, int column)
{
    if (row < 0 || (size_t)row >= screen->count)
        return NULL;
    const char *text = screen->items[row];
    size_t click = bytes_before(text, column), start, length;
    for (size_t at = 0; row_piece(text, at, &start, &length); at = start + length) {
        if (click < start || click >= start + length)
            continue;
        /* All of it, or the word alone. */
        _cleanup_free_ char *piece = memory_copy_range(text + start, length);
        if (is_first_place(screen, rows, row, start, piece))
            return take_pointer(piece);
        size_t word = click;
        while (word > start && text[word - 1] != ' ')
            word--;
        size_t word_length = strcspn(text + word, " ");
        word_length = word + word_length < start + length ? word_length : start + length - word;
        _cleanup_free_ char *one = memory_copy_range(text + word, word_length);
        return is_first_place(screen, rows, row, word, one) ? take_pointer(one) : NULL;
    }
    return NULL;
}

char *text_near(const struct string_list *screen, struct range rows, int row, int column)
{
    char *nearest = NULL;
    int least = INT_MAX;
    for (int i = 0; i < (int)screen->count; i++) {
        const char *text = screen->items[i];
        size_t start, length;
        for (size_t at = 0; row_piece(text, at, &start, &length); at = start + length) {
            int first = row_columns(text, start), last = row_columns(text, start + length) - 1;
            int beside = column < first ? first - column : column > last ? column - last : 0;
            int away = 2 * abs(row - i) + beside; /* a cell is twice as high as wide */
            _cleanup_free_ char *piece = memory_copy_range(text + start, length);
            if (away >= least || !is_first_place(screen, rows, i, start, piece))
                continue;
            free(nearest);
            nearest = take_pointer(piece);
            least = away;
        }
    }
    return nearest;
}
