#include "pictures/recordings.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "pictures/frames.h"
#include "report/html.h"
#include "result/attempts.h"

/* What the process that draws the recording writes first; the pictures follow. */
struct drawn {
    struct recording_part part;
    double seconds;
    bool cut;     /* the file has more than was read */
    size_t bytes; /* of the pictures */
    char problem[256];
};

/* What is wanted of a recording. */
struct extract {
    const char *path;
    bool tail;       /* its end */
    size_t budget;   /* bytes */
    size_t pictures; /* of its beginning; 0: as many as there are */
};

/* In the child. */
static void draw(const struct extract *extract, int fd)
{
    const struct rlimit processor = {LIMIT_PAGE_REPLAY_SECONDS, LIMIT_PAGE_REPLAY_SECONDS};
    const struct rlimit no_core = {0, 0};
    struct drawn drawn = {0};
    struct lg_error err = {0};
    struct replay_end end;
    struct buffer pictures = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    setrlimit(RLIMIT_CPU, &processor);
    setrlimit(RLIMIT_CORE, &no_core);
    struct frames *frames = frames_new(extract->tail ? 0 : extract->budget, extract->pictures);
    if (replay(extract->path, LIMIT_PAGE_REPLAY_BYTES, &frames_listener, frames, &end, &err)) {
        drawn.part = frames_write(frames, extract->tail, extract->budget, &pictures);
        drawn.seconds = end.seconds;
        drawn.cut = end.cut;
    } else {
        snprintf(drawn.problem, sizeof drawn.problem, "%s", err.text);
    }
    drawn.bytes = pictures.length;
    if (file_write_all(fd, &drawn, sizeof drawn, &err))
        (void)!file_write_all(fd, buffer_string(&pictures), pictures.length, &err);
    _exit(0);
}

static void take_drawn(const struct buffer *written, struct recording *recording)
{
    struct drawn drawn;
    if (written->length < sizeof drawn)
        return;
    memcpy(&drawn, written->data, sizeof drawn);
    if (drawn.bytes != written->length - sizeof drawn)
        return;
    drawn.problem[sizeof drawn.problem - 1] = '\0';
    recording->state = drawn.problem[0] != '\0' ? RECORDING_REFUSED : RECORDING_DRAWN;
    recording->problem = memory_copy_text(drawn.problem);
    recording->part = drawn.part;
    recording->seconds = drawn.seconds;
    recording->cut = drawn.cut;
    buffer_append(&recording->pictures, written->data + sizeof drawn, drawn.bytes);
}

static void draw_apart(const struct extract *extract, struct recording *recording)
{
    /* What one picture may be over the budget, escaped. */
    _cleanup_buffer_ struct buffer written = BUFFER_INIT(8 * (size_t)LIMIT_PAGE_RECORDINGS_BYTES);
    int ends[2], status = 0, errnum = 0;
    recording->state = RECORDING_CRASHED;
    if (pipe(ends) < 0)
        return;
    pid_t child = fork();
    if (child == 0)
        draw(extract, ends[1]);
    close(ends[1]);
    bool whole = child > 0 && file_read_from(ends[0], &written, &errnum);
    close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (whole && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        take_drawn(&written, recording);
}

/* Of the attempt that tells most: the one that failed, else the screening. NULL: there is none. */
static struct recording *recording_of(const struct suite_result *suite,
                                      const struct scenario_result *scenario, size_t room)
{
    /* Less than this is not worth a player. */
    enum { LEAST = 16 * 1024 };
    bool open = html_is_open(suite, scenario);
    const struct run_record *telling = scenario_telling_record(scenario);
    enum attempt attempt = ATTEMPT_SCREENING;
    for (size_t i = 1; i < scenario->attempt_count; i++)
        if (telling != NULL && scenario->attempts[i].record == telling)
            attempt = scenario->attempts[i].attempt;
    _cleanup_free_ char *directory = attempt_directory(suite->directory, scenario->name, attempt);
    _cleanup_free_ char *path = path_join(directory, RECORDING_FILE);
    struct extract extract = {
        .path = path,
        .tail = scenario->verdict == VERDICT_FAILED || scenario->verdict == VERDICT_INVALID,
        .budget = open ? LIMIT_PAGE_RECORDING_BYTES : LIMIT_PAGE_RECORDING_PASS_BYTES,
        .pictures = open ? 0 : LIMIT_PAGE_RECORDING_PASS_PICTURES,
    };
    if (access(path, F_OK) != 0)
        return NULL;
    struct recording *recording = memory_new(struct recording);
    /* As seen from the report's directory, where the page lies. */
    const char *file = text_starts(path, suite->directory) ? path + strlen(suite->directory) : path;
    recording->file = memory_copy_text(file + strspn(file, "/"));
    recording->tail = extract.tail;
    if (extract.budget > room)
        extract.budget = room;
    if (extract.budget < LEAST)
        recording->state = RECORDING_NO_ROOM;
    else
        draw_apart(&extract, recording);
    return recording;
}

void recordings_draw(struct suite_result *suite)
{
    size_t room = LIMIT_PAGE_RECORDINGS_BYTES;
    _cleanup_free_ size_t *order = html_order(suite);
    for (size_t i = 0; i < suite->count; i++) {
        struct scenario_result *scenario = &suite->scenarios[order[i]];
        recording_free(scenario->recording);
        scenario->recording = recording_of(suite, scenario, room);
        if (scenario->recording == NULL)
            continue;
        size_t taken = scenario->recording->pictures.length;
        room -= taken < room ? taken : room;
    }
}
