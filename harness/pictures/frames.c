#include "pictures/frames.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/html.h"
#include "driver/emulator.h"

enum { STYLES_MAX = 2000, LABELS_MAX = 2000, MARKS_MAX = 20000 };
/* What a change and a picture take in the page besides the lines' own text. */
enum { CHANGE_BYTES = 7, FRAME_BYTES = 14 };

struct line {
    UT_hash_handle hh;
    uint32_t number;
    char *json; /* [style, "text", ...] */
};

struct change {
    uint16_t row;
    uint32_t line;
};

struct frame {
    double at;
    size_t first; /* change */
    size_t count;
};

struct marker {
    double at;
    uint32_t label;
};

struct frames {
    struct line *by_text;
    struct line **lines;
    size_t line_count, line_capacity;
    struct cell_style *styles;
    size_t style_count, style_capacity;
    struct change *changes;
    size_t change_count, change_capacity;
    struct frame *frames;
    size_t count, capacity;
    struct marker *marks;
    size_t mark_count, mark_capacity;
    struct string_list labels;
    uint32_t screen[LIMIT_TERMINAL_ROWS]; /* as it is now: a line each */
    size_t wanted_bytes, wanted_pictures;
    size_t taken; /* bytes that the pictures so far take in the page */
    bool full;    /* over a limit, or enough: no more is taken */
};

static uint32_t line_of(struct frames *frames, const char *json)
{
    struct line *line;
    HASH_FIND_STR(frames->by_text, json, line);
    if (line != NULL)
        return line->number;
    line = memory_new(struct line);
    frames->taken += strlen(json) + 1;
    line->json = memory_copy_text(json);
    line->number = (uint32_t)frames->line_count;
    HASH_ADD_KEYPTR(hh, frames->by_text, line->json, strlen(line->json), line);
    array_append(frames->lines, frames->line_count, frames->line_capacity, line);
    return line->number;
}

static size_t style_number(struct frames *frames, struct cell_style style)
{
    for (size_t i = 0; i < frames->style_count; i++)
        if (frames->styles[i].foreground == style.foreground &&
            frames->styles[i].background == style.background &&
            frames->styles[i].flags == style.flags)
            return i;
    if (frames->style_count == STYLES_MAX)
        return 0;
    array_append(frames->styles, frames->style_count, frames->style_capacity, style);
    return frames->style_count - 1;
}

struct frames *frames_new(size_t bytes, size_t pictures)
{
    struct frames *frames = memory_new(struct frames);
    frames->wanted_bytes = bytes > 0 ? bytes : SIZE_MAX;
    frames->wanted_pictures = pictures > 0 ? pictures : SIZE_MAX;
    style_number(frames, (struct cell_style){COLOUR_DEFAULT, COLOUR_DEFAULT, 0});
    line_of(frames, "[]"); /* number 0: a blank row, which is what the screen begins with */
    return frames;
}

void frames_free(struct frames *frames)
{
    HASH_CLEAR(hh, frames->by_text);
    for (size_t i = 0; i < frames->line_count; i++) {
        free(frames->lines[i]->json);
        free(frames->lines[i]);
    }
    string_list_free(&frames->labels);
    free_all(frames->lines, frames->styles, frames->changes, frames->frames, frames->marks, frames);
}

static bool is_plain(struct cell_style style)
{
    return style.background == COLOUR_DEFAULT &&
           (style.flags & (STYLE_REVERSE | STYLE_UNDERLINE | STYLE_STRIKE)) == 0;
}

/* One row as [style, "text", ...], without what is blank at its end. */
static uint32_t take_line(struct frames *frames, const struct terminal *terminal, int row)
{
    _cleanup_buffer_ struct buffer json = {0}, text = {0};
    size_t kept = 1; /* bytes, up to the last run that shows something */
    buffer_char(&json, '[');
    for (int column = 0; column < terminal->columns;) {
        struct cell_style style;
        buffer_clear(&text);
        column = emulator_run(terminal->emulator, row, column, &style, &text);
        bool last = column >= terminal->columns;
        while (last && is_plain(style) && text.length > 0 && text.data[text.length - 1] == ' ')
            text.data[--text.length] = '\0';
        buffer_format(&json, "%s%zu,", json.length > 1 ? "," : "", style_number(frames, style));
        html_json_text(&json, buffer_string(&text));
        if (text.data[strspn(text.data, " ")] != '\0' || !is_plain(style))
            kept = json.length;
    }
    json.data[kept] = '\0';
    json.length = kept;
    buffer_char(&json, ']');
    return line_of(frames, buffer_string(&json));
}

static bool take_frame(void *context, double at, struct terminal *terminal)
{
    struct frames *frames = context;
    size_t first = frames->change_count;
    for (int row = 0; row < LIMIT_TERMINAL_ROWS; row++) {
        uint32_t line = frames->screen[row];
        if (row >= terminal->rows)
            line = 0;
        else if (emulator_take_row(terminal->emulator, row))
            line = take_line(frames, terminal, row);
        if (line != frames->screen[row])
            array_append(frames->changes, frames->change_count, frames->change_capacity,
                         (struct change){(uint16_t)row, line});
        frames->screen[row] = line;
    }
    if (frames->change_count == first)
        return true;
    array_append(frames->frames, frames->count, frames->capacity,
                 (struct frame){at, first, frames->change_count - first});
    frames->taken += FRAME_BYTES + (frames->change_count - first) * CHANGE_BYTES;
    frames->full = frames->change_count > LIMIT_PAGE_REPLAY_CHANGES ||
                   frames->line_count > LIMIT_PAGE_REPLAY_LINES ||
                   frames->taken > frames->wanted_bytes || frames->count >= frames->wanted_pictures;
    return !frames->full;
}

static void take_mark(void *context, double at, const char *label)
{
    struct frames *frames = context;
    uint32_t number = 0;
    if (frames->mark_count == MARKS_MAX || frames->labels.count == LABELS_MAX)
        return;
    while (number < frames->labels.count && strcmp(frames->labels.items[number], label) != 0)
        number++;
    if (number == frames->labels.count)
        string_list_add(&frames->labels, label);
    array_append(frames->marks, frames->mark_count, frames->mark_capacity,
                 (struct marker){at, number});
}

const struct replay_listener frames_listener = {.frame = take_frame, .marker = take_mark};

struct window {
    size_t first, end;
};

/* The first pictures, or the last ones, by which the page grows no more than the budget. */
static struct window choose(const struct frames *frames, bool tail, size_t budget)
{
    _cleanup_free_ bool *used = memory_array(frames->line_count, sizeof *used);
    struct window range = {.first = tail ? frames->count : 0, .end = tail ? frames->count : 0};
    for (size_t taken = 0; range.end - range.first < frames->count;) {
        const struct frame *next = &frames->frames[tail ? range.first - 1 : range.end];
        taken += FRAME_BYTES + next->count * CHANGE_BYTES;
        for (size_t i = next->first; i < next->first + next->count; i++) {
            uint32_t line = frames->changes[i].line;
            taken += used[line] ? 0 : strlen(frames->lines[line]->json) + 1;
            used[line] = true;
        }
        /* The last picture of a failure is shown whatever it costs. */
        if (taken > budget && range.end > range.first)
            break;
        range.first -= tail;
        range.end += !tail;
    }
    return range;
}

static void play_to(const struct frames *frames, size_t frame, uint32_t screen[LIMIT_TERMINAL_ROWS])
{
    memset(screen, 0, LIMIT_TERMINAL_ROWS * sizeof *screen);
    for (size_t i = 0; i < frames->frames[frame].first + frames->frames[frame].count; i++)
        screen[frames->changes[i].row] = frames->changes[i].line;
}

/* Lines by the numbers that they have in the page, given in the order of their use. */
struct numbering {
    uint32_t *number; /* by line; 0: none yet, else one more than it */
    uint32_t count;
    struct buffer lines; /* in the page */
};

static void write_change(const struct frames *frames, struct numbering *numbering,
                         struct change change, bool first, struct buffer *out)
{
    uint32_t *number = &numbering->number[change.line];
    if (*number == 0) {
        buffer_format(&numbering->lines, "%s%s", numbering->count > 0 ? "," : "",
                      frames->lines[change.line]->json);
        *number = ++numbering->count;
    }
    buffer_format(out, "%s%u,%u", first ? "" : ",", (unsigned)change.row, *number - 1);
}

/* The first picture is the whole screen, the others what changed. */
static void write_frames(const struct frames *frames, struct window range,
                         struct numbering *numbering, struct buffer *out)
{
    uint32_t screen[LIMIT_TERMINAL_ROWS];
    bool first = true;
    play_to(frames, range.first, screen);
    buffer_format(out, "[[%.2f,[", frames->frames[range.first].at);
    for (size_t row = 0; row < LIMIT_TERMINAL_ROWS; row++) {
        if (screen[row] == 0)
            continue;
        write_change(frames, numbering, (struct change){(uint16_t)row, screen[row]}, first, out);
        first = false;
    }
    buffer_text(out, "]]");
    for (size_t i = range.first + 1; i < range.end; i++) {
        const struct frame *frame = &frames->frames[i];
        buffer_format(out, ",[%.2f,[", frame->at);
        for (size_t j = 0; j < frame->count; j++)
            write_change(frames, numbering, frames->changes[frame->first + j], j == 0, out);
        buffer_text(out, "]]");
    }
    buffer_char(out, ']');
}

/* What the pictures and the marks name by number, and the marks of that part. */
static void write_tables(const struct frames *frames, const struct recording_part *part,
                         const struct numbering *numbering, struct buffer *out)
{
    bool first = true;
    buffer_text(out, ",\"lines\":[");
    buffer_text(out, buffer_string(&numbering->lines));
    buffer_text(out, "],\"styles\":[");
    for (size_t i = 0; i < frames->style_count; i++)
        buffer_format(out, "%s[%d,%d,%u]", i > 0 ? "," : "", frames->styles[i].foreground,
                      frames->styles[i].background, frames->styles[i].flags);
    buffer_text(out, "],\"labels\":[");
    for (size_t i = 0; i < frames->labels.count; i++) {
        buffer_text(out, i > 0 ? "," : "");
        html_json_text(out, frames->labels.items[i]);
    }
    buffer_text(out, "],\"marks\":[");
    for (size_t i = 0; i < frames->mark_count; i++) {
        const struct marker *mark = &frames->marks[i];
        /* What was done before anything was drawn belongs to the start. */
        if ((mark->at < part->from && !part->from_start) || mark->at > part->to)
            continue;
        buffer_format(out, "%s[%.2f,%u]", first ? "" : ",", mark->at, (unsigned)mark->label);
        first = false;
    }
    buffer_char(out, ']');
}

struct recording_part frames_write(const struct frames *frames, bool tail, size_t budget,
                                   struct buffer *out)
{
    struct window range = choose(frames, tail, budget);
    struct recording_part part = {.count = range.end - range.first};
    if (part.count == 0)
        return part;
    part.from = frames->frames[range.first].at;
    part.to = frames->frames[range.end - 1].at;
    part.from_start = range.first == 0;
    part.to_end = range.end == frames->count && !frames->full;
    _cleanup_free_ uint32_t *number = memory_array(frames->line_count, sizeof *number);
    struct numbering numbering = {.number = number};
    buffer_text(out, "{\"frames\":");
    write_frames(frames, range, &numbering, out);
    write_tables(frames, &part, &numbering, out);
    buffer_char(out, '}');
    buffer_free(&numbering.lines);
    return part;
}
