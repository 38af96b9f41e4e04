/*
 * Workflow commands of GitHub Actions, which mark lines of the scenarios' files in a pull request.
 *
 * The rules of escaping are the runner's (actions/runner, ActionCommand.cs): of the message %, CR
 * and LF, of a property : and , as well. GitHub shows ten of each kind for a step, so the worst
 * nine are written and one that says how many more there are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/strings.h"
#include "report/format.h"
#include "report/location.h"
#include "report/text_layout.h"
#include "report/next_steps.h"
#include "report/suite_text.h"
#include "result/baseline_difference.h"
#include "result/exit_status.h"

/* Ranks of what is no verdict. */
enum { BEFORE_WARNINGS = 99, BEHIND_VERDICTS = 100, BEHIND_WARNINGS = 200 };

enum {
    ANNOTATIONS_SHOWN = 9,
    /* GitHub cuts a message at 4,096 characters and a title at 255. */
    MESSAGE_BYTES = 3500,
    TITLE_BYTES = 200,
    DETAIL_BYTES = 400
};

struct annotation {
    bool error;   /* else a warning */
    bool notice;  /* or that: good news */
    int rank;     /* the worst first */
    size_t index; /* among those of its scenario: the first of each scenario before all second */
    size_t order;
    enum finding_kind kind; /* of warnings; FINDING_KIND_COUNT: a verdict */
    struct location location;
    char *title;
    struct buffer message;
};

struct annotations {
    struct annotation *items;
    size_t count;
    size_t capacity;
};

static struct annotation *add(struct annotations *list, bool error, char *title)
{
    struct annotation *annotation = array_add(list->items, list->count, list->capacity);
    *annotation = (struct annotation){
        .error = error, .order = list->count - 1, .kind = FINDING_KIND_COUNT, .title = title};
    return annotation;
}

static void add_line(struct annotation *annotation, const char *label, const char *text)
{
    _cleanup_free_ char *cut = text_shortened(text, DETAIL_BYTES);
    buffer_format(&annotation->message, "%s%s%s%s", annotation->message.length > 0 ? "\n" : "",
                  label, *label != '\0' ? " " : "", cut);
}

static void put_statement(struct annotation *annotation, const struct statement *statement)
{
    add_line(annotation, "", statement->text);
    for (size_t i = 0; i < statement->details.count; i++) {
        const struct detail *detail = &statement->details.items[i];
        add_line(annotation, detail->label != NULL ? detail->label : "", detail->text);
    }
}

/* Where what grows stands in the checkout; NULL. */
static const struct source *source_of(const struct scenario_result *scenario,
                                      const struct statement *statement)
{
    for (size_t i = 0; i < statement->details.count; i++) {
        const struct finding *finding = statement->details.items[i].finding;
        const struct source *source =
            finding != NULL ? source_at(&scenario->sources, finding->source) : NULL;
        if (source != NULL && source->file != NULL)
            return source;
    }
    return NULL;
}

/* What makes the verdict: on the scenario's step, and on the line of the program that holds it. */
static void add_verdict(struct annotations *list, const struct suite_result *suite,
                        const struct scenario_result *scenario, const struct statement *statement,
                        size_t index)
{
    bool fails = scenario_exit_status(suite, scenario) != EXIT_PASS;
    struct annotation *annotation =
        add(list, fails && scenario->verdict != VERDICT_INCONCLUSIVE,
            memory_format("%s: %s%s", scenario->name, verdict_word(scenario),
                          is_forgiven(scenario) ? " (quarantined)" : ""));
    _cleanup_strings_ struct string_list steps = {0};
    annotation->rank = scenario_rank(scenario);
    annotation->index = index;
    annotation->location = location_of(scenario, statement);
    put_statement(annotation, statement);
    next_steps(suite, scenario, &steps);
    if (steps.count > 0 && scenario->verdict != VERDICT_SKIPPED)
        add_line(annotation, "", steps.items[0]);
    _cleanup_free_ char *covering = covering_text(scenario);
    if (covering != NULL)
        add_line(annotation, "", covering);
    const struct source *source = source_of(scenario, statement);
    if (source == NULL)
        return;
    struct annotation of_step = *annotation;
    struct annotation *of_source = add(list, of_step.error, memory_copy_text(of_step.title));
    of_source->rank = of_step.rank;
    of_source->index = index;
    of_source->location = (struct location){
        .file = memory_copy_text(source->file), .line = source->line, .column = 1};
    put_statement(of_source, statement);
}

/* Warnings of one kind are one annotation of their scenario. */
static void add_warning(struct annotations *list, const struct scenario_result *scenario,
                        const struct statement *statement, size_t first)
{
    enum finding_kind kind = statement->finding->kind;
    for (size_t i = first; i < list->count; i++)
        if (list->items[i].kind == kind) {
            put_statement(&list->items[i], statement);
            return;
        }
    struct annotation *annotation =
        add(list, false, memory_format("%s: %s", scenario->name, finding_kind_words(kind).text));
    annotation->kind = kind;
    annotation->rank = BEHIND_VERDICTS + (int)kind;
    annotation->location = location_of(scenario, statement);
    put_statement(annotation, statement);
}

/* On the first line of its file: what differs may be gone from there. */
static void annotate_revision(struct annotations *list, const struct suite_result *suite,
                              const struct scenario_result *scenario)
{
    _cleanup_strings_ struct string_list weaker = {0};
    weaker_baseline_lines(scenario, &weaker);
    if (weaker.count == 0 && scenario->plan_difference == NULL)
        return;
    struct annotation *annotation =
        add(list, false,
            memory_format("%s: %s than at %s", scenario->name,
                          weaker.count > 0 ? "weaker" : "another plan", revision_word(suite)));
    annotation->rank = BEFORE_WARNINGS;
    annotation->location = location_of(scenario, NULL);
    for (size_t i = 0; i < weaker.count; i++)
        add_line(annotation, "", weaker.items[i]);
    if (scenario->plan_difference == NULL)
        return;
    add_line(annotation, "", "the plan differs:");
    /* Without the newline at its end. */
    buffer_format(&annotation->message, "\n%.*s", (int)strlen(scenario->plan_difference) - 1,
                  scenario->plan_difference);
}

static void annotate_scenario(struct annotations *list, const struct suite_result *suite,
                              const struct scenario_result *scenario)
{
    _cleanup_statements_ struct statements statements = {0};
    size_t first = list->count, index = 0;
    statements_of(scenario, &statements);
    for (size_t i = 0; i < statements.count; i++) {
        const struct statement *statement = &statements.items[i];
        bool skipped = scenario->verdict == VERDICT_SKIPPED;
        if (statement->fails || (skipped && scenario_exit_status(suite, scenario) != EXIT_PASS))
            add_verdict(list, suite, scenario, statement, index++);
        else if (statement->finding != NULL && statement->finding->kind != FINDING_ALLOWED)
            add_warning(list, scenario, statement, first);
    }
    annotate_revision(list, suite, scenario);
    if (scenario->gone.count == 0)
        return;
    struct annotation *annotation = add(list, false, memory_format("%s: gone", scenario->name));
    annotation->notice = true;
    annotation->rank = BEHIND_WARNINGS;
    annotation->location = location_of(scenario, NULL);
    for (size_t i = 0; i < scenario->gone.count; i++)
        add_line(annotation, "", scenario->gone.items[i]);
}

/* What no scenario says. */
static void annotate_suite(struct annotations *list, const struct suite_result *suite)
{
    _cleanup_free_ char *problem = suite_problem(suite);
    for (size_t i = 0; i < suite->missing.count; i++) {
        struct annotation *missing =
            add(list, false, memory_copy_text("leakgate: not run any more"));
        missing->rank = BEFORE_WARNINGS;
        add_line(missing, "", suite->missing.items[i]);
    }
    if (problem == NULL)
        return;
    struct annotation *annotation = add(list, true, memory_copy_text("leakgate"));
    annotation->rank = -1;
    buffer_text(&annotation->message, problem);
}

static int compare(const void *a, const void *b)
{
    const struct annotation *x = a, *y = b;
    if (x->error != y->error)
        return x->error ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void put_escaped(struct buffer *out, const char *text, bool property)
{
    _cleanup_free_ char *harmless = text_harmless(text, !property);
    for (const char *c = harmless; *c != '\0'; c++) {
        if (*c == '%' || *c == '\r' || *c == '\n' || (property && (*c == ':' || *c == ',')))
            buffer_format(out, "%%%02X", (unsigned char)*c);
        else
            buffer_char(out, *c);
    }
}

static void write_annotation(const struct annotation *annotation, struct buffer *out)
{
    _cleanup_free_ char *title = text_shortened(annotation->title, TITLE_BYTES);
    _cleanup_free_ char *message =
        text_shortened(buffer_string(&annotation->message), MESSAGE_BYTES);
    buffer_text(out, annotation->error    ? "::error "
                     : annotation->notice ? "::notice "
                                          : "::warning ");
    if (annotation->location.file != NULL) {
        buffer_text(out, "file=");
        put_escaped(out, annotation->location.file, true);
        buffer_format(out, ",line=%u,col=%u,", annotation->location.line,
                      annotation->location.column);
    }
    buffer_text(out, "title=");
    put_escaped(out, title, true);
    buffer_text(out, "::");
    put_escaped(out, message, false);
    buffer_char(out, '\n');
}

static void write_others(const struct suite_result *suite, const struct annotations *list,
                         struct buffer *out)
{
    size_t errors = 0;
    for (size_t i = ANNOTATIONS_SHOWN; i < list->count; i++)
        errors += list->items[i].error;
    _cleanup_free_ char *page = path_join(suite->directory, report_format_by_name("html")->file);
    struct annotation others = {.error = errors > 0, .title = (char *)"leakgate", .message = {0}};
    buffer_format(&others.message,
                  "%zu more (%zu of them fail%s): all are in the summary and in %s",
                  list->count - ANNOTATIONS_SHOWN, errors, errors == 1 ? "s" : "", page);
    write_annotation(&others, out);
    buffer_free(&others.message);
}

void annotations_report(const struct suite_result *suite, struct buffer *out)
{
    struct annotations list = {0};
    annotate_suite(&list, suite);
    for (size_t i = 0; i < suite->count; i++)
        annotate_scenario(&list, suite, &suite->scenarios[i]);
    if (list.count > 1)
        qsort(list.items, list.count, sizeof *list.items, compare);
    for (size_t i = 0; i < list.count && i < ANNOTATIONS_SHOWN; i++)
        write_annotation(&list.items[i], out);
    if (list.count > ANNOTATIONS_SHOWN)
        write_others(suite, &list, out);
    for (size_t i = 0; i < list.count; i++) {
        location_free(&list.items[i].location);
        free(list.items[i].title);
        buffer_free(&list.items[i].message);
    }
    free(list.items);
}
