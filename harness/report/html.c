/*
 * The report as one page that needs nothing but itself: no network, no other file, and no script to
 * be read. What it is made of: html_page.h.
 *
 * Its content policy allows the style and the script that were embedded when leakgate was built, by
 * their hashes, and nothing else; so a name that got past the escaping could still not act.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/format.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/console.h"
#include "report/revision_text.h"
#include "result/amounts.h"
#include "verdict/holder_key.h"
#include "verdict/runtime_memory.h"

/* So many sentences stand above the table: what a person reads in a minute. */
enum { SENTENCES = 9 };

/* What stands first on the page: what needs a person, in the order of how much it says. */
static unsigned place_of(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_LEAK:
        return 0;
    case VERDICT_FAILED:
        return 1;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_INVALID:
        return 2;
    case VERDICT_PASS:
        return 3;
    case VERDICT_SKIPPED:
    case VERDICT_COUNT:
        break;
    }
    return 4;
}

/* The numbers of the scenarios in the order of the page; the caller frees it. */
size_t *html_order(const struct suite_result *suite)
{
    size_t *order = memory_array(suite->count + 1, sizeof *order);
    size_t count = 0;
    for (unsigned place = 0; place <= 4; place++)
        for (size_t i = 0; i < suite->count; i++)
            if (place_of(suite->scenarios[i].verdict) == place)
                order[count++] = i;
    return order;
}

static bool wants_attention(const struct scenario_result *scenario)
{
    return place_of(scenario->verdict) < place_of(VERDICT_PASS);
}

/* The verdict on all, by the exit status. */
static const char *suite_verdict(const struct suite_result *suite, const char **class)
{
    int status = suite_exit_status(suite);
    *class = "inconclusive";
    if (suite->signal != 0)
        return "stopped";
    switch (status) {
    case EXIT_PASS:
        *class = "pass";
        return "pass";
    case EXIT_LEAK:
        *class = "leak";
        return "leak";
    case EXIT_NOTHING_JUDGED:
        return "nothing judged";
    case EXIT_INCONCLUSIVE:
        return "inconclusive";
    default:
        *class = "failed";
        return "failed";
    }
}

static void put_head(struct buffer *out, const struct suite_result *suite)
{
    _cleanup_free_ char *counts = console_counts(suite);
    buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    buffer_format(out,
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; "
                  "form-action 'none'\">\n",
                  html_style_hash, html_script_hash);
    /* Without an icon of its own a browser would ask for one. */
    buffer_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<link rel=\"icon\" href=\"data:,\">\n<title>");
    html_format(out, "%s · leakgate", counts);
    buffer_format(out, "</title>\n<style>%s</style>\n</head>\n", (const char *)html_style);
}

static void put_sentences(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[order[i]];
        if (!wants_attention(scenario))
            continue;
        if (shown == SENTENCES) {
            more++;
            continue;
        }
        shown++;
        buffer_text(out, "<p class=\"sentence\">");
        html_verdict(out, scenario);
        buffer_text(out, " <a href=\"#");
        html_anchor(out, order[i]);
        buffer_text(out, "\"><b>");
        html_text(out, scenario->name);
        buffer_text(out, "</b></a>");
        html_sentence(out, scenario);
        buffer_text(out, "</p>\n");
    }
    if (more > 0)
        buffer_format(out, "<p class=\"sentence\">And %zu more, in the table.</p>\n", more);
    if (shown == 0 && suite->count > 0)
        buffer_text(out, "<p class=\"sentence\">Nothing grew that the baselines do not "
                         "allow.</p>\n");
}

static void put_caution_line(struct buffer *out, const char *text)
{
    buffer_text(out, "<p class=\"sentence\">");
    html_text(out, text);
    buffer_text(out, "</p>\n");
}

/* What is missing of it, and what this change does to the gate: whoever reads no further is to
 * know. */
static void put_cautions(struct buffer *out, const struct suite_result *suite)
{
    _cleanup_free_ char *problem = suite->problems.count > 0 ? console_problem(suite) : NULL;
    _cleanup_free_ char *caution = revision_caution(suite);
    if (problem != NULL)
        put_caution_line(out, problem);
    if (caution != NULL)
        put_caution_line(out, caution);
    if (suite->missing.count == 0)
        return;
    buffer_text(out, "<ul>\n");
    for (size_t i = 0; i < suite->missing.count; i++) {
        buffer_text(out, "<li>");
        html_text(out, suite->missing.items[i]);
        buffer_text(out, "</li>\n");
    }
    buffer_text(out, "</ul>\n");
}

static void put_top(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    _cleanup_free_ char *header = console_header(suite);
    _cleanup_free_ char *counts = console_counts(suite);
    const char *class;
    const char *word = suite_verdict(suite, &class);
    buffer_format(out,
                  "<body>\n<a class=\"skip\" href=\"#scenarios\">To the table of scenarios</a>\n"
                  "<header>\n<p class=\"about\">leakgate · ");
    html_text(out, header);
    buffer_format(out, "</p>\n<h1><span class=\"verdict %s\">%s</span> ", class, word);
    html_text(out, counts);
    buffer_text(out, "</h1>\n</header>\n<main>\n<section aria-label=\"verdict\">\n");
    put_cautions(out, suite);
    put_sentences(out, suite, order);
    if (suite->signal != 0)
        html_format(out, "Stopped by signal %d (%s).", suite->signal, strsignal(suite->signal));
    html_next_steps(out, suite, NULL);
    buffer_text(out, "</section>\n");
}

static void put_worst(struct buffer *out, const struct scenario_result *scenario)
{
    const struct finding *worst = html_worst(scenario);
    bool growth = worst != NULL && worst->kind == FINDING_GROWTH;
    bool heap = worst != NULL && worst->gauge == GAUGE_HEAP_STACK;
    char pace[64] = "–";
    if (growth)
        growth_describe(heap ? GAUGE_HEAP_ALLOC : worst->gauge,
                        heap ? worst->bytes_per_iteration : worst->per_iteration, pace,
                        sizeof pace);
    buffer_text(out, "<td>");
    html_text(out, worst == NULL                ? "–"
                   : worst->gauge < GAUGE_COUNT ? gauge_info(worst->gauge)->name
                                                : finding_kind_name(worst->kind));
    buffer_format(out, "</td><td class=\"number\">%s</td><td>", pace);
    if (worst != NULL && worst->holder != NULL) {
        bool stack =
            heap || worst->gauge == GAUGE_GOROUTINE || worst->gauge == GAUGE_GOROUTINE_LEAK;
        _cleanup_free_ char *leaf =
            memory_copy_range(worst->holder, holder_key_frame(worst->holder));
        html_code(out, stack ? html_short_function(leaf) : worst->holder);
    } else {
        buffer_text(out, "–");
    }
    buffer_text(out, "</td><td>");
    if (worst != NULL && worst->place_count > 0)
        html_code(out, worst->places[0].step);
    else
        buffer_text(out, "–");
    buffer_text(out, "</td>");
}

static void put_table(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    buffer_text(out, "<section aria-labelledby=\"scenarios\">\n<h2 id=\"scenarios\" "
                     "tabindex=\"-1\">Scenarios</h2>\n<div class=\"scroll\" tabindex=\"0\" "
                     "role=\"group\" aria-label=\"scenarios\"><table class=\"scenarios\"><thead>"
                     "<tr><th scope=\"col\">scenario</th><th scope=\"col\">verdict</th>"
                     "<th scope=\"col\">what grew</th><th scope=\"col\">per iteration</th>"
                     "<th scope=\"col\">held by</th><th scope=\"col\">grows at</th>"
                     "<th scope=\"col\">took</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[order[i]];
        char took[64];
        clock_describe((int64_t)(scenario->seconds * 1e9), took, sizeof took);
        buffer_text(out, "<tr><th scope=\"row\"><a href=\"#");
        html_anchor(out, order[i]);
        buffer_text(out, "\">");
        html_text(out, scenario->name);
        buffer_text(out, "</a></th><td>");
        html_verdict(out, scenario);
        buffer_text(out, is_forgiven(scenario) ? " (quarantined)</td>" : "</td>");
        put_worst(out, scenario);
        buffer_format(out, "<td class=\"number\">%s</td></tr>\n",
                      scenario->seconds > 0 ? took : "–");
    }
    buffer_text(out, "</tbody></table></div>\n</section>\n");
}

bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario)
{
    return wants_attention(scenario) || suite->count == 1;
}

static void render(struct buffer *out, const struct suite_result *suite, size_t number)
{
    const struct scenario_result *scenario = &suite->scenarios[number];
    struct page_scenario part = {.suite = suite,
                                 .scenario = scenario,
                                 .number = number,
                                 .open = html_is_open(suite, scenario)};
    struct ledger *ledger = NULL;
    if (scenario->record != NULL && scenario->record->series.count > 0) {
        ledger = ledger_new(&scenario->record->series);
        runtime_memory_correct(ledger);
        part.ledger = ledger;
        part.run = plot_run_of(&scenario->record->series);
    }
    html_scenario(out, &part);
    cleanup_ledger(&ledger);
}

/* A section that would make the page too large is left out, and says so in its place. */
static void put_section(struct buffer *out, const struct suite_result *suite, size_t number)
{
    const struct scenario_result *scenario = &suite->scenarios[number];
    _cleanup_buffer_ struct buffer section = {0};
    render(&section, suite, number);
    if (out->length + section.length <= LIMIT_PAGE_BYTES) {
        buffer_append(out, buffer_string(&section), section.length);
        return;
    }
    buffer_text(out, "<div class=\"scenario\" id=\"");
    html_anchor(out, number);
    buffer_text(out, "\"><h2>");
    html_text(out, scenario->name);
    buffer_text(out, "</h2> ");
    html_verdict(out, scenario);
    buffer_format(
        out,
        "<p class=\"note\">Left out: the page would be larger than %u MiB. result.json and "
        "the scenario's directory have all of it.</p></div>\n",
        LIMIT_PAGE_BYTES / (1024u * 1024u));
}

static void put_foot(struct buffer *out, const struct suite_result *suite)
{
    buffer_text(out, "</main>\n<footer><p>Made by leakgate " LEAKGATE_VERSION);
    if (suite->date[0] != '\0')
        html_format(out, " of a run of %s", suite->date);
    buffer_format(out, "; exit status %d. The same in other forms, beside this page: ",
                  suite_exit_status(suite));
    for (size_t i = 0, shown = 0; i < report_format_count; i++)
        if (report_format_table[i].file != NULL && report_format_table[i].write != html_report)
            buffer_format(out, "%s<a href=\"./%s\">%s</a>", shown++ > 0 ? ", " : "",
                          report_format_table[i].file, report_format_table[i].file);
    buffer_format(out, ".</p></footer>\n<script>%s</script>\n</body>\n</html>\n",
                  (const char *)html_script);
}

void html_report(const struct suite_result *suite, struct buffer *out)
{
    _cleanup_free_ size_t *order = html_order(suite);
    put_head(out, suite);
    put_top(out, suite, order);
    put_table(out, suite, order);
    for (size_t i = 0; i < suite->count; i++)
        put_section(out, suite, order[i]);
    put_foot(out, suite);
}
