#include "report/rest_text.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/text_layout.h"
#include "result/amounts.h"
#include "verdict/program_functions.h"

enum { HOLDER_COLUMNS = 100 };

static bool differs(struct held held)
{
    return isfinite(held.before) && isfinite(held.after) && held.before != held.after;
}

static void add_cells(struct string_list *cells, enum gauge gauge, struct held held)
{
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

/* A stack begins with the function that a person looks for. */
static char *holder_words(const struct holder_difference *item, const char *module)
{
    _cleanup_free_ char *first = stack_headline(item->key, module);
    _cleanup_free_ char *whole = text_starts(item->key, first)
                                     ? memory_copy_text(item->key)
                                     : memory_format("%s: %s", first, item->key);
    _cleanup_free_ char *harmless = text_harmless(whole, false);
    return text_cut(harmless, HOLDER_COLUMNS);
}

static void put_holders(const struct rest_difference *difference, const char *module, size_t shown,
                        struct buffer *out)
{
    static const char *const heading[] = {"GAUGE", "BYTES", "BEFORE", "AFTER", "GROWTH", "HOLDER"};
    _cleanup_strings_ struct string_list cells = {0};
    add_words(&cells, heading, COUNT_OF(heading));
    for (size_t i = 0; i < shown; i++) {
        const struct holder_difference *item = &difference->items[i];
        double bytes = item->bytes.after - item->bytes.before;
        string_list_add(&cells, gauge_info(item->gauge)->name);
        string_list_add(&cells, bytes != 0 ? growth_text(GAUGE_HEAP_ALLOC, bytes).text : "");
        add_cells(&cells, item->gauge, item->count);
        string_list_take(&cells, holder_words(item, module));
    }
    text_table(out, &cells, COUNT_OF(heading));
}

static size_t rows_shown(const struct rest_difference *difference, size_t most)
{
    return most > 0 && most < difference->count ? most : difference->count;
}

void rest_difference_text(const struct rest_difference *difference, const char *module, size_t most,
                          struct buffer *out)
{
    size_t shown = rows_shown(difference, most);
    put_totals(difference, out);
    if (difference->count == 0) {
        buffer_text(out, "No holder differs.\n");
        return;
    }
    buffer_char(out, '\n');
    put_holders(difference, module, shown, out);
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

json_t *rest_difference_to_json(const struct rest_difference *difference, size_t most)
{
    json_t *object = json_object(), *gauges = json_object(), *holders = json_array();
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (differs(difference->totals[gauge]))
            put_held(gauges, gauge_info(gauge)->name, difference->totals[gauge]);
    for (size_t i = 0; i < rows_shown(difference, most); i++) {
        const struct holder_difference *item = &difference->items[i];
        json_t *holder = json_object();
        json_put(holder, "gauge", json_text(gauge_info(item->gauge)->name));
        json_put(holder, "holder", json_text(item->key));
        put_held(holder, "count", item->count);
        if (item->gauge == GAUGE_HEAP_STACK)
            put_held(holder, "bytes", item->bytes);
        json_push(holders, holder);
    }
    json_put(object, "gauges", gauges);
    json_put(object, "holders", holders);
    json_put(object, "differ", json_integer((json_int_t)difference->count));
    return object;
}
