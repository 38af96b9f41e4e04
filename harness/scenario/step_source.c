#include "scenario/step_source.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"
#include "scenario/value.h"

#define TEXT_BYTES 80u /* of one text: the line is for reading, the file has the rest */

/* " \"text\"" with quotes and line breaks escaped as YAML's double quotes do. */
static void put_text(struct buffer *line, const char *text)
{
    buffer_text(line, " \"");
    size_t left = strlen(text);
    for (size_t used = 0; left > 0 && used < TEXT_BYTES;) {
        size_t length = utf8_length(text, left);
        length = length > 0 ? length : 1;
        if (*text == '\n')
            buffer_text(line, "\\n");
        else if (*text == '\t')
            buffer_text(line, "\\t");
        else if (*text == '"' || *text == '\\')
            buffer_format(line, "\\%c", *text);
        else
            buffer_append(line, text, length);
        text += length;
        left -= length;
        used += length;
    }
    buffer_text(line, left > 0 ? "…\"" : "\"");
}

static void put_texts(struct buffer *line, const char *word, const struct string_list *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        buffer_text(line, word);
        put_text(line, texts->items[i]);
    }
}

static void put_named(struct buffer *line, const char *word, const char *text)
{
    if (text == NULL)
        return;
    buffer_text(line, word);
    put_text(line, text);
}

static void put_duration(struct buffer *line, int64_t ms)
{
    _cleanup_free_ char *text = duration_text(ms);
    buffer_format(line, " %s", text);
}

static void put_write(struct buffer *line, const struct file_plan *file)
{
    put_text(line, file->path);
    if (file->append)
        buffer_text(line, " append");
    if (file->copies > 1)
        buffer_format(line, " copies %u", file->copies);
}

static void put_mouse(struct buffer *line, const struct mouse_plan *mouse)
{
    static const char *const actions[] = {"click", "wheel-up", "wheel-down"};
    static const char *const buttons[] = {"", "", " middle", " right"};
    buffer_format(line, " %s%s", actions[mouse->action], buttons[mouse->button]);
    if (mouse->text != NULL)
        put_text(line, mouse->text);
    else
        buffer_format(line, " row %d column %d", mouse->row, mouse->column);
}

static void put_run(struct buffer *line, const struct run_plan *run)
{
    put_named(line, " sh", run->script);
    put_texts(line, "", &run->argv);
    put_named(line, " directory", run->directory);
    if (run->status != 0)
        buffer_format(line, " status %d", run->status);
}

static void put_wait_file(struct buffer *line, const struct wait_plan *wait)
{
    put_named(line, " file", wait->file);
    if (wait->file != NULL && wait->file_lines >= 0)
        buffer_format(line, " lines %ld", wait->file_lines);
    put_named(line, " lines", wait->file_lines_text);
    put_named(line, " holding", wait->file_text);
}

static void put_wait(struct buffer *line, const struct wait_plan *wait)
{
    put_texts(line, " text", &wait->text);
    put_texts(line, " gone", &wait->gone);
    put_named(line, " regex", wait->regex);
    put_named(line, " title", wait->title);
    if (wait->exit)
        buffer_format(line, " exit %d", wait->exit_status);
    put_wait_file(line, wait);
    if (wait->has_rows) {
        _cleanup_free_ char *rows = range_text(wait->rows);
        buffer_format(line, " rows %s", rows);
    }
    if (wait->region != NULL)
        buffer_format(line, " region %s", wait->region->name);
    if (wait->fresh)
        buffer_text(line, " fresh");
}

char *step_source_make(const struct step *step)
{
    struct buffer line = {0};
    buffer_text(&line, step_kind_name(step->kind));
    switch (step->kind) {
    case STEP_PRESS:
    case STEP_CHORD:
        put_texts(&line, "", &step->keys);
        break;
    case STEP_TYPE:
    case STEP_PASTE:
    case STEP_SNAPSHOT:
        put_text(&line, step->text);
        break;
    case STEP_MOUSE:
        put_mouse(&line, &step->mouse);
        break;
    case STEP_RUN:
        put_run(&line, &step->run);
        break;
    case STEP_RESIZE:
        buffer_format(&line, " %dx%d", step->columns, step->rows);
        break;
    case STEP_WAIT:
        put_wait(&line, &step->wait);
        break;
    case STEP_SETTLE:
    case STEP_SLEEP:
        put_duration(&line, step->ms);
        break;
    case STEP_WRITE:
        put_write(&line, &step->file);
        break;
    case STEP_REMOVE:
        put_texts(&line, "", &step->remove.paths);
        break;
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
    if (step->repeat > 1)
        buffer_format(&line, " repeat %u", step->repeat);
    return buffer_take(&line);
}
