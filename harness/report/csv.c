/*
 * Every sample as a row of comma-separated values (RFC 4180, lines ended by LF). The first columns
 * are those in which people keep such numbers already; all gauges of the table follow.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/format.h"

static const double bytes_per_mb = 1024.0 * 1024.0;

struct rows {
    struct buffer *out;
    const struct scenario_result *scenario;
    const char *attempt;
};

/* A text from elsewhere: no line break, and nothing that a spreadsheet takes for a formula. */
static void put_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    bool formula = *harmless != '\0' && strchr("=+-@", *harmless) != NULL;
    bool quoted = strpbrk(harmless, ",\"") != NULL;
    buffer_text(out, quoted ? "\"" : "");
    buffer_text(out, formula ? "'" : "");
    for (const char *c = harmless; *c != '\0'; c++) {
        buffer_char(out, *c);
        if (*c == '"')
            buffer_char(out, '"');
    }
    buffer_text(out, quoted ? "\"" : "");
}

static void put_number(struct buffer *out, double value, int digits)
{
    if (isfinite(value))
        buffer_format(out, "%.*f", digits, value);
}

static bool is_first(enum gauge gauge)
{
    return gauge == GAUGE_HEAP_ALLOC || gauge == GAUGE_HEAP_INUSE || gauge == GAUGE_GOROUTINE ||
           gauge == GAUGE_RSS;
}

/* heap_stack has holders and no number of its own. */
static bool has_column(enum gauge gauge)
{
    return !is_first(gauge) && gauge != GAUGE_HEAP_STACK;
}

static const char *column_suffix(enum gauge gauge)
{
    switch (gauge_info(gauge)->unit) {
    case UNIT_BYTES:
        return "_bytes";
    case UNIT_SECONDS:
        return "_seconds";
    case UNIT_COUNT:
        break;
    }
    return gauge == GAUGE_THREAD ? "s" : "";
}

static void put_header(struct buffer *out)
{
    buffer_text(out, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,scenario,attempt,"
                     "phase,iteration,step,at_seconds");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (has_column(gauge))
            buffer_format(out, ",%s%s", gauge_info(gauge)->name, column_suffix(gauge));
    buffer_char(out, '\n');
}

/* The columns people know. */
static void put_first(struct buffer *out, const struct sample *sample, const char *date)
{
    char time[25];
    buffer_text(out, clock_timestamp_after(date, sample->at, time) ? time : "");
    buffer_char(out, ',');
    put_number(out, sample->gauges[GAUGE_HEAP_ALLOC], 0);
    buffer_char(out, ',');
    put_number(out, sample->gauges[GAUGE_HEAP_INUSE], 0);
    buffer_char(out, ',');
    put_number(out, sample->gauges[GAUGE_GOROUTINE], 0);
    buffer_char(out, ',');
    put_number(out, sample->gauges[GAUGE_RSS] / bytes_per_mb, 1);
}

static void put_sample(const struct rows *rows, const struct sample *sample, const char *date)
{
    struct buffer *out = rows->out;
    put_first(out, sample, date);
    buffer_char(out, ',');
    put_text(out, rows->scenario->name);
    buffer_format(out, ",%s,%s,%u,", rows->attempt, phase_name(sample->phase), sample->iteration);
    if (sample->step > 0)
        buffer_format(out, "%u", sample->step);
    buffer_char(out, ',');
    put_number(out, sample->at, 3);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!has_column(gauge))
            continue;
        buffer_char(out, ',');
        put_number(out, sample->gauges[gauge], gauge_info(gauge)->unit == UNIT_SECONDS ? 3 : 0);
    }
    buffer_char(out, '\n');
}

static void put_record(const struct rows *rows, const struct run_record *record)
{
    if (record == NULL)
        return;
    const char *date = record->header.date;
    for (size_t i = 0; i < record->series.count; i++)
        put_sample(rows, &record->series.samples[i], date);
}

void csv_report(const struct suite_result *suite, struct buffer *out)
{
    put_header(out);
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        struct rows rows = {
            .out = out, .scenario = scenario, .attempt = attempt_name(ATTEMPT_SCREENING)};
        put_record(&rows, scenario->record);
        for (size_t j = 0; j < scenario->attempt_count; j++) {
            rows.attempt = attempt_name(scenario->attempts[j].attempt);
            put_record(&rows, scenario->attempts[j].record);
        }
    }
}
