#include "commands/resume.h"

#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "measure/identify.h"
#include "report/judging.h"
#include "report/segments.h"
#include "verdict/growth.h"
#include "world/world.h"

bool resume_check_directory(const char *directory, struct lg_error *err)
{
    _cleanup_free_ char *result = path_join(directory, REPORT_RESULT);
    bool found = access(result, F_OK) == 0;
    DIR *entries = opendir(directory);
    for (struct dirent *entry; !found && entries != NULL && (entry = readdir(entries)) != NULL;) {
        _cleanup_free_ char *journal = report_path(directory, entry->d_name, REPORT_JOURNAL);
        found = entry->d_name[0] != '.' && access(journal, F_OK) == 0;
    }
    if (entries != NULL)
        closedir(entries);
    return found || lg_fail(err, LG_ERROR_INPUT, 0,
                            "--resume: there is no run in %s to go on with; without --resume one "
                            "is begun",
                            directory);
}

/* One line on standard error. */
__attribute__((format(printf, 2, 3))) static void say(const struct resumed *resumed,
                                                      const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        memory_exhausted();
    va_end(args);
    _cleanup_free_ char *harmless = text_harmless(text, false);
    fprintf(stderr, "%s: %s\n", resumed->plan->name, harmless);
    free(text);
}

static bool run_anew(const struct resumed *resumed, const char *why)
{
    say(resumed, "runs anew: %s", why);
    return true;
}

/* --- Is it the same? --- */

static bool same_baseline(const struct baseline *now, const struct baseline *then)
{
    if (now == NULL || then == NULL)
        return now == then;
    _cleanup_json_ json_t *a = baseline_to_json(now);
    _cleanup_json_ json_t *b = baseline_to_json(then);
    return json_equal(a, b) == 1;
}

/* Why a journal is not of what is to be run now; NULL: it is. */
static const char *difference(const struct resumed *resumed, const struct run_record *record)
{
    const struct plan *plan = resumed->plan;
    _cleanup_free_ char *program = world_find_program(plan, NULL);
    _cleanup_free_ char *hash = program != NULL ? identify_program(program) : NULL;
    if (strcmp(record->facts.plan_hash, plan->hash) != 0 ||
        strcmp(json_get_text(record->header, "target", ""), plan->target.name) != 0)
        return "its journal is of another plan; the scenario or its target file has changed since";
    if (hash == NULL || strcmp(json_get_text(record->header, "program_hash", ""), hash) != 0)
        return "its journal is of another program";
    if (!same_baseline(resumed->baseline, record->baseline) ||
        !same_baseline(resumed->baseline_here, record->baseline_here))
        return "its journal is judged by another baseline";
    if (json_object_get(record->header, "control") != NULL)
        return "its journal was judged by a control build";
    if (json_get_flag(record->end, "played_only", false))
        return "it was only played";
    return NULL;
}

static int64_t whole_for(const struct run_record *record)
{
    const json_t *measure = json_object_get(record->header, "measure");
    return json_get_integer(record->header, "whole_for_ms", json_get_integer(measure, "for_ms", 0));
}

/* Why what has ended is not kept; NULL: it is. */
static const char *reason_to_repeat(const struct resumed *resumed, const struct run_record *record)
{
    enum lg_error_class problem = run_record_problem(record);
    if (problem == LG_ERROR_NEED)
        return "a program was missing";
    if (problem == LG_ERROR_INTERNAL)
        return "it had failed by a fault of leakgate or the machine";
    if (whole_for(record) != resumed->plan->measure.for_ms)
        return "its loop lasted for another time than is asked for";
    return NULL;
}

/* --- What was cut off --- */

static void tell_world(const struct resumed *resumed, const struct run_record *record)
{
    const char *world = json_get_text(record->header, "world", "");
    if (world_is_ours(world))
        say(resumed, "its world was left behind: %s; remove it when nothing uses it", world);
}

/* At least what can be judged. */
static int64_t rest_of(const struct measure_plan *measure, double measured)
{
    int64_t least = measure->every_ms * GROWTH_SAMPLES;
    int64_t rest = measure->for_ms - (int64_t)(measured * 1000);
    rest = rest > least ? rest : least;
    /* Whole samples: one more than there are intervals. */
    rest = (rest + measure->every_ms - 1) / measure->every_ms * measure->every_ms;
    return rest < measure->for_ms || measure->for_ms < least ? rest : measure->for_ms;
}

static bool go_on(const struct resumed *resumed, const struct run_record *last, unsigned segments,
                  double measured, struct resume *resume)
{
    char after[64], rest[64];
    const struct measure_plan *measure = &resumed->plan->measure;
    tell_world(resumed, last);
    if (measure->every_ms == 0)
        return run_anew(resumed, "it was cut off, and is not paced by time");
    if (measured <= 0)
        return run_anew(resumed, "it was cut off before anything was measured");
    /* A last segment that measured nothing is replaced. */
    bool empty = loop_samples(&last->series) < 2;
    resume->segment = empty ? segments : segments + 1;
    if (resume->segment > SEGMENTS_MOST)
        return run_anew(resumed, "it was cut off too often");
    resume->kind = RESUME_SEGMENT;
    resume->rest_ms = rest_of(measure, measured);
    clock_describe((int64_t)(measured * 1e9), after, sizeof after);
    clock_describe(resume->rest_ms * NS_PER_MS, rest, sizeof rest);
    say(resumed, "cut off after %s; goes on for %s, as segment %u", after, rest, resume->segment);
    return true;
}

/* --- Reading --- */

/* All segments, the last one's record kept. NULL and why it cannot be gone on with. */
static struct run_record *read_segments(const struct resumed *resumed, unsigned count,
                                        double *measured, char **why)
{
    struct run_record *record = NULL;
    for (unsigned i = 1; i <= count; i++) {
        struct lg_error err = {0};
        _cleanup_free_ char *directory =
            segment_directory(resumed->directory, resumed->plan->name, i);
        _cleanup_free_ char *path = path_join(directory, REPORT_JOURNAL);
        run_record_free(record);
        record = run_record_read(path, &err);
        const char *differs = record != NULL ? difference(resumed, record) : NULL;
        if (record == NULL || differs != NULL) {
            *why = record == NULL ? memory_format("its journal cannot be read: %s", err.text)
                                  : memory_copy_text(differs);
            run_record_free(record);
            return NULL;
        }
        *measured += series_pace(&record->series).seconds;
    }
    return record;
}

static bool check_not_written(const struct resumed *resumed, unsigned count, struct lg_error *err)
{
    for (unsigned i = 1; i <= count; i++) {
        _cleanup_free_ char *directory =
            segment_directory(resumed->directory, resumed->plan->name, i);
        _cleanup_free_ char *path = path_join(directory, REPORT_JOURNAL);
        if (journal_is_written(path))
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "--resume: %s is being run just now: somebody writes %s",
                           resumed->plan->name, path);
    }
    return true;
}

bool resume_find(const struct resumed *resumed, struct resume *resume, struct lg_error *err)
{
    unsigned count = segments_in(resumed->directory, resumed->plan->name);
    double measured = 0;
    _cleanup_free_ char *why = NULL;
    *resume = (struct resume){.kind = RESUME_ANEW};
    if (!check_not_written(resumed, count, err))
        return false;
    if (count == 0)
        return run_anew(resumed, "it had not begun");
    struct run_record *record = read_segments(resumed, count, &measured, &why);
    if (record == NULL)
        return run_anew(resumed, why);
    const char *repeat = NULL;
    if (run_record_cut_off(record)) {
        go_on(resumed, record, count, measured, resume);
    } else if ((repeat = reason_to_repeat(resumed, record)) != NULL) {
        run_anew(resumed, repeat);
    } else {
        resume->kind = RESUME_KEPT;
        say(resumed, "ended, and is not run again");
    }
    run_record_free(record);
    return true;
}
