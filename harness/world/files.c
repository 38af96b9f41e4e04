#include "world/files.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"

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

static bool write_below(const struct world *world, const char *path, const char *text,
                        size_t length, mode_t mode, struct lg_error *err)
{
    const char *name = path_base(path);
    if (name != path) {
        _cleanup_free_ char *directory = memory_copy_range(path, (size_t)(name - path) - 1);
        if (!directory_make_at(world->root_fd, directory, 0755, err))
            return false;
    }
    return file_write_at(world->root_fd, path, text, length, mode, err);
}

char *file_place(const struct world *world, const char *template, struct lg_error *err)
{
    _cleanup_free_ char *path = world_expand(world, template, 0, err);
    if (path == NULL)
        return NULL;
    size_t root = strlen(world->root);
    bool absolute = text_starts(path, world->root) && path[root] == '/';
    const char *inside = absolute ? path + root + 1 : path;
    if (!path_is_inside(inside)) {
        lg_fail(err, LG_ERROR_INPUT, 0, "the path \"%s\" leads outside the world", template);
        return NULL;
    }
    return memory_copy_text(inside);
}

static bool plan_file_make(const struct world *world, const struct file_plan *file,
                           struct lg_error *err)
{
    _cleanup_free_ char *path = file_place(world, file->path, err);
    _cleanup_free_ char *text = path != NULL ? world_expand(world, file->text, 0, err) : NULL;
    if (text == NULL)
        return lg_context(err, "world file %s", file->path);
    size_t length = strlen(text);
    if (length > LIMIT_WORLD_FILE_BYTES)
        return lg_fail(err, LG_ERROR_INPUT, 0, "world file %s is larger than the limit of %u bytes",
                       file->path, LIMIT_WORLD_FILE_BYTES);
    return write_below(world, path, text, length, file->mode != 0 ? file->mode : 0644, err);
}

static json_t *expanded(const struct world *world, const json_t *value, struct lg_error *err);

static json_t *expanded_object(const struct world *world, const json_t *object,
                               struct lg_error *err)
{
    json_t *copy = json_object();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        json_t *member = expanded(world, value, err);
        if (member == NULL) {
            json_decref(copy);
            return NULL;
        }
        json_put(copy, key, member);
    }
    return copy;
}

static json_t *expanded_array(const struct world *world, const json_t *array, struct lg_error *err)
{
    json_t *copy = json_array();
    for (size_t i = 0; i < json_array_size(array); i++) {
        json_t *item = expanded(world, json_array_get(array, i), err);
        if (item == NULL) {
            json_decref(copy);
            return NULL;
        }
        json_push(copy, item);
    }
    return copy;
}

/* A deep copy with the references in its strings expanded; NULL on an unknown one. As deep as the
 * plan is, which the loader limits. */
static json_t *expanded(const struct world *world, const json_t *value, struct lg_error *err)
{
    if (json_is_object(value))
        return expanded_object(world, value, err);
    if (json_is_array(value))
        return expanded_array(world, value, err);
    if (!json_is_string(value))
        return json_deep_copy(value);
    _cleanup_free_ char *text = world_expand(world, json_string_value(value), 0, err);
    return text != NULL ? json_text(text) : NULL;
}

static bool config_make(const struct world *world, struct lg_error *err)
{
    const struct world_plan *plan = &world->plan->world;
    if (plan->config_path == NULL || plan->config == NULL)
        return true;
    _cleanup_free_ char *path = file_place(world, plan->config_path, err);
    _cleanup_json_ json_t *config = path != NULL ? expanded(world, plan->config, err) : NULL;
    if (config == NULL)
        return lg_context(err, "configuration %s", plan->config_path);
    _cleanup_free_ char *text = json_pretty(config);
    return write_below(world, path, text, strlen(text), 0644, err);
}

bool files_make(const struct world *world, struct lg_error *err)
{
    const struct file_list *files = &world->plan->world.files;
    if (!write_below(world, "home/.gitconfig", gitconfig, sizeof gitconfig - 1, 0644, err))
        return false;
    for (size_t i = 0; i < files->count; i++) {
        const struct file_plan *file = &files->items[i];
        if (!plan_file_make(world, file, err)) {
            if (file->where.file != NULL)
                lg_error_at(err, file->where.file, file->where.line, file->where.column);
            return false;
        }
    }
    return config_make(world, err);
}
