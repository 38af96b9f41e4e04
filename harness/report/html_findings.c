/* What grew and what holds it: a table, icicles of stacks, and a list of what is no growth. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_chart.h"
#include "report/html_icicle.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/statements.h"
#include "result/amounts.h"
#include "verdict/holder_key.h"

/* Growth by numbers, whatever became of it. */
static bool is_growth(const struct finding *finding)
{
    bool kind = finding->kind == FINDING_GROWTH || finding->kind == FINDING_BACKLOG ||
                finding->kind == FINDING_ALLOWED || finding->kind == FINDING_UNCONFIRMED;
    return kind && finding->gauge < GAUGE_COUNT && finding->iterations > 0;
}

static void put_kind(struct buffer *out, const struct finding *finding)
{
    _cleanup_free_ char *words = finding_kind_words(finding->kind);
    buffer_format(out, "<span class=\"kind %s\">%s</span>",
                  finding_fails(finding->kind) ? "fails" : "told", words);
}

static void put_spark(struct buffer *out, const struct page_scenario *part,
                      const struct finding *finding)
{
    const struct account *account =
        finding->holder != NULL ? ledger_account(part->ledger, finding->gauge, finding->holder)
                                : NULL;
    if (account == NULL)
        return;
    _cleanup_free_ double *values = ledger_by_sample(part->ledger, account_row(account));
    html_sparkline(out, &part->run, values);
}

/* "+2.00", of heap stacks "+1.00 objects, +512 B". */
static void put_pace(struct buffer *out, const struct finding *finding)
{
    char pace[64], bytes[64];
    growth_describe(finding->gauge, finding->per_iteration, pace, sizeof pace);
    growth_describe(GAUGE_HEAP_ALLOC, finding->bytes_per_iteration, bytes, sizeof bytes);
    if (finding->gauge == GAUGE_HEAP_STACK)
        buffer_format(out, "%+.2f objects<br>%s", finding->per_iteration, bytes);
    else
        buffer_text(out, pace);
    if (finding->located && finding->exact > 0 && finding->gauge == GAUGE_HEAP_STACK) {
        growth_describe(GAUGE_HEAP_ALLOC, finding->exact_bytes, bytes, sizeof bytes);
        buffer_format(out, "<br><small>exactly %+.2f objects, %s</small>", finding->exact, bytes);
    }
}

static void put_steps(struct buffer *out, const struct finding *finding)
{
    for (size_t i = 0; i < finding->place_count; i++) {
        buffer_text(out, i > 0 ? "<br>" : "");
        html_code(out, finding->places[i].step);
        buffer_text(out, " <small>");
        html_text(out, finding->places[i].where);
        buffer_text(out, "</small>");
    }
    if (finding->place_count == 0)
        buffer_text(out, "–");
}

static bool is_stack(const struct finding *finding)
{
    return finding->gauge == GAUGE_GOROUTINE || finding->gauge == GAUGE_GOROUTINE_LEAK ||
           finding->gauge == GAUGE_HEAP_STACK;
}

/* The innermost functions without the paths of their packages; the whole stack is folded below. */
static void put_stack(struct buffer *out, const char *key)
{
    enum { FRAMES_SHOWN = 3 };
    for (size_t i = 0; i < FRAMES_SHOWN && *key != '\0'; i++, key = holder_key_next(key)) {
        _cleanup_free_ char *name = memory_copy_range(key, holder_key_frame(key));
        buffer_text(out, i > 0 ? "<br>&lt; " : "");
        html_code(out, html_short_function(name));
    }
    if (*key != '\0')
        buffer_text(out, " &lt; …");
}

/* Whole names, as the command line takes them, and the raw ones behind them. */
static void put_names(struct buffer *out, const struct finding *finding)
{
    bool raw = finding->example != NULL && strcmp(finding->example, finding->holder) != 0;
    bool stack = is_stack(finding);
    if (!raw && !stack)
        return;
    buffer_format(out, "<details><summary><small>%s</small></summary>",
                  stack ? "the whole stack" : "a raw name");
    if (stack)
        html_code(out, finding->holder);
    if (raw) {
        buffer_text(out, stack ? "<br><small>as Go wrote it:</small> " : "");
        html_code(out, finding->example);
    }
    buffer_text(out, "</details>");
}

static void put_holder(struct buffer *out, const struct finding *finding)
{
    if (finding->holder == NULL)
        buffer_text(out, "<em>all together</em>");
    else if (is_stack(finding))
        put_stack(out, finding->holder);
    else
        html_code(out, finding->holder);
    if (finding->made_by != NULL) {
        buffer_text(out, "<br><small>");
        html_text(out, finding->made_by);
        buffer_text(out, "</small>");
    }
    if (finding->text != NULL) {
        buffer_text(out, "<br><small>");
        html_text(out, finding->text);
        buffer_text(out, "</small>");
    }
    if (finding->holder != NULL)
        put_names(out, finding);
}

static void put_row(struct buffer *out, const struct page_scenario *part,
                    const struct finding *finding)
{
    char from[64], to[64], allowed[64];
    amount_describe(finding->gauge, finding->from, from, sizeof from);
    amount_describe(finding->gauge, finding->to, to, sizeof to);
    growth_describe(finding->gauge, finding->allowed, allowed, sizeof allowed);
    buffer_text(out, "<tr><td>");
    put_kind(out, finding);
    buffer_format(out, "</td><td>%s</td><th scope=\"row\">", gauge_info(finding->gauge)->name);
    put_holder(out, finding);
    buffer_text(out, "</th><td class=\"number\">");
    put_pace(out, finding);
    buffer_format(out, "</td><td class=\"number\">%s → %s</td><td>", from, to);
    put_spark(out, part, finding);
    buffer_format(out, "</td><td class=\"number\">%s</td><td>", allowed);
    put_steps(out, finding);
    buffer_format(out, "</td><td>%s</td></tr>\n", finding->confirmed ? "yes" : "–");
}

static void put_table(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    const char *step = series_step_name(part->run.series);
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        if (!is_growth(&judgement->findings[i]))
            continue;
        if (shown == LIMIT_PAGE_FINDINGS) {
            left_out++;
            continue;
        }
        if (shown++ == 0)
            buffer_format(out,
                          "<h3>What grew, and what holds it</h3>\n<div class=\"scroll\" "
                          "tabindex=\"0\" role=\"group\" aria-label=\"what grew\"><table>"
                          "<thead><tr><th scope=\"col\">finding</th><th scope=\"col\">gauge</th>"
                          "<th scope=\"col\">held by</th><th scope=\"col\">per %s</th>"
                          "<th scope=\"col\">from, to</th><th scope=\"col\">over the run</th>"
                          "<th scope=\"col\">allowed</th><th scope=\"col\">grows at</th>"
                          "<th scope=\"col\">confirmed</th></tr></thead><tbody>\n",
                          step);
        put_row(out, part, &judgement->findings[i]);
    }
    if (shown > 0)
        buffer_text(out, "</tbody></table></div>\n");
    if (left_out > 0)
        buffer_format(out,
                      "<p class=\"note\">%zu more are left out here; result.json has all of "
                      "them.</p>\n",
                      left_out);
}

static void describe_count(double amount, char *text, size_t size)
{
    growth_describe(GAUGE_GOROUTINE, amount, text, size);
}

static void describe_bytes(double amount, char *text, size_t size)
{
    growth_describe(GAUGE_HEAP_ALLOC, amount, text, size);
}

static void put_icicle(struct buffer *out, const struct page_scenario *part, enum gauge gauge,
                       bool fails, const char *label)
{
    const struct judgement *judgement = part->scenario->judgement;
    bool bytes = gauge == GAUGE_HEAP_STACK;
    _cleanup_free_ struct icicle_stack *stacks = memory_array(judgement->count + 1, sizeof *stacks);
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth(finding) && finding->gauge == gauge && finding->holder != NULL &&
            finding_fails(finding->kind) == fails)
            stacks[count++] = (struct icicle_stack){
                finding->holder, bytes ? finding->bytes_per_iteration : finding->per_iteration};
    }
    html_icicle(out, stacks, count, label, bytes ? describe_bytes : describe_count);
}

static void put_icicles(struct buffer *out, const struct page_scenario *part)
{
    put_icicle(out, part, GAUGE_GOROUTINE, true, "Goroutines that leak, by stack");
    put_icicle(out, part, GAUGE_GOROUTINE_LEAK, true,
               "Goroutines that wait for what nothing can reach, by stack");
    put_icicle(out, part, GAUGE_HEAP_STACK, true, "Memory that leaks, by the stack that allocated");
    put_icicle(out, part, GAUGE_GOROUTINE, false, "Goroutines of a backlog, by stack");
    put_icicle(out, part, GAUGE_HEAP_STACK, false,
               "Memory of a backlog, by the stack that allocated");
}

static void put_others(struct buffer *out, const struct judgement *judgement)
{
    size_t shown = 0, left_out = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth(finding))
            continue;
        if (shown == LIMIT_PAGE_FINDINGS) {
            left_out++;
            continue;
        }
        buffer_text(out, shown++ == 0 ? "<h3>Findings that are no growth</h3>\n<ul>" : "");
        buffer_text(out, "<li>");
        put_kind(out, finding);
        html_format(out, " %s ",
                    finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "");
        if (finding->holder != NULL)
            html_code(out, finding->holder);
        if (finding->text != NULL)
            html_format(out, " %s", finding->text);
        buffer_text(out, "</li>\n");
    }
    if (left_out > 0)
        buffer_format(out, "<li>%zu more are left out here; result.json has all of them.</li>",
                      left_out);
    buffer_text(out, shown > 0 ? "</ul>\n" : "");
}

void html_findings(struct buffer *out, const struct page_scenario *part)
{
    if (part->scenario->judgement == NULL)
        return;
    if (part->ledger != NULL) {
        put_table(out, part);
        put_icicles(out, part);
    }
    put_others(out, part->scenario->judgement);
}
