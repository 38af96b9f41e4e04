#include "result/evidence.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/attempts.h"

/* The names of the plain files in a directory but for hidden ones, sorted. */
static void list_files(const char *directory, struct string_list *names)
{
    DIR *open = opendir(directory);
    const struct dirent *entry;
    struct stat status;
    string_list_free(names);
    while (open != NULL && (entry = readdir(open)) != NULL)
        if (entry->d_name[0] != '.' &&
            fstatat(dirfd(open), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode))
            string_list_add(names, entry->d_name);
    if (open != NULL)
        closedir(open);
    string_list_sort(names);
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
    }
}

/* Of one run. */
static bool remove_files(const char *directory, struct lg_error *err)
{
    static const char *const names[] = {EVIDENCE_HEAP_FIRST, EVIDENCE_HEAP_LAST,
                                        EVIDENCE_GOROUTINE_FIRST, EVIDENCE_GOROUTINE_LAST,
                                        EVIDENCE_GOROUTINES};
    bool removed = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        _cleanup_free_ char *path = path_join(directory, names[i]);
        if (unlink(path) != 0 && errno != ENOENT)
            removed = lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", path);
    }
    return removed;
}

bool evidence_forget(const char *directory, const char *name, struct lg_error *err)
{
    bool removed = true;
    for (enum attempt attempt = 0; attempt < ATTEMPT_COUNT; attempt++) {
        _cleanup_free_ char *of_attempt = attempt_directory(directory, name, attempt);
        removed = remove_files(of_attempt, err) && removed;
    }
    return removed;
}
