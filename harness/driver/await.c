/*
 * Waiting: the wait step (for the screen, a file or the end of the process), until the screen is
 * quiet, and until it is again as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/target_private.h"
#include "world/files.h"

enum { WAITED_FILE_BYTES = 4 * 1024 * 1024 };

enum loop_result target_await(struct target *target, loop_condition *condition, loop_alarm *alarm,
                              void *context, int64_t deadline, struct lg_error *err)
{
    enum loop_result result =
        loop_run_until(target->loop, condition, alarm, context, deadline, err);
    if (result != LOOP_STOPPED)
        return result;
    fail_stopped(target->loop, err);
    return LOOP_FAILED;
}

bool target_extend_quit(struct target *target, int64_t *deadline)
{
    int64_t now = clock_now();
    if (target_has_ended(target))
        return false;
    double used = process_cpu_seconds(&target->process), before = target->cpu_seconds;
    double seconds = (double)(now - target->looked_at) / (double)NS_PER_SECOND;
    target->looked_at = now;
    target->cpu_seconds = used;
    target->too_busy = used - before >= BUSY_QUIT_CORES * seconds;
    int64_t next = now + BUSY_QUIT_LOOK_MS * NS_PER_MS;
    *deadline = next < target->quit_until ? next : target->quit_until;
    return target->too_busy && now < target->quit_until;
}

struct wait {
    struct target *target;
    const struct wait_plan *plan;
    struct screen_match *match; /* NULL: nothing on the screen is awaited */
    char *path;                 /* of the awaited file; NULL: none */
    char *file_text;
    long file_lines;
    bool file_changed; /* perhaps, since it was last read */
    bool file_holds;
    uint64_t looked_at; /* number of the frame compared last; UINT64_MAX: none */
    bool screen_holds;
    struct lg_error problem; /* of the match itself */
};

/* Only a plain file inside the world: no name that leads out of it, no pipe that would block. */
static int open_awaited(const struct wait *wait)
{
    struct stat status;
    char link[64], real[PATH_MAX];
    _cleanup_close_ int file = open(wait->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, real, sizeof real - 1);
    const char *root = wait->target->world->root;
    if (length < 0)
        return -1;
    real[length] = '\0';
    return text_starts(real, root) && real[strlen(root)] == '/' ? take_fd(file) : -1;
}

static bool file_holds(struct wait *wait)
{
    if (wait->path == NULL || !wait->file_changed)
        return wait->path == NULL || wait->file_holds;
    wait->file_changed = false;
    wait->file_holds = false;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(WAITED_FILE_BYTES);
    _cleanup_close_ int file = open_awaited(wait);
    int errnum = 0;
    if (file < 0)
        return false;
    if (!file_read_from(file, &text, &errnum)) {
        if (errnum == EFBIG)
            lg_fail(&wait->problem, LG_ERROR_TARGET, 0,
                    "the file %s is larger than the limit of %d bytes", wait->plan->file,
                    WAITED_FILE_BYTES);
        return false;
    }
    long lines = 0;
    for (size_t i = 0; i < text.length; i++)
        lines += text.data[i] == '\n';
    wait->file_holds =
        lines >= wait->file_lines &&
        (wait->file_text == NULL || strstr(buffer_string(&text), wait->file_text) != NULL);
    return wait->file_holds;
}

static bool screen_holds(struct wait *wait)
{
    struct terminal *terminal = wait->target->terminal;
    if (terminal->modes.in_update)
        return false;
    uint64_t frame = terminal->frames;
    if (wait->plan->fresh && frame <= wait->target->input_frame)
        return false;
    if (wait->match == NULL)
        return true;
    if (wait->looked_at == frame)
        return wait->screen_holds;
    wait->looked_at = frame;
    wait->screen_holds = screen_matches(wait->match, terminal, &wait->problem);
    return wait->screen_holds;
}

static bool wait_is_over(void *context)
{
    struct wait *wait = context;
    if (target_has_ended(wait->target))
        return true;
    return (screen_holds(wait) && file_holds(wait)) || wait->problem.class != LG_ERROR_NONE;
}

static void on_file(void *context, uint32_t events)
{
    struct wait *wait = context;
    (void)events;
    wait->file_changed = true;
}

/* NULL stays NULL; false only on failure. */
static bool expand_optional(struct target *target, const char *template, char **text,
                            struct lg_error *err)
{
    *text = template != NULL ? step_expand(&target->steps, template, err) : NULL;
    return template == NULL || *text != NULL;
}

static bool prepare_match(struct wait *wait, struct lg_error *err)
{
    struct target *target = wait->target;
    const struct wait_plan *plan = wait->plan;
    unsigned iteration = target->steps.iteration;
    _cleanup_strings_ struct string_list texts = {0}, gone = {0};
    _cleanup_free_ char *regex = NULL;
    _cleanup_free_ char *title = NULL;
    if (!expand_list(target->world, &plan->text, iteration, &texts, err) ||
        !expand_list(target->world, &plan->gone, iteration, &gone, err) ||
        !expand_optional(target, plan->regex, &regex, err) ||
        !expand_optional(target, plan->title, &title, err))
        return false;
    if (texts.count == 0 && gone.count == 0 && regex == NULL && title == NULL)
        return true;
    struct range rows = plan->has_rows ? plan->rows : target->plan->target.wait_rows;
    wait->match = screen_match_new(&texts, &gone, regex, title, rows, plan->region, err);
    return wait->match != NULL;
}

static bool prepare_file(struct wait *wait, struct lg_error *err)
{
    const struct wait_plan *plan = wait->plan;
    struct target *target = wait->target;
    wait->file_lines = plan->file_lines;
    wait->file_changed = true;
    if (plan->file == NULL)
        return true;
    _cleanup_free_ char *lines = NULL;
    struct world_moment moment = {.iteration = target->steps.iteration};
    _cleanup_free_ char *name = file_place(target->world, plan->file, &moment, err);
    if (name == NULL || !expand_optional(target, plan->file_text, &wait->file_text, err) ||
        !expand_optional(target, plan->file_lines_text, &lines, err))
        return false;
    wait->path = path_join(target->world->root, name);
    if (lines != NULL)
        wait->file_lines = strtol(lines, NULL, 10);
    return true;
}

/* Watches the file's directory, because the file may not exist yet or be replaced. Where there is
 * no directory yet, or no inotify instance left, only recheck_file remains. */
static int watch_file(struct wait *wait)
{
    if (wait->path == NULL)
        return -1;
    _cleanup_free_ char *directory = memory_copy_text(wait->path);
    char *slash = strrchr(directory, '/');
    if (slash != NULL)
        *slash = '\0';
    int inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (inotify < 0)
        return -1;
    uint32_t changes = IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE;
    if (inotify_add_watch(inotify, directory, changes) < 0 ||
        !loop_watch(wait->target->loop, inotify, EPOLLIN | EPOLLET, on_file, wait, NULL)) {
        close(inotify);
        return -1;
    }
    return inotify;
}

static int64_t recheck_file(void *context)
{
    struct wait *wait = context;
    if (wait->path == NULL)
        return CLOCK_NEVER;
    wait->file_changed = true;
    return clock_now() + 250 * NS_PER_MS;
}

static bool fail_late(struct wait *wait, const struct step *step, struct lg_error *err)
{
    struct proc_stat stat;
    _cleanup_free_ char *missing = NULL;
    if (wait->match != NULL && !wait->screen_holds)
        missing = screen_missing(wait->match, wait->target->terminal);
    else if (wait->path != NULL && !wait->file_holds)
        missing = memory_format("the file %s is not there or not as awaited", wait->plan->file);
    else
        missing = memory_copy_text("no frame was drawn since the last input");
    lg_fail(err, LG_ERROR_TARGET, 0, "%s: timed out: %s", step->source, missing);
    /* A stopped process reads no key and draws nothing, which explains any timeout. */
    if (process_stat(wait->target->process.pid, &stat) && stat.state == 'T')
        lg_context(err, "the target is stopped (by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU)");
    return false;
}

static bool run_wait(struct wait *wait, const struct step *step, struct lg_error *err)
{
    struct target *target = wait->target;
    int inotify = watch_file(wait);
    int64_t deadline = step_deadline(&target->steps, step->timeout_ms);
    enum loop_result result;
    do
        result = target_await(target, wait_is_over, recheck_file, wait, deadline, err);
    while (result == LOOP_DEADLINE && target_extend_quit(target, &deadline));
    if (inotify >= 0) {
        loop_unwatch(target->loop, inotify);
        close(inotify);
    }
    if (result == LOOP_FAILED)
        return false;
    if (result == LOOP_DEADLINE)
        return fail_late(wait, step, err);
    if (wait->problem.class != LG_ERROR_NONE) {
        *err = wait->problem;
        return false;
    }
    _cleanup_free_ char *doing = memory_format("during this step: %s", step->source);
    return !target_has_ended(target) || target_fail_ended(target, doing, err);
}

bool step_wait(struct target *target, const struct step *step, struct lg_error *err)
{
    struct wait wait = {.target = target, .plan = &step->wait, .looked_at = UINT64_MAX};
    bool done = prepare_match(&wait, err) && prepare_file(&wait, err) && run_wait(&wait, step, err);
    screen_match_free(wait.match);
    free(wait.path);
    free(wait.file_text);
    return done;
}

struct quiet {
    struct target *target;
    int64_t ns;
};

/* Inside an update only more output can end the wait. The answer to an input is still to come, so
 * the quiet counts from the input as well. */
static int64_t quiet_until(void *context)
{
    const struct quiet *quiet = context;
    const struct target *target = quiet->target;
    int64_t last =
        target->last_input > target->last_output ? target->last_input : target->last_output;
    return target->terminal->modes.in_update ? CLOCK_NEVER : last + quiet->ns;
}

static bool is_quiet(void *context)
{
    const struct quiet *quiet = context;
    return target_has_ended(quiet->target) || clock_now() >= quiet_until(context);
}

bool target_settle(struct target *target, int64_t quiet_ms, int64_t deadline, struct lg_error *err)
{
    struct quiet quiet = {.target = target, .ns = quiet_ms * NS_PER_MS};
    enum loop_result result = target_await(target, is_quiet, quiet_until, &quiet, deadline, err);
    if (result == LOOP_FAILED)
        return false;
    target->settles++;
    target->unsettled += result == LOOP_DEADLINE;
    return target->quitting || !target_has_ended(target) ||
           target_fail_ended(target, "before its screen had settled", err);
}

struct round_trip {
    struct target *target;
    const struct string_list *rows;
    uint64_t looked_at; /* as in struct wait */
    bool equal;
    int row; /* of the first difference */
    char *shown;
};

static bool has_returned(void *context)
{
    struct round_trip *trip = context;
    struct target *target = trip->target;
    if (target_has_ended(target))
        return true;
    uint64_t frame = target->terminal->frames;
    if (target->terminal->modes.in_update || trip->looked_at == frame)
        return trip->equal;
    trip->looked_at = frame;
    _cleanup_strings_ struct string_list now = {0};
    screen_without(target->terminal, target->plan, &target->plan->measure.leave_out, &now);
    free(take_pointer(trip->shown));
    size_t count = now.count < trip->rows->count ? now.count : trip->rows->count;
    trip->equal = now.count == trip->rows->count;
    for (size_t i = 0; i < count && trip->shown == NULL; i++)
        if (strcmp(now.items[i], trip->rows->items[i]) != 0) {
            trip->equal = false;
            trip->row = (int)i;
            trip->shown = memory_copy_text(now.items[i]);
        }
    return trip->equal;
}

/* For a message: longer runs of blanks are cut to two. The caller frees it. */
static char *squeeze(const char *row)
{
    char *text = memory_copy_text(row);
    size_t length = 0;
    for (const char *c = row; *c != '\0'; c++)
        if (*c != ' ' || length < 2 || text[length - 1] != ' ' || text[length - 2] != ' ')
            text[length++] = *c;
    text[length] = '\0';
    return text;
}

bool target_await_screen(struct target *target, const struct string_list *rows, int64_t timeout_ms,
                         struct lg_error *err)
{
    struct round_trip trip = {.target = target, .rows = rows, .looked_at = UINT64_MAX};
    int64_t deadline = step_deadline(&target->steps, timeout_ms);
    enum loop_result result = target_await(target, has_returned, NULL, &trip, deadline, err);
    _cleanup_free_ char *shown = trip.shown;
    if (result == LOOP_FAILED)
        return false;
    if (target_has_ended(target))
        return target_fail_ended(target, "before its screen had come back", err);
    if (result == LOOP_DONE)
        return true;
    _cleanup_free_ char *now = squeeze(shown != NULL ? shown : "");
    _cleanup_free_ char *before = squeeze(rows->items[trip.row]);
    return lg_fail(err, LG_ERROR_INVALID, 0,
                   "the screen did not come back to what it showed before the loop: row %d is "
                   "\"%s\", was \"%s\"",
                   trip.row, now, before);
}
