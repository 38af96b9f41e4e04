/*
 * What went wrong, and which exit status that means.
 *
 * A function that can fail takes `struct lg_error *err` as its last parameter and returns bool:
 * true and *err untouched, or false and *err filled. The struct has a fixed size and owns nothing,
 * so reporting an error cannot fail. Outputs are untouched on failure. Only commands/ and report/
 * print.
 */
#pragma once

#include <stdbool.h>

/* The class decides the exit status (lg_exit_status): see docs/design.md, "Exit status". */
enum lg_error_class {
    LG_ERROR_NONE = 0,
    LG_ERROR_INPUT,     /* usage, scenario, target file or baseline is wrong: nothing ran */
    LG_ERROR_NEED,      /* the machine lacks what the scenario needs */
    LG_ERROR_INVALID,   /* the run measured something else than it should */
    LG_ERROR_TARGET,    /* the target did not start, crashed, or a step of it failed */
    LG_ERROR_CANCELLED, /* a signal asked leakgate to stop */
    LG_ERROR_INTERNAL   /* leakgate's own fault, or the machine's: ENOSPC, EMFILE, ENOMEM */
};

struct lg_error {
    enum lg_error_class class;
    int errnum;      /* errno of the cause, or 0 */
    char where[512]; /* "file:line:column" of the user's input, or "" */
    char text[1536]; /* one sentence; no newline at the end */
};

/* On the declaration of a function that can fail: who ignores its result on purpose says so, by
 * (void)! before the call. */
#define LG_CHECKED __attribute__((warn_unused_result))

enum exit_status {
    EXIT_PASS = 0,
    EXIT_LEAK = 1,
    EXIT_INPUT = 2,
    EXIT_NOTHING_JUDGED = 3,
    EXIT_INCONCLUSIVE = 4,
    EXIT_TARGET_FAILED = 5,
    EXIT_INTERNAL = 70
};

/* Fills *err and returns false, so that a caller can write `return lg_fail(...)`. A non-zero errnum
 * adds ": strerror" to the text. err may be NULL. */
bool lg_fail(struct lg_error *err, enum lg_error_class class, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for a function that returns a pointer: NULL. */
#define lg_fail_null(...) ((void)lg_fail(__VA_ARGS__), NULL)

/* Puts "what: " before the text of a failed call, outermost last. Returns false. */
bool lg_context(struct lg_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void lg_error_at(struct lg_error *err, const char *file, unsigned line, unsigned column);

enum exit_status lg_exit_status(enum lg_error_class class);
