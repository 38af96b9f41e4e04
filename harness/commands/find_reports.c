#include "commands/find_reports.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/earlier.h"

struct finding_reports {
    const char *except;
    struct found_reports *found;
    size_t entries;
    struct lg_error *err;
};

void found_reports_free(struct found_reports *found)
{
    string_list_free(&found->whole);
    string_list_free(&found->cut_off);
}

static bool same_directory(const char *a, const char *b)
{
    struct stat one, other;
    return a != NULL && b != NULL && stat(a, &one) == 0 && stat(b, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static void add_once(struct string_list *paths, const char *path)
{
    for (size_t i = 0; i < paths->count; i++)
        if (same_directory(paths->items[i], path))
            return;
    string_list_add(paths, path);
}

/* Is there an entry of this name and type (S_IFREG, S_IFDIR)? */
static bool has_entry(const char *directory, const char *name, mode_t type, int flags)
{
    _cleanup_free_ char *path = path_join(directory, name);
    struct stat status;
    return fstatat(AT_FDCWD, path, &status, flags) == 0 && (status.st_mode & S_IFMT) == type;
}

static bool search(struct finding_reports *finding, const char *directory, unsigned depth)
{
    _cleanup_strings_ struct string_list names = {0}, inner = {0};
    if (has_entry(directory, REPORT_RESULT, S_IFREG, AT_SYMLINK_NOFOLLOW)) {
        add_once(&finding->found->whole, directory);
        return true;
    }
    if (!directory_list(directory, "", &names))
        return lg_fail(finding->err, LG_ERROR_INPUT, errno, "cannot read %s", directory);
    finding->entries += names.count;
    if (finding->entries > LIMIT_REPORT_ENTRIES)
        return lg_fail(finding->err, LG_ERROR_INPUT, 0,
                       "%s: more than the limit of %u files and directories are searched for "
                       "reports",
                       directory, LIMIT_REPORT_ENTRIES);
    for (size_t i = 0; i < names.count; i++) {
        _cleanup_free_ char *path = path_join(directory, names.items[i]);
        if (has_entry(directory, names.items[i], S_IFDIR, AT_SYMLINK_NOFOLLOW) &&
            !same_directory(path, finding->except))
            string_list_take(&inner, take_pointer(path));
    }
    /* A journal is read, never copied: it may be a link, such as the benchmark lays out to recorded
     * traces. */
    for (size_t i = 0; i < inner.count; i++)
        if (has_entry(inner.items[i], JOURNAL_FILE, S_IFREG, 0)) {
            add_once(&finding->found->cut_off, directory);
            return true;
        }
    for (size_t i = 0; depth < LIMIT_REPORT_DEPTH && i < inner.count; i++)
        if (!search(finding, inner.items[i], depth + 1))
            return false;
    return true;
}

bool find_reports(const char *directory, const char *except, struct found_reports *found,
                  struct lg_error *err)
{
    struct finding_reports finding = {.except = except, .found = found, .err = err};
    struct stat status;
    if (stat(directory, &status) != 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "%s is not a report", directory);
    if (S_ISREG(status.st_mode))
        return lg_fail(
            err, LG_ERROR_INPUT, 0,
            "%s is a file; unpack the archive (unzip FILE -d DIR) and name the directory",
            directory);
    return search(&finding, directory, 0);
}

bool find_all_reports(const char *directory, struct string_list *reports, struct lg_error *err)
{
    _cleanup_reports_ struct found_reports found = {0};
    if (!find_reports(directory, NULL, &found, err))
        return false;
    for (size_t i = 0; i < found.whole.count; i++)
        add_once(reports, found.whole.items[i]);
    for (size_t i = 0; i < found.cut_off.count; i++)
        add_once(reports, found.cut_off.items[i]);
    return found.whole.count + found.cut_off.count > 0 ||
           lg_fail(err, LG_ERROR_INPUT, 0,
                   "%s is not a report, and there is none in it: neither " REPORT_RESULT
                   " nor a journal",
                   directory);
}

char *find_report(const char *directory, struct lg_error *err)
{
    _cleanup_strings_ struct string_list reports = {0};
    if (!find_all_reports(directory, &reports, err))
        return NULL;
    if (reports.count == 1)
        return memory_copy_text(reports.items[0]);
    return lg_fail_null(
        err, LG_ERROR_INPUT, 0,
        "%s holds %zu reports (%s, %s%s): name one of them, or make one of all by leakgate "
        "merge",
        directory, reports.count, reports.items[0], reports.items[1],
        reports.count > 2 ? " ..." : "");
}

char *find_report_of(const char *directory, const char *scenario, struct lg_error *err)
{
    _cleanup_strings_ struct string_list reports = {0};
    const char *one = NULL;
    if (!find_all_reports(directory, &reports, err))
        return NULL;
    for (size_t i = 0; i < reports.count; i++) {
        _cleanup_free_ char *path = report_path(reports.items[i], scenario, JOURNAL_FILE);
        if (access(path, F_OK) != 0)
            continue;
        if (one != NULL)
            return lg_fail_null(err, LG_ERROR_INPUT, 0,
                                "both %s and %s have a run of the scenario \"%s\"", one,
                                reports.items[i], scenario);
        one = reports.items[i];
    }
    if (one == NULL)
        lg_fail(err, LG_ERROR_INPUT, 0, "%s has no run of the scenario \"%s\"", directory,
                scenario);
    return memory_copy_text(one);
}

bool compare_with_report(struct suite_result *suite, const char *report, struct lg_error *err)
{
    if (report == NULL)
        return true;
    struct stat status;
    bool is_file = stat(report, &status) == 0 && S_ISREG(status.st_mode);
    _cleanup_free_ char *directory = is_file ? NULL : find_report(report, err);
    _cleanup_free_ char *file = is_file             ? memory_copy_text(report)
                                : directory != NULL ? path_join(directory, REPORT_RESULT)
                                                    : NULL;
    return (file != NULL && suite_compare(suite, file, report, err)) ||
           lg_context(err, "--compare");
}
