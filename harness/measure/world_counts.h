/*
 * What a run counts in the world and not in the target's process: tools started, files in the state
 * directories, tmux sessions; during the run for the samples, after it what is left.
 *
 * Order of calls: world_counts_count for each sample; world_counts_mark when the loop begins;
 * world_sessions_left after the target's end and before its survivors are ended;
 * world_counts_files_left after that; world_counts_free.
 */
#pragma once

#include <stdbool.h>

#include "base/loop.h"
#include "base/strings.h"
#include "journal/record.h"
#include "probes/probe.h"
#include "world/world.h"

struct world_counts {
    struct string_list sessions; /* as last read */
    bool sessions_known;         /* they were read at least once */
    struct string_list before;   /* state files when the loop began, sorted */
    bool marked;
};

/* Sessions are read only when `whole` is set, once per block of samples, because a tmux client
 * takes 10 ms. In between, and when tmux does not answer, the last reading holds. */
bool world_counts_count(struct world_counts *world_counts, struct loop *loop,
                        const struct world *world, struct probe_counting *counting, bool whole,
                        struct lg_error *err);
bool world_counts_mark(struct world_counts *world_counts, const struct world *world,
                       struct lg_error *err);
/* Both fill `left` when the target has survivors, or state files, to look at. */
void world_sessions_left(struct loop *loop, const struct world *world, struct journal_left *left);
void world_counts_files_left(const struct world_counts *world_counts, const struct world *world,
                             struct journal_left *left);
void world_counts_free(struct world_counts *world_counts);

/* The sessions of the tmux servers that may outlive the target. */

/* Adds the names of all sessions behind the sockets in the target's survivors' directories, sorted.
 * No tmux is started where there is no socket, and leakgate's own tmux is used: the world's is a
 * tool of the target's, which would be counted. False when a server did not answer in time: the
 * names are then not all. */
bool sessions_read(struct loop *loop, const struct world *world, struct string_list *names);
/* Ends these servers, and with them what runs in them: they outlive the target by design. */
void sessions_end(struct loop *loop, const struct world *world);
