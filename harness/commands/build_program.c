#include "commands/build_program.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/command.h"

/* The user's own command, in a shell as in `make`; what it prints goes to standard error, for
 * standard output is the report's. `directory` "": here. */
static pid_t start_shell(const char *command, const char *directory)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (*directory == '\0' || chdir(directory) == 0)
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

int build_program(const struct arguments *arguments)
{
    const char *command = option_text(arguments, OPTION_BUILD);
    if (command == NULL)
        return EXIT_PASS;
    bool of_project = !option_given(arguments, OPTION_BUILD);
    _cleanup_free_ char *shown = text_harmless(command, false);
    fprintf(stderr, "building: %s\n", shown);
    pid_t pid = start_shell(command, of_project ? arguments->project->directory : "");
    pid_t ended = pid;
    int status = 0;
    while (pid > 0 && (ended = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        continue;
    /* Where SIGCHLD is ignored, nobody is told how the command ended. */
    if (ended < 0) {
        struct lg_error err = {0};
        lg_fail(&err, LG_ERROR_INTERNAL, errno, "cannot run /bin/sh to build the program");
        return complain(&err);
    }
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    if (WEXITSTATUS(status) == 0)
        return EXIT_PASS;
    fprintf(stderr, "leakgate: %s%s ended with exit status %d\n",
            of_project ? arguments->project->file : "--build", of_project ? ": build" : "",
            WEXITSTATUS(status));
    return EXIT_INPUT;
}
