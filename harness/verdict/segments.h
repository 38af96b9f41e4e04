/*
 * A run of hours that was cut off and went on in a fresh process: several segments, each judged by
 * itself, make one verdict.
 */
#ifndef LEAKGATE_VERDICT_SEGMENTS_H
#define LEAKGATE_VERDICT_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "verdict/judge.h"

struct segment {
    struct judgement *judgement;
    size_t samples; /* of the loop */
    bool cut_off;   /* it came to no end: nothing was given time to go away, no quit was seen */
};

/* Too short a piece that was cut off says nothing, and counts for nothing. */
bool segment_counts(const struct segment *segment);

/* Makes the worst segment's judgement that of all, and returns which that is: failing findings of
 * the others are added to it, what several show is marked as confirmed. Growth of a piece that was
 * cut off is a backlog where another segment saw just that drain. At least the last segment was not
 * cut off. */
size_t segments_conclude(struct segment *segments, size_t count);

#endif
