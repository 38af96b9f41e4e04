#include "report/html_icicle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_text.h"
#include "report/text_layout.h"
#include "verdict/holder_key.h"

enum { WIDTH = 960, ROW = 22, CHARACTER = 7, NARROWEST = 2, HUES = 6 };

struct cell {
    const char *name; /* of `length` bytes, in a stack's key */
    size_t length;
    double amount;
    struct cell *below; /* the first of those it called */
    struct cell *next;  /* beside it */
};

struct picture {
    struct buffer *out;
    void (*describe)(double amount, char *text, size_t size);
    double all;
    unsigned depth; /* of the deepest row drawn */
};

struct frames {
    const char *names[LIMIT_PAGE_FRAMES];
    size_t lengths[LIMIT_PAGE_FRAMES];
    size_t count;
};

/* The innermost of the key's functions tell more, so where there are too many the outermost go. */
static struct frames frames_of(const char *key)
{
    struct frames frames = {0};
    for (; *key != '\0' && frames.count < LIMIT_PAGE_FRAMES; key = holder_key_next(key)) {
        frames.names[frames.count] = key;
        frames.lengths[frames.count++] = holder_key_frame(key);
    }
    return frames;
}

static struct cell *cell_for(struct cell *above, const char *name, size_t length)
{
    struct cell **place = &above->below;
    for (; *place != NULL; place = &(*place)->next)
        if ((*place)->length == length && memcmp((*place)->name, name, length) == 0)
            return *place;
    *place = memory_new(struct cell);
    (*place)->name = name;
    (*place)->length = length;
    return *place;
}

static void add_stack(struct cell *root, const struct icicle_stack *stack)
{
    struct frames frames = frames_of(stack->key);
    struct cell *cell = root;
    root->amount += stack->amount;
    for (size_t i = frames.count; i > 0; i--) {
        cell = cell_for(cell, frames.names[i - 1], frames.lengths[i - 1]);
        cell->amount += stack->amount;
    }
}

static void free_cells(struct cell *cell)
{
    while (cell != NULL) {
        struct cell *next = cell->next;
        free_cells(cell->below);
        free(cell);
        cell = next;
    }
}

/* One colour for the functions of a package, so that the eye finds one's own. */
static unsigned hue_of(const char *name)
{
    unsigned hash = 5381;
    const char *function = html_short_function(name);
    for (const char *c = name; *c != '\0' && (c < function || *c != '.'); c++)
        hash = hash * 33 + (unsigned char)*c;
    return hash % HUES;
}

static void put_cell(struct picture *picture, const struct cell *cell, double left, double width,
                     unsigned row)
{
    _cleanup_free_ char *name = memory_copy_range(cell->name, cell->length);
    char amount[64];
    picture->describe(cell->amount, amount, sizeof amount);
    buffer_format(picture->out, "<g class=\"hue%u\"><title>", hue_of(name));
    html_format(picture->out, "%s: %s", name, amount);
    buffer_format(picture->out, "</title><rect x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\"/>",
                  left, row * ROW, width, ROW - 1);
    size_t room = (size_t)(width / CHARACTER);
    if (room > 2) {
        _cleanup_free_ char *shown = text_cut(html_short_function(name), room - 1);
        buffer_format(picture->out, "<text x=\"%.1f\" y=\"%u\">", left + 4, row * ROW + 15);
        html_text(picture->out, shown);
        buffer_text(picture->out, "</text>");
    }
    buffer_text(picture->out, "</g>");
}

static void put_cells(struct picture *picture, const struct cell *cell, double left, unsigned row)
{
    if (cell != NULL && row + 1 > picture->depth)
        picture->depth = row + 1;
    for (; cell != NULL; cell = cell->next) {
        double width = WIDTH * cell->amount / picture->all;
        if (width >= NARROWEST) {
            put_cell(picture, cell, left, width, row);
            put_cells(picture, cell->below, left, row + 1);
        }
        left += width;
    }
}

void html_icicle(struct buffer *out, const struct icicle_stack *stacks, size_t count,
                 const char *label, void (*describe)(double amount, char *text, size_t size))
{
    struct cell root = {0};
    _cleanup_buffer_ struct buffer cells = {0};
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(stacks[i].amount > 0))
            continue;
        if (shown == LIMIT_PAGE_STACKS) {
            left_out++;
            continue;
        }
        add_stack(&root, &stacks[i]);
        shown++;
    }
    if (shown == 0)
        return;
    struct picture picture = {.out = &cells, .describe = describe, .all = root.amount};
    put_cells(&picture, root.below, 0, 0);
    free_cells(root.below);
    buffer_text(out, "<figure class=\"icicle\"><figcaption>");
    html_text(out, label);
    buffer_text(out,
                ". The outermost function is on top, what allocated or waits is at the bottom; "
                "the width is the share of the growth.</figcaption>");
    buffer_format(out,
                  "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"stacks\"><svg "
                  "viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"",
                  WIDTH, picture.depth * ROW);
    html_text(out, label);
    buffer_text(out, ": the table above names the same stacks\">");
    buffer_append(out, buffer_string(&cells), cells.length);
    buffer_text(out, "</svg></div>");
    if (left_out > 0)
        buffer_format(out,
                      "<p class=\"note\">%zu more stacks are left out of this picture; "
                      "result.json has all of them.</p>",
                      left_out);
    buffer_text(out, "</figure>\n");
}
