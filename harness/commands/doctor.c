/* `leakgate doctor`: what is missing on this machine, and what to type. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "commands/command.h"
#include "commands/selection.h"
#include "measure/run.h"
#include "probes/build_info.h"
#include "probes/procfs.h"
#include "world/world.h"

enum { WORLD_MIB = 512 /* what scenarios with many files have needed, and as much again */ };

/* --- The machine --- */

static bool has_pidfd(void)
{
    _cleanup_close_ int fd = pidfd_open(getpid(), 0);
    return fd >= 0;
}

static bool has_memfd(void)
{
    _cleanup_close_ int fd = file_in_memory("leakgate-doctor");
    return fd >= 0;
}

static bool has_pty(void)
{
    _cleanup_close_ int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    return fd >= 0 && grantpt(fd) == 0 && unlockpt(fd) == 0;
}

static bool has_loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    _cleanup_close_ int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    _cleanup_close_ int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return bind(server, (struct sockaddr *)&address, length) == 0 && listen(server, 1) == 0 &&
           getsockname(server, (struct sockaddr *)&address, &length) == 0 &&
           connect(client, (struct sockaddr *)&address, length) == 0;
}

/* Is a child's /proc/PID/fd open to its parent? Security modules and containers may say no. */
static bool reads_children(void)
{
    char link[PATH_MAX], path[64];
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    snprintf(path, sizeof path, "/proc/%d/fd/0", (int)child);
    bool read = child > 0 && (readlink(path, link, sizeof link) > 0 || errno == ENOENT);
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    return read;
}

static bool has_inotify(void)
{
    return inotify_instances_free(RUN_INOTIFY_INSTANCES) == RUN_INOTIFY_INSTANCES;
}

/* Shims on the world's PATH are scripts there. */
static bool has_room(void)
{
    struct lg_error err = {0};
    struct statvfs status;
    _cleanup_free_ char *root = world_new_root(&err);
    if (root == NULL)
        return false;
    *strrchr(root, '/') = '\0';
    return statvfs(*root != '\0' ? root : "/", &status) == 0 && (status.f_flag & ST_NOEXEC) == 0 &&
           status.f_bavail * status.f_frsize >= (unsigned long long)WORLD_MIB << 20;
}

/* Mounted with hidepid, /proc shows a user's own processes. */
static bool sees_others(void)
{
    return access("/proc/1/stat", R_OK) == 0;
}

static const struct machine_check {
    const char *name;
    bool (*is_fine)(void);
    const char *missing;
    const char *type;
    bool may_be; /* runs do without it */
} machine_checks[] = {
    {"kernel: pidfd", has_pidfd, "pidfd_open is refused",
     "Linux 5.3 or newer; in a container: --security-opt seccomp=unconfined", false},
    {"kernel: memfd", has_memfd, "memfd_create is refused",
     "Linux 3.17 or newer; in a container: --security-opt seccomp=unconfined", false},
    {"pseudo-terminals", has_pty, "none can be opened", "sudo mount -t devpts devpts /dev/pts",
     false},
    {"loopback", has_loopback, "127.0.0.1 cannot be reached", "sudo ip link set lo up", false},
    {"/proc of children", reads_children, "the descriptors of a child cannot be read",
     "sudo mount -t proc proc /proc; in a container: --cap-add SYS_PTRACE", false},
    {"/proc of others", sees_others,
     "it is mounted with hidepid; triage, watch and fetch see your own processes alone",
     "sudo leakgate triage", true},
    {"inotify instances", has_inotify, "fewer than 16 are free, and each run wants as many",
     "sudo sysctl fs.inotify.max_user_instances=512", false},
    {"temporary directory", has_room, "less than 512 MiB are free, or programs may not run in it",
     "export TMPDIR=DIR", false},
};

/* --- What is said --- */

enum found { FOUND, REMARKED, MISSING };

/* Missing counts. */
static void say(enum found found, const char *name, const char *text, const char *type, bool *whole)
{
    static const char *const words[] = {"ok", "note", "missing"};
    _cleanup_free_ char *line =
        memory_format("%s%s%s", name, text != NULL ? ": " : "", text_or(text, ""));
    _cleanup_free_ char *shown = text_harmless(line, false);
    printf("%-9s%s\n", words[found], shown);
    if (found != FOUND && type != NULL)
        printf("         type: %s\n", type);
    *whole = *whole && found != MISSING;
}

/* The package of Debian that has it, where that is called otherwise. */
static const char *package_of(const char *tool)
{
    static const char *const packages[][2] = {{"rg", "ripgrep"},  {"fd", "fd-find"},
                                              {"ps", "procps"},   {"dd", "coreutils"},
                                              {"nvim", "neovim"}, {"go", "golang-go"}};
    for (size_t i = 0; i < COUNT_OF(packages); i++)
        if (strcmp(packages[i][0], tool) == 0)
            return packages[i][1];
    return tool;
}

/* --- The scenarios and their programs --- */

static void check_program(const struct arguments *arguments, const struct plan *plan, bool *whole)
{
    struct lg_error err = {0};
    const char *build = option_text(arguments, OPTION_BUILD);
    _cleanup_free_ char *program = world_find_program(plan, &err);
    if (program == NULL && build != NULL) {
        _cleanup_free_ char *text =
            memory_format("%s; `leakgate run` builds it: %s", err.text, build);
        say(REMARKED, "program", text, NULL, whole);
    } else if (program == NULL) {
        say(MISSING, "program", err.text, "leakgate run --program PATH", whole);
    } else if (plan->target.without_pprof) {
        say(REMARKED, program, "pprof: none, so goroutines and heap are not judged", NULL, whole);
    } else {
        struct build_info build_info;
        build_info_read(program, &build_info);
        bool is_go = *build_info.go_version != '\0';
        if (is_go && !build_links_pprof(program))
            say(MISSING, program,
                "a Go program without net/http/pprof; add it, or say pprof: none in its target "
                "file",
                "leakgate help init", whole);
        else
            say(FOUND, program, is_go ? "has pprof" : "no Go program, or a script that starts one",
                NULL, whole);
    }
}

static void check_scenarios(const struct arguments *arguments, const struct selection *selection,
                            bool *whole)
{
    _cleanup_strings_ struct string_list tools = {0}, targets = {0};
    for (size_t i = 0; i < selection->count; i++) {
        const struct plan *plan = selection->plans[i];
        string_list_add_all(&tools, &plan->needs);
        if (string_list_contains(&targets, plan->target.file))
            continue;
        string_list_add(&targets, plan->target.file);
        check_program(arguments, plan, whole);
    }
    string_list_sort(&tools);
    for (size_t i = 0; i < tools.count; i++) {
        const char *tool = tools.items[i];
        if (i > 0 && strcmp(tool, tools.items[i - 1]) == 0)
            continue;
        _cleanup_free_ char *found = tool_find(tool);
        _cleanup_free_ char *type = memory_format("sudo apt install %s", package_of(tool));
        say(found != NULL ? FOUND : MISSING, tool,
            found != NULL ? NULL : "scenarios that need it are skipped", type, whole);
    }
}

int command_doctor(const struct arguments *arguments)
{
    struct selection selection = {0};
    struct diagnostics problems = {0};
    struct lg_error err = {0};
    _cleanup_strings_ struct string_list files = {0};
    bool whole = true;
    if (!selection_files(arguments, &files, &err))
        return complain(&err);
    for (size_t i = 0; i < COUNT_OF(machine_checks); i++) {
        const struct machine_check *check = &machine_checks[i];
        bool fine = check->is_fine();
        say(fine            ? FOUND
            : check->may_be ? REMARKED
                            : MISSING,
            check->name, fine ? NULL : check->missing, check->type, &whole);
    }
    bool loaded = selection_load(arguments, &files, &selection, &problems);
    complain_of_all(&problems);
    check_scenarios(arguments, &selection, &whole);
    if (loaded && selection.count == 0)
        say(REMARKED, "scenarios", "there are none here", "leakgate init", &whole);
    selection_free(&selection);
    return !loaded ? EXIT_INPUT : whole ? EXIT_PASS : EXIT_NOTHING_JUDGED;
}
