#include "world/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "world/parts.h"

/* Nothing that runs by itself (gc, maintenance, fsmonitor), nothing that asks, nothing that changes
 * with git's version or the user's taste. */
static const char gitconfig[] = "[user]\n"
                                "\tname = leakgate\n"
                                "\temail = leakgate@localhost\n"
                                "[init]\n"
                                "\tdefaultBranch = main\n"
                                "[core]\n"
                                "\tautocrlf = false\n"
                                "\tfsmonitor = false\n"
                                "\tpager = cat\n"
                                "[commit]\n"
                                "\tgpgSign = false\n"
                                "[gc]\n"
                                "\tauto = 0\n"
                                "\tautoDetach = false\n"
                                "[maintenance]\n"
                                "\tauto = false\n"
                                "[safe]\n"
                                "\tdirectory = *\n"
                                "[advice]\n"
                                "\taddEmptyPathspec = false\n"
                                "\tdetachedHead = false\n"
                                "\tresolveConflict = false\n"
                                "\tstatusHints = false\n";

typedef bool file_writer(int directory, const char *path, const void *data, size_t length,
                         mode_t mode, struct lg_error *err);

/* An open directory cannot be swapped for a link while the file is written. */
static bool write_below(const struct world *world, const char *path, const char *content,
                        size_t size, mode_t mode, file_writer *writer, struct lg_error *err)
{
    const char *name = path_base(path);
    size_t length = name != path ? (size_t)(name - path) - 1 : 0;
    _cleanup_free_ char *parent = memory_copy_range(path, length);
    _cleanup_close_ int directory = directory_open_at(world->root_fd, parent, 0755, err);
    return directory >= 0 &&
           (writer(directory, name, content, size, mode, err) || lg_context(err, "%s", parent));
}

char *file_place(const struct world *world, const char *template, const struct world_moment *moment,
                 struct lg_error *err)
{
    _cleanup_free_ char *path = world_expand_at(world, template, moment, err);
    if (path == NULL)
        return NULL;
    size_t root = strlen(world->root);
    bool absolute = text_starts(path, world->root) && path[root] == '/';
    const char *inside = absolute ? path + root + 1 : path;
    if (!path_is_inside(inside))
        return lg_fail_null(err, LG_ERROR_INPUT, 0, "the path \"%s\" leads outside the world",
                            template);
    return memory_copy_text(inside);
}

/* A file of a given size may be over the limit by its last line. */
static bool content_make(const struct world *world, const struct file_plan *file,
                         const struct world_moment *moment, struct buffer *content,
                         struct lg_error *err)
{
    struct world_moment at = *moment;
    _cleanup_free_ char *text =
        file->text != NULL ? world_expand_at(world, file->text, moment, err) : memory_copy_text("");
    if (text == NULL)
        return false;
    buffer_text(content, text);
    for (at.line = 1; file->line != NULL &&
                      (file->lines > 0 ? at.line <= file->lines : content->length < file->size);
         at.line++) {
        _cleanup_free_ char *line = world_expand_at(world, file->line, &at, err);
        if (line == NULL)
            return false;
        if (line[0] == '\0')
            return lg_fail(err, LG_ERROR_INPUT, 0, "line %u is empty", at.line);
        buffer_text(content, line);
        if (content->overflowed)
            break;
    }
    if (content->overflowed || (file->size == 0 && content->length > LIMIT_WORLD_FILE_BYTES))
        return lg_fail(err, LG_ERROR_INPUT, 0, "it is larger than the limit of %u bytes",
                       LIMIT_WORLD_FILE_BYTES);
    return true;
}

bool file_make(const struct world *world, const struct file_plan *file,
               const struct world_moment *moment, size_t *total, struct lg_error *err)
{
    _cleanup_free_ char *path = file_place(world, file->path, moment, err);
    _cleanup_buffer_ struct buffer content = BUFFER_INIT(2 * (size_t)LIMIT_WORLD_FILE_BYTES);
    if (path == NULL || !content_make(world, file, moment, &content, err))
        return lg_context(err, "world file %s", file->path);
    *total += content.length;
    if (*total > LIMIT_WORLD_BYTES)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "world file %s: all files together are over the limit of %u bytes",
                       file->path, LIMIT_WORLD_BYTES);
    return write_below(world, path, buffer_string(&content), content.length,
                       file->mode != 0 ? file->mode : 0644,
                       file->append ? file_append_at : file_write_at, err);
}

/* Expands the references in the strings below `value`, in place; false on an unknown one. As deep
 * as the plan is, which the loader limits. */
static bool expand_strings(const struct world *world, json_t *value, struct lg_error *err)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_string(value)) {
        _cleanup_free_ char *text = world_expand(world, json_string_value(value), 0, err);
        _cleanup_json_ json_t *valid = text != NULL ? json_text(text) : NULL;
        return valid != NULL && json_string_set(value, json_string_value(valid)) == 0;
    }
    json_object_foreach(value, key, member)
    {
        if (!expand_strings(world, member, err))
            return false;
    }
    json_array_foreach(value, i, member)
    {
        if (!expand_strings(world, member, err))
            return false;
    }
    return true;
}

static bool config_make(const struct world *world, struct lg_error *err)
{
    const struct world_plan *plan = &world->plan->world;
    if (plan->config_path == NULL || plan->config == NULL)
        return true;
    _cleanup_free_ char *path =
        file_place(world, plan->config_path, &(struct world_moment){0}, err);
    _cleanup_json_ json_t *config = json_deep_copy(plan->config);
    if (path == NULL || !expand_strings(world, config, err))
        return lg_context(err, "configuration %s", plan->config_path);
    _cleanup_free_ char *text = json_pretty(config);
    return write_below(world, path, text, strlen(text), 0644, file_write_at, err);
}

bool files_make(const struct world *world, struct lg_error *err)
{
    const struct file_list *files = &world->plan->world.files;
    size_t total = 0;
    if (!write_below(world, "home/.gitconfig", gitconfig, strlen(gitconfig), 0644, file_write_at,
                     err))
        return false;
    for (size_t i = 0; i < files->count; i++) {
        const struct file_plan *file = &files->items[i];
        for (unsigned copy = file->copies > 0; copy <= file->copies; copy++) {
            struct world_moment moment = {.copy = copy};
            if (file_make(world, file, &moment, &total, err))
                continue;
            if (file->where.file != NULL)
                lg_error_at(err, file->where.file, file->where.line, file->where.column);
            return false;
        }
    }
    return config_make(world, err);
}

/* A name that holds the signs of a pattern is also matched as it is. Of the root, what every world
 * has is left out: its directories and the log of spawns. */
static void match_names(int directory, bool is_root, const char *pattern, struct string_list *names)
{
    DIR *stream = fdopendir(fcntl(directory, F_DUPFD_CLOEXEC, 0));
    for (struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        const char *name = entry->d_name;
        bool matches = strcmp(name, pattern) == 0 || fnmatch(pattern, name, FNM_PERIOD) == 0;
        bool own = is_root &&
                   (text_is_one_of(name, world_directories) || strcmp(name, WORLD_SPAWN_LOG) == 0);
        if (matches && !own && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            string_list_add(names, name);
    }
    if (stream != NULL)
        closedir(stream);
    string_list_sort(names);
}

bool files_remove(const struct world *world, const char *template, unsigned iteration, bool *found,
                  struct lg_error *err)
{
    struct world_moment moment = {.iteration = iteration};
    _cleanup_free_ char *path = file_place(world, template, &moment, err);
    if (path == NULL)
        return false;
    const char *pattern = path_base(path);
    size_t length = pattern != path ? (size_t)(pattern - path) - 1 : 0;
    _cleanup_free_ char *parent = memory_copy_range(path, length);
    _cleanup_strings_ struct string_list names = {0};
    struct lg_error problem = {0};
    _cleanup_close_ int directory = directory_open_at(world->root_fd, parent, 0, &problem);
    *found = false;
    if (directory < 0 && problem.errnum == ENOENT)
        return true;
    if (directory < 0) {
        *err = problem;
        return false;
    }
    match_names(directory, parent[0] == '\0', pattern, &names);
    *found = names.count > 0;
    for (size_t i = 0; i < names.count; i++)
        if (!entry_remove_at(directory, names.items[i], err))
            return false;
    return true;
}

struct walk {
    state_file_found *found;
    void *context;
    dev_t device;
    unsigned files;
    struct lg_error *err;
};

/* DT_UNKNOWN: a file system that does not say. */
static bool is_directory(int directory, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

/* What cannot be opened is gone, or a link. */
static bool walk_directory(struct walk *walk, int parent, const char *name, const char *path,
                           unsigned depth)
{
    struct stat status;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (directory == NULL) {
        cleanup_close(&fd);
        return true;
    }
    bool whole = true;
    if (depth > LIMIT_STATE_DEPTH)
        whole = lg_fail(walk->err, LG_ERROR_INVALID, 0,
                        "%s is deeper than %u directories in the target's state", path,
                        LIMIT_STATE_DEPTH);
    bool enter = whole && fstat(fd, &status) == 0 && status.st_dev == walk->device;
    for (struct dirent *entry; enter && whole && (entry = readdir(directory)) != NULL;) {
        const char *inner = entry->d_name;
        if (strcmp(inner, ".") == 0 || strcmp(inner, "..") == 0)
            continue;
        if (is_directory(fd, entry)) {
            _cleanup_free_ char *below = path_join(path, inner);
            whole = walk_directory(walk, fd, inner, below, depth + 1);
        } else if (walk->files++ < LIMIT_STATE_FILES) {
            walk->found(walk->context, path, inner);
        } else {
            whole = lg_fail(walk->err, LG_ERROR_INVALID, 0,
                            "the target's state directories hold more than %u files",
                            LIMIT_STATE_FILES);
        }
    }
    closedir(directory);
    return whole;
}

bool state_files_walk(const struct world *world, state_file_found *found, void *context,
                      struct lg_error *err)
{
    const struct string_list *directories = &world->plan->target.state;
    struct walk walk = {.found = found, .context = context, .err = err};
    struct stat status;
    if (fstat(world->root_fd, &status) == 0)
        walk.device = status.st_dev;
    for (size_t i = 0; i < directories->count; i++) {
        _cleanup_free_ char *expanded = world_expand(world, directories->items[i], 0, err);
        if (expanded == NULL)
            return false;
        _cleanup_free_ char *path = path_join(world->root, expanded);
        _cleanup_free_ char *shown = world_relative(world, path);
        if (!walk_directory(&walk, world->root_fd, path, shown, 0))
            return false;
    }
    return true;
}
