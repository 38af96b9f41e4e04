/*
 * The segments of a run that was cut off and went on (`leakgate run --resume`): the first is in the
 * scenario's own directory, the others are below it in segment-2/ and so on. See
 * verdict/segments.h.
 */
#ifndef LEAKGATE_REPORT_SEGMENTS_H
#define LEAKGATE_REPORT_SEGMENTS_H

#include "report/result.h"

/* A machine that restarts so often is no place for a soak. */
enum { SEGMENTS_MOST = 100 };

/* Where segment `number`, from 1, has its files; the caller frees it. */
char *segment_directory(const char *directory, const char *name, unsigned number);
/* How many there are in a row; 0: the scenario has no journal. */
unsigned segments_in(const char *directory, const char *name);

/* Reads and judges all of them, where there is more than one: fills the scenario as scenario_screen
 * does, with the record and the judgement of the segment that tells the verdict. */
void scenario_take_segments(struct scenario_result *scenario, const char *directory);

/* About how long it ran, by what its journals say. */
double scenario_measured_seconds(const struct scenario_result *scenario);

/* Samples of the loop. */
size_t loop_samples(const struct series *series);
/* "cut off after 3 h 12 min: pass" or "4 h 48 min: leak"; the caller frees it. */
char *segment_describe(const struct segment_result *segment);

#endif
