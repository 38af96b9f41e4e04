/* Series and baseline -> findings and verdict. Pure: the same input gives the same bytes. */
#pragma once

#include <stdbool.h>

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/series.h"

/* baseline may be NULL: no growth is allowed, no levels are compared. */
struct judgement *judge(const struct series *series, const struct baseline *baseline,
                        const struct run_facts *facts);

/* Did something grow in the loop that the baseline does not allow, and is it still there in the
 * last sample? Or did a gauge move so much that only a drain can tell? For the worker, which
 * decides whether to go on draining. `today` is the journal's date, so that what the judge will
 * judge is drained: an exception that has expired allows nothing. */
bool judge_grew(const struct series *series, const struct baseline *baseline, const char *today);

/* What a control build shows, as the baseline by which another build is judged: the difference
 * between the two is what is left to be found. Every growth of the control's run is allowed, also
 * what is too small to be a finding by itself: just under a rule in one build and just over it in
 * the other is no difference. Its levels at rest are the baseline's. The caller frees it. */
struct baseline *baseline_of_control(const struct series *series, const struct run_facts *facts);
