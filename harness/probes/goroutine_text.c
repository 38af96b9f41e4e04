#include "probes/goroutine_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"

void goroutine_text_free(struct goroutine_text *text)
{
    for (size_t i = 0; i < text->count; i++)
        free_all(text->groups[i].state, text->groups[i].stack, text->groups[i].places,
                 text->groups[i].creator);
    free_all(text->groups, text->slots, text->current.state, text->current.creator);
    buffer_free(&text->line);
    buffer_free(&text->stack);
    buffer_free(&text->places);
    *text = (struct goroutine_text){0};
}

/* --- Groups --- */

static size_t slot_of(const struct goroutine_text *text, const char *state, const char *stack)
{
    XXH64_hash_t hash = XXH64(stack, strlen(stack), XXH64(state, strlen(state), 0));
    size_t slot = (size_t)hash % text->slot_count;
    for (; text->slots[slot] != 0; slot = (slot + 1) % text->slot_count) {
        const struct goroutine_group *group = &text->groups[text->slots[slot] - 1];
        if (strcmp(group->stack, stack) == 0 && strcmp(group->state, state) == 0)
            break;
    }
    return slot;
}

static void make_room(struct goroutine_text *text)
{
    const size_t least = 256;
    if (text->slot_count >= 2 * (text->count + 1))
        return;
    text->slot_count = text->slot_count > 0 ? 2 * text->slot_count : least;
    free(text->slots);
    text->slots = memory_array(text->slot_count, sizeof *text->slots);
    for (size_t i = 0; i < text->count; i++)
        text->slots[slot_of(text, text->groups[i].state, text->groups[i].stack)] = i + 1;
}

/* The goroutine that is being read is complete. */
static void finish_goroutine(struct goroutine_text *text)
{
    struct goroutine_group *current = &text->current;
    if (current->state == NULL)
        return;
    text->goroutines++;
    make_room(text);
    const char *stack = buffer_string(&text->stack);
    size_t slot = slot_of(text, current->state, stack);
    /* More different stacks than that are a target that makes them up. */
    if (text->slots[slot] == 0 && text->bytes < LIMIT_HOLDER_BYTES / 4) {
        struct goroutine_group *added = array_add(text->groups, text->count, text->capacity);
        added->state = memory_copy_text(current->state);
        added->stack = memory_copy_text(stack);
        added->places = memory_copy_text(buffer_string(&text->places));
        added->creator = memory_copy_text(text_or(current->creator, ""));
        text->bytes += strlen(added->stack) + strlen(added->places);
        text->slots[slot] = text->count;
    }
    if (text->slots[slot] != 0) {
        struct goroutine_group *group = &text->groups[text->slots[slot] - 1];
        group->count++;
        group->waiting += current->minutes > 0;
        group->minutes = current->minutes > group->minutes ? current->minutes : group->minutes;
    }
    free_all(current->state, current->creator);
    *current = (struct goroutine_group){0};
    buffer_clear(&text->stack);
    buffer_clear(&text->places);
}

/* --- Lines --- */

/* "goroutine 1 [chan receive, 5 minutes, locked to thread]:" */
static bool read_header(struct goroutine_text *text, const char *line)
{
    unsigned long number;
    int state = 0;
    if (sscanf(line, "goroutine %lu [%n", &number, &state) != 1 || state == 0)
        return false;
    finish_goroutine(text);
    const char *end = line + state + strcspn(line + state, ",]");
    text->current.state = memory_copy_range(line + state, (size_t)(end - line - state));
    for (; *end == ','; end += 1 + strcspn(end + 1, ",]")) {
        char unit[16];
        unsigned minutes;
        if (sscanf(end, ", %u %15[a-z]", &minutes, unit) == 2 && text_starts(unit, "minute"))
            text->current.minutes = minutes;
    }
    return true;
}

/* The name of "path/pkg.(*T).method(0x1, {...})": up to the arguments' parenthesis, which is the
 * last that opens on the outermost level. */
static size_t name_length(const char *line)
{
    size_t length = strlen(line);
    int depth = 0;
    for (size_t i = length; i-- > 0;) {
        depth += line[i] == ')';
        depth -= line[i] == '(';
        if (line[i] == '(' && depth == 0)
            return i;
    }
    return length;
}

static void read_line(struct goroutine_text *text, const char *line)
{
    static const char created[] = "created by ";
    if (line[0] == '\0' || read_header(text, line) || text->current.state == NULL)
        return;
    bool place = line[0] == '\t';
    if (place && text->current.creator == NULL) {
        buffer_append(&text->places, line + 1, strcspn(line + 1, " "));
        buffer_char(&text->places, '\n');
    } else if (text_starts(line, created)) {
        const char *name = line + sizeof created - 1;
        text->current.creator = memory_copy_range(name, strcspn(name, " "));
    } else if (!place && text->current.creator == NULL && line[0] != '.') {
        if (text->stack.length > 0)
            buffer_text(&text->stack, " < ");
        buffer_append(&text->stack, line, name_length(line));
    }
}

void goroutine_text_add(struct goroutine_text *text, const char *bytes, size_t length)
{
    const size_t printed_most = 64u << 20;
    text->line.maximum = LIMIT_PROC_FILE_BYTES;
    for (size_t at = 0; at < length;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t piece = (end != NULL ? (size_t)(end - bytes) : length) - at;
        buffer_append(&text->line, bytes + at, piece);
        at += piece + (end != NULL);
        if (end == NULL)
            break;
        read_line(text, buffer_string(&text->line));
        buffer_clear(&text->line);
    }
    text->printed += length;
    text->cut = text->printed >= printed_most;
}

static int by_count(const void *a, const void *b)
{
    const struct goroutine_group *left = a, *right = b;
    return left->count != right->count ? (left->count < right->count ? 1 : -1)
                                       : strcmp(left->stack, right->stack);
}

void goroutine_text_end(struct goroutine_text *text)
{
    read_line(text, buffer_string(&text->line));
    finish_goroutine(text);
    if (text->count > 0)
        qsort(text->groups, text->count, sizeof *text->groups, by_count);
}
