/* /proc: made-up trees for what is hard to come by, and this process itself for what is real. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/procfs.h"

/* A made-up /proc in a temporary directory. */
struct fake {
    char root[64];
};

static int fake_setup(void **state)
{
    struct fake *fake = memory_new(struct fake);
    snprintf(fake->root, sizeof fake->root, "/tmp/leakgate-proc-XXXXXX");
    assert_non_null(mkdtemp(fake->root));
    *state = fake;
    return 0;
}

static int fake_teardown(void **state)
{
    struct fake *fake = *state;
    assert_true(directory_remove(fake->root, NULL));
    free(fake);
    return 0;
}

static void fake_file(const struct fake *fake, const char *path, const char *text)
{
    _cleanup_free_ char *full = path_join(fake->root, path);
    _cleanup_free_ char *directory = memory_copy_text(full);
    *strrchr(directory, '/') = '\0';
    assert_true(directory_make(directory, 0755, NULL));
    assert_true(file_write_atomic(full, text, strlen(text), NULL));
}

static void fake_link(const struct fake *fake, const char *path, const char *target)
{
    _cleanup_free_ char *full = path_join(fake->root, path);
    _cleanup_free_ char *directory = memory_copy_text(full);
    *strrchr(directory, '/') = '\0';
    assert_true(directory_make(directory, 0755, NULL));
    assert_int_equal(symlink(target, full), 0);
}

static void fake_process(const struct fake *fake, int pid, const char *comm, int parent)
{
    _cleanup_free_ char *path = memory_format("%d/stat", pid);
    _cleanup_free_ char *stat = memory_format("%d (%s) S %d 7 8 0 -1 4194304 1 2 3 4 250 150 6 7 "
                                              "20 0 9 0 123456 1 2 3\n",
                                              pid, comm, parent);
    fake_file(fake, path, stat);
}

static struct proc fake_open(const struct fake *fake, pid_t pid)
{
    struct proc proc;
    struct lg_error err = {0};
    if (!proc_open(fake->root, pid, &proc, &err))
        fail_msg("%s", err.text);
    return proc;
}

static void comm_may_hold_anything(void **state)
{
    static const char *const names[] = {"sidecar", "a b", "a) S 1 (b", "))", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fake_process(*state, 42, names[i], 11);
        struct proc proc = fake_open(*state, 42);
        struct proc_stat stat;
        assert_true(proc_stat_read(&proc, &stat, NULL));
        assert_string_equal(stat.name, names[i]);
        assert_int_equal(stat.state, 'S');
        assert_int_equal(stat.parent, 11);
        assert_int_equal(stat.session, 8);
        assert_true(stat.start_time == 123456);
        assert_true(proc.start_time == 123456);
        assert_true(stat.cpu_seconds * (double)sysconf(_SC_CLK_TCK) == 400);
        proc_close(&proc);
    }
}

static void a_damaged_stat_is_an_error(void **state)
{
    static const char *const texts[] = {
        "",
        "42",
        "42 (x",
        "42 x)",
        "42 (x)",
        "42 (x) ",
        "42 (x) S",
        "42 (x) S 1 2 3",
        "42 (x) S 1 7 8 0 -1 4194304 1 2 3 4 250 x 6 7 20 0 9 0 123456",
        "42 (x) S 1 7 8 0 -1 4194304 1 2 3 4 250 99999999999999999999999 6 7 20 0 9 0 123456",
        ")42 (",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct lg_error err = {0};
        struct proc proc;
        fake_file(*state, "42/stat", texts[i]);
        assert_false(proc_open(((struct fake *)*state)->root, 42, &proc, &err));
        assert_int_equal(err.class, LG_ERROR_INTERNAL);
    }
}

static void a_process_that_has_ended_is_the_targets_failure(void **state)
{
    struct fake *fake = *state;
    struct proc proc;
    struct lg_error err = {0};
    assert_false(proc_open(fake->root, 43, &proc, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);

    pid_t pid = fork();
    if (pid == 0)
        pause();
    assert_true(proc_open("/proc", pid, &proc, NULL));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    struct proc_stat stat;
    unsigned number;
    double bytes;
    err = (struct lg_error){0};
    assert_false(proc_stat_read(&proc, &stat, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);
    assert_false(proc_threads_read(&proc, &number, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);
    assert_false(proc_rss_read(&proc, &bytes, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);
    proc_close(&proc);
}

static void a_zombies_descriptors_are_the_targets_failure(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    struct proc proc;
    struct proc_stat stat;
    assert_true(proc_open("/proc", pid, &proc, NULL));
    assert_true(proc_stat_read(&proc, &stat, NULL));
    assert_int_equal(stat.state, 'Z');
    unsigned fds = 0;
    struct lg_error err = {0};
    /* The superuser sees an empty directory, everybody else may not look. */
    if (!proc_fds_read(&proc, NULL, NULL, NULL, NULL, &fds, &err))
        assert_int_equal(err.class, LG_ERROR_TARGET);
    assert_int_equal(fds, 0);
    proc_close(&proc);
    waitpid(pid, NULL, 0);
}

struct fds {
    struct holder_table *table;
    struct holding_list holdings;
    unsigned fds;
};

static struct fds fds_with(const struct proc *proc, const char *world, struct socket_list *sockets)
{
    struct fds fds = {.table = holder_table_new()};
    struct lg_error err = {0};
    if (!proc_fds_read(proc, world, sockets, fds.table, &fds.holdings, &fds.fds, &err))
        fail_msg("%s", err.text);
    holding_list_sum(&fds.holdings);
    return fds;
}

static struct fds fds_of(const struct proc *proc, const char *world)
{
    struct socket_list sockets = {0};
    struct fds fds = fds_with(proc, world, &sockets);
    socket_list_free(&sockets);
    return fds;
}

static void fds_free(struct fds *fds)
{
    holder_table_free(fds->table);
    holding_list_free(&fds->holdings);
}

static unsigned fds_held_by(const struct fds *fds, const char *text)
{
    for (size_t i = 0; i < fds->holdings.count; i++)
        if (strcmp(holder_table_get(fds->table, fds->holdings.items[i].holder).text, text) == 0)
            return fds->holdings.items[i].value;
    return 0;
}

/* Addresses and the port in hexadecimal: 127.0.0.1:6060 is 0100007F:17AC. */
static const char tcp_table[] =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:17AC 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "501 1 0 100 0 0 10 0\n"
    "   1: 0100007F:17AC 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 "
    "502 1 0 100 0 0 10 0\n"
    "   2: 0A00000A:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "503 1 0 100 0 0 10 0\n"
    "   3: 0100007F:17AC 0100007F:9998 06 00000000:00000000 00:00000000 00000000     0        0 "
    "0 3 0\n"
    "garbage\n"
    "   4: 0100007F 00000000:0000 0A\n";

static void descriptors_are_named_by_kind_and_path(void **state)
{
    static const char *const links[][2] = {
        {"0", "/dev/pts/3"},
        {"1", "/dev/pts/3"},
        {"2", "/world/err"},
        {"3", "/world"},
        {"4", "/worldly/file"},
        {"5", "pipe:[123]"},
        {"6", "pipe:[124]"},
        {"7", "socket:[501]"},
        {"8", "socket:[502]"},
        {"9", "socket:[505]"},
        {"10", "socket:[506]"},
        {"11", "socket:[99999]"},
        {"12", "anon_inode:[eventpoll]"},
        {"13", "anon_inode:inotify"},
        {"14", "/world/run/gone (deleted)"},
        {"15", "/memfd:x (deleted)"},
        {"16", "mnt:[4026531840]"},
        {"17", "/tmp/odd:[12]"},
    };
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        _cleanup_free_ char *path = memory_format("42/fd/%s", links[i][0]);
        fake_link(fake, path, links[i][1]);
    }
    fake_file(fake, "42/net/tcp", tcp_table);
    fake_file(fake, "42/net/udp",
              "  sl  local_address ...\n  9: 0100007F:0035 00000000:0000 07 00000000:00000000 "
              "00:00000000 00000000     0        0 505 2 0 0\n");
    fake_file(fake, "42/net/unix",
              "Num       RefCount Protocol Flags    Type St Inode Path\n"
              "0000000000000000: 00000003 00000000 00000000 0001 03 506 /run/x y\n");
    struct proc proc = fake_open(fake, 42);
    struct fds fds = fds_of(&proc, "/world/");
    assert_int_equal(fds.fds, 18);
    static const struct {
        const char *text;
        unsigned count;
    } expected[] = {
        {"/dev/pts/3", 2},
        {"${world}/err", 1},
        {"${world}", 1},
        {"/worldly/file", 1},
        {"pipe", 2},
        {"socket:tcp:listen", 1},
        {"socket:tcp", 1},
        {"socket:udp", 1},
        {"socket:unix", 1},
        {"socket", 1},
        {"anon_inode:[eventpoll]", 1},
        {"anon_inode:inotify", 1},
        {"${world}/run/gone (deleted)", 1},
        {"/memfd:x (deleted)", 1},
        {"mnt", 1},
        {"/tmp/odd:[12]", 1},
    };
    assert_int_equal(fds.holdings.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < fds.holdings.count; i++)
        assert_int_equal(fds_held_by(&fds, expected[i].text), expected[i].count);
    fds_free(&fds);
    proc_close(&proc);
}

static void a_socket_is_looked_up_once(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_link(fake, "42/fd/7", "socket:[501]");
    _cleanup_free_ char *first_line =
        memory_copy_range(tcp_table, (size_t)(strstr(tcp_table, "   1:") - tcp_table));
    fake_file(fake, "42/net/tcp", first_line);
    struct proc proc = fake_open(fake, 42);
    struct socket_list sockets = {0};
    struct fds first = fds_with(&proc, NULL, &sockets);
    assert_int_equal(fds_held_by(&first, "socket:tcp:listen"), 1);
    /* The table has another one by now: as long as nothing is new, nobody looks. */
    fake_file(fake, "42/net/tcp", "");
    struct fds second = fds_with(&proc, NULL, &sockets);
    assert_int_equal(fds_held_by(&second, "socket:tcp:listen"), 1);
    fake_file(fake, "42/net/tcp", tcp_table);
    fake_link(fake, "42/fd/8", "socket:[502]");
    struct fds third = fds_with(&proc, NULL, &sockets);
    assert_int_equal(fds_held_by(&third, "socket:tcp:listen"), 1);
    assert_int_equal(fds_held_by(&third, "socket:tcp"), 1);
    fds_free(&first);
    fds_free(&second);
    fds_free(&third);
    socket_list_free(&sockets);
    proc_close(&proc);
}

static void a_descriptor_that_vanishes_is_not_counted(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_link(fake, "42/fd/0", "/dev/null");
    /* What readlink refuses, as it does for an entry that was closed between the two calls. */
    fake_file(fake, "42/fd/1", "no link");
    struct proc proc = fake_open(fake, 42);
    struct fds fds = fds_of(&proc, NULL);
    assert_int_equal(fds.fds, 1);
    assert_int_equal(fds.holdings.count, 1);
    fds_free(&fds);
    proc_close(&proc);
}

static void watches_are_counted_over_all_inotify_descriptors(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_link(fake, "42/fd/3", "anon_inode:inotify");
    fake_link(fake, "42/fd/4", "anon_inode:inotify");
    fake_link(fake, "42/fd/5", "/dev/null");
    fake_link(fake, "42/fd/6", "anon_inode:inotify");
    fake_file(fake, "42/fdinfo/3", "pos:\t0\nflags:\t02004000\ninotify wd:1 ino:2\ninotify wd:2\n");
    fake_file(fake, "42/fdinfo/4", "pos:\t0\ninotify wd:1 ino:2");
    fake_file(fake, "42/fdinfo/5", "inotify wd:1\n");
    struct proc proc = fake_open(fake, 42);
    unsigned watches = 0;
    assert_true(proc_watches_read(&proc, &watches, NULL));
    assert_int_equal(watches, 3);
    proc_close(&proc);
}

static void the_time_waited_for_a_processor_is_that_of_all_threads(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    struct proc proc = fake_open(fake, 42);
    fake_file(fake, "42/task/42/schedstat", "900000000 250000000 17\n");
    fake_file(fake, "42/task/43/schedstat", "1 1500000000 9\n");
    assert_float_equal(proc_wait_read(&proc), 1.75, 1e-9);
    fake_file(fake, "42/task/43/schedstat", "no\n");
    assert_true(isnan(proc_wait_read(&proc)));
    proc_close(&proc);
}

static void the_peak_of_resident_memory_is_that_since_it_was_reset(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_file(fake, "42/status", "Name:\tx\nVmPeak:\t    9 kB\nVmHWM:\t    2048 kB\n");
    fake_file(fake, "42/clear_refs", "");
    struct proc proc = fake_open(fake, 42);
    double bytes = 0;
    assert_true(proc_peak_read(&proc, &bytes, NULL));
    assert_true(bytes == 2048.0 * 1024);
    proc_peak_reset(&proc);
    _cleanup_free_ char *path = memory_format("/proc/self/fd/%d/clear_refs", proc.directory);
    FILE *file = fopen(path, "r");
    assert_int_equal(fgetc(file), '5');
    fclose(file);
    fake_file(fake, "42/status", "Name:\tx\n");
    assert_false(proc_peak_read(&proc, &bytes, NULL));
    proc_close(&proc);
}

static void resident_memory_comes_from_the_rollup_or_statm(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_file(fake, "42/statm", "1000 25 3 4 5 6 0\n");
    struct proc proc = fake_open(fake, 42);
    double bytes = 0;
    assert_true(proc_rss_read(&proc, &bytes, NULL));
    assert_true(bytes == 25.0 * (double)sysconf(_SC_PAGESIZE));
    fake_file(fake, "42/smaps_rollup",
              "0-1 ---p [rollup]\nRss:               61592 kB\nPss: 1 kB\n");
    assert_true(proc_rss_read(&proc, &bytes, NULL));
    assert_true(bytes == 61592.0 * 1024);
    fake_file(fake, "42/smaps_rollup", "");
    fake_file(fake, "42/statm", "");
    struct lg_error err = {0};
    assert_false(proc_rss_read(&proc, &bytes, &err));
    proc_close(&proc);
}

static void descendants_are_found_over_all_threads(void **state)
{
    struct fake *fake = *state;
    for (int pid = 42; pid <= 46; pid++)
        fake_process(fake, pid, "x", 1);
    fake_file(fake, "42/task/42/children", "43 ");
    fake_file(fake, "42/task/50/children", "44 99 ");
    fake_file(fake, "43/task/43/children", "45 44 ");
    fake_file(fake, "44/task/44/children", "");
    fake_file(fake, "45/task/45/children", "46 42 nonsense 1");
    fake_file(fake, "46/task/46/children", "");
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    assert_true(proc_descendants(fake->root, 42, &pids, &count, NULL));
    static const pid_t expected[] = {43, 44, 99, 45, 46};
    assert_int_equal(count, 5);
    assert_memory_equal(pids, expected, sizeof expected);
}

static void without_lists_of_children_the_parents_are_asked(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "x", 1);
    fake_process(fake, 43, "y", 42);
    fake_process(fake, 44, ") S 42", 43);
    fake_process(fake, 45, "z", 1);
    for (int pid = 42; pid <= 45; pid++) {
        _cleanup_free_ char *path = memory_format("%d/task/%d/comm", pid, pid);
        fake_file(fake, path, "x\n");
    }
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    assert_true(proc_descendants(fake->root, 42, &pids, &count, NULL));
    static const pid_t expected[] = {43, 44};
    assert_int_equal(count, 2);
    assert_memory_equal(pids, expected, sizeof expected);
}

static void the_nearest_listener_with_the_lowest_descriptor_wins(void **state)
{
    struct fake *fake = *state;
    fake_process(fake, 42, "sh", 1);
    fake_process(fake, 43, "program", 42);
    fake_file(fake, "42/task/42/children", "43");
    fake_file(fake, "43/task/43/children", "");
    fake_file(fake, "42/net/tcp", tcp_table);
    fake_file(fake, "43/net/tcp", tcp_table);
    fake_file(
        fake, "43/net/tcp6",
        "  sl  local_address\n"
        "   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A "
        "0:0 00:0 0 0 0 601 1\n"
        "   1: 0000000000000000FFFF00000100007F:1F91 00000000000000000000000000000000:0000 0A "
        "0:0 00:0 0 0 0 602 1\n");
    fake_link(fake, "42/fd/3", "/dev/null");
    fake_link(fake, "43/fd/12", "socket:[501]");
    fake_link(fake, "43/fd/9", "socket:[601]");
    fake_link(fake, "43/fd/20", "socket:[602]");
    fake_link(fake, "43/fd/5", "socket:[503]"); /* not on loopback */
    fake_link(fake, "43/fd/6", "socket:[502]"); /* a connection */
    static const struct {
        unsigned short port;
        bool ipv6;
    } expected[] = {{8080, true}, {6060, false}, {8081, false}};
    unsigned short skip[4] = {0};
    struct listener found = {0};
    struct proc owner = fake_open(fake, 43), other = fake_open(fake, 42);
    for (size_t i = 0; i < 3; i++) {
        assert_true(proc_find_listener(fake->root, 42, skip, i, &found, NULL));
        assert_int_equal(found.owner, 43);
        assert_int_equal(found.port, expected[i].port);
        assert_int_equal(found.ipv6, expected[i].ipv6);
        assert_true(proc_has_listener(&owner, &found));
        assert_false(proc_has_listener(&other, &found));
        skip[i] = found.port;
    }
    found.inode++;
    assert_false(proc_has_listener(&owner, &found));
    proc_close(&owner);
    proc_close(&other);
    struct lg_error err = {.class = LG_ERROR_INTERNAL};
    assert_false(proc_find_listener(fake->root, 42, skip, 3, &found, &err));
    assert_int_equal(err.class, LG_ERROR_NONE);
    assert_false(proc_find_listener(fake->root, 77, skip, 3, &found, &err));
    assert_int_equal(err.class, LG_ERROR_TARGET);
}

static int listen_on_loopback(unsigned short *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void this_process_is_seen_as_it_is(void **state)
{
    (void)state;
    struct proc self;
    assert_true(proc_open("/proc", getpid(), &self, NULL));
    struct fds before = fds_of(&self, "/tmp");
    unsigned watches_before = 0, watches = 0, threads = 0;
    double rss = 0;
    assert_true(proc_watches_read(&self, &watches_before, NULL));

    unsigned short port;
    int opened[] = {listen_on_loopback(&port),
                    epoll_create1(EPOLL_CLOEXEC),
                    inotify_init1(IN_CLOEXEC),
                    -1,
                    -1,
                    -1,
                    -1};
    assert_int_equal(pipe2(opened + 3, O_CLOEXEC), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, opened + 5), 0);
    assert_true(inotify_add_watch(opened[2], "/tmp", IN_CREATE) >= 0);
    assert_true(inotify_add_watch(opened[2], "/", IN_CREATE) >= 0);

    struct fds after = fds_of(&self, "/tmp");
    assert_int_equal(after.fds, before.fds + 7);
    static const char *const grown[] = {"socket:tcp:listen", "anon_inode:[eventpoll]",
                                        "anon_inode:inotify", "pipe", "socket:unix"};
    static const unsigned by[] = {1, 1, 1, 2, 2};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(fds_held_by(&after, grown[i]), fds_held_by(&before, grown[i]) + by[i]);
    assert_true(proc_watches_read(&self, &watches, NULL));
    assert_int_equal(watches, watches_before + 2);
    assert_true(proc_threads_read(&self, &threads, NULL));
    assert_true(threads >= 1);
    assert_true(proc_rss_read(&self, &rss, NULL));
    assert_true(rss > 100 * 1024);
    struct listener listener;
    assert_true(proc_find_listener("/proc", getpid(), NULL, 0, &listener, NULL));
    assert_int_equal(listener.port, port);
    assert_true(proc_has_listener(&self, &listener));
    close(opened[0]);
    assert_false(proc_has_listener(&self, &listener));
    for (size_t i = 1; i < 7; i++)
        close(opened[i]);
    fds_free(&before);
    fds_free(&after);
    proc_close(&self);
}

static void own_children_are_found(void **state)
{
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        pid_t inner = fork();
        if (inner == 0) {
            pause();
            _exit(0);
        }
        if (write(ready[1], &inner, sizeof inner) != sizeof inner)
            _exit(1);
        pause();
        _exit(0);
    }
    pid_t inner = 0;
    assert_int_equal(read(ready[0], &inner, sizeof inner), sizeof inner);
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    assert_true(proc_descendants("/proc", getpid(), &pids, &count, NULL));
    assert_int_equal(count, 2);
    assert_int_equal(pids[0], child);
    assert_int_equal(pids[1], inner);
    kill(inner, SIGKILL);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    close(ready[0]);
    close(ready[1]);
}

static void free_instances_are_given_back(void **state)
{
    (void)state;
    unsigned free_now = inotify_instances_free(5);
    assert_true(free_now <= 5);
    assert_int_equal(inotify_instances_free(5), free_now);
    assert_int_equal(inotify_instances_free(0), 0);
}

/* One more than the limit: a count that is cut off would look like one that has stopped growing. */
static void more_processes_than_the_limit_are_an_error(void **state)
{
    struct fake *fake = *state;
    struct lg_error err = {0};
    _cleanup_buffer_ struct buffer children = {0};
    fake_process(fake, 42, "sh", 1);
    for (unsigned i = 0; i < LIMIT_PROCESS_TREE; i++)
        buffer_format(&children, "%u ", 1000 + i);
    for (int more = 0; more < 2; more++) {
        _cleanup_free_ pid_t *pids = NULL;
        size_t count = 0;
        fake_file(fake, "42/task/42/children", buffer_string(&children));
        assert_int_equal(proc_descendants(fake->root, 42, &pids, &count, &err), more == 0);
        assert_int_equal(count, LIMIT_PROCESS_TREE);
        buffer_text(&children, "999");
    }
    assert_int_equal(err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(err.text, "LIMIT_PROCESS_TREE (4096)"));
}

#define with_fake(test) cmocka_unit_test_setup_teardown(test, fake_setup, fake_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_fake(comm_may_hold_anything),
        with_fake(more_processes_than_the_limit_are_an_error),
        with_fake(a_damaged_stat_is_an_error),
        with_fake(a_process_that_has_ended_is_the_targets_failure),
        cmocka_unit_test(a_zombies_descriptors_are_the_targets_failure),
        with_fake(descriptors_are_named_by_kind_and_path),
        with_fake(a_socket_is_looked_up_once),
        with_fake(a_descriptor_that_vanishes_is_not_counted),
        with_fake(watches_are_counted_over_all_inotify_descriptors),
        with_fake(the_time_waited_for_a_processor_is_that_of_all_threads),
        with_fake(the_peak_of_resident_memory_is_that_since_it_was_reset),
        with_fake(resident_memory_comes_from_the_rollup_or_statm),
        with_fake(descendants_are_found_over_all_threads),
        with_fake(without_lists_of_children_the_parents_are_asked),
        with_fake(the_nearest_listener_with_the_lowest_descriptor_wins),
        cmocka_unit_test(this_process_is_seen_as_it_is),
        cmocka_unit_test(own_children_are_found),
        cmocka_unit_test(free_instances_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
