/*
 * What to look at and to do next about a result: the files of its runs, and commands that can be
 * copied. What is returned the caller frees.
 */
#pragma once

#include "result/result.h"

/* "recording, screen, standard error, goroutines, profiles": what of it is among the files; ""
 * where nothing is. */
char *evidence_describe(const struct string_list *files);

/* The command that shows what became more between the first and the last profile of the loop, of
 * the goroutines where these are what grew, else of the heap. NULL where the profiles are not
 * there. */
char *evidence_comparison(const char *directory, const struct scenario_result *scenario);

/* A finding as --holder names it, "fd anon_inode:[eventpoll]": growth that no holder explains by
 * its gauge alone, and of a stack the function to look at first (finding_holder_name). */
char *finding_key(const struct finding *finding, const char *holder);

/* What `leakgate accept` wants to be named of a scenario, each once: what grows, and exceptions
 * that have expired. The first of them is also '#1' to --holder. Adds nothing where accept would
 * refuse: what is left behind is in no baseline, nor is what a control build allows. */
void holders_to_accept(const struct scenario_result *scenario, struct string_list *keys);

/* What would make a leak pass: "1 exception in the working tree covers NAME; it counts once ...";
 * NULL: nothing that is known. */
char *covering_text(const struct scenario_result *scenario);

/* "To reproduce: leakgate run ...", one a line, harmless: of the whole suite, or of one scenario
 * where `only` names one. */
void next_steps(const struct suite_result *suite, const struct scenario_result *only,
                struct string_list *lines);
