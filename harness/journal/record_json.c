#include "journal/record_json.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "journal/fields.h"

static const struct field measure_fields[] = {
    FIELD(struct journal_measure, warmup, "warmup"),
    FIELD(struct journal_measure, idle_samples, "idle_samples"),
    FIELD(struct journal_measure, idle_ms, "idle_ms"),
    FIELD(struct journal_measure, samples, "samples"),
    FIELD(struct journal_measure, iterations_per_sample, "iterations_per_sample"),
    FIELD(struct journal_measure, every_ms, "every_ms"),
    FIELD(struct journal_measure, for_ms, "for_ms"),
    FIELD(struct journal_measure, file_for_ms, "file_for_ms"),
    FIELD(struct journal_measure, drain_ms, "drain_ms"),
    FIELD(struct journal_measure, heap_rate, "heap_rate"),
    {.key = NULL},
};

static const struct field quarantine_fields[] = {
    FIELD(struct journal_quarantine, reason, "reason"),
    FIELD(struct journal_quarantine, until, "until"),
    {.key = NULL},
};

static const struct field place_fields[] = {
    FIELD(struct journal_place, step, "step"),
    FIELD(struct journal_place, where, "where"),
    FIELD(struct journal_place, input, "input"),
    {.key = NULL},
};

static const struct field header_fields[] = {
    FIELD(struct journal_header, version, "version"),
    FIELD(struct journal_header, leakgate, "leakgate"),
    FIELD(struct journal_header, date, "date"),
    FIELD(struct journal_header, scenario, "scenario"),
    FIELD(struct journal_header, title, "title"),
    FIELD(struct journal_header, file, "file"),
    FIELD(struct journal_header, target, "target"),
    FIELD(struct journal_header, program, "program"),
    FIELD(struct journal_header, program_hash, "program_hash"),
    FIELD(struct journal_header, attempt, "attempt"),
    FIELD(struct journal_header, plan_hash, "plan_hash"),
    FIELD(struct journal_header, plan, "plan"),
    FIELD(struct journal_header, measure, "measure", .inner = measure_fields),
    FIELD(struct journal_header, baseline, "baseline", .always = true),
    FIELD(struct journal_header, quarantine, "quarantine", .inner = quarantine_fields),
    FIELD(struct journal_header, world, "world"),
    FIELD(struct journal_header, iterations_total, "iterations_total"),
    FIELD(struct journal_header, options, "options"),
    FIELD(struct journal_header, baselines, "baselines"),
    FIELD(struct journal_header, control, "control"),
    FIELD(struct journal_header, control_left_behind, "control_left_behind"),
    FIELD(struct journal_header, iteration_steps, "iteration_steps", .inner = place_fields),
    {.key = NULL},
};

/* Of a header as well, where another revision's baseline judges. */
static const struct field revision_fields[] = {
    FIELD(struct journal_header, baseline_revision, "baseline_revision"),
    FIELD(struct journal_header, baseline_commit, "baseline_commit"),
    FIELD(struct journal_header, baseline_here, "baseline_here", .always = true),
    FIELD(struct journal_header, quarantine_here, "quarantine_here", .inner = quarantine_fields),
    FIELD(struct journal_header, plan_difference, "plan_difference"),
    {.key = NULL},
};

static const struct field target_fields[] = {
    FIELD(struct journal_target, pid, "pid"),
    FIELD(struct journal_target, started_pid, "started_pid"),
    FIELD(struct journal_target, port, "port"),
    FIELD(struct journal_target, version, "version"),
    FIELD(struct journal_target, version_line, "version_line"),
    FIELD(struct journal_target, go, "go"),
    FIELD(struct journal_target, module, "module"),
    FIELD(struct journal_target, platform, "platform"),
    FIELD(struct journal_target, heap_rate, "heap_rate"),
    {.key = NULL},
};

static const struct field phase_fields[] = {
    FIELD(struct journal_phase, phase, "phase"),
    FIELD(struct journal_phase, at, "at"),
    FIELD(struct journal_phase, iterations, "iterations"),
    {.key = NULL},
};

static const struct field iteration_fields[] = {
    FIELD(struct journal_iteration, phase, "phase"),
    FIELD(struct journal_iteration, iteration, "iteration"),
    FIELD(struct journal_iteration, of, "of"),
    FIELD(struct journal_iteration, at, "at"),
    {.key = NULL},
};

static const struct field step_fields[] = {
    FIELD(struct journal_step, iteration, "iteration"),
    FIELD(struct journal_step, step, "step"),
    FIELD(struct journal_step, where, "where"),
    FIELD(struct journal_step, at, "at"),
    FIELD(struct journal_step, took_ms, "took_ms"),
    FIELD(struct journal_step, failed, "failed"),
    {.key = NULL},
};

static const struct field screen_fields[] = {
    FIELD(struct journal_screen, why, "why"),
    FIELD(struct journal_screen, name, "name"),
    FIELD(struct journal_screen, rows, "rows", .always = true),
    {.key = NULL},
};

static const struct field note_fields[] = {
    FIELD(struct journal_note, text, "text"),
    {.key = NULL},
};

static const struct field failure_fields[] = {
    FIELD(struct journal_failure, class, "class"),
    FIELD(struct journal_failure, where, "where"),
    FIELD(struct journal_failure, text, "text"),
    FIELD(struct journal_failure, stderr_tail, "stderr_tail"),
    {.key = NULL},
};

static const struct field left_fields[] = {
    FIELD(struct journal_left, count, "count"),
    FIELD(struct journal_left, names, "names", .always = true),
    {.key = NULL},
};

static const struct field usage_fields[] = {
    FIELD(struct journal_usage, cpu_seconds, "cpu_seconds"),
    FIELD(struct journal_usage, max_rss_bytes, "max_rss_bytes"),
    {.key = NULL},
};

static const struct field end_fields[] = {
    FIELD(struct journal_end, at, "at"),
    FIELD(struct journal_end, exit_status, "exit_status", .always = true),
    FIELD(struct journal_end, left_behind, "left_behind", .always = true),
    FIELD(struct journal_end, files_left, "files_left", .inner = left_fields),
    FIELD(struct journal_end, sessions_left, "sessions_left", .inner = left_fields),
    FIELD(struct journal_end, goroutineleak, "goroutineleak"),
    FIELD(struct journal_end, too_busy_to_quit, "too_busy_to_quit"),
    FIELD(struct journal_end, silent_presses, "silent_presses"),
    FIELD(struct journal_end, settles, "settles"),
    FIELD(struct journal_end, unsettled, "unsettled"),
    FIELD(struct journal_end, sleeps, "sleeps"),
    FIELD(struct journal_end, connections, "connections"),
    FIELD(struct journal_end, played_only, "played_only"),
    FIELD(struct journal_end, own, "own", .inner = usage_fields),
    {.key = NULL},
};

static const struct {
    const char *name;
    const struct field *fields;
} kinds[RECORD_KIND_COUNT] = {
    [RECORD_HEADER] = {"journal", header_fields},
    [RECORD_TARGET] = {"target", target_fields},
    [RECORD_PHASE] = {"phase", phase_fields},
    [RECORD_ITERATION] = {"iteration", iteration_fields},
    [RECORD_STEP] = {"step", step_fields},
    [RECORD_SCREEN] = {"screen", screen_fields},
    [RECORD_NOTE] = {"note", note_fields},
    [RECORD_FAILURE] = {"failure", failure_fields},
    [RECORD_END] = {"end", end_fields},
};

json_t *record_object(const char *name)
{
    json_t *object = json_object();
    if (object == NULL)
        memory_exhausted();
    json_put(object, RECORD_KEY, json_text(name));
    return object;
}

json_t *record_to_json(const struct journal_record *record)
{
    const void *members = &record->header; /* as of all members of the union */
    json_t *object = record_object(kinds[record->kind].name);
    fields_write(kinds[record->kind].fields, members, object);
    if (record->kind == RECORD_HEADER && record->header.baseline_revision != NULL)
        fields_write(revision_fields, members, object);
    return object;
}

enum record_kind record_kind_of(const json_t *object)
{
    const char *name = json_get_text(object, RECORD_KEY, "");
    enum record_kind kind = 0;
    while (kind < RECORD_KIND_COUNT && strcmp(name, kinds[kind].name) != 0)
        kind++;
    return kind;
}

bool record_from_json(const json_t *object, const char *source, struct journal_record *record,
                      struct lg_error *err)
{
    *record = (struct journal_record){.kind = record_kind_of(object)};
    void *members = &record->header;
    bool sound = fields_read(kinds[record->kind].fields, object, members, source, err);
    if (sound && record->kind == RECORD_HEADER)
        sound = fields_read(revision_fields, object, members, source, err);
    if (!sound)
        record_free(record);
    return sound;
}

void record_members_clear(enum record_kind kind, void *members)
{
    fields_read(kinds[kind].fields, NULL, members, NULL, NULL);
}

void record_members_free(enum record_kind kind, void *members)
{
    fields_free(kinds[kind].fields, members);
    if (kind == RECORD_HEADER)
        fields_free(revision_fields, members);
}

void record_free(struct journal_record *record)
{
    record_members_free(record->kind, &record->header);
}
