/* What the page says of the suite and of each scenario, as JSON: result.json's own words, and what
 * the other formats say in sentences. */
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/format.h"
#include "report/html.h"
#include "report/next_steps.h"
#include "report/remarks.h"
#include "report/screen_text.h"
#include "report/statements.h"
#include "report/suite_text.h"
#include "result/attempts.h"
#include "result/exit_status.h"
#include "result/result_json.h"
#include "verdict/runtime_memory.h"

static void put_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL && *text != '\0')
        json_put(object, key, json_text(text));
}

/* For a text of many lines: each is cut for itself. */
static json_t *lines_of(const char *text)
{
    json_t *lines = json_array();
    while (*text != '\0') {
        const char *end = strchrnul(text, '\n');
        _cleanup_free_ char *line = memory_copy_range(text, (size_t)(end - text));
        json_push(lines, json_text(line));
        text = *end != '\0' ? end + 1 : end;
    }
    return lines;
}

/* --- The suite --- */

static const char *verdict_of(const struct suite_result *suite)
{
    static const struct {
        int status;
        const char *verdict;
    } verdicts[] = {{EXIT_PASS, "pass"},
                    {EXIT_LEAK, "leak"},
                    {EXIT_NOTHING_JUDGED, "nothing judged"},
                    {EXIT_INCONCLUSIVE, "inconclusive"}};
    for (size_t i = 0; i < COUNT_OF(verdicts); i++)
        if (verdicts[i].status == suite_exit_status(suite))
            return verdicts[i].verdict;
    return suite->signal != 0 ? "stopped" : "failed";
}

json_t *html_gauges(bool watched)
{
    static const char *const units[] = {
        [UNIT_COUNT] = "count", [UNIT_BYTES] = "bytes", [UNIT_SECONDS] = "seconds"};
    json_t *gauges = json_object();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct gauge_info *info = gauge_info(gauge);
        json_t *object = json_object();
        json_put(object, "unit", json_text(units[info->unit]));
        json_put(object, "text", json_text(watched ? gauge_uncollected_text(gauge) : info->text));
        json_put(object, "cumulative", json_boolean(info->cumulative));
        json_put(object, "judged",
                 json_boolean(info->rule == RULE_FLOOR || info->rule == RULE_SLOPE));
        json_put(gauges, info->name, object);
    }
    return gauges;
}

json_t *html_suite(const struct suite_result *suite)
{
    json_t *object = json_object(), *commands = json_array(), *files = json_array();
    _cleanup_free_ char *header = suite_header(suite), *caution = suite_caution(suite);
    _cleanup_free_ char *comparison = suite_comparison(suite);
    _cleanup_free_ char *problem = suite->problems.count > 0 ? suite_problem(suite) : NULL;
    _cleanup_free_ char *made = memory_format(
        "Made by leakgate " LEAKGATE_VERSION "%s%s; exit status %d",
        suite->date[0] != '\0' ? " of a run of " : "", suite->date, suite_exit_status(suite));
    _cleanup_strings_ struct string_list steps = {0};
    json_put(object, "verdict", json_text(verdict_of(suite)));
    put_text(object, "header", header);
    put_text(object, "problem", problem);
    put_text(object, "caution", caution);
    put_text(object, "comparison", comparison);
    put_text(object, "made", made);
    if (suite->missing.count > 0)
        json_put(object, "missing", json_texts(&suite->missing));
    if (suite->signal != 0) {
        _cleanup_free_ char *stopped =
            memory_format("Stopped by signal %d (%s).", suite->signal, strsignal(suite->signal));
        put_text(object, "stopped", stopped);
    }
    /* What to do about one scenario stands with it; about all, only how to see them again. */
    next_steps(suite, NULL, &steps);
    for (size_t i = 0; i < steps.count; i++)
        if (text_starts(steps.items[i], "To reproduce"))
            json_push(commands, json_text(steps.items[i]));
    for (size_t i = 0; i < report_format_count; i++)
        if (report_format_table[i].file != NULL && report_format_table[i].write != html_report)
            json_push(files, json_text(report_format_table[i].file));
    json_put(object, "commands", commands);
    json_put(object, "files", files);
    json_put(object, "gauges",
             html_gauges(suite->count > 0 && scenario_is_watch(&suite->scenarios[0])));
    json_t *sections = watch_sections(suite);
    if (sections != NULL)
        json_put(object, "sections", sections);
    return object;
}

/* --- What comes first of a scenario --- */

/* The failing finding that tells most. A holder names more than a total, so the first holder that
 * grows goes before its gauge's total. False: none fails. */
static bool find_worst(const struct judgement *judgement, size_t *worst)
{
    bool found = false;
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i], *so_far;
        if (!finding_fails(finding->kind))
            continue;
        so_far = &judgement->findings[found ? *worst : i];
        if (!found || (so_far->kind == FINDING_GROWTH && so_far->holder == NULL &&
                       finding->kind == FINDING_GROWTH && finding->gauge == so_far->gauge &&
                       finding->holder != NULL))
            *worst = i;
        found = true;
    }
    return found;
}

static void put_worst(json_t *object, const struct scenario_result *scenario,
                      const json_t *findings)
{
    size_t worst = 0;
    if (!find_worst(scenario->judgement, &worst))
        return;
    const struct finding *finding = &scenario->judgement->findings[worst];
    json_put(object, "worst", json_copy(json_array_get(findings, worst)));
    if (finding->kind != FINDING_GROWTH)
        return;
    struct finding whole = gauge_growth(scenario, finding);
    json_t *figures = json_object();
    json_put(figures, "per_iteration", json_number(whole.per_iteration));
    json_put(figures, "bytes_per_iteration", json_number(whole.bytes_per_iteration));
    json_put(figures, "from", json_number(whole.from));
    json_put(figures, "to", json_number(whole.to));
    json_put(figures, "iterations", json_number(whole.iterations));
    json_put(object, "whole", figures);
}

/* Adds it to what scenario_to_json said. */
static void put_summary(json_t *object, const struct scenario_result *scenario, size_t number)
{
    const struct run_record *record = scenario_telling_record(scenario);
    json_t *fails = json_array();
    bool located = false;
    for (enum gauge gauge = 0; scenario->judgement != NULL && gauge < GAUGE_COUNT; gauge++)
        if (judgement_fails_by(scenario->judgement, gauge))
            json_push(fails, json_text(gauge_info(gauge)->name));
    for (size_t i = 0; i < scenario->attempt_count; i++)
        located = located || scenario->attempts[i].attempt == ATTEMPT_LOCATE;
    json_put(object, "number", json_integer((json_int_t)number));
    json_put(object, "outcome", json_text(outcome_word(scenario)));
    json_put(object, "forgiven", json_boolean(is_forgiven(scenario)));
    json_put(object, "step", json_text(scenario_step_name(scenario)));
    json_put(object, "located", json_boolean(located));
    json_put(object, "fails", fails);
    _cleanup_free_ char *accepted = scenario_accepted(scenario);
    put_text(object, "accepted", accepted);
    put_worst(object, scenario, json_object_get(object, "findings"));
    if (scenario->seconds > 0)
        json_put(object, "took", json_text(seconds_text(scenario->seconds).text));
    if (scenario->verdict == VERDICT_STOPPED) {
        _cleanup_free_ char *stopped = stopped_text(scenario);
        put_text(object, "stopped", stopped);
    }
    if (record != NULL && record->failure != NULL && scenario->verdict != VERDICT_SKIPPED)
        put_text(object, "where", record->failure->where);
}

json_t *html_summary(const json_t *scenario)
{
    static const char *const kept[] = {"name",     "verdict", "reason",  "number", "outcome",
                                       "forgiven", "step",    "located", "fails",  "worst",
                                       "whole",    "took",    "stopped", "where",  "accepted"};
    json_t *summary = json_object();
    for (size_t i = 0; i < COUNT_OF(kept); i++)
        if (json_object_get(scenario, kept[i]) != NULL)
            json_put(summary, kept[i], json_incref(json_object_get(scenario, kept[i])));
    return summary;
}

/* --- All of a scenario --- */

/* The screen when it failed, and what the target said. */
static void put_failure(json_t *object, const struct scenario_result *scenario)
{
    const struct run_record *record = failed_record(scenario);
    if (record == NULL)
        return;
    const struct journal_screen *screen = failing_screen(record);
    if (screen != NULL) {
        json_t *rows = json_array();
        for (size_t i = 0; i < rows_in_use(&screen->rows); i++)
            json_push(rows, json_text(screen->rows.items[i]));
        json_put(object, "screen", rows);
    }
    const char *tail = text_or(record->failure->stderr_tail, "");
    if (tail[strspn(tail, " \n")] != '\0')
        json_put(object, "stderr", lines_of(last_lines(tail, LIMIT_PAGE_STDERR_LINES)));
}

/* The address of a finding's place in the source, and the lines around it. */
static void put_source(json_t *finding, const struct source *source)
{
    if (source == NULL)
        return;
    put_text(finding, "source_link", source->link);
    if (source->file == NULL)
        return;
    json_put(finding, "source_first", json_integer((json_int_t)source->first));
    json_put(finding, "source_line", json_integer((json_int_t)source->line));
    json_put(finding, "source_lines", json_texts(&source->lines));
}

/* The first of each kind, with what their holders held over the run. */
static void put_findings(json_t *object, const struct scenario_result *scenario,
                         const struct judgement *judgement, const struct ledger *ledger)
{
    json_t *findings = json_object_get(object, "findings"), *kept = json_array();
    size_t taken[FINDING_KIND_COUNT] = {0};
    for (size_t i = 0; i < judgement->count; i++) {
        json_t *entry = json_array_get(findings, i);
        if (taken[judgement->findings[i].kind]++ >= LIMIT_PAGE_FINDINGS)
            continue;
        if (ledger != NULL)
            html_put_curve(entry, ledger, &judgement->findings[i]);
        put_source(entry, source_at(&scenario->sources, judgement->findings[i].source));
        json_push(kept, json_incref(entry));
    }
    json_put(object, "more_findings",
             json_integer((json_int_t)(judgement->count - json_array_size(kept))));
    json_put(object, "findings", kept);
}

/* The samples and curves of one run. NULL: it has none. */
static struct ledger *put_run(json_t *object, const struct run_record *record)
{
    if (record == NULL || record->series.count == 0)
        return NULL;
    struct ledger *ledger = ledger_new(&record->series);
    runtime_memory_correct(ledger);
    json_put(object, "series", html_series(ledger->series));
    json_put(object, "curves", html_curves(record, ledger));
    return ledger;
}

/* What an attempt alone showed, in a few words. */
static json_t *shown_by(const struct scenario_result *scenario, const struct judgement *judgement)
{
    enum { SHOWN = 3 };
    json_t *shown = json_array();
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (!finding_fails(finding->kind) || finding->gauge >= GAUGE_COUNT ||
            json_array_size(shown) == SHOWN)
            continue;
        _cleanup_free_ char *text =
            finding->kind == FINDING_GROWTH
                ? memory_format("%s %+.2f per %s", gauge_info(finding->gauge)->name,
                                finding->per_iteration, scenario_step_name(scenario))
                : memory_format("%s %s", gauge_info(finding->gauge)->name,
                                finding_kind_name(finding->kind));
        json_push(shown, json_text(text));
    }
    return shown;
}

/* Of a locating run, [[step, the number of the input it belongs to], ...]. */
static json_t *iteration_to_json(const struct journal_places *places)
{
    json_t *steps = json_array();
    for (size_t i = 0; i < places->count; i++) {
        json_t *step = json_array();
        json_push(step, json_text(text_or(places->items[i].step, "")));
        json_push(step, json_integer(journal_number(places->items[i].input, 0)));
        json_push(steps, step);
    }
    return steps;
}

/* The screening's run and findings are the scenario's own. */
static void put_attempts(json_t *attempts, const struct scenario_result *scenario)
{
    for (size_t i = 0; i < scenario->attempt_count; i++) {
        const struct attempt_result *attempt = &scenario->attempts[i];
        json_t *object = json_array_get(attempts, i);
        if (attempt->attempt == ATTEMPT_SCREENING) {
            json_put(object, "showed", shown_by(scenario, scenario->judgement));
            continue;
        }
        _cleanup_ledger_ struct ledger *ledger = put_run(object, attempt->record);
        json_put(object, "showed", shown_by(scenario, attempt->judgement));
        if (ledger != NULL && attempt->attempt == ATTEMPT_LOCATE)
            json_put(object, "steps", iteration_to_json(&attempt->record->header.iteration_steps));
        if (ledger == NULL || attempt->judgement == NULL)
            continue;
        struct pace pace = series_pace(ledger->series);
        json_put(object, "findings", findings_to_json(attempt->judgement, &pace));
        put_findings(object, scenario, attempt->judgement, ledger);
    }
}

static json_t *recording_to_json(const struct recording *recording)
{
    static const char *const states[] = {[RECORDING_DRAWN] = "drawn",
                                         [RECORDING_REFUSED] = "refused",
                                         [RECORDING_CRASHED] = "crashed",
                                         [RECORDING_NO_ROOM] = "no room"};
    json_t *object = json_object();
    _cleanup_free_ char *quoted = shell_quoted(recording->file);
    _cleanup_free_ char *command = memory_format("asciinema play -i 1 %s", quoted);
    json_put(object, "state", json_text(states[recording->state]));
    json_put(object, "file", json_text(recording->file));
    json_put(object, "command", json_text(command));
    json_put(object, "tail", json_boolean(recording->tail));
    json_put(object, "from", json_text(seconds_text(recording->part.from).text));
    json_put(object, "to", json_text(seconds_text(recording->part.to).text));
    json_put(object, "seconds", json_text(seconds_text(recording->seconds).text));
    json_put(object, "whole",
             json_boolean(recording->part.from_start && recording->part.to_end && !recording->cut));
    json_put(object, "cut", json_boolean(recording->cut));
    put_text(object, "problem", recording->problem);
    return object;
}

/* What stands in words, line by line. */
static void put_words(json_t *object, const struct suite_result *suite,
                      const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list commands = {0}, remarks = {0}, power = {0};
    next_steps(suite, scenario, &commands);
    remark_lines(scenario, &remarks);
    /* Of a run that broke off there is nothing to say. */
    if (scenario->verdict != VERDICT_FAILED && scenario->verdict != VERDICT_STOPPED)
        power_lines(scenario, &power);
    json_put(object, "commands", json_texts(&commands));
    json_put(object, "remarks", json_texts(&remarks));
    json_put(object, "power", json_texts(&power));
    json_put(object, "files", scenario->ran ? json_texts(&scenario->files) : json_array());
    if (scenario->plan_difference != NULL) {
        put_text(object, "revision", revision_word(suite));
        json_put(object, "plan_difference", lines_of(scenario->plan_difference));
    }
}

json_t *html_scenario(const struct suite_result *suite, const struct scenario_result *scenario,
                      size_t number)
{
    json_t *object = scenario_to_json(scenario);
    _cleanup_ledger_ struct ledger *ledger = put_run(object, scenario->record);
    if (ledger != NULL) {
        json_t *heap = html_heap(ledger);
        json_put(object, "descriptors", html_descriptors(ledger));
        if (heap != NULL)
            json_put(object, "heap", heap);
    }
    put_summary(object, scenario, number);
    json_put(object, "open", json_boolean(html_is_open(suite, scenario)));
    put_words(object, suite, scenario);
    put_failure(object, scenario);
    if (scenario->judgement != NULL) {
        put_findings(object, scenario, scenario->judgement, ledger);
        put_attempts(json_object_get(object, "attempts"), scenario);
        json_object_del(object, "tools"); /* its keys are names from the world */
    }
    if (scenario->recording != NULL)
        json_put(object, "recording", recording_to_json(scenario->recording));
    return object;
}
