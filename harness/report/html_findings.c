/* What grew and what holds it: a table, icicles of stacks, and a list of what is no growth. */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_chart.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/statements.h"
#include "result/amounts.h"
#include "verdict/holder_key.h"

/* Growth by numbers, whatever became of it. */
static bool is_growth(const struct finding *finding)
{
    bool kind = finding->kind == FINDING_GROWTH || finding->kind == FINDING_BACKLOG ||
                finding->kind == FINDING_ALLOWED || finding->kind == FINDING_UNCONFIRMED ||
                finding->kind == FINDING_FILLED || finding->kind == FINDING_COMPANION;
    return kind && finding->gauge < GAUGE_COUNT && finding->iterations > 0;
}

bool html_held_by_stack(const struct finding *finding)
{
    return finding->holder != NULL &&
           (finding->gauge == GAUGE_GOROUTINE || finding->gauge == GAUGE_GOROUTINE_LEAK ||
            finding->gauge == GAUGE_HEAP_STACK);
}

static void put_kind(struct buffer *out, const struct finding *finding)
{
    html_format(out, "<span class=\"kind %s\">%s</span>",
                finding_fails(finding->kind) ? "fails" : "told",
                finding_kind_words(finding->kind).text);
}

/* Of a stack the function to look at first and the innermost ones, without the paths of their
 * packages; whole names, as the command line takes them, and the raw ones behind them, are folded
 * below. */
static void put_holder(struct buffer *out, const struct finding *finding)
{
    enum { FRAMES_SHOWN = 3 };
    const char *key = finding->holder;
    bool stack = html_held_by_stack(finding);
    bool raw = key != NULL && finding->example != NULL && strcmp(finding->example, key) != 0;
    if (key == NULL)
        buffer_text(out, "<em>all together</em>");
    else if (!stack)
        html_format(out, "<code>%s</code>", key);
    if (finding->function != NULL && !text_starts(key, finding->function))
        html_format(out, "<b><code>%s</code></b><br>", html_short_function(finding->function));
    for (size_t i = 0; stack && i < FRAMES_SHOWN && *key != '\0'; i++, key = holder_key_next(key)) {
        _cleanup_free_ char *name = memory_copy_range(key, holder_key_frame(key));
        buffer_text(out, i > 0 ? "<br>&lt; " : "");
        html_format(out, "<code>%s</code>", html_short_function(name));
    }
    if (stack && *key != '\0')
        buffer_text(out, " &lt; …");
    if (finding->made_by != NULL)
        html_format(out, "<br><small>%s</small>", finding->made_by);
    if (finding->in_common != NULL)
        html_format(out, "<br><small>in common: %s</small>", finding->in_common);
    if (finding->companion_of != NULL)
        html_format(out, "<br><small>comes with %s</small>", finding->companion_of);
    if (finding->text != NULL)
        html_format(out, "<br><small>%s</small>", finding->text);
    if (!raw && !stack)
        return;
    html_format(out, "<details><summary><small>%s</small></summary>",
                stack ? "the whole stack" : "a raw name");
    if (stack)
        html_format(out, "<code>%s</code>", finding->holder);
    if (stack && raw)
        buffer_text(out, "<br><small>as Go wrote it:</small> ");
    if (raw)
        html_format(out, "<code>%s</code>", finding->example);
    buffer_text(out, "</details>");
}

/* "+2.00", of heap stacks "+1.00 objects, +512 B". */
static void put_pace(struct buffer *out, const struct finding *finding)
{
    if (finding->gauge != GAUGE_HEAP_STACK) {
        html_format(out, "%s", growth_text(finding->gauge, finding->per_iteration).text);
        return;
    }
    html_format(out, "%+.2f objects<br>%s", finding->per_iteration,
                growth_text(GAUGE_HEAP_ALLOC, finding->bytes_per_iteration).text);
    if (finding->located && finding->exact > 0)
        html_format(out, "<br><small>exactly %+.2f objects, %s</small>", finding->exact,
                    growth_text(GAUGE_HEAP_ALLOC, finding->exact_bytes).text);
}

static void put_row(struct buffer *out, const struct page_scenario *part,
                    const struct finding *finding)
{
    buffer_text(out, "<tr><td>");
    put_kind(out, finding);
    html_format(out, "</td><td>%s</td><th scope=\"row\">", gauge_info(finding->gauge)->name);
    put_holder(out, finding);
    buffer_text(out, "</th><td class=\"number\">");
    put_pace(out, finding);
    html_format(out, "</td><td class=\"number\">%s → %s</td><td>",
                amount_text(finding->gauge, finding->from).text,
                amount_text(finding->gauge, finding->to).text);
    const struct account *account =
        finding->holder != NULL ? ledger_account(part->ledger, finding->gauge, finding->holder)
                                : NULL;
    if (account != NULL) {
        _cleanup_free_ double *values = ledger_by_sample(part->ledger, account_row(account));
        html_sparkline(out, &part->run, values);
    }
    html_format(out, "</td><td class=\"number\">%s</td><td>",
                growth_text(finding->gauge, finding->allowed).text);
    for (size_t i = 0; i < finding->place_count; i++) {
        buffer_text(out, i > 0 ? "<br>" : "");
        html_format(out, "<code>%s</code> <small>%s</small>", finding->places[i].step,
                    finding->places[i].where);
    }
    html_format(out, "%s</td><td>%s</td></tr>\n", finding->place_count == 0 ? "–" : "",
                finding->confirmed ? "yes" : "–");
}

static void put_growth(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    size_t count = 0;
    _cleanup_free_ char *pace = memory_format("per %s", series_step_name(part->run.series));
    for (size_t i = 0; i < judgement->count; i++) {
        if (!is_growth(&judgement->findings[i]) || ++count > LIMIT_PAGE_FINDINGS)
            continue;
        if (count == 1) {
            buffer_text(out, "<h3>What grew, and what holds it</h3>\n");
            html_table(out, "what grew", NULL,
                       (const char *const[]){"finding", "gauge", "held by", pace, "from, to",
                                             "over the run", "allowed", "grows at", "confirmed",
                                             NULL});
        }
        put_row(out, part, &judgement->findings[i]);
    }
    if (count > 0)
        buffer_text(out, "</tbody></table></div>\n");
    if (count > LIMIT_PAGE_FINDINGS)
        html_format(out,
                    "<p class=\"note\">%zu more are left out here; result.json has all of "
                    "them.</p>\n",
                    count - LIMIT_PAGE_FINDINGS);
}

static void put_icicles(struct buffer *out, const struct judgement *judgement)
{
    static const struct {
        enum gauge gauge;
        bool fails;
        const char *label;
    } icicles[] = {
        {GAUGE_GOROUTINE, true, "Goroutines that leak, by stack"},
        {GAUGE_GOROUTINE_LEAK, true, "Goroutines that wait for what nothing can reach, by stack"},
        {GAUGE_HEAP_STACK, true, "Memory that leaks, by the stack that allocated"},
        {GAUGE_GOROUTINE, false, "Goroutines of a backlog, by stack"},
        {GAUGE_HEAP_STACK, false, "Memory of a backlog, by the stack that allocated"},
    };
    _cleanup_free_ struct icicle_stack *stacks = memory_array(judgement->count + 1, sizeof *stacks);
    for (size_t i = 0; i < sizeof icicles / sizeof *icicles; i++) {
        bool bytes = icicles[i].gauge == GAUGE_HEAP_STACK;
        size_t count = 0;
        for (size_t j = 0; j < judgement->count; j++) {
            const struct finding *finding = &judgement->findings[j];
            bool leaks = finding_fails(finding->kind) || finding->kind == FINDING_COMPANION;
            if (is_growth(finding) && finding->gauge == icicles[i].gauge &&
                finding->holder != NULL && leaks == icicles[i].fails)
                stacks[count++] = (struct icicle_stack){
                    finding->holder, bytes ? finding->bytes_per_iteration : finding->per_iteration};
        }
        html_icicle(out, stacks, count, icicles[i].label,
                    bytes ? GAUGE_HEAP_ALLOC : icicles[i].gauge);
    }
}

static void put_others(struct buffer *out, const struct judgement *judgement)
{
    size_t count = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth(finding) || ++count > LIMIT_PAGE_FINDINGS)
            continue;
        buffer_text(out, count == 1 ? "<h3>Findings that are no growth</h3>\n<ul><li>" : "<li>");
        put_kind(out, finding);
        html_format(out, " %s ",
                    finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "");
        if (finding->holder != NULL)
            html_format(out, "<code>%s</code>", finding->holder);
        if (finding->text != NULL)
            html_format(out, " %s", finding->text);
        buffer_text(out, "</li>\n");
    }
    if (count > LIMIT_PAGE_FINDINGS)
        html_format(out, "<li>%zu more are left out here; result.json has all of them.</li>",
                    count - LIMIT_PAGE_FINDINGS);
    buffer_text(out, count > 0 ? "</ul>\n" : "");
}

void html_findings(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    if (judgement == NULL)
        return;
    if (part->ledger != NULL) {
        put_growth(out, part);
        put_icicles(out, judgement);
    }
    put_others(out, judgement);
}
