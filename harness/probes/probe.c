#include "probes/probe.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "probes/memstats.h"
#include "probes/pprof.h"
#include "probes/proc_directory.h"
#include "probes/profile.h"

enum {
    ASK_AGAIN_MS = 20,
    ANSWER_MS = 2000,   /* a candidate port that is slower is asked again after the others */
    FINALIZERS_MS = 20, /* what the first collection found dead runs its finalizers meanwhile */
    CANDIDATES = 64
};

static const char proc_root[] = "/proc";

struct probe {
    struct loop *loop;
    pid_t root;
    struct probe_options options;
    char *world_root;
    struct proc proc;
    struct listener listener;
    struct socket_list sockets;
    struct pprof *pprof; /* NULL: the process serves none */
    bool attached;
    struct holder_table *holders;
    struct holding_list heap; /* as it was read last, and at which rate */
    int64_t heap_rate;
    double sampling_wait;
    double sampling_cpu; /* seconds that the target has spent on being sampled */
};

void probe_close(struct probe *probe)
{
    if (probe == NULL)
        return;
    pprof_free(probe->pprof);
    proc_close(&probe->proc);
    holder_table_free(probe->holders);
    holding_list_free(&probe->heap);
    socket_list_free(&probe->sockets);
    free(probe->world_root);
    free(probe);
}

static int64_t try_ms(int64_t deadline)
{
    int remaining = clock_remaining_ms(deadline);
    return remaining < 0 || remaining >= ANSWER_MS ? ANSWER_MS : remaining + 1;
}

/* Asked on a connection of its own first, so that none is left open at a port that is not
 * pprof's. The one that stays for a whole run is made before its first sample. */
static bool try_candidate(struct probe *probe, const struct listener *listener, int64_t deadline,
                          struct lg_error *err)
{
    struct pprof *pprof = pprof_new(probe->loop, listener->port, listener->ipv6, err);
    if (pprof == NULL)
        return false;
    pprof_set_keep_alive(pprof, false);
    pprof_set_timeout(pprof, try_ms(deadline));
    bool is_pprof = pprof_answers(pprof, err);
    pprof_free(pprof);
    pprof = is_pprof ? pprof_new(probe->loop, listener->port, listener->ipv6, err) : NULL;
    if (pprof != NULL && (probe->attached || pprof_answers(pprof, err)) &&
        proc_open(proc_root, listener->owner, &probe->proc, err)) {
        probe->pprof = pprof;
        probe->listener = *listener;
        return true;
    }
    pprof_free(pprof);
    return false;
}

static bool ends_search(const struct lg_error *err)
{
    return err->class == LG_ERROR_CANCELLED || err->class == LG_ERROR_INTERNAL;
}

/* Asks every listening socket of the process tree once. */
static bool try_candidates(struct probe *probe, int64_t deadline, struct lg_error *err)
{
    unsigned short tried[CANDIDATES];
    struct lg_error cause = {0};
    for (size_t count = 0; count < CANDIDATES; count++) {
        struct listener listener;
        struct lg_error none = {0};
        if (!proc_find_listener(proc_root, probe->root, tried, count, &listener, &none)) {
            /* Why the last one was no use says more than that there are no others. */
            if (none.class != LG_ERROR_NONE || cause.class == LG_ERROR_NONE)
                cause = none;
            break;
        }
        if (try_candidate(probe, &listener, deadline, &cause))
            return true;
        if (ends_search(&cause))
            break;
        tried[count] = listener.port;
    }
    *err = cause;
    return false;
}

static bool root_runs(pid_t root, struct lg_error *err)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    struct proc_stat stat;
    if (!proc_open(proc_root, root, &proc, err) || !proc_stat_read(&proc, &stat, err))
        return false;
    return (stat.state != 'Z' && stat.state != 'X') ||
           lg_fail(err, LG_ERROR_TARGET, 0, "process %d has ended", (int)root);
}

static bool wait_ms(struct loop *loop, int64_t ms, struct lg_error *err)
{
    switch (loop_rest(loop, ms, err)) {
    case LOOP_DONE:
    case LOOP_DEADLINE:
        return true;
    case LOOP_STOPPED:
        return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by a signal");
    case LOOP_FAILED:
        break;
    }
    return false;
}

static bool search(struct probe *probe, int64_t deadline, struct lg_error *err)
{
    struct lg_error cause = {0};
    do {
        struct lg_error latest = {0};
        /* A try that the deadline cuts short always says "timeout": what was said before it, if
         * anything, is the better reason. */
        bool cut_short = try_ms(deadline) < ANSWER_MS;
        if (!root_runs(probe->root, err))
            return lg_context(err, "pprof never answered");
        if (try_candidates(probe, deadline, &latest))
            return true;
        if (ends_search(&latest)) {
            if (err != NULL)
                *err = latest;
            return false;
        }
        if (!cut_short || cause.class == LG_ERROR_NONE)
            cause = latest;
        if (!wait_ms(probe->loop, ASK_AGAIN_MS, err))
            return false;
    } while (clock_now() < deadline);
    return lg_fail(err, LG_ERROR_TARGET, 0, "pprof never answered: %s",
                   cause.class == LG_ERROR_NONE
                       ? "no process of the target listens on a loopback port"
                       : cause.text);
}

static struct probe *probe_new(struct loop *loop, pid_t root, const struct probe_options *options)
{
    struct probe *probe = memory_new(struct probe);
    probe->loop = loop;
    probe->root = root;
    probe->options = *options;
    probe->world_root = memory_copy_text(options->world_root);
    probe->proc.directory = -1;
    probe->holders = holder_table_new();
    return probe;
}

/* A script that does not `exec` the program waits for it, and holds nothing of what it leaks. */
static pid_t below_shells(pid_t root)
{
    static const char *const shells[] = {"sh",  "dash", "bash", "ash",  "busybox",
                                         "zsh", "ksh",  "mksh", "fish", NULL};
    for (;;) {
        _cleanup_free_ char *link = memory_format("%s/%d/exe", proc_root, (int)root);
        _cleanup_free_ pid_t *pids = NULL;
        size_t count = 0;
        char path[PATH_MAX];
        ssize_t length = readlink(link, path, sizeof path - 1);
        path[length > 0 ? length : 0] = '\0';
        if (!text_is_one_of(path_base(path), shells) ||
            !proc_descendants(proc_root, root, &pids, &count, NULL) || count != 1)
            return root;
        root = pids[0];
    }
}

struct probe *probe_open(struct loop *loop, pid_t root, const struct probe_options *options,
                         int64_t deadline, struct lg_error *err)
{
    struct probe *probe = probe_new(loop, root, options);
    if (options->no_pprof ? proc_open(proc_root, below_shells(root), &probe->proc, err)
                          : search(probe, deadline, err))
        return probe;
    probe_close(probe);
    return NULL;
}

/* Is there a pprof that can be asked? Else *why says why not. */
static bool finds_pprof(struct probe *probe, int64_t deadline, struct lg_error *why)
{
    if (proc_is_elsewhere(&probe->proc))
        return lg_fail(why, LG_ERROR_NEED, 0,
                       "it is in a network namespace of its own; --url reaches a port that is "
                       "published from there");
    struct proc root = probe->proc;
    probe->proc.directory = -1;
    if (try_candidates(probe, deadline, why)) {
        proc_close(&root);
        return true;
    }
    probe->proc = root;
    if (why->class == LG_ERROR_NONE)
        lg_fail(why, LG_ERROR_TARGET, 0, "it listens on no port of loopback");
    return false;
}

struct probe *probe_attach(struct loop *loop, pid_t root, const struct probe_options *options,
                           int64_t deadline, struct lg_error *why, struct lg_error *err)
{
    struct probe *probe = probe_new(loop, root, options);
    probe->attached = true;
    if (root_runs(root, err) && proc_open(proc_root, root, &probe->proc, err)) {
        if (finds_pprof(probe, deadline, why) || !ends_search(why))
            return probe;
        *err = *why;
    }
    probe_close(probe);
    return NULL;
}

const struct proc *probe_proc(const struct probe *probe)
{
    return &probe->proc;
}

pid_t probe_pid(const struct probe *probe)
{
    return probe->proc.pid;
}

unsigned short probe_port(const struct probe *probe)
{
    return probe->listener.port;
}

struct pprof *probe_pprof(struct probe *probe)
{
    return probe->pprof;
}

struct holder_table *probe_holders(struct probe *probe)
{
    return probe->holders;
}

/* One sample that is being read. */
struct probe_counting {
    struct probe *probe;
    struct sample sample;
    int64_t began;
};

static struct probe_counting begin_sample(struct probe *probe)
{
    struct probe_counting reading = {.probe = probe, .began = clock_now()};
    for (unsigned i = 0; i < GAUGE_COUNT; i++)
        reading.sample.gauges[i] = NAN;
    return reading;
}

static void abandon_sample(struct probe_counting *reading)
{
    sample_free(&reading->sample);
}
#define _cleanup_reading_ __attribute__((cleanup(abandon_sample)))

/* Hands the sample over. */
static void finish_sample(struct probe_counting *reading, struct sample *sample)
{
    *sample = reading->sample;
    reading->sample = (struct sample){0};
    holding_list_sum(&sample->holdings);
    sample->at = (double)(reading->began - reading->probe->options.started) / (double)NS_PER_SECOND;
    sample->took = (double)(clock_now() - reading->began) / (double)NS_PER_SECOND;
}

/* A target that was started anew, or that gave its port to another process, would be measured as
 * if it had shrunk. */
static bool target_is_same(const struct probe *probe, struct lg_error *err)
{
    struct proc_stat stat;
    bool ended = !proc_stat_read(&probe->proc, &stat, NULL) || stat.state == 'Z' ||
                 stat.state == 'X' || stat.start_time != probe->proc.start_time;
    if (!ended && (probe->pprof == NULL || proc_has_listener(&probe->proc, &probe->listener)))
        return true;
    struct listener other;
    if (ended && !proc_find_listener(proc_root, probe->root, NULL, 0, &other, NULL))
        return lg_fail(err, LG_ERROR_TARGET, 0, "process %d, which is sampled, has ended",
                       (int)probe->proc.pid);
    return lg_fail(err, LG_ERROR_INVALID, 0,
                   "the target restarted: process %d no longer listens on port %u",
                   (int)probe->proc.pid, probe->listener.port);
}

static bool read_profile(struct probe_counting *reading, const char *path, enum gauge gauge,
                         struct profile_facts *facts, struct lg_error *err)
{
    const struct probe_options *options = &reading->probe->options;
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    if (!pprof_fetch(reading->probe->pprof, path, &body, err))
        return false;
    if (!profile_decode(buffer_string(&body), body.length, gauge, reading->probe->holders,
                        &reading->sample.holdings, facts, err))
        return lg_context(err, "pprof %s", path);
    return options->take_profile == NULL ||
           options->take_profile(options->context, gauge, buffer_string(&body), body.length, err);
}

/* The first collection lets finalizers run, the second frees what they held. */
static bool read_heap(struct probe_counting *reading, struct lg_error *err)
{
    struct probe *probe = reading->probe;
    _cleanup_buffer_ struct buffer unread = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    struct profile_facts facts;
    size_t others = reading->sample.holdings.count;
    if (!probe->attached && (!pprof_fetch(probe->pprof, "heap?gc=1", &unread, err) ||
                             !wait_ms(probe->loop, FINALIZERS_MS, err)))
        return false;
    if (!read_profile(reading, probe->attached ? "heap" : "heap?gc=1", GAUGE_HEAP_STACK, &facts,
                      err))
        return false;
    probe->heap.count = 0;
    holding_list_append(&probe->heap, &reading->sample.holdings, others);
    probe->heap_rate = facts.period;
    reading->sample.gauges[GAUGE_HEAP_ALLOC] = (double)facts.bytes;
    reading->sample.gauges[GAUGE_HEAP_OBJECTS] = (double)facts.total;
    return true;
}

static bool read_profiles(struct probe_counting *reading, enum sample_depth depth,
                          struct lg_error *err)
{
    struct profile_facts goroutines;
    if (reading->probe->pprof == NULL)
        return true;
    if (depth == SAMPLE_COUNTS)
        holding_list_append(&reading->sample.holdings, &reading->probe->heap, 0);
    else if (!read_heap(reading, err))
        return false;
    if (!read_profile(reading, "goroutine", GAUGE_GOROUTINE, &goroutines, err))
        return false;
    reading->sample.gauges[GAUGE_GOROUTINE] = (double)goroutines.total;
    return true;
}

/* A target whose heap profile does not collect when it is asked to would show garbage, or what was
 * garbage long ago. Nobody asks one that is attached, and the rate of its profile is coarse. */
static bool read_memstats(struct probe_counting *reading, struct lg_error *err)
{
    struct probe *probe = reading->probe;
    double *gauges = reading->sample.gauges;
    struct memstats stats;
    if (probe->pprof == NULL)
        return true;
    if (!memstats_fetch(probe->pprof, &stats, err))
        return false;
    gauges[GAUGE_HEAP_INUSE] = stats.heap_inuse;
    if (probe->attached) {
        gauges[GAUGE_HEAP_ALLOC] = stats.heap_alloc;
        gauges[GAUGE_HEAP_OBJECTS] = stats.heap_objects;
    }
    return probe->attached || stats.forced_collections >= 1 ||
           lg_fail(err, LG_ERROR_INVALID, 0,
                   "the target does not collect garbage when heap?gc=1 asks it to");
}

static bool read_process(struct probe_counting *reading, struct lg_error *err)
{
    struct probe *probe = reading->probe;
    const struct proc *proc = &probe->proc;
    double *gauges = reading->sample.gauges;
    unsigned fds, watches, threads;
    if (!proc_fds_read(proc, probe->world_root, &probe->sockets, probe->holders,
                       &reading->sample.holdings, &fds, err) ||
        !proc_watches_read(proc, &watches, err) || !proc_threads_read(proc, &threads, err) ||
        !proc_rss_read(proc, &gauges[GAUGE_RSS], err))
        return false;
    gauges[GAUGE_FD] = fds;
    gauges[GAUGE_INOTIFY_WATCH] = watches;
    gauges[GAUGE_THREAD] = threads;
    return true;
}

void probe_begin_count(struct probe_counting *reading, enum gauge gauge)
{
    reading->sample.gauges[gauge] = 0;
}

void probe_count(struct probe_counting *reading, enum gauge gauge, const char *holder,
                 uint32_t count)
{
    reading->sample.gauges[gauge] += count;
    uint32_t number = holder_table_text(reading->probe->holders, gauge, holder);
    holding_list_add(&reading->sample.holdings, (struct holding){.holder = number, .value = count});
}

static bool read_descendants(struct probe_counting *reading, struct lg_error *err)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    if (!proc_descendants(proc_root, reading->probe->proc.pid, &pids, &count, err))
        return false;
    probe_begin_count(reading, GAUGE_CHILD);
    probe_begin_count(reading, GAUGE_ZOMBIE);
    for (size_t i = 0; i < count; i++) {
        _cleanup_proc_ struct proc proc = {.directory = -1};
        struct proc_stat stat;
        if (!proc_open(proc_root, pids[i], &proc, NULL) || !proc_stat_read(&proc, &stat, NULL))
            continue;
        bool ended = stat.state == 'Z' || stat.state == 'X';
        probe_count(reading, ended ? GAUGE_ZOMBIE : GAUGE_CHILD, stat.name, 1);
    }
    return true;
}

/* In the order that docs/design.md gives. A sample forces two collections and prints profiles,
 * which would drown what a target burns at rest: the cpu gauge leaves out what it spent while it
 * was sampled. */
static bool read_all(struct probe_counting *reading, enum sample_depth depth, struct lg_error *err)
{
    struct probe *probe = reading->probe;
    const struct probe_options *options = &probe->options;
    double *gauges = reading->sample.gauges;
    double waited = proc_wait_read(&probe->proc);
    struct proc_stat before, after;
    unsigned fds_before_gc = 0;
    if (!target_is_same(probe, err) || !proc_stat_read(&probe->proc, &before, err) ||
        !proc_peak_read(&probe->proc, &gauges[GAUGE_RSS_PEAK], err))
        return false;
    /* What rates are made of, at the moment that the sample has: reading the heap may take long. */
    if (options->output_bytes != NULL)
        gauges[GAUGE_OUTPUT] = (double)options->output_bytes(options->context);
    if (options->count_world != NULL &&
        !options->count_world(options->context, reading, depth != SAMPLE_COUNTS, err))
        return false;
    if (!proc_fds_read(&probe->proc, NULL, NULL, NULL, NULL, &fds_before_gc, err) ||
        !read_profiles(reading, depth, err) ||
        (depth == SAMPLE_MEMSTATS && !read_memstats(reading, err)) || !read_process(reading, err) ||
        !read_descendants(reading, err))
        return false;
    gauges[GAUGE_FD_BEFORE_GC] = fds_before_gc;
    /* What the sampling itself took is no peak of the program's. */
    if (!probe->attached)
        proc_peak_reset(&probe->proc);
    if (!proc_stat_read(&probe->proc, &after, err))
        return false;
    gauges[GAUGE_CPU_WAIT] = waited - probe->sampling_wait;
    probe->sampling_wait += proc_wait_read(&probe->proc) - waited;
    gauges[GAUGE_CPU] = before.cpu_seconds - probe->sampling_cpu;
    probe->sampling_cpu += after.cpu_seconds - before.cpu_seconds;
    return true;
}

bool probe_sample(struct probe *probe, enum sample_depth depth, struct sample *sample,
                  int64_t *rate, struct lg_error *err)
{
    _cleanup_reading_ struct probe_counting reading = begin_sample(probe);
    if (!read_all(&reading, depth, err))
        return false;
    *rate = probe->heap_rate;
    finish_sample(&reading, sample);
    return true;
}

/* The text begins with the total (countProfile's writeProfile in Go's runtime/pprof). */
bool probe_count_now(struct probe *probe, struct probe_counts *counts, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer text = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    unsigned fds;
    *counts = (struct probe_counts){0};
    if (!proc_fds_read(&probe->proc, NULL, NULL, NULL, NULL, &fds, err))
        return false;
    counts->fds = fds;
    if (probe->pprof == NULL)
        return true;
    if (!pprof_fetch(probe->pprof, "goroutine?debug=1", &text, err))
        return false;
    return sscanf(buffer_string(&text), "goroutine profile: total %lf", &counts->goroutines) == 1 ||
           lg_fail(err, LG_ERROR_TARGET, 0,
                   "pprof goroutine?debug=1 does not begin with the total that Go prints");
}

bool probe_goroutine_leaks(struct probe *probe, const struct sample *before, struct sample *sample,
                           bool *served, struct lg_error *err)
{
    const long not_found = 404;
    _cleanup_reading_ struct probe_counting reading = begin_sample(probe);
    struct profile_facts facts;
    struct lg_error problem = {0};
    *served = true;
    for (size_t i = 0; i < before->holdings.count; i++) {
        const struct holding *holding = &before->holdings.items[i];
        if (holder_table_get(probe->holders, holding->holder).gauge != GAUGE_GOROUTINE_LEAK)
            holding_list_add(&reading.sample.holdings, *holding);
    }
    if (!target_is_same(probe, err))
        return false;
    if (!read_profile(&reading, "goroutineleak", GAUGE_GOROUTINE_LEAK, &facts, &problem)) {
        *served = pprof_status(probe->pprof) != not_found;
        if (*served && err != NULL)
            *err = problem;
        return !*served;
    }
    reading.sample.gauges[GAUGE_GOROUTINE_LEAK] = (double)facts.total;
    reading.sample.phase = PHASE_QUIT;
    reading.sample.iteration = before->iteration;
    finish_sample(&reading, sample);
    return true;
}
