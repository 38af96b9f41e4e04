/*
 * What a reader should know of a scenario whatever its verdict: quarantine, how the baseline
 * differs from that of the working tree, notes, what was left in the world.
 */
#ifndef LEAKGATE_REPORT_REMARKS_H
#define LEAKGATE_REPORT_REMARKS_H

#include "result/result.h"

/* In the column of labels. */
enum { LABEL_COLUMNS = 10 };

struct remark {
    const char *label; /* "weaker"; "": belongs to the one before; NULL: stands by itself */
    char *text;        /* raw */
};

struct remarks {
    struct remark *items;
    size_t count;
    size_t capacity;
};
void remarks_free(struct remarks *remarks);
#define _cleanup_remarks_ __attribute__((cleanup(remarks_free)))

void remarks_of(const struct scenario_result *scenario, struct remarks *remarks);
/* The same as harmless lines, the label before the text. */
void remark_lines(const struct scenario_result *scenario, struct string_list *lines);

#endif
