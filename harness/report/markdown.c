/*
 * A summary for a web page: the verdict, a row for each scenario, and folded under it what there is
 * to say of each. It is what a step summary of GitHub Actions shows, of which 1 MiB is accepted and
 * no byte more, so it stays below that: whole sections are left out, and it says which.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/console.h"
#include "report/format.h"
#include "report/markdown_text.h"
#include "report/next_steps.h"
#include "report/remarks.h"
#include "report/screen_text.h"
#include "report/statements.h"
#include "report/suite_text.h"
#include "report/text_layout.h"
#include "result/exit_status.h"
#include "verdict/runtime_memory.h"

enum {
    SUMMARY_BYTES = 900 * 1024,
    END_BYTES = 24 * 1024,    /* of them kept for what stands at the end */
    TABLE_BYTES = 300 * 1024, /* what is over that are details */
    CELL_BYTES = 200,
    LINE_BYTES = 2000,
    BLOCK_BYTES = 64 * 1024,
    PLAN_BYTES = 8 * 1024,
    COMMAND_BYTES = 4000,
    STATEMENTS_SHOWN = 20,
    REMARKS_SHOWN = 30,
    NAMES_SHOWN = 20
};

static const char reproduce[] = "To reproduce: ";

struct summary {
    const struct suite_result *suite;
    const struct scenario_result **sorted; /* the worst first */
    struct buffer *out;
    struct string_list next_steps; /* of all */
    struct string_list shortened;  /* names of scenarios */
};

/* --- Pieces --- */

static void put_outcome(struct buffer *out, const struct suite_result *suite,
                        const struct scenario_result *scenario)
{
    enum verdict verdict = scenario->verdict;
    const char *sign = "⚠️";
    if (verdict == VERDICT_PASS)
        sign = "✅";
    else if (verdict == VERDICT_SKIPPED || scenario_exit_status(suite, scenario) == EXIT_PASS)
        sign = "⚪";
    else if (verdict == VERDICT_LEAK || verdict == VERDICT_FAILED)
        sign = "❌";
    buffer_format(out, "%s %s%s", sign, verdict_word(scenario),
                  is_forgiven(scenario) ? " (quarantined)" : "");
}

static struct ledger *ledger_of(const struct scenario_result *scenario)
{
    if (scenario->record == NULL || scenario->judgement == NULL)
        return NULL;
    struct ledger *ledger = ledger_new(&scenario->record->series);
    runtime_memory_correct(ledger);
    return ledger;
}

/* Over the loop's samples: of a finding with a holder that holder's, else its gauge's total;
 * `whole` the total in any case. Nothing where there is nothing to draw: a rate, or a holder that
 * this run did not have. */
static void put_sparkline(struct buffer *out, const struct ledger *ledger,
                          const struct finding *finding, bool whole)
{
    _cleanup_free_ double *totals = NULL;
    const double *row = NULL;
    if (ledger == NULL || finding == NULL || finding->gauge >= GAUGE_COUNT ||
        gauge_info(finding->gauge)->cumulative)
        return;
    if (finding->holder != NULL && !whole) {
        const struct account *account = ledger_account(ledger, finding->gauge, finding->holder);
        row = account != NULL ? account_row(account) : NULL;
    } else if (finding->gauge != GAUGE_HEAP_STACK) {
        row = totals = ledger_totals(ledger, finding->gauge);
    }
    _cleanup_free_ char *line =
        row != NULL ? sparkline(row + ledger->loop.first, ledger->loop.count) : NULL;
    if (line != NULL)
        buffer_format(out, " %s", line);
}

/* --- The table --- */

/* What grew, who holds it, and the step: the worst of it. */
static void put_cells(struct buffer *out, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    _cleanup_ledger_ struct ledger *ledger = ledger_of(scenario);
    statements_of(scenario, &statements);
    if (statements.count == 0) {
        buffer_text(out, " | | ");
        return;
    }
    const struct statement *statement = &statements.items[0];
    markdown_text(out, statement->text, CELL_BYTES);
    put_sparkline(out, ledger, statement->finding, true);
    if (statements.count > 1)
        buffer_format(out, " (and %zu more)", statements.count - 1);
    buffer_text(out, " | ");
    for (size_t i = 0; i < statement->details.count; i++)
        if (text_equal(statement->details.items[i].label, "held by")) {
            markdown_code(out, statement->details.items[i].text, CELL_BYTES);
            break;
        }
    buffer_text(out, " | ");
    if (statement->step != NULL)
        markdown_format(out, CELL_BYTES, "`%s` ", statement->step);
    if (statement->where != NULL)
        markdown_text(out, statement->where, CELL_BYTES);
}

static void put_row(struct buffer *out, const struct suite_result *suite,
                    const struct scenario_result *scenario)
{
    buffer_text(out, "| ");
    put_outcome(out, suite, scenario);
    markdown_format(out, CELL_BYTES, " | %s | ", scenario->name);
    put_cells(out, scenario);
    buffer_format(out, " | %s |\n", scenario->ran ? seconds_text(scenario->seconds).text : "");
}

static void put_table(struct summary *summary)
{
    const struct suite_result *suite = summary->suite;
    size_t begin = summary->out->length;
    if (suite->count == 0)
        return;
    buffer_text(summary->out, "| verdict | scenario | what grew, or why | held by | at the step | "
                              "time |\n| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < suite->count; i++) {
        if (summary->out->length - begin > TABLE_BYTES) {
            buffer_format(summary->out, "| | and %zu more scenarios | | | | |\n", suite->count - i);
            break;
        }
        put_row(summary->out, suite, summary->sorted[i]);
    }
    buffer_text(summary->out, "\n");
}

/* What the gauges that fail are, for readers who do not know their names. */
static void put_gauges(struct summary *summary)
{
    size_t before = summary->out->length;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        bool fails = false, watched = false;
        for (size_t i = 0; i < summary->suite->count && !fails; i++) {
            watched = scenario_is_watch(summary->sorted[i]);
            const struct judgement *judgement = summary->sorted[i]->judgement;
            fails = judgement != NULL && judgement_fails_by(judgement, gauge);
        }
        if (!fails)
            continue;
        markdown_format(summary->out, LINE_BYTES, "- **%s**: %s\n", gauge_info(gauge)->name,
                        watched ? gauge_uncollected_text(gauge) : gauge_info(gauge)->text);
    }
    if (summary->out->length > before)
        buffer_text(summary->out, "\n");
}

/* --- The details --- */

static void put_statements(struct buffer *out, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    _cleanup_ledger_ struct ledger *ledger = ledger_of(scenario);
    statements_of(scenario, &statements);
    for (size_t i = 0; i < statements.count && i < STATEMENTS_SHOWN; i++) {
        const struct statement *statement = &statements.items[i];
        markdown_format(out, LINE_BYTES, "**%s**",
                        *statement->text != '\0' ? statement->text : "no reason was given");
        put_sparkline(out, ledger, statement->finding, true);
        buffer_text(out, "\n\n");
        for (size_t j = 0; j < statement->details.count; j++) {
            const struct detail *detail = &statement->details.items[j];
            bool labelled = detail->label != NULL && *detail->label != '\0';
            const struct source *source = text_equal(detail->label, "code")
                                              ? source_at(&scenario->sources, detail->text)
                                              : NULL;
            bool linked = source != NULL && source->link != NULL;
            buffer_format(out, "- %s%s%s", labelled ? detail->label : "", labelled ? " " : "",
                          linked ? "[" : "");
            markdown_format(out, LINE_BYTES, detail->sentence ? "%s" : "`%s`", detail->text);
            if (linked)
                buffer_format(out, "](%s)", source->link);
            put_sparkline(out, ledger, detail->finding, false);
            buffer_text(out, "\n");
        }
        if (statement->where != NULL && statement->step == NULL)
            markdown_format(out, LINE_BYTES, "- at `%s`\n", statement->where);
        if (!text_ends(buffer_string(out), "\n\n"))
            buffer_text(out, "\n");
    }
    if (statements.count > STATEMENTS_SHOWN)
        buffer_format(out, "And %zu more, in " REPORT_RESULT ".\n\n",
                      statements.count - STATEMENTS_SHOWN);
}

/* As a list, and how many more `names` there are. */
static void put_lines(struct buffer *out, const struct string_list *lines, size_t shown,
                      const char *names)
{
    for (size_t i = 0; i < lines->count && i < shown; i++)
        markdown_format(out, LINE_BYTES, "- %s\n", lines->items[i]);
    if (lines->count > shown)
        buffer_format(out, "- and %zu more%s, in " REPORT_RESULT "\n", lines->count - shown, names);
}

/* What stands under any verdict, and where the run's files are. */
static void put_remarks(struct buffer *out, const struct suite_result *suite,
                        const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list power = {0}, remarks = {0};
    power_lines(scenario, &power);
    remark_lines(scenario, &remarks);
    buffer_text(out, "Of the run:\n\n");
    put_lines(out, &power, power.count, "");
    put_lines(out, &remarks, REMARKS_SHOWN, " remarks");
    if (scenario->ran) {
        _cleanup_free_ char *files = report_path(suite->directory, scenario->name, "");
        markdown_format(out, LINE_BYTES, "- files of the run: `%s`\n", files);
    }
    buffer_text(out, "\n");
}

/* "To reproduce: leakgate run ..." as a word and a block that can be copied. */
static void put_command(struct buffer *out, const char *line)
{
    const char *command = strstr(line, ": ");
    if (command == NULL || strlen(line) > COMMAND_BYTES) {
        markdown_format(out, COMMAND_BYTES, "%s\n\n", line);
        return;
    }
    _cleanup_free_ char *label = memory_copy_range(line, (size_t)(command - line) + 1);
    markdown_format(out, COMMAND_BYTES, "%s\n\n", label);
    markdown_block(out, "sh", command + 2, COMMAND_BYTES);
}

static bool is_quiet(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_SKIPPED;
}

/* "❌ LEAK external-editor: An external editor ..." and what there is to say of it; in a fold of its
 * own where the verdict asks for one. */
static void put_section(struct buffer *out, const struct summary *summary,
                        const struct scenario_result *scenario, bool with_screen)
{
    const struct suite_result *suite = summary->suite;
    bool fold = !is_quiet(scenario);
    _cleanup_strings_ struct string_list steps = {0};
    buffer_text(out, fold ? "<details><summary>" : "");
    put_outcome(out, suite, scenario);
    markdown_format(out, CELL_BYTES, " <b>%s</b>", scenario->name);
    if (scenario->title != NULL)
        markdown_format(out, CELL_BYTES, ": %s", scenario->title);
    buffer_text(out, fold ? "</summary>\n\n" : "\n\n");
    put_statements(out, scenario);
    if (with_screen) {
        _cleanup_buffer_ struct buffer failure = {0};
        failure_text(scenario, CONSOLE_WIDTH, &failure);
        markdown_block(out, "text", buffer_string(&failure), BLOCK_BYTES);
    }
    put_remarks(out, suite, scenario);
    if (scenario->plan_difference != NULL) {
        markdown_format(out, CELL_BYTES, "The plan differs from `%s`'s:\n\n", revision_word(suite));
        markdown_block(out, "diff", scenario->plan_difference, PLAN_BYTES);
    }
    next_steps(suite, scenario, &steps);
    for (size_t i = 0; i < steps.count; i++)
        if (!text_starts(steps.items[i], reproduce) ||
            !string_list_contains(&summary->next_steps, steps.items[i])) /* stands at the end */
            put_command(out, steps.items[i]);
    buffer_text(out, fold ? "</details>\n\n" : "");
}

/* With the screen, if there is room for it. */
static void add_section(struct summary *summary, const struct scenario_result *scenario)
{
    enum { ROOM = SUMMARY_BYTES - END_BYTES };
    _cleanup_buffer_ struct buffer section = {0};
    put_section(&section, summary, scenario, true);
    if (summary->out->length + section.length > ROOM) {
        buffer_clear(&section);
        put_section(&section, summary, scenario, false);
        string_list_add(&summary->shortened, scenario->name);
    }
    if (summary->out->length + section.length <= ROOM)
        buffer_append(summary->out, section.data, section.length);
}

/* Those that passed or did not run share a fold. */
static void add_sections(struct summary *summary)
{
    size_t quiet = 0;
    for (size_t i = 0; i < summary->suite->count; i++) {
        quiet += is_quiet(summary->sorted[i]);
        if (!is_quiet(summary->sorted[i]))
            add_section(summary, summary->sorted[i]);
    }
    if (quiet == 0)
        return;
    buffer_format(summary->out, "<details><summary>%zu that passed or did not run</summary>\n\n",
                  quiet);
    for (size_t i = 0; i < summary->suite->count; i++)
        if (is_quiet(summary->sorted[i]))
            add_section(summary, summary->sorted[i]);
    buffer_text(summary->out, "</details>\n\n");
}

/* --- The whole --- */

static int compare_scenarios(const void *a, const void *b)
{
    const struct scenario_result *x = *(const struct scenario_result *const *)a;
    const struct scenario_result *y = *(const struct scenario_result *const *)b;
    int rank_x = scenario_rank(x), rank_y = scenario_rank(y);
    if (rank_x != rank_y)
        return rank_x < rank_y ? -1 : 1;
    if (x->verdict != y->verdict && (x->verdict == VERDICT_PASS || y->verdict == VERDICT_PASS))
        return x->verdict == VERDICT_PASS ? 1 : -1;
    return (x > y) - (x < y);
}

/* What it came to, what is missing of it, and what this change does to the gate: a reviewer reads
 * no further. */
static void put_top(struct summary *summary)
{
    const struct suite_result *suite = summary->suite;
    _cleanup_free_ char *problem = suite->problems.count > 0 ? suite_problem(suite) : NULL;
    _cleanup_free_ char *caution = suite_caution(suite);
    _cleanup_free_ char *counts = suite_counts(suite);
    _cleanup_free_ char *header = suite_header(suite);
    bool passed = suite_exit_status(suite) == EXIT_PASS;
    buffer_format(summary->out, "### %s leakgate: %s", passed ? "✅" : "❌", counts);
    if (suite->signal != 0)
        buffer_format(summary->out, ", stopped by signal %d (%s)", suite->signal,
                      strsignal(suite->signal));
    markdown_format(summary->out, LINE_BYTES, "\n\n%s\n\n", header);
    if (problem != NULL)
        markdown_format(summary->out, LINE_BYTES, "❌ %s\n\n", problem);
    _cleanup_free_ char *comparison = suite_comparison(suite);
    if (comparison != NULL)
        markdown_format(summary->out, LINE_BYTES, "%s\n\n", comparison);
    if (caution == NULL)
        return;
    markdown_format(summary->out, LINE_BYTES, "⚠️ %s\n\n", caution);
    put_lines(summary->out, &suite->missing, NAMES_SHOWN, "");
    if (suite->missing.count > 0)
        buffer_text(summary->out, "\n");
}

static void put_shortened(struct summary *summary)
{
    const struct string_list *names = &summary->shortened;
    _cleanup_free_ char *page = path_join(summary->suite->directory, REPORT_PAGE);
    if (names->count == 0)
        return;
    buffer_format(summary->out, "Left out to save space: the details of %zu scenario%s (",
                  names->count, names->count == 1 ? "" : "s");
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++) {
        buffer_text(summary->out, i > 0 ? ", " : "");
        markdown_text(summary->out, names->items[i], 100);
    }
    buffer_text(summary->out, names->count > NAMES_SHOWN ? ", ..." : "");
    markdown_format(summary->out, LINE_BYTES, "). They are in `%s`.\n\n", page);
}

void markdown_report(const struct suite_result *suite, struct buffer *out)
{
    _cleanup_free_ const struct scenario_result **sorted =
        memory_array(suite->count + 1, sizeof *sorted);
    struct summary summary = {.suite = suite, .sorted = sorted, .out = out};
    for (size_t i = 0; i < suite->count; i++)
        sorted[i] = &suite->scenarios[i];
    next_steps(suite, NULL, &summary.next_steps);
    qsort(sorted, suite->count, sizeof *sorted, compare_scenarios);
    put_top(&summary);
    put_table(&summary);
    put_gauges(&summary);
    add_sections(&summary);
    put_shortened(&summary);
    /* A person looks for it at the end. */
    for (size_t i = 0; i < summary.next_steps.count; i++)
        if (text_starts(summary.next_steps.items[i], reproduce))
            put_command(out, summary.next_steps.items[i]);
    string_list_free(&summary.next_steps);
    string_list_free(&summary.shortened);
}
