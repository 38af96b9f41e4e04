#include "commands/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

bool revision_scenarios(const struct revision *revision, const char *directory,
                        struct string_list *names, struct lg_error *err)
{
    _cleanup_strings_ struct string_list files = {0};
    _cleanup_free_ char *inside = path_join(directory, "x");
    if (!revision_knows(revision, inside))
        return true;
    if (!revision_list(revision, directory, ".yaml", &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        const char *base = path_base(files.items[i]);
        _cleanup_free_ char *direct = path_join(directory, base);
        _cleanup_free_ char *name = yaml_name(base);
        if (strcmp(direct, files.items[i]) == 0)
            string_list_add_once(names, name);
    }
    return true;
}

static bool read_file(void *context, const char *path, struct buffer *out, struct lg_error *err)
{
    const struct revision *revision = context;
    bool exists = false;
    if (revision_read(revision, path, out, &exists, NULL) && exists)
        return true;
    buffer_clear(out);
    return file_read(path, out, LG_ERROR_INPUT, err);
}

struct plan *revision_plan(const struct revision *revision, const char *file,
                           const struct load_options *options)
{
    struct file_source source = {.read = read_file, .context = (struct revision *)revision};
    struct load_options there = *options;
    struct diagnostics ignored = {0};
    there.source = &source;
    struct plan *plan = plan_load(file, &there, &ignored);
    diagnostics_free(&ignored);
    return plan;
}

struct compared_file {
    char *path;
    char *difference; /* NULL: none */
    bool exists;      /* at the revision */
};

void comparison_free(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->count; i++) {
        free(comparison->files[i].path);
        free(comparison->files[i].difference);
    }
    free(comparison->files);
}

/* A file outside of the repository is the same before and after. So is a target file that cannot be
 * read there, such as a link; a scenario is shown as another one, for nothing better is known. */
static const struct compared_file *compare(struct comparison *comparison,
                                           const struct revision *revision, const char *path,
                                           bool is_scenario)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->files[i].path, path) == 0)
            return &comparison->files[i];
    struct compared_file *file =
        array_add(comparison->files, comparison->count, comparison->capacity);
    struct lg_error err = {0};
    *file = (struct compared_file){.path = memory_copy_text(path), .exists = true};
    if (!revision_difference(revision, path, &file->exists, &file->difference, &err) &&
        is_scenario && revision_knows(revision, path))
        file->difference = memory_format("cannot be compared: %s\n", err.text);
    return file;
}

char *plan_difference(struct comparison *comparison, const struct revision *revision,
                      const struct plan *plan, bool *is_new)
{
    struct buffer all = {0};
    *is_new = !compare(comparison, revision, plan->file, true)->exists;
    for (size_t i = 0; i < plan->file_names.count && !*is_new; i++) {
        const char *difference =
            compare(comparison, revision, plan->file_names.items[i], false)->difference;
        buffer_text(&all, difference != NULL ? difference : "");
    }
    if (all.length > 0)
        return buffer_take(&all);
    buffer_free(&all);
    return NULL;
}
