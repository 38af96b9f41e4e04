#include "driver/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "driver/recording_tail.h"
#include "driver/utf8_joiner.h"

/* A broken byte becomes three; a read that long still makes one event. */
#define PIECE_BYTES (RECORDED_EVENT_MAX / 4)

struct recording {
    int fd;
    int64_t began;
    uint64_t written; /* bytes of output events that are in the file */
    bool flooded;     /* from here on events go to the tail */
    struct recording_tail tail;
    struct utf8_joiner joiner;
    struct lg_error problem; /* the first failed write; nothing is written after it */
};

static void write_line(struct recording *recording, const char *line)
{
    if (recording->problem.class == LG_ERROR_NONE)
        file_write_all(recording->fd, line, strlen(line), &recording->problem);
}

/* The text is valid UTF-8. A file's events are one line each. */
static void write_event(struct recording *recording, struct recorded_event event, const char *bytes)
{
    _cleanup_json_ json_t *text = json_stringn(bytes, event.size);
    _cleanup_free_ char *quoted = json_dumps(text, JSON_ENCODE_ANY);
    if (quoted == NULL)
        memory_exhausted();
    _cleanup_free_ char *line =
        memory_format("[%lld.%06lld, \"%c\", %s]\n", (long long)(event.time / NS_PER_SECOND),
                      (long long)(event.time % NS_PER_SECOND / 1000), event.kind, quoted);
    write_line(recording, line);
}

static void add_event(struct recording *recording, char kind, const char *bytes, size_t length)
{
    struct recorded_event event = {
        .time = clock_now() - recording->began, .size = (uint32_t)length, .kind = kind};
    if (kind == 'o' && !recording->flooded &&
        recording->written + length > LIMIT_RECORDING_FIRST_BYTES)
        recording->flooded = true;
    if (recording->flooded) {
        recording_tail_add(&recording->tail, event, bytes);
        return;
    }
    if (kind == 'o')
        recording->written += length;
    write_event(recording, event, bytes);
}

static char *header_line(int rows, int columns, const char *title)
{
    _cleanup_json_ json_t *header = json_object();
    json_put(header, "version", json_integer(2));
    json_put(header, "width", json_integer(columns));
    json_put(header, "height", json_integer(rows));
    if (title != NULL)
        json_put(header, "title", json_text(title));
    _cleanup_free_ char *line = json_one_line(header);
    return memory_format("%s\n", line);
}

struct recording *recording_open(const char *path, int rows, int columns, const char *title,
                                 struct lg_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the recording %s", path);
        return NULL;
    }
    struct recording *recording = memory_new(struct recording);
    recording->fd = fd;
    recording->began = clock_now();
    _cleanup_free_ char *header = header_line(rows, columns, title);
    write_line(recording, header);
    return recording;
}

/* Appends what a byte completes to `text`. False when the byte is to be offered again. */
static bool join_byte(struct utf8_joiner *joiner, char byte, struct buffer *text)
{
    enum utf8_step step = utf8_join(joiner, byte);
    if (step == UTF8_BROKEN || step == UTF8_BROKEN_BEFORE)
        buffer_text(text, UTF8_REPLACEMENT);
    if (step == UTF8_COMPLETE) {
        if (byte != '\0')
            buffer_append(text, joiner->bytes, joiner->length);
        joiner->length = 0;
    }
    return step != UTF8_BROKEN_BEFORE;
}

static void record_piece(struct recording *recording, const char *bytes, size_t length)
{
    _cleanup_buffer_ struct buffer text = {0};
    for (size_t at = 0; at < length;)
        if (join_byte(&recording->joiner, bytes[at], &text))
            at++;
    if (text.length > 0)
        add_event(recording, 'o', text.data, text.length);
}

void recording_output(struct recording *recording, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t piece = length < PIECE_BYTES ? length : PIECE_BYTES;
        record_piece(recording, bytes, piece);
        bytes += piece;
        length -= piece;
    }
}

void recording_marker(struct recording *recording, const char *label)
{
    _cleanup_free_ char *harmless = text_harmless(label, false);
    size_t length = strlen(harmless);
    if (length <= RECORDED_EVENT_MAX)
        add_event(recording, 'm', harmless, length);
}

void recording_resize(struct recording *recording, int rows, int columns)
{
    _cleanup_free_ char *size = memory_format("%dx%d", columns, rows);
    add_event(recording, 'r', size, strlen(size));
}

/* Between what the file has and the tail: how much is missing, and the size it had come to. */
static void write_gap(struct recording *recording, int64_t time)
{
    struct recording_tail *tail = &recording->tail;
    if (tail->lost_bytes == 0)
        return;
    _cleanup_free_ char *label = memory_format("a flood: %llu bytes of output are left out here",
                                               (unsigned long long)tail->lost_bytes);
    struct recorded_event event = {.time = time, .size = (uint32_t)strlen(label), .kind = 'm'};
    write_event(recording, event, label);
    event.kind = 'r';
    event.size = (uint32_t)strlen(tail->lost_resize);
    if (event.size > 0)
        write_event(recording, event, tail->lost_resize);
}

static void write_tail(struct recording *recording)
{
    struct recorded_event event;
    bool first = true;
    if (!recording->flooded)
        return;
    _cleanup_free_ char *bytes = memory_array(1, RECORDED_EVENT_MAX);
    while (recording_tail_take(&recording->tail, &event, bytes)) {
        if (first)
            write_gap(recording, event.time);
        first = false;
        write_event(recording, event, bytes);
    }
}

bool recording_close(struct recording *recording, struct lg_error *err)
{
    if (recording == NULL)
        return true;
    if (recording->joiner.length > 0)
        add_event(recording, 'o', UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
    write_tail(recording);
    if (close(recording->fd) < 0 && recording->problem.class == LG_ERROR_NONE)
        lg_fail(&recording->problem, LG_ERROR_INTERNAL, errno, "cannot close the file");
    bool good = recording->problem.class == LG_ERROR_NONE;
    if (!good && err != NULL) {
        *err = recording->problem;
        lg_context(err, "the recording could not be written");
    }
    recording_tail_free(&recording->tail);
    free(recording);
    return good;
}
