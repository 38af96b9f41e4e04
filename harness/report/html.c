/*
 * The report as one page that needs nothing but itself: no network, no other file, and no script to
 * be read. What it is made of: html_page.h.
 *
 * Its content policy allows the style and the script that were embedded when leakgate was built, by
 * their hashes, and nothing else; so a name that got past the escaping could still not act.
 */
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/format.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "report/statements.h"
#include "report/suite_text.h"
#include "result/exit_status.h"
#include "result/amounts.h"
#include "verdict/runtime_memory.h"

/* So many sentences stand above the table: what a person reads in a minute. */
enum { SENTENCES = 9 };

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

static bool wants_attention(const struct scenario_result *scenario)
{
    return ranks[scenario->verdict] < ranks[VERDICT_PASS];
}

bool html_is_open(const struct suite_result *suite, const struct scenario_result *scenario)
{
    return wants_attention(scenario) || suite->count == 1;
}

static void put_head(struct buffer *out, const struct suite_result *suite)
{
    _cleanup_free_ char *counts = suite_counts(suite);
    /* Without an icon of its own a browser would ask for one. */
    html_format(out,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; "
                "form-action 'none'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n<title>%s · leakgate</title>\n",
                html_style_hash, html_script_hash, counts);
    buffer_format(out, "<style>%s</style>\n</head>\n", (const char *)html_style);
}

/* What is missing of it, and what this change does to the gate: whoever reads no further is to
 * know. */
static void put_cautions(struct buffer *out, const struct suite_result *suite)
{
    _cleanup_free_ char *problem = suite->problems.count > 0 ? suite_problem(suite) : NULL;
    _cleanup_free_ char *caution = suite_caution(suite);
    if (problem != NULL)
        html_format(out, "<p class=\"sentence\">%s</p>\n", problem);
    if (caution != NULL)
        html_format(out, "<p class=\"sentence\">%s</p>\n", caution);
    if (suite->missing.count == 0)
        return;
    buffer_text(out, "<ul>\n");
    for (size_t i = 0; i < suite->missing.count; i++)
        html_format(out, "<li>%s</li>\n", suite->missing.items[i]);
    buffer_text(out, "</ul>\n");
}

static void put_sentences(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++) {
        const struct scenario_result *scenario = &suite->scenarios[order[i]];
        if (!wants_attention(scenario) || ++count > SENTENCES)
            continue;
        buffer_text(out, "<p class=\"sentence\">");
        html_verdict(out, scenario);
        html_format(out, " <a href=\"#s%zu\"><b>%s</b></a>", order[i] + 1, scenario->name);
        html_sentence(out, scenario);
        buffer_text(out, "</p>\n");
    }
    if (count > SENTENCES)
        html_format(out, "<p class=\"sentence\">And %zu more, in the table.</p>\n",
                    count - SENTENCES);
    if (count == 0 && suite->count > 0)
        buffer_text(out, "<p class=\"sentence\">Nothing grew that the baselines do not "
                         "allow.</p>\n");
}

static void put_top(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    _cleanup_free_ char *header = suite_header(suite);
    _cleanup_free_ char *counts = suite_counts(suite);
    static const struct {
        int status;
        const char *verdict, *class;
    } verdicts[] = {{EXIT_PASS, "pass", "pass"},
                    {EXIT_LEAK, "leak", "leak"},
                    {EXIT_NOTHING_JUDGED, "nothing judged", "inconclusive"},
                    {EXIT_INCONCLUSIVE, "inconclusive", "inconclusive"}};
    const char *verdict = suite->signal != 0 ? "stopped" : "failed";
    const char *class = suite->signal != 0 ? "inconclusive" : "failed";
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (verdicts[i].status == suite_exit_status(suite)) {
            verdict = verdicts[i].verdict;
            class = verdicts[i].class;
        }
    html_format(out,
                "<body>\n<a class=\"skip\" href=\"#scenarios\">To the table of scenarios</a>\n"
                "<header>\n<p class=\"about\">leakgate · %s</p>\n"
                "<h1><span class=\"verdict %s\">%s</span> %s</h1>\n</header>\n"
                "<main>\n<section aria-label=\"verdict\">\n",
                header, class, verdict, counts);
    put_cautions(out, suite);
    put_sentences(out, suite, order);
    if (suite->signal != 0)
        html_format(out, "Stopped by signal %d (%s).", suite->signal, strsignal(suite->signal));
    html_next_steps(out, suite, NULL);
    buffer_text(out, "</section>\n");
}

static void put_row(struct buffer *out, const struct scenario_result *scenario, size_t number)
{
    const struct finding *worst = html_worst(scenario);
    const char *subject = worst == NULL                ? "–"
                          : worst->gauge < GAUGE_COUNT ? gauge_info(worst->gauge)->name
                                                       : finding_kind_name(worst->kind);
    bool grows = worst != NULL && worst->kind == FINDING_GROWTH;
    struct finding whole = grows ? gauge_growth(scenario, worst) : (struct finding){0};
    html_format(out, "<tr><th scope=\"row\"><a href=\"#s%zu\">%s</a></th><td>", number,
                scenario->name);
    html_verdict(out, scenario);
    html_format(out, "%s</td><td>%s</td><td class=\"number\">%s</td><td>",
                is_forgiven(scenario) ? " (quarantined)" : "", subject,
                grows ? html_pace(&whole).text : "–");
    if (worst != NULL && worst->holder != NULL) {
        html_format(out, "<code>%s</code>",
                    worst->function != NULL ? html_short_function(worst->function) : worst->holder);
    } else {
        buffer_text(out, "–");
    }
    buffer_text(out, "</td><td>");
    if (worst != NULL && worst->place_count > 0)
        html_format(out, "<code>%s</code>", worst->places[0].step);
    else
        buffer_text(out, "–");
    html_format(out, "</td><td class=\"number\">%s</td></tr>\n",
                scenario->seconds > 0 ? seconds_text(scenario->seconds).text : "–");
}

static void put_table(struct buffer *out, const struct suite_result *suite, const size_t *order)
{
    static const char *const columns[] = {"scenario", "verdict",  "what grew", "per iteration",
                                          "held by",  "grows at", "took",      NULL};
    buffer_text(out, "<section aria-labelledby=\"scenarios\">\n<h2 id=\"scenarios\" "
                     "tabindex=\"-1\">Scenarios</h2>\n");
    html_table(out, "scenarios", "scenarios", columns);
    for (size_t i = 0; i < suite->count; i++)
        put_row(out, &suite->scenarios[order[i]], order[i] + 1);
    buffer_text(out, "</tbody></table></div>\n</section>\n");
}

/* A section that would make the page too large is left out, and says so in its place. */
static void put_section(struct buffer *out, const struct suite_result *suite, size_t index)
{
    const struct scenario_result *scenario = &suite->scenarios[index];
    _cleanup_buffer_ struct buffer section = {0};
    _cleanup_ledger_ struct ledger *ledger = NULL;
    struct gauge_row *rows = NULL;
    struct page_scenario part = {.suite = suite,
                                 .scenario = scenario,
                                 .number = index + 1,
                                 .open = html_is_open(suite, scenario)};
    if (scenario->record != NULL && scenario->record->series.count > 0) {
        part.run = plot_run_of(&scenario->record->series);
        part.ledger = ledger = ledger_new(&scenario->record->series);
        runtime_memory_correct(ledger);
        part.rows = rows = gauge_rows_new(scenario, ledger);
    }
    html_scenario(&section, &part);
    gauge_rows_free(rows);
    if (out->length + section.length <= LIMIT_PAGE_BYTES) {
        buffer_append(out, buffer_string(&section), section.length);
        return;
    }
    html_format(out, "<div class=\"scenario\" id=\"s%zu\"><h2>%s</h2> ", part.number,
                scenario->name);
    html_verdict(out, scenario);
    html_format(out,
                "<p class=\"note\">Left out: the page would be larger than %u MiB. result.json and "
                "the scenario's directory have all of it.</p></div>\n",
                LIMIT_PAGE_BYTES / (1024u * 1024u));
}

static void put_foot(struct buffer *out, const struct suite_result *suite)
{
    bool first = true;
    buffer_text(out, "</main>\n<footer><p>Made by leakgate " LEAKGATE_VERSION);
    if (suite->date[0] != '\0')
        html_format(out, " of a run of %s", suite->date);
    html_format(out, "; exit status %d. The same in other forms, beside this page: ",
                suite_exit_status(suite));
    for (size_t i = 0; i < report_format_count; i++) {
        const struct report_format *format = &report_format_table[i];
        if (format->file == NULL || format->write == html_report)
            continue;
        buffer_text(out, first ? "" : ", ");
        html_link(out, format->file, format->file);
        first = false;
    }
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
