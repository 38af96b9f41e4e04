/* A scenario that is in quarantine runs and is judged and shown, but fails nothing, until a day. */
#pragma once

#include "result/result.h"

enum quarantine_state { QUARANTINE_NONE, QUARANTINE_HOLDS, QUARANTINE_ENDING, QUARANTINE_ENDED };

struct quarantine {
    enum quarantine_state state; /* on the journal's day */
    const char *reason;          /* both point into the scenario */
    const char *until;           /* the last day */
    long days;                   /* to it */
};

struct quarantine quarantine_of(const struct scenario_result *scenario);
/* "holds", "ending", "ended"; NULL for none. */
const char *quarantine_state_name(enum quarantine_state state);
/* One line for people; the caller frees it. NULL for none. */
char *quarantine_text(const struct scenario_result *scenario);

/* Is this exit status of the scenario forgiven? Leak, inconclusive, invalid and failed alike; what
 * is leakgate's own fault, or that of a file, is not the scenario's. */
bool quarantine_forgives(const struct scenario_result *scenario, int exit_status);
