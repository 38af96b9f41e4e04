/*
 * A summary for a web page: the verdict, a row for each scenario, and folded under it what there is
 * to say of each. It is what a step summary of GitHub Actions shows, of which 1 MiB is accepted and
 * no byte more, so it stays below that: whole sections are left out, and it says which.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "report/format.h"
#include "report/markdown_text.h"
#include "report/sparkline.h"
#include "report/statements.h"
#include "report/text_layout.h"
#include "report/console.h"
#include "report/revision_text.h"
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
    struct string_list left_out;   /* names of scenarios */
};

/* --- Pieces --- */

static void put_text(struct buffer *out, const char *text, size_t bytes)
{
    _cleanup_free_ char *cut = text_shortened(text, bytes);
    markdown_text(out, cut);
}

static void put_code(struct buffer *out, const char *text, size_t bytes)
{
    _cleanup_free_ char *cut = text_shortened(text, bytes);
    markdown_code(out, cut);
}

static const char *sign_of(const struct suite_result *suite, const struct scenario_result *scenario)
{
    if (scenario->verdict == VERDICT_PASS)
        return "✅";
    if (scenario->verdict == VERDICT_SKIPPED || scenario_exit_status(suite, scenario) == EXIT_PASS)
        return "⚪";
    return scenario->verdict == VERDICT_LEAK || scenario->verdict == VERDICT_FAILED ? "❌"
                                                                                    : "⚠️";
}

static void put_outcome(struct buffer *out, const struct suite_result *suite,
                        const struct scenario_result *scenario)
{
    buffer_format(out, "%s %s%s", sign_of(suite, scenario), verdict_word(scenario),
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

static void put_sparkline(struct buffer *out, const struct ledger *ledger,
                          const struct finding *finding, bool whole)
{
    if (ledger == NULL || finding == NULL)
        return;
    _cleanup_free_ char *line = finding_sparkline(ledger, finding, whole);
    if (line != NULL)
        buffer_format(out, " %s", line);
}

/* --- The table --- */

static const struct detail *first_holder(const struct statement *statement)
{
    for (size_t i = 0; i < statement->count; i++)
        if (statement->details[i].label != NULL &&
            strcmp(statement->details[i].label, "held by") == 0)
            return &statement->details[i];
    return NULL;
}

static void put_step(struct buffer *out, const struct statement *statement)
{
    if (statement->step != NULL) {
        put_code(out, statement->step, CELL_BYTES);
        buffer_text(out, " ");
    }
    if (statement->where != NULL)
        put_text(out, statement->where, CELL_BYTES);
}

/* What grew, who holds it, and the step: the worst of it. */
static void put_cells(struct buffer *out, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    statements_of(scenario, &statements);
    if (statements.count == 0) {
        buffer_text(out, " | | ");
        return;
    }
    _cleanup_ledger_ struct ledger *ledger = ledger_of(scenario);
    const struct statement *statement = &statements.items[0];
    const struct detail *holder = first_holder(statement);
    put_text(out, statement->text, CELL_BYTES);
    put_sparkline(out, ledger, statement->finding, true);
    if (statements.count > 1)
        buffer_format(out, " (and %zu more)", statements.count - 1);
    buffer_text(out, " | ");
    if (holder != NULL)
        put_code(out, holder->text, CELL_BYTES);
    buffer_text(out, " | ");
    put_step(out, statement);
}

static void put_row(struct buffer *out, const struct suite_result *suite,
                    const struct scenario_result *scenario)
{
    char took[64];
    clock_describe((int64_t)(scenario->seconds * 1e9), took, sizeof took);
    buffer_text(out, "| ");
    put_outcome(out, suite, scenario);
    buffer_text(out, " | ");
    put_text(out, scenario->name, CELL_BYTES);
    buffer_text(out, " | ");
    put_cells(out, scenario);
    buffer_format(out, " | %s |\n", scenario->ran ? took : "");
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
        bool fails = false;
        for (size_t i = 0; i < summary->suite->count && !fails; i++) {
            const struct judgement *judgement = summary->sorted[i]->judgement;
            fails = judgement != NULL && judgement_fails_by(judgement, gauge);
        }
        if (!fails)
            continue;
        buffer_format(summary->out, "- **%s**: ", gauge_info(gauge)->name);
        markdown_text(summary->out, gauge_info(gauge)->text);
        buffer_text(summary->out, "\n");
    }
    if (summary->out->length > before)
        buffer_text(summary->out, "\n");
}

/* --- The details --- */

static void put_detail(struct buffer *out, const struct detail *detail, const struct ledger *ledger)
{
    buffer_text(out, "- ");
    if (detail->label != NULL && *detail->label != '\0')
        buffer_format(out, "%s ", detail->label);
    if (detail->sentence)
        put_text(out, detail->text, LINE_BYTES);
    else
        put_code(out, detail->text, LINE_BYTES);
    put_sparkline(out, ledger, detail->finding, false);
    buffer_text(out, "\n");
}

static void put_statement(struct buffer *out, const struct statement *statement,
                          const struct ledger *ledger)
{
    buffer_text(out, "**");
    put_text(out, *statement->text != '\0' ? statement->text : "no reason was given", LINE_BYTES);
    buffer_text(out, "**");
    put_sparkline(out, ledger, statement->finding, true);
    buffer_text(out, "\n\n");
    for (size_t i = 0; i < statement->count; i++)
        put_detail(out, &statement->details[i], ledger);
    if (statement->where != NULL && statement->step == NULL) {
        buffer_text(out, "- at ");
        put_code(out, statement->where, LINE_BYTES);
        buffer_text(out, "\n");
    }
    if (!text_ends(buffer_string(out), "\n\n"))
        buffer_text(out, "\n");
}

static void put_statements(struct buffer *out, const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    _cleanup_ledger_ struct ledger *ledger = ledger_of(scenario);
    statements_of(scenario, &statements);
    for (size_t i = 0; i < statements.count && i < STATEMENTS_SHOWN; i++)
        put_statement(out, &statements.items[i], ledger);
    if (statements.count > STATEMENTS_SHOWN)
        buffer_format(out, "And %zu more, in " REPORT_RESULT ".\n\n",
                      statements.count - STATEMENTS_SHOWN);
}

static void put_line(struct buffer *out, const char *text)
{
    buffer_text(out, "- ");
    put_text(out, text, LINE_BYTES);
    buffer_text(out, "\n");
}

/* What stands under any verdict, and where the run's files are. */
static void put_remarks(struct buffer *out, const struct suite_result *suite,
                        const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list remarks = {0};
    _cleanup_free_ char *power = power_text(scenario);
    _cleanup_free_ char *files = report_path(suite->directory, scenario->name, "");
    char *remaining = NULL;
    buffer_text(out, "Of the run:\n\n");
    for (char *line = power != NULL ? strtok_r(power, "\n", &remaining) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &remaining))
        put_line(out, line);
    console_remarks(suite, scenario, &remarks);
    for (size_t i = 0; i < remarks.count && i < REMARKS_SHOWN; i++)
        put_line(out, remarks.items[i]);
    if (remarks.count > REMARKS_SHOWN)
        buffer_format(out, "- and %zu more remarks, in " REPORT_RESULT "\n",
                      remarks.count - REMARKS_SHOWN);
    if (scenario->ran) {
        buffer_text(out, "- files of the run: ");
        put_code(out, files, LINE_BYTES);
        buffer_text(out, "\n");
    }
    buffer_text(out, "\n");
}

/* "To reproduce: leakgate run ..." as a word and a block that can be copied. */
static void put_command(struct buffer *out, const char *line)
{
    const char *command = strstr(line, ": ");
    if (command == NULL || strlen(line) > COMMAND_BYTES) {
        put_text(out, line, COMMAND_BYTES);
        buffer_text(out, "\n\n");
        return;
    }
    _cleanup_free_ char *label = memory_copy_range(line, (size_t)(command - line) + 1);
    markdown_text(out, label);
    buffer_text(out, "\n\n");
    markdown_block(out, "sh", command + 2);
}

/* But for what stands at the end as well. */
static void put_commands(struct buffer *out, const struct summary *summary,
                         const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list steps = {0};
    console_next_steps(summary->suite, scenario, &steps);
    for (size_t i = 0; i < steps.count; i++)
        if (!text_starts(steps.items[i], reproduce) ||
            !string_list_contains(&summary->next_steps, steps.items[i]))
            put_command(out, steps.items[i]);
}

static void put_last_words(struct buffer *out, const struct suite_result *suite,
                           const struct scenario_result *scenario)
{
    _cleanup_free_ char *words = console_last_words(suite, scenario);
    _cleanup_free_ char *cut = text_shortened(words, BLOCK_BYTES);
    markdown_block(out, "text", cut);
}

static void put_plan_difference(struct buffer *out, const struct suite_result *suite,
                                const struct scenario_result *scenario)
{
    if (scenario->plan_difference == NULL)
        return;
    _cleanup_free_ char *cut = text_shortened(scenario->plan_difference, PLAN_BYTES);
    buffer_text(out, "The plan differs from ");
    put_code(out, revision_word(suite), CELL_BYTES);
    buffer_text(out, "'s:\n\n");
    markdown_block(out, "diff", cut);
}

/* "❌ LEAK external-editor: An external editor ..." */
static void put_title(struct buffer *out, const struct suite_result *suite,
                      const struct scenario_result *scenario)
{
    put_outcome(out, suite, scenario);
    buffer_text(out, " <b>");
    put_text(out, scenario->name, CELL_BYTES);
    buffer_text(out, "</b>");
    if (scenario->title == NULL)
        return;
    buffer_text(out, ": ");
    put_text(out, scenario->title, CELL_BYTES);
}

static void put_details(struct buffer *out, const struct summary *summary,
                        const struct scenario_result *scenario, bool whole)
{
    buffer_text(out, "<details><summary>");
    put_title(out, summary->suite, scenario);
    buffer_text(out, "</summary>\n\n");
    put_statements(out, scenario);
    if (whole)
        put_last_words(out, summary->suite, scenario);
    put_remarks(out, summary->suite, scenario);
    put_plan_difference(out, summary->suite, scenario);
    put_commands(out, summary, scenario);
    buffer_text(out, "</details>\n\n");
}

/* Of one that passed, or did not run: no verdict that asks for a fold of its own. */
static void put_quiet(struct buffer *out, const struct summary *summary,
                      const struct scenario_result *scenario)
{
    put_title(out, summary->suite, scenario);
    buffer_text(out, "\n\n");
    put_statements(out, scenario);
    put_remarks(out, summary->suite, scenario);
    put_plan_difference(out, summary->suite, scenario);
    put_commands(out, summary, scenario);
}

static bool is_quiet(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_SKIPPED;
}

static bool fits(const struct summary *summary, const struct buffer *section)
{
    return summary->out->length + section->length <= SUMMARY_BYTES - END_BYTES;
}

/* With the screen, if there is room for it. */
static void add_details(struct summary *summary, const struct scenario_result *scenario)
{
    _cleanup_buffer_ struct buffer section = {0};
    put_details(&section, summary, scenario, true);
    if (!fits(summary, &section)) {
        buffer_clear(&section);
        put_details(&section, summary, scenario, false);
        string_list_add(&summary->left_out, scenario->name);
    }
    if (fits(summary, &section))
        buffer_append(summary->out, section.data, section.length);
}

/* All that are quiet in one fold. */
static void add_quiet(struct summary *summary)
{
    size_t count = 0;
    for (size_t i = 0; i < summary->suite->count; i++)
        count += is_quiet(summary->sorted[i]);
    if (count == 0)
        return;
    buffer_format(summary->out, "<details><summary>%zu that passed or did not run</summary>\n\n",
                  count);
    for (size_t i = 0; i < summary->suite->count; i++) {
        const struct scenario_result *scenario = summary->sorted[i];
        _cleanup_buffer_ struct buffer section = {0};
        if (!is_quiet(scenario))
            continue;
        put_quiet(&section, summary, scenario);
        if (fits(summary, &section))
            buffer_append(summary->out, section.data, section.length);
        else
            string_list_add(&summary->left_out, scenario->name);
    }
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

static void put_verdict(struct summary *summary)
{
    const struct suite_result *suite = summary->suite;
    _cleanup_free_ char *counts = console_counts(suite);
    _cleanup_free_ char *header = console_header(suite);
    bool passed = suite_exit_status(suite) == EXIT_PASS;
    buffer_format(summary->out, "### %s leakgate: %s", passed ? "✅" : "❌", counts);
    if (suite->signal != 0)
        buffer_format(summary->out, ", stopped by signal %d (%s)", suite->signal,
                      strsignal(suite->signal));
    buffer_text(summary->out, "\n\n");
    put_text(summary->out, header, LINE_BYTES);
    buffer_text(summary->out, "\n\n");
}

/* What is missing of it, and what this change does to the gate: a reviewer reads no further. */
static void put_caution(struct summary *summary)
{
    const struct suite_result *suite = summary->suite;
    _cleanup_free_ char *problem = suite->problems.count > 0 ? console_problem(suite) : NULL;
    _cleanup_free_ char *caution = revision_caution(suite);
    if (problem != NULL) {
        buffer_text(summary->out, "❌ ");
        put_text(summary->out, problem, LINE_BYTES);
        buffer_text(summary->out, "\n\n");
    }
    if (caution == NULL)
        return;
    buffer_text(summary->out, "⚠️ ");
    put_text(summary->out, caution, LINE_BYTES);
    buffer_text(summary->out, "\n\n");
    for (size_t i = 0; i < suite->missing.count && i < NAMES_SHOWN; i++)
        put_line(summary->out, suite->missing.items[i]);
    if (suite->missing.count > NAMES_SHOWN)
        buffer_format(summary->out, "- and %zu more, in " REPORT_RESULT "\n",
                      suite->missing.count - NAMES_SHOWN);
    if (suite->missing.count > 0)
        buffer_text(summary->out, "\n");
}

static void put_left_out(struct summary *summary)
{
    const struct string_list *names = &summary->left_out;
    _cleanup_free_ char *page =
        path_join(summary->suite->directory, report_format_by_name("html")->file);
    if (names->count == 0)
        return;
    buffer_format(summary->out, "Left out here, for want of room, are details of %zu scenario%s (",
                  names->count, names->count == 1 ? "" : "s");
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++) {
        buffer_text(summary->out, i > 0 ? ", " : "");
        put_text(summary->out, names->items[i], 100);
    }
    buffer_format(summary->out, "%s). They are in ", names->count > NAMES_SHOWN ? ", ..." : "");
    put_code(summary->out, page, LINE_BYTES);
    buffer_text(summary->out, ".\n\n");
}

/* It is what a person looks for at the end. */
static void put_end(struct summary *summary)
{
    const struct string_list *steps = &summary->next_steps;
    for (size_t i = 0; i < steps->count; i++)
        if (text_starts(steps->items[i], reproduce))
            put_command(summary->out, steps->items[i]);
}

void markdown_report(const struct suite_result *suite, struct buffer *out)
{
    _cleanup_free_ const struct scenario_result **sorted =
        memory_array(suite->count + 1, sizeof *sorted);
    struct summary summary = {.suite = suite, .sorted = sorted, .out = out};
    for (size_t i = 0; i < suite->count; i++)
        sorted[i] = &suite->scenarios[i];
    console_next_steps(suite, NULL, &summary.next_steps);
    qsort(sorted, suite->count, sizeof *sorted, compare_scenarios);
    put_verdict(&summary);
    put_caution(&summary);
    put_table(&summary);
    put_gauges(&summary);
    for (size_t i = 0; i < suite->count; i++)
        if (!is_quiet(sorted[i]))
            add_details(&summary, sorted[i]);
    add_quiet(&summary);
    put_left_out(&summary);
    put_end(&summary);
    string_list_free(&summary.next_steps);
    string_list_free(&summary.left_out);
}
