#include "report/statements.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "result/attempts.h"
#include "result/earlier.h"
#include "report/text_layout.h"
#include "verdict/ledger.h"
#include "verdict/levels.h"
#include "verdict/outcome.h"
#include "result/exit_status.h"

/* More than these would bury the gauge's own line; result.json has all of them. */
enum { HOLDERS_SHOWN = 6, PLACES_SHOWN = 3, COMPANIONS_SHOWN = 3 };

/* From here on a loop is a soak, and what it gains in an hour is of interest. */
static const double soak_seconds = 600;

/* --- The lists --- */

static struct statement *add_statement(struct statements *statements, const struct finding *finding,
                                       char *text)
{
    struct statement *statement =
        array_add(statements->items, statements->count, statements->capacity);
    *statement = (struct statement){.finding = finding, .text = text};
    statement->fails = finding == NULL || finding_fails(finding->kind);
    return statement;
}

struct detail *details_add(struct details *details, const char *label, char *text)
{
    struct detail *detail = array_add(details->items, details->count, details->capacity);
    *detail = (struct detail){.label = label, .text = text};
    return detail;
}

void details_free(struct details *details)
{
    for (size_t i = 0; i < details->count; i++)
        free(details->items[i].text);
    free(details->items);
    *details = (struct details){0};
}

void statements_free(struct statements *statements)
{
    for (size_t i = 0; i < statements->count; i++) {
        details_free(&statements->items[i].details);
        free(statements->items[i].text);
    }
    free(statements->items);
    *statements = (struct statements){0};
}

/* --- Against another report --- */

char *standings_text(const size_t counts[STANDING_COUNT])
{
    struct buffer text = {0};
    for (enum standing standing = STANDING_NEW; standing < STANDING_COUNT; standing++)
        if (counts[standing] > 0)
            buffer_format(&text, "%s%zu %s", text.length > 0 ? ", " : "", counts[standing],
                          standing_name(standing));
    return buffer_take(&text);
}

/* Behind a statement: ", new"; where several holders stand differently ", 1 new, 2 as before". */
static void tell_standing(struct statement *statement, const struct judgement *judgement)
{
    const struct finding *about = statement->finding;
    size_t counts[STANDING_COUNT] = {0}, all = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool counted =
            finding == about || (about->kind == FINDING_GROWTH && finding->kind == about->kind &&
                                 finding->gauge == about->gauge);
        counts[finding->standing] += counted;
        all += counted && finding->standing != STANDING_UNKNOWN;
    }
    if (all == 0)
        return;
    _cleanup_free_ char *numbers = standings_text(counts);
    bool alike = counts[about->standing] == all;
    char *text =
        memory_format("%s, %s", statement->text, alike ? standing_name(about->standing) : numbers);
    free(statement->text);
    statement->text = text;
}

/* How one holder, or what has none, stands. */
static void add_standing(struct statement *statement, const struct scenario_result *scenario,
                         const struct finding *finding)
{
    char *text = standing_text(scenario, finding);
    if (text != NULL)
        details_add(&statement->details, "compared", text)->sentence = true;
}

/* --- Growth in words --- */

static bool is_growth(const struct finding *finding)
{
    return finding->gauge < GAUGE_COUNT && finding->kind == FINDING_GROWTH;
}

const char *scenario_step_name(const struct scenario_result *scenario)
{
    return scenario->record != NULL ? series_step_name(&scenario->record->series) : "iteration";
}

/* Is its growth given per hour as well? */
static bool is_soak(const struct scenario_result *scenario, struct pace *pace)
{
    if (scenario->record == NULL)
        return false;
    *pace = series_pace(&scenario->record->series);
    return isfinite(pace->steps_per_hour) &&
           (scenario->record->series.per_minute || pace->seconds > soak_seconds);
}

/* The growth of so many of the finding's steps: of a heap stack "+1.00 objects, +512 B per
 * iteration", of all else "+1.00 per iteration". */
static void put_growth(struct buffer *out, const struct finding *finding, double steps,
                       const char *unit)
{
    double growth = finding->per_iteration * steps;
    buffer_text(out, out->length > 0 ? ", " : "");
    if (finding->gauge == GAUGE_HEAP_STACK)
        buffer_format(out, "%+.2f objects, %s per %s", growth,
                      growth_text(GAUGE_HEAP_ALLOC, finding->bytes_per_iteration * steps).text,
                      unit);
    else
        buffer_format(out, "%s per %s", growth_text(finding->gauge, growth).text, unit);
}

/* "+12.00 per minute, +1.00 per iteration, +720.00 per hour"; the caller frees it. */
static char *describe_pace(const struct scenario_result *scenario, const struct finding *finding)
{
    struct buffer text = {0};
    struct pace pace;
    bool soak = is_soak(scenario, &pace);
    put_growth(&text, finding, 1, scenario_step_name(scenario));
    if (soak && isfinite(pace.iterations_per_step))
        put_growth(&text, finding, 1 / pace.iterations_per_step, "iteration");
    if (soak)
        put_growth(&text, finding, pace.steps_per_hour, "hour");
    return buffer_take(&text);
}

/* The judge names the holders that grow; a person asks first about the total. */
static void widen_to_total(const struct scenario_result *scenario, struct finding *finding)
{
    if (gauge_info(finding->gauge)->rule != RULE_FLOOR || scenario->record == NULL)
        return;
    _cleanup_ledger_ struct ledger *ledger = ledger_new(&scenario->record->series);
    _cleanup_free_ double *totals = ledger_totals(ledger, finding->gauge);
    struct account total = {.gauge = finding->gauge, .values = totals};
    struct outcome outcome = outcome_of(ledger, &total, (struct allowance){0});
    if (!(outcome.iterations > 0) || isnan(outcome.from) || isnan(outcome.to))
        return;
    finding->per_iteration = outcome.per_iteration;
    finding->from = outcome.from;
    finding->to = outcome.to;
    finding->iterations = outcome.iterations;
}

/* Where more of it grows than its holders do (allowed, seen in one run alone, gone at rest), or
 * several processes are added up, all of them together stand for its total. */
struct finding gauge_growth(const struct scenario_result *scenario, const struct finding *finding)
{
    const struct judgement *judgement = scenario->judgement;
    struct finding whole = *finding, sum = *finding;
    bool others = false;
    sum.per_iteration = sum.from = sum.to = 0;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *other = &judgement->findings[i];
        if (other->gauge != finding->gauge)
            continue;
        if (is_growth(other) && other->holder == NULL)
            return *other;
        others = others || other->kind == FINDING_ALLOWED || other->kind == FINDING_UNCONFIRMED ||
                 other->kind == FINDING_BACKLOG || other->kind == FINDING_FILLED ||
                 other->processes > 0;
        if (!is_growth(other))
            continue;
        sum.per_iteration += other->per_iteration;
        sum.from += other->from;
        sum.to += other->to;
    }
    if (!others)
        widen_to_total(scenario, &whole);
    return others && gauge_info(finding->gauge)->rule == RULE_FLOOR ? sum : whole;
}

/* "+1.00 per iteration (25 -> 65 in 40 iterations)"; the caller frees it. */
static char *describe_figures(const struct scenario_result *scenario, const struct finding *finding)
{
    char before[64], after[64];
    level_describe(finding->gauge, finding->from, before, sizeof before);
    level_describe(finding->gauge, finding->to, after, sizeof after);
    if (gauge_info(finding->gauge)->cumulative)
        return memory_format("at rest %s -> %s in %.3g iterations, %+.3g each", before, after,
                             finding->iterations, finding->per_iteration);
    _cleanup_free_ char *pace = describe_pace(scenario, finding);
    return memory_format("%s (%s -> %s in %.3g %ss)", pace,
                         amount_text(finding->gauge, finding->from).text,
                         amount_text(finding->gauge, finding->to).text, finding->iterations,
                         scenario_step_name(scenario));
}

/* "fd +1.00 per iteration (25 -> 65 in 40 iterations), in one run alone"; the caller frees it. */
static char *describe_growth(const struct scenario_result *scenario, const struct finding *finding)
{
    bool failed = scenario->record != NULL && scenario->record->facts.failed;
    _cleanup_free_ char *figures = describe_figures(scenario, finding);
    return memory_format("%s %s%s", gauge_info(finding->gauge)->name, figures,
                         failed ? ", until it failed"
                         : scenario->verdict == VERDICT_INVALID
                             ? ", until the measurement went wrong"
                         : finding->confirmed           ? ", confirmed in a fresh process"
                         : finding->processes > 0       ? ", in all processes together"
                         : finding->repeats             ? ", seen in two loops"
                         : scenario_is_watch(scenario)  ? ""
                         : scenario->attempt_count == 1 ? ", in one run alone"
                                                        : "");
}

/* --- Findings --- */

/* "press E   scenarios/external-editor.yaml:14:5", for each of the first steps where it grows. */
static void add_places(struct statement *statement, const struct finding *finding)
{
    if (finding->located && finding->place_count == 0)
        details_add(&statement->details, "grows at",
                    memory_copy_text("not known: no step stands out among what comes and goes"));
    for (size_t i = 0; i < finding->place_count && i < PLACES_SHOWN; i++) {
        const struct finding_place *place = &finding->places[i];
        struct short_text pace = growth_text(finding->gauge, place->per_iteration);
        bool several = finding->place_count > 1;
        details_add(&statement->details, i == 0 ? "grows at" : "",
                    memory_format("%s   %s%s%s", place->step, place->where, several ? "   " : "",
                                  several ? pace.text : ""));
    }
    if (finding->place_count > PLACES_SHOWN)
        details_add(&statement->details, "",
                    memory_format("and %zu more steps, in " REPORT_RESULT,
                                  finding->place_count - PLACES_SHOWN));
    if (statement->where == NULL && finding->place_count > 0) {
        statement->where = finding->places[0].where;
        statement->step = finding->places[0].step;
    }
}

/* What grows by the same cause. */
static void add_companions(struct statement *statement, const struct scenario_result *scenario,
                           const struct finding *cause)
{
    const struct judgement *judgement = scenario->judgement;
    bool grew = cause->kind == FINDING_GROWTH || cause->kind == FINDING_ALLOWED ||
                cause->kind == FINDING_FILLED;
    size_t count = 0;
    for (size_t i = 0; grew && cause->gauge == GAUGE_GOROUTINE && i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_COMPANION || !text_equal(finding->companion_of, cause->holder))
            continue;
        if (++count > COMPANIONS_SHOWN)
            continue;
        _cleanup_free_ char *pace = describe_pace(scenario, finding);
        bool same = strcmp(finding->holder, cause->holder) == 0;
        details_add(&statement->details, count == 1 ? "with it" : "",
                    memory_format("%s %s%s%s%s%s", gauge_info(finding->gauge)->name,
                                  same ? "" : finding->holder, same ? "" : "  ", pace,
                                  same ? ": " : "", same ? text_or(finding->text, "") : ""));
    }
    if (count > COMPANIONS_SHOWN)
        details_add(&statement->details, "",
                    memory_format("and %zu more, in " REPORT_RESULT, count - COMPANIONS_SHOWN))
            ->sentence = true;
}

/* The function to look at first, and all of its stack. */
static void add_holder(struct statement *statement, const struct scenario_result *scenario,
                       const struct finding *finding)
{
    bool stack = finding->gauge == GAUGE_HEAP_STACK;
    const char *first = text_or(finding->function, finding->holder);
    struct short_text gain = amount_text(finding->gauge, finding->to - finding->from);
    _cleanup_free_ char *pace = describe_pace(scenario, finding);
    char *text = memory_format("%s  %s%s", first, stack ? "" : "+", stack ? pace : gain.text);
    details_add(&statement->details, "held by", text)->finding = finding;
    if (finding->source != NULL)
        details_add(&statement->details, "code", memory_copy_text(finding->source));
    if (strcmp(first, finding->holder) != 0)
        details_add(&statement->details, "", memory_copy_text(finding->holder))->stack = true;
    if (finding->example != NULL && !text_starts(finding->example, finding->holder))
        details_add(&statement->details, "", memory_copy_text(finding->example))->stack = true;
    if (finding->made_by != NULL)
        details_add(&statement->details, "", memory_copy_text(finding->made_by));
    add_standing(statement, scenario, finding);
    if (finding->in_common != NULL)
        details_add(&statement->details, "in common", memory_copy_text(finding->in_common));
    add_companions(statement, scenario, finding);
    /* The screening's amounts of the heap are estimates from a sampled profile. */
    if (stack && finding->located && finding->exact > 0)
        details_add(&statement->details, "exactly",
                    memory_format("%+.2f objects, %s per iteration", finding->exact,
                                  growth_text(GAUGE_HEAP_ALLOC, finding->exact_bytes).text));
    add_places(statement, finding);
}

/* All growth of one gauge: the whole first, or where only holders grow the first of them; then what
 * holds it. */
static void state_gauge(struct statements *statements, const struct scenario_result *scenario,
                        const struct finding *first)
{
    const struct judgement *judgement = scenario->judgement;
    const struct finding *main = first;
    size_t holders = 0;
    for (size_t i = 0; i < judgement->count && main->holder != NULL; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth(finding) && finding->gauge == first->gauge && finding->holder == NULL)
            main = finding;
    }
    struct finding whole = gauge_growth(scenario, main);
    struct statement *statement =
        add_statement(statements, main, describe_growth(scenario, &whole));
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (is_growth(finding) && finding->gauge == first->gauge && finding->holder != NULL &&
            holders++ < HOLDERS_SHOWN)
            add_holder(statement, scenario, finding);
    }
    if (main->text != NULL)
        details_add(&statement->details, "", memory_copy_text(main->text))->sentence = true;
    if (holders == 0)
        add_places(statement, main);
    if (holders > HOLDERS_SHOWN)
        details_add(
            &statement->details, NULL,
            memory_format("and %zu more holders, in " REPORT_RESULT, holders - HOLDERS_SHOWN))
            ->sentence = true;
}

struct short_text finding_kind_words(enum finding_kind kind)
{
    struct short_text words;
    snprintf(words.text, sizeof words.text, "%s", finding_kind_name(kind));
    for (char *c = words.text; (c = strchr(c, '_')) != NULL;)
        *c = ' ';
    return words;
}

/* A finding that is no growth: what the judge says of it, else its numbers. The caller frees it. */
static char *describe_other(const struct scenario_result *scenario, const struct finding *finding)
{
    const char *gauge = finding->gauge < GAUGE_COUNT ? gauge_info(finding->gauge)->name : "";
    const char *holder = text_or(finding->holder, "");
    if (finding->text == NULL && finding->kind == FINDING_LEVEL)
        return memory_format("%s at rest %s, baseline %s", gauge,
                             amount_text(finding->gauge, finding->to).text,
                             amount_text(finding->gauge, finding->from).text);
    if (finding->kind == FINDING_UNCONFIRMED && finding->unconfirmed == FINDING_GROWTH) {
        _cleanup_free_ char *figures = describe_figures(scenario, finding);
        return memory_format("unconfirmed %s%s%s: %s; %s", gauge, *holder ? " " : "", holder,
                             figures, text_or(finding->text, ""));
    }
    if (finding->kind == FINDING_FILLED)
        return memory_format("filled up: %s %s -> %s%s%s: %s", gauge,
                             amount_text(finding->gauge, finding->from).text,
                             amount_text(finding->gauge, finding->to).text,
                             *holder ? ", held by " : "", holder, text_or(finding->text, ""));
    return memory_format("%s%s%s%s%s%s%s", finding_kind_words(finding->kind).text,
                         *gauge ? " " : "", gauge, *holder ? " " : "", holder,
                         finding->text != NULL ? ": " : "", text_or(finding->text, ""));
}

/* All that outlived the target, in one. */
static void state_left_behind(struct statements *statements, const struct judgement *judgement,
                              const struct finding *first)
{
    _cleanup_strings_ struct string_list names = {0};
    const char *text = "";
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        if (finding->kind != FINDING_LEFT_BEHIND)
            continue;
        string_list_add(&names, text_or(finding->holder, ""));
        text = text_or(finding->text, "");
    }
    _cleanup_free_ char *described = processes_describe(&names);
    add_statement(statements, first, memory_format("left behind: %s: %s", described, text));
}

static void state_backlog(struct statements *statements, const struct scenario_result *scenario,
                          const struct finding *finding)
{
    char gone[64];
    struct finding whole = *finding;
    widen_to_total(scenario, &whole);
    _cleanup_free_ char *pace = describe_pace(scenario, &whole);
    if (isfinite(finding->drained_after) && finding->drained_after > 0)
        snprintf(gone, sizeof gone, "%.0f s after the loop", finding->drained_after);
    else
        snprintf(gone, sizeof gone, "at rest");
    struct statement *statement = add_statement(
        statements, finding,
        memory_format("backlog: %s %s, all gone %s", gauge_info(finding->gauge)->name, pace, gone));
    for (size_t i = 0; i < scenario->judgement->count; i++) {
        const struct finding *held = &scenario->judgement->findings[i];
        if (held->kind == FINDING_BACKLOG && held->gauge == finding->gauge && held->made_by != NULL)
            details_add(&statement->details, NULL, memory_copy_text(held->made_by));
    }
}

/* Those that fail, or the others: growth and backlog once for each gauge, and once what was left
 * behind; the others each. */
static void state_findings(struct statements *statements, const struct scenario_result *scenario,
                           bool failing)
{
    const struct judgement *judgement = scenario->judgement;
    bool stated[GAUGE_COUNT] = {false}, left_behind = false;
    size_t before = statements->count;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool backlog = finding->kind == FINDING_BACKLOG && finding->gauge < GAUGE_COUNT;
        if (finding_fails(finding->kind) != failing)
            continue;
        if (finding->kind == FINDING_LEFT_BEHIND) {
            if (!left_behind)
                state_left_behind(statements, judgement, finding);
            left_behind = true;
        } else if (finding->kind == FINDING_COMPANION) {
            continue; /* stands with its cause */
        } else if (!backlog && !is_growth(finding)) {
            add_companions(add_statement(statements, finding, describe_other(scenario, finding)),
                           scenario, finding);
        } else if (!stated[finding->gauge]) {
            if (backlog)
                state_backlog(statements, scenario, finding);
            else
                state_gauge(statements, scenario, finding);
            stated[finding->gauge] = true;
        }
    }
    for (size_t i = before; i < statements->count; i++) {
        struct statement *statement = &statements->items[i];
        tell_standing(statement, judgement);
        if (!is_growth(statement->finding) || statement->finding->holder == NULL)
            add_standing(statement, scenario, statement->finding);
    }
}

/* --- What says nothing about leaks --- */

/* After a failure, what is wrong with the measurement is its consequence. What fails has a
 * statement of its own. */
static void add_measurement(struct statement *statement, const struct scenario_result *scenario)
{
    const struct judgement *judgement = scenario->judgement;
    if (judgement == NULL || (scenario->record != NULL && scenario->record->failure != NULL))
        return;
    for (size_t i = 0; i < judgement->count; i++) {
        const struct finding *finding = &judgement->findings[i];
        bool unconfirmed = finding->kind == FINDING_UNCONFIRMED;
        if (finding->text == NULL || finding_fails(finding->kind))
            continue;
        if (unconfirmed || !text_ends(text_or(scenario->reason, ""), finding->text))
            details_add(&statement->details, NULL,
                        unconfirmed ? describe_other(scenario, finding)
                                    : memory_format("%s: %s", finding_kind_name(finding->kind),
                                                    finding->text))
                ->sentence = true;
        if (finding->holder != NULL && !unconfirmed)
            details_add(&statement->details, "held by", memory_copy_text(finding->holder))
                ->finding = finding;
    }
}

char *stopped_text(const struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    const struct series *series = record != NULL ? &record->series : NULL;
    const struct judgement *judgement = scenario->judgement;
    struct buffer text = {0};
    buffer_text(&text, "by a signal");
    if (series != NULL && series->count > 0 && record->header.iterations_total > 0)
        buffer_format(&text, " after %u of %lld iterations",
                      series->samples[series->count - 1].iteration,
                      (long long)record->header.iterations_total);
    size_t named = 0;
    for (enum gauge gauge = 0; judgement != NULL && gauge < GAUGE_COUNT; gauge++)
        if (judgement_fails_by(judgement, gauge))
            buffer_format(&text, "%s %s", named++ == 0 ? "; found until then:" : ",",
                          gauge_info(gauge)->name);
    return buffer_take(&text);
}

/* What to do about a run that says nothing. A failure shows its own evidence instead. */
static const char *advice_for(const struct scenario_result *scenario)
{
    if (scenario->verdict == VERDICT_INVALID)
        return scenario->judgement != NULL && judgement_has(scenario->judgement, FINDING_GROWTH)
                   ? "fix the scenario or its target file and run it again; what grew may be due "
                     "to the mistake"
                   : "fix the scenario or its target file and run it again; this run says nothing "
                     "about leaks";
    if (scenario->verdict != VERDICT_INCONCLUSIVE)
        return NULL;
    if (scenario->attempt_count > 1)
        return "run it again on a quieter machine, or with more samples (measure: samples), which "
               "can tell smaller growth from noise";
    return "run it again on a quieter machine; if that does not help, give it more samples "
           "(measure: "
           "samples) or pace it by time (measure: every, for)";
}

static void state_run(struct statements *statements, const struct scenario_result *scenario)
{
    const struct run_record *record = scenario_telling_record(scenario);
    const char *advice = advice_for(scenario);
    bool stopped = scenario->verdict == VERDICT_STOPPED;
    struct statement *statement = add_statement(
        statements, NULL,
        stopped ? stopped_text(scenario) : memory_copy_text(text_or(scenario->reason, "")));
    statement->fails = scenario->verdict != VERDICT_SKIPPED;
    if (!stopped && record != NULL && record->failure != NULL && statement->fails)
        statement->where = record->failure->where;
    if (*text_or(statement->where, "") == '\0')
        statement->where = NULL;
    add_measurement(statement, scenario);
    if (advice != NULL)
        details_add(&statement->details, "to do", memory_copy_text(advice))->sentence = true;
}

void statements_of(const struct scenario_result *scenario, struct statements *statements)
{
    bool judged = scenario->verdict == VERDICT_PASS || scenario->verdict == VERDICT_LEAK;
    if (verdict_shows_findings(scenario->verdict) && scenario->judgement != NULL)
        state_findings(statements, scenario, true);
    if (judged && scenario->judgement != NULL)
        state_findings(statements, scenario, false);
    else if (scenario->verdict != VERDICT_PASS)
        state_run(statements, scenario);
}

int scenario_rank(const struct scenario_result *scenario)
{
    const struct suite_result strict = {0};
    return status_rank(scenario_exit_status(&strict, scenario));
}

/* --- What it would have caught --- */

/* "fd 0.07, goroutine 0.07, heap 90 B per iteration at one stack", so many steps at once; "" where
 * nothing can be said. The caller frees it. */
static char *describe_power(const struct judgement *judgement, double steps, const char *unit)
{
    struct buffer list = {0};
    double stack = judgement->smallest[GAUGE_HEAP_STACK] * steps;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        double smallest = judgement->smallest[gauge] * steps;
        struct short_text amount = amount_text(gauge, smallest);
        if (!isfinite(smallest) || gauge == GAUGE_HEAP_STACK)
            continue;
        if (gauge_info(gauge)->unit == UNIT_COUNT)
            snprintf(amount.text, sizeof amount.text, "%.2f", smallest);
        buffer_format(&list, "%s%s %s", list.length > 0 ? ", " : "", gauge_info(gauge)->name,
                      amount.text);
    }
    if (isfinite(stack))
        buffer_format(&list, "%sheap %s per %s at one stack", list.length > 0 ? ", " : "",
                      bytes_text(stack).text, unit);
    else if (list.length > 0)
        buffer_format(&list, " per %s", unit);
    return buffer_take(&list);
}

void power_lines(const struct scenario_result *scenario, struct string_list *lines)
{
    struct pace pace;
    if (scenario->judgement == NULL)
        return;
    _cleanup_free_ char *power =
        describe_power(scenario->judgement, 1, scenario_step_name(scenario));
    if (*power == '\0') {
        string_list_add(lines, "too few samples to say what it would have caught");
        return;
    }
    string_list_take(lines, memory_format("would have caught: %s", power));
    if (is_soak(scenario, &pace)) {
        _cleanup_free_ char *hour =
            describe_power(scenario->judgement, pace.steps_per_hour, "hour");
        string_list_take(lines, memory_format("that is %s", hour));
    }
}
