#include "commands/report_directory.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/format.h"

/* Not hidden: what gathers a build's artifacts often leaves hidden files out. */
#define MARKER "made-by-leakgate.txt"
#define MARKER_TEXT "leakgate made this directory and replaces it when the scenario runs again.\n"

static bool is_ours(const char *path)
{
    _cleanup_free_ char *marker = path_join(path, MARKER);
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(4096);
    return file_read(marker, &text, LG_ERROR_INPUT, NULL) &&
           strcmp(buffer_string(&text), MARKER_TEXT) == 0;
}

static bool is_empty(const char *path)
{
    DIR *entries = opendir(path);
    bool empty = entries != NULL;
    for (struct dirent *entry; empty && (entry = readdir(entries)) != NULL;)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    if (entries != NULL)
        closedir(entries);
    return empty;
}

bool report_directory_prepare(const char *directory, struct lg_error *err)
{
    if (!directory_make(directory, 0755, err)) {
        err->class = LG_ERROR_INPUT;
        return lg_context(err, "the report's directory");
    }
    for (size_t i = 0; i < report_format_count; i++) {
        const char *file = report_format_table[i].file;
        _cleanup_free_ char *path = file != NULL ? path_join(directory, file) : NULL;
        if (path != NULL && unlink(path) != 0 && errno != ENOENT)
            return lg_fail(err, LG_ERROR_INPUT, errno, "cannot remove the older %s", path);
    }
    return true;
}

bool evidence_directory_check(const char *directory, const char *name, struct lg_error *err)
{
    _cleanup_free_ char *path = report_path(directory, name, NULL);
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || lg_fail(err, LG_ERROR_INPUT, errno, "cannot look at %s", path);
    if (S_ISDIR(status.st_mode) && (is_empty(path) || is_ours(path)))
        return true;
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "%s was not made by leakgate and is not replaced; choose another --report",
                   path);
}

bool evidence_directory_make(const char *directory, const char *name, struct lg_error *err)
{
    _cleanup_free_ char *path = report_path(directory, name, NULL);
    _cleanup_free_ char *marker = path_join(path, MARKER);
    return evidence_directory_check(directory, name, err) && directory_remove(path, err) &&
           directory_make(path, 0755, err) &&
           file_write_atomic(marker, MARKER_TEXT, strlen(MARKER_TEXT), err);
}
