/*
 * What the baselines and scenarios of the working tree change against another revision, for the
 * review of a pull request: `leakgate diff-baseline`. Pure; texts come from files, and can neither
 * end a cell of the table nor mention or link anybody.
 */
#ifndef LEAKGATE_REPORT_DIFFERENCE_H
#define LEAKGATE_REPORT_DIFFERENCE_H

#include <jansson.h>

#include "base/buffer.h"
#include "report/change.h"

struct scenario_difference {
    char *target;
    char *scenario;
    struct change_list of_scenario; /* and its target file */
    struct change_list of_baseline;
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
size_t difference_count(const struct difference *difference, enum change_effect effect);

void difference_text(const struct difference *difference, struct buffer *out);
/* A table in GitHub's dialect, what is weaker first; the rest is folded. */
void difference_markdown(const struct difference *difference, struct buffer *out);
json_t *difference_to_json(const struct difference *difference);

#endif
