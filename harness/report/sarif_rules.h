/* What SARIF calls rules: the kinds of findings, and the verdicts that say nothing about leaks. */
#ifndef LEAKGATE_REPORT_SARIF_RULES_H
#define LEAKGATE_REPORT_SARIF_RULES_H

#include "verdict/judge.h"

struct sarif_rule {
    const char *id;    /* never changes: it is part of what tells whether an alert is the same */
    const char *level; /* "error", "warning" or "note" */
    const char *brief;
    const char *help;
};

const struct sarif_rule *sarif_rule_of_finding(enum finding_kind kind);
/* Of failed, invalid and inconclusive; NULL of the others. */
const struct sarif_rule *sarif_rule_of_verdict(enum verdict verdict);

#endif
