#include "report/console.h"

#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "report/format.h"
#include "report/next_steps.h"
#include "report/remarks.h"
#include "report/screen_text.h"
#include "report/statements.h"
#include "report/suite_text.h"
#include "report/text_layout.h"

enum { PLAN_LINES_SHOWN = 40 };

static const char bold[] = "\033[1m", dim[] = "\033[2m", red[] = "\033[1;31m", green[] = "\033[32m",
                  yellow[] = "\033[33m", plain[] = "\033[0m";

struct painter {
    const struct suite_result *suite;
    struct console_style style;
    struct buffer *out;
    size_t name_width;
    size_t verdict_width;
    size_t indent; /* of what stands under a block's first line */
};

/* Harmless text, padded to so many columns. */
static void paint(const struct painter *painter, const char *colour, const char *text,
                  size_t columns)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    buffer_text(painter->out, painter->style.colour ? colour : "");
    text_pad(painter->out, harmless, columns);
    buffer_text(painter->out, painter->style.colour ? plain : "");
}

/* From `column` on, to the end of the line, wrapped. */
static void paint_wrapped(const struct painter *painter, const char *text, size_t column)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    text_wrap(painter->out, harmless, column, column, painter->style.width);
    buffer_char(painter->out, '\n');
}

/* A line of a block. The first stands behind the verdict. */
static void paint_line(const struct painter *painter, bool first, const char *text)
{
    text_pad(painter->out, "", first ? 0 : painter->indent);
    paint_wrapped(painter, text, painter->indent);
}

/* "held by  ..."; without a label (NULL) the text stands by itself. */
static void paint_labelled(const struct painter *painter, const char *label, const char *text)
{
    text_pad(painter->out, "", painter->indent);
    if (label != NULL)
        paint(painter, dim, label, LABEL_COLUMNS);
    paint_wrapped(painter, text, painter->indent + (label != NULL ? LABEL_COLUMNS : 0));
}

/* A stack is as long as the program is deep. The start of it tells most; -v shows all. */
static void add_text(const struct painter *painter, const struct detail *detail,
                     struct buffer *text)
{
    enum { FRAMES = 3 };
    const char *end = detail->text;
    for (unsigned i = 0; i < FRAMES && end != NULL; i++)
        end = strstr(i > 0 ? end + 1 : end, " < ");
    if (!detail->stack || painter->style.verbose || end == NULL)
        buffer_text(text, detail->text);
    else
        buffer_format(text, "%.*s < ...", (int)(end - detail->text), detail->text);
}

/* What can be accepted has its number for `leakgate accept --holder` at its end. */
static void paint_details(const struct painter *painter, const struct scenario_result *scenario,
                          const struct details *details)
{
    _cleanup_strings_ struct string_list asked = {0};
    holders_to_accept(scenario, &asked);
    for (size_t i = 0; i < details->count; i++) {
        const struct detail *detail = &details->items[i];
        const struct finding *finding = detail->finding;
        _cleanup_free_ char *key =
            finding != NULL ? finding_key(finding, finding_holder_name(finding)) : NULL;
        _cleanup_buffer_ struct buffer text = {0};
        add_text(painter, detail, &text);
        for (size_t number = 0; key != NULL && number < asked.count; number++)
            if (strcmp(asked.items[number], key) == 0)
                buffer_format(&text, "  #%zu", number + 1);
        paint_labelled(painter, detail->label, buffer_string(&text));
    }
}

/* Where the files of the run are, if it ran, and its world, if that was kept. */
static void paint_evidence(const struct painter *painter, const struct scenario_result *scenario)
{
    bool of_control = !scenario->ran && scenario->verdict != VERDICT_SKIPPED &&
                      string_list_contains(&scenario->control_files, JOURNAL_FILE);
    if (!scenario->ran && !of_control)
        return;
    _cleanup_free_ char *path = report_path(painter->suite->directory, scenario->name,
                                            of_control ? attempt_name(ATTEMPT_CONTROL) : NULL);
    _cleanup_free_ char *files =
        evidence_describe(of_control ? &scenario->control_files : &scenario->files);
    _cleanup_free_ char *text = memory_format("%s/%s%s%s", path, *files != '\0' ? " (" : "", files,
                                              *files != '\0' ? ")" : "");
    paint_labelled(painter, "evidence", text);
    for (size_t i = 0; i < scenario->worlds.count; i++)
        paint_labelled(painter, i == 0 ? "world" : "", scenario->worlds.items[i]);
}

/* Lines of files keep their blanks, and are not wrapped. */
static void paint_plan_difference(const struct painter *painter,
                                  const struct scenario_result *scenario)
{
    if (scenario->plan_difference == NULL)
        return;
    _cleanup_free_ char *title =
        memory_format("the plan differs from %s's:", revision_word(painter->suite));
    paint_line(painter, false, title);
    size_t count = text_lines(painter->out, scenario->plan_difference, painter->indent,
                              PLAN_LINES_SHOWN, false);
    if (count > PLAN_LINES_SHOWN) {
        _cleanup_free_ char *more =
            memory_format("and %zu more lines, in " REPORT_RESULT, count - PLAN_LINES_SHOWN);
        paint_line(painter, false, more);
    }
}

static const char *colour_of(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return green;
    return verdict == VERDICT_LEAK || verdict == VERDICT_FAILED ? red : yellow;
}

/* Seen in one process and not in the others: it is said also of a pass. */
static bool is_doubt(const struct statement *statement)
{
    return statement->finding != NULL && statement->finding->kind == FINDING_UNCONFIRMED;
}

/* What fails and what is worth a word, or why it says nothing about leaks. */
static void paint_statements(const struct painter *painter, const struct scenario_result *scenario)
{
    bool quiet = scenario->verdict == VERDICT_PASS && !painter->style.verbose;
    bool judged = scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_LEAK;
    bool first = !quiet;
    _cleanup_strings_ struct string_list power = {0};
    _cleanup_statements_ struct statements statements = {0};
    statements_of(scenario, &statements);
    for (size_t i = 0; i < statements.count; i++) {
        const struct statement *statement = &statements.items[i];
        if (quiet && !is_doubt(statement))
            continue;
        paint_line(painter, first, statement->text);
        first = false;
        paint_details(painter, scenario, &statement->details);
        if (statement->finding == NULL && statement->where != NULL)
            paint_labelled(painter, "at", statement->where);
    }
    if (judged && scenario->judgement == NULL && first)
        paint_line(painter, true, "every step was done; nothing was measured");
    if (painter->style.verbose && (judged || scenario->verdict == VERDICT_INCONCLUSIVE))
        power_lines(scenario, &power);
    for (size_t i = 0; i < power.count; i++)
        paint_line(painter, first && i == 0, power.items[i]);
}

/* A pass in one line: how long it took, what was accepted in it, and what it could see less of than
 * others. */
static void paint_pass(const struct painter *painter, const struct scenario_result *scenario)
{
    _cleanup_free_ char *accepted = scenario_accepted(scenario);
    _cleanup_free_ char *power = scenario_power(painter->suite, scenario);
    const char *what =
        scenario->judgement == NULL ? "; every step was done, nothing was measured" : "";
    _cleanup_free_ char *line = memory_format(
        "%s%s%s%s%s%s", seconds_text(scenario->seconds).text, what, accepted != NULL ? "; " : "",
        text_or(accepted, ""), power != NULL ? "; " : "", text_or(power, ""));
    paint_line(painter, true, line);
}

static void paint_scenario(const struct painter *painter, const struct scenario_result *scenario)
{
    paint(painter, bold, scenario->name, painter->name_width);
    buffer_text(painter->out, "  ");
    paint(painter, colour_of(scenario->verdict), verdict_word(scenario), painter->verdict_width);
    buffer_text(painter->out, "  ");
    if (scenario->verdict == VERDICT_PASS && !painter->style.verbose)
        paint_pass(painter, scenario);
    paint_statements(painter, scenario);
    if (scenario->verdict != VERDICT_PASS)
        paint_evidence(painter, scenario);
    failure_text(scenario, painter->style.width, painter->out);
    _cleanup_details_ struct details remarks = {0};
    remarks_of(scenario, painter->style.verbose, &remarks);
    paint_details(painter, scenario, &remarks);
    paint_plan_difference(painter, scenario);
}

static void paint_summary(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_free_ char *counts = suite_counts(suite);
    _cleanup_free_ char *page = path_join(suite->directory, REPORT_PAGE);
    _cleanup_free_ char *harmless = text_harmless(page, false);
    _cleanup_free_ char *caution = suite_caution(suite);
    buffer_format(painter->out, "\n%s. Report: %s\n", counts, harmless);
    _cleanup_free_ char *power = painter->style.verbose ? NULL : suite_power(suite);
    if (power != NULL) {
        _cleanup_free_ char *line = memory_format("This run %s; -v for each.", power);
        text_wrap(painter->out, line, 0, 2, painter->style.width);
        buffer_char(painter->out, '\n');
    }
    for (size_t i = 0; i < suite->problems.count; i++) {
        _cleanup_free_ char *problem = text_harmless(suite->problems.items[i], false);
        buffer_format(painter->out, "Not whole: %s\n", problem);
    }
    if (suite->signal != 0)
        buffer_format(painter->out, "Stopped by signal %d (%s).\n", suite->signal,
                      strsignal(suite->signal));
    _cleanup_free_ char *comparison = suite_comparison(suite);
    if (comparison != NULL) {
        paint(painter, "", comparison, 0);
        buffer_char(painter->out, '\n');
    }
    if (caution == NULL)
        return;
    paint(painter, yellow, caution, 0);
    buffer_char(painter->out, '\n');
    for (size_t i = 0; i < suite->missing.count; i++) {
        _cleanup_free_ char *line = text_harmless(suite->missing.items[i], false);
        buffer_format(painter->out, "  %s\n", line);
    }
}

void console_report(const struct suite_result *suite, struct console_style style,
                    struct buffer *out)
{
    struct painter painter = {.suite = suite, .style = style, .out = out};
    for (size_t i = 0; i < suite->count; i++) {
        size_t name = text_columns(suite->scenarios[i].name);
        size_t verdict = text_columns(verdict_word(&suite->scenarios[i]));
        painter.name_width = name > painter.name_width ? name : painter.name_width;
        painter.verdict_width = verdict > painter.verdict_width ? verdict : painter.verdict_width;
    }
    painter.indent = painter.name_width + painter.verdict_width + 4;
    /* Long names on a narrow terminal: better a ragged line than a column of single words. */
    if (painter.indent + CONSOLE_WIDTH_LEAST > style.width)
        painter.style.width = painter.indent + CONSOLE_WIDTH_LEAST;
    _cleanup_free_ char *header = suite_header(suite);
    buffer_format(out, "%s\n\n", header);
    for (size_t i = 0; i < suite->count; i++)
        paint_scenario(&painter, &suite->scenarios[i]);
    paint_summary(&painter);
    _cleanup_strings_ struct string_list steps = {0};
    next_steps(suite, NULL, &steps);
    for (size_t i = 0; i < steps.count; i++)
        buffer_format(out, "%s\n", steps.items[i]);
}

void text_report(const struct suite_result *suite, struct buffer *out)
{
    console_report(suite, (struct console_style){.width = CONSOLE_WIDTH, .verbose = true}, out);
}

char *console_block(const struct suite_result *suite, const struct scenario_result *scenario)
{
    struct buffer out = {0};
    struct painter painter = {.suite = suite,
                              .style = {.width = CONSOLE_WIDTH, .verbose = true},
                              .out = &out,
                              .name_width = text_columns(scenario->name),
                              .verdict_width = text_columns(verdict_word(scenario)),
                              .indent = 2};
    paint_scenario(&painter, scenario);
    return buffer_take(&out);
}
