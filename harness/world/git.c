#include "world/git.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pidfd.h"

enum { OUTPUT_SHOWN = 1000 };

static void argv_make(const struct git *git, const char *const *arguments, struct string_list *argv)
{
    string_list_add(argv, git->program);
    string_list_add(argv, "-C");
    string_list_add(argv, git->directory);
    for (; *arguments != NULL; arguments++)
        string_list_add(argv, *arguments);
}

/* leakgate's blocked signals and descriptors are no business of git's. */
static int spawn(const struct git *git, char *const *argv, int output, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int errnum = posix_spawn(pid, git->program, &actions, &attributes, argv, git->environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return errnum;
}

/* The wait status, or -1 when it had to be killed. */
static int await(pid_t pid)
{
    int status = -1;
    _cleanup_close_ int pidfd = pidfd_make(pid);
    bool ended = pidfd >= 0 && pidfd_await(pidfd, clock_deadline(DEADLINE_STEP_MS));
    if (!ended) {
        kill(pid, SIGKILL);
        if (pidfd >= 0)
            pidfd_await(pidfd, clock_deadline(DEADLINE_STEP_MS));
    }
    bool reaped = waitpid(pid, &status, WNOHANG) == pid;
    return ended && reaped ? status : -1;
}

static bool fail_with_output(const char *command, int output, struct lg_error *err)
{
    char text[OUTPUT_SHOWN + 1] = "";
    ssize_t length = pread(output, text, OUTPUT_SHOWN, 0);
    text[length > 0 ? length : 0] = '\0';
    _cleanup_free_ char *harmless = text_harmless(text, true);
    return lg_fail(err, LG_ERROR_INTERNAL, 0, "git %s failed: %s", command, harmless);
}

static bool start(const struct git *git, const char *const *arguments, int output, int errors,
                  pid_t *pid, struct lg_error *err)
{
    _cleanup_strings_ struct string_list argv = {0};
    argv_make(git, arguments, &argv);
    int errnum = spawn(git, argv.items, output, errors, pid);
    return errnum == 0 || lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot start %s", git->program);
}

bool git_run(const struct git *git, const char *const *arguments, struct lg_error *err)
{
    _cleanup_close_ int output = file_in_memory("git");
    if (output < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a file for git's output");
    pid_t pid;
    if (!start(git, arguments, output, output, &pid, err))
        return false;
    return await(pid) == 0 || fail_with_output(arguments[0], output, err);
}

static char *first_line(int file)
{
    char text[OUTPUT_SHOWN + 1] = "";
    ssize_t length = pread(file, text, OUTPUT_SHOWN, 0);
    text[length > 0 ? length : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return text_harmless(text, false);
}

static bool read_whole(int file, struct buffer *out, struct lg_error *err)
{
    char text[4096];
    ssize_t length;
    for (off_t at = 0; (length = pread(file, text, sizeof text, at)) > 0; at += length)
        if (!buffer_append_limited(out, text, (size_t)length))
            return lg_fail(err, LG_ERROR_INPUT, 0, "git printed more than %zu bytes", out->maximum);
    return length == 0 || lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot read git's output");
}

bool git_ask(const struct git *git, const char *const *arguments, struct buffer *out, int *status,
             char **complaint, struct lg_error *err)
{
    _cleanup_close_ int output = file_in_memory("git");
    _cleanup_close_ int errors = file_in_memory("git-errors");
    if (output < 0 || errors < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a file for git's output");
    pid_t pid;
    if (!start(git, arguments, output, errors, &pid, err))
        return false;
    int ended = await(pid);
    if (ended < 0 || !WIFEXITED(ended))
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "git %s did not end by itself", arguments[0]);
    *status = WEXITSTATUS(ended);
    *complaint = first_line(errors);
    return read_whole(output, out, err);
}
