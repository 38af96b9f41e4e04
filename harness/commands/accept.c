#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "commands/acceptance.h"
#include "commands/command.h"
#include "commands/find_reports.h"
#include "commands/selection.h"
#include "report/next_steps.h"
#include "result/baseline_difference.h"
#include "result/attempts.h"
#include "result/result.h"

/* One scenario's new baseline, before anything is written. */
struct proposal {
    char *name;
    char *path;
    char *text;  /* of the file */
    bool is_new; /* the file is */
    bool is_changed;
    struct string_list differences;
};

struct accepting {
    const struct arguments *arguments;
    struct consent consent;
    struct string_list keys; /* of --holder, each as a key */
    bool *used;              /* one for each of them */
    struct proposal *proposals;
    size_t count;
};

static bool check_usage(const struct arguments *arguments, struct lg_error *err)
{
    const char *ci = getenv("CI");
    bool holders = option_given(arguments, OPTION_HOLDER);
    if (ci != NULL && *ci != '\0')
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "accept does not work in continuous integration (CI is set): baselines are "
                       "changed by a person and reviewed");
    if (arguments->operands.count == 0)
        return lg_fail(err, LG_ERROR_INPUT, 0, "accept needs the name of a scenario");
    bool tighten = option_given(arguments, OPTION_TIGHTEN);
    if (tighten && holders)
        return lg_fail(err, LG_ERROR_INPUT, 0, "--tighten accepts nothing: it has no --holder");
    if (!tighten && option_given(arguments, OPTION_LEVELS))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "--levels belongs to --tighten; without it all levels are taken anyway");
    if (holders && !option_given(arguments, OPTION_REASON))
        return lg_fail(err, LG_ERROR_INPUT, 0, "--holder needs a --reason: why is it accepted?");
    const struct string_list *reasons = &arguments->values[OPTION_REASON];
    size_t count = arguments->values[OPTION_HOLDER].count;
    for (size_t i = 0; holders && i < reasons->count; i++)
        if (!is_reason(reasons->items[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "--reason \"%s\" is not a reason: say why it is accepted",
                           reasons->items[i]);
    if (holders && ((reasons->count > 1 && reasons->count != count) ||
                    (arguments->values[OPTION_EXPIRES].count > 1 &&
                     arguments->values[OPTION_EXPIRES].count != count)))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "give --reason and --expires once for all, or once for each --holder");
    if (!holders &&
        (option_given(arguments, OPTION_REASON) || option_given(arguments, OPTION_EXPIRES) ||
         option_given(arguments, OPTION_ISSUE)))
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "--reason, --expires and --issue belong to a --holder, and there is none");
    return true;
}

/* Not among the differences that reports show: it changes nothing of what is judged. */
static void seconds_difference(const struct baseline *old, const struct baseline *new,
                               struct string_list *lines)
{
    double was = old != NULL ? old->seconds : NAN;
    if (isnan(new->seconds) || was == new->seconds)
        return;
    if (isnan(was))
        string_list_take(lines, memory_format("seconds %.0f", new->seconds));
    else
        string_list_take(lines, memory_format("seconds %.0f -> %.0f", was, new->seconds));
}

static bool make_proposal(struct accepting *accepting, const struct run_record *record,
                          const struct judgement *whole, struct proposal *proposal,
                          struct lg_error *err)
{
    const struct arguments *arguments = accepting->arguments;
    const char *target = text_or(record->header.target, "");
    const struct string_list *expires = accepting->consent.expires;
    const char *today = record->facts.today;
    if (!path_is_inside(target) || strchr(target, '/') != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "its journal does not name a target");
    proposal->path =
        baseline_path(option_text(arguments, OPTION_BASELINES), target, proposal->name);
    proposal->is_new = access(proposal->path, F_OK) != 0;
    _cleanup_baseline_ struct baseline *old =
        proposal->is_new ? NULL : baseline_read(proposal->path, err);
    if (!proposal->is_new && old == NULL)
        return false;
    /* An exception that has expired already would fail at once. */
    for (size_t i = 0; i < expires->count; i++)
        if (expires->items[i][0] != '\0' && strcmp(expires->items[i], today) < 0)
            return lg_fail(err, LG_ERROR_INPUT, 0, "--expires %s is before the run (%s)",
                           expires->items[i], today);
    _cleanup_baseline_ struct baseline *new =
        option_given(arguments, OPTION_TIGHTEN)
            ? acceptance_tighten(record, old, option_given(arguments, OPTION_LEVELS), err)
            : acceptance_make(record, whole, old, &accepting->consent, accepting->used, err);
    if (new == NULL)
        return false;
    /* What a person gave may be no reason, date or address: the next run would refuse the file. */
    _cleanup_json_ json_t *json = baseline_to_json(new);
    _cleanup_baseline_ struct baseline *read = baseline_from_json(json, "the new baseline", err);
    if (read == NULL || !baseline_check_tolerances(read, "the new baseline", err))
        return false;
    proposal->text = json_pretty(json);
    _cleanup_buffer_ struct buffer stored = {0};
    proposal->is_changed = !file_read(proposal->path, &stored, LG_ERROR_INPUT, NULL) ||
                           strcmp(buffer_string(&stored), proposal->text) != 0;
    baseline_difference(old, new, &proposal->differences);
    seconds_difference(old, new, &proposal->differences);
    return true;
}

/* '#1' is the first of what the scenario's report asks for. */
static bool name_numbered(struct accepting *accepting, const struct scenario_result *scenario,
                          struct lg_error *err)
{
    _cleanup_strings_ struct string_list asked = {0};
    holders_to_accept(scenario, &asked);
    for (size_t i = 0; i < accepting->keys.count; i++) {
        char **key = &accepting->keys.items[i];
        char *end = NULL;
        unsigned long number = **key == '#' ? strtoul(*key + 1, &end, 10) : 0;
        if (**key != '#')
            continue;
        if (accepting->arguments->operands.count > 1)
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "--holder '%s' is of one scenario: accept the others by themselves",
                           *key);
        if (number < 1 || number > asked.count || *end != '\0')
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "there is no holder '%s' to accept; see leakgate report --from %s", *key,
                           option_text(accepting->arguments, OPTION_FROM));
        free(*key);
        *key = memory_copy_text(asked.items[number - 1]);
    }
    return true;
}

static bool propose(struct accepting *accepting, const char *name, struct lg_error *err)
{
    if (!path_is_inside(name) || strchr(name, '/') != NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "\"%s\" is not the name of a scenario", name);
    _cleanup_free_ char *report =
        find_report_of(option_text(accepting->arguments, OPTION_FROM), name, err);
    if (report == NULL)
        return false;
    _cleanup_suite_ struct suite_result *suite = suite_new(report, "", "");
    struct scenario_result *scenario = suite_add(suite, name, "", NULL);
    scenario_judge(scenario, report);
    const struct run_record *record = scenario_accepted_record(scenario);
    if (record == NULL)
        return lg_fail(err, LG_ERROR_INPUT, 0, "%s: %s", name, scenario->reason);
    if (!name_numbered(accepting, scenario, err))
        return false;
    struct proposal *proposal = &accepting->proposals[accepting->count++];
    proposal->name = memory_copy_text(name);
    return make_proposal(accepting, record, scenario->judgement, proposal, err) ||
           lg_context(err, "%s", name);
}

static void print_proposal(const struct proposal *proposal, bool dry_run)
{
    const char *state = proposal->is_new                  ? "new"
                        : !proposal->is_changed           ? "unchanged"
                        : proposal->differences.count > 0 ? "changed"
                                                          : "changed by less than is shown";
    _cleanup_free_ char *path = text_harmless(proposal->path, false);
    printf("%s: %s%s\n", path, state, dry_run ? " (nothing is written)" : "");
    for (size_t i = 0; proposal->is_changed && i < proposal->differences.count; i++) {
        _cleanup_free_ char *line = text_harmless(proposal->differences.items[i], false);
        printf("  %s\n", line);
    }
}

/* All or nothing: what is refused for one scenario leaves the others' files alone as well. */
static bool accept_all(struct accepting *accepting, struct lg_error *err)
{
    const struct string_list *names = &accepting->arguments->operands;
    const struct string_list *keys = accepting->consent.keys;
    for (size_t i = 0; i < names->count; i++)
        if (!propose(accepting, names->items[i], err))
            return false;
    for (size_t i = 0; i < keys->count; i++)
        if (!accepting->used[i])
            return lg_fail(err, LG_ERROR_INPUT, 0,
                           "nothing that leaks is called '%s'; see leakgate report --from %s",
                           keys->items[i], option_text(accepting->arguments, OPTION_FROM));
    for (size_t i = 0; i < accepting->count; i++) {
        const struct proposal *proposal = &accepting->proposals[i];
        const char *path = proposal->path;
        _cleanup_free_ char *directory = memory_copy_range(path, (size_t)(path_base(path) - path));
        if (proposal->is_changed && !option_given(accepting->arguments, OPTION_DRY_RUN) &&
            (!directory_make(directory, 0755, err) ||
             !file_write_atomic(path, proposal->text, strlen(proposal->text), err)))
            return false;
        print_proposal(proposal, option_given(accepting->arguments, OPTION_DRY_RUN));
    }
    return true;
}

int command_accept(const struct arguments *arguments)
{
    struct lg_error err = {0};
    if (!check_usage(arguments, &err))
        return complain(&err);
    struct accepting accepting = {
        .arguments = arguments,
        .consent = {.reasons = &arguments->values[OPTION_REASON],
                    .expires = &arguments->values[OPTION_EXPIRES],
                    .issue = option_text(arguments, OPTION_ISSUE)},
        .used = memory_array(arguments->values[OPTION_HOLDER].count + 1, sizeof(bool)),
        .proposals = memory_array(arguments->operands.count + 1, sizeof(struct proposal)),
    };
    string_list_add_all(&accepting.keys, &arguments->values[OPTION_HOLDER]);
    accepting.consent.keys = &accepting.keys;
    bool accepted = accept_all(&accepting, &err);
    string_list_free(&accepting.keys);
    for (size_t i = 0; i < accepting.count; i++) {
        struct proposal *proposal = &accepting.proposals[i];
        free_all(proposal->name, proposal->path, proposal->text);
        string_list_free(&proposal->differences);
    }
    free_all(accepting.proposals, accepting.used);
    return accepted ? EXIT_PASS : complain(&err);
}
