#include "journal/record_json.h"

#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "journal/fields.h"

static const struct field measure_fields[] = {
    FIELD(struct journal_measure, warmup),
    FIELD(struct journal_measure, idle_samples),
    FIELD(struct journal_measure, idle_ms),
    FIELD(struct journal_measure, samples),
    FIELD(struct journal_measure, iterations_per_sample),
    FIELD(struct journal_measure, every_ms),
    FIELD(struct journal_measure, for_ms),
    FIELD(struct journal_measure, file_for_ms),
    FIELD(struct journal_measure, drain_ms),
    FIELD(struct journal_measure, heap_rate),
    {.key = NULL},
};

static const struct field quarantine_fields[] = {
    FIELD(struct journal_quarantine, reason),
    FIELD(struct journal_quarantine, until),
    {.key = NULL},
};

static const struct field place_fields[] = {
    FIELD(struct journal_place, step),
    FIELD(struct journal_place, where),
    FIELD(struct journal_place, input),
    {.key = NULL},
};

static const struct field header_fields[] = {
    FIELD(struct journal_header, version),
    FIELD(struct journal_header, leakgate),
    FIELD(struct journal_header, date),
    FIELD(struct journal_header, watch),
    FIELD(struct journal_header, scenario),
    FIELD(struct journal_header, title),
    FIELD(struct journal_header, file),
    FIELD(struct journal_header, target),
    FIELD(struct journal_header, program),
    FIELD(struct journal_header, program_hash),
    FIELD(struct journal_header, attempt),
    FIELD(struct journal_header, plan_hash),
    FIELD(struct journal_header, plan),
    FIELD_WITH(struct journal_header, measure, .inner = measure_fields),
    FIELD_WITH(struct journal_header, baseline, .always = true),
    FIELD_WITH(struct journal_header, quarantine, .inner = quarantine_fields),
    FIELD(struct journal_header, world),
    FIELD(struct journal_header, iterations_total),
    FIELD(struct journal_header, options),
    FIELD(struct journal_header, baselines),
    FIELD(struct journal_header, control),
    FIELD(struct journal_header, control_left_behind),
    FIELD(struct journal_header, times),
    FIELD_WITH(struct journal_header, iteration_steps, .inner = place_fields),
    {.key = NULL},
};

/* Of a header as well, where another revision's baseline judges. */
static const struct field revision_fields[] = {
    FIELD(struct journal_header, baseline_revision),
    FIELD(struct journal_header, baseline_commit),
    FIELD_WITH(struct journal_header, baseline_here, .always = true),
    FIELD(struct journal_header, approved),
    FIELD_WITH(struct journal_header, quarantine_here, .inner = quarantine_fields),
    FIELD(struct journal_header, plan_difference),
    {.key = NULL},
};

static const struct field target_fields[] = {
    FIELD(struct journal_target, pid),          FIELD(struct journal_target, started_pid),
    FIELD(struct journal_target, port),         FIELD(struct journal_target, version),
    FIELD(struct journal_target, version_line), FIELD(struct journal_target, go),
    FIELD(struct journal_target, module),       FIELD(struct journal_target, package),
    FIELD(struct journal_target, revision),     FIELD(struct journal_target, platform),
    FIELD(struct journal_target, heap_rate),    {.key = NULL},
};

static const struct field phase_fields[] = {
    FIELD(struct journal_phase, phase),
    FIELD(struct journal_phase, at),
    FIELD(struct journal_phase, iterations),
    {.key = NULL},
};

static const struct field iteration_fields[] = {
    FIELD(struct journal_iteration, phase),
    FIELD(struct journal_iteration, iteration),
    FIELD(struct journal_iteration, of),
    FIELD(struct journal_iteration, at),
    {.key = NULL},
};

static const struct field step_fields[] = {
    FIELD(struct journal_step, iteration),
    FIELD(struct journal_step, step),
    FIELD(struct journal_step, where),
    FIELD(struct journal_step, at),
    FIELD(struct journal_step, took_ms),
    FIELD(struct journal_step, failed),
    {.key = NULL},
};

static const struct field screen_fields[] = {
    FIELD(struct journal_screen, why),
    FIELD(struct journal_screen, name),
    FIELD_WITH(struct journal_screen, rows, .always = true),
    {.key = NULL},
};

static const struct field note_fields[] = {
    FIELD(struct journal_note, text),
    {.key = NULL},
};

static const struct field flag_fields[] = {
    FIELD(struct journal_flag, gauge),
    FIELD(struct journal_flag, at),
    FIELD(struct journal_flag, most),
    FIELD(struct journal_flag, text),
    {.key = NULL},
};

static const struct field failure_fields[] = {
    FIELD(struct journal_failure, class),
    FIELD(struct journal_failure, where),
    FIELD(struct journal_failure, text),
    FIELD(struct journal_failure, stderr_tail),
    {.key = NULL},
};

static const struct field left_fields[] = {
    FIELD(struct journal_left, count),
    FIELD_WITH(struct journal_left, names, .always = true),
    {.key = NULL},
};

static const struct field usage_fields[] = {
    FIELD(struct journal_usage, cpu_seconds),
    FIELD(struct journal_usage, max_rss_bytes),
    {.key = NULL},
};

static const struct field end_fields[] = {
    FIELD(struct journal_end, at),
    FIELD_WITH(struct journal_end, exit_status, .always = true),
    FIELD_WITH(struct journal_end, left_behind, .always = true),
    FIELD_WITH(struct journal_end, files_left, .inner = left_fields),
    FIELD_WITH(struct journal_end, sessions_left, .inner = left_fields),
    FIELD(struct journal_end, goroutineleak),
    FIELD(struct journal_end, too_busy_to_quit),
    FIELD(struct journal_end, silent_presses),
    FIELD(struct journal_end, settles),
    FIELD(struct journal_end, unsettled),
    FIELD(struct journal_end, sleeps),
    FIELD(struct journal_end, connections),
    FIELD(struct journal_end, played_only),
    FIELD_WITH(struct journal_end, own, .inner = usage_fields),
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
    [RECORD_FLAG] = {"flag", flag_fields},
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
