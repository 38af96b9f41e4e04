/* A growing list of findings, and the order in which a person wants to read them. */
#ifndef LEAKGATE_VERDICT_FINDING_H
#define LEAKGATE_VERDICT_FINDING_H

#include <stddef.h>

#include "verdict/judge.h"

struct finding_list {
    struct finding *items;
    size_t count;
    size_t capacity;
};

#define _cleanup_findings_ __attribute__((cleanup(finding_list_free)))

/* Takes what the finding owns. */
void finding_add(struct finding_list *list, struct finding finding);
/* Failing ones first, then by kind, counts before bytes, the largest growth first; a total order,
 * so that the same findings always stand in the same places. */
void finding_list_sort(struct finding_list *list);
void finding_list_free(struct finding_list *list);
void finding_free(struct finding *finding);
/* With texts of its own, and without the places of a locating run. */
struct finding finding_copy(const struct finding *finding);

#endif
