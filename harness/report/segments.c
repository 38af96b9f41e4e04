#include "report/segments.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/attempts.h"
#include "report/judging.h"
#include "verdict/segments.h"

char *segment_directory(const char *directory, const char *name, unsigned number)
{
    _cleanup_free_ char *below = memory_format("segment-%u", number);
    return report_path(directory, name, number > 1 ? below : NULL);
}

static char *journal_of(const char *directory, const char *name, unsigned number)
{
    _cleanup_free_ char *segment = segment_directory(directory, name, number);
    return path_join(segment, REPORT_JOURNAL);
}

unsigned segments_in(const char *directory, const char *name)
{
    unsigned count = 0;
    for (; count < SEGMENTS_MOST; count++) {
        _cleanup_free_ char *journal = journal_of(directory, name, count + 1);
        if (access(journal, F_OK) != 0)
            break;
    }
    return count;
}

size_t loop_samples(const struct series *series)
{
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++)
        count += series->samples[i].phase == PHASE_LOOP;
    return count;
}

char *segment_describe(const struct segment_result *segment)
{
    char took[64];
    clock_describe((int64_t)(segment->seconds * 1e9), took, sizeof took);
    return memory_format("%s%s: %s", segment->cut_off ? "cut off after " : "", took,
                         segment->counts ? verdict_name(segment->verdict)
                                         : "too few samples to judge");
}

double scenario_measured_seconds(const struct scenario_result *scenario)
{
    double seconds = 0;
    if (scenario->record != NULL && scenario->segment_count == 0)
        return json_get_number(scenario->record->end, "at", 0);
    for (size_t i = 0; i < scenario->segment_count; i++)
        seconds += scenario->segments[i].seconds;
    return seconds;
}

/* --- Reading --- */

/* All of them, or none and an error. */
static struct run_record **read_records(const char *directory, const char *name, unsigned count,
                                        struct lg_error *err)
{
    struct run_record **records = memory_array(count, sizeof *records);
    for (unsigned i = 0; i < count; i++) {
        _cleanup_free_ char *path = journal_of(directory, name, i + 1);
        records[i] = run_record_read(path, err);
        if (records[i] != NULL)
            continue;
        while (i > 0)
            run_record_free(records[--i]);
        free(records);
        return NULL;
    }
    return records;
}

/* Each by the baseline in its own journal, or by the working tree's beside a revision's. */
static size_t judge_all(struct run_record *const *records, size_t count, bool here,
                        struct segment *segments)
{
    for (size_t i = 0; i < count; i++) {
        struct run_record *record = records[i];
        const struct baseline *baseline = here ? record->baseline_here : record->baseline;
        segments[i].cut_off = i + 1 < count && run_record_cut_off(record);
        if (segments[i].cut_off)
            run_record_judge_cut_off(record);
        segments[i].samples = loop_samples(&record->series);
        segments[i].judgement = judge(&record->series, baseline, &record->facts);
    }
    return segments_conclude(segments, count);
}

static void judge_here(struct scenario_result *scenario, struct run_record *const *records,
                       size_t count)
{
    _cleanup_free_ struct segment *segments = memory_array(count, sizeof *segments);
    size_t worst = judge_all(records, count, true, segments);
    scenario->judgement_here = segments[worst].judgement;
    for (size_t i = 0; i < count; i++)
        if (i != worst)
            judgement_free(segments[i].judgement);
}

static void keep_segment(struct segment_result *kept, const struct segment *segment,
                         const struct run_record *record)
{
    *kept = (struct segment_result){
        .verdict = segment->judgement->verdict,
        .seconds = series_pace(&record->series).seconds,
        .samples = segment->samples,
        .cut_off = segment->cut_off,
        .counts = segment_counts(segment),
    };
    snprintf(kept->date, sizeof kept->date, "%.20s", json_get_text(record->header, "date", ""));
}

/* The verdict's record and judgement become the scenario's, the others are let go. */
static void take_worst(struct scenario_result *scenario, struct run_record *const *records,
                       struct segment *segments, size_t count, size_t worst)
{
    for (size_t i = 0; i < count; i++) {
        keep_segment(&scenario->segments[i], &segments[i], records[i]);
        if (i == worst)
            continue;
        judgement_free(segments[i].judgement);
        run_record_free(records[i]);
    }
    scenario->record = records[worst];
    scenario->judgement = segments[worst].judgement;
    scenario->verdict = scenario->judgement->verdict;
    enum lg_error_class problem = LG_ERROR_NONE;
    if (scenario->verdict == VERDICT_FAILED)
        problem = run_record_problem(scenario->record);
    else if (scenario->verdict == VERDICT_INVALID || scenario->verdict == VERDICT_INCONCLUSIVE)
        problem = LG_ERROR_INVALID;
    scenario_explain(scenario, problem, scenario->judgement->reason);
    scenario_screened(scenario);
}

void scenario_take_segments(struct scenario_result *scenario, const char *directory)
{
    struct lg_error err = {0};
    unsigned count = segments_in(directory, scenario->name);
    _cleanup_free_ struct run_record **records =
        read_records(directory, scenario->name, count, &err);
    scenario->ran = true;
    if (records == NULL) {
        scenario->verdict = VERDICT_FAILED;
        scenario_explain(scenario, LG_ERROR_INTERNAL, err.text);
        return;
    }
    scenario->segments = memory_array(count, sizeof *scenario->segments);
    scenario->segment_count = count;
    _cleanup_free_ struct segment *segments = memory_array(count, sizeof *segments);
    if (records[0]->baseline_revision != NULL)
        judge_here(scenario, records, count);
    size_t worst = judge_all(records, count, false, segments);
    take_worst(scenario, records, segments, count, worst);
}
