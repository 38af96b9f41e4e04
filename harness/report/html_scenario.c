/* One scenario: its section of the page. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "journal/run_files.h"
#include "report/console.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/next_steps.h"
#include "report/remarks.h"
#include "report/screen_text.h"
#include "report/statements.h"
#include "report/suite_text.h"
#include "result/attempts.h"

void html_next_steps(struct buffer *out, const struct suite_result *suite,
                     const struct scenario_result *only)
{
    _cleanup_strings_ struct string_list lines = {0};
    next_steps(suite, only, &lines);
    for (size_t i = 0; i < lines.count; i++) {
        const char *line = lines.items[i], *command = strstr(line, ": ");
        /* What to do about one scenario stands with it; about all, only how to see them again. */
        if (only == NULL && !text_starts(line, "To reproduce"))
            continue;
        if (command == NULL) {
            html_format(out, "<p>%s</p>", line);
            continue;
        }
        _cleanup_free_ char *label = memory_copy_range(line, (size_t)(command - line));
        html_format(out, "<p class=\"step\">%s:</p><pre class=\"command\"><code>", label);
        html_lines(out, command + strlen(": "));
        buffer_text(out, "</code></pre>\n");
    }
}

/* The screen when it failed, and what the target said. */
static void put_failure(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = failed_record(scenario);
    if (record == NULL)
        return;
    const struct journal_screen *screen = failing_screen(record);
    if (screen != NULL) {
        size_t count = rows_in_use(&screen->rows);
        buffer_text(out, "<h3>The screen at that moment</h3>\n<pre class=\"screen\" "
                         "tabindex=\"0\" role=\"group\" aria-label=\"screen\">\n");
        buffer_text(out, count == 0 ? "(the screen was blank)" : "");
        for (size_t i = 0; i < count; i++)
            html_format(out, "%s\n", screen->rows.items[i]);
        buffer_text(out, "</pre>\n");
    }
    const char *tail = text_or(record->failure->stderr_tail, "");
    if (tail[strspn(tail, " \n")] == '\0')
        return;
    buffer_text(out, "<h3>Standard error of the target</h3>\n<pre tabindex=\"0\" role=\"group\" "
                     "aria-label=\"standard error\">\n");
    _cleanup_free_ char *kept = memory_copy_text(last_lines(tail, LIMIT_PAGE_STDERR_LINES));
    char *remaining = NULL;
    for (char *line = strtok_r(kept, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining))
        html_format(out, "%s\n", line);
    buffer_text(out, "</pre>\n");
}

static const char *const purposes[ATTEMPT_COUNT] = {
    [ATTEMPT_SCREENING] = "the run that all scenarios have",
    [ATTEMPT_AGAIN] = "a fresh process, by the same plan: does it show the same?",
    [ATTEMPT_THIRD] = "another, because the first two differed",
    [ATTEMPT_LOCATE] =
        "a sample after every step, to find the one at which it grows; it has no vote",
    [ATTEMPT_CONTROL] = "the control build",
    [ATTEMPT_CONTROL_AGAIN] = "the control build",
    [ATTEMPT_CONTROL_THIRD] = "the control build",
};

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
            html_format(out, "%+.2f per %s", finding->per_iteration, scenario_step_name(scenario));
        else
            html_text(out, finding_kind_name(finding->kind));
    }
}

static void put_attempts(struct buffer *out, const struct scenario_result *scenario)
{
    static const char *const columns[] = {"attempt",   "what for", "its verdict",
                                          "it showed", "files",    NULL};
    if (scenario->attempt_count < 2)
        return;
    buffer_text(out, "<h3>Attempts</h3>\n");
    html_table(out, "attempts", NULL, columns);
    for (size_t i = 0; i < scenario->attempt_count; i++) {
        const struct attempt_result *attempt = &scenario->attempts[i];
        const char *name = attempt_name(attempt->attempt);
        const char *verdict = verdict_name(attempt->verdict);
        _cleanup_free_ char *files = memory_format(
            "%s/%s", scenario->name, attempt->attempt == ATTEMPT_SCREENING ? "" : name);
        html_format(out, "<tr><th scope=\"row\">%s</th><td>%s</td><td>", name,
                    purposes[attempt->attempt]);
        if (attempt->attempt == ATTEMPT_LOCATE)
            buffer_text(out, attempt->problem != NULL ? "found no step" : "–");
        else
            html_format(out, "<span class=\"verdict %s\">%s</span>", verdict, verdict);
        buffer_text(out, "</td><td>");
        put_shown(out, scenario, attempt);
        buffer_text(out, "</td><td>");
        html_link(out, files, files);
        buffer_text(out, "</td></tr>\n");
    }
    buffer_text(out, "</tbody></table></div>\n");
}

static void put_remarks(struct buffer *out, const struct page_scenario *part)
{
    _cleanup_strings_ struct string_list lines = {0};
    remark_lines(part->scenario, &lines);
    if (lines.count > 0)
        buffer_text(out, "<h3>Remarks</h3>\n<ul>");
    for (size_t i = 0; i < lines.count; i++)
        html_format(out, "<li>%s</li>\n", lines.items[i]);
    buffer_text(out, lines.count > 0 ? "</ul>\n" : "");
    if (part->scenario->plan_difference == NULL)
        return;
    html_format(out,
                "<h3>The plan differs from %s's</h3>\n<pre tabindex=\"0\" role=\"group\" "
                "aria-label=\"how the plan differs\">\n",
                revision_word(part->suite));
    html_lines(out, part->scenario->plan_difference);
    buffer_text(out, "</pre>\n");
}

/* The recording, to be played in the page; and how much of it that is, so that nobody takes a part
 * for the whole. */
static void put_player(struct buffer *out, const struct recording *recording)
{
    const struct recording_part *shown = &recording->part;
    _cleanup_free_ char *quoted = shell_quoted(recording->file);
    const char *more = recording->cut ? " or more: not all of the file was read."
                                      : ": the page holds no more of it.";
    if (shown->from_start && shown->to_end && !recording->cut)
        html_format(out, "<p class=\"note\">The whole recording, %s.",
                    seconds_text(recording->seconds).text);
    else
        html_format(out,
                    "<p class=\"note\"><strong>A part of the recording</strong>, from %s to %s of "
                    "%s%s",
                    seconds_text(shown->from).text, seconds_text(shown->to).text,
                    seconds_text(recording->seconds).text, more);
    buffer_text(out, " All of it, as it was written: ");
    html_link(out, recording->file, RECORDING_FILE);
    html_format(out, ", in the report's directory: <code>asciinema play -i 1 %s</code></p>",
                quoted);
    if (shown->count == 0) {
        buffer_text(out, "<p class=\"note\">Nothing was drawn in it.</p>");
        return;
    }
    buffer_text(out, "<div class=\"player\"><pre class=\"screen\" tabindex=\"0\" role=\"group\" "
                     "aria-label=\"screen\">\n");
    buffer_append(out, buffer_string(&recording->still), recording->still.length);
    buffer_text(out, "</pre><noscript><p class=\"note\">One picture of it. Playing it here takes "
                     "script.</p></noscript><script type=\"application/json\">");
    buffer_append(out, buffer_string(&recording->pictures), recording->pictures.length);
    buffer_text(out, "</script></div>\n");
}

static void put_recording(struct buffer *out, const struct recording *recording)
{
    if (recording == NULL)
        return;
    buffer_format(out, "<details class=\"recording\"%s><summary><h3>Recording</h3></summary>",
                  recording->tail ? " open" : "");
    switch (recording->state) {
    case RECORDING_DRAWN:
        put_player(out, recording);
        break;
    case RECORDING_REFUSED:
        html_format(out, "<p class=\"note\">It cannot be shown here: %s</p>", recording->problem);
        break;
    case RECORDING_CRASHED:
        buffer_text(out, "<p class=\"note\">It cannot be shown here: drawing it again ended the "
                         "process that did, or took too long.</p>");
        break;
    case RECORDING_NO_ROOM:
        buffer_text(out, "<p class=\"note\">Left out: the recordings above took what the page has "
                         "for them. It is in the report's directory: ");
        html_link(out, recording->file, RECORDING_FILE);
        buffer_text(out, "</p>");
        break;
    }
    buffer_text(out, "</details>\n");
}

static void put_fact(struct buffer *out, const char *name, const char *value)
{
    if (value != NULL && *value != '\0')
        html_format(out, "<div><dt>%s</dt><dd>%s</dd></div>", name, value);
}

static void put_facts(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    buffer_text(out, "<dl class=\"facts\">");
    put_fact(out, "file", scenario->file);
    if (scenario->seconds > 0)
        put_fact(out, "took", seconds_text(scenario->seconds).text);
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

static void put_files(struct buffer *out, const struct scenario_result *scenario)
{
    enum { FILES_NAMED = 30 };
    size_t named = 0;
    for (size_t i = 0; scenario->ran && i < scenario->files.count && named < FILES_NAMED; i++) {
        const char *name = scenario->files.items[i];
        if (text_starts(name, "made-by-"))
            continue;
        _cleanup_free_ char *path = memory_format("%s/%s", scenario->name, name);
        buffer_text(out, named++ == 0 ? "<p class=\"note\">Files beside this page: " : " ");
        html_link(out, path, name);
    }
    buffer_text(out, named > 0 ? "</p>\n" : "");
}

void html_scenario(struct buffer *out, const struct page_scenario *part)
{
    const struct scenario_result *scenario = part->scenario;
    _cleanup_free_ char *text = console_block(part->suite, scenario);
    _cleanup_strings_ struct string_list power = {0};
    buffer_format(out, "<details class=\"scenario %s\"%s><summary><h2>",
                  verdict_name(scenario->verdict), part->open ? " open" : "");
    html_format(out, "%s</h2> ", scenario->name);
    html_verdict(out, scenario);
    /* The address is inside, so that a link to it opens the fold. */
    html_format(out,
                " <span class=\"title\">%s</span></summary><div class=\"body\" id=\"s%zu\">\n"
                "<p class=\"sentence\"><b>%s</b>",
                scenario->title, part->number, scenario->name);
    html_sentence(out, scenario);
    buffer_text(out, "</p>\n");
    html_next_steps(out, part->suite, scenario);
    put_failure(out, scenario);
    html_findings(out, part);
    put_attempts(out, scenario);
    put_remarks(out, part);
    html_charts(out, part);
    /* Of a run that broke off there is nothing to say. */
    if (scenario->verdict != VERDICT_FAILED && scenario->verdict != VERDICT_STOPPED)
        power_lines(scenario, &power);
    for (size_t i = 0; i < power.count; i++)
        html_format(out, "<p class=\"power\">%s</p>\n", power.items[i]);
    html_gauges(out, part);
    put_recording(out, scenario->recording);
    html_samples(out, part);
    buffer_text(out, "<details><summary><h3>The same as the terminal says it</h3></summary><pre "
                     "tabindex=\"0\" role=\"group\" aria-label=\"the terminal's text\">\n");
    html_lines(out, text);
    buffer_text(out, "</pre></details>\n");
    put_facts(out, scenario);
    put_files(out, scenario);
    buffer_text(out, "</div></details>\n");
}
