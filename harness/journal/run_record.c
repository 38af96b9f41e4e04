#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "verdict/baseline.h"

enum { JOURNAL_VERSION = 1 };

/* A journal on its way in. */
struct reading {
    struct run_record *record;
    const char *path;
    unsigned line;
    size_t holdings; /* of all samples */
};

static bool refuse(const struct reading *reading, struct lg_error *err, const char *problem)
{
    lg_fail(err, LG_ERROR_INPUT, 0, "%s", problem);
    lg_error_at(err, reading->path, reading->line, 1);
    return false;
}

/* What is read is kept by reference: the line's own tree is dropped after it. */
static void keep(json_t **place, json_t *record)
{
    json_decref(*place);
    *place = json_incref(record);
}

/* null and nothing are none. */
static bool take_baseline(struct reading *reading, const json_t *record, const char *key,
                          struct baseline **baseline, struct lg_error *err)
{
    const json_t *stored = json_object_get(record, key);
    if (stored == NULL || json_is_null(stored))
        return true;
    *baseline = baseline_from_json(stored, reading->path, err);
    if (*baseline != NULL)
        return true;
    lg_context(err, "the baseline in the journal");
    lg_error_at(err, reading->path, reading->line, 1);
    return false;
}

static bool check_quarantine(const struct reading *reading, const json_t *quarantine,
                             struct lg_error *err)
{
    return quarantine == NULL || clock_is_date(json_get_text(quarantine, "until", "")) ||
           refuse(reading, err, "a quarantine without its last day");
}

static bool take_header(struct reading *reading, json_t *record, struct lg_error *err)
{
    struct run_record *run = reading->record;
    if (run->header != NULL)
        return refuse(reading, err, "a second journal record");
    if (json_get_integer(record, "version", 0) != JOURNAL_VERSION)
        return refuse(reading, err, "a journal of a version that this leakgate does not read");
    const char *date = json_get_text(record, "date", "");
    char day[11];
    snprintf(day, sizeof day, "%.10s", date);
    if (!clock_is_date(day))
        return refuse(reading, err, "the journal has no date");
    run->baseline_revision = json_get_text(record, "baseline_revision", NULL);
    if (!take_baseline(reading, record, "baseline", &run->baseline, err) ||
        !take_baseline(reading, record, "baseline_here", &run->baseline_here, err) ||
        !check_quarantine(reading, json_object_get(record, "quarantine"), err))
        return false;
    const json_t *measure = json_object_get(record, "measure");
    run->series.per_minute = json_get_number(measure, "every_ms", 0) > 0;
    keep(&run->header, record);
    return true;
}

static bool take_function(struct reading *reading, json_t *record, struct lg_error *err)
{
    struct holder_table *table = reading->record->series.holders;
    const json_t *name = json_object_get(record, "name");
    if (!json_is_string(name))
        return refuse(reading, err, "a function without a name");
    if (json_get_integer(record, "number", -1) != (int64_t)holder_table_function_count(table))
        return refuse(reading, err, "a function's number is out of order");
    size_t before = holder_table_function_count(table);
    holder_table_function(table, json_string_value(name), json_string_length(name));
    if (holder_table_function_count(table) == before)
        return refuse(reading, err, "a function stands twice");
    return true;
}

static bool add_stack(struct reading *reading, enum gauge gauge, const json_t *stack,
                      struct lg_error *err)
{
    struct holder_table *table = reading->record->series.holders;
    size_t depth = json_array_size(stack);
    if (depth > LIMIT_PROFILE_STACK)
        return refuse(reading, err, "a stack is deeper than the limit");
    uint32_t functions[LIMIT_PROFILE_STACK] = {0};
    for (size_t i = 0; i < depth; i++) {
        const json_t *number = json_array_get(stack, i);
        json_int_t value = json_integer_value(number);
        if (!json_is_integer(number) || value < 0 ||
            (size_t)value >= holder_table_function_count(table))
            return refuse(reading, err, "a stack names an unknown function");
        functions[i] = (uint32_t)value;
    }
    holder_table_stack(table, gauge, functions, (uint32_t)depth);
    return true;
}

static bool take_holder(struct reading *reading, json_t *record, struct lg_error *err)
{
    struct holder_table *table = reading->record->series.holders;
    enum gauge gauge = gauge_by_name(json_get_text(record, "gauge", ""));
    const char *text = json_get_text(record, "text", NULL);
    const json_t *stack = json_object_get(record, "stack");
    size_t before = holder_table_count(table);
    if (gauge == GAUGE_COUNT)
        return refuse(reading, err, "a holder of an unknown gauge");
    if (json_get_integer(record, "number", -1) != (int64_t)before)
        return refuse(reading, err, "a holder's number is out of order");
    if (text == NULL && !json_is_array(stack))
        return refuse(reading, err, "a holder has neither text nor stack");
    if (text != NULL)
        holder_table_text(table, gauge, text);
    else if (!add_stack(reading, gauge, stack, err))
        return false;
    return holder_table_count(table) > before || refuse(reading, err, "a holder stands twice");
}

static bool parse_holding(const struct reading *reading, const json_t *row, struct holding *holding)
{
    const json_t *holder = json_array_get(row, 0);
    const json_t *value = json_array_get(row, 1);
    const json_t *bytes = json_array_get(row, 2);
    if (!json_is_integer(holder) || !json_is_integer(value) ||
        (bytes != NULL && !json_is_integer(bytes)))
        return false;
    json_int_t number = json_integer_value(holder);
    json_int_t count = json_integer_value(value);
    json_int_t size = bytes != NULL ? json_integer_value(bytes) : 0;
    if (number < 0 || (size_t)number >= holder_table_count(reading->record->series.holders))
        return false;
    if (count < 0 || count > UINT32_MAX || size < 0)
        return false;
    *holding = (struct holding){(uint32_t)number, (uint32_t)count, (uint64_t)size};
    return true;
}

static bool parse_differences(const struct reading *reading, const json_t *rows,
                              struct holding *differences)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        if (!parse_holding(reading, json_array_get(rows, i), &differences[i]))
            return false;
        if (i > 0 && differences[i].holder <= differences[i - 1].holder)
            return false;
    }
    return true;
}

/* The holdings of the sample before with the differences put in; both are sorted by holder. */
static void apply_differences(const struct holding_list *last, const struct holding *differences,
                              size_t count, struct holding_list *merged)
{
    size_t old = 0, new = 0;
    while (old < last->count || new < count) {
        const struct holding *before = old < last->count ? &last->items[old] : NULL;
        if (new == count || (before != NULL && before->holder < differences[new].holder)) {
            holding_list_add(merged, *before);
            old++;
            continue;
        }
        old += before != NULL && before->holder == differences[new].holder;
        if (differences[new].value > 0 || differences[new].bytes > 0)
            holding_list_add(merged, differences[new]);
        new ++;
    }
}

static bool take_holdings(struct reading *reading, const json_t *rows, struct sample *sample,
                          struct lg_error *err)
{
    const struct series *series = &reading->record->series;
    const struct holding_list none = {0};
    const struct holding_list *last =
        series->count > 0 ? &series->samples[series->count - 1].holdings : &none;
    size_t count = json_array_size(rows);
    _cleanup_free_ struct holding *differences = memory_array(count + 1, sizeof *differences);
    if (!parse_differences(reading, rows, differences))
        return refuse(reading, err, "a sample's holdings are not as they should be");
    size_t most = last->count + count;
    sample->holdings = (struct holding_list){.items = memory_array(most + 1, sizeof *differences),
                                             .capacity = most + 1};
    apply_differences(last, differences, count, &sample->holdings);
    reading->holdings += sample->holdings.count;
    if (reading->holdings > LIMIT_JOURNAL_HOLDINGS)
        return refuse(reading, err, "the samples hold more than the limit LIMIT_JOURNAL_HOLDINGS");
    return true;
}

static bool take_gauges(const struct reading *reading, const json_t *gauges, struct sample *sample,
                        struct lg_error *err)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const json_t *value = json_object_get(gauges, gauge_info(gauge)->name);
        sample->gauges[gauge] = NAN;
        if (value == NULL)
            continue;
        if (!json_is_number(value) || !isfinite(json_number_value(value)))
            return refuse(reading, err, "a gauge of a sample is not a number");
        sample->gauges[gauge] = json_number_value(value);
    }
    return true;
}

static bool take_sample(struct reading *reading, json_t *record, struct lg_error *err)
{
    struct sample sample = {
        .phase = phase_by_name(json_get_text(record, "phase", "")),
        .at = json_get_number(record, "at", NAN),
        .took = json_get_number(record, "took", 0),
    };
    int64_t iteration = json_get_integer(record, "iteration", -1);
    int64_t collections = json_get_integer(record, "collections", 0);
    int64_t step = json_get_integer(record, "step", 0);
    if (sample.phase == PHASE_COUNT || !isfinite(sample.at) || iteration < 0 ||
        iteration > UINT32_MAX || collections < 0 || step < 0 || step > UINT32_MAX)
        return refuse(reading, err, "a sample without its phase, iteration or time");
    if (reading->record->series.count >= LIMIT_JOURNAL_SAMPLES)
        return refuse(reading, err, "more samples than the limit LIMIT_JOURNAL_SAMPLES");
    sample.iteration = (unsigned)iteration;
    sample.step = (unsigned)step;
    sample.collections = (uint64_t)collections;
    if (!take_gauges(reading, json_object_get(record, "gauges"), &sample, err))
        return false;
    bool taken = take_holdings(reading, json_object_get(record, "holdings"), &sample, err);
    series_append(&reading->record->series, &sample);
    return taken;
}

static bool take_target(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    keep(&reading->record->target, record);
    return true;
}

static bool take_failure(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    /* The first failure is the cause; what follows are its consequences. */
    if (reading->record->failure == NULL)
        keep(&reading->record->failure, record);
    return true;
}

static bool take_end(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    keep(&reading->record->end, record);
    return true;
}

static bool push_to(json_t *array, json_t *record)
{
    json_push(array, json_incref(record));
    return true;
}

static bool take_note(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    return push_to(reading->record->notes, record);
}

static bool take_screen(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    return push_to(reading->record->screens, record);
}

static bool take_step(struct reading *reading, json_t *record, struct lg_error *err)
{
    (void)err;
    json_t *steps = reading->record->steps;
    if (json_array_size(steps) >= LIMIT_JOURNAL_STEPS_KEPT)
        json_array_remove(steps, 0);
    return push_to(steps, record);
}

static const struct {
    const char *name;
    bool (*take)(struct reading *reading, json_t *record, struct lg_error *err);
} takers[] = {
    {"journal", take_header}, {"target", take_target}, {"function", take_function},
    {"holder", take_holder},  {"sample", take_sample}, {"step", take_step},
    {"screen", take_screen},  {"note", take_note},     {"failure", take_failure},
    {"end", take_end},
};

static bool take_line(struct reading *reading, const char *line, size_t length,
                      struct lg_error *err)
{
    _cleanup_json_ json_t *record = json_parse(line, length, reading->path, err);
    const char *name = json_get_text(record, "record", NULL);
    if (record == NULL) {
        lg_error_at(err, reading->path, reading->line, 1);
        return false;
    }
    if (name == NULL)
        return refuse(reading, err, "a line without a record's name");
    if (reading->record->header == NULL && strcmp(name, "journal") != 0)
        return refuse(reading, err, "this is no journal: its first record is another");
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (strcmp(name, takers[i].name) == 0)
            return takers[i].take(reading, record, err);
    return true; /* of a newer leakgate */
}

static FILE *open_journal(const char *path, struct lg_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        lg_fail(err, LG_ERROR_INPUT, errno, "cannot open the journal %s", path);
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || status.st_size > (off_t)LIMIT_JOURNAL_BYTES) {
        lg_fail(err, LG_ERROR_INPUT, 0, "%s is not a file of at most %u bytes", path,
                LIMIT_JOURNAL_BYTES);
        return NULL;
    }
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
    return reading->record->header != NULL ||
           refuse(reading, err, "this is no journal: it is empty");
}

static void gather_left_behind(struct run_record *record)
{
    json_get_texts(json_object_get(record->end, "left_behind"), &record->left_behind);
    json_get_texts(json_object_get(record->header, "control_left_behind"),
                   &record->control_left_behind);
}

/* A run that was cut off says nothing about leaks: what it measured is no whole series. */
static void gather_facts(struct run_record *record)
{
    struct run_facts *facts = &record->facts;
    const char *class = json_get_text(record->failure, "class", "");
    facts->invalid = strcmp(class, "invalid") == 0;
    facts->failed = (record->failure != NULL && !facts->invalid) || record->end == NULL;
    if (record->failure != NULL)
        facts->problem = json_get_text(record->failure, "text", "the run failed");
    else if (record->end == NULL)
        facts->problem = "the worker ended before it was done";
    const json_t *measure = json_object_get(record->header, "measure");
    facts->rate_asked = (long)json_get_integer(measure, "heap_rate", 0);
    facts->rate_found = (long)json_get_integer(record->target, "heap_rate", 0);
    record->series.heap_rate = facts->rate_found;
    facts->by_control = json_object_get(record->header, "control") != NULL;
    facts->left_behind = &record->left_behind;
    facts->control_left_behind = &record->control_left_behind;
    snprintf(facts->today, sizeof facts->today, "%.10s", json_get_text(record->header, "date", ""));
    snprintf(facts->plan_hash, sizeof facts->plan_hash, "%s",
             json_get_text(record->header, "plan_hash", ""));
    snprintf(facts->go_version, sizeof facts->go_version, "%s",
             json_get_text(record->target, "go", ""));
    snprintf(facts->platform, sizeof facts->platform, "%s",
             json_get_text(record->target, "platform", ""));
}

static struct run_record *run_record_new(void)
{
    struct run_record *record = memory_new(struct run_record);
    record->notes = json_array();
    record->screens = json_array();
    record->steps = json_array();
    record->series.holders = holder_table_new();
    return record;
}

struct run_record *run_record_read(const char *path, struct lg_error *err)
{
    _cleanup_file_ FILE *file = open_journal(path, err);
    if (file == NULL)
        return NULL;
    struct reading reading = {.record = run_record_new(), .path = path};
    bool whole = read_lines(&reading, file, err);
    if (!whole) {
        run_record_free(reading.record);
        return NULL;
    }
    gather_left_behind(reading.record);
    gather_facts(reading.record);
    return reading.record;
}

void run_record_free(struct run_record *record)
{
    if (record == NULL)
        return;
    json_decref(record->header);
    json_decref(record->target);
    json_decref(record->failure);
    json_decref(record->end);
    json_decref(record->notes);
    json_decref(record->screens);
    json_decref(record->steps);
    series_free(&record->series);
    baseline_free(record->baseline);
    baseline_free(record->baseline_here);
    string_list_free(&record->left_behind);
    string_list_free(&record->control_left_behind);
    free(record);
}
