#include "journal/attempt.h"

const char *attempt_name(enum attempt attempt)
{
    static const char *const names[ATTEMPT_COUNT] = {
        [ATTEMPT_SCREENING] = "screening",
        [ATTEMPT_AGAIN] = "again",
        [ATTEMPT_THIRD] = "third",
        [ATTEMPT_LOCATE] = "locate",
        [ATTEMPT_CONTROL] = "control",
        [ATTEMPT_CONTROL_AGAIN] = "control-again",
        [ATTEMPT_CONTROL_THIRD] = "control-third",
    };
    return names[attempt];
}
