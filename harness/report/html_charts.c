/* Every gauge of a scenario: its charts, and its numbers as tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_chart.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "result/amounts.h"
#include "verdict/baseline.h"
#include "verdict/levels.h"

enum { HOLDERS_CHARTED = 4, SAMPLES_NAMED = 1000 };

/* A gauge over the samples of the series, and what is known of it. */
struct gauge_row {
    double *values; /* of what only ever rises, its rate per second */
    bool read;      /* any of them */
    bool zero;      /* 0 throughout */
    double allowed; /* growth per iteration, by the baseline with all its exceptions */
    double level;   /* the baseline's; NAN: none that is compared */
    double tolerance;
};

/* The rate from the sample before to this one. What the target spent on being sampled is no time of
 * its own (verdict/levels.c). */
static double rate_at(const struct series *series, enum gauge gauge, size_t i)
{
    static const double least_seconds = 0.02;
    const struct sample *before = &series->samples[i - 1], *now = &series->samples[i];
    double seconds = now->at - before->at - (gauge == GAUGE_CPU ? before->took : 0);
    return seconds >= least_seconds ? (now->gauges[gauge] - before->gauges[gauge]) / seconds : NAN;
}

static struct gauge_row gauge_row_of(const struct page_scenario *part, enum gauge gauge)
{
    const struct series *series = part->run.series;
    const struct baseline *baseline = part->scenario->record->header.baseline;
    const struct run_facts *facts = &part->scenario->record->facts;
    struct gauge_row row = {.zero = true};
    row.values = memory_array(series->count + 1, sizeof *row.values);
    for (size_t i = 0; i < series->count; i++) {
        bool drawn = plot_phase_of(&series->samples[i]) != PLOT_PHASES;
        double value = !drawn || (gauge_info(gauge)->cumulative && i == 0) ? NAN
                       : gauge_info(gauge)->cumulative ? rate_at(series, gauge, i)
                                                       : series->samples[i].gauges[gauge];
        row.values[i] = value;
        row.read = row.read || !isnan(value);
        row.zero = row.zero && (isnan(value) || value == 0);
    }
    row.allowed = baseline_allowed_in_all(baseline, gauge, facts->today);
    row.level = compared_level(baseline, facts, gauge);
    row.tolerance = isnan(row.level) ? NAN : baseline_tolerance(&baseline->gauges[gauge], gauge);
    return row;
}

static bool fails_by(const struct page_scenario *part, enum gauge gauge)
{
    const struct judgement *judgement = part->scenario->judgement;
    for (size_t i = 0; judgement != NULL && i < judgement->count; i++)
        if (judgement->findings[i].gauge == gauge && finding_fails(judgement->findings[i].kind))
            return true;
    return false;
}

static void put_gauge(struct buffer *out, const struct page_scenario *part, enum gauge gauge,
                      const struct gauge_row *row)
{
    const struct gauge_info *info = gauge_info(gauge);
    struct chart chart = {
        .run = &part->run,
        .gauge = gauge,
        .title = info->name,
        .text = info->text,
        .values = row->values,
        .per_second = info->cumulative,
        .judged = info->rule == RULE_FLOOR || info->rule == RULE_SLOPE,
        .rule = growth_rule_count,
        .allowed = row->allowed,
        .level = row->level + row->tolerance,
    };
    html_chart(out, &chart);
}

/* One holder that grows by itself. */
static void put_holder(struct buffer *out, const struct page_scenario *part,
                       const struct finding *finding)
{
    const struct account *account = ledger_account(part->ledger, finding->gauge, finding->holder);
    if (account == NULL)
        return;
    _cleanup_free_ double *values = ledger_by_sample(part->ledger, account_row(account));
    _cleanup_free_ char *title = memory_format("%s held by", gauge_info(finding->gauge)->name);
    struct chart chart = {
        .run = &part->run,
        .gauge = finding->gauge,
        .title = title,
        .text = finding->holder,
        .values = values,
        .judged = true,
        .rule = account->bytes != NULL ? growth_rule_bytes : growth_rule_count,
        .allowed = finding->allowed,
        .level = NAN,
    };
    html_chart(out, &chart);
}

static void put_holders(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    size_t shown = 0;
    for (size_t i = 0; judgement != NULL && i < judgement->count && shown < HOLDERS_CHARTED; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_GROWTH || finding->holder == NULL)
            continue;
        put_holder(out, part, finding);
        shown++;
    }
}

/* What the script shows of the sample under the pointer. */
static void put_sample_names(struct buffer *out, const struct page_scenario *part)
{
    const struct series *series = part->run.series;
    if (series->count > SAMPLES_NAMED)
        return;
    buffer_text(out, " data-samples=\"");
    for (size_t i = 0; i < series->count; i++)
        buffer_format(out, "%s, after iteration %u, %.1f s|", phase_name(series->samples[i].phase),
                      series->samples[i].iteration, series->samples[i].at);
    buffer_text(out, "\"");
}

static void put_zeros(struct buffer *out, const struct gauge_row rows[GAUGE_COUNT])
{
    bool first = true;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!rows[gauge].read || !rows[gauge].zero)
            continue;
        buffer_format(out, "%s%s", first ? "<p class=\"note\">0 throughout, and not drawn: " : ", ",
                      gauge_info(gauge)->name);
        first = false;
    }
    buffer_text(out, first ? "" : ".</p>\n");
}

static void put_legend(struct buffer *out, const struct page_scenario *part)
{
    buffer_format(
        out,
        "<p class=\"legend\">Along the bottom: %s in the loop, seconds at rest before (idle) and "
        "after it (drain); the narrow band at the left is the warm-up. <span class=\"key "
        "line\">sample</span> <span class=\"key floor\">floor of "
        "a block, which is judged</span> <span class=\"key allowed\">may grow so far</span> "
        "<span class=\"key level\">the most it may rest at</span></p>\n",
        part->run.series->per_minute ? "minutes" : "iterations");
}

static void put_drawn(struct buffer *out, const struct page_scenario *part,
                      const struct gauge_row rows[GAUGE_COUNT], bool failing)
{
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (rows[gauge].read && !rows[gauge].zero && fails_by(part, gauge) == failing)
            put_gauge(out, part, gauge, &rows[gauge]);
}

void html_charts(struct buffer *out, const struct page_scenario *part)
{
    struct gauge_row rows[GAUGE_COUNT];
    if (part->ledger == NULL)
        return;
    buffer_text(out, "<h3>Every gauge over the run</h3>\n");
    put_legend(out, part);
    buffer_text(out, "<div class=\"pictures\"");
    put_sample_names(out, part);
    buffer_text(out, ">\n<div class=\"charts wide\">\n");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        rows[gauge] = gauge_row_of(part, gauge);
    put_drawn(out, part, rows, true);
    put_holders(out, part);
    buffer_text(out, "</div>\n<div class=\"charts\">\n");
    put_drawn(out, part, rows, false);
    buffer_text(out, "</div></div>\n");
    put_zeros(out, rows);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        free(rows[gauge].values);
}

static void put_amount(struct buffer *out, enum gauge gauge, double value, bool growth)
{
    char text[64];
    if (growth)
        growth_describe(gauge, value, text, sizeof text);
    else
        amount_describe(gauge, value, text, sizeof text);
    buffer_format(out, "<td class=\"number\">%s</td>", isfinite(value) ? text : "–");
}

/* What the loop did to it, by the judge's floors or slope. */
static void put_loop(struct buffer *out, const struct page_scenario *part, enum gauge gauge,
                     const struct gauge_row *row)
{
    size_t room = part->run.series->count + 1;
    _cleanup_free_ double *positions = memory_array(room, sizeof *positions);
    _cleanup_free_ double *values = memory_array(room, sizeof *values);
    struct trace trace = chart_trace(&part->run, row->values, positions, values);
    struct growth growth = gauge_info(gauge)->rule == RULE_SLOPE
                               ? slope_of(trace, 0)
                               : growth_of(trace, 0, growth_rule_count);
    if (gauge_info(gauge)->cumulative || !(growth.iterations > 0))
        growth.from = growth.to = growth.per_iteration = NAN;
    put_amount(out, gauge, growth.from, false);
    put_amount(out, gauge, growth.to, false);
    put_amount(out, gauge, growth.per_iteration, true);
}

/* Of what is never judged by growth, the floors are shown and nothing is allowed or caught. */
static void put_gauge_row(struct buffer *out, const struct page_scenario *part, enum gauge gauge,
                          const struct gauge_row *row)
{
    const struct judgement *judgement = part->scenario->judgement;
    const struct gauge_info *info = gauge_info(gauge);
    bool judged = info->rule == RULE_FLOOR || info->rule == RULE_SLOPE;
    buffer_format(out, "<tr><th scope=\"row\">%s%s</th>", info->name,
                  info->cumulative ? " per second" : "");
    put_amount(out, gauge, judgement != NULL ? judgement->levels[gauge] : NAN, false);
    put_amount(out, gauge, row->level, false);
    put_amount(out, gauge, row->tolerance, true);
    put_loop(out, part, gauge, row);
    put_amount(out, gauge, judged ? row->allowed : NAN, true);
    put_amount(out, gauge, judgement != NULL ? judgement->smallest[gauge].per_iteration : NAN,
               true);
    buffer_text(out, "</tr>\n");
}

void html_gauges(struct buffer *out, const struct page_scenario *part)
{
    if (part->ledger == NULL)
        return;
    const char *step = series_step_name(part->run.series);
    buffer_format(
        out,
        "<details><summary><h3>What it would have caught, and every gauge in "
        "numbers</h3></summary>\n<p>The last column is the smallest growth per %s that "
        "this run could tell from noise: what leaks less can be in a run that passes.</p>\n"
        "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"gauges\">"
        "<table><thead><tr><th scope=\"col\">gauge</th><th scope=\"col\">at rest</th>"
        "<th scope=\"col\">baseline's level</th><th scope=\"col\">tolerated</th>"
        "<th scope=\"col\">loop, first floor</th><th scope=\"col\">last floor</th>"
        "<th scope=\"col\">per %s</th><th scope=\"col\">allowed</th>"
        "<th scope=\"col\">would have caught</th></tr></thead><tbody>\n",
        step, step);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        struct gauge_row row = gauge_row_of(part, gauge);
        const struct judgement *judgement = part->scenario->judgement;
        bool caught = judgement != NULL && isfinite(judgement->smallest[gauge].per_iteration);
        if (row.read || caught)
            put_gauge_row(out, part, gauge, &row);
        free(row.values);
    }
    buffer_text(out, "</tbody></table></div></details>\n");
}

static void put_sample(struct buffer *out, const struct page_scenario *part, size_t i,
                       const struct gauge_row rows[GAUGE_COUNT])
{
    const struct sample *sample = &part->run.series->samples[i];
    buffer_format(out,
                  "<tr><th scope=\"row\">%s</th><td class=\"number\">%u</td>"
                  "<td class=\"number\">%.1f s</td>",
                  phase_name(sample->phase), sample->iteration, sample->at);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (rows[gauge].read && !rows[gauge].zero)
            put_amount(out, gauge, rows[gauge].values[i], false);
    buffer_text(out, "</tr>\n");
}

void html_samples(struct buffer *out, const struct page_scenario *part)
{
    struct gauge_row rows[GAUGE_COUNT];
    size_t count = part->run.series != NULL ? part->run.series->count : 0, shown = 0;
    if (part->ledger == NULL)
        return;
    size_t every = count / LIMIT_PAGE_SAMPLES + 1;
    buffer_text(out, "<details><summary><h3>Samples</h3></summary>\n");
    if (every > 1)
        buffer_format(out, "<p class=\"note\">One of each %zu of the %zu samples.</p>", every,
                      count);
    buffer_text(out, "<p>All holders of each stand in journal.jsonl.</p>\n<div class=\"scroll\" "
                     "tabindex=\"0\" role=\"group\" aria-label=\"samples\"><table><thead><tr>"
                     "<th scope=\"col\">phase</th><th scope=\"col\">iteration</th>"
                     "<th scope=\"col\">at</th>");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        rows[gauge] = gauge_row_of(part, gauge);
        if (rows[gauge].read && !rows[gauge].zero)
            buffer_format(out, "<th scope=\"col\">%s%s</th>", gauge_info(gauge)->name,
                          gauge_info(gauge)->cumulative ? " per second" : "");
    }
    buffer_text(out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < count && shown < LIMIT_PAGE_SAMPLES; i += every, shown++)
        put_sample(out, part, i, rows);
    buffer_text(out, "</tbody></table></div></details>\n");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        free(rows[gauge].values);
}
