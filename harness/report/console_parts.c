/* Parts of the terminal report for other formats. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/console_paint.h"
#include "result/exit_status.h"
#include "report/text_layout.h"

/* What is read in a web page is wrapped there. Half, for widths are added up. */
enum { BLOCK_WIDTH = 100 };
static const size_t not_wrapped = SIZE_MAX / 2;

static struct painter plain_painter(const struct suite_result *suite, struct buffer *out,
                                    size_t width)
{
    return (struct painter){.suite = suite, .style = {.width = width}, .out = out};
}

static bool any_fails(const struct suite_result *suite)
{
    for (size_t i = 0; i < suite->count; i++)
        if (scenario_exit_status(suite, &suite->scenarios[i]) != EXIT_PASS)
            return true;
    return false;
}

char *console_problem(const struct suite_result *suite)
{
    int status = suite_exit_status(suite);
    _cleanup_free_ char *counts = console_counts(suite);
    if (suite->problems.count > 0) {
        struct buffer text = {0};
        buffer_text(&text, "not whole: ");
        for (size_t i = 0; i < suite->problems.count; i++)
            buffer_format(&text, "%s%s", i > 0 ? "; " : "", suite->problems.items[i]);
        return buffer_take(&text);
    }
    if (suite->signal != 0)
        return memory_format("stopped by signal %d (%s): %s", suite->signal,
                             strsignal(suite->signal), counts);
    if (status == EXIT_PASS || any_fails(suite))
        return NULL;
    if (status == EXIT_NOTHING_JUDGED)
        return memory_format("nothing was judged: %s", counts);
    return memory_format("exit status %d: %s", status, counts);
}

char *console_block(const struct suite_result *suite, const struct scenario_result *scenario)
{
    struct buffer out = {0};
    struct painter painter = plain_painter(suite, &out, BLOCK_WIDTH);
    painter.name_width = text_columns(scenario->name);
    painter.verdict_width = text_columns(verdict_word(scenario));
    painter.indent = 2;
    paint_scenario(&painter, scenario);
    return buffer_take(&out);
}

char *console_last_words(const struct suite_result *suite, const struct scenario_result *scenario)
{
    struct buffer out = {0};
    struct painter painter = plain_painter(suite, &out, BLOCK_WIDTH);
    paint_last_words(&painter, scenario);
    return buffer_take(&out);
}

/* The labels' columns are of no use where there are no columns. */
static void split_lines(const char *text, struct string_list *lines)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t blanks = strspn(text, " ");
        if (blanks < length)
            string_list_take(lines, memory_copy_range(text + blanks, length - blanks));
        text += length;
        text += *text == '\n';
    }
}

void console_remarks(const struct suite_result *suite, const struct scenario_result *scenario,
                     struct string_list *lines)
{
    _cleanup_buffer_ struct buffer out = {0};
    struct painter painter = plain_painter(suite, &out, not_wrapped);
    paint_remarks(&painter, scenario);
    split_lines(buffer_string(&out), lines);
}

void console_next_steps(const struct suite_result *suite, const struct scenario_result *scenario,
                        struct string_list *lines)
{
    _cleanup_buffer_ struct buffer out = {0};
    struct suite_result one = *suite;
    if (scenario != NULL) {
        one.scenarios = (struct scenario_result *)scenario;
        one.count = 1;
    }
    struct painter painter = plain_painter(scenario != NULL ? &one : suite, &out, not_wrapped);
    paint_next_steps(&painter);
    split_lines(buffer_string(&out), lines);
}
