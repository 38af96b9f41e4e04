#include "probes/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/proc_directory.h"

/* Fields of /proc/PID/stat behind comm, counted from the state (field 3 of proc(5)). */
enum stat_field {
    STAT_PARENT = 1,
    STAT_SESSION = 3,
    STAT_USER_TIME = 11,
    STAT_SYSTEM_TIME = 12,
    STAT_START_TIME = 19,
    STAT_FIELDS
};

bool proc_failed(const struct proc *proc, int errnum, const char *name, struct lg_error *err)
{
    if (errnum == ENOENT || errnum == ESRCH)
        return lg_fail(err, LG_ERROR_TARGET, errnum, "process %d has ended", (int)proc->pid);
    /* A zombie's descriptors belong to nobody. */
    if (errnum == EACCES || errnum == EPERM)
        return lg_fail(err, LG_ERROR_TARGET, errnum, "process %d has ended or is another user's",
                       (int)proc->pid);
    return lg_fail(err, LG_ERROR_INTERNAL, errnum, "cannot read /proc/%d/%s", (int)proc->pid, name);
}

bool proc_file_read(const struct proc *proc, const char *name, struct buffer *out,
                    struct lg_error *err)
{
    _cleanup_close_ int fd = openat(proc->directory, name, O_RDONLY | O_CLOEXEC);
    int errnum = errno;
    return (fd >= 0 && file_read_from(fd, out, &errnum)) || proc_failed(proc, errnum, name, err);
}

FILE *proc_file_open(const struct proc *proc, const char *name)
{
    _cleanup_close_ int fd = openat(proc->directory, name, O_RDONLY | O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;
    if (file != NULL)
        fd = -1; /* the stream's */
    return file;
}

DIR *proc_directory_open(const struct proc *proc, const char *name)
{
    _cleanup_close_ int fd = openat(proc->directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
    if (stream != NULL)
        fd = -1; /* the stream's */
    return stream;
}

void cleanup_directory(DIR **stream)
{
    if (*stream != NULL)
        closedir(*stream);
    *stream = NULL;
}

bool proc_number_next(DIR *stream, unsigned long *number)
{
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        char *end = NULL;
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        *number = strtoul(entry->d_name, &end, 10);
        if (*end == '\0')
            return true;
    }
    return false;
}

/* comm may hold blanks and parentheses, so the fields begin behind the last ')'. */
static bool stat_parse(const char *text, struct proc_stat *stat)
{
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open || close[1] != ' ' || close[2] == '\0')
        return false;
    struct proc_stat parsed = {.state = close[2]};
    unsigned long long fields[STAT_FIELDS] = {0};
    const char *at = close + 3;
    for (unsigned i = STAT_PARENT; i < STAT_FIELDS; i++) {
        char *end = NULL;
        errno = 0;
        fields[i] = strtoull(at, &end, 10);
        if (*at != ' ' || end == at || errno != 0)
            return false;
        at = end;
    }
    size_t length = (size_t)(close - open - 1);
    if (length >= sizeof parsed.name)
        length = sizeof parsed.name - 1;
    memcpy(parsed.name, open + 1, length);
    parsed.parent = (pid_t)fields[STAT_PARENT];
    parsed.session = (pid_t)fields[STAT_SESSION];
    parsed.cpu_seconds = ((double)fields[STAT_USER_TIME] + (double)fields[STAT_SYSTEM_TIME]) /
                         (double)sysconf(_SC_CLK_TCK);
    parsed.start_time = fields[STAT_START_TIME];
    *stat = parsed;
    return true;
}

bool proc_stat_of(const struct proc *proc, const char *name, struct proc_stat *stat,
                  struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    if (!proc_file_read(proc, name, &text, err))
        return false;
    return stat_parse(buffer_string(&text), stat) ||
           lg_fail(err, LG_ERROR_INTERNAL, 0, "/proc/%d/%s is not as proc(5) says", (int)proc->pid,
                   name);
}

bool proc_stat_read(const struct proc *proc, struct proc_stat *stat, struct lg_error *err)
{
    return proc_stat_of(proc, "stat", stat, err);
}

bool proc_open(const char *proc_root, pid_t pid, struct proc *proc, struct lg_error *err)
{
    _cleanup_free_ char *path = memory_format("%s/%d", proc_root, (int)pid);
    struct proc opened = {.pid = pid};
    opened.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened.directory < 0)
        return proc_failed(&opened, errno, "", err);
    struct proc_stat stat = {0};
    if (!proc_stat_read(&opened, &stat, err)) {
        proc_close(&opened);
        return false;
    }
    opened.start_time = stat.start_time;
    *proc = opened;
    return true;
}

void proc_close(struct proc *proc)
{
    cleanup_close(&proc->directory);
}

bool proc_threads_read(const struct proc *proc, unsigned *threads, struct lg_error *err)
{
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "task");
    if (stream == NULL)
        return proc_failed(proc, errno, "task", err);
    unsigned found = 0;
    for (unsigned long number; proc_number_next(stream, &number);)
        found++;
    *threads = found;
    return true;
}

static bool rss_from_rollup(const struct proc *proc, double *bytes)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    if (!proc_file_read(proc, "smaps_rollup", &text, NULL))
        return false;
    const char *line = strstr(buffer_string(&text), "\nRss:");
    unsigned long long kibibytes = 0;
    if (line == NULL || sscanf(line, "\nRss: %19llu kB", &kibibytes) != 1)
        return false;
    *bytes = (double)kibibytes * 1024;
    return true;
}

bool proc_rss_read(const struct proc *proc, double *bytes, struct lg_error *err)
{
    if (rss_from_rollup(proc, bytes))
        return true;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    if (!proc_file_read(proc, "statm", &text, err))
        return false;
    unsigned long long pages = 0;
    if (sscanf(buffer_string(&text), "%*s %19llu", &pages) != 1)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "/proc/%d/statm is not as proc(5) says",
                       (int)proc->pid);
    *bytes = (double)pages * (double)sysconf(_SC_PAGESIZE);
    return true;
}

double proc_wait_read(const struct proc *proc)
{
    const double ns_per_second = 1e9;
    unsigned long long total = 0;
    _cleanup_directory_ DIR *stream = proc_directory_open(proc, "task");
    if (stream == NULL)
        return NAN;
    for (unsigned long thread; proc_number_next(stream, &thread);) {
        _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
        _cleanup_free_ char *name = memory_format("task/%lu/schedstat", thread);
        unsigned long long waited = 0;
        struct lg_error gone = {0};
        if (!proc_file_read(proc, name, &text, &gone))
            continue;
        /* Time run, time waited, how often (Documentation/scheduler/sched-stats). */
        if (sscanf(buffer_string(&text), "%*u %19llu", &waited) != 1)
            return NAN;
        total += waited;
    }
    return total > 0 ? (double)total / ns_per_second : NAN;
}

bool proc_peak_read(const struct proc *proc, double *bytes, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    if (!proc_file_read(proc, "status", &text, err))
        return false;
    const char *line = strstr(buffer_string(&text), "\nVmHWM:");
    unsigned long long kibibytes = 0;
    if (line == NULL || sscanf(line, "\nVmHWM: %19llu kB", &kibibytes) != 1)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "/proc/%d/status has no VmHWM", (int)proc->pid);
    *bytes = (double)kibibytes * 1024;
    return true;
}

void proc_peak_reset(const struct proc *proc)
{
    /* 5 resets the peak and nothing else (proc(5)). */
    _cleanup_close_ int file = openat(proc->directory, "clear_refs", O_WRONLY | O_CLOEXEC);
    if (file >= 0 && write(file, "5", 1) != 1)
        return;
}

unsigned inotify_instances_free(unsigned wanted)
{
    _cleanup_free_ int *opened = memory_array(wanted > 0 ? wanted : 1, sizeof *opened);
    unsigned count = 0;
    while (count < wanted && (opened[count] = inotify_init1(IN_CLOEXEC)) >= 0)
        count++;
    for (unsigned i = 0; i < count; i++)
        close(opened[i]);
    return count;
}
