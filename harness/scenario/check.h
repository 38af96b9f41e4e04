/*
 * Checks a file's tree against the table of keys (scenario/keys.h): known keys, types, limits,
 * rules between keys, how texts are written and which ${...} and regions they name. All errors are
 * diagnosed; the tree stays as it is.
 */
#pragma once

#include "base/strings.h"
#include "scenario/keys.h"
#include "scenario/node.h"

/* A name of a loop or of copies, known within it. */
struct check_local {
    const char *name;
    const struct node *loop; /* NULL: no loop's */
    const struct check_local *outer;
};

/* The names that texts of the file may use. NULL: not known, so any name passes. */
struct check_names {
    const struct string_list *projects;
    const struct string_list *variables;
    const struct string_list *regions;
    const struct check_local *locals; /* the innermost; NULL: none */
};

/* False when something was diagnosed. */
bool check_file(const struct node *root, const struct key_table *table,
                const struct check_names *names, struct diagnostics *problems);

/* Is `version` one that this program reads? Another one is diagnosed, and the rest of the file need
 * not be checked. A missing one passes here: check_file diagnoses it. */
bool check_version(const struct node *root, struct diagnostics *problems);

/* check_text.c: one text against its text rule, which ${...} and which region it names. */

/* What is known at this place of the file, and where diagnostics go. */
struct checker {
    struct check_names names;
    struct diagnostics *problems;
    bool in_iteration; /* ${i} is known */
    bool in_loop;
};

/* The loop or the copies that bring this name; NULL: none. */
const struct check_local *local_find(const struct checker *checker, const char *name);

/* `name` is what messages call the text. `scalar` is the value that it comes from, by which the
 * column of an error within it is found; NULL: the text is a key. */
void check_text(const struct checker *checker, const struct text_rule *rule, const char *text,
                struct mark where, const struct node *scalar, const char *name);
/* Every ${...} of the text must be known and closed. */
void check_references(const struct checker *checker, const char *text, struct mark where);
