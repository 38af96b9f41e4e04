/* The sessions of the tmux servers that may outlive the target. */
#ifndef LEAKGATE_MEASURE_SESSIONS_H
#define LEAKGATE_MEASURE_SESSIONS_H

#include <stdbool.h>

#include "base/loop.h"
#include "base/strings.h"
#include "world/world.h"

/* Adds the names of all sessions behind the sockets in the target's survivors' directories, sorted.
 * No tmux is started where there is no socket, and leakgate's own tmux is used: the world's is a
 * tool of the target's, which would be counted. False when a server did not answer in time: the
 * names are then not all. */
bool sessions_read(struct loop *loop, const struct world *world, struct string_list *names);
/* Ends these servers, and with them what runs in them: they outlive the target by design. */
void sessions_end(struct loop *loop, const struct world *world);

#endif
