/*
 * What a runner says to leakgate, through a pipe: JSON objects, one a line. When an attempt begins,
 * before anything of it exists: `attempt` (a number of enum attempt), `journal` and `world`
 * (their paths). Last: `result`, what came of the scenario.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"

/* leakgate's end. */
struct channel {
    int fd; /* -1: everything has been said */
    struct buffer unread;
};

/* Makes the pipe. *writer is the runner's end, which the caller closes. */
bool channel_open(struct channel *channel, int *writer, struct lg_error *err);
void channel_close(struct channel *channel);
/* The next object that has arrived as a whole; NULL: none. The caller frees it. */
json_t *channel_read(struct channel *channel);

/* The runner's side: steals the object. False: nobody reads it. */
bool channel_write(int writer, json_t *object);
