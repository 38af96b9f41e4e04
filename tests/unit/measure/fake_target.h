/*
 * A target and its probe that do what the test says, in place of driver/ and of probes/probe.c and
 * pprof.c. With tests/unit/virtual_time.h nothing takes time.
 */
#pragma once

#include "../virtual_time.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/strings.h"
#include "driver/target.h"
#include "probes/pprof.h"
#include "probes/probe.h"

struct probe {
    struct probe_options options;
    struct holder_table *holders;
    bool without_pprof;
};
struct pprof {
    int64_t timeout_ms;
};
struct probe_counting {
    struct sample *sample;
};

static struct {
    /* What it is to do. */
    int64_t play_ms;                  /* an iteration takes */
    int64_t sample_ms;                /* a sample takes */
    double (*fd)(unsigned iteration); /* what it holds; NULL: 20 */
    double (*goroutines)(void);       /* in a look; NULL: 10 */
    unsigned stays_away;              /* after this iteration the screen does not come back */
    unsigned breaks, mends;           /* from this sample on, from 1, pprof does not answer, and
                                         from that on it does again; 0: at none, at the next */
    enum lg_error_class breaks_as;    /* LG_ERROR_TARGET unless it is set */
    double (*cpu)(void);              /* seconds; NULL: not read */
    bool without_pprof;               /* where it is attached */
    bool leaks_served, leaks_break;   /* the profile goroutineleak */
    bool stays;                       /* it does not quit */
    bool busy;                        /* ... because it is too busy */
    size_t profile_bytes;             /* of each profile; 0: a few */
    unsigned inotify_free;            /* instances that the user may still open */
    /* What it was asked, a word each: start ready setup settle play:N back sample sample+heap look
     * leaks goroutines quit finish. */
    struct buffer log;
    struct buffer awaited; /* the first row of the screen that was awaited last */
    unsigned samples;
    unsigned syncs;
    unsigned inotify_open;
    int64_t pprof_timeout_ms;
    bool ended;
    int status;
    struct pprof pprof;
} fake;

static inline void fake_begin(void)
{
    virtual_time_begin();
    memset(&fake, 0, sizeof fake);
    fake.log = BUFFER_INIT(1 << 20);
    fake.awaited = BUFFER_INIT(1000);
    fake.inotify_free = 1000;
}

static inline void fake_end(void)
{
    buffer_free(&fake.log);
    buffer_free(&fake.awaited);
}

static inline void asked(const char *what)
{
    buffer_format(&fake.log, "%s ", what);
}

/* It ends with the exit status that the text says. */
static inline void target_ends(const char *status)
{
    fake.ended = true;
    fake.status = atoi(status) << 8;
}

/* The target. */

static inline void show(struct target *target, const char *text)
{
    _cleanup_free_ char *bytes = memory_format("\x1b[H\x1b[2J%s", text);
    terminal_feed(target->terminal, bytes, strlen(bytes), NULL);
}

struct target *target_start(struct loop *loop, const struct plan *plan, struct world *world,
                            const struct target_options *options, struct lg_error *err)
{
    (void)world;
    struct target *target = memory_new(struct target);
    asked("start");
    *target = (struct target){.loop = loop,
                              .plan = plan,
                              .options = *options,
                              .process = {.pid = 4711},
                              .started = virtual_time.now,
                              .output_bytes = 77,
                              .silent_presses = 5,
                              .sleeps = 6};
    target->terminal = terminal_new(3, 20, err);
    show(target, "started");
    return target;
}

void target_free(struct target *target)
{
    if (target != NULL)
        terminal_free(target->terminal);
    free(target);
}

bool target_ready(struct target *target, struct lg_error *err)
{
    (void)target;
    (void)err;
    asked("ready");
    return true;
}

static inline void report_step(struct target *target, const struct step *step, unsigned iteration)
{
    struct step_report report = {.step = step, .iteration = iteration};
    report.started = report.ended = virtual_time.now;
    if (target->options.listener != NULL)
        target->options.listener(target->options.context, &report);
}

bool target_play(struct target *target, const struct step_list *steps, unsigned iteration,
                 struct lg_error *err)
{
    _cleanup_free_ char *what = memory_format("play:%u", iteration);
    _cleanup_free_ char *screen = memory_format("played %u", iteration);
    asked(iteration > 0 ? what : "setup");
    for (size_t i = 0; i < steps->count; i++)
        report_step(target, &steps->items[i], iteration);
    loop_rest(target->loop, iteration > 0 ? fake.play_ms : 0, NULL);
    show(target, screen);
    return !target_has_ended(target) || target_fail_ended(target, "a step was done", err);
}

bool target_settle(struct target *target, int64_t quiet_ms, int64_t deadline, struct lg_error *err)
{
    (void)target;
    (void)err;
    (void)quiet_ms;
    assert_true(deadline > virtual_time.now);
    asked("settle");
    return true;
}

bool target_await_screen(struct target *target, const struct string_list *rows, int64_t timeout_ms,
                         struct lg_error *err)
{
    (void)timeout_ms;
    _cleanup_free_ char *away = memory_format("played %u", fake.stays_away);
    _cleanup_strings_ struct string_list now = {0};
    asked("back");
    buffer_clear(&fake.awaited);
    buffer_text(&fake.awaited, rows->items[0]);
    terminal_text(target->terminal, &now);
    return strcmp(now.items[0], away) != 0 ||
           lg_fail(err, LG_ERROR_INVALID, 0, "the screen did not come back");
}

bool target_quit(struct target *target, struct lg_error *err)
{
    asked("quit");
    if (!fake.stays && !fake.ended)
        target_ends("0");
    target->too_busy = fake.busy;
    return target_has_ended(target) || lg_fail(err, LG_ERROR_TARGET, 0, "it did not end");
}

/* Nobody plays it by hand. */
bool target_forward(struct target *target, const char *bytes, size_t length, struct lg_error *err)
{
    (void)target, (void)bytes, (void)length, (void)err;
    return false;
}

bool target_look(struct target *target, int64_t quiet_ms, struct string_list *rows)
{
    (void)target, (void)quiet_ms, (void)rows;
    return false;
}

bool target_has_ended(void *context)
{
    struct target *target = context;
    target->process.status = fake.status;
    return fake.ended;
}

bool target_fail_ended(struct target *target, const char *doing, struct lg_error *err)
{
    (void)target;
    return lg_fail(err, LG_ERROR_TARGET, 0, "the target ended %s", doing);
}

char *target_stderr_tail(const struct target *target, unsigned lines)
{
    (void)target;
    (void)lines;
    return memory_copy_text("its last words");
}

bool target_finish(struct target *target, struct lg_error *err)
{
    (void)target;
    (void)err;
    asked("finish");
    return true;
}

/* The probe. */

struct probe *probe_open(struct loop *loop, pid_t root, const struct probe_options *options,
                         int64_t deadline, struct lg_error *err)
{
    (void)loop;
    (void)deadline;
    (void)err;
    struct probe *probe = memory_new(struct probe);
    assert_int_equal(root, 4711);
    probe->options = *options;
    probe->without_pprof = options->no_pprof;
    probe->holders = holder_table_new();
    return probe;
}

struct probe *probe_attach(struct loop *loop, pid_t root, const struct probe_options *options,
                           int64_t deadline, struct lg_error *why, struct lg_error *err)
{
    (void)loop;
    (void)root;
    (void)deadline;
    (void)err;
    struct probe *probe = memory_new(struct probe);
    asked("attach");
    probe->options = *options;
    probe->holders = holder_table_new();
    probe->without_pprof = fake.without_pprof;
    if (fake.without_pprof)
        lg_fail(why, LG_ERROR_TARGET, 0, "it listens on no port of loopback");
    return probe;
}

void probe_close(struct probe *probe)
{
    if (probe != NULL)
        holder_table_free(probe->holders);
    free(probe);
}

pid_t probe_pid(const struct probe *probe)
{
    (void)probe;
    return 4712;
}

unsigned short probe_port(const struct probe *probe)
{
    (void)probe;
    return 6060;
}

struct pprof *probe_pprof(struct probe *probe)
{
    return probe->without_pprof ? NULL : &fake.pprof;
}

struct holder_table *probe_holders(struct probe *probe)
{
    return probe->holders;
}

void probe_begin_count(struct probe_counting *counting, enum gauge gauge)
{
    counting->sample->gauges[gauge] = 0;
}

void probe_count(struct probe_counting *counting, enum gauge gauge, const char *holder,
                 uint32_t count)
{
    (void)holder;
    counting->sample->gauges[gauge] += count;
}

static inline unsigned played(void)
{
    const char *last = NULL;
    for (const char *at = buffer_string(&fake.log); (at = strstr(at, "play:")) != NULL; at++)
        last = at;
    return last != NULL ? (unsigned)atoi(last + strlen("play:")) : 0;
}

static inline bool hand_profiles_on(struct probe *probe, struct lg_error *err)
{
    const struct probe_options *options = &probe->options;
    size_t length = fake.profile_bytes > 0 ? fake.profile_bytes : 9;
    _cleanup_free_ char *bytes = memory_array(length + 1, 1);
    snprintf(bytes, length + 1, "sample %u", fake.samples);
    return options->take_profile(options->context, GAUGE_HEAP_STACK, bytes, length, err) &&
           options->take_profile(options->context, GAUGE_GOROUTINE, bytes, length, err);
}

bool probe_sample(struct probe *probe, enum sample_depth depth, struct sample *sample,
                  int64_t *rate, struct lg_error *err)
{
    const struct probe_options *options = &probe->options;
    struct probe_counting counting = {.sample = sample};
    asked(depth != SAMPLE_COUNTS ? "sample+heap" : "sample");
    if (++fake.samples == fake.breaks ||
        (fake.breaks > 0 && fake.samples > fake.breaks && fake.samples < fake.mends))
        return lg_fail(err, fake.breaks_as != LG_ERROR_NONE ? fake.breaks_as : LG_ERROR_TARGET, 0,
                       "the connection broke");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample->gauges[gauge] = NAN;
    sample->at = (double)(virtual_time.now - options->started) / (double)NS_PER_SECOND;
    sample->gauges[GAUGE_FD] = fake.fd != NULL ? fake.fd(played()) : 20;
    if (fake.cpu != NULL)
        sample->gauges[GAUGE_CPU] = fake.cpu();
    if (options->output_bytes != NULL)
        sample->gauges[GAUGE_OUTPUT] = (double)options->output_bytes(options->context);
    if (depth != SAMPLE_COUNTS)
        sample->gauges[GAUGE_HEAP_ALLOC] = 1 << 20;
    *rate = 512;
    virtual_pass(fake.sample_ms);
    return hand_profiles_on(probe, err) &&
           (options->count_world == NULL ||
            options->count_world(options->context, &counting, depth != SAMPLE_COUNTS, err));
}

bool probe_count_now(struct probe *probe, struct probe_counts *counts, struct lg_error *err)
{
    (void)probe;
    (void)err;
    if (!text_ends(buffer_string(&fake.log), "look "))
        asked("look"); /* however often in a row */
    counts->goroutines = fake.goroutines != NULL ? fake.goroutines() : 10;
    counts->fds = fake.fd != NULL ? fake.fd(played()) : 20;
    return true;
}

bool probe_goroutine_leaks(struct probe *probe, const struct sample *before, struct sample *sample,
                           bool *served, struct lg_error *err)
{
    (void)probe;
    asked("leaks");
    *served = fake.leaks_served || fake.leaks_break;
    if (fake.leaks_break)
        return lg_fail(err, LG_ERROR_TARGET, 0, "a profile broke");
    if (!fake.leaks_served)
        return true;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        sample->gauges[gauge] = NAN;
    sample->gauges[GAUGE_GOROUTINE_LEAK] = 3;
    sample->phase = PHASE_QUIT;
    sample->iteration = before->iteration;
    sample->at = before->at;
    return true;
}

/* pprof. */

void pprof_set_timeout(struct pprof *pprof, int64_t ms)
{
    pprof->timeout_ms = ms;
}

unsigned pprof_connections(const struct pprof *pprof)
{
    (void)pprof;
    return 1;
}

bool pprof_fetch(struct pprof *pprof, const char *path, struct buffer *body, struct lg_error *err)
{
    (void)pprof;
    (void)err;
    asked(strcmp(path, "goroutine?debug=2") == 0 ? "goroutines" : path);
    buffer_text(body, "goroutine 1 [running]:\n");
    return true;
}

/* The system. */

int fdatasync(int fd)
{
    (void)fd;
    fake.syncs++;
    return 0;
}

/* A disk that is busy would take its time. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

int inotify_init1(int flags)
{
    if (fake.inotify_open == fake.inotify_free) {
        errno = EMFILE;
        return -1;
    }
    fake.inotify_open++;
    return open("/dev/null", O_RDONLY | ((flags & IN_CLOEXEC) ? O_CLOEXEC : 0));
}
