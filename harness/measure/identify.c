#include "measure/identify.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "target/process.h"

static void on_end(void *context, uint32_t events)
{
    (void)events;
    process_reap(context);
}

static bool has_ended(void *context)
{
    return process_reap(context);
}

char *version_word(const char *text)
{
    _cleanup_free_ char *words = memory_copy_text(text);
    char *rest = NULL;
    for (char *word = strtok_r(words, " \t\r\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        const char *digits = word + (*word == 'v');
        if (*digits >= '0' && *digits <= '9')
            return memory_copy_text(word);
    }
    return memory_copy_text("");
}

char *version_line(const char *printed)
{
    for (const char *line = printed; *line != '\0'; line += strspn(line, "\r\n")) {
        size_t length = strcspn(line, "\r\n");
        _cleanup_free_ char *text = memory_copy_range(line, length);
        _cleanup_free_ char *word = version_word(text);
        if (*word != '\0')
            return take_pointer(text);
        line += length;
    }
    return memory_copy_range(printed, strcspn(printed, "\r\n"));
}

static char *printed_version(int file)
{
    char text[4096];
    ssize_t got = pread(file, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    return version_line(text);
}

char *identify_version(struct loop *loop, const struct world *world, const char *program)
{
    const struct string_list *arguments = &world->plan->target.version;
    _cleanup_close_ int output = memfd_create("leakgate-version", MFD_CLOEXEC);
    if (arguments->count == 0 || output < 0)
        return memory_copy_text("");
    _cleanup_strings_ struct string_list argv = {0};
    string_list_add(&argv, world->plan->target.command.items[0]);
    for (size_t i = 0; i < arguments->count; i++) {
        char *argument = world_expand(world, arguments->items[i], 0, NULL);
        if (argument == NULL)
            return memory_copy_text("");
        string_list_take(&argv, argument);
    }
    struct process_options options = {.program = program,
                                      .argv = argv.items,
                                      .environment = world->environment.items,
                                      .directory = world->root,
                                      .standard_error = output};
    struct process process = {.pid = -1, .pidfd = -1, .master = -1};
    if (!process_start(&options, &process, NULL))
        return memory_copy_text("");
    if (loop_watch(loop, process.pidfd, EPOLLIN, on_end, &process, NULL)) {
        loop_run_until(loop, has_ended, NULL, &process, clock_deadline(DEADLINE_VERSION_MS), NULL);
        loop_unwatch(loop, process.pidfd);
    }
    process_end(&process, 0);
    return printed_version(output);
}
