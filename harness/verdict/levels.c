#include "verdict/levels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/strings.h"

/*
 * Those whose level or rate is the same in every run of the same program; the others are shown.
 * cpu, spawn and output find a program that spins, forks or redraws for ever at rest although
 * nothing grows: where no level is stored, more than `most` is a fault in any program. Measured on
 * Sidecar v1.3.0 at rest: 0.01 to 0.08 cores, 0 to 1 tools per second, no output.
 */
static const struct {
    bool judged;
    double most; /* 0: any level may be */
} rules[GAUGE_COUNT] = {
    [GAUGE_FD] = {true, 0},         [GAUGE_GOROUTINE] = {true, 0},
    [GAUGE_THREAD] = {true, 0},     [GAUGE_INOTIFY_WATCH] = {true, 0},
    [GAUGE_HEAP_ALLOC] = {true, 0}, [GAUGE_CHILD] = {true, 0},
    [GAUGE_ZOMBIE] = {true, 0},     [GAUGE_STATE_FILE] = {true, 0},
    [GAUGE_SESSION] = {true, 0},    [GAUGE_CPU] = {true, 0.5},
    [GAUGE_SPAWN] = {true, 10},     [GAUGE_OUTPUT] = {true, 64 * 1024},
    [GAUGE_RSS_PEAK] = {true, 0},
};

bool level_is_judged(enum gauge gauge)
{
    return rules[gauge].judged;
}

double level_most(enum gauge gauge)
{
    return rules[gauge].most;
}

static double median_of_row(const double *row, struct stretch stretch)
{
    _cleanup_free_ double *read = memory_array(stretch.count, sizeof *read);
    size_t count = 0;
    for (size_t i = 0; i < stretch.count; i++)
        if (!isnan(row[stretch.first + i]))
            read[count++] = row[stretch.first + i];
    return count > 0 ? median_of(read, count) : NAN;
}

double rate_of_row(const struct ledger *ledger, const double *row, struct stretch stretch)
{
    double seconds = ledger_seconds(ledger, stretch);
    return seconds > 0 ? ledger_gain(row, stretch) / seconds : NAN;
}

double rate_at_rest(const struct ledger *ledger, enum gauge gauge, const double *row,
                    struct stretch stretch)
{
    const double least_seconds = 0.5;
    double rate = rate_of_row(ledger, row, stretch);
    if (isnan(rate) || (gauge != GAUGE_CPU && gauge != GAUGE_CPU_WAIT))
        return rate;
    double seconds = ledger_seconds(ledger, stretch), sampled = 0;
    for (size_t i = stretch.first; i < stretch_last(stretch); i++)
        sampled += ledger->samples[i]->took;
    return seconds - sampled >= least_seconds ? rate * seconds / (seconds - sampled) : NAN;
}

static bool loop_is_rest(const struct ledger *ledger)
{
    return ledger->series->per_minute && ledger->idle.count == 0;
}

struct stretch rest_of(const struct ledger *ledger)
{
    return loop_is_rest(ledger) ? ledger->loop : ledger->idle;
}

/* What a gauge stood at when the loop began, by the line through as many samples as are judged at
 * the least: where something may grow, the median would be another one for each length of the loop.
 */
static double level_of_row(const struct ledger *ledger, const double *row)
{
    if (!loop_is_rest(ledger))
        return median_of_row(row, ledger->idle);
    struct trace trace = ledger_trace(ledger, row);
    trace.count = trace.count < GROWTH_SAMPLES ? trace.count : GROWTH_SAMPLES;
    struct growth line = slope_of(trace, 0);
    return line.iterations > 0 ? fmax(round(line.from), 0) : median_of_row(row, ledger->loop);
}

void levels_at_rest(const struct ledger *ledger, double levels[GAUGE_COUNT])
{
    struct stretch rest = rest_of(ledger);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        _cleanup_free_ double *row = ledger_totals(ledger, gauge);
        levels[gauge] = gauge_info(gauge)->cumulative ? rate_at_rest(ledger, gauge, row, rest)
                                                      : level_of_row(ledger, row);
        if (gauge != GAUGE_RSS_PEAK)
            continue;
        /* The highest in the loop, whose first sample tells of the rest before it: it is no level
         * at rest, but stored and compared as one. */
        levels[gauge] = NAN;
        for (size_t i = 1; i < ledger->loop.count; i++)
            levels[gauge] = fmax(levels[gauge], row[ledger->loop.first + i]);
    }
}

/* Sizes of memory are the runtime's and the machine's; counts and rates are the program's. */
static bool depends_on_build(enum gauge gauge)
{
    return gauge_info(gauge)->unit == UNIT_BYTES && !gauge_info(gauge)->cumulative;
}

bool baseline_is_of_plan(const struct baseline *baseline, const struct run_facts *facts)
{
    return facts->plan_hash[0] == '\0' || baseline->plan_hash[0] == '\0' ||
           strcmp(facts->plan_hash, baseline->plan_hash) == 0;
}

/* "go1.26.8" and "go1.26.6" are one: a release within a minor version mends faults and leaves the
 * runtime's sizes as they are. Any other word ("devel ...") stands for itself. */
static size_t minor_version_length(const char *go_version)
{
    size_t major = strcspn(go_version, ".");
    if (!text_starts(go_version, "go") || go_version[major] != '.')
        return strlen(go_version);
    return major + 1 + strspn(go_version + major + 1, "0123456789");
}

/* Was it made with the same minor version of Go on the same platform? What is not known does not
 * differ. */
static bool is_of_build(const struct baseline *baseline, const struct run_facts *facts)
{
    size_t length = minor_version_length(facts->go_version);
    bool same_go = length == minor_version_length(baseline->go_version) &&
                   strncmp(facts->go_version, baseline->go_version, length) == 0;
    bool known = facts->go_version[0] != '\0' && baseline->go_version[0] != '\0';
    bool platforms_known = facts->platform[0] != '\0' && baseline->platform[0] != '\0';
    return (!known || same_go) &&
           (!platforms_known || strcmp(facts->platform, baseline->platform) == 0);
}

double compared_level(const struct baseline *baseline, const struct run_facts *facts,
                      enum gauge gauge)
{
    if (baseline == NULL || !level_is_judged(gauge) || !baseline_is_of_plan(baseline, facts) ||
        (depends_on_build(gauge) && !is_of_build(baseline, facts)))
        return NAN;
    return baseline->gauges[gauge].level;
}

static void report_not_compared(enum gauge gauge, char *text, struct finding_list *findings)
{
    finding_add(findings,
                (struct finding){.kind = FINDING_NOT_COMPARED, .gauge = gauge, .text = text});
}

/* Once where the plan is another; where the build is, for all memory that has a stored level, also
 * where that is only shown. */
static void report_uncompared(const struct baseline *baseline, const double levels[GAUGE_COUNT],
                              const struct run_facts *facts, struct finding_list *findings)
{
    bool same_plan = baseline_is_of_plan(baseline, facts);
    if (same_plan && is_of_build(baseline, facts))
        return;
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (isnan(baseline->gauges[gauge].level))
            continue;
        if (!same_plan) {
            report_not_compared(GAUGE_COUNT,
                                memory_copy_text("levels at rest: the baseline was made for "
                                                 "another plan, its allowances alone were judged "
                                                 "by"),
                                findings);
            return;
        }
        if (depends_on_build(gauge) && !isnan(levels[gauge]))
            report_not_compared(gauge,
                                memory_format("its level: the baseline was made with %s %s, this "
                                              "is %s %s",
                                              baseline->go_version, baseline->platform,
                                              facts->go_version, facts->platform),
                                findings);
    }
}

bool was_at_rest(const struct ledger *ledger)
{
    struct stretch rest = rest_of(ledger);
    return rest.count > 0 &&
           ledger->samples[rest.first]->iteration == ledger->samples[stretch_last(rest)]->iteration;
}

void level_describe(enum gauge gauge, double level, char *text, size_t size)
{
    const double kibi = 1024;
    const char *per_second = gauge_info(gauge)->cumulative ? " per second" : "";
    if (gauge == GAUGE_CPU)
        snprintf(text, size, "%.3g cores", level);
    else if (gauge_info(gauge)->unit != UNIT_BYTES)
        snprintf(text, size, "%.4g%s", level, per_second);
    else if (level < kibi)
        snprintf(text, size, "%.0f B%s", level, per_second);
    else if (level < kibi * kibi)
        snprintf(text, size, "%.1f KiB%s", level / kibi, per_second);
    else
        snprintf(text, size, "%.2f MiB%s", level / kibi / kibi, per_second);
}

static void report_level(enum finding_kind kind, enum gauge gauge, double stored, double level,
                         double tolerance, char *text, struct finding_list *findings)
{
    finding_add(findings, (struct finding){.kind = kind,
                                           .gauge = gauge,
                                           .from = stored,
                                           .to = level,
                                           .allowed = tolerance,
                                           .text = text});
}

static void compare_stored(enum gauge gauge, const struct baseline_gauge *stored, double level,
                           bool by_control, struct finding_list *findings)
{
    char now[64], more[64], was[64], tolerated[64];
    const double loose_factor = 2;
    double tolerance = baseline_tolerance(stored, gauge);
    /* NOLINTNEXTLINE: only a stored level is compared. */
    bool over = level > stored->level + tolerance;
    bool loose = !by_control && level < stored->level - loose_factor * tolerance;
    if (!over && !loose)
        return;
    level_describe(gauge, level, now, sizeof now);
    level_describe(gauge, level - stored->level, more, sizeof more);
    level_describe(gauge, stored->level, was, sizeof was);
    level_describe(gauge, tolerance, tolerated, sizeof tolerated);
    const char *when = gauge == GAUGE_RSS_PEAK ? "at its peak" : "at rest";
    char *text = over ? memory_format("%s %s, %s more than the baseline's %s, where %s more are "
                                      "tolerated",
                                      now, when, more, was, tolerated)
                      : memory_format("%s %s, far below the baseline's %s", now, when, was);
    report_level(over ? FINDING_LEVEL : FINDING_LEVEL_LOOSE, gauge, stored->level, level, tolerance,
                 text, findings);
}

static void compare_most(enum gauge gauge, double level, struct finding_list *findings)
{
    char now[64], most[64];
    if (!(rules[gauge].most > 0) || !(level > rules[gauge].most))
        return;
    level_describe(gauge, level, now, sizeof now);
    level_describe(gauge, rules[gauge].most, most, sizeof most);
    report_level(FINDING_LEVEL, gauge, 0, level, rules[gauge].most,
                 memory_format("%s at rest; no level is stored, and more than %s is a fault in any "
                               "program that nobody touches",
                               now, most),
                 findings);
}

void compare_levels(const struct ledger *ledger, const struct baseline *baseline,
                    const double levels[GAUGE_COUNT], const struct run_facts *facts,
                    struct finding_list *findings)
{
    if (baseline != NULL)
        report_uncompared(baseline, levels, facts, findings);
    for (enum gauge gauge = 0; gauge < GAUGE_COUNT; gauge++) {
        if (!level_is_judged(gauge) || isnan(levels[gauge]))
            continue;
        if (!isnan(compared_level(baseline, facts, gauge)))
            compare_stored(gauge, &baseline->gauges[gauge], levels[gauge], facts->by_control,
                           findings);
        else if (was_at_rest(ledger))
            compare_most(gauge, levels[gauge], findings);
    }
}
