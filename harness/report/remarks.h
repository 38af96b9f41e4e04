/*
 * What a reader should know of a scenario whatever its verdict: quarantine, how the baseline
 * differs from that of the working tree, notes, what was left in the world.
 */
#pragma once

#include "report/statements.h"

/* In the column of labels. */
enum { LABEL_COLUMNS = 10 };

/* `all`: also what is of interest to the scenario's author alone. */
void remarks_of(const struct scenario_result *scenario, bool all, struct details *remarks);
/* The same as harmless lines, the label before the text. */
void remark_lines(const struct scenario_result *scenario, struct string_list *lines);
