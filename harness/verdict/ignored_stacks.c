#include "verdict/ignored_stacks.h"

#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

/*
 * Seen to grow or to move in clean runs of Sidecar v1.3.0 with Go 1.26.8 at rate 512: malg,
 * allgadd, allocm, mcommoninit, mProfStackInit, addHeap, goFunc; the others of the runtime by how
 * it is written. Its frames at the leaf of a stack that goes on with others are not in a heap
 * profile at all (runtime/pprof hides them): sudogs and slots of timers that a goroutine needed are
 * charged to its function, and taken off by verdict/runtime_memory.h. Considered, and judged:
 * sync.(*Pool).pinSlow, which makes one array per pool again after each collection, so that it
 * grows only with the number of pools.
 */
static const struct ignored_stack entries[] = {
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.malg",
     "descriptors of goroutines are never freed, only used again: the goroutine gauge counts them"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.allgadd",
     "the list of all goroutines ever needed at one time, likewise"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.acquireSudog",
     "sudogs are kept in caches of the scheduler, as many as ever waited at one time"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.allocm",
     "descriptors of threads, which move by a few with no leak"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.mcommoninit", "buffers of threads, likewise"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.mProfStackInit",
     "buffers of threads for profiling, likewise"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.gcBgMarkWorker",
     "one worker of the collector per processor, started when it is first needed"},
    {GAUGE_HEAP_STACK, IGNORED_LEAF, "runtime.(*timers).addHeap",
     "a processor's list of timers keeps its size; here it was the scavenger that made it grow"},
    {GAUGE_HEAP_STACK, IGNORED_ANYWHERE, "time.goFunc",
     "descriptors of the goroutines in which timers run their functions, likewise; what such a "
     "function allocates has a stack of its own"},
    {GAUGE_HEAP_STACK, IGNORED_ANYWHERE, "runtime/pprof.",
     "the profile that is being written: buffers, its string table, its gzip writer"},
    {GAUGE_HEAP_STACK, IGNORED_ANYWHERE, "net/http/pprof.", "the handler that serves the profile"},
    {GAUGE_HEAP_STACK, IGNORED_STANDARD, "net/http.(*conn).serve",
     "the connection by which leakgate measures; what a handler of the target allocates is judged"},
    {GAUGE_HEAP_STACK, IGNORED_ANYWHERE, "net/http.(*connReader).backgroundRead",
     "the same connection, watched for its end"},
    {GAUGE_GOROUTINE, IGNORED_ANYWHERE, "net/http/pprof.", "the request that takes the sample"},
    {GAUGE_GOROUTINE, IGNORED_ANYWHERE, "runtime/pprof.",
     "the goroutine that writes the profile, also where the target asks for it itself"},
};

const struct ignored_stack *ignored_stacks_entries(size_t *count)
{
    *count = COUNT_OF(entries);
    return entries;
}

bool ignored_stacks_is_runtime(const char *function)
{
    return text_starts(function, "runtime.") || text_starts(function, "internal/runtime/") ||
           text_starts(function, "runtime/internal/");
}

uint32_t ignored_stacks_runtime_frames(const struct holder_table *table, struct holder holder)
{
    uint32_t frames = 0;
    while (frames < holder.depth &&
           ignored_stacks_is_runtime(holder_table_function_name(table, holder.functions[frames])))
        frames++;
    return frames;
}

/* The paths of the standard library have no dot before their first slash, those of modules that can
 * be fetched have one. */
bool ignored_stacks_is_standard(const char *function)
{
    size_t element = strcspn(function, "/(");
    bool has_path = function[element] == '/';
    return !text_starts(function, "main.") && (!has_path || memchr(function, '.', element) == NULL);
}

static bool entry_matches(const struct ignored_stack *entry, const struct holder_table *table,
                          struct holder holder)
{
    bool leaf = entry->where == IGNORED_LEAF, package = text_ends(entry->name, "."), found = false;
    uint32_t frames = leaf ? ignored_stacks_runtime_frames(table, holder) : holder.depth;
    for (uint32_t i = 0; i < frames; i++) {
        const char *name = holder_table_function_name(table, holder.functions[i]);
        if (entry->where == IGNORED_STANDARD && !ignored_stacks_is_standard(name))
            return false;
        found =
            found || (package ? text_starts(name, entry->name) : strcmp(name, entry->name) == 0);
    }
    return found;
}

bool stack_is_ignored(const struct holder_table *table, struct holder holder)
{
    for (size_t i = 0; i < COUNT_OF(entries); i++)
        if (entries[i].gauge == holder.gauge && entry_matches(&entries[i], table, holder))
            return true;
    return false;
}
