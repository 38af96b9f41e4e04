#include "scenario/build_steps.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/limits.h"
#include "base/memory.h"
#include "scenario/keys.h"
#include "scenario/value.h"

enum { SOURCE_BYTES = 160 };

static char *copy_text(const struct node *mapping, const char *key)
{
    return memory_copy_text(node_text(node_find(mapping, key)));
}

static int64_t integer_of(const struct node *mapping, const char *key, int64_t otherwise)
{
    int64_t value = otherwise;
    const struct node *node = node_find(mapping, key);
    return node != NULL && node_integer(node, &value) ? value : otherwise;
}

static int64_t duration_of(const struct node *mapping, const char *key, int64_t otherwise)
{
    int64_t ms = otherwise;
    const char *text = node_text(node_find(mapping, key));
    return text != NULL && duration_parse(text, &ms) ? ms : otherwise;
}

/* One text, or each text of a list. */
static void add_texts(const struct node *node, struct string_list *texts)
{
    if (node == NULL)
        return;
    if (node->kind == NODE_SCALAR)
        string_list_add(texts, node->text);
    for (size_t i = 0; node->kind == NODE_LIST && i < node->count; i++)
        string_list_add(texts, node->items[i]->text);
}

static void build_press(const struct node *node, struct step *step)
{
    step->repeat = 1;
    if (node->kind == NODE_MAPPING) {
        step->repeat = (unsigned)integer_of(node, "repeat", 1);
        node = node_find(node, "keys");
    }
    add_texts(node, &step->keys);
}

static void build_mouse(const struct node *node, struct step *step)
{
    const char *action = node_text(node_find(node, "action"));
    const char *button = node_text(node_find(node, "button"));
    struct mouse_plan *mouse = &step->mouse;
    mouse->action = MOUSE_CLICK;
    if (text_equal(action, "wheel-up"))
        mouse->action = MOUSE_WHEEL_UP;
    else if (text_equal(action, "wheel-down"))
        mouse->action = MOUSE_WHEEL_DOWN;
    mouse->button = text_equal(button, "middle") ? 2 : text_equal(button, "right") ? 3 : 1;
    mouse->row = (int)integer_of(node, "row", 0);
    mouse->column = (int)integer_of(node, "column", 0);
    mouse->text = copy_text(node, "text");
    step->repeat = (unsigned)integer_of(node, "repeat", 1);
}

static void build_run(const struct node *node, struct step *step)
{
    if (node->kind == NODE_SCALAR)
        step->run.script = memory_copy_text(node->text);
    else if (node->kind == NODE_LIST)
        add_texts(node, &step->run.argv);
    if (node->kind != NODE_MAPPING)
        return;
    add_texts(node_find(node, "argv"), &step->run.argv);
    step->run.script = copy_text(node, "sh");
    step->run.directory = copy_text(node, "directory");
    step->run.status = (int)integer_of(node, "status", 0);
    step->timeout_ms = duration_of(node, "timeout", -1);
}

static void build_resize(const struct node *node, struct step *step)
{
    if (node->kind == NODE_SCALAR) {
        size_parse(node->text, &step->columns, &step->rows);
        return;
    }
    step->columns = (int)integer_of(node, "columns", 0);
    step->rows = (int)integer_of(node, "rows", 0);
}

static void build_wait_file(const struct node *node, struct wait_plan *wait)
{
    struct refusal refusal;
    wait->file_lines = -1;
    if (node == NULL)
        return;
    const struct node *path = node->kind == NODE_MAPPING ? node_find(node, "path") : node;
    wait->file = world_path(path->text, &refusal);
    const struct node *lines = node_find(node, "lines");
    int64_t count = 0;
    if (lines != NULL && lines->plain && node_integer(lines, &count))
        wait->file_lines = (long)count;
    else if (lines != NULL)
        wait->file_lines_text = memory_copy_text(lines->text);
    wait->file_text = copy_text(node, "text");
}

static void build_wait(const struct node *node, const struct plan *plan, struct step *step)
{
    struct wait_plan *wait = &step->wait;
    wait->file_lines = -1;
    if (node->kind == NODE_SCALAR) {
        string_list_add(&wait->text, node->text);
        return;
    }
    add_texts(node_find(node, "text"), &wait->text);
    add_texts(node_find(node, "gone"), &wait->gone);
    wait->regex = copy_text(node, "regex");
    wait->title = copy_text(node, "title");
    wait->exit = node_find(node, "exit") != NULL;
    wait->exit_status = (int)integer_of(node, "exit", 0);
    build_wait_file(node_find(node, "file"), wait);
    const char *rows = node_text(node_find(node, "rows"));
    wait->has_rows = rows != NULL && range_parse(rows, &wait->rows);
    const char *region = node_text(node_find(node, "region"));
    wait->region = region != NULL ? plan_region(plan, region) : NULL;
    wait->fresh = text_equal(node_text(node_find(node, "fresh")), "true");
    step->timeout_ms = duration_of(node, "timeout", -1);
}

static void build_value(const struct node *node, const struct plan *plan, struct step *step)
{
    switch (step->kind) {
    case STEP_PRESS:
    case STEP_CHORD:
        build_press(node, step);
        break;
    case STEP_TYPE:
    case STEP_PASTE:
    case STEP_SNAPSHOT:
        step->text = memory_copy_text(node->text);
        break;
    case STEP_MOUSE:
        build_mouse(node, step);
        break;
    case STEP_RUN:
        build_run(node, step);
        break;
    case STEP_RESIZE:
        build_resize(node, step);
        break;
    case STEP_WAIT:
        build_wait(node, plan, step);
        break;
    case STEP_SETTLE:
        step->ms = duration_of(node, "quiet", SETTLE_QUIET_MS);
        step->timeout_ms = duration_of(node, "timeout", -1);
        break;
    case STEP_SLEEP:
        duration_parse(node->text, &step->ms);
        break;
    case STEP_KIND_COUNT:
        break;
    }
}

/* The value as YAML writes it in one line: the step for people. */
static void describe(const struct node *node, struct buffer *out)
{
    if (node->kind == NODE_SCALAR) {
        buffer_format(out, node->plain ? "%s" : "\"%s\"", node->text);
        return;
    }
    buffer_char(out, node->kind == NODE_LIST ? '[' : '{');
    for (size_t i = 0; i < node->count; i++) {
        buffer_text(out, i > 0 ? ", " : "");
        if (node->kind == NODE_MAPPING)
            buffer_format(out, "%s: ", node->entries[i].key);
        describe(node->kind == NODE_LIST ? node->items[i] : node->entries[i].value, out);
    }
    buffer_char(out, node->kind == NODE_LIST ? ']' : '}');
}

static char *source_of(const struct node_entry *entry)
{
    _cleanup_buffer_ struct buffer out = BUFFER_INIT(LIMIT_YAML_BYTES * 4);
    describe(entry->value, &out);
    const char *text = buffer_string(&out);
    size_t length = strcspn(text, "\n");
    if (length > SOURCE_BYTES) {
        length = SOURCE_BYTES;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--;
    }
    bool cut = text[length] != '\0';
    return memory_format("%s %.*s%s", entry->key, (int)length, text, cut ? "..." : "");
}

static enum step_kind kind_of(const char *word)
{
    for (size_t i = 0; i < step_table.count; i++)
        if (strcmp(step_table.rows[i].name, word) == 0)
            return (enum step_kind)i;
    return STEP_KIND_COUNT;
}

void build_steps(const struct node *list, const struct plan *plan, struct step_list *steps)
{
    if (list == NULL || list->count == 0)
        return;
    steps->items = memory_array(list->count, sizeof *steps->items);
    steps->count = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct node_entry *entry = &list->items[i]->entries[0];
        struct step *step = &steps->items[i];
        step->kind = kind_of(entry->key);
        step->where = entry->where;
        step->source = source_of(entry);
        step->timeout_ms = -1;
        build_value(entry->value, plan, step);
    }
}

static void step_free(struct step *step)
{
    free(step->source);
    string_list_free(&step->keys);
    free(step->text);
    free(step->mouse.text);
    string_list_free(&step->run.argv);
    free(step->run.script);
    free(step->run.directory);
    string_list_free(&step->wait.text);
    string_list_free(&step->wait.gone);
    free(step->wait.regex);
    free(step->wait.title);
    free(step->wait.file);
    free(step->wait.file_lines_text);
    free(step->wait.file_text);
}

void step_list_free(struct step_list *steps)
{
    for (size_t i = 0; i < steps->count; i++)
        step_free(&steps->items[i]);
    free(steps->items);
    *steps = (struct step_list){0};
}
