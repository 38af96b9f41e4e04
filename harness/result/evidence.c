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

void suite_find_files(struct suite_result *suite, const struct forge *forge)
{
    for (size_t i = 0; i < suite->count; i++) {
        struct scenario_result *scenario = &suite->scenarios[i];
        _cleanup_free_ char *directory = report_path(suite->directory, scenario->name, NULL);
        _cleanup_free_ char *control =
            attempt_directory(suite->directory, scenario->name, ATTEMPT_CONTROL);
        list_files(directory, &scenario->files);
        list_files(control, &scenario->control_files);
        if (scenario->judgement != NULL && scenario->record != NULL && scenario->sources.count == 0)
            sources_find(&scenario->sources, scenario->judgement, &scenario->record->target, forge);
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
