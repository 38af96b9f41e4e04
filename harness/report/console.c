#include "report/console.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "report/evidence.h"
#include "report/format.h"
#include "result/attempts.h"
#include "result/exit_status.h"
#include "result/quarantine.h"
#include "report/console_paint.h"
#include "report/text_layout.h"

void paint_start(const struct painter *painter, enum paint paint)
{
    static const char *const codes[] = {"",           "\033[1m",  "\033[2m",
                                        "\033[1;31m", "\033[32m", "\033[33m"};
    if (painter->style.colour)
        buffer_text(painter->out, codes[paint]);
}

void paint_end(const struct painter *painter, enum paint paint)
{
    if (painter->style.colour && paint != PAINT_PLAIN)
        buffer_text(painter->out, "\033[0m");
}

__attribute__((format(printf, 1, 0))) static char *harmless_format(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        memory_exhausted();
    char *harmless = text_harmless(text, false);
    free(text);
    return harmless;
}

void paint_line(const struct painter *painter, bool first, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    _cleanup_free_ char *text = harmless_format(format, args);
    va_end(args);
    if (!first)
        text_pad(painter->out, "", painter->indent);
    text_wrap(painter->out, text, painter->indent, painter->indent, painter->style.width);
    buffer_char(painter->out, '\n');
}

void paint_labelled(const struct painter *painter, const char *label, const char *text)
{
    enum { LABEL_COLUMNS = 10 };
    _cleanup_free_ char *harmless = text_harmless(text, false);
    size_t column = painter->indent + LABEL_COLUMNS;
    text_pad(painter->out, "", painter->indent);
    paint_start(painter, PAINT_DIM);
    text_pad(painter->out, label, LABEL_COLUMNS);
    paint_end(painter, PAINT_DIM);
    text_wrap(painter->out, harmless, column, column, painter->style.width);
    buffer_char(painter->out, '\n');
}

static void paint_worlds(const struct painter *painter, const struct scenario_result *scenario)
{
    for (size_t i = 0; i < scenario->worlds.count; i++)
        paint_labelled(painter, i == 0 ? "world" : "", scenario->worlds.items[i]);
}

void paint_evidence(const struct painter *painter, const struct scenario_result *scenario)
{
    bool of_control = !scenario->ran && scenario->verdict != VERDICT_SKIPPED &&
                      string_list_contains(&scenario->control_files, JOURNAL_FILE);
    if (!scenario->ran && !of_control)
        return;
    _cleanup_free_ char *place = of_control
                                     ? path_join(scenario->name, attempt_name(ATTEMPT_CONTROL))
                                     : memory_copy_text(scenario->name);
    _cleanup_free_ char *path = report_path(painter->suite->directory, place, NULL);
    _cleanup_free_ char *files =
        evidence_describe(of_control ? &scenario->control_files : &scenario->files);
    _cleanup_free_ char *text = memory_format("%s/%s%s%s", path, *files != '\0' ? " (" : "", files,
                                              *files != '\0' ? ")" : "");
    paint_labelled(painter, "evidence", text);
    paint_worlds(painter, scenario);
}

/* "sidecar v1.3.0 (go1.26.8)"; the caller frees it. */
static char *target_text(const struct run_record *record)
{
    const char *version = text_or(record->target.version, "");
    const char *go = text_or(record->target.go, "");
    const char *target = text_or(record->header.target, "?");
    return memory_format("%s%s%s%s%s%s", target, *version != '\0' ? " " : "", version,
                         *go != '\0' ? " (" : "", go, *go != '\0' ? ")" : "");
}

static bool is_told(const struct string_list *texts, const char *target)
{
    size_t length = strlen(target);
    for (size_t i = 0; i < texts->count; i++)
        if (text_starts(texts->items[i], target) &&
            (texts->items[i][length] == ' ' || texts->items[i][length] == '\0'))
            return true;
    return false;
}

/* The targets that ran, each once. One that ended before it could be asked for its version is a
 * name alone, of use only where no other run tells more. */
static void gather_targets(const struct suite_result *suite, bool measured,
                           struct string_list *texts)
{
    for (size_t i = 0; i < suite->count; i++) {
        const struct run_record *record = suite->scenarios[i].record;
        if (record == NULL || record->sampled != measured)
            continue;
        _cleanup_free_ char *text = target_text(record);
        if (measured ? !string_list_contains(texts, text) : !is_told(texts, text))
            string_list_add(texts, text);
    }
}

/* The revision whose baselines judged; NULL: the working tree's did. */
static const char *revision_of(const struct suite_result *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        const struct run_record *record = suite->scenarios[i].record;
        if (record != NULL && record->header.baseline_revision != NULL)
            return record->header.baseline_revision;
    }
    return NULL;
}

static bool has_control(const struct suite_result *suite)
{
    for (size_t i = 0; i < suite->count; i++)
        if (suite->scenarios[i].record != NULL &&
            suite->scenarios[i].record->header.control != NULL)
            return true;
    return false;
}

char *console_header(const struct suite_result *suite)
{
    _cleanup_strings_ struct string_list targets = {0};
    _cleanup_buffer_ struct buffer line = {0};
    char took[64];
    const char *revision = revision_of(suite);
    gather_targets(suite, true, &targets);
    gather_targets(suite, false, &targets);
    for (size_t i = 0; i < targets.count; i++)
        buffer_format(&line, "%s%s", i > 0 ? ", " : "", targets.items[i]);
    buffer_format(&line, "%s%zu scenario%s", targets.count > 0 ? " · " : "", suite->count,
                  suite->count == 1 ? "" : "s");
    if (suite->shards > 0)
        buffer_format(&line, " · shard %u of %u", suite->shard, suite->shards);
    if (has_control(suite))
        buffer_text(&line, " · a control build");
    else if (strstr(suite->options, "--no-baselines") != NULL)
        buffer_text(&line, " · no baselines");
    else if (suite->baselines[0] != '\0')
        buffer_format(&line, " · %s%s%s%s", suite->baselines,
                      text_ends(suite->baselines, "/") ? "" : "/", revision != NULL ? " of " : "",
                      revision != NULL ? revision : "");
    clock_describe((int64_t)(suite->seconds * 1e9), took, sizeof took);
    buffer_format(&line, " · %s", took);
    return text_harmless(buffer_string(&line), false);
}

const char *outcome_word(const struct scenario_result *scenario)
{
    return scenario->played && scenario->verdict == VERDICT_PASS ? "played"
                                                                 : verdict_name(scenario->verdict);
}

const char *verdict_word(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_LEAK ? "LEAK" : outcome_word(scenario);
}

static enum paint verdict_paint(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return PAINT_GREEN;
    return verdict == VERDICT_LEAK || verdict == VERDICT_FAILED ? PAINT_RED : PAINT_YELLOW;
}

enum { LEFT_SHOWN = 3 };

/* "left in the world: 2 files, new since the loop began: a, b" */
static void paint_left(const struct painter *painter, const struct journal_left *left,
                       const char *what, const char *when)
{
    _cleanup_buffer_ struct buffer list = {0};
    if (left->count <= 0)
        return;
    for (size_t i = 0; i < left->names.count && i < LEFT_SHOWN; i++)
        buffer_format(&list, "%s%s", i > 0 ? ", " : "", left->names.items[i]);
    paint_line(painter, false, "left in the world: %lld %s%s, %s: %s%s", (long long)left->count,
               what, left->count == 1 ? "" : "s", when, buffer_string(&list),
               left->count > LEFT_SHOWN ? " ..." : "");
}

/* What a person ought to know of a run whatever its verdict. */
static void paint_notes(const struct painter *painter, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    if (record != NULL) {
        const char *control = record->header.control;
        if (control != NULL)
            paint_line(painter, false, "judged by the control build, %s", control);
        int64_t silent = record->end.silent_presses;
        int64_t sleeps = record->end.sleeps;
        if (silent > 0)
            paint_line(painter, false,
                       "key presses that changed nothing on the screen, with no "
                       "wait after them: %lld",
                       (long long)silent);
        if (sleeps > 0)
            paint_line(painter, false, "sleeps: %lld; a wait for something is surer",
                       (long long)sleeps);
        for (size_t i = 0; i < record->notes.count; i++)
            paint_line(painter, false, "note: %s", record->notes.items[i]);
        paint_left(painter, &record->end.files_left, "file", "new since the loop began");
        paint_left(painter, &record->end.sessions_left, "tmux session", "outliving the target");
    }
    for (size_t i = 0; i < scenario->attempt_count; i++)
        if (scenario->attempts[i].attempt == ATTEMPT_LOCATE &&
            scenario->attempts[i].problem != NULL)
            paint_line(painter, false, "the step at which it grows was not found: %s",
                       scenario->attempts[i].problem);
    if (scenario->killed.count > 0) {
        _cleanup_free_ char *killed = processes_describe(&scenario->killed);
        paint_line(painter, false, "had to be killed: %s", killed);
    }
    if (scenario->verdict == VERDICT_PASS)
        paint_worlds(painter, scenario);
}

void paint_remarks(const struct painter *painter, const struct scenario_result *scenario)
{
    paint_baseline(painter, scenario);
    paint_notes(painter, scenario);
}

void paint_scenario(const struct painter *painter, const struct scenario_result *scenario)
{
    enum paint paint = verdict_paint(scenario->verdict);
    _cleanup_free_ char *name = text_harmless(scenario->name, false);
    paint_start(painter, PAINT_BOLD);
    text_pad(painter->out, name, painter->name_width);
    paint_end(painter, PAINT_BOLD);
    buffer_text(painter->out, "  ");
    paint_start(painter, paint);
    text_pad(painter->out, verdict_word(scenario), painter->verdict_width);
    paint_end(painter, paint);
    buffer_text(painter->out, "  ");
    if (scenario->verdict == VERDICT_LEAK)
        paint_findings(painter, scenario);
    else if (scenario->verdict == VERDICT_PASS)
        paint_pass(painter, scenario);
    else
        paint_failure(painter, scenario);
    paint_remarks(painter, scenario);
    paint_plan_difference(painter, scenario);
}

bool is_forgiven(const struct scenario_result *scenario)
{
    struct suite_result strict = {0};
    enum quarantine_state state = quarantine_of(scenario).state;
    bool holds = state == QUARANTINE_HOLDS || state == QUARANTINE_ENDING;
    return holds && scenario->verdict != VERDICT_PASS && scenario->verdict != VERDICT_SKIPPED &&
           scenario_exit_status(&strict, scenario) == EXIT_PASS;
}

char *console_counts(const struct suite_result *suite)
{
    static const char *const order[] = {"leak",    "failed", "inconclusive", "invalid",
                                        "skipped", "pass",   "played"};
    struct buffer counts = {0};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        size_t count = 0, forgiven = 0;
        for (size_t j = 0; j < suite->count; j++) {
            bool one = strcmp(outcome_word(&suite->scenarios[j]), order[i]) == 0;
            count += one;
            forgiven += one && is_forgiven(&suite->scenarios[j]);
        }
        if (count == 0)
            continue;
        buffer_format(&counts, "%s%zu %s", counts.length > 0 ? ", " : "", count, order[i]);
        if (forgiven > 0 && forgiven == count)
            buffer_text(&counts, " (quarantined)");
        else if (forgiven > 0)
            buffer_format(&counts, " (%zu quarantined)", forgiven);
    }
    if (suite->count == 0)
        buffer_text(&counts, "No scenario");
    return buffer_take(&counts);
}

static void paint_summary(const struct painter *painter)
{
    const struct suite_result *suite = painter->suite;
    _cleanup_free_ char *counts = console_counts(suite);
    _cleanup_free_ char *page = path_join(suite->directory, report_format_by_name("html")->file);
    _cleanup_free_ char *harmless = text_harmless(page, false);
    buffer_format(painter->out, "\n%s. Report: %s\n", counts, harmless);
    for (size_t i = 0; i < suite->problems.count; i++) {
        _cleanup_free_ char *problem = text_harmless(suite->problems.items[i], false);
        buffer_format(painter->out, "Not whole: %s\n", problem);
    }
    if (suite->signal != 0)
        buffer_format(painter->out, "Stopped by signal %d (%s).\n", suite->signal,
                      strsignal(suite->signal));
}

void console_report(const struct suite_result *suite, struct console_style style,
                    struct buffer *out)
{
    struct painter painter = {.suite = suite, .style = style, .out = out};
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        size_t name = text_columns(scenario->name);
        size_t verdict = text_columns(verdict_word(scenario));
        painter.name_width = name > painter.name_width ? name : painter.name_width;
        painter.verdict_width = verdict > painter.verdict_width ? verdict : painter.verdict_width;
    }
    painter.indent = painter.name_width + painter.verdict_width + 4;
    /* Long names on a narrow terminal: better a ragged line than a column of single words. */
    if (painter.indent + CONSOLE_WIDTH_LEAST > style.width)
        painter.style.width = painter.indent + CONSOLE_WIDTH_LEAST;
    _cleanup_free_ char *header = console_header(suite);
    buffer_format(out, "%s\n\n", header);
    for (size_t i = 0; i < suite->count; i++)
        paint_scenario(&painter, &suite->scenarios[i]);
    paint_summary(&painter);
    paint_revision_caution(&painter);
    paint_next_steps(&painter);
}
