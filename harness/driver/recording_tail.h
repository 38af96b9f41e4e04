/*
 * The last events of a flood, in memory: a ring that grows up to its limit and then forgets the
 * oldest events, whole ones only. Nothing is allocated before the first event.
 */
#ifndef LEAKGATE_DRIVER_RECORDING_TAIL_H
#define LEAKGATE_DRIVER_RECORDING_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One event as it is kept. */
struct recorded_event {
    int64_t time;  /* ns since the recording began */
    uint32_t size; /* bytes that follow */
    char kind;     /* 'o', 'm' or 'r' of asciicast */
};

/* All zero at first. */
struct recording_tail {
    char *bytes;
    size_t capacity;
    size_t start;
    size_t used;
    uint64_t lost_bytes;  /* of output events that were forgotten */
    char lost_resize[32]; /* the newest 'r' event forgotten, or "" */
};

/* `event.size` is at most RECORDED_EVENT_MAX. */
#define RECORDED_EVENT_MAX (64u * 1024u)
void recording_tail_add(struct recording_tail *tail, struct recorded_event event,
                        const char *bytes);
/* Takes the oldest event: its bytes go into `bytes`, which has room for RECORDED_EVENT_MAX. False
 * when there is none. */
bool recording_tail_take(struct recording_tail *tail, struct recorded_event *event, char *bytes);
void recording_tail_free(struct recording_tail *tail);

#endif
