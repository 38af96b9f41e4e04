#include "scenario/healthy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"
#include "scenario/node.h"

const char *const healthy_figure_words[] = {[HEALTHY_RSS_MB] = "rss_mb",
                                            [HEALTHY_SWAP_MB] = "swap_mb",
                                            [HEALTHY_MAPPINGS] = "mappings",
                                            [HEALTHY_THREADS] = "threads",
                                            [HEALTHY_FDS] = "fds",
                                            [HEALTHY_FDS_ALIKE] = "fds_alike",
                                            [HEALTHY_SAME_FILE] = "same_file",
                                            [HEALTHY_FILES] = "files",
                                            [HEALTHY_SQLITE_LOCKED] = "sqlite_locked",
                                            [HEALTHY_GOROUTINES] = "goroutines",
                                            [HEALTHY_GOROUTINES_ALIKE] = "goroutines_alike",
                                            [HEALTHY_GOROUTINES_BLOCKED] = "goroutines_blocked",
                                            [HEALTHY_CPU_PERCENT] = "cpu_percent",
                                            [HEALTHY_CHILDREN] = "children",
                                            [HEALTHY_ZOMBIES] = "zombies",
                                            [HEALTHY_STARTED_PER_SECOND] = "started_per_second",
                                            [HEALTHY_FIGURES] = NULL};

/* What holds of any Go program at a terminal that nobody touches. */
static const struct {
    const char *name;
    enum healthy_figure figure;
    double most;
    const char *means, *next;
} defaults[] = {
    {"rss", HEALTHY_RSS_MB, 500, "Much memory for a program at rest.",
     "Look at the memory by kind: what the runtime has given back late is no leak."},
    {"swap", HEALTHY_SWAP_MB, 50, "The machine has no room for it.",
     "Look at the memory by kind, then at the top of the heap."},
    {"mappings", HEALTHY_MAPPINGS, 1000, "Thousands of regions are an mmap leak.",
     "Look at the regions by kind, and at files that are open more than once."},
    {"threads", HEALTHY_THREADS, 100, "Many threads wait in system calls.",
     "Look at the goroutines in the state syscall."},
    {"fds", HEALTHY_FDS, 1000, "Descriptors are opened and not closed.",
     "Look at the descriptors by kind; leakgate watch says what grows."},
    {"fds_alike", HEALTHY_FDS_ALIKE, 32, "So many of one kind are opened and not closed.",
     "Look for who makes them: a watcher or a reader that is made anew and not closed."},
    {"same_file", HEALTHY_SAME_FILE, 3, "The file is opened again and again.",
     "Look for who opens it without a Close."},
    {"sqlite_locked", HEALTHY_SQLITE_LOCKED, 0, "Another process keeps the database locked.",
     "Look at what that process does; end it if it hangs."},
    {"goroutines", HEALTHY_GOROUTINES, 500, "Goroutines are started and do not end.",
     "Look at the largest group of goroutines."},
    {"goroutines_alike", HEALTHY_GOROUTINES_ALIKE, 100, "That many wait at the same place.",
     "Look for who should wake them: a send without a receiver, a listener without an end."},
    {"goroutines_blocked", HEALTHY_GOROUTINES_BLOCKED, 20,
     "They have waited at one place for minutes.",
     "Look for the other end of the channel, or for who holds the lock."},
    {"cpu", HEALTHY_CPU_PERCENT, 50,
     "It uses this much while you look; if nobody is using it, it spins.",
     "leakgate triage --cpu 10s shows the functions."},
    {"children", HEALTHY_CHILDREN, 50, "Processes are started and do not end.",
     "Look at them by name."},
    {"zombies", HEALTHY_ZOMBIES, 3, "Processes have ended and nobody waits for them.",
     "Look for a Start without a Wait."},
    {"started", HEALTHY_STARTED_PER_SECOND, 10, "Tools are started without end.",
     "Look at them by name: two poll chains start twice as many."},
};

void healthy_rows_free(struct healthy_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free_all(rows->items[i].name, rows->items[i].match, rows->items[i].means,
                 rows->items[i].next);
    free_all(rows->items, rows->with_pprof);
    *rows = (struct healthy_rows){0};
}

void healthy_defaults(struct healthy_rows *rows)
{
    for (size_t i = 0; i < COUNT_OF(defaults); i++)
        array_append(rows->items, rows->count, rows->capacity,
                     (struct healthy_row){.name = memory_copy_text(defaults[i].name),
                                          .figure = defaults[i].figure,
                                          .most = defaults[i].most,
                                          .means = memory_copy_text(defaults[i].means),
                                          .next = memory_copy_text(defaults[i].next)});
}

static enum healthy_figure figure_by_word(const char *word)
{
    enum healthy_figure figure = 0;
    while (figure < HEALTHY_FIGURES && strcmp(healthy_figure_words[figure], word) != 0)
        figure++;
    return figure;
}

/* The row of that name, emptied; a new one where there is none. */
static struct healthy_row *row_named(struct healthy_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct healthy_row *row = &rows->items[i];
        if (strcmp(row->name, name) != 0)
            continue;
        free_all(row->name, row->match, row->means, row->next);
        *row = (struct healthy_row){.name = memory_copy_text(name), .most = INFINITY};
        return row;
    }
    struct healthy_row *row = array_add(rows->items, rows->count, rows->capacity);
    *row = (struct healthy_row){.name = memory_copy_text(name), .most = INFINITY};
    return row;
}

bool healthy_load(const char *file, const struct load_options *options, struct healthy_rows *rows,
                  struct diagnostics *problems)
{
    _cleanup_node_ struct node *target = target_file_read(file, options, problems);
    const struct node *table = node_find(target, "healthy");
    rows->with_pprof = memory_copy_text(node_text(node_find(target, "with_pprof")));
    for (size_t i = 0; table != NULL && i < table->count; i++) {
        const struct node *entry = table->entries[i].value;
        struct healthy_row *row = row_named(rows, table->entries[i].key);
        int64_t most = 0;
        if (!node_integer(node_find(entry, "most"), &most)) /* null: nobody looks at it */
            continue;
        row->most = (double)most;
        row->figure = figure_by_word(text_or(node_text(node_find(entry, "figure")), ""));
        row->match = memory_copy_text(node_text(node_find(entry, "match")));
        row->means = memory_copy_text(text_or(node_text(node_find(entry, "means")), ""));
        row->next = memory_copy_text(text_or(node_text(node_find(entry, "next")), ""));
    }
    return target != NULL;
}
