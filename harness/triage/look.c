/* What is looked at, in which order: first what costs the process nothing, then its pprof. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "probes/file_locks.h"
#include "probes/profile.h"
#include "triage/triage.h"
#include "verdict/holder_key.h"
#include "verdict/program_functions.h"

enum { ROWS = 8 }; /* of functions */

/* --- Counts by name --- */

void named_counts_add(struct named_counts *counts, const char *name, unsigned count)
{
    for (size_t i = 0; i < counts->count; i++)
        if (strcmp(counts->items[i].name, name) == 0) {
            counts->items[i].count += count;
            return;
        }
    array_append(counts->items, counts->count, counts->capacity,
                 (struct named_count){memory_copy_text(name), count});
}

static int by_count(const void *a, const void *b)
{
    const struct named_count *left = a, *right = b;
    return left->count != right->count ? (left->count < right->count ? 1 : -1)
                                       : strcmp(left->name, right->name);
}

void named_counts_sort(struct named_counts *counts)
{
    if (counts->count > 0)
        qsort(counts->items, counts->count, sizeof *counts->items, by_count);
}

void named_counts_free(struct named_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++)
        free(counts->items[i].name);
    free(counts->items);
    *counts = (struct named_counts){0};
}

static void sites_free(struct heap_sites *sites)
{
    for (size_t i = 0; i < sites->count; i++)
        free_all(sites->items[i].function, sites->items[i].leaf);
    free(sites->items);
}

void triage_free(struct triage *triage)
{
    for (size_t i = 0; i < triage->database_count; i++) {
        struct database *database = &triage->databases[i];
        for (size_t j = 0; j < database->lock_count; j++)
            free_all(database->locks[j].owner, database->locks[j].lock);
        free_all(database->path, database->locks);
        string_list_free(&database->also_open);
    }
    for (size_t i = 0; i < triage->flag_count; i++)
        free(triage->flags[i].what);
    struct named_counts *const counts[] = {&triage->descriptors, &triage->same_files,
                                           &triage->children, &triage->zombies, &triage->tools};
    for (size_t i = 0; i < COUNT_OF(counts); i++)
        named_counts_free(counts[i]);
    free_all(triage->databases, triage->flags);
    sites_free(&triage->heap);
    sites_free(&triage->stacks);
    profile_top_free(triage->allocated);
    profile_top_free(triage->cpu_top);
    open_files_free(&triage->files);
    thread_list_free(&triage->threads);
    goroutine_text_free(&triage->goroutines);
    string_list_free(&triage->unseen);
}

/* What cannot be seen is said, and the look goes on. */
static void unseen(struct triage *triage, const char *what, const struct lg_error *problem)
{
    string_list_take(&triage->unseen, memory_format("%s: %s", what, problem->text));
}

/* --- Processor and processes, over some seconds --- */

struct child {
    pid_t pid;
    struct proc_stat stat;
};

/* All descendants; the caller frees them. */
static size_t read_children(pid_t root, struct child **children)
{
    _cleanup_free_ pid_t *pids = NULL;
    size_t count = 0, read = 0;
    *children = NULL;
    if (!proc_descendants("/proc", root, &pids, &count, NULL) || count == 0)
        return 0;
    *children = memory_array(count, sizeof **children);
    for (size_t i = 0; i < count; i++) {
        struct proc proc = {.directory = -1};
        struct child *child = &(*children)[read];
        if (!proc_open("/proc", pids[i], &proc, NULL))
            continue;
        child->pid = pids[i];
        read += proc_stat_read(&proc, &child->stat, NULL);
        proc_close(&proc);
    }
    return read;
}

/* Those that are not known yet, which they are then. */
static void add_tools(pid_t root, struct string_list *known, struct named_counts *tools)
{
    _cleanup_free_ struct child *children = NULL;
    size_t count = read_children(root, &children);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *number =
            memory_format("%d %llu", (int)children[i].pid, children[i].stat.start_time);
        if (string_list_contains(known, number))
            continue;
        string_list_add(known, number);
        if (tools != NULL)
            named_counts_add(tools, children[i].stat.name, 1);
    }
}

static void sort_out_children(struct triage *triage, pid_t root)
{
    _cleanup_free_ struct child *children = NULL;
    size_t count = read_children(root, &children);
    for (size_t i = 0; i < count; i++) {
        bool ended = children[i].stat.state == 'Z' || children[i].stat.state == 'X';
        named_counts_add(ended ? &triage->zombies : &triage->children, children[i].stat.name, 1);
    }
    named_counts_sort(&triage->children);
    named_counts_sort(&triage->zombies);
}

/* Threads that came meanwhile count from nothing. The figures become cores. */
static void threads_since(struct thread_list *now, const struct thread_list *before, double seconds)
{
    size_t j = 0;
    for (size_t i = 0; i < now->count; i++) {
        struct thread *thread = &now->items[i];
        while (j < before->count && before->items[j].id < thread->id)
            j++;
        bool known = j < before->count && before->items[j].id == thread->id;
        double used = thread->cpu_seconds - (known ? before->items[j].cpu_seconds : 0);
        thread->cpu_seconds = fmax(used, 0) / seconds;
    }
}

static int by_cpu(const void *a, const void *b)
{
    const struct thread *left = a, *right = b;
    return left->cpu_seconds != right->cpu_seconds
               ? (left->cpu_seconds < right->cpu_seconds ? 1 : -1)
               : (left->id > right->id) - (left->id < right->id);
}

/* A tool that lives for less than the time between two looks may be missed. */
static bool look_for_a_while(const struct triage_options *options, const struct proc *proc,
                             struct triage *triage, struct lg_error *err)
{
    const int64_t look_ms = 20;
    struct proc_stat before, after;
    _cleanup_threads_ struct thread_list threads = {0};
    _cleanup_strings_ struct string_list known = {0};
    int64_t began = clock_now(), deadline = clock_deadline((int64_t)(options->seconds * 1000));
    double waited = proc_wait_read(proc);
    if (!proc_stat_read(proc, &before, err) || !threads_read(proc, &threads, err))
        return false;
    add_tools(proc->pid, &known, NULL);
    while (clock_now() < deadline) {
        enum loop_result result = loop_rest(options->loop, look_ms, err);
        if (result == LOOP_STOPPED)
            return lg_fail(err, LG_ERROR_CANCELLED, 0, "stopped by a signal");
        if (result == LOOP_FAILED)
            return false;
        add_tools(proc->pid, &known, &triage->tools);
    }
    if (!proc_stat_read(proc, &after, err) || !threads_read(proc, &triage->threads, err))
        return false;
    if (after.state == 'Z' || after.state == 'X') /* /proc tells of it until it is waited for */
        return lg_fail(err, LG_ERROR_TARGET, 0, "process %d has ended", (int)proc->pid);
    triage->seconds = clock_seconds_since(began);
    triage->cpu = (after.cpu_seconds - before.cpu_seconds) / triage->seconds;
    triage->cpu_waited = fmax(proc_wait_read(proc) - waited, 0) / triage->seconds;
    threads_since(&triage->threads, &threads, triage->seconds);
    if (triage->threads.count > 0)
        qsort(triage->threads.items, triage->threads.count, sizeof *triage->threads.items, by_cpu);
    triage->state = after.state;
    named_counts_sort(&triage->tools);
    return true;
}

/* --- What is open --- */

/* "file", "socket", "pipe", "inotify": a kind, by the link. */
static char *kind_of(const char *link)
{
    static const char anonymous[] = "anon_inode:";
    if (link[0] == '/')
        return memory_copy_text(text_starts(link, "/dev/") ? "device" : "file");
    if (text_starts(link, anonymous)) {
        const char *name = link + sizeof anonymous - 1;
        name += *name == '[';
        return memory_copy_range(name, strcspn(name, "]"));
    }
    return memory_copy_range(link, strcspn(link, ":"));
}

static void sort_out_files(struct triage *triage)
{
    struct named_counts paths = {0};
    for (size_t i = 0; i < triage->files.count; i++) {
        const char *link = triage->files.items[i].link;
        _cleanup_free_ char *kind = kind_of(link);
        named_counts_add(&triage->descriptors, kind, 1);
        if (strcmp(kind, "file") == 0)
            named_counts_add(&paths, link, 1);
    }
    for (size_t i = 0; i < paths.count; i++)
        if (paths.items[i].count > 1)
            named_counts_add(&triage->same_files, paths.items[i].name, paths.items[i].count);
    named_counts_sort(&triage->descriptors);
    named_counts_sort(&triage->same_files);
    named_counts_free(&paths);
}

static void look_at_proc(const struct proc *proc, const struct file_lock_list *locks_before,
                         struct triage *triage)
{
    struct lg_error problem = {0};
    unsigned watches = 0;
    triage->rss = triage->peak = triage->fds = triage->watches = NAN;
    if (!memory_map_read(proc, &triage->map, &problem))
        unseen(triage, "memory by kind", &problem);
    if (!proc_rss_read(proc, &triage->rss, &problem) ||
        !proc_peak_read(proc, &triage->peak, &problem))
        unseen(triage, "memory", &problem);
    if (proc_open_files(proc, &triage->files, &problem)) {
        triage->fds = (double)triage->files.count;
        sort_out_files(triage);
        triage_databases(triage, proc, locks_before);
    } else {
        unseen(triage, "descriptors", &problem);
    }
    if (!isnan(triage->fds) && proc_watches_read(proc, &watches, &problem))
        triage->watches = watches;
    sort_out_children(triage, proc->pid);
}

/* --- pprof --- */

static bool take_goroutines(void *context, const char *bytes, size_t length, struct lg_error *err)
{
    (void)err;
    goroutine_text_add(context, bytes, length);
    return true;
}

static int by_bytes(const void *a, const void *b)
{
    const struct heap_site *left = a, *right = b;
    return left->bytes != right->bytes ? (left->bytes < right->bytes ? 1 : -1)
                                       : strcmp(left->function, right->function);
}

/* Stacks with the same first own function and the same allocator are one. */
static void add_site(struct heap_sites *sites, const char *key, const char *module, double objects,
                     double bytes)
{
    _cleanup_free_ char *function = stack_headline(key, module);
    _cleanup_free_ char *leaf = memory_copy_range(key, holder_key_frame(key));
    for (size_t i = 0; i < sites->count; i++)
        if (strcmp(sites->items[i].function, function) == 0 &&
            strcmp(sites->items[i].leaf, leaf) == 0) {
            sites->items[i].bytes += bytes;
            sites->items[i].objects += objects;
            return;
        }
    array_append(sites->items, sites->count, sites->capacity,
                 (struct heap_site){take_pointer(function), take_pointer(leaf), bytes, objects});
}

/* The largest of a profile's values; NULL where it cannot be read. */
static struct profile_top *top_of(const struct buffer *body, const char *sample_index,
                                  struct lg_error *err)
{
    const struct profile_question question = {.sample_index = sample_index, .most = ROWS};
    _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
    if (!profile_top_add(top, PROFILE_AFTER, buffer_string(body), body->length, err))
        return NULL;
    profile_top_finish(top);
    return take_pointer(top);
}

static bool read_cpu(const struct triage_options *options, struct triage *triage,
                     struct lg_error *err)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    _cleanup_free_ char *path = memory_format("profile?seconds=%u", options->cpu_seconds);
    pprof_set_timeout(options->pprof, options->cpu_seconds * 1000LL + LIMIT_HTTP_TOTAL_MS);
    if (!pprof_fetch(options->pprof, path, &body, err))
        return false;
    triage->cpu_top = top_of(&body, NULL, err);
    return triage->cpu_top != NULL;
}

static bool read_heap(const struct triage_options *options, struct triage *triage,
                      struct lg_error *err)
{
    _cleanup_buffer_ struct buffer body = BUFFER_INIT(LIMIT_HTTP_BODY_BYTES);
    struct holding_list holdings = {0};
    struct profile_facts facts;
    struct holder_table *table = holder_table_new();
    bool fine = pprof_fetch(options->pprof, options->collect ? "heap?gc=1" : "heap", &body, err) &&
                profile_decode(buffer_string(&body), body.length, GAUGE_HEAP_STACK, table,
                               &holdings, &facts, err);
    for (size_t i = 0; fine && i < holdings.count; i++) {
        _cleanup_free_ char *key =
            holder_key(table, holder_table_get(table, holdings.items[i].holder));
        const double objects = holdings.items[i].value, bytes = (double)holdings.items[i].bytes;
        if (key == NULL)
            continue;
        add_site(&triage->heap, key, triage->build.module, objects, bytes);
        array_append(triage->stacks.items, triage->stacks.count, triage->stacks.capacity,
                     (struct heap_site){take_pointer(key), NULL, bytes, objects});
    }
    if (fine)
        triage->allocated = top_of(&body, "alloc_space", NULL);
    if (triage->heap.count > 0)
        qsort(triage->heap.items, triage->heap.count, sizeof *triage->heap.items, by_bytes);
    holding_list_free(&holdings);
    holder_table_free(table);
    return fine;
}

/* Which part of the Go heap is garbage or free is asked where there is enough of it to ask. */
static bool memstats_matter(const struct triage_options *options, const struct triage *triage)
{
    const double enough = 0x1p26; /* 64 MiB; a Sidecar at rest has 18 */
    const struct memory_part *go_heap = &triage->map.parts[MEMORY_GO_HEAP];
    return options->collect || triage->map.total.regions == 0 || go_heap->rss >= enough;
}

static void look_at_pprof(const struct triage_options *options, struct triage *triage)
{
    struct lg_error problem = {0};
    if (pprof_stream(options->pprof, "goroutine?debug=2", take_goroutines, &triage->goroutines,
                     &problem))
        goroutine_text_end(&triage->goroutines);
    else
        unseen(triage, "goroutines", &problem);
    if (!read_heap(options, triage, &problem))
        unseen(triage, "heap", &problem);
    if (memstats_matter(options, triage) &&
        !memstats_fetch(options->pprof, &triage->stats, &problem))
        unseen(triage, "heap in all", &problem);
    if (options->cpu_seconds > 0 && !read_cpu(options, triage, &problem))
        unseen(triage, "processor by function", &problem);
}

static void say_how_to_see(const struct triage_options *options, struct triage *triage)
{
    const char *with = options->healthy->with_pprof;
    if (geteuid() != 0 && geteuid() != options->process->user) {
        string_list_take(
            &triage->unseen,
            memory_format("it belongs to another user: `sudo leakgate triage %d` shows its "
                          "memory by kind, its descriptors and its pprof",
                          (int)options->process->pid));
        return;
    }
    string_list_take(&triage->unseen, memory_format("goroutines and heap: %s", options->no_pprof));
    if (with != NULL)
        string_list_take(&triage->unseen, memory_format("to see them, start it as `%s`", with));
    else
        string_list_add(&triage->unseen,
                        "a Go program serves pprof when it imports net/http/pprof and listens on "
                        "loopback");
}

static void no_figures(struct triage *triage)
{
    triage->rss = triage->peak = triage->fds = triage->watches = triage->cpu = NAN;
    triage->cpu_waited = NAN;
    triage->stats = (struct memstats){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
}

bool triage_look(const struct triage_options *options, struct triage *triage, struct lg_error *err)
{
    *triage = (struct triage){.process = options->process};
    no_figures(triage);
    if (options->probe != NULL) {
        const struct proc *proc = probe_proc(options->probe);
        _cleanup_free_ char *program = memory_format("/proc/%d/exe", (int)proc->pid);
        _cleanup_locks_ struct file_lock_list locks = {0};
        build_info_read(program, &triage->build);
        triage->uptime = (double)(time(NULL) - (time_t)options->process->started);
        file_locks_read("/proc", &locks);
        if (!look_for_a_while(options, proc, triage, err))
            return false;
        look_at_proc(proc, &locks, triage);
    }
    if (options->pprof == NULL) {
        say_how_to_see(options, triage);
    } else {
        triage->port = options->probe != NULL ? probe_port(options->probe) : 0;
        look_at_pprof(options, triage);
    }
    triage_judge(triage, options->healthy);
    return true;
}
