#include "report/difference.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/markdown_text.h"
#include "report/place.h"

enum {
    ROWS_MOST = 300,  /* of the table: a comment on GitHub takes 65,536 characters */
    CELL_BYTES = 200, /* of a text in it: the change itself shows it whole */
};

struct scenario_difference *difference_of(struct difference *difference, const char *target,
                                          const char *scenario)
{
    for (size_t i = 0; i < difference->count; i++)
        if (strcmp(difference->items[i].target, target) == 0 &&
            strcmp(difference->items[i].scenario, scenario) == 0)
            return &difference->items[i];
    struct scenario_difference *item =
        array_add(difference->items, difference->count, difference->capacity);
    item->target = memory_copy_text(target);
    item->scenario = memory_copy_text(scenario);
    return item;
}

static int compare_items(const void *a, const void *b)
{
    const struct scenario_difference *one = a, *other = b;
    int by_target = strcmp(one->target, other->target);
    return by_target != 0 ? by_target : strcmp(one->scenario, other->scenario);
}

void difference_sort(struct difference *difference)
{
    if (difference->count > 0)
        qsort(difference->items, difference->count, sizeof *difference->items, compare_items);
}

void difference_free(struct difference *difference)
{
    for (size_t i = 0; i < difference->count; i++) {
        free(difference->items[i].target);
        free(difference->items[i].scenario);
        change_list_free(&difference->items[i].of_scenario);
        change_list_free(&difference->items[i].of_baseline);
    }
    free(difference->items);
}

size_t difference_count(const struct difference *difference, enum change_effect effect)
{
    size_t count = 0;
    for (size_t i = 0; i < difference->count; i++)
        count += change_list_count(&difference->items[i].of_scenario, effect) +
                 change_list_count(&difference->items[i].of_baseline, effect);
    return count;
}

/* "2 weaker, 1 stricter, 3 others" */
static void put_counts(const struct difference *difference, struct buffer *out)
{
    size_t others = difference_count(difference, CHANGE_NEUTRAL);
    buffer_format(out, "%zu weaker, %zu stricter, %zu other%s",
                  difference_count(difference, CHANGE_WEAKER),
                  difference_count(difference, CHANGE_STRICTER), others, others == 1 ? "" : "s");
}

static bool is_empty(const struct difference *difference)
{
    return difference_count(difference, CHANGE_WEAKER) +
               difference_count(difference, CHANGE_STRICTER) +
               difference_count(difference, CHANGE_NEUTRAL) ==
           0;
}

/* --- Text --- */

static void put_harmless(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    buffer_text(out, harmless);
}

static void text_changes(const struct change_list *changes, struct buffer *out)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *change = &changes->items[i];
        _cleanup_free_ char *text = change_text(change);
        buffer_format(out, "  %-10s",
                      change->effect == CHANGE_NEUTRAL ? "" : change_effect_name(change->effect));
        put_harmless(out, text);
        buffer_char(out, '\n');
    }
}

void difference_text(const struct difference *difference, struct buffer *out)
{
    _cleanup_free_ char *revision =
        memory_format("%s (%.12s)", difference->revision, difference->commit);
    if (is_empty(difference)) {
        buffer_text(out, "No baseline and no scenario differs from ");
        put_harmless(out, revision);
        buffer_text(out, ".\n");
        return;
    }
    buffer_text(out, "Against ");
    put_harmless(out, revision);
    buffer_text(out, ":\n");
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        if (item->of_scenario.count + item->of_baseline.count == 0)
            continue;
        _cleanup_free_ char *name = memory_format("\n%s/%s", item->target, item->scenario);
        buffer_char(out, '\n');
        put_harmless(out, name + 1);
        buffer_char(out, '\n');
        text_changes(&item->of_scenario, out);
        text_changes(&item->of_baseline, out);
    }
    buffer_char(out, '\n');
    put_counts(difference, out);
    buffer_char(out, '\n');
}

/* --- Markdown --- */

static void put_code(struct buffer *out, const char *text)
{
    _cleanup_free_ char *cut = text_shortened(text, CELL_BYTES);
    markdown_code(out, cut);
}

/* A link only where nothing in it could end one: the characters of RFC 3986 without the pipe and
 * what Markdown reads. */
static bool is_plain_url(const char *url)
{
    return (text_starts(url, "https://") || text_starts(url, "http://")) &&
           strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                       "-._~:/?#&=%+,;") == strlen(url);
}

static void put_side(struct buffer *out, const struct change_side *side)
{
    _cleanup_free_ char *text = change_side_text(side);
    put_code(out, text);
}

static void put_reason(struct buffer *out, const struct change_side *side)
{
    if (side->reason != NULL && *side->reason != '\0')
        put_code(out, side->reason);
    if (side->issue == NULL)
        return;
    buffer_char(out, ' ');
    if (is_plain_url(side->issue))
        buffer_format(out, "<%s>", side->issue);
    else
        put_code(out, side->issue);
}

static void put_row(struct buffer *out, const struct scenario_difference *item,
                    const struct change *change)
{
    _cleanup_free_ char *name = memory_format("%s/%s", item->target, item->scenario);
    const char *effect = change->effect == CHANGE_WEAKER     ? "**weaker**"
                         : change->effect == CHANGE_STRICTER ? "stricter"
                                                             : "";
    buffer_format(out, "| %s | ", effect);
    put_code(out, name);
    buffer_text(out, " | ");
    put_code(out, change->what);
    buffer_text(out, " | ");
    put_side(out, &change->old);
    buffer_text(out, " | ");
    put_side(out, &change->new);
    buffer_text(out, " | ");
    put_reason(out, &change->new);
    buffer_text(out, " |\n");
}

/* The weaker ones, or the others. */
static void put_rows(const struct difference *difference, bool weaker, struct buffer *out)
{
    size_t shown = 0, all = 0;
    buffer_text(out, "| | scenario | what | before | here | why |\n"
                     "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        const struct change_list *lists[] = {&item->of_scenario, &item->of_baseline};
        for (size_t j = 0; j < 2; j++)
            for (size_t k = 0; k < lists[j]->count; k++) {
                if ((lists[j]->items[k].effect == CHANGE_WEAKER) != weaker)
                    continue;
                if (all++ < ROWS_MOST) {
                    put_row(out, item, &lists[j]->items[k]);
                    shown++;
                }
            }
    }
    if (shown < all)
        buffer_format(out, "\nand %zu more: `leakgate diff-baseline` shows all\n", all - shown);
}

void difference_markdown(const struct difference *difference, struct buffer *out)
{
    size_t weaker = difference_count(difference, CHANGE_WEAKER);
    size_t others = difference_count(difference, CHANGE_STRICTER) +
                    difference_count(difference, CHANGE_NEUTRAL);
    _cleanup_free_ char *commit = memory_format("%.12s", difference->commit);
    buffer_text(out, is_empty(difference) ? "No baseline and no scenario differs from "
                                          : "### Baselines and scenarios against ");
    put_code(out, difference->revision);
    buffer_text(out, " (");
    put_code(out, commit);
    buffer_text(out, is_empty(difference) ? ").\n" : ")\n\n");
    if (is_empty(difference))
        return;
    put_counts(difference, out);
    buffer_text(out, weaker > 0 ? ". Weaker: what failed before can pass now.\n\n" : ".\n\n");
    if (weaker > 0)
        put_rows(difference, true, out);
    if (others == 0)
        return;
    buffer_format(out, "\n<details><summary>%zu that %s nothing weaker</summary>\n\n", others,
                  others == 1 ? "makes" : "make");
    put_rows(difference, false, out);
    buffer_text(out, "\n</details>\n");
}

/* --- JSON --- */

static void put_text(json_t *object, const char *key, const char *text)
{
    if (text != NULL)
        json_put(object, key, json_text(text));
}

static json_t *side_to_json(const struct change_side *side)
{
    if (side->text == NULL)
        return json_null();
    json_t *object = json_object();
    put_text(object, "text", side->text);
    put_text(object, "until", side->until);
    put_text(object, "reason", side->reason);
    put_text(object, "issue", side->issue);
    return object;
}

static void push_changes(json_t *array, const char *of, const struct change_list *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *change = &changes->items[i];
        json_t *object = json_object();
        put_text(object, "of", of);
        put_text(object, "effect", change_effect_name(change->effect));
        put_text(object, "what", change->what);
        if (change->gauge < GAUGE_COUNT)
            put_text(object, "gauge", gauge_info(change->gauge)->name);
        put_text(object, "holder", change->holder);
        json_put(object, "before", side_to_json(&change->old));
        json_put(object, "here", side_to_json(&change->new));
        json_push(array, object);
    }
}

json_t *difference_to_json(const struct difference *difference)
{
    json_t *object = json_object();
    json_t *scenarios = json_array();
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        json_t *changes = json_array();
        push_changes(changes, "scenario", &item->of_scenario);
        push_changes(changes, "baseline", &item->of_baseline);
        if (json_array_size(changes) == 0) {
            json_decref(changes);
            continue;
        }
        json_t *scenario = json_object();
        put_text(scenario, "target", item->target);
        put_text(scenario, "name", item->scenario);
        json_put(scenario, "changes", changes);
        json_push(scenarios, scenario);
    }
    json_put(object, "version", json_integer(1));
    put_text(object, "revision", difference->revision);
    put_text(object, "commit", difference->commit);
    json_put(object, "weaker",
             json_integer((json_int_t)difference_count(difference, CHANGE_WEAKER)));
    json_put(object, "stricter",
             json_integer((json_int_t)difference_count(difference, CHANGE_STRICTER)));
    json_put(object, "scenarios", scenarios);
    return object;
}
