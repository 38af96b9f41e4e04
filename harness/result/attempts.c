#include "result/attempts.h"

#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "journal/run_files.h"
#include "result/baseline_difference.h"
#include "verdict/confirm.h"
#include "verdict/growth.h"
#include "verdict/judge.h"
#include "verdict/locate.h"
#include "verdict/sum.h"

char *attempt_directory(const char *directory, const char *name, enum attempt attempt)
{
    return report_path(directory, name,
                       attempt == ATTEMPT_SCREENING ? NULL : attempt_name(attempt));
}

static char *journal_of(const char *directory, const char *name, enum attempt attempt)
{
    _cleanup_free_ char *of_attempt = attempt_directory(directory, name, attempt);
    return path_join(of_attempt, JOURNAL_FILE);
}

static struct attempt_result *add_attempt(struct scenario_result *scenario, enum attempt attempt)
{
    struct attempt_result *result = &scenario->attempts[scenario->attempt_count++];
    result->attempt = attempt;
    return result;
}

size_t scenario_times(const struct scenario_result *scenario)
{
    return scenario->record != NULL ? (size_t)journal_number(scenario->record->header.times, 0) : 0;
}

/* Those that were not judged are left out. */
static size_t gather_processes(const struct scenario_result *scenario,
                               const struct series *processes[ATTEMPT_COUNT])
{
    size_t count = 0;
    if (scenario_times(scenario) == 0 || scenario->attempts[0].verdict != VERDICT_PASS)
        return 0;
    processes[count++] = &scenario->record->series;
    for (size_t i = 1; i < scenario->attempt_count; i++)
        if (scenario->attempts[i].verdict == VERDICT_PASS ||
            scenario->attempts[i].verdict == VERDICT_LEAK)
            processes[count++] = &scenario->attempts[i].record->series;
    return count;
}

size_t scenario_summed(const struct scenario_result *scenario)
{
    const struct series *processes[ATTEMPT_COUNT];
    return gather_processes(scenario, processes);
}

/* Several attempts to the verdict of all, written into the first. */
static void judge_together(const struct scenario_result *scenario, struct judgement *const *votes,
                           size_t count, const struct baseline *baseline)
{
    const struct series *processes[ATTEMPT_COUNT];
    size_t summed = gather_processes(scenario, processes);
    if (summed > 0)
        sum_judge(votes[0], processes, summed, baseline, scenario->record->facts.today);
    confirm(votes, count);
}

/* What another baseline would make of the same runs: which of them there are, the one that judges
 * has decided. NULL: there are none. */
static struct judgement *judge_by(const struct scenario_result *scenario,
                                  const struct baseline *baseline)
{
    struct judgement *votes[ATTEMPT_COUNT] = {NULL};
    size_t count = 0;
    for (size_t i = 0; i < scenario->attempt_count; i++) {
        const struct run_record *record = i == 0 ? scenario->record : scenario->attempts[i].record;
        if (record != NULL && scenario->attempts[i].attempt != ATTEMPT_LOCATE)
            votes[count++] = judge(&record->series, baseline, &record->facts);
    }
    if (count > 0)
        judge_together(scenario, votes, count, baseline);
    for (size_t i = 1; i < count; i++)
        judgement_free(votes[i]);
    return votes[0];
}

/* By the working tree's, all of it or its exceptions alone. */
static void judge_by_here(struct scenario_result *scenario)
{
    const struct journal_header *header =
        scenario->record != NULL ? &scenario->record->header : NULL;
    if (header == NULL || header->baseline_revision == NULL)
        return;
    judgement_free(scenario->judgement_here);
    scenario->judgement_here = judge_by(scenario, header->baseline_here);
    _cleanup_strings_ struct string_list lines = {0};
    _cleanup_baseline_ struct baseline *with =
        baseline_with_new_exceptions(header->baseline, header->baseline_here, &lines);
    struct judgement *judgement = with != NULL ? judge_by(scenario, with) : NULL;
    bool covers = judgement != NULL && judgement->verdict == VERDICT_PASS;
    scenario->covering = covers ? lines.count : 0;
    judgement_free(judgement);
}

/* Keeps the screening's own verdict, before others have a say. */
static void judge_screening(struct scenario_result *scenario)
{
    const struct run_record *record = scenario->record;
    scenario->judgement = judge(&record->series, record->header.baseline, &record->facts);
    scenario->verdict = scenario->judgement->verdict;
    enum lg_error_class problem = run_record_problem(record);
    if (scenario->verdict == VERDICT_INVALID || scenario->verdict == VERDICT_INCONCLUSIVE)
        problem = LG_ERROR_INVALID;
    scenario_explain(scenario, problem, scenario->judgement->reason);
    add_attempt(scenario, ATTEMPT_SCREENING)->verdict = scenario->verdict;
    judge_by_here(scenario);
}

void scenario_screen(struct scenario_result *scenario, const char *directory)
{
    _cleanup_free_ char *path = journal_of(directory, scenario->name, ATTEMPT_SCREENING);
    struct lg_error err = {0};
    struct run_record *record = run_record_read(path, &err);
    scenario->ran = true;
    scenario->record = record;
    if (record == NULL) {
        scenario->verdict = VERDICT_FAILED;
        scenario_explain(scenario, LG_ERROR_INTERNAL, err.text);
        return;
    }
    /* Of a run that was cut off before its result was written; else it is there already. */
    if (scenario->plan_difference == NULL)
        scenario->plan_difference = memory_copy_text(record->header.plan_difference);
    scenario->played = record->end.played_only;
    size_t quiet = series_count(&record->series, PHASE_LOOP);
    enum lg_error_class problem = run_record_problem(record);
    if (problem == LG_ERROR_NEED) {
        scenario_skip(scenario, record->facts.problem);
    } else if (record->header.watch != NULL && quiet < GROWTH_SAMPLES) {
        /* Nothing was promised that would be broken: it was over too soon. */
        _cleanup_free_ char *reason = memory_format(
            "%zu samples at rest, and growth is judged on %d or more", quiet, GROWTH_SAMPLES);
        scenario_skip(scenario, reason);
    } else if (!scenario->played) {
        judge_screening(scenario);
    } else if (problem != LG_ERROR_NONE) {
        scenario->verdict = record->facts.invalid ? VERDICT_INVALID : VERDICT_FAILED;
        scenario_explain(scenario, problem, record->facts.problem);
    }
}

/* The judgements that have a vote, the screening's first. */
static size_t gather_votes(const struct scenario_result *scenario,
                           struct judgement *votes[ATTEMPT_COUNT])
{
    size_t count = 0;
    if (scenario->judgement != NULL)
        votes[count++] = scenario->judgement;
    for (size_t i = 1; i < scenario->attempt_count; i++)
        if (scenario->attempts[i].judgement != NULL)
            votes[count++] = scenario->attempts[i].judgement;
    return count;
}

enum attempt scenario_wants(const struct scenario_result *scenario)
{
    struct judgement *votes[ATTEMPT_COUNT];
    size_t count = gather_votes(scenario, votes);
    /* A journal that could not be read has no judgement, and takes its place all the same. */
    if (count < scenario->attempt_count || count == 0)
        return ATTEMPT_COUNT;
    if (scenario_times(scenario) > 0 && scenario->attempts[0].verdict == VERDICT_PASS)
        return count < SUM_MOST && votes[count - 1]->verdict != VERDICT_FAILED
                   ? ATTEMPT_TIMES + (enum attempt)(count - 1)
                   : ATTEMPT_COUNT;
    if (!confirmation_wants_run((const struct judgement *const *)votes, count))
        return ATTEMPT_COUNT;
    return count == 1 ? ATTEMPT_AGAIN : ATTEMPT_THIRD;
}

bool scenario_take(struct scenario_result *scenario, const char *directory, enum attempt attempt)
{
    _cleanup_free_ char *path = journal_of(directory, scenario->name, attempt);
    struct lg_error err = {0};
    struct run_record *record = run_record_read(path, &err);
    if (record != NULL && run_record_problem(record) == LG_ERROR_CANCELLED) {
        run_record_free(record);
        return false;
    }
    struct attempt_result *result = add_attempt(scenario, attempt);
    result->record = record;
    if (record == NULL) {
        result->verdict = VERDICT_FAILED;
        result->problem = memory_copy_text(err.text);
        return true;
    }
    result->judgement = judge(&record->series, record->header.baseline, &record->facts);
    result->verdict = result->judgement->verdict;
    return true;
}

/* The attempt after the screening that failed; NULL: none. */
static const struct attempt_result *failed_attempt(const struct scenario_result *scenario)
{
    for (size_t i = 1; i < scenario->attempt_count; i++)
        if (scenario->attempts[i].attempt != ATTEMPT_LOCATE &&
            scenario->attempts[i].verdict == VERDICT_FAILED)
            return &scenario->attempts[i];
    return NULL;
}

void scenario_conclude(struct scenario_result *scenario)
{
    struct judgement *votes[ATTEMPT_COUNT];
    size_t count = gather_votes(scenario, votes);
    const struct attempt_result *failed = failed_attempt(scenario);
    if (failed != NULL && failed->record == NULL) {
        scenario->verdict = VERDICT_FAILED;
        scenario_explain(scenario, LG_ERROR_INTERNAL, failed->problem);
        return;
    }
    if (count < 2)
        return;
    judge_by_here(scenario);
    judge_together(scenario, votes, count, scenario->record->header.baseline);
    scenario->verdict = scenario->judgement->verdict;
    enum lg_error_class problem = LG_ERROR_NONE;
    if (scenario->verdict == VERDICT_FAILED && failed != NULL)
        problem = run_record_problem(failed->record);
    else if (scenario->verdict == VERDICT_INCONCLUSIVE)
        problem = LG_ERROR_INVALID;
    scenario_explain(scenario, problem, scenario->judgement->reason);
}

bool scenario_wants_location(const struct scenario_result *scenario)
{
    return scenario->verdict == VERDICT_LEAK && scenario->judgement != NULL &&
           (scenario->attempt_count > 1 || leak_is_certain(scenario->judgement)) &&
           run_record_iteration_length(scenario->record) > 0 && locating_helps(scenario->judgement);
}

/* A stored result may have it already. */
static void note_iterations_left_out(struct scenario_result *scenario,
                                     const struct run_record *record)
{
    const struct journal_header *header = &record->header;
    int64_t wanted =
        journal_number(header->iterations_total, 0) - journal_number(header->measure.warmup, 0);
    double played = series_pace(&record->series).iterations;
    if (record->failure != NULL || !(played < (double)wanted))
        return;
    _cleanup_free_ char *text = memory_format("%.0f of %lld iterations of the locating run",
                                              (double)wanted - played, (long long)wanted);
    if (!string_list_contains(&scenario->left_out, text))
        string_list_add(&scenario->left_out, text);
}

void scenario_locate(struct scenario_result *scenario, const char *directory)
{
    _cleanup_free_ char *path = journal_of(directory, scenario->name, ATTEMPT_LOCATE);
    struct attempt_result *result = add_attempt(scenario, ATTEMPT_LOCATE);
    struct lg_error err = {0};
    struct run_record *record = result->record = run_record_read(path, &err);
    result->verdict = VERDICT_FAILED;
    if (record == NULL) {
        result->problem = memory_copy_text(err.text);
        return;
    }
    if (record->facts.failed || record->facts.invalid)
        result->problem = memory_copy_text(record->facts.problem);
    else
        result->verdict = VERDICT_PASS;
    note_iterations_left_out(scenario, record);
    const struct journal_places *places = &record->header.iteration_steps;
    size_t count = places->count;
    _cleanup_free_ const char **steps = memory_array(count, sizeof *steps);
    _cleanup_free_ const char **where = memory_array(count, sizeof *where);
    _cleanup_free_ unsigned *inputs = memory_array(count, sizeof *inputs);
    for (size_t i = 0; i < count; i++) {
        steps[i] = text_or(places->items[i].step, "");
        where[i] = text_or(places->items[i].where, "");
        inputs[i] = (unsigned)journal_number(places->items[i].input, 0);
    }
    struct iteration_steps iteration = {
        .steps = steps, .where = where, .inputs = inputs, .count = count};
    locate(scenario->judgement, &record->series, &iteration);
}

static bool has_journal(const struct scenario_result *scenario, const char *directory,
                        enum attempt attempt)
{
    _cleanup_free_ char *journal = journal_of(directory, scenario->name, attempt);
    return access(journal, F_OK) == 0;
}

void scenario_judge(struct scenario_result *scenario, const char *directory)
{
    scenario_screen(scenario, directory);
    enum attempt next;
    while ((next = scenario_wants(scenario)) != ATTEMPT_COUNT &&
           has_journal(scenario, directory, next) && scenario_take(scenario, directory, next))
        continue;
    scenario_conclude(scenario);
    if (scenario_wants_location(scenario) && has_journal(scenario, directory, ATTEMPT_LOCATE))
        scenario_locate(scenario, directory);
}

/* Does each failing finding of the one stand in the other? */
static bool shows_all_of(const struct judgement *one, const struct judgement *other)
{
    for (size_t i = 0; i < one->count; i++) {
        bool shown = !finding_fails(one->findings[i].kind);
        for (size_t j = 0; !shown && j < other->count; j++)
            shown = finding_fails(other->findings[j].kind) &&
                    findings_match(&other->findings[j], &one->findings[i]);
        if (!shown)
            return false;
    }
    return true;
}

const struct run_record *scenario_accepted_record(const struct scenario_result *scenario)
{
    const struct judgement *whole = scenario->judgement;
    bool differs = scenario->verdict == VERDICT_LEAK && whole != NULL &&
                   judgement_has(whole, FINDING_UNCONFIRMED);
    for (size_t i = 1; i < scenario->attempt_count; i++) {
        const struct attempt_result *attempt = &scenario->attempts[i];
        const struct judgement *judgement = attempt->judgement;
        bool outvotes = scenario->verdict == VERDICT_PASS && attempt->verdict == VERDICT_PASS &&
                        scenario->attempts[0].verdict != VERDICT_PASS;
        bool confirmed = differs && judgement != NULL && judgement->verdict == VERDICT_LEAK &&
                         shows_all_of(judgement, whole) && shows_all_of(whole, judgement);
        if (outvotes || confirmed)
            return attempt->record;
    }
    return scenario->record;
}

const struct run_record *scenario_telling_record(const struct scenario_result *scenario)
{
    const struct attempt_result *failed = failed_attempt(scenario);
    bool of_attempt = scenario->verdict == VERDICT_FAILED && failed != NULL;
    return of_attempt ? failed->record : scenario->record;
}
