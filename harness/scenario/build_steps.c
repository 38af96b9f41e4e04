#include "base/limits.h"
#include "base/memory.h"
#include "scenario/build.h"
#include "scenario/field.h"
#include "scenario/keys.h"
#include "scenario/loops.h"
#include "scenario/step_source.h"
#include "scenario/value.h"

#include <stdlib.h>
#include <string.h>

static void build_press(const struct node *value, struct step *step)
{
    const struct node *keys = value->kind == NODE_MAPPING ? node_find(value, "keys") : value;
    node_texts(keys, &step->keys);
    step->repeat = (unsigned)field_integer(value, &press_table, "repeat");
}

static void build_mouse(const struct node *value, struct step *step)
{
    _cleanup_free_ char *action = field_text(value, &mouse_table, "action");
    _cleanup_free_ char *button = field_text(value, &mouse_table, "button");
    struct mouse_plan *mouse = &step->mouse;
    mouse->action = text_equal(action, "wheel-up")     ? MOUSE_WHEEL_UP
                    : text_equal(action, "wheel-down") ? MOUSE_WHEEL_DOWN
                                                       : MOUSE_CLICK;
    mouse->button = text_equal(button, "right") ? 3 : text_equal(button, "middle") ? 2 : 1;
    mouse->row = (int)field_integer(value, &mouse_table, "row");
    mouse->column = (int)field_integer(value, &mouse_table, "column");
    mouse->text = field_text(value, &mouse_table, "text");
    step->repeat = (unsigned)field_integer(value, &mouse_table, "repeat");
}

/* NULL for the world's root, which is where commands run anyway. */
static char *build_directory(const struct node *node)
{
    struct refusal ignored = {0};
    _cleanup_free_ char *path =
        node_text(node) != NULL ? world_path(node_text(node), &ignored) : NULL;
    return path != NULL && path[0] != '\0' ? take_pointer(path) : NULL;
}

static void build_run(const struct node *value, struct step *step)
{
    struct run_plan *run = &step->run;
    bool detailed = value->kind == NODE_MAPPING;
    if (value->kind == NODE_SCALAR)
        run->script = memory_copy_text(value->text);
    else if (detailed)
        run->script = field_text(value, &run_table, "sh");
    node_texts(detailed                   ? node_find(value, "argv")
               : value->kind == NODE_LIST ? value
                                          : NULL,
               &run->argv);
    run->directory = build_directory(node_find(value, "directory"));
    run->status = (int)field_integer(value, &run_table, "status");
}

static void build_resize(const struct node *value, struct step *step)
{
    if (value->kind == NODE_SCALAR) {
        size_parse(value->text, &step->columns, &step->rows);
        return;
    }
    step->columns = (int)field_integer(value, &resize_table, "columns");
    step->rows = (int)field_integer(value, &resize_table, "rows");
}

static void build_wait_file(const struct node *file, struct wait_plan *wait)
{
    struct refusal ignored = {0};
    const struct node *path = file->kind == NODE_MAPPING ? node_find(file, "path") : file;
    const struct node *lines = node_find(file, "lines");
    int64_t count = 0;
    wait->file = world_path(node_text(path), &ignored);
    wait->file_text = memory_copy_text(node_text(node_find(file, "text")));
    if (lines != NULL && node_integer(lines, &count))
        wait->file_lines = count;
    else if (lines != NULL)
        wait->file_lines_text = memory_copy_text(lines->text);
}

static void build_wait(const struct plan *plan, const struct node *value, struct wait_plan *wait)
{
    wait->file_lines = -1;
    if (value->kind == NODE_SCALAR) {
        string_list_add(&wait->text, value->text);
        return;
    }
    node_texts(node_find(value, "text"), &wait->text);
    node_texts(node_find(value, "gone"), &wait->gone);
    wait->regex = memory_copy_text(node_text(node_find(value, "regex")));
    wait->title = memory_copy_text(node_text(node_find(value, "title")));
    wait->exit = node_find(value, "exit") != NULL;
    wait->exit_status = (int)field_integer(value, &wait_table, "exit");
    if (node_find(value, "file") != NULL)
        build_wait_file(node_find(value, "file"), wait);
    wait->has_rows = node_find(value, "rows") != NULL;
    wait->rows = field_range(value, &wait_table, "rows");
    const char *region = node_text(node_find(value, "region"));
    wait->region = region != NULL ? plan_region(plan, region) : NULL;
    wait->fresh = field_flag(value, &wait_table, "fresh");
}

static void build_write(const struct node *value, struct step *step)
{
    struct refusal ignored = {0};
    build_file_content(value, &write_table, &step->file);
    step->file.path = world_path(node_text(node_find(value, "path")), &ignored);
    step->file.append = field_flag(value, &write_table, "append");
    step->file.where = step->where;
}

static void build_remove(const struct node *value, struct step *step)
{
    struct refusal ignored = {0};
    bool detailed = value->kind == NODE_MAPPING;
    _cleanup_strings_ struct string_list paths = {0};
    _cleanup_free_ char *missing = field_text(detailed ? value : NULL, &remove_table, "missing");
    node_texts(detailed ? node_find(value, "path") : value, &paths);
    for (size_t i = 0; i < paths.count; i++)
        string_list_take(&step->remove.paths, world_path(paths.items[i], &ignored));
    step->remove.missing_allowed = text_equal(missing, "allowed");
}

static void build_value(const struct plan *plan, const struct node *value, struct step *step)
{
    switch (step->kind) {
    case STEP_PRESS:
        build_press(value, step);
        break;
    case STEP_CHORD:
        node_texts(value, &step->keys);
        break;
    case STEP_TYPE:
    case STEP_PASTE:
    case STEP_SNAPSHOT:
        step->text = memory_copy_text(value->text);
        break;
    case STEP_MOUSE:
        build_mouse(value, step);
        break;
    case STEP_RUN:
        build_run(value, step);
        break;
    case STEP_RESIZE:
        build_resize(value, step);
        break;
    case STEP_WAIT:
        build_wait(plan, value, &step->wait);
        break;
    case STEP_SETTLE:
        step->ms = field_duration(value, &settle_table, "quiet");
        break;
    case STEP_SLEEP:
        duration_parse(value->text, &step->ms);
        break;
    case STEP_WRITE:
        build_write(value, step);
        break;
    case STEP_REMOVE:
        build_remove(value, step);
        break;
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
}

static void build_step(const struct plan *plan, const struct node *node, struct step *step)
{
    const struct node_entry *entry = &node->entries[0];
    step->kind = (enum step_kind)(key_row(&step_table, entry->key) - step_table.rows);
    step->where = node->where;
    step->repeat = 1;
    step->timeout_ms = -1;
    build_value(plan, entry->value, step);
    const char *timeout = node_text(node_find(entry->value, "timeout"));
    if (timeout != NULL)
        duration_parse(timeout, &step->timeout_ms);
    step->source = step_source_make(step);
}

/* The line of a step as it stands in its loop. */
static char *written_source(const struct plan *plan, const struct node *node)
{
    struct step_list one = {.items = memory_new(struct step), .count = 1};
    build_step(plan, node, one.items);
    char *source = take_pointer(one.items->source);
    step_list_free(&one);
    return source;
}

/* A list that grows, with the tree as it stands in the file beside the one of this round. */
struct unrolling {
    const struct plan *plan;
    struct step_list *list;
    size_t capacity;
};

static void unroll(struct unrolling *unrolling, const struct node *steps,
                   const struct node *written);

static void unroll_loop(struct unrolling *unrolling, const struct node *loop,
                        const struct node *written)
{
    const char *name = node_text(node_find(loop, "as"));
    for (size_t round = 0; round < loop_rounds(loop); round++) {
        _cleanup_free_ char *value = loop_value(loop, round);
        _cleanup_node_ struct node *steps = loop_round(node_find(loop, "steps"), name, value);
        unroll(unrolling, steps, node_find(written, "steps"));
    }
}

/* As deep as loops are, which the check limits. */
static void unroll(struct unrolling *unrolling, const struct node *steps,
                   const struct node *written)
{
    struct step_list *list = unrolling->list;
    for (size_t i = 0; i < steps->count; i++) {
        const struct node *node = steps->items[i], *original = written->items[i];
        if (loop_of(node) != NULL) {
            unroll_loop(unrolling, loop_of(node), loop_of(original));
            continue;
        }
        struct step *step = array_add(list->items, list->count, unrolling->capacity);
        build_step(unrolling->plan, node, step);
        if (node != original)
            step->written = written_source(unrolling->plan, original);
    }
}

void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list)
{
    struct unrolling unrolling = {.plan = plan, .list = list};
    if (steps != NULL)
        unroll(&unrolling, steps, steps);
}
