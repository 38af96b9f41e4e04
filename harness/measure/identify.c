#include "measure/identify.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "driver/world_steps.h"

enum { PIECE_BYTES = 256 * 1024 };

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

char *version_word(const char *text)
{
    _cleanup_free_ char *words = memory_copy_text(text);
    char *remaining = NULL;
    for (char *word = strtok_r(words, " \t\r\n", &remaining); word != NULL;
         word = strtok_r(NULL, " \t\r\n", &remaining)) {
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

char *identify_version(struct loop *loop, const struct world *world, const char *program)
{
    const struct string_list *arguments = &world->plan->target.version;
    if (arguments->count == 0)
        return memory_copy_text("");
    _cleanup_strings_ struct string_list argv = {0};
    string_list_add(&argv, world->plan->target.command.items[0]);
    if (!expand_list(world, arguments, 0, &argv, NULL))
        return memory_copy_text("");
    int status;
    _cleanup_free_ char *printed =
        program_prints(loop, world, program, argv.items, DEADLINE_VERSION_MS, &status);
    return version_line(printed != NULL ? printed : "");
}

char *identify_program(const char *program)
{
    _cleanup_close_ int fd = open(program, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    XXH64_state_t *state = fd >= 0 ? XXH64_createState() : NULL;
    ssize_t got = -1;
    if (state == NULL)
        return NULL;
    _cleanup_free_ char *bytes = memory_array(PIECE_BYTES, 1);
    XXH64_reset(state, 0);
    while ((got = read(fd, bytes, PIECE_BYTES)) > 0)
        XXH64_update(state, bytes, (size_t)got);
    uint64_t hash = XXH64_digest(state);
    XXH64_freeState(state);
    return got == 0 ? memory_format("%016" PRIx64, hash) : NULL;
}
