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
#include "driver/scanner.h"

#define EVENT_BYTES_MAX (64u * 1024u)
/* A broken byte becomes three; a piece that long still makes one event. */
#define PIECE_BYTES (EVENT_BYTES_MAX / 4)

/* One event of the last part of a flood. */
struct event {
    struct event *next;
    int64_t time; /* ns since the recording began */
    char kind;    /* 'o', 'm' or 'r' of asciicast */
    size_t size;
    char bytes[];
};

struct recording {
    int fd;
    int64_t began;
    uint64_t written; /* bytes of output events that are in the file */
    bool flooded;     /* from here on events are kept in memory, the last ones only */
    struct event *oldest, *newest;
    size_t kept_bytes;    /* of memory that they take */
    uint64_t lost_bytes;  /* of output events that were dropped */
    char lost_resize[32]; /* the newest 'r' event dropped, or "" */
    struct utf8_joiner joiner;
    struct lg_error problem; /* the first failed write; nothing is written after it */
};

static void write_line(struct recording *recording, const char *line)
{
    if (recording->problem.class == LG_ERROR_NONE)
        (void)!file_write_all(recording->fd, line, strlen(line), &recording->problem);
}

/* The text is valid UTF-8. */
static void write_event(struct recording *recording, int64_t time, char kind, const char *bytes,
                        size_t size)
{
    _cleanup_json_ json_t *text = json_stringn(bytes, size);
    _cleanup_free_ char *quoted = json_dumps(text, JSON_ENCODE_ANY);
    if (quoted == NULL)
        memory_exhausted();
    _cleanup_free_ char *line =
        memory_format("[%lld.%06lld, \"%c\", %s]\n", (long long)(time / NS_PER_SECOND),
                      (long long)(time % NS_PER_SECOND / 1000), kind, quoted);
    write_line(recording, line);
}

/* The oldest event is taken from those in memory; the caller frees it. */
static struct event *take_oldest(struct recording *recording)
{
    struct event *event = recording->oldest;
    recording->oldest = event->next;
    recording->kept_bytes -= sizeof *event + event->size;
    return event;
}

static void drop_oldest(struct recording *recording)
{
    _cleanup_free_ struct event *event = take_oldest(recording);
    if (event->kind == 'o')
        recording->lost_bytes += event->size;
    if (event->kind == 'r' && event->size < sizeof recording->lost_resize) {
        memcpy(recording->lost_resize, event->bytes, event->size);
        recording->lost_resize[event->size] = '\0';
    }
}

static void keep_event(struct recording *recording, int64_t time, char kind, const char *bytes,
                       size_t size)
{
    struct event *event = memory_array(1, sizeof *event + size);
    event->time = time;
    event->kind = kind;
    event->size = size;
    memcpy(event->bytes, bytes, size);
    if (recording->oldest == NULL)
        recording->oldest = event;
    else
        recording->newest->next = event;
    recording->newest = event;
    recording->kept_bytes += sizeof *event + size;
    while (recording->kept_bytes > LIMIT_RECORDING_LAST_BYTES)
        drop_oldest(recording);
}

static void add_event(struct recording *recording, char kind, const char *bytes, size_t size)
{
    int64_t time = clock_now() - recording->began;
    if (kind == 'o' && recording->written + size > LIMIT_RECORDING_FIRST_BYTES)
        recording->flooded = true;
    if (recording->flooded) {
        keep_event(recording, time, kind, bytes, size);
        return;
    }
    if (kind == 'o')
        recording->written += size;
    write_event(recording, time, kind, bytes, size);
}

struct recording *recording_open(const char *path, int rows, int columns, const char *title,
                                 struct lg_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return lg_fail_null(err, LG_ERROR_INTERNAL, errno, "cannot make the recording %s", path);
    struct recording *recording = memory_new(struct recording);
    recording->fd = fd;
    recording->began = clock_now();
    _cleanup_json_ json_t *header = json_object();
    json_put(header, "version", json_integer(2));
    json_put(header, "width", json_integer(columns));
    json_put(header, "height", json_integer(rows));
    json_put_text(header, "title", title);
    _cleanup_free_ char *text = json_one_line(header);
    _cleanup_free_ char *line = memory_format("%s\n", text);
    write_line(recording, line);
    return recording;
}

void recording_output(struct recording *recording, const char *bytes, size_t length)
{
    while (length > 0) {
        _cleanup_buffer_ struct buffer text = {0};
        size_t piece = length < PIECE_BYTES ? length : PIECE_BYTES;
        for (size_t at = 0; at < piece;) {
            const char *character;
            size_t size;
            at += utf8_join(&recording->joiner, bytes[at], &character, &size);
            if (*character != '\0')
                buffer_append(&text, character, size);
        }
        if (text.length > 0)
            add_event(recording, 'o', text.data, text.length);
        bytes += piece;
        length -= piece;
    }
}

void recording_marker(struct recording *recording, const char *label)
{
    _cleanup_free_ char *harmless = text_harmless(label, false);
    size_t length = strlen(harmless);
    if (length <= EVENT_BYTES_MAX)
        add_event(recording, 'm', harmless, length);
}

void recording_resize(struct recording *recording, int rows, int columns)
{
    _cleanup_free_ char *size = memory_format("%dx%d", columns, rows);
    add_event(recording, 'r', size, strlen(size));
}

/* The events in memory; before them, if any were dropped, how much is missing and the terminal's
 * size by then. */
static void write_kept(struct recording *recording)
{
    if (recording->lost_bytes > 0 && recording->oldest != NULL) {
        int64_t time = recording->oldest->time;
        _cleanup_free_ char *label =
            memory_format("a flood: %llu bytes of output are left out here",
                          (unsigned long long)recording->lost_bytes);
        write_event(recording, time, 'm', label, strlen(label));
        if (recording->lost_resize[0] != '\0')
            write_event(recording, time, 'r', recording->lost_resize,
                        strlen(recording->lost_resize));
    }
    while (recording->oldest != NULL) {
        _cleanup_free_ struct event *event = take_oldest(recording);
        write_event(recording, event->time, event->kind, event->bytes, event->size);
    }
}

bool recording_close(struct recording *recording, struct lg_error *err)
{
    if (recording == NULL)
        return true;
    if (recording->joiner.length > 0)
        add_event(recording, 'o', UTF8_REPLACEMENT, strlen(UTF8_REPLACEMENT));
    write_kept(recording);
    if (close(recording->fd) < 0 && recording->problem.class == LG_ERROR_NONE)
        lg_fail(&recording->problem, LG_ERROR_INTERNAL, errno, "cannot close the file");
    bool good = recording->problem.class == LG_ERROR_NONE;
    if (!good && err != NULL) {
        *err = recording->problem;
        lg_context(err, "the recording could not be written");
    }
    free(recording);
    return good;
}
