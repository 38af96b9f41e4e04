/*
 * What a run is judged by apart from its samples, and what is concluded: the types of verdict/, and
 * the list of findings.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/strings.h"
#include "probes/gauge.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_LEAK,
    VERDICT_INCONCLUSIVE,
    VERDICT_INVALID,
    VERDICT_FAILED,
    VERDICT_STOPPED, /* by the user */
    VERDICT_SKIPPED,
    VERDICT_COUNT
};
const char *verdict_name(enum verdict verdict);
/* Do reports show what fails in such a run? A failed or invalid one was cut short, and what grew
 * until then did grow. */
bool verdict_shows_findings(enum verdict verdict);

/* A warning begins so many days before something ends: an exception, a quarantine. */
enum { EXPIRY_WARNING_DAYS = 14 };

enum finding_kind {
    FINDING_GROWTH,            /* grew, and did not drain: leak */
    FINDING_BACKLOG,           /* grew, and all of it went away at rest: a warning */
    FINDING_FILLED,            /* grew, and no more of it came in the second loop: a warning */
    FINDING_COMPANION,         /* grew with another finding and by its cause: shown with that */
    FINDING_ALLOWED,           /* grew, as an exception of the baseline allows: shown */
    FINDING_LEVEL,             /* the level at rest is over the baseline's tolerance */
    FINDING_LEFT_BEHIND,       /* processes, sessions or files outlived the target */
    FINDING_EXCEPTION_EXPIRED, /* fails */
    FINDING_EXCEPTION_EXPIRING,
    FINDING_EXCEPTION_UNUSED, /* nothing uses it any more, or it allows more than is left */
    FINDING_LEVEL_LOOSE,      /* the baseline's level is far above what the program rests at */
    FINDING_NOT_COMPARED,     /* a level that could not be held against the baseline's */
    FINDING_MEASUREMENT,      /* why a run is invalid or inconclusive */
    FINDING_UNCONFIRMED,      /* failed in one run, and a fresh process did not show it again */
    FINDING_KIND_COUNT
};
const char *finding_kind_name(enum finding_kind kind);
bool finding_fails(enum finding_kind kind);

/* How a finding stands against the report of another run (--compare). */
enum standing {
    STANDING_UNKNOWN, /* nothing was compared */
    STANDING_NEW,
    STANDING_WORSE,
    STANDING_SAME,
    STANDING_BETTER,
    STANDING_COUNT
};
const char *standing_name(enum standing standing); /* "new", "worse", "as before", "better" */

/* A step of the iteration at which a holder grows, as a locating run saw it. */
struct finding_place {
    char *step;           /* "press E" */
    char *where;          /* file:line:column */
    double per_iteration; /* what the holder gains there, in the gauge's unit (heap: bytes) */
};

struct finding {
    enum finding_kind kind;
    enum gauge gauge; /* GAUGE_COUNT where it concerns none */
    char *holder;     /* key; NULL for a gauge's total */
    char *example;    /* a raw name behind the key, for people; NULL */
    char *function;   /* of a stack: the one to look at first (program_functions.h); else NULL */
    char *source;     /* where that stands, "internal/app/update.go:653" (source_place.h); NULL */
    char *in_common;  /* of a heap stack: the program's function that it has in common with one that
                         may keep what it allocates, and which that is; NULL */
    char *companion_of; /* FINDING_COMPANION: the holder of the goroutines it comes with; NULL */
    double per_iteration;
    double bytes_per_iteration; /* heap stacks */
    double from, to;            /* first and last floor, or baseline's level and the level found */
    double iterations;
    size_t processes;     /* whose figures are added up (sum.h); 0: of one */
    double allowed;       /* per iteration (heap_stack: bytes), or the level's tolerance */
    double drained_after; /* seconds after the loop; backlog only */
    double drift;         /* per second at rest, taken off the growth; 0: none */
    char *text;           /* what a person needs beyond the numbers; may be NULL */
    char *made_by;        /* goroutines: who made the timers they wait for (timer_owner.h); NULL */
    bool repeats;         /* a second loop added as much again: needs no confirmation */
    bool confirmed;       /* a fresh process showed it as well */
    enum finding_kind unconfirmed; /* what FINDING_UNCONFIRMED was */
    struct finding_place *places;  /* where in the iteration it grows, most first (locate.h) */
    size_t place_count;
    bool located;       /* a locating run was made: `exact` is known */
    double exact;       /* per iteration, every allocation counted; heap stacks: objects */
    double exact_bytes; /* heap: bytes per iteration likewise */
    enum standing standing;
    double before;               /* its figure in the other report (result/earlier.h); NAN: none */
    enum finding_kind kind_then; /* what it was called there, where there is a figure */
};

/* What happened apart from the samples. */
struct run_facts {
    bool failed;         /* the target or a step failed: the verdict is `failed` */
    bool stopped;        /* `failed` because the user stopped it: the verdict is `stopped` */
    bool invalid;        /* measured wrongly */
    const char *problem; /* why, one sentence; NULL when neither */
    long rate_asked;     /* heap profile rate */
    long rate_found;     /* 0: unknown */
    const struct string_list *left_behind;         /* what outlived the target; may be NULL */
    bool too_busy_to_quit;                         /* ... then it is the target itself */
    bool by_control;                               /* the baseline was taken from a control build */
    const struct string_list *control_left_behind; /* then what outlived that; may be NULL */
    char today[11];                                /* the journal's date, for expiry */
    char plan_hash[17];
    char go_version[64];
    char platform[64]; /* "linux/amd64" */
};

/* How often a tool of the world's PATH is started. */
struct tool_rate {
    char *name;
    double per_second;    /* at rest; NAN: not read */
    double per_iteration; /* of the loop, without those at rest; NAN: it is paced by time */
    double doubt;         /* what one start more at rest would change of per_iteration */
};

struct judgement {
    enum verdict verdict;
    struct finding *findings; /* failing ones first, worst first */
    size_t count;
    double smallest[GAUGE_COUNT]; /* per iteration, what this run would have caught (heap_stack:
                                     bytes at one stack); NAN: not measured */
    double drift[GAUGE_COUNT];    /* of the totals: what they gain per second at rest */
    double levels[GAUGE_COUNT];   /* at rest: median of the idle samples; NAN: not read */
    double retained[GAUGE_COUNT]; /* what filled up in the loops (FINDING_FILLED), added up */
    struct tool_rate *tools;      /* those that were started, sorted by name */
    size_t tool_count;
    bool counts_tools; /* tools were counted by iterations */
    char *reason;      /* one sentence for verdicts other than pass and leak; may be NULL */
};
void judgement_free(struct judgement *judgement);
bool judgement_has(const struct judgement *judgement, enum finding_kind kind);
/* Does a finding of this gauge fail? */
bool judgement_fails_by(const struct judgement *judgement, enum gauge gauge);
void tool_rates_free(struct tool_rate *tools, size_t count);

/* Findings while a run is judged. */
struct finding_list {
    struct finding *items;
    size_t count;
    size_t capacity;
};
#define _cleanup_findings_ __attribute__((cleanup(finding_list_free)))

/* Takes what the finding owns. */
void finding_add(struct finding_list *list, struct finding finding);
/* Failing ones first, then by kind, counts before bytes, the largest growth first; a total order,
 * so that the same findings always stand in the same places. */
void findings_sort(struct finding *findings, size_t count);
void finding_list_free(struct finding_list *list);
/* What names it in a command: of a stack the function to look at first, where that is one of its
 * frames; else the holder. NULL: a total. */
const char *finding_holder_name(const struct finding *finding);
/* With texts of its own, and without the places of a locating run. */
struct finding finding_copy(const struct finding *finding);
