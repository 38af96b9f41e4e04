/* What has to be right on the machine before a run starts. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "commands/complain.h"
#include "commands/report_directory.h"
#include "commands/suite_run.h"
#include "measure/stop_signals.h"
#include "world/world.h"

static bool find_program(const struct plan *plan, struct lg_error *err)
{
    _cleanup_free_ char *program = world_find_program(plan, err);
    if (program != NULL)
        return true;
    fprintf(stderr,
            "leakgate: %s\nName the program by --program PATH or LEAKGATE_PROGRAM, or put "
            "it on PATH.\n",
            err->text);
    return false;
}

/* A path, for it stands beside the program that has the name. */
static bool find_control(const struct arguments *arguments, struct lg_error *err)
{
    const char *control = option_text(arguments, OPTION_CONTROL);
    struct stat status;
    if (control == NULL || (strchr(control, '/') != NULL && stat(control, &status) == 0 &&
                            S_ISREG(status.st_mode) && access(control, X_OK) == 0))
        return true;
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "--control wants the path of a program (./old or /tmp/old), not \"%s\"",
                   control);
}

/* All that can be known to be wrong before anything has started. */
int suite_check_machine(struct suite_run *suite)
{
    const char *directory = option_text(suite->arguments, OPTION_REPORT);
    struct lg_error err = {0};
    if (!find_control(suite->arguments, &err))
        return complain(&err);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!suite_is_skipped(suite, i) && !find_program(suite->selection.plans[i], &err))
            return (int)lg_exit_status(err.class);
    for (size_t i = 0; i < suite->selection.count; i++)
        if (!evidence_directory_check(directory, suite->selection.plans[i]->name, &err))
            return complain(&err);
    if (!report_directory_prepare(directory, &err) || !stop_signals_block(&err))
        return complain(&err);
    return EXIT_PASS;
}
