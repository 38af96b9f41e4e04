#include "scenario/write.h"

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "scenario/keys.h"
#include "scenario/value.h"

/* What YAML would read as something else than a text, or stumble over. */
static bool is_plain(const char *text)
{
    static const char *const words[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n",  NULL};
    static const char inside[] = " _./-";
    char lower[8] = "";
    for (size_t i = 0; i + 1 < sizeof lower && text[i] != '\0'; i++)
        lower[i] = (char)tolower((unsigned char)text[i]);
    if (!isalpha((unsigned char)text[0]) || text_ends(text, " ") || text_is_one_of(lower, words))
        return false;
    for (const char *c = text; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr(inside, *c) == NULL)
            return false;
    return true;
}

void yaml_put_text(struct buffer *yaml, const char *text)
{
    if (is_plain(text)) {
        buffer_text(yaml, text);
        return;
    }
    buffer_char(yaml, '"');
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '"' || *c == '\\')
            buffer_format(yaml, "\\%c", *c);
        else if (*c == '\n')
            buffer_text(yaml, "\\n");
        else if ((unsigned char)*c < ' ' || *c == '\x7f')
            buffer_format(yaml, "\\x%02x", *c);
        else
            buffer_char(yaml, *c);
    buffer_char(yaml, '"');
}

/* "one" or [one, two]. */
static void put_texts(struct buffer *yaml, const struct string_list *texts)
{
    if (texts->count == 1) {
        yaml_put_text(yaml, texts->items[0]);
        return;
    }
    for (size_t i = 0; i < texts->count; i++) {
        buffer_text(yaml, i > 0 ? ", " : "[");
        yaml_put_text(yaml, texts->items[i]);
    }
    buffer_char(yaml, ']');
}

void yaml_put_list(struct buffer *yaml, const char *key, const struct string_list *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        if (i == 0)
            buffer_format(yaml, "%s: [", key);
        else
            buffer_text(yaml, ", ");
        yaml_put_text(yaml, texts->items[i]);
    }
    buffer_text(yaml, texts->count > 0 ? "]\n" : "");
}

/* ", key: " with "{" instead of the first comma. */
static void put_key(struct buffer *yaml, bool *any, const char *key)
{
    buffer_format(yaml, "%s%s: ", *any ? ", " : "{", key);
    *any = true;
}

static void put_range(struct buffer *yaml, struct range range)
{
    _cleanup_free_ char *text = range_text(range);
    buffer_format(yaml, strchr(text, '.') != NULL ? "\"%s\"" : "%s", text);
}

static void put_wait(struct buffer *yaml, const struct step *step)
{
    const struct wait_plan *wait = &step->wait;
    const struct {
        const char *key;
        const struct string_list *texts;
    } lists[] = {{"text", &wait->text}, {"gone", &wait->gone}};
    const struct {
        const char *key;
        const char *text;
    } texts[] = {{"regex", wait->regex},
                 {"title", wait->title},
                 {"region", wait->region != NULL ? wait->region->name : NULL}};
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        if (lists[i].texts->count > 0) {
            put_key(yaml, &any, lists[i].key);
            put_texts(yaml, lists[i].texts);
        }
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (texts[i].text != NULL) {
            put_key(yaml, &any, texts[i].key);
            yaml_put_text(yaml, texts[i].text);
        }
    if (wait->has_rows) {
        put_key(yaml, &any, "rows");
        put_range(yaml, wait->rows);
    }
    if (wait->fresh) {
        put_key(yaml, &any, "fresh");
        buffer_text(yaml, "true");
    }
    if (step->timeout_ms >= 0) {
        _cleanup_free_ char *timeout = duration_text(step->timeout_ms);
        put_key(yaml, &any, "timeout");
        buffer_text(yaml, timeout);
    }
    buffer_text(yaml, any ? "}" : "{}");
}

static void put_settle(struct buffer *yaml, const struct step *step)
{
    _cleanup_free_ char *quiet = duration_text(step->ms),
                        *timeout = duration_text(step->timeout_ms);
    bool any = false;
    if (step->ms > 0) {
        put_key(yaml, &any, "quiet");
        buffer_text(yaml, quiet);
    }
    if (step->timeout_ms >= 0) {
        put_key(yaml, &any, "timeout");
        buffer_text(yaml, timeout);
    }
    buffer_text(yaml, any ? "}" : "{}");
}

static void put_step(struct buffer *yaml, const struct step *step)
{
    _cleanup_free_ char *duration = duration_text(step->ms);
    buffer_format(yaml, "  - %s: ", step_kind_name(step->kind));
    switch (step->kind) {
    case STEP_PRESS:
        if (step->repeat > 1)
            buffer_text(yaml, "{keys: ");
        put_texts(yaml, &step->keys);
        if (step->repeat > 1)
            buffer_format(yaml, ", repeat: %u}", step->repeat);
        break;
    case STEP_CHORD:
        buffer_text(yaml, step->keys.count == 1 ? "[" : "");
        put_texts(yaml, &step->keys);
        buffer_text(yaml, step->keys.count == 1 ? "]" : "");
        break;
    case STEP_TYPE:
    case STEP_SNAPSHOT:
        yaml_put_text(yaml, step->text);
        break;
    case STEP_MOUSE:
        buffer_format(yaml, "{action: %s, text: ", mouse_actions[step->mouse.action]);
        yaml_put_text(yaml, step->mouse.text);
        if (step->repeat > 1)
            buffer_format(yaml, ", repeat: %u", step->repeat);
        buffer_char(yaml, '}');
        break;
    case STEP_RESIZE:
        buffer_format(yaml, "%dx%d", step->columns, step->rows);
        break;
    case STEP_WAIT:
        put_wait(yaml, step);
        break;
    case STEP_SETTLE:
        put_settle(yaml, step);
        break;
    case STEP_SLEEP:
        buffer_text(yaml, duration);
        break;
    case STEP_RUN:
    case STEP_WRITE:
    case STEP_REMOVE:
    case STEP_LOOP:
    case STEP_KIND_COUNT:
        break;
    }
    buffer_char(yaml, '\n');
}

static void put_steps(struct buffer *yaml, const char *key, const struct step_list *steps)
{
    if (steps->count > 0 && key != NULL)
        buffer_format(yaml, "%s:\n", key);
    for (size_t i = 0; i < steps->count; i++)
        put_step(yaml, &steps->items[i]);
}

void yaml_put_regions(struct buffer *yaml, const struct region *regions, size_t count)
{
    if (count == 0)
        return;
    buffer_text(yaml, "regions:\n");
    for (size_t i = 0; i < count; i++) {
        const struct region *region = &regions[i];
        buffer_format(yaml, "  %s: {rows: ", region->name);
        put_range(yaml, region->rows);
        buffer_text(yaml, ", columns: ");
        put_range(yaml, region->columns);
        buffer_text(yaml, "}\n");
    }
}

/* JSON is YAML: what a person wrote in several lines stands in one. */
static void put_start(struct buffer *yaml, const json_t *start)
{
    static const char *const keys[] = {"vars", "regions", "world", "prepare"};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        const json_t *value = json_object_get(start, keys[i]);
        _cleanup_free_ char *text = value != NULL ? json_one_line(value) : NULL;
        if (text != NULL)
            buffer_format(yaml, "%s: %s\n", keys[i], text);
    }
}

static void put_setup(struct buffer *yaml, const struct scenario_draft *draft)
{
    const json_t *steps = json_object_get(draft->start, "setup");
    size_t count = json_array_size(steps);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *text = json_one_line(json_array_get(steps, i));
        buffer_format(yaml, "%s  - %s\n", i == 0 ? "setup:\n" : "", text);
    }
    put_steps(yaml, count > 0 ? NULL : "setup", &draft->setup);
}

void scenario_write(const struct scenario_draft *draft, struct buffer *yaml)
{
    buffer_text(yaml, "version: 1\ntitle: ");
    yaml_put_text(yaml, draft->title);
    buffer_text(yaml, "\ntarget: ");
    yaml_put_text(yaml, draft->target);
    buffer_char(yaml, '\n');
    yaml_put_list(yaml, "tags", &draft->tags);
    yaml_put_list(yaml, "needs", &draft->needs);
    for (size_t i = 0; i < draft->vars.count; i++) {
        buffer_format(yaml, "%s  %s: ", i == 0 ? "vars:\n" : "", draft->vars.items[i].name);
        yaml_put_text(yaml, draft->vars.items[i].value);
        buffer_char(yaml, '\n');
    }
    put_start(yaml, draft->start);
    if (draft->projects.count > 0)
        buffer_text(yaml, "world:\n");
    yaml_put_list(yaml, "  projects", &draft->projects);
    yaml_put_regions(yaml, draft->regions, draft->region_count);
    put_setup(yaml, draft);
    put_steps(yaml, "iteration", &draft->iteration);
    for (size_t i = 0; i < draft->region_count; i++)
        buffer_format(yaml, "%s%s", i == 0 ? "measure: {leave_out: [" : ", ",
                      draft->regions[i].name);
    buffer_text(yaml, draft->region_count > 0 ? "]}\n" : "");
}

char *text_as_template(const char *text)
{
    struct buffer template = {0};
    for (const char *c = text; *c != '\0'; c++) {
        if (c[0] == '$' && c[1] == '{')
            buffer_char(&template, '$');
        buffer_char(&template, *c);
    }
    return buffer_take(&template);
}
