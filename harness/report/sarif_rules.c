#include "report/sarif_rules.h"

#include <stddef.h>

static const struct sarif_rule findings[FINDING_KIND_COUNT] = {
    [FINDING_GROWTH] =
        {"growth", "error", "It grows with every iteration and stays.",
         "What the scenario does again and again leaves something behind each time, and a rest did "
         "not bring it back. Mend it where it is made, or, if it is meant, accept it with a "
         "reason: "
         "leakgate accept SCENARIO --holder KEY --reason TEXT --expires DATE."},
    [FINDING_BACKLOG] = {"backlog", "note", "It grew with every iteration and was gone at rest.",
                         "No leak, but work that piles up as long as the scenario goes on."},
    [FINDING_ALLOWED] = {"allowed", "warning", "It grows, and the baseline allows it.",
                         "The baseline has an exception for this holder, with a reason."},
    [FINDING_LEVEL] =
        {"level", "error", "The program rests at a higher level than its baseline.",
         "Nothing grows, but the program holds or does more at rest, or starts more tools, than "
         "when the baseline was taken. If that is meant: leakgate accept SCENARIO."},
    [FINDING_LEFT_BEHIND] = {"left_behind", "error", "Something outlived the program.",
                             "Processes were still alive after the program had ended. No baseline "
                             "can allow that."},
    [FINDING_EXCEPTION_EXPIRED] =
        {"exception_expired", "error", "An exception of the baseline is over.",
         "Its last day is behind us, and its holder is judged as if it were not there. Mend the "
         "growth, or accept it anew with a reason."},
    [FINDING_EXCEPTION_EXPIRING] = {"exception_expiring", "warning",
                                    "An exception of the baseline ends soon.",
                                    "From the day after its last one it fails."},
    [FINDING_EXCEPTION_UNUSED] =
        {"exception_unused", "warning", "An exception of the baseline allows more than is left.",
         "Growth could hide behind it: leakgate accept SCENARIO --tighten."},
    [FINDING_LEVEL_LOOSE] =
        {"level_loose", "note", "The program rests far below the level of its baseline.",
         "Growth could hide behind it: leakgate accept SCENARIO --tighten --levels."},
    [FINDING_NOT_COMPARED] =
        {"not_compared", "note", "A level could not be held against the baseline's.",
         "Another Go version, another platform or another plan made the baseline's."},
    [FINDING_MEASUREMENT] = {"measurement", "warning", "What was measured says nothing.",
                             "It is why the run is invalid or inconclusive."},
    [FINDING_UNCONFIRMED] =
        {"unconfirmed", "warning", "One run showed it, and others did not.",
         "By the rules it is no leak. One that comes rarely or by chance is not seen for certain "
         "by runs of this length."},
};

static const struct sarif_rule verdicts[VERDICT_COUNT] = {
    [VERDICT_INCONCLUSIVE] =
        {"inconclusive", "warning", "It was too restless to tell.",
         "Run it again on a quieter machine, or give the scenario more samples."},
    [VERDICT_INVALID] = {"invalid", "error", "It was measured wrongly.",
                         "Nothing about leaks is known from this run. Nearly always it is the "
                         "scenario: the message says what."},
    [VERDICT_FAILED] = {"failed", "error", "The program or a step of the scenario failed.",
                        "The program crashed or did not start, or a wait was in vain. Look at the "
                        "screen and the standard error in the report."},
};

const struct sarif_rule *sarif_rule_of_finding(enum finding_kind kind)
{
    return &findings[kind];
}

const struct sarif_rule *sarif_rule_of_verdict(enum verdict verdict)
{
    return verdicts[verdict].id != NULL ? &verdicts[verdict] : NULL;
}
