#include "commands/watch_view.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "commands/print_result.h"
#include "journal/attempt.h"
#include "report/csv.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "verdict/growth.h"
#include "verdict/levels.h"

static const double minutes_per_hour = 60;

/* --- Rows --- */

/* A new file, or one that rows of the same columns can be added to. */
static bool open_file(const char *path, const struct buffer *columns, int *fd, struct lg_error *err)
{
    _cleanup_free_ char *first = memory_array(columns->length + 1, 1);
    struct stat status;
    char last = '\n';
    *fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
    if (*fd < 0 || fstat(*fd, &status) != 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "cannot write the file %s", path);
    if (!S_ISREG(status.st_mode))
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s is no file", path);
    if (status.st_size == 0)
        return file_write_all(*fd, columns->data, columns->length, err);
    if (pread(*fd, first, columns->length, 0) != (ssize_t)columns->length ||
        memcmp(first, columns->data, columns->length) != 0)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "%s has other columns than a watch writes; choose another --csv", path);
    /* The last row may have been cut off. */
    return pread(*fd, &last, 1, status.st_size - 1) != 1 || last == '\n' ||
           file_write_all(*fd, "\n", 1, err);
}

bool watch_view_open(struct watch_view *view, const char *csv, bool waits, struct lg_error *err)
{
    bool terminal = isatty(STDOUT_FILENO) == 1;
    _cleanup_buffer_ struct buffer columns = {0};
    *view = (struct watch_view){
        .csv = -1, .is_file = csv != NULL, .table = terminal && !waits, .waits = waits};
    csv_put_columns(&columns);
    if (csv != NULL)
        return open_file(csv, &columns, &view->csv, err);
    if (terminal || waits)
        return true;
    view->csv = STDOUT_FILENO;
    return file_write_all(view->csv, columns.data, columns.length, err);
}

/* --- What is said --- */

static void erase(struct watch_view *view)
{
    if (view->drawn > 0)
        printf("\r\033[%zuA\033[J", view->drawn);
    view->drawn = 0;
}

void watch_view_said(struct watch_view *view, const char *text)
{
    time_t now = time(NULL);
    struct tm local;
    char moment[16] = "";
    if (localtime_r(&now, &local) != NULL)
        strftime(moment, sizeof moment, "%H:%M:%S", &local);
    _cleanup_free_ char *harmless = text_harmless(text, false);
    _cleanup_free_ char *line = memory_format("%s %s", moment, harmless);
    if (view->waits) {
        string_list_add(&view->said, line);
        return;
    }
    erase(view);
    fprintf(view->table ? stdout : stderr, "%s\n", line);
    fflush(stdout);
}

/* "fd anon_inode:[eventpoll] grows by +60.00 per hour (3 -> 23)": the figures are the holder's. The
 * caller frees it. */
static char *describe_growth(const struct finding *finding)
{
    const char *gauge = finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "";
    const char *holder = text_or(finding->function, finding->holder);
    bool stack = finding->gauge == GAUGE_HEAP_STACK;
    double pace = stack ? finding->bytes_per_iteration : finding->per_iteration;
    if (finding->kind != FINDING_GROWTH)
        return memory_format("%s %s", gauge, text_or(finding->text, ""));
    return memory_format("%s%s%s grows by %s per hour (%s -> %s)", gauge, holder != NULL ? " " : "",
                         text_or(holder, ""),
                         growth_text(finding->gauge, pace * minutes_per_hour).text,
                         amount_text(finding->gauge, finding->from).text,
                         amount_text(finding->gauge, finding->to).text);
}

/* Each holder once, as long as the watch lasts. */
static void say_what_grows(struct watch_view *view, const struct judgement *judgement)
{
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        _cleanup_free_ char *key =
            memory_format("%u %u %s", finding->kind, finding->gauge, text_or(finding->holder, ""));
        if (!finding_fails(finding->kind) || string_list_contains(&view->growing, key))
            continue;
        _cleanup_free_ char *text = describe_growth(finding);
        string_list_add(&view->growing, key);
        watch_view_said(view, text);
    }
}

/* --- The table --- */

/* The slope is found by pairs of points, and so many show it. */
enum { POINTS_MOST = 60 };

static const enum gauge shown[] = {
    GAUGE_FD,         GAUGE_GOROUTINE, GAUGE_THREAD, GAUGE_INOTIFY_WATCH, GAUGE_HEAP_ALLOC,
    GAUGE_HEAP_INUSE, GAUGE_RSS,       GAUGE_CHILD,  GAUGE_ZOMBIE};

/* What it gains per hour, and between which bounds (98 %) that lies. */
static void put_slope(struct string_list *cells, const struct series *series, enum gauge gauge)
{
    double positions[POINTS_MOST], values[POINTS_MOST];
    size_t every = series->count / POINTS_MOST + 1, count = 0;
    for (size_t i = 0; i < series->count; i += every) {
        positions[count] = series_position(series, &series->samples[i]);
        values[count++] = series->samples[i].gauges[gauge];
    }
    struct growth slope = slope_of((struct trace){positions, values, count}, 0);
    bool known = slope.iterations > 0 && isfinite(slope.lower);
    bool moves = known && slope.lower < slope.upper;
    string_list_add(cells,
                    known ? growth_text(gauge, slope.per_iteration * minutes_per_hour).text : "");
    string_list_take(cells,
                     moves ? memory_format("%s to %s",
                                           growth_text(gauge, slope.lower * minutes_per_hour).text,
                                           growth_text(gauge, slope.upper * minutes_per_hour).text)
                           : memory_copy_text(""));
}

static void put_sparkline(struct string_list *cells, const struct series *series, enum gauge gauge)
{
    _cleanup_free_ double *values = memory_array(series->count + 1, sizeof *values);
    for (size_t i = 0; i < series->count; i++)
        values[i] = series->samples[i].gauges[gauge];
    char *line = sparkline(values, series->count);
    string_list_take(cells, line != NULL ? line : memory_copy_text(""));
}

/* The last reading: the heap is not in every sample. */
static double value_now(const struct watch_moment *moment, enum gauge gauge)
{
    double value = moment->sample->gauges[gauge];
    for (size_t i = moment->series->count; isnan(value) && i-- > 0;)
        value = moment->series->samples[i].gauges[gauge];
    return value;
}

void watch_table(const struct watch_moment *moment, size_t width, struct buffer *out)
{
    static const char *const heading[] = {"GAUGE", "NOW", "PER HOUR", "BETWEEN (98 %)", ""};
    _cleanup_strings_ struct string_list cells = {0};
    _cleanup_buffer_ struct buffer table = {0};
    char lasted[64];
    clock_describe((int64_t)(moment->sample->at * 1e9), lasted, sizeof lasted);
    buffer_format(&table, "%s (process %d): %u sample%s in %s%s\n", moment->name, (int)moment->pid,
                  moment->samples, moment->samples == 1 ? "" : "s", lasted,
                  moment->sample->phase == PHASE_BUSY ? ", busy now" : "");
    for (size_t i = 0; i < COUNT_OF(heading); i++)
        string_list_add(&cells, heading[i]);
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        double now = value_now(moment, shown[i]);
        if (isnan(now))
            continue;
        string_list_add(&cells, gauge_info(shown[i])->name);
        string_list_add(&cells, amount_text(shown[i], now).text);
        put_slope(&cells, moment->series, shown[i]);
        put_sparkline(&cells, moment->series, shown[i]);
    }
    text_table(&table, &cells, COUNT_OF(heading));
    if (isfinite(moment->cores))
        buffer_format(&table, "cpu  %.2f cores\n", moment->cores);
    _cleanup_free_ char *lines = buffer_take(&table);
    char *remaining = NULL;
    for (char *line = strtok_r(lines, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining)) {
        _cleanup_free_ char *cut = text_cut(line, width);
        buffer_format(out, "%s\n", cut);
    }
}

static void draw(struct watch_view *view, const struct watch_moment *moment)
{
    _cleanup_buffer_ struct buffer table = {0};
    watch_table(moment, console_style_of(STDOUT_FILENO).width - 1, &table);
    erase(view);
    for (const char *c = buffer_string(&table); *c != '\0'; c++)
        view->drawn += *c == '\n';
    fputs(buffer_string(&table), stdout);
    fflush(stdout);
}

static void close_rows(struct watch_view *view)
{
    if (view->is_file)
        cleanup_close(&view->csv);
    view->csv = -1;
}

void watch_view_sampled(struct watch_view *view, const struct watch_moment *moment)
{
    if (view->csv >= 0) {
        _cleanup_buffer_ struct buffer row = {0};
        struct lg_error err = {0};
        csv_put_sample(&row, moment->name, attempt_name(ATTEMPT_SCREENING), moment->sample,
                       moment->date);
        if (!file_write_all(view->csv, row.data, row.length, &err)) {
            _cleanup_free_ char *text =
                memory_format("samples are no longer written as CSV: %s", err.text);
            close_rows(view);
            watch_view_said(view, text);
        }
    }
    say_what_grows(view, moment->judgement);
    if (view->table)
        draw(view, moment);
}

void watch_view_close(struct watch_view *view)
{
    for (size_t i = 0; i < view->said.count; i++)
        fprintf(stderr, "%s\n", view->said.items[i]);
    if (view->is_file)
        close_rows(view);
    string_list_free(&view->said);
    string_list_free(&view->growing);
}
