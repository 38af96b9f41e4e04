/*
 * Stacks that grew, as an icicle: the outermost function on top, what it called below it, each as
 * wide as its share of the growth. Stacks that begin alike share their cells.
 */
#ifndef LEAKGATE_REPORT_HTML_ICICLE_H
#define LEAKGATE_REPORT_HTML_ICICLE_H

#include <stddef.h>

#include "base/buffer.h"

struct icicle_stack {
    const char *key; /* function names from the leaf, joined by " < " */
    double amount;   /* its growth; others than positive ones are left out */
};

/* At most LIMIT_PAGE_STACKS, the first ones; says how many are left out. `unit` stands behind
 * amounts: "per iteration". `describe` makes an amount's text. */
void html_icicle(struct buffer *out, const struct icicle_stack *stacks, size_t count,
                 const char *label, void (*describe)(double amount, char *text, size_t size));

#endif
