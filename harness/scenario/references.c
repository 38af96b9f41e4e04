/* Which ${...} a text may hold. */
#include "base/buffer.h"
#include "base/error.h"
#include "base/memory.h"
#include "scenario/check.h"
#include "scenario/expand.h"

#include <string.h>

struct reference_check {
    const struct check_names *names;
    bool in_iteration;
    char *unknown; /* the first name that is not known */
};

static const char project_prefix[] = "project.";

static bool is_known(const struct reference_check *check, const char *name)
{
    const struct check_names *names = check->names;
    int64_t ms;
    static const char *const always[] = {"world", "program", "now", "today"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (text_equal(name, always[i]))
            return true;
    if (expand_is_shifted_now(name, &ms))
        return true;
    for (const struct check_local *local = names->locals; local != NULL; local = local->outer)
        if (text_equal(name, local->name))
            return true;
    if (text_equal(name, "i"))
        return check->in_iteration;
    if (text_starts(name, project_prefix))
        return names->projects == NULL ||
               string_list_contains(names->projects, name + strlen(project_prefix));
    return names->variables == NULL || string_list_contains(names->variables, name);
}

static bool look_up(void *context, const char *name, struct buffer *out)
{
    struct reference_check *check = context;
    (void)out;
    if (is_known(check, name))
        return true;
    check->unknown = memory_copy_text(name);
    return false;
}

static void list_known(const struct reference_check *check, struct string_list *known)
{
    string_list_add(known, "world");
    string_list_add(known, "program");
    string_list_add(known, "now");
    string_list_add(known, "today");
    for (const struct check_local *local = check->names->locals; local != NULL;
         local = local->outer)
        string_list_add(known, local->name);
    const struct string_list *projects = check->names->projects;
    const struct string_list *variables = check->names->variables;
    for (size_t i = 0; projects != NULL && i < projects->count; i++)
        string_list_take(known, memory_format("%s%s", project_prefix, projects->items[i]));
    for (size_t i = 0; variables != NULL && i < variables->count; i++)
        string_list_add(known, variables->items[i]);
}

void check_references(const char *text, struct mark where, const struct check_names *names,
                      bool in_iteration, struct diagnostics *problems)
{
    struct reference_check check = {.names = names, .in_iteration = in_iteration};
    struct lg_error err = {0};
    _cleanup_free_ char *expanded = expand(text, look_up, &check, &err);
    _cleanup_free_ char *unknown = check.unknown;
    if (expanded != NULL)
        return;
    if (unknown == NULL) {
        diagnose_at(problems, where, "%s", err.text);
        return;
    }
    if (text_equal(unknown, "i")) {
        diagnose_at(problems, where, "${i} is known only in iteration");
        return;
    }
    if (text_starts(unknown, "now-") || text_starts(unknown, "now+")) {
        diagnose_at(problems, where,
                    "unknown reference ${%s}: what is added to now or taken from it is a duration "
                    "such as 90s",
                    unknown);
        return;
    }
    if (text_equal(unknown, "n") || text_equal(unknown, "line")) {
        diagnose_at(problems, where, "${%s} is known only %s", unknown,
                    text_equal(unknown, "n") ? "beside copies, or in a loop of that name"
                                             : "in the line of a file");
        return;
    }
    _cleanup_strings_ struct string_list known = {0};
    list_known(&check, &known);
    const char *nearest = text_nearest(unknown, (const char *const *)known.items, known.count);
    if (nearest != NULL)
        diagnose_at(problems, where, "unknown reference ${%s}; did you mean ${%s}?", unknown,
                    nearest);
    else
        diagnose_at(problems, where, "unknown reference ${%s}", unknown);
}
