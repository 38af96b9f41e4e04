/* What a control build shows, as the baseline by which another build is judged: the difference
 * between the two is what is left to be found. */
#ifndef LEAKGATE_VERDICT_CONTROL_H
#define LEAKGATE_VERDICT_CONTROL_H

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

/* Every growth of the control's run is allowed, also what is too small to be a finding by itself:
 * just under a rule in one build and just over it in the other is no difference. Its levels at rest
 * are the baseline's. The caller frees it. */
struct baseline *baseline_of_control(const struct series *series, const struct run_facts *facts);

#endif
