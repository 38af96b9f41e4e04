/*
 * Every sample as a row of comma-separated values (RFC 4180, lines ended by LF). The first columns
 * are those in which people keep such numbers already; all gauges of the table follow.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/csv.h"
#include "report/format.h"

static const double bytes_per_mb = 1024.0 * 1024.0;

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

/* The next cell; empty where the number was not read. */
static void put_number(struct buffer *out, double value, int digits)
{
    buffer_char(out, ',');
    if (isfinite(value))
        buffer_format(out, "%.*f", digits, value);
}

/* Behind the first columns. heap_stack has holders and no number of its own. */
static bool has_column(enum gauge gauge)
{
    return gauge != GAUGE_HEAP_ALLOC && gauge != GAUGE_HEAP_INUSE && gauge != GAUGE_GOROUTINE &&
           gauge != GAUGE_RSS && gauge != GAUGE_HEAP_STACK;
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

void csv_put_sample(struct buffer *out, const char *scenario, const char *attempt,
                    const struct sample *sample, const char *date)
{
    char time[25];
    buffer_text(out, clock_timestamp_after(date, sample->at + sample->slept, time) ? time : "");
    put_number(out, sample->gauges[GAUGE_HEAP_ALLOC], 0);
    put_number(out, sample->gauges[GAUGE_HEAP_INUSE], 0);
    put_number(out, sample->gauges[GAUGE_GOROUTINE], 0);
    put_number(out, sample->gauges[GAUGE_RSS] / bytes_per_mb, 1);
    buffer_char(out, ',');
    put_text(out, scenario);
    buffer_format(out, ",%s,%s,%u,", attempt, phase_name(sample->phase), sample->iteration);
    if (sample->step > 0)
        buffer_format(out, "%u", sample->step);
    put_number(out, sample->at, 3);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (has_column(gauge))
            put_number(out, sample->gauges[gauge], gauge_info(gauge)->unit == UNIT_SECONDS ? 3 : 0);
    buffer_char(out, '\n');
}

static void put_record(struct buffer *out, const struct scenario_result *scenario,
                       enum attempt attempt, const struct run_record *record)
{
    for (size_t i = 0; record != NULL && i < record->series.count; i++)
        csv_put_sample(out, scenario->name, attempt_name(attempt), &record->series.samples[i],
                       record->header.date);
}

void csv_put_columns(struct buffer *out)
{
    buffer_text(out, "time,heap_alloc_bytes,heap_inuse_bytes,goroutines,rss_mb,scenario,attempt,"
                     "phase,iteration,step,at_seconds");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (has_column(gauge))
            buffer_format(out, ",%s%s", gauge_info(gauge)->name, column_suffix(gauge));
    buffer_char(out, '\n');
}

void csv_report(const struct suite_result *suite, struct buffer *out)
{
    csv_put_columns(out);
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[i];
        put_record(out, scenario, ATTEMPT_SCREENING, scenario->record);
        for (size_t j = 0; j < scenario->attempt_count; j++)
            put_record(out, scenario, scenario->attempts[j].attempt, scenario->attempts[j].record);
    }
}
