#include "result/quarantine.h"

#include "base/clock.h"
#include "base/memory.h"

/* From the journal; a run that has none, because its control could not be measured, goes by the
 * scenario. */
struct quarantine quarantine_of(const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    const char *today = record != NULL ? record->facts.today : scenario->today;
    struct quarantine quarantine = {
        .reason = record != NULL ? record->header.quarantine.reason : scenario->quarantine_reason,
        .until = record != NULL ? record->header.quarantine.until : scenario->quarantine_until};
    if (quarantine.reason == NULL || quarantine.until == NULL)
        return (struct quarantine){.state = QUARANTINE_NONE};
    long days = quarantine.days = clock_days_between(today, quarantine.until);
    quarantine.state = days < 0                      ? QUARANTINE_ENDED
                       : days <= EXPIRY_WARNING_DAYS ? QUARANTINE_ENDING
                                                     : QUARANTINE_HOLDS;
    return quarantine;
}

const char *quarantine_state_name(enum quarantine_state state)
{
    static const char *const names[] = {
        [QUARANTINE_HOLDS] = "holds", [QUARANTINE_ENDING] = "ending", [QUARANTINE_ENDED] = "ended"};
    return names[state];
}

char *quarantine_text(const struct scenario_result *scenario)
{
    struct quarantine quarantine = quarantine_of(scenario);
    switch (quarantine.state) {
    case QUARANTINE_HOLDS:
        return memory_format("quarantined until %s, fails nothing: %s", quarantine.until,
                             quarantine.reason);
    case QUARANTINE_ENDING:
        return memory_format("quarantined until %s, %ld %s from now; then it fails again: %s",
                             quarantine.until, quarantine.days,
                             quarantine.days == 1 ? "day" : "days", quarantine.reason);
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
