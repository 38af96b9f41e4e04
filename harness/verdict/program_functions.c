#include "verdict/program_functions.h"

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "verdict/holder_key.h"
#include "verdict/ignored_stacks.h"

/* All that runs in a Bubble Tea program is called by these; of what it started they know nothing.
 */
static const char *const schedulers[] = {"charm.land/bubbletea/",
                                         "github.com/charmbracelet/bubbletea"};

static const char *const waiting[] = {"sync.", "sync/", "internal/", "syscall.", "time.Sleep"};

static bool starts_with_any(const char *frame, const char *const *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_starts(frame, prefixes[i]))
            return true;
    return false;
}

bool frame_is_own(const char *frame, const char *module)
{
    size_t length = strlen(text_or(module, ""));
    if (text_starts(frame, "main."))
        return true;
    return length > 0 && strncmp(frame, module, length) == 0 &&
           (frame[length] == '.' || frame[length] == '/');
}

bool frame_is_standard(const char *frame)
{
    _cleanup_free_ char *name = memory_copy_range(frame, holder_key_frame(frame));
    return ignored_stacks_is_standard(name);
}

/* Without what makes it a closure. */
static size_t length_alike(const char *frame)
{
    static const char *const closures[] = {".func", ".gowrap", ".deferwrap"};
    size_t length = holder_key_frame(frame);
    for (size_t i = 0; i < COUNT_OF(closures); i++) {
        size_t suffix = strlen(closures[i]);
        if (length > suffix && strncmp(frame + length - suffix, closures[i], suffix) == 0)
            return length - suffix;
    }
    return length;
}

bool frames_are_alike(const char *a, const char *b)
{
    size_t length = length_alike(a);
    return length == length_alike(b) && memcmp(a, b, length) == 0;
}

/* How much a frame says about who leaks. */
static int telling(const char *frame, const char *module)
{
    if (frame_is_own(frame, module))
        return 4;
    if (starts_with_any(frame, schedulers, COUNT_OF(schedulers)))
        return 2;
    if (!frame_is_standard(frame))
        return 3;
    return starts_with_any(frame, waiting, COUNT_OF(waiting)) ? 0 : 1;
}

char *stack_headline(const char *key, const char *module)
{
    const char *best = key;
    int most = -1;
    for (const char *frame = key; *frame != '\0'; frame = holder_key_next(frame)) {
        int tells = telling(frame, module);
        if (tells <= most)
            continue;
        most = tells;
        best = frame;
    }
    return memory_copy_range(best, holder_key_frame(best));
}

char *stacks_in_common(const char *key, const char *other, const char *module)
{
    for (const char *frame = key; *frame != '\0'; frame = holder_key_next(frame))
        for (const char *of = other; frame_is_own(frame, module) && *of != '\0';
             of = holder_key_next(of))
            if (frames_are_alike(frame, of))
                return memory_copy_range(frame, length_alike(frame));
    return NULL;
}
