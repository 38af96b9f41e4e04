#include "verdict/judge.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/strings.h"
#include "verdict/assess.h"
#include "verdict/exceptions.h"
#include "verdict/levels.h"
#include "verdict/outcome.h"
#include "verdict/runtime_memory.h"
#include "verdict/tool_rates.h"

/* Takes the text; false. */
static bool add_problem(struct finding_list *findings, enum gauge gauge, char *text)
{
    finding_add(findings,
                (struct finding){.kind = FINDING_MEASUREMENT, .gauge = gauge, .text = text});
    return false;
}

static bool check_positions(const struct ledger *ledger, struct finding_list *findings)
{
    const double *positions = ledger->positions + ledger->loop.first;
    for (size_t i = 1; i < ledger->loop.count; i++)
        if (!(positions[i] > positions[i - 1]))
            return add_problem(findings, GAUGE_COUNT,
                               memory_format("samples %zu and %zu of the loop are at the same %s",
                                             i, i + 1,
                                             ledger->series->per_minute ? "time" : "iteration"));
    return true;
}

/* The runtime is free to ignore the environment variable, and then the heap's noise is another. */
static bool check_rate(const struct run_facts *facts, struct finding_list *findings)
{
    return facts->rate_asked <= 0 || facts->rate_found <= 0 ||
           facts->rate_asked == facts->rate_found ||
           add_problem(findings, GAUGE_HEAP_STACK,
                       memory_format("the heap profile's rate is %ld, %ld was asked for",
                                     facts->rate_found, facts->rate_asked));
}

/* Did the run measure what it should? Adds a finding for each reason why it did not. */
static bool check_validity(const struct ledger *ledger, const struct run_facts *facts,
                           bool *heap_is_read, struct finding_list *findings)
{
    bool valid = !facts->invalid ||
                 add_problem(findings, GAUGE_COUNT,
                             memory_copy_text(text_or(facts->problem, "measured wrongly")));
    *heap_is_read = check_rate(facts, findings);
    if (ledger->loop.count < GROWTH_SAMPLES)
        valid =
            add_problem(findings, GAUGE_COUNT,
                        memory_format("the loop has %zu samples; growth is judged on %d or more",
                                      ledger->loop.count, GROWTH_SAMPLES));
    return check_positions(ledger, findings) && valid && *heap_is_read;
}

/* Among the first `count` of a list that may be NULL: those with the name of this process. */
static size_t count_named(const struct string_list *processes, size_t count, const char *process)
{
    size_t found = 0;
    for (size_t i = 0; processes != NULL && i < processes->count && i < count; i++)
        found += text_same_process(processes->items[i], process);
    return found;
}

/* As many as outlived the control build may outlive this one. */
static void add_left_behind(const struct run_facts *facts, struct finding_list *findings)
{
    const struct string_list *left = facts->left_behind;
    size_t allowed = 0;
    for (size_t i = 0; left != NULL && i < left->count; i++) {
        const char *process = left->items[i];
        if (count_named(left, i, process) <
            count_named(facts->control_left_behind, SIZE_MAX, process)) {
            allowed++;
            continue;
        }
        char *text = facts->too_busy_to_quit
                         ? memory_format("was still busy %d s after the quit steps and was ended",
                                         DEADLINE_BUSY_QUIT_MS / 1000)
                         : memory_copy_text("outlived the target");
        finding_add(findings, (struct finding){.kind = FINDING_LEFT_BEHIND,
                                               .gauge = GAUGE_COUNT,
                                               .holder = memory_copy_text(process),
                                               .text = text});
    }
    if (allowed > 0)
        finding_add(findings,
                    (struct finding){
                        .kind = FINDING_ALLOWED,
                        .gauge = GAUGE_COUNT,
                        .text = memory_format("%zu %s outlived the target, as with the "
                                              "control build",
                                              allowed, allowed == 1 ? "process" : "processes")});
}

/*
 * What the heap's stacks would have shown. A run finds a stack in 95 of 100 cases when 2.2 of its
 * allocations are sampled between two floors (20,000 simulated traces of Poisson arrivals by the
 * rule of stacks). Go samples one of size s with probability 1 - exp(-s / rate). So a stack that
 * keeps one object each iteration, the case that is hardest to see at its size, must keep s bytes:
 * n (1 - exp(-s / rate)) = 2.2, n being the iterations between two floors; with fewer iterations
 * than that, 2.2 allocations of `rate` bytes. Less than 32 B per iteration is never judged.
 */
static double smallest_stack_growth(const struct ledger *ledger, const struct run_facts *facts)
{
    const double sampled = 2.2, least = 32;
    long rate = facts->rate_found > 0 ? facts->rate_found : facts->rate_asked;
    if (rate <= 0 || ledger->loop.count < GROWTH_SAMPLES)
        return NAN;
    double iterations = growth_of_nothing(ledger).iterations;
    if (iterations <= 0)
        return NAN;
    double share = sampled / (iterations / GROWTH_STEPS);
    double objects = share < 1 ? -log(1 - share) : share;
    return rate > 1 ? fmax(least, objects * (double)rate) : least;
}

static enum verdict verdict_of(const struct run_facts *facts, bool valid, bool noisy,
                               const struct finding_list *findings)
{
    if (facts->failed)
        return facts->stopped ? VERDICT_STOPPED : VERDICT_FAILED;
    if (!valid)
        return VERDICT_INVALID;
    for (size_t i = 0; i < findings->count; i++)
        if (finding_fails(findings->items[i].kind))
            return VERDICT_LEAK;
    return noisy ? VERDICT_INCONCLUSIVE : VERDICT_PASS;
}

/* The first of the measurement's findings says why. */
static char *reason_of(enum verdict verdict, const struct run_facts *facts,
                       const struct finding_list *findings)
{
    if (verdict == VERDICT_FAILED || verdict == VERDICT_STOPPED)
        return memory_copy_text(facts->problem != NULL ? facts->problem
                                                       : "the target or a step failed");
    if (verdict != VERDICT_INVALID && verdict != VERDICT_INCONCLUSIVE)
        return NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        if (finding->kind != FINDING_MEASUREMENT)
            continue;
        if (finding->gauge == GAUGE_COUNT || verdict == VERDICT_INVALID)
            return memory_copy_text(finding->text);
        return memory_format("%s %s", gauge_info(finding->gauge)->name, finding->text);
    }
    return NULL;
}

/* What is known to fill up may do so again; more of it is a level that is too high. */
static void compare_filled(const struct baseline *baseline, double retained[GAUGE_COUNT],
                           struct finding_list *findings)
{
    const double share = 0.25;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].kind == FINDING_FILLED)
            retained[findings->items[i].gauge] += findings->items[i].to - findings->items[i].from;
    for (enum gauge gauge = 0; baseline != NULL && gauge < GAUGE_COUNT; gauge++) {
        double stored = baseline->gauges[gauge].retained;
        double least = gauge_info(gauge)->unit == UNIT_COUNT ? growth_rule_count.minimum : 0;
        double tolerance = fmax(least, share * stored);
        char now[64], was[64];
        if (!(stored > 0) || !(retained[gauge] > 0))
            continue;
        for (size_t i = 0; i < findings->count; i++)
            if (findings->items[i].kind == FINDING_FILLED && findings->items[i].gauge == gauge)
                findings->items[i].kind = FINDING_ALLOWED;
        if (retained[gauge] <= stored + tolerance)
            continue;
        level_describe(gauge, retained[gauge], now, sizeof now);
        level_describe(gauge, stored, was, sizeof was);
        finding_add(findings,
                    (struct finding){.kind = FINDING_LEVEL,
                                     .gauge = gauge,
                                     .from = stored,
                                     .to = retained[gauge],
                                     .allowed = tolerance,
                                     .text = memory_format("fills up to %s more at rest, the "
                                                           "baseline's is %s",
                                                           now, was)});
    }
}

/* A gauge that was to be judged and could not be read is never a pass. Processor time is counted in
 * hundredths of a second, so it takes some rest between the samples. */
static bool check_levels(const struct ledger *ledger, const double levels[GAUGE_COUNT],
                         struct finding_list *findings)
{
    const double nearly_one = 0.9;
    struct stretch rest = rest_of(ledger);
    double got = levels[GAUGE_CPU], wanted = got + levels[GAUGE_CPU_WAIT];
    /* What spins is always ready to run, however little it gets. */
    if (was_at_rest(ledger) && got <= level_most(GAUGE_CPU) && got < wanted / 2 &&
        wanted > nearly_one)
        return add_problem(findings, GAUGE_CPU,
                           memory_format("could not be told: at rest the program got %.2f of the "
                                         "%.2f cores it needed; run fewer side by side, or on "
                                         "a machine that is less busy",
                                         got, wanted));
    if (!was_at_rest(ledger) || rest.count < 2 || !isnan(levels[GAUGE_CPU]) ||
        isnan(ledger->samples[rest.first]->gauges[GAUGE_CPU]))
        return true;
    return add_problem(findings, GAUGE_CPU,
                       memory_format("could not be measured at rest: the samples left the program "
                                     "no half second; give it a longer `%s`",
                                     ledger->series->per_minute ? "every" : "idle_for"));
}

/* A run that failed is not asked whether it was measured rightly: it was cut short. */
struct judgement *judge(const struct series *series, const struct baseline *baseline,
                        const struct run_facts *facts)
{
    struct judgement *judgement = memory_new(struct judgement);
    struct finding_list findings = {0};
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    bool heap_is_read = true;
    bool valid = facts->failed || check_validity(ledger, facts, &heap_is_read, &findings);
    char *why = valid ? NULL : reason_of(VERDICT_INVALID, facts, &findings);

    runtime_memory_correct(ledger);
    struct assessment assessment = {.ledger = ledger,
                                    .baseline = baseline,
                                    .today = facts->today,
                                    .findings = &findings,
                                    .without_heap = !heap_is_read};
    assess_growth(&assessment);
    compare_filled(baseline, judgement->retained, &findings);
    memcpy(judgement->smallest, assessment.smallest, sizeof judgement->smallest);
    judgement->smallest[GAUGE_HEAP_STACK] =
        smallest_stack_growth(ledger, facts) +
        baseline_gauge_allowance(baseline, GAUGE_HEAP_STACK, facts->today).bytes;

    levels_at_rest(ledger, judgement->levels);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        _cleanup_free_ double *totals = ledger_totals(ledger, gauge);
        /* Of what only ever rises the rate at rest is a level. */
        judgement->drift[gauge] = gauge_info(gauge)->cumulative ? 0 : drift_of(ledger, totals);
    }
    judgement->tools = tool_rates(ledger, &judgement->tool_count);
    judgement->counts_tools = tools_are_counted(ledger);
    if (!heap_is_read)
        judgement->levels[GAUGE_HEAP_ALLOC] = NAN;
    bool unread = !facts->failed && !check_levels(ledger, judgement->levels, &findings);
    compare_levels(ledger, baseline, judgement->levels, facts, &findings);
    if (baseline != NULL)
        compare_tools(baseline, judgement->tools, judgement->tool_count, facts, &findings);
    /* What a control allows and this build does not use is the change's merit. */
    if (baseline != NULL && !facts->by_control)
        check_exceptions(ledger, baseline, facts, valid && !facts->failed ? assessment.used : NULL,
                         &findings);
    add_left_behind(facts, &findings);

    findings_sort(findings.items, findings.count);
    judgement->verdict = verdict_of(facts, valid, assessment.noisy || unread, &findings);
    judgement->reason = why != NULL ? why : reason_of(judgement->verdict, facts, &findings);
    judgement->findings = findings.items;
    judgement->count = findings.count;
    return judgement;
}

bool judge_grew(const struct series *series, const struct baseline *baseline, const char *today)
{
    _cleanup_findings_ struct finding_list findings = {0};
    _cleanup_ledger_ struct ledger *ledger = ledger_new(series);
    runtime_memory_correct(ledger);
    struct assessment assessment = {
        .ledger = ledger, .baseline = baseline, .today = today, .findings = &findings};
    assess_growth(&assessment);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.items[i].kind == FINDING_GROWTH)
            return true;
    return assessment.unsettled;
}
