#include "probes/find_process.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "probes/build_info.h"
#include "probes/proc_directory.h"

void found_process_free(struct found_process *process)
{
    free_all(process->name, process->command, process->directory, process->terminal);
    *process = (struct found_process){0};
}

void found_processes_free(struct found_processes *found)
{
    for (size_t i = 0; i < found->count; i++)
        found_process_free(&found->items[i]);
    free(found->items);
    *found = (struct found_processes){0};
}

/* "" where it cannot be read. The caller frees it. */
static char *link_of(const struct proc *proc, const char *name)
{
    char link[PATH_MAX];
    ssize_t length = readlinkat(proc->directory, name, link, sizeof link - 1);
    return memory_copy_range(link, length > 0 ? (size_t)length : 0);
}

/* The arguments, each ended by NUL, joined by blanks. */
static char *command_of(const struct proc *proc)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    if (!proc_file_read(proc, "cmdline", &text, NULL))
        return memory_copy_text("");
    for (size_t i = 0; i + 1 < text.length; i++)
        if (text.data[i] == '\0')
            text.data[i] = ' ';
    return text_harmless(buffer_string(&text), false);
}

/* Device numbers of pseudo-terminals: 136 to 143, 256 each (Documentation/admin-guide/devices). */
static char *terminal_of(const struct proc *proc)
{
    const unsigned first = 136, last = 143, each = 256;
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    const char *close = NULL;
    int device = 0;
    if (proc_file_read(proc, "stat", &text, NULL))
        close = strrchr(buffer_string(&text), ')');
    if (close == NULL || sscanf(close + 1, " %*c %*d %*d %*d %d", &device) != 1 || device == 0)
        return memory_copy_text("");
    unsigned number = major((dev_t)device), minor_number = minor((dev_t)device);
    if (number < first || number > last)
        return memory_format("tty%u", minor_number);
    return memory_format("pts/%u", (number - first) * each + minor_number);
}

/* When the machine started, in seconds since 1970; 0 where the kernel does not say. */
static int64_t boot_time(const char *proc_root)
{
    _cleanup_free_ char *path = path_join(proc_root, "stat");
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_PROC_FILE_BYTES);
    long long seconds = 0;
    if (!file_read(path, &text, LG_ERROR_INTERNAL, NULL))
        return 0;
    const char *line = strstr(buffer_string(&text), "\nbtime ");
    return line != NULL && sscanf(line, "\nbtime %19lld", &seconds) == 1 ? seconds : 0;
}

/* A script is known by its own name, a program that was renamed by its file's. */
static bool is_named(const struct proc *proc, const struct proc_stat *stat, const char *name)
{
    _cleanup_free_ char *program = link_of(proc, "exe");
    return strcmp(stat->name, name) == 0 || strcmp(path_base(program), name) == 0;
}

static bool is_go_program(const char *proc_root, pid_t pid)
{
    _cleanup_free_ char *program = memory_format("%s/%d/exe", proc_root, (int)pid);
    struct build_info info;
    build_info_read(program, &info);
    return info.go_version[0] != '\0';
}

static bool has_open(const struct proc *proc, const char *path)
{
    struct open_files files = {0};
    bool found = false;
    if (proc_open_files(proc, &files, NULL))
        for (size_t i = 0; i < files.count && !found; i++)
            found = strcmp(files.items[i].link, path) == 0;
    open_files_free(&files);
    return found;
}

static bool fits(const char *proc_root, const struct proc *proc, const struct proc_stat *stat,
                 const struct process_wanted *wanted)
{
    if (stat->state == 'Z' || stat->state == 'X' || proc->pid == getpid())
        return false;
    if (wanted->name != NULL)
        return is_named(proc, stat, wanted->name);
    if (wanted->port != 0 || wanted->pid != 0)
        return wanted->port == 0 || proc_listens(proc, wanted->port);
    if (wanted->open_file != NULL)
        return has_open(proc, wanted->open_file);
    return proc_listens(proc, 0) && is_go_program(proc_root, proc->pid);
}

static void add_if_it_fits(const char *proc_root, pid_t pid, const struct process_wanted *wanted,
                           struct found_processes *found)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    struct proc_stat stat;
    struct stat entry;
    if (!proc_open(proc_root, pid, &proc, NULL) || !proc_stat_read(&proc, &stat, NULL) ||
        !fits(proc_root, &proc, &stat, wanted) || fstat(proc.directory, &entry) != 0)
        return;
    array_append(
        found->items, found->count, found->capacity,
        (struct found_process){
            .pid = pid,
            .user = entry.st_uid,
            .name = text_harmless(stat.name, false),
            .command = command_of(&proc),
            .directory = link_of(&proc, "cwd"),
            .terminal = terminal_of(&proc),
            .started = boot_time(proc_root) +
                       (int64_t)(stat.start_time / (unsigned long long)sysconf(_SC_CLK_TCK)),
        });
}

static int by_start(const void *a, const void *b)
{
    const struct found_process *left = a, *right = b;
    return left->started != right->started ? (left->started > right->started ? 1 : -1)
                                           : (left->pid > right->pid) - (left->pid < right->pid);
}

bool find_processes(const char *proc_root, const struct process_wanted *wanted,
                    struct found_processes *found, struct lg_error *err)
{
    if (wanted->pid != 0) {
        add_if_it_fits(proc_root, wanted->pid, wanted, found);
        return found->count > 0 ||
               lg_fail(err, LG_ERROR_INPUT, 0, "there is no process %d", (int)wanted->pid);
    }
    _cleanup_directory_ DIR *stream = opendir(proc_root);
    if (stream == NULL)
        return lg_fail(err, LG_ERROR_NEED, errno, "cannot read %s", proc_root);
    for (unsigned long pid; proc_number_next(stream, &pid);)
        add_if_it_fits(proc_root, (pid_t)pid, wanted, found);
    if (found->count > 0)
        qsort(found->items, found->count, sizeof *found->items, by_start);
    if (found->count > 0)
        return true;
    if (wanted->port != 0)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "no process that this user may look at listens on port %u of loopback",
                       wanted->port);
    if (wanted->name != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "no process is called %s", wanted->name);
    if (wanted->open_file != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "no process that this user may look at has %s open",
                       wanted->open_file);
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "no Go program of this user listens on loopback; name one by its PID or NAME");
}
