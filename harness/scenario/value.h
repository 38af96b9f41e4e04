/*
 * How the texts of the scenario language are read: durations, ranges, sizes, modes, paths. The text
 * rules of the table of keys (keys_values.c) check by these, the plan is built by these.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "scenario/plan.h"

/* Why a text was refused, as the end of a sentence that begins with the text: "is no duration". */
struct refusal {
    char text[256];
    unsigned offset; /* of the character that is wrong, from 0, when `located` */
    bool located;
};

/* "100ms", "5s", "2m", "1h", at most a day. */
bool duration_parse(const char *text, int64_t *ms);
/* "2s", "1500ms": the largest unit that leaves no fraction. The caller frees it. */
char *duration_text(int64_t ms);

/* "now-90s", "now+1s": the name of a reference to a time. */
bool shifted_now_parse(const char *name, int64_t *ms);

/* "a..b", or one number for a range of one. An empty range (both ends on one side, the last before
 * the first) is false. */
bool range_parse(const char *text, struct range *range);
/* "3" or "1..-1". The caller frees it. */
char *range_text(struct range range);

/* "120x40": columns, then rows. */
bool size_parse(const char *text, int *columns, int *rows);
bool mode_parse(const char *text, mode_t *mode);

/* "64KiB", "2MiB" or a number of bytes, up to LIMIT_WORLD_FILE_BYTES. */
bool byte_size_parse(const char *text, size_t *bytes);

/* A path inside the world, without ${world}/ at its start and with ${project.NAME}/ turned into
 * NAME/; "" for the world's root itself. The caller frees it. NULL and the reason (`refusal` may be
 * NULL) when it leaves the world; what its references stand for is checked when it is used. */
char *world_path(const char *text, struct refusal *refusal);

/* Fills the refusal, unless it is NULL, and returns false. */
bool refuse(struct refusal *refusal, const char *format, ...) __attribute__((format(printf, 2, 3)));
