#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "world/files.h"
#include "world/git.h"
#include "world/parts.h"

/* 2024-01-01T00:00:00Z. Files of a project are as old as its commit: a file as new as git's index
 * is "racily clean", and git status would write the index anew on every run until it is not. */
static const time_t commit_time = 1704067200;

/* Before the world's own variables: of two with the same name the first counts. */
static const char *const commit_environment[] = {
    "GIT_AUTHOR_NAME=leakgate",
    "GIT_AUTHOR_EMAIL=leakgate@localhost",
    "GIT_AUTHOR_DATE=1704067200 +0000",
    "GIT_COMMITTER_NAME=leakgate",
    "GIT_COMMITTER_EMAIL=leakgate@localhost",
    "GIT_COMMITTER_DATE=1704067200 +0000",
};

static bool check_name(const char *name, struct lg_error *err)
{
    bool fine = path_is_inside(name) && strchr(name, '/') == NULL && name[0] != '.' &&
                !text_is_one_of(name, world_directories);
    return fine || lg_fail(err, LG_ERROR_INPUT, 0,
                           "\"%s\" cannot be a project: it is no plain name or one of the world's "
                           "own directories",
                           name);
}

static bool age(const struct world *world, const char *path, struct lg_error *err)
{
    const struct timespec times[2] = {{.tv_sec = commit_time}, {.tv_sec = commit_time}};
    return utimensat(world->root_fd, path, times, AT_SYMLINK_NOFOLLOW) == 0 ||
           lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set the time of %s", path);
}

/* Sets the times of the plan's files below the project; *any says whether there are some. */
static bool age_files(const struct world *world, const char *name, bool *any, struct lg_error *err)
{
    const struct file_list *files = &world->plan->world.files;
    _cleanup_free_ char *prefix = memory_format("%s/", name);
    *any = false;
    for (size_t i = 0; i < files->count; i++) {
        const struct file_plan *file = &files->items[i];
        for (unsigned copy = file->copies > 0; copy <= file->copies; copy++) {
            struct world_moment moment = {.copy = copy};
            _cleanup_free_ char *path = file_place(world, file->path, &moment, err);
            if (path == NULL)
                return false;
            bool inside = text_starts(path, prefix);
            if (inside && !age(world, path, err))
                return false;
            *any = *any || inside;
        }
    }
    return true;
}

/* A commit needs something in it, and a file list something to show. */
static bool readme_make(const struct world *world, const char *name, struct lg_error *err)
{
    _cleanup_free_ char *path = memory_format("%s/README.md", name);
    _cleanup_free_ char *text = memory_format("# %s\n", name);
    return file_write_at(world->root_fd, path, text, strlen(text), 0644, err) &&
           age(world, path, err);
}

static bool project_make(const struct world *world, const char *name, const struct git *git,
                         struct lg_error *err)
{
    /* No template: the sample hooks differ from machine to machine. */
    static const char *const init[] = {"init", "-q", "--template=", "--initial-branch=main", NULL};
    static const char *const add[] = {"add", "--all", NULL};
    static const char *const commit[] = {"commit",        "-q", "--no-verify", "--no-gpg-sign",
                                         "--allow-empty", "-m", "Begin",       NULL};
    bool any = false;
    if (!check_name(name, err) || !directory_make_at(world->root_fd, name, 0755, err) ||
        !age_files(world, name, &any, err) || (!any && !readme_make(world, name, err)))
        return false;
    _cleanup_free_ char *directory = path_join(world->root, name);
    struct git here = *git;
    here.directory = directory;
    return (git_run(&here, init, err) && git_run(&here, add, err) && git_run(&here, commit, err)) ||
           lg_context(err, "project %s", name);
}

bool projects_make(const struct world *world, struct lg_error *err)
{
    const struct string_list *projects = &world->plan->world.projects;
    if (projects->count == 0)
        return true;
    _cleanup_free_ char *program = tool_find("git");
    if (program == NULL)
        return lg_fail(err, LG_ERROR_NEED, 0, "git is not on the PATH, and the world has projects");
    _cleanup_strings_ struct string_list environment = {0};
    for (size_t i = 0; i < COUNT_OF(commit_environment); i++)
        string_list_add(&environment, commit_environment[i]);
    for (size_t i = 0; i < world->environment.count; i++)
        string_list_add(&environment, world->environment.items[i]);
    struct git git = {.program = program, .environment = environment.items, .input = -1};
    for (size_t i = 0; i < projects->count; i++)
        if (!project_make(world, projects->items[i], &git, err))
            return false;
    return true;
}
