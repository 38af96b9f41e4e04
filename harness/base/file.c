#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* A process that is dying may still write: what appears while we remove is removed in the next
 * round. */
enum { REMOVE_ATTEMPTS = 3 };

char *path_join(const char *directory, const char *name)
{
    if (name[0] == '/' || directory[0] == '\0')
        return memory_copy_text(name);
    bool slash = text_ends(directory, "/");
    return memory_format("%s%s%s", directory, slash ? "" : "/", name);
}

bool path_is_inside(const char *path)
{
    if (path[0] == '\0' || path[0] == '/' || strchr(path, '\n') != NULL)
        return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        size_t length = strcspn(part, "/");
        if (length == 0 || (length == 1 && part[0] == '.') ||
            (length == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        if (part[length] == '\0')
            break;
        part += length;
    }
    return true;
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

bool file_read_from(int fd, struct buffer *out, int *errnum)
{
    char block[65536];
    for (;;) {
        ssize_t got = read(fd, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            *errnum = errno;
            return false;
        }
        if (got == 0)
            return true;
        if (!buffer_append_limited(out, block, (size_t)got)) {
            (void)!buffer_append_limited(out, block, out->maximum - out->length);
            *errnum = EFBIG;
            return false;
        }
    }
}

int file_in_memory(const char *name)
{
    _cleanup_close_ int file = memfd_create(name, MFD_CLOEXEC);
    return file >= 0 && fcntl(file, F_SETFL, O_RDWR | O_APPEND) == 0 ? take_fd(file) : -1;
}

int file_above_standard(int fd)
{
    _cleanup_close_ int low = fd;
    return low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

bool file_read(const char *path, struct buffer *out, enum lg_error_class class,
               struct lg_error *err)
{
    _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return lg_fail(err, class, errno, "cannot open %s", path);
    int errnum = 0;
    if (file_read_from(fd, out, &errnum))
        return true;
    if (errnum == EFBIG)
        return lg_fail(err, class, 0, "%s is larger than the limit of %zu bytes", path,
                       out->maximum);
    return lg_fail(err, class, errnum, "cannot read %s", path);
}

bool file_write_all(int fd, const void *data, size_t length, struct lg_error *err)
{
    const char *bytes = data;
    while (length > 0) {
        ssize_t put = write(fd, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write");
        bytes += put;
        length -= (size_t)put;
    }
    return true;
}

/* "." for a name without a slash. */
static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return memory_copy_text(".");
    return slash == path ? memory_copy_text("/") : memory_copy_range(path, (size_t)(slash - path));
}

bool file_read_inside(const char *path, struct buffer *out)
{
    struct stat status;
    int errnum;
    _cleanup_free_ char *folder = directory_of(path);
    _cleanup_close_ int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_close_ int directory =
        here >= 0 && path_is_inside(path) ? directory_open_at(here, folder, 0, NULL) : -1;
    _cleanup_close_ int fd = directory >= 0
                                 ? openat(directory, path_base(path),
                                          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
                                 : -1;
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
        file_read_from(fd, out, &errnum))
        return true;
    buffer_clear(out);
    return false;
}

bool file_sync_name(const char *path)
{
    _cleanup_free_ char *directory = directory_of(path);
    _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a directory and say EINVAL: the rename itself stands. */
    return fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);
}

/* A file that has no name while it is written, so that kill -9 leaves nothing of it; where the file
 * system has none, one with a name, in *temporary. */
static int open_temporary(const char *path, char **temporary)
{
    _cleanup_free_ char *directory = directory_of(path);
    int fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    *temporary = memory_format("%s.XXXXXX", path);
    return mkostemp(*temporary, O_CLOEXEC);
}

/* A link does not replace a file, so it goes by a name that only rename(2) sees. */
static bool give_name(int fd, const char *path, char **temporary)
{
    char nameless[sizeof "/proc/self/fd/" + 3 * sizeof fd];
    if (*temporary != NULL)
        return true;
    snprintf(nameless, sizeof nameless, "/proc/self/fd/%d", fd);
    *temporary = memory_format("%s.%d", path, (int)getpid());
    unlink(*temporary);
    return linkat(AT_FDCWD, nameless, AT_FDCWD, *temporary, AT_SYMLINK_FOLLOW) == 0;
}

bool file_draft_write(struct file_draft *draft, const char *path, const void *data, size_t length,
                      struct lg_error *err)
{
    if (draft->fd < 0)
        draft->fd = open_temporary(path, &draft->temporary);
    if (draft->fd < 0 || ftruncate(draft->fd, 0) != 0 || lseek(draft->fd, 0, SEEK_SET) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", path);
    return file_write_all(draft->fd, data, length, err) || lg_context(err, "%s", path);
}

bool file_draft_publish(struct file_draft *draft, const char *path, struct lg_error *err)
{
    if (draft->fd < 0)
        return true;
    bool published = fchmod(draft->fd, 0644) == 0 && fsync(draft->fd) == 0 &&
                     give_name(draft->fd, path, &draft->temporary) &&
                     rename(draft->temporary, path) == 0;
    if (published) {
        cleanup_free(&draft->temporary);
        published = file_sync_name(path);
    }
    int errnum = errno;
    file_draft_discard(draft);
    return published || lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot write %s", path);
}

void file_draft_discard(struct file_draft *draft)
{
    if (draft->temporary != NULL)
        unlink(draft->temporary);
    cleanup_free(&draft->temporary);
    cleanup_close(&draft->fd);
}

bool file_write_atomic(const char *path, const void *data, size_t length, struct lg_error *err)
{
    struct file_draft draft = FILE_DRAFT_NONE;
    bool written =
        file_draft_write(&draft, path, data, length, err) && file_draft_publish(&draft, path, err);
    file_draft_discard(&draft);
    return written;
}

bool file_write_at(int directory, const char *path, const void *data, size_t length, mode_t mode,
                   struct lg_error *err)
{
    _cleanup_close_ int fd =
        openat(directory, path,
               O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, mode);
    if (fd < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", path);
    if (!file_write_all(fd, data, length, err))
        return lg_context(err, "%s", path);
    if (fchmod(fd, mode) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set the mode of %s", path);
    return true;
}

bool file_append_at(int directory, const char *path, const void *data, size_t length, mode_t mode,
                    struct lg_error *err)
{
    const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
    _cleanup_close_ int fd = openat(directory, path, flags);
    bool is_new = fd < 0 && errno == ENOENT;
    if (is_new)
        fd = openat(directory, path, flags | O_CREAT, mode);
    if (fd < 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot write %s", path);
    if (is_new && fchmod(fd, mode) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot set the mode of %s", path);
    ssize_t put = write(fd, data, length);
    if (put == (ssize_t)length)
        return true;
    return lg_fail(err, LG_ERROR_INTERNAL, put < 0 ? errno : ENOSPC, "cannot append to %s", path);
}

bool directory_make(const char *path, mode_t mode, struct lg_error *err)
{
    _cleanup_free_ char *partial = memory_copy_text(path);
    for (char *slash = partial + 1; *partial != '\0'; slash++) {
        if (*slash != '/' && *slash != '\0')
            continue;
        char kept = *slash;
        *slash = '\0';
        if (mkdir(partial, mode) != 0 && errno != EEXIST)
            return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the directory %s", partial);
        *slash = kept;
        if (kept == '\0')
            break;
    }
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "%s is not a directory", path);
    return true;
}

int directory_open_at(int root, const char *path, mode_t mode, struct lg_error *err)
{
    _cleanup_close_ int current = fcntl(root, F_DUPFD_CLOEXEC, 0);
    _cleanup_free_ char *parts = memory_copy_text(path);
    char *remaining = NULL;
    for (char *part = strtok_r(parts, "/", &remaining); part != NULL;
         part = strtok_r(NULL, "/", &remaining)) {
        if (mode != 0 && mkdirat(current, part, mode) != 0 && errno != EEXIST) {
            lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot make the directory %s", path);
            return -1;
        }
        int next = openat(current, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) {
            lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open the directory %s", path);
            return -1;
        }
        close(current);
        current = next;
    }
    if (current < 0)
        lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot open the directory %s", path);
    return take_fd(current);
}

bool directory_list(const char *path, const char *suffix, struct string_list *names)
{
    DIR *stream = opendir(path);
    if (stream == NULL)
        return false;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;)
        if (entry->d_name[0] != '.' && text_ends(entry->d_name, suffix))
            string_list_add(names, entry->d_name);
    closedir(stream);
    string_list_sort(names);
    return true;
}

bool directory_make_at(int root, const char *path, mode_t mode, struct lg_error *err)
{
    _cleanup_close_ int directory = directory_open_at(root, path, mode, err);
    return directory >= 0;
}

static bool remove_entries(int directory, dev_t device, int *errnum);

static bool remove_entry(int directory, const char *name, dev_t device, int *errnum)
{
    struct stat status;
    if (unlinkat(directory, name, 0) == 0 || errno == ENOENT)
        return true;
    *errnum = errno;
    if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    if (!S_ISDIR(status.st_mode))
        return false;
    if (status.st_dev != device) {
        *errnum = EXDEV;
        return false;
    }
    /* A failure shows at the openat. */
    int ignored = fchmodat(directory, name, 0700, 0);
    (void)ignored;
    _cleanup_close_ int inner =
        openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner < 0 || !remove_entries(inner, device, errnum))
        return false;
    if (unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    *errnum = errno;
    return false;
}

static bool remove_entries(int directory, dev_t device, int *errnum)
{
    DIR *stream = fdopendir(fcntl(directory, F_DUPFD_CLOEXEC, 0));
    if (stream == NULL) {
        *errnum = errno;
        return false;
    }
    bool removed = true;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        removed = remove_entry(directory, entry->d_name, device, errnum) && removed;
    }
    closedir(stream);
    return removed;
}

/* Each level of a tree takes two descriptors while it is removed, and a target may nest as deep as
 * it likes. */
static bool remove_all_attempts(int directory, const char *name, dev_t device, int *errnum)
{
    struct rlimit before;
    bool known = getrlimit(RLIMIT_NOFILE, &before) == 0, removed = false;
    if (known)
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){before.rlim_max, before.rlim_max});
    for (int attempt = 0; attempt < REMOVE_ATTEMPTS && !removed; attempt++)
        removed = remove_entry(directory, name, device, errnum);
    if (known)
        setrlimit(RLIMIT_NOFILE, &before);
    return removed;
}

bool directory_remove(const char *path, struct lg_error *err)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return errno == ENOENT || lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", path);
    int errnum = 0;
    if (remove_all_attempts(AT_FDCWD, path, status.st_dev, &errnum))
        return true;
    return lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot remove %s", path);
}

bool entry_remove_at(int directory, const char *name, struct lg_error *err)
{
    struct stat status;
    int errnum = 0;
    if (fstat(directory, &status) != 0)
        return lg_fail(err, LG_ERROR_INTERNAL, errno, "cannot remove %s", name);
    if (remove_all_attempts(directory, name, status.st_dev, &errnum))
        return true;
    return lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot remove %s", name);
}
