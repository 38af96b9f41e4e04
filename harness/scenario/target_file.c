#include "scenario/target_file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "scenario/keys.h"
#include "scenario/yaml.h"

char *target_file_path(const char *word, const char *scenarios, const char *here)
{
    if (strchr(word, '/') != NULL || text_ends(word, ".yaml"))
        return path_join(here, word);
    _cleanup_free_ char *file = memory_format("targets/%s.yaml", word);
    return path_join(scenarios, file);
}

static char *directory_of(const char *path)
{
    return memory_copy_range(path, (size_t)(path_base(path) - path));
}

/* `asked` is NULL where the command line named the file: the message then stands at the file
 * itself.
 */
static void report_missing(const char *path, const struct mark *asked, int errnum,
                           struct diagnostics *problems)
{
    struct mark here = {.file = path, .line = 1, .column = 1};
    struct mark where = asked != NULL ? *asked : here;
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_free_ char *name = yaml_name(path);
    _cleanup_free_ char *directory = directory_of(path);
    DIR *entries = opendir(directory[0] != '\0' ? directory : ".");
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        if (text_ends(entry->d_name, ".yaml"))
            string_list_take(&names, yaml_name(entry->d_name));
    if (entries != NULL)
        closedir(entries);
    string_list_sort(&names);
    const char *nearest = text_nearest(name, (const char *const *)names.items, names.count);
    if (nearest != NULL)
        diagnose(problems, where, "there is no target file \"%s\"; did you mean \"%s\"?", name,
                 nearest);
    else if (asked == NULL)
        diagnose(problems, where, "cannot read this target file: %s", strerror(errnum));
    else
        diagnose(problems, where, "cannot read the target file %s: %s", path, strerror(errnum));
}

/* May the next file be read? If not, that is diagnosed where the file is asked for. */
static bool may_read(const struct target_files *files, const struct stat *seen, const char *path,
                     const struct mark *asked, struct stat *status)
{
    errno = 0;
    if (files->source == NULL && (stat(path, status) != 0 || !S_ISREG(status->st_mode))) {
        report_missing(path, asked, errno != 0 ? errno : EINVAL, files->problems);
        return false;
    }
    if (asked == NULL)
        return true;
    for (size_t i = 0; files->source == NULL && i < files->count; i++) {
        if (seen[i].st_dev != status->st_dev || seen[i].st_ino != status->st_ino)
            continue;
        diagnose(files->problems, *asked, "%s extends itself", path_base(path));
        return false;
    }
    if (files->count <= LIMIT_EXTENDS_DEPTH)
        return true;
    diagnose(files->problems, *asked, "more files extend one another than the limit of %u",
             LIMIT_EXTENDS_DEPTH);
    return false;
}

/* False where a file is missing or its `extends` is wrong, which the check diagnoses. */
static bool read_chain(struct target_files *files, const char *file, const struct mark *asked)
{
    struct stat seen[LIMIT_EXTENDS_DEPTH + 1] = {0};
    struct stat status = {0};
    _cleanup_free_ char *path = memory_copy_text(file);
    for (;;) {
        if (!may_read(files, seen, path, asked, &status))
            return false;
        string_list_add(files->file_names, path);
        const char *name = files->file_names->items[files->file_names->count - 1];
        struct node *root = yaml_read_file(name, files->source, files->problems);
        if (root == NULL)
            return false;
        seen[files->count] = status;
        files->files[files->count++] = root;
        const struct node *extends = node_find(root, "extends");
        if (extends == NULL || node_is_null(extends))
            return true;
        const char *word = node_text(extends);
        if (word == NULL || node_scalar_type(extends) != SCALAR_TEXT || word[0] == '\0')
            return false;
        _cleanup_free_ char *here = directory_of(name);
        free(path);
        path = target_file_path(word, files->scenarios, here);
        asked = &extends->where;
    }
}

void target_files_read(struct target_files *files, const char *file, const struct mark *asked)
{
    files->complete = read_chain(files, file, asked);
    struct mark nowhere = {.file = "", .line = 1, .column = 1};
    files->merged = node_new(NODE_MAPPING, files->count > 0 ? files->files[0]->where : nowhere);
    for (size_t i = files->count; i-- > 0;)
        if (files->files[i]->kind == NODE_MAPPING)
            node_merge(files->merged, files->files[i], "env");
    node_remove(files->merged, "extends");
}

void target_files_check(const struct target_files *files, const struct check_names *names)
{
    for (size_t i = 0; i < files->count; i++)
        if (check_version(files->files[i], files->problems))
            check_file(files->files[i], &target_table, names, files->problems);
}

void target_files_free(struct target_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        node_free(files->files[i]);
    node_free(files->merged);
}
