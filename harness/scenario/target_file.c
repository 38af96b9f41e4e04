#include "scenario/target_file.h"

#include <dirent.h>
#include <errno.h>
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

/* Names of the target files beside the one that is missing. */
static void list_beside(const char *path, struct string_list *names)
{
    _cleanup_free_ char *directory = directory_of(path);
    DIR *entries = opendir(directory[0] != '\0' ? directory : ".");
    if (entries == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
        if (text_ends(entry->d_name, ".yaml"))
            string_list_take(
                names, memory_copy_range(entry->d_name, strlen(entry->d_name) - strlen(".yaml")));
    closedir(entries);
    string_list_sort(names);
}

/* `asked` is NULL where the command line named the file: then its own path is all there is to say
 * where. */
static void report_missing(const char *path, const struct mark *asked, int errnum,
                           struct diagnostics *problems)
{
    struct mark here = {.file = path, .line = 1, .column = 1};
    struct mark where = asked != NULL ? *asked : here;
    _cleanup_strings_ struct string_list names = {0};
    _cleanup_free_ char *name = yaml_name(path);
    list_beside(path, &names);
    const char *nearest = text_nearest(name, (const char *const *)names.items, names.count);
    if (nearest != NULL)
        diagnose(problems, where, "there is no target file \"%s\"; did you mean \"%s\"?", name,
                 nearest);
    else if (asked == NULL)
        diagnose(problems, where, "cannot read this target file: %s", strerror(errnum));
    else
        diagnose(problems, where, "cannot read the target file %s: %s", path, strerror(errnum));
}

struct chain {
    struct target_files *files;
    struct stat seen[LIMIT_EXTENDS_DEPTH + 1];
    const char *scenarios;
    const struct file_source *source;
    struct string_list *file_names;
    struct diagnostics *problems;
};

/* May the next file be read? It is diagnosed where it is asked for when it may not. */
static bool may_read(const struct chain *chain, const char *path, const struct mark *asked,
                     struct stat *status)
{
    errno = 0;
    if (chain->source == NULL && (stat(path, status) != 0 || !S_ISREG(status->st_mode))) {
        report_missing(path, asked, errno != 0 ? errno : EINVAL, chain->problems);
        return false;
    }
    if (asked == NULL)
        return true;
    for (size_t i = 0; chain->source == NULL && i < chain->files->count; i++) {
        if (chain->seen[i].st_dev != status->st_dev || chain->seen[i].st_ino != status->st_ino)
            continue;
        diagnose(chain->problems, *asked, "%s extends itself", path_base(path));
        return false;
    }
    if (chain->files->count <= LIMIT_EXTENDS_DEPTH)
        return true;
    diagnose(chain->problems, *asked, "more files extend one another than the limit of %u",
             LIMIT_EXTENDS_DEPTH);
    return false;
}

static bool read_chain(struct chain *chain, const char *path, const struct mark *asked)
{
    struct stat status = {0};
    if (!may_read(chain, path, asked, &status))
        return false;
    string_list_add(chain->file_names, path);
    const char *name = chain->file_names->items[chain->file_names->count - 1];
    struct node *root = yaml_read_file(name, chain->source, chain->problems);
    if (root == NULL)
        return false;
    chain->seen[chain->files->count] = status;
    chain->files->files[chain->files->count++] = root;
    const struct node *extends = node_find(root, "extends");
    if (extends == NULL || node_is_null(extends))
        return true;
    const char *word = node_text(extends);
    if (word == NULL || node_scalar_type(extends) != SCALAR_TEXT || word[0] == '\0')
        return false; /* diagnosed by target_files_check */
    _cleanup_free_ char *here = directory_of(name);
    _cleanup_free_ char *next = target_file_path(word, chain->scenarios, here);
    return read_chain(chain, next, &extends->where);
}

bool target_files_read(const char *file, const struct mark *asked, const char *scenarios,
                       const struct file_source *source, struct target_files *files,
                       struct string_list *file_names, struct diagnostics *problems)
{
    struct chain chain = {.files = files,
                          .scenarios = scenarios,
                          .source = source,
                          .file_names = file_names,
                          .problems = problems};
    return read_chain(&chain, file, asked);
}

void target_files_check(const struct target_files *files, const struct check_names *names,
                        struct diagnostics *problems)
{
    for (size_t i = 0; i < files->count; i++)
        if (check_version(files->files[i], problems))
            check_file(files->files[i], &target_table, names, problems);
}

struct node *target_files_merge(const struct target_files *files)
{
    struct mark nowhere = {.file = "", .line = 1, .column = 1};
    struct node *merged =
        node_new(NODE_MAPPING, files->count > 0 ? files->files[0]->where : nowhere);
    for (size_t i = files->count; i-- > 0;)
        if (files->files[i]->kind == NODE_MAPPING)
            node_merge(merged, files->files[i], "env");
    node_remove(merged, "extends");
    return merged;
}

void target_files_free(struct target_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        node_free(files->files[i]);
    files->count = 0;
}
