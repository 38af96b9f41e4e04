/* One scenario: its section of the page. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "result/attempts.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/revision_text.h"
#include "report/statements.h"
#include "report/console.h"

/* "To reproduce: leakgate run ..." */
static void put_step(struct buffer *out, const char *line)
{
    const char *command = strstr(line, ": ");
    if (command == NULL) {
        buffer_text(out, "<p>");
        html_text(out, line);
        buffer_text(out, "</p>");
        return;
    }
    _cleanup_free_ char *label = memory_copy_range(line, (size_t)(command - line));
    buffer_text(out, "<p class=\"step\">");
    html_text(out, label);
    buffer_text(out, ":</p><pre class=\"command\"><code>");
    html_lines(out, command + strlen(": "));
    buffer_text(out, "</code></pre>\n");
}

void html_next_steps(struct buffer *out, const struct suite_result *suite,
                     const struct scenario_result *only)
{
    _cleanup_strings_ struct string_list lines = {0};
    console_next_steps(suite, only, &lines);
    /* What to do about one scenario stands with it; about all, only how to see them again. */
    for (size_t i = 0; i < lines.count; i++)
        if (only != NULL || text_starts(lines.items[i], "To reproduce"))
            put_step(out, lines.items[i]);
}

static void put_fact(struct buffer *out, const char *name, const char *value)
{
    if (value == NULL || *value == '\0')
        return;
    buffer_format(out, "<div><dt>%s</dt><dd>", name);
    html_text(out, value);
    buffer_text(out, "</dd></div>");
}

static void put_facts(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    char took[64];
    buffer_text(out, "<dl class=\"facts\">");
    put_fact(out, "file", scenario->file);
    if (scenario->seconds > 0) {
        clock_describe((int64_t)(scenario->seconds * 1e9), took, sizeof took);
        put_fact(out, "took", took);
    }
    if (record != NULL) {
        struct pace pace = series_pace(&record->series);
        _cleanup_free_ char *samples = memory_format("%zu; %.0f iterations in the loop",
                                                     record->series.count, pace.iterations);
        put_fact(out, "program", record->header.program);
        put_fact(out, "version", record->target.version);
        put_fact(out, "Go", record->target.go);
        put_fact(out, "platform", record->target.platform);
        put_fact(out, "samples", record->series.count > 0 ? samples : NULL);
        put_fact(out, "judged by",
                 record->header.control != NULL             ? "a control build"
                 : record->header.baseline_revision != NULL ? record->header.baseline_revision
                 : record->header.baseline != NULL          ? "its baseline"
                                                            : "no baseline");
    }
    for (size_t i = 0; i < scenario->worlds.count; i++)
        put_fact(out, "world", scenario->worlds.items[i]);
    buffer_text(out, "</dl>\n");
}

static void put_remarks(struct buffer *out, const struct page_scenario *part)
{
    _cleanup_strings_ struct string_list lines = {0};
    console_remarks(part->suite, part->scenario, &lines);
    if (lines.count == 0)
        return;
    buffer_text(out, "<h3>Remarks</h3>\n<ul>");
    for (size_t i = 0; i < lines.count; i++) {
        buffer_text(out, "<li>");
        html_text(out, lines.items[i]);
        buffer_text(out, "</li>\n");
    }
    buffer_text(out, "</ul>\n");
}

static void put_plan_difference(struct buffer *out, const struct page_scenario *part)
{
    if (part->scenario->plan_difference == NULL)
        return;
    buffer_text(out, "<h3>The plan differs from ");
    html_text(out, revision_word(part->suite));
    buffer_text(out, "'s</h3>\n<pre tabindex=\"0\" role=\"group\" aria-label=\"how the plan "
                     "differs\">\n");
    html_lines(out, part->scenario->plan_difference);
    buffer_text(out, "</pre>\n");
}

static const char *purpose_of(enum attempt attempt)
{
    switch (attempt) {
    case ATTEMPT_SCREENING:
        return "the run that all scenarios have";
    case ATTEMPT_AGAIN:
        return "a fresh process, by the same plan: does it show the same?";
    case ATTEMPT_THIRD:
        return "another, because the first two differed";
    case ATTEMPT_LOCATE:
        return "a sample after every step, to find the one at which it grows; it has no vote";
    case ATTEMPT_CONTROL:
    case ATTEMPT_CONTROL_AGAIN:
    case ATTEMPT_CONTROL_THIRD:
    case ATTEMPT_COUNT:
        break;
    }
    return "the control build";
}

/* What the attempt alone showed, in a few words. */
static void put_shown(struct buffer *out, const struct scenario_result *scenario,
                      const struct attempt_result *attempt)
{
    const struct judgement *judgement =
        attempt->attempt == ATTEMPT_SCREENING ? scenario->judgement : attempt->judgement;
    if (attempt->problem != NULL) {
        html_text(out, attempt->problem);
        return;
    }
    for (size_t i = 0, shown = 0; judgement != NULL && i < judgement->count && shown < 3; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (!finding_fails(finding->kind) || finding->gauge >= GAUGE_COUNT)
            continue;
        html_format(out, "%s%s ", shown++ > 0 ? ", " : "", gauge_info(finding->gauge)->name);
        if (finding->kind == FINDING_GROWTH)
            buffer_format(out, "%+.2f per %s", finding->per_iteration,
                          scenario->record != NULL && scenario->record->series.per_minute
                              ? "minute"
                              : "iteration");
        else
            html_text(out, finding_kind_name(finding->kind));
    }
}

static void put_attempt(struct buffer *out, const struct page_scenario *part,
                        const struct attempt_result *attempt)
{
    const struct scenario_result *scenario = part->scenario;
    bool first = attempt->attempt == ATTEMPT_SCREENING;
    _cleanup_free_ char *files =
        memory_format("%s/%s", scenario->name, first ? "" : attempt_name(attempt->attempt));
    buffer_format(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>",
                  attempt_name(attempt->attempt), purpose_of(attempt->attempt));
    if (attempt->attempt == ATTEMPT_LOCATE)
        buffer_text(out, attempt->problem != NULL ? "found no step" : "–");
    else
        buffer_format(out, "<span class=\"verdict %s\">%s</span>", verdict_name(attempt->verdict),
                      verdict_name(attempt->verdict));
    buffer_text(out, "</td><td>");
    put_shown(out, scenario, attempt);
    buffer_text(out, "</td><td><a href=\"");
    html_path(out, files);
    buffer_text(out, "\">");
    html_text(out, files);
    buffer_text(out, "</a></td></tr>\n");
}

static void put_attempts(struct buffer *out, const struct page_scenario *part)
{
    const struct scenario_result *scenario = part->scenario;
    if (scenario->attempt_count < 2)
        return;
    buffer_text(out, "<h3>Attempts</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                     "aria-label=\"attempts\"><table><thead><tr><th scope=\"col\">attempt</th>"
                     "<th scope=\"col\">what for</th><th scope=\"col\">its verdict</th>"
                     "<th scope=\"col\">it showed</th><th scope=\"col\">files</th></tr></thead>"
                     "<tbody>\n");
    for (size_t i = 0; i < scenario->attempt_count; i++)
        put_attempt(out, part, &scenario->attempts[i]);
    buffer_text(out, "</tbody></table></div>\n");
}

static void put_power(struct buffer *out, const struct scenario_result *scenario)
{
    _cleanup_free_ char *power = power_text(scenario);
    char *remaining = NULL;
    /* Of a run that broke off there is nothing to say. */
    if (power == NULL || scenario->verdict == VERDICT_FAILED)
        return;
    for (char *line = strtok_r(power, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining)) {
        buffer_text(out, "<p class=\"power\">");
        html_text(out, line);
        buffer_text(out, "</p>\n");
    }
}

static void put_words(struct buffer *out, const struct page_scenario *part)
{
    _cleanup_free_ char *text = console_block(part->suite, part->scenario);
    buffer_text(out, "<details><summary><h3>The same as the terminal says it</h3></summary><pre "
                     "tabindex=\"0\" role=\"group\" aria-label=\"the terminal's text\">\n");
    html_lines(out, text);
    buffer_text(out, "</pre></details>\n");
}

static void put_files(struct buffer *out, const struct scenario_result *scenario)
{
    enum { FILES_NAMED = 30 };
    size_t named = 0;
    for (size_t i = 0; scenario->ran && i < scenario->files.count && named < FILES_NAMED; i++) {
        const char *name = scenario->files.items[i];
        if (text_starts(name, "made-by-"))
            continue;
        _cleanup_free_ char *path = memory_format("%s/%s", scenario->name, name);
        buffer_text(out, named++ == 0 ? "<p class=\"note\">Files beside this page:" : "");
        buffer_text(out, " <a href=\"");
        html_path(out, path);
        buffer_text(out, "\">");
        html_text(out, name);
        buffer_text(out, "</a>");
    }
    buffer_text(out, named > 0 ? "</p>\n" : "");
}

static void put_body(struct buffer *out, const struct page_scenario *part)
{
    const struct scenario_result *scenario = part->scenario;
    buffer_text(out, "<p class=\"sentence\"><b>");
    html_text(out, scenario->name);
    buffer_text(out, "</b>");
    html_sentence(out, scenario);
    buffer_text(out, "</p>\n");
    html_next_steps(out, part->suite, scenario);
    html_failure(out, scenario);
    html_findings(out, part);
    put_attempts(out, part);
    put_remarks(out, part);
    put_plan_difference(out, part);
    html_charts(out, part);
    put_power(out, scenario);
    html_gauges(out, part);
    html_recording(out, scenario);
    html_samples(out, part);
    put_words(out, part);
    put_facts(out, scenario);
    put_files(out, scenario);
}

void html_scenario(struct buffer *out, const struct page_scenario *part)
{
    const struct scenario_result *scenario = part->scenario;
    buffer_format(out, "<details class=\"scenario %s\"%s><summary><h2>",
                  verdict_name(scenario->verdict), part->open ? " open" : "");
    html_text(out, scenario->name);
    buffer_text(out, "</h2> ");
    html_verdict(out, scenario);
    buffer_text(out, " <span class=\"title\">");
    html_text(out, scenario->title);
    /* The address is inside, so that who follows it finds the fold opened. */
    buffer_text(out, "</span></summary><div class=\"body\" id=\"");
    html_anchor(out, part->number);
    buffer_text(out, "\">\n");
    put_body(out, part);
    buffer_text(out, "</div></details>\n");
}
