/*
 * runner -> guard -> worker, and that nothing outlives them. The worker is made up here: this
 * file's run_worker takes the place of the library's. Nothing is asserted of time, but every wait
 * has an end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/pidfd.h"
#include "measure/guard.h"
#include "measure/run.h"
#include "measure/stop_signals.h"
#include "world/world.h"

enum { PATIENCE_MS = 20000, PROCESSES = 8 };

/* What the processes of a run tell the test. */
struct shared {
    pid_t pids[PROCESSES]; /* everything that must not be left */
    int count;
    sem_t ready; /* the worker has come to where the test wants it */
    pid_t runner;
    int number;
    int64_t deadline; /* of the guard's patience, at the earliest */
};

struct fixture {
    struct plan plan;
    struct run_options options;
    struct guard_result result;
    struct lg_error err;
    char *world;
    char *directory;
};

static struct shared *shared;
static int (*worker_body)(void);

int run_worker(const struct run_options *options)
{
    _cleanup_free_ char *file = path_join(options->world_root, "file");
    int fd = open(file, O_CREAT | O_WRONLY, 0600);
    close(fd);
    return worker_body();
}

/* --- Pieces of workers --- */

static void remember(pid_t pid)
{
    shared->pids[__atomic_fetch_add(&shared->count, 1, __ATOMIC_SEQ_CST)] = pid;
}

static void await_semaphore(sem_t *semaphore)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_MS / 1000;
    while (sem_timedwait(semaphore, &until) != 0)
        if (errno != EINTR)
            _exit(99);
}

static void __attribute__((noreturn)) sleep_for_ever(void)
{
    for (;;)
        pause();
}

/* Forked twice, a session of its own, deaf to SIGTERM and SIGHUP. */
static void start_daemon(void)
{
    int ends[2];
    char byte;
    if (pipe(ends) != 0)
        _exit(98);
    pid_t parent = fork();
    if (parent == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        remember(getpid());
        close(ends[0]);
        close(ends[1]);
        sleep_for_ever();
    }
    close(ends[1]);
    /* Its parent may still be ending: it would be killed as well, and counted. */
    if (read(ends[0], &byte, 1) != 0 || waitpid(parent, NULL, 0) != parent)
        _exit(97);
    close(ends[0]);
}

static void remember_run(void)
{
    remember(getpid());
    remember(getppid());
    start_daemon();
}

static int pass(void)
{
    remember_run();
    return EXIT_PASS;
}

static int fail_target(void)
{
    remember_run();
    return EXIT_TARGET_FAILED;
}

static int crash(void)
{
    remember_run();
    signal(SIGSEGV, SIG_DFL); /* not the sanitizer's */
    raise(SIGSEGV);
    return EXIT_PASS;
}

static int hang(void)
{
    remember_run();
    sem_post(&shared->ready);
    sleep_for_ever();
}

static int kill_the_guard(void)
{
    remember_run();
    kill(getppid(), SIGKILL);
    sleep_for_ever();
}

static void await_sigterm(void)
{
    sigset_t set;
    siginfo_t info;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    while (sigwaitinfo(&set, &info) != SIGTERM)
        continue;
}

static int stop_when_asked(void)
{
    remember_run();
    kill(shared->runner, SIGTERM);
    await_sigterm();
    return EXIT_TARGET_FAILED;
}

static int go_on_when_asked(void)
{
    remember_run();
    shared->deadline = clock_deadline(DEADLINE_WORKER_STOP_MS);
    kill(shared->runner, SIGINT);
    await_sigterm();
    kill(shared->runner, SIGINT);
    sleep_for_ever();
}

static int stop_itself(void)
{
    remember_run();
    kill(shared->runner, SIGTERM);
    raise(SIGSTOP);
    return EXIT_PASS;
}

static int count_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = -1; /* the directory itself */
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    char output[64] = "";
    ssize_t length = readlink("/proc/self/fd/1", output, sizeof output - 1);
    bool silent = length > 0 && strcmp(output, "/dev/null") == 0;
    shared->number = silent ? count : -1;
    return EXIT_PASS;
}

static int check_session(void)
{
    shared->number = getsid(0) == getppid();
    return EXIT_PASS;
}

/* --- Fixture --- */

static int setup(void **state)
{
    struct fixture *f = memory_new(struct fixture);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sem_init(&shared->ready, 1, 0);
    shared->runner = getpid();
    f->world = world_new_root(&f->err);
    f->directory = world_new_root(&f->err);
    if (!world_claim(f->directory, &f->err))
        return -1;
    f->options = (struct run_options){
        .plan = &f->plan, .world_root = f->world, .directory = f->directory, .timeout_scale = 1};
    *state = f;
    return stop_signals_block(&f->err) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    string_list_free(&f->result.killed);
    (void)!directory_remove(f->world, NULL);
    (void)!directory_remove(f->directory, NULL);
    free(f->world);
    free(f->directory);
    munmap(shared, sizeof *shared);
    free(f);
    return 0;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool run(struct fixture *f, int (*body)(void))
{
    worker_body = body;
    return guard_run(&f->options, false, &f->result, &f->err);
}

static void assert_runs(struct fixture *f, int (*body)(void))
{
    if (!run(f, body))
        fail_msg("%s", f->err.text);
}

/* Each process that the worker told of has ended, at once or within the time. */
static void assert_nothing_left(int expected)
{
    int64_t deadline = clock_deadline(PATIENCE_MS);
    assert_int_equal(shared->count, expected);
    for (int i = 0; i < expected; i++) {
        _cleanup_close_ int pidfd = pidfd_open(shared->pids[i], 0);
        assert_true(pidfd < 0 || pidfd_await(pidfd, deadline));
    }
}

/* --- Tests --- */

static void test_pass_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, pass);
    assert_true(WIFEXITED(f->result.worker_status));
    assert_int_equal(WEXITSTATUS(f->result.worker_status), EXIT_PASS);
    assert_int_equal(f->result.cancelled_by, 0);
    assert_int_equal(f->result.killed.count, 1);
    _cleanup_free_ char *pid = memory_format("(%d)", (int)shared->pids[2]);
    assert_true(text_ends(f->result.killed.items[0], pid));
    assert_false(f->result.world_kept);
    assert_false(exists(f->world));
    assert_nothing_left(3);
}

static void test_world_is_kept_on_wish(void **state)
{
    struct fixture *f = *state;
    worker_body = pass;
    assert_true(guard_run(&f->options, true, &f->result, &f->err));
    assert_true(f->result.world_kept);
    assert_true(exists(f->world));
    assert_nothing_left(3);
}

static void test_world_of_a_failed_run_is_kept(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, fail_target);
    assert_int_equal(WEXITSTATUS(f->result.worker_status), EXIT_TARGET_FAILED);
    assert_true(f->result.world_kept);
    assert_true(exists(f->world));
    assert_nothing_left(3);
}

static void test_crash_of_the_worker(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, crash);
    assert_true(WIFSIGNALED(f->result.worker_status));
    assert_int_equal(WTERMSIG(f->result.worker_status), SIGSEGV);
    assert_true(f->result.world_kept);
    assert_nothing_left(3);
}

static void test_death_of_leakgate(void **state)
{
    struct fixture *f = *state;
    pid_t leakgate = fork();
    if (leakgate == 0) {
        run(f, hang);
        _exit(0);
    }
    await_semaphore(&shared->ready);
    assert_true(exists(f->world));
    kill(leakgate, SIGKILL);
    assert_int_equal(waitpid(leakgate, NULL, 0), leakgate);
    assert_nothing_left(3);
    assert_false(exists(f->world));
}

/* Nobody is left to end the run: the worker dies with its guard. */
static void test_death_of_leakgate_and_guard(void **state)
{
    struct fixture *f = *state;
    pid_t leakgate = fork();
    if (leakgate == 0) {
        run(f, hang);
        _exit(0);
    }
    await_semaphore(&shared->ready);
    pid_t worker = shared->pids[0], guard = shared->pids[1], daemon = shared->pids[2];
    kill(leakgate, SIGSTOP);
    kill(guard, SIGKILL);
    kill(leakgate, SIGKILL);
    assert_int_equal(waitpid(leakgate, NULL, 0), leakgate);
    _cleanup_close_ int pidfd = pidfd_open(worker, 0);
    assert_true(pidfd < 0 || pidfd_await(pidfd, clock_deadline(PATIENCE_MS)));
    kill(daemon, SIGKILL);
    assert_true(directory_remove(f->world, &f->err));
}

static void test_death_of_the_guard(void **state)
{
    struct fixture *f = *state;
    assert_false(run(f, kill_the_guard));
    assert_int_equal(f->err.class, LG_ERROR_INTERNAL);
    assert_int_equal(f->result.worker_status, -1);
    assert_false(f->result.world_kept);
    assert_false(exists(f->world));
    assert_nothing_left(3);
}

static void test_signal_ends_the_run_in_order(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, stop_when_asked);
    assert_int_equal(f->result.cancelled_by, SIGTERM);
    assert_true(WIFEXITED(f->result.worker_status));
    assert_int_equal(WEXITSTATUS(f->result.worker_status), EXIT_TARGET_FAILED);
    assert_false(f->result.world_kept);
    assert_false(exists(f->world));
    assert_nothing_left(3);
}

static void test_worker_that_does_not_stop_is_killed(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, stop_itself);
    assert_int_equal(f->result.cancelled_by, SIGTERM);
    assert_true(WIFSIGNALED(f->result.worker_status));
    assert_int_equal(WTERMSIG(f->result.worker_status), SIGKILL);
    assert_false(exists(f->world));
    assert_nothing_left(3);
}

static void test_second_signal_kills(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, go_on_when_asked);
    assert_int_equal(f->result.cancelled_by, SIGINT);
    assert_int_equal(WTERMSIG(f->result.worker_status), SIGKILL);
    /* Killed for the signal, not because the guard's patience had run out. */
    assert_true(clock_now() < shared->deadline);
    assert_nothing_left(3);
}

static void test_worker_has_no_descriptor_of_leakgate(void **state)
{
    int inherited = open("/dev/null", O_RDONLY);
    int high = fcntl(inherited, F_DUPFD, 300);
    assert_runs(*state, count_descriptors);
    close(inherited);
    close(high);
    assert_int_equal(shared->number, 3);
}

/* Ctrl-C at leakgate's terminal is for leakgate alone. */
static void test_guard_has_a_session(void **state)
{
    assert_runs(*state, check_session);
    assert_int_equal(shared->number, 1);
}

static int count_entries(const char *path)
{
    DIR *directory = opendir(path);
    int count = 0;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

static void test_leakgate_keeps_nothing_open(void **state)
{
    struct fixture *f = *state;
    int before = count_entries("/proc/self/fd");
    assert_runs(f, check_session);
    assert_int_equal(count_entries("/proc/self/fd"), before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pass_leaves_nothing),
        TEST(test_world_is_kept_on_wish),
        TEST(test_world_of_a_failed_run_is_kept),
        TEST(test_crash_of_the_worker),
        TEST(test_death_of_leakgate),
        TEST(test_death_of_leakgate_and_guard),
        TEST(test_death_of_the_guard),
        TEST(test_signal_ends_the_run_in_order),
        TEST(test_worker_that_does_not_stop_is_killed),
        TEST(test_second_signal_kills),
        TEST(test_worker_has_no_descriptor_of_leakgate),
        TEST(test_guard_has_a_session),
        TEST(test_leakgate_keeps_nothing_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
