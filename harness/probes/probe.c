#include "probes/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/proc_directory.h"
#include "probes/profile.h"

enum {
    ASK_AGAIN_MS = 20,
    ANSWER_MS = 2000,   /* a candidate port that is slower is asked again after the others */
    FINALIZERS_MS = 20, /* what the first collection found dead runs its finalizers meanwhile */
    CANDIDATES = 64,
    INDEX_BYTES = 64 * 1024
};

static const char proc_root[] = "/proc";

struct probe {
    struct loop *loop;
    pid_t root;
    struct probe_options options;
    char *world_root;
    struct proc proc;
    unsigned short port;
    struct pprof *pprof;
    struct holder_table *holders;
    double sampling_cpu; /* seconds that the target has spent on being sampled */
};

void probe_close(struct probe *probe)
{
    if (probe == NULL)
        return;
    pprof_free(probe->pprof);
    proc_close(&probe->proc);
    holder_table_free(probe->holders);
    free(probe->world_root);
    free(probe);
}

/* The index that net/http/pprof serves lists its profiles; nothing else answers so. */
static bool answers_as_pprof(struct pprof *pprof, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(INDEX_BYTES);
    if (!pprof_fetch_buffer(pprof, "", &body, err))
        return false;
    const char *text = buffer_string(&body);
    if (strstr(text, "pprof") != NULL && strstr(text, "goroutine") != NULL &&
        strstr(text, "heap") != NULL)
        return true;
    return lg_fail(err, LG_ERROR_TARGET, 0, "what answers is not pprof");
}

static int64_t try_ms(int64_t deadline)
{
    int remaining = clock_remaining_ms(deadline);
    return remaining < 0 || remaining >= ANSWER_MS ? ANSWER_MS : remaining + 1;
}

/* Asked on a connection of its own, so that none is left open at a port that is not pprof's. */
static bool port_is_pprof(struct probe *probe, unsigned short port, bool ipv6, int64_t deadline,
                          struct lg_error *err)
{
    struct pprof *pprof = pprof_new(probe->loop, port, ipv6, err);
    if (pprof == NULL)
        return false;
    pprof_set_keep_alive(pprof, false);
    pprof_set_timeout(pprof, try_ms(deadline));
    bool is_pprof = answers_as_pprof(pprof, err);
    pprof_free(pprof);
    return is_pprof;
}

static bool candidate_try(struct probe *probe, pid_t owner, unsigned short port, bool ipv6,
                          int64_t deadline, struct lg_error *err)
{
    if (!port_is_pprof(probe, port, ipv6, deadline, err))
        return false;
    struct proc proc;
    struct pprof *pprof = pprof_new(probe->loop, port, ipv6, err);
    if (pprof == NULL)
        return false;
    /* The connection that stays for the whole run is made now, before the first sample. */
    if (!answers_as_pprof(pprof, err) || !proc_open(proc_root, owner, &proc, err)) {
        pprof_free(pprof);
        return false;
    }
    probe->proc = proc;
    probe->pprof = pprof;
    probe->port = port;
    return true;
}

static bool ends_search(const struct lg_error *err)
{
    return err->class == LG_ERROR_CANCELLED || err->class == LG_ERROR_INTERNAL;
}

/* Asks every listening socket of the process tree once. */
static bool candidates_try(struct probe *probe, int64_t deadline, struct lg_error *err)
{
    unsigned short tried[CANDIDATES];
    size_t count = 0;
    struct lg_error cause = {0};
    while (count < CANDIDATES) {
        pid_t owner;
        unsigned short port;
        bool ipv6;
        struct lg_error none = {0};
        if (!proc_find_listener(proc_root, probe->root, tried, count, &owner, &port, &ipv6,
                                &none)) {
            /* Why the last one was no use says more than that there are no others. */
            if (none.class != LG_ERROR_NONE || cause.class == LG_ERROR_NONE)
                cause = none;
            break;
        }
        if (candidate_try(probe, owner, port, ipv6, deadline, &cause))
            return true;
        if (ends_search(&cause))
            break;
        tried[count++] = port;
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

static bool rest(struct loop *loop, int64_t ms, struct lg_error *err)
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
        if (candidates_try(probe, deadline, &latest))
            return true;
        if (ends_search(&latest)) {
            if (err != NULL)
                *err = latest;
            return false;
        }
        if (!cut_short || cause.class == LG_ERROR_NONE)
            cause = latest;
        if (!rest(probe->loop, ASK_AGAIN_MS, err))
            return false;
    } while (clock_now() < deadline);
    return lg_fail(err, LG_ERROR_TARGET, 0, "pprof never answered: %s",
                   cause.class == LG_ERROR_NONE
                       ? "no process of the target listens on a loopback port"
                       : cause.text);
}

struct probe *probe_open(struct loop *loop, pid_t root, const struct probe_options *options,
                         int64_t deadline, struct lg_error *err)
{
    struct probe *probe = memory_new(struct probe);
    probe->loop = loop;
    probe->root = root;
    probe->options = *options;
    probe->world_root = memory_copy_text(options->world_root);
    probe->proc.directory = -1;
    probe->holders = holder_table_new();
    if (search(probe, deadline, err))
        return probe;
    probe_close(probe);
    return NULL;
}

pid_t probe_pid(const struct probe *probe)
{
    return probe->proc.pid;
}

unsigned short probe_port(const struct probe *probe)
{
    return probe->port;
}

struct pprof *probe_pprof(struct probe *probe)
{
    return probe->pprof;
}

struct holder_table *probe_holders(struct probe *probe)
{
    return probe->holders;
}

struct holder_table *probe_take_holders(struct probe *probe)
{
    struct holder_table *taken = probe->holders;
    probe->holders = holder_table_new();
    return taken;
}

/* One sample in the making. */
struct probe_counting {
    struct probe *probe;
    struct sample sample;
    int64_t rate;
};

static void taking_free(struct probe_counting *taking)
{
    sample_free(&taking->sample);
}
#define _cleanup_taking_ __attribute__((cleanup(taking_free)))

/* A target that was started anew, or that gave its port to another process, would be measured as
 * if it had shrunk. */
static bool target_is_same(const struct probe *probe, struct lg_error *err)
{
    struct proc_stat stat;
    bool ended = !proc_stat_read(&probe->proc, &stat, NULL) || stat.state == 'Z' ||
                 stat.state == 'X' || stat.start_time != probe->proc.start_time;
    if (!ended && proc_owns_listener(proc_root, probe->proc.pid, probe->port))
        return true;
    pid_t owner;
    unsigned short port;
    bool ipv6;
    if (ended && !proc_find_listener(proc_root, probe->root, NULL, 0, &owner, &port, &ipv6, NULL))
        return lg_fail(err, LG_ERROR_TARGET, 0, "process %d, which is sampled, has ended",
                       (int)probe->proc.pid);
    return lg_fail(err, LG_ERROR_INVALID, 0,
                   "the target restarted: process %d no longer listens on port %u",
                   (int)probe->proc.pid, probe->port);
}

static bool discard(void *context, const char *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return true;
}

static bool profile_take(struct probe_counting *taking, const char *path, enum gauge gauge,
                         uint64_t *total, struct profile_facts *facts, struct lg_error *err)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    if (!pprof_fetch_buffer(taking->probe->pprof, path, &body, err))
        return false;
    if (!profile_decode(buffer_string(&body), body.length, gauge, taking->probe->holders,
                        &taking->sample.holdings, total, facts, err))
        return lg_context(err, "pprof %s", path);
    const struct probe_options *options = &taking->probe->options;
    return options->take_profile == NULL ||
           options->take_profile(options->context, gauge, buffer_string(&body), body.length, err);
}

static bool profiles_take(struct probe_counting *taking, struct lg_error *err)
{
    uint64_t total = 0;
    struct profile_facts facts;
    if (!pprof_fetch(taking->probe->pprof, "heap?gc=1", discard, NULL, err) ||
        !rest(taking->probe->loop, FINALIZERS_MS, err) ||
        !profile_take(taking, "heap?gc=1", GAUGE_HEAP_STACK, &total, &facts, err))
        return false;
    taking->rate = facts.period;
    if (!profile_take(taking, "goroutine", GAUGE_GOROUTINE, &total, &facts, err))
        return false;
    taking->sample.gauges[GAUGE_GOROUTINE] = (double)total;
    return true;
}

static bool memstats_take(struct probe_counting *taking, struct lg_error *err)
{
    struct memstats memstats;
    if (!pprof_memstats(taking->probe->pprof, &memstats, err))
        return false;
    if (!memstats.complete)
        return lg_fail(err, LG_ERROR_TARGET, 0,
                       "pprof heap?debug=1 does not print the MemStats that Go prints");
    double *gauges = taking->sample.gauges;
    gauges[GAUGE_HEAP_ALLOC] = memstats.heap_alloc;
    gauges[GAUGE_HEAP_INUSE] = memstats.heap_inuse;
    gauges[GAUGE_HEAP_OBJECTS] = memstats.heap_objects;
    taking->sample.collections = memstats.collections;
    return true;
}

static bool process_take(struct probe_counting *taking, struct lg_error *err)
{
    const struct proc *proc = &taking->probe->proc;
    double *gauges = taking->sample.gauges;
    unsigned fds, watches, threads;
    if (!proc_fds_read(proc, taking->probe->world_root, taking->probe->holders,
                       &taking->sample.holdings, &fds, err) ||
        !proc_watches_read(proc, &watches, err) || !proc_threads_read(proc, &threads, err) ||
        !proc_rss_read(proc, &gauges[GAUGE_RSS], err))
        return false;
    gauges[GAUGE_FD] = fds;
    gauges[GAUGE_INOTIFY_WATCH] = watches;
    gauges[GAUGE_THREAD] = threads;
    return true;
}

static void descendant_take(struct probe_counting *taking, pid_t pid)
{
    _cleanup_proc_ struct proc proc = {.directory = -1};
    struct proc_stat stat;
    if (!proc_open(proc_root, pid, &proc, NULL) || !proc_stat_read(&proc, &stat, NULL))
        return;
    double *gauges = taking->sample.gauges;
    if (stat.state == 'Z' || stat.state == 'X') {
        gauges[GAUGE_ZOMBIE]++;
        return;
    }
    gauges[GAUGE_CHILD]++;
    uint32_t holder = holder_table_text(taking->probe->holders, GAUGE_CHILD, stat.name);
    holding_list_add(&taking->sample.holdings, (struct holding){.holder = holder, .value = 1});
}

static bool descendants_take(struct probe_counting *taking, struct lg_error *err)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0;
    if (!proc_descendants(proc_root, taking->probe->proc.pid, &pids, &count, err))
        return false;
    taking->sample.gauges[GAUGE_CHILD] = 0;
    taking->sample.gauges[GAUGE_ZOMBIE] = 0;
    for (size_t i = 0; i < count; i++)
        descendant_take(taking, pids[i]);
    return true;
}

void probe_begin_count(struct probe_counting *taking, enum gauge gauge)
{
    taking->sample.gauges[gauge] = 0;
}

void probe_count(struct probe_counting *taking, enum gauge gauge, const char *holder,
                 uint32_t count)
{
    taking->sample.gauges[gauge] += count;
    uint32_t number = holder_table_text(taking->probe->holders, gauge, holder);
    holding_list_add(&taking->sample.holdings, (struct holding){.holder = number, .value = count});
}

static bool callbacks_take(struct probe_counting *taking, bool whole, struct lg_error *err)
{
    const struct probe_options *options = &taking->probe->options;
    if (options->output_bytes != NULL)
        taking->sample.gauges[GAUGE_OUTPUT] = (double)options->output_bytes(options->context);
    return options->count_world == NULL ||
           options->count_world(options->context, taking, whole, err);
}

static bool everything_take(struct probe_counting *taking, bool with_memstats, struct lg_error *err)
{
    unsigned before = 0;
    if (!proc_fds_read(&taking->probe->proc, NULL, NULL, NULL, &before, err))
        return false;
    taking->sample.gauges[GAUGE_FD_BEFORE_GC] = before;
    if (!profiles_take(taking, err) || (with_memstats && !memstats_take(taking, err)) ||
        !process_take(taking, err) || !descendants_take(taking, err))
        return false;
    return callbacks_take(taking, with_memstats, err);
}

/* A sample forces three collections and prints profiles, which would drown what a target burns at
 * rest: the cpu gauge leaves out what it spent while it was sampled. */
static bool take(struct probe_counting *taking, bool with_memstats, struct lg_error *err)
{
    struct probe *probe = taking->probe;
    struct proc_stat before, after;
    if (!target_is_same(probe, err) || !proc_stat_read(&probe->proc, &before, err) ||
        !everything_take(taking, with_memstats, err) || !proc_stat_read(&probe->proc, &after, err))
        return false;
    taking->sample.gauges[GAUGE_CPU] = before.cpu_seconds - probe->sampling_cpu;
    probe->sampling_cpu += after.cpu_seconds - before.cpu_seconds;
    return true;
}

static void gauges_clear(struct probe_counting *taking)
{
    for (unsigned i = 0; i < GAUGE_COUNT; i++)
        taking->sample.gauges[i] = NAN;
}

/* Hands the sample over. */
static void sample_finish(struct probe_counting *taking, int64_t began, struct sample *sample)
{
    struct sample *taken = &taking->sample;
    holding_list_sum(&taken->holdings);
    taken->at = (double)(began - taking->probe->options.started) / (double)NS_PER_SECOND;
    taken->took = (double)(clock_now() - began) / (double)NS_PER_SECOND;
    *sample = *taken;
    *taken = (struct sample){0};
}

bool probe_sample(struct probe *probe, bool with_memstats, struct sample *sample, int64_t *rate,
                  struct lg_error *err)
{
    int64_t began = clock_now();
    _cleanup_taking_ struct probe_counting taking = {.probe = probe};
    gauges_clear(&taking);
    if (!take(&taking, with_memstats, err))
        return false;
    taking.sample.phase = sample->phase;
    taking.sample.iteration = sample->iteration;
    *rate = taking.rate;
    sample_finish(&taking, began, sample);
    return true;
}

static void holdings_keep(struct probe_counting *taking, const struct sample *before)
{
    const struct holder_table *table = taking->probe->holders;
    for (size_t i = 0; i < before->holdings.count; i++)
        if (holder_table_get(table, before->holdings.items[i].holder).gauge != GAUGE_GOROUTINE_LEAK)
            holding_list_add(&taking->sample.holdings, before->holdings.items[i]);
}

/* False where the profile could not be had; *served where that is not because there is none. */
static bool leaks_take(struct probe_counting *taking, bool *served, struct lg_error *err)
{
    uint64_t total = 0;
    struct profile_facts facts;
    const long not_found = 404;
    bool taken = profile_take(taking, "goroutineleak", GAUGE_GOROUTINE_LEAK, &total, &facts, err);
    *served = taken || pprof_status(taking->probe->pprof) != not_found;
    taking->sample.gauges[GAUGE_GOROUTINE_LEAK] = (double)total;
    return taken;
}

bool probe_goroutine_leaks(struct probe *probe, const struct sample *before, struct sample *sample,
                           bool *served, struct lg_error *err)
{
    int64_t began = clock_now();
    _cleanup_taking_ struct probe_counting taking = {.probe = probe};
    struct lg_error problem = {0};
    *served = true;
    gauges_clear(&taking);
    holdings_keep(&taking, before);
    if (!target_is_same(probe, err))
        return false;
    if (!leaks_take(&taking, served, &problem)) {
        if (*served && err != NULL)
            *err = problem;
        return !*served;
    }
    taking.sample.phase = PHASE_QUIT;
    taking.sample.iteration = before->iteration;
    sample_finish(&taking, began, sample);
    return true;
}
