/*
 * The PATH of the world: its bin/ and nothing else.
 *
 * A declared tool is a shim there: a script that appends one line, the tool's name, to the spawn
 * log and becomes the real program, with its arguments, status and signals. So a tool that ran for
 * a millisecond is counted as surely as one that is seen alive. Only starts by way of the PATH
 * count: what a program starts by absolute path (git its own helpers) does not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "world/parts.h"

/*
 * What any shell script takes for granted: always there, as plain links. They are not counted
 * unless a plan declares them: a shim is a process image more, and a script of ten lines would
 * weigh as much in the spawn gauge as ten runs of git. Everything else must be declared.
 */
static const char *const basic_tools[] = {
    "awk",   "basename", "cat",  "chmod", "cp",     "cut",  "date",     "dd",       "dirname",
    "echo",  "env",      "expr", "false", "grep",   "head", "id",       "ln",       "ls",
    "mkdir", "mktemp",   "mv",   "od",    "printf", "pwd",  "readlink", "realpath", "rm",
    "rmdir", "sed",      "seq",  "sh",    "sleep",  "sort", "stty",     "tail",     "tee",
    "test",  "touch",    "tr",   "true",  "uname",  "uniq", "wc",       "xargs",
};

/* The name stays as it was found, links in it unresolved: programs with many names ask for theirs.
 */
char *tool_find(const char *name)
{
    const char *path = getenv("PATH");
    if (path == NULL || name[0] == '\0' || strchr(name, '/') != NULL)
        return NULL;
    for (;; path++) {
        size_t length = strcspn(path, ":");
        _cleanup_free_ char *directory =
            length > 0 ? memory_copy_range(path, length) : memory_copy_text(".");
        _cleanup_free_ char *real = realpath(directory, NULL);
        _cleanup_free_ char *found = real != NULL ? path_join(real, name) : NULL;
        struct stat status;
        if (found != NULL && stat(found, &status) == 0 && S_ISREG(status.st_mode) &&
            access(found, X_OK) == 0)
            return take_pointer(found);
        path += length;
        if (*path == '\0')
            return NULL;
    }
}

/* The interpreter is named by an absolute path, so a shim of sh itself does not start itself. echo
 * is the shell's own, and writes the line by one write. */
static bool shim_make(const struct world *world, const char *name, struct lg_error *err)
{
    if (strchr(name, '/') != NULL || !path_is_inside(name))
        return lg_fail(err, LG_ERROR_INPUT, 0, "the tool \"%s\" is not the name of a program",
                       name);
    struct stat status;
    _cleanup_free_ char *path = path_join("bin", name);
    _cleanup_free_ char *program = tool_find(name);
    if (program == NULL || fstatat(world->root_fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    _cleanup_free_ char *word = shell_quoted(name);
    _cleanup_free_ char *log = shell_quoted(world->spawn_log);
    _cleanup_free_ char *real = shell_quoted(program);
    _cleanup_free_ char *script =
        memory_format("#!/bin/sh\necho %s >>%s\nexec %s \"$@\"\n", word, log, real);
    return file_write_at(world->root_fd, path, script, strlen(script), 0755, err);
}

bool tools_make(const struct world *world, struct lg_error *err)
{
    const struct string_list *declared = &world->plan->world.tools;
    if (!file_write_at(world->root_fd, path_base(world->spawn_log), "", 0, 0644, err))
        return false;
    for (size_t i = 0; i < declared->count; i++)
        if (!shim_make(world, declared->items[i], err))
            return false;
    for (size_t i = 0; i < COUNT_OF(basic_tools); i++) {
        _cleanup_free_ char *path = path_join("bin", basic_tools[i]);
        _cleanup_free_ char *program = tool_find(basic_tools[i]);
        if (program != NULL && symlinkat(program, world->root_fd, path) != 0 && errno != EEXIST)
            return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make %s", path);
    }
    return true;
}
