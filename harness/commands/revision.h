/*
 * Baselines and scenarios of another git revision, for --baseline-ref: read from the repository
 * that holds the file, whatever the working tree has. git is run without a shell, and its hooks,
 * filters and text conversions take no part.
 *
 * revision_open, then the files one by one, then revision_close.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "scenario/plan.h"
#include "verdict/baseline.h"

/* A SHA-1 has 40 digits, a SHA-256 64. */
enum { HASH_LONGEST = 64, HASH_SHORTEST = 40 };

struct revision {
    char *name; /* as it was given */
    char commit[HASH_LONGEST + 1];
    char *program; /* git, and its environment */
    struct string_list environment;
};

/* NULL and LG_ERROR_INPUT when there is no git, no repository at `directory` (which itself need not
 * exist), or no such revision in it. */
struct revision *revision_open(const char *directory, const char *name, struct lg_error *err);
/* Where HEAD left the branch that it will come back to: the remote's default branch, or the one it
 * tracks; HEAD itself where there is neither. Its name is that branch. */
struct revision *revision_open_base(const char *directory, struct lg_error *err);
void revision_close(struct revision *revision);

/* Appends the file that has this path in the working tree; *exists is false where the revision has
 * none, and then nothing is appended. */
bool revision_read(const struct revision *revision, const char *path, struct buffer *out,
                   bool *exists, struct lg_error *err);
/* How the file here differs from the revision's, as lines of `diff -u`. *difference stays NULL
 * where they are equal, or where the revision has none (*exists is false); else the caller frees
 * it. */
bool revision_difference(const struct revision *revision, const char *path, bool *exists,
                         char **difference, struct lg_error *err);
/* Is the file, or where it would be, in a repository that has this revision? */
bool revision_knows(const struct revision *revision, const char *path);
/* Adds the paths of all files below the directory with that ending, as they are called from here,
 * once each, and sorts. */
bool revision_list(const struct revision *revision, const char *directory, const char *suffix,
                   struct string_list *paths, struct lg_error *err);
/* The baseline of that path; *baseline stays NULL where the revision has none. The caller frees it.
 */
bool revision_baseline(const struct revision *revision, const char *path,
                       struct baseline **baseline, struct lg_error *err);
/* A quarantine that the revision's scenario does not have, or that lasts longer than there, would
 * let a change excuse itself: it goes to plan->quarantine_here, and what is left is as long as
 * there. One that cannot be read there is none. */
void revision_hold_back_quarantine(const struct revision *revision, struct plan *plan);
