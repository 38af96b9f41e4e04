#include "result/evidence.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/attempts.h"

/* The names of the plain files in a directory but for hidden ones, sorted. */
static void list_files(const char *directory, struct string_list *names)
{
    _cleanup_strings_ struct string_list all = {0};
    struct stat status;
    string_list_free(names);
    directory_list(directory, "", &all);
    for (size_t i = 0; i < all.count; i++) {
        _cleanup_free_ char *path = path_join(directory, all.items[i]);
        if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
            string_list_add(names, all.items[i]);
    }
}

/* A path that came from the target is looked up only where it leads nowhere else. */
static void find_sources(struct suite_result *suite, const struct judgement *judgement)
{
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++) {
        const char *source = judgement->findings[i].source;
        const char *line = source != NULL ? strrchr(source, ':') : NULL;
        if (line == NULL)
            continue;
        _cleanup_free_ char *file = memory_copy_range(source, (size_t)(line - source));
        if (path_is_inside(file) && access(file, F_OK) == 0)
            string_list_add_once(&suite->sources, file);
    }
}

void suite_find_files(struct suite_result *suite)
{
    for (size_t i = 0; i < suite->count; i++) {
        struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_free_ char *directory = report_path(suite->directory, scenario->name, NULL);
        _cleanup_free_ char *control =
            attempt_directory(suite->directory, scenario->name, ATTEMPT_CONTROL);
        list_files(directory, &scenario->files);
        list_files(control, &scenario->control_files);
        find_sources(suite, scenario->judgement);
    }
}

bool evidence_forget(const char *directory, const char *name, struct lg_error *err)
{
    static const char *const names[] = {EVIDENCE_HEAP_FIRST, EVIDENCE_HEAP_LAST,
                                        EVIDENCE_GOROUTINE_FIRST, EVIDENCE_GOROUTINE_LAST,
                                        EVIDENCE_GOROUTINES};
    bool removed = true;
    for (enum attempt attempt = 0; attempt < ATTEMPT_COUNT; attempt++) {
        _cleanup_free_ char *run = attempt_directory(directory, name, attempt);
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            _cleanup_free_ char *path = path_join(run, names[i]);
            if (unlink(path) != 0 && errno != ENOENT)
                removed = lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", path);
        }
    }
    return removed;
}
