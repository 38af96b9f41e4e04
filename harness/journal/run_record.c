#include "journal/run_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/record_json.h"
#include "journal/samples.h"

/* A journal on its way in. */
struct reading {
    struct run_record *record;
    const char *path;
    unsigned line;
    size_t holdings; /* of all samples */
    bool begun;      /* the header was read */
};

static bool refuse(const struct reading *reading, struct lg_error *err, const char *problem)
{
    lg_fail(err, LG_ERROR_INPUT, 0, "%s", problem);
    lg_error_at(err, reading->path, reading->line, 1);
    return false;
}

static const char *problem_of_header(const struct journal_header *header)
{
    char day[11];
    snprintf(day, sizeof day, "%.10s", text_or(header->date, ""));
    if (header->version != JOURNAL_VERSION)
        return "a journal of a version that this leakgate does not read";
    if (!clock_is_date(day))
        return "the journal has no date";
    if (header->quarantine.reason != NULL && !clock_is_date(text_or(header->quarantine.until, "")))
        return "a quarantine without its last day";
    return NULL;
}

/* Takes over what the record owns. */
static void take_record(struct run_record *run, struct journal_record *record)
{
    switch (record->kind) {
    case RECORD_HEADER:
        run->header = record->header;
        return;
    case RECORD_TARGET:
        record_members_free(RECORD_TARGET, &run->target);
        run->target = record->target;
        run->sampled = true;
        return;
    case RECORD_SCREEN:
        array_append(run->screens, run->screen_count, run->screen_capacity, record->screen);
        return;
    case RECORD_NOTE:
        string_list_add(&run->notes, text_or(record->note.text, ""));
        break;
    case RECORD_FLAG:
        array_append(run->flags, run->flag_count, run->flag_capacity, record->flag);
        return;
    case RECORD_FAILURE:
        /* The first failure is the cause; what follow are its consequences. */
        if (run->failure != NULL)
            break;
        run->failure = memory_new(struct journal_failure);
        *run->failure = record->failure;
        return;
    case RECORD_END:
        record_members_free(RECORD_END, &run->end);
        run->end = record->end;
        run->ended = true;
        return;
    case RECORD_PHASE:
    case RECORD_ITERATION:
    case RECORD_STEP:
    case RECORD_KIND_COUNT:
        break;
    }
    record_free(record);
}

static bool take_line(struct reading *reading, const char *line, size_t length,
                      struct lg_error *err)
{
    _cleanup_json_ json_t *object = json_parse(line, length, reading->path, err);
    const char *name = json_get_text(object, RECORD_KEY, NULL);
    struct journal_record record;
    enum record_kind kind = record_kind_of(object);
    if (object == NULL) {
        lg_error_at(err, reading->path, reading->line, 1);
        return false;
    }
    if (name == NULL)
        return refuse(reading, err, "a line without a record's name");
    if (!reading->begun && kind != RECORD_HEADER)
        return refuse(reading, err, "this is not a journal: its first record is another");
    if (reading->begun && kind == RECORD_HEADER)
        return refuse(reading, err, "a second journal record");
    if (kind == RECORD_KIND_COUNT) { /* of a newer leakgate, where it is none of the samples' */
        const char *problem =
            sample_record_read(name, object, &reading->record->series, &reading->holdings);
        return problem == NULL || refuse(reading, err, problem);
    }
    if (!record_from_json(object, reading->path, &record, err)) {
        lg_error_at(err, reading->path, reading->line, 1);
        return false;
    }
    take_record(reading->record, &record);
    const char *problem = reading->begun ? NULL : problem_of_header(&reading->record->header);
    reading->begun = true;
    return problem == NULL || refuse(reading, err, problem);
}

static FILE *open_journal(const char *path, struct lg_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return lg_fail_null(err, LG_ERROR_INPUT, errno, "cannot open the journal %s", path);
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)LIMIT_JOURNAL_BYTES)
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "%s is not a file of at most %u bytes", path,
                            LIMIT_JOURNAL_BYTES);
    FILE *file = fdopen(fd, "re");
    if (file == NULL)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot read the journal %s", path);
    else
        fd = -1;
    return file;
}

static bool read_lines(struct reading *reading, FILE *file, struct lg_error *err)
{
    _cleanup_free_ char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    while ((length = getline(&line, &capacity, file)) > 0) {
        reading->line++;
        if (line[length - 1] != '\n') {
            reading->record->torn = true;
            break;
        }
        if ((size_t)length > LIMIT_JOURNAL_LINE)
            return refuse(reading, err, "a line is longer than the limit LIMIT_JOURNAL_LINE");
        if (!take_line(reading, line, (size_t)length - 1, err))
            return false;
    }
    if (ferror(file))
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot read %s", reading->path);
    return reading->begun || refuse(reading, err, "this is not a journal: it is empty");
}

static void gather_facts(struct run_record *record)
{
    const struct journal_header *header = &record->header;
    const struct journal_target *target = &record->target;
    const struct journal_failure *failure = record->failure;
    struct run_facts *facts = &record->facts;
    facts->invalid = failure != NULL && failure->class == LG_ERROR_INVALID;
    /* What was watched needs no end to be judged: the night before it was cut off counts. */
    bool cut_off = !record->ended && header->watch == NULL;
    facts->failed = (failure != NULL && !facts->invalid) || cut_off;
    facts->stopped = failure != NULL && failure->class == LG_ERROR_CANCELLED;
    if (failure != NULL)
        facts->problem = text_or(failure->text, "the run failed");
    else if (cut_off)
        facts->problem = "the worker ended before it was done";
    facts->rate_asked = journal_number(header->measure.heap_rate, 0);
    facts->rate_found = journal_number(target->heap_rate, 0);
    facts->by_control = header->control != NULL;
    facts->too_busy_to_quit = record->end.too_busy_to_quit;
    facts->left_behind = &record->end.left_behind;
    facts->control_left_behind = &header->control_left_behind;
    snprintf(facts->today, sizeof facts->today, "%.10s", header->date);
    snprintf(facts->plan_hash, sizeof facts->plan_hash, "%s", text_or(header->plan_hash, ""));
    snprintf(facts->go_version, sizeof facts->go_version, "%s", text_or(target->go, ""));
    snprintf(facts->platform, sizeof facts->platform, "%s", text_or(target->platform, ""));
    record->series.heap_rate = facts->rate_found;
    record->series.module = memory_copy_text(target->module);
    record->series.package = memory_copy_text(target->package);
    record->series.per_minute = header->measure.every_ms > 0;
    record->series.uncollected = header->watch != NULL;
    if (!record->ended && !cut_off)
        string_list_add(&record->notes, "this watch was cut off");
}

struct run_record *run_record_read(const char *path, struct lg_error *err)
{
    _cleanup_file_ FILE *file = open_journal(path, err);
    if (file == NULL)
        return NULL;
    struct reading reading = {.record = memory_new(struct run_record), .path = path};
    record_members_clear(RECORD_HEADER, &reading.record->header);
    record_members_clear(RECORD_TARGET, &reading.record->target);
    record_members_clear(RECORD_END, &reading.record->end);
    reading.record->series.holders = holder_table_new();
    if (!read_lines(&reading, file, err)) {
        run_record_free(reading.record);
        return NULL;
    }
    gather_facts(reading.record);
    return reading.record;
}

/* A journal without a failure and without an end: the worker itself broke. */
enum lg_error_class run_record_problem(const struct run_record *record)
{
    if (record->failure != NULL)
        return record->failure->class;
    return !record->ended && record->header.watch == NULL ? LG_ERROR_INTERNAL : LG_ERROR_NONE;
}

size_t run_record_iteration_length(const struct run_record *record)
{
    const json_t *scenario = json_object_get(record->header.plan, "scenario");
    return json_array_size(json_object_get(scenario, "iteration"));
}

void run_record_free(struct run_record *record)
{
    if (record == NULL)
        return;
    record_members_free(RECORD_HEADER, &record->header);
    record_members_free(RECORD_TARGET, &record->target);
    record_members_free(RECORD_END, &record->end);
    if (record->failure != NULL)
        record_members_free(RECORD_FAILURE, record->failure);
    for (size_t i = 0; i < record->screen_count; i++)
        record_members_free(RECORD_SCREEN, &record->screens[i]);
    for (size_t i = 0; i < record->flag_count; i++)
        record_members_free(RECORD_FLAG, &record->flags[i]);
    string_list_free(&record->notes);
    series_free(&record->series);
    free_all(record->failure, record->screens, record->flags, record);
}
