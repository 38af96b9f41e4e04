#include "journal/attempt.h"

const char *attempt_name(enum attempt attempt)
{
    static const char *const names[ATTEMPT_TIMES] = {
        [ATTEMPT_SCREENING] = "screening",
        [ATTEMPT_AGAIN] = "again",
        [ATTEMPT_THIRD] = "third",
        [ATTEMPT_LOCATE] = "locate",
        [ATTEMPT_CONTROL] = "control",
        [ATTEMPT_CONTROL_AGAIN] = "control-again",
        [ATTEMPT_CONTROL_THIRD] = "control-third",
    };
    static const char *const times[ATTEMPT_COUNT - ATTEMPT_TIMES] = {
        "times-2",  "times-3",  "times-4",  "times-5",  "times-6",  "times-7",  "times-8",
        "times-9",  "times-10", "times-11", "times-12", "times-13", "times-14", "times-15",
        "times-16", "times-17", "times-18", "times-19", "times-20"};
    return attempt < ATTEMPT_TIMES ? names[attempt] : times[attempt - ATTEMPT_TIMES];
}
