#include "commands/diff_runs.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/find_reports.h"
#include "journal/run_files.h"
#include "report/difference_page.h"
#include "report/rest_text.h"
#include "result/amounts.h"
#include "result/result.h"

static bool no_rest(const char *journal, struct lg_error *err)
{
    return lg_fail(err, LG_ERROR_INPUT, 0, "%s has no sample at rest", journal);
}

bool run_differences_of_journals(struct run_differences *runs, const char *before,
                                 const char *after, struct lg_error *err)
{
    struct run_difference *run = array_add(runs->items, runs->count, runs->capacity);
    struct rest first, last, start;
    run->one = run_record_read(before, err);
    if (run->one == NULL)
        return false;
    run->before = ledger_new(&run->one->series);
    if (!rests_of_run(run->before, &first, &last))
        return no_rest(before, err);
    if (after != NULL) {
        run->other = run_record_read(after, err);
        if (run->other == NULL)
            return false;
        run->after = ledger_new(&run->other->series);
        first = last;
        if (!rests_of_run(run->after, &start, &last))
            return no_rest(after, err);
    }
    rest_difference_make(first, last, &run->difference);
    return true;
}

/* The scenarios of a report that have a journal. */
static bool scenarios_of(const char *report, struct string_list *names, struct lg_error *err)
{
    _cleanup_strings_ struct string_list entries = {0};
    if (!directory_list(report, "", &entries))
        return lg_fail(err, LG_ERROR_INPUT, 0, "cannot read %s", report);
    for (size_t i = 0; i < entries.count; i++) {
        _cleanup_free_ char *journal = report_path(report, entries.items[i], JOURNAL_FILE);
        if (access(journal, R_OK) == 0)
            string_list_add(names, entries.items[i]);
    }
    return names->count > 0 ||
           lg_fail(err, LG_ERROR_INPUT, 0, "%s has no run with a journal", report);
}

static void note_alone(struct run_differences *runs, const struct string_list *names,
                       const struct string_list *others, const char *report)
{
    for (size_t i = 0; i < names->count; i++)
        if (!string_list_contains(others, names->items[i]))
            string_list_take(&runs->alone,
                             memory_format("%s is in %s alone", names->items[i], report));
}

bool run_differences_of_reports(struct run_differences *runs, const char *before, const char *after,
                                struct lg_error *err)
{
    _cleanup_free_ char *one = find_report(before, err);
    _cleanup_free_ char *other = one != NULL && after != NULL ? find_report(after, err) : NULL;
    _cleanup_strings_ struct string_list names = {0}, others = {0};
    if (one == NULL || (after != NULL && other == NULL) || !scenarios_of(one, &names, err) ||
        (other != NULL && !scenarios_of(other, &others, err)))
        return false;
    if (other != NULL) {
        note_alone(runs, &names, &others, before);
        note_alone(runs, &others, &names, after);
    }
    for (size_t i = 0; i < names.count; i++) {
        if (other != NULL && !string_list_contains(&others, names.items[i]))
            continue;
        _cleanup_free_ char *from = report_path(one, names.items[i], JOURNAL_FILE);
        _cleanup_free_ char *to =
            other != NULL ? report_path(other, names.items[i], JOURNAL_FILE) : NULL;
        if (!run_differences_of_journals(runs, from, to, err))
            return false;
    }
    return runs->count > 0 ||
           lg_fail(err, LG_ERROR_INPUT, 0, "%s and %s have no scenario in common", before, after);
}

void run_differences_free(struct run_differences *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        struct run_difference *run = &runs->items[i];
        rest_difference_free(&run->difference);
        cleanup_ledger(&run->before);
        cleanup_ledger(&run->after);
        run_record_free(run->one);
        run_record_free(run->other);
    }
    free(runs->items);
    string_list_free(&runs->alone);
}

void run_differences_text(const struct run_differences *runs, size_t most, struct buffer *out)
{
    for (size_t i = 0; i < runs->count; i++) {
        const struct run_difference *run = &runs->items[i];
        const struct ledger *ledger = run->before;
        _cleanup_free_ char *name = text_harmless(text_or(run->one->header.scenario, "?"), false);
        buffer_format(out, "%s%s: ", i > 0 ? "\n" : "", name);
        if (run->after != NULL)
            buffer_text(out, "the last rest of both runs\n");
        else
            buffer_format(
                out, "from the first rest to the last, %s later\n",
                seconds_text(ledger->samples[ledger->columns - 1]->at - ledger->samples[0]->at)
                    .text);
        rest_difference_text(&run->difference, run->one->series.module, most, out);
    }
    for (size_t i = 0; i < runs->alone.count; i++) {
        _cleanup_free_ char *line = text_harmless(runs->alone.items[i], false);
        buffer_format(out, "%s%s\n", i == 0 ? "\n" : "", line);
    }
}

json_t *run_differences_to_json(const struct run_differences *runs, size_t most)
{
    json_t *object = json_object(), *list = json_array();
    for (size_t i = 0; i < runs->count; i++) {
        json_t *run = rest_difference_to_json(&runs->items[i].difference,
                                              runs->items[i].one->series.module, most);
        json_put_text(run, "scenario", runs->items[i].one->header.scenario);
        json_push(list, run);
    }
    json_put(object, "scenarios", list);
    json_put(object, "alone", json_texts(&runs->alone));
    return object;
}

void run_differences_sections(const struct run_differences *runs, const json_t *object,
                              json_t *sections)
{
    const json_t *list = json_object_get(object, "scenarios");
    for (size_t i = 0; i < runs->count; i++)
        rest_difference_sections(&runs->items[i].difference,
                                 text_or(runs->items[i].one->header.scenario, "?"),
                                 json_array_get(list, i), sections);
}
