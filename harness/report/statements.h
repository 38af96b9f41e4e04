/*
 * What there is to say of one scenario's result, in words and without layout: every format that
 * people read is made of it.
 *
 * Texts are raw: they hold names that came from the target, and each format makes them harmless in
 * its own way.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "result/amounts.h"
#include "result/result.h"

/* What stands under a statement. */
struct detail {
    const char *label; /* "held by"; "": belongs to the one before; NULL: stands by itself */
    char *text;
    bool sentence;                 /* words of ours, and no name */
    bool stack;                    /* function names alone, joined by " < " */
    const struct finding *finding; /* of "held by": the holder's own; else NULL */
};

struct details {
    struct detail *items;
    size_t count;
    size_t capacity;
};
void details_free(struct details *details);
#define _cleanup_details_ __attribute__((cleanup(details_free)))
/* Takes the text. Valid until the next one is added. */
struct detail *details_add(struct details *details, const char *label, char *text);

struct statement {
    const struct finding *finding; /* what it is about; NULL: the run as a whole */
    bool fails;                    /* it is why the verdict is no pass */
    char *text;                    /* one line */
    const char *where; /* "file:line:column" of the step it grows or failed at; NULL: unknown */
    const char *step;  /* that step, where it grows; NULL */
    struct details details;
};

/* The worst first. Statements point into the scenario. */
struct statements {
    struct statement *items;
    size_t count;
    size_t capacity;
};
void statements_free(struct statements *statements);
#define _cleanup_statements_ __attribute__((cleanup(statements_free)))

/* What fails and what is worth a word; nothing of a scenario that has nothing to say. All growth of
 * a gauge is one statement, and so is all that was left behind. */
void statements_of(const struct scenario_result *scenario, struct statements *statements);

/* The growth of a finding's gauge as a whole, from rest to rest: what every format says first. The
 * texts in it are still the findings' own. */
struct finding gauge_growth(const struct scenario_result *scenario, const struct finding *finding);

/* How bad its verdict is, 0 the worst: leakgate's own fault, a wrong file, a failure, a leak,
 * inconclusive or invalid, and then what fails nothing. What of it `--fail-on leak` lets pass stays
 * where it is. */
int scenario_rank(const struct scenario_result *scenario);

/* "would have caught: fd 0.07, ...", and where it ran for long the same per hour in a second line;
 * none where nothing was judged. */
void power_lines(const struct scenario_result *scenario, struct string_list *lines);

/* How many findings stand how against another report: "1 new, 2 as before"; the caller frees it. */
char *standings_text(const size_t counts[STANDING_COUNT]);

/* "exception expired" */
struct short_text finding_kind_words(enum finding_kind kind);

/* Of a scenario that the user stopped: how far it came and what was found until then; the caller
 * frees it. */
char *stopped_text(const struct scenario_result *scenario);

/* "minute" or "iteration": what the scenario's growth is counted in. */
const char *scenario_step_name(const struct scenario_result *scenario);
