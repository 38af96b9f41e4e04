/* Processes in a pty: how they start, and that nothing of them is left. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "driver/process.h"

enum { PATIENCE_MS = 20000 }; /* for a busy machine; nothing waits so long when all is well */

static char *const environment[] = {"PATH=/usr/bin:/bin", "MARK=here", NULL};

static struct process_options shell(const char **argv, const char *script)
{
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = script;
    argv[3] = NULL;
    return (struct process_options){.program = "/bin/sh",
                                    .argv = (char *const *)argv,
                                    .environment = environment,
                                    .directory = "/",
                                    .rows = 50,
                                    .columns = 200,
                                    .standard_error = -1,
                                    .pty = true};
}

static struct process start(const struct process_options *options)
{
    struct process process;
    struct lg_error err = {0};
    if (!process_start(options, &process, &err))
        fail_msg("%s", err.text);
    return process;
}

static int await_status(struct process *process)
{
    assert_true(pidfd_await(process->pidfd, clock_deadline(PATIENCE_MS)));
    assert_true(process_reap(process));
    return process->status;
}

/* All that it writes to its terminal until it has ended. */
static char *output_of(struct process *process)
{
    struct buffer text = BUFFER_INIT(1u << 20);
    int64_t deadline = clock_deadline(PATIENCE_MS);
    for (;;) {
        struct pollfd readable = {.fd = process->master, .events = POLLIN};
        char block[4096];
        assert_true(poll(&readable, 1, clock_remaining_ms(deadline)) > 0);
        ssize_t got = read(process->master, block, sizeof block);
        if (got < 0 && errno == EIO)
            break;
        assert_true(got > 0);
        buffer_append(&text, block, (size_t)got);
    }
    await_status(process);
    return buffer_take(&text);
}

static char *output_of_script(const char *script)
{
    const char *argv[4];
    struct process_options options = shell(argv, script);
    struct process process = start(&options);
    char *text = output_of(&process);
    process_end(&process, 0);
    return text;
}

/* Reads up to the mark, which says that the script has come so far. */
static void await_output(const struct process *process, const char *mark)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(1u << 20);
    int64_t deadline = clock_deadline(PATIENCE_MS);
    while (strstr(buffer_string(&text), mark) == NULL) {
        struct pollfd readable = {.fd = process->master, .events = POLLIN};
        char block[4096];
        assert_true(poll(&readable, 1, clock_remaining_ms(deadline)) > 0);
        ssize_t got = read(process->master, block, sizeof block);
        assert_true(got > 0);
        buffer_append(&text, block, (size_t)got);
    }
}

static void assert_no_descendants(void)
{
    _cleanup_strings_ struct string_list alive = {0};
    process_descendants_alive(0, &alive);
    if (alive.count > 0)
        fail_msg("still there: %s", alive.items[0]);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static int64_t patience(void)
{
    return clock_deadline(PATIENCE_MS);
}

static void test_terminal_controls_and_has_its_size(void **state)
{
    (void)state;
    _cleanup_free_ char *text = output_of_script(
        "stty size </dev/tty; tty -s && echo in; test -t 1 && echo out; test -t 2 || echo no error;"
        "stty -a | grep -o tab3; stty -a | grep -o ' iutf8'; echo $MARK; pwd;"
        "ps -o pid=,sid=,pgid= -p $$ | awk '$1==$2 && $1==$3 {print \"leader\"}'");
    assert_string_equal(text, "50 200\r\nin\r\nout\r\nno error\r\ntab3\r\n iutf8\r\nhere\r\n/\r\n"
                              "leader\r\n");
}

static void test_resize(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done");
    struct process process = start(&options);
    struct lg_error err = {0};
    await_output(&process, "ready");
    assert_true(process_resize(&process, 24, 80, &err));
    _cleanup_free_ char *text = output_of(&process);
    assert_non_null(strstr(text, "24 80"));
    process_end(&process, 0);
}

static void test_master_does_not_block_and_is_not_inherited(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options = shell(argv, "exec sleep 600");
    struct process process = start(&options);
    char byte;
    assert_int_equal(read(process.master, &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    assert_true(fcntl(process.master, F_GETFD) & FD_CLOEXEC);
    assert_true(fcntl(process.pidfd, F_GETFD) & FD_CLOEXEC);
    process_end(&process, 0);
    assert_no_descendants();
}

/* A descriptor without close-on-exec in leakgate must not reach the target. */
static void test_no_descriptor_is_inherited(void **state)
{
    (void)state;
    int inherited = open("/dev/null", O_RDONLY);
    int high = fcntl(inherited, F_DUPFD, 500);
    _cleanup_free_ char *text = output_of_script("exec ls -1 /proc/self/fd");
    close(inherited);
    close(high);
    /* 3 is the directory that ls reads. */
    assert_string_equal(text, "0\r\n1\r\n2\r\n3\r\n");
}

static void test_signals_are_standard(void **state)
{
    (void)state;
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGRTMIN + 3);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    _cleanup_free_ char *text = output_of_script("exec cat /proc/self/status");
    sigset_t now;
    sigprocmask(SIG_SETMASK, &before, &now);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    /* With blanks: the terminal expands tabs. */
    assert_non_null(strstr(text, "SigBlk: 0000000000000000"));
    assert_non_null(strstr(text, "SigIgn: 0000000000000000"));
    assert_true(sigismember(&now, SIGTERM));
}

static void test_error_goes_to_its_file(void **state)
{
    (void)state;
    _cleanup_close_ int file = memfd_create("stderr", MFD_CLOEXEC);
    const char *argv[4];
    struct process_options options = shell(argv, "echo on screen; echo aside >&2; exit 3");
    options.standard_error = file;
    struct process process = start(&options);
    _cleanup_free_ char *text = output_of(&process);
    assert_string_equal(text, "on screen\r\n");
    assert_int_equal(WEXITSTATUS(process.status), 3);
    char aside[32] = "";
    assert_int_equal(pread(file, aside, sizeof aside, 0), 6);
    assert_string_equal(aside, "aside\n");
    process_end(&process, 0);
}

static void test_without_a_terminal(void **state)
{
    (void)state;
    _cleanup_close_ int file = memfd_create("output", MFD_CLOEXEC);
    const char *argv[4];
    struct process_options options =
        shell(argv, "cat; echo out; echo err >&2; (: </dev/tty) 2>/dev/null || echo none");
    options.standard_error = file;
    options.pty = false;
    struct process process = start(&options);
    assert_int_equal(process.master, -1);
    assert_int_equal(await_status(&process), 0);
    char text[64] = "";
    assert_true(pread(file, text, sizeof text - 1, 0) > 0);
    assert_string_equal(text, "out\nerr\nnone\n");
    process_end(&process, 0);
}

/* Each failing step comes back with its errno, and no child is left. */
static void test_failure_to_start_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *program, *directory;
        int errnum;
    } cases[] = {
        {"/no/such/program", "/", ENOENT},
        {"/etc/passwd", "/", EACCES},
        {"/bin/sh", "/no/such/directory", ENOENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *argv[4];
        struct process_options options = shell(argv, "exit 0");
        options.program = cases[i].program;
        options.directory = cases[i].directory;
        struct process process = {.pid = -7};
        struct lg_error err = {0};
        assert_false(process_start(&options, &process, &err));
        assert_int_equal(err.class, LG_ERROR_TARGET);
        assert_int_equal(err.errnum, cases[i].errnum);
        assert_non_null(strstr(err.text, cases[i].program));
        assert_int_equal(process.pid, -7);
        assert_no_descendants();
    }
}

static void test_starts_with_standard_descriptors_closed(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        const char *argv[4];
        struct process_options options =
            shell(argv, "test -t 0 && test -t 1 && ! test -t 2 && exit 9");
        struct process process;
        struct lg_error err = {0};
        for (int fd = 0; fd < 3; fd++)
            close(fd);
        if (!process_start(&options, &process, &err) ||
            !pidfd_await(process.pidfd, clock_deadline(PATIENCE_MS)) || !process_reap(&process))
            _exit(1);
        _exit(WEXITSTATUS(process.status));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 9);
}

static void test_dies_with_its_parent(void **state)
{
    (void)state;
    _cleanup_close_ int shared = memfd_create("pid", MFD_CLOEXEC);
    pid_t parent = fork();
    if (parent == 0) {
        const char *argv[4];
        struct process_options options =
            shell(argv, "trap '' HUP TERM; echo ready; while :; do sleep 600; done");
        struct process process = start(&options);
        await_output(&process, "ready"); /* deaf to the hang-up that comes with the parent's end */
        if (pwrite(shared, &process.pid, sizeof process.pid, 0) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    int status;
    pid_t target;
    assert_int_equal(waitpid(parent, &status, 0), parent);
    assert_int_equal(pread(shared, &target, sizeof target, 0), sizeof target);
    _cleanup_close_ int pidfd = pidfd_open(target, 0);
    assert_true(pidfd < 0 || pidfd_await(pidfd, patience()));
    assert_true(process_end_descendants(0, 0, patience(), NULL));
}

static void test_descriptions(void **state)
{
    (void)state;
    char text[64];
    process_describe(W_EXITCODE(1, 0), text, sizeof text);
    assert_string_equal(text, "exit status 1");
    process_describe(W_EXITCODE(0, SIGSEGV), text, sizeof text);
    assert_string_equal(text, "killed by signal 11 (Segmentation fault)");
}

static void test_end_is_asked_for_first(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "trap '' HUP; trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
    struct process process = start(&options);
    await_output(&process, "ready");
    process_end(&process, PATIENCE_MS);
    assert_true(process.reaped);
    assert_true(WIFEXITED(process.status));
    assert_int_equal(WEXITSTATUS(process.status), 5);
    assert_int_equal(process.pidfd, -1);
    assert_int_equal(process.master, -1);
    process_end(&process, 0);
    assert_true(process_end_descendants(0, 0, patience(), NULL));
}

static void test_end_kills_what_ignores_it(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "trap '' TERM HUP; echo ready; while :; do sleep 600; done");
    struct process process = start(&options);
    await_output(&process, "ready");
    process_end(&process, 50);
    assert_true(process.reaped);
    assert_int_equal(WTERMSIG(process.status), SIGKILL);
    assert_true(process_end_descendants(0, 0, patience(), NULL));
}

static void test_end_of_a_stopped_process(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "trap '' HUP; echo ready; kill -STOP $$; sleep 600");
    struct process process = start(&options);
    await_output(&process, "ready");
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)process.pid, &info, WSTOPPED | WNOWAIT), 0);
    process_end(&process, 0);
    assert_true(process.reaped);
    assert_int_equal(WTERMSIG(process.status), SIGKILL);
}

/* Forked twice, a session of its own, deaf to SIGTERM and SIGHUP. */
static const char daemon_script[] = "import os, signal, time\n"
                                    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                    "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
                                    "if os.fork() == 0:\n"
                                    "    os.setsid()\n"
                                    "    if os.fork() == 0:\n"
                                    "        os.write(1, b'daemon runs\\n')\n"
                                    "        while True: time.sleep(600)\n"
                                    "    os._exit(0)\n"
                                    "os.wait()\n";

static void test_daemon_is_ended(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options = shell(argv, "python3 -c \"$SCRIPT\"");
    _cleanup_free_ char *script = memory_format("SCRIPT=%s", daemon_script);
    char *variables[] = {environment[0], script, NULL};
    options.environment = variables;
    struct process process = start(&options);
    await_output(&process, "daemon runs");
    assert_int_equal(await_status(&process), 0);
    _cleanup_strings_ struct string_list alive = {0}, killed = {0};
    process_descendants_alive(0, &alive);
    assert_int_equal(alive.count, 1);
    assert_true(text_starts(alive.items[0], "python3"));
    assert_true(process_end_descendants(0, 50, patience(), &killed));
    assert_int_equal(killed.count, 1);
    assert_string_equal(killed.items[0], alive.items[0]);
    assert_no_descendants();
    process_end(&process, 0);
}

static void test_obedient_descendants_are_not_killed(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "sleep 600 & setsid sleep 600 & echo ready; exec sleep 600");
    struct process process = start(&options);
    await_output(&process, "ready");
    _cleanup_strings_ struct string_list killed = {0};
    assert_true(process_end_descendants(0, PATIENCE_MS, patience(), &killed));
    assert_int_equal(killed.count, 0);
    assert_no_descendants();
    process_end(&process, 0);
    assert_true(process.reaped);
}

static void test_stopped_descendants_are_ended(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options = shell(
        argv, "setsid sh -c 'sh -c \"echo ready; kill -STOP \\$\\$\" & kill -STOP $$' & wait");
    struct process process = start(&options);
    await_output(&process, "ready");
    assert_true(process_end_descendants(0, 20, patience(), NULL));
    assert_no_descendants();
    process_end(&process, 0);
}

/* Bounded by a counter, so that a mistake here does not take the machine. */
static void test_fork_storm_is_ended(void **state)
{
    (void)state;
    static const char storm[] = "SCRIPT=import os, signal\n"
                                "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                                "os.write(1, b'ready')\n"
                                "for turn in range(2000):\n"
                                "    os.setsid() if os.getpid() != os.getsid(0) else None\n"
                                "    if os.fork() > 0:\n"
                                "        if turn % 40: os._exit(0)\n"
                                "        signal.pause()\n";
    const char *argv[4];
    struct process_options options = shell(argv, "exec python3 -c \"$SCRIPT\"");
    char *variables[] = {environment[0], (char *)(uintptr_t)storm, NULL};
    options.environment = variables;
    struct process process = start(&options);
    await_output(&process, "ready");
    assert_true(process_end_descendants(0, 30, patience(), NULL));
    assert_no_descendants();
    process_end(&process, 0);
}

static void test_spared_process_lives_with_its_children(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options = shell(argv, "sleep 600 & echo ready; wait");
    struct process spared = start(&options);
    struct process other = start(&options);
    await_output(&spared, "ready");
    await_output(&other, "ready");
    _cleanup_strings_ struct string_list killed = {0}, alive = {0}, rest = {0};
    assert_true(process_end_descendants(spared.pid, 0, patience(), &killed));
    /* Its sleep may be gone by the hang-up of its terminal before it is killed. */
    assert_in_range(killed.count, 1, 2);
    assert_true(text_starts(killed.items[0], "sh ("));
    process_descendants_alive(0, &alive);
    assert_int_equal(alive.count, 2);
    process_descendants_alive(spared.pid, &rest);
    assert_int_equal(rest.count, 0);
    assert_true(process_end_descendants(0, 0, patience(), NULL));
    process_end(&spared, 0);
    process_end(&other, 0);
}

/* The deadline is kept although a process is left, which is told. */
static void test_deadline_ends_the_waiting(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options = shell(argv, "trap '' TERM; echo ready; while :; do :; done");
    struct process process = start(&options);
    await_output(&process, "ready");
    assert_false(process_end_descendants(0, PATIENCE_MS, clock_deadline(0), NULL));
    assert_true(process_end_descendants(0, 0, patience(), NULL));
    process_end(&process, 0);
}

static int become_subreaper(void **state)
{
    (void)state;
    struct lg_error err = {0};
    return process_become_subreaper(&err) ? 0 : -1;
}

/* Orphans that ended are reaped, and the child that somebody waits for is left. */
static void test_adopted_children_are_reaped(void **state)
{
    (void)state;
    const char *argv[4];
    struct process_options options =
        shell(argv, "for i in 1 2 3; do (sh -c 'exit 3' &); done; echo ready; read x");
    struct process process = start(&options);
    await_output(&process, "ready");
    size_t others = 1;
    for (int64_t deadline = patience(); others > 0;) {
        /* They end without an event for us. */
        _cleanup_strings_ struct string_list alive = {0};
        assert_true(clock_now() < deadline);
        process_descendants_alive(process.pid, &alive);
        others = alive.count;
        process_reap_adopted(process.pid);
    }
    siginfo_t ended = {0};
    assert_int_equal(waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    assert_int_equal(ended.si_pid, 0);
    kill(process.pid, SIGKILL);
    assert_true(pidfd_await(process.pidfd, patience()));
    process_reap_adopted(process.pid);
    assert_true(WIFSIGNALED(await_status(&process)));
    process_end(&process, 0);
    assert_no_descendants();
}

static void test_what_it_writes_is_bounded(void **state)
{
    (void)state;
    _cleanup_close_ int output = file_in_memory("test");
    const char *argv[4];
    struct process_options options = shell(argv, "exec yes");
    options.pty = false;
    options.standard_error = output;
    options.file_bytes = 100000;
    struct process process = start(&options);
    int status = await_status(&process);
    struct stat written;
    assert_int_equal(fstat(output, &written), 0);
    assert_int_equal(written.st_size, 100000);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    process_end(&process, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminal_controls_and_has_its_size),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_adopted_children_are_reaped),
        cmocka_unit_test(test_what_it_writes_is_bounded),
        cmocka_unit_test(test_master_does_not_block_and_is_not_inherited),
        cmocka_unit_test(test_no_descriptor_is_inherited),
        cmocka_unit_test(test_signals_are_standard),
        cmocka_unit_test(test_error_goes_to_its_file),
        cmocka_unit_test(test_without_a_terminal),
        cmocka_unit_test(test_failure_to_start_is_told),
        cmocka_unit_test(test_starts_with_standard_descriptors_closed),
        cmocka_unit_test(test_dies_with_its_parent),
        cmocka_unit_test(test_descriptions),
        cmocka_unit_test(test_end_is_asked_for_first),
        cmocka_unit_test(test_end_kills_what_ignores_it),
        cmocka_unit_test(test_end_of_a_stopped_process),
        cmocka_unit_test(test_daemon_is_ended),
        cmocka_unit_test(test_obedient_descendants_are_not_killed),
        cmocka_unit_test(test_stopped_descendants_are_ended),
        cmocka_unit_test(test_fork_storm_is_ended),
        cmocka_unit_test(test_spared_process_lives_with_its_children),
        cmocka_unit_test(test_deadline_ends_the_waiting),
    };
    return cmocka_run_group_tests(tests, become_subreaper, NULL);
}
