#include "measure/printed.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/world_steps.h"

char *program_prints(struct loop *loop, const struct world *world, const char *program,
                     char *const *argv, int64_t ms, int *status)
{
    /* In memory, where both streams append: in one of twenty runs of Sidecar the line of its pprof
     * overwrote that of its version. */
    _cleanup_close_ int output = file_in_memory("leakgate-printed");
    struct process_options options = {.program = program,
                                      .argv = argv,
                                      .environment = world->environment.items,
                                      .directory = world->root,
                                      .standard_error = output,
                                      .file_bytes = LIMIT_PRINTED_BYTES};
    int wait_status = 0;
    *status = -1;
    if (output < 0)
        return NULL;
    enum loop_result result = program_run(&options, loop, clock_deadline(ms), &wait_status, NULL);
    if (result == LOOP_FAILED)
        return NULL;
    if (result == LOOP_DONE && WIFEXITED(wait_status))
        *status = WEXITSTATUS(wait_status);
    char *text = memory_array(LIMIT_PRINTED_BYTES + 1, 1);
    ssize_t got = pread(output, text, LIMIT_PRINTED_BYTES, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}
