/* Every gauge of a scenario: its charts, and its numbers as tables. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "verdict/baseline.h"
#include "verdict/levels.h"

enum { HOLDERS_CHARTED = 4, SAMPLES_NAMED = 1000 };

/* The rate from the sample before to this one. What the target spent on being sampled is no time of
 * its own (verdict/levels.c). */
static double rate_at(const struct series *series, enum gauge gauge, size_t i)
{
    static const double least_seconds = 0.02;
    const struct sample *before = &series->samples[i - 1], *now = &series->samples[i];
    double seconds = now->at - before->at - (gauge == GAUGE_CPU ? before->took : 0);
    return seconds >= least_seconds ? (now->gauges[gauge] - before->gauges[gauge]) / seconds : NAN;
}

struct gauge_row *gauge_rows_new(const struct scenario_result *scenario,
                                 const struct ledger *ledger)
{
    const struct series *series = ledger->series;
    const struct baseline *baseline = scenario->record->header.baseline;
    const struct run_facts *facts = &scenario->record->facts;
    struct gauge_row *rows = memory_array(GAUGE_COUNT, sizeof *rows);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        struct gauge_row *row = &rows[gauge];
        bool rate = gauge_info(gauge)->cumulative;
        snprintf(row->name.text, sizeof row->name.text, "%s%s", gauge_info(gauge)->name,
                 rate ? " per second" : "");
        row->totals = ledger_totals(ledger, gauge);
        row->values = memory_array(series->count, sizeof *row->values);
        for (size_t i = 0; i < series->count; i++) {
            const struct sample *sample = &series->samples[i];
            double value = rate && i > 0 ? rate_at(series, gauge, i) : sample->gauges[gauge];
            if (plot_phase_of(sample) == PLOT_PHASES || (rate && i == 0))
                value = NAN;
            row->values[i] = value;
            row->read = row->read || !isnan(value);
            row->drawn = row->drawn || (!isnan(value) && value != 0);
        }
        row->allowed = baseline_allowed_in_all(baseline, gauge, facts->today);
        row->level = compared_level(baseline, facts, gauge);
        row->tolerance =
            isnan(row->level) ? NAN : baseline_tolerance(&baseline->gauges[gauge], gauge);
    }
    return rows;
}

void gauge_rows_free(struct gauge_row *rows)
{
    for (enum gauge gauge = 0; rows != NULL && gauge < GAUGE_COUNT; gauge++) {
        free(rows[gauge].values);
        free(rows[gauge].totals);
    }
    free(rows);
}

static bool is_judged_by_growth(enum gauge gauge)
{
    return gauge_info(gauge)->rule == RULE_FLOOR || gauge_info(gauge)->rule == RULE_SLOPE;
}

/* The gauges that fail, or the others. */
static void put_gauges(struct buffer *out, const struct page_scenario *part, bool failing)
{
    const struct judgement *judgement = part->scenario->judgement;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        const struct gauge_row *row = &part->rows[gauge];
        bool fails = judgement != NULL && judgement_fails_by(judgement, gauge);
        struct chart chart = {
            .run = &part->run,
            .gauge = gauge,
            .title = gauge_info(gauge)->name,
            .text = gauge_info(gauge)->text,
            .values = row->values,
            .judged = is_judged_by_growth(gauge),
            .loop = ledger_trace(part->ledger, row->totals),
            .rule = growth_rule_count,
            .allowed = row->allowed,
            .level = row->level + row->tolerance,
        };
        if (row->drawn && fails == failing)
            html_chart(out, &chart);
    }
}

/* Those that grow by themselves. */
static void put_holders(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    size_t shown = 0;
    for (size_t i = 0; judgement != NULL && i < judgement->count && shown < HOLDERS_CHARTED; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_GROWTH || finding->holder == NULL)
            continue;
        shown++;
        const struct account *account =
            ledger_account(part->ledger, finding->gauge, finding->holder);
        if (account == NULL)
            continue;
        _cleanup_free_ double *values = ledger_by_sample(part->ledger, account_row(account));
        _cleanup_free_ char *title = memory_format("%s held by", gauge_info(finding->gauge)->name);
        struct chart chart = {
            .run = &part->run,
            .gauge = finding->gauge,
            .title = title,
            .text = finding->holder,
            .values = values,
            .judged = true,
            .loop = ledger_trace(part->ledger, account_row(account)),
            .rule = account->bytes != NULL ? growth_rule_bytes : growth_rule_count,
            .allowed = finding->allowed,
            .level = NAN,
        };
        html_chart(out, &chart);
    }
}

void html_charts(struct buffer *out, const struct page_scenario *part)
{
    const struct series *series = part->run.series;
    size_t zeros = 0;
    if (part->ledger == NULL)
        return;
    html_format(
        out,
        "<h3>Every gauge over the run</h3>\n"
        "<p class=\"legend\">Along the bottom: %ss in the loop, seconds at rest before (idle) and "
        "after it (drain); the narrow band at the left is the warm-up. <span class=\"key "
        "line\">sample</span> <span class=\"key floor\">floor of "
        "a block, which is judged</span> <span class=\"key allowed\">may grow so far</span> "
        "<span class=\"key level\">the most it may rest at</span></p>\n"
        "<div class=\"pictures\"",
        series_step_name(series));
    /* What the script shows of the sample under the pointer. */
    if (series->count <= SAMPLES_NAMED) {
        buffer_text(out, " data-samples=\"");
        for (size_t i = 0; i < series->count; i++)
            html_format(out, "%s, after iteration %u, %.1f s|",
                        phase_name(series->samples[i].phase), series->samples[i].iteration,
                        series->samples[i].at);
        buffer_text(out, "\"");
    }
    buffer_text(out, ">\n<div class=\"charts wide\">\n");
    put_gauges(out, part, true);
    put_holders(out, part);
    buffer_text(out, "</div>\n<div class=\"charts\">\n");
    put_gauges(out, part, false);
    buffer_text(out, "</div></div>\n");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (part->rows[gauge].read && !part->rows[gauge].drawn)
            buffer_format(out, "%s%s",
                          zeros++ == 0 ? "<p class=\"note\">0 throughout, and not drawn: " : ", ",
                          gauge_info(gauge)->name);
    buffer_text(out, zeros > 0 ? ".</p>\n" : "");
}

static void put_number(struct buffer *out, double value, struct short_text text)
{
    html_format(out, "<td class=\"number\">%s</td>", isfinite(value) ? text.text : "–");
}

static void put_amount(struct buffer *out, enum gauge gauge, double value)
{
    put_number(out, value, amount_text(gauge, value));
}

static void put_growth(struct buffer *out, enum gauge gauge, double value)
{
    put_number(out, value, growth_text(gauge, value));
}

/* Of what is never judged by growth, the floors are shown and nothing is allowed or caught. */
static void put_gauge_row(struct buffer *out, const struct page_scenario *part, enum gauge gauge,
                          double smallest)
{
    const struct judgement *judgement = part->scenario->judgement;
    const struct gauge_info *info = gauge_info(gauge);
    const struct gauge_row *row = &part->rows[gauge];
    struct trace loop = ledger_trace(part->ledger, row->totals);
    struct growth growth =
        info->rule == RULE_SLOPE ? slope_of(loop, 0) : growth_of(loop, 0, growth_rule_count);
    if (info->cumulative || !(growth.iterations > 0))
        growth.from = growth.to = growth.per_iteration = NAN;
    html_format(out, "<tr><th scope=\"row\">%s</th>", row->name.text);
    put_amount(out, gauge, judgement != NULL ? judgement->levels[gauge] : NAN);
    put_amount(out, gauge, row->level);
    put_growth(out, gauge, row->tolerance);
    put_amount(out, gauge, growth.from);
    put_amount(out, gauge, growth.to);
    put_growth(out, gauge, growth.per_iteration);
    put_growth(out, gauge, is_judged_by_growth(gauge) ? row->allowed : NAN);
    put_growth(out, gauge, smallest);
    buffer_text(out, "</tr>\n");
}

void html_gauges(struct buffer *out, const struct page_scenario *part)
{
    const struct judgement *judgement = part->scenario->judgement;
    if (part->ledger == NULL)
        return;
    const char *step = series_step_name(part->run.series);
    _cleanup_free_ char *pace = memory_format("per %s", step);
    html_format(
        out,
        "<details><summary><h3>What it would have caught, and every gauge in "
        "numbers</h3></summary>\n<p>The last column is the smallest growth per %s that "
        "this run could tell from noise: what leaks less can be in a run that passes.</p>\n",
        step);
    html_table(out, "gauges", NULL,
               (const char *const[]){"gauge", "at rest", "baseline's level", "tolerated",
                                     "loop, first floor", "last floor", pace, "allowed",
                                     "would have caught", NULL});
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        double smallest = judgement != NULL ? judgement->smallest[gauge] : NAN;
        if (part->rows[gauge].read || isfinite(smallest))
            put_gauge_row(out, part, gauge, smallest);
    }
    buffer_text(out, "</tbody></table></div></details>\n");
}

void html_samples(struct buffer *out, const struct page_scenario *part)
{
    const struct series *series = part->run.series;
    const char *columns[GAUGE_COUNT + 4] = {"phase", "iteration", "at"};
    size_t count = 3;
    if (part->ledger == NULL)
        return;
    size_t every = series->count / LIMIT_PAGE_SAMPLES + 1;
    buffer_text(out, "<details><summary><h3>Samples</h3></summary>\n");
    if (every > 1)
        html_format(out, "<p class=\"note\">One of each %zu of the %zu samples.</p>", every,
                    series->count);
    buffer_text(out, "<p>All holders of each stand in journal.jsonl.</p>\n");
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
        if (part->rows[gauge].drawn)
            columns[count++] = part->rows[gauge].name.text;
    html_table(out, "samples", NULL, columns);
    for (size_t i = 0, shown = 0; i < series->count && shown < LIMIT_PAGE_SAMPLES;
         i += every, shown++) {
        const struct sample *sample = &series->samples[i];
        html_format(out,
                    "<tr><th scope=\"row\">%s</th><td class=\"number\">%u</td>"
                    "<td class=\"number\">%.1f s</td>",
                    phase_name(sample->phase), sample->iteration, sample->at);
        for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++)
            if (part->rows[gauge].drawn)
                put_amount(out, gauge, part->rows[gauge].values[i]);
        buffer_text(out, "</tr>\n");
    }
    buffer_text(out, "</tbody></table></div></details>\n");
}
