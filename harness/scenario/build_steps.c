#include "scenario/build.h"

#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "scenario/loops.h"
#include "scenario/value.h"

#define TEXT_BYTES 80u /* of one text: the line is for reading, the file has all of it */

/* WORD "text", with quotes and line breaks escaped as YAML's double quotes do; nothing for NULL. */
static void put_text(struct buffer *line, const char *word, const char *text)
{
    if (text == NULL)
        return;
    buffer_format(line, "%s \"", word);
    size_t left = strlen(text);
    for (size_t used = 0; left > 0 && used < TEXT_BYTES;) {
        size_t length = utf8_length(text, left);
        length = length > 0 ? length : 1;
        if (*text == '\n')
            buffer_text(line, "\\n");
        else if (*text == '\t')
            buffer_text(line, "\\t");
        else if (*text == '"' || *text == '\\')
            buffer_format(line, "\\%c", *text);
        else
            buffer_append(line, text, length);
        text += length;
        left -= length;
        used += length;
    }
    buffer_text(line, left > 0 ? "…\"" : "\"");
}

static void put_texts(struct buffer *line, const char *word, const struct string_list *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        put_text(line, word, texts->items[i]);
}

static void put_wait(struct buffer *line, const struct wait_plan *wait)
{
    put_texts(line, " text", &wait->text);
    put_texts(line, " gone", &wait->gone);
    put_text(line, " regex", wait->regex);
    put_text(line, " title", wait->title);
    put_text(line, " file", wait->file);
    if (wait->file != NULL && wait->file_lines >= 0)
        buffer_format(line, " lines %ld", wait->file_lines);
    put_text(line, " lines", wait->file_lines_text);
    put_text(line, " holding", wait->file_text);
    if (wait->has_rows) {
        _cleanup_free_ char *rows = range_text(wait->rows);
        buffer_format(line, " rows %s", rows);
    }
    if (wait->region != NULL)
        buffer_format(line, " region %s", wait->region->name);
    if (wait->fresh)
        buffer_text(line, " fresh");
}

/* A step as one line for people: press "2", wait text "Files" rows 1..-1. */
static char *source_of(const struct step *step)
{
    struct buffer line = {0};
    _cleanup_free_ char *duration = duration_text(step->ms);
    buffer_text(&line, step_kind_name(step->kind));
    switch (step->kind) {
    case STEP_PRESS:
    case STEP_CHORD:
        put_texts(&line, "", &step->keys);
        break;
    case STEP_TYPE:
    case STEP_SNAPSHOT:
        put_text(&line, "", step->text);
        break;
    case STEP_MOUSE:
        buffer_format(&line, " %s", mouse_actions[step->mouse.action]);
        put_text(&line, "", step->mouse.text);
        break;
    case STEP_RUN:
        put_text(&line, " sh", step->run.script);
        put_texts(&line, "", &step->run.argv);
        put_text(&line, " directory", step->run.directory);
        if (step->run.status != 0)
            buffer_format(&line, " status %d", step->run.status);
        break;
    case STEP_RESIZE:
        buffer_format(&line, " %dx%d", step->columns, step->rows);
        break;
    case STEP_WAIT:
        put_wait(&line, &step->wait);
        break;
    case STEP_SETTLE:
    case STEP_SLEEP:
        buffer_format(&line, " %s", duration);
        break;
    case STEP_WRITE:
        put_text(&line, "", step->file.path);
        if (step->file.append)
            buffer_text(&line, " append");
        if (step->file.copies > 1)
            buffer_format(&line, " copies %u", step->file.copies);
        break;
    case STEP_REMOVE:
        put_texts(&line, "", &step->remove.paths);
        break;
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
    if (step->repeat > 1)
        buffer_format(&line, " repeat %u", step->repeat);
    return buffer_take(&line);
}

struct file_plan build_file(const struct node *value, const struct key_table *table)
{
    const struct node *detailed = value->kind == NODE_MAPPING ? value : NULL;
    const char *size = node_text(node_find(detailed, "size"));
    _cleanup_free_ char *mode = field_text(detailed, table, "mode");
    struct file_plan file = {
        .text = memory_copy_text(node_text(detailed != NULL ? node_find(value, "text") : value)),
        .line = memory_copy_text(node_text(node_find(detailed, "line"))),
        .lines = (unsigned)field_integer(detailed, table, "lines"),
        .copies = (unsigned)field_integer(detailed, table, "copies")};
    if (size != NULL)
        byte_size_parse(size, &file.size);
    mode_parse(mode, &file.mode);
    return file;
}

static void build_mouse(const struct node *value, struct step *step)
{
    _cleanup_free_ char *action = field_text(value, &mouse_table, "action");
    while (!text_equal(action, mouse_actions[step->mouse.action]))
        step->mouse.action++;
    step->mouse.text = field_text(value, &mouse_table, "text");
    step->repeat = (unsigned)field_integer(value, &mouse_table, "repeat");
}

static void build_run(const struct node *value, struct run_plan *run)
{
    const char *directory = node_text(node_find(value, "directory"));
    const char *script = node_text(value->kind == NODE_SCALAR ? value : node_find(value, "sh"));
    run->script = memory_copy_text(script);
    node_texts(value->kind == NODE_LIST ? value : node_find(value, "argv"), &run->argv);
    _cleanup_free_ char *path = directory != NULL ? world_path(directory, NULL) : NULL;
    if (path != NULL && path[0] != '\0') /* in the world's root it runs anyway */
        run->directory = take_pointer(path);
    run->status = (int)field_integer(value, &run_table, "status");
}

static void build_wait(const struct plan *plan, const struct node *value, struct wait_plan *wait)
{
    wait->file_lines = -1;
    node_texts(value->kind == NODE_SCALAR ? value : node_find(value, "text"), &wait->text);
    node_texts(node_find(value, "gone"), &wait->gone);
    wait->regex = memory_copy_text(node_text(node_find(value, "regex")));
    wait->title = memory_copy_text(node_text(node_find(value, "title")));
    const struct node *file = node_find(value, "file");
    if (file != NULL) {
        const struct node *path = file->kind == NODE_MAPPING ? node_find(file, "path") : file;
        const struct node *lines = node_find(file, "lines");
        int64_t count = 0;
        wait->file = world_path(node_text(path), NULL);
        wait->file_text = memory_copy_text(node_text(node_find(file, "text")));
        if (lines != NULL && node_integer(lines, &count))
            wait->file_lines = count;
        else if (lines != NULL)
            wait->file_lines_text = memory_copy_text(lines->text);
    }
    wait->has_rows = node_find(value, "rows") != NULL;
    wait->rows = field_range(value, &wait_table, "rows");
    const char *region = node_text(node_find(value, "region"));
    wait->region = region != NULL ? plan_region(plan, region) : NULL;
    wait->fresh = field_flag(value, &wait_table, "fresh");
}

static void build_remove(const struct node *value, struct remove_plan *remove)
{
    _cleanup_strings_ struct string_list paths = {0};
    _cleanup_free_ char *missing = field_text(value, &remove_table, "missing");
    node_texts(value->kind == NODE_MAPPING ? node_find(value, "path") : value, &paths);
    for (size_t i = 0; i < paths.count; i++)
        string_list_take(&remove->paths, world_path(paths.items[i], NULL));
    remove->missing_allowed = text_equal(missing, "allowed");
}

static void build_value(const struct plan *plan, const struct node *value, struct step *step)
{
    switch (step->kind) {
    case STEP_PRESS:
        node_texts(value->kind == NODE_MAPPING ? node_find(value, "keys") : value, &step->keys);
        step->repeat = (unsigned)field_integer(value, &press_table, "repeat");
        break;
    case STEP_CHORD:
        node_texts(value, &step->keys);
        break;
    case STEP_TYPE:
    case STEP_SNAPSHOT:
        step->text = memory_copy_text(value->text);
        break;
    case STEP_MOUSE:
        build_mouse(value, step);
        break;
    case STEP_RUN:
        build_run(value, &step->run);
        break;
    case STEP_RESIZE:
        size_parse(value->text, &step->columns, &step->rows);
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
        step->file = build_file(value, &write_table);
        step->file.path = world_path(node_text(node_find(value, "path")), NULL);
        step->file.append = field_flag(value, &write_table, "append");
        step->file.where = step->where;
        break;
    case STEP_REMOVE:
        build_remove(value, &step->remove);
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
    step->source = source_of(step);
}

/* `written` are the same steps as they stand in the file, `steps` as they are in this round. As
 * deep as loops are, which the check limits. */
static void unroll(const struct plan *plan, const struct node *steps, const struct node *written,
                   struct step_list *list)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct node *node = steps->entries[i].value;
        const struct node *original = written->entries[i].value;
        const struct node *loop = node_find(node, "loop");
        for (size_t round = 0; loop != NULL && round < loop_rounds(loop); round++) {
            _cleanup_free_ char *value = loop_value(loop, round);
            _cleanup_node_ struct node *inner =
                loop_round(node_find(loop, "steps"), node_text(node_find(loop, "as")), value);
            unroll(plan, inner, node_find(node_find(original, "loop"), "steps"), list);
        }
        if (loop != NULL)
            continue;
        struct step *step = array_add(list->items, list->count, list->capacity);
        build_step(plan, node, step);
        if (node == original)
            continue;
        struct step_list one = {.items = memory_new(struct step), .count = 1};
        build_step(plan, original, one.items);
        step->written = take_pointer(one.items->source);
        step_list_free(&one);
    }
}

void build_steps(const struct plan *plan, const struct node *steps, struct step_list *list)
{
    if (steps != NULL)
        unroll(plan, steps, steps, list);
}
