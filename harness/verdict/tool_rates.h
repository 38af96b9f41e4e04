/*
 * Tools started, tool by tool: per second at rest, and per iteration in the loop. Counted exactly,
 * so what differs from the baseline's is the program's doing.
 */
#pragma once

#include "verdict/baseline.h"
#include "verdict/judgement.h"
#include "verdict/ledger.h"

/* One for each tool that was ever started, sorted by name; the caller frees them. What a tool is
 * started at rest, by the clock, is taken off what it is started per iteration. */
struct tool_rate *tool_rates(const struct ledger *ledger, size_t *count);

/* Was there a loop paced by iterations in which tools were counted? */
bool tools_are_counted(const struct ledger *ledger);

/* A finding for each tool that is started more often per iteration than the baseline's number and
 * tolerance say; a tool that the baseline does not know counts from 0. Nothing where it stores no
 * tools. */
void compare_tools(const struct baseline *baseline, const struct tool_rate *tools, size_t count,
                   const struct run_facts *facts, struct finding_list *findings);
