/*
 * The stored file of a scenario: what growth it may show, its level at rest, each exception with its
 * reason. Format: docs/reference.md, "Baseline". The same baseline gives the same bytes.
 */
#ifndef LEAKGATE_VERDICT_BASELINE_H
#define LEAKGATE_VERDICT_BASELINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "probes/gauge.h"

struct baseline_gauge {
    bool present;
    double allowed;         /* growth per iteration (or minute) */
    double level;           /* at rest; NAN: none stored */
    double tolerance;       /* absolute, in the gauge's unit; NAN: the gauge's default */
};

struct baseline_exception {
    enum gauge gauge;
    char *holder;   /* key */
    double allowed; /* per iteration, in the gauge's unit; for heap stacks objects */
    double allowed_bytes; /* heap stacks: bytes per iteration */
    char *reason;
    char *issue;    /* URL or NULL */
    char *expires;  /* "YYYY-MM-DD" or NULL */
};

struct baseline {
    char plan_hash[17];
    char go_version[64];
    char platform[64]; /* "linux/amd64" */
    struct baseline_gauge gauges[GAUGE_COUNT];
    struct baseline_exception *exceptions; /* sorted by gauge and key */
    size_t exception_count;
};

/* NULL and LG_ERROR_INPUT (with file:line:column where known) on anything that is no baseline. */
struct baseline *baseline_from_json(const json_t *json, const char *source, struct lg_error *err);
struct baseline *baseline_read(const char *path, struct lg_error *err);
json_t *baseline_to_json(const struct baseline *baseline);
struct baseline *baseline_new(void);
void baseline_free(struct baseline *baseline);
void cleanup_baseline(struct baseline **baseline);
#define _cleanup_baseline_ __attribute__((cleanup(cleanup_baseline)))

const struct baseline_exception *baseline_exception_for(const struct baseline *baseline,
                                                        enum gauge gauge, const char *key);
/* Adds or replaces; takes copies. */
void baseline_except(struct baseline *baseline, const struct baseline_exception *exception);

#endif
