/* The wait step: everything that is awaited on the screen, in a file, or of the process. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/procfs.h"
#include "driver/target_private.h"
#include "world/files.h"

enum { WAITED_FILE_BYTES = 4 * 1024 * 1024 };

struct wait {
    struct target *target;
    const struct wait_plan *plan;
    struct screen_match *match; /* NULL: nothing on the screen is awaited */
    char *path;                 /* of the awaited file; NULL: none */
    char *file_text;
    long file_lines;
    bool look_again; /* the file may have changed since it was last read */
    bool file_holds;
    uint64_t looked_at; /* frame number that was compared last */
    bool compared;
    bool screen_holds;
    struct lg_error problem; /* of the match itself */
};

static long count_lines(const struct buffer *text)
{
    long lines = 0;
    for (size_t i = 0; i < text->length; i++)
        lines += text->data[i] == '\n';
    return lines;
}

/* Only a file of the world, which a name that leads out of it is not, nor a pipe that would have to
 * be waited for. */
static int open_awaited(const struct wait *wait)
{
    struct stat status;
    char link[64], real[PATH_MAX];
    _cleanup_close_ int file = open(wait->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        return -1;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, real, sizeof real - 1);
    _cleanup_free_ char *root = realpath(wait->target->world->root, NULL);
    if (length < 0 || root == NULL)
        return -1;
    real[length] = '\0';
    return text_starts(real, root) && real[strlen(root)] == '/' ? take_fd(file) : -1;
}

static bool read_awaited(struct wait *wait, struct buffer *text)
{
    _cleanup_close_ int file = open_awaited(wait);
    int errnum = 0;
    if (file < 0)
        return false;
    if (file_read_from(file, text, &errnum))
        return true;
    if (errnum != EFBIG)
        return false;
    lg_fail(&wait->problem, LG_ERROR_TARGET, 0, "the file %s is larger than the limit of %d bytes",
            wait->plan->file, WAITED_FILE_BYTES);
    return false;
}

static bool file_holds(struct wait *wait)
{
    if (wait->path == NULL)
        return true;
    if (!wait->look_again)
        return wait->file_holds;
    wait->look_again = false;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(WAITED_FILE_BYTES);
    wait->file_holds =
        read_awaited(wait, &text) &&
        (wait->file_lines < 0 || count_lines(&text) >= wait->file_lines) &&
        (wait->file_text == NULL || strstr(buffer_string(&text), wait->file_text) != NULL);
    return wait->file_holds;
}

static bool screen_holds(struct wait *wait)
{
    struct terminal *terminal = wait->target->terminal;
    if (terminal_in_update(terminal))
        return false;
    uint64_t frame = terminal_frames(terminal);
    if (wait->plan->fresh && frame <= wait->target->input_frame)
        return false;
    if (wait->match == NULL)
        return true;
    if (wait->compared && wait->looked_at == frame)
        return wait->screen_holds;
    wait->compared = true;
    wait->looked_at = frame;
    wait->screen_holds = screen_matches(wait->match, terminal, &wait->problem);
    return wait->screen_holds;
}

static bool wait_is_over(void *context)
{
    struct wait *wait = context;
    if (!target_alive(wait->target, NULL))
        return true;
    if (wait->plan->exit)
        return false;
    return (screen_holds(wait) && file_holds(wait)) || wait->problem.class != LG_ERROR_NONE;
}

static void on_file(void *context, uint32_t events)
{
    struct wait *wait = context;
    (void)events;
    wait->look_again = true;
}

static bool expand_all(struct target *target, const struct string_list *from, unsigned iteration,
                       struct string_list *to, struct lg_error *err)
{
    for (size_t i = 0; i < from->count; i++) {
        char *text = world_expand(target->world, from->items[i], iteration, err);
        if (text == NULL)
            return false;
        string_list_take(to, text);
    }
    return true;
}

/* NULL stays NULL; false only on failure. */
static bool expand_optional(struct target *target, const char *template, unsigned iteration,
                            char **text, struct lg_error *err)
{
    *text = template != NULL ? world_expand(target->world, template, iteration, err) : NULL;
    return template == NULL || *text != NULL;
}

static bool prepare_match(struct wait *wait, unsigned iteration, struct lg_error *err)
{
    struct target *target = wait->target;
    const struct wait_plan *plan = wait->plan;
    struct string_list texts = {0};
    struct string_list gone = {0};
    _cleanup_free_ char *regex = NULL;
    _cleanup_free_ char *title = NULL;
    if (!expand_all(target, &plan->text, iteration, &texts, err) ||
        !expand_all(target, &plan->gone, iteration, &gone, err) ||
        !expand_optional(target, plan->regex, iteration, &regex, err) ||
        !expand_optional(target, plan->title, iteration, &title, err)) {
        string_list_free(&texts);
        string_list_free(&gone);
        return false;
    }
    if (texts.count == 0 && gone.count == 0 && regex == NULL && title == NULL)
        return true;
    struct range rows = plan->has_rows ? plan->rows : target->plan->target.wait_rows;
    wait->match = screen_match_new(&texts, &gone, regex, title, rows, plan->region, err);
    return wait->match != NULL;
}

static bool prepare_file(struct wait *wait, unsigned iteration, struct lg_error *err)
{
    const struct wait_plan *plan = wait->plan;
    struct target *target = wait->target;
    wait->file_lines = plan->file_lines;
    wait->look_again = true;
    if (plan->file == NULL)
        return true;
    _cleanup_free_ char *lines = NULL;
    struct world_moment moment = {.iteration = iteration};
    _cleanup_free_ char *name = file_place(target->world, plan->file, &moment, err);
    if (name == NULL ||
        !expand_optional(target, plan->file_text, iteration, &wait->file_text, err) ||
        !expand_optional(target, plan->file_lines_text, iteration, &lines, err))
        return false;
    wait->path = path_join(target->world->root, name);
    if (lines != NULL)
        wait->file_lines = strtol(lines, NULL, 10);
    return true;
}

/* Watches the file's directory, for the file itself may not exist yet or be replaced. Where there
 * is no directory yet, or no inotify instance left, wait_look_again is what remains. */
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

static int64_t wait_look_again(void *context)
{
    struct wait *wait = context;
    if (wait->path == NULL)
        return CLOCK_NEVER;
    wait->look_again = true;
    return clock_now() + 250 * NS_PER_MS;
}

static bool fail_wait(struct wait *wait, const struct step *step, struct lg_error *err)
{
    if (wait->match != NULL && !wait->screen_holds) {
        _cleanup_free_ char *missing = screen_missing(wait->match, wait->target->terminal);
        return lg_fail(err, LG_ERROR_TARGET, 0, "%s: timed out: %s", step->source, missing);
    }
    if (wait->path != NULL && !wait->file_holds)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "%s: timed out: the file %s is not there or not as awaited", step->source,
                       wait->plan->file);
    if (wait->plan->exit)
        return lg_fail(err, LG_ERROR_TARGET, 0, "%s: timed out: the target still runs",
                       step->source);
    return lg_fail(err, LG_ERROR_TARGET, 0,
                   "%s: timed out: no frame was drawn since the last input", step->source);
}

/* What a stopped process shows has no other reason: it reads no key and draws nothing. */
static bool is_stopped(const struct target *target)
{
    struct proc proc;
    struct proc_stat stat = {.state = '?'};
    if (!proc_open("/proc", target_pid(target), &proc, NULL))
        return false;
    proc_stat_read(&proc, &stat, NULL);
    proc_close(&proc);
    return stat.state == 'T';
}

static bool time_out(struct wait *wait, const struct step *step, struct lg_error *err)
{
    fail_wait(wait, step, err);
    return is_stopped(wait->target) &&
           lg_context(err, "the target is stopped (by SIGSTOP, SIGTSTP, SIGTTIN or SIGTTOU)");
}

static bool check_exit(struct wait *wait, const struct step *step, struct lg_error *err)
{
    int status = 0;
    bool alive = target_alive(wait->target, &status);
    _cleanup_free_ char *doing = memory_format("this was to be done: %s", step->source);
    if (!wait->plan->exit || alive)
        return alive || target_fail_ended(wait->target, doing, err);
    if (WIFEXITED(status) && WEXITSTATUS(status) == wait->plan->exit_status)
        return true;
    char how[128];
    process_describe(status, how, sizeof how);
    return lg_fail(err, LG_ERROR_TARGET, 0, "%s: it ended with %s", step->source, how);
}

static bool run_wait(struct wait *wait, const struct step *step, struct lg_error *err)
{
    struct target *target = wait->target;
    int inotify = watch_file(wait);
    int64_t deadline = step_deadline(target, step->timeout_ms);
    enum loop_result result =
        loop_run_until(target->loop, wait_is_over, wait_look_again, wait, deadline, err);
    if (inotify >= 0) {
        loop_unwatch(target->loop, inotify);
        close(inotify);
    }
    if (result == LOOP_STOPPED)
        return target_fail_stopped(target, err);
    if (result == LOOP_FAILED)
        return false;
    if (result == LOOP_DEADLINE)
        return time_out(wait, step, err);
    if (wait->problem.class != LG_ERROR_NONE) {
        *err = wait->problem;
        return false;
    }
    return check_exit(wait, step, err);
}

bool step_wait(struct target *target, const struct step *step, unsigned iteration,
               struct lg_error *err)
{
    struct wait wait = {.target = target, .plan = &step->wait};
    bool done = prepare_match(&wait, iteration, err) && prepare_file(&wait, iteration, err) &&
                run_wait(&wait, step, err);
    screen_match_free(wait.match);
    free(wait.path);
    free(wait.file_text);
    return done;
}
