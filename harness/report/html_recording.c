#include "base/clock.h"
#include "base/memory.h"
#include "base/strings.h"
#include "journal/run_files.h"
#include "report/html_page.h"
#include "report/html_text.h"

static void put_seconds(struct buffer *out, double seconds)
{
    char text[64];
    clock_describe((int64_t)(seconds * 1e9), text, sizeof text);
    html_text(out, text);
}

/* How much of it is in the page, so that nobody takes a part for the whole. */
static void put_extent(struct buffer *out, const struct recording *recording)
{
    _cleanup_free_ char *quoted = shell_quoted(recording->file);
    bool whole = recording->part.from_start && recording->part.to_end && !recording->cut;
    buffer_text(out, "<p class=\"note\">");
    if (whole) {
        buffer_text(out, "The whole recording, ");
        put_seconds(out, recording->seconds);
        buffer_text(out, ".");
    } else {
        buffer_text(out, "<strong>A part of the recording</strong>, from ");
        put_seconds(out, recording->part.from);
        buffer_text(out, " to ");
        put_seconds(out, recording->part.to);
        buffer_text(out, " of ");
        put_seconds(out, recording->seconds);
        buffer_text(out, recording->cut ? " or more: not all of the file was read."
                                        : ": the page holds no more of it.");
    }
    buffer_text(out, " All of it, as it was written: <a href=\"");
    html_path(out, recording->file);
    buffer_text(out,
                "\">" RECORDING_FILE "</a>, in the report's directory: <code>asciinema play -i 1 ");
    html_text(out, quoted);
    buffer_text(out, "</code></p>");
}

static void put_player(struct buffer *out, const struct recording *recording)
{
    put_extent(out, recording);
    if (recording->part.count == 0) {
        buffer_text(out, "<p class=\"note\">Nothing was drawn in it.</p>");
        return;
    }
    buffer_text(out, "<div class=\"player\"><pre class=\"screen\" tabindex=\"0\" role=\"group\" "
                     "aria-label=\"screen\">\n");
    buffer_append(out, buffer_string(&recording->still), recording->still.length);
    buffer_text(out, "</pre><noscript><p class=\"note\">One picture of it. Playing it here takes "
                     "script.</p></noscript><script type=\"application/json\">");
    buffer_append(out, buffer_string(&recording->pictures), recording->pictures.length);
    buffer_text(out, "</script></div>\n");
}

void html_recording(struct buffer *out, const struct scenario_result *scenario)
{
    const struct recording *recording = scenario->recording;
    if (recording == NULL)
        return;
    buffer_format(out, "<details class=\"recording\"%s><summary><h3>Recording</h3></summary>",
                  recording->tail ? " open" : "");
    switch (recording->state) {
    case RECORDING_DRAWN:
        put_player(out, recording);
        break;
    case RECORDING_REFUSED:
        buffer_text(out, "<p class=\"note\">");
        html_format(out, "It cannot be shown here: %s", recording->problem);
        buffer_text(out, "</p>");
        break;
    case RECORDING_CRASHED:
        buffer_text(out, "<p class=\"note\">It cannot be shown here: drawing it again ended the "
                         "process that did, or took too long.</p>");
        break;
    case RECORDING_NO_ROOM:
        buffer_text(out, "<p class=\"note\">Left out: the recordings above took what the page has "
                         "for them. It is in the report's directory: <a href=\"");
        html_path(out, recording->file);
        buffer_text(out, "\">" RECORDING_FILE "</a></p>");
        break;
    }
    buffer_text(out, "</details>\n");
}
