#include "report/screen_text.h"

#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "report/text_layout.h"
#include "result/attempts.h"

enum { STDERR_LINES_SHOWN = 50, FAILURE_INDENT = 2, ROWS_WORTH_A_LINE = 4 };

const struct journal_screen *failing_screen(const struct run_record *record)
{
    for (size_t i = record->screen_count; i > 0; i--)
        if (record->screens[i - 1].why == SCREEN_FAILED ||
            record->screens[i - 1].why == SCREEN_ROUND_TRIP)
            return &record->screens[i - 1];
    return NULL;
}

size_t rows_in_use(const struct string_list *rows)
{
    size_t count = rows->count;
    while (count > 0 && rows->items[count - 1][strspn(rows->items[count - 1], " ")] == '\0')
        count--;
    return count;
}

const char *last_lines(const char *text, size_t lines)
{
    const char *start = text + strlen(text);
    while (start > text && start[-1] == '\n')
        start--;
    for (; start > text; start--)
        if (start[-1] == '\n' && --lines == 0)
            break;
    return start;
}

static void box_edge(struct buffer *out, const char *left, const char *title, const char *right,
                     size_t indent, size_t inner)
{
    size_t used = text_columns(title);
    text_pad(out, "", indent);
    buffer_text(out, left);
    buffer_text(out, title);
    for (size_t i = used; i < inner + 2; i++)
        buffer_text(out, "─");
    buffer_format(out, "%s\n", right);
}

static char *row_text(const char *row, size_t columns)
{
    _cleanup_free_ char *harmless = text_harmless(row, false);
    return text_cut(harmless, columns);
}

static void box_row(struct buffer *out, const char *text, size_t indent, size_t inner)
{
    text_pad(out, "", indent);
    buffer_text(out, "│ ");
    text_pad(out, text, inner);
    buffer_text(out, " │\n");
}

/* An empty part of a screen says as much in two lines as in forty. */
static void box_rows(struct buffer *out, const struct string_list *rows, size_t count,
                     size_t indent, size_t inner)
{
    for (size_t i = 0, equal; i < count; i += equal) {
        _cleanup_free_ char *row = row_text(rows->items[i], inner);
        equal = 1;
        while (i + equal < count && strcmp(rows->items[i], rows->items[i + equal]) == 0)
            equal++;
        box_row(out, row, indent, inner);
        if (equal >= ROWS_WORTH_A_LINE) {
            _cleanup_free_ char *more = memory_format("⋮ %zu more rows like this", equal - 1);
            _cleanup_free_ char *cut = text_cut(more, inner);
            box_row(out, cut, indent, inner);
        } else {
            equal = 1;
        }
    }
}

void screen_box(const struct string_list *rows, const char *title, size_t indent, size_t width,
                struct buffer *out)
{
    char *blank[] = {"(the screen was blank)", NULL};
    const struct string_list blank_rows = {.items = blank, .count = 1};
    size_t count = rows_in_use(rows);
    size_t most = width > indent + 4 ? width - indent - 4 : 1;
    size_t inner = text_columns(title);
    /* An empty box would look like a fault of the report. */
    if (count == 0) {
        rows = &blank_rows;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *row = row_text(rows->items[i], most);
        size_t columns = text_columns(row);
        inner = columns > inner ? columns : inner;
    }
    inner = inner > most ? most : inner;
    box_edge(out, "┌", title, "┐", indent, inner);
    box_rows(out, rows, count, indent, inner);
    box_edge(out, "└", "", "┘", indent, inner);
}

const struct run_record *failed_record(const struct scenario_result *scenario)
{
    const struct run_record *record = scenario_telling_record(scenario);
    bool shown = scenario->verdict == VERDICT_FAILED || scenario->verdict == VERDICT_INVALID;
    return shown && record != NULL && record->failure != NULL ? record : NULL;
}

void failure_text(const struct scenario_result *scenario, size_t width, struct buffer *out)
{
    const struct run_record *record = failed_record(scenario);
    if (record == NULL)
        return;
    const struct journal_screen *screen = failing_screen(record);
    if (screen != NULL)
        screen_box(&screen->rows, " screen ", FAILURE_INDENT, width, out);
    const char *tail = text_or(record->failure->stderr_tail, "");
    if (tail[strspn(tail, " \n")] == '\0')
        return;
    buffer_format(out, "%*sstandard error of the target:\n", FAILURE_INDENT, "");
    text_lines(out, last_lines(tail, STDERR_LINES_SHOWN), FAILURE_INDENT + 2, SIZE_MAX, true);
}
