/*
 * A checked plan: everything one scenario run needs to know, from the scenario file and its target
 * file (with what that one extends) merged, defaults filled in.
 *
 * Made by plan_load (scenario/load.h), freed by plan_free, never changed in between. Strings are
 * owned by the plan and still hold their ${...} references, checked but not expanded: they are
 * expanded when used (scenario/expand.h). Rows and columns count from 0; negative rows count from
 * the end (-1 is the last). Durations are milliseconds.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/strings.h"
#include "scenario/diagnostics.h"

/* An inclusive range of rows or columns, negative from the end. */
struct range {
    int first;
    int last;
};

/* A named part of the screen. */
struct region {
    char *name;
    struct range rows;
    struct range columns;
};

enum step_kind {
    STEP_PRESS, /* keys, each its own write */
    STEP_CHORD, /* keys in one write */
    STEP_TYPE,  /* text, as typed */
    STEP_MOUSE,
    STEP_RUN, /* a command in the world */
    STEP_RESIZE,
    STEP_WAIT,
    STEP_SETTLE,   /* no output for a while, outside a synchronized update */
    STEP_SNAPSHOT, /* keep the screen in the journal */
    STEP_SLEEP,
    STEP_WRITE,  /* files of the world */
    STEP_REMOVE, /* the same */
    STEP_LOOP,   /* in files only: a plan has its rounds instead */
    STEP_KIND_COUNT
};

enum mouse_action { MOUSE_CLICK, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct mouse_plan {
    enum mouse_action action;
    char *text; /* at the first place on screen (in the wait rows of the target) with this text */
};

struct run_plan {
    struct string_list argv; /* empty when script is set */
    char *script;            /* for sh -c */
    char *directory;         /* NULL: the world's root */
    int status;              /* the exit status expected */
};

/* All predicates that are set must hold at the same complete frame. */
struct wait_plan {
    struct string_list text; /* each is shown */
    struct string_list gone; /* none is shown */
    char *regex;           /* PCRE2, UTF, multi-line over the rows joined by newlines; NULL: none */
    char *title;           /* contained in the terminal's title; NULL: none */
    char *file;            /* a path in the world that exists ... NULL: none */
    long file_lines;       /* ... with at least that many lines; -1: any */
    char *file_lines_text; /* the number as a template (`${i}`), instead of file_lines; or NULL */
    char *file_text;       /* ... and contains this; NULL: any */
    bool has_rows;
    struct range rows; /* where text, gone and regex look; default: the target's wait_rows */
    const struct region *region; /* instead of rows; points into the plan; NULL: none */
    bool fresh;                  /* the frame must be newer than the last input */
};

/* One file, or several by one rule. */
struct file_plan {
    char *path;      /* inside the world, checked: relative, no "..", may hold references */
    char *text;      /* what it begins with; NULL: nothing */
    char *line;      /* repeated after the text ... NULL: nothing */
    unsigned lines;  /* ... so often, or, when that is 0 ... */
    size_t size;     /* ... until the file has at least so many bytes */
    unsigned copies; /* with ${n} from 1; 0: one file, no ${n} */
    mode_t mode;     /* 0: 0644 */
    bool append;     /* of the step write */
    struct mark where;
};

struct remove_plan {
    struct string_list paths; /* the last part may hold a pattern */
    bool missing_allowed;
};

struct step {
    enum step_kind kind;
    struct mark where;
    char *source;            /* the step as one line for people: press "2" */
    char *written;           /* the same as it stands in a loop: press "${n}"; NULL: as source */
    int64_t timeout_ms;      /* -1: DEADLINE_STEP_MS */
    struct string_list keys; /* press, chord: checked names (scenario/key_name.h) */
    unsigned repeat;         /* press: whole list this often, at least 1; mouse wheel likewise */
    char *text;              /* type: what; snapshot: its name */
    struct mouse_plan mouse;
    struct run_plan run;
    int columns; /* resize */
    int rows;
    struct wait_plan wait;
    int64_t ms; /* settle: quiet time; sleep: how long */
    struct file_plan file;
    struct remove_plan remove;
};

struct step_list {
    struct step *items;
    size_t count;
    size_t capacity;
};

struct variable {
    char *name;
    char *value;   /* NULL: unset */
    char *replace; /* a regular expression, every match of which in the expanded value ... NULL */
    char *with;    /* ... is replaced by this */
};

struct variable_list {
    struct variable *items; /* sorted by name */
    size_t count;
};

struct file_list {
    struct file_plan *items;
    size_t count;
};

struct world_plan {
    struct string_list projects; /* names of git projects: ${world}/NAME, ${project.NAME} */
    struct file_list files;      /* target file's, then the scenario's; a path once */
    struct variable_list env;    /* target file's, overridden by the scenario's */
    struct string_list tools;    /* on the PATH of the world: target's, scenario's and needs */
    char *config_path;           /* where the target's configuration goes; NULL: it has none */
    json_t *config;              /* target file's with the scenario's merged into it; NULL: none */
};

/* The directories that every world has at its root, NULL-terminated. */
extern const char *const world_directories[];

struct measure_plan {
    unsigned warmup; /* iterations */
    unsigned idle_samples;
    int64_t idle_ms;                /* over which the idle samples are spread */
    unsigned samples;               /* of the loop */
    unsigned iterations_per_sample; /* 0 when paced by time */
    int64_t loop_ms; /* for so long the loop lasts at the least, by more iterations per sample where
                        they are fast; 0: as many as the file says */
    int64_t every_ms;    /* paced by time: a sample this often; else 0 */
    int64_t for_ms;      /* ... for so long */
    int64_t file_for_ms; /* the same as the file says it; another with --for */
    int64_t drain_ms;
    unsigned heap_rate; /* GODEBUG memprofilerate asked for; 0: without pprof */
    int64_t round_trip_ms;
    struct string_list leave_out; /* regions not compared in the round trip */
};

/* Another length of the loop of a plan that is paced by time; its hash stays, for growth is per
 * minute. False, and why, where that makes too few samples or too many. */
bool measure_set_length(struct measure_plan *measure, int64_t for_ms, struct lg_error *err);

/* Does the program rest before and after a loop that counts iterations? */
bool measure_has_rests(const struct measure_plan *measure);

struct target_plan {
    char *name;                 /* the target file's name without ".yaml" */
    char *file;                 /* its path */
    struct string_list command; /* argv; [0] is a program name or a path */
    struct string_list version; /* arguments that make it print its version; may be empty */
    char *term;
    int columns;
    int rows;
    bool without_pprof;
    struct range wait_rows; /* where waits look by default */
    struct step_list ready;
    struct step_list quit;
    int64_t ready_ms;
    int64_t quit_ms; /* how long the exit may take after the quit steps */
    int quit_status;
    struct string_list state;     /* directories (templates) of the world in which it keeps files */
    struct string_list survivors; /* directories (templates) of tmux sockets whose servers may
                                     outlive the target and are ended by leakgate */
};

/* The scenario fails nothing for a while. */
struct quarantine_plan {
    char *reason; /* NULL: it is in none */
    char *until;  /* "YYYY-MM-DD", the last day */
};

struct plan {
    char *name; /* the scenario file's name without ".yaml" */
    char *file;
    char *title;
    struct string_list tags;
    bool on_request;          /* not run unless it is named or one of its tags is asked for */
    struct string_list needs; /* tools without which the scenario is skipped */
    struct quarantine_plan quarantine;      /* not in the hash: the baseline stays valid */
    struct quarantine_plan quarantine_here; /* judged by another revision: what this file says and
                                               that one does not, so that it does not count yet */
    char *without; /* why the target has nothing for it, so that it is skipped; NULL: it has */
    struct variable_list vars;
    struct region *regions; /* the target's and the scenario's */
    size_t region_count;
    struct world_plan world;
    struct step_list prepare; /* before the target starts: run, write and remove */
    struct step_list setup;
    struct step_list iteration;
    struct measure_plan measure;
    struct target_plan target;
    json_t *document; /* scenario and target merged, as JSON, for the journal */
    char hash[17];    /* XXH64 of what the run depends on, taken before expansion and without the
                         target's path; title, tags and file names are not in it */
    struct string_list file_names; /* owns what marks point to */
};

const char *step_kind_name(enum step_kind kind); /* the word of the scenario language */
/* Does the step change the target or its world? */
bool step_is_input(const struct step *step);
const struct region *plan_region(const struct plan *plan, const char *name); /* NULL: none */

void step_list_free(struct step_list *list); /* the steps and the list's own memory */
void plan_free(struct plan *plan);
DEFINE_CLEANUP(plan, struct plan, plan_free)
#define _cleanup_plan_ __attribute__((cleanup(cleanup_plan)))
