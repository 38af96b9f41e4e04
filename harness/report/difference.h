/*
 * What the baselines and scenarios of the working tree change against another revision, for the
 * review of a pull request: `leakgate diff-baseline`. Pure; texts come from files, and can neither
 * end a cell of the table nor mention or link anybody.
 */
#pragma once

#include <jansson.h>

#include "base/buffer.h"
#include "result/baseline_difference.h"

/* What became of a plan. Whether less is found by one that differs, only a reader can tell. */
enum plan_change { PLAN_SAME, PLAN_DIFFERS, PLAN_NEW, PLAN_GONE };

struct scenario_difference {
    char *target;
    char *scenario;
    enum plan_change plan;
    char *plan_difference; /* of PLAN_DIFFERS: lines of `diff -u` */
    struct change_list baseline;
};

struct difference {
    const char *revision; /* as it is called */
    const char *commit;
    struct scenario_difference *items;
    size_t count;
    size_t capacity;
};

/* The one of this target and scenario; made when it is new. Valid until the next is made. */
struct scenario_difference *difference_of(struct difference *difference, const char *target,
                                          const char *scenario);
void difference_sort(struct difference *difference);
void difference_free(struct difference *difference);

/* Is a baseline weaker, or may it be a plan: one that differs, or is gone? */
bool difference_is_weaker(const struct difference *difference);

void difference_text(const struct difference *difference, struct buffer *out);
/* A table in GitHub's dialect, what is weaker first and the other changes folded, and the plans. */
void difference_markdown(const struct difference *difference, struct buffer *out);
json_t *difference_to_json(const struct difference *difference);
