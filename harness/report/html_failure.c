/* What a run that failed or was measured wrongly leaves to look at. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "result/attempts.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/console.h"

static void put_screen(struct buffer *out, const struct run_record *record)
{
    const struct journal_screen *screen = failing_screen(record);
    if (screen == NULL)
        return;
    size_t count = rows_in_use(&screen->rows);
    buffer_text(out, "<h3>The screen at that moment</h3>\n<pre class=\"screen\" tabindex=\"0\" "
                     "role=\"group\" aria-label=\"screen\">\n");
    if (count == 0)
        buffer_text(out, "(the screen was blank)");
    for (size_t i = 0; i < count; i++) {
        html_text(out, screen->rows.items[i]);
        buffer_char(out, '\n');
    }
    buffer_text(out, "</pre>\n");
}

static void put_stderr(struct buffer *out, const struct journal_failure *failure)
{
    const char *tail = text_or(failure->stderr_tail, "");
    if (tail[strspn(tail, " \n")] == '\0')
        return;
    buffer_text(out, "<h3>Standard error of the target</h3>\n<pre tabindex=\"0\" role=\"group\" "
                     "aria-label=\"standard error\">\n");
    _cleanup_free_ char *kept = memory_copy_text(last_lines(tail, LIMIT_PAGE_STDERR_LINES));
    char *remaining = NULL;
    for (char *line = strtok_r(kept, "\n", &remaining); line != NULL;
         line = strtok_r(NULL, "\n", &remaining)) {
        html_text(out, line);
        buffer_char(out, '\n');
    }
    buffer_text(out, "</pre>\n");
}

void html_failure(struct buffer *out, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario_telling_record(scenario);
    if (record == NULL || record->failure == NULL || scenario->verdict == VERDICT_SKIPPED)
        return;
    put_screen(out, record);
    put_stderr(out, record->failure);
}
