/*
 * The stored file of a scenario: what growth it may show, its level at rest, each exception with
 * its reason. Format: docs/baseline.md. The same baseline gives the same bytes.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probes/gauge.h"

enum { BASELINE_VERSION = 1 };

struct baseline_gauge {
    bool present;
    double allowed;   /* growth per iteration (or minute); of heap_stack bytes at any one stack */
    double level;     /* at rest; NAN: none stored */
    double tolerance; /* absolute, in the gauge's unit; NAN: the gauge's default */
    char *why;        /* the tolerance is as wide as that; NULL: not said */
    double retained;  /* what fills up in the loops and stays; 0: nothing is known to */
    char *reason;     /* why its growth is allowed; NULL: not said */
    char *issue;      /* URL or NULL */
    char *expires;    /* "YYYY-MM-DD", the last day on which `allowed` holds, or NULL */
};

struct baseline_exception {
    enum gauge gauge;
    char *holder;         /* key */
    double allowed;       /* per iteration, in the gauge's unit; for heap stacks objects */
    double allowed_bytes; /* heap stacks: bytes per iteration */
    char *reason;
    char *issue;   /* URL or NULL */
    char *expires; /* "YYYY-MM-DD", the last day on which it holds, or NULL */
};

struct baseline_tool {
    char *name;
    double per_iteration; /* how often it is started */
    double tolerance;     /* absolute; NAN: the default */
    char *why;            /* the tolerance is as wide as that; NULL: not said */
};

struct baseline {
    char plan_hash[17];
    char go_version[64];
    char platform[64]; /* "linux/amd64" */
    double seconds;    /* that its run took; judged by nobody; NAN: not known */
    struct baseline_gauge gauges[GAUGE_COUNT];
    struct baseline_exception *exceptions; /* sorted by gauge and key */
    size_t exception_count, exception_capacity;
    struct baseline_tool *tools;
    size_t tool_count, tool_capacity;
    bool has_tools; /* false: none are compared; made before they were counted, or not by iterations
                     */
};

/* NULL and LG_ERROR_INPUT on anything that is no baseline; err->where names the source (with line
 * and column where the JSON itself is wrong), err->text the place in it, as "gauges.fd.level". */
struct baseline *baseline_from_json(const json_t *json, const char *source, struct lg_error *err);
/* Refuses as well what baseline_check_tolerances refuses. */
struct baseline *baseline_read(const char *path, struct lg_error *err);
/* A tolerance that is wider than the default hides what moves within it, so it has to say why. An
 * older revision's file and a journal are read without it. */
bool baseline_check_tolerances(const struct baseline *baseline, const char *source,
                               struct lg_error *err);
/* New reference; json_pretty of it is what a baseline's file holds. */
json_t *baseline_to_json(const struct baseline *baseline);
/* An empty one: nothing allowed, no level stored. */
struct baseline *baseline_new(void);
void baseline_free(struct baseline *baseline);
void cleanup_baseline(struct baseline **baseline);
#define _cleanup_baseline_ __attribute__((cleanup(cleanup_baseline)))

/* NULL where there is none; baseline may be NULL. Owned by the baseline. */
const struct baseline_exception *baseline_exception_for(const struct baseline *baseline,
                                                        enum gauge gauge, const char *key);
/* Is this last day ("YYYY-MM-DD" or NULL) behind us? Not where today is not known ("" or NULL). */
bool has_expired(const char *expires, const char *today);
/* The exception, where it has not expired. */
const struct baseline_exception *baseline_valid_exception(const struct baseline *baseline,
                                                          enum gauge gauge, const char *key,
                                                          const char *today);

/* Growth that is granted, per iteration. */
struct allowance {
    double values; /* in the gauge's unit; of heap stacks objects */
    double bytes;  /* heap stacks */
};
/* To a gauge's total, and to any one of its holders. A heap stack may hold any number of objects in
 * its bytes. The baseline may be NULL. */
struct allowance baseline_gauge_allowance(const struct baseline *baseline, enum gauge gauge,
                                          const char *today);
/* Of what is counted: to one holder, or (key NULL) to what is left of the total. The baseline may
 * be NULL. */
double baseline_allowed_to(const struct baseline *baseline, enum gauge gauge, const char *key,
                           const char *today);
/* To a gauge's total with all its excepted holders, in the gauge's unit. The baseline may be NULL.
 */
double baseline_allowed_in_all(const struct baseline *baseline, enum gauge gauge,
                               const char *today);

/* Adds or replaces; takes copies. */
void baseline_except(struct baseline *baseline, const struct baseline_exception *exception);
void baseline_put_gauge(struct baseline *baseline, enum gauge gauge,
                        const struct baseline_gauge *stored);
/* Nothing where there is none. */
void baseline_remove_exception(struct baseline *baseline, enum gauge gauge, const char *key);

/* Was the baseline made for this plan? Where not, nothing must be judged by it (exit status 2):
 * fills *err with both hashes and what to do, class LG_ERROR_INPUT. */
bool baseline_is_for_plan(const struct baseline *baseline, const char *plan_hash,
                          struct lg_error *err);

/* By how much the level at rest may be over the stored one: the stored tolerance, or the default.
 */
double baseline_tolerance(const struct baseline_gauge *stored, enum gauge gauge);

/* NULL where the baseline does not know the tool. */
const struct baseline_tool *baseline_tool_for(const struct baseline *baseline, const char *name);
void baseline_add_tool(struct baseline *baseline, const struct baseline_tool *tool);
void baseline_clear_tools(struct baseline *baseline);
/* How many more starts per iteration are tolerated: the stored number, or 10 % but at least 1. */
double baseline_tool_tolerance(const struct baseline_tool *stored);

/* A stored tolerance that is wider than the default; its texts are the baseline's. */
struct wide_tolerance {
    enum gauge gauge;
    const char *tool; /* of spawn; NULL: the gauge's level at rest */
    double level, tolerance, usual;
    const char *why;
};
/* The caller frees it. */
struct wide_tolerance *baseline_wide_tolerances(const struct baseline *baseline, size_t *count);
