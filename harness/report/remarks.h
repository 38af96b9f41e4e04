/*
 * What a reader should know of a scenario whatever its verdict: quarantine, how the baseline
 * differs from that of the working tree, notes, what was left in the world.
 */
#pragma once

#include "report/statements.h"

/* In the column of labels. */
enum { LABEL_COLUMNS = 10 };

void remarks_of(const struct scenario_result *scenario, struct details *remarks);
/* The same as harmless lines, the label before the text. */
void remark_lines(const struct scenario_result *scenario, struct string_list *lines);
