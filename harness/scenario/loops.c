#include "scenario/loops.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "scenario/expand.h"

/* The size of a list with all rounds of its loops; no integer holds that of loops in loops. */
struct extent {
    double steps;
    double bytes;
};

size_t loop_rounds(const struct node *loop)
{
    int64_t times = 0;
    const struct node *over = node_find(loop, "over");
    const struct node *number = node_find(loop, "times");
    if (over != NULL)
        return over->kind == NODE_LIST ? over->count : 0;
    bool right = number != NULL && node_integer(number, &times) && times > 0;
    return right && times <= LIMIT_LOOP_TIMES ? (size_t)times : 0;
}

char *loop_value(const struct node *loop, size_t round)
{
    const struct node *over = node_find(loop, "over");
    if (over == NULL)
        return memory_format("%zu", round + 1);
    return memory_copy_text(text_or(node_text(over->entries[round].value), ""));
}

/* A scalar in which something was replaced is text, whatever it looks like; others keep a type. */
static void replace_in(struct node *node, const char *name, const char *value)
{
    for (size_t i = 0; i < node->count; i++)
        replace_in(node->entries[i].value, name, value);
    if (node->kind != NODE_SCALAR || strstr(node->text, "${") == NULL)
        return;
    char *replaced = expand_one(node->text, name, value);
    free(node->text);
    node->text = replaced;
    node->plain = false;
}

struct node *loop_round(const struct node *steps, const char *name, const char *value)
{
    struct node *copy = node_copy(steps);
    if (name != NULL)
        replace_in(copy, name, value);
    return copy;
}

static size_t bytes_of(const struct node *node)
{
    size_t bytes = sizeof *node + (node->text != NULL ? strlen(node->text) : 0);
    for (size_t i = 0; i < node->count; i++)
        bytes += bytes_of(node->entries[i].value);
    return bytes;
}

/* Adds what this step is, or all the steps of a loop, done so many times. */
static void add_extent(const struct node *step, double times, struct extent *all)
{
    const struct node *loop = node_find(step, "loop");
    const struct node *steps = node_find(loop, "steps");
    if (loop == NULL) {
        all->steps += times;
        all->bytes += times * (double)bytes_of(step);
    }
    for (size_t i = 0; steps != NULL && steps->kind == NODE_LIST && i < steps->count; i++)
        add_extent(steps->entries[i].value, times * (double)loop_rounds(loop), all);
}

static bool depth_is_fine(const struct node *steps, unsigned depth, struct diagnostics *problems)
{
    bool fine = true;
    for (size_t i = 0; steps != NULL && steps->kind == NODE_LIST && i < steps->count; i++) {
        const struct node *loop = node_find(steps->entries[i].value, "loop");
        if (loop == NULL)
            continue;
        if (depth == LIMIT_LOOP_DEPTH) {
            diagnose(problems, steps->entries[i].value->where,
                     "loops are nested deeper than the limit of %u", LIMIT_LOOP_DEPTH);
            return false;
        }
        fine = depth_is_fine(node_find(loop, "steps"), depth + 1, problems) && fine;
    }
    return fine;
}

void loops_check(const struct node *steps, struct diagnostics *problems)
{
    struct extent all = {0};
    if (!depth_is_fine(steps, 0, problems))
        return;
    for (size_t i = 0; i < steps->count; i++) {
        const struct node *step = steps->entries[i].value;
        if (node_find(step, "loop") == NULL) {
            all.steps++; /* for its bytes the limit of the file is enough */
            continue;
        }
        add_extent(step, 1, &all);
        if (all.steps > LIMIT_STEPS)
            diagnose(problems, step->where,
                     "with all rounds these are %.0f steps, over the limit of %u", all.steps,
                     LIMIT_STEPS);
        else if (all.bytes > LIMIT_STEPS_BYTES)
            diagnose(problems, step->where,
                     "with all rounds these steps take %.0f bytes, over the limit of %u", all.bytes,
                     LIMIT_STEPS_BYTES);
        else
            continue;
        return;
    }
}
