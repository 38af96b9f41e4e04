#include "scenario/project.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/memory.h"
#include "scenario/check.h"
#include "scenario/keys.h"
#include "scenario/node.h"
#include "scenario/yaml.h"

char *project_find(void)
{
    _cleanup_buffer_ struct buffer above = {0}; /* "", "../", "../../", ... */
    struct stat start, here, up, file;
    if (stat(".", &start) != 0)
        return NULL;
    for (here = start;; here = up) {
        _cleanup_free_ char *path = memory_format("%s" PROJECT_FILE, buffer_string(&above));
        _cleanup_free_ char *repository = memory_format("%s.git", buffer_string(&above));
        bool trusted = lstat(path, &file) == 0 && (above.length == 0 || file.st_uid == geteuid() ||
                                                   file.st_uid == 0 || file.st_uid == start.st_uid);
        if (trusted)
            return take_pointer(path);
        buffer_text(&above, "../");
        if (access(repository, F_OK) == 0 || stat(buffer_string(&above), &up) != 0 ||
            up.st_dev != here.st_dev || up.st_ino == here.st_ino)
            return NULL;
    }
}

/* As it is written in the file, from the working directory. */
static char *path_from(const struct project *project, const struct node *node)
{
    const char *text = node_text(node);
    if (text == NULL)
        return NULL;
    while (text_starts(text, "./"))
        text += strspn(text + 1, "/") + 1;
    return path_join(project->directory, text);
}

static struct project *build_project(const char *file, const struct node *root)
{
    struct project *project = memory_new(struct project);
    const struct node *target = node_find(root, "target");
    const char *word = text_or(node_text(target), "");
    bool is_path = strchr(word, '/') != NULL || text_ends(word, ".yaml");
    project->file = memory_copy_text(file);
    project->directory = memory_copy_range(file, (size_t)(path_base(file) - file));
    project->program = path_from(project, node_find(root, "program"));
    if (project->program != NULL && strchr(project->program, '/') == NULL) {
        char *beside = memory_format("./%s", project->program);
        free(project->program);
        project->program = beside;
    }
    project->build = memory_copy_text(node_text(node_find(root, "build")));
    project->target = is_path ? path_from(project, target) : memory_copy_text(node_text(target));
    project->scenarios = path_from(project, node_find(root, "scenarios"));
    project->baselines = path_from(project, node_find(root, "baselines"));
    project->report = path_from(project, node_find(root, "report"));
    node_texts(node_find(root, "tags"), &project->tags);
    return project;
}

struct project *project_read(const char *file, struct diagnostics *problems)
{
    size_t before = problems->count;
    struct stat status;
    struct check_names names = {0};
    if (lstat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
        diagnose(problems, (struct mark){file, 1, 1}, "is not a regular file");
        return NULL;
    }
    _cleanup_node_ struct node *root = yaml_read_file(file, NULL, problems);
    if (root == NULL || !check_version(root, problems))
        return NULL;
    check_file(root, &project_table, &names, problems);
    if (problems->count != before)
        return NULL;
    struct project *project = build_project(file, root);
    if (project->scenarios != NULL &&
        (stat(project->scenarios, &status) != 0 || !S_ISDIR(status.st_mode)))
        diagnose(problems, node_find(root, "scenarios")->where,
                 "there is no directory \"%s\", as seen from this file",
                 node_text(node_find(root, "scenarios")));
    if (problems->count == before)
        return project;
    project_free(project);
    return NULL;
}

void project_free(struct project *project)
{
    if (project == NULL)
        return;
    free_all(project->file, project->directory, project->program, project->build, project->target,
             project->scenarios, project->baselines, project->report);
    string_list_free(&project->tags);
    free(project);
}
