/*
 * Files and directories. Nothing here follows a symbolic link at the last component unless it says
 * so; results are whole or absent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/strings.h"

/* "a/b" from "a" and "b"; "b" when it is absolute. The caller frees it. */
char *path_join(const char *directory, const char *name);
/* Is the path relative, not empty, without "." or ".." components and without NUL or newline? */
bool path_is_inside(const char *path);
/* The part after the last '/'. Points into path. */
const char *path_base(const char *path);

/* Appends the whole file to `out`; over out->maximum is an error that names the limit. Follows
 * links. class is the error class of a failure. */
LG_CHECKED bool file_read(const char *path, struct buffer *out, enum lg_error_class class,
                          struct lg_error *err);

/* The same of a regular file below the working directory that no link leads to; false, and nothing
 * of it, where there is none such or it is larger than out->maximum. */
bool file_read_inside(const char *path, struct buffer *out);

/* Appends all that can be read from a descriptor. False with *errnum, EFBIG when it is more than
 * the buffer takes, which is then full. */
bool file_read_from(int fd, struct buffer *out, int *errnum);

/* A file without a name, in memory, for what a program prints; every write goes to its end. Of a
 * file of memfd_create alone the kernel does not lock the offset: two threads that write at once,
 * to standard output and error, would overwrite each other. -1 with errno on failure. */
int file_in_memory(const char *name);
/* The same file by a descriptor above those of standard input, output and error, which the caller
 * is about to replace. Closes fd; -1 with errno on failure. */
int file_above_standard(int fd);

/* A file in the making: it has no name, where the file system can do without one, until it is
 * published, so that what ends before leaves nothing of it. Each write replaces what the one before
 * wrote; `path` is where it will stand. What was published, or discarded, is FILE_DRAFT_NONE again;
 * to publish what was never written is success and makes no file. Mode 0644. */
struct file_draft {
    int fd;
    char *temporary; /* NULL: it has no name */
};
#define FILE_DRAFT_NONE ((struct file_draft){.fd = -1})
LG_CHECKED bool file_draft_write(struct file_draft *draft, const char *path, const void *data,
                                 size_t length, struct lg_error *err);
/* fsync, rename, fsync of the directory. */
LG_CHECKED bool file_draft_publish(struct file_draft *draft, const char *path,
                                   struct lg_error *err);
void file_draft_discard(struct file_draft *draft);

/* Whole or absent: a temporary file in the same directory, fsync, rename, fsync of the directory.
 * Mode 0644. */
LG_CHECKED bool file_write_atomic(const char *path, const void *data, size_t length,
                                  struct lg_error *err);
/* The name of a file or directory is on the disk as well, as far as the file system can say so. */
bool file_sync_name(const char *path);
/* A plain write of a new or replaced file with this mode, link refused; for files of a world. A
 * named pipe that nobody reads is an error, not a wait. */
LG_CHECKED bool file_write_at(int directory, const char *path, const void *data, size_t length,
                              mode_t mode, struct lg_error *err);
/* The same at the end of the file, which gets the mode when it is new: in one write(2), so that who
 * reads it meanwhile sees whole lines. */
LG_CHECKED bool file_append_at(int directory, const char *path, const void *data, size_t length,
                               mode_t mode, struct lg_error *err);
LG_CHECKED bool file_write_all(int fd, const void *data, size_t length, struct lg_error *err);

/* mkdir -p. */
LG_CHECKED bool directory_make(const char *path, mode_t mode, struct lg_error *err);
/* mkdir -p of `path`'s directories below `root`, no component being a link. */
LG_CHECKED bool directory_make_at(int root, const char *path, mode_t mode, struct lg_error *err);
/* Opens the directory `path` ("": root itself) below `root`, no component being a link; those that
 * are missing are made with `mode`, or, where that is 0, an error. -1 on failure; the caller closes
 * it. */
LG_CHECKED int directory_open_at(int root, const char *path, mode_t mode, struct lg_error *err);
/* Adds the names in it that end with `suffix` ("": all of them) but for hidden ones, sorted. False
 * with errno where it cannot be read. */
bool directory_list(const char *path, const char *suffix, struct string_list *names);
/* cp -r of what is in the directory `from` into `to`, which exists: files and directories. Links
 * and all else are passed over, and none is followed; a file that is there already is replaced.
 * More or larger files than the limits LIMIT_COPY_* are an error. */
LG_CHECKED bool directory_copy(const char *from, const char *to, struct lg_error *err);
/* rm -r, never through a link or onto another file system's mount; a missing path is success. */
LG_CHECKED bool directory_remove(const char *path, struct lg_error *err);
/* The same for `name`, file or directory, in an open directory. */
LG_CHECKED bool entry_remove_at(int directory, const char *name, struct lg_error *err);
