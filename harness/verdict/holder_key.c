#include "verdict/holder_key.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/ignored_stacks.h"

static const char frame_separator[] = " < ";

/*
 * Paths. A number in a path of the run (a project, a session, a temporary name) or in one that the
 * kernel hands out is another one in each run; a number in a path of the machine
 * (/usr/lib/libsqlite3.so.0) belongs to its name.
 */
static const char *const numbered_places[] = {
    "${world}",  "/dev/pts/", "/proc/",     "/tmp/",           "/var/tmp/",
    "/dev/shm/", "/memfd:",   "/run/user/", "/sys/fs/cgroup/",
};

/* Hexadecimal names shorter than this are words or numbers ("cafe", "0f"). */
enum { HASH_DIGITS = 16 };

static size_t hex_run(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF");
}

/* The length of a UUID (RFC 9562: 8-4-4-4-12 hexadecimal digits) at `text`, or 0. */
static size_t uuid_length(const char *text)
{
    static const size_t groups[] = {8, 4, 4, 4, 12};
    const char *at = text;
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        if (i > 0 && *at++ != '-')
            return 0;
        if (hex_run(at) != groups[i])
            return 0;
        at += groups[i];
    }
    return (size_t)(at - text);
}

/* The length of a name at `text` that was made up, and what is written for it. 0: none. */
static size_t made_up_name(const char *text, bool at_word, const char **written)
{
    size_t length = at_word ? uuid_length(text) : 0;
    *written = "UUID";
    if (length > 0)
        return length;
    length = at_word ? hex_run(text) : 0;
    *written = "HASH";
    if (length >= HASH_DIGITS && !isalnum((unsigned char)text[length]) &&
        strspn(text, "0123456789") < length)
        return length;
    *written = "N";
    return strspn(text, "0123456789");
}

static char *path_key(const char *path)
{
    struct buffer key = {0};
    bool at_word = true;
    buffer_text(&key, "");
    while (*path != '\0') {
        const char *written = NULL;
        size_t length = made_up_name(path, at_word, &written);
        if (length > 0) {
            buffer_text(&key, written);
            path += length;
            at_word = false;
            continue;
        }
        at_word = !isalnum((unsigned char)*path);
        buffer_char(&key, *path++);
    }
    return buffer_take(&key);
}

char *text_key(enum gauge gauge, const char *text)
{
    bool is_path = gauge == GAUGE_SESSION || gauge == GAUGE_STATE_FILE;
    for (size_t i = 0; gauge == GAUGE_FD && i < COUNT_OF(numbered_places); i++)
        is_path = is_path || text_starts(text, numbered_places[i]);
    return is_path ? path_key(text) : memory_copy_text(text);
}

/*
 * Recursion collapsed: a function that comes again further up takes the place of its first
 * appearance, and what lay between is dropped. How deep a decoder or a tree walk was when it
 * allocated, and in what order its parts called each other, is the data's doing.
 */
static void push_frame(struct string_list *frames, const char *name)
{
    _cleanup_free_ char *key = function_key(name);
    for (size_t i = 0; i < frames->count; i++) {
        if (strcmp(frames->items[i], key) != 0)
            continue;
        while (frames->count > i + 1)
            free(frames->items[--frames->count]);
        frames->items[frames->count] = NULL;
        return;
    }
    string_list_take(frames, take_pointer(key));
}

static char *join_frames(const struct string_list *frames)
{
    struct buffer joined = {0};
    buffer_text(&joined, "");
    for (size_t i = 0; i < frames->count; i++) {
        buffer_text(&joined, i > 0 ? frame_separator : "");
        buffer_text(&joined, frames->items[i]);
    }
    return buffer_take(&joined);
}

/* The runtime's frames say how a goroutine waits or how memory was had, not whose it is; where
 * nothing else is left they are all there is to name it, but for the one that all stacks end in. */
char *holder_key(const struct holder_table *table, struct holder holder)
{
    if (holder.text != NULL)
        return text_key(holder.gauge, holder.text);
    if (stack_is_ignored(table, holder))
        return NULL;
    _cleanup_strings_ struct string_list frames = {0};
    bool only_runtime = ignored_stacks_runtime_frames(table, holder) == holder.depth;
    for (uint32_t i = 0; i < holder.depth; i++) {
        const char *name = holder_table_function_name(table, holder.functions[i]);
        bool root = strcmp(name, "runtime.goexit") == 0 && holder.depth > 1;
        if (only_runtime ? !root : !ignored_stacks_is_runtime(name))
            push_frame(&frames, name);
    }
    return join_frames(&frames);
}

size_t holder_key_frame(const char *key)
{
    const char *end = strstr(key, frame_separator);
    return end != NULL ? (size_t)(end - key) : strlen(key);
}

const char *holder_key_next(const char *key)
{
    const char *end = strstr(key, frame_separator);
    return end != NULL ? end + sizeof frame_separator - 1 : key + strlen(key);
}

bool holder_key_same_frame(const char *a, const char *b)
{
    size_t length = holder_key_frame(a);
    return length == holder_key_frame(b) && memcmp(a, b, length) == 0;
}

char *holder_raw_name(const struct holder_table *table, struct holder holder)
{
    if (holder.text != NULL)
        return memory_copy_text(holder.text);
    _cleanup_strings_ struct string_list frames = {0};
    for (uint32_t i = 0; i < holder.depth; i++)
        string_list_add(&frames, holder_table_function_name(table, holder.functions[i]));
    return join_frames(&frames);
}
