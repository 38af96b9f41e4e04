/* What a report says of quarantine, and of what differs from the revision of --baseline-ref. */
#include <string.h>

#include "base/memory.h"
#include "result/baseline_difference.h"
#include "result/quarantine.h"
#include "report/console_paint.h"
#include "report/text_layout.h"
#include "report/revision_text.h"

/* A pull request that rewrites a baseline shows it in its own change as well. */
enum { DIFFERENCES_SHOWN = 12, PLAN_LINES_SHOWN = 40 };

static void paint_differences(const struct painter *painter, const struct string_list *lines)
{
    for (size_t i = 0; i < lines->count && i < DIFFERENCES_SHOWN; i++)
        paint_labelled(painter, i == 0 ? "changes" : "", lines->items[i]);
    if (lines->count > DIFFERENCES_SHOWN)
        paint_line(painter, false, "and %zu more changes, in " REPORT_RESULT,
                   lines->count - DIFFERENCES_SHOWN);
}

/* Each by itself: other formats take them line by line. */
static void paint_weaker(const struct painter *painter, const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list lines = {0};
    weaker_baseline_lines(scenario, &lines);
    for (size_t i = 0; i < lines.count && i < DIFFERENCES_SHOWN; i++)
        paint_labelled(painter, "weaker", lines.items[i]);
    if (lines.count > DIFFERENCES_SHOWN)
        paint_line(painter, false, "and %zu more that are weaker, in " REPORT_RESULT,
                   lines.count - DIFFERENCES_SHOWN);
}

static void paint_revision(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    const char *commit = text_or(record->header.baseline_commit, "");
    _cleanup_strings_ struct string_list lines = {0};
    baseline_difference(record->header.baseline, record->header.baseline_here, &lines);
    if (lines.count == 0)
        return;
    paint_line(painter, false, "judged by %s of %s (%.12s); the working tree has %s:",
               record->header.baseline != NULL ? "the baseline"
                                               : "the defaults, there is no baseline",
               record->header.baseline_revision, commit,
               record->header.baseline_here != NULL ? "another one" : "none");
    paint_differences(painter, &lines);
    if (scenario->judgement_here != NULL)
        paint_line(painter, false, "by the baseline in the working tree: %s",
                   verdict_name(scenario->judgement_here->verdict));
}

void paint_baseline(const struct painter *painter, const struct scenario_result *scenario)
{
    _cleanup_free_ char *quarantine = quarantine_text(scenario);
    if (quarantine != NULL)
        paint_line(painter, false, "%s", quarantine);
    const struct journal_header *header =
        scenario->record != NULL ? &scenario->record->header : NULL;
    if (header != NULL && header->quarantine_here.reason != NULL)
        paint_line(painter, false,
                   "a quarantine until %s in the working tree counts once %s has it",
                   text_or(header->quarantine_here.until, ""), header->baseline_revision);
    if (header != NULL && header->baseline_revision != NULL)
        paint_revision(painter, scenario);
    paint_weaker(painter, scenario);
}

/* Lines of files keep their blanks, and are not wrapped. */
void paint_plan_difference(const struct painter *painter, const struct scenario_result *scenario)
{
    size_t shown = 0;
    if (scenario->plan_difference == NULL)
        return;
    paint_line(painter, false, "the plan differs from %s's:", revision_word(painter->suite));
    _cleanup_free_ char *kept = memory_copy_text(scenario->plan_difference);
    char *rest = NULL;
    for (char *line = strtok_r(kept, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (++shown > PLAN_LINES_SHOWN)
            continue;
        _cleanup_free_ char *harmless = text_harmless(line, false);
        text_pad(painter->out, "", painter->indent);
        buffer_format(painter->out, "%s\n", harmless);
    }
    if (shown > PLAN_LINES_SHOWN)
        paint_line(painter, false, "and %zu more lines, in " REPORT_RESULT,
                   shown - PLAN_LINES_SHOWN);
}

/* Whoever reads no more than the last lines is to know. */
void paint_revision_caution(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_free_ char *text = revision_caution(suite);
    if (text == NULL)
        return;
    _cleanup_free_ char *harmless = text_harmless(text, false);
    paint_start(painter, PAINT_YELLOW);
    buffer_text(painter->out, harmless);
    paint_end(painter, PAINT_YELLOW);
    buffer_char(painter->out, '\n');
    for (size_t i = 0; i < suite->missing.count; i++) {
        _cleanup_free_ char *line = text_harmless(suite->missing.items[i], false);
        buffer_format(painter->out, "  %s\n", line);
    }
}
