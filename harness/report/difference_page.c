#include "report/difference_page.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/html.h"

static const struct html_view views[] = {
    {"What grew", "grown"}, {"After", "after"}, {"Before", "before"}, {0}};

/* As amounts are written on the page. */
static const char *unit_of(const struct profile_top *top)
{
    static const char *const known[] = {"bytes", "nanoseconds", NULL};
    const char *unit = top->kind.units[top->index];
    return text_is_one_of(unit, known) ? unit : "count";
}

void profile_sections(const struct profile_top *top, const json_t *object, json_t *sections)
{
    const char *unit = unit_of(top), *type = top->kind.types[top->index];
    const char *twin = top->twin < 0                 ? ""
                       : text_ends(type, "_objects") ? ", bytes=bytes:bytes"
                                                     : ", objects=objects:count";
    struct html_stack *stacks = NULL, stack;
    size_t count = 0, capacity = 0, at = 0;
    int64_t before, after;
    while ((stack.key = profile_top_stack(top, &at, &before, &after)) != NULL) {
        stack.before = (double)before;
        stack.after = (double)after;
        array_append(stacks, count, capacity, stack);
    }
    html_flame(sections, "By stack", html_stacks(stacks, count, unit, views));
    for (size_t i = 0; i < count; i++)
        free((char *)stacks[i].key);
    free(stacks);
    _cleanup_free_ char *columns =
        memory_format("function=function:code, flat=itself:%s, cum=with what it called:%s%s, "
                      "where=source",
                      unit, unit, twin);
    const struct html_section table[] = {
        {"rows", "What became more or less, by function", columns, "", 0}};
    html_sections(object, table, COUNT_OF(table), sections);
}

static void put_stacks(const struct rest_difference *difference, enum gauge gauge,
                       const char *heading, json_t *sections)
{
    bool bytes = gauge == GAUGE_HEAP_STACK;
    size_t count = 0;
    _cleanup_free_ struct html_stack *stacks = memory_array(difference->count + 1, sizeof *stacks);
    for (size_t i = 0; i < difference->count; i++) {
        const struct holder_difference *item = &difference->items[i];
        struct held held = bytes ? item->bytes : item->count;
        if (item->gauge == gauge)
            stacks[count++] = (struct html_stack){item->key, held.before, held.after};
    }
    html_flame(sections, heading, html_stacks(stacks, count, bytes ? "bytes" : "count", views));
}

void rest_difference_sections(const struct rest_difference *difference, const char *name,
                              const json_t *object, json_t *sections)
{
    _cleanup_free_ char *gauges = memory_format("%s: gauges", name);
    _cleanup_free_ char *holders = memory_format("%s: what holds them", name);
    _cleanup_free_ char *heap = memory_format("%s: the heap that differs, by stack", name);
    _cleanup_free_ char *waiting = memory_format("%s: goroutines that differ, by stack", name);
    const struct html_section table[] = {
        {"gauges", gauges, "name=gauge, before=before:gauge, after=after:gauge", "", 0},
        {"holders", holders,
         "gauge=gauge, count.before=before:count, count.after=after:count, bytes.before=bytes "
         "before:bytes, bytes.after=bytes after:bytes, holder=held by:code, source=source",
         "", 0}};
    html_sections(object, table, COUNT_OF(table), sections);
    put_stacks(difference, GAUGE_HEAP_STACK, heap, sections);
    put_stacks(difference, GAUGE_GOROUTINE, waiting, sections);
}
