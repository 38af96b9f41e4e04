#include "commands/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/plan_difference.h"

/* A file as it was read once: all scenarios have the same few target files. */
struct kept_file {
    char *path;
    struct buffer text;
};

struct comparison {
    const struct revision *revision;
    struct load_options options;
    struct file_source source;
    struct kept_file *files;
    size_t count;
    size_t capacity;
};

static struct buffer *keep(struct comparison *comparison, const char *path, struct buffer *text)
{
    struct kept_file *file = array_add(comparison->files, comparison->count, comparison->capacity);
    *file = (struct kept_file){.path = memory_copy_text(path), .text = *text};
    *text = (struct buffer){.maximum = text->maximum};
    return &file->text;
}

static struct buffer *kept(struct comparison *comparison, const char *path)
{
    for (size_t i = 0; i < comparison->count; i++)
        if (strcmp(comparison->files[i].path, path) == 0)
            return &comparison->files[i].text;
    return NULL;
}

/* Of a target file; the scenario's own is kept before this is asked. */
static bool read_file(void *context, const char *path, struct buffer *out, struct lg_error *err)
{
    struct comparison *comparison = context;
    struct buffer *text = kept(comparison, path);
    if (text == NULL) {
        _cleanup_buffer_ struct buffer read = BUFFER_INIT(LIMIT_YAML_BYTES);
        struct lg_error ignored = {0};
        bool exists = false;
        if (!revision_read(comparison->revision, path, &read, &exists, &ignored) || !exists) {
            buffer_clear(&read);
            if (!file_read(path, &read, LG_ERROR_INPUT, err))
                return false;
        }
        text = keep(comparison, path, &read);
    }
    return buffer_append_limited(out, buffer_string(text), text->length);
}

struct comparison *comparison_open(const struct revision *revision,
                                   const struct load_options *options)
{
    struct comparison *comparison = memory_new(struct comparison);
    comparison->revision = revision;
    comparison->source = (struct file_source){.read = read_file, .context = comparison};
    comparison->options = *options;
    comparison->options.source = &comparison->source;
    return comparison;
}

void comparison_close(struct comparison *comparison)
{
    if (comparison == NULL)
        return;
    for (size_t i = 0; i < comparison->count; i++) {
        free(comparison->files[i].path);
        buffer_free(&comparison->files[i].text);
    }
    free(comparison->files);
    free(comparison);
}

/* The scenario's own text, kept for the loader. False where there is none to be had. */
static bool fetch(struct comparison *comparison, const char *file, bool *outside, char **problem)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_YAML_BYTES);
    struct lg_error err = {0};
    bool exists = false;
    if (kept(comparison, file) != NULL)
        return true;
    if (!revision_read(comparison->revision, file, &text, &exists, &err)) {
        *outside = !revision_knows(comparison->revision, file);
        *problem = *outside ? NULL : memory_copy_text(err.text);
        return false;
    }
    if (exists)
        keep(comparison, file, &text);
    return exists;
}

struct plan *comparison_plan(struct comparison *comparison, const char *file, bool *outside,
                             char **problem)
{
    struct diagnostics problems = {0};
    *outside = false;
    *problem = NULL;
    if (!fetch(comparison, file, outside, problem))
        return NULL;
    struct plan *plan = plan_load(file, &comparison->options, &problems);
    if (plan == NULL)
        *problem = memory_copy_text(problems.lines.count > 0 ? problems.lines.items[0] : file);
    diagnostics_free(&problems);
    return plan;
}

void comparison_scenario(struct comparison *comparison, const char *file, const struct plan *plan,
                         struct change_list *changes)
{
    bool outside = false;
    _cleanup_free_ char *problem = NULL;
    _cleanup_plan_ struct plan *old = comparison_plan(comparison, file, &outside, &problem);
    if (outside)
        return;
    if (problem != NULL) {
        _cleanup_free_ char *text = memory_format("cannot be compared (%s)", problem);
        change_add(changes, CHANGE_WEAKER, "scenario", text, plan != NULL ? plan->title : NULL);
        return;
    }
    plan_changes(old, plan, changes);
}
