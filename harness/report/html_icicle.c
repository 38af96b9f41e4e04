#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_chart.h"
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
    enum gauge gauge;
    double all;
    unsigned depth; /* rows drawn */
};

static struct cell *cell_for(struct cell *above, const char *name)
{
    struct cell **cell = &above->below;
    size_t length = holder_key_frame(name);
    for (; *cell != NULL; cell = &(*cell)->next)
        if ((*cell)->length == length && memcmp((*cell)->name, name, length) == 0)
            return *cell;
    *cell = memory_new(struct cell);
    (*cell)->name = name;
    (*cell)->length = length;
    return *cell;
}

/* The innermost of the key's functions tell more, so where there are too many the outermost go. */
static void add_stack(struct cell *root, const struct icicle_stack *stack)
{
    const char *frames[LIMIT_PAGE_FRAMES];
    size_t count = 0;
    struct cell *cell = root;
    for (const char *key = stack->key; *key != '\0' && count < LIMIT_PAGE_FRAMES;
         key = holder_key_next(key))
        frames[count++] = key;
    root->amount += stack->amount;
    while (count > 0) {
        cell = cell_for(cell, frames[--count]);
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
    size_t room = (size_t)(width / CHARACTER);
    html_format(picture->out,
                "<g class=\"hue%u\"><title>%s: %s</title><rect x=\"%.1f\" y=\"%u\" "
                "width=\"%.1f\" height=\"%d\"/>",
                hue_of(name), name, growth_text(picture->gauge, cell->amount).text, left, row * ROW,
                width, ROW - 1);
    if (room > 2) {
        _cleanup_free_ char *shown = text_cut(html_short_function(name), room - 1);
        html_format(picture->out, "<text x=\"%.1f\" y=\"%u\">%s</text>", left + 4, row * ROW + 15,
                    shown);
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
                 const char *label, enum gauge gauge)
{
    struct cell root = {0};
    _cleanup_buffer_ struct buffer cells = {0};
    size_t grew = 0;
    for (size_t i = 0; i < count; i++)
        if (stacks[i].amount > 0 && grew++ < LIMIT_PAGE_STACKS)
            add_stack(&root, &stacks[i]);
    if (grew == 0)
        return;
    struct picture picture = {.out = &cells, .gauge = gauge, .all = root.amount};
    put_cells(&picture, root.below, 0, 0);
    free_cells(root.below);
    html_format(out,
                "<figure class=\"icicle\"><figcaption>%s. The outermost function is on top, what "
                "allocated or waits is at the bottom; the width is the share of the growth."
                "</figcaption><div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                "aria-label=\"stacks\"><svg viewBox=\"0 0 %d %u\" role=\"img\" aria-label=\"%s: "
                "the table above names the same stacks\">",
                label, WIDTH, picture.depth * ROW, label);
    buffer_append(out, buffer_string(&cells), cells.length);
    buffer_text(out, "</svg></div>");
    if (grew > LIMIT_PAGE_STACKS)
        html_format(out,
                    "<p class=\"note\">%zu more stacks are left out of this picture; result.json "
                    "has all of them.</p>",
                    grew - LIMIT_PAGE_STACKS);
    buffer_text(out, "</figure>\n");
}
