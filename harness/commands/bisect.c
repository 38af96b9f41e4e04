#include <stdio.h>

#include "commands/command.h"

/* git bisect run: 0 is good, 1 to 124 is bad, 125 could not be tested, 128 and more ends the
 * search. */
enum { BISECT_SKIP = 125 };

/* Only a pass and a leak say anything. A signal is the user's, who wants the search to end. */
int bisect_status(int status)
{
    if (status == EXIT_PASS || status == EXIT_LEAK || status >= 128)
        return status;
    fprintf(stderr, "leakgate: exit status %d is not a verdict: this commit is skipped\n", status);
    return BISECT_SKIP;
}

int command_bisect(const struct arguments *arguments)
{
    if (arguments->operands.count == 0) {
        struct lg_error err = {0};
        lg_fail(&err, LG_ERROR_INPUT, 0, "bisect needs the name of a scenario");
        return bisect_status(complain(&err));
    }
    return bisect_status(command_run(arguments));
}
