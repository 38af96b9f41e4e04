#include "journal/follower.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/record_json.h"
#include "journal/samples.h"

struct journal_follower {
    char *path;
    int fd;                   /* -1 until the worker has made the file */
    struct buffer unfinished; /* a line of which the end has not come yet */
};

struct journal_follower *journal_follow(const char *path)
{
    struct journal_follower *follower = memory_new(struct journal_follower);
    follower->path = memory_copy_text(path);
    follower->fd = -1;
    follower->unfinished = BUFFER_INIT(LIMIT_JOURNAL_LINE);
    return follower;
}

/* Names are most of a journal's bytes and nothing to a watcher. A quote inside a JSON string is
 * escaped, so the pattern is found only as a member. */
static bool is_skipped(const char *line, size_t length)
{
#define MEMBER(name) "\"" RECORD_KEY "\":\"" name "\""
    static const char *const skipped[] = {MEMBER(RECORD_FUNCTION), MEMBER(RECORD_HOLDER)};
    for (size_t i = 0; i < COUNT_OF(skipped); i++)
        if (memmem(line, length, skipped[i], strlen(skipped[i])) != NULL)
            return true;
    return false;
}

static void tell_sample(const json_t *object, journal_listener *listener, void *context)
{
    const json_t *gauges = json_object_get(object, "gauges");
    struct journal_record record = {.kind = RECORD_SAMPLED};
    record.counts.fds = json_get_number(gauges, gauge_info(GAUGE_FD)->name, NAN);
    record.counts.goroutines = json_get_number(gauges, gauge_info(GAUGE_GOROUTINE)->name, NAN);
    listener(context, &record);
}

static void tell_line(const char *line, size_t length, journal_listener *listener, void *context)
{
    if (is_skipped(line, length))
        return;
    _cleanup_json_ json_t *object = json_parse(line, length, "journal", NULL);
    struct journal_record record;
    if (strcmp(json_get_text(object, RECORD_KEY, ""), RECORD_SAMPLE) == 0) {
        tell_sample(object, listener, context);
        return;
    }
    if (record_kind_of(object) == RECORD_KIND_COUNT ||
        !record_from_json(object, "journal", &record, NULL))
        return;
    listener(context, &record);
    record_free(&record);
}

static void tell_whole_lines(struct journal_follower *follower, journal_listener *listener,
                             void *context)
{
    struct buffer *unfinished = &follower->unfinished;
    const char *line = buffer_string(unfinished), *end = line + unfinished->length;
    for (const char *newline; (newline = memchr(line, '\n', (size_t)(end - line))) != NULL;
         line = newline + 1)
        tell_line(line, (size_t)(newline - line), listener, context);
    buffer_drop(unfinished, unfinished->length - (size_t)(end - line));
}

void journal_follow_more(struct journal_follower *follower, journal_listener *listener,
                         void *context)
{
    if (follower->fd < 0)
        follower->fd = open(follower->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (follower->fd < 0)
        return;
    char block[65536];
    ssize_t got;
    while ((got = read(follower->fd, block, sizeof block)) > 0) {
        if (!buffer_append_limited(&follower->unfinished, block, (size_t)got))
            buffer_free(&follower->unfinished);
        if (memchr(block, '\n', (size_t)got) != NULL)
            tell_whole_lines(follower, listener, context);
    }
}

void journal_follow_end(struct journal_follower *follower)
{
    if (follower == NULL)
        return;
    cleanup_close(&follower->fd);
    buffer_free(&follower->unfinished);
    free(follower->path);
    free(follower);
}
