#include "driver/recording_tail.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"

#define FIRST_CAPACITY (256u * 1024u)

static void read_ring(const struct recording_tail *tail, size_t offset, void *to, size_t length)
{
    size_t at = (tail->start + offset) % tail->capacity;
    size_t until_end = tail->capacity - at < length ? tail->capacity - at : length;
    memcpy(to, tail->bytes + at, until_end);
    memcpy((char *)to + until_end, tail->bytes, length - until_end);
}

static void append_ring(struct recording_tail *tail, const void *from, size_t length)
{
    size_t at = (tail->start + tail->used) % tail->capacity;
    size_t until_end = tail->capacity - at < length ? tail->capacity - at : length;
    memcpy(tail->bytes + at, from, until_end);
    memcpy(tail->bytes, (const char *)from + until_end, length - until_end);
    tail->used += length;
}

static void grow(struct recording_tail *tail)
{
    size_t capacity = tail->capacity == 0 ? FIRST_CAPACITY : 2 * tail->capacity;
    if (capacity > LIMIT_RECORDING_LAST_BYTES)
        capacity = LIMIT_RECORDING_LAST_BYTES;
    char *bytes = memory_array(1, capacity);
    if (tail->used > 0)
        read_ring(tail, 0, bytes, tail->used);
    free(tail->bytes);
    tail->bytes = bytes;
    tail->capacity = capacity;
    tail->start = 0;
}

static void drop(struct recording_tail *tail, size_t length)
{
    tail->start = (tail->start + length) % tail->capacity;
    tail->used -= length;
}

static void forget_oldest(struct recording_tail *tail)
{
    struct recorded_event event;
    read_ring(tail, 0, &event, sizeof event);
    if (event.kind == 'o')
        tail->lost_bytes += event.size;
    if (event.kind == 'r' && event.size < sizeof tail->lost_resize) {
        read_ring(tail, sizeof event, tail->lost_resize, event.size);
        tail->lost_resize[event.size] = '\0';
    }
    drop(tail, sizeof event + event.size);
}

void recording_tail_add(struct recording_tail *tail, struct recorded_event event, const char *bytes)
{
    size_t needed = sizeof event + event.size;
    while (tail->used + needed > tail->capacity && tail->capacity < LIMIT_RECORDING_LAST_BYTES)
        grow(tail);
    while (tail->used + needed > tail->capacity)
        forget_oldest(tail);
    append_ring(tail, &event, sizeof event);
    append_ring(tail, bytes, event.size);
}

bool recording_tail_take(struct recording_tail *tail, struct recorded_event *event, char *bytes)
{
    if (tail->used == 0)
        return false;
    read_ring(tail, 0, event, sizeof *event);
    read_ring(tail, sizeof *event, bytes, event->size);
    drop(tail, sizeof *event + event->size);
    return true;
}

void recording_tail_free(struct recording_tail *tail)
{
    free(tail->bytes);
    *tail = (struct recording_tail){0};
}
