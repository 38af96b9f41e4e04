/* What the parts of the terminal report share: where a block's text begins, and colours. */
#ifndef LEAKGATE_REPORT_CONSOLE_PAINT_H
#define LEAKGATE_REPORT_CONSOLE_PAINT_H

#include "report/statements.h"
#include "report/console.h"

enum paint { PAINT_PLAIN, PAINT_BOLD, PAINT_DIM, PAINT_RED, PAINT_GREEN, PAINT_YELLOW };

struct painter {
    const struct suite_result *suite;
    struct console_style style;
    struct buffer *out;
    size_t name_width;
    size_t verdict_width;
    size_t indent; /* of what stands under a block's first line */
};

void paint_start(const struct painter *painter, enum paint paint);
void paint_end(const struct painter *painter, enum paint paint);
/* A line of a block: blanks up to the indent unless `first`, the text wrapped, a newline. The text
 * is made harmless here. */
void paint_line(const struct painter *painter, bool first, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same with a label of eight columns before it: "held by  ...". */
void paint_labelled(const struct painter *painter, const char *label, const char *text);
/* Where the files of the run are, if it ran, and its world, if that was kept. */
void paint_evidence(const struct painter *painter, const struct scenario_result *scenario);

/* All of one scenario, and of that what a person ought to know whatever the verdict. */
void paint_scenario(const struct painter *painter, const struct scenario_result *scenario);
void paint_remarks(const struct painter *painter, const struct scenario_result *scenario);
/* The blocks' inner parts: what fails of a judged scenario, what a pass has to say, why it failed.
 */
void paint_findings(const struct painter *painter, const struct scenario_result *scenario);
void paint_pass(const struct painter *painter, const struct scenario_result *scenario);
/* The smallest growth per gauge that the run could tell from noise. */
void paint_power(const struct painter *painter, const struct scenario_result *scenario, bool first);
void paint_failure(const struct painter *painter, const struct scenario_result *scenario);
/* What stands under a statement. */
void paint_details(const struct painter *painter, const struct statement *statement);
/* Of a run that failed: the screen at that moment, and the target's standard error. */
void paint_last_words(const struct painter *painter, const struct scenario_result *scenario);
/* Under any verdict: quarantine, and how the working tree's baseline differs from the one judged
 * by.
 */
void paint_baseline(const struct painter *painter, const struct scenario_result *scenario);
/* How its plan differs from that of the revision of --baseline-ref. */
void paint_plan_difference(const struct painter *painter, const struct scenario_result *scenario);
/* Below the summary: what the working tree changes in the gate. */
void paint_revision_caution(const struct painter *painter);
/* Below the blocks: what to do next. */
void paint_next_steps(const struct painter *painter);

#endif
