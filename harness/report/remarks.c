#include "report/remarks.h"

#include "base/buffer.h"
#include "base/memory.h"
#include "report/text_layout.h"
#include "result/attempts.h"
#include "result/baseline_difference.h"
#include "result/earlier.h"
#include "result/quarantine.h"

enum { NAMES_SHOWN = 3 };
/* A wait or two may run out on a crowded machine; this is a program that never stops drawing. */
enum { UNSETTLED_TOLD = 3 };
/* A pull request that rewrites a baseline shows it in its own change as well. */
enum { DIFFERENCES_SHOWN = 12 };

/* The first of the lines, and how many more `names` there are. */
static void add_lines(struct details *remarks, const char *label, const char *next_label,
                      const struct string_list *lines, const char *names)
{
    for (size_t i = 0; i < lines->count && i < DIFFERENCES_SHOWN; i++)
        details_add(remarks, i == 0 ? label : next_label, memory_copy_text(lines->items[i]));
    if (lines->count > DIFFERENCES_SHOWN)
        details_add(remarks, NULL,
                    memory_format("and %zu more %s, in " REPORT_RESULT,
                                  lines->count - DIFFERENCES_SHOWN, names));
}

static void add_revision(struct details *remarks, const struct scenario_result *scenario)
{
    const struct journal_header *header = &scenario->record->header;
    _cleanup_strings_ struct string_list lines = {0};
    baseline_difference(header->baseline, header->baseline_here, &lines);
    if (lines.count == 0)
        return;
    details_add(remarks, NULL,
                memory_format("judged by %s of %s (%.12s); the working tree has %s:",
                              header->baseline != NULL ? "the baseline"
                                                       : "the defaults, there is no baseline",
                              header->baseline_revision, text_or(header->baseline_commit, ""),
                              header->baseline_here != NULL ? "another one" : "none"));
    add_lines(remarks, "changes", "", &lines, "changes");
    if (scenario->judgement_here != NULL)
        details_add(remarks, NULL,
                    memory_format("by the baseline in the working tree: %s",
                                  verdict_name(scenario->judgement_here->verdict)));
}

static void add_baseline(struct details *remarks, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    _cleanup_strings_ struct string_list weaker = {0};
    char *quarantine = quarantine_text(scenario);
    if (quarantine != NULL)
        details_add(remarks, NULL, quarantine);
    if (record != NULL && record->header.quarantine_here.reason != NULL)
        details_add(remarks, NULL,
                    memory_format("a quarantine until %s in the working tree counts once %s has it",
                                  text_or(record->header.quarantine_here.until, ""),
                                  record->header.baseline_revision));
    if (record != NULL && record->header.baseline_revision != NULL)
        add_revision(remarks, scenario);
    /* Each has its label: other formats show them line by line. */
    weaker_baseline_lines(scenario, &weaker);
    add_lines(remarks, "weaker", "weaker", &weaker, "that are weaker");
}

/* "left in the world: 2 files, new since the loop began: a, b" */
static void add_left(struct details *remarks, const struct journal_left *left, const char *noun,
                     const char *when)
{
    _cleanup_buffer_ struct buffer names = {0};
    if (left->count <= 0)
        return;
    for (size_t i = 0; i < left->names.count && i < NAMES_SHOWN; i++)
        buffer_format(&names, "%s%s", i > 0 ? ", " : "", left->names.items[i]);
    details_add(remarks, NULL,
                memory_format("left in the world: %lld %s%s, %s: %s%s", (long long)left->count,
                              noun, left->count == 1 ? "" : "s", when, buffer_string(&names),
                              left->count > NAMES_SHOWN ? " ..." : ""));
}

static void add_run(struct details *remarks, const struct run_record *record, bool all)
{
    const struct journal_end *end = &record->end;
    if (record->header.control != NULL)
        details_add(remarks, NULL,
                    memory_format("judged by the control build, %s", record->header.control));
    if (all && end->silent_presses > 0)
        details_add(remarks, NULL,
                    memory_format("%lld key press%s changed nothing on the screen and had no wait "
                                  "after them",
                                  (long long)end->silent_presses,
                                  end->silent_presses == 1 ? "" : "es"));
    if (end->unsettled >= UNSETTLED_TOLD)
        details_add(remarks, NULL,
                    memory_format("never quiet: the program was still drawing at the end of %lld "
                                  "of %lld waits for its screen to settle",
                                  (long long)end->unsettled, (long long)end->settles));
    if (all && end->sleeps > 0)
        details_add(remarks, NULL,
                    memory_format("%lld sleep%s: waiting for something is more reliable",
                                  (long long)end->sleeps, end->sleeps == 1 ? "" : "s"));
    for (size_t i = 0; i < record->notes.count; i++)
        details_add(remarks, NULL, memory_format("note: %s", record->notes.items[i]));
    if (!all)
        return;
    add_left(remarks, &end->files_left, "file", "new since the loop began");
    add_left(remarks, &end->sessions_left, "tmux session", "outliving the target");
}

static void add_times(struct details *remarks, const struct scenario_result *scenario)
{
    size_t times = scenario_times(scenario), summed = scenario_summed(scenario);
    if (summed > 0)
        details_add(remarks, NULL,
                    memory_format("%zu of %zu processes are added up (--times)", summed, times));
    else if (times > 0 && scenario->verdict == VERDICT_LEAK)
        details_add(remarks, NULL,
                    memory_format("leaks in one process: no others were added up (--times)"));
}

void remarks_of(const struct scenario_result *scenario, bool all, struct details *remarks)
{
    const char *not_compared = scenario_not_compared(scenario);
    for (size_t i = 0; i < scenario->gone.count; i++)
        details_add(remarks, "gone", memory_copy_text(scenario->gone.items[i]));
    if (not_compared != NULL && (all || scenario->verdict != VERDICT_PASS))
        details_add(remarks, NULL, memory_format("not compared: %s", not_compared));
    add_baseline(remarks, scenario);
    if (scenario->record != NULL && scenario->verdict != VERDICT_STOPPED)
        add_run(remarks, scenario->record, all);
    for (size_t i = 0; i < scenario->attempt_count; i++)
        if (scenario->attempts[i].attempt == ATTEMPT_LOCATE &&
            scenario->attempts[i].problem != NULL)
            details_add(remarks, NULL,
                        memory_format("the step at which it grows was not found: %s",
                                      scenario->attempts[i].problem));
    add_times(remarks, scenario);
    struct buffer left_out = {0};
    for (size_t i = 0; i < scenario->left_out.count; i++)
        buffer_format(&left_out, "%s%s",
                      i == 0 ? "left out to keep to the budget (--budget): " : ", ",
                      scenario->left_out.items[i]);
    if (string_list_contains(&scenario->left_out, "the locating run"))
        buffer_text(&left_out, "; a larger --budget, such as 10m, names the step");
    if (left_out.length > 0)
        details_add(remarks, NULL, buffer_take(&left_out));
    if (scenario->killed.count > 0) {
        _cleanup_free_ char *killed = processes_describe(&scenario->killed);
        details_add(remarks, NULL, memory_format("had to be killed: %s", killed));
    }
    /* Of the others the world stands with the evidence. */
    for (size_t i = 0; scenario->verdict == VERDICT_PASS && i < scenario->worlds.count; i++)
        details_add(remarks, i == 0 ? "world" : "", memory_copy_text(scenario->worlds.items[i]));
}

void remark_lines(const struct scenario_result *scenario, struct string_list *lines)
{
    _cleanup_details_ struct details remarks = {0};
    remarks_of(scenario, true, &remarks);
    for (size_t i = 0; i < remarks.count; i++) {
        const char *label = text_or(remarks.items[i].label, "");
        _cleanup_free_ char *text = text_harmless(remarks.items[i].text, false);
        string_list_take(lines,
                         memory_format("%-*s%s", *label != '\0' ? LABEL_COLUMNS : 0, label, text));
    }
}
