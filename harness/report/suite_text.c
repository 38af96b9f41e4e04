#include "report/suite_text.h"

#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "report/statements.h"
#include "result/baseline_difference.h"
#include "result/earlier.h"
#include "result/exit_status.h"
#include "verdict/growth.h"

/* --- A verdict --- */

const char *outcome_word(const struct scenario_result *scenario)
{
    return scenario->played && scenario->verdict == VERDICT_PASS ? "played"
                                                                 : verdict_name(scenario->verdict);
}

const char *verdict_word(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_LEAK ? "LEAK" : outcome_word(scenario);
}

bool is_forgiven(const struct scenario_result *scenario)
{
    const struct suite_result strict = {0};
    return scenario->verdict != VERDICT_PASS && scenario->verdict != VERDICT_SKIPPED &&
           scenario_exit_status(&strict, scenario) == EXIT_PASS;
}

/* --- The suite --- */

/* With its version or without. */
static bool names_target(const struct string_list *texts, const char *target)
{
    size_t length = strlen(target);
    for (size_t i = 0; i < texts->count; i++)
        if (text_starts(texts->items[i], target) &&
            (texts->items[i][length] == ' ' || texts->items[i][length] == '\0'))
            return true;
    return false;
}

/* The targets that ran, each once. One that ended before it could be asked for its version is a
 * name alone, which helps only where no other run has the version. */
static void gather_targets(const struct suite_result *suite, bool measured,
                           struct string_list *texts)
{
    for (size_t i = 0; i < suite->count; i++) {
        const struct run_record *record = suite->scenarios[i].record;
        if (record == NULL || record->sampled != measured)
            continue;
        /* "sidecar v1.3.0 (go1.26.8)" */
        const char *version = text_or(record->target.version, "");
        const char *go = text_or(record->target.go, "");
        _cleanup_free_ char *text = memory_format(
            "%s%s%s%s%s%s", text_or(record->header.target, "?"), *version != '\0' ? " " : "",
            version, *go != '\0' ? " (" : "", go, *go != '\0' ? ")" : "");
        if (measured || !names_target(texts, text))
            string_list_add_once(texts, text);
    }
}

char *suite_header(const struct suite_result *suite)
{
    _cleanup_strings_ struct string_list targets = {0};
    _cleanup_buffer_ struct buffer line = {0};
    const char *revision = NULL; /* whose baselines judged; NULL: the working tree's did */
    bool control = false;
    for (size_t i = 0; i < suite->count; i++) {
        const struct run_record *record = suite->scenarios[i].record;
        if (record == NULL)
            continue;
        control = control || record->header.control != NULL;
        if (revision == NULL)
            revision = record->header.baseline_revision;
    }
    gather_targets(suite, true, &targets);
    gather_targets(suite, false, &targets);
    for (size_t i = 0; i < targets.count; i++)
        buffer_format(&line, "%s%s", i > 0 ? ", " : "", targets.items[i]);
    bool watched = suite->count > 0 && scenario_is_watch(&suite->scenarios[0]);
    buffer_format(&line, "%s%zu %s%s", targets.count > 0 ? " · " : "", suite->count,
                  watched ? "series" : "scenario", suite->count == 1 || watched ? "" : "s");
    if (suite->shards > 0)
        buffer_format(&line, " · shard %u of %u", suite->shard, suite->shards);
    if (control)
        buffer_text(&line, " · a control build");
    else if (strstr(suite->options, "--no-baselines") != NULL)
        buffer_text(&line, " · no baselines");
    else if (suite->baselines[0] != '\0')
        buffer_format(&line, " · %s%s%s%s", suite->baselines,
                      text_ends(suite->baselines, "/") ? "" : "/", revision != NULL ? " of " : "",
                      text_or(revision, ""));
    buffer_format(&line, " · %s", seconds_text(suite->seconds).text);
    return text_harmless(buffer_string(&line), false);
}

char *suite_counts(const struct suite_result *suite)
{
    static const struct {
        const char *outcome, *words;
    } order[] = {{"leak", "leak"},       {"failed", "failed"},   {"inconclusive", "inconclusive"},
                 {"invalid", "invalid"}, {"stopped", "stopped"}, {"pass", "passed"},
                 {"played", "played"},   {"skipped", "skipped"}};
    struct buffer counts = {0};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        size_t count = 0, forgiven = 0;
        for (size_t j = 0; j < suite->count; j++) {
            bool one = strcmp(outcome_word(&suite->scenarios[j]), order[i].outcome) == 0;
            count += one;
            forgiven += one && is_forgiven(&suite->scenarios[j]);
        }
        if (count == 0)
            continue;
        bool leaks = count > 1 && strcmp(order[i].outcome, "leak") == 0;
        buffer_format(&counts, "%s%zu %s%s", counts.length > 0 ? ", " : "", count, order[i].words,
                      leaks ? "s" : "");
        if (forgiven > 0 && forgiven == count)
            buffer_text(&counts, " (quarantined)");
        else if (forgiven > 0)
            buffer_format(&counts, " (%zu quarantined)", forgiven);
    }
    if (suite->count == 0)
        buffer_text(&counts, "No scenario");
    return buffer_take(&counts);
}

char *suite_problem(const struct suite_result *suite)
{
    int status = suite_exit_status(suite);
    _cleanup_free_ char *counts = suite_counts(suite);
    if (suite->problems.count > 0) {
        struct buffer text = {0};
        for (size_t i = 0; i < suite->problems.count; i++)
            buffer_format(&text, "%s%s", i > 0 ? "; " : "not whole: ", suite->problems.items[i]);
        return buffer_take(&text);
    }
    if (suite->signal != 0)
        return memory_format("stopped by signal %d (%s): %s", suite->signal,
                             strsignal(suite->signal), counts);
    bool said_by_scenario = status == EXIT_PASS;
    for (size_t i = 0; i < suite->count; i++)
        said_by_scenario =
            said_by_scenario || scenario_exit_status(suite, &suite->scenarios[i]) != EXIT_PASS;
    if (said_by_scenario)
        return NULL;
    if (status == EXIT_NOTHING_JUDGED)
        return memory_format("nothing was judged: %s", counts);
    return memory_format("exit status %d: %s", status, counts);
}

/* --- What passed --- */

/* The smallest growth that it would have caught: of descriptors and goroutines, and of the heap at
 * one stack in bytes. False where that is not known. */
static bool power_of(const struct scenario_result *scenario, double *counts, double *bytes)
{
    const struct judgement *judgement = scenario->judgement;
    if (scenario->verdict != VERDICT_PASS || judgement == NULL)
        return false;
    *counts = fmax(judgement->smallest[GAUGE_FD], judgement->smallest[GAUGE_GOROUTINE]);
    *bytes = judgement->smallest[GAUGE_HEAP_STACK];
    return isfinite(*counts) && *counts > 0;
}

static char *power_words(double counts, double bytes, const char *step)
{
    struct buffer text = {0};
    bool has_pprof = isfinite(bytes);
    const char *plural = has_pprof ? "descriptors or goroutines" : "descriptors";
    const char *singular = has_pprof ? "descriptor or goroutine" : "descriptor";
    if (counts > 1)
        buffer_format(&text, "would have caught %.1f %s per %s", counts, plural, step);
    else if (1 / counts < 2)
        buffer_format(&text, "would have caught 1 %s per %s", singular, step);
    else
        buffer_format(&text, "would have caught 1 %s per %.0f %ss", singular, floor(1 / counts),
                      step);
    if (has_pprof)
        buffer_format(&text, ", %s per %s at one stack", bytes_text(bytes).text, step);
    return buffer_take(&text);
}

/* Medians of those that count iterations; false where there is none. */
static bool usual_power(const struct suite_result *suite, double *counts, double *bytes)
{
    _cleanup_free_ double *all_counts = memory_array(suite->count + 1, sizeof *all_counts);
    _cleanup_free_ double *all_bytes = memory_array(suite->count + 1, sizeof *all_bytes);
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++)
        if (power_of(&suite->scenarios[i], &all_counts[count], &all_bytes[count]) &&
            !suite->scenarios[i].record->series.per_minute)
            count++;
    *counts = count > 0 ? median_of(all_counts, count) : NAN;
    *bytes = count > 0 ? median_of(all_bytes, count) : NAN;
    return count > 0;
}

char *suite_power(const struct suite_result *suite)
{
    double counts, bytes;
    return usual_power(suite, &counts, &bytes) ? power_words(counts, bytes, "iteration") : NULL;
}

char *scenario_power(const struct suite_result *suite, const struct scenario_result *scenario)
{
    const double clearly_worse = 2;
    double usual_counts, usual_bytes, counts, bytes;
    if (!power_of(scenario, &counts, &bytes))
        return NULL;
    if (scenario->record->series.per_minute)
        return power_words(counts, bytes, "minute");
    bool worse = usual_power(suite, &usual_counts, &usual_bytes) &&
                 (counts >= clearly_worse * usual_counts || bytes >= clearly_worse * usual_bytes);
    return worse ? power_words(counts, bytes, "iteration") : NULL;
}

/* The exception that the finding's growth is allowed by; NULL: it is of a whole gauge. */
static const struct baseline_exception *exception_of(const struct scenario_result *scenario,
                                                     const struct finding *finding)
{
    const struct baseline *baseline =
        scenario->record != NULL ? scenario->record->header.baseline : NULL;
    return baseline != NULL && finding->holder != NULL
               ? baseline_exception_for(baseline, finding->gauge, finding->holder)
               : NULL;
}

char *scenario_accepted(const struct scenario_result *scenario)
{
    const size_t shown = 3;
    struct buffer text = {0};
    size_t count = 0;
    for (size_t i = 0; scenario->judgement != NULL && i < scenario->judgement->count; i++) {
        const struct finding *finding = &scenario->judgement->findings[i];
        if (finding->kind != FINDING_ALLOWED || finding->gauge >= GAUGE_COUNT || count++ >= shown)
            continue;
        const struct baseline_exception *exception = exception_of(scenario, finding);
        const char *until = exception != NULL ? exception->expires : NULL;
        _cleanup_free_ char *holder = text_shortened(text_or(finding_holder_name(finding), ""), 60);
        buffer_format(&text, "%s%s%s%s%s%s", count == 1 ? "accepted: " : ", ",
                      gauge_info(finding->gauge)->name, *holder != '\0' ? " " : "", holder,
                      until != NULL ? " until " : "", text_or(until, ""));
    }
    if (count > shown)
        buffer_format(&text, ", and %zu more", count - shown);
    if (text.length > 0)
        return buffer_take(&text);
    buffer_free(&text);
    return NULL;
}

/* --- Against another report --- */

char *suite_comparison(const struct suite_result *suite)
{
    size_t counts[STANDING_COUNT] = {0}, gone = 0, others = 0;
    if (suite->compared_with == NULL)
        return NULL;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        gone += scenario->gone.count;
        others += scenario_not_compared(scenario) != NULL;
        for (size_t j = 0; scenario->judgement != NULL && j < scenario->judgement->count; j++)
            counts[scenario->judgement->findings[j].standing]++;
    }
    _cleanup_free_ char *standings = standings_text(counts);
    _cleanup_buffer_ struct buffer text = {0};
    buffer_text(&text, *standings != '\0' ? standings : "nothing new");
    if (gone > 0)
        buffer_format(&text, ", %zu gone", gone);
    if (others > 0)
        buffer_format(&text, "; %zu scenario%s could not be compared", others,
                      others == 1 ? "" : "s");
    return memory_format("Compared with %s: %s.", suite->compared_with, buffer_string(&text));
}

/* --- The other revision --- */

const char *revision_word(const struct suite_result *suite)
{
    return suite->revision != NULL ? suite->revision : "the other revision";
}

/* "; the plan of a, b differs" */
static void add_names(struct buffer *out, const char *before, const struct string_list *names,
                      const char *after)
{
    for (size_t i = 0; i < names->count; i++)
        buffer_format(out, "%s%s", i > 0 ? ", " : before, names->items[i]);
    buffer_text(out, names->count > 0 ? after : "");
}

char *suite_caution(const struct suite_result *suite)
{
    _cleanup_strings_ struct string_list plans = {0}, baselines = {0};
    _cleanup_buffer_ struct buffer out = {0};
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_strings_ struct string_list weaker = {0};
        weaker_baseline_lines(scenario, &weaker);
        if (scenario->plan_difference != NULL)
            string_list_add(&plans, scenario->name);
        if (weaker.count > 0)
            string_list_add(&baselines, scenario->name);
    }
    add_names(&out, "; the plan of ", &plans, " differs");
    add_names(&out, "; the baseline of ", &baselines, " is weaker");
    if (suite->missing.count > 0)
        buffer_format(&out, "; %zu scenario%s not run any more", suite->missing.count,
                      suite->missing.count == 1 ? " is" : "s are");
    if (out.length == 0)
        return NULL;
    return memory_format("Against %s: %s. This does not fail the run; it is for the review.",
                         revision_word(suite), buffer_string(&out) + strlen("; "));
}
