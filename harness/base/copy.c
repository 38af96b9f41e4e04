/* Copies of whole directories. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"

struct copying {
    unsigned files;
    unsigned depth;
    struct lg_error *err;
};

static bool copy_bytes(struct copying *copying, int from, int to, const char *name)
{
    char block[65536];
    for (;;) {
        ssize_t got = read(from, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot read %s", name);
        if (got == 0)
            return true;
        if (!file_write_all(to, block, (size_t)got, copying->err))
            return lg_context(copying->err, "%s", name);
    }
}

static bool copy_file(struct copying *copying, int from, int to, const char *name)
{
    struct stat status;
    _cleanup_close_ int source =
        openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (source < 0 || fstat(source, &status) != 0)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot read %s", name);
    if (++copying->files > LIMIT_COPY_FILES)
        return lg_fail(copying->err, LG_ERROR_INPUT, 0, "more than the limit of %u files",
                       LIMIT_COPY_FILES);
    if (status.st_size > (off_t)LIMIT_COPY_BYTES)
        return lg_fail(copying->err, LG_ERROR_INPUT, 0, "%s is larger than the limit of %u MiB",
                       name, LIMIT_COPY_BYTES / 1024 / 1024);
    _cleanup_close_ int copy =
        openat(to, name,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0644);
    if (copy < 0)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot write %s", name);
    return copy_bytes(copying, source, copy, name);
}

static bool copy_entries(struct copying *copying, int from, int to);

static bool copy_directory(struct copying *copying, int from, int to, const char *name)
{
    if (copying->depth >= LIMIT_COPY_DEPTH)
        return lg_fail(copying->err, LG_ERROR_INPUT, 0, "%s lies deeper than the limit of %u", name,
                       LIMIT_COPY_DEPTH);
    _cleanup_close_ int source =
        openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot open %s", name);
    if (mkdirat(to, name, 0755) != 0 && errno != EEXIST)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot make %s", name);
    _cleanup_close_ int copy = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (copy < 0)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot open %s", name);
    copying->depth++;
    bool copied = copy_entries(copying, source, copy);
    copying->depth--;
    return copied || lg_context(copying->err, "%s", name);
}

static bool copy_entries(struct copying *copying, int from, int to)
{
    DIR *stream = fdopendir(fcntl(from, F_DUPFD_CLOEXEC, 0));
    if (stream == NULL)
        return lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot read a directory");
    bool copied = true;
    for (struct dirent *entry; copied && (entry = readdir(stream)) != NULL;) {
        const char *name = entry->d_name;
        struct stat status;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            copied = lg_fail(copying->err, LG_ERROR_INTERNAL, errno, "cannot look at %s", name);
        else if (S_ISDIR(status.st_mode))
            copied = copy_directory(copying, from, to, name);
        else if (S_ISREG(status.st_mode))
            copied = copy_file(copying, from, to, name);
    }
    closedir(stream);
    return copied;
}

bool directory_copy(const char *from, const char *to, struct lg_error *err)
{
    struct copying copying = {.err = err};
    _cleanup_close_ int source = open(from, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (source < 0)
        return lg_fail(err, LG_ERROR_INPUT, errno, "cannot open %s", from);
    _cleanup_close_ int copy = open(to, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (copy < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open %s", to);
    return copy_entries(&copying, source, copy) || lg_context(err, "%s", from);
}
