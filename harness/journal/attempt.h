/* Why a scenario is run: each attempt is a fresh process by the same plan, and has a directory of
 * its own in the report. */
#pragma once

enum attempt {
    ATTEMPT_SCREENING, /* in the scenario's own directory */
    ATTEMPT_AGAIN,     /* to confirm what the screening found */
    ATTEMPT_THIRD,     /* to decide between the two */
    ATTEMPT_LOCATE,    /* to find the step at which it grows; judged by nobody */
    /* Of the control build (--control), each before the attempt that it is to judge. */
    ATTEMPT_CONTROL,
    ATTEMPT_CONTROL_AGAIN,
    ATTEMPT_CONTROL_THIRD,
    /* The second process that is added up with the screening (--times), and those after it. */
    ATTEMPT_TIMES,
    ATTEMPT_COUNT = ATTEMPT_TIMES + 19
};
const char *attempt_name(enum attempt attempt);
