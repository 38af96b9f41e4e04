#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/command.h"

/* git bisect run: 0 is good, 1 to 124 is bad, 125 could not be tested, 128 and more ends the
 * search. */
enum { BISECT_SKIP = 125 };

/* Only a pass and a leak say anything. A signal is the user's, who wants the search to end. */
int bisect_status(int status)
{
    if (status == EXIT_PASS || status == EXIT_LEAK || status >= 128)
        return status;
    fprintf(stderr, "leakgate: exit status %d is no verdict: this commit is left out\n", status);
    return BISECT_SKIP;
}

/* --build: the user's own command, in a shell as in `make`; what it prints goes to standard error,
 * for standard output is the report's. */
static int build(const struct arguments *arguments)
{
    const char *command = option_text(arguments, OPTION_BUILD);
    if (command == NULL)
        return EXIT_PASS;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    pid_t ended = pid;
    int status = 0;
    while (pid > 0 && (ended = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        continue;
    /* Where SIGCHLD is ignored, nobody is told how the command ended. */
    if (ended < 0) {
        struct lg_error err = {0};
        lg_fail(&err, LG_ERROR_INTERNAL, errno, "cannot run /bin/sh for --build");
        return complain(&err);
    }
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    if (WEXITSTATUS(status) == 0)
        return EXIT_PASS;
    fprintf(stderr, "leakgate: --build ended with exit status %d\n", WEXITSTATUS(status));
    return EXIT_INPUT;
}

int command_bisect(const struct arguments *arguments)
{
    if (arguments->operands.count == 0) {
        struct lg_error err = {0};
        lg_fail(&err, LG_ERROR_INPUT, 0, "bisect wants the names of scenarios");
        return bisect_status(complain(&err));
    }
    int status = build(arguments);
    return bisect_status(status == EXIT_PASS ? command_run(arguments) : status);
}
