#include "report/difference.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "report/markdown_text.h"
#include "report/text_layout.h"

enum {
    ROWS_MOST = 300,         /* of the table: a comment on GitHub takes 65,536 characters */
    PLANS_BYTES = 24 * 1024, /* of all plans' differences, for the same reason */
    CELL_BYTES = 200,        /* of a text in the table: the change itself shows it whole */
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
        free(difference->items[i].plan_difference);
        change_list_free(&difference->items[i].baseline);
    }
    free(difference->items);
}

struct counts {
    size_t baseline[CHANGE_NEUTRAL + 1];
    size_t plan[PLAN_GONE + 1];
    bool any;
};

static struct counts counts_of(const struct difference *difference)
{
    struct counts counts = {0};
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        counts.plan[item->plan]++;
        for (size_t j = 0; j < item->baseline.count; j++)
            counts.baseline[item->baseline.items[j].effect]++;
        counts.any = counts.any || item->plan != PLAN_SAME || item->baseline.count > 0;
    }
    return counts;
}

bool difference_is_weaker(const struct difference *difference)
{
    struct counts counts = counts_of(difference);
    return counts.baseline[CHANGE_WEAKER] + counts.plan[PLAN_DIFFERS] + counts.plan[PLAN_GONE] > 0;
}

/* "baselines: 2 weaker, 1 stricter, 3 others; plans: 1 differs, 1 gone" */
static void put_counts(const struct counts *counts, struct buffer *out)
{
    static const char *const words[] = {
        [PLAN_DIFFERS] = "differ", [PLAN_NEW] = "new", [PLAN_GONE] = "gone"};
    size_t others = counts->baseline[CHANGE_NEUTRAL];
    const char *before = "; plans: ";
    buffer_format(out, "baselines: %zu weaker, %zu stricter, %zu other%s",
                  counts->baseline[CHANGE_WEAKER], counts->baseline[CHANGE_STRICTER], others,
                  others == 1 ? "" : "s");
    for (enum plan_change change = PLAN_DIFFERS; change <= PLAN_GONE; change++) {
        if (counts->plan[change] == 0)
            continue;
        buffer_format(out, "%s%zu %s%s", before, counts->plan[change], words[change],
                      change == PLAN_DIFFERS && counts->plan[change] == 1 ? "s" : "");
        before = ", ";
    }
}

/* "the plan differs"; NULL: there is nothing to say of it. */
static const char *plan_words(enum plan_change change)
{
    static const char *const words[] = {[PLAN_DIFFERS] = "the plan differs",
                                        [PLAN_NEW] = "a new scenario",
                                        [PLAN_GONE] = "the scenario is gone"};
    return words[change];
}

/* --- Text --- */

static void put_harmless(struct buffer *out, const char *text)
{
    _cleanup_free_ char *harmless = text_harmless(text, false);
    buffer_text(out, harmless);
}

static void text_scenario(const struct scenario_difference *item, struct buffer *out)
{
    const char *words = plan_words(item->plan);
    _cleanup_free_ char *name = memory_format("%s/%s", item->target, item->scenario);
    const char *lines = item->plan_difference;
    buffer_char(out, '\n');
    put_harmless(out, name);
    buffer_char(out, '\n');
    if (words != NULL)
        buffer_format(out, "  %s%s\n", words, lines != NULL ? ":" : "");
    text_lines(out, text_or(lines, ""), 4, SIZE_MAX, false);
    for (size_t i = 0; i < item->baseline.count; i++) {
        const struct change *change = &item->baseline.items[i];
        _cleanup_free_ char *text = change_text(change);
        buffer_format(out, "  %-10s",
                      change->effect == CHANGE_NEUTRAL ? "" : change_effect_name(change->effect));
        put_harmless(out, text);
        buffer_char(out, '\n');
    }
}

void difference_text(const struct difference *difference, struct buffer *out)
{
    struct counts counts = counts_of(difference);
    buffer_text(out, counts.any ? "Against " : "No baseline and no scenario differs from ");
    put_harmless(out, difference->revision);
    buffer_format(out, " (%.12s)%s\n", difference->commit, counts.any ? ":" : ".");
    if (!counts.any)
        return;
    for (size_t i = 0; i < difference->count; i++)
        if (difference->items[i].plan != PLAN_SAME || difference->items[i].baseline.count > 0)
            text_scenario(&difference->items[i], out);
    buffer_char(out, '\n');
    put_counts(&counts, out);
    buffer_char(out, '\n');
}

/* --- Markdown --- */

/* A link only where nothing in it could end one: the characters of RFC 3986 without the pipe and
 * what Markdown reads. */
static bool is_plain_url(const char *url)
{
    return (text_starts(url, "https://") || text_starts(url, "http://")) &&
           strspn(url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                       "-._~:/?#&=%+,;") == strlen(url);
}

static void put_row(struct buffer *out, const struct scenario_difference *item,
                    const struct change *change)
{
    _cleanup_free_ char *name = memory_format("%s/%s", item->target, item->scenario);
    _cleanup_free_ char *before = change_side_text(&change->old);
    _cleanup_free_ char *here = change_side_text(&change->new);
    const char *reason = change->new.reason, *issue = change->new.issue;
    buffer_format(out, "| %s | ",
                  change->effect == CHANGE_WEAKER     ? "**weaker**"
                  : change->effect == CHANGE_STRICTER ? "stricter"
                                                      : "");
    markdown_format(out, CELL_BYTES, "`%s` | `%s` | `%s` | `%s` | ", name, change->what, before,
                    here);
    if (reason != NULL && *reason != '\0')
        markdown_code(out, reason, CELL_BYTES);
    if (issue != NULL && is_plain_url(issue))
        buffer_format(out, " <%s>", issue);
    else if (issue != NULL)
        markdown_format(out, CELL_BYTES, " `%s`", issue);
    buffer_text(out, " |\n");
}

/* The weaker ones, or the others. */
static void put_rows(const struct difference *difference, bool weaker, struct buffer *out)
{
    size_t all = 0;
    buffer_text(out, "| | scenario | what | before | here | why |\n"
                     "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        for (size_t j = 0; j < item->baseline.count; j++)
            if ((item->baseline.items[j].effect == CHANGE_WEAKER) == weaker && all++ < ROWS_MOST)
                put_row(out, item, &item->baseline.items[j]);
    }
    if (all > ROWS_MOST)
        buffer_format(out, "\nand %zu more: `leakgate diff-baseline` shows all\n",
                      all - (size_t)ROWS_MOST);
}

static void put_plans(const struct difference *difference, struct buffer *out)
{
    size_t room = PLANS_BYTES;
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        const char *words = plan_words(item->plan);
        if (words == NULL)
            continue;
        _cleanup_free_ char *name = memory_format("%s/%s", item->target, item->scenario);
        const char *lines = item->plan_difference != NULL ? item->plan_difference : "";
        _cleanup_free_ char *cut = text_shortened(lines, room);
        markdown_format(out, CELL_BYTES, "\n`%s`", name);
        buffer_format(out, ": %s%s\n\n", words,
                      *lines != '\0' && room == 0 ? "; `leakgate diff-baseline` shows how" : "");
        markdown_block(out, "diff", room > 0 ? cut : "", room);
        room -= strlen(cut) < room ? strlen(cut) : room;
    }
}

void difference_markdown(const struct difference *difference, struct buffer *out)
{
    struct counts counts = counts_of(difference);
    size_t weaker = counts.baseline[CHANGE_WEAKER];
    size_t others = counts.baseline[CHANGE_STRICTER] + counts.baseline[CHANGE_NEUTRAL];
    _cleanup_free_ char *commit = memory_format("%.12s", difference->commit);
    buffer_text(out, counts.any ? "### Baselines and scenarios against "
                                : "No baseline and no scenario differs from ");
    markdown_format(out, CELL_BYTES, "`%s` (`%s`)", difference->revision, commit);
    buffer_text(out, counts.any ? "\n\n" : ".\n");
    if (!counts.any)
        return;
    put_counts(&counts, out);
    buffer_text(out, weaker > 0 ? ". Weaker: what failed before can pass now.\n\n" : ".\n\n");
    if (weaker > 0)
        put_rows(difference, true, out);
    put_plans(difference, out);
    if (others == 0)
        return;
    buffer_format(out, "\n<details><summary>%zu that %s nothing weaker</summary>\n\n", others,
                  others == 1 ? "makes" : "make");
    put_rows(difference, false, out);
    buffer_text(out, "\n</details>\n");
}

/* --- JSON --- */

static json_t *side_to_json(const struct change_side *side)
{
    if (side->text == NULL)
        return json_null();
    json_t *object = json_object();
    json_put_text(object, "text", side->text);
    json_put_text(object, "until", side->until);
    json_put_text(object, "reason", side->reason);
    json_put_text(object, "issue", side->issue);
    return object;
}

static json_t *changes_to_json(const struct change_list *changes)
{
    json_t *array = json_array();
    for (size_t i = 0; i < changes->count; i++) {
        const struct change *change = &changes->items[i];
        json_t *object = json_object();
        json_put_text(object, "effect", change_effect_name(change->effect));
        json_put_text(object, "what", change->what);
        if (change->gauge < GAUGE_COUNT)
            json_put_text(object, "gauge", gauge_info(change->gauge)->name);
        json_put_text(object, "holder", change->holder);
        json_put(object, "before", side_to_json(&change->old));
        json_put(object, "here", side_to_json(&change->new));
        json_push(array, object);
    }
    return array;
}

json_t *difference_to_json(const struct difference *difference)
{
    static const char *const plans[] = {"same", "differs", "new", "gone"};
    struct counts counts = counts_of(difference);
    json_t *object = json_object();
    json_t *scenarios = json_array();
    for (size_t i = 0; i < difference->count; i++) {
        const struct scenario_difference *item = &difference->items[i];
        if (item->plan == PLAN_SAME && item->baseline.count == 0)
            continue;
        json_t *scenario = json_object();
        json_put_text(scenario, "target", item->target);
        json_put_text(scenario, "name", item->scenario);
        json_put_text(scenario, "plan", plans[item->plan]);
        json_put_text(scenario, "plan_difference", item->plan_difference);
        json_put(scenario, "changes", changes_to_json(&item->baseline));
        json_push(scenarios, scenario);
    }
    json_put(object, "version", json_integer(1));
    json_put_text(object, "revision", difference->revision);
    json_put_text(object, "commit", difference->commit);
    json_put(object, "weaker", json_integer((json_int_t)counts.baseline[CHANGE_WEAKER]));
    json_put(object, "stricter", json_integer((json_int_t)counts.baseline[CHANGE_STRICTER]));
    json_put(object, "scenarios", scenarios);
    return object;
}
