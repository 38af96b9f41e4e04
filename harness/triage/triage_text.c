#include "triage/triage_text.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "probes/function_package.h"
#include "report/profile_text.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "verdict/holder_key.h"
#include "verdict/program_functions.h"

enum { LINES_MOST = 8, LABEL = 13 };

/* "12.3 MiB"; "?" where it was not seen. */
static struct short_text seen_text(double bytes)
{
    return isnan(bytes) ? (struct short_text){"?"} : bytes_text(bytes);
}

char *flag_text(const struct flag *flag)
{
    static const char *const units[HEALTHY_FIGURES] = {
        [HEALTHY_RSS_MB] = " MiB",
        [HEALTHY_SWAP_MB] = " MiB",
        [HEALTHY_CPU_PERCENT] = " % of a core",
        [HEALTHY_STARTED_PER_SECOND] = " per second",
    };
    return memory_format("%s %.4g%s, healthy is %s%.4g", flag->row->name, flag->figure,
                         text_or(units[flag->row->figure], ""),
                         flag->row->most > 0 ? "at most " : "", flag->row->most);
}

/* --- Parts: a label at the left, lines beside it --- */

static void put_line(struct buffer *out, const char *label, const char *text, size_t width)
{
    text_pad(out, label, LABEL);
    _cleanup_free_ char *harmless = text_harmless(text, false);
    text_wrap(out, harmless, LABEL, LABEL, width);
    buffer_char(out, '\n');
}

/* "12 file, 3 socket", the first few. The caller frees it. */
static char *counts_text(const struct named_counts *counts)
{
    struct buffer out = {0};
    for (size_t i = 0; i < counts->count && i < LINES_MOST; i++)
        buffer_format(&out, "%s%u %s", i > 0 ? ", " : "", counts->items[i].count,
                      counts->items[i].name);
    if (counts->count > LINES_MOST)
        buffer_format(&out, ", and %zu others", counts->count - LINES_MOST);
    return buffer_take(&out);
}

static void put_process(const struct triage *triage, size_t width, struct buffer *screen)
{
    const struct found_process *process = triage->process;
    char up[32] = "";
    _cleanup_buffer_ struct buffer line = {0};
    struct buffer *out = &line;
    if (process == NULL || process->pid == 0) {
        buffer_text(screen, "A process behind a URL: what pprof says, and nothing of /proc\n");
        return;
    }
    clock_describe((int64_t)triage->uptime * NS_PER_SECOND, up, sizeof up);
    buffer_format(out, "%s", process->name);
    if (triage->build.version[0] != '\0')
        buffer_format(out, " %s", triage->build.version);
    if (triage->build.go_version[0] != '\0')
        buffer_format(out, " (%s)", triage->build.go_version);
    buffer_format(out, " · PID %d · up %s", (int)process->pid, up);
    if (process->terminal[0] != '\0')
        buffer_format(out, " · %s", process->terminal);
    if (process->directory[0] != '\0')
        buffer_format(out, " · %s", process->directory);
    if (triage->port != 0)
        buffer_format(out, " · pprof on port %u", triage->port);
    if (triage->state == 'T' || triage->state == 't')
        buffer_text(out, " · STOPPED by a signal");
    _cleanup_free_ char *harmless = text_harmless(buffer_string(&line), false);
    text_wrap(screen, harmless, 0, 2, width);
    buffer_char(screen, '\n');
}

static void put_flags(const struct triage *triage, struct triage_style style, struct buffer *out)
{
    const char *red = style.colour ? "\033[31;1m" : "", *green = style.colour ? "\033[32m" : "";
    const char *plain = style.colour ? "\033[0m" : "";
    if (triage->flag_count == 0) {
        buffer_format(out, "%sNo red flags%s\n", green, plain);
        return;
    }
    for (size_t i = 0; i < triage->flag_count; i++) {
        const struct flag *flag = &triage->flags[i];
        _cleanup_free_ char *text = flag_text(flag);
        buffer_format(out, "%s%s%s\n", red, text, plain);
        if (flag->what != NULL)
            put_line(out, "", flag->what, style.width);
        if (flag->row->means[0] != '\0')
            put_line(out, "", flag->row->means, style.width);
        if (flag->row->next[0] != '\0')
            put_line(out, "  next", flag->row->next, style.width);
    }
}

static void put_memory(const struct triage *triage, size_t width, struct buffer *out)
{
    const struct memory_part *total = &triage->map.total;
    if (!isnan(triage->rss)) {
        bool mapped = total->regions > 0;
        _cleanup_free_ char *line = memory_format(
            "RSS %s (highest %s), PSS %s, VSZ %s, swap %s", seen_text(triage->rss).text,
            seen_text(triage->peak).text, seen_text(mapped ? total->pss : NAN).text,
            seen_text(mapped ? total->size : NAN).text, seen_text(mapped ? total->swap : NAN).text);
        put_line(out, "Memory", line, width);
    }
    static const char *const words[MEMORY_KINDS] = {"Go heap",         "C heap", "stacks",
                                                    "other anonymous", "files",  "reserved"};
    _cleanup_buffer_ struct buffer kinds = {0};
    for (unsigned kind = 0; kind < MEMORY_KINDS; kind++) {
        const struct memory_part *part = &triage->map.parts[kind];
        if (part->regions > 0)
            buffer_format(&kinds, "%s%s %s in %u", kinds.length > 0 ? ", " : "", words[kind],
                          seen_text(part->rss).text, part->regions);
    }
    if (kinds.length > 0) {
        buffer_format(&kinds, " regions, %u in all", total->regions);
        put_line(out, "", buffer_string(&kinds), width);
    }
    if (isnan(triage->stats.heap_inuse))
        return;
    double late = triage->stats.heap_idle - triage->stats.heap_released;
    _cleanup_free_ char *heap = memory_format(
        "Go says: %s in use, %s idle. Of the idle %s is given back to the system, and %s still "
        "counts in RSS without being a leak",
        seen_text(triage->stats.heap_inuse).text, seen_text(triage->stats.heap_idle).text,
        seen_text(triage->stats.heap_released).text, seen_text(fmax(late, 0)).text);
    put_line(out, isnan(triage->rss) ? "Memory" : "", heap, width);
}

static void put_files(const struct triage *triage, size_t width, struct buffer *out)
{
    if (isnan(triage->fds))
        return;
    _cleanup_free_ char *kinds = counts_text(&triage->descriptors);
    _cleanup_free_ char *line =
        memory_format("%.0f: %s; %.0f inotify watches", triage->fds, kinds, triage->watches);
    put_line(out, "Descriptors", line, width);
    for (size_t i = 0; i < triage->same_files.count && i < LINES_MOST; i++) {
        const struct named_count *each = &triage->same_files.items[i];
        _cleanup_free_ char *same = memory_format("%u times %s", each->count, each->name);
        put_line(out, i == 0 ? "  same file" : "", same, width);
    }
    for (size_t i = 0; i < triage->database_count && i < LINES_MOST; i++) {
        const struct database *database = &triage->databases[i];
        _cleanup_buffer_ struct buffer text = {0};
        buffer_format(&text, "%s %s", database->path, seen_text(database->bytes).text);
        if (!isnan(database->wal_bytes))
            buffer_format(&text, ", -wal %s", seen_text(database->wal_bytes).text);
        if (!isnan(database->shm_bytes))
            buffer_format(&text, ", -shm %s", seen_text(database->shm_bytes).text);
        for (size_t j = 0; j < database->also_open.count && j < LINES_MOST; j++)
            buffer_format(&text, "%s%s", j == 0 ? "; also open in " : ", ",
                          database->also_open.items[j]);
        for (size_t j = 0; j < database->lock_count && j < LINES_MOST; j++)
            buffer_format(&text, "%s%s of %s", j == 0 ? "; locks: " : ", ", database->locks[j].lock,
                          database->locks[j].owner);
        put_line(out, i == 0 ? "  SQLite" : "", buffer_string(&text), width);
    }
}

static const char *thread_state(char state)
{
    switch (state) {
    case 'R':
        return "running";
    case 'S':
        return "sleeping";
    case 'D':
        return "waiting for a disk";
    case 'T':
    case 't':
        return "stopped";
    default:
        return "ending";
    }
}

static void put_processor(const struct triage *triage, size_t width, struct buffer *out)
{
    const double least_cores = 0.01, least_told = 0.1;
    struct named_counts states = {0};
    if (triage->state == 0)
        return;
    for (size_t i = 0; i < triage->threads.count; i++)
        named_counts_add(&states, thread_state(triage->threads.items[i].state), 1);
    _cleanup_free_ char *by_state = counts_text(&states);
    named_counts_free(&states);
    _cleanup_buffer_ struct buffer text = {0};
    buffer_format(&text, "%.2f cores over %.1f s", triage->cpu, triage->seconds);
    if (triage->cpu_waited >= least_told)
        buffer_format(&text, " (the machine is busy: it could have used %.2f)",
                      triage->cpu + triage->cpu_waited);
    buffer_format(&text, "; %zu thread%s: %s", triage->threads.count,
                  triage->threads.count == 1 ? "" : "s", by_state);
    for (size_t i = 0; i < triage->threads.count && i < 3; i++)
        if (triage->threads.items[i].cpu_seconds >= least_cores)
            buffer_format(&text, "%s%d %.2f", i == 0 ? "; the busiest " : ", ",
                          (int)triage->threads.items[i].id, triage->threads.items[i].cpu_seconds);
    put_line(out, "Processor", buffer_string(&text), width);
}

static void put_processes(const struct triage *triage, size_t width, struct buffer *out)
{
    static const char *const labels[] = {"Children", "Zombies", "Started"};
    const struct named_counts *const counts[] = {&triage->children, &triage->zombies,
                                                 &triage->tools};
    for (size_t i = 0; i < COUNT_OF(labels); i++) {
        _cleanup_free_ char *text = counts_text(counts[i]);
        if (counts[i]->count > 0)
            put_line(out, labels[i], text, width);
    }
}

/* Where the function of a stack stands: "internal/app/update.go:653". The caller frees it. */
static char *place_of(const struct goroutine_group *group, const char *headline, const char *module)
{
    const char *frame = group->stack, *place = group->places;
    size_t length = strlen(headline);
    for (; *frame != '\0'; frame = holder_key_next(frame)) {
        if (strncmp(frame, headline, length) == 0 && holder_key_frame(frame) == length)
            break;
        place += strcspn(place, "\n");
        place += *place != '\0';
    }
    _cleanup_free_ char *path = memory_copy_range(place, strcspn(place, "\n"));
    /* Of the program's own packages with their folder in its module: builds differ in what stands
     * before it. */
    size_t package = function_package_length(headline), own = strlen(module);
    if (own > 0 && package > own && strncmp(headline, module, own) == 0 && headline[own] == '/')
        return memory_format("%.*s/%s", (int)(package - own - 1), headline + own + 1,
                             path_base(path));
    return memory_copy_text(path_base(path));
}

/* "12 [chan receive, 5 min] main.worker (worker.go:12), started by main.run". The caller frees. */
static char *group_text(const struct triage *triage, const struct goroutine_group *group)
{
    struct buffer out = {0};
    _cleanup_free_ char *headline = stack_headline(group->stack, triage->build.module);
    _cleanup_free_ char *place = place_of(group, headline, triage->build.module);
    buffer_format(&out, "%u [%s", group->count, group->state);
    if (group->minutes > 0)
        buffer_format(&out, ", %u min", group->minutes);
    buffer_format(&out, "] %s", headline);
    if (place[0] != '\0')
        buffer_format(&out, " (%s)", place);
    if (group->creator[0] != '\0' && strcmp(group->creator, headline) != 0)
        buffer_format(&out, ", started by %s", group->creator);
    return buffer_take(&out);
}

static void put_goroutines(const struct triage *triage, struct triage_style style,
                           struct buffer *out)
{
    const struct goroutine_text *text = &triage->goroutines;
    struct named_counts states = {0};
    if (text->goroutines == 0)
        return;
    for (size_t i = 0; i < text->count; i++)
        named_counts_add(&states, text->groups[i].state, text->groups[i].count);
    named_counts_sort(&states);
    _cleanup_free_ char *by_state = counts_text(&states);
    named_counts_free(&states);
    _cleanup_free_ char *line =
        memory_format("%u%s: %s", text->goroutines, text->cut ? " and more" : "", by_state);
    put_line(out, "Goroutines", line, style.width);
    size_t shown = 0;
    for (size_t i = 0; i < text->count && shown < LINES_MOST; i++) {
        if (style.match != NULL && !triage_matches(style.match, text->groups[i].stack))
            continue;
        _cleanup_free_ char *group = group_text(triage, &text->groups[i]);
        put_line(out, "", group, style.width);
        shown++;
    }
    if (style.match != NULL && shown == 0)
        put_line(out, "", "none matches", style.width);
}

/* Rows of a profile as "12.3 MiB name". */
static void put_top(const struct profile_top *top, const char *label, size_t width,
                    struct buffer *out)
{
    for (size_t i = 0; top != NULL && i < top->count && top->rows[i].flat > 0; i++) {
        int64_t flat = top->rows[i].flat;
        const char *unit = top->kind.units[top->index];
        _cleanup_free_ char *value = strcmp(unit, "bytes") == 0
                                         ? memory_copy_text(bytes_text((double)flat).text)
                                         : profile_label(flat, unit, "minimum");
        _cleanup_free_ char *line = memory_format("%s %s", value, top->rows[i].function);
        put_line(out, i == 0 ? label : "", line, width);
    }
}

static void put_heap(const struct triage *triage, size_t width, struct buffer *out)
{
    for (size_t i = 0; i < triage->heap.count && i < LINES_MOST; i++) {
        const struct heap_site *site = &triage->heap.items[i];
        bool same = strcmp(site->leaf, site->function) == 0;
        _cleanup_free_ char *line =
            memory_format("%s in %.0f object%s: %s%s%s", seen_text(site->bytes).text, site->objects,
                          site->objects == 1 ? "" : "s", site->function,
                          same ? "" : ", allocated by ", same ? "" : site->leaf);
        put_line(out, i == 0 ? "Heap held by" : "", line, width);
    }
}

void triage_text(const struct triage *triage, struct triage_style style, struct buffer *out)
{
    put_process(triage, style.width, out);
    buffer_char(out, '\n');
    put_flags(triage, style, out);
    buffer_char(out, '\n');
    put_memory(triage, style.width, out);
    put_files(triage, style.width, out);
    put_processor(triage, style.width, out);
    put_processes(triage, style.width, out);
    put_goroutines(triage, style, out);
    put_heap(triage, style.width, out);
    put_top(triage->allocated, "Allocated", style.width, out);
    put_top(triage->cpu_top, "Burned by", style.width, out);
    for (size_t i = 0; i < triage->unseen.count; i++)
        put_line(out, i == 0 ? "Not seen" : "", triage->unseen.items[i], style.width);
}

void triage_markdown(const struct triage *triage, struct triage_style style, struct buffer *out)
{
    _cleanup_buffer_ struct buffer text = {0};
    triage_text(triage, (struct triage_style){.width = style.width, .match = style.match}, &text);
    if (triage->flag_count > 0)
        buffer_text(out, "| red flag | figure | healthy | next |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < triage->flag_count; i++) {
        const struct flag *flag = &triage->flags[i];
        buffer_format(out, "| %s | %.4g | at most %.4g | %s |\n", flag->row->name, flag->figure,
                      flag->row->most, flag->row->next);
    }
    buffer_format(out, "\n```\n%s```\n", buffer_string(&text));
}
