/*
 * What a run can see of its target in the world and not in the process: tools started, files in the
 * state directories, tmux sessions; during the run for the samples, and after it what is left.
 *
 * Order of calls: surroundings_count for each sample; surroundings_mark when the loop begins;
 * surroundings_leave_sessions after the target's end and before its survivors are ended;
 * surroundings_leave_files after that; surroundings_tell; surroundings_free.
 */
#ifndef LEAKGATE_MEASURE_SURROUNDINGS_H
#define LEAKGATE_MEASURE_SURROUNDINGS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/loop.h"
#include "base/strings.h"
#include "probes/probe.h"
#include "world/world.h"

struct surroundings {
    struct string_list sessions; /* as last read */
    bool sessions_known;         /* they were read at least once */
    struct string_list before;   /* state files when the loop began, sorted */
    bool marked;
    json_t *left; /* members of the journal's end record; NULL: none yet */
};

/* Sessions are read where `whole`, once per block of samples: a tmux client takes 10 ms. In
 * between, and where tmux does not answer, the last reading stands. */
bool surroundings_count(struct surroundings *surroundings, struct loop *loop,
                        const struct world *world, struct probe_counting *counting, bool whole,
                        struct lg_error *err);
bool surroundings_mark(struct surroundings *surroundings, const struct world *world,
                       struct lg_error *err);
void surroundings_leave_sessions(struct surroundings *surroundings, struct loop *loop,
                                 const struct world *world);
void surroundings_leave_files(struct surroundings *surroundings, const struct world *world);
/* Puts what is left, and whatever else was put into `left`, into the record. */
void surroundings_tell(const struct surroundings *surroundings, json_t *record);
void surroundings_put(struct surroundings *surroundings, const char *key, json_t *value);
void surroundings_free(struct surroundings *surroundings);

#endif
