#include "world/git.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pidfd.h"

enum { OUTPUT_SHOWN = 1000 };

/* leakgate's blocked signals and descriptors are no business of git's. */
static int spawn(const struct git *git, char *const *argv, int output, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    if (git->input >= 0)
        posix_spawn_file_actions_adddup2(&actions, git->input, STDIN_FILENO);
    else
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

/* *status is the wait status, or -1 when git had to be killed. */
static bool run(const struct git *git, const char *const *arguments, int output, int errors,
                int *status, struct lg_error *err)
{
    if (output < 0 || errors < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make a file for git's output");
    _cleanup_strings_ struct string_list argv = {0};
    string_list_add(&argv, git->program);
    string_list_add(&argv, "-C");
    string_list_add(&argv, git->directory);
    for (; *arguments != NULL; arguments++)
        string_list_add(&argv, *arguments);
    pid_t pid;
    int errnum = spawn(git, argv.items, output, errors, &pid);
    if (errnum != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot start %s", git->program);
    _cleanup_close_ int pidfd = pidfd_open(pid, 0);
    bool ended = pidfd >= 0 && pidfd_await(pidfd, clock_deadline(DEADLINE_STEP_MS));
    if (!ended) {
        kill(pid, SIGKILL);
        if (pidfd >= 0)
            pidfd_await(pidfd, clock_deadline(DEADLINE_STEP_MS));
    }
    if (waitpid(pid, status, WNOHANG) != pid || !ended)
        *status = -1;
    return true;
}

/* Of what was printed, as much as a message shows. The caller frees it. */
static char *shown(int file, bool first_line)
{
    char text[OUTPUT_SHOWN + 1] = "";
    ssize_t length = pread(file, text, OUTPUT_SHOWN, 0);
    text[length > 0 ? length : 0] = '\0';
    if (first_line)
        text[strcspn(text, "\n")] = '\0';
    return text_harmless(text, !first_line);
}

bool git_run(const struct git *git, const char *const *arguments, struct lg_error *err)
{
    int status = -1;
    _cleanup_close_ int output = file_in_memory("git");
    if (!run(git, arguments, output, output, &status, err))
        return false;
    _cleanup_free_ char *printed = shown(output, false);
    return status == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, 0, "git %s failed: %s", arguments[0], printed);
}

bool git_ask(const struct git *git, const char *const *arguments, struct buffer *out, int *status,
             char **complaint, struct lg_error *err)
{
    int ended = -1;
    _cleanup_close_ int output = file_in_memory("git");
    _cleanup_close_ int errors = file_in_memory("git-errors");
    if (!run(git, arguments, output, errors, &ended, err))
        return false;
    if (ended < 0 || !WIFEXITED(ended))
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "git %s did not end by itself", arguments[0]);
    *status = WEXITSTATUS(ended);
    *complaint = shown(errors, true);
    int errnum = 0;
    if (lseek(output, 0, SEEK_SET) == 0 && file_read_from(output, out, &errnum))
        return true;
    return errnum == EFBIG
               ? lg_fail(err, LG_ERROR_INPUT, 0, "git printed more than %zu bytes", out->maximum)
               : lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot read git's output");
}
