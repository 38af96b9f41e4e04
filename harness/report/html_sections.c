/* What commands other than run found: sections of their own JSON. */
#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "report/html.h"

json_t *html_section(json_t *sections, const char *heading, const char *text)
{
    json_t *section = json_object();
    json_put(section, "heading", json_text(heading));
    json_put(section, "text", json_text(text_or(text, "")));
    json_push(sections, section);
    return section;
}

void html_flame(json_t *sections, const char *heading, json_t *stacks)
{
    if (stacks == NULL)
        return;
    json_object_update(html_section(sections, heading, NULL), stacks);
    json_decref(stacks);
}

static json_t *find_part(const json_t *object, const char *path)
{
    const json_t *part = object;
    while (part != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        _cleanup_free_ char *key = memory_copy_range(path, length);
        part = json_object_get(part, key);
        path += length + (path[length] == '.');
    }
    return (json_t *)part;
}

/* Names are values here: a key of theirs would not be made harmless. */
static json_t *rows_of(json_t *part, bool whole)
{
    json_t *rows = json_array(), *item;
    const char *name;
    size_t i;
    if (whole && part != NULL)
        json_push(rows, json_incref(part));
    json_array_foreach(part, i, item) json_push(
        rows, json_is_string(item) ? json_pack("{s:O}", "name", item) : json_incref(item));
    if (!whole)
        json_object_foreach(part, name, item)
        {
            json_t *row =
                json_is_object(item) ? json_copy(item) : json_pack("{s:O}", "value", item);
            json_put(row, "name", json_text(name));
            json_push(rows, row);
        }
    return rows;
}

void html_sections(const json_t *object, const struct html_section *table, size_t count,
                   json_t *sections)
{
    for (size_t i = 0; i < count; i++) {
        json_t *rows = rows_of(find_part(object, table[i].part), (table[i].how & HTML_WHOLE) != 0);
        if (json_array_size(rows) == 0) {
            json_decref(rows);
            continue;
        }
        size_t all = json_array_size(rows);
        _cleanup_free_ char *cut =
            memory_format("The first %u of %zu; --json has all of them. ", LIMIT_PAGE_ROWS, all);
        while (json_array_size(rows) > LIMIT_PAGE_ROWS)
            json_array_remove(rows, json_array_size(rows) - 1);
        _cleanup_free_ char *text =
            memory_format("%s%s", all > LIMIT_PAGE_ROWS ? cut : "", table[i].text);
        json_t *section = html_section(sections, table[i].heading, text);
        json_put(section, "rows", rows);
        json_put(section, "columns", json_text(table[i].columns));
        json_put(section, "folded", json_boolean((table[i].how & HTML_FOLDED) != 0));
    }
}

json_t *html_head(const char *title, const char *header, const char *heading, json_t *sections)
{
    json_t *head = json_object();
    json_put(head, "title", json_text(title));
    json_put(head, "header", json_text(header));
    json_put(head, "heading", json_text(heading));
    json_put(head, "sections", sections);
    json_put(head, "gauges", html_gauges(false));
    json_put(head, "made", json_text("Made by leakgate " LEAKGATE_VERSION));
    return head;
}
