/* Several runs to one verdict: what they say, one row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "verdict/confirm.h"
#include "verdict/judgement.h"

/*
 * A run in a few letters: "P" passes, "I" is inconclusive, "V" invalid, "F" failed; else each
 * letter is a finding of a leak: f and g two holders of fd, u is f that has filled up, d is f that
 * grew at a third of the pace and filled up, m is f that came with another one, t the total of fd,
 * h a heap stack, k is h that has filled up, T the heap's total, l a level of cpu, s of spawn, c of
 * one tool, b a process left behind, x an exception that has expired.
 */
static struct finding finding_for(char letter, unsigned run)
{
    struct finding finding = {.kind = FINDING_GROWTH, .gauge = GAUGE_FD, .per_iteration = 1 + run};
    switch (letter) {
    case 'f':
    case 'g':
        finding.holder = memory_copy_text(letter == 'f' ? "pipe" : "socket");
        break;
    case 'u':
    case 'd':
    case 'm':
        finding.kind = letter == 'm' ? FINDING_COMPANION : FINDING_FILLED;
        finding.holder = memory_copy_text("pipe");
        finding.per_iteration = letter == 'd' ? 0.3 : 0.5;
        break;
    case 'k':
        finding.kind = FINDING_FILLED;
        __attribute__((fallthrough));
    case 'h':
        finding.gauge = GAUGE_HEAP_STACK;
        finding.holder = memory_copy_text("main.keep");
        break;
    case 'T':
        finding.gauge = GAUGE_HEAP_ALLOC;
        break;
    case 'l':
        finding.kind = FINDING_LEVEL;
        finding.gauge = GAUGE_CPU;
        break;
    case 's':
    case 'c':
        finding.kind = FINDING_LEVEL;
        finding.gauge = GAUGE_SPAWN;
        finding.holder = letter == 'c' ? memory_copy_text("git") : NULL;
        break;
    case 'b':
        finding.kind = FINDING_LEFT_BEHIND;
        finding.gauge = GAUGE_COUNT;
        finding.holder = memory_format("sleep (%u)", 100 + run);
        break;
    case 'x':
        finding.kind = FINDING_EXCEPTION_EXPIRED;
        finding.holder = memory_copy_text("pipe");
        break;
    default:
        assert_int_equal(letter, 't');
    }
    return finding;
}

static struct judgement *judgement_for(const char *letters, unsigned run)
{
    static const char words[] = "PIVF";
    static const enum verdict verdicts[] = {VERDICT_PASS, VERDICT_INCONCLUSIVE, VERDICT_INVALID,
                                            VERDICT_FAILED};
    struct judgement *judgement = memory_new(struct judgement);
    const char *word = strchr(words, letters[0]);
    if (word != NULL)
        judgement->verdict = verdicts[word - words];
    struct finding_list findings = {0};
    for (const char *letter = letters + (word != NULL); *letter != '\0'; letter++)
        finding_add(&findings, finding_for(*letter, run));
    if (word == NULL)
        judgement->verdict = VERDICT_LEAK;
    judgement->findings = findings.items;
    judgement->count = findings.count;
    return judgement;
}

struct row {
    const char *runs[CONFIRMING_RUNS]; /* NULL: none */
    enum verdict verdict;
    unsigned confirmed;
    unsigned unconfirmed;
    bool wants_more; /* one more run, before the verdict is made */
};

static const struct row rows[] = {
    /* A green run is never run again, and a leak alone is one. */
    {{"P"}, VERDICT_PASS, 0, 0, false},
    {{"f"}, VERDICT_LEAK, 0, 0, true},
    {{"F"}, VERDICT_FAILED, 0, 0, false},
    {{"I"}, VERDICT_INCONCLUSIVE, 0, 0, false},
    /* Both say so. */
    {{"f", "f"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "t"}, VERDICT_LEAK, 1, 0, false},
    {{"T", "h"}, VERDICT_LEAK, 1, 0, false},
    {{"l", "l"}, VERDICT_LEAK, 1, 0, false},
    {{"b", "b"}, VERDICT_LEAK, 1, 0, false},
    {{"c", "c"}, VERDICT_LEAK, 1, 0, false},
    {{"s", "c"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"fg", "f"}, VERDICT_LEAK, 1, 1, false},
    /* They differ: a third decides. */
    {{"f", "P"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"f", "P", "P"}, VERDICT_PASS, 0, 1, false},
    {{"f", "P", "f"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "g"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"f", "g", "g"}, VERDICT_LEAK, 1, 1, false},
    {{"f", "g", "P"}, VERDICT_INCONCLUSIVE, 0, 1, false},
    {{"f", "l", "h"}, VERDICT_INCONCLUSIVE, 0, 1, false},
    /* As much came, whatever that was called there; of memory it says that it fills up. */
    {{"f", "lu"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "P", "Pu"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "Vu", "P"}, VERDICT_INCONCLUSIVE, 0, 1, false},
    {{"f", "lm"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "ld"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"g", "lu"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"h", "P", "Pk"}, VERDICT_PASS, 0, 1, false},
    {{"lu", "f", "f"}, VERDICT_LEAK, 1, 1, false},
    {{"h", "P", "T"}, VERDICT_LEAK, 1, 0, false},
    /* No vote. */
    {{"f", "I"}, VERDICT_INCONCLUSIVE, 0, 1, true},
    {{"f", "V", "f"}, VERDICT_LEAK, 1, 0, false},
    {{"f", "V", "P"}, VERDICT_INCONCLUSIVE, 0, 1, false},
    {{"f", "Vl", "l"}, VERDICT_INCONCLUSIVE, 0, 1, false}, /* what it shows does not count either */
    {{"f", "P", "I"}, VERDICT_INCONCLUSIVE, 0, 1, false},
    /* A failure is never outvoted, and ends it. */
    {{"f", "F"}, VERDICT_FAILED, 0, 0, false},
    {{"f", "P", "F"}, VERDICT_FAILED, 0, 0, false},
    /* Of several that are added up the first may have passed. */
    {{"P", "P", "P"}, VERDICT_PASS, 0, 0, false},
    {{"P", "f", "P"}, VERDICT_PASS, 0, 1, false},
    {{"P", "f", "f"}, VERDICT_LEAK, 1, 0, false},
    {{"P", "f", "F"}, VERDICT_FAILED, 0, 0, false},
    {{"P", "P", "I"}, VERDICT_PASS, 0, 0, false},
    /* What needs no second run. */
    {{"x"}, VERDICT_LEAK, 0, 0, false},
    {{"fx", "P", "P"}, VERDICT_LEAK, 0, 1, false},
};

static void check_row(const struct row *row)
{
    struct judgement *runs[CONFIRMING_RUNS];
    size_t count = 0;
    for (; count < CONFIRMING_RUNS && row->runs[count] != NULL; count++)
        runs[count] = judgement_for(row->runs[count], (unsigned)count);
    assert_int_equal(confirmation_wants_run((const struct judgement *const *)runs, count),
                     row->wants_more);
    confirm(runs, count);
    unsigned confirmed = 0, unconfirmed = 0;
    for (size_t i = 0; i < runs[0]->count; i++) {
        confirmed += runs[0]->findings[i].confirmed;
        unconfirmed += runs[0]->findings[i].kind == FINDING_UNCONFIRMED;
    }
    assert_int_equal(runs[0]->verdict, row->verdict);
    assert_int_equal(confirmed, row->confirmed);
    assert_int_equal(unconfirmed, row->unconfirmed);
    for (size_t i = 0; i < count; i++)
        judgement_free(runs[i]);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("row %zu: %s\n", i, rows[i].runs[0]);
        check_row(&rows[i]);
    }
}

static void test_the_reasons(void **state)
{
    (void)state;
    struct judgement *runs[] = {judgement_for("f", 0), judgement_for("F", 1)};
    runs[1]->reason = memory_copy_text("a wait timed out");
    confirm(runs, 2);
    assert_string_equal(runs[0]->reason,
                        "in a fresh process that was to confirm growth: a wait timed out");
    judgement_free(runs[0]);
    judgement_free(runs[1]);
}

static void test_what_was_seen_once_says_so(void **state)
{
    (void)state;
    struct judgement *runs[] = {judgement_for("f", 0), judgement_for("P", 1),
                                judgement_for("P", 2)};
    runs[0]->findings[0].text = memory_copy_text("all of it is still there");
    confirm(runs, 3);
    assert_string_equal(runs[0]->findings[0].text,
                        "all of it is still there; seen in one of 3 runs");
    assert_int_equal(runs[0]->findings[0].unconfirmed, FINDING_GROWTH);
    for (size_t i = 0; i < 3; i++)
        judgement_free(runs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_the_reasons),
        cmocka_unit_test(test_what_was_seen_once_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
