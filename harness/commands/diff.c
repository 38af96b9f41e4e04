/* `leakgate diff`: what grew between two profiles, two reports or two journals, or in one of these.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/regex.h"
#include "commands/command.h"
#include "commands/diff_runs.h"
#include "commands/page_file.h"
#include "commands/profile_source.h"
#include "report/difference_page.h"
#include "report/html.h"
#include "report/profile_text.h"

/* What an operand is. */
enum operand_kind { OPERAND_PROFILE, OPERAND_REPORT, OPERAND_JOURNAL };

static enum operand_kind kind_of(const char *operand)
{
    struct stat status;
    if (!profile_is_url(operand) && stat(operand, &status) == 0 && S_ISDIR(status.st_mode))
        return OPERAND_REPORT;
    return text_ends(operand, ".jsonl") ? OPERAND_JOURNAL : OPERAND_PROFILE;
}

static bool read_regex(const struct arguments *arguments, enum option option, struct regex **regex,
                       struct lg_error *err)
{
    const char *pattern = option_text(arguments, option);
    if (pattern == NULL)
        return true;
    *regex = regex_new(pattern, err);
    return *regex != NULL || lg_context(err, "--%s", option_name(option));
}

/* What was found, as it is asked for, and its page. */
static bool tell(const struct arguments *arguments, json_t *object, json_t *sections,
                 const struct buffer *text, struct lg_error *err)
{
    const struct string_list *operands = &arguments->operands;
    const char *before = operands->items[0], *after = operands->items[operands->count - 1];
    json_put(object, "before", json_text(before));
    json_put_text(object, "after", operands->count > 1 ? after : NULL);
    _cleanup_free_ char *json = json_pretty(object);
    fputs(option_given(arguments, OPTION_JSON) ? json : buffer_string(text), stdout);
    _cleanup_free_ char *title = operands->count > 1
                                     ? memory_format("%s minus %s", after, before)
                                     : memory_format("%s: its end minus its beginning", after);
    return page_file_write(arguments, html_head(title, "diff", "What differs", sections), text,
                           err);
}

static bool tell_profiles(const struct arguments *arguments, const struct profile_top *top,
                          struct lg_error *err)
{
    _cleanup_json_ json_t *object = profile_to_json(top);
    json_t *sections = json_array();
    _cleanup_buffer_ struct buffer text = {0};
    _cleanup_free_ char *title =
        memory_format("%s minus %s", arguments->operands.items[1], arguments->operands.items[0]);
    bool as_text = !option_given(arguments, OPTION_JSON);
    if (as_text && top->question.focus != NULL && !top->focus_met)
        fputs("leakgate: --focus matches no frame\n", stderr);
    if (as_text && top->question.ignore != NULL && !top->ignore_met)
        fputs("leakgate: --ignore matches no frame\n", stderr);
    profile_text(top, title, &text);
    if (top->question.keeps_stacks)
        profile_sections(top, object, sections);
    return tell(arguments, object, sections, &text, err);
}

static bool diff_profiles(const struct arguments *arguments, struct lg_error *err)
{
    const struct string_list *operands = &arguments->operands;
    _cleanup_regex_ struct regex *focus = NULL;
    _cleanup_regex_ struct regex *ignore = NULL;
    if (operands->count != 2)
        return lg_fail(err, LG_ERROR_INPUT, 0,
                       "a profile is compared with another one: name BEFORE and AFTER");
    if (!read_regex(arguments, OPTION_FOCUS, &focus, err) ||
        !read_regex(arguments, OPTION_IGNORE, &ignore, err))
        return false;
    const struct profile_question question = {
        .sample_index = option_text(arguments, OPTION_SAMPLE_INDEX),
        .focus = focus,
        .ignore = ignore,
        .of_before = option_given(arguments, OPTION_DIFF_BASE),
        .by_cum = option_given(arguments, OPTION_CUM),
        .most = option_number(arguments, OPTION_TOP),
        .keeps_stacks = option_given(arguments, OPTION_HTML)};
    _cleanup_profile_top_ struct profile_top *top = profile_top_new(&question);
    if (!profile_source_add(top, PROFILE_AFTER, operands->items[1], err) ||
        !profile_source_add(top, PROFILE_BEFORE, operands->items[0], err))
        return false;
    profile_top_finish(top);
    return tell_profiles(arguments, top, err);
}

/* Of reports (`reports`) or of journals. */
static bool diff_runs(const struct arguments *arguments, bool reports, struct lg_error *err)
{
    static const enum option of_profiles[] = {OPTION_SAMPLE_INDEX, OPTION_FOCUS, OPTION_IGNORE,
                                              OPTION_DIFF_BASE, OPTION_CUM};
    const struct string_list *operands = &arguments->operands;
    const char *before = operands->items[0];
    const char *after = operands->count > 1 ? operands->items[1] : NULL;
    const size_t most = option_number(arguments, OPTION_TOP);
    _cleanup_runs_ struct run_differences runs = {0};
    for (size_t i = 0; i < COUNT_OF(of_profiles); i++)
        if (option_given(arguments, of_profiles[i]))
            return lg_fail(err, LG_ERROR_INPUT, 0, "--%s is for profiles",
                           option_name(of_profiles[i]));
    if (!(reports ? run_differences_of_reports(&runs, before, after, err)
                  : run_differences_of_journals(&runs, before, after, err)))
        return false;
    _cleanup_json_ json_t *object = run_differences_to_json(&runs, most);
    json_t *sections = json_array();
    _cleanup_buffer_ struct buffer text = {0};
    run_differences_text(&runs, most, &text);
    if (option_given(arguments, OPTION_HTML))
        run_differences_sections(&runs, object, sections);
    return tell(arguments, object, sections, &text, err);
}

int command_diff(const struct arguments *arguments)
{
    const struct string_list *operands = &arguments->operands;
    struct lg_error err = {0};
    if (operands->count < 1 || operands->count > 2) {
        lg_fail(&err, LG_ERROR_INPUT, 0, "diff takes BEFORE and AFTER");
        return complain(&err);
    }
    const char *before = operands->items[0], *after = operands->items[operands->count - 1];
    enum operand_kind kind = kind_of(before);
    static const char *const names[] = {"a profile", "a report", "a journal"};
    bool done = false;
    if (!page_file_check(arguments, &err))
        return complain(&err);
    if (kind_of(after) != kind)
        lg_fail(&err, LG_ERROR_INPUT, 0, "%s is %s, and %s %s: two of one kind are compared",
                before, names[kind], after, names[kind_of(after)]);
    else if (kind == OPERAND_PROFILE)
        done = diff_profiles(arguments, &err);
    else
        done = diff_runs(arguments, kind == OPERAND_REPORT, &err);
    return done ? EXIT_PASS : complain(&err);
}
