#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "result/attempts.h"
#include "report/html_frames.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/text_layout.h"

#define RECORDING "recording.cast"

/* What the process that draws the recording says first; the still and the pictures follow. */
struct drawn {
    struct frames_part part;
    double seconds;
    bool cut; /* the file has more than was read */
    size_t still_bytes, pictures_bytes;
    char problem[256];
};

/* What was drawn, as read back. */
struct picture_book {
    struct drawn drawn;
    struct buffer bytes; /* still and pictures */
};

/* What is wanted of a recording. */
struct wish {
    const char *path;
    bool tail;       /* its end */
    size_t budget;   /* bytes */
    size_t pictures; /* of its beginning; 0: as many as there are */
};

static void draw(const struct wish *wish, int fd)
{
    struct drawn drawn = {0};
    struct lg_error err = {0};
    struct replay_end end;
    struct buffer still = {0}, pictures = {0};
    struct frames *frames = frames_new(wish->tail ? 0 : wish->budget, wish->pictures);
    if (replay(wish->path, LIMIT_PAGE_REPLAY_BYTES, &frames_listener, frames, &end, &err)) {
        drawn.part = frames_write(frames, wish->tail, wish->budget, &pictures);
        if (drawn.part.count > 0)
            frames_still(frames, &drawn.part, &still);
        drawn.seconds = end.seconds;
        drawn.cut = end.cut;
    } else {
        snprintf(drawn.problem, sizeof drawn.problem, "%s", err.text);
    }
    drawn.still_bytes = still.length;
    drawn.pictures_bytes = pictures.length;
    if (file_write_all(fd, &drawn, sizeof drawn, &err) &&
        file_write_all(fd, buffer_string(&still), still.length, &err))
        file_write_all(fd, buffer_string(&pictures), pictures.length, &err);
}

static void draw_and_end(const struct wish *wish, int fd)
{
    const struct rlimit processor = {LIMIT_PAGE_REPLAY_SECONDS, LIMIT_PAGE_REPLAY_SECONDS};
    const struct rlimit no_core = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    setrlimit(RLIMIT_CPU, &processor);
    setrlimit(RLIMIT_CORE, &no_core);
    draw(wish, fd);
    _exit(0);
}

static bool read_all(int fd, struct buffer *out)
{
    char piece[65536];
    ssize_t got;
    while ((got = read(fd, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0 && !buffer_append_limited(out, piece, (size_t)got))
            return false;
    return got == 0;
}

static bool take_book(struct buffer *said, struct picture_book *book)
{
    if (said->length < sizeof book->drawn)
        return false;
    memcpy(&book->drawn, said->data, sizeof book->drawn);
    size_t remaining = said->length - sizeof book->drawn;
    if (book->drawn.still_bytes > remaining ||
        book->drawn.pictures_bytes != remaining - book->drawn.still_bytes)
        return false;
    book->drawn.problem[sizeof book->drawn.problem - 1] = '\0';
    buffer_append(&book->bytes, said->data + sizeof book->drawn, remaining);
    return true;
}

/*
 * In a process of its own: what the recording holds may be the very output that the emulator did
 * not survive, and the report of all scenarios must not end with it. False where it did not survive
 * it this time either.
 */
static bool draw_apart(const struct wish *wish, struct picture_book *book)
{
    /* What one picture may be over the budget, escaped. */
    _cleanup_buffer_ struct buffer said = BUFFER_INIT(8 * (size_t)LIMIT_PAGE_RECORDINGS_BYTES);
    int ends[2], status = 0;
    if (pipe(ends) < 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        draw_and_end(wish, ends[1]);
    close(ends[1]);
    bool whole = child > 0 && read_all(ends[0], &said);
    close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return whole && WIFEXITED(status) && WEXITSTATUS(status) == 0 && take_book(&said, book);
}

/* Of the attempt that tells most: the one that failed, else the screening. The caller frees it. */
static char *directory_in(const struct scenario_result *scenario, const char *directory)
{
    const struct run_record *telling = scenario_telling_record(scenario);
    for (size_t i = 1; i < scenario->attempt_count; i++)
        if (telling != NULL && scenario->attempts[i].record == telling)
            return attempt_directory(directory, scenario->name, scenario->attempts[i].attempt);
    return report_path(directory, scenario->name, NULL);
}

static void put_seconds(struct buffer *out, double seconds)
{
    char text[64];
    clock_describe((int64_t)(seconds * 1e9), text, sizeof text);
    html_text(out, text);
}

/* How much of it is in the page, so that nobody takes a part for the whole. */
static void put_extent(struct buffer *out, const struct drawn *drawn, const char *file)
{
    _cleanup_free_ char *quoted = shell_quoted(file);
    bool whole = drawn->part.from_start && drawn->part.to_end && !drawn->cut;
    buffer_text(out, "<p class=\"note\">");
    if (whole) {
        buffer_text(out, "The whole recording, ");
        put_seconds(out, drawn->seconds);
        buffer_text(out, ".");
    } else {
        buffer_text(out, "<strong>A part of the recording</strong>, from ");
        put_seconds(out, drawn->part.from);
        buffer_text(out, " to ");
        put_seconds(out, drawn->part.to);
        buffer_text(out, " of ");
        put_seconds(out, drawn->seconds);
        buffer_text(out, drawn->cut ? " or more: not all of the file was read."
                                    : ": the page holds no more of it.");
    }
    buffer_text(out, " All of it, as it was written: <a href=\"");
    html_path(out, file);
    buffer_text(out, "\">" RECORDING "</a>, in the report's directory: <code>asciinema play -i 1 ");
    html_text(out, quoted);
    buffer_text(out, "</code></p>");
}

static void put_player(struct buffer *out, const struct picture_book *book, const char *file)
{
    const char *bytes = buffer_string(&book->bytes);
    put_extent(out, &book->drawn, file);
    if (book->drawn.part.count == 0) {
        buffer_text(out, "<p class=\"note\">Nothing was drawn in it.</p>");
        return;
    }
    buffer_text(out, "<div class=\"player\"><pre class=\"screen\" tabindex=\"0\" role=\"group\" "
                     "aria-label=\"screen\">\n");
    buffer_append(out, bytes, book->drawn.still_bytes);
    buffer_text(out, "</pre><noscript><p class=\"note\">One picture of it. Playing it here takes "
                     "script.</p></noscript><script type=\"application/json\">");
    buffer_append(out, bytes + book->drawn.still_bytes, book->drawn.pictures_bytes);
    buffer_text(out, "</script></div>\n");
}

static void put_book(struct buffer *out, struct page *page, struct picture_book *book,
                     const char *file)
{
    const struct drawn *drawn = &book->drawn;
    if (drawn->problem[0] != '\0') {
        buffer_text(out, "<p class=\"note\">");
        html_format(out, "It cannot be shown here: %s", drawn->problem);
        buffer_text(out, "</p>");
        return;
    }
    put_player(out, book, file);
    size_t taken = book->bytes.length;
    page->recordings_left -= taken < page->recordings_left ? taken : page->recordings_left;
}

/* The path as seen from the report's directory, where the page lies. Points into path. */
static const char *within(const char *directory, const char *path)
{
    const char *remaining = text_starts(path, directory) ? path + strlen(directory) : path;
    return remaining + strspn(remaining, "/");
}

void html_recording(struct buffer *out, const struct page_scenario *part)
{
    /* Less than this is not worth a player. */
    enum { LEAST = 16 * 1024 };
    const struct scenario_result *scenario = part->scenario;
    struct page *page = part->page;
    _cleanup_free_ char *directory = directory_in(scenario, page->suite->directory);
    _cleanup_free_ char *path = path_join(directory, RECORDING);
    const char *file = within(page->suite->directory, path);
    struct wish wish = {
        .path = path,
        .tail = scenario->verdict == VERDICT_FAILED || scenario->verdict == VERDICT_INVALID,
        .budget = part->open ? LIMIT_PAGE_RECORDING_BYTES : LIMIT_PAGE_RECORDING_PASS_BYTES,
        .pictures = part->open ? 0 : LIMIT_PAGE_RECORDING_PASS_PICTURES,
    };
    if (access(path, F_OK) != 0)
        return;
    if (page->recordings_left < wish.budget)
        wish.budget = page->recordings_left;
    buffer_format(out, "<details class=\"recording\"%s><summary><h3>Recording</h3></summary>",
                  wish.tail ? " open" : "");
    struct picture_book book = {.bytes = {0}};
    if (wish.budget < LEAST) {
        buffer_text(out, "<p class=\"note\">Left out: the recordings above took what the page has "
                         "for them. It is in the report's directory: <a href=\"");
        html_path(out, file);
        buffer_text(out, "\">" RECORDING "</a></p>");
    } else if (draw_apart(&wish, &book)) {
        put_book(out, page, &book, file);
    } else {
        buffer_text(out, "<p class=\"note\">It cannot be shown here: drawing it again ended the "
                         "process that did, or took too long.</p>");
    }
    buffer_free(&book.bytes);
    buffer_text(out, "</details>\n");
}
