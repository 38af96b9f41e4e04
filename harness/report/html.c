#include "report/html.h"

#include <string.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/memory.h"
#include "report/format.h"
#include "report/suite_text.h"
#include "report/text_layout.h"

/* What stands first on the page: what needs a person, in the order of how much it says. */
static const unsigned ranks[VERDICT_COUNT] = {
    [VERDICT_LEAK] = 0,    [VERDICT_FAILED] = 1, [VERDICT_INCONCLUSIVE] = 2, [VERDICT_INVALID] = 2,
    [VERDICT_STOPPED] = 2, [VERDICT_PASS] = 3,   [VERDICT_SKIPPED] = 4,
};

size_t *html_order(const struct suite_result *suite)
{
    size_t *order = memory_array(suite->count + 1, sizeof *order);
    size_t count = 0;
    for (unsigned rank = 0; rank <= ranks[VERDICT_SKIPPED]; rank++)
        for (size_t i = 0; i < suite->count; i++)
            if (ranks[suite->scenarios[i].verdict] == rank)
                order[count++] = i;
    return order;
}

bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario)
{
    return ranks[scenario->verdict] < ranks[VERDICT_PASS] || suite->count == 1;
}

/* --- Text that stays text --- */

void html_text(struct buffer *out, const char *text)
{
    static const char *const entities[] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;"};
    _cleanup_free_ char *harmless = text_harmless(text, true);
    for (const char *c = harmless; *c != '\0';) {
        size_t plain = strcspn(c, "&<>");
        buffer_append(out, c, plain);
        c += plain;
        if (*c != '\0')
            buffer_text(out, entities[(unsigned char)*c++]);
    }
}

/* Outside of strings JSON has none of these characters. */
static void put_json(struct buffer *out, const json_t *value)
{
    _cleanup_free_ char *json = json_one_line(value);
    for (const char *c = json; *c != '\0';) {
        size_t plain = strcspn(c, "<>&");
        buffer_append(out, c, plain);
        c += plain;
        if (*c != '\0')
            buffer_format(out, "\\u%04x", (unsigned)(unsigned char)*c++);
    }
}

void html_json_text(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    _cleanup_json_ json_t *value = json_text(harmless);
    put_json(out, value);
}

static void make_harmless(json_t *value)
{
    const char *key;
    size_t i;
    json_t *item;
    if (json_is_string(value)) {
        _cleanup_free_ char *harmless = text_harmless(json_string_value(value), false);
        _cleanup_free_ char *cut = text_shortened(harmless, LIMIT_PAGE_TEXT_BYTES + strlen("…"));
        if (json_string_set(value, cut) != 0)
            memory_exhausted();
    }
    json_array_foreach(value, i, item) make_harmless(item);
    json_object_foreach(value, key, item) make_harmless(item);
}

void html_json(struct buffer *out, json_t *value)
{
    make_harmless(value);
    put_json(out, value);
}

/* --- The page --- */

/* The template up to its data, with the text for readers without script; returns the rest. */
static const char *put_head(struct buffer *out, const char *title, const char *text)
{
    const char *rest = buffer_until(out, (const char *)html_template, "@counts@");
    html_text(out, title);
    rest = buffer_until(out, rest, "@counts@");
    html_text(out, title);
    rest = buffer_until(out, rest, "@text@");
    _cleanup_free_ char *cut = text_shortened(text, LIMIT_PAGE_REPORT_BYTES);
    html_text(out, cut);
    if (strlen(text) > LIMIT_PAGE_REPORT_BYTES)
        html_text(out, "\n\nThe rest is left out here; the same command prints all of it.\n");
    return buffer_until(out, rest, "@data@");
}

/* A scenario that would make the page too large is left out but for its summary. */
static void put_scenario(const struct suite_result *suite, size_t index, size_t taken,
                         struct buffer *data, struct buffer *films)
{
    const struct scenario_result *scenario = &suite->scenarios[index];
    const struct recording *recording = scenario->recording;
    size_t film = recording != NULL ? recording->pictures.length : 0;
    _cleanup_buffer_ struct buffer section = {0};
    _cleanup_json_ json_t *object = html_scenario(suite, scenario, index + 1);
    html_json(&section, object);
    buffer_char(data, ',');
    if (taken + data->length + films->length + section.length + film > LIMIT_PAGE_BYTES) {
        _cleanup_json_ json_t *summary = html_summary(object);
        json_put(summary, "left_out_of_page", json_true());
        html_json(data, summary);
        return;
    }
    buffer_append(data, buffer_string(&section), section.length);
    if (film == 0)
        return;
    buffer_format(films, "<script type=\"application/json\" id=\"film%zu\">", index + 1);
    buffer_append(films, buffer_string(&recording->pictures), film);
    buffer_text(films, "</script>\n");
}

void html_report(const struct suite_result *suite, struct buffer *out)
{
    _cleanup_buffer_ struct buffer data = {0}, films = {0}, text = {0};
    _cleanup_free_ size_t *order = html_order(suite);
    _cleanup_free_ char *counts = suite_counts(suite);
    _cleanup_json_ json_t *head = html_suite(suite);
    text_report(suite, &text);
    const char *rest = put_head(out, counts, buffer_string(&text));
    buffer_char(&data, '[');
    html_json(&data, head);
    for (size_t i = 0; i < suite->count; i++)
        put_scenario(suite, order[i], out->length + strlen(rest), &data, &films);
    buffer_char(&data, ']');
    buffer_append(out, buffer_string(&data), data.length);
    rest = buffer_until(out, rest, "@films@");
    buffer_append(out, buffer_string(&films), films.length);
    buffer_text(out, rest);
}

void html_page(json_t *head, const char *text, struct buffer *out)
{
    const char *rest = put_head(out, json_get_text(head, "title", ""), text);
    buffer_char(out, '[');
    html_json(out, head);
    buffer_char(out, ']');
    buffer_text(out, buffer_until(out, rest, "@films@"));
}
