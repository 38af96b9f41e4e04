/*
 * JUnit XML in the dialect of Jenkins' schema (junit-10.xsd of its xunit plugin), which the
 * reporters for GitHub and GitLab read as well: a suite for each scenario, because a suite may name
 * a file and a case may not, and in it one case.
 */
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "report/format.h"
#include "report/location.h"
#include "report/text_layout.h"
#include "report/console.h"
#include "report/next_steps.h"
#include "report/suite_text.h"
#include "result/baseline_difference.h"
#include "result/exit_status.h"

enum {
    ATTRIBUTE_BYTES = 1000,
    BODY_BYTES = 16 * 1024,
    /* GitLab takes 30 MB in one file. */
    OUTPUT_BYTES = 32 * 1024
};

/* U+FFFE and U+FFFF are no characters of XML 1.0; of the others text_harmless leaves none. */
static size_t no_character(const char *c)
{
    return strncmp(c, "\xef\xbf\xbe", 3) == 0 || strncmp(c, "\xef\xbf\xbf", 3) == 0 ? 3 : 0;
}

static void put_escaped(struct buffer *out, const char *text, size_t bytes, bool lines)
{
    const char *markup = lines ? "&<>" : "&<>\"'\n\t";
    _cleanup_free_ char *cut = text_shortened(text, bytes);
    _cleanup_free_ char *harmless = text_harmless(cut, true);
    for (const char *c = harmless; *c != '\0'; c++) {
        if (no_character(c) > 0) {
            buffer_text(out, "\xef\xbf\xbd");
            c += no_character(c) - 1;
        } else if (strchr(markup, *c) != NULL) {
            buffer_format(out, "&#%u;", (unsigned)(unsigned char)*c);
        } else {
            buffer_char(out, *c);
        }
    }
}

static void put_attribute(struct buffer *out, const char *name, const char *value)
{
    buffer_format(out, " %s=\"", name);
    put_escaped(out, value, ATTRIBUTE_BYTES, false);
    buffer_char(out, '"');
}

static void put_property(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    buffer_text(out, "      <property");
    put_attribute(out, "name", name);
    put_attribute(out, "value", value);
    buffer_text(out, "/>\n");
}

/* --- What became of a scenario --- */

enum outcome { OUTCOME_PASS, OUTCOME_FAILURE, OUTCOME_ERROR, OUTCOME_SKIPPED, OUTCOME_COUNT };

static const char *const elements[OUTCOME_COUNT] = {
    [OUTCOME_FAILURE] = "failure", [OUTCOME_ERROR] = "error", [OUTCOME_SKIPPED] = "skipped"};

/* What fails nothing (quarantine, --fail-on leak) must not fail whoever reads this either. */
static enum outcome outcome_of(const struct suite_result *suite,
                               const struct scenario_result *scenario)
{
    if (scenario->verdict == VERDICT_PASS)
        return OUTCOME_PASS;
    if (scenario_exit_status(suite, scenario) == EXIT_PASS)
        return OUTCOME_SKIPPED;
    return scenario->verdict == VERDICT_LEAK ? OUTCOME_FAILURE : OUTCOME_ERROR;
}

static void put_statement(struct buffer *body, const struct statement *statement)
{
    buffer_format(body, "%s\n", statement->text);
    for (size_t i = 0; i < statement->details.count; i++) {
        const struct detail *detail = &statement->details.items[i];
        bool labelled = detail->label != NULL && *detail->label != '\0';
        buffer_format(body, "  %s%s%s\n", labelled ? detail->label : "", labelled ? " " : "",
                      detail->text);
    }
    if (statement->where != NULL && statement->step == NULL)
        buffer_format(body, "  at %s\n", statement->where);
}

/* The element that says why it is no pass. */
static void put_outcome(struct buffer *out, const struct suite_result *suite,
                        const struct scenario_result *scenario, enum outcome outcome)
{
    _cleanup_statements_ struct statements statements = {0};
    _cleanup_buffer_ struct buffer message = {0}, body = {0};
    _cleanup_strings_ struct string_list steps = {0};
    statements_of(scenario, &statements);
    if (is_forgiven(scenario))
        buffer_format(&message, "%s (quarantined): ", verdict_word(scenario));
    if (statements.count > 0)
        buffer_text(&message, statements.items[0].text);
    if (statements.count > 1)
        buffer_format(&message, " (and %zu more)", statements.count - 1);
    buffer_format(out, "      <%s", elements[outcome]);
    put_attribute(out, "type", outcome_word(scenario));
    put_attribute(out, "message", buffer_string(&message));
    if (scenario->verdict == VERDICT_SKIPPED) {
        buffer_text(out, "/>\n");
        return;
    }
    buffer_char(out, '>');
    for (size_t i = 0; i < statements.count; i++)
        put_statement(&body, &statements.items[i]);
    put_escaped(out, buffer_string(&body), BODY_BYTES, true);
    next_steps(suite, scenario, &steps);
    for (size_t i = steps.count; i > 0; i--) {
        put_escaped(out, steps.items[i - 1], BODY_BYTES, true);
        buffer_char(out, '\n');
    }
    buffer_format(out, "</%s>\n", elements[outcome]);
}

/* --- Suites --- */

/* Cases are grouped by it; one that did not run has no target of its own. */
static const char *class_of(const struct suite_result *suite,
                            const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    for (size_t i = 0; i < suite->count && record == NULL; i++)
        record = suite->scenarios[i].record;
    return record != NULL ? text_or(record->header.target, "leakgate") : "leakgate";
}

static void put_counts(struct buffer *out, const size_t counts[OUTCOME_COUNT], double seconds)
{
    size_t tests = 0;
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        tests += counts[i];
    buffer_format(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.3f\"", tests,
                  counts[OUTCOME_FAILURE], counts[OUTCOME_ERROR], seconds > 0 ? seconds : 0);
}

static void put_suite_start(struct buffer *out, const char *name, const char *date,
                            enum outcome outcome, double seconds)
{
    size_t counts[OUTCOME_COUNT] = {0};
    counts[outcome] = 1;
    /* The schema's times have no zone; they are UTC. */
    _cleanup_free_ char *timestamp = memory_copy_range(date, strcspn(date, "Z"));
    buffer_text(out, "  <testsuite");
    put_attribute(out, "name", name);
    put_counts(out, counts, seconds);
    buffer_format(out, " skipped=\"%zu\"", counts[OUTCOME_SKIPPED]);
    if (*timestamp != '\0')
        put_attribute(out, "timestamp", timestamp);
}

static void put_properties(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    _cleanup_strings_ struct string_list weaker = {0};
    weaker_baseline_lines(scenario, &weaker);
    buffer_text(out, "    <properties>\n");
    put_property(out, "verdict", outcome_word(scenario));
    put_property(out, "title", scenario->title);
    for (size_t i = 0; i < weaker.count; i++)
        put_property(out, "weaker", weaker.items[i]);
    put_property(out, "plan_difference", scenario->plan_difference);
    if (record != NULL) {
        put_property(out, "target", record->header.target);
        put_property(out, "version", record->target.version);
        put_property(out, "go", record->target.go);
        put_property(out, "platform", record->target.platform);
    }
    buffer_text(out, "    </properties>\n");
}

static void put_scenario(struct buffer *out, const struct suite_result *suite,
                         const struct scenario_result *scenario)
{
    enum outcome outcome = outcome_of(suite, scenario);
    const char *date = scenario->record != NULL ? scenario->record->header.date : suite->date;
    _cleanup_location_ struct location location = location_of(scenario, NULL);
    put_suite_start(out, scenario->name, date, outcome, scenario->seconds);
    if (location.file != NULL)
        put_attribute(out, "file", location.file);
    buffer_text(out, ">\n");
    put_properties(out, scenario);
    buffer_text(out, "    <testcase");
    put_attribute(out, "classname", class_of(suite, scenario));
    put_attribute(out, "name", scenario->name);
    buffer_format(out, " time=\"%.3f\">\n", scenario->seconds > 0 ? scenario->seconds : 0);
    if (outcome != OUTCOME_PASS)
        put_outcome(out, suite, scenario, outcome);
    if (scenario->ran) {
        _cleanup_free_ char *block = console_block(suite, scenario);
        buffer_text(out, "      <system-out>");
        put_escaped(out, block, OUTPUT_BYTES, true);
        buffer_text(out, "</system-out>\n");
    }
    buffer_text(out, "    </testcase>\n  </testsuite>\n");
}

/* What no scenario says. */
static void put_problem(struct buffer *out, const struct suite_result *suite, const char *problem)
{
    put_suite_start(out, "leakgate", suite->date, OUTCOME_ERROR, 0);
    buffer_text(out, ">\n    <testcase classname=\"leakgate\" name=\"leakgate\" time=\"0.000\">\n"
                     "      <error type=\"leakgate\"");
    put_attribute(out, "message", problem);
    buffer_text(out, "/>\n    </testcase>\n  </testsuite>\n");
}

void junit_report(const struct suite_result *suite, struct buffer *out)
{
    size_t counts[OUTCOME_COUNT] = {0};
    for (size_t i = 0; i < suite->count; i++)
        counts[outcome_of(suite, &suite->scenarios[i])]++;
    _cleanup_free_ char *problem = suite_problem(suite);
    counts[OUTCOME_ERROR] += problem != NULL;
    buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"leakgate\"");
    put_counts(out, counts, suite->seconds);
    buffer_text(out, ">\n");
    if (problem != NULL)
        put_problem(out, suite, problem);
    for (size_t i = 0; i < suite->count; i++)
        put_scenario(out, suite, &suite->scenarios[i]);
    buffer_text(out, "</testsuites>\n");
}
