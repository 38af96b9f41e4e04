#include "result/quarantine.h"

#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

static long days_left(const struct scenario_result *scenario, const char *until)
{
    const struct run_record *record = scenario->record;
    return clock_days_between(record != NULL ? record->facts.today : scenario->today, until);
}

/* From the journal; a run that has none, because its control could not be measured, goes by the
 * scenario. */
static struct quarantine stored_quarantine(const struct scenario_result *scenario)
{
    if (scenario->record == NULL)
        return (struct quarantine){.reason = scenario->quarantine_reason,
                                   .until = scenario->quarantine_until};
    const struct journal_quarantine *stored = &scenario->record->header.quarantine;
    return (struct quarantine){.reason = stored->reason, .until = stored->until};
}

struct quarantine quarantine_of(const struct scenario_result *scenario)
{
    struct quarantine quarantine = stored_quarantine(scenario);
    if (quarantine.reason == NULL || quarantine.until == NULL)
        return (struct quarantine){.state = QUARANTINE_NONE};
    long days = days_left(scenario, quarantine.until);
    quarantine.state = days < 0                      ? QUARANTINE_ENDED
                       : days <= EXPIRY_WARNING_DAYS ? QUARANTINE_ENDING
                                                     : QUARANTINE_HOLDS;
    return quarantine;
}

const char *quarantine_state_name(enum quarantine_state state)
{
    switch (state) {
    case QUARANTINE_HOLDS:
        return "holds";
    case QUARANTINE_ENDING:
        return "ending";
    case QUARANTINE_ENDED:
        return "ended";
    case QUARANTINE_NONE:
        break;
    }
    return NULL;
}

char *quarantine_text(const struct scenario_result *scenario)
{
    struct quarantine quarantine = quarantine_of(scenario);
    switch (quarantine.state) {
    case QUARANTINE_HOLDS:
        return memory_format("quarantined until %s, fails nothing: %s", quarantine.until,
                             quarantine.reason);
    case QUARANTINE_ENDING: {
        long days = days_left(scenario, quarantine.until);
        return memory_format("quarantined until %s, %ld %s from now; then it fails again: %s",
                             quarantine.until, days, days == 1 ? "day" : "days", quarantine.reason);
    }
    case QUARANTINE_ENDED:
        return memory_format("its quarantine ended on %s: %s", quarantine.until, quarantine.reason);
    case QUARANTINE_NONE:
        break;
    }
    return NULL;
}

bool quarantine_forgives(const struct scenario_result *scenario, int exit_status)
{
    enum quarantine_state state = quarantine_of(scenario).state;
    return (state == QUARANTINE_HOLDS || state == QUARANTINE_ENDING) &&
           (exit_status == EXIT_LEAK || exit_status == EXIT_INCONCLUSIVE ||
            exit_status == EXIT_TARGET_FAILED);
}
