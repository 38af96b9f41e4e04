#include "measure/printed.h"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/process.h"

enum { PRINTED_BYTES = 64 * 1024 };

static void on_end(void *context, uint32_t events)
{
    (void)events;
    process_reap(context);
}

static bool has_ended(void *context)
{
    return process_reap(context);
}

static char *text_of(int file)
{
    char *text = memory_array(PRINTED_BYTES + 1, 1);
    ssize_t got = pread(file, text, PRINTED_BYTES, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

char *program_prints(struct loop *loop, const struct world *world, const char *program,
                     char *const *argv, int64_t ms, int *status)
{
    *status = -1;
    /* Seen with Sidecar: in one run of twenty the line of its pprof overwrote that of its version.
     */
    _cleanup_close_ int output = file_in_memory("leakgate-printed");
    struct process_options options = {.program = program,
                                      .argv = argv,
                                      .environment = world->environment.items,
                                      .directory = world->root,
                                      .standard_error = output,
                                      .file_bytes = LIMIT_PRINTED_BYTES};
    struct process process = {.pid = -1, .pidfd = -1, .master = -1};
    if (output < 0 || !process_start(&options, &process, NULL))
        return NULL;
    if (loop_watch(loop, process.pidfd, EPOLLIN, on_end, &process, NULL)) {
        loop_run_until(loop, has_ended, NULL, &process, clock_deadline(ms), NULL);
        loop_unwatch(loop, process.pidfd);
    }
    if (process.reaped && WIFEXITED(process.status))
        *status = WEXITSTATUS(process.status);
    process_end(&process, 0);
    return text_of(output);
}
