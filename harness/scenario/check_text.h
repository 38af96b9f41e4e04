/* What a text rule of the table of keys (scenario/keys.h) says of one text: how it is written,
 * which
 * ${...} and which region it may name. */
#ifndef LEAKGATE_SCENARIO_CHECK_TEXT_H
#define LEAKGATE_SCENARIO_CHECK_TEXT_H

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

/* Where in a file the check is, and where its diagnostics go. */
struct checker {
    const struct check_names *names;
    struct diagnostics *problems;
    bool in_iteration; /* ${i} is known */
    bool in_loop;
};

/* The loop or the copies that bring this name; NULL: none. */
const struct check_local *local_find(const struct check_names *names, const char *name);

/* `name` is what the text is called in messages. `scalar` is the value whose text it is, so that
 * the column of what is wrong in it can be told; NULL: it is a key. */
void check_text(const struct checker *checker, const struct text_rule *rule, const char *text,
                struct mark where, const struct node *scalar, const char *name);
/* ${...} in a text: known and closed. */
void check_references(const struct checker *checker, const char *text, struct mark where);

#endif
