/*
 * `leakgate run --resume`: what is to become of each scenario of a report's directory whose run was
 * cut off. What is run, and in which world, always comes from the scenario files; a journal only
 * tells that it is of the same, and how much of its time has been measured.
 */
#ifndef LEAKGATE_COMMANDS_RESUME_H
#define LEAKGATE_COMMANDS_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "scenario/plan.h"
#include "verdict/baseline.h"

enum resume_kind {
    RESUME_ANEW,   /* as without --resume */
    RESUME_KEPT,   /* it ended: its journals are judged */
    RESUME_SEGMENT /* it was cut off: another segment for the rest of its time */
};

struct resume {
    enum resume_kind kind;
    unsigned segment; /* of RESUME_SEGMENT */
    int64_t rest_ms;  /* how long the loop of that is to last */
};

/* What a journal has to be of to be gone on with. */
struct resumed {
    const char *directory; /* of the report */
    const struct plan *plan;
    const struct baseline *baseline; /* NULL: none */
    const struct baseline *baseline_here;
};

/* Is there a run in the report's directory? LG_ERROR_INPUT when not. */
bool resume_check_directory(const char *directory, struct lg_error *err);
/* Decides, and says on standard error what it decided and why. False and LG_ERROR_INPUT when the
 * scenario is still being run. */
bool resume_find(const struct resumed *resumed, struct resume *resume, struct lg_error *err);

#endif
