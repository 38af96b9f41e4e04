#include "world/state_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

struct walk {
    state_file_found *found;
    void *context;
    dev_t device;
    unsigned files;
    struct lg_error *err;
};

static bool walk_directory(struct walk *walk, int parent, const char *name, const char *path,
                           unsigned depth);

/* DT_UNKNOWN: a file system that does not say. */
static bool is_directory(int directory, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

static bool walk_entry(struct walk *walk, int directory, const struct dirent *entry,
                       const char *path, unsigned depth)
{
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return true;
    if (is_directory(directory, entry)) {
        _cleanup_free_ char *inner = path_join(path, entry->d_name);
        return walk_directory(walk, directory, entry->d_name, inner, depth + 1);
    }
    if (walk->files++ >= LIMIT_STATE_FILES)
        return lg_fail(walk->err, LG_ERROR_INVALID, 0,
                       "the target's state directories hold more than %u files", LIMIT_STATE_FILES);
    walk->found(walk->context, path, entry->d_name);
    return true;
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
    if (fstat(fd, &status) == 0 && status.st_dev == walk->device)
        for (struct dirent *entry; whole && (entry = readdir(directory)) != NULL;)
            whole = walk_entry(walk, fd, entry, path, depth);
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
