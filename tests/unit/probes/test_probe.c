/*
 * A whole sample of a process that answers as pprof does: a child of this test, with the profiles
 * of fixtures/, descriptors and children of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "probes/pprof.h"
#include "probes/probe.h"
#include "probes/procfs.h"

#include "http_server.h"

enum { PATIENCE_MS = 600000 };

static const char index_page[] = "<html><title>/debug/pprof/</title> goroutine heap</html>";
static const char memstats_text[] =
    "heap profile: 2160: 5807096 [111639: 237559800] @ heap/1024\n"
    "0: 0 [1: 704] @ 0x48e8ac 0x493d67\n"
    "#\t0x76783a\tmain.HeapAlloc+0x9a\t/x/# HeapAlloc = 99:164\n"
    "\n"
    "# runtime.MemStats\n"
    "# Alloc = 6521456\n"
    "# HeapAlloc = 6521457\n"
    "# HeapSys = 22708224\n"
    "# HeapInuse = 9363456\n"
    "# HeapObjects = 21532\n"
    "# PauseNs = [126843 279464 111620 126843 279464 111620 126843 279464 111620 126843 279464 "
    "126843 279464 111620 126843 279464 111620 126843 279464 111620 126843 279464 126843 279464 "
    "126843 279464 111620 126843 279464 111620 126843 279464 111620 126843 279464 # NumGC = 3]\n"
    "# NumGC = 49\n"
    "# NumForcedGC = 3\n"
    "# MaxRSS = 62173184\n";

/* The profile of two goroutines at one site, plain: value type "goroutineleak" (2), one sample, one
 * location, one function "main.lost". */
static const char leaks_body[] =
    "\x0a\x04\x08\x01\x10\x02"         /* sample_type */
    "\x12\x06\x0a\x01\x01\x12\x01\x02" /* sample: location 1, value 2 */
    "\x22\x06\x08\x01\x22\x02\x08\x01" /* location 1: function 1 */
    "\x2a\x04\x08\x01\x10\x03"         /* function 1: name 3 */
    "\x32\x00\x32\x0dgoroutineleak\x32\x05"
    "count\x32\x09main.lost";

/* What the target was asked, in memory that it shares with the test. */
struct asked {
    char paths[1024]; /* one a line */
    int64_t last;     /* when */
    int64_t pause;    /* between the first two */
    char missing[32]; /* the line that MemStats come without, by its beginning */
    bool serves_leaks, collects_never;
    atomic_bool port_closed;
};
static struct asked *asked;

/* What /proc/PID/stat is to say of the target instead of the truth. */
static struct {
    pid_t pid;              /* 0: the truth */
    unsigned cpu;           /* hundredths of a second that it has burned */
    unsigned sampling_cost; /* what it burns in each sample */
    unsigned long long start_time;
} pretended;

static int pretended_stat(void)
{
    int file = memfd_create("stat", MFD_CLOEXEC);
    dprintf(file, "%d (target) S 1 1 1 0 0 0 0 0 0 0 %u 0 0 0 20 0 1 0 %llu 0 0\n",
            (int)pretended.pid, pretended.cpu, pretended.start_time);
    lseek(file, 0, SEEK_SET);
    return file;
}

/* In place of the C library's. */
int openat(int directory, const char *path, int flags, ...)
{
    char link[64], name[64], wanted[64];
    va_list list;
    va_start(list, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
    va_end(list);
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    snprintf(wanted, sizeof wanted, "/proc/%d", (int)pretended.pid);
    ssize_t length = readlink(link, name, sizeof name - 1);
    name[length > 0 ? length : 0] = '\0';
    if (pretended.pid != 0 && strcmp(path, "stat") == 0 && strcmp(name, wanted) == 0)
        return pretended_stat();
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

static void pretend(pid_t pid, unsigned long long later)
{
    struct proc proc;
    assert_true(proc_open("/proc", pid, &proc, NULL));
    pretended.pid = pid;
    pretended.start_time = proc.start_time + later;
    proc_close(&proc);
}

struct bodies {
    struct buffer heap;
    struct buffer goroutine;
};

static void asked_note(const char *path)
{
    int64_t now = clock_now();
    size_t length = strlen(asked->paths);
    snprintf(asked->paths + length, sizeof asked->paths - length, "%s\n", path);
    if (asked->last != 0 && asked->pause == 0)
        asked->pause = now - asked->last;
    asked->last = now;
}

static bool answer_as_pprof(void *context, int connection, const char *path)
{
    struct bodies *bodies = context;
    asked_note(path);
    if (path[0] == '\0')
        return http_answer(connection, "200 OK", index_page, sizeof index_page - 1);
    if (strcmp(path, "heap?gc=1") == 0)
        return http_answer(connection, "200 OK", bodies->heap.data, bodies->heap.length);
    if (strcmp(path, "goroutine") == 0)
        return http_answer(connection, "200 OK", bodies->goroutine.data, bodies->goroutine.length);
    if (strcmp(path, "heap?debug=1") == 0) {
        char text[sizeof memstats_text];
        memcpy(text, memstats_text, sizeof text);
        char *line = strstr(text, asked->missing);
        if (asked->missing[0] != '\0')
            line[1] = '-';
        if (asked->collects_never)
            strstr(text, "NumForcedGC = ")[14] = '0';
        return http_answer(connection, "200 OK", text, sizeof text - 1);
    }
    if (strcmp(path, "goroutineleak") == 0 && asked->serves_leaks)
        return http_answer(connection, "200 OK", leaks_body, sizeof leaks_body - 1);
    return http_answer(connection, "404 Not Found", "", 0);
}

static bool answer_as_another_server(void *context, int connection, const char *path)
{
    (void)context;
    (void)path;
    return http_answer(connection, "200 OK", "welcome to pprof, heap", 22);
}

static struct buffer fixture_bytes(const char *name)
{
    struct buffer bytes = BUFFER_INIT(1024 * 1024);
    _cleanup_free_ char *path = memory_format("%s/fixtures/%s", TEST_UNIT_DIR, name);
    assert_true(file_read(path, &bytes, LG_ERROR_INTERNAL, NULL));
    return bytes;
}

/* A sleeping child by the name of "helper", and one that has ended and is not waited for. */
static void make_children(void)
{
    int named[2];
    char byte = 'n';
    if (pipe2(named, O_CLOEXEC) != 0)
        _exit(1);
    pid_t helper = fork();
    if (helper == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "helper");
        if (write(named[1], &byte, 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    if (read(named[0], &byte, 1) != 1)
        _exit(1);
    close(named[0]);
    close(named[1]);
    pid_t zombie = fork();
    if (zombie == 0) {
        prctl(PR_SET_NAME, "gone");
        _exit(0);
    }
    siginfo_t info;
    waitid(P_PID, (id_t)zombie, &info, WEXITED | WNOWAIT);
}

/* SIGUSR1: the process lives on, and its port is nobody's. */
static int pprof_listener;

static void close_port(int number)
{
    (void)number;
    shutdown(pprof_listener, SHUT_RDWR);
    close(pprof_listener);
    asked->port_closed = true;
}

/* The child: first a port that answers otherwise, then pprof's. Says so on `ready`. */
static void be_target(int ready, bool with_pprof)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct http_server decoy = {.answer = answer_as_another_server};
    struct bodies bodies = {fixture_bytes("heap.pb.gz"), fixture_bytes("goroutine.pb.gz")};
    struct http_server pprof = {.answer = answer_as_pprof, .context = &bodies};
    int inotify = inotify_init1(0);
    bool made = inotify_add_watch(inotify, "/tmp", IN_CREATE) >= 0 && http_start(&decoy) &&
                (!with_pprof || http_start(&pprof));
    pprof_listener = pprof.listener;
    signal(SIGUSR1, close_port);
    make_children();
    if (!made || write(ready, "r", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

struct target {
    pid_t pid;
    struct loop *loop;
    struct probe *probe;
    struct lg_error err;
    unsigned long output;
    bool whole;
    bool counted_first; /* before the heap was asked for */
    bool world_is_broken;
    bool disk_is_full;
    bool no_pprof;                    /* is not looked for */
    struct buffer taken[GAUGE_COUNT]; /* profiles */
};

static bool count_world(void *context, struct probe_counting *counting, bool whole,
                        struct lg_error *err)
{
    struct target *target = context;
    target->whole = whole;
    target->counted_first = asked->paths[0] == '\0';
    pretended.cpu += pretended.sampling_cost;
    if (target->world_is_broken)
        return lg_fail(err, LG_ERROR_INVALID, 0, "the world is broken");
    probe_begin_count(counting, GAUGE_SPAWN);
    probe_count(counting, GAUGE_SPAWN, "ps", 2);
    probe_count(counting, GAUGE_SPAWN, "git", 4);
    probe_count(counting, GAUGE_SPAWN, "ps", 1);
    probe_begin_count(counting, GAUGE_STATE_FILE);
    return true;
}

static unsigned long output_bytes(void *context)
{
    return ((struct target *)context)->output;
}

static struct target *target_start(bool with_pprof)
{
    struct target *target = memory_new(struct target);
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    target->pid = fork();
    if (target->pid == 0)
        be_target(ready[1], with_pprof);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    target->loop = loop_new(&target->err);
    target->output = 12345;
    return target;
}

static bool take_profile(void *context, enum gauge gauge, const char *bytes, size_t length,
                         struct lg_error *err)
{
    struct target *target = context;
    if (target->disk_is_full)
        return lg_fail(err, LG_ERROR_INTERNAL, 0, "the disk is full");
    buffer_append(&target->taken[gauge], bytes, length);
    return true;
}

static void target_open(struct target *target, int64_t ms)
{
    struct probe_options options = {.world_root = "/tmp/nowhere",
                                    .started = clock_now(),
                                    .count_world = count_world,
                                    .output_bytes = output_bytes,
                                    .take_profile = take_profile,
                                    .context = target,
                                    .no_pprof = target->no_pprof};
    target->probe =
        probe_open(target->loop, target->pid, &options, clock_deadline(ms), &target->err);
}

static void target_end(struct target *target)
{
    if (target->pid > 0) {
        kill(target->pid, SIGKILL);
        waitpid(target->pid, NULL, 0);
    }
    target->pid = 0;
}

static void target_free(struct target *target)
{
    probe_close(target->probe);
    loop_free(target->loop);
    target_end(target);
    for (size_t i = 0; i < GAUGE_COUNT; i++)
        buffer_free(&target->taken[i]);
    free(target);
}

static uint32_t value_of(const struct target *target, const struct sample *sample, enum gauge gauge,
                         const char *text)
{
    for (size_t i = 0; i < sample->holdings.count; i++) {
        struct holder holder =
            holder_table_get(probe_holders(target->probe), sample->holdings.items[i].holder);
        if (holder.gauge == gauge && holder.text != NULL && strcmp(holder.text, text) == 0)
            return sample->holdings.items[i].value;
    }
    return 0;
}

static void a_whole_sample(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    if (target->probe == NULL)
        fail_msg("%s", target->err.text);
    assert_int_equal(probe_pid(target->probe), target->pid);

    *asked = (struct asked){0};
    struct sample sample = {.phase = PHASE_LOOP, .iteration = 9, .step = 3};
    int64_t rate = 0;
    if (!probe_sample(target->probe, SAMPLE_MEMSTATS, &sample, &rate, &target->err))
        fail_msg("%s", target->err.text);
    assert_int_equal(sample.phase, PHASE_START); /* the caller's to set */
    assert_int_equal(sample.iteration, 0);
    assert_int_equal(sample.step, 0);
    assert_int_equal(rate, 1);
    assert_string_equal(asked->paths, "heap?gc=1\nheap?gc=1\ngoroutine\nheap?debug=1\n");
    assert_true(asked->pause >= 20 * NS_PER_MS); /* finalizers run meanwhile */
    assert_true(sample.gauges[GAUGE_GOROUTINE] == 11);
    assert_true(sample.gauges[GAUGE_HEAP_ALLOC] == 165744);
    assert_true(sample.gauges[GAUGE_HEAP_INUSE] == 9363456);
    assert_true(sample.gauges[GAUGE_HEAP_OBJECTS] == 42);
    assert_true(sample.gauges[GAUGE_INOTIFY_WATCH] == 1);
    assert_true(sample.gauges[GAUGE_THREAD] == 3);
    assert_true(sample.gauges[GAUGE_CHILD] == 1);
    assert_true(sample.gauges[GAUGE_ZOMBIE] == 1);
    assert_true(sample.gauges[GAUGE_SPAWN] == 7);
    assert_int_equal(value_of(target, &sample, GAUGE_SPAWN, "git"), 4);
    assert_int_equal(value_of(target, &sample, GAUGE_SPAWN, "ps"), 3);
    assert_true(sample.gauges[GAUGE_STATE_FILE] == 0);
    assert_true(isnan(sample.gauges[GAUGE_SESSION]));
    assert_true(target->whole);
    assert_true(target->counted_first);
    assert_true(sample.gauges[GAUGE_OUTPUT] == 12345);
    assert_true(sample.gauges[GAUGE_FD] == sample.gauges[GAUGE_FD_BEFORE_GC]);
    assert_true(sample.gauges[GAUGE_RSS] > 0);
    assert_true(sample.gauges[GAUGE_RSS_PEAK] > 0);
    assert_true(isnan(sample.gauges[GAUGE_HEAP_STACK]));
    assert_int_equal(value_of(target, &sample, GAUGE_FD, "socket:tcp:listen"), 2);
    assert_int_equal(value_of(target, &sample, GAUGE_FD, "anon_inode:inotify"), 1);
    assert_int_equal(value_of(target, &sample, GAUGE_CHILD, "helper"), 1);
    assert_int_equal(value_of(target, &sample, GAUGE_ZOMBIE, "gone"), 1);
    for (size_t i = 1; i < sample.holdings.count; i++)
        assert_true(sample.holdings.items[i - 1].holder < sample.holdings.items[i].holder);
    assert_int_equal(pprof_connections(probe_pprof(target->probe)), 1);
    sample_free(&sample);
    target_free(target);
}

static void assert_taken(const struct target *target, enum gauge gauge, const char *fixture)
{
    struct buffer wanted = fixture_bytes(fixture);
    const struct buffer *taken = &target->taken[gauge];
    assert_int_equal(taken->length, wanted.length);
    assert_memory_equal(taken->data, wanted.data, wanted.length);
    buffer_free(&wanted);
}

static void the_profiles_of_a_sample_are_handed_on_as_they_came(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    *asked = (struct asked){0};
    struct sample sample = {0};
    int64_t rate;
    assert_true(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    assert_taken(target, GAUGE_HEAP_STACK, "heap.pb.gz");
    assert_taken(target, GAUGE_GOROUTINE, "goroutine.pb.gz");
    assert_string_equal(asked->paths, "heap?gc=1\nheap?gc=1\ngoroutine\n");
    sample_free(&sample);

    target->disk_is_full = true;
    assert_false(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    assert_int_equal(target->err.class, LG_ERROR_INTERNAL);
    assert_non_null(strstr(target->err.text, "the disk is full"));
    target_free(target);
}

/* Nothing is asked that the target has to stop for; what held the heap is shown as it was. */
static void a_sample_of_counts_leaves_the_heap_alone(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    struct sample whole = {0}, counts = {0};
    int64_t rate;
    assert_true(probe_sample(target->probe, SAMPLE_MEMSTATS, &whole, &rate, &target->err));
    *asked = (struct asked){0};
    rate = 0;
    if (!probe_sample(target->probe, SAMPLE_COUNTS, &counts, &rate, &target->err))
        fail_msg("%s", target->err.text);
    assert_string_equal(asked->paths, "goroutine\n");
    assert_int_equal(rate, 1);
    assert_true(counts.gauges[GAUGE_GOROUTINE] == whole.gauges[GAUGE_GOROUTINE]);
    assert_true(isnan(counts.gauges[GAUGE_HEAP_ALLOC]));
    assert_false(target->whole);
    assert_int_equal(counts.holdings.count, whole.holdings.count);
    for (size_t i = 0; i < counts.holdings.count; i++)
        assert_memory_equal(&counts.holdings.items[i], &whole.holdings.items[i],
                            sizeof *whole.holdings.items);
    sample_free(&whole);
    sample_free(&counts);
    target_free(target);
}

/* The heap would be as it was at the runtime's own last collection, garbage and all. */
static void a_target_that_does_not_collect_when_asked_is_not_measured(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    asked->collects_never = true;
    struct sample sample = {0};
    int64_t rate;
    assert_false(probe_sample(target->probe, SAMPLE_MEMSTATS, &sample, &rate, &target->err));
    assert_int_equal(target->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(target->err.text, "does not collect garbage"));
    *asked = (struct asked){0};
    target_free(target);
}

static void memstats_without_one_figure_are_no_memstats(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    const char *const lines[] = {"\n# HeapInuse", "\n# NumForcedGC", "\n# HeapAlloc",
                                 "\n# HeapObjects"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct sample sample = {0};
        int64_t rate;
        snprintf(asked->missing, sizeof asked->missing, "%s", lines[i]);
        assert_false(probe_sample(target->probe, SAMPLE_MEMSTATS, &sample, &rate, &target->err));
        assert_int_equal(target->err.class, LG_ERROR_TARGET);
        assert_non_null(strstr(target->err.text, "does not print the MemStats"));
    }
    *asked = (struct asked){0};
    target_free(target);
}

static void a_world_that_cannot_be_counted_is_no_sample(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    target->world_is_broken = true;
    struct sample sample = {0};
    int64_t rate;
    assert_false(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    assert_int_equal(target->err.class, LG_ERROR_INVALID);
    target_free(target);
}

static void leaked_goroutines_come_beside_what_was_held(void **state)
{
    (void)state;
    asked->serves_leaks = true;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    struct sample sample = {.phase = PHASE_LOOP, .iteration = 9}, leaks = {0};
    int64_t rate;
    bool served = false;
    assert_true(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    sample.iteration = 9;
    if (!probe_goroutine_leaks(target->probe, &sample, &leaks, &served, &target->err))
        fail_msg("%s", target->err.text);
    assert_true(served);
    assert_int_equal(leaks.phase, PHASE_QUIT);
    assert_int_equal(leaks.iteration, 9);
    assert_true(leaks.gauges[GAUGE_GOROUTINE_LEAK] == 2);
    assert_true(isnan(leaks.gauges[GAUGE_GOROUTINE]));
    assert_int_equal(leaks.holdings.count, sample.holdings.count + 1);
    assert_memory_equal(leaks.holdings.items, sample.holdings.items,
                        sample.holdings.count * sizeof *sample.holdings.items);
    struct sample again = {0};
    assert_true(probe_goroutine_leaks(target->probe, &leaks, &again, &served, &target->err));
    assert_int_equal(again.holdings.count, leaks.holdings.count);
    assert_int_equal(leaks.holdings.items[leaks.holdings.count - 1].value, 2);
    assert_int_equal(again.holdings.items[again.holdings.count - 1].value, 2);
    sample_free(&sample);
    sample_free(&leaks);
    sample_free(&again);
    target_free(target);
    asked->serves_leaks = false;
}

static void a_runtime_without_that_profile_is_no_error(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    struct sample before = {0}, leaks = {0};
    bool served = true;
    assert_true(probe_goroutine_leaks(target->probe, &before, &leaks, &served, &target->err));
    assert_false(served);
    assert_null(leaks.holdings.items);
    assert_int_equal(target->err.class, LG_ERROR_NONE);
    target_end(target);
    assert_false(probe_goroutine_leaks(target->probe, &before, &leaks, &served, &target->err));
    target_free(target);
}

static void samples_of_a_quiet_process_are_alike(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    struct sample samples[5] = {0};
    for (size_t i = 0; i < 5; i++) {
        int64_t rate;
        assert_true(probe_sample(target->probe, SAMPLE_HEAP, &samples[i], &rate, &target->err));
        assert_true(isnan(samples[i].gauges[GAUGE_HEAP_INUSE]));
        assert_true(samples[i].gauges[GAUGE_FD] == samples[0].gauges[GAUGE_FD]);
        assert_int_equal(samples[i].holdings.count, samples[0].holdings.count);
        assert_memory_equal(samples[i].holdings.items, samples[0].holdings.items,
                            samples[0].holdings.count * sizeof *samples[0].holdings.items);
        assert_true(i == 0 || samples[i].at > samples[i - 1].at);
    }
    assert_int_equal(pprof_connections(probe_pprof(target->probe)), 1);
    for (size_t i = 0; i < 5; i++)
        sample_free(&samples[i]);
    assert_true(holder_table_count(probe_holders(target->probe)) > 0);
    target_free(target);
}

static void a_target_that_ends_is_told_from_one_that_restarts(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    target_end(target);
    struct sample sample = {0};
    int64_t rate;
    assert_false(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    assert_int_equal(target->err.class, LG_ERROR_TARGET);
    assert_null(sample.holdings.items);
    target_free(target);
}

/* This process stands for a wrapper whose child is the program. */
static void a_new_process_on_the_port_is_a_restart(void **state)
{
    (void)state;
    struct target *first = target_start(true);
    struct probe_options options = {.world_root = NULL, .started = clock_now()};
    struct probe *probe =
        probe_open(first->loop, getpid(), &options, clock_deadline(PATIENCE_MS), &first->err);
    if (probe == NULL)
        fail_msg("%s", first->err.text);
    assert_int_equal(probe_pid(probe), first->pid);
    target_end(first);
    struct target *second = target_start(true);
    struct sample sample = {0};
    int64_t rate;
    assert_false(probe_sample(probe, SAMPLE_HEAP, &sample, &rate, &first->err));
    assert_int_equal(first->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(first->err.text, "restarted"));
    probe_close(probe);
    target_free(first);
    target_free(second);
}

static void a_process_without_its_port_has_restarted(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    asked->port_closed = false;
    kill(target->pid, SIGUSR1);
    while (!asked->port_closed)
        sched_yield();
    struct sample sample = {0};
    int64_t rate;
    assert_false(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    assert_int_equal(target->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(target->err.text, "restarted"));
    target_free(target);
}

/* The same number and port, but started later. */
static void a_number_that_is_used_again_is_a_restart(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    struct sample sample = {0};
    int64_t rate;
    pretend(target->pid, 0);
    assert_true(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    sample_free(&sample);
    pretend(target->pid, 1);
    assert_false(probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err));
    pretended.pid = 0;
    assert_int_equal(target->err.class, LG_ERROR_INVALID);
    assert_non_null(strstr(target->err.text, "restarted"));
    target_free(target);
}

static void what_sampling_costs_is_not_the_targets(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    pretend(target->pid, 0);
    pretended.sampling_cost = 50;
    for (unsigned burned = 100; burned < 400; burned += 100) {
        struct sample sample = {0};
        int64_t rate;
        pretended.cpu += 100;
        if (!probe_sample(target->probe, SAMPLE_HEAP, &sample, &rate, &target->err))
            fail_msg("%s", target->err.text);
        if (fabs(sample.gauges[GAUGE_CPU] - burned / 100.0) > 1e-9)
            fail_msg("%g s of %u hundredths", sample.gauges[GAUGE_CPU], burned);
        sample_free(&sample);
    }
    pretended.pid = 0;
    target_free(target);
}

static void another_server_is_not_taken_for_pprof(void **state)
{
    (void)state;
    struct target *target = target_start(false);
    /* A busy machine may need more than a short deadline for the first answer. */
    for (int64_t ms = 100; ms <= 25600 && strstr(target->err.text, "is not pprof") == NULL;
         ms *= 4) {
        target->err = (struct lg_error){0};
        target_open(target, ms);
        assert_null(target->probe);
        assert_int_equal(target->err.class, LG_ERROR_TARGET);
    }
    if (strstr(target->err.text, "is not pprof") == NULL)
        fail_msg("%s", target->err.text);
    target_free(target);
}

static void a_target_that_has_ended_is_not_waited_for(void **state)
{
    (void)state;
    struct target *target = target_start(false);
    kill(target->pid, SIGKILL);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)target->pid, &info, WEXITED | WNOWAIT), 0);
    target_open(target, PATIENCE_MS);
    assert_null(target->probe);
    assert_int_equal(target->err.class, LG_ERROR_TARGET);
    assert_non_null(strstr(target->err.text, "has ended"));
    target_free(target);
}

static void a_signal_cancels_the_search(void **state)
{
    (void)state;
    struct target *target = target_start(false);
    loop_stop(target->loop, SIGTERM);
    target_open(target, PATIENCE_MS);
    assert_null(target->probe);
    assert_int_equal(target->err.class, LG_ERROR_CANCELLED);
    target_free(target);
}

static void without_pprof_there_is_what_proc_tells(void **state)
{
    (void)state;
    struct target *target = target_start(true);
    struct sample sample = {0};
    struct probe_counts counts;
    int64_t rate = -1;
    asked->paths[0] = '\0';
    target->no_pprof = true;
    target_open(target, PATIENCE_MS);
    assert_non_null(target->probe);
    assert_null(probe_pprof(target->probe));
    assert_int_equal(probe_pid(target->probe), target->pid);
    assert_true(probe_sample(target->probe, SAMPLE_MEMSTATS, &sample, &rate, &target->err));
    assert_int_equal(rate, 0);
    static const enum gauge not_there[] = {GAUGE_GOROUTINE, GAUGE_HEAP_ALLOC, GAUGE_HEAP_OBJECTS,
                                           GAUGE_HEAP_INUSE};
    for (size_t i = 0; i < COUNT_OF(not_there); i++)
        assert_true(isnan(sample.gauges[not_there[i]]));
    assert_true(sample.gauges[GAUGE_FD] > 3);
    assert_true(sample.gauges[GAUGE_CHILD] == 1);
    assert_true(sample.gauges[GAUGE_ZOMBIE] == 1);
    assert_true(sample.gauges[GAUGE_INOTIFY_WATCH] == 1);
    assert_true(probe_count_now(target->probe, &counts, &target->err));
    assert_true(counts.fds == sample.gauges[GAUGE_FD]);
    assert_string_equal(asked->paths, "");
    sample_free(&sample);
    target_free(target);
}

/* What is sampled when `script` is started. */
static void assert_sampled(const char *script, const char *name)
{
    struct target target = {.no_pprof = true, .loop = loop_new(NULL)};
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    target.pid = fork();
    if (target.pid == 0) {
        setpgid(0, 0);
        dup2(ready[1], STDOUT_FILENO);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    struct proc_stat stat = {0};
    for (int64_t until = clock_deadline(PATIENCE_MS); strcmp(stat.name, name) != 0;) {
        assert_true(clock_now() < until);
        probe_close(target.probe);
        target_open(&target, PATIENCE_MS);
        assert_non_null(target.probe);
        assert_true(proc_stat_read(probe_proc(target.probe), &stat, NULL));
    }
    probe_close(target.probe);
    loop_free(target.loop);
    kill(-target.pid, SIGKILL);
    waitpid(target.pid, NULL, 0);
}

static void below_a_script_the_program_is_sampled(void **state)
{
    (void)state;
    assert_sampled("echo; sleep 100; exit 1", "sleep");
    assert_sampled("echo; exec sleep 100", "sleep");
    /* Which of two it would be is not known. */
    assert_sampled("sleep 100 & sleep 100 & echo; wait", "sh");
}

int main(void)
{
    asked = mmap(NULL, sizeof *asked, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (asked == MAP_FAILED)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_sample),
        cmocka_unit_test(without_pprof_there_is_what_proc_tells),
        cmocka_unit_test(below_a_script_the_program_is_sampled),
        cmocka_unit_test(the_profiles_of_a_sample_are_handed_on_as_they_came),
        cmocka_unit_test(a_sample_of_counts_leaves_the_heap_alone),
        cmocka_unit_test(a_target_that_does_not_collect_when_asked_is_not_measured),
        cmocka_unit_test(memstats_without_one_figure_are_no_memstats),
        cmocka_unit_test(a_world_that_cannot_be_counted_is_no_sample),
        cmocka_unit_test(leaked_goroutines_come_beside_what_was_held),
        cmocka_unit_test(a_runtime_without_that_profile_is_no_error),
        cmocka_unit_test(samples_of_a_quiet_process_are_alike),
        cmocka_unit_test(a_target_that_ends_is_told_from_one_that_restarts),
        cmocka_unit_test(a_new_process_on_the_port_is_a_restart),
        cmocka_unit_test(a_process_without_its_port_has_restarted),
        cmocka_unit_test(a_number_that_is_used_again_is_a_restart),
        cmocka_unit_test(what_sampling_costs_is_not_the_targets),
        cmocka_unit_test(another_server_is_not_taken_for_pprof),
        cmocka_unit_test(a_target_that_has_ended_is_not_waited_for),
        cmocka_unit_test(a_signal_cancels_the_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
