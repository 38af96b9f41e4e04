/*
 * One look at a process that already runs: what can be seen of it from outside, and which of it is
 * out of range. Nothing in the process changes but for one connection.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/loop.h"
#include "base/regex.h"
#include "probes/build_info.h"
#include "probes/file_locks.h"
#include "probes/find_process.h"
#include "probes/goroutine_text.h"
#include "probes/holders.h"
#include "probes/memory_map.h"
#include "probes/memstats.h"
#include "probes/pprof.h"
#include "probes/probe.h"
#include "probes/procfs.h"
#include "probes/threads.h"
#include "scenario/healthy.h"
#include "verdict/profile_top.h"

/* So many of what has this name. */
struct named_count {
    char *name;
    unsigned count;
};
struct named_counts {
    struct named_count *items; /* the most first */
    size_t count, capacity;
};

struct database_lock {
    char *owner; /* "td (4711)" */
    char *lock;  /* SQLite's name of it: "reserved", "wal write" */
    bool other;  /* another process has it ... */
    bool blocks; /* ... it keeps others from writing, and had it for as long as was looked */
};
struct database {
    char *path;
    double bytes, wal_bytes, shm_bytes; /* NAN where there is no such file */
    struct string_list also_open; /* by other processes that this user may look at: "td (4711)" */
    struct database_lock *locks;
    size_t lock_count, lock_capacity;
};

/* A function and the bytes of the heap that it holds or has allocated. */
struct heap_site {
    char *function; /* the first of the program's own, or what stands in for it */
    char *leaf;     /* that allocates */
    double bytes, objects;
};
struct heap_sites {
    struct heap_site *items; /* the most bytes first */
    size_t count, capacity;
};

struct flag {
    const struct healthy_row *row;
    double figure;
    char *what; /* the path, stack or process that it is about; NULL */
};

struct triage {
    const struct found_process *process;
    struct build_info build;
    unsigned short port; /* 0: it serves no pprof */
    char state;          /* of the process; 0: nothing of /proc can be seen */
    double uptime;       /* seconds */
    struct memory_map map;
    double rss, peak; /* bytes; NAN where they cannot be seen, as the numbers below */
    struct memstats stats;
    double fds, watches;
    struct named_counts descriptors; /* by kind */
    struct named_counts same_files;  /* paths that are open more than once */
    struct open_files files;
    struct database *databases;
    size_t database_count, database_capacity;
    struct thread_list threads; /* their cpu_seconds are cores, the busiest first */
    double cpu;                 /* cores */
    double cpu_waited; /* cores' time in which it could have run and had none; NAN: not known */
    double seconds;    /* over which cpu and tools were looked at */
    struct named_counts children, zombies, tools; /* tools: processes that came meanwhile */
    struct goroutine_text goroutines;
    struct heap_sites heap;
    struct heap_sites stacks; /* the heap again: the function is a whole stack's key, no leaf */
    struct profile_top *allocated, *cpu_top; /* since the start, by function; NULL: not looked at */
    struct string_list unseen;               /* what could not be looked at, and why: sentences */
    struct flag *flags; /* the worst first: by how many times it is out of range */
    size_t flag_count, flag_capacity;
};

struct triage_options {
    struct loop *loop;
    const struct found_process *process;
    struct probe *probe; /* NULL: there is a URL alone */
    struct pprof *pprof; /* NULL: none */
    const char *no_pprof;
    double seconds;       /* to look at cpu and tools */
    unsigned cpu_seconds; /* of a cpu profile; 0: none is taken */
    bool collect;         /* force a collection before the heap is read */
    const struct healthy_rows *healthy;
};

/* Looks. class LG_ERROR_TARGET where the process ends meanwhile; LG_ERROR_CANCELLED. */
LG_CHECKED bool triage_look(const struct triage_options *options, struct triage *triage,
                            struct lg_error *err);
void triage_free(struct triage *triage);
#define _cleanup_triage_ __attribute__((cleanup(triage_free)))

/* Its flags by the rows, from what was seen; a figure that was not seen raises none. */
void triage_judge(struct triage *triage, const struct healthy_rows *healthy);

/* NULL matches everything. */
bool triage_matches(const struct regex *match, const char *text);

/* One more of that name. */
void named_counts_add(struct named_counts *counts, const char *name, unsigned count);
void named_counts_sort(struct named_counts *counts);
void named_counts_free(struct named_counts *counts);

/* The databases among the open files, with who else uses them. `locks_before` were read when the
 * look began. */
void triage_databases(struct triage *triage, const struct proc *proc,
                      const struct file_lock_list *locks_before);
