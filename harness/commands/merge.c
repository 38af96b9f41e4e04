/* `leakgate merge`: the reports of shards become one. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "commands/print_result.h"
#include "commands/report_directory.h"
#include "commands/shards.h"
#include "result/exit_status.h"
#include "report/format.h"
#include "result/result_json.h"

struct merging {
    const struct arguments *arguments;
    const char *directory; /* of the report that is made */
    struct found_reports found;
    struct shards shards;
    struct suite_result *suite;
    struct string_list from; /* for each scenario of the suite: whose evidence it is */
};

/* Finds the reports and reads those that are whole. They stay as they are: the report must not be
 * made in one of them. */
static bool read_reports(struct merging *merging, struct lg_error *err)
{
    const struct string_list *operands = &merging->arguments->operands;
    const struct string_list *whole = &merging->found.whole, *cut_off = &merging->found.cut_off;
    struct shards *shards = &merging->shards;
    if (operands->count == 0)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "merge needs the directories of the reports, or one that contains them");
    for (size_t i = 0; i < operands->count; i++)
        if (!find_reports(operands->items[i], merging->directory, &merging->found, err))
            return false;
    if (whole->count + cut_off->count == 0)
        return lg_fail(err, LG_ERROR_INPUT, 0, "there is no report in %s%s", operands->items[0],
                       operands->count > 1 ? " and the others" : "");
    _cleanup_free_ char *place = realpath(merging->directory, NULL);
    for (size_t i = 0; place != NULL && i < whole->count; i++) {
        _cleanup_free_ char *report = realpath(whole->items[i], NULL);
        size_t length = report != NULL ? strlen(report) : 0;
        if (length > 0 && strncmp(place, report, length) == 0 &&
            (place[length] == '\0' || place[length] == '/'))
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "%s is one of the reports that are merged: name another directory by "
                           "--report",
                           merging->directory);
    }
    for (size_t i = 0; i < whole->count; i++) {
        struct suite_result *report = suite_read(whole->items[i], err);
        if (report == NULL)
            return false;
        array_append(shards->reports, shards->count, shards->capacity, report);
    }
    if (shards->count > 0)
        return shards_agree(shards, err);
    return lg_fail(err, LG_ERROR_INPUT, 0,
                   "%s has no " REPORT_RESULT ": its run was cut off, and there is no other report",
                   cut_off->items[0]);
}

static void join(struct merging *merging)
{
    const struct arguments *arguments = merging->arguments;
    const struct string_list *cut_off = &merging->found.cut_off;
    merging->suite = shards_join(&merging->shards, merging->directory, &merging->from);
    merging->suite->source_url = memory_copy_text(option_text(arguments, OPTION_SOURCE_URL));
    if (option_given(arguments, OPTION_FAIL_ON))
        merging->suite->only_leaks_fail =
            strcmp(option_text(arguments, OPTION_FAIL_ON), "leak") == 0;
    for (size_t i = 0; i < cut_off->count; i++)
        string_list_take(
            &merging->suite->problems,
            memory_format("%s has no " REPORT_RESULT
                          ": its run was cut off (leakgate report --from shows what it has)",
                          cut_off->items[i]));
}

/* Where a scenario has no evidence, nothing of an earlier merge is to be taken for it. */
static bool copy_evidence(const struct merging *merging, struct lg_error *err)
{
    for (size_t i = 0; i < merging->suite->count; i++)
        if (!evidence_directory_check(merging->directory, merging->suite->scenarios[i].name, err))
            return false;
    if (!report_directory_prepare(merging->directory, err))
        return false;
    for (size_t i = 0; i < merging->suite->count; i++) {
        const char *name = merging->suite->scenarios[i].name, *from = merging->from.items[i];
        _cleanup_free_ char *source = report_path(from, name, NULL);
        _cleanup_free_ char *copy = report_path(merging->directory, name, NULL);
        bool any = *from != '\0' && access(source, F_OK) == 0;
        if (!(any ? evidence_directory_make(merging->directory, name, err) &&
                        directory_copy(source, copy, err)
                  : directory_remove(copy, err)))
            return false;
    }
    return true;
}

/* Writes and prints the report, and says what is missing. Returns the exit status. */
static int report_all(const struct merging *merging)
{
    struct suite_result *suite = merging->suite;
    struct lg_error err = {0};
    int status = suite_exit_status(suite);
    const char *format = option_given(merging->arguments, OPTION_JSON) ? "json" : "text";
    if (!write_reports(suite, &err) ||
        !print_report(suite, format, option_given(merging->arguments, OPTION_VERBOSE), NULL, &err))
        return suite->signal != 0 ? status : worse_status(complain(&err), status);
    for (size_t i = 0; i < suite->problems.count; i++) {
        struct lg_error problem = {0};
        lg_fail(&problem, LG_ERROR_INPUT, 0, "%s", suite->problems.items[i]);
        complain(&problem);
    }
    return status;
}

int command_merge(const struct arguments *arguments)
{
    struct merging merging = {.arguments = arguments,
                              .directory = option_text(arguments, OPTION_REPORT)};
    struct lg_error err = {0};
    int status;
    if (!read_reports(&merging, &err)) {
        status = complain(&err);
    } else {
        join(&merging);
        status = compare_with_report(merging.suite, option_text(arguments, OPTION_COMPARE), &err) &&
                         copy_evidence(&merging, &err)
                     ? report_all(&merging)
                     : complain(&err);
    }
    found_reports_free(&merging.found);
    shards_free(&merging.shards);
    suite_free(merging.suite);
    string_list_free(&merging.from);
    return status;
}
