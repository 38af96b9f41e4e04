#include "probes/gauge.h"

#include <string.h>

static const struct gauge_info table[GAUGE_COUNT] = {
    [GAUGE_FD] = {"fd", UNIT_COUNT, RULE_FLOOR, true, false, "the kind of descriptor and its path",
                  "Open file descriptors after a forced collection."},
    [GAUGE_GOROUTINE] = {"goroutine", UNIT_COUNT, RULE_FLOOR, true, false, "the goroutine's stack",
                         "Goroutines, without those that serve the measurement itself."},
    [GAUGE_THREAD] =
        {"thread", UNIT_COUNT, RULE_SHOWN, false, false, NULL,
         "Threads of the operating system; their number changes by a few without a leak."},
    [GAUGE_INOTIFY_WATCH] = {"inotify_watch", UNIT_COUNT, RULE_FLOOR, false, false, NULL,
                             "Watches over all inotify descriptors."},
    [GAUGE_HEAP_ALLOC] = {"heap_alloc", UNIT_BYTES, RULE_SLOPE, false, false, NULL,
                          "Bytes of live heap objects after two forced collections."},
    [GAUGE_HEAP_OBJECTS] = {"heap_objects", UNIT_COUNT, RULE_SHOWN, false, false, NULL,
                            "Live heap objects after two forced collections."},
    [GAUGE_RSS] = {"rss", UNIT_BYTES, RULE_SHOWN, false, false, NULL,
                   "Resident memory of the process."},
    [GAUGE_CHILD] = {"child", UNIT_COUNT, RULE_FLOOR, true, false, "the child's name",
                     "Running descendants of the process."},
    [GAUGE_ZOMBIE] = {"zombie", UNIT_COUNT, RULE_FLOOR, true, false, "the child's name",
                      "Descendants that have ended and were not waited for."},
    [GAUGE_CPU] = {"cpu", UNIT_SECONDS, RULE_RATE, false, true, NULL,
                   "Processor time used, user and system, without children and without what the "
                   "sampling itself cost it."},
    [GAUGE_SPAWN] = {"spawn", UNIT_COUNT, RULE_RATE, true, true, "the tool's name",
                     "Tools started, counted exactly by the world's shims."},
    [GAUGE_OUTPUT] = {"output", UNIT_BYTES, RULE_RATE, false, true, NULL,
                      "Bytes written to the terminal."},
    [GAUGE_FD_BEFORE_GC] = {"fd_before_gc", UNIT_COUNT, RULE_SHOWN, false, false, NULL,
                            "Open file descriptors before the forced collection: the difference "
                            "from fd is what only the garbage collector closes."},
    [GAUGE_HEAP_INUSE] = {"heap_inuse", UNIT_BYTES, RULE_SHOWN, false, false, NULL,
                          "Bytes of heap spans in use, in the first sample (MemStats)."},
    [GAUGE_HEAP_STACK] = {"heap_stack", UNIT_BYTES, RULE_STACK, true, false,
                          "the stack that allocated",
                          "Live heap by the stack that allocated it, objects and bytes."},
    [GAUGE_STATE_FILE] =
        {"state_file", UNIT_COUNT, RULE_FLOOR, true, false, "the file's directory",
         "Files in the world's directories that the target file lists under state."},
    [GAUGE_SESSION] = {"session", UNIT_COUNT, RULE_FLOOR, true, false, "the session's name",
                       "Sessions of the tmux servers that the target file lists as survivors."},
    [GAUGE_RSS_PEAK] = {"rss_peak", UNIT_BYTES, RULE_SHOWN, false, false, NULL,
                        "The most resident memory since the sample before (VmHWM): what an action "
                        "takes and gives back."},
    [GAUGE_CPU_WAIT] = {"cpu_wait", UNIT_SECONDS, RULE_SHOWN, false, true, NULL,
                        "Time that its threads were ready to run and waited for a processor."},
    [GAUGE_GOROUTINE_LEAK] =
        {"goroutine_leak", UNIT_COUNT, RULE_NONE, true, false, "the goroutine's stack",
         "Goroutines that wait forever on something that nothing can reach, as the "
         "runtime finds them (profile goroutineleak), after the loop."},
};

const struct gauge_info *gauge_info(enum gauge gauge)
{
    return &table[gauge];
}

const char *gauge_uncollected_text(enum gauge gauge)
{
    static const char *const texts[GAUGE_COUNT] = {
        [GAUGE_FD] = "Open file descriptors.",
        [GAUGE_HEAP_ALLOC] = "Bytes of heap objects; no collection is forced.",
        [GAUGE_HEAP_OBJECTS] = "Heap objects; no collection is forced.",
    };
    return texts[gauge] != NULL ? texts[gauge] : table[gauge].text;
}

enum gauge gauge_by_name(const char *name)
{
    for (unsigned i = 0; i < GAUGE_COUNT; i++)
        if (strcmp(table[i].name, name) == 0)
            return (enum gauge)i;
    return GAUGE_COUNT;
}
