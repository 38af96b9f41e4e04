#include "report/rest_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "verdict/program_functions.h"
#include "verdict/source_place.h"

enum { HOLDER_COLUMNS = 100 };

static bool differs(struct held held)
{
    return isfinite(held.before) && isfinite(held.after) && held.before != held.after;
}

/* Of a stack of the heap these are objects. */
static void add_cells(struct string_list *cells, enum gauge gauge, struct held held)
{
    gauge = gauge == GAUGE_HEAP_STACK ? GAUGE_HEAP_OBJECTS : gauge;
    string_list_add(cells, amount_text(gauge, held.before).text);
    string_list_add(cells, amount_text(gauge, held.after).text);
    string_list_add(cells, growth_text(gauge, held.after - held.before).text);
}

static void add_words(struct string_list *cells, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        string_list_add(cells, words[i]);
}

static void put_totals(const struct rest_difference *difference, struct buffer *out)
{
    static const char *const heading[] = {"GAUGE", "BEFORE", "AFTER", "GROWTH"};
    _cleanup_strings_ struct string_list cells = {0};
    add_words(&cells, heading, COUNT_OF(heading));
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!differs(difference->totals[gauge]))
            continue;
        string_list_add(&cells, gauge_info(gauge)->name);
        add_cells(&cells, gauge, difference->totals[gauge]);
    }
    if (cells.count == COUNT_OF(heading))
        buffer_text(out, "No gauge differs.\n");
    else
        text_table(out, &cells, COUNT_OF(heading));
}

/* A stack begins with the function that a person looks for; *source is where that stands in the
 * program's source, NULL: not known. The caller frees both. */
static char *holder_words(const struct holder_difference *item, const char *module, char **source)
{
    bool is_stack = holder_table_get(item->holders, item->example).text == NULL;
    _cleanup_free_ char *first =
        is_stack ? stack_headline(item->key, module) : memory_copy_text(item->key);
    _cleanup_free_ char *whole = text_starts(item->key, first)
                                     ? memory_copy_text(item->key)
                                     : memory_format("%s: %s", first, item->key);
    *source = is_stack ? source_place(item->holders, item->example, first, module, NULL) : NULL;
    return text_harmless(whole, false);
}

static void add_holder(struct string_list *cells, const struct holder_difference *item,
                       const char *module)
{
    double bytes = item->bytes.after - item->bytes.before;
    char *source = NULL;
    _cleanup_free_ char *words = holder_words(item, module, &source);
    string_list_add(cells, gauge_info(item->gauge)->name);
    string_list_add(cells, bytes != 0 ? growth_text(GAUGE_HEAP_ALLOC, bytes).text : "");
    add_cells(cells, item->gauge, item->count);
    string_list_take(cells, text_harmless(text_or(source, ""), false));
    string_list_take(cells, text_cut(words, HOLDER_COLUMNS));
    free(source);
}

/* The next of those that are shown, at most `most` (0: all) of one gauge in a row; *at goes on
 * behind it. NULL: none is left. */
static const struct holder_difference *next_shown(const struct rest_difference *difference,
                                                  size_t most, size_t *at)
{
    const struct holder_difference *items = difference->items;
    for (; *at < difference->count; ++*at) {
        size_t before = 0;
        while (before < most && before < *at && items[*at - before - 1].gauge == items[*at].gauge)
            before++;
        if (most == 0 || before < most)
            return &items[(*at)++];
    }
    return NULL;
}

void rest_difference_text(const struct rest_difference *difference, const char *module, size_t most,
                          struct buffer *out)
{
    static const char *const heading[] = {"GAUGE",  "BYTES",  "BEFORE", "AFTER",
                                          "GROWTH", "SOURCE", "HOLDER"};
    _cleanup_strings_ struct string_list cells = {0};
    size_t shown = 0, at = 0;
    put_totals(difference, out);
    if (difference->count == 0) {
        buffer_text(out, "No holder differs.\n");
        return;
    }
    add_words(&cells, heading, COUNT_OF(heading));
    for (const struct holder_difference *item = NULL;
         (item = next_shown(difference, most, &at)) != NULL; shown++)
        add_holder(&cells, item, module);
    buffer_char(out, '\n');
    text_table(out, &cells, COUNT_OF(heading));
    if (shown < difference->count)
        buffer_format(out, "and %zu more\n", difference->count - shown);
}

static void put_held(json_t *object, const char *key, struct held held)
{
    json_t *pair = json_object();
    json_put(pair, "before", json_number(held.before));
    json_put(pair, "after", json_number(held.after));
    json_put(object, key, pair);
}

json_t *rest_difference_to_json(const struct rest_difference *difference, const char *module,
                                size_t most)
{
    json_t *object = json_object(), *gauges = json_object(), *holders = json_array();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (differs(difference->totals[gauge]))
            put_held(gauges, gauge_info(gauge)->name, difference->totals[gauge]);
    size_t at = 0;
    for (const struct holder_difference *item = NULL;
         (item = next_shown(difference, most, &at)) != NULL;) {
        json_t *holder = json_object();
        char *source = NULL;
        _cleanup_free_ char *words = holder_words(item, module, &source);
        json_put(holder, "gauge", json_text(gauge_info(item->gauge)->name));
        json_put(holder, "holder", json_text(item->key));
        put_held(holder, "count", item->count);
        if (item->gauge == GAUGE_HEAP_STACK)
            put_held(holder, "bytes", item->bytes);
        json_put_text(holder, "source", source);
        free(source);
        json_push(holders, holder);
    }
    json_put(object, "gauges", gauges);
    json_put(object, "holders", holders);
    json_put(object, "differ", json_integer((json_int_t)difference->count));
    return object;
}
