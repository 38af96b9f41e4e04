#include "base/memory.h"
#include "report/html.h"
#include "triage/triage_text.h"

enum { FIRST = 2 /* that stand before the pictures */ };

/* As triage_to_json has them, what is out of range first. */
static const struct html_section sections[] = {
    {"flags", "Red flags",
     "name=flag, figure=figure:count, healthy=healthy is at most:count, what=of:code, text=what it "
     "means, next=look at next",
     "", 0},
    {"unseen", "Not seen", "name=what and why", "", 0},
    {"parts.memory", "Memory",
     "rss=RSS:bytes, peak=highest:bytes, heap_inuse=Go heap in use:bytes, heap_idle=idle:bytes, "
     "heap_released=of it given back:bytes",
     "Idle memory that is not given back yet counts in RSS, and is no leak.", HTML_WHOLE},
    {"parts.memory.kinds", "Memory by kind",
     "name=kind, rss=RSS:bytes, pss=PSS:bytes, size=mapped:bytes, swap=swap:bytes, "
     "regions=regions:count",
     "", HTML_FOLDED},
    {"parts.descriptors.kinds", "Descriptors", "name=kind, value=open:count", "", 0},
    {"parts.files", "Files open more than once", "name=file:code, value=times:count", "", 0},
    {"parts.sqlite", "SQLite databases",
     "path=file:code, bytes=size:bytes, wal_bytes=-wal:bytes, shm_bytes=-shm:bytes, also_open=also "
     "open in, locks=locks",
     "", 0},
    {"parts.children", "Children", "name=name, value=how many:count", "", 0},
    {"parts.zombies", "Zombies", "name=name, value=how many:count", "", 0},
    {"parts.started", "Tools started meanwhile", "name=name, value=times:count", "", 0},
    {"parts.goroutines.groups", "Goroutines",
     "count=how many:count, state=state, minutes=minutes:count, function=function:code, "
     "created_by=started by",
     "", 0},
    {"parts.heap", "What holds the heap",
     "function=function:code, allocated_by=allocated by, bytes=bytes:bytes, objects=objects:count",
     "", 0},
    {"parts.allocated.rows", "Allocated since the start",
     "function=function:code, flat=itself:bytes, cum=with what it called:bytes",
     "Most of it is gone.", HTML_FOLDED},
    {"parts.cpu_profile.rows", "What burns the processor",
     "function=function:code, flat=itself:nanoseconds, cum=with what it called:nanoseconds", "", 0},
    {"parts.threads", "Threads", "id=thread, name=name, state=state, cores=cores:seconds", "",
     HTML_FOLDED},
};

static void put_stacks(const struct triage *triage, json_t *array)
{
    static const struct html_view now[] = {{"now", "now"}, {0}};
    const struct goroutine_text *text = &triage->goroutines;
    size_t groups = text->count, stacks = triage->stacks.count;
    _cleanup_free_ struct html_stack *waiting = memory_array(groups + 1, sizeof *waiting);
    _cleanup_free_ struct html_stack *heap = memory_array(stacks + 1, sizeof *heap);
    for (size_t i = 0; i < groups; i++)
        waiting[i] = (struct html_stack){text->groups[i].stack, 0, text->groups[i].count};
    for (size_t i = 0; i < stacks; i++)
        heap[i] =
            (struct html_stack){triage->stacks.items[i].function, 0, triage->stacks.items[i].bytes};
    html_flame(array, "The heap in use, by stack", html_stacks(heap, stacks, "bytes", now));
    html_flame(array, "Goroutines, by stack", html_stacks(waiting, groups, "count", now));
}

json_t *triage_page(const struct triage *triage)
{
    const struct found_process *process = triage->process;
    bool known = process != NULL && process->pid != 0;
    const char *name = known ? process->name : "a process behind a URL";
    _cleanup_json_ json_t *object = triage_to_json(triage);
    json_t *array = json_array();
    _cleanup_free_ char *title = memory_format("%s: %zu red flag%s", name, triage->flag_count,
                                               triage->flag_count == 1 ? "" : "s");
    _cleanup_free_ char *header =
        known ? memory_format("triage of %s %s (%s) · PID %d · %s", name, triage->build.version,
                              triage->build.go_version, (int)process->pid, process->directory)
              : memory_format("triage of %s", name);
    html_sections(object, sections, FIRST, array);
    put_stacks(triage, array);
    html_sections(object, sections + FIRST, COUNT_OF(sections) - FIRST, array);
    json_t *head = html_head(title, header, "What was seen", array);
    json_put(head, "verdict", json_text(triage->flag_count > 0 ? "red" : "healthy"));
    return head;
}
